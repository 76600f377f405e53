"""From ways to a street graph: split where ways meet, measure on the ellipsoid, keep the shape.

1. A node of the graph is the end of a way, or an OSM node that ways pass more than once. Every other node
   only bends a line: it becomes a vertex of the edge.
2. Ways join where they share an OSM node, never because their lines cross: bridges and tunnels stay apart.
3. Vertices in the very same place one after the other on a way are one.
4. Where a barrier stops walkers on a way that cars do not use, the way is cut: each side gets an end of its
   own. (On a road the fire brigade has the key.)
5. An edge that returns to its own node is split in its middle vertex, so that no edge has one end only.
6. Lengths are geodesic, on the ellipsoid of WGS 84, vertex by vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from yiju.city.tables import STREET_EDGES, STREET_NODES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from pyproj import CRS

    from yiju.city.readers.osm_access import Passage
    from yiju.city.readers.osm_scan import RawStreet
    from yiju.city.readers.osm_shapes import Ground
    from yiju.city.rejections import Rejections

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

WGS84 = Geod(ellps="WGS84")


class StreetFacts(Protocol):
    """What an edge takes over from the way that it is a part of."""

    @property
    def source_id(self) -> str:
        """Id in the source."""

    @property
    def passage(self) -> Passage:
        """What the way admits."""

    @property
    def name(self) -> str | None:
        """Name of the street."""


@dataclass(frozen=True)
class Edges:
    """Edges as positions in the list of all vertices: ``first[i]`` to ``last[i]``, both of one way.

    ``u`` and ``v`` name their ends; numbers are not dense.
    """

    first: Ints
    last: Ints
    u: Ints
    v: Ints


def segment_lengths_m(lonlat: Floats, run: Ints) -> Floats:
    """Measure from each vertex to the next of the same run, in metres on WGS 84; 0 at the end of a run.

    Examples
    --------
    One degree of the equator:

    >>> segment_lengths_m(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([0, 0])).round(1).tolist()
    [111319.5, 0.0]
    """
    lengths = np.zeros(len(lonlat))
    if len(lonlat) > 1:
        lon, lat = lonlat[:, 0], lonlat[:, 1]
        _, _, metres = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
        lengths[:-1] = np.where(run[:-1] == run[1:], metres, 0.0)
    return lengths


def split_runs(node: Ints, run: Ints, cut: Bools) -> Edges:
    """Split runs of vertices where they meet (rules 1, 2, 4 and 5).

    Parameters
    ----------
    node
        (n,) the node at each vertex.
    run
        (n,) the run that each vertex belongs to, ascending; no run has fewer than two vertices.
    cut
        (n,) where walkers are stopped.

    Examples
    --------
    Two ways that cross in node 7:

    >>> edges = split_runs(np.array([1, 7, 2, 3, 7, 4]), np.array([0, 0, 0, 1, 1, 1]), np.zeros(6, bool))
    >>> edges.u.tolist(), edges.v.tolist()
    ([1, 7, 3, 7], [7, 2, 7, 4])
    """
    starts = np.concatenate([[True], run[1:] != run[:-1]]) if len(run) else np.zeros(0, bool)
    ends = np.concatenate([starts[1:], [True]]) if len(run) else np.zeros(0, bool)
    _, dense, count = np.unique(node, return_inverse=True, return_counts=True)
    joint = starts | ends | (count[dense] > 1) | cut  # RULE 1
    first, last = _pairs(joint, run)
    ring = node[first] == node[last]
    joint[(first[ring] + last[ring]) // 2] = True  # RULE 5
    first, last = _pairs(joint, run)
    kept = node[first] != node[last]
    first, last = first[kept], last[kept]
    u, v = node[first].copy(), node[last].copy()
    fresh = int(node.max(initial=0)) + 1  # RULE 4
    for ends_at, position in ((u, first), (v, last)):
        stopped = cut[position]
        ends_at[stopped] = fresh + np.arange(int(stopped.sum()))
        fresh += int(stopped.sum())
    return Edges(first, last, u, v)


def _pairs(joint: Bools, run: Ints) -> tuple[Ints, Ints]:
    at = np.flatnonzero(joint)
    same = run[at[:-1]] == run[at[1:]]
    return at[:-1][same], at[1:][same]


def build_streets(
    raw: Sequence[RawStreet],
    barriers: set[int],
    rejections: Rejections,
    ground: Ground,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make the nodes and edges of the streets that touch the wanted part, in the order of the ways.

    ``barriers`` are the OSM nodes where walkers are stopped.
    """
    if not raw:
        return STREET_NODES.empty(ground.crs), STREET_EDGES.empty(ground.crs)
    lonlat, run = shapely.get_coordinates(shapely.from_wkb([way.wkb for way in raw]), return_index=True)
    refs = np.fromiter((ref for way in raw for ref in way.refs), dtype=np.int64, count=len(run))
    drives = np.array([way.passage.drive_forward or way.passage.drive_backward for way in raw])
    stops = np.isin(refs, np.fromiter(barriers, dtype=np.int64, count=len(barriers)))
    edges = split_runs(_one_place_one_node(refs, lonlat, run), run, stops & ~drives[run])
    _report_lost(raw, run, edges, rejections)
    shapes = edge_lines(ground.project(lonlat), edges)
    inside = ground.wanted(shapes)
    edges = Edges(edges.first[inside], edges.last[inside], edges.u[inside], edges.v[inside])
    lengths_m = edge_lengths_m(segment_lengths_m(lonlat, run), edges)
    return street_tables(raw, run, edges, lengths_m, shapes[inside], ground.crs)


