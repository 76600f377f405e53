"""The street index answers by two sweeps what Dijkstra's search answers, on any graph, to the last digit."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.errors import ContractError
from yiju.travel import StreetNetwork
from yiju.travel.index import StreetIndex, build
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.order import EliminationOrder, Fill

if TYPE_CHECKING:
    from collections.abc import Callable

FAR = UNREACHED


class Graph(NamedTuple):
    """A small directed multigraph: its network, and tenths for each edge there and back."""

    network: StreetNetwork
    forward: np.ndarray
    backward: np.ndarray


# None closes a direction; the largest are what an edge may cost, so that few of them add up beyond 31 bits
COSTS = st.one_of(st.integers(0, 12), st.integers(2**30 - 3, 2**30), st.none())


@st.composite
def graphs(draw: Callable, *, directed: bool = True) -> Graph:
    """Anything: several edges between two nodes, loops, lengths of zero, islands, one node, no edge, ties."""
    n = draw(st.integers(1, 14))
    node = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=30))
    there = draw(st.lists(COSTS, min_size=len(ends), max_size=len(ends)))
    back = draw(st.lists(COSTS, min_size=len(ends), max_size=len(ends))) if directed else there
    where = st.tuples(st.integers(0, 4), st.integers(0, 4))  # some nodes at one spot
    xy = draw(st.lists(where, min_size=n, max_size=n))
    u, v = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    network = StreetNetwork.from_arrays(np.array(xy, dtype=float), u, v, np.ones(len(u)))
    tenths = [np.array([FAR if c is None else c for c in side], dtype=np.int32) for side in (there, back)]
    return Graph(network, *tenths)


def shortest(graph: Graph) -> np.ndarray:
    """(n, n) costs by R. W. Floyd's three loops (CACM 5 (1962) 345); what does not fit 31 bits is no way."""
    n = graph.network.nodes
    cost = np.full((n, n), 2**62, dtype=np.int64)
    np.fill_diagonal(cost, 0)
    for u, v, there, back in zip(
        graph.network.u, graph.network.v, graph.forward, graph.backward, strict=True
    ):
        for a, b, c in ((u, v, there), (v, u, back)):
            if c != FAR:
                cost[a, b] = min(cost[a, b], int(c))
    for k, i, j in product(range(n), repeat=3):
        cost[i, j] = min(cost[i, j], min(cost[i, k], 2**61) + min(cost[k, j], 2**61))
    return np.minimum(cost, FAR)


def swept(index: StreetIndex, *, towards: int) -> np.ndarray:
    """(n,) cost from every node to one: the sweep of the contract, written as plainly as it goes."""
    cost = np.full(len(index.rank), FAR, dtype=object)  # Python's integers have no width to overflow
    cost[index.rank[towards]] = 0
    for v in range(len(cost)):
        for e in range(index.up_first[v], index.up_first[v + 1]):
            head = int(index.up_head[e])
            cost[head] = min(cost[head], cost[v] + int(index.down_cost[e]))
    for v in reversed(range(len(cost))):
        for e in range(index.up_first[v], index.up_first[v + 1]):
            cost[v] = min(cost[v], cost[int(index.up_head[e])] + int(index.up_cost[e]))
    return cost[index.rank].astype(np.int64)


def all_swept(index: StreetIndex) -> np.ndarray:
    return np.stack([swept(index, towards=node) for node in range(len(index.rank))], axis=1)


@given(graphs())
def test_two_sweeps_are_every_shortest_way(graph: Graph) -> None:
    index = build(*graph)
    assert np.array_equal(all_swept(index), shortest(graph))


@given(graphs(directed=False))
def test_undirected_streets_share_one_array(graph: Graph) -> None:
    index = build(*graph)
    assert index.down_cost is index.up_cost
    assert np.array_equal(all_swept(index), shortest(graph))


@given(graphs(), st.randoms(use_true_random=False))
def test_any_order_is_exact(graph: Graph, chance: object) -> None:
    network = graph.network
    rank = np.arange(network.nodes, dtype=np.int32)
    chance.shuffle(rank)
    order = EliminationOrder(rank, "by chance")
    network.__dict__["order"], network.__dict__["fill"] = order, Fill.of(order, network.u, network.v)
    assert np.array_equal(all_swept(build(*graph)), shortest(graph))


@given(graphs())
def test_rows_are_what_the_contract_says(graph: Graph) -> None:
    index = build(*graph)
    n = graph.network.nodes
    assert sorted(index.rank.tolist()) == list(range(n))
    assert index.rank[index.node].tolist() == list(range(n))
    assert (index.rank.dtype, index.up_first.dtype, index.up_head.dtype) == (np.int32, np.int64, np.uint32)
    assert (index.up_cost.dtype, index.down_cost.dtype) == (np.uint32, np.uint32)
    tail = np.repeat(np.arange(n), np.diff(index.up_first))
    assert (index.up_head > tail).all()
    rising = np.lexsort((index.up_head, tail))
    assert rising.tolist() == list(range(len(tail)))
    # the transpose is the same arcs by their higher end
    assert np.diff(index.below_first).tolist() == np.bincount(index.up_head, minlength=n).tolist()
    assert np.array_equal(tail[index.below_arc], index.below_head)
    assert np.array_equal(index.up_head[index.below_arc], np.repeat(np.arange(n), np.diff(index.below_first)))


