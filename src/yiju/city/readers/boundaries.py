"""Boundaries of the city and its parts, in several levels, from one or several files.

Rules:

1. ``level`` of a source is the name of a level, or the column that says it (区, 街道, 社区 and the like are
   understood). Without it: one shape is the city; several are districts, subdistricts or communities by their
   median area (20 km2 and more; 2 km2 and more; less), which the report says.
2. ``id``, ``name`` and ``parent`` name columns. Without them the usual names are looked for; an id needs to
   be there and different in every row. Without an id the name serves where it is unique, else the row.
3. Rows of one id and name are parts of one place. An id that another place has got the row or level added.
4. A place whose parent is not given, or not found, belongs to the place of the next level above with which it
   shares the largest area; less than half is reported.
5. ``datum`` says that the coordinates are a map vendor's (the DataV boundaries are ``gcj02``).

Levels that no file gives are not made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.datum import check_datum_name
from yiju.city.readers.boundary_shapes import clean_shapes, only_areas, tell_overlaps
from yiju.city.readers.tabular import match_columns, plain
from yiju.city.readers.vector import read_vector
from yiju.city.rejections import Rejections
from yiju.city.tables import LEVELS, PLACES
from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyproj import CRS

    from yiju.city.config import Source

_LEVEL_WORDS = {
    "city": ("city", "市", "城市", "municipality", "地级市", "直辖市"),
    "district": ("district", "区", "县", "区县", "市辖区", "县级市", "county", "borough"),
    "subdistrict": (
        "subdistrict",
        "街道",
        "镇",
        "乡",
        "乡镇",
        "街道/镇",
        "镇街",
        "street",
        "town",
        "township",
    ),
    "community": (
        "community",
        "社区",
        "村",
        "居委会",
        "村委会",
        "居民委员会",
        "neighbourhood",
        "neighborhood",
    ),
    "grid": ("grid", "网格", "单元网格"),
}
_LEVEL_OF = {plain(word): level for level, words in _LEVEL_WORDS.items() for word in words}

_ID_NAMES = (
    "place_id", "id", "adcode", "admincode", "行政区划代码", "区划代码", "社区编码", "编码", "代码", "code",
    "geo_code", "natcode", "gid", "fid", "fid_1", "objectid", "index",
)  # fmt: skip
_NAME_NAMES = (
    "name", "名称", "社区名称", "街道名称", "区县名称", "nameunit", "nimi", "denomination", "title",
    "district_name", "qh",
)  # fmt: skip
_PARENT_NAMES = ("parent_id", "parent", "上级", "上级编码", "所属街道", "所属区", "所属区县")

# [P] Median areas from which shapes of unknown level are districts, or subdistricts: a subdistrict has 2 to
# 5 km2 (city check-up handbook 2025, units of analysis), a community of 5-12 thousand people below 1 km2.
_DISTRICT_KM2 = 20.0
_SUBDISTRICT_KM2 = 2.0


class Boundaries(NamedTuple):
    """Places as the contract PLACES says, from the largest level to the smallest, and what was refused."""

    places: gpd.GeoDataFrame
    rejections: Rejections


def read_boundaries(sources: Sequence[tuple[Source, Path]], *, crs: CRS | str) -> Boundaries:
    """Read all boundary files of a city.

    Parameters
    ----------
    sources
        Entries of city.toml with their files.
    crs
        Projected CRS of the city.

    Raises
    ------
    InputError
        A file cannot be read, holds no polygon, is inverted or has its coordinates exchanged.
    UnknownName
        ``level`` is neither a level nor a column.
    """
    report = Rejections("boundaries")
    layers = [_read_layer(source, file, crs, report) for source, file in sources]
    if not layers:
        return Boundaries(PLACES.empty(crs), report)
    places = pd.concat(layers)
    rank = places["level"].map({level: i for i, level in enumerate(LEVELS)})
    places = places.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)
    places["place_id"] = _distinct_ids(places)
    places["parent_id"] = _parents(places, report)
    tell_overlaps(places, report)
    places = places.assign(origin="given", area_m2=places.geometry.area)
    return Boundaries(PLACES.validate(places), report)


def _read_layer(source: Source, file: Path, crs: CRS | str, report: Rejections) -> gpd.GeoDataFrame:
    """Read one file: place_id, name, level, parent_id as the file says it, geometry in the city's CRS."""
    options = source.options
    layer = None if "layer" not in options else str(options["layer"])
    frame = read_vector(file, layer=layer, crs=options.get("crs"))
    own = Rejections(file.name, read=len(frame))
    datum = str(options.get("datum", "wgs84"))
    check_datum_name(datum)
    frame = clean_shapes(frame, own, crs=crs, datum=datum, file=file)
    header = [str(c) for c in frame.columns if c != frame.geometry.name]
    names = {"id": _ID_NAMES, "name": _NAME_NAMES, "parent": _PARENT_NAMES}
    given = {k: options[k] for k in names if k in options}
    found = match_columns(header, names, given=given, file=file)
    name = _words(frame, found.get("name"))
    ids = _ids(frame, header, found.get("id"), "id" in given, name, file)
    places = gpd.GeoDataFrame(
        {
            "place_id": ids,
            "name": name.fillna(ids),
            "level": _levels(frame, options.get("level"), header, own, file),
            "parent_id": _words(frame, found.get("parent")),
        },
        geometry=frame.geometry.to_numpy(),
        crs=crs,
        index=frame.index,
    )
    places = _dissolved(places, own)
    report.extend(own)
    return places


