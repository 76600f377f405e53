"""Entrances: gates win, streets that cross come next, and no facility is without."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.entrances import ALONGSIDE_M, find_entrances
from yiju.city.tables import ENTRANCES, FACILITIES

CRS = "EPSG:4545"
PARK = shapely.box(0, 0, 200, 100)
NO_GATES = gpd.GeoDataFrame({"facility_id": np.array([], dtype=object)}, geometry=[], crs=CRS)


def facilities(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return FACILITIES.validate(
        gpd.GeoDataFrame(
            {
                "facility_id": [f"f{i}" for i in range(len(rows))],
                "service": [service for service, _ in rows],
                "source": "osm",
            },
            geometry=[shape for _, shape in rows],
            crs=CRS,
        )
    )


def gates(*rows: tuple[str | None, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"facility_id": np.array([of for of, *_ in rows], dtype=object)},
        geometry=[shapely.Point(x, y) for _, x, y in rows],
        crs=CRS,
    )


def streets(*lines: list[tuple[float, float]], **flags: bool) -> gpd.GeoDataFrame:
    said = {"walk": True, "tunnel": False, "bridge": False} | flags
    return gpd.GeoDataFrame(
        {name: [value] * len(lines) for name, value in said.items()},
        geometry=[shapely.LineString(line) for line in lines],
        crs=CRS,
    )


def found(*args: gpd.GeoDataFrame) -> list[tuple[str, float, float]]:
    frame = find_entrances(*args)
    ENTRANCES.validate(frame)
    return [(o, round(p.x, 3), round(p.y, 3)) for o, p in zip(frame["origin"], frame.geometry, strict=True)]


ACROSS = [(100.0, -50.0), (100.0, 150.0)]


def test_a_street_that_crosses_a_school_enters_it_twice() -> None:
    assert found(facilities(("primary_school", PARK)), NO_GATES, streets(ACROSS)) == [
        ("boundary", 100, 0),
        ("boundary", 100, 100),
    ]


def test_gates_win_over_everything_else() -> None:
    park = facilities(("park", PARK))
    assert found(park, gates(("f0", 0, 50)), streets(ACROSS)) == [("gate", 0, 50)]


def test_a_gate_opens_the_boundary_that_it_stands_on_and_not_one_further_off() -> None:
    park = facilities(("primary_school", PARK))
    assert found(park, gates((None, 2, 50)), streets(ACROSS)) == [("gate", 2, 50)]
    assert ("gate", 20, 50) not in found(park, gates((None, 20, 50)), streets(ACROSS))
    assert ("gate", 2, 50) not in found(park, gates(("another", 2, 50)), streets(ACROSS))


def test_neither_a_tunnel_nor_a_bridge_nor_a_motorway_enters() -> None:
    school = facilities(("primary_school", PARK))
    for flag in ({"tunnel": True}, {"bridge": True}, {"walk": False}):
        assert [o for o, *_ in found(school, NO_GATES, streets(ACROSS, **flag))] == ["point"]


def test_a_park_is_open_along_the_street_beside_it_and_a_school_is_not() -> None:
    beside = streets([(-500.0, -20.0), (500.0, -20.0)])
    park = found(facilities(("park", PARK)), NO_GATES, beside)
    assert len(park) >= 5
    assert {o for o, *_ in park} == {"boundary"}
    assert max(y for *_, y in park) <= ALONGSIDE_M - 20
    assert found(facilities(("primary_school", PARK)), NO_GATES, beside) == [
        ("point", pytest.approx(100, abs=100), 0)
    ]


def test_an_area_without_a_street_beside_it_is_entered_where_it_is_nearest_to_one() -> None:
    far = streets([(300.0, -50.0), (300.0, 150.0)])
    [(origin, x, _)] = found(facilities(("park", PARK)), NO_GATES, far)
    assert (origin, x) == ("point", 200)


def test_a_point_is_its_own_entrance_and_so_is_a_place_in_a_city_without_streets() -> None:
    kiosk = facilities(("convenience", shapely.Point(5, 6)))
    assert found(kiosk, NO_GATES, streets(ACROSS)) == [("point", 5, 6)]
    [(origin, x, y)] = found(facilities(("park", PARK)), NO_GATES, streets())
    assert origin == "point"
    assert PARK.contains(shapely.Point(x, y))


def test_two_services_of_one_facility_share_its_entrances() -> None:
    both = facilities(("sports_ground", PARK), ("football", PARK))
    both["facility_id"] = "f0"
    frame = find_entrances(both, NO_GATES, streets(ACROSS))
    assert frame["entrance_id"].is_unique
    assert set(frame["facility_id"]) == {"f0"}


def test_a_facility_with_a_hole_is_entered_from_the_hole_too() -> None:
    ring = PARK.difference(shapely.box(80, 40, 120, 60))
    crossing = found(facilities(("primary_school", ring)), NO_GATES, streets(ACROSS))
    assert [(x, y) for _, x, y in crossing] == [(100, 0), (100, 40), (100, 60), (100, 100)]


def test_a_street_along_the_boundary_enters_once() -> None:
    along = streets([(20.0, 0.0), (60.0, 0.0)])
    assert found(facilities(("primary_school", PARK)), NO_GATES, along) == [("boundary", 40, 0)]


def test_no_facilities_no_entrances() -> None:
    assert len(find_entrances(FACILITIES.empty(CRS), NO_GATES, streets(ACROSS))) == 0


_PLACES = st.sampled_from(["park", "primary_school", "convenience"])
_ENDS = st.tuples(*[st.integers(-400, 600)] * 4).filter(lambda e: e[:2] != e[2:])


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(_PLACES, st.integers(-300, 300), st.integers(-300, 300), st.integers(0, 150)),
        min_size=1,
        max_size=6,
    ),
    st.lists(_ENDS, max_size=6),
    st.lists(st.tuples(st.none(), st.integers(-300, 300), st.integers(-300, 300)), max_size=4),
)
def test_every_facility_has_an_entrance_on_it(
    sites: list[tuple[str, int, int, int]],
    ends: list[tuple[int, int, int, int]],
    doors: list[tuple[None, int, int]],
) -> None:
    given_ = facilities(
        *(
            (s, shapely.box(x, y, x + side, y + side) if side else shapely.Point(x, y))
            for s, x, y, side in sites
        )
    )
    lines = streets(*([(float(a), float(b)), (float(c), float(d))] for a, b, c, d in ends))
    frame = find_entrances(given_, gates(*doors) if doors else NO_GATES, lines)
    assert set(frame["facility_id"]) == set(given_["facility_id"])
    shapes = given_.set_index("facility_id").geometry
    away = shapely.distance(frame.geometry.to_numpy(), shapes.loc[frame["facility_id"]].to_numpy())
    assert (away <= 3.0).all()
    again = find_entrances(given_, gates(*doors) if doors else NO_GATES, lines)
    assert again["entrance_id"].tolist() == frame["entrance_id"].tolist()
    assert shapely.equals_exact(again.geometry.to_numpy(), frame.geometry.to_numpy()).all()
