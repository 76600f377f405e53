"""Two rivers that meet: centre lines that bend, and the water between their banks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.interpolate import CubicSpline

from yiju.city.demo.lines import normals, smooth_line
from yiju.city.demo.plan import Plan, metres
from yiju.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Floats

# Points of a centre line every 30 m: finer than a bend, coarser than a boat.
_STEP_M = 30.0
# Mean width of the two rivers.
_MAIN_WIDTH_M, _TRIBUTARY_WIDTH_M = 330.0, 170.0


@dataclass(frozen=True)
class River:
    """A river: its name, centre line downstream, width along it, and its water."""

    name: Text
    line: shapely.LineString
    width_m: Floats
    water: BaseGeometry


def _wander(rng: np.random.Generator, n: int, knots: int) -> Floats:
    """Smooth noise along a line, about -1 to 1."""
    values = rng.uniform(-1.0, 1.0, knots)
    return np.asarray(CubicSpline(np.linspace(0, 1, knots), values)(np.linspace(0, 1, n)), dtype=np.float64)


def _ribbon(line: Floats, width_m: Floats) -> BaseGeometry:
    half = normals(line) * width_m[:, None] / 2
    left, right = line + half, line - half
    quads = np.stack([left[:-1], left[1:], right[1:], right[:-1], left[:-1]], axis=1)
    return shapely.union_all(shapely.buffer(shapely.polygons(quads), 0.5))


def draw_rivers(plan: Plan, stretch: float, rng: np.random.Generator) -> tuple[River, River]:
    """The main river and its tributary.

    Parameters
    ----------
    plan, stretch
        The drawing, and by how much it is stretched.
    rng
        Bends and widths wander by it.
    """
    # A river that carries ten times the city is not ten times as wide.
    widen = stretch**0.5
    rivers = []
    for name, points, width in (
        (Text("岚江", "Lan River"), plan.main_river, _MAIN_WIDTH_M),
        (Text("棠河", "Tang River"), plan.tributary, _TRIBUTARY_WIDTH_M),
    ):
        knots = metres(points, stretch)
        line = smooth_line(knots, _STEP_M)
        widths = width * widen * (1.0 + 0.16 * _wander(rng, len(line), 9))
        rivers.append((name, line, widths))
    islet = _islet(rivers[0][1], stretch, widen)
    main, tributary = (
        River(name, shapely.LineString(line), widths, _ribbon(line, widths)) for name, line, widths in rivers
    )
    # The tributary ends at the very bank of the main river.
    main_water = shapely.simplify(shapely.difference(main.water, islet), 1.0)
    tributary_water = shapely.difference(shapely.simplify(tributary.water, 1.0), main_water)
    return (
        River(main.name, main.line, main.width_m, main_water),
        River(tributary.name, tributary.line, tributary.width_m, tributary_water),
    )


def _islet(line: Floats, stretch: float, widen: float) -> BaseGeometry:
    """A sandbar in the main river, a little downstream of the middle of its course."""
    at = int(np.argmin(np.hypot(line[:, 0] + 350 * stretch, line[:, 1] + 1280 * stretch)))
    tangent = line[at + 1] - line[at - 1]
    turn = np.degrees(np.arctan2(tangent[1], tangent[0]))
    ellipse = shapely.buffer(shapely.Point(0, 0), 1.0, quad_segs=12)
    placed = shapely.affinity.scale(ellipse, 190.0 * widen, 42.0 * widen)
    return shapely.affinity.translate(shapely.affinity.rotate(placed, turn), *line[at])
