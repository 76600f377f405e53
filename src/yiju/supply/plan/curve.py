"""What more money would bring, and less would lose: the same question at other budgets or numbers of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.supply.plan.sharing import rules_of_sharing, services_at_sites
from yiju.supply.plan.solving import decide
from yiju.supply.siting import Infeasible
from yiju.supply.siting.colocation import budget_curve
from yiju.supply.siting.expansion import Expansion

if TYPE_CHECKING:
    from yiju.supply.plan.decision import Decision
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offers
    from yiju.supply.plan.question import Question

# Budgets at which the question is asked again, as parts of the one that was asked: a proposal of ours.
_PARTS = (0.25, 0.5, 0.75, 1.25, 1.5, 2.0)
# Share of the time for the search that they may take together: a proposal of ours.
_TIME_SHARE = 0.5
# A point of the curve need not be better than this: its bound stands beside it.
_GOOD_ENOUGH = 0.005


def gain_curve(
    ground: Ground, asked: Question, offers: Offers, decision: Decision, people_gained: float
) -> pd.DataFrame:
    """People gained at other budgets, each with the bound that none can beat, the plan itself among them.

    Only problems that make people as many as possible have such a curve; for others it is the plan alone, whose proof
    is of metres or yuan: the people that it gains have no bound.

    Parameters
    ----------
    people_gained
        By the plan itself.

    Returns
    -------
    DataFrame
        ``services``, ``budget_yuan`` (what was spent where no budget was given), ``sites``, ``people_gained``,
        ``bound``; budgets rising.
    """
    if decision.siting.sense == "min":
        spent = decision.spent_yuan if asked.budget_yuan is None else asked.budget_yuan
        one = (";".join(asked.services), spent, len(decision.site_ids), people_gained, np.nan)
        return _frame([one])
    points = [] if asked.staged else [_point(asked, decision, asked.budget_yuan)]
    if asked.problem == "maximal" and asked.budget_yuan is not None:
        points += _at_other_budgets(asked, offers, asked.budget_yuan)
    else:
        points += _asked_again(ground, asked, offers, decision)
    frame = _frame(points)
    return frame if asked.budget_yuan is None else _never_falling(frame, asked)


def _never_falling(frame: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """A plan of less money is one of more too, and a bound of more holds for less; the plan itself stays as it is."""
    told = frame.copy()
    gain = frame["people_gained"].to_numpy()
    best = np.maximum.accumulate(np.where(gain >= np.maximum.accumulate(gain), np.arange(len(gain)), 0))
    told[["sites", "people_gained"]] = frame[["sites", "people_gained"]].iloc[best].to_numpy()
    told["sites"] = told["sites"].astype(int)
    told["bound"] = frame["bound"][::-1].cummin()[::-1]
    own = frame["budget_yuan"] == asked.budget_yuan
    return told.where(~own, frame)


def _frame(points: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = ["services", "budget_yuan", "sites", "people_gained", "bound"]
    frame = pd.DataFrame(points, columns=columns)
    frame = frame.astype({"budget_yuan": float, "people_gained": float, "bound": float, "sites": int})
    return frame.sort_values(["budget_yuan", "sites"], kind="stable", ignore_index=True)


def _at_other_budgets(asked: Question, offers: Offers, budget_yuan: float) -> list[tuple[object, ...]]:
    """Each budget begins with the plan of the one below it, so that the curve never falls."""
    found = budget_curve(
        services_at_sites(offers),
        # a plan over years counts person-years: its curve is that of the same money spent at once
        [part * budget_yuan for part in (*_PARTS, *((1.0,) if asked.staged else ()))],
        seconds=_TIME_SHARE * asked.seconds,
        gap=_GOOD_ENOUGH,
        p=asked.sites,
        **rules_of_sharing(asked, offers),
    )
    rows = found[["budget_yuan", "sites", "gain", "bound"]].to_numpy().tolist()
    return [(";".join(asked.services), *row) for row in rows]


def _asked_again(
    ground: Ground, asked: Question, offers: Offers, decision: Decision
) -> list[tuple[object, ...]]:
    points = []
    for budget, sites in _other_questions(asked, decision):
        try:
            other = decide(
                ground,
                asked,
                offers,
                budget_yuan=budget,
                sites=sites,
                seconds=_TIME_SHARE * asked.seconds / len(_PARTS),
                gap=_GOOD_ENOUGH,
            )
        except Infeasible:
            continue  # too small a budget is no point of the curve
        points.append(_point(asked, other, budget))
    return points


def _other_questions(asked: Question, decision: Decision) -> list[tuple[float | None, int | None]]:
    if asked.budget_yuan is not None:
        return [(part * asked.budget_yuan, asked.sites) for part in _PARTS]
    count = asked.sites or len(decision.site_ids)
    numbers = np.unique(np.ceil(np.array(_PARTS) * count).astype(int))
    return [(None, int(k)) for k in numbers if k != count]


def _point(asked: Question, decision: Decision, budget_yuan: float | None) -> tuple[object, ...]:
    found = decision.siting
    # places count those who had one before too
    before = found.people_before if isinstance(found, Expansion) else 0.0
    return (
        ";".join(asked.services),
        decision.spent_yuan if budget_yuan is None else budget_yuan,
        len(decision.site_ids),
        found.objective - before,
        found.bound - before,
    )