@given(graphs())
def test_an_arc_that_is_kept_is_a_shortest_way_in_some_direction(graph: Graph) -> None:
    index, cost = build(*graph), shortest(graph)
    tail = np.repeat(np.arange(len(index.rank)), np.diff(index.up_first))
    low, high = index.node[tail], index.node[index.up_head]
    assert np.array_equal(index.up_cost, cost[low, high])
    assert np.array_equal(index.down_cost, cost[high, low])
    assert (np.minimum(index.up_cost, index.down_cost) < FAR).all()


def grid(side: int, length_m: float = 100.0) -> StreetNetwork:
    """A square of streets."""
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    number = np.arange(side * side).reshape(side, side)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    return StreetNetwork.from_arrays(
        np.column_stack([x.ravel(), y.ravel()]) * length_m, u, v, np.full(len(u), length_m)
    )


def test_on_a_grid_full_of_ties_costs_are_manhattan_distances() -> None:
    network = grid(12)
    index = network.in_metres().index
    x, y = np.rint(network.xy / 100).astype(int).T
    for node in (0, 7, 77, 143):
        expected = 1000 * (np.abs(x - x[node]) + np.abs(y - y[node]))
        assert np.array_equal(swept(index, towards=node), expected)


def test_on_a_grid_full_of_ties_one_way_of_many_is_kept() -> None:
    network = grid(40)
    assert len(network.fill.up_head) > 15 * network.nodes
    assert len(network.in_metres().index.up_head) < 4 * network.nodes


def test_a_travel_keeps_its_index_and_a_network_its_order() -> None:
    network = grid(5)
    travel = network.in_metres()
    assert travel.index is travel.index
    assert network.in_metres().index.rank is travel.index.rank


def test_a_complete_graph_says_that_it_is_no_street_network() -> None:
    n = 40
    u, v = np.triu_indices(n, 1)
    rng = np.random.default_rng(1)
    network = StreetNetwork.from_arrays(rng.uniform(0, 1000, (n, 2)), u, v, rng.uniform(1, 9, len(u)))
    assert network.fill.ratio == 1.0  # every arc is a street: nothing is laid
    assert network.fill.remark is None
    # a bundle of long random links lays arc upon arc
    ends = rng.integers(0, 3000, (2, 4500))
    tangled = StreetNetwork.from_arrays(rng.uniform(0, 1000, (3000, 2)), *ends, np.ones(4500))
    assert tangled.fill.ratio > 25
    assert tangled.fill.remark is not None
    assert "far from planar" in tangled.fill.remark.en
    assert tangled.in_metres().index.fill_ratio == tangled.fill.ratio


def test_a_fill_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yiju.travel.order._MOST_ARCS", 30)
    travel = grid(6).in_metres()
    with pytest.raises(ContractError, match=r"more than 30 arcs.*Ask travel\.plain"):
        _ = travel.index
    corners = travel.network.at_nodes([0, 35])
    assert travel.plain.nearest(corners.of([0]), corners.of([1]))["metres"].tolist() == [1000.0]


def test_points_at_nodes_stand_in_the_callers_order() -> None:
    network = StreetNetwork.from_arrays(
        [[0, 0], [900, 0], [300, 0], [5, 5]], [0, 2, 3], [2, 1, 3], [300.0, 600.0, 7.0]
    )
    at = network.at_nodes([1, 0, 2, 3])
    assert at.owners.tolist() == [0, 1, 2, 3]
    pairs = network.in_metres().within(at, at, 10_000).frame().set_index(["origin", "facility"])["metres"]
    assert pairs[1, 0] == 900.0
    assert pairs[0, 2] == 600.0
    assert pairs[3, 3] == 0.0  # a node with a loop only
    assert (3, 0) not in pairs.index


def test_points_at_nodes_may_share_an_owner() -> None:
    network = grid(3)
    gates = network.at_nodes([0, 8], owners=["park", "park"])
    homes = network.at_nodes([5, 1], owners=["east", "south"])
    nearest = network.in_metres().nearest(homes, gates)
    assert nearest["metres"].to_dict() == {"east": 100.0, "south": 100.0}
    assert nearest["facility"].tolist() == ["park", "park"]


def test_a_node_without_streets_and_a_node_that_is_not_there() -> None:
    network = StreetNetwork.from_arrays([[0, 0], [1, 0], [2, 0]], [0], [1], [1.0])
    assert network.at_nodes([0, 1, 2]).placed.tolist() == [True, True, False]
    with pytest.raises(ValueError, match="positions need to be 0 to 2, were 1 to 3"):
        network.at_nodes([1, 3])
    nothing = StreetNetwork.from_arrays(np.zeros((1, 2)), [], [], [])
    assert nothing.at_nodes([0]).placed.tolist() == [False]
    assert swept(nothing.in_metres().index, towards=0).tolist() == [0]


def test_straight_lines_are_drawn_when_somebody_looks() -> None:
    network = StreetNetwork.from_arrays([[0, 0], [3, 4]], [1], [0], [5.0])
    assert network.drawn is None
    assert network.lines[0].wkt == "LINESTRING (3 4, 0 0)"


@pytest.mark.parametrize("ends", [([0], [2]), ([-1], [1])])
def test_an_edge_to_nowhere_is_refused(ends: tuple[list[int], list[int]]) -> None:
    with pytest.raises(ContractError, match="Edge 0 needs to end at a node from 0 to 1"):
        StreetNetwork.from_arrays([[0, 0], [1, 1]], *ends, [1.0])
