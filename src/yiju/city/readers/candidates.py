"""Candidate sites: spaces that could take in a service, from a register of vacant premises, a survey or a map.

Rules:

1. CSV, XLSX or a vector file; ``kind`` and coordinates (or a geometry) are needed, all else may be unknown. ``datum``
   is an input without a default, as for facilities.
2. ``kind`` is vacant, municipal, convertible or land, or its Chinese name.
3. ``services`` names what the space may take in, by code or name; empty means any service. A name that the catalogue
   does not know drops the row: what is left would not be what was said.
4. A floor area or cost that is negative, or no number, drops the row: a plan spends money on it.
5. A row without coordinates, or outside the city, is dropped.
6. The same id twice, or the same kind and floor area at the same point: the first stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.datum import check_datum_name
from yiju.city.readers.cells import numbers
from yiju.city.readers.coordinates import LAT_NAMES, LON_NAMES, place_points
from yiju.city.readers.service_names import service_codes
from yiju.city.readers.tabular import header_of, match_columns, plain, read_text_table
from yiju.city.readers.vector import VECTOR_FILES, crs_of, read_vector
from yiju.city.rejections import Rejections
from yiju.city.tables import CANDIDATES
from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("candidate_id", "编号", "候选编号", "资产编号", "序号", "code"),
    "name": ("名称", "候选名称", "资产名称", "地址", "address"),
    "kind": ("类型", "空间类型", "资产类型", "type"),
    "floor_area_m2": ("可用建筑面积", "建筑面积", "可用面积", "面积", "floor_area", "area"),
    "cost_yuan": ("启用费用", "改造费用", "费用", "造价", "cost"),
    "services": ("可承载服务", "适用服务", "服务", "service"),
    "lon": LON_NAMES,
    "lat": LAT_NAMES,
}

# What registers call the four kinds.
_KINDS: dict[str, tuple[str, ...]] = {
    "vacant": ("闲置空间", "闲置用房", "闲置商铺", "空置", "闲置", "vacant premises"),
    "municipal": ("公共用房", "市政用房", "机关用房", "国有用房", "municipal floor", "public building"),
    "convertible": ("可改造设施", "可加挂设施", "可兼容设施", "可转化", "existing facility"),
    "land": ("空地", "公共用地", "储备用地", "建设用地", "plot"),
}
_KIND_OF = {plain(word): kind for kind, words in _KINDS.items() for word in (kind, *words)}


class Candidates(NamedTuple):
    """Candidates as the contract CANDIDATES says, and what was refused."""

    candidates: gpd.GeoDataFrame
    rejections: Rejections


def read_candidates(
    file: Path,
    *,
    datum: str,
    crs: CRS | str,
    city: BaseGeometry | None = None,
    columns: Mapping[str, str] | None = None,
    file_crs: object = None,
    layer: str | None = None,
) -> Candidates:
    r"""Read a table of candidate sites.

    Parameters
    ----------
    file
        CSV, XLSX or a vector file.
    datum
        ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.
    crs
        Projected CRS of the city.
    city
        Area of the city in that CRS; a candidate outside it is refused.
    columns
        Mapping field -> column, where names are not the usual ones.
    file_crs, layer
        As for facilities.

    Raises
    ------
    InputError
        The file cannot be read, or lacks a needed column.
    UnknownName
        No such datum.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "候选.csv"
    >>> lines = "编号,类型,经度,纬度,可用建筑面积\nV1,闲置用房,106.55,29.56,620\nV2,闲置用房,106.56,29.56,-5"
    >>> _ = file.write_text(lines, encoding="utf-8")
    >>> found, refused = read_candidates(file, datum="wgs84", crs="EPSG:4544")
    >>> found[["candidate_id", "kind"]].to_numpy().tolist()
    [['V1', 'vacant']]
    >>> refused.frame().loc[0, ["row", "field", "value"]].tolist()
    ['3', 'floor_area_m2', '-5']
    """
    check_datum_name(datum)
    report = Rejections(file.name)
    frame, found = _open(file, report, crs, datum, dict(columns or {}), file_crs, layer)
    bad = np.zeros(len(frame), dtype=bool)
    bad |= _nowhere(frame, city, report)
    kinds, strange = _kinds(frame[found["kind"]], report)
    services, unknown = _services(frame, found, report)
    area, no_area = _amount(frame, found, "floor_area_m2", report)
    cost, no_cost = _amount(frame, found, "cost_yuan", report)
    bad |= strange | unknown | no_area | no_cost
    lines = pd.Series(frame.index.astype("str"), index=frame.index, dtype="str")
    rows = gpd.GeoDataFrame(
        {
            "candidate_id": _words(frame, found, "id").fillna(lines),
            "name": _words(frame, found, "name"),
            "kind": kinds,
            "floor_area_m2": area,
            "cost_yuan": cost,
            "services": services,
        },
        geometry=frame.geometry,
    )[~bad]
    return Candidates(CANDIDATES.validate(_distinct(rows, report)), report)


def _open(
    file: Path,
    report: Rejections,
    crs: CRS | str,
    datum: str,
    columns: dict[str, str],
    file_crs: object,
    layer: str | None,
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """The rows with a point in the city's CRS, empty where there is none, and which column holds which field."""
    if file.suffix.lower() in VECTOR_FILES:
        frame = read_vector(file, layer=layer, crs=file_crs)
        report.read += len(frame)
        header = [str(c) for c in frame.columns if c != frame.geometry.name]
        names = {k: v for k, v in _NAMES.items() if k not in ("lon", "lat")}
        found = match_columns(header, names, given=columns, required=("kind",), file=file)
        middle = frame.geometry.to_crs("EPSG:4326").representative_point()
        return frame.set_geometry(place_points(middle.x, middle.y, report, crs=crs, datum=datum)), found
    header = header_of(file, sheet=layer)
    found = match_columns(header, _NAMES, given=columns, required=("kind", "lon", "lat"), file=file)
    table = read_text_table(file, report, sheet=layer)
    x = numbers(table[found["lon"]], report, field="lon")
    y = numbers(table[found["lat"]], report, field="lat")
    source_crs = "EPSG:4326" if file_crs is None else crs_of(file_crs, file)
    points = place_points(x, y, report, crs=crs, datum=datum, source_crs=source_crs)
    return gpd.GeoDataFrame(table, geometry=points), found


