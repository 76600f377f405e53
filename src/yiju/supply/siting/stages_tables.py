"""The tables of a staged plan: when what opens, whom each year covers, what each future would have had instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.result import UNSERVED
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.stages_times import Times
    from yiju.supply.siting.stages_tree import Tree

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def nearest_open(costs: Costs, chosen: npt.NDArray[np.int64], locked: Bools) -> npt.NDArray[np.int32]:
    """(n,) the nearest site that is open in the end."""
    opened = locked.copy()
    opened[chosen] = True
    serves = np.full(costs.n, UNSERVED, dtype=np.int32)
    mine = np.flatnonzero(opened[costs.site])[::-1]  # rows rise, so that the nearest is written last
    serves[costs.point[mine]] = costs.site[mine]
    return serves


def explained(
    costs: Costs, times: Times, tree: Tree, opened: Bools, chosen: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """The row of each site: when it opens, what would be lost without it, and with another at the same time."""
    value, left = tree.value(opened), tree.left(opened)
    serves = nearest_open(costs, chosen, tree.locked)
    rows = []
    for j in chosen.tolist():
        v = int(np.argmax(opened[:, j]))  # nodes stand after their parents
        rest = opened.copy()
        rest[:, j] = False
        without = tree.value(rest)
        slack = left[tree.after[v]].min() if tree.carry else left[v]
        instead = without + tree.gains(rest, v)
        instead[opened.any(axis=0) | tree.closed | (tree.cost > tree.cost[j] + slack + 1e-6)] = -np.inf
        other = int(np.argmax(instead))
        none = not np.isfinite(instead[other])
        rows.append(
            {
                "points": int((serves == j).sum()), "people": float(times.at_last[serves == j].sum()),
                "gain": value - without, "next_best": None if none else costs.sites[other],
                "next_best_loss": float("nan") if none else value - float(instead[other]),
                "year": times.years[len(tree.way[v]) - 1], "cost_yuan": float(tree.cost[j]),
            }
        )  # fmt: skip
    columns = ["points", "people", "gain", "next_best", "next_best_loss", "year", "cost_yuan"]
    return pd.DataFrame(rows, columns=columns, index=costs.sites[chosen])


def plan_table(costs: Costs, times: Times, tree: Tree, by_future: Bools) -> pd.DataFrame:
    """When each site opens, a row for each site and future."""
    rows = [
        (costs.sites[j], future, times.years[int(np.argmax(opened[:, j]))], float(tree.cost[j]))
        for future, opened in zip(times.futures, by_future, strict=True)
        for j in np.flatnonzero(opened[-1] & ~tree.locked)
    ]
    plan = pd.DataFrame(rows, columns=["site", "future", "year", "cost_yuan"])
    return plan.sort_values(["future", "year"], kind="stable", ignore_index=True)


def years_table(
    times: Times, tree: Tree, opened: Bools, node: npt.NDArray[np.int64], free: Floats
) -> pd.DataFrame:
    """Whom each year covers in each future, and whom it would cover alone."""
    covered = tree.covered(opened) > 0
    before = np.where(tree.parent[:, None] >= 0, opened[tree.parent], tree.locked)
    spent = (opened & ~before) @ tree.cost
    rows = [
        {
            "future": future, "year": year, "people": float(times.people[s, t] @ covered[node[s, t]]),
            "people_wanting": float(times.people[s, t].sum()), "spent_yuan": float(spent[node[s, t]]),
            "people_free": float(free[s, t]),
        }
        for s, future in enumerate(times.futures)
        for t, year in enumerate(times.years)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def futures_table(times: Times, tree: Tree, by_future: Bools, best: Floats) -> pd.DataFrame:
    """What the plan is worth in each future, and what the best plan would be had it been known."""
    value = np.array(
        [
            sum(
                times.factor[t] * float(times.people[s, t] @ covered)
                for t, covered in enumerate(tree.covered(opened) > 0)
            )
            for s, opened in enumerate(by_future)
        ]
    )
    best = np.where(np.isnan(best), value, np.maximum(best, value))
    return pd.DataFrame(
        {"probability": times.probability, "value": value, "best": best, "regret": best - value},
        index=pd.Index(times.futures, name="future"),
    )


def notes_of(costs: Costs, times: Times) -> tuple[Text, ...]:
    """What the reader has to know."""
    notes = []
    out = float(times.at_last[costs.stranded].sum())
    if out > 0.0:
        notes.append(
            Text(
                f"末年有 {out:,.0f} 人在可达范围内没有任何候选点。",
                f"In the last year {out:,.0f} people have no site within reach.",
            )
        )
    if len(times.futures) > 1:
        last = times.years[times.known_from - 1]
        notes.append(
            Text(
                f"表中的候选点是未来明朗之前（{last} 年及以前）要定的；其余见各情景的分年方案。",
                f"The sites are those to be decided before the future is known, until {last}; the plan has the rest.",
            )
        )
    return tuple(notes)
