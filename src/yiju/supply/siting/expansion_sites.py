"""Who is served by an expansion, what each of its sites adds, and which site would replace it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.highs import solve
from yiju.supply.siting.programs import Model
from yiju.supply.siting.result import UNSERVED

if TYPE_CHECKING:
    from yiju.supply.siting.expansion_model import Task

Floats = npt.NDArray[np.float64]

# Rounding of sums of people; far under one person.
_DUST = 1e-6


def assign(task: Task, places: Floats) -> pd.DataFrame:
    """Who goes where: the greatest weight that so many places can serve and, for that, the least cost in all.

    Returns
    -------
    A row for each pair that is used: positions ``i`` and ``j``, ``people``, ``cost``.
    """
    costs, people, weight = task.costs, task.people_wanting, task.weight
    open_pairs = np.flatnonzero(places[costs.site] > 0.0)
    i, j, cost = costs.point[open_pairs], costs.site[open_pairs], costs.cost[open_pairs]
    if not len(i):
        return _flows(i, j, np.zeros(0), cost)
    model = Model()
    going = model.columns(len(i), cost=cost / max(cost.max(), 1.0), high=people[i])
    model.rows(costs.n, (i, going, 1.0), high=people)
    model.rows(costs.m, (j, going, 1.0), high=places)
    scale = max(weight.max(), 1.0)
    model.rows(1, (0, going, weight[i] / scale), low=task.crowds.served(places) / scale)
    found = solve(model.program(), seconds=600.0).values
    assert found is not None, "the flow that counts who is served is itself an answer"  # noqa: S101
    return _flows(i, j, found, cost)


def assigned(task: Task, served: Floats) -> pd.DataFrame:
    """The same of a decision in which each point goes to one site whole."""
    costs = task.costs
    return _flows(costs.point, costs.site, np.round(served) * task.crowds.people[costs.point], costs.cost)


def _flows(i: npt.NDArray[np.int32], j: npt.NDArray[np.int32], people: Floats, cost: Floats) -> pd.DataFrame:
    near = np.round(people)
    people = np.where(np.abs(people - near) < _DUST, near, people)
    used = people > 0.0
    return pd.DataFrame({"i": i[used], "j": j[used], "people": people[used], "cost": cost[used]})


def serves_most(n: int, flows: pd.DataFrame) -> npt.NDArray[np.int32]:
    """(n,) the site that serves most of each point."""
    serves = np.full(n, UNSERVED, dtype=np.int32)
    rising = flows.sort_values("people", kind="stable")
    serves[rising["i"].to_numpy()] = rising["j"].to_numpy()
    return serves


def supplies_of(task: Task, decided: Floats, flows: pd.DataFrame) -> pd.DataFrame:
    """The row of each option that is used; people of a site are shared out by places."""
    options = task.options
    used = np.flatnonzero(decided > 0.0)
    at = np.bincount(flows["j"], weights=flows["people"], minlength=task.costs.m)
    cost = options.cost_yuan(decided)[used]
    return pd.DataFrame(
        {
            "site": task.costs.sites[options.site[used]],
            "option": [options.kind[o] for o in used.tolist()],
            "places": decided[used],
            "floor_area_m2": options.area_m2(decided)[used],
            "cost_yuan": cost,
            "people": (decided * (at / np.maximum(_total(task, decided), 1.0))[options.site])[used],
            "unit_cost_yuan": cost / decided[used],
        }
    )


def explain(task: Task, decided: Floats, flows: pd.DataFrame) -> pd.DataFrame:
    """The row of each site: whom it serves, and what would be lost without it or with the next best instead."""
    options = task.options
    new = np.bincount(options.site, weights=decided, minlength=task.costs.m)
    value = (
        float(options.cost_yuan(decided).sum())
        if task.cheapest
        else task.crowds.served(_total(task, decided))
    )
    rows = []
    for j in np.flatnonzero(new > 0.0):
        here = flows[flows["j"] == j]
        others = np.where(options.site == j, 0.0, decided)
        gain, best, loss = (_cheaper if task.cheapest else _fuller)(task, value, decided, others, int(j))
        mine = np.where(options.site == j, decided, 0.0)
        rows.append(
            {
                "points": len(here), "people": float(here["people"].sum()), "gain": gain,
                "next_best": None if best is None else task.costs.sites[best], "next_best_loss": loss,
                "places": float(new[j]), "floor_area_m2": float(options.area_m2(mine).sum()),
                "cost_yuan": float(options.cost_yuan(mine).sum()),
            }
        )  # fmt: skip
    columns = [
        "points",
        "people",
        "gain",
        "next_best",
        "next_best_loss",
        "places",
        "floor_area_m2",
        "cost_yuan",
    ]
    return pd.DataFrame(rows, columns=columns, index=task.costs.sites[np.flatnonzero(new > 0.0)])


def _total(task: Task, decided: Floats) -> Floats:
    return task.existing + np.bincount(task.options.site, weights=decided, minlength=task.costs.m)


def _instead(task: Task, decided: Floats, others: Floats, j: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Options where nothing is done yet, and the most places that floor area and the rest of the money allow."""
    options = task.options
    taken = np.unique(options.site[decided > 0.0])
    free = ~np.isin(options.site, taken) & ~np.isin(options.site, task.closed)
    for group in options.exclusive:
        if (others[group] > 0.0).any():
            free[group] = False
    left = task.budget_yuan - float(options.cost_yuan(others).sum())
    most = _most(options.max_places, options.fixed_yuan, options.yuan_per_place, left)
    most = np.minimum(
        most,
        _most(options.max_places, options.floor_area_m2, options.m2_per_place, task.area_m2[options.site]),
    )
    free &= (most >= np.maximum(options.min_places, 1.0)) & ~np.isin(j, task.locked)
    return np.flatnonzero(free), most


