"""One streaming pass over an OpenStreetMap file: what is of use is kept, as tags and coordinates in degrees.

The filters run inside libosmium, so that Python only sees objects with a key of interest. Geometries leave as
WKB and become shapely objects later, all at once. Nothing here knows the city's coordinate system.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import osmium
import shapely
from osmium.geom import use_nodes
from osmium.osm import AREA, NODE, RELATION, WAY

from yiju.city.osm_mapping import OsmMapping, osm_mapping
from yiju.city.readers.osm_access import CLOSES, Passage, blocks_walkers, passage
from yiju.city.rejections import Rejections
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yiju.city.osm_mapping import Entry

# https://wiki.openstreetmap.org/wiki/Key:barrier: those that one walks through
GATES = frozenset(
    {
        "gate",
        "entrance",
        "lift_gate",
        "swing_gate",
        "sliding_gate",
        "kissing_gate",
        "turnstile",
        "hampshire_gate",
    }
)
# https://wiki.openstreetmap.org/wiki/Key:entrance: doors that a visitor does not use
NO_ENTRANCES = frozenset({"no", "exit", "emergency", "garage", "service"})
# https://wiki.openstreetmap.org/wiki/Relation:multipolygon: relations that stand for one area
AREA_RELATIONS = frozenset({"multipolygon", "boundary"})
# Square, drawn as a multipolygon, along whose edge one walks
SQUARES = frozenset({"pedestrian", "footway"})


class Kinds(NamedTuple):
    """What an object is of use as."""

    services: list[tuple[str, Entry]]
    land: str | None = None
    stop: str | None = None
    water: bool = False
    building: bool = False

    def __bool__(self) -> bool:
        return bool(self.services or self.land or self.stop or self.water or self.building)


class RawPoint(NamedTuple):
    """A tagged node."""

    ref: int
    lon: float
    lat: float
    tags: dict[str, str]
    kinds: Kinds


class RawLine(NamedTuple):
    """An open way that is no street, or a facility drawn as a line."""

    osm_id: str
    tags: dict[str, str]
    kinds: Kinds
    wkb: str


class RawArea(NamedTuple):
    """A closed way or multipolygon; ``ring``: the nodes of the outlines, for facilities only."""

    osm_id: str
    tags: dict[str, str]
    kinds: Kinds
    wkb: str
    ring: tuple[int, ...]


class RawStreet(NamedTuple):
    """An unbroken run of nodes of a street or path; ``wkb`` has a vertex for each of ``refs``."""

    source_id: str
    passage: Passage
    name: str | None
    refs: list[int]
    wkb: str


@dataclass
class OsmScan:
    """What one file holds that is of use; every ``wkb`` is in degrees."""

    file: Path
    rejections: Rejections
    streets: list[RawStreet] = field(default_factory=list)
    points: list[RawPoint] = field(default_factory=list)
    gates: list[RawPoint] = field(default_factory=list)
    lines: list[RawLine] = field(default_factory=list)
    areas: list[RawArea] = field(default_factory=list)
    barriers: set[int] = field(default_factory=set)

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the streets, or of whatever else there is, in degrees."""
        things = self.streets or self.areas or self.lines
        spots = np.array([(p.lon, p.lat) for p in self.points + self.gates])
        every = (
            shapely.get_coordinates(shapely.from_wkb([thing.wkb for thing in things])) if things else spots
        )
        (west, south), (east, north) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
        return west, south, east, north


def scan_osm(file: Path) -> OsmScan:
    """Read one ``.osm.pbf`` or ``.osm[.gz|.bz2]`` file.

    Raises
    ------
    InputError
        The file is missing, empty, cut off, of another format, or holds no object at all.
    """
    if not file.is_file():
        raise InputError(
            Text("文件不存在。", "there is no such file."),
            file=file,
            hint=Text(f"请检查路径 {file}。", f"Check the path {file}."),
        )
    reader = _Reader(file, osm_mapping())
    try:
        seen = reader.read()
    except RuntimeError as cause:  # libosmium has no other kind of error for a file that it cannot read
        raise InputError(
            Text(
                f"OSM 文件无法读取，可能不完整或已损坏（{cause}）。",
                f"this OSM file cannot be read: {cause}.",
            ),
            file=file,
            hint=Text(
                "请重新下载；支持 .osm.pbf、.osm、.osm.gz、.osm.bz2。",
                "It may be cut off or damaged: fetch it again. Formats: .osm.pbf, .osm, .osm.gz, .osm.bz2.",
            ),
        ) from cause
    scan = reader.scan
    if not seen or not (scan.streets or scan.areas or scan.lines or scan.points or scan.gates):
        raise InputError(
            Text(
                "文件中没有任何可用要素。", "the file holds nothing of use: no street, building or facility."
            ),
            file=file,
            hint=Text("请检查该文件是否为空或已被筛选。", "Is the extract empty, or filtered?"),
        )
    reader.report_broken()
    return scan