def _nowhere(frame: gpd.GeoDataFrame, city: BaseGeometry | None, report: Rejections) -> np.ndarray:
    lost = frame.geometry.is_empty.to_numpy(dtype=bool)
    why = Text("没有可用的位置", "has no usable position")
    report.add_all(why=why, action="row dropped", field="coordinates", rows=frame.index[lost])
    if city is None:
        return np.asarray(lost)
    outside = ~lost & ~shapely.intersects(city, frame.geometry.to_numpy())
    why = Text("候选点不在本市范围内", "the candidate lies outside the city")
    report.add_all(why=why, action="row dropped", field="coordinates", rows=frame.index[outside])
    return np.asarray(lost | outside)


def _words(frame: pd.DataFrame, found: Mapping[str, str], field: str) -> pd.Series:
    if field not in found:
        return pd.Series(pd.NA, index=frame.index, dtype="str")
    return frame[found[field]].astype("str").str.removesuffix(".0")


def _kinds(cells: pd.Series, report: Rejections) -> tuple[pd.Series, np.ndarray]:
    kinds = cells.astype("str").map(lambda cell: _KIND_OF.get(plain(cell)), na_action="ignore")
    strange = kinds.isna().to_numpy(dtype=bool)
    known = "、".join(f"{words[0]}（{kind}）" for kind, words in _KINDS.items())
    why = Text(f"类型应为{known}之一", f"needs to be one of {', '.join(_KINDS)}")
    report.add_all(
        why=why, action="row dropped", field="kind", rows=cells.index[strange], values=cells[strange]
    )
    return kinds, strange


def _services(
    frame: pd.DataFrame, found: Mapping[str, str], report: Rejections
) -> tuple[pd.Series, np.ndarray]:
    """Codes of what each may take in, by rule 3."""
    cells = _words(frame, found, "services")
    bad = np.zeros(len(frame), dtype=bool)
    meaning: dict[str, str] = {}
    for cell in cells.dropna().unique():
        try:
            meaning[cell] = ";".join(service_codes(cell))
        except UnknownName as unknown:
            rows = (cells == cell).to_numpy(dtype=bool)
            bad |= rows
            why = Text(f"服务目录中没有“{unknown.name}”", f"{unknown.name!r} is not in the service catalogue")
            report.add_all(
                why=why,
                action="row dropped",
                field="services",
                rows=cells.index[rows],
                values=[cell] * int(rows.sum()),
            )
    return cells.map(meaning, na_action="ignore").astype("str"), bad


def _amount(
    frame: pd.DataFrame, found: Mapping[str, str], field: str, report: Rejections
) -> tuple[pd.Series, np.ndarray]:
    """Numbers of a column, and which rows it spoils, by rule 4."""
    if field not in found:
        return pd.Series(np.nan, index=frame.index), np.zeros(len(frame), dtype=bool)
    cells = frame[found[field]]
    amount = numbers(cells, report, field=field, least=0.0, action="row dropped")
    return amount, (amount.isna() & cells.notna()).to_numpy(dtype=bool)


def _distinct(rows: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    """The first of each candidate, by rule 6."""
    again = rows.duplicated("candidate_id").to_numpy()
    why = Text("编号重复", "its id stands there already")
    ids = rows["candidate_id"]
    report.add_all(why=why, action="row dropped", field="id", rows=rows.index[again], values=ids[again])
    rows = rows[~again]
    spot = pd.DataFrame(shapely.get_coordinates(rows.geometry.to_numpy()).round(), index=rows.index)
    same = pd.concat([spot, rows[["kind", "floor_area_m2"]]], axis=1).duplicated().to_numpy()
    why = Text(
        "同一地点已有同类型、同面积的候选点", "one of its kind and floor area stands at the same point"
    )
    ids = rows["candidate_id"]
    report.add_all(why=why, action="row dropped", field="id", rows=rows.index[same], values=ids[same])
    return rows[~same]
