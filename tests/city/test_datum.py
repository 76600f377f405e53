"""Vendors' coordinates and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from yiju.city.datum import (
    DATUM_NAMES,
    bd09_to_gcj02,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_gcj02,
)
from yiju.errors import UnknownName

GEOD = Geod(ellps="WGS84")

# googollee/eviltransform, go/transform_test.go: wgs lat, wgs lon, gcj lat, gcj lon
EVILTRANSFORM = [
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),  # Shanghai
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),  # Shenzhen
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),  # Beijing
]


def metres_between(one, other) -> np.ndarray:
    return GEOD.inv(*(np.atleast_1d(v) for v in (one[0], one[1], other[0], other[1])))[2]


@pytest.mark.parametrize(("lat", "lon", "gcj_lat", "gcj_lon"), EVILTRANSFORM)
def test_published_pairs_of_gcj02(lat: float, lon: float, gcj_lat: float, gcj_lon: float) -> None:
    there = wgs84_to_gcj02(lon, lat)
    assert float(there.lon) == pytest.approx(gcj_lon, abs=1e-11)
    assert float(there.lat) == pytest.approx(gcj_lat, abs=1e-11)
    back = gcj02_to_wgs84(gcj_lon, gcj_lat)
    assert metres_between(back, (lon, lat)) < 0.001


def test_published_pairs_of_bd09() -> None:
    # wandergis/coordtransform, test/app.js and README
    there = gcj02_to_bd09(116.404, 39.915)
    assert (float(there.lon), float(there.lat)) == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-12
    )
    whole = from_wgs84(116.404, 39.915, "bd09")
    assert (float(whole.lon), float(whole.lat)) == pytest.approx(
        (116.41662724378733, 39.922699552216216), abs=1e-12
    )


def test_published_inverses_are_only_near() -> None:
    # The same source inverts in one step; it says so itself. Ours is the true inverse, a metre or two aside.
    assert metres_between(bd09_to_gcj02(116.404, 39.915), (116.39762729119315, 39.90865673957631)) < 1.0
    assert metres_between(gcj02_to_wgs84(116.404, 39.915), (116.39775550083061, 39.91359571849836)) < 5.0
    assert metres_between(to_wgs84(116.404, 39.915, "bd09"), (116.3913836995125, 39.907253214522164)) < 5.0


@given(
    lon=st.floats(73.5, 135.0),
    lat=st.floats(4.0, 53.5),
    datum=st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09"]),
)
def test_there_and_back_is_the_same_place(lon: float, lat: float, datum: str) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert metres_between(back, (lon, lat)) < 0.1


@given(lon=st.floats(75.0, 134.0), lat=st.floats(18.0, 53.0))
def test_vendors_lie_some_hundred_metres_aside(lon: float, lat: float) -> None:
    assert 10 < metres_between(wgs84_to_gcj02(lon, lat), (lon, lat))[0] < 800


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.85), (-15.43, 28.14), (-51.2, -30.0), (139.767, 35.681)])
def test_outside_china_nothing_moves(lon: float, lat: float) -> None:
    assert tuple(map(float, wgs84_to_gcj02(lon, lat))) == (lon, lat)
    assert tuple(map(float, gcj02_to_wgs84(lon, lat))) == (lon, lat)


def test_arrays_keep_their_shape_and_unknown_stays_unknown() -> None:
    lon = np.array([[106.5, np.nan], [121.5, 113.9]])
    lat = np.array([[29.5, np.nan], [31.2, 22.5]])
    for datum in DATUM_NAMES:
        back = to_wgs84(lon, lat, datum)
        assert back.lon.shape == (2, 2)
        assert np.isnan(back.lon[0, 1])
        assert np.isfinite(back.lat[1]).all()


def test_a_misspelt_datum_is_told_the_right_one() -> None:
    with pytest.raises(UnknownName, match="gcj02"):
        to_wgs84(106.5, 29.5, "gcj-02")
