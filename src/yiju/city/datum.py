"""Chinese map vendors' coordinates and back: WGS-84 <-> GCJ-02 (Amap, Tencent) <-> BD-09 (Baidu).

The vendors' coordinates lie 100 to 700 m beside the true ones. The formulas are the published open ones (the
"eviltransform" family); the state never issued its own. CGCS2000, the official frame, differs from WGS-84 by
less than a metre and counts as the same here.

The inverse of GCJ-02 has no closed form: it is found by fixed-point iteration, to 1e-10 degree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]

DATUM_NAMES: dict[Datum, Text] = {
    "wgs84": Text("WGS84", "WGS84"),
    "cgcs2000": Text("CGCS2000", "CGCS2000"),
    "gcj02": Text("GCJ-02（高德、腾讯）", "GCJ-02 (Amap, Tencent)"),
    "bd09": Text("BD-09（百度）", "BD-09 (Baidu)"),
}

# Krasovsky 1940 ellipsoid, on which GCJ-02 is defined: semi-major axis in metres, first eccentricity squared
# (github.com/googollee/eviltransform, transform.go).
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323

# Nothing is shifted outside this rectangle: west, east, south, north (eviltransform, outOfChina).
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
# No displacement in the rectangle is larger than this (2,000,000 points drawn at random: 0.0108).
_FARTHEST_DEG = 0.02

# BD-09 wobbles with 3000 cycles per 180 degrees, then moves by a constant
# (github.com/wandergis/coordtransform, index.js).
_WOBBLE = np.pi * 3000.0 / 180.0
_BD_SHIFT = (0.0065, 0.006)

# 1e-10 degree is a hundredth of a millimetre.
_TOLERANCE_DEG = 1e-10
# Each step shrinks the error some hundredfold; ten are twice what is ever needed.
_MOST_STEPS = 10


class LonLat(NamedTuple):
    """Longitudes and latitudes in degrees, arrays of one shape."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def _arrays(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    return LonLat(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))


def _shift(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    """Compute the GCJ-02 displacement at WGS-84 points, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    angle = np.radians(lat)
    bend = 1.0 - _ECCENTRICITY2 * np.sin(angle) ** 2
    d_lat = np.degrees(north * bend * np.sqrt(bend) / (_AXIS_M * (1.0 - _ECCENTRICITY2)))
    d_lon = np.degrees(east * np.sqrt(bend) / (_AXIS_M * np.cos(angle)))
    return LonLat(d_lon, d_lat)


def _in_china(lon: NDArray[np.float64], lat: NDArray[np.float64], margin: float = 0.0) -> NDArray[np.bool_]:
    west, east, south, north = _CHINA
    return (lon >= west - margin) & (lon <= east + margin) & (lat >= south - margin) & (lat <= north + margin)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Displace true coordinates to those of Amap and Tencent.

    Parameters
    ----------
    lon, lat
        Degrees, any shape.

    Returns
    -------
    LonLat of the same shape; points outside China stay.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(121.5272106, 31.1774276)
    >>> round(float(lon), 9), round(float(lat), 9)
    (121.531541859, 31.175303984)
    """
    lon, lat = _arrays(lon, lat)
    inside = _in_china(lon, lat)
    d_lon, d_lat = _shift(np.where(inside, lon, np.nan), np.where(inside, lat, np.nan))
    return LonLat(np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat))


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Put coordinates of Amap and Tencent back where they truly are.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(106.55, 29.56))
    >>> round(float(lon), 9), round(float(lat), 9)
    (106.55, 29.56)
    """
    lon, lat = _arrays(lon, lat)
    near = _in_china(lon, lat, margin=_FARTHEST_DEG)
    true_lon, true_lat = np.where(near, lon, np.nan), np.where(near, lat, np.nan)
    for _ in range(_MOST_STEPS):
        d_lon, d_lat = _shift(true_lon, true_lat)
        next_lon, next_lat = lon - d_lon, lat - d_lat
        moved = np.maximum(np.abs(next_lon - true_lon), np.abs(next_lat - true_lat))
        true_lon, true_lat = next_lon, next_lat
        if not np.any(moved > _TOLERANCE_DEG):  # NaN never moves
            break
    inside = _in_china(true_lon, true_lat)
    return LonLat(np.where(inside, true_lon, lon), np.where(inside, true_lat, lat))


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Displace coordinates of Amap and Tencent to those of Baidu.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.404, 39.915)
    >>> round(float(lon), 9), round(float(lat), 9)
    (116.410369494, 39.921336994)
    """
    lon, lat = _arrays(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _WOBBLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _WOBBLE)
    return LonLat(radius * np.cos(angle) + _BD_SHIFT[0], radius * np.sin(angle) + _BD_SHIFT[1])


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Put coordinates of Baidu back to those of Amap and Tencent.

    The published inverse takes the wobble at the displaced point, which is up to a metre off; here it is only
    the first guess.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(106.55, 29.56))
    >>> round(float(lon), 9), round(float(lat), 9)
    (106.55, 29.56)
    """
    lon, lat = _arrays(lon, lat)
    x, y = lon - _BD_SHIFT[0], lat - _BD_SHIFT[1]
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * _WOBBLE)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _WOBBLE)
    near_lon, near_lat = radius * np.cos(angle), radius * np.sin(angle)
    for _ in range(_MOST_STEPS):
        there = gcj02_to_bd09(near_lon, near_lat)
        near_lon, near_lat = near_lon + (lon - there.lon), near_lat + (lat - there.lat)
    return LonLat(near_lon, near_lat)


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> LonLat:
    """Bring coordinates of a stated datum to WGS-84.

    Raises
    ------
    UnknownName
        No such datum.

    Examples
    --------
    >>> [round(float(v), 6) for v in to_wgs84(116.41662724378733, 39.922699552216216, "bd09")]
    [116.404, 39.915]
    """
    check_datum_name(datum)
    if datum == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    if datum == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    return _arrays(lon, lat)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> LonLat:
    """Bring WGS-84 coordinates to another datum.

    Raises
    ------
    UnknownName
        No such datum.

    Examples
    --------
    >>> [round(float(v), 6) for v in from_wgs84(106.55, 29.56, "cgcs2000")]
    [106.55, 29.56]
    """
    check_datum_name(datum)
    if datum == "bd09":
        return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    if datum == "gcj02":
        return wgs84_to_gcj02(lon, lat)
    return _arrays(lon, lat)


def check_datum_name(datum: str) -> None:
    """Refuse a datum that is none of the four.

    Raises
    ------
    UnknownName
        The four are offered.
    """
    if datum not in DATUM_NAMES:
        raise UnknownName(Text("坐标基准", "datum"), datum, DATUM_NAMES)
