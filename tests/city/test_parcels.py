"""Parcels: cut without loss or overlap, slivers joined, borders as shapely measures them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from yiju.city.parcels import (
    SLIVER_WIDTH_M,
    bridged,
    cut_parcels,
    cutting_streets,
    dissolve,
    point_codes,
    shared_borders,
    widths_m,
)

TOWN = shapely.box(0, 0, 300, 300)
NOTHING = np.array([], dtype=object)


def grid_lines(*at: float, end: float = 310) -> np.ndarray:
    return shapely.linestrings([p for a in at for p in ([(a, -10), (a, end)], [(-10, a), (end, a)])])


def edges(*rows: tuple[str, bool, bool, bool]) -> gpd.GeoDataFrame:
    """Edges of (class, driven, tunnel, walked), side by side."""
    return gpd.GeoDataFrame(
        [
            {
                "street_class": street_class,
                "drive_forward": drive,
                "drive_backward": False,
                "tunnel": tunnel,
                "walk": walk,
            }
            for street_class, drive, tunnel, walk in rows
        ],
        geometry=[shapely.LineString([(0, i), (9, i)]) for i in range(len(rows))],
    )


def test_a_grid_of_streets_cuts_squares() -> None:
    parcels = cut_parcels(TOWN, grid_lines(100, 200), NOTHING)
    assert shapely.area(parcels).tolist() == [10_000.0] * 9


def test_without_streets_the_whole_city_is_one_parcel() -> None:
    [whole] = cut_parcels(TOWN, NOTHING, NOTHING)
    assert whole.equals(TOWN)


def test_a_dead_end_cuts_nothing() -> None:
    dead_end = shapely.linestrings([[(100, -10), (100, 200)]])
    assert len(cut_parcels(TOWN, dead_end, NOTHING)) == 1


def test_lines_that_cross_without_a_node_still_cut() -> None:
    diagonals = shapely.linestrings([[(0, 0), (300, 300)], [(0, 300), (300, 0)]])
    assert shapely.area(cut_parcels(TOWN, diagonals, NOTHING)) == pytest.approx([22_500.0] * 4)


def test_the_median_of_a_dual_carriageway_joins_a_neighbour() -> None:
    carriageways = shapely.linestrings([[(140, -10), (140, 310)], [(148, -10), (148, 310)]])
    parcels = cut_parcels(TOWN, carriageways, NOTHING)
    assert len(parcels) == 2
    assert shapely.area(parcels).min() >= 140 * 300
    assert shapely.area(parcels).sum() == TOWN.area


def test_a_river_is_no_land_and_parts_its_banks_but_a_pond_is_nothing() -> None:
    river = shapely.box(120, -50, 180, 350)
    upper, lower = shapely.box(120, 150, 180, 350), shapely.box(120, -50, 180, 150)
    pond = shapely.box(20, 20, 60, 60)
    whole = cut_parcels(TOWN, NOTHING, np.array([river, pond]))
    in_pieces = cut_parcels(TOWN, NOTHING, np.array([upper, lower, pond]))
    assert shapely.area(whole).tolist() == [120 * 300, 120 * 300]
    assert shapely.area(in_pieces).tolist() == shapely.area(whole).tolist()
    assert len(shared_borders(whole, NOTHING).first) == 0


def test_what_cuts_land_and_what_does_not() -> None:
    lines, barrier = cutting_streets(
        edges(
            ("residential", True, False, True),
            ("motorway", True, False, False),
            ("pedestrian", False, False, True),
            ("service", True, False, True),
            ("footway", False, False, True),
            ("primary", True, True, True),
        )
    )
    assert [line.coords[0][1] for line in lines] == [0, 1, 2]
    assert barrier.tolist() == [False, True, False]


def test_a_network_that_says_nothing_of_driving_is_cut_along_every_edge() -> None:
    lines, _ = cutting_streets(edges(("1", False, False, True), ("2", False, False, True)))
    assert len(lines) == 2


@given(
    st.lists(
        st.tuples(*[st.integers(-20, 320)] * 4).filter(lambda c: c[:2] != c[2:]),
        min_size=0,
        max_size=12,
        unique=True,
    )
)
def test_any_streets_leave_no_gap_and_no_overlap(ends: list[tuple[int, int, int, int]]) -> None:
    lines = shapely.linestrings([[(a, b), (c, d)] for a, b, c, d in ends]) if ends else NOTHING
    parcels = cut_parcels(TOWN, lines, NOTHING)
    assert shapely.is_valid(parcels).all()
    assert shapely.area(parcels).sum() == pytest.approx(TOWN.area)
    assert shapely.union_all(parcels).area == pytest.approx(TOWN.area)


@given(
    st.lists(
        st.tuples(*[st.integers(-20, 320)] * 4).filter(lambda c: c[:2] != c[2:]),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_borders_are_as_long_as_shapely_says(ends: list[tuple[int, int, int, int]]) -> None:
    parcels = cut_parcels(TOWN, shapely.linestrings([[(a, b), (c, d)] for a, b, c, d in ends]), NOTHING)
    borders = shared_borders(parcels, NOTHING)
    found = {
        (int(i), int(j)): length
        for i, j, length in zip(borders.first, borders.second, borders.length_m, strict=True)
    }
    for i in range(len(parcels)):
        for j in range(i + 1, len(parcels)):
            length = shapely.length(shapely.intersection(parcels[i], parcels[j]))
            assert found.get((i, j), 0.0) == pytest.approx(length, abs=1e-6)


def test_only_the_border_on_the_railway_is_a_barrier() -> None:
    squares = cut_parcels(TOWN, grid_lines(150), NOTHING)
    borders = shared_borders(squares, shapely.linestrings([[(150, -10), (150, 310)]]))
    across = {
        (i, j) for i, j, b in zip(borders.first, borders.second, borders.barrier_m, strict=True) if b > 0
    }
    middle = shapely.get_x(shapely.centroid(squares))
    assert across == {
        (i, j) for i, j in zip(borders.first, borders.second, strict=True) if middle[i] != middle[j]
    }
    assert borders.length_m.tolist() == [150.0] * 4


def test_islands_are_bridged_to_the_nearest_land_within_reach() -> None:
    land = shapely.box([0, 100, 150, 5000], 0, [100, 140, 200, 5100], 100)
    borders = bridged(shared_borders(land, NOTHING), land, reach_m=500)
    pairs = {
        (int(i), int(j)): float(m)
        for i, j, m in zip(borders.first, borders.second, borders.length_m, strict=True)
    }
    assert pairs == {(0, 1): 100.0, (1, 2): 0.0}


def test_a_sliver_among_slivers_still_finds_wide_land() -> None:
    # Three strips of 5 m beside a block: the middle one touches slivers only.
    strips = shapely.box([0, 5, 10, 15], 0, [5, 10, 15, 215], 200)
    parcels = cut_parcels(shapely.union_all(strips), shapely.boundary(strips), NOTHING)
    assert len(parcels) == 1


def test_dissolving_keeps_every_group() -> None:
    squares = shapely.box([0, 1, 2], 0, [1, 2, 3], 1)
    assert shapely.area(dissolve(squares, np.array([1, 0, 1]), 2)).tolist() == [1.0, 2.0]


@given(st.lists(st.tuples(*[st.integers(-(10**6), 10**6)] * 2), max_size=30))
def test_codes_are_never_given_twice(points: list[tuple[int, int]]) -> None:
    codes = point_codes("p", shapely.points(np.array(points, dtype=float).reshape(-1, 2)), 10)
    assert len(set(codes)) == len(points)


def test_the_width_of_a_strip() -> None:
    assert widths_m(shapely.box([0], 0, 2000, 12))[0] == pytest.approx(12, rel=0.01)
    assert widths_m(shapely.box([0], 0, 20, 20))[0] == SLIVER_WIDTH_M


@pytest.mark.real
def test_a_real_city_is_cut_without_loss(data_dir) -> None:
    from yiju.city.readers.osm import read_osm

    folder = data_dir / "city-las-palmas"
    boundary = gpd.read_file(folder / "las_palmas_boundary.geojson").to_crs("EPSG:32628").geometry[0]
    osm = read_osm([folder / "las_palmas.osm.pbf"], crs=CRS.from_epsg(32628), clip=boundary)
    lines, _ = cutting_streets(osm.street_edges)
    parcels = cut_parcels(boundary, lines, NOTHING)
    assert shapely.area(parcels).sum() == pytest.approx(boundary.area, rel=1e-9)
    assert 2000 < len(parcels) < 4000
    assert np.median(shapely.area(parcels)) == pytest.approx(
        4500, rel=0.3
    )  # blocks of the old town and the grid