class _Reader:
    """The pass itself. A way comes before its area, a relation's area may come before the relation."""

    def __init__(self, file: Path, mapping: OsmMapping) -> None:
        self.scan = OsmScan(file, Rejections(file.name))
        self._mapping = mapping
        self._wkb = osmium.geom.WKBFactory()
        # closed ways and multipolygons that should come back as an area, and have not yet
        self._awaited: dict[str, Kinds] = {}
        self._made: set[str] = set()

    def read(self) -> int:
        """Read the file; returns how many objects had a key of interest."""
        take: dict[str, Callable[[Any], None]] = {
            "n": self._take_node,
            "w": self._take_way,
            "r": self._take_relation,
            "a": self._take_area,
        }
        for thing in self._stream():
            take[thing.type_str()](thing)
            self.scan.rejections.read += 1
        return self.scan.rejections.read

    def report_broken(self) -> None:
        """Name the areas that could not be put together."""
        broken = sorted(osm_id for osm_id, kinds in self._awaited.items() if kinds)
        why = Text(
            "边界未闭合、自相交或缺少成员，无法构成面",
            "its outline is open, crosses itself or lacks members: no area could be made",
        )
        self.scan.rejections.add_all(why=why, action="row dropped", rows=broken, field="geometry")

    def _stream(self) -> osmium.FileProcessor:
        mapping = self._mapping
        areas = (
            mapping.facility.keys | mapping.land.keys | mapping.water.keys | mapping.stop.keys | {"building"}
        )
        nodes = (mapping.facility.keys | mapping.stop.keys | {"barrier", "entrance"}) - {
            "landuse",
            "building",
        }
        ways = areas | {"highway"} | mapping.water_line.keys | mapping.railway.keys
        return (
            osmium.FileProcessor(str(self.scan.file))
            .with_areas(osmium.filter.KeyFilter(*areas))
            .with_filter(_keys(NODE, nodes))
            .with_filter(_keys(WAY, ways))
            .with_filter(_keys(RELATION | AREA, areas))
        )

    def _kinds(self, tags: dict[str, str], *, area: bool) -> Kinds:
        mapping = self._mapping
        services, stop = mapping.services(tags), mapping.stop.meaning(tags)
        if not area:
            return Kinds(services, stop=stop)
        building = tags.get("building", "no") not in mapping.not_buildings
        return Kinds(
            services,
            mapping.land.meaning(tags),
            stop,
            water=bool(mapping.water.of(tags)),
            building=building and tags.get("location") != "underground",
        )

    def _take_node(self, node: osmium.osm.Node) -> None:
        tags, place = dict(node.tags), node.location
        if not place.valid():
            why = Text("节点没有有效坐标", "the node has no valid place")
            self.scan.rejections.add(row=f"n{node.id}", field="lon, lat", action="row dropped", why=why)
            return
        kinds = self._kinds(tags, area=False)
        point = RawPoint(node.id, place.lon, place.lat, tags, kinds)
        if kinds:
            self.scan.points.append(point)
        if blocks_walkers(tags):
            self.scan.barriers.add(node.id)
        elif _is_gate(tags):
            self.scan.gates.append(point)

    def _take_way(self, way: osmium.osm.Way) -> None:
        tags, osm_id = dict(way.tags), f"w{way.id}"
        admits = passage(tags)
        area = _is_area(tags) and way.is_closed()
        if area:
            self._awaited[osm_id] = self._kinds(tags, area=True)
        kinds = Kinds([]) if area else self._kinds(tags, area=False)
        line = kinds or self._mapping.water_line.of(tags) or self._mapping.railway.of(tags)
        runs = self._runs(way) if line or admits is not None else []
        if admits is not None:
            name = tags.get("name")
            self.scan.streets += [RawStreet(osm_id, admits, name, refs, wkb) for refs, wkb in runs]
        if line and runs:
            self.scan.lines.append(RawLine(osm_id, tags, kinds, _one_line([wkb for _, wkb in runs])))

    def _take_relation(self, relation: osmium.osm.Relation) -> None:
        osm_id, tags = f"r{relation.id}", dict(relation.tags)
        kind = tags.get("type", "")
        if osm_id in self._made or (kind not in AREA_RELATIONS and kind != "site"):
            return
        self._awaited[osm_id] = self._kinds(tags, area=True)

    def _take_area(self, area: osmium.osm.Area) -> None:
        osm_id = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        tags = dict(area.tags)
        if not _is_area(tags) and area.from_way():
            return
        kinds = self._awaited.get(osm_id) or self._kinds(tags, area=True)
        try:
            wkb = self._wkb.create_multipolygon(area) if kinds else ""
        except RuntimeError:  # libosmium hands out what it could not assemble, too
            self._awaited[osm_id] = kinds
            return
        self._awaited.pop(osm_id, None)
        if not area.from_way():
            self._made.add(osm_id)
        if kinds:
            rings = [node.ref for ring in area.outer_rings() for node in ring] if kinds.services else []
            self.scan.areas.append(RawArea(osm_id, tags, kinds, wkb, tuple(rings)))
        if not area.from_way() and tags.get("highway") in SQUARES:
            self._take_square(area, osm_id, tags)

    def _take_square(self, area: osmium.osm.Area, osm_id: str, tags: dict[str, str]) -> None:
        admits = passage(tags)
        if admits is None:
            return
        for outer in area.outer_rings():
            for ring in (outer, *area.inner_rings(outer)):
                line = shapely.linestrings([(node.lon, node.lat) for node in ring])
                refs = [node.ref for node in ring]
                self.scan.streets.append(
                    RawStreet(osm_id, admits, tags.get("name"), refs, shapely.to_wkb(line, hex=True))
                )

    def _runs(self, way: osmium.osm.Way) -> list[tuple[list[int], str]]:
        """Cut a way where nodes are not in the file; runs of fewer than two nodes are refused."""
        try:
            wkb = self._wkb.create_linestring(way, use_nodes.ALL)
            return [([node.ref for node in way.nodes], wkb)]
        except (osmium.InvalidLocationError, RuntimeError):
            pass
        runs: list[list[tuple[int, float, float]]] = [[]]
        for node in way.nodes:
            if node.location.valid():
                runs[-1].append((node.ref, node.lon, node.lat))
            elif runs[-1]:
                runs.append([])
        whole = [run for run in runs if len(run) > 1]
        missing = sum(not node.location.valid() for node in way.nodes)
        self.scan.rejections.add(
            row=f"w{way.id}",
            field="nodes",
            value=f"{missing}/{len(way.nodes)}",
            action="value repaired" if whole else "row dropped",
            why=Text(
                "部分节点不在文件内，仅保留文件内的部分",
                "some of its nodes are not in the file: the rest is kept",
            )
            if whole
            else Text("可用节点不足两个", "fewer than two of its nodes are in the file"),
        )
        return [
            ([ref for ref, _, _ in run], shapely.to_wkb(shapely.linestrings([p[1:] for p in run]), hex=True))
            for run in whole
        ]


def _one_line(runs: list[str]) -> str:
    if len(runs) == 1:
        return runs[0]
    joined: str = shapely.to_wkb(shapely.multilinestrings(shapely.from_wkb(runs)), hex=True)
    return joined


def _keys(entities: osmium.osm.osm_entity_bits, keys: frozenset[str]) -> osmium.filter.KeyFilter:
    """Make a filter on keys that holds for some kinds of objects and lets the others pass."""
    keep = osmium.filter.KeyFilter(*sorted(keys))
    keep.enable_for(entities)
    return keep


def _is_area(tags: dict[str, str]) -> bool:
    """Say whether a closed way of these tags is a surface: a closed street is one only where it says so."""
    area = tags.get("area")
    return area == "yes" or (area != "no" and "highway" not in tags and tags.get("railway") != "rail")


def _is_gate(tags: dict[str, str]) -> bool:
    if tags.get("access") in CLOSES or tags.get("foot") in CLOSES:
        return False
    return tags.get("barrier") in GATES or tags.get("entrance", "no") not in NO_ENTRANCES
