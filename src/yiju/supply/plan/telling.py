"""What is told of a plan as a whole: its numbers and proof, what it assumes, what the reader has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yiju.city.services import GROUPS, service
from yiju.supply.plan.expanding import RULES
from yiju.supply.plan.explaining import unreached
from yiju.supply.plan.serving import enough, losing, newly
from yiju.supply.siting.colocation import ComplexRule
from yiju.supply.siting.expansion import Expansion
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.supply.plan.decision import Decision
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offers
    from yiju.supply.plan.question import Question

_COMPLEX = Text(
    "综合体应有三项以上功能：本方案只安排所列服务，其余面积留给其他功能。",
    "A complex has three functions or more: this plan places those that were asked for, the rest of the floor is free.",
)
_WEIGHTS = Text(
    "人口总数不是本市口径：人数只是权重，应读作比例。",
    "The population total is not this city's own: people are weights, to be read as shares.",
)
_YEARS = Text(
    "分年度方案的目标值按人年计；预算曲线为同样资金一次投入的效果。",
    "A plan over years counts person-years; its curve is that of the same money spent at once.",
)
_TODAY = Text(
    "目标值按推演人口计；各处人数与新惠及人数为现状人口。",
    "The objective counts people of the projection; people of each site and people gained are those of today.",
)
_PLACES = Text(
    "本方案的人数指按配置标准应有一位的人：共应有 {due} 位，其中 {now} 位现已可达并容纳。",
    "People of this plan are those whom the norm gives a place: {due} places are due, {now} of them are there now, "
    "within the walk.",
)
_MET = Text("现有设施已达到要求，无需新设。", "What is there already does: nothing has to be opened.")
_MAPPED = Text(
    "{name}的现有设施只来自开放地图，可能有缺漏：未覆盖人数可能偏多。",
    "Existing places of {name} come from an open map alone, which may lack some: fewer people may go without than is "
    "counted here.",
)
_NO_LAYER = Text(
    "没有{name}的设施数据，也无人确认确实没有：此处按全市都没有计算。",
    "No place of {name} is known, and nobody says that there is none: the plan takes it that nobody has one.",
)
_NO_GAIN = Text(
    "没有一处候选点能惠及尚缺该服务的人。",
    "No candidate reaches anybody who goes without: nothing is opened.",
)


def about(
    ground: Ground, asked: Question, offers: Offers, decision: Decision, frame: gpd.GeoDataFrame
) -> dict[str, Any]:
    """What ``plan.json`` holds, but for the time that it took.

    Parameters
    ----------
    frame
        Who is served, as :func:`yiju.supply.plan.serving.served` has it.
    """
    found = decision.siting
    limits = {code: offer.limit_m for code, offer in offers.of.items()}
    gained = frame[newly(frame, limits)].groupby("service")["people"].sum()
    by_service = {code: round(float(gained.get(code, 0.0)), 1) for code in asked.services}
    lost = frame[losing(frame, limits)].groupby("service")["people"].sum()
    lost_by = {code: round(float(lost.get(code, 0.0)), 1) for code in asked.services}
    if isinstance(found, Expansion):
        by_service = {asked.services[0]: round(found.people_gained, 1)}
    return {
        "name": asked.title,
        "year": ground.year,
        "snapshot": ground.snapshot,
        "services": list(asked.services),
        "problem": asked.problem,
        "objective": found.objective,
        "bound": found.bound if np.isfinite(found.bound) else None,
        "gap": found.gap if np.isfinite(found.gap) else None,
        "proof": found.proof,
        "sense": found.sense,
        "budget_yuan": asked.budget_yuan,
        "spent_yuan": round(decision.spent_yuan, 2),
        "people_gained": round(sum(by_service.values()), 1),
        "people_gained_by_service": by_service,
        "people_lacking_by_service": {
            code: round(float(offer.unserved.sum()), 1) for code, offer in offers.of.items()
        },
        "closed": list(decision.closed),
        "people_lost_by_service": lost_by,
        "limits_m": limits,
        "weights_only": ground.context.weights_only,
        "asked": {
            "sites": asked.sites,
            "colocate": asked.colocate,
            "complexes": asked.complexes,
            "keep_existing": asked.keep_existing,
            "share": asked.share if asked.problem == "cover" else None,
            "years": list(asked.years),
            "scenario": asked.scenario,
            "candidates": len(offers.sites),
        },
        "assumptions": _assumptions(asked, offers),
        "notes": [{"zh": n.zh, "en": n.en} for n in _notes(ground, asked, offers, decision, frame)],
    }


def _assumptions(asked: Question, offers: Offers) -> list[dict[str, str]]:
    kinds = list(dict.fromkeys(str(k) for k in offers.sites.frame["kind"]))
    told = offers.unit.assumptions(asked.services, kinds)
    for code, share in asked.assumed_shares.items():
        name = GROUPS[code].name
        told.append(
            {
                "zh": f"{name.zh}占居民的 {share:.1%}，各处相同",
                "en": f"{name.en} are {share:.1%} of the residents, everywhere alike",
                "source": "规划人员假定 assumed by the planner",
            }
        )
    if asked.scenario is not None:
        told.append(
            {
                "zh": f"各年人口取推演情景“{asked.scenario}”",
                "en": f"people of each year are those of the projection {asked.scenario!r}",
                "source": "projection.toml",
            }
        )
    if asked.problem == "expand":
        told += [{"zh": rule.zh, "en": rule.en, "source": "建议值 a proposal of ours"} for rule in RULES]
    return told


def _notes(
    ground: Ground, asked: Question, offers: Offers, decision: Decision, frame: gpd.GeoDataFrame
) -> list[Text]:
    notes = [*offers.sites.notes]
    found = decision.siting
    if asked.problem == "median":  # of the others all is told below, with the names of the places
        notes += found.notes
    if isinstance(found, Expansion):
        notes.append(_PLACES.format(due=f"{found.people_wanting:,.0f}", now=f"{found.people_before:,.0f}"))
    if asked.complexes and len(asked.services) < ComplexRule().least_functions:
        notes.append(_COMPLEX)
    if ground.context.weights_only:
        notes.append(_WEIGHTS)
    if decision.years:
        notes.append(_YEARS)
    if asked.scenario is not None:
        notes += [_TODAY, *ground.projected_by()]
    if decision.closed:
        notes += _closing(ground, offers, decision, frame)
    if not decision.supplies:
        notes.append(_MET if asked.problem == "cover" else _NO_GAIN)
    for code, offer in offers.of.items():
        notes += enough(ground, decision, offer, frame)
        lost = offer.costs.stranded & (offer.unserved > 0)
        people = float(offer.unserved[lost].sum())
        if people >= 0.5:
            notes.append(unreached(people, _communities(ground, lost, offer.unserved), offer.limit_m, code))
        notes += [n for n in ground.demand(code).notes if n not in notes]
        state = ground.context.layers.state([code])
        if state != "measured":
            notes.append((_NO_LAYER if state == "empty" else _MAPPED).format(name=service(code).name))
    return notes


def _closing(ground: Ground, offers: Offers, decision: Decision, frame: gpd.GeoDataFrame) -> list[Text]:
    """Which places would be given up, and how many people would lose them."""
    table = ground.context.table("facilities").drop_duplicates("facility_id").set_index("facility_id")
    closed = decision.closed
    names = [f if pd.isna(table.loc[f, "name"]) else str(table.loc[f, "name"]) for f in closed]
    limits = {code: offer.limit_m for code, offer in offers.of.items()}
    gone = float(frame.loc[losing(frame, limits), "people"].sum())
    return [
        Text(
            f"不再保留的现有设施 {len(closed)} 处：{'、'.join(names)}。",
            f"{len(closed)} places that are there would no longer offer the service: {', '.join(names)}.",
        ),
        Text(
            f"{gone:,.0f} 名现已可达的人将不再可达。",
            f"{gone:,.0f} people who have it within the walk now would have it no longer.",
        ),
    ]


def _communities(ground: Ground, lost: np.ndarray, people: np.ndarray) -> list[str]:
    """Names of the communities where people are lost, most people first."""
    held = pd.Series(people[lost]).groupby(ground.cells["community"].to_numpy(dtype=object)[lost]).sum()
    return [
        ground.place_names.get(str(p), str(p)) for p in held.sort_values(ascending=False, kind="stable").index
    ]
