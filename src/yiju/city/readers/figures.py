"""Official figures: one long table with a row for each indicator, place and period.

Rules:

1. ``indicator``, ``place_id`` and ``period`` are needed; of ``numerator``, ``denominator`` and ``value`` a
   row needs a value or both others. ``source`` says where the city has it from; without it, the file.
2. A period is a year or a year and month: 2025, 2025-03; 2025年3月 and the like are understood.
3. A place may be written by its name, where one place only is called that. One that is not in the city drops
   the row.
4. The same indicator, place and period twice: the first row holds, the second is dropped.
5. A denominator of zero or less is unknown. A value that is neither numerator over denominator, nor a hundred
   or a thousand times that, is kept and reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from yiju.city.readers.cells import numbers
from yiju.city.readers.tabular import match_columns, read_text_table
from yiju.city.rejections import Rejections
from yiju.city.tables import FIGURES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAMES: dict[str, tuple[str, ...]] = {
    "indicator": ("指标", "指标编号", "指标代码", "指标名称"),
    "place_id": ("地点", "地点编号", "区域", "区域编码", "行政区划代码", "place", "region"),
    "period": ("时期", "年份", "年度", "年月", "year", "month"),
    "numerator": ("分子",),
    "denominator": ("分母",),
    "value": ("数值", "指标值", "值"),
    "source": ("出处", "来源", "数据来源"),
}

# Rates are per one, per hundred, per thousand or per ten thousand.
_SCALES = (1.0, 100.0, 1000.0, 10_000.0)
# Published values are rounded to a tenth, at least.
_ROUNDING = 0.06


class Figures(NamedTuple):
    """Figures as the contract FIGURES says, and what was refused."""

    figures: pd.DataFrame
    rejections: Rejections


def read_figures(
    file: Path, *, columns: Mapping[str, str] | None = None, places: pd.DataFrame | None = None
) -> Figures:
    """Read a table of official figures.

    Parameters
    ----------
    file
        CSV or XLSX.
    columns
        Mapping field -> column, where names are not the usual ones.
    places
        Table PLACES; without it place ids are taken as they are.

    Raises
    ------
    InputError
        The file cannot be read or lacks a needed column.
    """
    report = Rejections(file.name)
    raw = read_text_table(file, report)
    found = match_columns(
        list(raw.columns), _NAMES, given=columns, required=("indicator", "place_id", "period"), file=file
    )
    frame = pd.DataFrame(index=raw.index)
    frame["indicator"] = raw[found["indicator"]]
    frame["place_id"] = _place_ids(raw[found["place_id"]], places, report)
    frame["period"] = raw[found["period"]].map(period, na_action="ignore").astype("str")
    for field in ("numerator", "denominator", "value"):
        cells = raw[found[field]].str.removesuffix("%") if field in found else None
        least = 1e-12 if field == "denominator" else -np.inf
        blank = pd.Series(np.nan, index=raw.index)
        frame[field] = blank if cells is None else numbers(cells, report, field=field, least=least)
    frame["source"] = raw[found["source"]].fillna(file.name) if "source" in found else file.name
    for field, why in (
        ("indicator", Text("没有写明指标", "does not say its indicator")),
        ("place_id", Text("本市没有这个地点", "no such place in the city")),
        ("period", Text("时期应为年份或年月", "its period needs to be a year or a year and month")),
    ):
        bad = frame[field].isna()
        rows = frame.index[bad]
        values = raw.loc[rows, found[field]].fillna("")
        report.add_all(why=why, action="row dropped", field=field, rows=rows, values=values)
        frame = frame[~bad]
    return Figures(FIGURES.validate(_checked(frame, report)), report)


def period(cell: str) -> str | None:
    """Bring a year, or a year and month, to one form; ``None`` where it is neither.

    Examples
    --------
    >>> period("2025年"), period("2025/3"), period("202503"), period("2025年12月"), period("last year")
    ('2025', '2025-03', '2025-03', '2025-12', None)
    """
    digits = re.fullmatch(r"\s*(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{2})|\s*年(?:度)?)?\s*", cell)
    if digits is None:
        return None
    month = digits[2] or digits[3]
    if month is None:
        return digits[1]
    return f"{digits[1]}-{int(month):02d}" if 1 <= int(month) <= 12 else None


def _place_ids(cells: pd.Series, places: pd.DataFrame | None, report: Rejections) -> pd.Series:
    if places is None:
        return cells
    by_name = places.drop_duplicates("name", keep=False).set_index("name")["place_id"]
    ids = cells.where(cells.isin(places["place_id"]), cells.map(by_name))
    doubtful = cells.isin(places["name"][places["name"].duplicated()]) & ids.isna()
    why = Text("多个地点同名，请改用编号", "several places have this name; give the id")
    report.add_all(
        why=why, action="row dropped", field="place_id", rows=cells.index[doubtful], values=cells[doubtful]
    )
    return ids


def _checked(frame: pd.DataFrame, report: Rejections) -> pd.DataFrame:
    """Hold the numbers against rules 1, 4 and 5."""
    empty = frame["value"].isna() & (frame["numerator"].isna() | frame["denominator"].isna())
    why = Text("既无数值，也无完整的分子分母", "has neither a value nor both numerator and denominator")
    report.add_all(why=why, action="row dropped", field="value", rows=frame.index[empty])
    frame = frame[~empty]
    again = frame.duplicated(["indicator", "place_id", "period"])
    why = Text("同一指标、地点、时期前面已有一行", "an earlier row has this indicator, place and period")
    report.add_all(
        why=why,
        action="row dropped",
        field="indicator",
        rows=frame.index[again],
        values=frame["indicator"][again],
    )
    frame = frame[~again]
    ratio = frame["numerator"] / frame["denominator"]
    known = ratio.notna() & frame["value"].notna()
    fits = pd.Series(False, index=frame.index)
    for scale in _SCALES:
        expected = ratio * scale
        fits |= (frame["value"] - expected).abs() <= _ROUNDING + 0.001 * expected.abs()
    odd = known & ~fits
    why = Text("数值与分子、分母之比不符", "its value is not numerator over denominator")
    report.add_all(
        why=why, action="kept, look at it", field="value", rows=frame.index[odd], values=frame["value"][odd]
    )
    return frame
