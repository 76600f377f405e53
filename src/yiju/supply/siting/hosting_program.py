"""What search and bound leave open, closed by HiGHS: the program of co-location, after fixing.

An offer at whose opening (or closing) the bound falls to what was found already cannot be part of anything better
(or has to be). On city-sized instances most offers are decided that way, and with them most demands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import solve
from yiju.supply.siting.hosting import ROUNDING
from yiju.supply.siting.programs import Model

if TYPE_CHECKING:
    from yiju.supply.siting.hosting import Hosting
    from yiju.supply.siting.hosting_search import Standing

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def close(standing: Standing, prices: Floats, mu: float) -> None:
    """Let HiGHS look for anything better than what stands, and prove what it can."""
    hosting = standing.hosting
    opened, closed = decided(hosting, prices, mu, standing.objective)
    model = Model(maximise=True)
    offers = offers_and_sites(model, hosting, opened, closed)
    for s in range(len(hosting.codes)):
        met_by_reach(model, hosting, offers, closed, s)
    outcome = solve(
        model.program(),
        seconds=standing.left,
        gap=standing.gap,
        better_than=standing.objective + 0.5 * hosting.step,  # the next better objective is a whole step away
    )
    if outcome.values is not None:
        hosts = np.rint(outcome.values[offers]).astype(np.int64).reshape(len(hosting.codes), hosting.m)
        standing.offer((hosts << np.arange(len(hosting.codes))[:, None]).sum(axis=0))
    if outcome.state in ("infeasible", "cut off"):  # what was decided is decided for anything that is better
        standing.bound = standing.objective
    else:
        standing.bound = max(standing.objective, min(standing.bound, outcome.bound))


def decided(hosting: Hosting, prices: Floats, mu: float, objective: float) -> tuple[Bools, Bools]:
    """(offers,) each: what has to be open, and what has to be closed, in anything better than the objective."""
    from yiju.supply.siting.kernels.hosting_bound import offers_rho  # noqa: PLC0415 - compiles

    m, count = hosting.m, len(hosting.codes)
    rho = np.empty(m * count)
    offers_rho(prices, hosting.lists, rho)
    value = rho.reshape(count, m).T @ hosting.bits.T - mu * np.where(
        np.isinf(hosting.mix_cost), 0.0, hosting.mix_cost
    )
    value[np.isinf(hosting.mix_cost)] = -np.inf
    must = np.isinf(hosting.mix_cost[:, 0])
    best, one = value.max(axis=1), value[:, 1:].max(axis=1)
    wanted = must | (one > 0)
    ranked = np.sort(np.where(must, np.inf, one))[::-1]
    # the p-th best site and the one after it: what has to make room, and what could take a place that is free
    last = max(0.0, float(ranked[hosting.most - 1])) if hosting.most and wanted.sum() >= hosting.most else 0.0
    after = max(0.0, float(ranked[hosting.most])) if hosting.most < m else 0.0
    inside = must | (one > last) if wanted.sum() > hosting.most else wanted
    # sites at the threshold count as outside: their place is worth as much as they are
    seats = hosting.most - int(inside.sum())
    money = mu * hosting.choices[1] if np.isfinite(hosting.budget) else 0.0
    total = float((hosting.weight - prices).sum()) + money + float(best[inside].sum())
    if wanted.sum() > hosting.most:
        total += seats * last
    opened, closed = np.zeros((count, m), np.bool_), np.zeros((count, m), np.bool_)
    for s in range(count):
        holds = hosting.bits[:, s]
        with_it, without = value[:, holds].max(axis=1), value[:, ~holds].max(axis=1)
        at_best = np.where(inside, best, last)
        free = np.where(must, -np.inf, after)
        if_open = total - at_best + with_it
        if_closed = np.where(inside, total - best + np.maximum(without, free), total)
        closed[s] = if_open < objective + _beyond(hosting, objective)
        opened[s] = if_closed < objective + _beyond(hosting, objective)
    return opened.ravel(), closed.ravel() & ~opened.ravel()


def _beyond(hosting: Hosting, objective: float) -> float:
    """By how much something better has to be better at least, less a safe margin for rounding."""
    return hosting.step * (1.0 - 1e-6) - ROUNDING * max(1.0, objective)


def offers_and_sites(model: Model, hosting: Hosting, opened: Bools, closed: Bools) -> Int64s:
    """Columns of offers and sites with all that ties them: hosting, mixes, number of sites and money."""
    m, count = hosting.m, len(hosting.codes)
    offers = model.columns(m * count, low=opened, high=~closed, whole=True)
    by_service = offers.reshape(count, m)
    must = np.isinf(hosting.mix_cost[:, 0])
    sites = offers
    if count > 1:
        sites = model.columns(m, low=must, high=1.0, whole=True)
        for s in range(count):  # (2) a site that hosts anything is open
            model.rows(m, (np.arange(m), by_service[s], 1.0), (np.arange(m), sites, -1.0), high=0.0)
        # (3) and one that is open hosts something
        model.rows(
            m,
            (np.arange(m), sites, 1.0),
            (np.tile(np.arange(m), count), by_service.ravel(), -1.0),
            high=0.0,
        )
        _mixes(model, hosting, by_service, sites)
    elif must.any():
        model.rows(int(must.sum()), (np.arange(must.sum()), offers[must], 1.0), low=1.0)
    never = np.isinf(hosting.mix_cost[:, 1:]).all(axis=1)
    if never.any():
        model.rows(int(never.sum()), (np.arange(never.sum()), sites[never], 1.0), high=0.0)
    if hosting.most < m:  # (4) so many sites
        model.rows(1, (0, sites, 1.0), high=hosting.most)
    if np.isfinite(hosting.budget):  # (5) money
        model.rows(
            1, (0, sites, hosting.site_cost), (0, offers, hosting.add_on.ravel()), high=hosting.choices[1]
        )
    return offers


def _mixes(model: Model, hosting: Hosting, by_service: Int64s, sites: Int64s) -> None:
    """(6) Sites that may not host every mix choose one of those that they may."""
    bits = hosting.bits
    for site in np.flatnonzero(np.isinf(hosting.mix_cost[:, 1:]).any(axis=1)):
        mixes = np.flatnonzero(np.isfinite(hosting.mix_cost[site, 1:])) + 1
        if len(mixes) == 0:
            continue
        chosen = model.columns(len(mixes), high=1.0, whole=True)
        model.rows(1, (0, chosen, 1.0), (0, sites[site], -1.0), low=0.0, high=0.0)
        for s in range(len(by_service)):
            model.rows(1, (0, chosen, bits[mixes, s]), (0, by_service[s, site], -1.0), low=0.0, high=0.0)


def met_by_reach(model: Model, hosting: Hosting, offers: Int64s, closed: Bools, s: int) -> None:
    """(1) A demand is met only where a site that it reaches hosts its service; demands with the same sites are one."""
    crowds = hosting.crowds[s]
    usable = ~closed[s * hosting.m + crowds.site]
    demand, site = crowds.crowd[usable], crowds.site[usable]
    ends = np.concatenate([[0], np.cumsum(np.bincount(demand, minlength=len(crowds)))])
    known: dict[bytes, int] = {}
    same = np.array(
        [known.setdefault(site[ends[d] : ends[d + 1]].tobytes(), len(known)) for d in range(len(crowds))],
        dtype=np.int64,
    )
    weight = np.bincount(same, weights=crowds.people * crowds.weight, minlength=len(known))
    first_of = np.unique(same, return_index=True)[1]
    kept = np.isin(demand, first_of)
    met = model.columns(len(known), cost=weight, high=1.0)
    model.rows(
        len(known),
        (np.arange(len(known)), met, 1.0),
        (same[demand[kept]], offers[s * hosting.m + site[kept]], -1.0),
        high=0.0,
    )
