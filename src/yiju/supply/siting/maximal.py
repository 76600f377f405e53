"""Maximal cover: as many people as possible within reach of p sites, or of what a budget opens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from yiju.errors import ContractError
from yiju.supply.siting.hosting import ServiceAtSites, hosting_of, marked
from yiju.supply.siting.hosting_rows import Rows
from yiju.supply.siting.hosting_search import best_hosting
from yiju.supply.siting.result import Siting
from yiju.text import Text

if TYPE_CHECKING:
    import numpy.typing as npt

    from yiju.supply.siting.costs import Costs


def mclp(  # noqa: PLR0913 - what is asked of a classical problem
    costs: Costs,
    people: npt.ArrayLike,
    *,
    limit: float,
    p: int | None = None,
    budget: float | None = None,
    site_cost: npt.ArrayLike | None = None,
    capacity: npt.ArrayLike | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Siting:
    """Sites that bring the most people within reach: the maximal covering location problem.

    ::

        max  Σ_i w_i z_i
        (1)  z_i <= Σ_j y_j  over the sites within the limit of i        a point is served only by what is open
        (2)  Σ_j y_j <= p                                                so many sites, and/or
        (3)  Σ_j F_j y_j <= B                                            so much money
        (4)  y_j = 1 for locked, 0 for closed sites;  y_j in {0, 1},  0 <= z_i <= 1

    With capacities, people are shared between sites: Σ_j x_ij <= w_i and Σ_i x_ij <= places_j y_j, and Σ x is made
    large.

    Parameters
    ----------
    costs
        n points by m sites.
    people
        (n,) who counts.
    limit
        Greatest cost within which a point is served, inclusive, in the unit of the costs.
    p
        Greatest number of sites, those that are locked among them.
    budget, site_cost
        What may be spent, and (m,) what each site costs, locked ones too; give 0 for what stands already.
    capacity
        Places: one number or (m,).
    locked, closed
        Positions of sites that must be open, and of sites that may not.
    seconds, gap
        When to stop: wall time, or a relative gap that is good enough.
    seed
        Of the search.

    Returns
    -------
    Siting
        Its objective is the people served, its sites have ``cost_yuan`` too where a cost is given.

    Raises
    ------
    ContractError
        Numbers that are negative or too few, neither p nor budget, a budget without costs.
    Infeasible
        What is locked is more than p or the budget allows, or the budget opens nothing.

    References
    ----------
    R. L. Church and C. ReVelle, The maximal covering location problem, Papers of the Regional Science Association 32
    (1974) 101-118.

    Examples
    --------
    >>> from yiju.supply.siting import Costs
    >>> walk_m = Costs.from_matrix([[100, 900, 900], [400, 300, 900], [900, 350, 900], [900, 900, 200]])
    >>> siting = mclp(walk_m, [50, 30, 40, 60], limit=500, p=2)
    >>> siting.chosen.tolist(), siting.objective, siting.proof
    ([0, 2], 140.0, 'optimal')
    >>> siting.sites[["people", "gain", "next_best", "next_best_loss"]].values.tolist()
    [[80.0, 80.0, 1, 10.0], [60.0, 60.0, 1, 20.0]]
    """
    begun = time.perf_counter()
    _refuse_vague(p, budget, site_cost)
    must, never = marked(costs, locked, closed)
    hosting = hosting_of(
        [ServiceAtSites("all", costs, people, limit, capacity=capacity)],
        site_cost=site_cost,
        budget=np.inf if budget is None else budget,
        most=p,
        allowed=np.column_stack([~must, ~never]),
    )
    standing = best_hosting(hosting, seconds=seconds, gap=gap, seed=seed)
    rows = Rows(hosting, standing.mixes)
    sites = rows.sites()
    if site_cost is not None:
        sites["cost_yuan"] = hosting.site_cost[rows.chosen]
    return Siting(
        problem="mclp",
        sense="max",
        objective=standing.objective,
        bound=standing.bound,
        proof=standing.proof,
        seconds=time.perf_counter() - begun,
        chosen=rows.chosen,
        serves=rows.serves[0],
        sites=sites,
        notes=rows.notes(),
    )


def _refuse_vague(p: int | None, budget: float | None, site_cost: npt.ArrayLike | None) -> None:
    if p is None and budget is None:
        raise ContractError(Text("请给出点数 p 或预算 budget。", "Give a number of sites `p` or a `budget`."))
    if budget is not None and site_cost is None:
        raise ContractError(
            Text("给出预算时须给出各点的开办费 site_cost。", "A `budget` needs the `site_cost` of the sites.")
        )
