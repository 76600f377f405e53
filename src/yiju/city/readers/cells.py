"""Numbers, times and answers out of cells of text; what cannot be read is unknown and reported."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yiju.city.rejections import Action, Rejections

# A unit that offices write after a number; it says nothing that the column's own name does not.
_UNITS = re.compile(r"(?:平方米|平米|m2|m\^2|㎡|毫米|mm|人次|人|个|位|张|床|座|名|户|班|学位)$")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")

# fmt: off
_YES = frozenset((
    "是", "有", "y", "yes", "t", "true", "1", "已解决", "解决", "满意", "非常满意", "很满意", "基本满意",
    "已回访", "有效", "成功", "完成",
))
_NO = frozenset((
    "否", "无", "n", "no", "f", "false", "0", "未解决", "没解决", "部分解决", "一般", "不满意", "很不满意",
    "非常不满意", "未回访", "无效", "失败", "未完成",
))

# The likeliest first; the one that reads most cells is taken for the whole column.
_TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)
# fmt: on


def one_number(cell: str) -> float:
    """Read one number as people write it; NaN where it is none.

    Examples
    --------
    >>> one_number("1,234.5"), one_number("３５０㎡"), one_number("30 张"), one_number("about 5")
    (1234.5, 350.0, 30.0, nan)
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    text = _UNITS.sub("", text).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else float("nan")


def numbers(
    cells: pd.Series,
    report: Rejections,
    *,
    field: str,
    least: float = -np.inf,
    most: float = np.inf,
    action: Action = "field set unknown",
) -> pd.Series:
    """Read a column of numbers; a cell that is none, or out of bounds, is unknown and reported.

    Parameters
    ----------
    cells
        Text (or numbers, from a vector file), indexed by row of the file.
    least, most
        Bounds, inclusive, outside which a number cannot be true.
    action
        What the caller does with the row.

    Returns
    -------
    Series of float64 with the same index, NaN = unknown.

    Examples
    --------
    >>> from yiju.city.rejections import Rejections
    >>> report = Rejections("a.csv")
    >>> numbers(pd.Series(["3", "-1", None]), report, field="capacity", least=0).tolist(), len(report)
    ([3.0, nan, nan], 1)
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):
        values = cells.astype("float64")
        unread = pd.Series(False, index=cells.index)
    else:
        texts = cells.astype("str")
        distinct = {text: one_number(text) for text in texts.dropna().unique()}
        values = texts.map(distinct).astype("float64")
        unread = texts.notna() & values.isna()
    outside = ((values < least) | (values > most) | np.isinf(values)).fillna(False)
    why = Text("不是数", "is no number")
    report.add_all(why=why, action=action, field=field, rows=unread[unread].index, values=cells[unread])
    bounds = _bounds(least, most)
    report.add_all(why=bounds, action=action, field=field, rows=outside[outside].index, values=cells[outside])
    return values.mask(outside)


def _bounds(least: float, most: float) -> Text:
    if np.isinf(most):
        return Text(f"应为不小于 {least:g} 的有限数", f"needs to be a finite number of at least {least:g}")
    return Text(f"应在 {least:g} 与 {most:g} 之间", f"needs to lie between {least:g} and {most:g}")


def time_format(cells: pd.Series, *, file: str, field: str) -> str | None:
    """Find the one format in which the cells are written; ``None`` where no format reads any.

    Raises
    ------
    InputError
        Day and month cannot be told apart in any cell.

    Examples
    --------
    >>> time_format(pd.Series(["2025/3/1 8:05", "2025/12/31 23:59"]), file="a.csv", field="created_at")
    '%Y/%m/%d %H:%M'
    """
    sample = pd.Series(cells.dropna().unique()).head(5000)
    if sample.empty:
        return None
    hits = {form: int(_parse(sample, form).notna().sum()) for form in _TIME_FORMATS}
    best = max(_TIME_FORMATS, key=lambda form: hits[form])
    if hits[best] == 0:
        return None
    if best.startswith("%m/%d"):
        twin = best.replace("%m/%d", "%d/%m")
        if hits[twin] == hits[best]:
            raise InputError(
                Text(
                    f"“{sample.iloc[0]}”中日与月无法区分。",
                    f"day and month of {sample.iloc[0]!r} cannot be told apart.",
                ),
                file=file,
                field=field,
                hint=Text("请改为 年-月-日 格式。", "Write dates as year-month-day."),
            )
    return best


def times(
    cells: pd.Series, report: Rejections, *, field: str, action: Action = "field set unknown"
) -> pd.Series:
    """Read a column of civil times, by the one format that reads most of it; report the rest.

    A stated offset from UTC is dropped: the time on the wall is what counts.

    Returns
    -------
    Series of datetime64[us], no time zone, NaT = unknown.

    Examples
    --------
    >>> from yiju.city.rejections import Rejections
    >>> report = Rejections("a.csv")
    >>> times(pd.Series(["2025-03-01 08:05:00", "yesterday"]), report, field="closed_at").notna().tolist()
    [True, False]
    """
    texts = (
        cells.astype("str")
        .str.replace(r"(?:Z|[+-]\d{2}:?\d{2})$", "", regex=True)
        .where(cells.astype("str").str.contains(":", na=False), cells.astype("str"))
    )
    form = time_format(texts, file=report.file, field=field)
    distinct = pd.Series(texts.dropna().unique())
    read = distinct.map(lambda _: pd.NaT) if form is None else _parse(distinct, form)
    left = read.isna()
    for other in _TIME_FORMATS:  # a column may mix times with bare dates; never day-month with month-day
        if form is None or not left.any():
            break
        if other[:5] == form[:5]:
            read = read.fillna(_parse(distinct.where(left), other))
            left = read.isna()
    values = texts.map(dict(zip(distinct, read, strict=True))).astype("datetime64[us]")
    unread = texts.notna() & values.isna()
    why = Text("不是可识别的日期时间", "is no date or time that can be read")
    report.add_all(why=why, action=action, field=field, rows=unread[unread].index, values=cells[unread])
    return values


def _parse(cells: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(cells, format=form, errors="coerce")


def answers(cells: pd.Series, report: Rejections, *, field: str) -> pd.Series:
    """Read a column of yes and no, of solved and satisfied; other words are unknown and reported.

    "Basically satisfied" (基本满意) counts as yes and "fair" (一般) as no, as hotline statistics count them.

    Returns
    -------
    Series of ``boolean``.

    Examples
    --------
    >>> from yiju.city.rejections import Rejections
    >>> answers(pd.Series(["是", "未解决", None]), Rejections("a.csv"), field="resolved").tolist()
    [True, False, <NA>]
    """
    texts = cells.astype("str").str.casefold()
    values = pd.Series(pd.NA, index=cells.index, dtype="boolean")
    values = values.mask(texts.isin(_YES), True).mask(texts.isin(_NO), False)
    unread = texts.notna() & values.isna()
    why = Text("既非“是”也非“否”", "is neither yes nor no")
    report.add_all(
        why=why, action="field set unknown", field=field, rows=unread[unread].index, values=cells[unread]
    )
    return values


def decimals(cells: pd.Series) -> NDArray[np.int64]:
    """Count the digits after the point of each cell as it is written; -1 where it is empty.

    Examples
    --------
    >>> decimals(pd.Series(["39", "39.3470", None])).tolist()
    [0, 4, -1]
    """
    digits = cells.astype("str").str.extract(r"\.(\d*)$", expand=False).str.len().fillna(0)
    counts: NDArray[np.int64] = digits.where(cells.notna(), -1).to_numpy(dtype=np.int64)
    return counts
