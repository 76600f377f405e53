"""Years and futures of a staged plan, as callers give them, and the tree that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.supply.siting.checking import per_point
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.crowds import Crowds
    from yiju.supply.siting.stages_tree import Tree

Floats = npt.NDArray[np.float64]
People = npt.ArrayLike


@dataclass(frozen=True, eq=False)
class Times:
    """Years, their futures and how much they count."""

    years: Sequence[int]
    futures: Sequence[str]
    people: Floats  # (futures, years, crowds)
    at_last: Floats  # (n,) people of the last year, the mean over futures
    probability: Floats
    factor: Floats  # (years,) of discounting
    known_from: int  # position of the first year in which the future is known


def read_times(
    costs: Costs,
    crowds: Crowds,
    people: People | Mapping[str, People],
    years: Sequence[int],
    probability: Mapping[str, float] | None,
    known_from: int | None,
    discount: float,
) -> Times:
    """Years, futures and people checked, people put together by crowd."""
    given = dict(people) if isinstance(people, Mapping) else {"": people}
    count = len(years)
    if not given or count == 0 or any(later <= year for year, later in pairwise(years)):
        raise ContractError(
            Text("年份应依次递增，且至少有一个情景。", "Years have to rise, and there has to be a future.")
        )
    tables = []
    for name, table in given.items():
        numbers = np.asarray(table, dtype=np.float64)
        if numbers.shape != (costs.n, count):
            raise ContractError(
                Text(
                    f"情景“{name}”的人口应为 {costs.n} 行 × {count} 列，给出的形状是 {numbers.shape}。",
                    f"People of the future {name!r} need {costs.n} rows and {count} columns; they are {numbers.shape}.",
                )
            )
        tables.append([per_point(costs, numbers[:, t], Text("人口", "people")) for t in range(count)])
    odds = np.array([1.0 if probability is None else probability.get(name, np.nan) for name in given])
    if not (odds > 0.0).all():
        raise ContractError(Text("每个情景都需要大于 0 的概率。", "Each future needs a probability over 0."))
    odds = odds / odds.sum()
    later = (years[1] if count > 1 else years[0] + 1) if known_from is None else known_from
    position = sum(year < later for year in years)
    if position == 0:
        raise ContractError(
            Text(
                f"已知未来的年份应在第一年 {years[0]} 之后。",
                f"The future is known after the first year, {years[0]}, at the earliest.",
            )
        )
    by_crowd = [[np.bincount(crowds.of, weights=w, minlength=len(crowds)) for w in table] for table in tables]
    return Times(
        years=years,
        futures=list(given),
        people=np.array(by_crowd, dtype=np.float64).reshape(len(given), count, len(crowds)),
        at_last=np.tensordot(odds, np.array([table[-1] for table in tables]), axes=1),
        probability=odds,
        factor=(1.0 + discount) ** -(np.array(years, dtype=np.float64) - years[0]),
        known_from=position if len(given) > 1 else count,
    )


def tree_of(times: Times, futures: Sequence[int] | range, like: Tree) -> tuple[Tree, npt.NDArray[np.int64]]:
    """The tree of some futures, and the node of each (futures, years)."""
    odds = times.probability[list(futures)] / times.probability[list(futures)].sum()
    parent: list[int] = []
    weight: list[Floats] = []
    year: list[int] = []
    node = np.empty((len(futures), len(times.years)), dtype=np.int64)
    for t in range(len(times.years)):
        for k, s in enumerate(futures):
            worth = odds[k] * times.factor[t] * times.people[s, t]
            if k > 0 and t < times.known_from:
                node[k, t] = node[0, t]
                weight[node[0, t]] = weight[node[0, t]] + worth
                continue
            node[k, t] = len(parent)
            parent.append(int(node[k, t - 1]) if t else -1)
            weight.append(worth)
            year.append(t)
    money = like.budget[year]
    return replace(like, parent=np.array(parent), weight=np.array(weight), budget=money), node
