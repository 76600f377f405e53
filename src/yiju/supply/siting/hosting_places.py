"""Services whose places are short: people are shared between sites, and a full site serves no more.

Three steps. Without the limits the problem is the easy one: its bound holds here too, and its sites are a start.
Greedy choice by exact flows is another. HiGHS then works on the flows themselves::

    max  Σ weight_d x_dj
    (7)  Σ_j x_dj <= people_d          (8)  Σ_d x_dj <= places_j y_j          (9)  x_dj <= min(people_d, places_j) y_j

for demands d and the sites j that they reach; (8) and (9) say the same of whole y, but (9) bounds far better.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import solve
from yiju.supply.siting.hosting_program import met_by_reach, offers_and_sites
from yiju.supply.siting.programs import Model

if TYPE_CHECKING:
    from yiju.supply.siting.hosting import Hosting
    from yiju.supply.siting.hosting_search import Standing

Int64s = npt.NDArray[np.int64]

# Share of the seconds for the problem without limits: its bound is seldom what decides.
_EASY_SHARE = 0.2


def place(standing: Standing, start: Int64s | None, *, seed: int) -> None:
    """Search, bound and close a problem whose places are short."""
    from yiju.supply.siting.hosting_search import best_hosting  # noqa: PLC0415 - which calls this one

    hosting = standing.hosting
    without = replace(hosting, places=tuple(np.full(hosting.m, np.inf) for _ in hosting.codes))
    easy = best_hosting(
        without, seconds=_EASY_SHARE * standing.left, gap=standing.gap, seed=seed, start=start
    )
    standing.bound = min(standing.bound, easy.bound)
    for mixes in (easy.mixes, greedily(hosting), start):
        if mixes is not None:
            standing.offer(mixes)
    if not standing.enough and standing.left > 0:
        _close(standing)


def greedily(hosting: Hosting) -> Int64s:
    """Mixes that grow by what gains the most for the money, each gain the exact one of the flows.

    What is gained falls as more is open: a gain that was computed earlier is a bound, and only the most hopeful are
    computed anew (M. Minoux, Accelerated greedy algorithms for maximizing submodular set functions, 1978).
    """
    mixes = hosting.first_mixes()
    achieved, spent = hosting.achieved(mixes), hosting.spent(mixes)
    counts_money = np.isfinite(hosting.budget)
    waiting = [
        (-np.inf, int(j), int(b), -1) for j, b in zip(*np.nonzero(np.isfinite(hosting.mix_cost)), strict=True)
    ]
    heapq.heapify(waiting)
    version = 0
    while waiting:
        hope, site, mix, seen = heapq.heappop(waiting)
        now = int(mixes[site])
        price = float(hosting.mix_cost[site, mix]) - (float(hosting.mix_cost[site, now]) if now else 0.0)
        grows = mix & now == now and mix != now
        if (
            not grows
            or (now == 0 and (mixes > 0).sum() >= hosting.most)
            or spent + price > hosting.choices[1]
        ):
            continue
        if seen == version:
            if hope >= 0.0:
                break
            mixes[site] = mix
            achieved, spent, version = hosting.achieved(mixes), hosting.spent(mixes), version + 1
            # the other mixes of this site now cost and add something else
            waiting = [w for w in waiting if w[1] != site]
            waiting += [
                (-np.inf, site, b, -1) for b in np.flatnonzero(np.isfinite(hosting.mix_cost[site])).tolist()
            ]
            heapq.heapify(waiting)
            continue
        tried = mixes.copy()
        tried[site] = mix
        gain = hosting.achieved(tried) - achieved
        rate = gain / max(price, 1e-12 * max(hosting.budget, 1.0)) if counts_money else gain
        heapq.heappush(waiting, (-rate, site, mix, version))
    return mixes


def _close(standing: Standing) -> None:
    hosting = standing.hosting
    nothing = np.zeros(hosting.m * len(hosting.codes), dtype=np.bool_)
    model = Model(maximise=True)
    offers = offers_and_sites(model, hosting, nothing, nothing)
    for s in range(len(hosting.codes)):
        if np.isfinite(hosting.places[s]).any():
            _flows(model, hosting, offers, s)
        else:
            met_by_reach(model, hosting, offers, nothing, s)
    outcome = solve(model.program(), seconds=standing.left, gap=standing.gap, better_than=standing.objective)
    if outcome.values is not None:
        hosts = np.rint(outcome.values[offers]).astype(np.int64).reshape(len(hosting.codes), hosting.m)
        standing.offer((hosts << np.arange(len(hosting.codes))[:, None]).sum(axis=0))
    proved = standing.objective if outcome.state in ("infeasible", "cut off") else outcome.bound
    standing.bound = max(standing.objective, min(standing.bound, proved))


def _flows(model: Model, hosting: Hosting, offers: Int64s, s: int) -> None:
    """(7) to (9) of one service."""
    crowds, places = hosting.crowds[s], np.minimum(hosting.places[s], hosting.crowds[s].people.sum())
    pairs = np.arange(len(crowds.site))
    opened = offers[s * hosting.m + crowds.site]
    most = np.minimum(crowds.people[crowds.crowd], places[crowds.site])
    people = model.columns(len(pairs), cost=crowds.weight[crowds.crowd], high=most)
    model.rows(len(crowds), (crowds.crowd, people, 1.0), high=crowds.people)
    model.rows(
        hosting.m,
        (crowds.site, people, 1.0),
        (np.arange(hosting.m), offers[s * hosting.m : (s + 1) * hosting.m], -places),
        high=0.0,
    )
    model.rows(len(pairs), (pairs, people, 1.0), (pairs, opened, -most), high=0.0)
