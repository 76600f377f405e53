"""A year of requests: what, where, when, by which channel, how soon answered; no text and no person."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.city.demo.people import BANDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.townscape import Townscape

    Times = NDArray[np.datetime64]

# Requests for each thousand people and year.
_PER_1000 = 66.0
_CHANNELS, _CHANNEL_SHARES = (
    ("电话", "微信小程序", "网格员上报", "政务网站", "来访"),
    (0.58, 0.24, 0.10, 0.06, 0.02),
)
# Calls by hour of the day; invented.
_HOURS = np.array(
    [1, 1, 1, 1, 1, 2, 4, 7, 12, 14, 13, 11, 8, 9, 11, 11, 10, 8, 7, 7, 6, 4, 3, 2], dtype=np.float64
)
# More calls come on working days, by this factor; invented.
_WORKDAY = 1.35
# How often each age band calls, against the middle: the very old and small children do not phone hotlines.
_VOICE = {
    "age_0_2": 0.0,
    "age_3_5": 0.0,
    "age_6_11": 0.0,
    "age_12_14": 0.02,
    "age_15_59": 1.0,
    "age_60_79": 0.35,
    "age_80_plus": 0.05,
}
# Shares of requests: with coordinates, repeated, reopened, called back; invented.
_LOCATED, _REPEATED, _REOPENED, _CALLED_BACK = 0.82, 0.06, 0.035, 0.72
# Hours in which the resident is to be contacted: practice of 接诉即办 (standards.md 8.1).
_CONTACT_DUE_H = 24.0
# Share of the resolved that a late closing spoils; shares of the content where it was resolved, and where not.
_LATE_LOSS, _CONTENT_SOLVED, _CONTENT_UNSOLVED = 0.25, 0.93, 0.12


@dataclass(frozen=True)
class Topic:
    """One entry of ``hotline.toml``, where the fields are explained."""

    zh: str
    share: float
    service: str
    unit: str
    days: int
    resolved: float
    more: tuple[str, ...] = ()
    wet: bool = False


@cache
def topics() -> tuple[Topic, ...]:
    """What people call about."""
    text = (resources.files("yiju.city.demo") / "hotline.toml").read_text(encoding="utf-8")
    return tuple(Topic(**{**entry, "more": tuple(entry["more"])}) for entry in tomllib.loads(text)["topic"])


def a_year_of_requests(
    town: Townscape, year: int, rain: dict[np.datetime64, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Requests in the order in which they came in.

    Parameters
    ----------
    rain
        Rain by day of that year, mm: wet topics follow it.

    Returns
    -------
    DataFrame
        With the columns of the contract ``requests`` that the log has, and ``x``, ``y`` in metres of the drawing
        (NaN where the request has no place).
    """
    n = round(float(town.cells.people.sum()) / 1000.0 * _PER_1000)
    share = np.array([t.share for t in topics()])
    topic = rng.choice(len(share), n, p=share / share.sum())
    cell = _where(town, topic, rng)
    created = _when(year, topic, rain, rng)
    order = np.argsort(created, kind="stable")
    topic, cell, created = topic[order], cell[order], created[order]
    xy = town.cells.xy[cell] + rng.normal(0.0, 18.0, (n, 2))
    xy[rng.random(n) >= _LOCATED] = np.nan
    frame = pd.DataFrame(
        {
            "request_id": [f"LC{year}{k:06d}" for k in range(1, n + 1)],
            "category": np.array([t.zh for t in topics()], dtype=object)[topic],
            "service": np.array([t.service for t in topics()], dtype=object)[topic],
            "channel": rng.choice(np.array(_CHANNELS, dtype=object), n, p=_CHANNEL_SHARES),
            "unit": np.array([t.unit for t in topics()], dtype=object)[topic],
            "created_at": created,
        }
    )
    frame = pd.concat([frame, _handling(created, topic, np.datetime64(f"{year + 1}-01-01"), rng)], axis=1)
    repeat = np.flatnonzero(rng.random(n) < _REPEATED)
    earlier = (repeat * rng.random(len(repeat))).astype(np.int64)
    frame["repeat_of"] = ""
    frame.loc[repeat, "repeat_of"] = frame["request_id"].to_numpy()[earlier]
    return frame.assign(x=xy[:, 0], y=xy[:, 1])


