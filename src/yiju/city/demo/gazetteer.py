"""Places with ids and names: the city, its districts, subdistricts and communities, and their boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.names import Lie, community_names, read_names, subdistrict_names

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Ints
    from yiju.city.demo.townscape import Townscape
    from yiju.text import Text

# Ids are shaped like the codes of GB/T 2260, under 99, which that standard gives to nobody.
_CITY_ID = "9901"
# A community belongs to the river when its people live nearer than this to the water, metres; to the hill from this
# mean slope on.
_RIVERSIDE_M = 360.0
_HILLY = 0.13


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
    shapes = _dissolved(town.faces.shape, town.community)
    names = community_names(_lies(town), rng)
    sub_names = subdistrict_names(len(town.district), rng)
    sub_shapes = _dissolved(np.array(shapes, dtype=object), town.subdistrict)
    district_shapes = _dissolved(np.array(sub_shapes, dtype=object), town.district)
    city = Place(_CITY_ID, "city", read_names().city, None, _clean(shapely.union_all(district_shapes)))
    districts = [
        Place(f"{_CITY_ID}{k + 1:02d}", "district", read_names().districts[k], _CITY_ID, shape)
        for k, shape in enumerate(district_shapes)
    ]
    subdistricts = []
    for k, shape in enumerate(sub_shapes):
        above = districts[int(town.district[k])]
        number = int((town.district[:k] == town.district[k]).sum()) + 1
        subdistricts.append(
            Place(f"{above.place_id}{number:03d}", "subdistrict", sub_names[k], above.place_id, shape)
        )
    communities = []
    for k, shape in enumerate(shapes):
        above = subdistricts[int(town.subdistrict[k])]
        number = int((town.subdistrict[:k] == town.subdistrict[k]).sum()) + 1
        communities.append(
            Place(f"{above.place_id}{number:03d}", "community", names[k], above.place_id, shape)
        )
    places = [city, *districts, *subdistricts, *communities]
    return Gazetteer(places, communities, subdistricts)


def _dissolved(shapes: np.ndarray, group: Ints) -> list[BaseGeometry]:
    return [_clean(shapely.coverage_union_all(shapes[group == k])) for k in range(int(group.max()) + 1)]


def _clean(shape: BaseGeometry) -> BaseGeometry:
    """Without the holes of less than a square metre that cutting leaves."""
    parts = [p for p in shapely.get_parts(shape) if p.area > 100.0]
    kept = [
        shapely.Polygon(p.exterior, [r for r in p.interiors if shapely.Polygon(r).area > 100.0])
        for p in parts
    ]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _lies(town: Townscape) -> list[Lie]:
    """How the ground of each community lies, by where its people live."""
    community = town.community[town.cells.face]
    k = int(town.community.max()) + 1
    people = town.cells.people.astype(np.float64)
    held = np.bincount(community, people, k)
    lattice = town.land.lattice
    kind = np.array([z.kind for z in town.land.plan.zones])[
        np.asarray(lattice.nearest(town.grain.zone, town.cells.xy))
    ]

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.bincount(community, people * values, k) / held)

    water = mean(lattice.sample(town.land.off_water, town.cells.xy))
    slope = mean(lattice.sample(town.land.slope, town.cells.xy))
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
