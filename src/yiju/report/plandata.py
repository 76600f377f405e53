"""What the page tells of a plan: its proof in words, its sites, who newly reaches what, money against people, equity.

Its twin is ``assets/plans.js``, which draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yiju.report.geometry import encode_points
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from yiju.report.geometry import Frame
    from yiju.report.material import Material
    from yiju.supply.plan import Plan

Json = Any


def plans_json(material: Material, frame: Frame) -> list[dict[str, Json]]:
    """Every plan of the year; none where nothing was planned."""
    if not material.plans:
        return []
    # only a city with plans needs what plans need
    from yiju.needs.measures import read_measures  # noqa: PLC0415
    from yiju.supply.scenario.stored import snapshot_of  # noqa: PLC0415

    measures = read_measures(material.folder)
    snapshot = snapshot_of(material.manifest)
    return [
        _plan(plan, measures[measures["plan"] == plan.name], frame)
        | {"stale": plan.about["snapshot"] != snapshot}
        for plan in material.plans
    ]


def plan_names(material: Material) -> dict[str, Mapping[str, Text]]:
    """The words for the codes that plans use."""
    if not material.plans:
        return {}
    from yiju.supply.plan.words import KIND_NAMES, OPTION_NAMES, ORIGIN_NAMES, PROBLEM_NAMES  # noqa: PLC0415

    return {
        "problems": {str(code): name for code, name in PROBLEM_NAMES.items()},
        "candidate_kinds": KIND_NAMES,
        "origins": ORIGIN_NAMES,
        "options": OPTION_NAMES,
    }


def _plan(plan: Plan, measures: gpd.GeoDataFrame, frame: Frame) -> dict[str, Json]:
    about = plan.about
    kept = (
        "name", "problem", "services", "budget_yuan", "spent_yuan", "people_gained", "weights_only", "asked", "proof",
    )  # fmt: skip
    return {
        **{key: about[key] for key in kept},
        "lacking": sum(about["people_lacking_by_service"].values()),
        "lost": sum(about.get("people_lost_by_service", {}).values()),
        "limits_m": about["limits_m"],
        "seconds": about["seconds"],
        "verdict": list(verdict(about)),
        "gap": None if about["gap"] is None else round(about["gap"], 6),
        "sites": _sites(plan, measures, frame),
        "reach": [_reach(plan, code, frame) for code in about["services"]],
        "curve": _curve(plan),
        "equity": [_sharing(plan, code) for code in about["services"]],
        "assumptions": [[told["zh"], told["en"], told["source"]] for told in about["assumptions"]],
        "notes": [[note["zh"], note["en"]] for note in about["notes"]],
    }


def verdict(about: Mapping[str, Any]) -> Text:
    """How good the plan is, in words that promise no more than was proved.

    Examples
    --------
    >>> verdict({"proof": "optimal", "gap": 0.0}).en
    'Proved optimal: no other choice of sites does better.'
    >>> verdict({"proof": "out of time", "gap": 0.0312}).en
    'At most 3.2 % from the best possible; the time for the search was over.'
    """
    from yiju.supply.plan.words import PROOF_NAMES  # noqa: PLC0415 - only a city with plans needs it

    proof, gap = about["proof"], about["gap"]
    if proof == "optimal":
        return say("plans.proof.optimal")
    if gap is None:
        return say("plans.proof.unknown")
    # rounded up: what is said may not be less than what is open
    percent = np.ceil(gap * 1000) / 10
    return say("plans.proof.gap", gap=f"{percent:.1f}", ended=PROOF_NAMES[proof])


def _sites(plan: Plan, measures: gpd.GeoDataFrame, frame: Frame) -> list[dict[str, Json]]:
    at = _on_lattice(plan.sites, frame)
    newly = _newly(plan)
    out = []
    for row, point in zip(plan.sites.to_dict("records"), at, strict=True):
        got = newly[newly["site_id"] == row["site_id"]]
        # the ledger knows a measure by its plan and its place on the map
        answered = measures.loc[measures.geometry.geom_equals(row["geometry"]), "need_ids"]
        out.append(
            {
                "id": row["site_id"],
                "name": row["name"],
                "at": point,
                "origin": row["origin"],
                "kind": row["kind"],
                "place": _known(row["community"]) or "",
                "lead": row["lead_unit"],
                "year": int(row["year"]),
                "area_m2": _whole(row["floor_area_m2"]),
                "cost_yuan": _whole(row["cost_yuan"]),
                "people": round(row["people"], 1),
                "without": list(_worse(plan, row["gain"])),
                "next": _known(row["next_best_name"]),
                "instead": list(_worse(plan, row["next_best_loss"], instead=True)),
                "why": [row["why_zh"], row["why_en"]],
                "walk_m": [_median_m(got, "walk_before_m"), _median_m(got, "walk_after_m")],
                "needs": sorted({need for ids in answered for need in ids.split(";") if need}),
                "supplies": [
                    {
                        "service": supply["service"],
                        "option": supply["option"],
                        "places": _whole(supply["places"]),
                        "people": round(supply["people"], 1),
                    }
                    for supply in plan.supplies[plan.supplies["site_id"] == row["site_id"]].to_dict("records")
                ],
            }
        )
    return out


def _worse(plan: Plan, amount: float, *, instead: bool = False) -> Text:
    """What the plan is worse by without a site, or with the next best ``instead``; empty where that is not known."""
    from yiju.supply.plan.explaining import LOSSES  # noqa: PLC0415 - only a city with plans needs it

    if not np.isfinite(amount):
        return Text("", "")
    loses = LOSSES["over years" if _staged(plan.about) else plan.about["problem"]]
    words = (instead and loses.instead) or loses.words
    return words.format(n=f"{max(amount / loses.scale, 0.0):,.0f}")


def _staged(about: Mapping[str, Any]) -> bool:
    """Whether the plan counts person-years, see :attr:`yiju.supply.plan.Question.staged`."""
    asked = about["asked"]
    alone = about["problem"] == "maximal" and len(about["services"]) == 1
    return alone and len(asked["years"]) > 1 and about["budget_yuan"] is not None and asked["sites"] is None


def _newly(plan: Plan) -> gpd.GeoDataFrame:
    """Homes that have a service within its walk only by the plan, each with the site that they walk to."""
    from yiju.supply.plan.serving import newly  # noqa: PLC0415 - only a city with plans needs it

    return plan.served[newly(plan.served, plan.about["limits_m"]) & plan.served["site_id"].notna()]


def _median_m(got: pd.DataFrame, walk: str) -> int | None:
    """The walk of the person in the middle, metres; null where that person had nothing in reach of a search."""
    if not len(got):
        return None
    ordered = got.sort_values(walk, kind="stable", na_position="last")
    middle = int(np.searchsorted(ordered["people"].cumsum(), ordered["people"].sum() / 2))
    return _whole(ordered[walk].iloc[middle])


def _reach(plan: Plan, code: str, frame: Frame) -> dict[str, Json]:
    """Homes on the map: those that newly reach a service, and those that still do not."""
    newly = _newly(plan)
    mine = newly[newly["service"] == code]
    of_service = plan.served[plan.served["service"] == code]
    still = of_service[~(of_service["walk_after_m"] <= plan.about["limits_m"][code])]
    number = {site: i for i, site in enumerate(plan.sites["site_id"])}
    return {
        "service": code,
        "points": encode_points(mine.geometry, frame),
        "people": [round(v, 1) for v in mine["people"]],
        "before_m": [_whole(v) for v in mine["walk_before_m"]],
        "after_m": [_whole(v) for v in mine["walk_after_m"]],
        "site": [number[site] for site in mine["site_id"]],
        "without": encode_points(still.geometry, frame),
        "people_without": round(float(still["people"].sum()), 1),
    }


def _curve(plan: Plan) -> dict[str, list[Json]]:
    return {
        "budget_yuan": [_whole(v) for v in plan.curve["budget_yuan"]],
        "sites": plan.curve["sites"].tolist(),
        "people": [round(v, 1) for v in plan.curve["people_gained"]],
        "bound": [None if pd.isna(v) else round(v, 1) for v in plan.curve["bound"]],
    }


def _sharing(plan: Plan, code: str) -> dict[str, Json]:
    mine = plan.equity[plan.equity["service"] == code]
    return {"service": code} | {str(when): _lorenz(rows) for when, rows in mine.groupby("when")}


def _lorenz(rows: pd.DataFrame) -> dict[str, Json]:
    """A Lorenz curve; its Gini coefficient is null where nobody has anything to share."""
    gini = rows["gini"].iloc[0]
    return {
        "x": [round(v, 4) for v in rows["share_people"]],
        "y": [round(v, 4) for v in rows["share_access"]],
        "gini": None if pd.isna(gini) else round(gini, 3),
    }


def _on_lattice(points: gpd.GeoDataFrame, frame: Frame) -> list[list[int]]:
    xy = frame.put(np.column_stack([points.geometry.x, points.geometry.y]))
    return [[int(x), int(y)] for x, y in xy]


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _whole(value: float) -> int | None:
    return None if pd.isna(value) else round(value)
