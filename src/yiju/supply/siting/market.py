"""Shops among rivals: how many people a shop may expect, where demand supports one, where p shops win most.

People share themselves out by pull (Huff): of the people *i* who reach shops with pulls ``a_ij`` and rivals with
``R_i`` in all, the open shops *S* win ``w_i A_i / (A_i + R_i)``, with ``A_i = Σ_{j in S} a_ij``.
"""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.checking import per_point, per_site, positions
from yiju.supply.siting.market_cuts import improve_bound
from yiju.supply.siting.market_search import Market, best_exchange, grow
from yiju.supply.siting.result import TOLERANCE, UNSERVED, Infeasible, Proof, Siting, is_closed, relative_gap
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pull:
    """How strongly a kind of shop draws: the numbers of Huff's formula.

    Attributes
    ----------
    kind
        Code of the kind of shop.
    exponent
        With which power the pull falls with cost.
    size_exponent
        With which power it rises with size.
    nearest
        Costs below this count as this, in the unit of the costs.
    source
        Where the numbers come from.
    provisional
        Whether they still have to be compared with their source.
    """

    kind: str
    exponent: float
    size_exponent: float
    nearest: float
    source: str
    provisional: bool

    def __call__(self, cost: npt.ArrayLike) -> Floats:
        """Weight of a cost."""
        return np.asarray(np.maximum(np.asarray(cost, dtype=np.float64), self.nearest) ** -self.exponent)


@cache
def _pulls() -> dict[str, Pull]:
    text = resources.files("yiju.supply.siting").joinpath("market.toml").read_text(encoding="utf-8")
    return {kind: Pull(kind, **numbers) for kind, numbers in tomllib.loads(text).items()}


def pull_of(kind: str) -> Pull:
    """The numbers of a kind of shop, as ``market.toml`` has them.

    Raises
    ------
    UnknownName
        There is no such kind.

    Examples
    --------
    >>> pull_of("daily").exponent
    2.0
    """
    known = _pulls()
    if kind not in known:
        raise UnknownName(Text("商业类型", "kind of shop"), kind, known)
    return known[kind]


def pulls(costs: Costs, size: npt.ArrayLike, decay: Callable[[Floats], Floats] | Pull) -> Floats:
    """(pairs,) pull of each shop on each point that reaches it.

    Parameters
    ----------
    costs
        Pairs of points and shops.
    size
        (m,) what draws, such as floor area or stalls.
    decay
        Weight of a cost, such as :func:`yiju.access.decay.power`, or a :class:`Pull`.

    Raises
    ------
    ContractError
        A size is negative or missing; a weight is infinite, as that of a power at cost 0.
    """
    drawn = per_site(costs, size, Text("规模", "size"))
    if isinstance(decay, Pull):
        drawn = drawn**decay.size_exponent
    weight = np.asarray(decay(costs.cost), dtype=np.float64)
    if not np.isfinite(weight).all() or (weight < 0.0).any():
        raise ContractError(
            Text(
                "衰减函数给出了无穷、空值或负的权重；幂函数请给出最小费用（nearest）。",
                "The decay gives a weight that is infinite, missing or negative; a power needs a nearest cost.",
            )
        )
    return drawn[costs.site] * weight


def rivals_of(costs: Costs, size: npt.ArrayLike, decay: Callable[[Floats], Floats] | Pull) -> Floats:
    """(n,) the pull of all existing shops on each point.

    Examples
    --------
    A shop of size 4 at 2 minutes pulls with 4 / 2² = 1.

    >>> from yiju.supply.siting.costs import Costs
    >>> rivals_of(Costs.from_matrix([[2.0], [4.0]]), [4.0], lambda cost: cost**-2.0).tolist()
    [1.0, 0.25]
    """
    return np.bincount(costs.point, weights=pulls(costs, size, decay), minlength=costs.n).astype(np.float64)


