"""People put into homes: nobody lost, nobody made, and only where there are homes to tell."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.dasymetric import lattice, pick_homes, spread_areas, spread_total
from yiju.city.tables import BUILDINGS, FACILITIES, LAND
from yiju.city.within import assign_places, holder, sums

CRS = "EPSG:4545"


def buildings(*rows: tuple[str, float, float, float, float]) -> gpd.GeoDataFrame:
    """Buildings of (use, x, y, side, levels)."""
    return BUILDINGS.validate(
        gpd.GeoDataFrame(
            {
                "building_id": [f"b{i}" for i in range(len(rows))],
                "use": [use for use, *_ in rows],
                "levels": [levels for *_, levels in rows],
                "levels_given": True,
                "footprint_m2": [side**2 for _, _, _, side, _ in rows],
                "floor_area_m2": [side**2 * levels for _, _, _, side, levels in rows],
            },
            geometry=[shapely.box(x, y, x + side, y + side) for _, x, y, side, _ in rows],
            crs=CRS,
        )
    )


def land(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return LAND.validate(
        gpd.GeoDataFrame(
            {
                "land_id": [str(i) for i in range(len(rows))],
                "use": [use for use, _ in rows],
                "origin": "osm",
                "area_m2": [shape.area for _, shape in rows],
            },
            geometry=[shape for _, shape in rows],
            crs=CRS,
        )
    )


def facility(service: str, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    row = {"facility_id": ["f"], "service": [service], "source": ["osm"]}
    return FACILITIES.validate(gpd.GeoDataFrame(row, geometry=[shape], crs=CRS))


NO_LAND, NO_FACILITIES = LAND.empty(CRS), FACILITIES.empty(CRS)


def test_which_buildings_are_homes() -> None:
    given_ = buildings(
        ("residential", 0, 0, 4, 1),  # said to be
        ("other", 100, 0, 20, 1),
        ("unknown", 200, 0, 20, 1),
        ("unknown", 300, 0, 5, 1),  # a shed
        ("unknown", 400, 0, 20, 1),  # on industrial land
        ("unknown", 500, 0, 20, 1),  # a school
        ("unknown", 600, 0, 20, 1),  # a shop on the ground floor
        ("residential", 410, 50, 20, 1),  # said to be, on industrial land
    )
    works = land(("industrial", shapely.box(390, -10, 450, 90)))
    services = gpd.GeoDataFrame(
        np.concatenate(
            [
                facility("primary_school", shapely.Point(510, 10)),
                facility("convenience", shapely.Point(610, 10)),
            ]
        ),
        columns=FACILITIES.empty(CRS).columns,
        geometry="geometry",
        crs=CRS,
    )
    assert pick_homes(given_, works, services)["building_id"].tolist() == ["b0", "b2", "b6", "b7"]


def test_where_two_uses_overlap_residential_wins() -> None:
    both = land(("industrial", shapely.box(0, 0, 100, 100)), ("residential", shapely.box(0, 0, 50, 50)))
    homes = pick_homes(buildings(("unknown", 10, 10, 20, 1), ("unknown", 70, 70, 20, 1)), both, NO_FACILITIES)
    assert homes["building_id"].tolist() == ["b0"]


def test_a_city_without_buildings_has_no_homes() -> None:
    assert len(pick_homes(BUILDINGS.empty(CRS), NO_LAND, NO_FACILITIES)) == 0


def test_people_go_by_floor_area() -> None:
    homes = buildings(("residential", 0, 0, 100, 1), ("residential", 500, 0, 100, 3))
    people = spread_total(1000, homes, NO_LAND, source="city.toml")
    assert people["people"].tolist() == [250.0, 750.0]
    assert people["cell_id"].tolist() == ["home-b0", "home-b1"]
    assert set(people["status"]) == {"modelled"}


def test_without_homes_people_go_evenly_over_residential_land() -> None:
    fields = land(("residential", shapely.box(0, 0, 200, 200)), ("green", shapely.box(500, 0, 900, 200)))
    people = spread_total(1000, BUILDINGS.empty(CRS), fields, source="city.toml")
    assert people["people"].tolist() == [250.0] * 4
    assert people.geometry.x.max() < 200


def test_a_few_mapped_houses_are_not_given_a_whole_city() -> None:
    house, fields = (
        buildings(("residential", 0, 0, 10, 1)),
        land(("residential", shapely.box(500, 0, 700, 200))),
    )
    assert len(spread_total(11, house, NO_LAND, source="city.toml")) == 0  # 100 m2 of floor for eleven
    assert spread_total(10, house, NO_LAND, source="city.toml")["people"].tolist() == [10.0]
    assert spread_total(1000, house, fields, source="city.toml")["cell_id"].str.startswith("land-").all()


def test_with_neither_homes_nor_land_nobody_is_anywhere() -> None:
    assert len(spread_total(1000, BUILDINGS.empty(CRS), NO_LAND, source="city.toml")) == 0


_HOMES = st.lists(
    st.tuples(st.integers(0, 19), st.integers(1, 30)), min_size=1, max_size=20, unique_by=lambda h: h[0]
)


@settings(max_examples=40)
@given(_HOMES, st.floats(0.5, 5000))
def test_nobody_is_lost_or_made(homes: list[tuple[int, int]], total: float) -> None:
    given_ = buildings(*(("residential", 50 * x, 0, 10, levels) for x, levels in homes))
    room = given_["floor_area_m2"].sum() / 10
    people = spread_total(total, given_, NO_LAND, source="city.toml")
    assert people["people"].sum() == pytest.approx(total if total <= room else 0.0)
    assert (people["people"] > 0).all()


def areas(*people: float, bands: dict[str, list[float]] | None = None) -> gpd.GeoDataFrame:
    """Squares of 500 m side by side."""
    x = np.arange(len(people)) * 500
    rows = {
        "cell_id": [f"a{i}" for i in range(len(people))],
        "people": people,
        "status": "measured",
        "source": "grid",
    }
    return gpd.GeoDataFrame({**rows, **(bands or {})}, geometry=shapely.box(x, 0, x + 500, 500), crs=CRS)


def test_an_area_gives_its_people_and_ages_to_its_own_homes() -> None:
    homes = buildings(
        ("residential", 0, 0, 30, 1), ("residential", 100, 0, 30, 3), ("residential", 600, 0, 60, 1)
    )
    spread, done = spread_areas(areas(100, 40, bands={"age_60_plus": [20, np.nan]}), homes, ["age_60_plus"])
    assert done.tolist() == [True, True]
    assert spread["cell_id"].tolist() == ["a0/b0", "a0/b1", "a1/b2"]
    assert spread["people"].tolist() == [25.0, 75.0, 40.0]
    assert spread["age_60_plus"].tolist()[:2] == [5.0, 15.0]
    assert np.isnan(spread["age_60_plus"].iloc[2])
    assert set(spread["status"]) == {"modelled"}


def test_an_area_stays_whole_where_homes_are_missing_or_people_unknown() -> None:
    homes = buildings(("residential", 0, 0, 30, 1), ("residential", 600, 0, 30, 1))
    spread, done = spread_areas(
        areas(91, np.nan, 50), homes
    )  # 900 m2 for 91 people: most houses are not mapped
    assert done.tolist() == [False, False, False]
    assert len(spread) == 0
    assert spread_areas(areas(90), homes)[1].tolist() == [True]


@settings(max_examples=40)
@given(_HOMES, st.lists(st.floats(0, 50), min_size=2, max_size=2))
def test_every_area_keeps_its_people(homes: list[tuple[int, int]], people: list[float]) -> None:
    given_ = buildings(*(("residential", 50 * x, 0, 40, levels) for x, levels in homes))
    cells = areas(*people)
    spread, done = spread_areas(cells, given_)
    of = spread["cell_id"].str.split("/").str[0]
    for i in range(2):
        assert spread.loc[of == f"a{i}", "people"].sum() == pytest.approx(people[i] if done[i] else 0.0)


def test_the_lattice_stays_the_same_when_the_area_grows() -> None:
    small, large = (lattice(np.array([shapely.box(-30, 40, e, e)]), 100.0) for e in (420, 990))
    assert {p.wkt for p in small} <= {p.wkt for p in large}
    assert len(lattice(np.array([], dtype=object), 100.0)) == 0


def test_a_point_is_held_once_and_a_lost_one_by_the_nearest_in_reach() -> None:
    squares = shapely.box([0, 1, 0.5], 0, [1, 2, 1.5], 1)
    points = shapely.points([[1, 0.5], [0.7, 0.5], [2.4, 0.5], [9, 9]])
    assert holder(points, squares).tolist() == [0, 0, -1, -1]
    assert holder(points, squares, reach_m=1).tolist() == [0, 0, 1, -1]
    nowhere = np.array([shapely.Point(), None], dtype=object)
    assert holder(nowhere, squares, reach_m=1).tolist() == [-1, -1]
    assert holder(points, squares[:0]).tolist() == [-1] * 4
    assert sums(np.array([1, -1]), np.array([2.0, 4.0]), 2).tolist() == [0.0, 2.0]


@given(st.lists(st.tuples(st.floats(-1, 4), st.floats(-1, 2)), min_size=1, max_size=20))
def test_holding_is_as_shapely_says(points: list[tuple[float, float]]) -> None:
    squares = shapely.box([0, 1, 2], 0, [1, 2, 3], 1)
    at = holder(shapely.points(points), squares)
    for point, index in zip(shapely.points(points), at, strict=True):
        inside = [i for i in range(3) if squares[i].intersects(point)]
        assert index == (inside[0] if inside else -1)


def test_rows_get_the_places_of_every_level() -> None:
    places = gpd.GeoDataFrame(
        {"place_id": ["city", "d1", "c1"], "level": ["city", "district", "community"]},
        geometry=shapely.box(0, 0, [9, 5, 2], 9),
        crs=CRS,
    )
    rows = gpd.GeoDataFrame(
        geometry=[shapely.Point(1, 1), shapely.box(3, 0, 4, 1), shapely.Point(8, 1)], crs=CRS
    )
    placed = assign_places(rows, places)
    assert placed["community"].tolist()[0] == "c1"
    assert placed["community"].isna().tolist() == [False, True, True]
    assert placed["district"].tolist()[:2] == ["d1", "d1"]
    assert placed["subdistrict"].isna().all()
