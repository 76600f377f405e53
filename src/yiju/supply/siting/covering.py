"""Set cover: the fewest sites, or the cheapest, so that every group in every district has its share within reach."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.checking import per_site
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.cover_program import Cover, cheapest
from yiju.supply.siting.cover_shares import Shares
from yiju.supply.siting.duties import duties_of, refuse_impossible
from yiju.supply.siting.hosting import marked
from yiju.supply.siting.programs import proof_of
from yiju.supply.siting.reach import within_reach
from yiju.supply.siting.result import UNSERVED, Siting, is_closed
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.supply.siting.result import Proof

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Coverage(Siting):
    """Chosen sites, and what share of every group and district they cover.

    In ``sites``, ``gain`` is the number of people whom only this site covers (the objective counts sites, and without
    it they would be too few), and ``next_best`` the cheapest other site that could stand in for it with every duty
    still met: null where none can, so that the site cannot be done without.

    Attributes
    ----------
    shares
        A row for each group and district: ``people, covered, share, needed``.
    """

    shares: pd.DataFrame


def lscp(  # noqa: PLR0913 - what is asked of a classical problem
    costs: Costs,
    limit: float,
    *,
    groups: pd.DataFrame | None = None,
    share: float | Mapping[str, float] = 1.0,
    districts: npt.ArrayLike | None = None,
    site_cost: npt.ArrayLike | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Coverage:
    """Fewest or cheapest sites with equal cover for all: the location set covering problem with shares.

    ::

        min  Σ_j F_j y_j
        (1)  Σ_j y_j >= 1    over the sites within the limit of i        where a duty wants everybody at i
        (2)  z_i <= Σ_j y_j  over the sites within the limit of i        elsewhere i is covered by what is open
        (3)  Σ_i w_ig z_i >= q_g Σ_i w_ig  over i in district d          for every group g and every district d
        (4)  y_j = 1 for locked, 0 for closed sites;  y_j in {0, 1},  0 <= z_i <= 1

    Parameters
    ----------
    costs
        n points by m sites.
    limit
        Greatest cost within which a point is covered, inclusive, in the unit of the costs.
    groups
        (n, groups) people; None counts every point once. Points without people need not be covered.
    share
        q, one for all or one for each group.
    districts
        (n,) label of each point. Points without a district count for the whole city only.
    site_cost
        (m,) F; None counts sites.
    locked, closed
        Positions of sites that must be open (they count in the objective), and of sites that may not.
    seconds, gap, seed
        When to stop, and the seed of the search.

    Raises
    ------
    ContractError
        Numbers that are negative or too few, a share outside 0 to 1.
    Infeasible
        Even all sites together do not meet a duty: it says which, the greatest share and the least limit that would
        do.

    References
    ----------
    C. Toregas, R. Swain, C. ReVelle and L. Bergman, The location of emergency service facilities, Operations Research
    19 (1971) 1363-1373.

    Examples
    --------
    >>> walk_m = Costs.from_matrix([[100, 900, 400], [400, 300, 900], [900, 350, 900], [900, 200, 400]])
    >>> siting = lscp(walk_m, 500)
    >>> siting.chosen.tolist(), siting.objective, siting.proof
    ([0, 1], 2.0, 'optimal')
    >>> lscp(walk_m, 500, groups=pd.DataFrame({"old": [5, 10, 30, 55]}), share=0.9).chosen.tolist()
    [1]
    """
    begun = time.perf_counter()
    must, never = marked(costs, locked, closed)
    duties = duties_of(costs, groups, share, districts)
    within = within_reach(costs, limit)
    refuse_impossible(duties, costs, limit, never)
    price = np.ones(costs.m) if site_cost is None else per_site(costs, site_cost, Text("开办费", "site cost"))
    cover = Cover(_without(within, never), duties, price, must)
    opened, bound, proof = _solved(cover, begun + seconds, gap, seed)
    chosen = np.flatnonzero(opened).astype(np.int32)
    serves = _nearest(within, opened)
    return Coverage(
        problem="lscp",
        sense="min",
        objective=float(price[opened].sum()),
        bound=bound,
        proof=proof,
        seconds=time.perf_counter() - begun,
        chosen=chosen,
        serves=serves,
        sites=_rows(cover, opened, serves),
        notes=_notes(cover, within),
        shares=duties.table(cover.covered(opened)),
    )


def _solved(cover: Cover, deadline: float, gap: float, seed: int) -> tuple[Bools, float, Proof]:
    """Open sites, what nothing can be cheaper than, and how that was proved."""
    price = cover.price
    whole = bool((price == np.rint(price)).all())
    step = float(np.gcd.reduce(price.astype(np.int64))) if whole else 0.0
    opened, least = cover.greedily(), 0.0
    if (
        step > 0 and not cover.strict.any()
    ):  # only shares: maximal cover knows how much so few sites can cover
        half = time.perf_counter() + 0.5 * (deadline - time.perf_counter())
        shares = Shares(cover, opened, step, half)
        shares.run(np.random.default_rng(seed))
        opened, least = shares.opened, shares.bound
    known = float(price[opened].sum())
    if is_closed(known, least, step=step):
        return opened, known, "optimal"
    outcome, found = cheapest(cover, opened, seconds=deadline - time.perf_counter(), gap=gap)
    if found is not None and price[found].sum() <= known:
        opened = found
    objective = float(price[opened].sum())
    proved = objective if outcome.state in ("cut off", "infeasible") else max(outcome.bound, least)
    bound, proof = proof_of("min", replace(outcome, bound=proved), objective, gap=gap, step=step)
    return opened, max(bound, 0.0), proof


def _without(costs: Costs, never: Bools) -> Costs:
    kept = ~never[costs.site]
    ends = np.concatenate([[0], np.cumsum(kept)])
    return Costs(costs.points, costs.sites, ends[costs.first], costs.site[kept], costs.cost[kept])


def _nearest(within: Costs, opened: Bools) -> Int32s:
    serves = np.full(within.n, UNSERVED, dtype=np.int32)
    pairs = np.flatnonzero(opened[within.site])  # cheapest first within a row
    point, at = np.unique(within.point[pairs], return_index=True)
    serves[point] = within.site[pairs[at]]
    return serves


def _rows(cover: Cover, opened: Bools, serves: Int32s) -> pd.DataFrame:
    chosen, labels, m = np.flatnonzero(opened), cover.reach.sites, len(cover.price)
    people = cover.duties.at_points
    served = serves != UNSERVED
    times = np.bincount(cover.reach.point, weights=opened[cover.reach.site], minlength=cover.reach.n)
    rows = []
    for j in chosen:
        pairs = slice(*cover.reach.by_site[0][j : j + 2])
        only = cover.reach.by_site[1][pairs]
        only = only[times[only] == 1]
        other = -1 if cover.locked[j] else _stand_in(cover, opened, int(j))
        rows.append(
            {
                "gain": float(people[only].sum()),
                "next_best": labels[other] if other >= 0 else None,
                "next_best_loss": float(cover.price[other] - cover.price[j]) if other >= 0 else np.nan,
                "cost": float(cover.price[j]),
            }
        )
    columns = {name: [row[name] for row in rows] for name in ("gain", "next_best", "next_best_loss", "cost")}
    columns["next_best"] = pd.array(
        columns["next_best"], dtype=object
    )  # labels stay what they are beside null
    frame = pd.DataFrame(columns, index=labels[chosen])
    frame.insert(0, "points", np.bincount(serves[served], minlength=m)[chosen])
    frame.insert(1, "people", np.bincount(serves[served], weights=people[served], minlength=m)[chosen])
    return frame


def _stand_in(cover: Cover, opened: Bools, site: int) -> int:
    """The cheapest closed site that could take this one's place with every duty met; -1 if there is none."""
    duties = cover.duties
    rest = opened.copy()
    rest[site] = False
    left = duties.needed - duties.sum_of(cover.covered(rest))
    possible = ~opened
    for k in np.flatnonzero(left > 0):
        mine = duties.duty == k
        people = np.bincount(duties.point[mine], weights=duties.people[mine], minlength=duties.n)
        people[cover.covered(rest)] = 0.0
        won = np.bincount(cover.reach.site, weights=people[cover.reach.point], minlength=len(cover.price))
        possible &= won >= left[k]
    return int(np.where(possible, cover.price, np.inf).argmin()) if possible.any() else -1


def _notes(cover: Cover, within: Costs) -> tuple[Text, ...]:
    people = cover.duties.at_points
    far = within.stranded & (people > 0)
    if not far.any():
        return ()
    return (
        Text(
            f"{int(far.sum())} 个需求点的 {people[far].sum():,.0f} 人在限值内没有任何候选点。",
            f"{people[far].sum():,.0f} people at {int(far.sum())} points have no site within the limit.",
        ),
    )
