"""Main roads: least-cost ways over the ground between centres, over bridges and under the railway.

A road is drawn as an engineer would: it avoids slopes, uses a road that is already there, and crosses water only
at bridges and the railway only at its crossings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yiju.city.demo.lattice import Lattice
from yiju.city.demo.plan import Plan, metres

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.rivers import River

# Grade at which a metre of road costs twice as much.
_DEAR_GRADE = 0.07
# Share of the cost of a way that is paid where a road is there already.
_REUSE = 0.42
# How far from a crossing of the railway a road may pass under it, metres.
_CROSSING_M = 75.0
# A bridge reaches this far inland.
_LANDING_M = 75.0
# Steps of a road on the lattice: sixteen directions, each pair once.
_MOVES = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2))


Structure = Literal["", "bridge", "tunnel"]


@dataclass(frozen=True)
class Road:
    """A stretch of main road between two junctions or ends, points (n, 2) in metres."""

    line: Floats
    structure: Structure = ""


class _Ways:
    """The graph of possible roads on a coarse lattice."""

    def __init__(self, lattice: Lattice, ground: Floats, blocked: Bools) -> None:
        self.coarse = Lattice(
            lattice.x0, lattice.y0, 3 * lattice.step_m, (lattice.nx + 2) // 3, (lattice.ny + 2) // 3
        )
        self.points = self.coarse.points()
        self.ground = lattice.sample(ndimage.gaussian_filter(ground, 2.0), self.points)
        self.open = ~lattice.nearest(blocked, self.points)
        self.u, self.v, self.cost = self._edges()

    def _edges(self) -> tuple[Ints, Ints, Floats]:
        ny, nx = self.coarse.ny, self.coarse.nx
        number = np.arange(ny * nx).reshape(ny, nx)
        us, vs = [], []
        for di, dj in _MOVES:
            rows = slice(max(0, -dj), ny - max(0, dj))
            moved = slice(max(0, dj), ny - max(0, -dj))
            us.append(number[rows, : nx - di].ravel())
            vs.append(number[moved, di:].ravel())
        u, v = np.concatenate(us), np.concatenate(vs)
        keep = self.open[u] & self.open[v]
        u, v = u[keep], v[keep]
        length = np.hypot(*(self.points[u] - self.points[v]).T)
        grade = np.abs(self.ground[u] - self.ground[v]) / length
        # RULE: cost grows with the square of the grade.
        return u, v, length * (1.0 + (grade / _DEAR_GRADE) ** 2)

    def forbid_crossing(self, barrier: shapely.LineString, gates: Floats) -> None:
        """Take away what crosses the barrier, save near its gates."""
        shapely.prepare(barrier)
        lines = shapely.linestrings(np.stack([self.points[self.u], self.points[self.v]], axis=1))
        crossing = shapely.intersects(barrier, lines)
        middle = (self.points[self.u] + self.points[self.v]) / 2
        gap = np.min(np.hypot(*(middle[:, None, :] - gates[None, :, :]).transpose(2, 0, 1)), axis=1)
        keep = ~crossing | (gap < _CROSSING_M)
        self.u, self.v, self.cost = self.u[keep], self.v[keep], self.cost[keep]

    def nearest_open(self, xy: Floats) -> int:
        away = np.hypot(*(self.points - xy).T)
        away[~self.open] = np.inf
        return int(np.argmin(away))


def lay_arterials(
    lattice: Lattice,
    plan: Plan,
    stretch: float,
    ground: Floats,
    blocked: Bools,
    rivers: tuple[River, River],
    rail: shapely.LineString,
) -> list[Road]:
    """Main roads as smooth lines that meet in shared end points.

    Parameters
    ----------
    ground, blocked
        Elevation, and where no road may run (water, banks), on the lattice.
    rail
        The railway's centre line.
    """
    ways = _Ways(lattice, ground, blocked)
    ways.forbid_crossing(rail, metres(plan.rail_crossings, stretch))
    heads = {
        name: _abutments(rivers[0] if river == "main" else rivers[1], metres([at], stretch)[0])
        for name, (river, at) in plan.bridges.items()
    } | {name: metres(portals, stretch) for name, portals in plan.tunnels.items()}
    decks = {name: (ways.nearest_open(a), ways.nearest_open(b)) for name, (a, b) in heads.items()}
    spots = {z.name: z.at for z in plan.zones} | dict(plan.gates)
    spot = {name: ways.nearest_open(metres([at], stretch)[0]) for name, at in spots.items()}
    used = _route_all(ways, [leg for way in plan.arterials for leg in _legs(ways, way, spot, decks)])
    structures: dict[tuple[int, int], Structure] = {
        (min(a, b), max(a, b)): "tunnel" if name in plan.tunnels else "bridge"
        for name, (a, b) in decks.items()
    }
    return _chains(ways.points, used, structures)


def _legs(
    ways: _Ways, way: tuple[str, ...], spot: dict[str, int], decks: dict[str, tuple[int, int]]
) -> list[tuple[int, int]]:
    """The searches that a road needs: from each place to the nearer head of the next bridge, and on from the other."""
    legs = []
    at = spot[way[0]]
    for name in way[1:]:
        if name in decks:
            near, far = sorted(
                decks[name], key=lambda head: float(np.hypot(*(ways.points[head] - ways.points[at])))
            )
            legs.append((at, near))
            at = far
        else:
            legs.append((at, spot[name]))
            at = spot[name]
    return legs


def _abutments(river: River, near: Floats) -> Floats:
    """Both ends (2, 2) of a bridge that crosses the river squarely."""
    line = np.asarray(river.line.coords)
    at = int(np.clip(np.argmin(np.hypot(*(line - near).T)), 1, len(line) - 2))
    tangent = line[at + 1] - line[at - 1]
    normal = np.array([-tangent[1], tangent[0]]) / np.hypot(*tangent)
    half = river.width_m[at] / 2 + _LANDING_M
    return np.stack([line[at] + normal * half, line[at] - normal * half])


def _route_all(ways: _Ways, pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    n = len(ways.points)
    cost = ways.cost.copy()
    place = {(int(min(a, b)), int(max(a, b))): k for k, (a, b) in enumerate(zip(ways.u, ways.v, strict=True))}
    used: set[tuple[int, int]] = set()
    for start, end in pairs:
        graph = csr_array((cost, (ways.u, ways.v)), shape=(n, n))
        _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        at = end
        while at != start and before[at] >= 0:
            step = (int(min(at, before[at])), int(max(at, before[at])))
            if step not in used:
                used.add(step)
                cost[place[step]] *= _REUSE
            at = int(before[at])
    return used


def _chains(
    points: Floats, used: set[tuple[int, int]], decks: dict[tuple[int, int], Structure]
) -> list[Road]:
    """Cut the used steps at junctions and bridge heads, and smooth what lies between."""
    around: dict[int, list[int]] = {}
    for a, b in sorted(used):
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    fixed = {node for node, near in around.items() if len(near) != 2} | {n for deck in decks for n in deck}
    roads = [Road(points[list(deck)], structure) for deck, structure in sorted(decks.items())]
    walked: set[tuple[int, int]] = set()
    for start in sorted(fixed):
        for first in around.get(start, []):
            if (start, first) in walked:
                continue
            chain = [start, first]
            while chain[-1] not in fixed:
                here = around[chain[-1]]
                chain.append(here[0] if here[0] != chain[-2] else here[1])
            walked |= {(chain[0], chain[1]), (chain[-1], chain[-2])}
            roads.append(Road(_smoothed(points[chain])))
    return roads


def _smoothed(corners: Floats) -> Floats:
    """Round the corners of a lattice path; its ends stay where they are."""
    line = shapely.LineString(corners)
    n = max(2, round(line.length / 20.0) + 1)
    even = shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, line.length, n)))
    if n < 6:
        return np.asarray(even, dtype=np.float64)
    # Mirror the ends through themselves, so that smoothing leaves them fixed.
    pad = min(n - 1, 12)
    padded = np.vstack([2 * even[0] - even[pad:0:-1], even, 2 * even[-1] - even[-2 : -pad - 2 : -1]])
    return np.asarray(ndimage.gaussian_filter1d(padded, 3.2, axis=0)[pad : pad + n], dtype=np.float64)
