"""Tidy a street graph as a surveyor would: one junction where there are three, one street where there are two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from yiju.city.demo.arrays import mean_by
from yiju.city.demo.graph import GROUND, StreetGraph, largest_part, numbered

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes

# Junctions nearer to each other than this are one.
_ONE_JUNCTION_M = 13.0
# A street that forks off at less than this angle is the same street drawn twice.
_SAME_STREET_DEG = 22.0
# Shorter dead ends are no streets, and shorter doubles no loops.
_STUB_M, _LOOP_M = 28.0, 90.0


def tidy(graph: StreetGraph) -> StreetGraph:
    """Merge junctions that lie on each other, and drop doubles, stubs and what hangs loose."""
    graph = _merge_junctions(graph)
    graph = _drop_doubles(graph)
    for _ in range(2):
        graph = _drop_stubs(graph, _STUB_M)
    return largest_part(_join_through(graph))


def _merge_junctions(graph: StreetGraph) -> StreetGraph:
    short = (graph.length_m < _ONE_JUNCTION_M) & (graph.deck == GROUND)
    n = len(graph.xy)
    links = coo_array((np.ones(int(short.sum())), (graph.u[short], graph.v[short])), shape=(n, n))
    count, group = connected_components(links, directed=False)
    middle = mean_by(group, graph.xy, np.ones(n), count)
    u, v = group[graph.u].astype(np.int64), group[graph.v].astype(np.int64)
    line = _with_ends(graph.line, middle[u], middle[v])
    merged = replace(graph, xy=middle, u=u, v=v, line=line)
    return merged.keep((u != v) | (shapely.length(line) > 4 * _ONE_JUNCTION_M))


def _with_ends(lines: Shapes, start: Floats, end: Floats) -> Shapes:
    """The lines with their first and last points put elsewhere."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.r_[True, owner[1:] != owner[:-1]]
    last = np.r_[first[1:], True]
    xy[first], xy[last] = start, end
    return np.asarray(shapely.linestrings(xy, indices=owner), dtype=object)


def _bearings(graph: StreetGraph) -> tuple[Ints, Ints, Floats]:
    """Node, edge and bearing (degrees) of every end of an edge, measured 18 m into the edge."""
    reach = np.minimum(18.0, graph.length_m / 2)
    out = []
    for node, at in ((graph.u, reach), (graph.v, graph.length_m - reach)):
        inner = shapely.get_coordinates(shapely.line_interpolate_point(graph.line, at)) - graph.xy[node]
        out.append(np.degrees(np.arctan2(inner[:, 1], inner[:, 0])))
    edges = np.arange(len(graph.u))
    return np.concatenate([graph.u, graph.v]), np.concatenate([edges, edges]), np.concatenate(out)


def _drop_doubles(graph: StreetGraph) -> StreetGraph:
    return graph.keep(~(_forks(graph) | _parallels(graph)))


def _forks(graph: StreetGraph) -> Bools:
    """The lesser of two streets that leave a junction in nearly one direction."""
    node, edge, bearing = _bearings(graph)
    order = np.lexsort((edge, bearing, node))
    node, edge, bearing = node[order], edge[order], bearing[order]
    gone = np.zeros(len(graph.u), dtype=bool)
    length = graph.length_m
    bounds = np.flatnonzero(np.r_[True, node[1:] != node[:-1], True])
    for a, b in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        turn = np.diff(np.r_[bearing[a:b], bearing[a] + 360.0])
        for k in np.flatnonzero(turn < _SAME_STREET_DEG).tolist():
            one, two = int(edge[a + k]), int(edge[a + (k + 1) % (b - a)])
            if one == two or gone[one] or gone[two]:
                continue
            lesser = max((one, two), key=lambda e: (graph.rank[e], -length[e]))
            gone[lesser] = graph.rank[lesser] > 0
    return gone


def _parallels(graph: StreetGraph) -> Bools:
    """Short streets beside a better one between the same two junctions: one street drawn twice.

    Two ways round a large loop are both streets.
    """
    length = graph.length_m
    pair = np.sort(np.column_stack([graph.u, graph.v]), axis=1)
    order = np.lexsort((length, graph.rank, pair[:, 1], pair[:, 0]))
    same = np.r_[False, np.all(pair[order][1:] == pair[order][:-1], axis=1)]
    beside = np.zeros(len(length), dtype=bool)
    beside[order[same]] = True
    return beside & (length < _LOOP_M)


def _drop_stubs(graph: StreetGraph, shortest_m: float) -> StreetGraph:
    degree = graph.degree()
    dead = (degree[graph.u] == 1) | (degree[graph.v] == 1)
    return graph.keep(~(dead & (graph.length_m < shortest_m) & (graph.rank > 0)))


def _join_through(graph: StreetGraph) -> StreetGraph:
    """Take out nodes where one street merely goes on, of the same rank."""
    around: dict[int, list[int]] = {}
    for e, (a, b) in enumerate(zip(graph.u.tolist(), graph.v.tolist(), strict=True)):
        around.setdefault(a, []).append(e)
        around.setdefault(b, []).append(e)

    def through(node: int) -> bool:
        edges = around[node]
        if len(edges) != 2 or edges[0] == edges[1]:
            return False
        one, two = edges
        return bool(graph.rank[one] == graph.rank[two] and graph.deck[one] == graph.deck[two])

    passing = {node for node in around if through(node)}
    done = np.zeros(len(graph.u), dtype=bool)
    lines, ranks, decks = [], [], []
    for e in range(len(graph.u)):
        if done[e]:
            continue
        chain = [e]
        done[e] = True
        for forwards in (True, False):
            node = int(graph.v[e] if forwards else graph.u[e])
            at = e
            while node in passing:
                at = next(k for k in around[node] if k != at)
                if done[at]:
                    break
                done[at] = True
                chain = [*chain, at] if forwards else [at, *chain]
                node = int(graph.v[at] if graph.u[at] == node else graph.u[at])
        merged = shapely.line_merge(shapely.MultiLineString(list(graph.line[chain])))
        parts = [merged] if merged.geom_type == "LineString" else list(graph.line[chain])
        lines += parts
        ranks += [int(graph.rank[e])] * len(parts)
        decks += [int(graph.deck[e])] * len(parts)
    return numbered(
        np.array(lines, dtype=object), np.array(ranks, dtype=np.int64), np.array(decks, dtype=np.int64)
    )
