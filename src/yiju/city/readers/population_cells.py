"""People from rows: grids, polygons and points of a vector file, and tables with coordinates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.dasymetric import spread_areas
from yiju.city.readers.cells import numbers, one_number
from yiju.city.readers.coordinates import LAT_NAMES, LON_NAMES, area_of_city, place_points
from yiju.city.readers.tabular import match_columns, read_text_table
from yiju.city.readers.vector import crs_of, read_vector
from yiju.city.rejections import Rejections
from yiju.city.tables import RESIDENTS
from yiju.errors import ConfigError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from yiju.city.config import Source

_NAMES = {
    "id": ("cell_id", "index", "fid", "gid", "grid_id", "code", "编号", "网格编号", "网格编码", "社区编码",
           "编码"),
    "total": (
        "population", "people", "pop", "persons", "inhabitants", "residents", "常住人口", "人口", "总人口",
        "人口数", "人数",
    ),
    "lon": LON_NAMES,
    "lat": LAT_NAMES,
}  # fmt: skip

# What statistical offices write where they do not tell.
_HIDDEN_MARKS = frozenset(
    ("*", "**", "..", "...", "…", "-", "–", "—", "x", "c", "s", ":", "n/a", "na", "保密", "不详")
)

# The square of a 250 m cell, the finest grid of most statistical offices, with some room for its projection.
_SMALL_M2 = 250.0**2 * 1.05
# The 300 m circle, the smallest that is measured (GB 50180-2018, 2.0.5), holds several such points.
_SPACING_M = 200.0
# A polygon of 100 km2 at that spacing; larger ones get wider spacing instead of more points.
_MOST_POINTS = 2500
# Parts of one polygon may lie far apart, as islands do; so many points of the rectangle round them are tried.
_MOST_TRIED = 1_000_000
# [P] Mong Kok, among the densest districts of all, has about 130,000 people per km2; twice that is an error
# or a cell for people without an address.
_MOST_PER_KM2 = 260_000.0
# Rounding of published counts: each of some ten bands may be off by a half.
_ROUNDING = 0.5


def read_population_table(
    source: Source, file: Path, *, crs: CRS | str, clip: BaseGeometry | None
) -> tuple[gpd.GeoDataFrame, Rejections]:
    """Read a CSV or XLSX with coordinates, by the rules of :mod:`yiju.city.readers.population`.

    Raises
    ------
    InputError
        It has no columns for coordinates or people, or its coordinates are exchanged.
    """
    report = Rejections(file.name)
    frame = read_text_table(file, report, sheet=_text(source, "layer"))
    found = _columns(source, list(frame.columns), file, required=("lon", "lat"))
    x = numbers(frame[found["lon"]], report, field="lon")
    y = numbers(frame[found["lat"]], report, field="lat")
    source_crs = crs_of(source.options.get("crs", "EPSG:4326"), file)
    points = place_points(x, y, report, crs=crs, source_crs=source_crs, area=area_of_city(crs, clip))
    nowhere = points.is_empty
    why = Text("没有可用的坐标", "has no usable coordinates")
    report.add_all(why=why, action="row dropped", field="coordinates", rows=frame.index[nowhere])
    cells = gpd.GeoDataFrame(frame[~nowhere], geometry=points[~nowhere], crs=crs)
    return _cells(source, cells, found, file, clip, report), report


def read_population_vector(
    source: Source,
    file: Path,
    *,
    crs: CRS | str,
    clip: BaseGeometry | None,
    homes: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, Rejections]:
    """Read polygons, a grid or points, by the rules of :mod:`yiju.city.readers.population`.

    Raises
    ------
    InputError
        The layer cannot be read, says no CRS, or has no column with people.
    """
    report = Rejections(file.name)
    frame = read_vector(file, layer=_text(source, "layer"), crs=source.options.get("crs"))
    report.read += len(frame)
    found = _columns(source, [c for c in frame.columns if c != frame.geometry.name], file, required=())
    shapes = frame.geometry
    unusable = shapes.isna() | shapes.is_empty | shapes.geom_type.isin(["LineString", "MultiLineString"])
    why = Text("没有面或点", "has neither an area nor a point")
    report.add_all(why=why, action="row dropped", field="geometry", rows=frame.index[unusable])
    cells = frame[~unusable].to_crs(crs)
    cells = cells.set_geometry(shapely.make_valid(shapely.force_2d(cells.geometry.to_numpy())))
    return _cells(source, cells, found, file, clip, report, homes), report


def _text(source: Source, option: str) -> str | None:
    value = source.options.get(option)
    return None if value is None else str(value)


def _columns(source: Source, header: list[str], file: Path, required: Sequence[str]) -> dict[str, str]:
    given = source.options.get("columns", {})
    if not isinstance(given, dict):
        raise ConfigError(Text("columns 应为表。", "columns needs to be a table."))
    names = {**_NAMES, "total": _NAMES["total"]}
    # An x or y column of a polygon layer is not where it lies; only a table needs them.
    wanted = {k: v for k, v in names.items() if k in ("id", "total") or k in required}
    return match_columns(header, wanted, given=given, required=required, file=file)


def _band_columns(source: Source, header: Sequence[str], file: Path) -> dict[str, list[str]]:
    """Find for each age band the columns that make it up, by rule 3."""
    given = source.options.get("bands", {})
    if not isinstance(given, dict):
        raise ConfigError(Text("bands 应为表。", "bands needs to be a table."))
    bands: dict[str, list[str]] = {}
    for name, columns in given.items():
        if re.fullmatch(RESIDENTS.bands or "", name) is None:
            raise ConfigError(
                Text(
                    f"bands 中的“{name}”应写作 age_0_9 或 age_80_plus。",
                    f"bands: {name!r} needs to be written like age_0_9 or age_80_plus.",
                )
            )
        listed = [str(c) for c in columns] if isinstance(columns, list) else [str(columns)]
        for column in listed:
            match_columns(header, {name: ()}, given={name: column}, file=file)  # says which is not there
        bands[name] = listed
    named = {c: [c] for c in header if re.fullmatch(RESIDENTS.bands or "", str(c))}
    return bands or named


def _cells(
    source: Source,
    frame: gpd.GeoDataFrame,
    found: Mapping[str, str],
    file: Path,
    clip: BaseGeometry | None,
    report: Rejections,
    homes: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Make cells of rows whose geometry is already in the city's CRS."""
    header = [str(c) for c in frame.columns if c != frame.geometry.name]
    bands = _band_columns(source, header, file)
    if "total" not in found and not bands:
        match_columns(header, {"total": _NAMES["total"]}, required=["total"], file=file)
    counts = _counts(source, frame, found.get("total"), bands, report)
    ids = frame[found["id"]].astype("str") if "id" in found else pd.Series(dtype="str")
    rows = pd.Series([f"{file.stem}:{row}" for row in frame.index], index=frame.index, dtype="str")
    ids = rows if ids.empty else ids.str.removesuffix(".0").fillna(rows)
    cells = gpd.GeoDataFrame(counts.assign(cell_id=ids), geometry=frame.geometry)
    cells = _drop_impossible(cells, report)
    cells = _distinct(cells, report)
    _tell_crowded(cells, report)
    cells = spread(cells.assign(status="measured", source=file.name), list(bands), homes)
    if clip is not None:
        shapely.prepare(clip)
        inside = shapely.contains_xy(clip, cells.geometry.x.to_numpy(), cells.geometry.y.to_numpy())
        outside = cells[~inside]
        if len(outside):
            why = Text(
                "{n:,} 个点位于城市范围之外，计 {p:,.0f} 人",
                "{n:,} points lie outside the city, {p:,.0f} people",
            )
            why = why.format(n=len(outside), p=outside["people"].sum())
            report.add(field="geometry", why=why, action="row dropped")
        cells = cells[inside]
    return cells


