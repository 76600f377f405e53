"""Facilities of an OpenStreetMap scan, a row for each service that one offers, and the gates on their edges.

1. A tagged node is a point; a closed way or multipolygon keeps its boundary, and its area is the land area
   unless it is a building. An open line is a strip where the mapping gives it a width, else the point in its
   middle.
2. One thing drawn twice counts once: what lies inside a surface of the same service is dropped where their
   names agree or one has none (the node of a school inside the school grounds). The surface takes over name,
   opening hours and capacity that it lacks.
3. A gate or entrance that is a node of a surface's outline belongs to that facility; every other one belongs
   to none yet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.tables import FACILITIES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from yiju.city.osm_mapping import Entry
    from yiju.city.readers.osm_scan import OsmScan, RawArea
    from yiju.city.readers.osm_shapes import Ground, Shapes
    from yiju.city.rejections import Rejections

# What a tag of capacity looks like where it is a number
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Keys that give the places of a facility, the first that is there
CAPACITY_KEYS = ("capacity:persons", "capacity:beds", "beds", "capacity")


class Thing(NamedTuple):
    """An object that offers services."""

    osm_id: str
    tags: dict[str, str]
    services: list[tuple[str, Entry]]
    shape: shapely.Geometry


def build_facilities(
    scan: OsmScan, areas: Sequence[RawArea], shapes: Shapes, ground: Ground
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make the facilities and the gates in the wanted part; ``shapes`` are the ``areas``, drawn."""
    things = _points(scan, ground)
    things += [
        Thing(a.osm_id, a.tags, a.kinds.services, shape)
        for a, shape in zip(areas, shapes, strict=True)
        if a.kinds.services
    ]
    things += _lines(scan, ground)
    rows = [row for thing in things for row in _rows(thing, scan.rejections)]
    if not rows:
        return FACILITIES.empty(ground.crs), _gates(scan, areas, ground, set())
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=ground.crs)
    frame = _drawn_once(frame).sort_values(["service", "facility_id"], kind="stable")
    return FACILITIES.validate(frame), _gates(scan, areas, ground, set(frame["facility_id"]))


def _points(scan: OsmScan, ground: Ground) -> list[Thing]:
    points = [p for p in scan.points if p.kinds.services]
    shapes = ground.points([(p.lon, p.lat) for p in points])
    wanted = ground.wanted(shapes)
    return [
        Thing(f"n{p.ref}", p.tags, p.kinds.services, shape)
        for p, shape, keep in zip(points, shapes, wanted, strict=True)
        if keep
    ]


def _lines(scan: OsmScan, ground: Ground) -> list[Thing]:
    lines = [x for x in scan.lines if x.kinds.services]
    shapes = ground.shapes([x.wkb for x in lines])
    wanted = ground.wanted(shapes)
    things = []
    for line, shape, keep in zip(lines, shapes, wanted, strict=True):
        if not keep or shape.length == 0:
            continue
        for service in line.kinds.services:  # RULE 1
            width_m = service[1].line_width_m
            drawn = shape.buffer(width_m / 2, cap_style="flat") if width_m else _middle(shape)
            things.append(Thing(line.osm_id, line.tags, [service], drawn))
    return things


def _middle(line: shapely.Geometry) -> shapely.Point:
    longest = max(shapely.get_parts(line), key=lambda part: part.length)
    return longest.interpolate(0.5, normalized=True)


def _rows(thing: Thing, rejections: Rejections) -> list[dict[str, object]]:
    tags = thing.tags
    notes = [entry.note for _, entry in thing.services if entry.note is not None]
    if notes:
        rejections.add(
            row=thing.osm_id,
            field="service",
            value=tags.get("name", ""),
            action="kept, look at it",
            why=notes[0],
        )
    land = thing.shape.area if thing.shape.area > 0 and "building" not in tags else np.nan
    common = {
        "facility_id": f"osm:{thing.osm_id}",
        "name": tags.get("name"),
        "source": "osm",
        "source_id": thing.osm_id,
        "capacity": _capacity(thing, rejections),
        "land_area_m2": land,
        "opening": tags.get("opening_hours"),
        "geometry": thing.shape,
    }
    return [{**common, "service": code} for code, _ in thing.services]


def _capacity(thing: Thing, rejections: Rejections) -> float:
    key = next((key for key in CAPACITY_KEYS if key in thing.tags), None)
    if key is None:
        return np.nan
    if NUMBER.fullmatch(thing.tags[key].strip()):
        return float(thing.tags[key])
    why = Text("容量不是数字", "the capacity is not a number")
    rejections.add(row=thing.osm_id, field=key, value=thing.tags[key], action="field set unknown", why=why)
    return np.nan


def _drawn_once(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep one row of a service for each thing on the ground (rule 2)."""
    frame = frame.drop_duplicates(["facility_id", "service"]).reset_index(drop=True)
    shapes = frame.geometry.to_numpy()
    surface = np.flatnonzero(shapely.area(shapes) > 0)
    if not len(surface):
        return frame
    inner, outer = shapely.STRtree(shapes[surface]).query(shapes, predicate="within")
    outer = surface[outer]
    area = shapely.area(shapes)
    service = frame["service"].to_numpy()
    # of two equal surfaces the first stays
    bigger = (area[outer] > area[inner]) | ((area[outer] == area[inner]) & (outer < inner))
    same = (inner != outer) & bigger & (service[inner] == service[outer])
    inner, outer = inner[same], outer[same]
    names = frame["name"].str.casefold().str.strip().to_numpy()
    agree = np.array([_agree(names[i], names[o]) for i, o in zip(inner, outer, strict=True)], dtype=bool)
    inner, outer = inner[agree], outer[agree]
    for column in ("name", "opening", "capacity"):
        given = frame.loc[inner, column].set_axis(outer).dropna()
        frame[column] = frame[column].fillna(given[~given.index.duplicated()])
    return frame.drop(index=np.unique(inner))


def _agree(one: object, other: object) -> bool:
    if not isinstance(one, str) or not isinstance(other, str):
        return True
    return one in other or other in one


def _gates(scan: OsmScan, areas: Sequence[RawArea], ground: Ground, known: set[str]) -> gpd.GeoDataFrame:
    shapes = ground.points([(g.lon, g.lat) for g in scan.gates])
    wanted = ground.wanted(shapes)
    owners: dict[int, list[str]] = {}
    for area in areas:
        facility_id = f"osm:{area.osm_id}"
        for ref in set(area.ring) if facility_id in known else ():  # RULE 3
            owners.setdefault(ref, []).append(facility_id)
    facility_ids: list[str | None] = []
    at: list[int] = []
    for i in np.flatnonzero(wanted).tolist():
        mine: Sequence[str | None] = sorted(owners.get(scan.gates[i].ref, [])) or [None]
        facility_ids += mine
        at += [i] * len(mine)
    columns = {"facility_id": pd.array(facility_ids, dtype="str")}
    geometry: npt.NDArray[np.object_] = shapes[at]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometry, crs=ground.crs), crs=ground.crs)
