"""A street network saved by OSMnx as GraphML, read as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from yiju.city.readers.street_lines import Line, one_value
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yiju.city.rejections import Rejections

NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


class _Edge(NamedTuple):
    row: str
    ends: tuple[str, str]
    tags: dict[str, str]


def read_graphml(file: Path, rejections: Rejections) -> tuple[list[Line], str]:
    """Read the edges as lines, and the coordinate system as the file names it.

    Raises
    ------
    InputError
        The file is not GraphML, is cut off, or its nodes have no coordinates.
    """
    names: dict[str, str] = {}
    graph: dict[str, str] = {}
    places: dict[str, tuple[float, float]] = {}
    edges: list[_Edge] = []
    inside = False
    for event, element in _events(file):
        kind = element.tag.removeprefix(NAMESPACE)
        if event == "start":
            inside = inside or kind in ("node", "edge")
            if kind == "graph":
                graph |= element.attrib
        elif kind == "key":
            names[element.get("id", "")] = element.get("attr.name", "")
        elif kind == "data" and not inside:
            graph[names.get(element.get("key", ""), "")] = element.text or ""
        elif kind in ("node", "edge"):
            inside = False
            data = {names.get(d.get("key", ""), ""): d.text or "" for d in element.iter(f"{NAMESPACE}data")}
            if kind == "node":
                _take_node(element.get("id", ""), data, places, rejections)
            else:
                rejections.read += 1
                ends = element.get("source", ""), element.get("target", "")
                edges.append(_Edge(f"edge {rejections.read}", ends, data))
            element.clear()
    if not places:
        raise InputError(
            Text("文件中没有带坐标的节点。", "the file has no nodes with coordinates x and y."),
            file=file,
            hint=Text("请用 OSMnx 的 save_graphml 导出。", "Save it with OSMnx (save_graphml)."),
        )
    directed = graph.get("edgedefault") != "undirected"
    return _lines(edges, places, rejections, directed=directed), graph.get("crs", "EPSG:4326")


def _events(file: Path) -> Iterator[tuple[str, ET.Element]]:
    try:
        yield from ET.iterparse(file, events=("start", "end"))  # noqa: S314 - nothing outside is fetched
    except ET.ParseError as cause:
        raise InputError(
            Text(f"不是完整的 GraphML 文件（{cause}）。", f"this is no whole GraphML file: {cause}."),
            file=file,
            hint=Text("文件可能不完整，请重新导出。", "It may be cut off: save it again."),
        ) from cause


def _take_node(
    ref: str, data: dict[str, str], places: dict[str, tuple[float, float]], rejections: Rejections
) -> None:
    try:
        place = float(data.get("x", "")), float(data.get("y", ""))
    except ValueError:
        place = (np.nan, np.nan)
    if np.isfinite(place).all():
        places[ref] = place
        return
    why = Text("节点没有坐标", "the node has no coordinates")
    rejections.add(row=f"node {ref}", field="x, y", value=data.get("x", ""), action="row dropped", why=why)


def _lines(
    edges: list[_Edge], places: dict[str, tuple[float, float]], rejections: Rejections, *, directed: bool
) -> list[Line]:
    known = [edge for edge in edges if edge.ends[0] in places and edge.ends[1] in places]
    rejections.add_all(
        why=Text("端点不在文件的节点中", "one of its ends is not among the nodes"),
        action="row dropped",
        rows=[edge.row for edge in edges if edge.ends[0] not in places or edge.ends[1] not in places],
        field="source, target",
    )
    straight = shapely.linestrings([[places[u], places[v]] for _, (u, v), _ in known]) if known else []
    drawn = shapely.from_wkt([edge.tags.get("geometry") for edge in known], on_invalid="ignore")
    lines = []
    for edge, shape, direct in zip(known, drawn, straight, strict=True):
        tags = {key: one_value(key, text) for key, text in edge.tags.items() if key != "geometry"}
        if not directed:
            tags.pop("oneway", None)
        elif "oneway" not in tags:
            tags["oneway"] = "yes"  # a directed graph that does not say more
        usable = shape is not None and shape.geom_type == "LineString"
        osm_id = one_value("osmid", edge.tags.get("osmid", ""))
        lines.append(Line(edge.row, osm_id or edge.row, shape if usable else direct, tags, edge.ends))
    return lines
