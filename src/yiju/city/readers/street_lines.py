"""From lines with attributes to the street tables, for every source that is not an OpenStreetMap file.

1. What may be walked or driven follows the rules of :mod:`yiju.city.readers.osm_access` where the class is
   one of OpenStreetMap's or a usual Chinese one; a street of another class, or of none, is open to walkers
   and cars. Railways, rivers and ferries that stand in the same table are no streets.
2. Where the source says which nodes a line joins, that holds. Else lines join where they share a vertex, to
   the centimetre; inside a bridge or tunnel (or on another ``layer``) only with vertices of the same level.
3. A two-way street that stands in the source once for each direction is one edge.
4. Lengths are measured on the ellipsoid, not taken over.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from yiju.city.readers.osm_access import KNOWN, Passage, passage, posted_kmh
from yiju.city.readers.osm_streets import (
    edge_lengths_m,
    edge_lines,
    segment_lengths_m,
    split_runs,
    street_tables,
)
from yiju.city.tables import STREET_EDGES, STREET_NODES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from pyproj import CRS

    from yiju.city.rejections import Rejections

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

# Classes of Chinese street tables: GB/T 51328-2018, 12.2 (expressway, arterial, sub-arterial, branch)
CHINESE_CLASSES = {
    "高速公路": "motorway",
    "高速": "motorway",
    "快速路": "trunk",
    "城市快速路": "trunk",
    "主干路": "primary",
    "主干道": "primary",
    "次干路": "secondary",
    "次干道": "secondary",
    "支路": "tertiary",
    "街巷": "residential",
    "小区路": "service",
    "内部道路": "service",
    "步行街": "pedestrian",
    "人行道": "footway",
    "步道": "footway",
    "梯道": "steps",
    "台阶": "steps",
    "人行天桥": "footway",
    "地下通道": "footway",
}
NO_STREETS = frozenset(
    {"rail", "railway", "light_rail", "subway", "tram", "ferry", "river", "canal", "铁路", "地铁"}
)
# Geofabrik: F along the drawn direction, T against it, B both
ONEWAY_CODES = {"f": "yes", "ft": "yes", "t": "-1", "tf": "-1", "b": "no", "true": "yes", "false": "no"}
# Lines join where their vertices agree to this many metres.
SAME_PLACE_M = 0.01


class Line(NamedTuple):
    """A street of the source, which stands in ``row``; ``ends``: its nodes, where the source names them."""

    row: str
    source_id: str
    shape: shapely.LineString
    tags: dict[str, str]
    ends: tuple[Hashable, Hashable] | None = None
    passage: Passage | None = None


@dataclass(frozen=True)
class _Street:
    """A line whose rights are settled."""

    source_id: str
    name: str | None
    passage: Passage
    line: Line


def build_from_lines(
    lines: Sequence[Line], *, source_crs: CRS, crs: CRS, rejections: Rejections
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make the nodes and edges of the streets, in the order of the source."""
    streets = _one_for_both_directions(_open_streets(lines, rejections))
    if not streets:
        return STREET_NODES.empty(crs), STREET_EDGES.empty(crs)
    given, run = shapely.get_coordinates([s.line.shape for s in streets], return_index=True)
    xy = _project(given, source_crs, crs)
    refs = (
        _named_nodes(streets, run) if streets[0].line.ends is not None else _shared_vertices(streets, run, xy)
    )
    edges = split_runs(refs, run, np.zeros(len(run), bool))
    lost = np.setdiff1d(np.arange(len(streets)), run[edges.first])
    rejections.add_all(
        why=Text("道路长度为零", "the street has no length"),
        action="row dropped",
        rows=[streets[i].line.row for i in lost.tolist()],
        field="geometry",
    )
    lengths_m = edge_lengths_m(segment_lengths_m(_project(given, source_crs, "EPSG:4326"), run), edges)
    return street_tables(streets, run, edges, lengths_m, edge_lines(xy, edges), crs)


def as_osm_tags(tags: dict[str, str]) -> dict[str, str]:
    """Spell class and direction as OpenStreetMap does.

    Examples
    --------
    >>> as_osm_tags({"highway": "主干路", "oneway": "F"})
    {'highway': 'primary', 'oneway': 'yes'}
    """
    out = dict(tags)
    if "highway" in out:
        kind = out["highway"].strip()
        out["highway"] = CHINESE_CLASSES.get(kind, kind)
    if "oneway" in out:
        code = out["oneway"].strip().casefold()
        out["oneway"] = ONEWAY_CODES.get(code, code)
    return out


def one_value(key: str, text: str) -> str:
    """Join what OSMnx keeps as a list: every class, the lowest speed, else the first value.

    Examples
    --------
    >>> one_value("highway", "['path', 'steps']"), one_value("maxspeed", "['50', '30']")
    ('path|steps', '30')
    """
    parts = _parts(text)
    if key == "highway":
        return "|".join(dict.fromkeys(parts))
    if key == "maxspeed":
        return min(parts, key=lambda part: posted_kmh({"maxspeed": part}) or np.inf)
    return parts[0]


