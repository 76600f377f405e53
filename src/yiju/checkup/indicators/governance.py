"""G01 to G07: how requests are answered, from the city's own log.

Definitions are standard, weights and limits are local (standards.md 8.1). A request without a time to
contact or to close by cannot be late and is left out; a call-back that was not valid is left out and never
counted as a failure. The log's last moment stands for "now", so that the same log gives the same rates on
any day.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely

from yiju.access.intervals import wilson
from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio
from yiju.checkup.hotspots import hot_spots
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator
    from yiju.checkup.places import Within

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_NO_CASES = Text("此处该年度没有可计的诉求。", "no request here in the year that counts.")


class _Log:
    """Requests of the year of the check-up."""

    def __init__(self, city: Context) -> None:
        requests = city.table("requests")
        if not len(requests):
            raise NotMeasurable(Text("需要诉求记录（12345工单）。", "needs a log of requests."))
        rows = requests[requests["created_at"].dt.year == city.year].reset_index(drop=True)
        if not len(rows):
            years = sorted(requests["created_at"].dt.year.unique().tolist())
            raise NotMeasurable(
                Text(
                    f"诉求记录中没有 {city.year} 年的数据（现有 {years}）。",
                    f"the log has no requests of {city.year} (it has {years}).",
                )
            )
        self.rows: gpd.GeoDataFrame = rows
        self.within: Within = city.places.within(rows)
        times = requests[["created_at", "dispatched_at", "contacted_at", "closed_at"]]
        self.last: pd.Timestamp = times.max().max()

    def known(self, column: str) -> Bools:
        return np.asarray(self.rows[column].notna(), dtype=bool)

    def true(self, column: str) -> Bools:
        return np.asarray(self.rows[column].fillna(value=False), dtype=bool)

    def before(self, column: str, limit: str) -> Bools:
        """Whether a time is known and not later than another."""
        return np.asarray(self.known(column) & (self.rows[column] <= self.rows[limit]), dtype=bool)

    def rate(self, good: Bools, counted: Bools, variant: str = "") -> Block:
        """A rate with Wilson's interval at every place."""
        numerator, denominator = self.within.counts(good & counted), self.within.counts(counted)
        low, high = wilson(numerator, denominator)
        return Block(
            "table", variant, value=ratio(numerator, denominator), numerator=numerator,
            denominator=denominator, n=denominator, low=100 * low, high=100 * high, empty=_NO_CASES,
        )  # fmt: skip


# The log of a check-up is sorted once for all its indicators, and goes with it.
_LOGS: WeakKeyDictionary[Context, _Log] = WeakKeyDictionary()


def _log(city: Context) -> _Log:
    if city not in _LOGS:
        _LOGS[city] = _Log(city)
    return _LOGS[city]


@computes("G01")
def response(city: Context, indicator: Indicator) -> Iterable[Block]:  # noqa: ARG001
    """Contacted in time, of those dispatched."""
    log = _log(city)
    counted = log.known("dispatched_at") & log.known("contact_due_at")
    if not counted.any():
        raise NotMeasurable(
            Text("诉求记录缺派单时间或应联系时间。", "the log has no times of dispatch or to contact by.")
        )
    yield log.rate(log.before("contacted_at", "contact_due_at"), counted)


@computes("G02")
def resolution(city: Context, indicator: Indicator) -> Iterable[Block]:  # noqa: ARG001
    """Resolved, of those validly called back."""
    yield _of_callbacks(city, "resolved")


@computes("G03")
def satisfaction(city: Context, indicator: Indicator) -> Iterable[Block]:  # noqa: ARG001
    """Satisfied, of those validly called back."""
    yield _of_callbacks(city, "satisfied")


def _of_callbacks(city: Context, answer: str) -> Block:
    log = _log(city)
    counted = log.true("called_back") & log.known(answer)
    if not counted.any():
        raise NotMeasurable(Text("诉求记录缺有效回访结果。", "the log has no valid call-backs."))
    return log.rate(log.true(answer), counted)


