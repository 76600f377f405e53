"""From the question to a siting problem and back: each problem has its own way in, all have the same way out.

======================  ==========================================  =========================================
asked                   solved by                                   what is there now
======================  ==========================================  =========================================
``maximal``             :func:`yiju.supply.siting.colocate`         homes that have a service need no more of it
 over years             :func:`yiju.supply.siting.stages`           the same
``median``              :func:`yiju.supply.siting.p_median`         one site that is open, at today's walks
``cover``               :func:`yiju.supply.siting.lscp`             the same
``expand``              :func:`yiju.supply.siting.expand`           places that are there count, and can be bought
======================  ==========================================  =========================================
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.services import service
from yiju.supply.plan.candidates import COMPLEX_M2
from yiju.supply.plan.expanding import places_wanted, ways_to_places
from yiju.supply.siting import Costs, Infeasible, colocate
from yiju.supply.siting.colocation import ComplexRule, ServiceAtSites
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offer, Offers
    from yiju.supply.plan.question import Question
    from yiju.supply.plan.unit_costs import Option
    from yiju.supply.siting import Siting

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# The label under which all that is there now goes into a problem, as one site.
EXISTING = "existing"
# Homes farther from a candidate than this do not use it (metres): three times the longest walk of a standard, 1,000 m.
_MEDIAN_REACH_M = 3_000.0


class Supply(NamedTuple):
    """One service at one site: how it comes about, its size and its cost without the site itself.

    ``people`` are those who get a place, where places are what is counted; else reach tells.
    """

    site_id: str
    service: str
    option: Option
    places: float
    floor_area_m2: float
    cost_yuan: float
    people: float | None = None


@dataclass(frozen=True, eq=False)
class Decision:
    """What a problem answered.

    Attributes
    ----------
    siting
        Sites with their proof.
    supplies
        Each service at each site, sites in the order of the candidates.
    site_yuan
        Fixed cost of each site that was chosen.
    years
        Year in which each site opens, where the problem decides that.
    closed
        Facilities that are there and would no longer offer the service; only where they need not stay.
    """

    siting: Siting
    supplies: tuple[Supply, ...]
    site_yuan: dict[str, float]
    years: dict[str, int] = field(default_factory=dict)
    closed: tuple[str, ...] = ()

    @property
    def spent_yuan(self) -> float:
        """Money in all."""
        return sum(self.site_yuan.values()) + sum(s.cost_yuan for s in self.supplies)

    @property
    def site_ids(self) -> tuple[str, ...]:
        """The chosen sites."""
        return tuple(dict.fromkeys(s.site_id for s in self.supplies))

    def hosting(self, code: str) -> list[str]:
        """Sites that take in a service."""
        return [s.site_id for s in self.supplies if s.service == code]


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
        _refuse_small_budget(offers, budget_yuan)
        if asked.staged and budget_yuan is not None:
            return _over_years(ground, asked, offers, budget_yuan, seconds, gap)
        return _together(asked, offers, budget_yuan, sites, seconds, gap)
    if asked.problem == "median":
        found = _least_walking(ground, asked, offers, sites or 1, seconds, gap)
    elif asked.problem == "cover":
        found = _enough_covered(ground, asked, offers, seconds, gap)
    else:
        return _more_places(ground, offers, budget_yuan, seconds, gap)
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


def _refuse_small_budget(offers: Offers, budget_yuan: float | None) -> None:
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


def _together(
    asked: Question, offers: Offers, budget_yuan: float | None, sites: int | None, seconds: float, gap: float
) -> Decision:
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
    return _decision(offers, found, hosts)


def _over_years(
    ground: Ground, asked: Question, offers: Offers, budget_yuan: float, seconds: float, gap: float
) -> Decision:
    from yiju.supply.siting.stages import stages  # noqa: PLC0415 - a door is opened when it is used

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
    return replace(_decision(offers, found, {offer.service: positions}), years=opened)


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


def _least_walking(
    ground: Ground, asked: Question, offers: Offers, sites: int, seconds: float, gap: float
) -> Decision:
    from yiju.supply.siting import p_median  # noqa: PLC0415 - as above

    (offer,) = offers.of.values()
    wide = ground.costs(offers.sites.points, _MEDIAN_REACH_M, allowed=offer.allowed)
    costs, there = _with_existing(ground, offer, wide, apart=not asked.keep_existing)
    found = p_median(
        costs,
        offer.people,
        sites + len(there),
        locked=there if asked.keep_existing else (),
        closed=np.flatnonzero(~offer.allowed),
        seconds=seconds,
        gap=gap,
    )
    decision = _decision(offers, found, {offer.service: found.chosen})
    gone = costs.sites[np.setdiff1d(there, found.chosen)]
    return replace(decision, closed=tuple(str(label) for label in gone))


def _enough_covered(ground: Ground, asked: Question, offers: Offers, seconds: float, gap: float) -> Decision:
    from yiju.supply.siting import lscp  # noqa: PLC0415 - as above

    (offer,) = offers.of.values()
    costs, there = _with_existing(ground, offer, offer.costs, apart=False)
    basic = service(offer.service).service_class == "basic"
    found = lscp(
        costs,
        offer.limit_m,
        groups=ground.demand(offer.service).people,
        share=asked.share,
        # what everybody is entitled to is due in every subdistrict, not only on the whole
        districts=ground.cells["subdistrict"].to_numpy(dtype=object) if basic else None,
        site_cost=np.concatenate([offers.site_yuan + offer.add_on_yuan, np.zeros(len(there))]),
        locked=there,
        closed=np.flatnonzero(~offer.allowed),
        seconds=seconds,
        gap=gap,
    )
    return _decision(offers, found, {offer.service: found.chosen})


def _with_existing(ground: Ground, offer: Offer, costs: Costs, *, apart: bool) -> tuple[Costs, Ints]:
    """The costs with what is there now: one site at today's walks, or each place for itself; and their positions."""
    if apart:
        now = ground.existing_pairs(offer.service, _MEDIAN_REACH_M)
        row, column, walk, labels = now.origin, now.facility, now.cost, list(now.facilities)
    else:
        known = ground.walk_m(offer.service)
        row = np.flatnonzero(np.isfinite(known))
        column, walk, labels = np.zeros(len(row), dtype=np.int64), known[row], [EXISTING]
    both = Costs.from_columns(
        np.concatenate([costs.point, row]),
        np.concatenate([costs.site, column + costs.m]),
        np.concatenate([costs.cost, walk]),
        points=costs.points,
        sites=costs.sites.append(pd.Index(labels, dtype=object)),
    )
    return both, np.arange(costs.m, both.m)


