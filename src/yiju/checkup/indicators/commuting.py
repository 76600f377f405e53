"""C01 to C07: the way to work, by public transport and on foot, and homes and jobs beside each other.

All rest on the table of commutes. An official figure of the city (phone data, a survey) stands beside and goes first:
it knows by what people travel, while the times here are those of a city in which all take public transport or walk.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio
from yiju.checkup.commuters import DEPART, LONGEST_MIN, WINDOW_MIN
from yiju.checkup.indicator import NO_WORDS
from yiju.checkup.reach import Targets
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.commuters import Commuters
    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

Floats = npt.NDArray[np.float64]

# What one may walk or ride to a station, crow-fly and along the streets (H25 #43).
_STATION_M = 800.0
# The transport problem has a variable for each pair of places; beyond these, places one level up are taken.
_MOST_PLACES = 300

_BY_TRANSIT = Text(
    f"假设全部乘公共交通或步行（{DEPART} 起 {WINDOW_MIN} 分钟内各时刻出发的中位数）；职住点为各地居民单元。",
    f"As if all took public transport or walked (median of departures in the {WINDOW_MIN} minutes from {DEPART}); "
    "homes and jobs stand at home cells of their places.",
)
_BY_STREETS = Text(
    "职住点为各地居民单元，沿路网量算。",
    "Homes and jobs stand at home cells of their places; along the streets.",
)
_BY_PEOPLE = Text(
    "两端均按各地居民在站点范围内的比例计。",
    "At both ends by the share of a place's people who live near a station.",
)
# Shares of all commuters that differ from 1 by less are 1: floating point.
_HAIR = 1e-9


@computes("C01", "C02")
def within_minutes(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Share of commuters whose journey takes at most, or more than, so many minutes."""
    commuters, minutes = city.commuters, city.commuters.minutes
    limit, over = float(indicator.parameters["minutes"]), bool(indicator.parameters.get("over", False))
    share = commuters.mean((minutes > limit if over else minutes <= limit).astype(np.float64))
    yield _of_city(city, 100.0 * share, _told(_BY_TRANSIT, commuters.who_is_counted))


@computes("C03")
def mean_minutes(city: Context, _indicator: Indicator) -> Iterable[Block]:
    """Mean journey, over those that end within two hours."""
    commuters, minutes = city.commuters, city.commuters.minutes
    arrive = np.isfinite(minutes)
    share = commuters.mean(arrive.astype(np.float64))
    if not share > 0:
        raise NotMeasurable(Text("两小时内无人到达。", "nobody arrives within two hours."))
    late = Text(
        f"{100 * (1 - share):.1f}%逾{LONGEST_MIN:.0f}分钟，未计入平均。",
        f"{100 * (1 - share):.1f}% take over {LONGEST_MIN:.0f} minutes and are not in the mean.",
    )
    value = commuters.mean(np.where(arrive, minutes, 0.0)) / share
    notes = (_BY_TRANSIT, commuters.who_is_counted, late if share < 1 - _HAIR else NO_WORDS)
    yield _of_city(city, value, _told(*notes))


