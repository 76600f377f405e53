"""Every search equals a plain one that knows nothing of kernels, on small networks of the nastiest kind."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.travel import AccessPoints, StreetNetwork, Travel

# Without a compiler worlds take longer (see test_kernels_otherwise.py).
UNCOMPILED = os.environ.get("NUMBA_DISABLE_JIT") == "1"
World = tuple[Travel, AccessPoints, AccessPoints]


def directed_network(
    xy: Any, edges: list[tuple[int, int, float]], forward: Any, backward: Any
) -> StreetNetwork:
    nodes = gpd.GeoDataFrame(
        {"node_id": range(len(xy))}, geometry=shapely.points(np.asarray(xy)), crs="EPSG:32648"
    )
    columns = {
        "edge_id": range(len(edges)),
        "u": [e[0] for e in edges],
        "v": [e[1] for e in edges],
        "length_m": [e[2] for e in edges],
        "street_class": "residential",
        "drive_forward": forward,
        "drive_backward": backward,
        "drive_kmh": np.nan,
        "stairs": False,
        "climb_m": np.nan,
    }
    lines = [shapely.LineString([xy[u], xy[v]]) for u, v, _ in edges]
    return StreetNetwork.from_tables(
        nodes, gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:32648"), mode="drive"
    )


def points_at(network: StreetNetwork, places: list[tuple[int, float, float, int]]) -> AccessPoints:
    """Access points from (edge of the table, share, gap, owner)."""
    position = {int(e): i for i, e in enumerate(network.edge_id)}
    owners = sorted({p[3] for p in places})
    return AccessPoints(
        network,
        pd.Index(owners, dtype="int64"),
        np.array([owners.index(p[3]) for p in places], dtype=np.int32),
        np.array([position.get(p[0], -1) for p in places], dtype=np.int32),
        np.array([p[1] for p in places], dtype=float),
        np.array([p[2] for p in places], dtype=float),
    )


def plain_costs(travel: Travel, origins: AccessPoints, facilities: AccessPoints) -> np.ndarray:
    """(origins, facilities) costs in tenths by Floyd and Warshall on a network with the points built in.

    Each edge is cut at its points; each piece costs what the rounding rule of `hanging` says. Then every pair of
    nodes is relaxed through every node. Nothing here is clever.
    """
    n = travel.network
    stops: list[tuple[int, int]] = []  # (side, point)
    size = n.nodes + len(origins.owner) + len(facilities.owner)
    cost = np.full((size, size), np.inf)
    np.fill_diagonal(cost, 0)
    closed = 2**31 - 1
    everyone = [("o", i) for i in range(len(origins.owner))] + [
        ("f", i) for i in range(len(facilities.owner))
    ]
    number = {point: n.nodes + i for i, point in enumerate(everyone)}
    sides = {"o": origins, "f": facilities}
    for e in range(len(n.u)):
        on_edge = sorted(
            (float(sides[s].share[i]), number[s, i]) for s, i in everyone if sides[s].edge[i] == e
        )
        stops = [(0.0, int(n.u[e])), *on_edge, (1.0, int(n.v[e]))]
        for (a, x), (b, y) in pairwise(stops):
            for weight, here, there in ((travel.forward[e], x, y), (travel.backward[e], y, x)):
                # what is at the same spot is at the same spot on a one-way street too, and at its corners
                same_spot = a == b and (x >= n.nodes or y >= n.nodes)
                if weight != closed or same_spot:
                    piece = 0.0 if same_spot else np.rint(weight * b) - np.rint(weight * a)
                    cost[here, there] = min(cost[here, there], piece)
    for middle in range(size):
        cost = np.minimum(cost, cost[:, [middle]] + cost[[middle], :])
    answer = np.full((len(origins), len(facilities)), np.inf)
    for i in range(len(origins.owner)):
        for j in range(len(facilities.owner)):
            if origins.edge[i] < 0 or facilities.edge[j] < 0:
                continue
            gaps = sum(
                np.rint(g * travel.gap_per_metre * 10) for g in (origins.gap_m[i], facilities.gap_m[j])
            )
            found = cost[number["o", i], number["f", j]] + gaps
            row, column = origins.owner[i], facilities.owner[j]
            answer[row, column] = min(answer[row, column], found)
    return answer


@st.composite
def small_worlds(draw: st.DrawFn) -> World:
    """A network of 1 to 9 nodes with double edges, loops, zero lengths, islands and one-way streets, and points.

    Lengths are few, so that many ways are equally long; points are at the same spots, at corners and on one another's
    edges, and several belong to one owner. Some streets cost more one way than the other.
    """
    nodes = draw(st.integers(1, 9))
    node = st.integers(0, nodes - 1)
    length = st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.5, 3.0, 0.0004, 7.7777])
    edges = draw(st.lists(st.tuples(node, node, length), min_size=1, max_size=16))
    flags = st.lists(st.booleans(), min_size=len(edges), max_size=len(edges))
    xy = [(float(i % 3), float(i // 3)) for i in range(nodes)]
    kind = draw(st.sampled_from(["both ways", "one way", "slopes"]))
    forward = draw(flags) if kind == "one way" else [True] * len(edges)
    backward = draw(flags) if kind == "one way" else [True] * len(edges)
    network = directed_network(xy, edges, forward, backward)
    travel = network.in_metres()
    if kind == "slopes":
        back = np.array(draw(st.lists(length, min_size=len(network.u), max_size=len(network.u))))
        travel = Travel.on(network, "metres", network.length_m, back, gap_per_metre=1.0)
    place = st.tuples(
        st.integers(0, len(edges) - 1),
        st.sampled_from([0.0, 0.25, 0.5, 0.5, 0.75, 1.0, 1 / 3]),
        st.sampled_from([0.0, 0.0, 1.5]),
        st.integers(0, 3),
    )
    origins = points_at(network, draw(st.lists(place, min_size=1, max_size=5)))
    facilities = points_at(network, draw(st.lists(place, min_size=1, max_size=5)))
    return travel, origins, facilities


def tenths(cost: Any) -> np.ndarray:
    return np.rint(np.asarray(cost, dtype=float) * 10)


QUESTIONS = given(
    world=small_worlds(),
    k=st.integers(1, 5),
    limits=st.sampled_from([(0.0,), (0.5, 1.0), (2.5, 4.0), (1e6,)]),
)


@pytest.mark.parametrize("engine", ["index", "plain"])
@settings(max_examples=30 if UNCOMPILED else 60, deadline=None)
@QUESTIONS
def test_every_door_answers_what_arithmetic_says(
    check_doors: Any, engine: str, world: World, k: int, limits: tuple[float, ...]
) -> None:
    travel, origins, facilities = world
    asked = travel if engine == "index" else travel.plain
    check_doors(asked, origins, facilities, plain_costs(travel, origins, facilities), limits=limits, k=k)


@pytest.mark.long
@settings(max_examples=2000, deadline=None)
@QUESTIONS
def test_every_door_of_the_index_answers_what_arithmetic_says_in_very_many_worlds(
    check_doors: Any, world: World, k: int, limits: tuple[float, ...]
) -> None:
    travel, origins, facilities = world
    check_doors(travel, origins, facilities, plain_costs(travel, origins, facilities), limits=limits, k=k)


@settings(max_examples=150, deadline=None)
@given(small_worlds())
def test_searching_from_either_side_gives_the_same_pairs(world: World) -> None:
    travel, origins, facilities = world
    there = travel.within(origins, facilities, 1e6).frame()
    back = travel.reversed().within(facilities, origins, 1e6).frame()
    turned = back.rename(columns={"origin": "facility", "facility": "origin"})[there.columns]
    pd.testing.assert_frame_equal(
        there.sort_values(["origin", "facility"], ignore_index=True),
        turned.sort_values(["origin", "facility"], ignore_index=True),
    )


@settings(max_examples=150, deadline=None)
@given(small_worlds())
def test_sums_without_pairs_are_sums_of_pairs(world: World) -> None:
    travel, origins, facilities = world
    values = np.arange(1.0, len(facilities) + 1)
    limits = [4.0, 1.0]
    pairs = travel.within(origins, facilities, 4.0)
    pd.testing.assert_frame_equal(
        travel.sums_within(origins, facilities, values, limits, threads=2), pairs.sums(values, limits)
    )


@settings(max_examples=150, deadline=None)
@given(small_worlds())
def test_a_way_that_is_shown_costs_what_the_search_says(world: World) -> None:
    travel, origins, facilities = world
    plain = plain_costs(travel, origins, facilities)
    for i, origin in enumerate(origins.owners):
        for j, facility in enumerate(facilities.owners):
            assert tenths(travel.path(origins, origin, facilities, facility).cost) == plain[i, j]


@settings(max_examples=150, deadline=None)
@given(small_worlds(), st.sampled_from([0.0, 1.0, 2.5, 5.0]))
def test_reached_parts_are_exactly_the_spots_within_the_limit(world: World, limit: float) -> None:
    travel, _, sources = world
    network = travel.network
    reached = travel.reached(sources, limit)
    spots = [
        (int(network.edge_id[e]), share, 0.0, 10 * e + s)
        for e in range(len(network.u))
        for s, share in enumerate((0.1, 0.4, 0.6, 0.9))
    ]
    asked = points_at(network, spots)
    cost = plain_costs(travel, sources, asked).min(axis=0)
    for name, least in zip(asked.owners, cost, strict=True):
        edge, share = divmod(int(name), 10)[0], (0.1, 0.4, 0.6, 0.9)[int(name) % 10]
        on_it = reached.edge == edge
        inside = bool(((reached.begin[on_it] <= share) & (share <= reached.end[on_it])).any())
        if abs(least - limit * 10) > 2:  # whole decimetres round the very border
            assert inside == (least <= limit * 10)
