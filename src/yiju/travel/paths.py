"""One way from an origin to a facility, to be shown on a map and added up by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.paths import search_tree
from yiju.travel.kernels.records import NOBODY, UNREACHED
from yiju.travel.results import PER_UNIT, Unit

if TYPE_CHECKING:
    from yiju.travel.network import StreetNetwork

Int32s = npt.NDArray[np.int32]
Records = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False)
class Path:
    """A shortest way.

    Attributes
    ----------
    cost
        In the unit, gaps at both ends included; inf where there is no way.
    unit
        ``"metres"`` or ``"seconds"``.
    edges
        Positions in the network of the edges, in the order in which they are walked.
    line
        Along the streets, from the foot of the origin to that of the facility; empty where there is no way.
    """

    cost: float
    unit: Unit
    edges: tuple[int, ...]
    line: shapely.LineString


def find_path(
    network: StreetNetwork, unit: Unit, leaving: tuple[Int32s, Records], origins: Records, targets: Records
) -> Path:
    """The shortest way from any of the origin's points to any of the facility's."""
    first, arcs = leaving
    seed_nodes = np.concatenate([origins["u"], origins["v"]])
    seed_costs = np.concatenate([origins["leave_u"], origins["leave_v"]])
    cost, came_from, came_by = search_tree(first, arcs, seed_nodes, seed_costs, UNREACHED - 1)
    best = UNREACHED
    way: tuple[int, int, int] | None = None  # the origin's point, the facility's, the node in between
    for q in range(len(targets)):
        for p in np.flatnonzero(origins["edge"] == targets[q]["edge"]).tolist():
            direct = int(along_edge(origins, p, targets, q))
            if direct < best:
                best, way = direct, (p, q, NOBODY)
        for end in ("u", "v"):
            node = int(targets[q][end])
            if cost[node] != UNREACHED and targets[q][f"arrive_{end}"] != UNREACHED:
                through = int(cost[node]) + int(targets[q][f"arrive_{end}"])
                if through < best:
                    best, way = through, (NOBODY, q, node)
    if way is None:
        return Path(np.inf, unit, (), shapely.LineString())
    p, q, node = way
    last = int(targets[q]["edge"])
    if node == NOBODY:
        piece = _between(network, last, float(origins[p]["at"]), float(targets[q]["at"]))
        return Path(best / PER_UNIT, unit, (last,), _joined([piece]))
    walked: list[tuple[int, int]] = []  # (edge, node at which it is left), backwards
    here = node
    while came_from[here] != NOBODY:
        walked.insert(0, (int(arcs[came_by[here]]["edge"]), here))
        here = int(came_from[here])
    p, start = _seed_of(origins, here, int(cost[here]))
    first_edge = int(origins[p]["edge"])
    pieces = [_between(network, first_edge, float(origins[p]["at"]), start)]
    for edge, left_at in walked:
        pieces.append(_between(network, edge, *((0.0, 1.0) if network.v[edge] == left_at else (1.0, 0.0))))
    enters_at_u = node == targets[q]["u"] and int(cost[node]) + int(targets[q]["arrive_u"]) == best
    pieces.append(_between(network, last, 0.0 if enters_at_u else 1.0, float(targets[q]["at"])))
    edges = (first_edge, *(edge for edge, _ in walked), last)
    return Path(best / PER_UNIT, unit, edges, _joined(pieces))


def _seed_of(origins: Records, node: int, cost: int) -> tuple[int, float]:
    """The origin's point that the search started from, and the end of its edge (0 at u, 1 at v)."""
    for p in range(len(origins)):
        for end, share in (("u", 0.0), ("v", 1.0)):
            if origins[p][end] == node and origins[p][f"leave_{end}"] == cost:
                return p, share
    raise AssertionError(node)  # every tree begins at a seed


def _between(network: StreetNetwork, edge: int, begin: float, end: float) -> shapely.LineString:
    return substring(network.lines[edge], begin, end, normalized=True)


def _joined(pieces: list[shapely.Geometry]) -> shapely.LineString:
    xy = np.concatenate([shapely.get_coordinates(piece) for piece in pieces])
    moves = np.concatenate([[True], np.any(xy[1:] != xy[:-1], axis=1)])
    xy = xy[moves]
    return shapely.LineString(xy if len(xy) > 1 else np.repeat(xy, 2, axis=0))
