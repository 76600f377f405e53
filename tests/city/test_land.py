"""Residential land from the best source there is, each square metre once; and what is built up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.land import (
    ResidentialLand,
    built_up,
    built_up_by,
    choose_residential,
    land_table,
    measure_parcels,
    read_residential,
)
from yiju.city.parcels import parcel_frame, shared_borders
from yiju.city.tables import BUILDINGS, LAND, PLACES, RESIDENTS
from yiju.errors import InputError

CRS = "EPSG:4545"
NOTHING = np.array([], dtype=object)
TOWN = shapely.box(0, 0, 400, 400)


def squares(columns: int = 4, rows: int = 4, side: float = 100.0) -> np.ndarray:
    x, y = (g.ravel() * side for g in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"))
    return shapely.box(x, y, x + side, y + side)


def people(*rows: tuple[float, float, float]) -> gpd.GeoDataFrame:
    """Cells of (x, y, people)."""
    return RESIDENTS.validate(
        gpd.GeoDataFrame(
            {
                "cell_id": [str(i) for i in range(len(rows))],
                "people": [float(n) for *_, n in rows],
                "status": "measured",
                "source": "grid",
            },
            geometry=[shapely.Point(x, y) for x, y, _ in rows],
            crs=CRS,
        )
    )


def homes(*rows: tuple[float, float, float]) -> gpd.GeoDataFrame:
    """Two-storey houses of (x, y, side)."""
    return BUILDINGS.validate(
        gpd.GeoDataFrame(
            {
                "building_id": [str(i) for i in range(len(rows))],
                "use": "residential",
                "levels_given": False,
                "footprint_m2": [side**2 for *_, side in rows],
                "floor_area_m2": [2 * side**2 for *_, side in rows],
            },
            geometry=[shapely.box(x, y, x + side, y + side) for x, y, side in rows],
            crs=CRS,
        )
    )


def osm(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
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


NO_HOMES, NOBODY, NO_LAND = BUILDINGS.empty(CRS), RESIDENTS.empty(CRS), LAND.empty(CRS)
PARCELS_OF_TOWN = parcel_frame(squares(), CRS)


def test_the_users_own_land_goes_first() -> None:
    own = np.array([shapely.box(0, 0, 10, 10)])
    chosen = choose_residential(
        own, osm(("residential", TOWN)), PARCELS_OF_TOWN, NO_HOMES, people((200, 200, 9))
    )
    assert (chosen.choice, chosen.origin, chosen.share, chosen.osm_share) == ("user", "user", 0.0, 1.0)
    assert chosen.areas.tolist() == own.tolist()


@pytest.mark.parametrize(("inside", "choice"), [(5, "osm"), (4, "homes")])
def test_openstreetmaps_land_is_taken_where_half_of_the_people_live_on_it(inside: int, choice: str) -> None:
    drawn = osm(("residential", shapely.box(0, 0, 100, 400)))
    cells = people((50, 50, inside), (250, 250, 10 - inside))
    chosen = choose_residential(NOTHING, drawn, PARCELS_OF_TOWN, homes((40, 40, 20), (240, 240, 30)), cells)
    assert chosen.choice == choice
    assert chosen.osm_share == inside / 10


def test_without_people_the_floor_area_of_homes_is_asked() -> None:
    drawn = osm(("residential", shapely.box(0, 0, 100, 400)))
    houses = homes((40, 40, 20), (240, 240, 10))
    assert choose_residential(NOTHING, drawn, PARCELS_OF_TOWN, houses, NOBODY).choice == "osm"
    assert (
        choose_residential(NOTHING, drawn, PARCELS_OF_TOWN, homes((240, 240, 10)), NOBODY).choice == "homes"
    )


def test_parcels_that_hold_homes_are_whole_where_they_are_full_and_yards_where_they_are_empty() -> None:
    houses = homes((40, 40, 30), (240, 240, 10))  # nine parts in a hundred, and one
    chosen = choose_residential(NOTHING, NO_LAND, PARCELS_OF_TOWN, houses, people((50, 50, 9), (245, 245, 1)))
    by_size = sorted(chosen.areas, key=shapely.area)
    assert by_size[-1].equals(shapely.box(0, 0, 100, 100))
    # A house of 10 m with 30 m around it, round at the corners: an octagon in place of a circle.
    assert by_size[0].area == pytest.approx(10 * 10 + 4 * 10 * 30 + 2 * np.sqrt(2) * 30**2)
    assert by_size[0].within(shapely.box(200, 200, 300, 300))


def test_a_few_mapped_houses_do_not_stand_for_a_whole_city() -> None:
    cells = people(*((x, y, 40) for x in range(50, 400, 100) for y in range(50, 400, 100)))
    chosen = choose_residential(NOTHING, NO_LAND, PARCELS_OF_TOWN, homes((40, 40, 30)), cells)
    assert (chosen.choice, chosen.origin) == ("people", "parcels")
    assert shapely.union_all(chosen.areas).area == pytest.approx(TOWN.area)


def test_open_country_is_not_residential_land() -> None:
    cells = people(*((x, y, 100 if x < 200 else 1) for x in range(50, 400, 100) for y in range(50, 400, 100)))
    chosen = choose_residential(NOTHING, NO_LAND, PARCELS_OF_TOWN, NO_HOMES, cells)
    assert shapely.union_all(chosen.areas).area == pytest.approx(TOWN.area / 2, rel=0.15)


def test_a_park_is_taken_out_of_the_parcels() -> None:
    park = shapely.box(0, 0, 50, 100)
    chosen = choose_residential(
        NOTHING, osm(("green", park)), PARCELS_OF_TOWN, homes((60, 40, 30)), people((75, 50, 9))
    )
    assert shapely.union_all(chosen.areas).equals(shapely.box(50, 0, 100, 100))


def test_one_landmark_does_not_make_buildings_mapped() -> None:
    town = parcel_frame(squares(8, 4), CRS)
    house = homes((40, 40, 30))
    assert choose_residential(NOTHING, NO_LAND, town, house, NOBODY).choice == "none"
    measured = measure_parcels(town, NOBODY, house)
    assert built_up_by(measured) == "streets"
    two = homes((40, 40, 30), (140, 40, 30))
    assert choose_residential(NOTHING, NO_LAND, town, two, NOBODY).choice == "homes"
    assert built_up_by(measure_parcels(town, NOBODY, two)) == "buildings"


def test_where_nothing_tells_there_is_none() -> None:
    chosen = choose_residential(NOTHING, NO_LAND, PARCELS_OF_TOWN, NO_HOMES, NOBODY)
    assert (chosen.choice, len(chosen.areas)) == ("none", 0)


def places(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return PLACES.validate(
        gpd.GeoDataFrame(
            {
                "place_id": ["city", *(f"c{i}" for i in range(len(shapes)))],
                "level": ["city", *["community"] * len(shapes)],
                "name": "x",
                "origin": "given",
                "area_m2": 1.0,
            },
            geometry=[TOWN, *shapes],
            crs=CRS,
        )
    )


def residential(*shapes: shapely.Geometry) -> ResidentialLand:
    return ResidentialLand(np.array(shapes, dtype=object), "osm", 1.0, 1.0)


def test_land_is_cut_along_communities_and_counts_once() -> None:
    west, east = shapely.box(0, 0, 200, 400), shapely.box(200, 0, 400, 400)
    table = land_table(
        NO_LAND,
        residential(shapely.box(100, 100, 300, 300), shapely.box(150, 150, 900, 250)),
        places(west, east),
        TOWN,
    )
    held = table.groupby("community")["area_m2"].sum()
    assert held["c0"] == pytest.approx(100 * 200)
    assert held["c1"] == pytest.approx(100 * 200 + 100 * 100)  # and nothing outside the boundary


def test_land_beside_every_community_is_kept() -> None:
    table = land_table(NO_LAND, residential(TOWN), places(shapely.box(0, 0, 200, 400)), TOWN)
    assert table["area_m2"].sum() == pytest.approx(TOWN.area)
    assert table["community"].isna().sum() == 1


def test_other_uses_stand_beside_residential_land() -> None:
    table = land_table(
        osm(("green", shapely.box(0, 0, 50, 50)), ("residential", TOWN)), residential(), places(TOWN), TOWN
    )
    assert table["use"].tolist() == ["green"]
    assert len(land_table(NO_LAND, residential(), places(TOWN), TOWN)) == 0


_BOXES = st.lists(st.tuples(*[st.integers(-50, 400)] * 2, *[st.integers(1, 300)] * 2), max_size=6)


@settings(max_examples=40)
@given(_BOXES)
def test_the_table_has_exactly_the_land_inside_the_boundary(boxes: list[tuple[int, int, int, int]]) -> None:
    shapes = [shapely.box(x, y, x + width, y + height) for x, y, width, height in boxes]
    table = land_table(NO_LAND, residential(*shapes), places(*squares(2, 2, 150)), TOWN)
    wanted = shapely.intersection(shapely.union_all(shapes), TOWN).area
    assert table["area_m2"].sum() == pytest.approx(wanted, abs=9.0)
    assert table["land_id"].is_unique


def test_parcels_know_their_people_and_buildings() -> None:
    cells = people((50, 50, 30), (60, 60, 20), (350, 350, 7))
    measured = measure_parcels(PARCELS_OF_TOWN, cells, homes((40, 40, 20), (50, 60, 10)))
    first = measured.iloc[0]
    assert (first["people"], first["floor_area_m2"], first["built_share"]) == (50.0, 1000.0, 0.05)
    assert measured["people"].sum() == 57


def test_a_coarse_cell_gives_its_people_to_every_parcel_that_it_reaches_over() -> None:
    cells = people(
        *((x, y, 400) for x in (100, 300) for y in (100, 300))
    )  # 200 m apart, on corners of parcels
    measured = measure_parcels(PARCELS_OF_TOWN, cells, NO_HOMES)
    assert measured["people"].tolist() == pytest.approx([100.0] * 16)


def test_without_such_a_table_a_parcel_says_unknown_and_not_zero() -> None:
    measured = measure_parcels(PARCELS_OF_TOWN, NOBODY, NO_HOMES)
    assert measured[["people", "floor_area_m2", "built_share"]].isna().all().all()


def test_a_park_in_the_town_is_built_up_area_and_fields_are_not() -> None:
    town = squares(6, 3)
    middle = shapely.get_x(shapely.centroid(town))
    parcels = parcel_frame(town, CRS).assign(
        built_share=np.where(middle < 300, 0.3, 0.0), people=np.nan, floor_area_m2=np.nan
    )
    parcels.loc[4, "built_share"] = 0.0  # the park, enclosed on all sides
    borders = shared_borders(town, NOTHING)
    built = built_up(parcels, borders.first, borders.second, borders.length_m)
    assert built.tolist() == (middle < 300).tolist()


def test_a_park_of_two_parcels_is_enclosed_piece_by_piece() -> None:
    town = squares(5, 4)
    parcels = parcel_frame(town, CRS).assign(built_share=0.3, people=np.nan, floor_area_m2=np.nan)
    parcels.loc[[9, 10], "built_share"] = 0.0  # side by side in the middle
    borders = shared_borders(town, NOTHING)
    assert built_up(parcels, borders.first, borders.second, borders.length_m).all()


def test_dense_cells_make_a_parcel_built_up_where_buildings_are_not_mapped() -> None:
    parcels = parcel_frame(squares(2, 1), CRS).assign(
        people=[20.0, 10.0], built_share=np.nan, floor_area_m2=np.nan
    )
    assert built_up(parcels, *[np.array([], dtype=int)] * 2, np.array([])).tolist() == [
        True,
        False,
    ]  # 2,000, 1,000 / km2


def test_where_only_streets_are_known_small_blocks_are_the_town() -> None:
    town = np.append(squares(3, 3), shapely.box(300, 0, 1300, 1000))
    parcels = parcel_frame(town, CRS).assign(people=np.nan, built_share=np.nan, floor_area_m2=np.nan)
    assert built_up_by(parcels) == "streets"
    assert built_up(parcels, *[np.array([], dtype=int)] * 2, np.array([])).tolist() == [True] * 9 + [False]


def test_the_users_land_must_be_polygons(tmp_path) -> None:
    file = tmp_path / "land.gpkg"
    shapes = [shapely.box(0, 0, 9, 9), shapely.LineString([(0, 0), (5, 5)])]
    gpd.GeoDataFrame({"a": [1, 2]}, geometry=shapes, crs=CRS).to_file(file)
    assert shapely.area(read_residential(file, crs=CRS)).tolist() == [81.0]
    gpd.GeoDataFrame({"a": [1]}, geometry=shapes[1:], crs=CRS).to_file(file)
    with pytest.raises(InputError, match="no polygon"):
        read_residential(file, crs=CRS)
