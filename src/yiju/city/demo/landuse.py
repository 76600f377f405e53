"""Land use: what each block is for, less what parks, schools and yards have taken of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Ints
    from yiju.city.demo.townscape import Townscape

# Half of a street and its pavements, metres.
_STREETSIDE_M = 7.0
# Gaps between yards that are narrower than twice this are filled.
_YARD_M = 22.0
# A face larger than this is country: only the yards around its houses are residential.
_BLOCK_M2 = 110_000.0
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
    taken = np.array(
        [p.ground for p in town.parks] + [f.ground for f in town.facilities if f.ground is not None],
        dtype=object,
    )
    roads = shapely.buffer(town.streets.line[town.streets.rank <= 2], _STREETSIDE_M, quad_segs=2)
    sites, streets = _Cutter(taken), _Cutter(roads)
    face_of = town.hierarchy.faces.holding(town.buildings.middle)
    order = np.argsort(face_of, kind="stable")
    bounds = np.searchsorted(face_of[order], np.arange(len(town.hierarchy.faces.shape) + 1))
    country = _country(town)
    out: list[LandUse] = []
    for k, face in enumerate(town.hierarchy.faces.shape):
        if town.hierarchy.faces.water[k]:
            continue
        here = order[bounds[k] : bounds[k + 1]]
        land = sites.cut(streets.cut(face))
        built = _built(town, land, here, large=face.area > _BLOCK_M2)
        if built is not None:
            out += _pieces({"landuse": _built_use(town, here)}, built)
            land = shapely.difference(land, built)
        if built is None or face.area > _BLOCK_M2:
            out += _pieces(country[k], land)
    return out


class _Cutter:
    """Takes shapes out of others, looking only at those that are near."""

    def __init__(self, shapes: np.ndarray) -> None:
        self._shapes = shapes
        self._tree = shapely.STRtree(shapes)

    def cut(self, shape: BaseGeometry) -> BaseGeometry:
        near = self._tree.query(shape, predicate="intersects")
        return shapely.difference(shape, shapely.union_all(self._shapes[near])) if len(near) else shape


def _built(town: Townscape, land: BaseGeometry, buildings: Ints, *, large: bool) -> BaseGeometry | None:
    """The built part of a block: all of it, or the yards around the houses where the block runs on into country."""
    if not len(buildings):
        return None
    if not large:
        return land
    yards = shapely.union_all(
        shapely.buffer(shapely.points(town.buildings.middle[buildings]), 34.0, quad_segs=4)
    )
    closed = shapely.buffer(shapely.buffer(yards, _YARD_M), -_YARD_M)
    return shapely.intersection(closed, land)


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


def _built_use(town: Townscape, buildings: Ints) -> str:
    """The use of a block by the kinds of quarter and the floors in it."""
    kinds = [town.land.plan.zones[z].kind for z in town.buildings.zone[buildings].tolist()]
    homes = town.buildings.homes[buildings]
    floors = town.buildings.floor_area_m2[buildings]
    if max(set(kinds), key=kinds.count) == "industry":
        return "industrial"
    return "residential" if float(floors[homes].sum()) >= 0.4 * float(floors.sum()) else "commercial"


def _pieces(tags: dict[str, str], shape: BaseGeometry) -> list[LandUse]:
    return [
        LandUse(tags, part)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and part.area >= _SMALLEST_M2
    ]
