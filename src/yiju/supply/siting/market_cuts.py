"""What no p shops can win: the people won from a point are concave in the pull on it, so tangents bound them.

::

    won │        ____----      η_i ≤ won(A') + won'(A') (A_i - A'),   A_i = Σ_j a_ij y_j
        │   _--‾‾  ╱           one tangent at each pull A' that is met on the way: at the fractional answer of the
        │ ╱    ╱               relaxation, then at whole ones, until bound and answer agree
        └──────────── A_i

S. Benati & P. Hansen, The maximum capture problem with random utilities, European Journal of Operational Research 143
(2002) 518-530, https://doi.org/10.1016/S0377-2217(01)00340-X; I. Ljubić & E. Moreno, Outer approximation and submodular
cuts for maximum capture facility location problems with random utilities, same journal 266 (2018) 46-56,
https://doi.org/10.1016/j.ejor.2017.09.023.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Outcome, solve
from yiju.supply.siting.market_relaxed import relax
from yiju.supply.siting.market_search import Market, best_exchange
from yiju.supply.siting.programs import Model
from yiju.supply.siting.result import TOLERANCE, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Rounds of tangents; each adds one at most for each point. Far more than were ever needed in the tests.
_ROUNDS = 60


@dataclass(eq=False)
class Tangents:
    """Tangents so far: of which point, where the line begins, how it rises with pull over rivals."""

    market: Market
    point: list[Int64s] = field(default_factory=list)
    begin: list[Floats] = field(default_factory=list)
    slope: list[Floats] = field(default_factory=list)

    def add(self, pull: Floats, claimed: Floats | None = None) -> float:
        """Tangents at these pulls, of points of which too much is claimed; how much too much in all."""
        market = self.market
        won = market.won(pull)
        excess = np.full(len(won), np.inf) if claimed is None else claimed - won
        least = 0.1 * TOLERANCE * max(1.0, float(won.sum())) / len(won)
        at = np.flatnonzero((excess > least) & (market.rivals > 0.0))
        relative = pull[at] / market.rivals[at]
        slope = market.people[at] / (1.0 + relative) ** 2
        self.point.append(at)
        self.begin.append(won[at] - slope * relative)
        self.slope.append(slope)
        return float(np.maximum(excess[at], 0.0).sum())

    def solve(self, p: int, low: Bools, high: Bools, *, whole: bool, seconds: float, gap: float) -> Outcome:
        """The most that the tangents allow."""
        market = self.market
        n = len(market.people)
        model = Model(maximise=True)
        opened = model.columns(market.m, low=low, high=high, whole=whole)
        won = model.columns(n, cost=1.0, high=market.people)
        model.rows(1, (0, opened, 1.0), low=p, high=p)
        reaches = market.pull > 0.0
        point, site = market.point[reaches], market.site[reaches]
        model.rows(n, (np.arange(n), won, 1.0), (point, opened[site], -market.people[point]), high=0.0)
        rivals = np.where(market.rivals > 0.0, market.rivals, 1.0)
        relative = market.pull[reaches] / rivals[point]
        first = np.searchsorted(point, np.arange(n + 1))
        at, begin, slope = (np.concatenate(parts) for parts in (self.point, self.begin, self.slope))
        counts = np.diff(first)[at]
        row = np.repeat(np.arange(len(at)), counts)
        pair = first[at][row] + np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        model.rows(
            len(at), (np.arange(len(at)), won[at], 1.0), (row, opened[site[pair]], -slope[row] * relative[pair]),
            high=begin,
        )  # fmt: skip
        return solve(model.program(), seconds=seconds, gap=gap)


def improve_bound(
    market: Market, sites: Int64s, *, low: Bools, high: Bools, left: Callable[[], float], gap: float
) -> tuple[Int64s, float, float]:
    """Tangents until bound and answer agree within the gap or time is over; sites, what they win, and the bound."""
    p, m = len(sites), market.m
    best = float(market.won(market.total(sites)).sum())
    wanted = max(gap, TOLERANCE)
    start = np.isin(np.arange(m), sites).astype(np.float64)
    plane = relax(market, p, low, high, start=start, best=best, left=left)
    tried, won = best_exchange(market, np.sort(np.argsort(-plane.opened, kind="stable")[:p]), low, high)
    if won > best:
        sites, best = tried, won
    bound = plane.bound
    # what cannot be in anything better is shut, what has to be in it is open
    shut, sure = plane.with_each < best, plane.without_each < best
    low, high = low | (sure & high), high & ~shut
    if int(low.sum()) > p or int(high.sum()) < p:
        return sites, best, best
    tangents = Tangents(market)
    for pull in (market.nobody, market.total(sites), market.of_open(plane.opened)):
        tangents.add(pull)
    for _ in range(_ROUNDS):
        if relative_gap(best, bound) <= wanted or bound <= best or left() <= 0.0:
            break
        outcome = tangents.solve(p, low, high, whole=True, seconds=max(left(), 0.1), gap=wanted / 2)
        if np.isfinite(outcome.bound):
            bound = min(bound, max(outcome.bound, best))  # what was shut is no better than the best
        if outcome.state == "infeasible":
            bound = best
        if outcome.values is None:
            break
        found = np.sort(np.argsort(-outcome.values[:m], kind="stable")[:p])
        tried, won = best_exchange(market, found, low, high)
        if won > best:
            sites, best = tried, won
            tangents.add(market.total(sites))
        tangents.add(market.total(found), outcome.values[m:])
    return sites, best, max(bound, best)
