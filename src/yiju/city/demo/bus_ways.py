"""Ways of buses through the streets: from each community to the middles of the large quarters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from yiju.city.demo.arrays import mean_by
from yiju.city.demo.graph import StreetGraph, largest_part
from yiju.city.demo.plan import metres

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats, Ints
    from yiju.city.demo.townscape import Townscape

# The steepest street that a bus climbs, and the shortest way that is worth a route.
_STEEPEST, _SHORTEST_M = 0.16, 1_700.0
# A metre of collector, and of street, seems longer to a bus than one of main road.
_DEAR = np.array([1.0, 1.15, 1.6])
# A route is not always the shortest way: by this share a street may seem longer or shorter to it.
_TASTE = 0.5
# Quarters whose middles routes run to.
_LARGE = ("old", "inner", "new", "cbd")


@dataclass(frozen=True)
class BusNet:
    """Streets that buses use, where routes may begin and end, and the edge between each pair of neighbours."""

    streets: StreetGraph
    ends: Ints
    hubs: Ints
    edge_of: dict[tuple[int, int], int]


def bus_net(town: Townscape) -> BusNet:
    """Main roads, collectors, and streets that are neither stairs nor too steep.

    ``ends`` has, for each community, the corner nearest to the middle of its people; ``hubs`` one for each large
    quarter.
    """
    streets = town.streets
    gentle = town.land.grade(streets) < _STEEPEST
    graph = largest_part(streets.keep((streets.rank <= 2) & ~town.stairs & gentle))
    corners = cKDTree(graph.xy)
    people = mean_by(town.community, town.cells.xy, town.cells.people, len(town.hierarchy.subdistrict))
    quarters = [z.at for z in town.land.plan.zones if z.kind in _LARGE and z.radii[0] > 0]
    edge_of: dict[tuple[int, int], int] = {}
    for e in np.argsort(-graph.length_m, kind="stable").tolist():
        u, v = int(graph.u[e]), int(graph.v[e])
        edge_of[(min(u, v), max(u, v))] = e
    hubs = corners.query(metres(quarters, town.land.stretch))[1]
    return BusNet(graph, np.asarray(corners.query(people)[1]), np.asarray(hubs), edge_of)


def bus_way(net: BusNet, start: int, goal: int, rng: np.random.Generator) -> shapely.LineString | None:
    """A way that likes main roads; None where it is too short for a route."""
    graph = net.streets
    n = len(graph.xy)
    cost = graph.length_m * _DEAR[graph.rank] * rng.uniform(1.0 - _TASTE, 1.0 + _TASTE, len(graph.u))
    links = coo_array((cost, (graph.u, graph.v)), shape=(n, n)).tocsr()
    _, before = dijkstra(links, directed=False, indices=start, return_predecessors=True)
    parts: list[Floats] = []
    at = goal
    while at != start and before[at] >= 0:
        step = int(before[at])
        edge = net.edge_of[(min(at, step), max(at, step))]
        piece = shapely.get_coordinates(graph.line[edge])
        parts.append(piece if graph.u[edge] == at else piece[::-1])
        at = step
    if not parts:
        return None
    line = shapely.LineString(np.concatenate(parts))
    return line if line.length > _SHORTEST_M else None