@computes("C04")
def within_km(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Share of commuters with at most so many kilometres to go."""
    commuters = city.commuters
    near = commuters.km <= float(indicator.parameters["km"])
    share = commuters.mean(near.astype(np.float64))
    yield _of_city(city, 100.0 * share, _told(_BY_STREETS, commuters.who_is_counted))


@computes("C05")
def both_ends_near_rail(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Share of commuters whose home and job are both near a rail station."""
    commuters = city.commuters
    stations = Targets(indicator.services, indicator.stops)
    if not len(city.reach.points(stations)):
        raise NotMeasurable(Text("没有轨道站点。", "there is no rail station."))
    for method in ("official", "network"):
        yield measured(partial(_near_rail, city, commuters, stations, method), method)


def _near_rail(city: Context, commuters: Commuters, stations: Targets, method: str) -> Block:
    away_m = city.reach.crow_fly(stations) if method == "official" else city.reach.walk(stations)
    share = commuters.share_of_people(away_m <= _STATION_M)
    home, work = commuters.of_place
    both = float(commuters.flows.workers @ (share[home] * share[work])) / commuters.flows.total
    return _of_city(city, 100.0 * both, _told(_BY_PEOPLE, commuters.who_is_counted), method=method)


@computes("C06")
def separation(city: Context, _indicator: Indicator) -> Iterable[Block]:
    """The least mean commute if all were free to swap jobs, and how much longer the actual one is.

    The transport problem (F. L. Hitchcock, The distribution of a product from several sources to numerous localities,
    Journal of Mathematics and Physics 20 (1941) 224-230), over places i and j::

        minimise    sum_ij c_ij x_ij
        subject to  sum_j x_ij = workers living in i        (1)
                    sum_i x_ij = workers working in j       (2)
                    x_ij >= 0                               (3)

    with c_ij the mean distance along the streets.
    """
    commuters = city.commuters
    cost, flow = commuters.coarse(_MOST_PLACES)
    if not np.isfinite(cost[flow > 0]).all():
        raise NotMeasurable(
            Text("部分职住地之间路网不连通。", "no way along the streets between some homes and jobs.")
        )
    least = least_mean(cost, flow)
    actual = float((cost * flow)[flow > 0].sum() / flow.sum())
    note = _told(_BY_STREETS, commuters.who_is_counted)
    yield _of_city(city, least, note)
    if actual > 0:
        yield replace(_of_city(city, (actual - least) / actual, note), variant="excess")


def least_mean(cost: Floats, flow: Floats) -> float:
    """The least mean cost of any flow with the same row and column sums.

    Parameters
    ----------
    cost
        (n, n); inf where there is no way.
    flow
        (n, n) what goes from i to j today.

    Examples
    --------
    >>> float(least_mean(np.array([[1.0, 9.0], [9.0, 1.0]]), np.array([[2.0, 5.0], [5.0, 3.0]])))
    1.0
    """
    # together they take as long to import as all else here
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import coo_array  # noqa: PLC0415

    homes, jobs = flow.sum(axis=1), flow.sum(axis=0)
    i, j = np.nonzero(np.isfinite(cost) & (homes[:, None] > 0) & (jobs[None, :] > 0))
    n, pairs = len(cost), np.arange(len(i))
    once = np.ones(2 * len(i))
    sums = coo_array(
        (once, (np.concatenate([i, n + j]), np.concatenate([pairs, pairs]))), shape=(2 * n, len(i))
    )
    # (1), (2): what must add up, as shares, so that the solver's tolerances mean the same in every city
    total = flow.sum()
    found = linprog(cost[i, j], A_eq=sums.tocsr(), b_eq=np.concatenate([homes, jobs]) / total, method="highs")
    return float(found.fun)


@computes("C07")
def jobs_and_homes(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Jobs over resident workers, in each place and within 45 minutes of it."""
    commuters = city.commuters
    if indicator.id not in city.figure_names:
        yield _within_borders(city, commuters)
    for variant in indicator.variants[1:]:
        yield measured(partial(_within_reach, city, variant), "network", variant.code)


def _within_borders(city: Context, commuters: Commuters) -> Block:
    home, work, workers = commuters.everybody
    living, working = (
        city.places.holding
        @ np.bincount(end[end >= 0], weights=workers[end >= 0], minlength=len(city.places))
        for end in (home, work)
    )
    # places below those of the table are in no flow, and nothing is known about them
    levels = {str(city.places.level[row]) for row in np.flatnonzero(living + working > 0)}
    return Block(
        "table",
        value=ratio(working, living, per=1.0),
        numerator=working,
        denominator=living,
        n=living,
        empty=Text("通勤联系表中此处无人居住。", "nobody in the table of commutes lives here."),
        levels=tuple(sorted(levels)),
    )


def _within_reach(city: Context, variant: Variant) -> Block:
    commuters = city.commuters
    near = (commuters.minutes <= float(variant.minutes or 0.0)).astype(np.float64)
    between = commuters.between_places(near)
    home, work = commuters.of_place
    living, working = (
        np.bincount(end, weights=commuters.flows.workers, minlength=len(commuters.places))
        for end in (home, work)
    )
    value = np.full(len(city.places), np.nan)
    value[commuters.places] = ratio(between @ working, between @ living, per=1.0)
    return Block(
        "network",
        variant.code,
        value=value,
        n=_at(city, commuters.places, living.astype(np.float64)),
        status="modelled",
        reason=_BY_TRANSIT,
        empty=Text("此处不是通勤联系表中的地点。", "not a place of the table of commutes."),
        levels=tuple(sorted({str(level) for level in city.places.level[commuters.places]} - {"city"})),
    )


def _of_city(city: Context, value: float, reason: Text, *, method: str = "network") -> Block:
    """A modelled value of the whole city."""
    at = np.array([city.places.city])
    everybody = _at(city, at, np.array([city.commuters.flows.total]))
    return Block(
        method,
        value=_at(city, at, np.array([value])),
        n=everybody,
        status="modelled",
        reason=reason,
        levels=("city",),
    )


def _at(city: Context, rows: npt.NDArray[np.int64], values: Floats) -> Floats:
    """(places,) values of some places, unknown at all others."""
    whole = np.full(len(city.places), np.nan)
    whole[rows] = values
    return whole


def _told(*notes: Text) -> Text:
    return Text("".join(n.zh for n in notes), " ".join(n.en for n in notes if n.en))
