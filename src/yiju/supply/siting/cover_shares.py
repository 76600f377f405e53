"""Shares of duties by way of maximal cover: fewer sites where what they cover is enough, a bound where it is not.

Give each duty c a weight ``π_c``. If so few sites meet all duties, they cover ``Σ π_c needed_c`` at least, so much that
is covered counted with its weight::

    bound of  max { Σ_c π_c covered_c(S) : S costs at most b }   <   Σ_c π_c needed_c        no S of cost b will do

The left side is maximal cover, with its fast search and its bound. Whatever the weights, the conclusion holds; weights
that grow where a duty falls short lead to sites that meet all of them, or to the proof that there are none. With one
duty nothing is lost: the fewest sites are then the first number whose best cover is enough.

F. Glover, Surrogate constraint duality in mathematical programming, Operations Research 23 (1975) 434-451; S. Arora,
E. Hazan and S. Kale, The multiplicative weights update method, Theory of Computing 8 (2012) 121-164.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.hosting import ROUNDING, Hosting
from yiju.supply.siting.hosting_search import Prices, search

if TYPE_CHECKING:
    from yiju.supply.siting.cover_program import Cover

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# Rounds of weights for one budget, and in each of them kicks of the search and iterations of the bound: as
# many as bring the bound of 20,000 points within some tenths of a per cent.
_ROUNDS = 12
_KICKS = 12
_ITERATIONS = 600
_CLOSING = 4
# How fast the weight of a duty grows that falls short: a tenth short makes it e times as heavy.
_HASTE = 10.0


@dataclass(eq=False)
class Shares:
    """The search for fewer sites: what is open, what it costs, and the cost below which nothing will do."""

    cover: Cover
    opened: Bools
    step: float
    deadline: float
    bound: float = 0.0

    def __post_init__(self) -> None:
        cover, m = self.cover, len(self.cover.price)
        self._spot = cover.spots.of[cover.duties.point]
        self._counts = bool((cover.price == self.step).all())  # then money is a number of sites
        none, free = np.zeros((1, m)), np.full(m, np.inf)
        price = np.zeros(m) if self._counts else cover.price
        mix_cost = np.column_stack([np.where(cover.locked, np.inf, 0.0), price])
        self._base = Hosting(
            ("all",), (cover.reach,), (np.ones(cover.reach.n),), (cover.spots,), (free,), price, none, none,
            np.ascontiguousarray(mix_cost), np.inf, m,
        )  # fmt: skip

    @property
    def cost(self) -> float:
        """Of what is open."""
        return float(self.cover.price[self.opened].sum())

    @property
    def _least(self) -> float:
        """Of what must be open, or of any site."""
        locked = self.cover.locked
        return float(self.cover.price[locked].sum() if locked.any() else self.cover.price.min())

    @property
    def closed(self) -> bool:
        """Whether nothing cheaper will do."""
        return self.bound > self.cost - self.step

    def run(self, random: np.random.Generator) -> None:
        """Look for something cheaper until there is nothing, weights find no more, or the time is over."""
        weights = 1.0 / np.maximum(self.cover.duties.total, 1.0)
        while not self.closed and time.perf_counter() < self.deadline:
            weights, found = self._cheaper(weights, random)
            if not found:
                break
        self._raise_bound(weights)

    def _cheaper(self, weights: Floats, random: np.random.Generator) -> tuple[Floats, bool]:
        """Try to meet all duties for a step less than what is open costs."""
        duties, budget = self.cover.duties, self.cost - self.step
        if budget < self._least:
            self.bound = self.cost
            return weights, False
        start = self.opened.astype(np.int64)
        for _ in range(_ROUNDS):
            if time.perf_counter() > self.deadline:
                break
            found, bound = self._most_covered(weights, budget, start, random)
            if self.cover.enough(found):
                self.opened = self._spared(found)
                return weights, True
            if bound < float(weights @ duties.needed) * (1.0 - ROUNDING):
                self.bound = max(self.bound, budget + self.step)
                return weights, False
            short = np.maximum(duties.needed - duties.sum_of(self.cover.covered(found)), 0.0)
            weights = weights * np.exp(_HASTE * short / np.maximum(duties.total, 1.0))
            weights /= weights.max()
            start = found.astype(np.int64)
        return weights, False

    def _raise_bound(self, weights: Floats) -> None:
        """The greatest cost that is proved too little, by halving."""
        low, high = max(self.bound, self._least), self.cost - self.step
        needed = float(weights @ self.cover.duties.needed) * (1.0 - ROUNDING)
        while high >= low and not self.closed and time.perf_counter() < self.deadline:
            budget = low + self.step * float(np.floor((high - low) / (2 * self.step)))
            _, bound = self._most_covered(weights, budget, None, None)
            if bound < needed:
                low = budget + self.step
                self.bound = max(self.bound, low)
            else:
                high = budget - self.step

    def _spared(self, opened: Bools) -> Bools:
        """Without the sites that need not be, the dearest first."""
        opened = opened.copy()
        for j in np.argsort(-self.cover.price, kind="stable"):
            if opened[j] and not self.cover.locked[j]:
                opened[j] = False
                opened[j] = not self.cover.enough(opened)
        return opened

    def _most_covered(
        self, weights: Floats, budget: float, start: Int64s | None, random: np.random.Generator | None
    ) -> tuple[Bools, float]:
        """Sites that cover much weight for the budget (the start is cut down to it), and what none can exceed."""
        from yiju.supply.siting.kernels.hosting_bound import descend  # noqa: PLC0415 - compiles
        from yiju.supply.siting.kernels.hosting_moves import weight_met  # noqa: PLC0415 - compiles

        duties, m = self.cover.duties, len(self.cover.price)
        worth = np.bincount(
            self._spot, weights=weights[duties.duty] * duties.people, minlength=len(self.cover.spots)
        ).astype(np.float64)
        lists = (*self._base.lists[:4], worth)
        choices = (
            self._base.mix_cost,
            np.inf if self._counts else budget * (1.0 + ROUNDING),
            int(budget / self.step + 0.5) if self._counts else m,
            ROUNDING * float(worth.sum()),
        )
        state = (
            np.zeros(m, np.int64),
            np.zeros(len(worth), np.int32),
            np.zeros(len(worth), np.int32),
            np.zeros(m),
        )
        mixes = np.zeros(m, np.int64)
        mixes[self.cover.locked] = 1
        if start is not None and random is not None:
            mixes = self._cut_down(start, budget)
            search(mixes, random.random((_KICKS, 1 + _CLOSING)), choices, lists, state)
            achieved = weight_met(lists, state)
        else:
            achieved = float(weights @ duties.needed)
        prices, picks = Prices.begin(worth), np.zeros(m, np.int64)
        descend(
            _ITERATIONS,
            achieved,
            prices.record,
            prices.now,
            prices.best,
            prices.direction,
            choices,
            lists,
            picks,
        )
        return mixes > 0, prices.bound

    def _cut_down(self, start: Int64s, budget: float) -> Int64s:
        """What is open, less the sites that cover the least for their price, until the budget holds it."""
        mixes, price = start.copy(), self.cover.price
        people = np.bincount(
            self.cover.reach.site,
            weights=self.cover.duties.at_points[self.cover.reach.point],
            minlength=len(price),
        )
        for j in np.argsort(people / np.maximum(price, ROUNDING), kind="stable"):
            if price[mixes > 0].sum() <= budget:
                break
            if not self.cover.locked[j]:
                mixes[j] = 0
        return mixes
