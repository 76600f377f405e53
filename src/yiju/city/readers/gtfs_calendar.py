"""Which trips run on which day, and which date stands for a working day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yiju.city.readers.gtfs_files import Feed

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# numpy counts days from 1970-01-01, a Thursday.
_EPOCH_WEEKDAY = 3


@dataclass(frozen=True)
class WorkingDay:
    """The date that stands for a working day; ``date`` is ``None`` where a feed runs on weekends only.

    ``before`` are the services of the day before, whose last trips end after midnight; ``asked`` says that the date
    was asked for.
    """

    feed: str
    date: dt.date | None
    services: frozenset[str]
    trips: int
    candidates: int
    before: frozenset[str] = frozenset()
    asked: bool = False

    @property
    def why(self) -> Text:
        """The rule, the date, and how typical it is."""
        if self.date is None:
            return Text("{feed}：工作日不开行。", "{feed}: does not run on any Monday to Friday.").format(
                feed=self.feed
            )
        if self.asked:
            return Text("{feed}：{date}（{trips:,} 班）。", "{feed}: {date} ({trips:,} trips).").format(
                feed=self.feed, date=self.date.isoformat(), trips=self.trips
            )
        return Text(
            "{feed}：以 {date} 代表工作日（{trips:,} 班，为 {n:,} 个有班次的周一至周五的中位；"
            "取该班次数下最常见运行组合的最早一日）。",
            "{feed}: {date} stands for a working day ({trips:,} trips, the median of {n:,} Mondays to "
            "Fridays with service; the first day of the most common set of services with that many).",
        ).format(feed=self.feed, date=self.date.isoformat(), trips=self.trips, n=self.candidates)


def working_day(feed: Feed, trips: pd.DataFrame, runs: pd.DataFrame, year: int | None = None) -> WorkingDay:
    """Choose the date that stands for a working day.

    1. Candidates are the Mondays to Fridays on which a trip runs, by calendar.txt and calendar_dates.txt;
       only those of ``year`` where there are any.
    2. Each has its number of trips; a trip of frequencies.txt counts once for each run. The lower median of
       these numbers is the typical one, so neither holidays nor extra days count.
    3. Among the dates of that number, the most common set of services wins, then the earliest date.

    Parameters
    ----------
    trips
        service_id of each trip.
    runs
        Rows of frequencies: trip (position in ``trips``), start_s, end_s, headway_s.

    Raises
    ------
    InputError
        There is neither calendar.txt nor calendar_dates.txt, or no trip ever runs.
    """
    weights = _trips_of_services(trips, runs)
    first, runs_on = _service_days(feed, weights.index)
    counts = weights.to_numpy() @ runs_on
    if not counts.any():
        raise InputError(
            Text("没有任何一天开行班次。", "no trip runs on any day."),
            file=feed.file,
            hint=Text(
                "请核对 calendar.txt、calendar_dates.txt 与 trips.txt 的 service_id，以及 frequencies.txt 的时间。",
                "Check the service_id of calendar.txt, calendar_dates.txt and trips.txt, and the times of "
                "frequencies.txt.",
            ),
        )
    weekday = (np.arange(len(counts)) + first + _EPOCH_WEEKDAY) % 7
    candidates = np.flatnonzero((counts > 0) & (weekday < 5))
    if year is not None:
        start, end = (int(np.datetime64(f"{y}-01-01").astype("int64")) - first for y in (year, year + 1))
        of_year = candidates[(candidates >= start) & (candidates < end)]
        candidates = of_year if len(of_year) else candidates
    if len(candidates) == 0:
        day = WorkingDay(feed.name, None, frozenset(), 0, 0)
        feed.rejections.add(field=feed.name, why=day.why, action="kept, look at it")
        return day
    typical = np.sort(counts[candidates])[(len(candidates) - 1) // 2]
    alike = candidates[counts[candidates] == typical]
    _, pattern, times = np.unique(runs_on[:, alike], axis=1, return_inverse=True, return_counts=True)
    chosen = int(alike[np.argmax(times[pattern.ravel()])])
    services = frozenset(weights.index[runs_on[:, chosen].astype(bool)])
    date = dt.date(1970, 1, 1) + dt.timedelta(days=int(first + chosen))
    return WorkingDay(feed.name, date, services, round(float(typical)), len(candidates), services)


def day_of(feed: Feed, trips: pd.DataFrame, runs: pd.DataFrame, date: dt.date) -> WorkingDay:
    """The services of a date that is asked for, and of the day before it.

    Raises
    ------
    InputError
        No trip runs on that date.
    """
    weights = _trips_of_services(trips, runs)
    first, runs_on = _service_days(feed, weights.index)
    counts = weights.to_numpy() @ runs_on
    day = (date - dt.date(1970, 1, 1)).days - first

    def services(day: int) -> frozenset[str]:
        inside = 0 <= day < runs_on.shape[1]
        return frozenset(weights.index[runs_on[:, day].astype(bool)]) if inside else frozenset()

    if not (0 <= day < len(counts) and counts[day] > 0):
        served = np.flatnonzero(counts)
        since, until = (
            (dt.date(1970, 1, 1) + dt.timedelta(days=int(first + d))).isoformat() if len(served) else "?"
            for d in (served[[0, -1]] if len(served) else (0, 0))
        )
        raise InputError(
            Text(f"{date} 没有班次。", f"no trip runs on {date}."),
            file=feed.file,
            hint=Text(f"该数据的班次在 {since} 至 {until}。", f"Its trips run from {since} to {until}."),
        )
    return WorkingDay(
        feed.name, date, services(day), round(float(counts[day])), 1, services(day - 1), asked=True
    )


def _trips_of_services(trips: pd.DataFrame, runs: pd.DataFrame) -> pd.Series:
    """How many trips each service has; a trip of frequencies.txt counts once for each run."""
    weight = np.ones(len(trips))
    if len(runs):
        weight[runs["trip"].unique()] = 0
        np.add.at(weight, runs["trip"].to_numpy(), -(-(runs["end_s"] - runs["start_s"]) // runs["headway_s"]))
    return pd.Series(weight).groupby(trips["service_id"].to_numpy()).sum()


def _service_days(feed: Feed, services: pd.Index) -> tuple[int, NDArray[np.float64]]:
    """Tell on which days each service runs: the first day since 1970, and (n_services, n_days) of 0 and 1."""
    spans = _read_calendar(feed) if feed.has("calendar.txt") else None
    extra = _read_exceptions(feed) if feed.has("calendar_dates.txt") else None
    if spans is None and extra is None:
        raise InputError(
            Text(
                "既没有 calendar.txt 也没有 calendar_dates.txt。",
                "holds neither calendar.txt nor calendar_dates.txt.",
            ),
            file=feed.file,
            hint=Text(
                "至少需要其中之一，才能知道哪天开行。",
                "One of them is needed to know on which days trips run.",
            ),
        )
    ends = [s[["start", "end"]].to_numpy().ravel() for s in (spans,) if s is not None and len(s)]
    ends += [e["day"].to_numpy() for e in (extra,) if e is not None and len(e)]
    if not ends:
        return 0, np.zeros((len(services), 1))
    every = np.concatenate(ends)
    first, last = int(every.min()), int(every.max())
    runs_on = np.zeros((len(services), last - first + 1))
    weekday = (np.arange(first, last + 1) + _EPOCH_WEEKDAY) % 7
    if spans is not None:
        at = services.get_indexer(spans["service_id"])
        for i, span in zip(at, spans.itertuples(index=False), strict=True):
            if i >= 0:
                days = slice(span.start - first, span.end - first + 1)
                runs_on[i, days] = np.maximum(runs_on[i, days], np.array(span.flags)[weekday[days]])
    if extra is not None:
        at = services.get_indexer(extra["service_id"])
        known = at >= 0
        runs_on[at[known], extra["day"].to_numpy()[known] - first] = extra["runs"].to_numpy()[known]
    return first, runs_on


def _read_calendar(feed: Feed) -> pd.DataFrame:
    """Read calendar.txt: service_id, start and end in days since 1970, flags from Monday to Sunday."""
    raw = feed.table("calendar.txt", ["service_id", *_WEEKDAYS, "start_date", "end_date"])
    start, end = _days(raw["start_date"]), _days(raw["end_date"])
    good = (start.notna() & end.notna() & (end >= start)).to_numpy(dtype=bool)
    report = feed.report_on("calendar.txt")
    why = Text("起止日期无法使用", "its start and end dates cannot be used")
    report.add_all(why=why, action="row dropped", field="start_date", rows=raw.index[~good])
    feed.rejections.extend(report)
    flags = (raw.loc[good, list(_WEEKDAYS)] == "1").to_numpy(dtype=float).tolist()
    return pd.DataFrame(
        {
            "service_id": raw["service_id"][good].to_numpy(),
            "start": start[good].to_numpy(dtype=np.int64),
            "end": end[good].to_numpy(dtype=np.int64),
            "flags": flags,
        }
    )


def _read_exceptions(feed: Feed) -> pd.DataFrame:
    """Read calendar_dates.txt: service_id, day since 1970, runs (1 added, 0 removed)."""
    raw = feed.table("calendar_dates.txt", ["service_id", "date", "exception_type"])
    day = _days(raw["date"])
    good = (day.notna() & raw["exception_type"].isin(["1", "2"])).to_numpy(dtype=bool)
    report = feed.report_on("calendar_dates.txt")
    why = Text("日期或例外类型无法使用", "its date or exception type cannot be used")
    report.add_all(why=why, action="row dropped", field="date", rows=raw.index[~good])
    feed.rejections.extend(report)
    return pd.DataFrame(
        {
            "service_id": raw["service_id"][good].to_numpy(),
            "day": day[good].to_numpy(dtype=np.int64),
            "runs": (raw["exception_type"][good] == "1").to_numpy(dtype=float),
        }
    )


def _days(cells: pd.Series) -> pd.Series:
    """Turn YYYYMMDD into days since 1970-01-01; unknown where it is no date."""
    read = pd.to_datetime(cells, format="%Y%m%d", errors="coerce")
    return (read - pd.Timestamp(1970, 1, 1)).dt.days
