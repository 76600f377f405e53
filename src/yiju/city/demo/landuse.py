"""Land use: what each block is for, less what parks, schools and yards have taken of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from yiju.city.demo.arrays import sum_by

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Floats, Ints, Shapes
    from yiju.city.demo.townscape import Townscape

# Half of a street and its pavements, metres.
_STREETSIDE_M = 7.0
# Around houses at the edge of the city, land within this belongs to them; gaps narrower than twice the second are
# filled.
_YARD_M, _GAP_M = 34.0, 22.0
# Share of the yards in a block from which on all of it is built up.
_FULL_SHARE = 0.3
# A block with this share of homes in its floors is residential.
_LIVED_SHARE = 0.4
# Country steeper than this is wood, gentler country is fields.
_WOODED = 0.16
_SMALLEST_M2 = 150.0


@dataclass(frozen=True)
class LandUse:
    """A piece of land: its OpenStreetMap tags and its shape."""

    tags: dict[str, str]
    shape: BaseGeometry


def use_of_land(town: Townscape) -> list[LandUse]:
    """All land use but parks and the grounds of facilities, in the order of the faces."""
    grounds = [p.ground for p in town.parks] + [f.ground for f in town.facilities if f.ground is not None]
    roads = shapely.buffer(town.streets.line[town.streets.rank <= 2], _STREETSIDE_M, quad_segs=2)
    sites, streets = _Cutter(np.array(grounds, dtype=object)), _Cutter(roads)
    faces, middle = town.hierarchy.faces, town.buildings.middle
    face_of = faces.holding(middle)
    order = np.argsort(face_of, kind="stable")
    bounds = np.searchsorted(face_of[order], np.arange(len(faces.shape) + 1))
    country, built_use = _country(town), _built_use(town, face_of)
    out: list[LandUse] = []
    for k, face in enumerate(faces.shape):
        if faces.water[k]:
            continue
        land = sites.cut(streets.cut(face))
        here = middle[order[bounds[k] : bounds[k + 1]]]
        if len(here):
            built = _yards(land, here)
            # A block that is mostly yards is built up to its streets; one that is not runs on into country.
            if built.area > _FULL_SHARE * land.area:
                built = land
            out += _pieces({"landuse": built_use[k]}, built)
            land = shapely.difference(land, built)
        out += _pieces(country[k], land)
    return out


def _yards(land: BaseGeometry, houses: Floats) -> BaseGeometry:
    """The land around the houses (n, 2) of a block that runs on into country."""
    yards = shapely.union_all(shapely.buffer(shapely.points(houses), _YARD_M, quad_segs=4))
    closed = shapely.buffer(shapely.buffer(yards, _GAP_M), -_GAP_M)
    return shapely.intersection(closed, land)


class _Cutter:
    """Takes shapes out of others, looking only at those that are near."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._tree = shapely.STRtree(shapes)

    def cut(self, shape: BaseGeometry) -> BaseGeometry:
        near = self._tree.query(shape, predicate="intersects")
        return shapely.difference(shape, shapely.union_all(self._shapes[near])) if len(near) else shape


def _country(town: Townscape) -> list[dict[str, str]]:
    slope = town.land.lattice.sample(town.land.slope, town.hierarchy.faces.middle)
    near_city = cKDTree(town.buildings.middle).query(town.hierarchy.faces.middle)[0] < 260.0
    tags = []
    for steep, near in zip((slope > _WOODED).tolist(), near_city.tolist(), strict=True):
        if steep:
            tags.append({"natural": "wood"})
        else:
            tags.append({"landuse": "grass"} if near else {"landuse": "farmland"})
    return tags


def _built_use(town: Townscape, face_of: Ints) -> list[str]:
    """The use of each face by the kinds of quarter and the floors in it."""
    buildings, n = town.buildings, len(town.hierarchy.faces.shape)
    works = np.array(town.land.plan.kinds())[buildings.zone] == "industry"
    floors = sum_by(face_of, buildings.floor_area_m2, n)
    homes = sum_by(face_of, np.where(buildings.homes, buildings.floor_area_m2, 0.0), n)
    industry = sum_by(face_of, works, n) > 0.5 * sum_by(face_of, np.ones(len(works)), n)
    lived = homes >= _LIVED_SHARE * floors
    use: list[str] = np.where(industry, "industrial", np.where(lived, "residential", "commercial")).tolist()
    return use


def _pieces(tags: dict[str, str], shape: BaseGeometry) -> list[LandUse]:
    return [
        LandUse(tags, part)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and part.area >= _SMALLEST_M2
    ]
