"""Streets and railways as volunteers have mapped them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import ops

from yiju.city.demo.footpaths import PATH
from yiju.city.demo.graph import BRIDGE, GROUND, TUNNEL
from yiju.city.demo.lines import middles, smooth_line
from yiju.city.demo.plan import metres
from yiju.city.demo.provision import STATION_QUARTER
from yiju.city.demo.strokes import name_streets

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools
    from yiju.city.demo.osm_file import OsmDraft
    from yiju.city.demo.townscape import Townscape

    Tags = dict[str, str]

# How far either side of the railway a street is under it, metres; the least length of a way.
_UNDERPASS_M, _SHORTEST_M = 24.0, 0.5
# Posted speeds by rank, km/h, as they are common in Chinese cities.
_SPEED = {0: "60", 1: "40", 2: "30", 3: "15"}
# Shares of small streets that are one-way, and of streets in old and central quarters that have no cars.
_ONE_WAY, _PEDESTRIAN = 0.10, 0.035
# Share of the ways in a compound that cars use.
_DRIVEWAY = 0.7


def map_streets(draft: OsmDraft, town: Townscape, rng: np.random.Generator) -> None:
    """Every street and path, with names where streets are long enough to have one.

    ``rng`` says which are one-way and which have no cars.
    """
    graph = town.streets
    names = name_streets(graph)
    kinds = [*town.land.plan.kinds(), "none"]
    zone = town.land.lattice.nearest(town.grain.zone, middles(graph.line))
    under = _under_railway(town)
    draws = rng.random((len(graph.u), 2))
    for e, line in enumerate(graph.line):
        tags = _street_tags(int(graph.rank[e]), kinds[zone[e]], bool(town.stairs[e]), float(draws[e, 0]))
        name = names[e]
        if name is not None:
            tags |= {"name": name.zh, "name:zh": name.zh, "name:en": name.en}
        if tags["highway"] in ("residential", "tertiary") and draws[e, 1] < _ONE_WAY:
            tags["oneway"] = "yes"
        if graph.deck[e] == BRIDGE:
            tags |= {"bridge": "yes", "layer": "1", "sidewalk": "both"}
        elif graph.deck[e] == TUNNEL:
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
        return {"highway": "service"} if luck < _DRIVEWAY else {"highway": "footway"}
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
    hit: Bools = np.asarray(shapely.intersects(town.land.rail, town.streets.line), dtype=bool)
    out: Bools = hit & (town.streets.deck == GROUND)
    return out


def _underpass(draft: OsmDraft, line: shapely.LineString, rail: shapely.LineString, tags: Tags) -> None:
    """A street in three ways: before, under and behind the railway."""
    crossing = shapely.get_parts(shapely.intersection(line, rail))[0]
    at = float(shapely.line_locate_point(line, shapely.centroid(crossing)))
    start, end = max(at - _UNDERPASS_M, 0.0), min(at + _UNDERPASS_M, line.length)
    below = {"tunnel": "yes", "layer": "-1", "sidewalk": "both"}
    for a, b, more in ((0.0, start, {}), (start, end, below), (end, line.length, {})):
        if b - a > _SHORTEST_M:
            draft.way(shapely.get_coordinates(ops.substring(line, a, b)), tags | more)


def map_railways(draft: OsmDraft, town: Townscape) -> None:
    """The railway, on bridges where there is water beneath, its station, and the monorail tracks."""
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
    for k, points in enumerate(plan.rail_lines):
        line = {"railway": "monorail", "bridge": "yes", "layer": "3"}
        track = smooth_line(metres(points, town.land.stretch), 40.0)
        draft.way(track, line | {"name": f"轨道{k + 1}号线", "name:en": f"Rail Line {k + 1}"})
