"""OpenStreetMap files as tables: streets, facilities, gates, land, buildings, water, railways, stops.

Each step has a module of its own: :mod:`~yiju.city.readers.osm_scan` streams the file once,
:mod:`~yiju.city.readers.osm_access` says who may move along a way, :mod:`~yiju.city.readers.osm_streets`
makes the graph, and the other ``osm_*`` modules make the tables of what stands between the streets. What tags
mean is data: ``osm_mapping.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yiju.city.readers.osm_facilities import build_facilities
from yiju.city.readers.osm_land import build_buildings, build_land, build_railways, build_water
from yiju.city.readers.osm_scan import OsmScan, scan_osm
from yiju.city.readers.osm_shapes import Ground, draw_areas
from yiju.city.readers.osm_stops import build_stops
from yiju.city.readers.osm_streets import build_streets
from yiju.city.rejections import Rejections
from yiju.errors import InputError
from yiju.progress import SILENT, Progress
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import shapely
    from pyproj import CRS


@dataclass(frozen=True)
class OsmLayers:
    """The tables that OpenStreetMap files give, all in the city's coordinate system.

    ``gates`` has the columns ``facility_id`` (unknown where the gate is on no facility's outline) and
    ``geometry``; every other frame keeps the contract of its name in :mod:`yiju.city.tables`. Stops are in
    ``stops`` only, never among the facilities.
    """

    street_nodes: gpd.GeoDataFrame
    street_edges: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    railways: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    rejections: Rejections


def read_osm(
    files: Sequence[Path | str],
    *,
    crs: CRS,
    clip: shapely.Geometry | None = None,
    progress: Progress = SILENT,
) -> OsmLayers:
    """Read ``.osm.pbf`` or ``.osm[.gz|.bz2]`` files as one map.

    Parameters
    ----------
    files
        Extracts; where they overlap, what the first one holds counts.
    crs
        The city's projected coordinate system, in metres.
    clip
        Polygon in ``crs``: what touches it is kept whole, the rest is not.

    Raises
    ------
    InputError
        A file is missing, empty, cut off or no OpenStreetMap file, or lies wholly outside ``clip``.

    Examples
    --------
    >>> layers = read_osm(["las_palmas.osm.pbf"], crs=CRS("EPSG:32628"))  # doctest: +SKIP
    >>> layers.street_edges["length_m"].sum()  # doctest: +SKIP
    """
    ground = Ground(crs, clip)
    scans = []
    for file in map(Path, files):
        progress.step(Text(f"读取 {file.name}", f"Read {file.name}"))
        scans.append(scan_osm(file))
        _refuse_elsewhere(scans[-1], ground)
    scan = _as_one(scans)
    progress.step(Text("整理街道与设施", "Make streets and facilities"))
    nodes, edges = build_streets(scan.streets, scan.barriers, scan.rejections, ground)
    areas, shapes = draw_areas(scan.areas, ground, scan.rejections)
    facilities, gates = build_facilities(scan, areas, shapes, ground)
    return OsmLayers(
        street_nodes=nodes,
        street_edges=edges,
        facilities=facilities,
        gates=gates,
        land=build_land(areas, shapes, ground),
        buildings=build_buildings(areas, shapes, ground, scan.rejections),
        water=build_water(scan, areas, shapes, ground),
        railways=build_railways(scan, ground),
        stops=build_stops(scan, areas, shapes, ground),
        rejections=scan.rejections,
    )


def _as_one(scans: Sequence[OsmScan]) -> OsmScan:
    """Put scans together; of an object that several files hold, the first counts."""
    whole = OsmScan(Path(", ".join(scan.file.name for scan in scans)), Rejections(scans[0].file.name))
    seen: set[int | str] = set()
    for scan in scans:
        whole.rejections.extend(scan.rejections)
        whole.barriers |= scan.barriers
        whole.streets += [x for x in scan.streets if x.source_id not in seen]
        whole.lines += [x for x in scan.lines if x.osm_id not in seen]
        whole.areas += [x for x in scan.areas if f"a{x.osm_id}" not in seen]
        whole.points += [x for x in scan.points if x.ref not in seen]
        whole.gates += [x for x in scan.gates if -x.ref not in seen]
        seen |= {x.source_id for x in scan.streets} | {x.osm_id for x in scan.lines}
        seen |= {f"a{x.osm_id}" for x in scan.areas}
        seen |= {x.ref for x in scan.points} | {-x.ref for x in scan.gates}
    return whole


def _refuse_elsewhere(scan: OsmScan, ground: Ground) -> None:
    west, south, east, north = scan.bounds()
    left, low, right, high = ground.bounds_degrees()
    if west <= right and east >= left and south <= high and north >= low:
        return
    here = f"{west:.3f}..{east:.3f}, {south:.3f}..{north:.3f}"
    there = f"{left:.3f}..{right:.3f}, {low:.3f}..{high:.3f}"
    raise InputError(
        Text(
            f"该文件与城市范围没有交集：文件经纬度为 {here}，城市范围为 {there}。",
            f"the file lies wholly outside the boundary: it covers {here} (lon, lat), the boundary {there}.",
        ),
        file=scan.file,
        hint=Text(
            "请核对文件、边界及坐标系；经纬度是否颠倒？",
            "Is it the right extract, boundary and CRS? Are longitude and latitude swapped?",
        ),
    )
