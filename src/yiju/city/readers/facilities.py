"""The city's own facility table: what stands where, how large, for how many.

Rules:

1. CSV, XLSX or a vector file; Chinese or English column names, or ``columns``. ``service`` and coordinates
   (or a geometry) are needed, all else may be unknown.
2. ``datum`` is an input without a default: coordinates in China may be a map vendor's, 100 to 700 m aside.
3. A cell of ``service`` holds one or several codes or names; each makes a row. One that the catalogue does
   not know drops that row, and the report offers the nearest names.
4. A row without coordinates, or far from the city, is dropped. Where most rows fit only with latitude and
   longitude exchanged, the file is refused.
5. A number that cannot be read, or is negative, is unknown.
6. The same id and service twice: dropped where it is the same place (within 100 m), else kept under an id of
   its own. Ids get ``table:`` before them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.datum import check_datum_name, to_wgs84
from yiju.city.readers.cells import numbers
from yiju.city.readers.coordinates import LAT_NAMES, LON_NAMES, place_points
from yiju.city.readers.facility_merge import merge
from yiju.city.readers.plausibility import check_datum, examine_datum
from yiju.city.readers.service_names import service_codes
from yiju.city.readers.tabular import header_of, match_columns, plain, read_text_table
from yiju.city.readers.vector import VECTOR_FILES, crs_of, read_vector
from yiju.city.rejections import Rejections
from yiju.city.tables import FACILITIES
from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyproj import CRS

__all__ = ["Facilities", "check_datum", "examine_datum", "merge", "read_facilities"]

_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("facility_id", "编号", "设施编号", "编码", "设施编码", "序号", "code"),
    "service": (
        "服务", "服务类型", "服务代码", "设施类型", "设施类别", "类型", "类别", "services", "type",
        "category",
    ),
    "name": ("名称", "设施名称", "机构名称", "单位名称", "学校名称"),
    "lon": LON_NAMES,
    "lat": LAT_NAMES,
    "floor_area_m2": ("建筑面积", "总建筑面积", "floor_area", "building_area"),
    "land_area_m2": ("用地面积", "占地面积", "land_area", "site_area"),
    "opening": ("开放时间", "营业时间", "服务时间", "opening_hours", "hours"),
    # A register of several kinds of facility counts each in its own column; the first that is known holds.
    "capacity": (
        "容量", "床位", "床位数", "学位", "学位数", "托位", "托位数", "座位", "座位数", "泊位", "泊位数",
        "餐位", "规模", "places", "beds", "seats", "spaces",
    ),
}  # fmt: skip

# Two points of one facility, front door and gate, lie nearer than this to each other; [P].
_SAME_PLACE_M = 100.0


class Facilities(NamedTuple):
    """Facilities as the contract FACILITIES says, and what was refused."""

    facilities: gpd.GeoDataFrame
    rejections: Rejections


def read_facilities(
    file: Path,
    *,
    datum: str,
    crs: CRS | str,
    columns: Mapping[str, str] | None = None,
    file_crs: object = None,
    layer: str | None = None,
    streets: gpd.GeoDataFrame | None = None,
) -> Facilities:
    r"""Read a facility table.

    Parameters
    ----------
    file
        CSV, XLSX or a vector file.
    datum
        ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.
    crs
        Projected CRS of the city.
    columns
        Mapping field -> column, where names are not the usual ones.
    file_crs
        CRS of the coordinates, where they are not degrees, or the vector file does not say it.
    layer
        Layer of a vector file, or sheet of a workbook.
    streets
        Table STREET_EDGES, against which the datum is tested (:mod:`yiju.city.readers.plausibility`).

    Raises
    ------
    InputError
        The file cannot be read, lacks a needed column, its coordinates are exchanged, or its datum is plainly
        another one.
    UnknownName
        No such datum.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "设施.csv"
    >>> lines = "名称,服务,经度,纬度,学位\n磁溪幼儿园,幼儿园,106.55,29.56,180"
    >>> _ = file.write_text(lines, encoding="gbk")
    >>> facilities, rejections = read_facilities(file, datum="gcj02", crs="EPSG:4544")
    >>> facilities.loc[0, ["facility_id", "service", "name"]].tolist(), len(rejections)
    (['table:2', 'kindergarten', '磁溪幼儿园'], 0)
    """
    check_datum_name(datum)
    report = Rejections(file.name)
    options = dict(columns or {})
    if file.suffix.lower() in VECTOR_FILES:
        frame, found = _from_vector(file, report, crs, datum, options, file_crs, layer)
    else:
        frame, found = _from_table(file, report, crs, datum, options, file_crs, layer)
    rows = _described(frame, found, report)
    rows = _distinct(_one_row_per_service(rows, report), report)
    if streets is not None:
        check_datum(file, rows, streets, report, datum=datum)
    return Facilities(FACILITIES.validate(rows), report)


def _from_table(
    file: Path,
    report: Rejections,
    crs: CRS | str,
    datum: str,
    columns: dict[str, str],
    file_crs: object,
    layer: str | None,
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    header = header_of(file, sheet=layer)
    found = match_columns(header, _NAMES, given=columns, required=("service", "lon", "lat"), file=file)
    frame = read_text_table(file, report, sheet=layer)
    x = numbers(frame[found["lon"]], report, field="lon")
    y = numbers(frame[found["lat"]], report, field="lat")
    source_crs = "EPSG:4326" if file_crs is None else crs_of(file_crs, file)
    points = place_points(x, y, report, crs=crs, datum=datum, source_crs=source_crs)
    _drop_nowhere(points.is_empty, report)
    return gpd.GeoDataFrame(frame, geometry=points)[~points.is_empty], found


def _from_vector(
    file: Path,
    report: Rejections,
    crs: CRS | str,
    datum: str,
    columns: dict[str, str],
    file_crs: object,
    layer: str | None,
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    frame = read_vector(file, layer=layer, crs=file_crs)
    report.read += len(frame)
    header = [str(c) for c in frame.columns if c != frame.geometry.name]
    names = {k: v for k, v in _NAMES.items() if k not in ("lon", "lat")}
    found = match_columns(header, names, given=columns, required=("service",), file=file)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    frame = frame.set_geometry(shapes)
    nowhere = frame.geometry.isna() | frame.geometry.is_empty | frame.geometry.geom_type.str.contains("Line")
    _drop_nowhere(nowhere, report)
    frame = frame[~nowhere]
    degrees = frame.geometry.to_crs("EPSG:4326")
    middle = degrees.representative_point()
    placed = place_points(middle.x, middle.y, report, crs=crs, datum=datum)
    if datum in ("gcj02", "bd09"):
        moved = shapely.transform(
            degrees.to_numpy(), lambda lon, lat: tuple(to_wgs84(lon, lat, datum)), interleaved=False
        )
        frame = frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs="EPSG:4326"))
    frame = frame.to_crs(crs)
    shapes = shapely.make_valid(frame.geometry.to_numpy())
    many = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    shapes[many] = shapely.centroid(shapes[many])
    _drop_nowhere(placed.is_empty, report)
    return frame.set_geometry(shapes)[~placed.is_empty.to_numpy()], found


def _drop_nowhere(nowhere: pd.Series, report: Rejections) -> None:
    why = Text("没有可用的位置", "has no usable position")
    report.add_all(
        why=why, action="row dropped", field="coordinates", rows=nowhere.index[nowhere.to_numpy(dtype=bool)]
    )


def _described(frame: gpd.GeoDataFrame, found: Mapping[str, str], report: Rejections) -> gpd.GeoDataFrame:
    """Bring the columns to their names and kinds; ``service`` is still the cell of the file."""
    blank = pd.Series(pd.NA, index=frame.index, dtype="str")
    unknown = pd.Series(np.nan, index=frame.index)

    def words(field: str) -> pd.Series:
        return frame[found[field]].astype("str").str.removesuffix(".0") if field in found else blank

    def size(field: str) -> pd.Series:
        return numbers(frame[found[field]], report, field=field, least=0) if field in found else unknown

    rows = pd.Series(frame.index.astype("str"), index=frame.index, dtype="str")
    described = {
        "source_id": words("id").fillna(rows),
        "service": words("service"),
        "name": words("name"),
        "source": "table",
        "capacity": _capacity(frame, found, report),
        "floor_area_m2": size("floor_area_m2"),
        "land_area_m2": size("land_area_m2"),
        "opening": words("opening"),
    }
    shaped = gpd.GeoDataFrame(described, geometry=frame.geometry, index=frame.index)
    return shaped.assign(facility_id="table:" + shaped["source_id"])


def _capacity(frame: pd.DataFrame, found: Mapping[str, str], report: Rejections) -> pd.Series:
    capacity = pd.Series(np.nan, index=frame.index)
    if "capacity" not in found:
        return capacity
    by_plain = {plain(str(c)): str(c) for c in reversed(list(frame.columns))}
    columns = dict.fromkeys([found["capacity"]])
    if plain(found["capacity"]) in map(plain, _NAMES["capacity"]):  # not a column that the user chose
        columns |= dict.fromkeys(by_plain[plain(n)] for n in _NAMES["capacity"] if plain(n) in by_plain)
    for column in columns:
        capacity = capacity.fillna(numbers(frame[column], report, field="capacity", least=0))
    return capacity


def _one_row_per_service(rows: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    """Look the services up; a row for each, by rule 3."""
    meaning: dict[str, list[str]] = {}
    for cell in rows["service"].dropna().unique():
        try:
            meaning[cell] = service_codes(cell)
        except UnknownName as unknown:
            bad = rows.index[rows["service"] == cell]
            offer = unknown.hint or Text("", "")
            why = Text("服务目录中没有“{c}”。{o}", "{c!r} is not in the service catalogue. {o}")
            why = why.format(c=unknown.name, o=offer)
            report.add_all(why=why, action="row dropped", field="service", rows=bad, values=[cell] * len(bad))
    empty = rows.index[rows["service"].isna()]
    report.add_all(
        why=Text("没有写明服务", "does not say its service"),
        action="row dropped",
        field="service",
        rows=empty,
    )
    codes = rows["service"].map(meaning)
    rows = rows.assign(service=codes)[codes.notna()]
    return rows.explode("service").astype({"service": "str"})


def _distinct(rows: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    """Keep a facility and service once, by rule 6."""
    key = ["facility_id", "service"]
    again = rows.duplicated(key).to_numpy()
    if not again.any():
        return rows
    first = rows[~again].set_index(key).geometry
    rest = rows[again]
    there = gpd.GeoSeries(
        first.loc[pd.MultiIndex.from_frame(rest[key])].to_numpy(), index=rest.index, crs=rows.crs
    )
    same = (rest.geometry.distance(there) <= _SAME_PLACE_M).to_numpy()
    why = Text("同一编号与服务在同一地点重复", "its id and service stand there already, at the same place")
    ids = rest["source_id"]
    report.add_all(why=why, action="row dropped", field="id", rows=rest.index[same], values=ids[same])
    why = Text("编号重复但位置不同，已另编号", "another place has this id; it got the row added")
    report.add_all(why=why, action="value repaired", field="id", rows=rest.index[~same], values=ids[~same])
    other = rest[~same].copy()
    other["facility_id"] += "~" + other.index.astype("str")
    return gpd.GeoDataFrame(pd.concat([rows[~again], other]).sort_index(kind="stable"))
