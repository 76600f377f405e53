"""Daily rain of a gauge.

Rules:

1. A date column, or year, month and day in three; rain in millimetres a day.
2. A trace (T, 微量) is 0. A negative number, or one above any rain ever measured in a day, is a code for
   something else (-9999, 999.9, 32766): unknown and reported.
3. A day twice: the first row holds. Days that are missing between the first and the last are counted in the
   report; they are not made up.
4. Hours within a day are refused: the rules of runoff ask for daily sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from yiju.city.readers.cells import numbers, times
from yiju.city.readers.tabular import match_columns, read_text_table
from yiju.city.rejections import Rejections
from yiju.city.tables import RAIN
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from yiju.city.config import Source

_NAMES: dict[str, tuple[str, ...]] = {
    "date": ("日期", "观测日期", "时间", "day", "obs_date", "datetime", "time"),
    "year": ("年", "年份"),
    "month": ("月", "月份"),
    "day": ("日",),
    "rain_mm": (
        "雨量", "降雨量", "降水量", "日雨量", "日降雨量", "日降水量", "20-20时降水量", "20-20时累计降水量",
        "rain", "rainfall", "prcp", "precipitation", "precip", "rainfall_mm", "precipitation_mm",
    ),
}  # fmt: skip

# The most rain of a day ever measured: Foc-Foc, La Réunion, 7-8 January 1966 (WMO world weather extremes).
_MOST_MM = 1825.0
_TRACES = ("t", "trace", "微量", "痕量")


class Rain(NamedTuple):
    """Days as the contract RAIN says, by date, and what was refused."""

    rain: pd.DataFrame
    rejections: Rejections


def read_rain(source: Source, file: Path) -> Rain:
    """Read daily rain.

    Parameters
    ----------
    source
        Its entry of city.toml; ``columns`` maps field -> column, where names are not the usual ones.
    file
        CSV or XLSX.

    Raises
    ------
    InputError
        The file cannot be read, lacks a needed column, or holds several values a day.
    """
    report = Rejections(file.name)
    raw = read_text_table(file, report)
    columns = source.options.get("columns")
    given = columns if isinstance(columns, dict) else None
    found = match_columns(list(raw.columns), _NAMES, given=given, required=("rain_mm",), file=file)
    cells = raw[found["rain_mm"]]
    cells = cells.mask(cells.str.casefold().isin(_TRACES), "0")
    frame = pd.DataFrame({"date": _dates(raw, found, report, file)})
    frame["rain_mm"] = numbers(cells, report, field="rain_mm", least=0.0, most=_MOST_MM)
    undated = frame["date"].isna()
    why = Text("没有可用的日期", "has no usable date")
    report.add_all(why=why, action="row dropped", field="date", rows=frame.index[undated])
    frame = frame[~undated]
    if (frame["date"] != frame["date"].dt.normalize()).any():
        raise InputError(
            Text("需要逐日雨量，文件中是逐时的。", "daily rain is needed; the file holds hours."),
            file=file,
            field="date",
            hint=Text("请先按日累计。", "Add the hours up to days first."),
        )
    again = frame["date"].duplicated()
    why = Text("同一天前面已有一行", "an earlier row has this day")
    report.add_all(
        why=why, action="row dropped", field="date", rows=frame.index[again], values=frame["date"][again]
    )
    frame = frame[~again].sort_values("date")
    _tell_gaps(frame["date"], report)
    return Rain(RAIN.validate(frame), report)


def _dates(raw: pd.DataFrame, found: Mapping[str, str], report: Rejections, file: Path) -> pd.Series:
    if "date" in found:
        return times(raw[found["date"]], report, field="date")
    parts = [raw[found[p]] for p in ("year", "month", "day") if p in found]
    if len(parts) < 3:
        match_columns(list(raw.columns), _NAMES, required=("date",), file=file)
    year, month, day = parts
    return times(year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2), report, field="date")


def _tell_gaps(dates: pd.Series, report: Rejections) -> None:
    if dates.empty:
        return
    span = (dates.iloc[-1] - dates.iloc[0]).days + 1
    if span > len(dates):
        why = Text("{a} 至 {b} 之间缺 {n:,} 天", "{n:,} days are missing between {a} and {b}").format(
            a=f"{dates.iloc[0]:%Y-%m-%d}", b=f"{dates.iloc[-1]:%Y-%m-%d}", n=span - len(dates)
        )
        report.add(field="date", why=why, action="kept, look at it")