@computes("G04")
def closure(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Closed in time, and how long closing takes."""
    log = _log(city)
    yield measured(lambda: _closed_on_time(log), "table", "ontime")
    hours = (log.rows["closed_at"] - log.rows["created_at"]).dt.total_seconds().to_numpy(
        dtype=np.float64
    ) / 3600
    for variant, share in (("median", 0.5), ("p90", 0.9)):
        if variant in [v.code for v in indicator.variants]:
            yield measured(partial(_time_to_close, log, hours, variant, share), "table", variant)


def _closed_on_time(log: _Log) -> Block:
    counted = log.known("due_at") & (
        log.known("closed_at") | (log.rows["due_at"] <= log.last).to_numpy(dtype=bool)
    )
    if not counted.any():
        raise NotMeasurable(Text("诉求记录缺应办结时间。", "the log has no times to close by."))
    return log.rate(log.before("closed_at", "due_at"), counted, "ontime")


def _time_to_close(log: _Log, hours: Floats, variant: str, share: float) -> Block:
    closed = ~np.isnan(hours)
    if not closed.any():
        raise NotMeasurable(Text("诉求记录缺办结时间。", "the log has no times of closing."))
    n = log.within.counts(closed)
    values = np.full(len(n), np.nan)
    for place in np.flatnonzero(n):
        mine = hours[log.within.members(int(place))]
        values[place] = np.quantile(mine[~np.isnan(mine)], share)
    return Block("table", variant, value=values, n=n, empty=_NO_CASES)


@computes("G05")
def repeats(city: Context, indicator: Indicator) -> Iterable[Block]:  # noqa: ARG001
    """Requests that repeat an earlier one, and closed ones that were reopened."""
    log = _log(city)
    yield measured(lambda: _repeated(log), "table", "repeat")
    yield measured(lambda: _reopened(log), "table", "reopen")


def _repeated(log: _Log) -> Block:
    if not log.known("repeat_of").any():
        raise NotMeasurable(Text("诉求记录未标明重复诉求。", "the log does not tell repeats."))
    return log.rate(log.known("repeat_of"), np.ones(len(log.rows), dtype=bool), "repeat")


def _reopened(log: _Log) -> Block:
    if not log.known("reopened").any():
        raise NotMeasurable(Text("诉求记录缺重办次数。", "the log does not tell reopened requests."))
    reopened = log.rows["reopened"].fillna(0).to_numpy(dtype=np.int64) > 0
    return log.rate(reopened, log.known("closed_at") & log.known("reopened"), "reopen")


@computes("G06")
def requests_per_1000(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Requests per 1,000 people, and where they gather."""
    city.need_counts()
    log = _log(city)
    people = city.cell_within.sums(city.people().people)
    requests = log.within.counts()
    rate = ratio(requests, people, per=1000.0)
    empty = Text("此处没有居民。", "nobody lives here.")
    status = city.status("all")
    yield Block(
        "table",
        "rate",
        value=rate,
        numerator=requests,
        denominator=people,
        n=requests,
        status=status,
        empty=empty,
    )
    communities = city.places.at("community")
    known = communities[~np.isnan(rate[communities])]
    fdr = float(indicator.parameters["false_discovery_rate"])
    yield measured(lambda: _hot_spots(city, known, rate, fdr, status), "table", "hotspot")


def _hot_spots(city: Context, known: npt.NDArray[np.int64], rate: Floats, fdr: float, status: str) -> Block:
    shapes = city.places.frame.geometry.to_numpy()[known]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    z, significant = hot_spots(rate[known], pairs[0], pairs[1], fdr=fdr)
    values = np.full(len(rate), np.nan)
    values[known] = z
    hot, cold = int((significant & (z > 0)).sum()), int((significant & (z < 0)).sum())
    note = Text(
        f"显著热点 {hot} 个、冷点 {cold} 个（错误发现率 {fdr:g}）。",
        f"{hot} significant hot spots, {cold} cold (FDR {fdr:g}).",
    )
    return Block("table", "hotspot", value=values, status=status, reason=note, empty=_NO_CASES)


@computes("G07")
def cases_per_km2(city: Context, indicator: Indicator) -> Iterable[Block]:  # noqa: ARG001
    """Cases closed on time, and all closed, per square kilometre of the place."""
    log = _log(city)
    closed = log.known("closed_at")
    if not closed.any():
        raise NotMeasurable(Text("诉求记录缺办结时间。", "the log has no times of closing."))
    area_km2 = city.places.area_m2 / 1e6
    on_time = log.within.counts(log.before("closed_at", "due_at"))
    for variant, cases in (("ontime", on_time), ("all", log.within.counts(closed))):
        yield Block(
            "table",
            variant,
            value=ratio(cases, area_km2, per=1.0),
            numerator=cases,
            denominator=area_km2,
            n=cases,
        )
