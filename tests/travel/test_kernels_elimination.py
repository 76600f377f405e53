"""Each step of elimination against its definition: stripping, cuts, elimination trees, fill, triangles."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, maximum_flow

from yiju.travel.kernels.curve import along_curve
from yiju.travel.kernels.dissection import NODE, RANKED, SINK, SLOT, SOURCE, dissect, largest_flow, part
from yiju.travel.kernels.elimination import fill, postorder, turn_arcs
from yiju.travel.kernels.stripping import neighbour_lists, strip

if TYPE_CHECKING:
    from collections.abc import Callable

Edges = list[tuple[int, int]]


@st.composite
def multigraphs(draw: Callable, largest: int = 16) -> tuple[int, Edges]:
    n = draw(st.integers(1, largest))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node), max_size=3 * largest))


def ends(edges: Edges) -> tuple[np.ndarray, np.ndarray]:
    u, v = np.array(edges, dtype=np.int32).reshape(-1, 2).T.copy()
    return u, v


def as_sets(n: int, edges: Edges) -> list[set[int]]:
    near: list[set[int]] = [set() for _ in range(n)]
    for u, v in edges:
        if u != v:
            near[u].add(v)
            near[v].add(u)
    return near


def eliminate(near: list[set[int]], order: list[int]) -> list[set[int]]:
    """Rows of the fill, by joining the neighbours of each node that goes: the definition."""
    near = [set(row) for row in near]
    rows: list[set[int]] = [set() for _ in near]
    for v in order:
        rows[v] = near[v]
        for a in near[v]:
            near[a] |= near[v] - {a}
            near[a].discard(v)
    return rows


@given(multigraphs())
def test_neighbours_are_listed_once_in_order_with_their_twins(graph: tuple[int, Edges]) -> None:
    n, edges = graph
    first, head, twin = neighbour_lists(n, *ends(edges))
    rows = [head[first[x] : first[x + 1]].tolist() for x in range(n)]
    assert rows == [sorted(near) for near in as_sets(n, edges)]
    tail = np.repeat(np.arange(n), np.diff(first))
    assert np.array_equal(head[twin], tail)
    assert np.array_equal(tail[twin], head)


@given(multigraphs())
def test_stripping_takes_nodes_of_degree_two_at_most_and_all_of_them(graph: tuple[int, Edges]) -> None:
    n, edges = graph
    first, head, twin = neighbour_lists(n, *ends(edges))
    stripped, core, core_first, core_head, core_twin = strip(first, head, twin)
    assert sorted([*stripped, *core]) == list(range(n))
    near = as_sets(n, edges)
    for v in stripped.tolist():
        assert len(near[v]) <= 2
        for a in near[v]:
            near[a] |= near[v] - {a}
            near[a].discard(v)
    # what is left is the core with the arcs that were laid, and everyone there has three neighbours
    left = [core[core_head[core_first[c] : core_first[c + 1]]].tolist() for c in range(len(core))]
    assert [sorted(row) for row in left] == [sorted(near[v]) for v in core]
    assert all(len(row) >= 3 for row in left)
    tail = np.repeat(np.arange(len(core)), np.diff(core_first))
    assert np.array_equal(core_head[core_twin], tail)


def test_a_chain_is_taken_away_by_halves() -> None:
    # a ring of three nodes of degree 3 (each with a mate), one side of which is a long chain
    chain = 127
    core = list(combinations(range(4), 2))[1:]  # four nodes that all know each other, but 0 and 1
    along = [0, *range(4, 4 + chain), 1]
    edges = core + list(pairwise(along))
    n = 4 + chain
    first, head, twin = neighbour_lists(n, *ends(edges))
    stripped, *_ = strip(first, head.copy(), twin)
    rank = postorder(first, head, np.concatenate([stripped, np.arange(4, dtype=np.int32)]))
    up_first, up_head, _ = fill(n, *ends(edges), rank, 10**6, 10**6)
    depth = np.zeros(n, dtype=int)
    for r in range(n - 2, -1, -1):
        depth[r] = depth[up_head[up_first[r]]] + 1
    assert depth.max() <= 4 + 2 * np.log2(chain)


def region(n: int, edges: Edges) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A graph as the cuts want it: ``(first, slots, nodes, scratch)``."""
    first, head, twin = neighbour_lists(n, *ends(edges))
    slots, nodes = np.zeros(len(head), dtype=SLOT), np.zeros(n, dtype=NODE)
    slots["head"], slots["twin"] = head, twin
    return first, slots, nodes, np.empty((3, n), dtype=np.int32)


