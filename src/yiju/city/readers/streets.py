"""Street networks that are not OpenStreetMap files: OSMnx GraphML, and any layer of street lines.

A layer (GeoPackage, GeoJSON, GeoParquet, shapefile) needs nothing but lines. Of its columns those are used
that say the class (``highway``, ``fclass``, 道路等级), the name, ``oneway``, ``maxspeed``, ``bridge``,
``tunnel``, ``layer``, ``access``, ``foot``, and the nodes at the ends (``u`` and ``v``, ``from`` and ``to``).
The rights of a table that has the columns of our own ``street_edges`` are taken as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataSourceError

from yiju.city.readers.osm_access import Passage
from yiju.city.readers.street_lines import Line, build_from_lines, one_value
from yiju.city.readers.streets_graphml import read_graphml
from yiju.city.readers.tabular import match_columns
from yiju.city.readers.vector import crs_of, read_vector
from yiju.city.rejections import Rejections
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

# Usual names of the columns: OSMnx, Geofabrik, national road registers, Chinese survey offices
COLUMNS: dict[str, tuple[str, ...]] = {
    "highway": (
        "street_class",
        "fclass",
        "road_class",
        "class",
        "type",
        "道路等级",
        "等级",
        "类别",
        "道路类型",
    ),
    "name": ("street_name", "road_name", "名称", "道路名称", "路名"),
    "oneway": ("one_way", "单行", "单行线"),
    "maxspeed": ("drive_kmh", "speed_limit", "speed", "限速"),
    "bridge": ("is_bridge", "桥", "桥梁"),
    "tunnel": ("is_tunnel", "隧道"),
    "layer": ("z_order", "level", "层级"),
    "access": (),
    "foot": ("步行",),
    "source_id": ("osm_id", "osmid", "id", "编号", "edge_id"),
    "u": ("from", "from_node", "source", "start_node", "node_from", "起点"),
    "v": ("to", "to_node", "target", "end_node", "node_to", "终点"),
}
# Columns of our own table, and of any other that says as plainly who may pass
OWN = ("street_class", "walk", "drive_forward", "drive_backward", "stairs", "bridge", "tunnel")
# What a yes/no column says where it says no
NO = frozenset({"", "no", "n", "f", "false", "0", "0.0", "否", "none", "nan"})


@dataclass(frozen=True)
class Streets:
    """A street network: frames of the contracts, and what was refused."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    rejections: Rejections


def read_streets(file: Path | str, *, crs: CRS, layer: str | None = None) -> Streets:
    """Read a street network from GraphML or from a layer of lines.

    Parameters
    ----------
    file
        ``.graphml`` as OSMnx saves it, or a GeoPackage, GeoJSON, GeoParquet or shapefile with the edges.
    crs
        The city's projected coordinate system, in metres.
    layer
        Layer with the edges; without it the only one, or the one named ``edges``.

    Raises
    ------
    InputError
        The file is missing or damaged, holds no lines, or does not say its coordinate system.
    """
    file = Path(file)
    rejections = Rejections(file.name)
    if file.suffix.lower() == ".graphml":
        if not file.is_file():
            raise InputError(Text("文件不存在。", "there is no such file."), file=file)
        lines, named = read_graphml(file, rejections)
        source_crs = crs_of(named, file)
    else:
        table = read_vector(file, layer=layer or _edge_layer(file))
        source_crs = table.crs
        lines = _lines(table, file, rejections)
    if not lines:
        raise InputError(Text("文件中没有可用的线要素。", "the file holds no lines."), file=file)
    nodes, edges = build_from_lines(lines, source_crs=source_crs, crs=crs, rejections=rejections)
    return Streets(nodes, edges, rejections)


def _edge_layer(file: Path) -> str | None:
    """Find the layer that OSMnx calls ``edges`` beside its ``nodes``."""
    if file.suffix.lower() != ".gpkg" or not file.is_file():
        return None
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(file)]
    except DataSourceError:
        return None  # read_vector says what is wrong with the file
    return "edges" if "edges" in layers and len(layers) > 1 else None


def _lines(table: gpd.GeoDataFrame, file: Path, rejections: Rejections) -> list[Line]:
    rejections.read = len(table)
    table = _only_lines(table, rejections)
    header = [str(column) for column in table.columns if column != table.geometry.name]
    found = match_columns(header, COLUMNS, file=file)
    named = "u" in found and "v" in found
    if named:
        table = _with_both_ends(table, found, rejections)
    words = {field: _words(table[column]) for field, column in found.items()}
    own = all(name in table.columns for name in OWN)
    rights = [_own_passage(row) for row in table.to_dict("records")] if own else [None] * len(table)
    lines = []
    for i, (row, shape) in enumerate(zip(table.index, table.geometry, strict=True)):
        tags = {field: one_value(field, texts[i]) for field, texts in words.items() if texts[i]}
        tags |= {key: _yes(tags[key]) for key in ("bridge", "tunnel") if key in tags}
        ends = (tags.pop("u"), tags.pop("v")) if named else None
        source_id = tags.pop("source_id", str(row))
        lines.append(Line(f"{row}", source_id, shape, tags, ends, rights[i]))
    return lines


def _only_lines(table: gpd.GeoDataFrame, rejections: Rejections) -> gpd.GeoDataFrame:
    """Keep the lines; one of several parts is taken apart."""
    shapes = shapely.force_2d(shapely.line_merge(table.geometry.to_numpy()))
    table = table.set_geometry(shapes, crs=table.crs)
    usable = table.geom_type.isin(["LineString", "MultiLineString"]) & ~table.is_empty
    rejections.add_all(
        why=Text("不是线要素", "this is no line"),
        action="row dropped",
        rows=table.index[~usable].tolist(),
        field="geometry",
        values=table.geom_type[~usable].tolist(),
    )
    return table[usable].explode(index_parts=False)


def _with_both_ends(
    table: gpd.GeoDataFrame, found: dict[str, str], rejections: Rejections
) -> gpd.GeoDataFrame:
    known = table[found["u"]].notna() & table[found["v"]].notna() & ~table.index.duplicated(keep=False)
    rejections.add_all(
        why=Text("缺少端点编号，或一行含多段线", "an end is not named, or the row holds several lines"),
        action="row dropped",
        rows=table.index[~known].unique().tolist(),
        field=f"{found['u']}, {found['v']}",
    )
    return table[known]


def _words(column: pd.Series) -> list[str]:
    """Spell cells as text: whole numbers without a point, unknown as nothing."""
    if pd.api.types.is_float_dtype(column.dtype):
        return ["" if np.isnan(cell) else f"{cell:g}" for cell in column.astype("float64")]
    return ["" if pd.isna(cell) else str(cell).strip() for cell in column]


def _yes(word: str) -> str:
    return "no" if word.casefold() in NO else word


def _own_passage(row: dict[str, object]) -> Passage:
    speed = row.get("drive_kmh")
    known = isinstance(speed, int | float) and not np.isnan(speed)
    return Passage(
        street_class=str(row["street_class"]),
        walk=bool(row["walk"]),
        drive_forward=bool(row["drive_forward"]),
        drive_backward=bool(row["drive_backward"]),
        drive_kmh=float(speed) if known and isinstance(speed, int | float) else None,
        stairs=bool(row["stairs"]),
        bridge=bool(row["bridge"]),
        tunnel=bool(row["tunnel"]),
    )
