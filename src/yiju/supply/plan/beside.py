"""One service beside what is there now: least walking, least money for a share, most places for the money."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.services import service
from yiju.supply.plan.decision import Decision, Supply, decision_of
from yiju.supply.plan.expanding import places_wanted, ways_to_places
from yiju.supply.siting import Costs
from yiju.supply.siting.capacitated import capacitated_p_median

if TYPE_CHECKING:
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offer, Offers
    from yiju.supply.plan.question import Question

Ints = npt.NDArray[np.int64]

# The label under which all that is there now goes into a problem, as one site.
EXISTING = "existing"
# Homes farther from a candidate than this do not use it (metres): three times the longest walk of a standard, 1,000 m.
_MEDIAN_REACH_M = 3_000.0


def least_walking(
    ground: Ground, asked: Question, offers: Offers, sites: int, seconds: float, gap: float
) -> Decision:
    """Sites that make all walks together shortest; each site could take in everybody."""
    (offer,) = offers.of.values()
    wide = ground.costs(offers.sites.points, _MEDIAN_REACH_M, allowed=offer.allowed)
    costs, there = _with_existing(ground, offer, wide, apart=not asked.keep_existing)
    reaching = _who_reach_any(costs)
    solve = partial(
        capacitated_p_median,
        reaching,
        offer.people[~costs.stranded],
        # places are no limit here: each site could take in everybody, so each home goes to one
        np.full(costs.m, offer.people.sum()),
        sites + len(there),
        single_source=True,
        closed=np.flatnonzero(~offer.allowed),
        gap=gap,
    )
    found = solve(locked=there, seconds=seconds if asked.keep_existing else seconds / 2)
    if not asked.keep_existing:
        free = solve(seconds=seconds / 2)
        # to leave all where it is is a choice too, and the bound of the wider question holds for both
        found = (
            free if free.objective <= found.objective else replace(found, bound=free.bound, proof=free.proof)
        )
    decision = decision_of(offers, found, {offer.service: found.chosen})
    gone = costs.sites[np.setdiff1d(there, found.chosen)]
    return replace(decision, closed=tuple(str(label) for label in gone))


def _who_reach_any(costs: Costs) -> Costs:
    """The costs of the points that can use any site; others walk the same whatever is decided."""
    kept = np.flatnonzero(~costs.stranded)
    first = np.append(costs.first[kept], costs.first[-1])
    return Costs(costs.points[kept], costs.sites, first, costs.site, costs.cost)


def enough_covered(ground: Ground, asked: Question, offers: Offers, seconds: float, gap: float) -> Decision:
    """The cheapest sites that cover a share of each group; see :func:`yiju.supply.siting.lscp`."""
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
    return decision_of(offers, found, {offer.service: found.chosen})


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


def more_places(
    ground: Ground,
    offers: Offers,
    budget_yuan: float | None,
    seconds: float,
    gap: float,
) -> Decision:
    """Places where they serve most; see :func:`yiju.supply.siting.expand`."""
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