@given(multigraphs(), st.data())
def test_the_flow_is_the_largest(graph: tuple[int, Edges], data: st.DataObject) -> None:
    n, edges = graph
    line = np.array(data.draw(st.permutations(range(n))), dtype=np.int32)
    share = data.draw(st.integers(0, n // 2))
    first, slots, nodes, scratch = region(n, edges)
    flow = largest_flow(first, slots, nodes, line, 0, n, share, 10**6, scratch)

    streets = {(a, b) for a, row in enumerate(as_sets(n, edges)) for b in row}
    plenty = 1000
    arcs = [(a, b, 1) for a, b in streets]
    arcs += [(n, int(x), plenty) for x in line[:share]] + [(int(x), n + 1, plenty) for x in line[n - share :]]
    tail, head, room = np.array(arcs, dtype=np.int32).reshape(-1, 3).T
    network = csr_matrix((room, (tail, head)), shape=(n + 2, n + 2))
    assert flow == (maximum_flow(network, n, n + 1).flow_value if arcs else 0)
    # and what was seen is a cut of that size
    beyond = (nodes["side"] == SINK) | ((nodes["side"] != SOURCE) & (nodes["seen"] == 0))
    assert sum(beyond[b] and not beyond[a] for a, b in streets) == flow
    assert not beyond[line[:share]].any()
    assert beyond[line[n - share :]].all()


@given(multigraphs().filter(lambda graph: graph[0] > 1), st.data())
def test_no_street_leads_from_part_to_part(graph: tuple[int, Edges], data: st.DataObject) -> None:
    n, edges = graph
    lines = np.array([data.draw(st.permutations(range(n))) for _ in range(2)], dtype=np.int32)
    before = lines.copy()
    first, slots, nodes, scratch = region(n, edges)
    a, b = part(first, slots, nodes, lines, 0, n, scratch)
    first_part, second, separator = np.split(lines[0], [a, a + b])
    near = as_sets(n, edges)
    assert not any(near[x] & set(second.tolist()) for x in first_part.tolist())
    assert (nodes["region"][first_part] == 0).all()
    assert (nodes["region"][second] == a).all()
    assert (nodes["region"][separator] == RANKED).all()
    for line, old in zip(lines, before, strict=True):  # each line has the same parts, in its own old order
        place = np.argsort(old)
        for piece, same in zip(np.split(line, [a, a + b]), (first_part, second, separator), strict=True):
            assert sorted(piece) == sorted(same)
            assert (np.diff(place[piece]) > 0).all()
    assert max(a, b) < n


@given(multigraphs(40))
def test_dissection_ranks_every_node_once(graph: tuple[int, Edges]) -> None:
    n, edges = graph
    first, slots, nodes, scratch = region(n, edges)
    lines = np.stack([np.arange(n), np.arange(n)[::-1]]).astype(np.int32)
    dissect(first, slots, nodes, lines, 0, n, scratch)
    assert sorted(lines[0].tolist()) == list(range(n))
    assert (nodes["region"] == RANKED).all()


@given(multigraphs(), st.data())
def test_the_fill_is_that_of_the_definition_and_postorder_does_not_change_it(
    graph: tuple[int, Edges], data: st.DataObject
) -> None:
    n, edges = graph
    node = np.array(data.draw(st.permutations(range(n))), dtype=np.int32)
    first, head, _ = neighbour_lists(n, *ends(edges))
    rank = postorder(first, head, node)
    u, v = ends(edges)
    up_first, up_head, arc = fill(n, u, v, rank, 10**6, 10**6)
    back = np.argsort(rank)
    rows = [set(back[up_head[up_first[rank[x]] : up_first[rank[x] + 1]]].tolist()) for x in range(n)]
    assert rows == eliminate(as_sets(n, edges), node.tolist())

    tail = np.repeat(np.arange(n), np.diff(up_first))
    for e, (a, b) in enumerate(edges):
        expected = (min(rank[a], rank[b]), max(rank[a], rank[b]))
        assert arc[e] == -1 if a == b else (tail[arc[e]], up_head[arc[e]]) == expected

    # postorder: who hangs on r, by first heads, are the ranks right below r
    hangs = [{r} for r in range(n)]
    for r in range(n):
        assert hangs[r] == set(range(r - len(hangs[r]) + 1, r + 1))
        if up_first[r + 1] > up_first[r]:
            hangs[up_head[up_first[r]]] |= hangs[r]


def test_a_fill_that_grows_too_large_stops() -> None:
    edges = list(combinations(range(8), 2))
    rank = np.arange(8, dtype=np.int32)
    for most_arcs, most_triangles, goes in ((28, 56, True), (27, 56, False), (28, 55, False)):
        up_first, *_ = fill(8, *ends(edges), rank, most_arcs, most_triangles)
        assert (up_first[-1] == 28) == goes
        assert (up_first[-1] == -1) == (not goes)


def test_turned_rows_are_the_same_arcs() -> None:
    up_first, up_head = np.array([0, 2, 3, 3]), np.array([1, 2, 2], dtype=np.uint32)
    below_first, below_head, below_arc = turn_arcs(up_first, up_head)
    assert below_first.tolist() == [0, 0, 1, 3]
    assert below_head.tolist() == [0, 0, 1]
    assert below_arc.tolist() == [0, 1, 2]


def test_a_grid_falls_apart_into_pieces_that_do_not_touch() -> None:
    side = 12
    number = np.arange(side * side).reshape(side, side)
    edges = [*zip(number[:, :-1].ravel(), number[:, 1:].ravel(), strict=True)]
    edges += [*zip(number[:-1].ravel(), number[1:].ravel(), strict=True)]
    first, slots, nodes, scratch = region(side * side, edges)
    lines = np.stack([number.ravel(), number.T.ravel()]).astype(np.int32)
    a, b = part(first, slots, nodes, lines, 0, side * side, scratch)
    assert side * side - a - b == side  # one row of the grid
    u, v = ends(edges)
    left = np.isin(u, lines[0, : a + b]) & np.isin(v, lines[0, : a + b])
    pieces = csr_matrix((np.ones(left.sum()), (u[left], v[left])), shape=(side * side,) * 2)
    sizes = np.bincount(connected_components(pieces, directed=False)[1])
    assert sorted(sizes[sizes > 1].tolist()) == sorted([a, b])


def test_the_curve_goes_through_quarters_in_turn() -> None:
    x, y = np.array([0.0, 0.0, 1.0, 1.0, 0.5]), np.array([0.0, 1.0, 1.0, 0.0, 0.5])
    assert along_curve(x, y, 1.0, 1).tolist() == [0, 1, 2, 3, 2]
