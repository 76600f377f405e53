"""What no p shops can win: lines above what is won from each point, added where an answer claims too much.

::

    won │        ____----      η_i ≤ begin + Σ_j rise_j y_j
        │   _--‾‾  ╱           first without whole numbers, until little more can be cut off; then with them, until
        │ ╱    ╱               bound and answer agree. :mod:`yiju.supply.siting.kernels.capture` has the two kinds.
        └──────────── A_i

S. Benati & P. Hansen, The maximum capture problem with random utilities, European Journal of Operational Research 143
(2002) 518-530, https://doi.org/10.1016/S0377-2217(01)00340-X; I. Ljubić & E. Moreno, Outer approximation and submodular
cuts for maximum capture facility location problems with random utilities, same journal 266 (2018) 46-56,
https://doi.org/10.1016/j.ejor.2017.09.023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Outcome, solve
from yiju.supply.siting.market_search import Market, best_exchange
from yiju.supply.siting.programs import Model
from yiju.supply.siting.result import TOLERANCE, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Rounds of lines, each with one at most for each point. The relaxation also ends when a round lowers the bound by less
# than this share of it, chosen by trial: whole numbers then do more than further lines.
_RELAXED_ROUNDS = 40
_WHOLE_ROUNDS = 60
_LITTLE = 5e-4


class Lines:
    """The lines so far, of the pairs that pull."""

    def __init__(self, market: Market, high: Bools) -> None:
        pairs = np.flatnonzero((market.pull > 0.0) & high[market.site])
        self._point, self._site, self._pull = market.point[pairs], market.site[pairs], market.pull[pairs]
        self._first = np.searchsorted(self._point, np.arange(len(market.people) + 1)).astype(np.int64)
        self._market = market
        self._rows: list[tuple[Int64s, Floats, Floats]] = []

    def add(self, opened: Floats, claimed: Floats, least: float) -> int:
        """Add the tightest line of each point of which more is claimed than allowed; how many were added."""
        from yiju.supply.siting.kernels.capture import tightest  # noqa: PLC0415 - compiles

        market = self._market
        begin, rise = np.zeros(len(market.people)), np.zeros(len(self._pull))
        cut = tightest(
            self._first, self._site, self._pull, market.people, market.rivals,
            np.ascontiguousarray(opened), np.ascontiguousarray(claimed), least, begin, rise,
        )  # fmt: skip
        at = np.flatnonzero(cut)
        self._rows.append((at, begin[at], rise[cut[self._point]]))
        return len(at)

    def forget(self, opened: Floats, claimed: Floats) -> None:
        """Drop the lines that stand high above what is claimed: they only make the program slow."""
        scale = 1e-6 * max(float(claimed.max(initial=0.0)), 1.0)
        kept = []
        for at, begin, rise in self._rows:
            counts = np.diff(self._first)[at]
            row, pair = self._pairs(at)
            height = begin + np.bincount(row, weights=rise * opened[self._site[pair]], minlength=len(at))
            near = height - claimed[at] <= scale
            kept.append((at[near], begin[near], rise[np.repeat(near, counts)]))
        self._rows = kept

    def _pairs(self, at: Int64s) -> tuple[Int64s, Int64s]:
        """The pairs of these points, and the row of each."""
        counts = np.diff(self._first)[at]
        row = np.repeat(np.arange(len(at)), counts)
        return row, self._first[at][row] + np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)

    def solve(
        self, p: int, low: Bools, high: Bools, *, better_than: float | None, seconds: float, gap: float
    ) -> Outcome:
        """The most that the lines allow: whole shops if something better than a known number is looked for."""
        n = len(self._market.people)
        model = Model(maximise=True)
        opened = model.columns(self._market.m, low=low, high=high, whole=better_than is not None)
        reached = np.diff(self._first) > 0
        won = model.columns(n, cost=1.0, high=self._market.people * reached)
        model.rows(1, (0, opened, 1.0), low=p, high=p)
        for at, begin, rise in self._rows:
            row, pair = self._pairs(at)
            model.rows(
                len(at),
                (np.arange(len(at)), won[at], 1.0),
                (row, opened[self._site[pair]], -rise),
                high=begin,
            )
        return solve(model.program(), seconds=seconds, gap=gap, better_than=better_than)


def improve_bound(
    market: Market, sites: Int64s, *, low: Bools, high: Bools, left: Callable[[], float], gap: float
) -> tuple[Int64s, float, float]:
    """Lines until bound and answer agree within the gap or time is over; sites, what they win, and the bound."""
    p, m = len(sites), market.m
    best = float(market.won(market.total(sites)).sum())
    bound = float(market.people.sum())
    wanted = max(gap, TOLERANCE)
    least = 0.01 * TOLERANCE * max(best, 1.0) / len(market.people)
    lines = Lines(market, high)
    lines.add(np.zeros(m), np.full(len(market.people), np.inf), 0.0)
    lines.add(np.isin(np.arange(m), sites).astype(np.float64), np.full(len(market.people), np.inf), 0.0)
    for whole, rounds in ((False, _RELAXED_ROUNDS), (True, _WHOLE_ROUNDS)):
        for _ in range(rounds):
            if relative_gap(best, bound) <= wanted or bound <= best or left() <= 0.0:
                return sites, best, max(bound, best)
            outcome = lines.solve(
                p, low, high, better_than=best if whole else None, seconds=max(left(), 0.1), gap=wanted / 2
            )
            if outcome.state in ("cut off", "infeasible"):
                return sites, best, best  # the lines lie above everything, and allow nothing better
            before, bound = bound, min(bound, outcome.bound)  # an infinite bound says nothing
            if outcome.values is None:
                break
            opened = outcome.values[:m]
            found = np.sort(np.argsort(-opened, kind="stable")[:p])
            tried, won = best_exchange(market, found, low, high)
            if won > best:
                sites, best = tried, won
            claimed = outcome.values[m:]
            if whole:
                opened = np.isin(np.arange(m), found).astype(np.float64)
            else:
                lines.forget(opened, claimed)
            added = lines.add(opened, claimed, least)
            if not added or (not whole and before - bound < _LITTLE * bound):
                break
    return sites, best, max(bound, best)
