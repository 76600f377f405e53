"""Approximate communities: of the right size, whole, the same each time, and the same again next year."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.communities import FEWEST_PEOPLE, MOST_PEOPLE, merge_parcels
from yiju.city.parcels import Borders, bridged, shared_borders
from yiju.city.places import (
    approximate_communities,
    cell_reach_m,
    complete_places,
    name_after_streets,
    outline,
    same_places,
)
from yiju.city.splitting import splitting_lines
from yiju.city.tables import PLACES

CRS = "EPSG:4545"
NOTHING = np.array([], dtype=object)


def blocks(columns: int, rows: int, side: float = 100.0) -> np.ndarray:
    """A grid of square blocks, column by column."""
    x, y = (g.ravel() * side for g in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"))
    return shapely.box(x, y, x + side, y + side)


def merge(squares: np.ndarray, people: np.ndarray, barriers: np.ndarray = NOTHING, **options):
    borders = bridged(shared_borders(squares, barriers), squares, reach_m=500)
    return merge_parcels(people, shapely.area(squares), shapely.length(squares), borders, **options)


def contiguous(squares: np.ndarray, group: np.ndarray) -> bool:
    return all(
        shapely.union_all(squares[group == g]).geom_type == "Polygon" for g in range(int(group.max()) + 1)
    )


def test_an_even_city_falls_into_communities_of_the_right_size() -> None:
    squares = blocks(12, 12)
    merged = merge(squares, np.full(144, 1000.0))
    assert (merged.people >= FEWEST_PEOPLE).all()
    assert (merged.people <= MOST_PEOPLE).all()
    assert merged.people.sum() == 144_000
    assert merged.crossed == 0
    assert contiguous(squares, merged.group)


def test_communities_are_compact() -> None:
    squares = blocks(12, 12)
    merged = merge(squares, np.full(144, 1000.0))
    whole = [shapely.union_all(squares[merged.group == g]) for g in range(len(merged.people))]
    # A square has 16 times its area over its perimeter squared; a strip of 1 x 8 blocks has 0.4.
    squareness = [16 * w.area / w.length**2 for w in whole]
    assert np.mean(squareness) > 0.75
    assert min(squareness) > 0.5


def test_a_railway_is_not_crossed_where_both_sides_are_large_enough() -> None:
    squares = blocks(4, 8)
    railway = shapely.linestrings([[(200, 0), (200, 800)]])
    merged = merge(squares, np.full(32, 1000.0), railway)
    west = shapely.get_x(shapely.centroid(squares)) < 200
    assert merged.crossed == 0
    assert not set(merged.group[west]) & set(merged.group[~west])


def test_a_pocket_too_small_for_itself_is_joined_over_the_railway() -> None:
    squares = blocks(5, 4)
    railway = shapely.linestrings([[(400, 0), (400, 400)]])
    people = np.where(shapely.get_x(shapely.centroid(squares)) > 400, 200.0, 1000.0)
    merged = merge(squares, people, railway)
    assert merged.crossed >= 1
    assert (merged.people >= FEWEST_PEOPLE).all()


def test_an_inhabited_island_out_of_reach_stays_by_itself_and_a_near_one_is_bridged() -> None:
    squares = np.append(blocks(3, 3), shapely.box([400, 5000], 0, [500, 5100], 100))
    people = np.append(np.full(9, 1000.0), [800.0, 700.0])
    merged = merge(squares, people)
    assert sorted(merged.people) == [700.0, 9800.0]


def test_no_community_lies_in_two_districts() -> None:
    squares = blocks(6, 4)
    zone = (shapely.get_x(shapely.centroid(squares)) > 350).astype(int)
    merged = merge(squares, np.full(24, 1000.0), zone=zone)
    assert not set(merged.group[zone == 0]) & set(merged.group[zone == 1])


def test_a_block_with_too_many_people_stays_and_what_it_shuts_in_joins_it() -> None:
    ring = shapely.box(0, 0, 300, 300).difference(shapely.box(100, 100, 200, 200))
    squares = np.array([ring, shapely.box(100, 100, 200, 200)])
    merged = merge(squares, np.array([20_000.0, 300.0]))
    assert merged.people.tolist() == [20_300.0]


def test_a_region_too_small_gets_a_block_from_a_neighbour_that_can_spare_it() -> None:
    # 0-3 hold 11,500 and are one community; 4 holds 4,900 and fits nowhere, but block 3 does not miss to 0-2.
    squares = blocks(5, 1)
    start = np.array([0, 0, 0, 0, -1])
    merged = merge(squares, np.array([4000.0, 4000.0, 3000.0, 500.0, 4900.0]), start=start)
    assert merged.people.tolist() == [11_000.0, 5400.0]


def test_a_large_empty_hill_joins_last_and_does_not_shape_communities() -> None:
    town, hill = blocks(4, 4), shapely.segmentize(shapely.box(400, 0, 1400, 400), 100)
    squares = np.append(town, hill)
    people = np.append(np.full(16, 1000.0), 0.0)
    with_hill, without = merge(squares, people), merge(town, people[:16])
    assert with_hill.group[:16].tolist() == without.group.tolist()


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9), st.integers(2, 9))
def test_any_city_is_parted_whole_and_the_same_each_time(seed: int, columns: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    squares = blocks(columns, rows)
    people = rng.choice([0.0, 100.0, 2500.0, 13_000.0], size=len(squares)) * rng.random(len(squares))
    merged, again = merge(squares, people), merge(squares, people)
    assert merged.group.tolist() == again.group.tolist()
    assert set(merged.group) == set(range(len(merged.people)))
    assert merged.people == pytest.approx(np.bincount(merged.group, weights=people))
    assert contiguous(squares, merged.group)
    # Nothing is left too small that a neighbour could still take in.
    borders = shared_borders(squares, NOTHING)
    for a, b in zip(merged.group[borders.first], merged.group[borders.second], strict=True):
        small = min(merged.people[a], merged.people[b])
        together = merged.people[a] + merged.people[b]
        assert a == b or small >= FEWEST_PEOPLE or together > MOST_PEOPLE or small == 0


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9), st.integers(2, 9), st.booleans())
def test_beginning_from_what_was_there_changes_nothing(
    seed: int, columns: int, rows: int, railway: bool
) -> None:
    rng = np.random.default_rng(seed)
    squares = blocks(columns, rows)
    people = rng.choice([0.0, 100.0, 2500.0, 13_000.0], size=len(squares)) * rng.random(len(squares))
    barriers = shapely.linestrings([[(100, 0), (100, 100 * rows)]]) if railway else NOTHING
    first = merge(squares, people, barriers)
    again = merge(squares, people, barriers, start=first.group)
    assert again.group.tolist() == first.group.tolist()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_a_small_change_of_people_leaves_nearly_all_communities_as_they_were(seed: int) -> None:
    rng = np.random.default_rng(seed)
    squares = blocks(12, 12)
    people = rng.gamma(2.0, 400.0, 144)
    before = merge(squares, people)
    after = merge(squares, people * rng.normal(1.0, 0.02, 144), start=before.group)
    same = sum(
        people[
            (before.group == g) & (after.group == np.bincount(after.group[before.group == g]).argmax())
        ].sum()
        for g in range(len(before.people))
    )
    assert same / people.sum() > 0.85


def communities(squares: np.ndarray, people: np.ndarray, **options) -> gpd.GeoDataFrame:
    return approximate_communities(squares, people, shared_borders(squares, NOTHING), crs=CRS, **options)


def test_communities_cover_the_land_and_keep_the_contract() -> None:
    squares = blocks(6, 6)
    made = communities(squares, np.full(36, 1000.0))
    assert PLACES.validate(made) is not None
    assert set(made["origin"]) == {"approximate"}
    assert made.geometry.area.sum() == pytest.approx(36e4)
    assert made.geometry.union_all().area == pytest.approx(36e4)


def test_without_people_there_are_no_communities() -> None:
    assert len(communities(blocks(3, 3), np.zeros(9))) == 0
    assert len(communities(blocks(3, 3), np.full(9, np.nan))) == 0


def test_rocks_where_nobody_lives_belong_to_the_nearest_community() -> None:
    squares = np.append(blocks(3, 3), shapely.box([9000], 0, [9100], 100))
    made = communities(squares, np.append(np.full(9, 1000.0), 0.0))
    assert len(made) == 1
    assert made.geometry.iloc[0].geom_type == "MultiPolygon"


def test_ids_and_names_live_on_in_the_next_build() -> None:
    rng = np.random.default_rng(7)
    squares, people = blocks(10, 10), rng.gamma(2.0, 500.0, 100)
    first = communities(squares, people)
    second = communities(squares, people * rng.normal(1, 0.02, 100), previous=first)
    kept = first.merge(second.drop(columns="geometry"), on="place_id")
    assert len(kept) >= 0.9 * len(first)
    assert (kept["name_x"] == kept["name_y"]).all()
    assert second["place_id"].is_unique


def test_ids_do_not_depend_on_the_other_communities() -> None:
    squares = blocks(8, 4)
    whole = communities(squares, np.full(32, 1000.0))
    half = communities(squares[:16], np.full(16, 1000.0))
    assert set(half["place_id"]) <= set(whole["place_id"])


def test_a_community_knows_the_subdistrict_above_it() -> None:
    zones = gpd.GeoDataFrame(
        {"place_id": ["east", "west"]}, geometry=shapely.box([300, 0], 0, [600, 300], 300), crs=CRS
    )
    made = communities(blocks(6, 3), np.full(18, 1000.0), zones=zones)
    at = ["west" if x < 300 else "east" for x in made.geometry.centroid.x]
    assert made["parent_id"].tolist() == at


def test_the_same_place_is_the_one_with_more_than_half_in_common() -> None:
    old = shapely.box([0, 100], 0, [100, 200], 100)
    new = shapely.box([0, 110, 0], 0, [60, 200, 60], [100, 100, 90])
    assert same_places(new, old).tolist() == [0, 1, -1]


def test_names_are_numbered_where_several_share_a_street() -> None:
    streets = gpd.GeoDataFrame({"name": ["人民路"]}, geometry=shapely.linestrings([[(0, 5), (30, 5)]]))
    streets = gpd.GeoDataFrame(
        {"name": ["人民路"] * 3}, geometry=shapely.linestrings([[(x, 5), (x + 9, 5)] for x in (0, 10, 20)])
    )
    assert name_after_streets(shapely.box([0, 10, 20], 0, [10, 20, 30], 10), streets).tolist() == [
        "人民路",
        "人民路 2",
        "人民路 3",
    ]


def test_a_city_without_named_streets_has_numbered_areas() -> None:
    assert name_after_streets(blocks(1, 2), None).tolist() == ["1 号片区 (area 1)", "2 号片区 (area 2)"]


def test_given_places_get_a_city_above_them() -> None:
    given_ = gpd.GeoDataFrame(
        {
            "place_id": ["city"],
            "level": ["district"],
            "name": ["东区"],
            "origin": ["given"],
            "area_m2": [1e4],
        },
        geometry=[shapely.box(0, 0, 100, 100)],
        crs=CRS,
    )
    places = complete_places(PLACES.validate(given_), shapely.box(0, 0, 100, 100), name="磁溪市", crs=CRS)
    assert places["place_id"].tolist() == ["city0", "city"]
    assert places["parent_id"].tolist()[1] == "city0"


def test_the_outline_of_data_closes_gaps_under_a_kilometre_and_leaves_lakes_out() -> None:
    ring = shapely.box(0, 0, 4000, 4000).boundary
    points = shapely.get_coordinates(shapely.segmentize(ring, 50))
    lake = outline(shapely.points(points))
    assert not lake.contains(shapely.Point(2000, 2000))
    street = outline(
        shapely.points(shapely.get_coordinates(shapely.segmentize(shapely.box(0, 0, 800, 800).boundary, 50)))
    )
    assert street.contains(shapely.Point(400, 400))
    assert street.area == pytest.approx(850**2, rel=0.05)


def test_a_cell_reaches_half_the_diagonal_of_its_grid() -> None:
    grid = shapely.points(
        np.stack([g.ravel() * 250.0 for g in np.meshgrid(np.arange(4), np.arange(4))], axis=1)
    )
    assert cell_reach_m(grid) == pytest.approx(250 / np.sqrt(2))


def test_a_superblock_is_cut_between_its_people() -> None:
    block = np.array([shapely.box(0, 0, 400, 400)])
    homes = shapely.points([[50, 200], [350, 200], [350, 210]])
    people = np.array([9000.0, 4000.0, 3000.0])
    [line] = splitting_lines(block, homes, people)
    assert line.length >= 400
    west, east = shapely.ops.split(block[0], line).geoms
    assert {west.contains(homes[0]), east.contains(homes[0])} == {True, False}
    assert len(splitting_lines(block, homes, people / 2)) == 0
    assert len(splitting_lines(block, homes[:1], people[:1] * 3)) == 0


def test_borders_of_nothing() -> None:
    nothing = Borders(*(np.array([], dtype=t) for t in (int, int, float, float)))
    assert len(bridged(nothing, NOTHING, reach_m=1).first) == 0
    assert len(shared_borders(NOTHING, NOTHING).first) == 0
