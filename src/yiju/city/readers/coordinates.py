"""Points out of two columns of coordinates: where a city can lie, exchanged axes, vendors' datums."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from yiju.city.datum import to_wgs84
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from yiju.city.rejections import Rejections

# A city may reach beyond the zone that its CRS is made for: Chongqing does by a degree and a half.
_ZONE_MARGIN_DEG = 3.0
# Facilities and stops beyond the boundary are used within some kilometres; half a degree is fifty.
_CITY_MARGIN_DEG = 0.5
# Where most rows fit only with their axes exchanged, the columns are exchanged, not the rows.
_MOSTLY = 0.5

LON_NAMES = ("经度", "lon", "lng", "long", "longitude", "x", "point_x", "x坐标", "东经")
LAT_NAMES = ("纬度", "lat", "latitude", "y", "point_y", "y坐标", "北纬")


class Area(NamedTuple):
    """A rectangle of longitudes and latitudes, degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points lie in it; unknown ones do not."""
        return (lon >= self.west) & (lon <= self.east) & (lat >= self.south) & (lat <= self.north)


def area_of_city(crs: CRS | str, clip: BaseGeometry | None = None) -> Area:
    """Tell where the city can lie: around its boundary, else where its CRS is meant to be used.

    Examples
    --------
    >>> area_of_city("EPSG:4547")
    Area(west=109.5, south=18.52, east=118.5, north=48.45)
    """
    crs = CRS.from_user_input(crs)
    if clip is not None:
        to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(*clip.bounds)
        margin = _CITY_MARGIN_DEG
    elif crs.area_of_use is not None:
        west, south, east, north = crs.area_of_use.bounds
        margin = _ZONE_MARGIN_DEG
    else:
        return Area(-180.0, -90.0, 180.0, 90.0)
    return Area(
        round(west - margin, 2), round(south - margin, 2), round(east + margin, 2), round(north + margin, 2)
    )  # fmt: skip


def place_points(
    x: pd.Series,
    y: pd.Series,
    report: Rejections,
    *,
    crs: CRS | str,
    datum: str = "wgs84",
    source_crs: CRS | str = "EPSG:4326",
    area: Area | None = None,
) -> gpd.GeoSeries:
    """Make points in the city's CRS of two columns of coordinates.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, or east and north of ``source_crs``; NaN where unknown.
    report
        Takes the rows whose point lies outside ``area``.
    datum
        Of the longitudes and latitudes.
    area
        Where the city can lie; by its CRS where ``None``.

    Returns
    -------
    GeoSeries in ``crs`` with the index of ``x``; an empty point where there is none or it lies elsewhere.

    Raises
    ------
    InputError
        Most points lie in the area only with their axes exchanged.
    """
    area = area or area_of_city(crs)
    across, up = x.to_numpy(dtype=np.float64), y.to_numpy(dtype=np.float64)
    lon, lat = _degrees(across, up, source_crs)
    inside = area.holds(lon, lat)
    known = np.isfinite(across) & np.isfinite(up)
    turned = known & ~inside & area.holds(*_degrees(up, across, source_crs))
    if turned.any() and turned.sum() > _MOSTLY * known.sum():
        raise _exchanged(report.file, int(turned.sum()), int(known.sum()))
    elsewhere = known & ~inside & ~turned
    for wrong, why in (
        (turned, Text("经纬度（或东、北坐标）似乎颠倒", "its two coordinates seem exchanged")),
        (elsewhere, Text("位置远在本市坐标系适用范围之外", "lies far outside the area where the city is")),
    ):
        values = [f"{a:g}, {b:g}" for a, b in zip(across[wrong], up[wrong], strict=True)]
        report.add_all(
            why=why, action="field set unknown", field="coordinates", rows=x.index[wrong], values=values
        )
    lon, lat = to_wgs84(lon[inside], lat[inside], datum)
    from_degrees = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    points = np.full(len(x), shapely.Point(), dtype=object)
    points[inside] = shapely.points(*from_degrees.transform(lon, lat))
    return gpd.GeoSeries(points, index=x.index, crs=crs)


def _degrees(
    x: NDArray[np.float64], y: NDArray[np.float64], source_crs: CRS | str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    crs = CRS.from_user_input(source_crs)
    if crs.is_geographic:
        return x, y
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def _exchanged(file: Path | str, turned: int, known: int) -> InputError:
    return InputError(
        Text(
            f"{known:,} 个坐标中有 {turned:,} 个只有在两列对调后才落在本市一带。",
            f"{turned:,} of {known:,} points lie near the city only if their two coordinates are exchanged.",
        ),
        file=file,
        hint=Text(
            "经度与纬度两列似乎颠倒：请对调表头，或在 columns 中写明 lon 与 lat。",
            "Longitude and latitude seem swapped: exchange the headers, or say lon and lat under columns.",
        ),
    )
