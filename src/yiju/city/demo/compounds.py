"""Walled compounds: ways inside a superblock reach the streets around it through a few gates only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from yiju.city.demo.graph import StreetGraph, largest_part

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints

# Rank of a way inside a compound.
INSIDE = 3
# A way that led to an opening and is shorter than this ended at the wall.
_TO_WALL_M = 45.0
# Share of the ways from street to street that are the only way through their compound, and stay open.
_THROUGH = 0.5


def wall_in(graph: StreetGraph, apart_m: float, rng: np.random.Generator) -> StreetGraph:
    """Close most of the openings between compound ways (rank 3) and streets.

    Openings that stay are at least ``apart_m`` from each other around one compound; each compound keeps one.
    """
    inside = graph.rank == INSIDE
    on_street = np.zeros(len(graph.xy), dtype=bool)
    on_street[graph.u[~inside]] = True
    on_street[graph.v[~inside]] = True
    opening = inside & (on_street[graph.u] ^ on_street[graph.v])
    through = inside & on_street[graph.u] & on_street[graph.v]
    compound = _compounds(graph, inside, on_street)
    order = rng.permutation(np.flatnonzero(opening))
    kept = _spread(graph, order, compound, on_street, apart_m)
    stays = through & (rng.random(len(inside)) < _THROUGH)
    walled = graph.keep(~(opening | through) | kept | stays)
    return largest_part(_without_ends_at_walls(walled))


def _compounds(graph: StreetGraph, inside: Bools, on_street: Bools) -> Ints:
    """Number of the compound of each inner edge: edges that meet at nodes that are not on a street."""
    n = len(graph.xy)
    within = inside & ~on_street[graph.u] & ~on_street[graph.v]
    links = coo_array((np.ones(int(within.sum())), (graph.u[within], graph.v[within])), shape=(n, n))
    _, part = connected_components(links, directed=False)
    inner_end = np.where(on_street[graph.u], graph.v, graph.u)
    out: Ints = part[inner_end].astype(np.int64)
    return out


def _spread(graph: StreetGraph, order: Ints, compound: Ints, on_street: Bools, apart_m: float) -> Bools:
    kept = np.zeros(len(graph.u), dtype=bool)
    gates: dict[int, list[Floats]] = {}
    for e in order.tolist():
        at = graph.xy[graph.u[e] if on_street[graph.u[e]] else graph.v[e]]
        others = gates.setdefault(int(compound[e]), [])
        if all(np.hypot(*(at - other)) >= apart_m for other in others):
            others.append(at)
            kept[e] = True
    return kept


def _without_ends_at_walls(graph: StreetGraph) -> StreetGraph:
    degree = graph.degree()
    dead = (graph.rank == INSIDE) & ((degree[graph.u] == 1) | (degree[graph.v] == 1))
    return graph.keep(~(dead & (graph.length_m < _TO_WALL_M)))