def _where(town: Townscape, topic: Ints, rng: np.random.Generator) -> Ints:
    """A cell for each request: where people live who call, and where the topic is at home."""
    lattice = town.land.lattice
    kind = np.array(town.land.plan.kinds())[lattice.nearest(town.grain.zone, town.cells.xy)]
    callers: Floats = town.cells.ages.astype(np.float64) @ np.array([_VOICE[b] for b in BANDS])
    # Some communities phone more than others, for reasons that no table knows.
    mood = rng.lognormal(0.0, 0.32, len(town.hierarchy.subdistrict))[town.community]
    out = np.zeros(len(topic), dtype=np.int64)
    for k, entry in enumerate(topics()):
        here = np.flatnonzero(topic == k)
        weight = callers * mood * np.where(np.isin(kind, entry.more), 2.0, 1.0)
        out[here] = rng.choice(len(weight), len(here), p=weight / weight.sum())
    return out


def _when(year: int, topic: Ints, rain: dict[np.datetime64, float], rng: np.random.Generator) -> Times:
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    # 1970-01-01 was a Thursday: day 0 of the count is weekday 3.
    weekday = (days.astype(np.int64) + 3) % 7
    usual = np.where(weekday < 5, _WORKDAY, 1.0)
    wet = 0.15 + np.array([rain.get(d, 0.0) for d in days]) ** 1.3 / 12.0
    out = np.empty(len(topic), dtype="datetime64[s]")
    for k, entry in enumerate(topics()):
        here = np.flatnonzero(topic == k)
        weight = usual * (wet if entry.wet else 1.0)
        day = days[rng.choice(len(days), len(here), p=weight / weight.sum())]
        hour = rng.choice(24, len(here), p=_HOURS / _HOURS.sum())
        second = hour * 3600 + rng.integers(0, 3600, len(here))
        out[here] = day.astype("datetime64[s]") + second.astype("timedelta64[s]")
    return out


def _handling(created: Times, topic: Ints, end: np.datetime64, rng: np.random.Generator) -> pd.DataFrame:
    """Dispatch, contact, closing and call-back; what lies after the end of the year has not happened yet."""
    n = len(topic)
    days = np.array([t.days for t in topics()])[topic]
    dispatched = _later(created, rng.gamma(1.3, 0.7, n))
    contacted = _later(dispatched, rng.lognormal(1.5, 0.85, n))
    closed = _later(contacted, rng.gamma(1.7, 24.0 * days / 3.6))
    due = _later(created, days * 24.0)
    solved = rng.random(n) < np.array([t.resolved for t in topics()])[topic]
    # Who waited too long is less often content with the same result.
    solved &= rng.random(n) > np.where(closed > due, _LATE_LOSS, 0.0)
    content = rng.random(n) < np.where(solved, _CONTENT_SOLVED, _CONTENT_UNSOLVED)
    called = (rng.random(n) < _CALLED_BACK) & (closed < end)
    reopened = (rng.random(n) < _REOPENED) & (closed < end)
    return pd.DataFrame(
        {
            "dispatched_at": _by(dispatched, end),
            "contact_due_at": _later(dispatched, np.full(n, _CONTACT_DUE_H)),
            "contacted_at": _by(contacted, end),
            "due_at": due,
            "closed_at": _by(closed, end),
            "called_back": _said(called),
            "resolved": np.where(called, _said(solved), ""),
            "satisfied": np.where(called, _said(content), ""),
            "reopened": reopened.astype(np.int64),
        }
    )


def _later(start: Times, hours: Floats) -> Times:
    later: Times = start + (hours * 3600).astype("timedelta64[s]")
    return later


def _by(times: Times, end: np.datetime64) -> Times:
    """Times before the end; not a time after it."""
    return np.where(times < end, times, np.datetime64("NaT"))


def _said(yes: Bools) -> Shapes:
    return np.array(["否", "是"], dtype=object)[yes.astype(np.int64)]
