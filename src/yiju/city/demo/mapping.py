"""The demo city as volunteers have mapped it: streets, water, land and houses whole, facilities only in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity

from yiju.city.demo.landuse import use_of_land
from yiju.city.demo.mapped_streets import map_railways, map_streets
from yiju.city.demo.osm_file import OsmDraft
from yiju.city.demo.parks import ring_through
from yiju.city.demo.services import supplies
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.city.demo.townscape import Townscape
    from yiju.city.demo.transit import Transit

# Shares of houses whose storeys, and whose year, are mapped, and of bus stops: what one finds in such a map.
_LEVELS_MAPPED, _YEAR_MAPPED, _STOPS_MAPPED = 0.78, 0.15, 0.6
# A smaller park is a pocket park (口袋公园): 城市体检工作手册 2025 counts from 1 ha on as the next tier.
_POCKET_PARK_M2 = 10_000.0
# What stands on the ground of a facility.
_HOUSE_OF: Mapping[str, str] = {
    "primary_school": "school", "middle_school": "school", "high_school": "school", "kindergarten": "kindergarten",
    "hospital": "hospital", "child_health": "hospital", "health_centre": "public", "cultural_centre": "public",
    "sports_hall": "sports_hall", "fire_station": "fire_station", "elder_home": "public",
}  # fmt: skip


def draw_map(town: Townscape, transit: Transit, stems: list[Text], rng: np.random.Generator) -> OsmDraft:
    """The map, in the metres of the drawing.

    ``stems`` are the names of the communities without their last word; ``rng`` says what volunteers happened to note.
    """
    draft = OsmDraft()
    map_streets(draft, town, rng)
    map_railways(draft, town)
    _waters(draft, town)
    for use in use_of_land(town):
        draft.area(use.shape, use.tags)
    _houses(draft, town, rng)
    _parks(draft, town, stems)
    _facilities(draft, town)
    _stops(draft, transit, rng)
    return draft


def _waters(draft: OsmDraft, town: Townscape) -> None:
    near = shapely.buffer(town.land.outline, 600.0)
    for river in town.land.rivers:
        names = {"name": river.name.zh, "name:zh": river.name.zh, "name:en": river.name.en}
        for part in shapely.get_parts(shapely.intersection(river.water, near)):
            draft.area(part, {"natural": "water", "water": "river", **names})
        for part in shapely.get_parts(shapely.intersection(river.line, near)):
            draft.way(shapely.get_coordinates(part), {"waterway": "river", **names})


def _houses(draft: OsmDraft, town: Townscape, rng: np.random.Generator) -> None:
    buildings = town.buildings
    kinds = [town.land.plan.kinds()[z] for z in buildings.zone.tolist()]
    draws = rng.random((len(kinds), 2))
    closed = np.concatenate([buildings.corners, buildings.corners[:, :1]], axis=1)
    for k, kind in enumerate(kinds):
        tags = {"building": _house_tag(kind, bool(buildings.homes[k]), int(buildings.storeys[k]))}
        if draws[k, 0] < _LEVELS_MAPPED:
            tags["building:levels"] = str(int(buildings.storeys[k]))
        if draws[k, 1] < _YEAR_MAPPED:
            tags["start_date"] = str(int(buildings.year[k]))
        draft.way(closed[k], tags)
    for facility in town.facilities:
        use = _HOUSE_OF.get(facility.service)
        if facility.ground is not None and use is not None:
            house = shapely.affinity.scale(facility.ground, 0.62, 0.36)
            draft.way(shapely.get_coordinates(house), {"building": use, "building:levels": "4"})


def _house_tag(kind: str, homes: bool, storeys: int) -> str:
    if homes:
        return "house" if kind == "village" and storeys <= 3 else "apartments"
    usual = "retail" if storeys <= 4 else "commercial"
    return {"industry": "industrial", "cbd": "office", "new": "commercial"}.get(kind, usual)


def _parks(draft: OsmDraft, town: Townscape, stems: list[Text]) -> None:
    """Parks with their gates, named after the community around them."""
    spots = np.array([shapely.get_coordinates(shapely.point_on_surface(p.ground))[0] for p in town.parks])
    community = town.hierarchy.community[town.hierarchy.faces.holding(spots)]
    count: dict[int, int] = {}
    for park, c in zip(town.parks, community.tolist(), strict=True):
        turn = count[c] = count.get(c, 0) + 1
        name = park_name(stems[c], float(park.ground.area), turn)
        tags = {"leisure": "park", "name": name.zh, "name:en": name.en}
        draft.way(ring_through(park.ground, park.gates), tags | ({"barrier": "wall"} if park.walled else {}))
        for gate in park.gates:
            draft.spot(gate, {"barrier": "gate", "access": "yes", "foot": "yes"})


def park_name(stem: Text, area_m2: float, turn: int) -> Text:
    """What a park is called: a large one is a 公园, a small one a 口袋公园 (pocket park).

    Examples
    --------
    >>> park_name(Text("砚石坪", "Yanshiping"), 3000.0, 2)
    Text(zh='砚石坪2号口袋公园', en='Yanshiping Pocket Park 2')
    """
    kind = Text("公园", "Park") if area_m2 > _POCKET_PARK_M2 else Text("口袋公园", "Pocket Park")
    number = Text("", "") if turn == 1 else Text(f"{turn}号", f" {turn}")
    return Text(f"{stem.zh}{number.zh}{kind.zh}", f"{stem.en} {kind.en}{number.en}")


def _facilities(draft: OsmDraft, town: Townscape) -> None:
    for facility in town.facilities:
        if not facility.mapped:
            continue
        tags = dict(supplies()[facility.service].tags)
        if facility.zh:
            tags |= {"name": facility.zh, "name:zh": facility.zh, "name:en": facility.en}
        if facility.ground is not None:
            draft.way(shapely.get_coordinates(facility.ground), tags)
        else:
            draft.spot(facility.xy, tags)


def _stops(draft: OsmDraft, transit: Transit, rng: np.random.Generator) -> None:
    """Stations whole, bus stops in part."""
    luck = rng.random(len(transit.stops))
    for stop, draw in zip((transit.stops[k] for k in sorted(transit.stops)), luck.tolist(), strict=True):
        names = {"name": stop.name.zh, "name:en": stop.name.en}
        if stop.station:
            tags = {
                "railway": "station",
                "station": "monorail",
                "public_transport": "station",
                "monorail": "yes",
            }
            draft.spot(stop.xy, tags | names)
        elif not stop.parent and draw < _STOPS_MAPPED:
            draft.spot(stop.xy, {"highway": "bus_stop", "public_transport": "platform", "bus": "yes"} | names)