def _codes(source: Source, has_bands: bool) -> dict[str, set[float | str]]:
    """Read ``suppressed``: the codes of the total and those of the bands, by rule 4."""
    given = source.options.get("suppressed", [])

    def both(value: object) -> set[float | str]:
        listed = value if isinstance(value, list) else [value]
        return {one_number(str(v)) for v in listed if not np.isnan(one_number(str(v)))} | {
            str(v) for v in listed
        }

    if isinstance(given, dict):
        return {"total": both(given.get("total", [])), "bands": both(given.get("bands", []))}
    return {"total": set() if has_bands else both(given), "bands": both(given)}


def _counts(
    source: Source,
    frame: pd.DataFrame,
    total: str | None,
    bands: Mapping[str, list[str]],
    report: Rejections,
) -> pd.DataFrame:
    """Read people and bands; unknown where hidden, by rules 3 to 5."""
    codes = _codes(source, bool(bands))
    columns = sorted({c for listed in bands.values() for c in listed})
    raw = pd.DataFrame({c: _plain_numbers(frame[c], c, report) for c in columns}, index=frame.index)
    hidden = pd.DataFrame({c: _is_code(frame[c], codes["bands"]) for c in columns}, index=frame.index)
    people = pd.Series(np.nan, index=frame.index)
    if total is not None:
        people = _plain_numbers(frame[total], total, report)
        people = people.mask(_is_code(frame[total], codes["total"]))
    if columns:
        adds_up = (raw.sum(axis=1, skipna=False) - people).abs() <= _ROUNDING * len(columns)
        true_counts = hidden.any(axis=1) & adds_up
        hidden = hidden.mul(~true_counts, axis=0).astype(bool)
        _tell_hidden(hidden, true_counts, report)
        negative = (raw < 0) & ~hidden
        why = Text("为负数", "is negative")
        for c in columns:
            report.add_all(
                why=why,
                action="field set unknown",
                field=c,
                rows=frame.index[negative[c]],
                values=raw[c][negative[c]],
            )
        raw = raw.mask(hidden | negative)
    result = pd.DataFrame(
        {b: raw[listed].sum(axis=1, skipna=False) for b, listed in bands.items()}, index=frame.index
    )
    if total is None:
        people = result.sum(axis=1, skipna=False)
    elif bands:
        over = result.sum(axis=1) > people + _ROUNDING * max(1, len(columns)) + 0.01 * people
        why = Text("各年龄组之和大于总数", "its age bands add up to more than its total")
        report.add_all(why=why, action="kept, look at it", field=total, rows=frame.index[over])
    result.insert(0, "people", people)
    return result


