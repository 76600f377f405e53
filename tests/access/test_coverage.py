"""Both coverages against closed forms on the toy town, and areas against shapely and pyproj."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from yiju.access import coverage_land, coverage_people, mean_of_people, served_land, severance_gap


def disc_in_box(x: float, y: float, r: float, west: float, south: float, east: float, north: float) -> float:
    """Area of a disc within a rectangle, by the integral of its chords: no polygon is drawn."""

    def primitive(t: float) -> float:  # of sqrt(r^2 - t^2)
        t = min(max(t, -r), r)
        return 0.5 * (t * math.sqrt(max(r * r - t * t, 0.0)) + r * r * math.asin(t / r))

    def quarter(a: float, b: float) -> float:
        """Area of the disc (centre 0) left of a and below b."""
        if a <= -r or b <= -r:
            return 0.0
        a, b = min(a, r), min(b, r)
        half = math.sqrt(max(r * r - b * b, 0.0))
        if b >= 0:
            area = 2 * (primitive(min(a, -half)) - primitive(-r))
            if a > -half:
                area += (min(a, half) + half) * b + primitive(min(a, half)) - primitive(-half)
            if a > half:
                area += 2 * (primitive(a) - primitive(half))
            return area
        if a <= -half:
            return 0.0
        top = min(a, half)
        return primitive(top) - primitive(-half) + (top + half) * b

    w, e, s, n = west - x, east - x, south - y, north - y
    return quarter(e, n) - quarter(w, n) - quarter(e, s) + quarter(w, s)


def test_the_integral_itself_is_right() -> None:
    assert disc_in_box(0, 0, 2, -5, -5, 5, 5) == pytest.approx(math.pi * 4)
    assert disc_in_box(0, 0, 2, 0, 0, 5, 5) == pytest.approx(math.pi)
    assert disc_in_box(1, 1, 10, 0, 0, 2, 2) == pytest.approx(4)
    assert disc_in_box(0, 0, 1, -5, -5, 5, -2) == 0


@pytest.mark.parametrize(
    ("service", "limit"), [("kindergarten", 300), ("health_station", 500), ("middle_school", 1000)]
)
def test_network_coverage_is_a_share_of_cells(town: Any, service: str, limit: float) -> None:
    wanted = town.of_service(service)
    walk = town.walk.nearest(town.homes, town.doors.of(wanted))["metres"]
    found = coverage_people(walk, town.residents["people"], limit=limit, place=town.residents["community"])
    near = town.closed_form(wanted).min(axis=1) <= limit
    for community, row in found.iterrows():
        here = (town.residents["community"] == community).to_numpy()
        assert row["covered"] == 250 * (near & here).sum()
        assert row["total"] == 250 * here.sum()
        assert row["share"] == (near & here).sum() / here.sum()


def test_kindergarten_coverage_of_the_south_west_counted_by_hand(open_town: Any) -> None:
    # from corner (3, 3), walks of at most 300 m are 10 + 100 (|i - 2.5| + |j - 3|) <= 300: |i - 2.5| + |j - 3| <= 2.9,
    # i in 2, 3: |j - 3| <= 2, five rows; i in 1, 4: three rows; i in 0, 5: one row: 2 (5 + 3 + 1) = 18 of 36 blocks
    walk = open_town.walk.nearest(open_town.homes, open_town.doors.of(["f-00"]))["metres"]
    found = coverage_people(
        walk, open_town.residents["people"], limit=300, place=open_town.residents["community"]
    )
    assert found.loc["c-0-0"].tolist() == [18 * 250, 36 * 250, 0.5]
    assert found.loc["c-1-1", "share"] == 0


def test_land_coverage_is_the_integral_of_discs_and_squares(open_town: Any) -> None:
    land = open_town.city.table("land")
    homes = land[land["use"] == "residential"]
    facility = open_town.city.table("facilities").set_index("facility_id").geometry["f-00"]
    found = coverage_land(homes, [facility], radius_m=300, place=homes["community"])
    exact = [disc_in_box(facility.x, facility.y, 300, *square.bounds) for square in homes.geometry]
    by_community = pd.Series(exact).groupby(homes["community"].to_numpy()).sum()
    # a disc drawn with 128 corners lacks 0.04 %
    assert np.allclose(found["covered"], by_community, rtol=5e-4, atol=1)
    assert (found["covered"] <= by_community + 1e-6).all()
    assert found["total"].tolist() == [36 * 80**2, 35 * 80**2, 36 * 80**2, 36 * 80**2]


def test_severance_shows_where_the_railway_is(town: Any) -> None:
    land = town.city.table("land")
    homes = land[land["use"] == "residential"]
    market = town.city.table("facilities").query("facility_id == 'f-10'")  # north of the railway
    official = coverage_land(homes, market, radius_m=500)["share"]["all"]
    walk = town.walk.nearest(town.homes, town.doors.of(["f-10"]))["metres"]
    network = coverage_people(walk, town.residents["people"], limit=500)["share"]["all"]
    gap = severance_gap(official, network)
    assert gap == pytest.approx(100 * (official - network))
    assert gap > (15 if town.severed else 5)


def test_a_park_counts_from_its_boundary_and_each_by_its_own_radius() -> None:
    small, large = shapely.box(0, 0, 50, 50), shapely.box(5000, 0, 5100, 100)
    land = shapely.box([100, 400, 5400, 5700], 0, [110, 410, 5410, 5710], 10)
    served = served_land(land, [small, large], radius_m=[300, 500])
    assert served.tolist() == [100, 0, 100, 0]
    assert served_land(land, [small, large], radius_m=1000).tolist() == [100] * 4


def test_land_near_two_facilities_counts_once() -> None:
    land = [shapely.box(0, 0, 1000, 10)]
    one = served_land(land, [shapely.Point(0, 5)], radius_m=200)
    two = served_land(land, shapely.points([(0, 5), (100, 5)]), radius_m=200)
    assert two[0] == pytest.approx(one[0] + 1000, abs=5)


def test_served_land_by_brute_force() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 2000, (2, 120))
    land = shapely.box(x, y, x + rng.uniform(10, 200, 120), y + rng.uniform(10, 200, 120))
    facilities = shapely.points(rng.uniform(0, 2000, (15, 2)))
    union = shapely.union_all(shapely.buffer(facilities, 250, quad_segs=32))
    assert np.allclose(
        served_land(land, facilities, radius_m=250), shapely.area(shapely.intersection(land, union))
    )


def test_nothing_serves_nothing() -> None:
    land = [shapely.box(0, 0, 10, 10)]
    assert served_land(land, [], radius_m=300).tolist() == [0]
    assert served_land(land, [None, shapely.Point()], radius_m=300).tolist() == [0]
    assert len(served_land([], [shapely.Point(0, 0)], radius_m=300)) == 0
    assert served_land([shapely.Polygon()], [shapely.Point(0, 0)], radius_m=300).tolist() == [0]
    # a facility on the other side of the world, by swapped coordinates, neither serves nor costs anything
    assert served_land(land, [shapely.Point(3e7, 6e5)], radius_m=300).tolist() == [0]
    assert np.isnan(coverage_land([], [shapely.Point(0, 0)], radius_m=300, place=[])["share"]).all()


def test_unknown_people_are_left_out_and_empty_places_have_no_share() -> None:
    found = coverage_people([100, 100, 900, 100], [10, np.nan, 10, 0], limit=500, place=["a", "a", "a", "b"])
    assert found.loc["a"].tolist() == [10, 20, 0.5]
    assert np.isnan(found.loc["b", "share"])


def test_a_walk_that_equals_the_limit_is_within_it() -> None:
    assert coverage_people([500.0], [1], limit=500)["share"]["all"] == 1


def test_cells_in_no_place_are_left_out() -> None:
    found = coverage_people([1, 1], [5, 5], limit=2, place=["a", None])
    assert found.index.tolist() == ["a"]


@given(st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 500), st.sampled_from("ab")), min_size=1))
def test_places_add_up_to_the_whole(cells: list[tuple[float, float, str]]) -> None:
    cost, people, place = zip(*cells, strict=True)
    whole = coverage_people(cost, people, limit=1000).loc["all"]
    parts = coverage_people(cost, people, limit=1000, place=place)
    assert parts["covered"].sum() == pytest.approx(whole["covered"])
    assert parts["total"].sum() == pytest.approx(whole["total"])


def test_means_count_people_and_keep_infinity() -> None:
    means = mean_of_people([1, 3, np.inf, np.nan], [100, 300, 1, 50], place=["a", "a", "b", "a"])
    assert means.to_dict() == {"a": 2.5, "b": np.inf}


def test_areas_and_radii_on_the_ground_equal_pyproj() -> None:
    # EPSG:32648 near its edge: what the plane gives is what the ellipsoid gives, but for the scale of the projection
    geod = Geod(ellps="WGS84")
    to_degrees = Transformer.from_crs("EPSG:32648", "EPSG:4326", always_xy=True)
    west, south = 640_000.0, 3_270_000.0
    square = shapely.box(west, south, west + 100, south + 100)
    ground_m2 = abs(
        geod.polygon_area_perimeter(*to_degrees.transform(*np.array(square.exterior.coords).T))[0]
    )
    plane = coverage_land([square], [shapely.Point(west, south)], radius_m=300)
    assert plane["total"]["all"] == pytest.approx(ground_m2, rel=1e-3)
    (lon, lat), (lon2, lat2) = (to_degrees.transform(west + dx, south) for dx in (0, 300))
    assert geod.inv(lon, lat, lon2, lat2)[2] == pytest.approx(300, rel=1e-3)


def test_thousands_of_pieces_take_no_time() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0, 15_000, (2, 5000))
    land = shapely.box(x, y, x + 80, y + 80)
    facilities = shapely.points(rng.uniform(0, 15_000, (500, 2)))
    begin = time.process_time()
    served_land(land, facilities, radius_m=500)
    assert time.process_time() - begin < 5