def _words(frame: pd.DataFrame, column: str | None) -> pd.Series:
    """Read a column as text, numbers without a decimal point; unknown where empty."""
    if column is None:
        return pd.Series(pd.NA, index=frame.index, dtype="str")
    words = frame[column].astype("str").str.strip().str.removesuffix(".0")
    return words.mask((words == "") | frame[column].isna())


def _ids(
    frame: pd.DataFrame, header: list[str], column: str | None, chosen: bool, name: pd.Series, file: Path
) -> pd.Series:
    """Choose the ids of a layer, by rule 2."""
    rows = pd.Series([f"{file.stem}:{row}" for row in frame.index], index=frame.index, dtype="str")
    if chosen:
        return _words(frame, column).fillna(rows)
    by_plain = {plain(c): c for c in reversed(header)}
    for usual in _ID_NAMES:
        words = _words(frame, by_plain.get(plain(usual)))
        if words.notna().all() and words.is_unique:
            return words
    return name if name.notna().all() and name.is_unique else rows


def _levels(
    frame: gpd.GeoDataFrame, given: object, header: list[str], report: Rejections, file: Path
) -> pd.Series:
    """Tell the level of each row, by rule 1."""
    if given is None:
        return pd.Series(_guess_level(frame, report, file), index=frame.index)
    word = str(given)
    if word in header:
        words = _words(frame, word)
        levels = words.map(lambda w: _LEVEL_OF.get(plain(str(w))))
        strange = words[levels.isna()].dropna().unique()
        if levels.isna().any():
            raise UnknownName(Text("层级", "level"), str(strange[0]) if len(strange) else "", _LEVEL_OF)
        return levels
    level = _LEVEL_OF.get(plain(word))
    if level is None:
        raise UnknownName(Text("层级或列", "level or column"), word, [*LEVELS, *header])
    return pd.Series(level, index=frame.index)


def _guess_level(frame: gpd.GeoDataFrame, report: Rejections, file: Path) -> str:
    median_km2 = float(frame.geometry.area.median()) / 1e6
    if len(frame) == 1:
        level = "city"
    elif median_km2 >= _DISTRICT_KM2:
        level = "district"
    else:
        level = "subdistrict" if median_km2 >= _SUBDISTRICT_KM2 else "community"
    why = Text(
        "未写明层级：{n} 个面，中位面积 {a:.2f} km²，按 {level} 读取",
        "its level is not said: {n} shapes of {a:.2f} km2 in the median are read as {level}",
    )
    why = why.format(n=len(frame), a=median_km2, level=level)
    report.add(field="level", value=file.name, why=why, action="kept, look at it")
    return level


