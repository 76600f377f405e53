"""Shops that may be open in part: the concave relaxation, climbed by projected gradient, and what it proves.

At any fractional answer y, the plane that touches the concave sum there lies above it everywhere. Its highest point
over p shops is therefore a bound, and easy to find: the p steepest shops (as in M. Frank & P. Wolfe, An algorithm for
quadratic programming, Naval Research Logistics Quarterly 3 (1956) 95-110). A shop that is so flat that the plane with
it, in place of the p-th, falls below what is known already cannot be in anything better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.supply.siting.market_search import Market

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Chosen by trial: the bound no longer falls in its fourth digit.
_ITERATIONS = 400
_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best plane.

    Attributes
    ----------
    opened
        (m,) the fractional answer at which it touches.
    bound
        No p shops win more.
    with_each
        (m,) the bound if this shop is open; ``without_each`` if it is not.
    """

    opened: Floats
    bound: float
    with_each: Floats
    without_each: Floats


def relax(
    market: Market, p: int, low: Bools, high: Bools, *, start: Floats, best: float, left: Callable[[], float]
) -> Relaxed:
    """Climb the relaxation from a start until the plane is as good as it gets."""
    opened, step = start, 0.0
    value, slope = _sum(market, opened)
    found = _plane(p, low, high, opened, value, slope)
    for _ in range(_ITERATIONS):
        if found.bound <= best * (1.0 + 1e-9) or left() <= 0.0:
            break
        step = step or 1.0 / max(float(np.abs(slope).max()), 1e-300)
        for _ in range(_HALVINGS):
            then = _nearest_allowed(opened + step * slope, p, low, high)
            move = then - opened
            higher, steeper = _sum(market, then)
            if higher >= value + 0.25 * float(move @ move) / step:
                break
            step *= 0.5
        else:
            break
        if float(np.abs(move).max()) < 1e-9:
            break
        opened, value, slope, step = then, higher, steeper, step * 1.5
        plane = _plane(p, low, high, opened, value, slope)
        if plane.bound < found.bound:
            found = plane
    return found


def _sum(market: Market, opened: Floats) -> tuple[float, Floats]:
    """People won, and how much more for each shop. Without rivals: all, as soon as whole shops are within reach."""
    pull, rivals = market.of_open(opened), market.rivals
    free = rivals <= 0.0
    touched = (market.pull > 0.0).astype(np.float64)
    count = np.bincount(market.point, weights=touched * opened[market.site], minlength=len(rivals))
    won = np.where(free, market.people * np.minimum(count, 1.0), market.won(pull))
    both = np.where(free, 1.0, pull + rivals)
    rise = np.where(free, 0.0, market.people * rivals / both**2)[market.point] * market.pull
    rise += np.where(free & (count < 1.0), market.people, 0.0)[market.point] * touched
    return float(won.sum()), np.bincount(market.site, weights=rise, minlength=market.m).astype(np.float64)


def _plane(p: int, low: Bools, high: Bools, opened: Floats, value: float, slope: Floats) -> Relaxed:
    rank = np.where(low, np.inf, np.where(high, slope, -np.inf))
    order = np.argsort(-rank, kind="stable")
    top = order[:p]
    bound = value - float(slope @ opened) + float(slope[top].sum())
    last = slope[top[-1]] if not low[top[-1]] else np.inf
    following = slope[order[p]] if p < len(order) and high[order[p]] else -np.inf
    inside = np.isin(np.arange(len(slope)), top)
    with np.errstate(invalid="ignore"):
        with_each = np.where(inside, bound, bound - last + slope)
        without = np.where(inside, bound - slope + following, bound)
    return Relaxed(opened, bound, np.where(high, with_each, -np.inf), np.where(low, np.inf, without))


def _nearest_allowed(wanted: Floats, p: int, low: Bools, high: Bools) -> Floats:
    """The nearest point with ``low <= y <= high`` and sum p: all shifted by one number, then cut off."""
    least, most = low.astype(np.float64), high.astype(np.float64)
    down, up = float(wanted.min()) - 1.0, float(wanted.max())
    for _ in range(_HALVINGS):
        middle = 0.5 * (down + up)
        if np.clip(wanted - middle, least, most).sum() > p:
            down = middle
        else:
            up = middle
    return np.clip(wanted - 0.5 * (down + up), least, most)