def _most(limit: Floats, fixed: Floats, each: Floats, have: Floats | float) -> Floats:
    room = np.asarray(have - fixed, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        fits = np.floor(room / each + _DUST)
    return np.where(room < 0.0, 0.0, np.where(each > 0.0, np.minimum(limit, fits), limit))


def _fuller(
    task: Task, now: float, decided: Floats, others: Floats, j: int
) -> tuple[float, int | None, float]:
    """The weight lost without a site, and with the option elsewhere that serves most for the money set free."""
    crowds, options = task.crowds, task.options
    without = crowds.served(_total(task, others))
    candidates, most = _instead(task, decided, others, j)
    reach = np.bincount(
        crowds.site, weights=(crowds.people * crowds.weight)[crowds.crowd], minlength=crowds.m
    )
    heaviest = crowds.weight.max(initial=0.0)
    at_most = np.minimum(reach[options.site], heaviest * most)
    best, served = None, -1.0
    for o in candidates[np.argsort(-at_most[candidates], kind="stable")]:
        if without + at_most[o] <= served:
            break
        tried = others.copy()
        tried[o] = most[o]
        then = crowds.served(_total(task, tried))
        if then > served + _DUST:
            best, served = int(options.site[o]), then
    return now - without, best, now - served if best is not None else float("nan")


def _cheaper(
    task: Task, spent: float, decided: Floats, others: Floats, j: int
) -> tuple[float, int | None, float]:
    """What it would cost more to do without a site, and with the cheapest option elsewhere that does as well."""
    options = task.options
    kept = float(options.cost_yuan(others).sum())
    if _enough(task, others):
        return kept - spent, None, float("nan")
    candidates, most = _instead(task, decided, others, j)
    short = max(
        task.people - task.crowds.people_served(_total(task, others)),
        task.places - float(_total(task, others).sum()),
    )
    least = np.maximum(options.min_places, np.ceil(short - _DUST))
    cost = options.fixed_yuan + options.yuan_per_place * least
    best, price = None, float("inf")
    for o in candidates[np.argsort(cost[candidates], kind="stable")]:
        if cost[o] >= price:
            break
        places = _fewest(task, others, int(o), int(least[o]), int(most[o]))
        if places is not None:
            then = float(options.fixed_yuan[o] + options.yuan_per_place[o] * places)
            if then < price:
                best, price = int(options.site[o]), then
    return float("inf"), best, kept + price - spent if best is not None else float("nan")


def _fewest(task: Task, others: Floats, o: int, least: int, most: int) -> int | None:
    """The fewest places of an option that are enough: more places never serve fewer."""
    tried = others.copy()
    tried[o] = most
    if least > most or not _enough(task, tried):
        return None
    low, high = least, most
    while low < high:
        tried[o] = (low + high) // 2
        if _enough(task, tried):
            high = int(tried[o])
        else:
            low = int(tried[o]) + 1
    return low


def _enough(task: Task, decided: Floats) -> bool:
    total = _total(task, decided)
    met = task.places <= 0.0 or float(total.sum()) >= task.places - _DUST
    locked = np.isin(task.locked, task.options.site[decided > 0.0]).all()
    return bool(locked and met and task.crowds.people_served(total) >= task.people - _DUST)
