"""How far people walk in the demo city: a plain Dijkstra for placing facilities, careful on the slow side.

It is not the engine that the check-up uses. It knows the same things about slopes and stairs, and walks a little
slower, so that what it can reach the engine can reach too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from yiju.city.demo.arrays import unrolled

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.graph import StreetGraph

# W. Tobler, Three presentations on geographical analysis and modeling, NCGIA Technical Report 93-1 (1993).
_TOBLER = 3.5
# Speed on stairs as a share of that on level ground, up and down: U. Weidmann, Transporttechnik der Fussgänger (1993).
_STAIRS_UP, _STAIRS_DOWN = 0.455, 0.518
# Steeper than this no street climbs (as in travel/profiles.py).
_STEEPEST = 0.35
# The walkers here are slower than those of the check-up by this factor, so that what they reach stays within reach.
CAREFUL = 0.93
# Sources of one call of Dijkstra: rows of the dense answer that are held at a time.
_CHUNK = 256
# Side of the squares in which the city is worked through, metres.
_SQUARE_M = 2_400.0


@dataclass(frozen=True)
class Spots:
    """Points put on the nearest street: edge, share of its length from u, and metres beside it; (n,) each."""

    edge: Ints
    share: Floats
    gap_m: Floats

    def of(self, which: Ints | Bools) -> Spots:
        """Some of the spots."""
        return Spots(self.edge[which], self.share[which], self.gap_m[which])


def put_on_streets(lines: Shapes, xy: Floats) -> Spots:
    """The nearest point of the nearest street, for each point (n, 2)."""
    points = shapely.points(xy)
    tree = shapely.STRtree(lines)
    point, edge = tree.query_nearest(points, all_matches=False)
    order = np.argsort(point)
    edge = edge[order].astype(np.int64)
    near = lines[edge]
    length = shapely.length(near)
    share = np.asarray(shapely.line_locate_point(near, points) / length, dtype=np.float64)
    return Spots(edge, share, np.asarray(shapely.distance(points, near), dtype=np.float64))


@dataclass(frozen=True)
class Walk:
    """A walker on a street graph: cost of each edge in metres or seconds, there and back, and of a metre beside it."""

    u: Ints
    v: Ints
    xy: Floats
    line: Shapes
    there: Floats
    back: Floats
    beside: float
    # metres that one unit of cost can lead at most
    fastest: float

    @property
    def n(self) -> int:
        """Number of street nodes."""
        return len(self.xy)

    @classmethod
    def metres(cls, graph: StreetGraph) -> Walk:
        """Distances in metres."""
        length = graph.length_m
        return cls(graph.u, graph.v, graph.xy, graph.line, length, length, 1.0, 1.0)

    @classmethod
    def seconds(cls, graph: StreetGraph, height_m: Floats, stairs: Bools, speed: float) -> Walk:
        """Seconds of someone who walks ``speed`` m/s on level ground; ``height_m`` (nodes,), ``stairs`` (edges,)."""
        length = graph.length_m
        rise = (height_m[graph.v] - height_m[graph.u]) / length
        there, back = (_seconds(length, slope, stairs, speed) for slope in (rise, -rise))
        # Tobler's walker is fastest on a gentle way down, by a factor exp(3.5 * 0.05).
        return cls(graph.u, graph.v, graph.xy, graph.line, there, back, 1.0 / speed, 1.2 * speed)

    def reach(self, sites: Spots, homes: Spots, limit: float) -> csr_array:
        """Cost of the walk from each home to each site within the limit, (sites, homes), sparse.

        A home at its site costs a hundredth, for 0 would mean no walk in a sparse matrix. The city is worked through
        in squares, so that a large one costs no more for each site than a small one.
        """
        graph, first_site, first_home = self._joined(sites, homes)
        xy = np.vstack([self.xy, self._places(sites), self._places(homes)])
        square = np.floor(xy[first_site:first_home] / _SQUARE_M).astype(np.int64)
        rows, columns, costs = [], [], []
        for corner in np.unique(square, axis=0):
            sources = first_site + np.flatnonzero((square == corner).all(axis=1))
            low, high = (
                corner * _SQUARE_M - limit * self.fastest,
                (corner + 1) * _SQUARE_M + limit * self.fastest,
            )
            near = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
            part = graph[near][:, near]
            local = np.searchsorted(near, sources)
            home = np.flatnonzero(near >= first_home)
            for start in range(0, len(local), _CHUNK):
                cost = dijkstra(part, directed=True, indices=local[start : start + _CHUNK], limit=limit)[
                    :, home
                ]
                row, column = np.nonzero(np.isfinite(cost))
                rows.append(sources[start + row] - first_site)
                columns.append(near[home[column]] - first_home)
                costs.append(cost[row, column])
        shape = (len(sites.edge), len(homes.edge))
        entries = (
            np.maximum(np.concatenate(costs), 0.01).astype(np.float32),
            (np.concatenate(rows), np.concatenate(columns)),
        )
        return csr_array(entries, shape=shape)

    def nearest(self, sites: Spots, homes: Spots, limit: float) -> Floats:
        """Cost of the walk from each home to its nearest site; inf beyond the limit."""
        if len(sites.edge) == 0:
            return np.full(len(homes.edge), np.inf)
        graph, first_site, first_home = self._joined(sites, homes)
        rows = np.arange(first_site, first_site + len(sites.edge))
        cost: Floats = dijkstra(graph, directed=True, indices=rows, limit=limit, min_only=True)
        return cost[first_home:]

    def _places(self, spots: Spots) -> Floats:
        """Where the spots meet their streets (n, 2)."""
        line = self.line[spots.edge]
        return np.asarray(
            shapely.get_coordinates(shapely.line_interpolate_point(line, spots.share, normalized=True)),
            dtype=np.float64,
        )

    def _joined(self, sites: Spots, homes: Spots) -> tuple[csr_array, int, int]:
        """The graph from sites back to homes: every arc is turned round, for people walk to the site."""
        k, m = len(sites.edge), len(homes.edge)
        site, home = self.n + np.arange(k), self.n + k + np.arange(m)
        rows = [self.v, self.u, site, site, self.u[homes.edge], self.v[homes.edge]]
        columns = [self.u, self.v, self.u[sites.edge], self.v[sites.edge], home, home]
        there, back = self.there, self.back
        costs = [
            there, back,
            _to_end(there[sites.edge], sites, self.beside, at_u=True),
            _to_end(back[sites.edge], sites, self.beside, at_u=False),
            _to_end(back[homes.edge], homes, self.beside, at_u=True),
            _to_end(there[homes.edge], homes, self.beside, at_u=False),
        ]  # fmt: skip
        pairs = self._same_edge(sites, homes)
        rows.append(site[pairs[0]])
        columns.append(home[pairs[1]])
        costs.append(pairs[2])
        r, c, w = np.concatenate(rows), np.concatenate(columns), np.maximum(np.concatenate(costs), 1e-3)
        return _least(r, c, w, self.n + k + m), self.n, self.n + k

    def _same_edge(self, sites: Spots, homes: Spots) -> tuple[Ints, Ints, Floats]:
        """Sites and homes on one edge, and the walk between them along it."""
        order = np.argsort(homes.edge, kind="stable")
        low, high = np.searchsorted(homes.edge[order], [sites.edge, sites.edge + 1])
        count = high - low
        site, turn = unrolled(count)
        home = order[turn + low[site]]
        along = sites.share[site] - homes.share[home]
        edge = sites.edge[site]
        cost = np.where(along > 0, self.there[edge], self.back[edge]) * np.abs(along)
        return site, home, cost + (sites.gap_m[site] + homes.gap_m[home]) * self.beside


def _to_end(cost: Floats, spots: Spots, beside: float, *, at_u: bool) -> Floats:
    """Cost between a spot and one end of its edge, the way beside the edge included."""
    share = spots.share if at_u else 1.0 - spots.share
    out: Floats = cost * share + spots.gap_m * beside
    return out


def _least(rows: Ints, columns: Ints, cost: Floats, n: int) -> csr_array:
    """A sparse graph in which the least of several arcs between two nodes stands."""
    order = np.lexsort((cost, columns, rows))
    r, c, w = rows[order], columns[order], cost[order]
    first = np.r_[True, (r[1:] != r[:-1]) | (c[1:] != c[:-1])]
    return coo_array((w[first], (r[first], c[first])), shape=(n, n)).tocsr()


def _seconds(length: Floats, slope: Floats, stairs: Bools, speed: float) -> Floats:
    level = length / speed
    held = np.clip(slope, -_STEEPEST, _STEEPEST)
    on_slope = level / np.exp(-_TOBLER * (np.abs(held + 0.05) - 0.05))
    out: Floats = np.where(stairs, level / np.where(slope > 0, _STAIRS_UP, _STAIRS_DOWN), on_slope)
    return out