def edge_lengths_m(segments_m: Floats, edges: Edges) -> Floats:
    """Add up the segments of each edge."""
    if not len(edges.first):
        return np.zeros(0)
    bounds = np.column_stack([edges.first, edges.last]).ravel()
    return np.add.reduceat(segments_m, bounds)[::2]


def edge_lines(xy: Floats, edges: Edges) -> npt.NDArray[np.object_]:
    """Draw the edges through their vertices; ``xy``: (n, 2), the vertices of all runs."""
    sizes = edges.last - edges.first + 1
    offsets = np.cumsum(sizes) - sizes
    vertices = np.repeat(edges.first - offsets, sizes) + np.arange(int(sizes.sum()))
    lines: npt.NDArray[np.object_] = shapely.linestrings(
        xy[vertices], indices=np.repeat(np.arange(len(sizes)), sizes)
    )
    return lines


def _one_place_one_node(refs: Ints, lonlat: Floats, run: Ints) -> Ints:
    """Give neighbours on a way that lie in the very same place one number (rule 3)."""
    twin = np.flatnonzero((lonlat[:-1] == lonlat[1:]).all(axis=1) & (run[:-1] == run[1:]))
    if not len(twin):
        return refs
    known, dense = np.unique(refs, return_inverse=True)
    links = coo_array((np.ones(len(twin)), (dense[twin], dense[twin + 1])), shape=(len(known), len(known)))
    _, component = connected_components(links, directed=False)
    _, first_of = np.unique(component, return_index=True)
    merged: Ints = known[first_of[component[dense]]]
    return merged


def _report_lost(raw: Sequence[RawStreet], run: Ints, edges: Edges, rejections: Rejections) -> None:
    kept = np.zeros(len(raw), bool)
    kept[run[edges.first]] = True
    lost = [raw[i].source_id for i in np.flatnonzero(~kept).tolist()]
    rejections.add_all(
        why=Text("道路长度为零", "the street has no length"),
        action="row dropped",
        rows=lost,
        field="geometry",
    )


def street_tables(
    raw: Sequence[StreetFacts],
    run: Ints,
    edges: Edges,
    lengths_m: Floats,
    shapes: npt.NDArray[np.object_],
    crs: CRS,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make the two tables of edges drawn in ``shapes``; ``raw[run[i]]`` says what vertex ``i`` belongs to."""
    ends = np.concatenate([edges.u, edges.v])
    known, at, dense = np.unique(ends, return_index=True, return_inverse=True)
    if not len(known):
        return STREET_NODES.empty(crs), STREET_EDGES.empty(crs)
    ends_xy = np.concatenate([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)])
    nodes = gpd.GeoDataFrame({"node_id": np.arange(len(known))}, geometry=ends_xy[at], crs=crs)
    way = [raw[i] for i in run[edges.first].tolist()]
    columns = {
        "edge_id": np.arange(len(way)),
        "u": dense[: len(way)],
        "v": dense[len(way) :],
        "length_m": lengths_m,
        "name": pd.array([w.name for w in way], dtype="str"),
        "source_id": pd.array([w.source_id for w in way], dtype="str"),
    }
    facts = (
        "street_class",
        "walk",
        "drive_forward",
        "drive_backward",
        "drive_kmh",
        "stairs",
        "bridge",
        "tunnel",
    )
    for fact in facts:
        columns[fact] = pd.Series([getattr(w.passage, fact) for w in way])
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
    return STREET_NODES.validate(nodes), STREET_EDGES.validate(frame)