def _parts(text: str) -> list[str]:
    if text.startswith("["):
        try:
            return [str(part) for part in ast.literal_eval(text)] or [""]
        except (ValueError, SyntaxError):
            return [text]
    return [text]


def _open_streets(lines: Sequence[Line], rejections: Rejections) -> list[_Street]:
    streets, closed = [], []
    for line in lines:
        tags = as_osm_tags(line.tags)
        admits = line.passage or _admits(tags)
        if admits is None:
            closed.append(line)
            continue
        streets.append(_Street(line.source_id, tags.get("name"), admits, line))
    rejections.add_all(
        why=Text("既不可步行也不可行车", "neither walking nor driving is allowed there"),
        action="row dropped",
        rows=[line.row for line in closed],
        field="street_class",
        values=[line.tags.get("highway", "") for line in closed],
    )
    return streets


def _admits(tags: dict[str, str]) -> Passage | None:
    """Say what a line admits; each part of ``a|b`` counts where a source joined ways of several classes."""
    kinds = tags.get("highway", "").split("|")
    if not NO_STREETS.isdisjoint(kinds):
        return None
    if not set(kinds) <= KNOWN:  # RULE 1
        both = tags.get("oneway") not in ("yes", "-1")
        forward = both or tags.get("oneway") == "yes"
        return Passage(
            street_class=kinds[0] or "unknown",
            walk=True,
            drive_forward=forward,
            drive_backward=both or not forward,
            drive_kmh=posted_kmh(tags),
            stairs=False,
            bridge=tags.get("bridge", "no") != "no",
            tunnel=tags.get("tunnel", "no") != "no",
        )
    parts = [passage({**tags, "highway": kind}) for kind in kinds]
    if any(part is None for part in parts):
        return None
    whole = [part for part in parts if part is not None]
    return replace(
        whole[0],
        walk=all(part.walk for part in whole),
        drive_forward=all(part.drive_forward for part in whole),
        drive_backward=all(part.drive_backward for part in whole),
        stairs=any(part.stairs for part in whole),
    )


def _one_for_both_directions(streets: list[_Street]) -> list[_Street]:
    """Join what stands once for each direction (rule 3)."""
    kept: dict[tuple[object, ...], tuple[_Street, bytes]] = {}
    for street in streets:
        points = shapely.get_coordinates(street.line.shape).round(9)
        drawn, reverse = points.tobytes(), points[::-1].tobytes()
        key = (min(drawn, reverse), *sorted(map(str, street.line.ends or ())))
        if key not in kept:
            kept[key] = street, drawn
            continue
        first, first_drawn = kept[key]
        mine, theirs = street.passage, first.passage
        if drawn != first_drawn:
            mine = replace(mine, drive_forward=mine.drive_backward, drive_backward=mine.drive_forward)
        both = replace(
            theirs,
            walk=theirs.walk or mine.walk,
            drive_forward=theirs.drive_forward or mine.drive_forward,
            drive_backward=theirs.drive_backward or mine.drive_backward,
        )
        kept[key] = replace(first, passage=both), first_drawn
    return [street for street, _ in kept.values()]


def _named_nodes(streets: Sequence[_Street], run: Ints) -> Ints:
    """Number the vertices so that only ends meet, by the names that the source gives them (rule 2)."""
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    stops = np.append(starts[1:], len(run)) - 1
    names = [str(end) for street in streets for end in street.line.ends or ()]
    codes, known = pd.factorize(np.array(names, dtype=object))
    refs = len(known) + np.arange(len(run))
    refs[starts], refs[stops] = codes[0::2], codes[1::2]
    return refs.astype(np.int64)


def _shared_vertices(streets: Sequence[_Street], run: Ints, xy: Floats) -> Ints:
    """Number the vertices by place, and inside a line by level too (rule 2)."""
    starts = np.diff(run, prepend=-1) != 0
    inner = ~(starts | np.append(starts[1:], True))
    level = np.array([_level(street) for street in streets])[run] * inner
    grid = np.round(xy / SAME_PLACE_M).astype(np.int64)
    _, refs = np.unique(np.column_stack([grid, level]), axis=0, return_inverse=True)
    return refs.astype(np.int64)


def _level(street: _Street) -> int:
    layer = street.line.tags.get("layer", "")
    if layer.lstrip("-").isdigit() and int(layer):
        return int(layer)
    return 1 if street.passage.bridge else -1 if street.passage.tunnel else 0  # as if layer said so


def _project(points: Floats, source: CRS, target: CRS | str) -> Floats:
    transformer = Transformer.from_crs(source, target, always_xy=True)
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