def _dissolved(places: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    """Join the rows of one place; give other rows of its id an id of their own, by rule 3."""
    parts = places.duplicated(["place_id", "level", "name"], keep=False)
    if parts.any():
        why = Text("同一范围分为多行，已合并", "is a part of a place that has several rows; they were joined")
        report.add_all(
            why=why,
            action="value repaired",
            field="id",
            rows=places.index[parts],
            values=places["place_id"][parts],
        )
        key = ["place_id", "level", "name"]
        whole = places.groupby(key, sort=False)["geometry"].agg(lambda g: only_areas(shapely.union_all(g)))
        first = places.drop_duplicates(key)
        shapes = whole.loc[pd.MultiIndex.from_frame(first[key])].to_numpy()
        places = first.set_geometry(gpd.GeoSeries(shapes, index=first.index, crs=places.crs))
    again = places["place_id"].duplicated()
    if again.any():
        why = Text("编号已被另一范围使用，已另编号", "another place has this id; it got the row added")
        report.add_all(
            why=why,
            action="value repaired",
            field="id",
            rows=places.index[again],
            values=places["place_id"][again],
        )
        rows = pd.Series(places.index.astype("str"), index=places.index)
        places = places.assign(place_id=places["place_id"].mask(again, places["place_id"] + "~" + rows))
    return places


def _distinct_ids(places: pd.DataFrame) -> pd.Series:
    """Keep ids apart between levels and files: a later place of the same id gets its level before it."""
    ids = places["place_id"]
    again = ids.duplicated()
    ids = ids.mask(again, places["level"] + ":" + ids)
    nth = ids.groupby(ids).cumcount()
    return ids.mask(nth > 0, ids + "~" + (nth + 1).astype("str"))


def _parents(places: gpd.GeoDataFrame, report: Rejections) -> pd.Series:
    """Find the place above each place, by rule 4."""
    result = pd.Series(pd.NA, index=places.index, dtype="str")
    above: str | None = None
    for level in LEVELS:
        here = places[places["level"] == level]
        if here.empty:
            continue
        if above is not None:
            result[here.index] = _parents_of(here, places[places["level"] == above], report)
        above = level
    return result


def _parents_of(here: gpd.GeoDataFrame, upper: gpd.GeoDataFrame, report: Rejections) -> pd.Series:
    by_name = upper.drop_duplicates("name", keep=False).set_index("name")["place_id"]
    said = here["parent_id"]
    known = said.where(said.isin(upper["place_id"]), said.map(by_name))
    unknown = said.notna() & known.isna()
    if known.notna().any():  # otherwise the column is about something else
        why = Text(
            "上级中没有此编号或名称，按重叠面积确定", "no such place above; found by the area they share"
        )
        report.add_all(
            why=why,
            action="value repaired",
            field="parent",
            rows=here["place_id"][unknown],
            values=said[unknown],
        )
    open_ = known.isna()
    if not open_.any():
        return known
    shapes, over = here.geometry.to_numpy()[open_], upper.geometry.to_numpy()
    one, other = upper.sindex.query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[one], over[other])) / shapely.area(shapes[one])
    pairs = pd.DataFrame({"one": one, "other": other, "shared": shared}).sort_values(
        ["one", "shared", "other"], ascending=[True, False, True]
    )
    best = pairs[pairs["shared"] > 0].drop_duplicates("one")
    ids = here["place_id"][open_].to_numpy()
    little = best["shared"].to_numpy() < 0.5
    why = Text("与所属上级重叠不足一半", "shares less than half of its area with the place above it")
    rows = ids[best["one"].to_numpy()[little]]
    values = [f"{s:.0%}" for s in best["shared"].to_numpy()[little]]
    report.add_all(why=why, action="kept, look at it", field="parent", rows=rows, values=values)
    found = pd.Series(pd.NA, index=here.index[open_], dtype="str")
    found.iloc[best["one"].to_numpy()] = upper["place_id"].to_numpy()[best["other"].to_numpy()]
    return known.fillna(found)
