"""Which sites serve which points: all pairs within a limit, and a refusal where some of them may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs


def within_reach(costs: Costs, limit: float) -> Costs:
    """The pairs within the limit.

    Raises
    ------
    ContractError
        Only the nearest sites of a point are listed, and more may lie within the limit; or the limit is no number.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> within_reach(Costs.from_matrix([[100, 500, 900]]), 500).site.tolist()
    [0, 1]
    """
    if not limit >= 0:
        raise ContractError(
            Text(
                f"服务半径应为不小于 0 的数，实际为 {limit}。",
                f"The limit needs a number from 0 up, was given {limit} instead.",
            )
        )
    if costs.nearest_only:
        last = costs.cost[np.maximum(costs.first[1:] - 1, 0)]
        cut = (np.diff(costs.first) < costs.m) & ~costs.stranded & (last < limit)
        if cut.any():
            raise ContractError(
                Text(
                    f"{int(cut.sum())} 个需求点只列出了最近的若干候选点，而限值 {limit:g} 之内可能还有别的。",
                    f"{int(cut.sum())} points list only their nearest sites, and more may lie within {limit:g}.",
                ),
                hint=Text(
                    "请列出限值内的所有候选点，如用 Costs.from_matrix(matrix, limit=…)。",
                    "List all sites within the limit, as `Costs.from_matrix(matrix, limit=…)` does.",
                ),
            )
    return costs.within(limit)