def _plain_numbers(cells: pd.Series, field: str, report: Rejections) -> pd.Series:
    """Read numbers of any sign; marks that offices use for hidden ones are unknown without a word."""
    if not pd.api.types.is_numeric_dtype(cells.dtype):
        texts = cells.astype("str").str.strip()
        cells = texts.mask(texts.str.casefold().isin(_HIDDEN_MARKS))
        return numbers(cells, report, field=field)
    return cells.astype("float64")


def _is_code(cells: pd.Series, codes: set[float | str]) -> pd.Series:
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.isin([c for c in codes if isinstance(c, float)])
    texts = cells.astype("str").str.strip()
    read = texts.map({t: one_number(t) for t in texts.dropna().unique()})
    return texts.isin([c for c in codes if isinstance(c, str)]) | read.isin(
        [c for c in codes if isinstance(c, float)]
    )


def _tell_hidden(hidden: pd.DataFrame, true_counts: pd.Series, report: Rejections) -> None:
    rows = int(hidden.any(axis=1).sum())
    if rows:
        why = Text(
            "{n:,} 行的年龄组为保密代码，按未知处理",
            "{n:,} rows hide age bands behind a code; they are unknown",
        )
        report.add(field="bands", why=why.format(n=rows), action="field set unknown")
    kept = int(true_counts.sum())
    if kept:
        why = Text(
            "{n:,} 行中与保密代码相同的数是真实人数（各组之和等于总数）",
            "{n:,} rows hold the code as a true count: their bands add up to the total",
        )
        report.add(field="bands", why=why.format(n=kept), action="kept, look at it")


