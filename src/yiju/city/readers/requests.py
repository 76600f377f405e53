"""The log of residents' requests, in one contract, from whatever system the city has.

Rules:

1. ``request_id``, ``category`` and ``created_at`` are needed, by the usual Chinese and English names or by
   ``columns``. Columns that are not asked for, above all what residents wrote, are never loaded.
2. A category column that holds sentences instead of categories is refused: it may be what a resident wrote.
3. A row without an id or a time of taking, or with an id that stands there already, is dropped. A later time
   before the time of taking is unknown.
4. A request is ``located`` where its coordinates are those of the place. Without coordinates, with ones cut
   to less than three decimals on both axes (0.01 degree is a kilometre), or far from the city, it is not, and
   its point is empty.
5. Times are civil times of the city; a stated offset is dropped. Yes and no, 满意 and 不满意 and the like are
   understood; other words are unknown.
6. ``datum`` is that of the coordinates. Where it is not said it is taken as WGS-84, and in China the report
   says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.readers.cells import answers, decimals, numbers, times
from yiju.city.readers.coordinates import LAT_NAMES, LON_NAMES, area_of_city, place_points
from yiju.city.readers.service_names import service_code
from yiju.city.readers.tabular import header_of, match_columns, read_text_table
from yiju.city.rejections import Rejections
from yiju.city.tables import REQUESTS
from yiju.errors import InputError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyproj import CRS

    from yiju.city.config import Source

_TIMES: dict[str, tuple[str, ...]] = {
    "created_at": (
        "受理时间",
        "来电时间",
        "创建时间",
        "登记时间",
        "诉求时间",
        "created_date",
        "createddate",
        "opened",
    ),
    "dispatched_at": ("派单时间", "转办时间", "交办时间", "dispatched"),
    "contact_due_at": ("应联系时间", "联系时限"),
    "contacted_at": ("联系时间", "首次联系时间", "首次响应时间"),
    "due_at": ("应办结时间", "办理时限", "办结时限", "截止时间", "due_date", "duedate"),
    "closed_at": ("办结时间", "完成时间", "结案时间", "closed_date", "closedate", "close_date"),
}
_ANSWERS: dict[str, tuple[str, ...]] = {
    "called_back": ("是否回访", "有效回访", "回访情况"),
    "resolved": ("是否解决", "解决情况", "是否已解决"),
    "satisfied": ("是否满意", "满意度", "满意情况"),
}
_WORDS: dict[str, tuple[str, ...]] = {
    "request_id": (
        "工单编号",
        "诉求编号",
        "工单号",
        "编号",
        "srrecordid",
        "unique_key",
        "service_request_id",
        "id",
    ),
    "category": (
        "类别",
        "诉求类别",
        "问题分类",
        "事项分类",
        "问题类型",
        "srtype",
        "complaint_type",
        "service_name",
    ),
    "service": ("对应服务", "服务"),
    "channel": ("渠道", "来源渠道", "诉求来源", "受理渠道", "methodreceived", "open_data_channel_type"),
    "unit": ("承办单位", "主办单位", "办理单位", "责任单位", "agency", "agency_responsible"),
    "repeat_of": ("重复工单", "关联工单", "重复于", "duplicate_of"),
}
_NAMES: dict[str, tuple[str, ...]] = {
    **_WORDS,
    **_TIMES,
    **_ANSWERS,
    "reopened": ("重办次数", "退回次数", "重开次数"),
    "lon": LON_NAMES,
    "lat": LAT_NAMES,
}
_NEEDED = ("request_id", "category", "created_at")

# Two decimals of a degree are a kilometre: a stand-in for a place, not the place.
_FEWEST_DECIMALS = 3
# [P] Rule 2: categories repeat and are short; of sentences more than half are different and long.
_SENTENCE_LENGTH = 25
_SENTENCE_SHARE = 0.5
_SENTENCE_ROWS = 50
_NO_CATEGORY = "未分类"
# [P] Nothing is reopened every day for three years; such a number is an id in the wrong column.
_MOST_REOPENED = 1000


class Requests(NamedTuple):
    """Requests as the contract REQUESTS says, and what was refused."""

    requests: gpd.GeoDataFrame
    rejections: Rejections


def read_requests(source: Source, file: Path, *, crs: CRS | str) -> Requests:
    """Read a request log.

    Parameters
    ----------
    source
        Its entry of city.toml: ``columns`` maps field -> column, where names are not the usual ones
        (``{category = "SRType"}``); ``datum`` is that of the coordinates.
    file
        CSV or XLSX.
    crs
        Projected CRS of the city.

    Raises
    ------
    InputError
        The file cannot be read, lacks a needed column, its category column holds sentences, its coordinates
        are exchanged, or day and month cannot be told apart.
    """
    report = Rejections(file.name)
    columns, datum = source.options.get("columns"), source.options.get("datum")
    given = columns if isinstance(columns, dict) else None
    found = match_columns(header_of(file), _NAMES, given=given, required=_NEEDED, file=file)
    raw = read_text_table(file, report, keep=list(dict.fromkeys(found.values())))
    _refuse_sentences(raw[found["category"]], found["category"], file)

    frame = pd.DataFrame(index=raw.index)
    blank = pd.Series(pd.NA, index=raw.index, dtype="str")
    for field in _WORDS:
        frame[field] = raw[found[field]] if field in found else blank
    frame["category"] = frame["category"].fillna(_NO_CATEGORY)
    frame["service"] = _services(frame["service"], report)
    for field in _TIMES:
        known = field in found
        frame[field] = times(raw[found[field]], report, field=field) if known else pd.NaT
    for field in _ANSWERS:
        frame[field] = answers(raw[found[field]], report, field=field) if field in found else pd.NA
    reopened = pd.Series(np.nan, index=raw.index)
    if "reopened" in found:
        reopened = numbers(raw[found["reopened"]], report, field="reopened", least=0, most=_MOST_REOPENED)
    frame["reopened"] = reopened.round().astype("Int64")

    points = _points(raw, found, report, crs, None if datum is None else str(datum))
    frame["located"] = ~points.is_empty
    shaped = gpd.GeoDataFrame(frame, geometry=points, crs=crs)
    return Requests(REQUESTS.validate(_kept(shaped, report)), report)


def _refuse_sentences(cells: pd.Series, column: str, file: Path) -> None:
    words = cells.dropna()
    if len(words) < _SENTENCE_ROWS:
        return
    many = words.nunique() > _SENTENCE_SHARE * len(words)
    if many and words.str.len().median() > _SENTENCE_LENGTH:
        raise InputError(
            Text("类别列像是诉求正文，而不是类别。", "the category column holds sentences, not categories."),
            file=file,
            field=column,
            hint=Text(
                "请在 columns 中为 category 指定类别列；居民所写内容不读取。",
                "Say under columns which column is the category; what residents wrote is not read.",
            ),
        )


def _services(cells: pd.Series, report: Rejections) -> pd.Series:
    codes: dict[str, str] = {}
    for name in cells.dropna().unique():
        try:
            codes[name] = service_code(name)
        except UnknownName as unknown:
            why = Text("服务目录中没有此项。{o}", "not in the service catalogue. {o}")
            why = why.format(o=unknown.hint or Text("", ""))
            rows = cells.index[cells == name]
            report.add_all(
                why=why, action="field set unknown", field="service", rows=rows, values=[name] * len(rows)
            )
    return cells.map(codes).astype("str")


def _points(
    raw: pd.DataFrame, found: Mapping[str, str], report: Rejections, crs: CRS | str, datum: str | None
) -> gpd.GeoSeries:
    """Place the requests, by rules 4 and 6."""
    if "lon" not in found or "lat" not in found:
        return gpd.GeoSeries([shapely.Point()] * len(raw), index=raw.index, crs=crs)
    lon, lat = raw[found["lon"]], raw[found["lat"]]
    x, y = numbers(lon, report, field="lon"), numbers(lat, report, field="lat")
    none = (x.isna() | y.isna()).to_numpy(dtype=bool)
    cut = ~none & (decimals(lon) < _FEWEST_DECIMALS) & (decimals(lat) < _FEWEST_DECIMALS)
    for mask, why in (
        (none, Text("{n:,} 件没有坐标", "{n:,} requests have no coordinates")),
        (cut, Text("{n:,} 件的坐标不足三位小数", "{n:,} requests have coordinates of less than 3 decimals")),
    ):
        if mask.any():
            report.add(field="coordinates", why=why.format(n=int(mask.sum())), action="kept, look at it")
    if datum is None and area_of_city(crs).east > 73 and area_of_city(crs).west < 135 and not none.all():
        why = Text("未写明坐标基准，按 WGS84 读取", "its datum is not said; taken as WGS84")
        report.add(field="datum", why=why, action="kept, look at it")
    return place_points(x.mask(cut), y.mask(cut), report, crs=crs, datum=datum or "wgs84")


def _kept(frame: gpd.GeoDataFrame, report: Rejections) -> gpd.GeoDataFrame:
    """Drop rows and times by rule 3."""
    for bad, field, why in (
        (frame["request_id"].isna(), "request_id", Text("没有编号", "has no id")),
        (frame["created_at"].isna(), "created_at", Text("没有受理时间", "has no time of taking")),
        (frame["request_id"].duplicated(), "request_id", Text("编号重复", "has an earlier row's id")),
    ):
        still = bad.reindex(frame.index)
        report.add_all(
            why=why, action="row dropped", field=field, rows=frame.index[still],
            values=frame["request_id"][still].fillna(""),
        )  # fmt: skip
        frame = frame[~still]
    for field in _TIMES:
        before = frame[field] < frame["created_at"]
        why = Text("早于受理时间", "is before the time of taking")
        report.add_all(
            why=why,
            action="field set unknown",
            field=field,
            rows=frame.index[before],
            values=frame[field][before],
        )
        frame = frame.assign(**{field: frame[field].mask(before)})
    return frame
