"""A choice that serves everybody, where few sites reach each point and the interchange finds none: a set cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.costs import Costs
from yiju.supply.siting.cover_program import Cover, cheapest
from yiju.supply.siting.duties import duties_of
from yiju.supply.siting.result import TOLERANCE, Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.median_instance import Instance

Bools = npt.NDArray[np.bool_]
Int64s = npt.NDArray[np.int64]


def fewest_sites(instance: Instance, limit: float, *, seconds: float) -> tuple[Bools, float]:
    """Sites such that every point that may not go without has one within a limit, as few as p or as can be.

    Parameters
    ----------
    instance
        With p: fewer sites are not looked for.
    limit
        Greatest cost, inclusive; each point has a site within it.
    seconds
        That HiGHS may take.

    Returns
    -------
    (m,) open sites, and how many any such choice needs, 0 where that was not asked.
    """
    locked = np.isin(np.arange(instance.m), instance.locked)
    reach = _reach(instance, limit)
    cover = Cover(reach, duties_of(reach, None, 1.0, None), np.ones(instance.m), locked)
    opened = cover.greedily()
    known = int(opened.sum())
    if known <= instance.p:
        return opened, 0.0
    outcome, found = cheapest(cover, opened, seconds=seconds, gap=0.0)
    if found is not None and found.sum() < known:
        opened = found
    if outcome.state in ("infeasible", "cut off"):
        return opened, float(known)
    # a number of sites is whole; HiGHS's bound has a little dust
    return opened, float(np.ceil(outcome.bound - TOLERANCE))


def _reach(instance: Instance, limit: float) -> Costs:
    """The pairs within a limit, of the points that may not go without a site."""
    must = np.isinf(instance.far)
    first, site, cost = instance.rows
    pairs = np.repeat(must, np.diff(first)) & (cost <= limit)
    ends = np.concatenate([[0], np.cumsum(pairs)])
    starts = ends[first]
    return Costs(
        points=pd.RangeIndex(int(must.sum())),
        sites=pd.RangeIndex(instance.m),
        first=np.append(starts[:-1][must], starts[-1]).astype(np.int64),
        site=site[pairs],
        cost=cost[pairs],
    )


def sites_for_all(instance: Instance, seconds: float) -> Int64s:
    """At most p sites, such that every point that may not go without lists one of them.

    Raises
    ------
    Infeasible
        There are none, or none were found in time.
    """
    opened, least = fewest_sites(instance, np.inf, seconds=seconds)
    count = int(opened.sum())
    if count <= instance.p:
        return np.flatnonzero(opened)
    raise too_few(instance.p, count, least, seconds)


def too_few(p: int, enough: int, least: float, seconds: float) -> Infeasible:
    """The error of p sites that do not serve everybody, or were not found in time."""
    hint = Text(
        "请增加点数、放宽可达范围、列出更多候选点，或给出范围外的费用 beyond。",
        "Choose more sites, allow longer ways, list more sites of each point, or say what it costs `beyond`.",
    )
    if least > p:
        message = Text(
            f"{p} 个点不能服务所有需求点；至少需要 {least:.0f} 个，{enough} 个可行。",
            f"{p} sites cannot serve every point: it takes {least:.0f} or more, and {enough} will do.",
        )
    else:
        message = Text(
            f"{seconds:.0f} 秒内没有找到能服务所有需求点的 {p} 个点；{enough} 个可行。",
            f"Within {seconds:.0f} seconds no {p} sites were found that serve every point; {enough} will do.",
        )
    constraint = "count" if least > p else "time"
    return Infeasible(message, constraint=constraint, relaxed=float(enough), hint=hint)