def _more_places(
    ground: Ground,
    offers: Offers,
    budget_yuan: float | None,
    seconds: float,
    gap: float,
) -> Decision:
    from yiju.supply.siting import expand  # noqa: PLC0415 - as above

    (offer,) = offers.of.values()
    now = ground.existing_pairs(offer.service, offer.limit_m)
    costs = Costs.from_columns(
        np.concatenate([offer.costs.point, now.origin]),
        np.concatenate([offer.costs.site, now.facility + offer.costs.m]),
        np.concatenate([offer.costs.cost, now.cost]),
        points=offer.costs.points,
        sites=offer.costs.sites.append(now.facilities),
    )
    known = ground.existing_places(offer.service).reindex(now.facilities)
    existing = np.concatenate([np.zeros(offer.costs.m), known.fillna(0.0).to_numpy()])
    ways = ways_to_places(offers, offer, known)
    floor = np.concatenate([offers.sites.floor_m2, np.full(len(now.facilities), np.inf)])
    needed = float((ways["m2_per_place"] * ways["max_places"]).max())
    found = expand(
        costs,
        places_wanted(ground, offers.unit.service(offer.service)),
        ways,
        budget=budget_yuan,
        existing=existing,
        area_m2=np.where(np.isinf(floor), needed, floor),
        seconds=seconds,
        gap=gap,
    )
    supplies = tuple(
        Supply(
            str(row["site"]),
            offer.service,
            row["option"],
            float(row["places"]),
            float(row["floor_area_m2"]),
            float(row["cost_yuan"]),
            float(row["people"]),
        )
        for row in found.supplies.to_dict("records")
    )
    return Decision(found, supplies, dict.fromkeys((s.site_id for s in supplies), 0.0))


def _decision(offers: Offers, found: Siting, hosts: dict[str, Iterable[int]]) -> Decision:
    """One unit of each service at each site that takes it in; what is there already costs nothing."""
    labels = offers.sites.frame.index
    of_site: dict[int, list[str]] = {}
    for code, positions in hosts.items():
        for site in positions:
            if int(site) < len(labels):
                of_site.setdefault(int(site), []).append(code)
    supplies = tuple(
        Supply(
            str(labels[site]),
            code,
            offers.option[site],
            float(offers.of[code].places),
            offers.of[code].floor_area_m2,
            float(offers.of[code].add_on_yuan[site]),
        )
        for site in sorted(of_site)
        for code in of_site[site]
    )
    return Decision(found, supplies, {str(labels[s]): float(offers.site_yuan[s]) for s in sorted(of_site)})
