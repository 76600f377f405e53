"""The most people for the money, with services that share sites: at once, or year by year."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.plan.candidates import COMPLEX_M2
from yiju.supply.plan.decision import Decision, decision_of
from yiju.supply.siting import Infeasible, colocate
from yiju.supply.siting.colocation import ComplexRule, ServiceAtSites
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offer, Offers
    from yiju.supply.plan.question import Question

Floats = npt.NDArray[np.float64]


def together(
    asked: Question, offers: Offers, budget_yuan: float | None, sites: int | None, seconds: float, gap: float
) -> Decision:
    """Services that may share sites; see :func:`yiju.supply.siting.colocate`."""
    found = colocate(
        services_at_sites(offers),
        budget=offers.all_yuan if budget_yuan is None else budget_yuan,
        p=sites,
        seconds=seconds,
        gap=gap,
        **rules_of_sharing(asked, offers),
    )
    hosts = {
        str(code): offers.sites.frame.index.get_indexer(found.hosts.index[found.hosts[code]])
        for code in found.hosts
    }
    return decision_of(offers, found, hosts)


def over_years(
    ground: Ground, asked: Question, offers: Offers, budget_yuan: float, seconds: float, gap: float
) -> Decision:
    """One service year by year, nothing closed again; see :func:`yiju.supply.siting.stages`."""
    from yiju.supply.siting.staging import stages  # noqa: PLC0415 - a door is opened when it is used

    (offer,) = offers.of.values()
    years = sorted(asked.years)
    lacking = offer.unserved > 0
    people = np.column_stack([np.where(lacking, p, 0.0) for p in _people_over(ground, asked, offer, years)])
    found = stages(
        offer.costs,
        people,
        np.full(len(years), budget_yuan / len(years)),
        offers.site_yuan + offer.add_on_yuan,
        years=years,
        closed=np.flatnonzero(~offer.allowed),
        seconds=seconds,
        gap=gap,
    )
    opened = {str(row["site"]): int(row["year"]) for row in found.plan.to_dict("records")}
    positions = offers.sites.frame.index.get_indexer(list(opened))
    return replace(decision_of(offers, found, {offer.service: positions}), years=opened)


def _people_over(ground: Ground, asked: Question, offer: Offer, years: list[int]) -> list[Floats]:
    """(cells,) people whom the service is for, in each year."""
    if asked.scenario is None:
        return [offer.people] * len(years)
    return [ground.people_in(offer.service, year, asked.scenario, until=years[-1]) for year in years]


def services_at_sites(offers: Offers) -> list[ServiceAtSites]:
    """The services as co-location takes them: who lacks one counts, each person once for each service."""
    return [
        ServiceAtSites(
            offer.service,
            offer.costs,
            offer.unserved,
            offer.limit_m,
            add_on_cost=offer.add_on_yuan,
            floor_area_m2=offer.floor_area_m2,
        )
        for offer in offers.of.values()
    ]


def rules_of_sharing(asked: Question, offers: Offers) -> dict[str, Any]:
    """What a site costs once, and what it may take in together."""
    floor = offers.sites.floor_m2
    # what is unknown is taken to suffice, for all services at once and for the rule of a complex
    enough = max(COMPLEX_M2, sum(o.floor_area_m2 for o in offers.of.values()))
    return {
        "site_cost": offers.site_yuan,
        "site_area_m2": np.where(np.isinf(floor), enough, floor),
        "pairs_forbidden": () if asked.colocate else tuple(combinations(asked.services, 2)),
        "complex_rule": _complex_rule(asked) if asked.complexes else None,
        "allowed": pd.DataFrame(
            {code: offer.allowed for code, offer in offers.of.items()}, index=offers.sites.frame.index
        ),
    }


def _complex_rule(asked: Question) -> ComplexRule:
    """The rule of a complex, as far as the services that are asked for can keep it; other floor is left free."""
    usual = ComplexRule()
    core = len(usual.core & set(asked.services))
    return replace(
        usual,
        least_functions=min(usual.least_functions, len(asked.services)),
        least_core=min(usual.least_core, core),
    )


def refuse_small_budget(offers: Offers, budget_yuan: float | None) -> None:
    """Refuse a budget that opens no site, and say the smallest that does.

    Raises
    ------
    Infeasible
        It opens none, or no candidate fits at all.
    """
    least = offers.cheapest_yuan
    if np.isinf(least):
        raise Infeasible(
            Text(
                "没有一处候选点既允许又容得下所要的服务。",
                "No candidate both may take in a service that is asked for and has the floor for it.",
            ),
            constraint="floor area",
            hint=Text(
                "请补充候选点，或在 city.toml 的 [costs] 中调整单元面积 floor_area_m2。",
                "Add candidates, or change floor_area_m2 of the service under [costs] in city.toml.",
            ),
        )
    if budget_yuan is not None and budget_yuan < least:
        raise Infeasible(
            Text(
                f"预算 {budget_yuan:,.0f} 元连一处也建不成：最便宜的一处需要 {least:,.0f} 元。",
                f"The budget of {budget_yuan:,.0f} yuan opens no site at all: the cheapest takes {least:,.0f} yuan.",
            ),
            constraint="budget",
            relaxed=least,
            hint=Text(
                f"请将预算提高到 {least:,.0f} 元以上。", f"Raise the budget to {least:,.0f} yuan or more."
            ),
        )
