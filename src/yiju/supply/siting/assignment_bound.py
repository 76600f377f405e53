"""A bound for an assignment: demand points pay for being served, and each site picks what pays best and fits.

Prices climb by a deflected subgradient (P. M. Camerini, L. Fratta & F. Maffioli, On improving relaxation methods by
modified gradient techniques, Mathematical Programming Study 3 (1975) 26-34). What the sites pick on the way is
offered to the search for good answers; where the bound says that a pair cannot be in anything better, it is struck out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.result import is_closed, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.supply.siting.assignment import Assignment
    from yiju.supply.siting.assignment_search import Search

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Chosen by trial on the capacitated p-median of OR-Library; they decide how fast the bound climbs, not that it holds.
_ITERATIONS = 500
_PATIENCE = 20
_SHRINK = 0.6
_MEMORY = 0.7
_LEAST_STEP = 1e-4
# Sizes beyond which dynamic programming over whole sizes takes longer than its stronger bound is worth.
_MOST_ROOM = 20_000


@dataclass(frozen=True, eq=False)
class Bound:
    """The best prices.

    Attributes
    ----------
    value
        No answer costs less.
    worth
        (m,) fixed cost and pick of each site at these prices: the lower, the likelier.
    forced
        (pairs,) the bound if this pair is used.
    """

    value: float
    worth: Floats
    forced: Floats

    def keep(self, task: Assignment, best: float) -> Bools:
        """Pairs that something better than the best could use."""
        slack = task.step * (1.0 - 1e-6) if task.step else 0.0
        return self.forced <= best - slack + 1e-9 * abs(best)


class Prices:
    """Picks of all sites at given prices."""

    def __init__(self, task: Assignment) -> None:
        self.task = task
        whole_sizes = bool((task.size == np.round(task.size)).all())
        self._exact = task.whole and whole_sizes and task.room.max(initial=0.0) <= _MOST_ROOM
        self._sizes = task.size.astype(np.int64)
        self._rooms = np.floor(np.minimum(task.room, 2.0**62)).astype(np.int64)

    def pick(self, price: Floats) -> tuple[Floats, Floats, Floats]:
        """(m,) worth of each site; (pairs,) what it takes; (pairs,) its worth if it has to take the pair."""
        from yiju.supply.siting.kernels.assign import pick_split, pick_whole  # noqa: PLC0415 - compiles

        task = self.task
        first, point, cost = task.columns
        value, forced = np.zeros(len(first) - 1), np.zeros(len(point))
        if self._exact:
            picked = np.zeros(len(point), dtype=np.bool_)
            pick_whole(first, point, cost, self._sizes, self._rooms, price, value, picked, forced)
            taken = picked.astype(np.float64)
        else:
            taken = np.zeros(len(point))
            pick_split(first, point, cost, task.size, task.room, price, value, taken, forced)
        return value + task.fixed, taken, forced + task.fixed[task.site]


def climb(task: Assignment, search: Search, *, allowed: Callable[[], bool], gap: float) -> Bound:
    """Raise the prices' bound, and offer what the sites pick to the search."""
    point = task.columns[1]
    prices = Prices(task)
    price = _first_prices(task)
    best, direction, theta, stalled = Bound(-np.inf, np.zeros(0), np.zeros(0)), np.zeros(task.costs.n), 1.5, 0
    best_price = price
    for _ in range(_ITERATIONS):
        worth, taken, forced = prices.pick(price)
        chosen, value = _sites(task, worth)
        value += float(price.sum())
        if value > best.value:
            best, best_price = Bound(value, worth, _forced(task, worth, forced, price)), price.copy()
            stalled = 0
            search.offer(chosen)
        else:
            stalled += 1
            if stalled % 5 == 0:
                search.offer(chosen)
        upper = search.best.total
        if (
            is_closed(upper, best.value, step=task.step)
            or relative_gap(upper, best.value) <= gap
            or not allowed()
        ):
            break
        if stalled >= _PATIENCE:
            theta, stalled, price = theta * _SHRINK, 0, best_price.copy()
            direction[:] = 0.0
        if theta < _LEAST_STEP:
            break
        opened = np.zeros(task.costs.m, dtype=np.bool_)
        opened[chosen] = True
        served = np.bincount(point, weights=taken * opened[task.site], minlength=task.costs.n)
        direction = (1.0 - served) + _MEMORY * direction
        length = float(direction @ direction)
        if length == 0.0:
            break
        # without any answer yet, aim at a tenth above the bound
        target = 1.003 * upper if np.isfinite(upper) else value + 0.1 * abs(value) + 1.0
        price = price + theta * max(target - value, 1e-9) / length * direction
    return best


def _first_prices(task: Assignment) -> Floats:
    """The cost of the second cheapest site, at which a point is glad to be served."""
    costs = task.costs
    second = np.minimum(costs.first[:-1] + 1, costs.first[1:] - 1)
    return costs.cost[second] * task.weight


def _sites(task: Assignment, worth: Floats) -> tuple[Int64s, float]:
    """The sites that are best at these prices, and what they are worth."""
    usable = ~task.closed
    if task.p is not None:
        rank = np.where(task.locked, -np.inf, np.where(usable, worth, np.inf))
        chosen = np.argsort(rank, kind="stable")[: task.p]
        return chosen, float(worth[chosen].sum())
    taken = task.locked | (usable & (worth < 0.0))
    value = float(worth[taken].sum())
    short = float(task.size.sum() - task.room[taken].sum())
    rest = np.flatnonzero(usable & ~taken & (task.room > 0.0))
    more = []
    for j in rest[np.argsort(worth[rest] / task.room[rest], kind="stable")]:
        if short <= 0.0:
            break
        value += float(worth[j]) * min(
            1.0, short / float(task.room[j])
        )  # the last one in part: still a bound
        short -= float(task.room[j])
        more.append(int(j))
    return np.append(np.flatnonzero(taken), np.array(more, dtype=np.int64)), value


def _forced(task: Assignment, worth: Floats, forced: Floats, price: Floats) -> Floats:
    """(pairs,) the bound if the pair is used: its site is open then, in place of the worst of p."""
    site = task.site
    if task.p is None:
        plain = float(price.sum() + worth[task.locked | (~task.closed & (worth < 0.0))].sum())
        already = np.where(task.locked, worth, np.minimum(worth, 0.0))[site]
        return plain - already + forced
    chosen, value = _sites(task, worth)
    inside = np.zeros(task.costs.m, dtype=np.bool_)
    inside[chosen] = True
    loose = worth[chosen][~task.locked[chosen]]
    worst = float(loose.max()) if len(loose) else -np.inf
    out = np.where(inside, worth, worst)[site]
    with np.errstate(invalid="ignore"):
        bound = float(price.sum()) + value - out + forced
    return np.where(np.isneginf(out), np.inf, bound)
