"""Who has to be covered: every group in every district, each to its share.

::

                      north        south           share
    aged 60 and over  310 people   290 people      0.9       four duties: 90 % of 310, 90 % of 290,
    under three        40 people    55 people      1.0       all 40, all 55

One average for the whole city would let the dense centre stand for the villages at its edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.checking import numbers_of
from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.result import TOLERANCE, Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# What a point without a district, and people who are not told apart, are called in tables.
EVERYWHERE = "all"


@dataclass(frozen=True, eq=False)
class Duties:
    """Duties, and the people of each.

    Attributes
    ----------
    names
        (duties,) group and district.
    share
        (duties,) that has to be covered.
    duty, point, people
        (entries,) so many people of a duty at a point; only where there are any.
    n
        Number of points.
    """

    names: pd.MultiIndex
    share: Floats
    duty: Int64s
    point: Int64s
    people: Floats
    n: int

    @property
    def total(self) -> Floats:
        """(duties,) people."""
        return self.sum_of(np.ones(self.n, dtype=np.bool_))

    @property
    def everybody(self) -> Bools:
        """(n,) points that have to be covered whatever else is: some duty there wants all of its people."""
        strict = self.share[self.duty] >= 1.0
        marked = np.zeros(self.n, dtype=np.bool_)
        marked[self.point[strict]] = True
        return marked

    def sum_of(self, covered: Bools) -> Floats:
        """(duties,) people at the points that are covered."""
        counted = np.where(covered[self.point], self.people, 0.0)
        return np.bincount(self.duty, weights=counted, minlength=len(self.names)).astype(np.float64)

    @property
    def needed(self) -> Floats:
        """(duties,) people who have to be covered, less what rounding may take."""
        return self.share * self.total * (1.0 - TOLERANCE)

    @property
    def at_points(self) -> Floats:
        """(n,) people at each point, all groups together, each person once."""
        once = np.bincount(self.point, weights=self.people * self.own, minlength=self.n)
        return once.astype(np.float64)

    @property
    def own(self) -> Bools:
        """(entries,) of duties of a district where there is one; those of the whole city repeat their people."""
        district = self.names.get_level_values("district")
        whole = np.asarray(district == EVERYWHERE)
        has_own = np.zeros(self.n, dtype=np.bool_)
        has_own[self.point[~whole[self.duty]]] = True
        return np.asarray(~whole[self.duty] | ~has_own[self.point], dtype=np.bool_)

    def table(self, covered: Bools) -> pd.DataFrame:
        """A row for each duty: people, covered, share, and the share that was asked for."""
        total, met = self.total, self.sum_of(covered)
        return pd.DataFrame(
            {
                "people": total,
                "covered": met,
                "share": np.divide(met, total, out=np.ones_like(met), where=total > 0),
                "needed": self.share,
            },
            index=self.names,
        )


def duties_of(
    costs: Costs,
    groups: pd.DataFrame | None,
    share: float | Mapping[str, float],
    districts: npt.ArrayLike | None,
) -> Duties:
    """Duties of groups and districts.

    Parameters
    ----------
    costs
        n points.
    groups
        (n, groups) people; None counts every point once.
    share
        One for all, or one for each group, from 0 to 1.
    districts
        (n,) label of each point; one without (None or NaN) counts for the whole city only.

    Raises
    ------
    ContractError
        Not as many rows as points, negative numbers, a share outside 0 to 1, a group without a share.
    UnknownName
        A share of a group that does not exist.
    """
    people = pd.DataFrame({EVERYWHERE: np.ones(costs.n)}, index=costs.points) if groups is None else groups
    wanted = _shares(share, [str(g) for g in people.columns])
    code, labels = _districts(costs.n, districts)
    cells: list[tuple[str, object]] = []
    parts: list[tuple[Int64s, Int64s, Floats]] = []
    for group in people.columns:
        what = Text(f"人口（{group}）", f"people of {group}")
        number = numbers_of(people[group], costs.points, what, unknown=False)
        somebody = np.flatnonzero(number > 0)
        if (code < 0).any():  # the whole city, those without a district among them
            parts.append((np.full(len(somebody), len(cells)), somebody, number[somebody]))
            cells.append((str(group), EVERYWHERE))
        placed = somebody[code[somebody] >= 0]
        parts.append((code[placed] + len(cells), placed, number[placed]))
        cells += [(str(group), label) for label in labels]
    duty, point, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Duties(
        names=pd.MultiIndex.from_tuples(cells, names=["group", "district"]),
        share=np.array([wanted[group] for group, _ in cells], dtype=np.float64),
        duty=duty.astype(np.int64),
        point=point.astype(np.int64),
        people=number.astype(np.float64),
        n=costs.n,
    )


def _shares(share: float | Mapping[str, float], groups: list[str]) -> dict[str, float]:
    wanted = dict(share) if isinstance(share, Mapping) else dict.fromkeys(groups, float(share))
    for group in wanted:
        if group not in groups:
            raise UnknownName(Text("人群", "group"), str(group), groups)
    missing = [g for g in groups if g not in wanted]
    if missing:
        raise ContractError(
            Text(f"没有给出这些人群的覆盖率：{missing}。", f"No share was given for the groups {missing}.")
        )
    for group, value in wanted.items():
        if not 0.0 <= value <= 1.0:
            raise ContractError(
                Text(
                    f"{group} 的覆盖率应在 0 到 1 之间，实际为 {value}。",
                    f"The share of {group} needs a number from 0 to 1, was given {value} instead.",
                )
            )
    return wanted


def _districts(n: int, districts: npt.ArrayLike | None) -> tuple[Int64s, list[object]]:
    if districts is None:
        return np.full(n, -1, dtype=np.int64), []
    code, labels = pd.factorize(np.asarray(districts, dtype=object), sort=True)
    if len(code) != n:
        raise ContractError(
            Text(
                f"districts 应有 {n} 个，实际为 {len(code)} 个。",
                f"`districts` needs {n} labels, was given {len(code)} instead.",
            )
        )
    return code.astype(np.int64), list(labels)


def refuse_impossible(duties: Duties, costs: Costs, limit: float, closed: Bools) -> None:
    """Refuse duties that even all sites together cannot meet; say which, and what could be met.

    Raises
    ------
    Infeasible
        ``relaxed`` is the greatest share that every duty could meet; the hint adds the least limit that would do.
    """
    usable = ~closed[costs.site]
    nearest = np.full(duties.n, np.inf)
    np.minimum.at(nearest, costs.point[usable], costs.cost[usable])
    reached = duties.sum_of(nearest <= limit)
    short = reached < duties.needed
    if not short.any():
        return
    total = duties.total
    possible = np.divide(reached, total, out=np.ones_like(total), where=total > 0)
    worst = int(np.flatnonzero(short)[possible[short].argmin()])
    group, district = duties.names[worst]
    limits = np.array([_least_limit(duties, int(k), nearest) for k in np.flatnonzero(short)])
    enough = float(limits.max())
    raise Infeasible(
        Text(
            f"所有候选点都开放，{district} 的 {group} 在 {limit:g} 之内也只能覆盖 {possible[worst]:.1%}，"
            f"达不到 {duties.share[worst]:.1%}（共 {int(short.sum())} 处不足）。",
            f"With every site open, {limit:g} covers {possible[worst]:.1%} of {group} in {district}, "
            f"not {duties.share[worst]:.1%} ({int(short.sum())} duties fall short).",
        ),
        constraint="coverage",
        relaxed=float(possible[short].min()),
        hint=Text(
            f"可将覆盖率降到 {possible[worst]:.1%}"
            + (f"，或将半径放宽到 {enough:g}" if np.isfinite(enough) else "")
            + "，或增加候选点。",
            f"Lower the share to {possible[worst]:.1%}"
            + (f", widen the limit to {enough:g}" if np.isfinite(enough) else "")
            + ", or add candidate sites.",
        ),
    )


def _least_limit(duties: Duties, duty: int, nearest: Floats) -> float:
    """The least limit within which a duty could be met; infinite where the costs that are listed do not say."""
    mine = duties.duty == duty
    cost, people = nearest[duties.point[mine]], duties.people[mine]
    order = np.argsort(cost, kind="stable")
    at = np.searchsorted(np.cumsum(people[order]), duties.needed[duty])
    return float(cost[order][min(int(at), len(order) - 1)])
