"""From the question to a siting problem and back: each problem has its own way in, all have the same way out.

======================  ==========================================  =========================================
asked                   solved by                                   what is there now
======================  ==========================================  =========================================
``maximal``             :func:`yiju.supply.siting.colocate`         homes that have a service need no more of it
 over years             :func:`yiju.supply.siting.stages`           the same
``median``              a p-median without capacities               one site that is open, at today's walks
``cover``               :func:`yiju.supply.siting.lscp`             the same
``expand``              :func:`yiju.supply.siting.expand`           places that are there count, and can be bought
======================  ==========================================  =========================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yiju.supply.plan.beside import enough_covered, least_walking, more_places
from yiju.supply.plan.sharing import over_years, refuse_small_budget, together
from yiju.supply.siting import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.plan.decision import Decision
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offers
    from yiju.supply.plan.question import Question


def decide(
    ground: Ground,
    asked: Question,
    offers: Offers,
    *,
    budget_yuan: float | None,
    sites: int | None,
    seconds: float,
    gap: float = 0.0,
) -> Decision:
    """Solve the problem that is asked.

    Parameters
    ----------
    budget_yuan, sites
        In place of those of the question: the curve asks the same with other budgets.
    gap
        Relative gap that is good enough.

    Raises
    ------
    Infeasible
        Names the constraint that cannot be met, and the smallest relaxation that helps.
    """
    if asked.problem == "maximal":
        refuse_small_budget(offers, budget_yuan)
        if asked.staged and budget_yuan is not None:
            return over_years(ground, asked, offers, budget_yuan, seconds, gap)
        return together(asked, offers, budget_yuan, sites, seconds, gap)
    if asked.problem == "median":
        found = least_walking(ground, asked, offers, sites or 1, seconds, gap)
    elif asked.problem == "cover":
        found = enough_covered(ground, asked, offers, seconds, gap)
    else:
        return more_places(ground, offers, budget_yuan, seconds, gap)
    if budget_yuan is not None and found.spent_yuan > budget_yuan:
        raise Infeasible(
            Text(
                f"预算 {budget_yuan:,.0f} 元不足：该方案需要 {found.spent_yuan:,.0f} 元。",
                f"The budget of {budget_yuan:,.0f} yuan is too small: this takes {found.spent_yuan:,.0f} yuan.",
            ),
            constraint="budget",
            relaxed=found.spent_yuan,
        )
    return found
