"""A choice that serves everybody, where few sites reach each point and the interchange finds none: a set cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.costs import Costs
from yiju.supply.siting.cover_program import Cover, cheapest
from yiju.supply.siting.duties import duties_of
from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.median_instance import Instance

Bools = npt.NDArray[np.bool_]
Int64s = npt.NDArray[np.int64]


def fewest_sites(costs: Costs, locked: Bools, enough: int, *, seconds: float) -> tuple[Bools, float]:
    """Sites that reach every point, as few as are ``enough`` or as can be; and how many any such choice needs.

    Parameters
    ----------
    costs
        The pairs that reach, no row empty.
    locked
        (m,) sites that must be open.
    enough
        No fewer are looked for.
    seconds
        That HiGHS may take.

    Returns
    -------
    (m,) open sites, and the bound on their number.
    """
    cover = Cover(costs, duties_of(costs, None, 1.0, None), np.ones(costs.m), locked)
    opened = cover.greedily()
    known = int(opened.sum())
    if known <= enough:
        return opened, 0.0
    outcome, found = cheapest(cover, opened, seconds=seconds, gap=0.0)
    if found is not None and found.sum() < known:
        opened = found
    if outcome.state in ("infeasible", "cut off"):
        return opened, float(known)
    return opened, float(np.ceil(outcome.bound - 1e-6))


def sites_for_all(instance: Instance, seconds: float) -> Int64s:
    """At most p sites, such that every point that may not go without lists one of them.

    Raises
    ------
    Infeasible
        There are none, or none were found in time.
    """
    must = np.isinf(instance.far)
    first, site, cost = instance.rows
    lengths, pairs = np.diff(first)[must], np.repeat(must, np.diff(first))
    costs = Costs(
        points=pd.RangeIndex(int(must.sum())),
        sites=pd.RangeIndex(instance.m),
        first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        site=site[pairs],
        cost=cost[pairs],
    )
    locked = np.isin(np.arange(instance.m), instance.locked)
    opened, least = fewest_sites(costs, locked, instance.p, seconds=seconds)
    count = int(opened.sum())
    if count <= instance.p:
        return np.flatnonzero(opened)
    hint = Text(
        "请增加点数、放宽可达范围、列出更多候选点，或给出范围外的费用 beyond。",
        "Choose more sites, allow longer ways, list more sites of each point, or say what it costs `beyond`.",
    )
    if least > instance.p:
        raise Infeasible(
            Text(
                f"{instance.p} 个点不能服务所有需求点；至少需要 {least:.0f} 个，{count} 个可行。",
                f"{instance.p} sites cannot serve every point: it takes {least:.0f} or more, and {count} will do.",
            ),
            constraint="count",
            relaxed=float(count),
            hint=hint,
        )
    raise Infeasible(
        Text(
            f"{seconds:.0f} 秒内没有找到能服务所有需求点的 {instance.p} 个点；{count} 个可行。",
            f"Within {seconds:.0f} seconds no {instance.p} sites were found that serve every point; {count} will do.",
        ),
        constraint="time",
        relaxed=float(count),
        hint=hint,
    )
