"""A p-median as its search and its bounds read it: who counts, which sites are in play, how far rows are read.

What a point pays none of whose listed sites is open is written as ``far``, and depends on what was given::

    all usable pairs are listed           the point cannot be served: such a choice is not allowed
    only the nearest are listed           the point pays at least its last listed cost, nobody knows how much:
                                          not allowed as a choice, but bounds stay below it
    ``beyond`` is given                   that is what the point pays, listed or not
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.supply.siting.checking import per_point, positions
from yiju.supply.siting.kernels.listing import Pairs, columns_of, heads_of
from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

# A row is read to its second nearest open site: 2 m / p entries on average. Twice that holds it nearly always; measured
# on 20,000 x 1,000 with p = 100, a head makes the search five times as fast.
_HEADS = 4
_LEAST_HEAD = 8
# A point without any open site pays this many times the greatest cost, so that the search serves everyone first.
_PENALTY = 1_000.0


@dataclass(frozen=True, eq=False)
class Instance:
    """A p-median without what does not matter: points without people, or without any site that may open, are left out.

    Attributes
    ----------
    p
        How many sites are chosen.
    rows, heads, columns
        The pairs of the points that count; see :mod:`yiju.supply.siting.kernels.listing`.
    weight
        (n,) people, all above 0.
    far
        (n,) what a point pays none of whose listed sites is open; infinite where that may not be.
    unlisted
        (n,) the least that it may cost a point when none of its listed sites is open, whatever was not listed.
    ceiling
        (n,) how high the price of a point may be in a bound that is read from heads.
    barred
        (m,) sites that may not be opened.
    locked
        Positions of the sites that must be open.
    step
        The least difference of two objectives; 0 if unknown.
    """

    p: int
    rows: Pairs
    heads: Pairs
    columns: Pairs
    weight: Floats
    far: Floats
    unlisted: Floats
    ceiling: Floats
    barred: Bools
    locked: Int64s
    step: float

    @property
    def n(self) -> int:
        """Number of points that count."""
        return len(self.weight)

    @property
    def m(self) -> int:
        """Number of sites, barred ones included."""
        return len(self.barred)

    @property
    def penalty(self) -> Floats:
        """(n,) as ``far``, with a great cost where it may not be."""
        costs = self.rows[2]
        great = _PENALTY * (1.0 + float(costs.max(initial=0.0)))
        return np.where(np.isfinite(self.far), self.far, great)

    @property
    def all_is_listed(self) -> bool:
        """Whether it is known what every point pays under every choice."""
        return bool((self.unlisted == self.far).all())

    def total(self, chosen: npt.NDArray[np.integer]) -> float:
        """Total cost of a choice; infinite if it leaves somebody without a site who may not be."""
        first, site, cost = self.rows
        is_open = np.zeros(self.m, dtype=np.bool_)
        is_open[chosen] = True
        return float(self.weight @ np.minimum(nearest_of(first, is_open[site], cost), self.far))


def nearest_of(first: Int64s, usable: Bools, cost: Floats) -> Floats:
    """(n,) the first cost of each row that is usable; infinite if none is."""
    places = np.flatnonzero(usable)
    place = np.searchsorted(places, first[:-1])
    found = np.append(places, len(cost))[place]
    return np.where(found < first[1:], np.append(cost, np.inf)[found], np.inf)


def instance_of(
    costs: Costs,
    people: npt.ArrayLike,
    p: int,
    *,
    beyond: npt.ArrayLike | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
) -> Instance:
    """Check what is asked, and make it ready.

    Raises
    ------
    ContractError
        People or ``beyond`` are not one for each point, negative or missing; a position does not exist; p is no count.
    Infeasible
        There are more locked sites than p, or fewer sites in play than p.
    """
    weight = per_point(costs, people, Text("人数", "people"))
    must, never = positions(costs, locked, closed)
    p = _count(p, locked=len(must), in_play=costs.m - len(never))
    barred = np.isin(np.arange(costs.m), never)
    far = np.full(costs.n, np.inf)
    if beyond is not None:
        far = per_point(costs, beyond, Text("范围外的费用", "beyond"))
    usable = ~barred[costs.site]
    served = np.bincount(costs.point[usable], minlength=costs.n) > 0
    kept = (weight > 0.0) & (np.isfinite(far) | served)
    rows = _rows(costs, kept, usable)
    unlisted = np.minimum(far, _least_unlisted(costs))[kept]
    heads = heads_of(rows, _HEADS * -(-costs.m // p) + _LEAST_HEAD)
    return Instance(
        p=p,
        rows=rows,
        heads=heads,
        columns=columns_of(rows, costs.m),
        weight=weight[kept],
        far=far[kept],
        unlisted=unlisted,
        ceiling=np.minimum(unlisted, _after_heads(heads, rows)),
        barred=barred,
        locked=must,
        step=_step(rows[2], weight[kept], far[kept]),
    )


def _rows(costs: Costs, kept: Bools, usable: Bools) -> Pairs:
    """The rows of the points that count, without sites that may not be opened."""
    if kept.all() and usable.all():
        return costs.first, costs.site, costs.cost
    lengths = np.bincount(costs.point[usable], minlength=costs.n)[kept]
    pairs = usable & kept[costs.point]
    first = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return first, costs.site[pairs], costs.cost[pairs]


def _count(p: int, *, locked: int, in_play: int) -> int:
    if isinstance(p, bool) or int(p) != p or p < 1:
        raise ContractError(
            Text(
                f"选址数量 p 应为正整数，给出的是 {p}。",
                f"The number of sites, p, needs to be 1 or more; it is {p}.",
            )
        )
    if p < locked:
        raise Infeasible(
            Text(
                f"只选 {p} 个点，却锁定了 {locked} 个。",
                f"{p} sites are to be chosen, but {locked} must be open.",
            ),
            constraint="locked",
            relaxed=float(locked),
            hint=Text(f"p 至少为 {locked}。", f"Choose {locked} sites or more."),
        )
    if p > in_play:
        raise Infeasible(
            Text(
                f"要选 {p} 个点，可用的只有 {in_play} 个。",
                f"{p} sites are to be chosen; only {in_play} may be opened.",
            ),
            constraint="count",
            relaxed=float(in_play),
            hint=Text(f"p 至多为 {in_play}。", f"Choose {in_play} sites or fewer."),
        )
    return int(p)


def _least_unlisted(costs: Costs) -> Floats:
    """(n,) what is not listed costs at least as much as the last entry of a row that lists just the nearest."""
    least = np.full(costs.n, np.inf)
    cut = (np.diff(costs.first) < costs.m) & ~costs.stranded
    if costs.nearest_only:
        least[cut] = costs.cost[costs.first[1:][cut] - 1]
    return least


def _after_heads(heads: Pairs, rows: Pairs) -> Floats:
    """(n,) the last cost of each head that is shorter than its row: what comes after costs as much or more."""
    least = np.full(len(heads[0]) - 1, np.inf)
    cut = np.diff(heads[0]) < np.diff(rows[0])
    least[cut] = heads[2][heads[0][1:][cut] - 1]
    return least


def _step(cost: Floats, weight: Floats, far: Floats) -> float:
    """Where all costs and weights are whole: their greatest common divisors multiplied."""
    known = far[np.isfinite(far)]
    if not len(cost) or not all((a == np.floor(a)).all() for a in (weight, cost, known)):
        return 0.0
    if weight.sum() * max(cost.max(), known.max(initial=0.0)) >= 2.0**53:  # sums of floats are exact below
        return 0.0
    shared = np.gcd(np.gcd.reduce(cost.astype(np.int64)), np.gcd.reduce(known.astype(np.int64), initial=0))
    return float(max(shared, 1) * np.gcd.reduce(weight.astype(np.int64)))
