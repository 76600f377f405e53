"""A year of requests: what, where, when, by which channel, how soon answered; no text and no person."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yiju.city.demo.people import BANDS

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats
    from yiju.city.demo.townscape import Townscape

# Requests for each thousand people and year.
_PER_1000 = 66.0
_CHANNELS, _CHANNEL_SHARES = (
    ("电话", "微信小程序", "网格员上报", "政务网站", "来访"),
    (0.58, 0.24, 0.10, 0.06, 0.02),
)
# Calls by hour of the day, and more of them on working days.
_HOURS = np.array(
    [1, 1, 1, 1, 1, 2, 4, 7, 12, 14, 13, 11, 8, 9, 11, 11, 10, 8, 7, 7, 6, 4, 3, 2], dtype=np.float64
)
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
# Shares: with coordinates, repeated, reopened, called back; and contact within 24 hours.
_LOCATED, _REPEATED, _REOPENED, _CALLED_BACK = 0.82, 0.06, 0.035, 0.72
_CONTACT_DUE_H = 24


@cache
def topics() -> list[dict[str, Any]]:
    """The entries of hotline.toml."""
    text = (resources.files("yiju.city.demo") / "hotline.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)["topic"]
    return entries


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
    share = np.array([t["share"] for t in topics()])
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
            "category": np.array([t["zh"] for t in topics()], dtype=object)[topic],
            "service": np.array([t["service"] for t in topics()], dtype=object)[topic],
            "channel": rng.choice(np.array(_CHANNELS, dtype=object), n, p=_CHANNEL_SHARES),
            "unit": np.array([t["unit"] for t in topics()], dtype=object)[topic],
            "created_at": created,
        }
    )
    frame = pd.concat([frame, _handling(created, topic, np.datetime64(f"{year + 1}-01-01"), rng)], axis=1)
    repeat = np.flatnonzero(rng.random(n) < _REPEATED)
    earlier = (repeat * rng.random(len(repeat))).astype(np.int64)
    frame["repeat_of"] = ""
    frame.loc[repeat, "repeat_of"] = frame["request_id"].to_numpy()[earlier]
    return frame.assign(x=xy[:, 0], y=xy[:, 1])


def _where(town: Townscape, topic: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A cell for each request: where people live who call, and where the topic is at home."""
    lattice = town.land.lattice
    kinds = np.array([z.kind for z in town.land.plan.zones], dtype=object)
    kind = kinds[np.asarray(lattice.nearest(town.grain.zone, town.cells.xy))]
    callers: Floats = town.cells.ages.astype(np.float64) @ np.array([_VOICE[b] for b in BANDS])
    # Some communities phone more than others, for reasons that no table knows.
    mood = rng.lognormal(0.0, 0.32, int(town.community.max()) + 1)[town.community[town.cells.face]]
    out = np.zeros(len(topic), dtype=np.int64)
    for k, entry in enumerate(topics()):
        here = np.flatnonzero(topic == k)
        weight = callers * mood * np.where(np.isin(kind, entry["more"]), 2.0, 1.0)
        out[here] = rng.choice(len(weight), len(here), p=weight / weight.sum())
    return out


def _when(
    year: int, topic: np.ndarray, rain: dict[np.datetime64, float], rng: np.random.Generator
) -> np.ndarray:
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    # 1970-01-01 was a Thursday: day 0 of the count is weekday 3.
    weekday = (days.astype(np.int64) + 3) % 7
    usual = np.where(weekday < 5, _WORKDAY, 1.0)
    wet = 0.15 + np.array([rain.get(d, 0.0) for d in days]) ** 1.3 / 12.0
    out = np.empty(len(topic), dtype="datetime64[s]")
    for k, entry in enumerate(topics()):
        here = np.flatnonzero(topic == k)
        weight = usual * (wet if entry.get("wet") else 1.0)
        day = days[rng.choice(len(days), len(here), p=weight / weight.sum())]
        hour = rng.choice(24, len(here), p=_HOURS / _HOURS.sum())
        second = hour * 3600 + rng.integers(0, 3600, len(here))
        out[here] = day.astype("datetime64[s]") + second.astype("timedelta64[s]")
    return out


def _handling(
    created: np.ndarray, topic: np.ndarray, end: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    """Dispatch, contact, closing and call-back; what lies after the end of the year has not happened yet."""
    n = len(topic)
    days = np.array([t["days"] for t in topics()])[topic]
    hour = np.timedelta64(3600, "s")

    def later(start: np.ndarray, hours: Floats) -> np.ndarray:
        return np.asarray(start + (hours * 3600).astype("timedelta64[s]"))

    dispatched = later(created, rng.gamma(1.3, 0.7, n))
    contacted = later(dispatched, rng.lognormal(1.5, 0.85, n))
    closed = later(contacted, rng.gamma(1.7, 24.0 * days / 3.6))
    due = later(created, days * 24.0)
    solved = rng.random(n) < np.array([t["resolved"] for t in topics()])[topic]
    # Who waited too long is less often content with the same result.
    late = closed > due
    solved &= rng.random(n) > np.where(late, 0.25, 0.0)
    content = np.where(solved, rng.random(n) < 0.93, rng.random(n) < 0.12)
    called = (rng.random(n) < _CALLED_BACK) & (closed < end)
    reopened = ((rng.random(n) < _REOPENED) & (closed < end)).astype(np.int64)
    yes_no = np.array(["否", "是"], dtype=object)
    out = pd.DataFrame(
        {
            "dispatched_at": dispatched, "contact_due_at": dispatched + _CONTACT_DUE_H * hour, "contacted_at": contacted,
            "due_at": due, "closed_at": closed, "called_back": yes_no[called.astype(int)],
            "resolved": np.where(called, yes_no[solved.astype(int)], ""),
            "satisfied": np.where(called, yes_no[content.astype(int)], ""), "reopened": reopened,
        }
    )  # fmt: skip
    for column in ("dispatched_at", "contacted_at", "closed_at"):
        out.loc[out[column] >= end, column] = pd.NaT
    return out