def _drop_impossible(cells: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    people = cells["people"]
    impossible = (people < 0) | np.isinf(people)
    why = Text("人数为负或无穷大", "its number of people is negative or infinite")
    report.add_all(
        why=why, action="row dropped", field="people", rows=cells.index[impossible], values=people[impossible]
    )
    unknown = people.isna()
    if unknown.any():
        why = Text("{n:,} 行的人数未知", "{n:,} rows do not tell their people").format(n=int(unknown.sum()))
        report.add(field="people", why=why, action="field set unknown")
    return cells[~impossible]


def _distinct(cells: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    """Drop true duplicates; give other rows of one id an id of their own."""
    twice = cells["cell_id"].duplicated(keep=False)
    if not twice.any():
        return cells
    key = pd.DataFrame(
        {
            "id": cells["cell_id"],
            "people": cells["people"],
            "where": shapely.to_wkb(cells.geometry.to_numpy()),
        }
    )
    same = key.duplicated()
    why = Text("与前面的行完全相同", "stands there already, the same")
    report.add_all(
        why=why, action="row dropped", field="id", rows=cells.index[same], values=cells["cell_id"][same]
    )
    cells = cells[~same].copy()
    order = cells.groupby("cell_id").cumcount()
    again = order > 0
    why = Text("编号重复但人数或位置不同，已另编号", "another row has this id; it got an id of its own")
    report.add_all(
        why=why, action="value repaired", field="id", rows=cells.index[again], values=cells["cell_id"][again]
    )
    cells["cell_id"] = cells["cell_id"].mask(again, cells["cell_id"] + "~" + (order + 1).astype("str"))
    return cells


def _tell_crowded(cells: gpd.GeoDataFrame, report: Rejections) -> None:
    area_km2 = cells.geometry.area / 1e6
    crowded = (area_km2 > 0) & (cells["people"] > _MOST_PER_KM2 * area_km2)
    why = Text(
        "密度高得不合常理，可能是“地址不详”人口的汇总单元",
        "denser than any city; perhaps the cell for people without a known address",
    )
    report.add_all(
        why=why,
        action="kept, look at it",
        field="people",
        rows=cells.index[crowded],
        values=cells["people"][crowded],
    )


def spread(
    cells: gpd.GeoDataFrame, bands: Sequence[str], homes: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Represent polygons by points, by rule 2 of :mod:`yiju.city.readers.population`; people are kept.

    Parameters
    ----------
    cells
        Points and polygons in metres, with cell_id, people, status and the bands.
    homes
        Buildings that people live in; large polygons are spread over those inside them, where they are mapped.

    Returns
    -------
    The same columns, points only.
    """
    if homes is not None and len(homes):
        large_cells = cells[shapely.area(cells.geometry.to_numpy()) > _SMALL_M2]
        housed, done = spread_areas(large_cells, homes, bands)
        rest = cells.drop(index=large_cells.index[done])
        return pd.concat([housed, spread(rest, bands)], ignore_index=True)
    shapes = cells.geometry.to_numpy()
    large = shapely.area(shapes) > _SMALL_M2
    single = _one_point_each(shapes)
    parts = [lattice(shapes[i]) if large[i] else single[i : i + 1] for i in range(len(shapes))]
    n_points = np.array([len(p) for p in parts], dtype=np.int64)
    owner = np.repeat(np.arange(len(cells)), n_points)
    xy = np.concatenate(parts) if parts else np.empty((0, 2))
    result = pd.DataFrame(cells.drop(columns=cells.geometry.name)).iloc[owner].reset_index(drop=True)
    for column in ("people", *bands):
        result[column] = result[column] / n_points[owner]
    of_many = n_points[owner] > 1
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(n_points) - n_points, n_points)
    numbered = result["cell_id"] + "/" + pd.Series(nth.astype(str))
    result["cell_id"] = result["cell_id"].mask(of_many, numbered)
    result["status"] = result["status"].mask(of_many, "modelled")
    return gpd.GeoDataFrame(result, geometry=shapely.points(xy), crs=cells.crs)


def _one_point_each(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Take the centroid of each shape, or a point inside where the centroid is not; (n, 2)."""
    points = shapely.centroid(shapes)
    beside = (shapely.area(shapes) > 0) & ~shapely.covers(shapes, points)
    points[beside] = shapely.point_on_surface(shapes[beside])
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64).reshape(-1, 2)


def lattice(shape: BaseGeometry) -> NDArray[np.float64]:
    """Lay points 200 m apart, on multiples of the spacing, inside a polygon; at least one.

    Returns
    -------
    (n, 2) x and y in metres, the same for the same polygon whatever lies around it.

    Examples
    --------
    >>> len(lattice(shapely.box(0, 0, 1000, 1000)))
    25
    """
    west, south, east, north = shape.bounds
    box_m2 = (east - west) * (north - south)
    spacing = max(_SPACING_M, float(np.sqrt(shape.area / _MOST_POINTS)), float(np.sqrt(box_m2 / _MOST_TRIED)))
    xs = (np.arange(np.floor(west / spacing), np.ceil(east / spacing)) + 0.5) * spacing
    ys = (np.arange(np.floor(south / spacing), np.ceil(north / spacing)) + 0.5) * spacing
    x, y = (a.ravel() for a in np.meshgrid(xs, ys))
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    return np.c_[x[inside], y[inside]] if inside.any() else _one_point_each(np.array([shape]))
