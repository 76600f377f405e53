"""The parts of streets that can be reached within a limit: the isochrone, edge by edge.

Each edge is entered from its two ends, and as far as the limit allows; a point on it is left in both directions.

::

    limit 100     u ○━━━━━━━━━━━┄┄┄┄┄┄┄┄┄┄┄━━━━━○ v        cost at u 40: 60 more from there
                  40     60                 20   80        cost at v 80: 20 more from there

Nothing is interpolated between points, so the reached length is exact.

*As polygons*: the land within a few metres of a reached part ("buffered line method": L. N. Oliver, N. Schuurman and
A. W. Hall, Comparing circular and network buffers to examine the influence of land use on walking for leisure and
errands, International Journal of Health Geographics 6 (2007) 41). A hull around the reached points would take in the
park without a gate and the far bank of the river; here what lies farther than the buffer from every reached street is
outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from yiju.travel.hanging import by_owner, seeds
from yiju.travel.kernels.nearest import settle_all
from yiju.travel.kernels.records import NO_KEY, UNREACHED
from yiju.travel.results import whole_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from yiju.travel.network import StreetNetwork
    from yiju.travel.snapping import AccessPoints
    from yiju.travel.travel import Travel

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

# Oliver et al. 2007: 50 m on either side of a street, about the depth of what stands along it.
BUFFER_M = 50.0


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
            lines[i] = substring(lines[i], self.begin[i], self.end[i], normalized=True)
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
    # most edges of a city lie far off
    every = np.flatnonzero(np.minimum(node_cost[network.u], node_cost[network.v]) <= limit)
    edge, at = points["edge"].astype(np.int64), points["at"]
    left = limit - points["gap"].astype(np.int64)
    on_edge = left >= 0
    edge, at, left = edge[on_edge], at[on_edge], left[on_edge]
    from_u = _share(limit - node_cost[network.u[every]], forward[every])
    from_v = _share(limit - node_cost[network.v[every]], backward[every])
    parts = [
        (every, np.zeros(len(every)), from_u),
        (every, 1 - from_v, np.ones(len(every))),
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


def node_costs(travel: Travel, starts: Records, limit: int) -> Int64s:
    """(nodes,) cost of each node from points, in tenths; ``UNREACHED`` beyond the limit."""
    best = settle_all(*travel.leaving, *seeds(starts, leaving=True), limit)
    return np.where(best == NO_KEY, UNREACHED, best >> 32)


def isochrones(
    travel: Travel, points: AccessPoints, limits: Sequence[float], *, buffer_m: float = BUFFER_M
) -> gpd.GeoDataFrame:
    """The land along the streets that each owner of points reaches within each limit.

    Parameters
    ----------
    travel
        Costs, which run from the points; :meth:`Travel.reversed` asks from where one reaches them.
    points
        Where the ways begin: one isochrone for each owner and limit.
    limits
        In the unit of travel.
    buffer_m
        How far from a reached street land counts.

    Returns
    -------
    A row for each owner, in their order, and limit, rising: index ``(owner, limit)``, ``length_m`` of the streets that
    are reached, and the polygon; an empty one where the owner lies on no street or the limit leads nowhere. Every
    reached part lies inside, and nothing lies inside that is farther than ``buffer_m`` from all of them. That of a
    longer limit covers that of a shorter one.

    Raises
    ------
    ValueError
        There is no limit, one is negative or none, or the buffer is not above 0.

    Examples
    --------
    >>> from yiju.travel import StreetNetwork
    >>> walk = StreetNetwork.from_arrays([[0, 0], [100, 0], [100, 80]], [0, 1], [1, 2], [100, 80]).in_metres()
    >>> found = isochrones(walk, walk.network.at_nodes([0]), [50, 120], buffer_m=10)
    >>> found["length_m"].tolist()
    [50.0, 120.0]
    """
    import geopandas as gpd  # noqa: PLC0415 - takes half a second, and only who draws pays

    rising = sorted({float(limit) for limit in limits})
    if not rising or not rising[0] >= 0 or not np.isfinite(rising[-1]):
        msg = f"isochrones need limits from 0 up, were given {list(limits)}"
        raise ValueError(msg)
    if not buffer_m > 0:
        msg = f"buffer_m needs to be above 0, was {buffer_m}"
        raise ValueError(msg)
    starts = travel.points(points)
    first = by_owner(starts, len(points))
    length_m: list[float] = []
    shapes: list[shapely.Geometry] = []
    for i in range(len(points)):
        own = starts[first[i] : first[i + 1]]
        cost = node_costs(travel, own, whole_limit(rising[-1]))
        shape = shapely.Polygon()
        for limit in rising:
            reached = reached_streets(
                travel.network, own, travel.forward, travel.backward, cost, whole_limit(limit)
            )
            # joined with the one before, since the rounded ends of two buffers may cross by a hair
            shape = shapely.union(shape, reached.area(buffer_m))
            length_m.append(float(reached.length_m.sum()))
            shapes.append(shape)
    index = pd.MultiIndex.from_product(
        [points.owners, rising], names=[points.owners.name or "origin", "limit"]
    )
    return gpd.GeoDataFrame({"length_m": length_m}, geometry=shapes, index=index, crs=travel.network.crs)
