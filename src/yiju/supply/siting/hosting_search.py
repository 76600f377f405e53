"""The way to a proved answer for services at sites: search, bound, fixing, and HiGHS for what is left.

::

    search    greedy, then moves, from several starts         objective  ────────►     ◄────────  bound
    bound     Lagrange's multipliers; their answers are                       what lies between
              starts for the search                                           is the gap
    fixing    an offer that would push the bound below what was found is closed for good, and the like
    HiGHS     the rest, with what was found as the value to beat
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.result import is_closed, relative_gap

if TYPE_CHECKING:
    from yiju.supply.siting.hosting import Hosting
    from yiju.supply.siting.kernels.hosting_moves import Choices, Lists, State
    from yiju.supply.siting.result import Proof

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# Iterations of the bound, in rounds; kicks of the search after each round. They end by themselves long before on small
# instances, and make an answer the same on a slow machine and a fast one as long as the seconds last.
_ROUNDS = 20
_ITERATIONS = 200
_KICKS = 8
# Sites that close at a kick: as many are far enough away to leave a valley and near enough to stay good.
_CLOSING = 4
# Length of the first step of the bound, the usual choice in Fisher (1981).
_FIRST_STEP = 1.0


@dataclass(eq=False)
class Standing:
    """What is known so far: the best mixes, what they achieve, and what cannot be beaten."""

    hosting: Hosting
    gap: float
    deadline: float
    mixes: Int64s
    objective: float
    bound: float

    @property
    def closed(self) -> bool:
        """Whether nothing better can exist."""
        return is_closed(self.objective, self.bound, step=self.hosting.step)

    @property
    def enough(self) -> bool:
        """Whether the gap is as small as was asked for."""
        return self.closed or relative_gap(self.objective, self.bound) <= self.gap

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.deadline - time.perf_counter()

    @property
    def proof(self) -> Proof:
        """The word for it."""
        if self.closed:
            return "optimal"
        if self.enough:
            return "within gap"
        return "out of time" if self.left <= 0 else "search ended"

    def offer(self, mixes: Int64s) -> None:
        """Keep mixes that achieve more, or the same for less."""
        objective = self.hosting.achieved(mixes)
        if objective > self.objective or (
            objective == self.objective and self.hosting.spent(mixes) < self.hosting.spent(self.mixes)
        ):
            self.mixes, self.objective = mixes.copy(), objective


@dataclass(eq=False)
class Prices:
    """Where the bound stands: the least one, the prices at which it was found, and how the descent goes on."""

    record: Floats
    now: Floats
    best: Floats
    direction: Floats

    @classmethod
    def begin(cls, weight: Floats) -> Prices:
        """Half of what each demand counts: it neither gives up nor insists."""
        return cls(
            np.array([np.inf, 0.0, _FIRST_STEP, 0.0]), 0.5 * weight, 0.5 * weight, np.zeros_like(weight)
        )

    @property
    def bound(self) -> float:
        """The least bound."""
        return float(self.record[0])

    @property
    def still(self) -> bool:
        """Whether the steps have become too short to matter."""
        from yiju.supply.siting.kernels.hosting_bound import SHORTEST  # noqa: PLC0415 - compiles

        return bool(self.record[2] < SHORTEST)


def best_hosting(
    hosting: Hosting, *, seconds: float, gap: float, seed: int, start: Int64s | None = None
) -> Standing:
    """Search and bound until the gap is closed, small enough, or the time is over.

    Parameters
    ----------
    hosting
        The problem.
    seconds
        Wall time.
    gap
        Relative gap that is good enough.
    seed
        Of the kicks.
    start
        (sites,) mixes to begin with, such as the answer of a smaller budget.
    """
    standing = Standing(
        hosting,
        gap,
        time.perf_counter() + seconds,
        hosting.first_mixes(),
        -np.inf,
        float(hosting.weight.sum()),
    )
    if hosting.limited:
        from yiju.supply.siting.hosting_places import place  # noqa: PLC0415 - only where places are short

        place(standing, start, seed=seed)
        return standing
    prices = Prices.begin(hosting.weight)
    _search_and_bound(standing, prices, np.random.default_rng(seed), start)
    if not standing.enough and standing.left > 0:
        from yiju.supply.siting.hosting_program import close  # noqa: PLC0415 - only where HiGHS is needed

        close(standing, prices.best, float(prices.record[1]))
    if standing.closed:
        standing.bound = max(standing.objective, min(standing.bound, standing.objective))
    return standing


def search(mixes: Int64s, draws: Floats, choices: Choices, lists: Lists, state: State) -> None:
    """Improve mixes by moves, then shake them and improve again, once for each row of draws; the best is left there.

    Parameters
    ----------
    mixes
        (sites,) where to begin, and then the best that was found.
    draws
        (kicks, 1 + closing) numbers from 0 to below 1, see the kernel ``shake``.
    choices, lists, state
        As the kernels take them.
    """
    from yiju.supply.siting.kernels import hosting_moves as moves  # noqa: PLC0415 - compiles

    moves.begin(mixes, lists, state)
    moves.improve(choices, lists, state)
    best = moves.weight_met(lists, state)
    mixes[:] = state[0]
    for draw in draws:
        moves.shake(draw, choices, lists, state)
        moves.improve(choices, lists, state)
        total = moves.weight_met(lists, state)
        if total > best:
            best = total
            mixes[:] = state[0]
        else:
            moves.turn_to(mixes, lists, state)


def _search_and_bound(
    standing: Standing, prices: Prices, random: np.random.Generator, start: Int64s | None
) -> None:
    from yiju.supply.siting.kernels.hosting_bound import descend  # noqa: PLC0415 - compiles

    hosting = standing.hosting
    lists, choices = hosting.lists, hosting.choices
    state = (
        np.zeros(hosting.m, np.int64),
        np.zeros(len(hosting.weight), np.int32),
        np.zeros(len(hosting.weight), np.int32),
        np.zeros(hosting.m * len(hosting.codes)),
    )

    def improved(mixes: Int64s, kicks: int) -> None:
        begun = mixes.copy()
        search(begun, random.random((kicks, 1 + _CLOSING)), choices, lists, state)
        standing.offer(begun)

    improved(hosting.first_mixes(), 0)
    if start is not None:
        improved(start, 0)
    picks = np.zeros(hosting.m, np.int64)
    for _ in range(_ROUNDS):
        if standing.enough or standing.left <= 0:
            return
        if not prices.still:
            descend(
                _ITERATIONS, standing.objective, prices.record, prices.now, prices.best, prices.direction, choices,
                lists, picks,
            )  # fmt: skip
            standing.bound = min(standing.bound, prices.bound)
            improved(picks, 0)
        improved(standing.mixes, _KICKS)
