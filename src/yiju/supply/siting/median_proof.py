"""Search, bound and program take turns until a choice of sites is proved, good enough, or time is over.

::

    search      a choice of p sites, improved by interchange            cost   ────────╲________  falls
    bound       prices rise; their sites start the search anew          bound  ___╱‾‾‾‾‾‾‾‾‾‾‾‾‾  rises
    kicks       the best choice, some sites moved at random             cost            ╲_______
    decided     sites that the bound decides are fixed                  few sites are left
    settled     HiGHS: is there any choice of these that is better?     cost = bound
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.explaining import two_nearest
from yiju.supply.siting.highs import solve
from yiju.supply.siting.lagrangian import Relaxation, better_than
from yiju.supply.siting.median_search import Search
from yiju.supply.siting.median_start import sites_for_all
from yiju.supply.siting.radius_model import pairs_left, radius_program
from yiju.supply.siting.result import TOLERANCE, Proof, is_closed, relative_gap

if TYPE_CHECKING:
    from yiju.supply.siting.median_instance import Instance

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]

# Steps of the bound between two choices that are taken from it and improved: a choice costs as much as ten steps.
_STEPS_A_CHOICE = 25
# A program with more pairs than this takes HiGHS longer to read than the searches take.
_MOST_PAIRS = 4_000_000
# Kicks may take this share of the time that is left; the rest is for the program.
_KICKING_SHARE = 0.4


@dataclass(frozen=True)
class Effort:
    """How much may be spent, and what is good enough.

    Attributes
    ----------
    seconds
        Wall time.
    gap
        Relative gap at which to stop.
    steps
        Steps of the bound.
    kicks
        Kicks of the search in a row that lead to nothing better.
    """

    seconds: float = 60.0
    gap: float = 0.0
    steps: int = 2_000
    kicks: int = 100


@dataclass(eq=False)
class Proven:
    """A choice with its bound, while both are being improved."""

    instance: Instance
    search: Search
    effort: Effort
    began: float
    bound: float = 0.0

    @property
    def seconds_left(self) -> float:
        """Of the time that may be spent."""
        return self.began + self.effort.seconds - time.monotonic()

    @property
    def closed(self) -> bool:
        """Whether the choice is proved to be the best."""
        return is_closed(self.search.cost, self.bound, step=self.instance.step)

    @property
    def enough(self) -> bool:
        """Whether nothing is left to do, or no time to do it."""
        return self.closed or self._within_gap or self.seconds_left <= 0

    @property
    def _within_gap(self) -> bool:
        return relative_gap(self.search.cost, self.bound) <= self.effort.gap

    def bound_on(self, objective: float) -> float:
        """What no choice can beat; the objective itself where whole numbers leave nothing between the two."""
        return objective if self.instance.step and self.closed else min(self.bound, objective)

    @property
    def proof(self) -> Proof:
        """How it ended."""
        if self.closed:
            return "optimal"
        if self._within_gap:
            return "within gap"
        return "out of time" if self.seconds_left <= 0 else "search ended"


def prove(
    instance: Instance, effort: Effort, *, seed: int, began: float, start: Int32s | None = None
) -> Proven:
    """The best choice of sites that the effort allows, with its bound; never worse than ``start``.

    Raises
    ------
    Infeasible
        No choice of p sites serves every point, or none was found in time.
    """
    found = Proven(instance, Search(instance, np.random.default_rng(seed)), effort, began)
    if not found.search.serves_all(found.search.chosen):
        found.search.restart(sites_for_all(instance, found.seconds_left))
    if start is not None:
        found.search.offer(start)
    if instance.p - len(instance.locked) <= 1 and instance.all_is_listed:
        found.bound = found.search.cost  # the interchange has seen every choice there is
    relaxation = Relaxation(instance, _first_prices(found.search))
    for step in range(effort.steps):
        if found.enough or relaxation.tired:
            break
        relaxation.step(found.search.cost)
        found.bound = max(found.bound, relaxation.bound)
        if step % _STEPS_A_CHOICE == 0:
            found.search.offer(relaxation.chosen.astype(np.int32))
    _kick(found)
    if not found.enough:
        _settle(found, relaxation)
    return found


def _first_prices(search: Search) -> Floats:
    """Half way between the nearest and the second nearest site of the choice: few sites are then worth opening."""
    asked = search.instance
    _, nearest, second = two_nearest(*asked.rows, asked.m, search.chosen)
    nearest = np.minimum(nearest, search.far)
    second = np.minimum(second, search.far)
    return np.where(second < search.far, (nearest + second) / 2.0, nearest)


def _kick(found: Proven) -> None:
    until = found.seconds_left * (1.0 - _KICKING_SHARE)
    in_vain = 0
    while in_vain < found.effort.kicks and not found.enough and found.seconds_left > until:
        in_vain = 0 if found.search.kick() else in_vain + 1


def _settle(found: Proven, relaxation: Relaxation) -> None:
    """Let HiGHS find a better choice among the sites that the prices leave open, or prove that there is none."""
    asked, cost = found.instance, found.search.cost
    opened, closed = relaxation.decided(cost)
    if pairs_left(asked, opened, closed, cost) > _MOST_PAIRS:
        return
    program, sites = radius_program(asked, opened, closed, cost)
    limit = better_than(cost, asked.step)
    nothing_better = cost if asked.step else limit
    if not np.isfinite(program.offset):  # somebody has no site left
        found.bound = max(found.bound, nothing_better)
        return
    outcome = solve(
        program, seconds=found.seconds_left, better_than=limit,
        gap=max(found.effort.gap, TOLERANCE / 10, (1.0 - TOLERANCE) * asked.step / max(cost, 1.0)),
    )  # fmt: skip
    if outcome.values is not None:
        open_sites = sites[outcome.values[: len(sites)] > 0.5]
        found.search.offer(found.search.in_order(open_sites))
    done = outcome.state in ("infeasible", "cut off")
    # what was struck out is no better than the best that was known then
    found.bound = max(found.bound, nothing_better if done else min(nothing_better, outcome.bound))
