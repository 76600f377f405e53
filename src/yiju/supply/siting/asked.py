"""What is asked of sites: which must be open and which may not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Bools = npt.NDArray[np.bool_]


def locked_and_closed(costs: Costs, locked: npt.ArrayLike, closed: npt.ArrayLike) -> tuple[Bools, Bools]:
    """(m,) each: sites that must be open, and sites that may not be.

    Raises
    ------
    ContractError
        A position does not exist, or stands twice.
    Infeasible
        A site is asked to be both.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> locked_and_closed(Costs.from_matrix([[1, 2, 3]]), [2], [0])[1].tolist()
    [True, False, False]
    """
    must = _marked(costs, locked, Text("必须开放", "locked"))
    never = _marked(costs, closed, Text("不得开放", "closed"))
    both = np.flatnonzero(must & never)
    if len(both):
        label = costs.sites[both[0]]
        raise Infeasible(
            Text(
                f"候选点 {label} 既要开放又不得开放。",
                f"Site {label} is asked to be open and closed at once.",
            ),
            constraint="locked",
            hint=Text("请从其中一个名单中删去。", "Take it off one of the two lists."),
        )
    return must, never


def _marked(costs: Costs, positions: npt.ArrayLike, what: Text) -> Bools:
    at = np.asarray(positions, dtype=np.int64).ravel()
    marked = np.zeros(costs.m, dtype=np.bool_)
    if len(at) and (at.min() < 0 or at.max() >= costs.m):
        raise ContractError(
            Text(
                f"“{what.zh}”名单中有不存在的候选点：编号应在 0 到 {costs.m - 1} 之间。",
                f"{what.en}: names a site that does not exist; positions run from 0 to {costs.m - 1}.",
            )
        )
    marked[at] = True
    if marked.sum() < len(at):
        raise ContractError(
            Text(f"“{what.zh}”名单中有候选点重复。", f"{what.en}: a site stands more than once.")
        )
    return marked
