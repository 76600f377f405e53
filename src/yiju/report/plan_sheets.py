"""The plans as tables: what was asked and proved, each site, each service at a site, other budgets, what is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yiju.city.services import SERVICES, UNITS
from yiju.report.plan_facts import counted_people, names_of, share_of_lacking, still_answers
from yiju.report.rows import Column, Sheet, both
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.report.material import Material

# How numbers are shown, by column; General elsewhere.
_FORMATS: Mapping[str, str] = {
    "budget_yuan": "#,##0",
    "spent_yuan": "#,##0",
    "cost_yuan": "#,##0",
    "unit_cost_yuan": "#,##0",
    "people": "#,##0",
    "bound": "#,##0",
    "share": "0.0%",
    "gap": "0.00%",
    "seconds": "0.0",
    "places": "#,##0",
    "floor_area_m2": "#,##0",
}


def plan_sheets(material: Material) -> list[Sheet]:
    """方案, 方案选址, 方案供给, 方案预算曲线 and 方案依据; none where nothing was planned."""
    if not material.plans:
        return []
    makers = (_summary, _sites, _supplies, _curve, _grounds)
    return [maker(material) for maker in makers]


def _summary(material: Material) -> Sheet:
    from yiju.supply.plan.words import PROBLEM_NAMES, PROOF_NAMES  # noqa: PLC0415 - as in report.plans

    rows = []
    for plan in material.plans:
        about = plan.about
        rows.append(
            {
                "plan": plan.name,
                "services": names_of(about["services"]),
                "problem": PROBLEM_NAMES[about["problem"]],
                "budget_yuan": about["budget_yuan"],
                "spent_yuan": about["spent_yuan"],
                "sites": len(plan.sites),
                "candidates": about["asked"]["candidates"],
                "people": counted_people(plan, plan.people_gained),
                "share": share_of_lacking(plan, plan.people_gained, about["services"]),
                "proof": PROOF_NAMES[about["proof"]],
                "gap": about["gap"],
                "seconds": about["seconds"],
                "answers": say(
                    f"plan_table.answers.{'yes' if still_answers(plan, material.manifest) else 'no'}"
                ),
            }
        )
    return _sheet("plans", rows)


def _sites(material: Material) -> Sheet:
    from yiju.supply.plan.words import KIND_NAMES  # noqa: PLC0415 - as in report.plans

    rows = []
    for plan in material.plans:
        for site in plan.sites.to_dict("records"):
            services = site["services"].split(";")
            rows.append(
                {
                    "plan": plan.name,
                    "rank": site["rank"],
                    "site": site["name"],
                    "community": material.names.get(site["community"], site["community"]),
                    "subdistrict": material.names.get(site["subdistrict"], site["subdistrict"]),
                    "kind": KIND_NAMES.get(site["kind"], Text(site["kind"], site["kind"])),
                    "services": names_of(services),
                    "floor_area_m2": site["floor_area_m2"],
                    "cost_yuan": site["cost_yuan"],
                    "people": counted_people(plan, site["people"]),
                    "share": share_of_lacking(plan, site["people"], services),
                    "next_best": site["next_best_name"],
                    "year": site["year"],
                    "lead": UNITS[site["lead_unit"]].name,
                    "why_zh": site["why_zh"],
                    "why_en": site["why_en"],
                }
            )
    return _sheet("plan_sites", rows)


def _supplies(material: Material) -> Sheet:
    from yiju.supply.plan.words import OPTION_NAMES  # noqa: PLC0415 - as in report.plans

    rows = []
    for plan in material.plans:
        sites = plan.sites.set_index("site_id")
        supplies = plan.supplies.assign(rank=plan.supplies["site_id"].map(sites["rank"]))
        for supply in supplies.sort_values("rank", kind="stable").to_dict("records"):
            code = supply["service"]
            rows.append(
                {
                    "plan": plan.name,
                    "rank": supply["rank"],
                    "site": sites.loc[supply["site_id"], "name"],
                    "service": SERVICES[code].name,
                    "option": OPTION_NAMES[supply["option"]],
                    "places": supply["places"],
                    "floor_area_m2": supply["floor_area_m2"],
                    "cost_yuan": supply["cost_yuan"],
                    "unit_cost_yuan": round(supply["unit_cost_yuan"], 2),
                    "people": counted_people(plan, supply["people"]),
                    "share": share_of_lacking(plan, supply["people"], [code]),
                    "lead": UNITS[SERVICES[code].lead].name,
                }
            )
    return _sheet("plan_supplies", rows)


def _curve(material: Material) -> Sheet:
    rows = []
    for plan in material.plans:
        for point in plan.curve.to_dict("records"):
            gained, bound = point["people_gained"], point["bound"]
            services = point["services"].split(";")
            rows.append(
                {
                    "plan": plan.name,
                    "budget_yuan": point["budget_yuan"],
                    "sites": point["sites"],
                    "people": counted_people(plan, gained),
                    "bound": counted_people(plan, bound),
                    "share": share_of_lacking(plan, gained, services),
                }
            )
    return _sheet("plan_curve", rows)


def _grounds(material: Material) -> Sheet:
    """What each plan assumes, with its source, and what its reader has to know."""
    rows = []
    for plan in material.plans:
        for ground in (*plan.about["assumptions"], *plan.about["notes"]):
            kind = "assumption" if "source" in ground else "note"
            rows.append(
                {
                    "plan": plan.name,
                    "ground": say(f"plan_table.ground.{kind}"),
                    "words_zh": ground["zh"],
                    "words_en": ground["en"],
                    "source": ground.get("source"),
                }
            )
    return _sheet("plan_grounds", rows)


def _sheet(code: str, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    # a plan that opens nothing leaves its tables empty: there are no rows to take the columns from
    keys = list(rows[0]) if rows else ["plan"]
    columns = tuple(Column(say(f"plan_table.{key}"), _FORMATS.get(key, "General")) for key in keys)
    return Sheet(
        code, say(f"plan_table.{code}"), columns, tuple(tuple(both(v) for v in row.values()) for row in rows)
    )
