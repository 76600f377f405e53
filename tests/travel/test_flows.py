"""People on streets: by hand, equal to networkx, and equal to walking every way one by one."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.travel.test_against_plain import World, directed_network, plain_costs, points_at, small_worlds

from yiju.errors import ContractError
from yiju.travel import AccessPoints, StreetNetwork, Travel
from yiju.travel.hanging import points_with_costs
from yiju.travel.kernels.records import UNREACHED


def cut_streets(
    travel: Travel, origins: AccessPoints, i: int, facilities: AccessPoints, j: int
) -> dict[Any, list[tuple[Any, int, int]]]:
    """The network with its streets cut at the points of origin i and facility j: (to, cost, street) by from."""
    n = travel.network
    arcs: dict[Any, list[tuple[Any, int, int]]] = defaultdict(list)
    spots: dict[int, set[float]] = {e: {0.0, 1.0} for e in range(len(n.u))}
    placed = [
        (name, int(access.edge[p]), float(access.share[p]), float(access.gap_m[p]))
        for access, owner, name in ((origins, i, "start"), (facilities, j, "end"))
        for p in np.flatnonzero((access.owner == owner) & access.placed)
    ]

    def spot(e: int, share: float) -> Any:
        return int(n.u[e]) if share == 0 else int(n.v[e]) if share == 1 else (e, share)

    for name, edge, share, gap_m in placed:
        spots[edge].add(share)
        gap = round(gap_m * travel.gap_per_metre * 10)
        if name == "start":
            arcs["start"].append((spot(edge, share), gap, -1))
        else:
            arcs[spot(edge, share)].append(("end", gap, -1))
    for e, shares in spots.items():
        for a, b in pairwise(sorted(shares)):
            for weight, here, there in ((int(travel.forward[e]), a, b), (int(travel.backward[e]), b, a)):
                if weight != UNREACHED:
                    arcs[spot(e, here)].append((spot(e, there), round(weight * (b - a)), e))
    return arcs


def every_way(
    travel: Travel, origins: AccessPoints, i: int, facilities: AccessPoints, j: int
) -> tuple[float, list[dict[int, int]]]:
    """Cost of the shortest ways from origin i to facility j, and how often each of them enters each street.

    All ways that cost as little as the shortest are walked one by one. Costs need to be above 0 and whole where streets
    are cut. Where one may as well stay on a street without coming to a corner as go around, one goes around: so says
    the kernel.
    """
    arcs = cut_streets(travel, origins, i, facilities, j)
    left = defaultdict(lambda: np.inf, {"end": 0.0})
    for _ in range(len(arcs) + 1):
        for here, ways in list(arcs.items()):
            left[here] = min([left[here], *(cost + left[there] for there, cost, _ in ways)])
    if np.isinf(left["start"]):
        return np.inf, []
    found: list[tuple[bool, dict[int, int]]] = []

    def walk(here: Any, on: int, entered: dict[int, int], by_corner: bool) -> None:
        if here == "end":
            found.append((by_corner, entered))
            return
        corner = isinstance(here, int)
        for there, cost, edge in arcs[here]:
            if left[here] == cost + left[there]:
                enters = edge != -1 and (edge != on or corner)
                more = entered | {edge: entered.get(edge, 0) + 1} if enters else entered
                walk(there, edge, more, by_corner or corner)

    walk("start", -1, {}, by_corner=False)
    around = [entered for by_corner, entered in found if by_corner]
    return left["start"], around or [entered for _, entered in found]


@st.composite
def worlds_without_free_streets(draw: st.DrawFn, lengths: Any = (4.0, 4.0, 8.0, 12.0)) -> World:
    """Small networks with many ways of equal cost, all of it whole after cutting streets in quarters."""
    nodes = draw(st.integers(1, 6))
    node = st.integers(0, nodes - 1)
    length = st.sampled_from(lengths) if isinstance(lengths, tuple) else lengths
    edges = draw(st.lists(st.tuples(node, node, length), min_size=1, max_size=9))
    flags = st.lists(st.booleans(), min_size=len(edges), max_size=len(edges))
    directed = draw(st.booleans())
    forward = draw(flags) if directed else [True] * len(edges)
    backward = draw(flags) if directed else [True] * len(edges)
    xy = [(float(i % 3), float(i // 3)) for i in range(nodes)]
    network = directed_network(xy, edges, forward, backward)
    place = st.tuples(
        st.integers(0, len(edges) - 1),
        st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
        st.sampled_from([0.0, 0.0, 1.5]),
        st.integers(0, 3),
    )
    origins = points_at(network, draw(st.lists(place, min_size=1, max_size=4)))
    facilities = points_at(network, draw(st.lists(place, min_size=1, max_size=4)))
    return network.in_metres(), origins, facilities


def position(travel: Travel, series: Any) -> np.ndarray:
    assert series.index.tolist() == travel.network.edge_id.tolist()
    return series.to_numpy()


@settings(max_examples=150, deadline=None)
@given(worlds_without_free_streets(), st.booleans(), st.sampled_from([8.0, 20.0, 100.0]))
def test_betweenness_is_every_way_walked_one_by_one(world: World, divided: bool, limit: float) -> None:
    travel, origins, facilities = world
    people, values = np.arange(1.0, len(origins) + 1), np.arange(1.0, len(facilities) + 1)

    def decay(cost: Any) -> Any:
        return 1 / (1 + cost)

    expected = np.zeros(len(travel.network.u))
    for i in range(len(origins)):
        ways = [every_way(travel, origins, i, facilities, j) for j in range(len(facilities))]
        weight = [
            v * decay(c / 10) if c <= limit * 10 else 0.0 for (c, _), v in zip(ways, values, strict=True)
        ]
        for (_, found), w in zip(ways, weight, strict=True):
            for entered in found if w else []:
                for edge, times in entered.items():
                    share = w / sum(weight) if divided else w
                    expected[edge] += people[i] * share * times / len(found)
    flow = travel.betweenness(
        origins, facilities, people, values=values, limit=limit, decay=decay, divided=divided
    )
    assert np.allclose(position(travel, flow), expected, rtol=1e-9, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(worlds_without_free_streets(lengths=st.integers(1, 10**5).map(lambda x: 0.4 * x)))
def test_flows_are_the_ways_to_the_nearest_walked_one_by_one(world: World) -> None:
    travel, origins, facilities = world
    people = np.arange(1.0, len(origins) + 1)
    plain = plain_costs(travel, origins, facilities)
    expected = np.zeros(len(travel.network.u))
    for i in range(len(origins)):
        j = int(plain[i].argmin())
        cost, ways = every_way(travel, origins, i, facilities, j)
        assert cost == plain[i, j]
        assume(all(way == ways[0] for way in ways))  # else several flows are right
        for edge, times in ways[0].items() if ways else []:
            expected[edge] += people[i] * times
    assert np.allclose(position(travel, travel.flows(origins, facilities, people)), expected, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(small_worlds())
def test_groups_threads_and_free_streets_change_nothing(world: World) -> None:
    travel, origins, facilities = world
    people = np.stack([np.arange(1.0, len(origins) + 1), np.ones(len(origins))], axis=1)
    flow = travel.flows(origins, facilities, people)
    assert np.array_equal(flow[0], travel.flows(origins, facilities, people[:, 0]))
    assert (flow.to_numpy() >= 0).all()
    reach = np.isfinite(plain_costs(travel, origins, facilities).min(axis=1))
    # one enters a street twice at most: from its own middle, and again from an end
    assert flow[0].max() <= people[reach, 0].sum() * 2 or len(flow) == 0
    within = [
        travel.betweenness(origins, facilities, people[:, 0], limit=50, threads=threads) for threads in (1, 3)
    ]
    assert np.array_equal(*within)
    assert np.isfinite(within[0]).all()


def walked_at_nodes(travel: Travel, homes: AccessPoints, doors: AccessPoints, people: np.ndarray) -> None:
    """Of points at nodes no street is walked in part: people times cost is what is walked, tenth by tenth, however many
    ways are equally short."""
    assert np.array_equal(travel.forward, travel.backward)
    cost = travel.nearest(homes, doors)["metres"].to_numpy() * 10
    reach = np.isfinite(cost)
    flow = position(travel, travel.flows(homes, doors, people))
    assert np.dot(flow, travel.forward) == pytest.approx(
        np.dot(people[reach], np.rint(cost[reach])), rel=1e-12
    )
    pairs = travel.within(homes, doors, 800)
    flow = position(travel, travel.betweenness(homes, doors, people, limit=800, divided=False))
    assert np.dot(flow, travel.forward) == pytest.approx(np.dot(people[pairs.origin], pairs.tenths), rel=1e-9)
    # divided among what is within reach, everybody walks the mean of the ways
    flow = position(travel, travel.betweenness(homes, doors, people, limit=800))
    reached = np.diff(pairs.first)[pairs.origin]
    assert np.dot(flow, travel.forward) == pytest.approx(
        np.dot(people[pairs.origin] / reached, pairs.tenths), rel=1e-9
    )


@given(st.integers(0, 2**20), st.integers(2, 7))
def test_what_is_walked_is_people_times_cost_on_towns_full_of_ties(seed: int, side: int) -> None:
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = rng.random(len(u)) < 0.8
    kept[0] = True
    xy = np.stack([number.ravel() % side, number.ravel() // side], axis=1) * 100.0
    length = rng.choice([0.0, 100.0, 100.0, 200.0], len(u))  # some streets cost nothing
    network = StreetNetwork.from_arrays(xy, u[kept], v[kept], length[kept])
    homes, doors = (network.at_nodes(rng.integers(0, side * side, count)) for count in (8, 4))
    walked_at_nodes(network.in_metres(), homes, doors, rng.integers(0, 9, 8).astype(float))


@pytest.mark.real
@pytest.mark.parametrize("city", ["porto-alegre", "las-palmas"])
def test_what_is_walked_is_people_times_cost_on_real_streets(street_tables: Any, city: str) -> None:
    nodes, edges = street_tables(city)
    network = StreetNetwork.from_tables(nodes, edges)
    rng = np.random.default_rng(9)
    homes, doors = (network.at_nodes(rng.integers(0, network.nodes, count)) for count in (3000, 60))
    walked_at_nodes(network.in_metres(), homes, doors, rng.integers(0, 90, 3000).astype(float))


@pytest.mark.real
def test_flows_on_real_streets_are_the_ways_shown_one_by_one(street_tables: Any) -> None:
    nodes, edges = street_tables("las-palmas")
    network = StreetNetwork.from_tables(nodes, edges)
    rng = np.random.default_rng(10)
    lines = network.lines[rng.integers(0, len(network.lines), 200)]
    spots = shapely.line_interpolate_point(lines, rng.uniform(0.2, 0.8, 200), normalized=True)
    homes, doors = network.snap(spots[:40]), network.snap(spots[40:])
    travel = network.in_metres()
    nearest = travel.nearest(homes, doors)["facility"]
    expected = np.zeros(len(network.u))
    for home, door in nearest.dropna().items():
        expected[list(travel.path(homes, home, doors, door).edges)] += 1
    found = position(travel, travel.flows(homes, doors))
    # a handful of streets where two ways are equally long to the decimetre
    assert (found != expected).sum() <= 0.02 * (expected > 0).sum()
    assert abs(found.sum() - expected.sum()) <= 0.02 * expected.sum()


def grid(side: int = 4) -> tuple[StreetNetwork, nx.DiGraph]:
    """A square grid of equal streets, where nearly all ways have equals."""
    xy = [(100.0 * i, 100.0 * j) for j in range(side) for i in range(side)]
    right = [(a, a + 1, 100.0) for a in range(side * side) if a % side < side - 1]
    up = [(a, a + side, 100.0 + a % 3) for a in range(side * side - side)]
    edges = right + up
    graph = nx.DiGraph()
    for e, (a, b, length) in enumerate(edges):
        graph.add_edge(a, b, weight=round(10 * length), edge=e)
        graph.add_edge(b, a, weight=round(10 * length), edge=e)
    everything = [True] * len(edges)
    return directed_network(xy, edges, everything, everything), graph


def at_nodes(network: StreetNetwork, graph: nx.DiGraph, nodes: list[int]) -> AccessPoints:
    places = []
    for node in nodes:
        a, b, data = next(iter(graph.out_edges(node, data=True)))
        places.append((data["edge"], 0.0 if a < b else 1.0, 0.0, node))
    return points_at(network, places)


def test_betweenness_equals_networkx_on_a_grid() -> None:
    network, graph = grid()
    rng = np.random.default_rng(3)
    sources, targets = sorted(rng.choice(16, 7, replace=False)), sorted(rng.choice(16, 5, replace=False))
    theirs = nx.edge_betweenness_centrality_subset(graph, sources, targets, weight="weight")
    expected = np.zeros(len(network.u))
    for (a, b), amount in theirs.items():
        expected[graph[a][b]["edge"]] += amount
    travel = network.in_metres()
    starts, ends = at_nodes(network, graph, sources), at_nodes(network, graph, targets)
    for flow in (
        travel.betweenness(starts, ends, limit=5000, divided=False),
        travel.reversed().betweenness(ends, starts, limit=5000, divided=False),
    ):
        assert np.allclose(flow.to_numpy(), expected, rtol=1e-12)


def test_flows_by_hand() -> None:
    # home 0 ─100─ 1 ─100─ 2 ─100─ 3, a facility in the middle of the last street, another home beside the first
    xy = [(100.0 * i, 0.0) for i in range(4)]
    edges = [(i, i + 1, 100.0) for i in range(3)]
    network = directed_network(xy, edges, [True] * 3, [True] * 3)
    homes = points_at(network, [(0, 0.0, 0.0, 0), (0, 0.5, 5.0, 1), (2, 1.0, 0.0, 2)])
    door = points_at(network, [(2, 0.5, 0.0, 9)])
    travel = network.in_metres()
    assert travel.flows(homes, door, [30, 50, 7]).tolist() == [80, 80, 87]
    assert travel.flows(homes, door, [30, 50, 7], limit=200).tolist() == [0, 0, 7]
    assert travel.flows(homes, door).tolist() == [2, 2, 3]
    groups = pd.DataFrame({"older": [1, 2, 3], "all": [30, 50, 7]}, index=homes.owners)
    assert travel.flows(homes, door, groups)["older"].tolist() == [3, 3, 6]
    # the same spot is nobody's street
    assert travel.flows(door, door, [100]).tolist() == [0, 0, 0]
    assert travel.betweenness(door, door, [100], limit=100).tolist() == [0, 0, 0]


def test_flows_across_the_severed_town_all_take_the_western_crossing(severed: Any) -> None:
    network = StreetNetwork.from_tables(severed.table("street_nodes"), severed.table("street_edges"))
    entrances = severed.table("entrances")
    homes = network.snap(severed.table("residents").set_index("cell_id"))
    doors = network.snap(entrances, owner=entrances["facility_id"])
    people = severed.table("residents").set_index("cell_id")["people"]
    travel = network.in_metres()
    door = doors.of(["f-00"])
    flow = travel.flows(homes, door, people)
    walked = travel.nearest(homes, door)["metres"]
    # every metre that is walked along a whole street; homes stand in the middle of theirs, 10 m off
    halves = flow.mul(network.length_m, axis=0).sum() - (people * (walked - 10)).sum()
    assert halves == pytest.approx(50 * people.sum())


def test_people_of_other_origins_or_no_people_are_refused() -> None:
    network, graph = grid(2)
    homes, doors = at_nodes(network, graph, [0, 1]), at_nodes(network, graph, [3])
    travel = network.in_metres()
    for wrong, words in (
        ([1.0], "people: needs 2 rows"),
        ([1.0, -1.0], "such as -1"),
        ([1.0, np.nan], "such as nan"),
        (pd.Series([1.0, 1.0], index=[5, 6]), "people: needs the index of its points"),
    ):
        with pytest.raises(ContractError, match=words):
            travel.flows(homes, doors, wrong)
        with pytest.raises(ContractError, match=words):
            travel.betweenness(homes, doors, wrong, limit=500)
    with pytest.raises(ContractError, match="values: needs 1 rows"):
        travel.betweenness(homes, doors, values=[1, 2], limit=500)
    with pytest.raises(ValueError, match="ask for each group"):
        travel.betweenness(homes, doors, [[1, 2], [3, 4]], limit=500)
    with pytest.raises(ValueError, match="needs a limit"):
        travel.betweenness(homes, doors, limit=np.inf)
    with pytest.raises(ValueError, match="numbers from 0 up"):
        travel.betweenness(homes, doors, limit=500, decay=lambda cost: -cost)


def test_nobody_walks_to_nowhere() -> None:
    network, graph = grid(2)
    homes = at_nodes(network, graph, [0, 1])
    nowhere = network.snap([shapely.Point(1e6, 1e6)])
    travel = network.in_metres()
    assert travel.flows(homes, nowhere).sum() == 0
    assert travel.flows(nowhere, homes).sum() == 0
    assert travel.betweenness(homes, nowhere, limit=500).sum() == 0
    assert travel.betweenness(homes, homes.of([]), limit=500).sum() == 0
    assert len(points_with_costs(nowhere, travel.forward, travel.backward, 1.0)) == 0
