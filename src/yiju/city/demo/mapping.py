"""The demo city as volunteers have mapped it: streets, water, land and houses whole, facilities only in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import ops

from yiju.city.demo.footpaths import PATH
from yiju.city.demo.landuse import use_of_land
from yiju.city.demo.osm_file import OsmDraft
from yiju.city.demo.parks import ring_through
from yiju.city.demo.plan import metres
from yiju.city.demo.provision import STATION_QUARTER
from yiju.city.demo.rivers import smooth_line
from yiju.city.demo.services import supplies
from yiju.city.demo.strokes import name_streets
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools
    from yiju.city.demo.townscape import Townscape
    from yiju.city.demo.transit import Transit

Tags = dict[str, str]
# How far either side of the railway a street is under it, metres.
_UNDERPASS_M = 24.0
# Posted speeds by rank, km/h, as they are common in Chinese cities.
_SPEED = {0: "60", 1: "40", 2: "30", 3: "15"}
# Shares of streets that are one-way, pedestrian, of houses whose storeys are mapped: what one finds in such a map.
_ONE_WAY, _PEDESTRIAN, _LEVELS_MAPPED, _YEAR_MAPPED, _STOPS_MAPPED = 0.10, 0.035, 0.78, 0.15, 0.6


def draw_map(
    town: Townscape, transit: Transit, community_names: list[Text], rng: np.random.Generator
) -> OsmDraft:
    """The map, in the metres of the drawing.

    ``rng`` says what volunteers happened to note.
    """
    draft = OsmDraft()
    _streets(draft, town, rng)
    _railway(draft, town)
    _waters(draft, town)
    for use in use_of_land(town):
        draft.area(use.shape, use.tags)
    _houses(draft, town, rng)
    _parks(draft, town, community_names)
    _facilities(draft, town)
    _public_transport(draft, town, transit, rng)
    return draft


def _streets(draft: OsmDraft, town: Townscape, rng: np.random.Generator) -> None:
    graph = town.streets
    names = name_streets(graph)
    kinds = [z.kind for z in town.land.plan.zones]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(graph.line, 0.5, normalized=True))
    zone = np.asarray(town.land.lattice.nearest(town.grain.zone, middle))
    under = _under_railway(town)
    draws = rng.random((len(graph.u), 2))
    for e, line in enumerate(graph.line):
        kind = kinds[zone[e]] if zone[e] >= 0 else "none"
        tags = _street_tags(int(graph.rank[e]), kind, bool(town.stairs[e]), float(draws[e, 0]))
        name = names[e]
        if name is not None:
            tags |= {"name": name.zh, "name:zh": name.zh, "name:en": name.en}
        if tags["highway"] in ("residential", "tertiary") and draws[e, 1] < _ONE_WAY:
            tags["oneway"] = "yes"
        if graph.deck[e] == 1:
            tags |= {"bridge": "yes", "layer": "1", "sidewalk": "both"}
        elif graph.deck[e] == 2:
            tags |= {"tunnel": "yes", "layer": "-1"}
        if under[e]:
            _underpass(draft, line, town.land.rail, tags)
        else:
            draft.way(shapely.get_coordinates(line), tags)


def _street_tags(rank: int, kind: str, stairs: bool, luck: float) -> Tags:
    if stairs:
        return {"highway": "steps", "surface": "concrete"}
    if rank == PATH:
        return {"highway": "footway", "surface": "paving_stones"}
    if rank == 3:
        return {"highway": "service"} if luck < 0.7 else {"highway": "footway"}
    if rank == 2:
        if kind in ("old", "cbd") and luck < _PEDESTRIAN:
            return {"highway": "pedestrian"}
        tags = {"highway": "living_street" if kind == "village" else "residential"}
    elif rank == 1:
        tags = {"highway": "tertiary" if kind in ("old", "village", "pocket", "none") else "secondary"}
    else:
        tags = {"highway": "primary", "sidewalk": "both"}
    return tags | {"maxspeed": _SPEED[rank]}


def _under_railway(town: Townscape) -> Bools:
    shapely.prepare(town.land.rail)
    hit = np.asarray(shapely.intersects(town.land.rail, town.streets.line), dtype=bool)
    return hit & (town.streets.deck == 0)


def _underpass(draft: OsmDraft, line: shapely.LineString, rail: shapely.LineString, tags: Tags) -> None:
    """A street in three ways: before, under and behind the railway."""
    crossing = shapely.get_parts(shapely.intersection(line, rail))[0]
    at = float(shapely.line_locate_point(line, shapely.centroid(crossing)))
    start, end = max(at - _UNDERPASS_M, 0.0), min(at + _UNDERPASS_M, line.length)
    below = {"tunnel": "yes", "layer": "-1", "sidewalk": "both"}
    for a, b, more in ((0.0, start, {}), (start, end, below), (end, line.length, {})):
        if b - a > 0.5:
            draft.way(shapely.get_coordinates(ops.substring(line, a, b)), tags | more)


def _railway(draft: OsmDraft, town: Townscape) -> None:
    """The railway, on bridges where there is water beneath."""
    shapely.prepare(town.land.water)
    rail = shapely.intersection(town.land.rail, shapely.buffer(town.land.outline, 400.0))
    dry = shapely.difference(rail, shapely.buffer(town.land.water, 20.0))
    tags = {
        "railway": "rail",
        "usage": "main",
        "electrified": "contact_line",
        "name": "岚江铁路",
        "name:en": "Lanjiang Railway",
    }
    for part in shapely.get_parts(dry):
        draft.way(shapely.get_coordinates(part), tags)
    for part in shapely.get_parts(shapely.difference(rail, dry)):
        if part.geom_type == "LineString":
            draft.way(shapely.get_coordinates(part), tags | {"bridge": "yes", "layer": "2"})
    plan = town.land.plan
    near = shapely.Point(metres([plan.zones[plan.index_of(STATION_QUARTER)].at], town.land.stretch)[0])
    station = shapely.line_interpolate_point(rail, shapely.line_locate_point(rail, near))
    draft.spot(
        shapely.get_coordinates(station),
        {"railway": "station", "name": "岚川站", "name:en": "Lanchuan Station"},
    )


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
    kinds = [town.land.plan.zones[z].kind for z in buildings.zone.tolist()]
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
        use = _SCHOOLHOUSE.get(facility.service)
        if facility.ground is not None and use is not None:
            house = shapely.affinity.scale(facility.ground, 0.62, 0.36)
            draft.way(shapely.get_coordinates(house), {"building": use, "building:levels": "4"})


_SCHOOLHOUSE: Mapping[str, str] = {
    "primary_school": "school", "middle_school": "school", "high_school": "school", "kindergarten": "kindergarten",
    "hospital": "hospital", "child_health": "hospital", "health_centre": "public", "cultural_centre": "public",
    "sports_hall": "sports_hall", "fire_station": "fire_station", "elder_home": "public",
}  # fmt: skip


def _house_tag(kind: str, homes: bool, storeys: int) -> str:
    if homes:
        return "house" if kind == "village" and storeys <= 3 else "apartments"
    return {"industry": "industrial", "cbd": "office", "new": "commercial"}.get(
        kind, "retail" if storeys <= 4 else "commercial"
    )


def _parks(draft: OsmDraft, town: Townscape, community_names: list[Text]) -> None:
    """Parks with their gates, named after the community around them."""
    spots = np.array([shapely.get_coordinates(shapely.point_on_surface(p.ground))[0] for p in town.parks])
    community = town.community[town.faces.holding(spots)]
    count: dict[int, int] = {}
    for park, c in zip(town.parks, community.tolist(), strict=True):
        count[c] = count.get(c, 0) + 1
        stem = Text(community_names[c].zh.removesuffix("社区"), community_names[c].en)
        name = park_name(stem, float(park.ground.area), count[c])
        ring = ring_through(_single(park.ground), park.gates)
        tags: Tags = {"leisure": "park", "name": name.zh, "name:en": name.en}
        if park.walled:
            tags |= {"barrier": "wall"}
        draft.way(ring, tags)
        for gate in park.gates:
            draft.spot(gate, {"barrier": "gate", "access": "yes", "foot": "yes"})


def park_name(stem: Text, area_m2: float, turn: int) -> Text:
    """What a park is called: a large one is a 公园, a small one a 口袋公园 (pocket park)."""
    number = "" if turn == 1 else f"{turn}号"
    number_en = "" if turn == 1 else f" {turn}"
    if area_m2 > 10_000:
        return Text(f"{stem.zh}{number}公园", f"{stem.en} Park{number_en}")
    return Text(f"{stem.zh}{number}口袋公园", f"{stem.en} Pocket Park{number_en}")


def _single(ground: BaseGeometry) -> shapely.Polygon:
    return max(shapely.get_parts(ground), key=lambda part: part.area)


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


def _public_transport(draft: OsmDraft, town: Townscape, transit: Transit, rng: np.random.Generator) -> None:
    """Monorail tracks and stations whole, bus stops in part."""
    for k, points in enumerate(town.land.plan.rail_lines):
        track = smooth_line(metres(points, town.land.stretch), 40.0)
        tags = {
            "railway": "monorail",
            "bridge": "yes",
            "layer": "3",
            "name": f"轨道{k + 1}号线",
            "name:en": f"Rail Line {k + 1}",
        }
        draft.way(track, tags)
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
