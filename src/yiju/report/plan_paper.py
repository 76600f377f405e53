"""A plan on paper: its four numbers, its map, why each site is there, what it assumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import SERVICES
from yiju.report.plan_facts import counted_people, names_of, share_of_lacking, still_answers
from yiju.report.plan_figure import NEWLY, SITE, THERE, WITHOUT
from yiju.report.plandata import verdict
from yiju.report.words import say
from yiju.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.report.material import Material
    from yiju.supply.plan import Plan

_HEADS = ("rank", "site", "services", "floor_area_m2", "cost_yuan", "people", "next_best")


def plan_paper(material: Material, plan: Plan, lang: Lang) -> dict[str, Any]:
    """Everything that the page of a plan says, in one language."""
    heads = ["share" if key == "people" and plan.about["weights_only"] else key for key in _HEADS]
    return {
        "title": say("paper.plan", name=plan.name).say(lang),
        "asked": names_of(plan.about["services"]).say(lang),
        "stale": "" if still_answers(plan, material.manifest) else say("plans.stale").say(lang),
        "cards": [[text.say(lang) for text in card] for card in _cards(plan)],
        "map_title": say("plans.map").say(lang),
        "legend": [[colour, shape, words.say(lang)] for colour, shape, words in _legend(plan)],
        "why_title": say("plans.why").say(lang),
        "heads": [say(f"plan_table.{key}").say(lang) for key in heads],
        "rows": _rows(material, plan, lang),
        "why": [[str(row["rank"]), row[f"why_{lang}"]] for row in plan.sites.to_dict("records")],
        "curve": _curve(plan, lang),
        "sharing": [text.say(lang) for text in _sharing(plan)],
        "grounds_title": say("plan_table.plan_grounds").say(lang),
        "assumptions": [[told[lang], told["source"]] for told in plan.about["assumptions"]],
        "notes": [note[lang] for note in plan.about["notes"]],
    }


def _cards(plan: Plan) -> list[tuple[Text, Text, Text]]:
    """Heading, number and remark of people, money, proof and time."""
    about = plan.about
    lacking = sum(about["people_lacking_by_service"].values())
    share = share_of_lacking(plan, plan.people_gained, about["services"])
    percent = "—" if share is None else f"{share:.1%}"
    if counted_people(plan, plan.people_gained) is None:
        gained, of = _same(percent), say("plans.gained.weights")
    else:
        kind = "about" if len(about["services"]) > 1 else "alone"
        gained = _same(f"{plan.people_gained:,.0f}")
        of = say(f"plans.gained.{kind}", of=f"{lacking:,.0f}", share=percent.removesuffix("%"))
    places = about["problem"] == "expand"  # it counts places, not walks
    if places:
        of = say("plans.gained.places.about")
    budget = about["budget_yuan"]
    of_budget = (
        say("plans.spent.open")
        if budget is None
        else say("plans.spent.budget", n=_yuan(budget), share=f"{about['spent_yuan'] / budget:.0%}"[:-1])
    )
    gap = say("plans.gap.unknown") if about["gap"] is None else _same(f"{about['gap']:.2%}")
    seconds = say("plans.seconds.n", n=f"{about['seconds']:.1f}")
    return [
        (say("plans.gained.places" if places else "plans.gained"), gained, of),
        (say("plans.spent"), _yuan(about["spent_yuan"]), of_budget),
        (say("plans.gap"), gap, verdict(about)),
        (say("plans.seconds"), seconds, say("plans.seconds.about")),
    ]


def _yuan(amount: float) -> Text:
    return say("plans.yuan", n=Text(f"{amount / 1e4:,.1f}", f"{amount / 1e6:,.2f}"))


def _same(words: str) -> Text:
    return Text(words, words)


def _legend(plan: Plan) -> list[tuple[str, str, Text]]:
    """Colour, shape and words of each mark of the map."""
    served = plan.served
    limit = served["service"].map(plan.about["limits_m"])
    still = float(served.loc[~(served["walk_after_m"] <= limit), "people"].sum())
    marks = [("newly", NEWLY, plan.people_gained), ("without", WITHOUT, still)]
    return [
        (SITE, "circle", say("plans.key.site")),
        *((colour, "circle", _counted(plan, key, people)) for key, colour, people in marks),
        (THERE, "diamond", say("plans.key.there")),
    ]


def _counted(plan: Plan, key: str, people: float) -> Text:
    if plan.about["weights_only"]:
        return say(f"paper.key.{key}")
    return say(f"plans.key.{key}", n=say("plans.tip.people", n=f"{people:,.0f}"))


def _rows(material: Material, plan: Plan, lang: Lang) -> list[list[str]]:
    rows = []
    for site in plan.sites.to_dict("records"):
        supplies = plan.supplies[plan.supplies["site_id"] == site["site_id"]].to_dict("records")
        services = site["services"].split(";")
        place = material.names.get(site["community"])
        rows.append(
            [
                str(site["rank"]),
                "\n".join(filter(None, (site["name"], place))),
                "\n".join(_service(supply, lang) for supply in supplies),
                f"{site['floor_area_m2']:,.0f}",
                f"{site['cost_yuan']:,.0f}",
                _people_or_share(plan, site["people"], services),
                "—" if pd.isna(site["next_best_name"]) else site["next_best_name"],
            ]
        )
    return rows


def _curve(plan: Plan, lang: Lang) -> dict[str, Any]:
    """What other budgets would bring, and the bound that none can beat."""
    rows = []
    for point in plan.curve.to_dict("records"):
        services = point["services"].split(";")
        numbers = (point["people_gained"], point["bound"])
        rows.append(
            [
                _yuan(point["budget_yuan"]).say(lang),
                str(point["sites"]),
                *(_people_or_share(plan, n, services) for n in numbers),
            ]
        )
    heads = [say(f"plans.curve.{key}").say(lang) for key in ("budget", "sites", "people", "most")]
    return {"title": say("plans.curve").say(lang), "heads": heads, "rows": rows}


def _sharing(plan: Plan) -> list[Text]:
    """The Gini coefficient of each service, before and after; a dash where there was nothing to share."""
    told = []
    for code in plan.about["services"]:
        mine = plan.equity[plan.equity["service"] == code].groupby("when")["gini"].first()
        before, after = (f"{mine.get(w):.3f}" if pd.notna(mine.get(w)) else "—" for w in ("before", "after"))
        name, words = SERVICES[code].name, say("plans.sharing.gini", before=before, after=after)
        told.append(Text(f"{name.zh}：{words.zh}", f"{name.en}: {words.en}"))
    return told


def _people_or_share(plan: Plan, number: float, services: Sequence[str]) -> str:
    """People; where the population serves as weights only, their share of all who go without."""
    people = counted_people(plan, number)
    if people is not None:
        return f"{people:,.0f}"
    share = share_of_lacking(plan, number, services)
    return "—" if share is None else f"{share:.1%}"


def _service(supply: dict[str, Any], lang: Lang) -> str:
    name = SERVICES[supply["service"]].name.say(lang)
    if pd.isna(supply["places"]):
        return name
    places = say("plans.places", n=f"{supply['places']:,.0f}")
    return f"{name} {places.say(lang)}"
