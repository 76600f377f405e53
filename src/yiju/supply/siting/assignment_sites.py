"""What each site of an assignment adds, and which site would replace it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.assignment import Assignment, Placed, nothing, transport
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# Replacements that are settled for each site, the most promising first.
_TRIED = 12


def explain(task: Assignment, best: Placed) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """A row for each site, and what the reader has to know about it."""
    rows, cut = [], False
    for j in best.sites:
        mine = best.site == j
        rest = best.sites[best.sites != j]
        without = _total(task, rest)
        other, then, all_seen = _replacement(task, rest, int(j))
        cut = cut or not all_seen
        rows.append(
            {
                "points": int(mine.sum()), "people": float((best.part * task.size[best.point])[mine].sum()),
                "gain": without - best.total, "next_best": None if other is None else task.costs.sites[other],
                "next_best_loss": then - best.total if other is not None else float("nan"),
                "capacity": float(task.room[j]), "fixed_cost": float(task.fixed[j]),
            }
        )  # fmt: skip
    columns = ["points", "people", "gain", "next_best", "next_best_loss", "capacity", "fixed_cost"]
    notes = []
    if task.whole:
        notes.append(
            Text(
                "边际贡献与次优点由局部搜索重新分配得出，可能略偏大。",
                "What a site adds and its next best come from a local search over who goes where: at most so much.",
            )
        )
    if cut:
        notes.append(
            Text(
                f"次优点只试算了每个点最有希望的 {_TRIED} 个替代点。",
                f"The next best was looked for among the {_TRIED} most promising sites.",
            )
        )
    return pd.DataFrame(rows, columns=columns, index=task.costs.sites[best.sites]), tuple(notes)


def _replacement(task: Assignment, rest: Int64s, j: int) -> tuple[int | None, float, bool]:
    """The site that would replace j best, the total then, and whether no other can be better."""
    if task.locked[j]:
        return None, np.inf, True
    best, total = None, np.inf
    for tried, (other, least) in enumerate(_promising(task, rest, j)):
        if least >= total:
            return best, total, True
        if tried == _TRIED:
            return best, total, False
        then = _total(task, np.sort(np.append(rest, other)))
        if then < total:
            best, total = other, then
    return best, total, True


def _promising(task: Assignment, rest: Int64s, j: int) -> Iterator[tuple[int, float]]:
    """Sites in place of j, those with the least total were there no capacities first; that total is a bound."""
    first, point, cost = task.columns
    near = task.dense(rest).min(axis=1, initial=np.inf)
    free = np.setdiff1d(np.flatnonzero(~task.closed), np.append(rest, j))
    bounds = np.empty(len(free))
    for k, other in enumerate(free):
        mine = slice(first[other], first[other + 1])
        then = near.copy()
        then[point[mine]] = np.minimum(then[point[mine]], cost[mine])
        bounds[k] = then.sum() + task.fixed[other] + task.fixed[rest].sum()
    for k in np.argsort(bounds, kind="stable"):
        if np.isfinite(bounds[k]):
            yield int(free[k]), float(bounds[k])


def _total(task: Assignment, sites: Int64s) -> float:
    """Total of these sites; infinite if they cannot serve everybody."""
    if task.room[sites].sum() < task.size.sum() or not len(sites):
        return float("inf")
    return (_settled(task, sites) if task.whole else transport(task, sites)).total


def _settled(task: Assignment, sites: Int64s) -> Placed:
    from yiju.supply.siting.kernels.assign import settle  # noqa: PLC0415 - compiles

    cost = task.dense(sites)
    where = np.argmin(cost, axis=1).astype(np.int32)
    if np.isinf(cost.min(axis=1)).any():
        return nothing()
    total = settle(cost, task.size, task.room[sites], where) + float(task.fixed[sites].sum())
    row = np.arange(task.costs.n, dtype=np.int32)
    return Placed(float(total), sites, row, sites[where].astype(np.int32), np.ones(task.costs.n))
