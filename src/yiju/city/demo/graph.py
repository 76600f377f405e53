"""The street graph of the demo city: loose ends led on, lines cut where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes

# Cutting is done on a grid of 0.1 m: lines that should meet do meet.
_GRID_M = 0.1
# What carries a street: nothing but the ground, a bridge, a tunnel.
GROUND, BRIDGE, TUNNEL = 0, 1, 2


@dataclass(frozen=True)
class StreetGraph:
    """Nodes (n, 2) in metres; edges as arrays of equal length.

    ``rank`` is the level of the street: 0 main road, 1 collector, 2 street, 3 way inside a compound. ``deck`` says
    what carries it.
    """

    xy: Floats
    u: Ints
    v: Ints
    line: Shapes
    rank: Ints
    deck: Ints

    @property
    def length_m(self) -> Floats:
        """Length of each edge."""
        return np.asarray(shapely.length(self.line), dtype=np.float64)

    def degree(self) -> Ints:
        """Number of edges at each node."""
        return np.bincount(np.concatenate([self.u, self.v]), minlength=len(self.xy)).astype(np.int64)

    def keep(self, edges: Bools) -> StreetGraph:
        """The graph of some of its edges, its nodes numbered anew."""
        used = np.unique(np.concatenate([self.u[edges], self.v[edges]]))
        number = np.full(len(self.xy), -1, dtype=np.int64)
        number[used] = np.arange(len(used))
        return StreetGraph(
            self.xy[used],
            number[self.u[edges]],
            number[self.v[edges]],
            self.line[edges],
            self.rank[edges],
            self.deck[edges],
        )


def join_ends(lines: Sequence[Floats], ranks: Ints, reach_m: Floats, barrier: BaseGeometry) -> list[Floats]:
    """Lead the loose ends of streets on to the nearest other street.

    ``reach_m`` (n,) is how far the end of each line may be led. A line of rank 0 stays as it is; nothing
    is led across the ``barrier``.
    """
    shapely.prepare(barrier)
    drawn = np.array([shapely.LineString(line) for line in lines], dtype=object)
    tree = shapely.STRtree(drawn)
    out = [np.asarray(line) for line in lines]
    for back in (False, True):
        ends = shapely.points(np.array([line[0] if back else line[-1] for line in lines]))
        movable = np.flatnonzero(ranks > 0)
        own, other = tree.query(ends[movable], predicate="dwithin", distance=reach_m[movable])
        own = movable[own]
        gap = np.where(own == other, np.inf, shapely.distance(ends[own], drawn[other]))
        order = np.lexsort((gap, own))
        own, other, gap = own[order], other[order], gap[order]
        _, first = np.unique(own, return_index=True)
        for k in first.tolist():
            i, j, away = int(own[k]), int(other[k]), float(gap[k])
            if away < _GRID_M or not np.isfinite(away):
                continue
            end = ends[i]
            meet = shapely.get_coordinates(
                shapely.line_interpolate_point(drawn[j], shapely.line_locate_point(drawn[j], end))
            )
            if shapely.intersects(barrier, shapely.LineString([*shapely.get_coordinates(end), *meet])):
                continue
            out[i] = np.vstack([meet, out[i]]) if back else np.vstack([out[i], meet])
    return out


def cut_at_junctions(lines: Sequence[Floats], ranks: Ints, decks: Ints) -> StreetGraph:
    """Cut lines wherever two meet; each piece keeps the rank of the line that it comes from."""
    drawn = np.array([shapely.LineString(line) for line in lines], dtype=object)
    pieces = shapely.get_parts(shapely.union_all(drawn, grid_size=_GRID_M))
    tree = shapely.STRtree(drawn)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, source = tree.query(middle, predicate="dwithin", distance=3 * _GRID_M)
    # Where two lines lie on each other, the higher street gives its rank.
    rank = np.full(len(pieces), ranks.max(), dtype=np.int64)
    np.minimum.at(rank, piece, ranks[source])
    deck = np.zeros(len(pieces), dtype=np.int64)
    np.maximum.at(deck, piece, decks[source])
    return numbered(pieces, rank, deck)


def numbered(pieces: Shapes, rank: Ints, deck: Ints) -> StreetGraph:
    """The graph of lines that meet in their end points only."""
    start = shapely.get_coordinates(shapely.get_point(pieces, 0))
    end = shapely.get_coordinates(shapely.get_point(pieces, -1))
    ends = np.rint(np.vstack([start, end]) / _GRID_M).astype(np.int64)
    corners, inverse = np.unique(ends, axis=0, return_inverse=True)
    u, v = inverse.reshape(2, -1).astype(np.int64)
    return StreetGraph((corners * _GRID_M).astype(np.float64), u, v, pieces, rank, deck)


def largest_part(graph: StreetGraph) -> StreetGraph:
    """The largest connected part."""
    n = len(graph.xy)
    links = coo_array((np.ones(len(graph.u)), (graph.u, graph.v)), shape=(n, n))
    _, part = connected_components(links, directed=False)
    return graph.keep(part[graph.u] == np.argmax(np.bincount(part)))
