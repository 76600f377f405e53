"""One service beside what is there now: least walking, least money for a share, most places for the money."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.services import service
from yiju.errors import InputError
from yiju.supply.plan.decision import Decision, Supply, decision_of
from yiju.supply.plan.expanding import places_wanted, ways_to_places
from yiju.supply.siting import Costs, Infeasible, p_median
from yiju.text import Text

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
    _refuse_too_many(sites, int(offer.allowed.sum()))
    wide = ground.costs(offers.sites.points, _MEDIAN_REACH_M, allowed=offer.allowed)
    costs, there = _with_existing(ground, offer, wide, apart=not asked.keep_existing)
    reaching = _who_reach_any(costs)
    solve = partial(
        p_median,
        reaching,
        offer.people[~costs.stranded],
        sites + len(there),
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


def _refuse_too_many(sites: int, fit: int) -> None:
    if sites > fit:
        raise Infeasible(
            Text(
                f"只有 {fit} 处候选点既允许又容得下该服务，不能新设 {sites} 处。",
                f"Only {fit} candidates may take in the service and have the floor for it: {sites} cannot be opened.",
            ),
            constraint="count",
            relaxed=float(fit),
            hint=Text(
                f"请将 --sites 降到 {fit} 以下，或补充候选点。",
                f"Take --sites {fit} at most, or add candidates.",
            ),
        )


def _refuse_shared_ids(candidates: pd.Index, facilities: pd.Index) -> None:
    """Where places that are there are sites too, an id has to name one of them."""
    both = candidates.intersection(facilities)
    if len(both):
        raise InputError(
            Text(
                f"候选点编号 {both[0]} 与现有设施的编号相同，无法区分。",
                f"The candidate {both[0]} has the id of a facility that is there: they cannot be told apart.",
            ),
            file="candidates",
            field="candidate_id",
            hint=Text(
                "请为候选点另编编号，例如 K001。", "Give the candidates ids of their own, such as K001."
            ),
        )


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
    solve = partial(
        lscp,
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
    try:
        found = solve()
    except Infeasible as cause:
        if cause.constraint != "coverage" or cause.relaxed is None:
            raise
        raise _out_of_reach(asked.share, offer, cause.relaxed) from cause
    return decision_of(offers, found, {offer.service: found.chosen})


def _out_of_reach(share: float, offer: Offer, most: float) -> Infeasible:
    """The share that all candidates together cover, for the group and place of which they cover least.

    It is rounded down: rounded up it could not be had either.
    """
    can = math.floor(most * 1000) / 1000
    return Infeasible(
        Text(
            f"启用全部候选点，步行 {offer.limit_m:,.0f} 米内最差之处也只能覆盖 {can:.1%}，达不到 {share:.1%}。",
            f"With every candidate open {can:.1%} have it within a walk of {offer.limit_m:,.0f} m where fewest do, "
            f"not {share:.1%}.",
        ),
        constraint="coverage",
        relaxed=most,
        hint=Text(
            f"请将 --share 降到 {can:.3f}，或补充候选点。",
            f"Lower --share to {can:.3f}, or add candidates.",
        ),
    )


def _with_existing(ground: Ground, offer: Offer, costs: Costs, *, apart: bool) -> tuple[Costs, Ints]:
    """The costs with what is there now: one site at today's walks, or each place for itself; and their positions."""
    if apart:
        now = ground.existing_pairs(offer.service, _MEDIAN_REACH_M)
        _refuse_shared_ids(costs.sites, now.facilities)
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
    _refuse_shared_ids(offer.costs.sites, now.facilities)
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
