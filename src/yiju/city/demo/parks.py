"""Parks: the large ones of the plan, gates in their fences, and the paths that lead from street to gate and on.

One park is walled: it has a single gate, on the side away from the homes beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.plan import metres
from yiju.city.demo.plots import SIZES_M, Plots

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Shapes
    from yiju.city.demo.graph import StreetGraph
    from yiju.city.demo.lattice import Lattice
    from yiju.city.demo.placing import Placed
    from yiju.city.demo.plan import ParkPlan, Plan

# Between the middle of a street and the fence of a park.
_FENCE_M = 11.0
# A gate of a large park opens where a street is nearer than this; gates stand this far apart.
_GATE_REACH_M = 90.0
_GATES_APART_M = 140.0
_MOST_GATES = 4
# Less than this is left of a park that streets have eaten up.
_LEAST_M2 = 2_500.0


@dataclass(frozen=True)
class Park:
    """A park: its ground, the gates in its fence (k, 2), and the paths from street to gate and inside."""

    ground: shapely.Polygon
    gates: Floats
    paths: tuple[Floats, ...]
    walled: bool = False


def drawn_ground(plan: Plan, stretch: float, rng: np.random.Generator) -> list[shapely.Polygon]:
    """The grounds of the planned parks before streets are laid: ellipses with a wandering edge."""
    return [_blob(park, stretch, rng) for park in plan.parks]


def _blob(park: ParkPlan, stretch: float, rng: np.random.Generator) -> shapely.Polygon:
    middle, radii = metres([park.at], stretch)[0], metres([park.radii], 1.0)[0]
    turn = np.linspace(0, 2 * np.pi, 49)[:-1]
    wave = np.ones(len(turn))
    for k in range(2, 7):
        wave += rng.normal(0, 0.06 / k**0.5) * np.cos(k * turn + rng.uniform(0, 2 * np.pi))
    edge = middle + radii * wave[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(edge)


def open_large_parks(
    plan: Plan,
    stretch: float,
    grounds: list[shapely.Polygon],
    streets: StreetGraph,
    lattice: Lattice,
    dry: Bools,
) -> list[Park]:
    """Fence the planned parks off the streets and give them gates; one that has drowned or shrunk away is left out."""
    roads = shapely.buffer(streets.line, _FENCE_M, quad_segs=3)
    tree, streets_tree = shapely.STRtree(roads), shapely.STRtree(streets.line)
    out = []
    for park, ground in zip(plan.parks, grounds, strict=True):
        left = shapely.difference(ground, shapely.union_all(roads[tree.query(ground)]))
        # Opening the shape takes off the tongues between two streets.
        opened = shapely.simplify(shapely.buffer(shapely.buffer(left, -6.0), 6.0), 1.0)
        shape = max(shapely.get_parts(opened), key=lambda part: part.area)
        if shape.area < _LEAST_M2 or not lattice.nearest(dry, shapely.get_coordinates(shape.centroid))[0]:
            continue
        if park.walled_gate is not None and park.come_from is not None:
            gate, start = shapely.points(metres([park.walled_gate, park.come_from], stretch))
            out.append(_walled(shape, gate, streets.line[streets_tree.nearest(start)]))
        else:
            out.append(_with_gates(shape, streets.line, streets_tree))
    return out


def _with_gates(ground: shapely.Polygon, streets: Shapes, tree: shapely.STRtree) -> Park:
    """Gates where streets come near, as far from each other as may be."""
    ring = ground.exterior
    spots = shapely.line_interpolate_point(ring, np.arange(0, ring.length, 15.0))
    near = tree.nearest(spots)
    away = shapely.distance(spots, streets[near])
    order = np.argsort(away, kind="stable")
    chosen: list[int] = []
    for k in order.tolist():
        if len(chosen) == _MOST_GATES or (chosen and away[k] > _GATE_REACH_M):
            break
        if not chosen or float(shapely.distance(spots[k], spots[chosen]).min()) > _GATES_APART_M:
            chosen.append(k)
    gates = shapely.get_coordinates(spots[chosen])
    centre = shapely.get_coordinates(shapely.point_on_surface(ground))[0]
    paths = [_to_street(spots[k], streets[near[k]]) for k in chosen]
    paths += [_curved(gate, centre, ground) for gate in gates]
    return Park(ground, gates, tuple(paths))


def _walled(ground: shapely.Polygon, spot: shapely.Point, street: shapely.LineString) -> Park:
    ring = ground.exterior
    gate = shapely.line_interpolate_point(ring, shapely.line_locate_point(ring, spot))
    centre = shapely.get_coordinates(shapely.point_on_surface(ground))[0]
    at = shapely.get_coordinates(gate)
    # The path ends well inside: it does not come near the fence on the other side.
    return Park(
        ground, at, (_to_street(gate, street), np.vstack([at, (at[0] + centre)[None] / 2])), walled=True
    )


def _to_street(gate: shapely.Point, street: shapely.LineString) -> Floats:
    """The way from the nearest point of a street to a gate."""
    foot = shapely.line_interpolate_point(street, shapely.line_locate_point(street, gate))
    return np.vstack([shapely.get_coordinates(foot), shapely.get_coordinates(gate)])


def _curved(gate: Floats, centre: Floats, ground: shapely.Polygon) -> Floats:
    """A path that does not go straight, where there is room for it."""
    chord = centre - gate
    bent = gate + 0.5 * chord + 0.18 * np.array([-chord[1], chord[0]])
    share = np.linspace(0, 1, 9)[:, None]
    curve = (1 - share) ** 2 * gate + 2 * share * (1 - share) * bent + share**2 * centre
    inside = shapely.contains(shapely.buffer(ground, 0.5), shapely.LineString(curve))
    return curve if inside else np.vstack([gate, centre])


def open_plot_parks(plots: Plots, placed: list[Placed], streets: StreetGraph) -> list[Park]:
    """Small parks on plots: two gates on the street, and a path that leads in at one and out at the other."""
    out = []
    for site in placed:
        ground = shapely.buffer(shapely.buffer(site.ground, -5.0), 5.0, quad_segs=4)
        gate, along, inward = plots.gate[site.plot], plots.along[site.plot], plots.inward[site.plot]
        front, depth = SIZES_M[site.size]
        gates = np.vstack([gate - along * 0.3 * front, gate + along * 0.3 * front])
        street = streets.line[plots.spots.edge[site.plot]]
        paths = [_to_street(shapely.Point(g), street) for g in gates]
        paths.append(np.vstack([gates[0], gate + inward * 0.6 * depth, gates[1]]))
        out.append(Park(ground, gates, tuple(paths)))
    return out


def ring_through(ground: shapely.Polygon, gates: Floats) -> Floats:
    """The closed ring of a park (n, 2) with its gates among the corners."""
    ring = ground.exterior
    corners = shapely.get_coordinates(ring)[:-1]
    at = np.r_[
        shapely.line_locate_point(ring, shapely.points(corners)),
        shapely.line_locate_point(ring, shapely.points(gates)),
    ]
    order = np.argsort(at, kind="stable")
    closed = np.vstack([corners, gates])[order]
    return np.vstack([closed, closed[:1]])