def expected(
    costs: Costs,
    people: npt.ArrayLike,
    size: npt.ArrayLike,
    *,
    rivals: npt.ArrayLike,
    decay: Callable[[Floats], Floats] | Pull,
) -> pd.Series:
    """(m,) people whom one new shop at each site may expect, the existing ones staying.

    Parameters
    ----------
    costs
        Pairs of points and sites.
    people
        (n,) people, or their spending.
    size
        (m,) of a new shop at each site.
    rivals
        (n,) pull of the existing shops; see :func:`rivals_of`.
    decay
        As in :func:`pulls`.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> costs = Costs.from_matrix([[2.0, 4.0], [4.0, 2.0]], sites=pd.Index(["east", "west"]))
    >>> expected(costs, [100, 60], [4, 4], rivals=[1.0, 1.0], decay=lambda cost: cost**-2.0).to_dict()
    {'east': 62.0, 'west': 50.0}
    """
    market = _market(costs, people, size, rivals, decay)
    return pd.Series(market.alone(market.nobody), index=costs.sites, name="people")


def supported(
    costs: Costs,
    people: npt.ArrayLike,
    size: npt.ArrayLike,
    threshold: float,
    *,
    rivals: npt.ArrayLike,
    decay: Callable[[Floats], Floats] | Pull,
    most: int | None = None,
) -> pd.DataFrame:
    """Where demand supports a shop: sites in the order in which shops would come, until none finds enough people.

    Each shop opens where it may expect most people. It opens only if it, and all that opened before it, still have
    at least the threshold. What rivals lose is not asked.

    Parameters
    ----------
    costs, people, size, rivals, decay
        As in :func:`expected`.
    threshold
        People (or spending) that a shop needs to live.
    most
        Shops to open at most.

    Returns
    -------
    A row for each shop: ``rank``, ``people`` when it opens, ``people_at_last`` when all are open.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> costs = Costs.from_matrix([[2.0, 4.0], [4.0, 2.0]], sites=pd.Index(["east", "west"]))
    >>> shops = supported(costs, [100, 60], [4, 4], 35, rivals=[1.0, 1.0], decay=lambda cost: cost**-2.0)
    >>> shops["people"].round(1).to_dict(), shops["people_at_last"].round(1).to_dict()
    ({'east': 62.0, 'west': 37.8}, {'east': 51.1, 'west': 37.8})
    """
    market = _market(costs, people, size, rivals, decay)
    opened: list[int] = []
    first: list[float] = []
    while most is None or len(opened) < most:
        hope = market.share_of_next(np.array(opened, dtype=np.int64))
        hope[opened] = -1.0
        found = None
        for j in np.argsort(-hope, kind="stable"):
            if hope[j] < threshold or hope[j] <= 0.0:
                break
            if all(v >= threshold for v in market.won_by_each(np.array([*opened, j], dtype=np.int64))):
                found = int(j)
                break
        if found is None:
            break
        opened.append(found)
        first.append(float(hope[found]))
    last = market.won_by_each(np.array(opened, dtype=np.int64))
    return pd.DataFrame(
        {"rank": range(1, len(opened) + 1), "people": first, "people_at_last": last},
        index=costs.sites[opened],
    )


