"""The program of an expansion, as :func:`yiju.supply.siting.expansion.expand` states it, and what it decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Outcome, solve
from yiju.supply.siting.programs import Model
from yiju.supply.siting.result import TOLERANCE

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.crowds import Crowds
    from yiju.supply.siting.options import Options

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Aim: TypeAlias = Literal["served", "cost", "places"]


@dataclass(frozen=True, eq=False)
class Task:
    """All that an expansion is asked.

    Attributes
    ----------
    costs, crowds
        Who can use which site.
    options
        The ways to have more places.
    people_wanting, weight
        (n,) who wants a place, and what one person counts.
    existing
        (m,) places that are there already.
    budget_yuan
        What may be spent; infinite if nothing is said.
    people, places
        People that have to be served, places that there have to be at least; 0 if nothing is said.
    area_m2
        (m,) floor area that each site has; infinite where nothing is said.
    locked, closed
        Sites where something has to be done, where nothing may be.
    aim
        What is looked for: the greatest weight of people ``served``, the least ``cost``, the most ``places``.
    single_source
        Whether all people of a point go to one site.
    """

    costs: Costs
    crowds: Crowds
    options: Options
    people_wanting: Floats
    weight: Floats
    existing: Floats
    budget_yuan: float
    people: float
    places: float
    area_m2: Floats
    locked: Int64s
    closed: Int64s
    aim: Aim
    single_source: bool

    @property
    def cheapest(self) -> bool:
        """Whether the cost is made small."""
        return self.aim == "cost"

    @property
    def whole(self) -> bool:
        """Whether what is served is a whole number in a best answer, so that bounds can be rounded."""
        numbers = (self.crowds.people, self.crowds.weight, self.existing)
        return self.aim == "served" and all(bool((v == np.round(v)).all()) for v in numbers)


@dataclass(frozen=True, eq=False)
class Decision:
    """How HiGHS ended; (options,) places and (pairs,) who is served, None if it found nothing."""

    outcome: Outcome
    places: Floats | None
    served: Floats | None


def decide(task: Task, *, seconds: float, gap: float) -> Decision:
    """Solve the program."""
    model, places, served = _model(task)
    program = model.program()
    if task.whole:  # at a distance under 1 nothing better can lie between
        most = float(task.crowds.people @ task.crowds.weight)
        gap = max(gap, (1.0 - TOLERANCE) / max(most, 1.0))
    outcome = solve(program, seconds=seconds, gap=max(gap, TOLERANCE))
    if outcome.values is None:
        asked = task.people > 0.0 or task.places > 0.0 or len(task.locked) > 0
        if outcome.state == "infeasible" or asked or task.aim != "served":
            return Decision(outcome, None, None)
        return Decision(outcome, np.zeros(len(task.options)), np.zeros(len(task.crowds.site)))  # do nothing
    return Decision(outcome, np.round(outcome.values[places]), outcome.values[served])


def _model(task: Task) -> tuple[Model, Int64s, Int64s]:
    options, crowds = task.options, task.crowds
    count, pairs = len(options), len(crowds.site)
    model = Model(maximise=not task.cheapest)
    shut = np.isin(options.site, task.closed)
    worth = crowds.weight[crowds.crowd] * (task.aim == "served")
    zero = np.zeros(count)
    each_place = {"served": zero, "cost": options.yuan_per_place, "places": zero + 1.0}[task.aim]
    used = model.columns(count, cost=options.fixed_yuan * task.cheapest, high=~shut, whole=True)
    places = model.columns(count, cost=each_place, high=options.max_places, whole=True)
    wanted = crowds.people[crowds.crowd]
    if task.single_source:  # the whole crowd or nobody
        served = model.columns(pairs, cost=worth * wanted, high=1.0, whole=True)
        each = wanted
        model.rows(len(crowds), (crowds.crowd, served, 1.0), high=1.0)  # (1)
    else:
        served = model.columns(pairs, cost=worth, high=wanted)
        each = np.ones(pairs)
        model.rows(len(crowds), (crowds.crowd, served, 1.0), high=crowds.people)  # (1)
    # (2) nobody is served without a place
    model.rows(crowds.m, (crowds.site, served, each), (options.site, places, -1.0), high=task.existing)
    # (3) places only where an option is used, and then neither too few nor too many
    row = np.arange(count)
    model.rows(count, (row, places, 1.0), (row, used, -options.max_places), high=0.0)
    model.rows(count, (row, places, 1.0), (row, used, -options.min_places), low=0.0)
    _requirements(task, model, used, places, served, each)
    return model, places, served


def _requirements(
    task: Task, model: Model, used: Int64s, places: Int64s, served: Int64s, each: Floats
) -> None:
    options = task.options
    if np.isfinite(task.budget_yuan):  # (4) in thousands: HiGHS's tolerance is then less than a cent
        model.rows(
            1, (0, used, options.fixed_yuan / 1e3), (0, places, options.yuan_per_place / 1e3),
            high=task.budget_yuan / 1e3,
        )  # fmt: skip
    for group in options.exclusive:  # (5)
        model.rows(1, (0, used[group], 1.0), high=1.0)
    if task.people > 0.0:  # (6)
        model.rows(1, (0, served, each), low=task.people)
    if task.places > 0.0:  # (7)
        model.rows(1, (0, places, 1.0), low=task.places - task.existing.sum())
    tight = np.isfinite(task.area_m2)
    if tight.any():  # (8)
        here = np.flatnonzero(tight[options.site])
        row = np.cumsum(tight)[options.site[here]] - 1
        model.rows(
            int(tight.sum()), (row, used[here], options.floor_area_m2[here]),
            (row, places[here], options.m2_per_place[here]), high=task.area_m2[tight],
        )  # fmt: skip
    for j in task.locked:  # (9)
        model.rows(1, (0, used[options.site == j], 1.0), low=1.0)
