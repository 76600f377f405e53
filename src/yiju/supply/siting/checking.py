"""Numbers of demand points and sites, as callers give them: as many as there are, not negative, not missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


def per_point(costs: Costs, values: npt.ArrayLike, what: Text) -> Floats:
    """(n,) numbers of the demand points; one number stands for all.

    Raises
    ------
    ContractError
        They are not as many as the points; one is negative, infinite or missing.
    """
    return _numbers(values, costs.n, what, Text("需求点", "demand points"))


def per_site(costs: Costs, values: npt.ArrayLike, what: Text) -> Floats:
    """(m,) numbers of the sites; as :func:`per_point`."""
    return _numbers(values, costs.m, what, Text("候选点", "sites"))


def _numbers(values: npt.ArrayLike, count: int, what: Text, whose: Text) -> Floats:
    numbers = np.ascontiguousarray(values, dtype=np.float64)
    if np.ndim(values) == 0:
        numbers = np.full(count, numbers.item())
    if numbers.shape != (count,):
        raise ContractError(
            Text(
                f"{what.zh}应与{whose.zh}一样多（{count} 个），给出的形状是 {numbers.shape}。",
                f"{what.en}: needs to be as many as the {whose.en}, {count}; its shape is {numbers.shape}.",
            )
        )
    wrong = ~np.isfinite(numbers) | (numbers < 0.0)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ContractError(
            Text(
                f"{what.zh}不能为负、无穷或缺失：第 {at} 个{whose.zh}为 {numbers[at]}。",
                f"{what.en} may not be negative, infinite or missing: number {at} of the {whose.en} is {numbers[at]}.",
            )
        )
    return numbers


def positions(costs: Costs, locked: npt.ArrayLike, closed: npt.ArrayLike) -> tuple[Int64s, Int64s]:
    """Positions of locked and of closed sites, each once, rising.

    Raises
    ------
    ContractError
        A position does not exist.
    Infeasible
        A site is locked and closed.
    """
    both = []
    for given, zh, en in ((locked, "锁定", "locked"), (closed, "关闭", "closed")):
        wanted = np.unique(np.asarray(given, dtype=np.int64).ravel())
        if len(wanted) and (wanted[0] < 0 or wanted[-1] >= costs.m):
            raise ContractError(
                Text(
                    f"{zh}的候选点编号应在 0 到 {costs.m - 1} 之间。",
                    f"Positions of {en} sites run from 0 to {costs.m - 1}.",
                )
            )
        both.append(wanted)
    clash = np.intersect1d(both[0], both[1])
    if len(clash):
        names = ", ".join(str(costs.sites[j]) for j in clash[:5])
        raise Infeasible(
            Text(
                f"候选点 {names} 既被锁定又被关闭。",
                f"Sites that are both locked and closed: {names}.",
            ),
            constraint="locked",
            hint=Text("请从其中一个名单中去掉。", "Take them from one of the two lists."),
        )
    return both[0], both[1]
