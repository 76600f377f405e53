"""The parts of streets that can be reached within a limit: the isochrone, edge by edge.

Each edge is entered from its two ends, and as far as the limit allows; a point on it is left in both directions.

::

    limit 100     u ○━━━━━━━━━━━┄┄┄┄┄┄┄┄┄┄┄━━━━━○ v        cost at u 40: 60 more from there
                  40     60                 20   80        cost at v 80: 20 more from there

Nothing is interpolated between points, so the reached length is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.travel.kernels.records import UNREACHED

if TYPE_CHECKING:
    from yiju.travel.network import StreetNetwork

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False)
class ReachedStreets:
    """Parts of edges, each from a share of the edge's length to another; parts of one edge never overlap.

    Attributes
    ----------
    edge
        (parts,) position of the edge in the network, in rising order.
    begin, end
        (parts,) shares of its length, 0 at u and 1 at v.
    """

    network: StreetNetwork
    edge: Int64s
    begin: Floats
    end: Floats

    @property
    def length_m(self) -> Floats:
        """(parts,) metres."""
        return self.network.length_m[self.edge] * (self.end - self.begin)

    def lines(self) -> npt.NDArray[np.object_]:
        """(parts,) LineStrings; whole edges are the network's own."""
        lines = self.network.lines[self.edge].copy()
        for i in np.flatnonzero((self.begin > 0) | (self.end < 1)):
            lines[i] = shapely.ops.substring(lines[i], self.begin[i], self.end[i], normalized=True)
        return lines

    def area(self, buffer_m: float) -> shapely.Geometry:
        """The land within ``buffer_m`` of a street that is reached: the isochrone as a polygon."""
        return shapely.union_all(shapely.buffer(self.lines(), buffer_m, quad_segs=4))


def reached_streets(
    network: StreetNetwork, points: Records, forward: Int32s, backward: Int32s, node_cost: Int64s, limit: int
) -> ReachedStreets:
    """The parts of edges within the limit of points.

    Parameters
    ----------
    network
        The streets.
    points
        Where the ways begin.
    forward, backward
        (m,) cost of each edge from u to v and back.
    node_cost
        (nodes,) cost of each node from the points; ``UNREACHED`` or more where there is no way.
    limit
        Costs beyond it are not reached.
    """
    m = len(network.u)
    edge, at = points["edge"].astype(np.int64), points["at"]
    left = limit - points["gap"].astype(np.int64)
    on_edge = left >= 0
    edge, at, left = edge[on_edge], at[on_edge], left[on_edge]
    every = np.arange(m)
    parts = [
        (every, np.zeros(m), _share(limit - node_cost[network.u], forward)),
        (every, 1 - _share(limit - node_cost[network.v], backward), np.ones(m)),
        (
            edge,
            np.maximum(at - _share(left, backward[edge]), 0),
            np.minimum(at + _share(left, forward[edge]), 1),
        ),
    ]
    edges, begins, ends = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ReachedStreets(network, *_merged(edges, begins, ends))


def _share(left: Int64s, cost: Int32s) -> Floats:
    """How much of an edge can be walked with what is left of the limit, 0 to 1."""
    share = np.divide(left, cost, out=np.ones(len(cost)), where=cost > 0)
    return np.where((left < 0) | (cost == UNREACHED), 0.0, np.clip(share, 0.0, 1.0))


def _merged(edge: Int64s, begin: Floats, end: Floats) -> tuple[Int64s, Floats, Floats]:
    """Parts of each edge joined where they touch; what has no length is dropped."""
    kept = end > begin
    edge, begin, end = edge[kept], begin[kept], end[kept]
    order = np.lexsort((begin, edge))
    # shares lie within 0 to 1, so that edge + share sorts all parts on one line; 2 keeps edges apart
    start, stop = 2 * edge[order] + begin[order], 2 * edge[order] + end[order]
    if len(start) == 0:
        return edge, begin, end
    farthest = np.maximum.accumulate(stop)
    opens = np.concatenate([[True], start[1:] > farthest[:-1]])
    closes = np.concatenate([opens[1:], [True]])
    chosen = order[opens]
    merged_edge = edge[chosen]
    return merged_edge, begin[chosen], farthest[closes] - 2 * merged_edge
