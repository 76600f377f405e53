"""The ground plan as faces: blocks between streets, pieces of hill, halves of river.

Faces are what communities are made of. They cover the city without gap or overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import Voronoi

from yiju.city.demo.graph import GROUND
from yiju.city.demo.lines import normals
from yiju.city.demo.plan import metres

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.graph import StreetGraph
    from yiju.city.demo.plan import Plan
    from yiju.city.demo.rivers import River

# Land larger than this holds no street: hills and fields.
_WILD_M2 = 110_000.0
# Those are cut into pieces about this far across: a village and its fields.
_WILD_PIECE_M = 420.0
# The two halves of a river are cut every so often.
_REACH_M = 400.0
_GRID_M = 0.1
# Faces whose border is shorter than this only touch in a corner.
_TOUCH_M = 0.15


@dataclass(frozen=True)
class Faces:
    """Faces (n,) as polygons; ``water`` marks those on the river.

    ``first``, ``second`` (m,) are neighbours; ``barred`` says whether the railway runs along their border, ``busy``
    whether a main road does.
    """

    shape: Shapes
    water: Bools
    first: Ints
    second: Ints
    barred: Bools
    busy: Bools

    @property
    def middle(self) -> Floats:
        """A point inside each face (n, 2)."""
        return np.asarray(shapely.get_coordinates(shapely.point_on_surface(self.shape)), dtype=np.float64)

    def holding(self, xy: Floats) -> Ints:
        """The face that holds each point, or -1."""
        out = np.full(len(xy), -1, dtype=np.int64)
        point, face = shapely.STRtree(self.shape).query(shapely.points(xy), predicate="intersects")
        out[point[::-1]] = face[::-1]
        return out


def city_outline(plan: Plan, stretch: float, rng: np.random.Generator) -> BaseGeometry:
    """The city's boundary: a rounded box that wanders, as boundaries along ridges do."""
    turn = np.linspace(0, 2 * np.pi, 181)[:-1]
    # A superellipse of exponent 4 fills the box well and has no corners.
    cos, sin = np.cos(turn), np.sin(turn)
    radius = 1.0 / (np.abs(cos) ** 4 + np.abs(sin) ** 4) ** 0.25
    waves = np.zeros(len(turn))
    for k in range(3, 14):
        waves += rng.normal(0, 0.012) * np.cos(k * turn + rng.uniform(0, 2 * np.pi))
    # Held softly between 0.92 and 0.99 of the box.
    radius = radius * (0.955 + 0.035 * np.tanh(waves / 0.03))
    box = metres([(plan.half_width, plan.half_height)], stretch)[0]
    return shapely.Polygon(np.column_stack([cos, sin]) * radius[:, None] * box)


def divide(
    outline: BaseGeometry,
    streets: StreetGraph,
    rivers: tuple[River, River],
    rail: shapely.LineString,
    rng: np.random.Generator,
) -> Faces:
    """Cut the city along streets, banks and the railway; then hills and rivers into pieces."""
    water = shapely.intersection(shapely.union_all([r.water for r in rivers]), outline)
    roads = streets.line[(streets.rank <= 2) & (streets.deck == GROUND)]
    cuts = [outline.boundary, water.boundary, rail, *roads, *_river_cuts(rivers)]
    rough = _polygonized(cuts, outline)
    dry = ~np.asarray(shapely.contains(water, shapely.point_on_surface(rough)), dtype=bool)
    # All cuts are noded together, so that neighbours share every corner of their border.
    faces = _polygonized([*cuts, *_wild_cuts(rough[dry], rng)], outline)
    wet = np.asarray(shapely.contains(water, shapely.point_on_surface(faces)), dtype=bool)
    return _neighbours(faces, wet, rail, streets)


def _polygonized(cuts: list[BaseGeometry], outline: BaseGeometry) -> Shapes:
    noded = shapely.union_all(np.array(cuts, dtype=object), grid_size=_GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(outline)
    return np.asarray(
        faces[shapely.contains_properly(outline, shapely.point_on_surface(faces))], dtype=object
    )


def _river_cuts(rivers: tuple[River, River]) -> list[BaseGeometry]:
    """The middle of each river, and cuts from bank to bank that stop short of making slivers on land."""
    cuts: list[BaseGeometry] = []
    for river in rivers:
        line = np.asarray(river.line.coords)
        every = max(1, round(_REACH_M / (river.line.length / len(line))))
        half = normals(line) * (river.width_m[:, None] / 2 + 40.0)
        across = shapely.linestrings(np.stack([line + half, line - half], axis=1)[::every])
        cuts += list(shapely.intersection(np.array([river.line, *across], dtype=object), river.water))
    return cuts


def _wild_cuts(faces: Shapes, rng: np.random.Generator) -> list[BaseGeometry]:
    """Shapes that cut the large faces: the borders of cells around scattered points."""
    wild = faces[shapely.area(faces) > _WILD_M2]
    west, south, east, north = shapely.total_bounds(faces)
    step = _WILD_PIECE_M
    x, y = np.meshgrid(
        np.arange(west - step, east + 2 * step, step), np.arange(south - step, north + 2 * step, step)
    )
    seeds = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-0.4, 0.4, (x.size, 2)) * step
    net = Voronoi(seeds)
    ridges = np.array([r for r in net.ridge_vertices if r[0] >= 0 and r[1] >= 0])
    lines = shapely.linestrings(net.vertices[ridges])
    face, line = shapely.STRtree(lines).query(wild, predicate="intersects")
    return list(shapely.intersection(lines[line], wild[face]))


def _neighbours(faces: Shapes, wet: Bools, rail: shapely.LineString, streets: StreetGraph) -> Faces:
    first, second = shapely.STRtree(faces).query(faces, predicate="intersects")
    ordered = first < second
    first, second = first[ordered], second[ordered]
    border = shapely.intersection(
        shapely.boundary(faces[first]), shapely.boundary(faces[second]), grid_size=_GRID_M
    )
    real = shapely.length(border) > _TOUCH_M
    # Corners that touch are not neighbours; slivers that cutting leaves have short borders and are.
    first, second, border = first[real], second[real], border[real]
    spot = shapely.point_on_surface(border)
    barred = shapely.distance(spot, rail) < 1.0
    main = shapely.union_all(streets.line[(streets.rank == 0) & (streets.deck == GROUND)])
    busy = shapely.distance(spot, main) < 1.0
    return Faces(faces, wet, first, second, np.asarray(barred), np.asarray(busy))
