"""Places with ids and names: the city, its districts, subdistricts and communities, and their boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.arrays import sum_by
from yiju.city.demo.names import Lie, community_names, read_names, subdistrict_names

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.townscape import Townscape
    from yiju.text import Text

# Ids are shaped like the codes of GB/T 2260, under 99, which that standard gives to nobody.
_CITY_ID = "9901"
# A community belongs to the river when its people live nearer than this to the water, metres; to the hill from this
# mean slope on.
_RIVERSIDE_M = 360.0
_HILLY = 0.13
# Smaller parts and holes of a boundary are leavings of the cutting.
_SPECK_M2 = 100.0


@dataclass(frozen=True)
class Place:
    """One place of one level."""

    place_id: str
    level: str
    name: Text
    parent_id: str | None
    shape: BaseGeometry


@dataclass(frozen=True)
class Gazetteer:
    """All places, the largest first; ``community`` and ``subdistrict`` give the place of each number of the town."""

    places: list[Place]
    community: list[Place]
    subdistrict: list[Place]

    @property
    def city(self) -> Place:
        """The city."""
        return self.places[0]


def name_places(town: Townscape, rng: np.random.Generator) -> Gazetteer:
    """Give every place of the town its id, name and boundary."""
    tree, names = town.hierarchy, read_names()
    shapes = _dissolved(tree.faces.shape, tree.community)
    sub_shapes = _dissolved(shapes, tree.subdistrict)
    district_shapes = _dissolved(sub_shapes, tree.district)
    city = Place(_CITY_ID, "city", names.city, None, _clean(shapely.union_all(district_shapes)))
    districts = [
        Place(f"{_CITY_ID}{k + 1:02d}", "district", names.districts[k], _CITY_ID, shape)
        for k, shape in enumerate(district_shapes)
    ]
    sub_names = subdistrict_names(len(sub_shapes), rng)
    subdistricts = _below(districts, tree.district, "subdistrict", sub_names, sub_shapes)
    community = community_names(_lies(town), rng)
    communities = _below(subdistricts, tree.subdistrict, "community", community, shapes)
    return Gazetteer([city, *districts, *subdistricts, *communities], communities, subdistricts)


def _below(above: list[Place], parent: Ints, level: str, names: list[Text], shapes: Shapes) -> list[Place]:
    """Places of a level: each takes the id of the place above it and a number of three digits."""
    out = []
    for k, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        parent_id = above[int(parent[k])].place_id
        number = int((parent[:k] == parent[k]).sum()) + 1
        out.append(Place(f"{parent_id}{number:03d}", level, name, parent_id, shape))
    return out


def _dissolved(shapes: Shapes, group: Ints) -> Shapes:
    merged = [_clean(shapely.coverage_union_all(shapes[group == k])) for k in range(int(group.max()) + 1)]
    return np.array(merged, dtype=object)


def _clean(shape: BaseGeometry) -> BaseGeometry:
    """Without the parts and holes of a few square metres that cutting leaves."""
    kept = [
        shapely.Polygon(part.exterior, [r for r in part.interiors if shapely.Polygon(r).area > _SPECK_M2])
        for part in shapely.get_parts(shape)
        if part.area > _SPECK_M2
    ]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _lies(town: Townscape) -> list[Lie]:
    """How the ground of each community lies, by where its people live."""
    lattice, cells, community = town.land.lattice, town.cells, town.community
    k = int(community.max()) + 1
    kind = np.array(town.land.plan.kinds())[lattice.nearest(town.grain.zone, cells.xy)]
    held = sum_by(community, cells.people, k)

    def mean(values: Floats | Bools) -> Floats:
        return sum_by(community, cells.people * values.astype(np.float64), k) / held

    water = mean(lattice.sample(town.land.off_water, cells.xy))
    slope = mean(lattice.sample(town.land.slope, cells.xy))
    new, village = mean(np.isin(kind, ["new", "cbd"])), mean(kind == "village")
    lies: list[Lie] = []
    for c in range(k):
        if village[c] > 0.3:
            lies.append("village")
        elif new[c] > 0.5:
            lies.append("new")
        elif water[c] < _RIVERSIDE_M:
            lies.append("river")
        else:
            lies.append("hill" if slope[c] > _HILLY else "flat")
    return lies