def competitive(  # noqa: PLR0913 - the words of the problem
    costs: Costs,
    people: npt.ArrayLike,
    size: npt.ArrayLike,
    p: int,
    *,
    rivals: npt.ArrayLike,
    decay: Callable[[Floats], Floats] | Pull,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,  # noqa: ARG001 - nothing is drawn at random
) -> Siting:
    """The p shops that win most people from their rivals.

    With ``y_j`` whether a shop opens at site *j* and ``R_i`` the pull of the rivals on point *i*::

        max  Σ_i w_i A_i / (A_i + R_i)
        (1)  A_i = Σ_j a_ij y_j       pull of the open shops
        (2)  Σ_j y_j = p

    Shops open one by one where they win most and are then exchanged; lines above the concave sum bound it.

    Parameters
    ----------
    costs
        Pairs of points and sites.
    people
        (n,) people, or their spending.
    size
        (m,) of a shop at each site, as in :func:`pulls`.
    p
        How many shops, locked ones included.
    rivals
        (n,) pull of all others; see :func:`rivals_of`. People without rivals go to any open shop that they reach.
    decay
        As in :func:`pulls`.
    locked, closed
        Positions of sites that are our own already, and that may not be.
    seconds, gap
        Time that the search may take; relative gap that is good enough.
    seed
        Not used.

    Raises
    ------
    ContractError
        An input has another length, is negative or not a number; p is not from 1 to m.
    Infeasible
        ``count``: more sites are locked than p, or fewer may open; ``locked``.

    Examples
    --------
    Three streets and a rival in the middle one.

    >>> from yiju.supply.siting.costs import Costs
    >>> costs = Costs.from_matrix([[1, 2, 3], [2, 1, 2], [3, 2, 1]])
    >>> shops = competitive(costs, [50, 90, 60], 1, 1, rivals=[0.25, 1, 0.25], decay=lambda cost: cost**-2.0)
    >>> shops.chosen.tolist(), round(shops.objective, 2), shops.proof
    ([1], 100.0, 'optimal')
    """
    started = time.perf_counter()
    if not 1 <= p <= costs.m:
        raise ContractError(
            Text(f"p 应在 1 到 {costs.m} 之间，给出的是 {p}。", f"p runs from 1 to {costs.m}; it is {p}.")
        )
    market = _market(costs, people, size, rivals, decay)
    own, shut = positions(costs, locked, closed)
    _refuse_count(p, len(own), costs.m - len(shut))
    low = np.isin(np.arange(costs.m), own)
    high = ~np.isin(np.arange(costs.m), shut)
    sites, _ = best_exchange(market, grow(market, p, own, high), low, high)
    sites, best, bound = improve_bound(
        market, sites, low=low, high=high, left=lambda: seconds - (time.perf_counter() - started), gap=gap
    )
    proof: Proof = "out of time"
    if is_closed(best, bound):
        proof = "optimal"
    elif relative_gap(best, bound) <= max(gap, TOLERANCE):
        proof = "within gap"
    unreached = float(market.people[costs.stranded].sum())
    return Siting(
        problem="competitive",
        sense="max",
        objective=best,
        bound=bound,
        proof=proof,
        seconds=time.perf_counter() - started,
        chosen=sites.astype(np.int32),
        serves=_strongest(market, sites),
        sites=_explained(costs, market, sites, best, low, high),
        notes=(
            Text(
                f"有 {unreached:,.0f} 人不在任何候选点的可达范围内。",
                f"{unreached:,.0f} people reach none of the sites.",
            ),
        )
        if unreached > 0.0
        else (),
    )


def _market(
    costs: Costs,
    people: npt.ArrayLike,
    size: npt.ArrayLike,
    rivals: npt.ArrayLike,
    decay: Callable[[Floats], Floats] | Pull,
) -> Market:
    return Market(
        point=costs.point,
        site=costs.site,
        pull=pulls(costs, size, decay),
        people=per_point(costs, people, Text("人口", "people")),
        rivals=per_point(costs, rivals, Text("竞争者吸引力", "pull of the rivals")),
        m=costs.m,
    )


def _refuse_count(p: int, locked: int, usable: int) -> None:
    if locked <= p <= usable:
        return
    can = locked if locked > p else usable
    raise Infeasible(
        Text(
            f"p = {p}，但锁定了 {locked} 个候选点，可用的有 {usable} 个。",
            f"p is {p}, but {locked} sites are locked and {usable} may be used.",
        ),
        constraint="count",
        relaxed=float(can),
        hint=Text(f"p 可取 {can}。", f"p can be {can}."),
    )


def _strongest(market: Market, sites: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """(n,) the open shop that pulls each point most."""
    serves = np.full(len(market.people), UNSERVED, dtype=np.int32)
    mine = np.flatnonzero(np.isin(market.site, sites) & (market.pull > 0.0))
    rising = mine[np.argsort(market.pull[mine], kind="stable")]
    serves[market.point[rising]] = market.site[rising]
    return serves


def _explained(
    costs: Costs,
    market: Market,
    sites: npt.NDArray[np.int64],
    best: float,
    low: npt.NDArray[np.bool_],
    high: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """The row of each shop: whom it draws, and what would be won without it or with another instead."""
    rows = []
    for j, won in zip(sites.tolist(), market.won_by_each(sites), strict=True):
        rest = market.total(sites[sites != j])
        without = float(market.won(rest).sum())
        instead = without + market.alone(rest)
        instead[~high] = -np.inf
        instead[sites] = -np.inf
        other = int(np.argmax(instead))
        none = low[j] or not np.isfinite(instead[other])
        rows.append(
            {
                "points": int(((market.site == j) & (market.pull > 0.0)).sum()), "people": float(won),
                "gain": best - without, "next_best": None if none else costs.sites[other],
                "next_best_loss": float("nan") if none else best - float(instead[other]),
            }
        )  # fmt: skip
    columns = ["points", "people", "gain", "next_best", "next_best_loss"]
    return pd.DataFrame(rows, columns=columns, index=costs.sites[sites])
