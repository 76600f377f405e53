"""The page: one HTML file with everything inside, made by a template, a style sheet, scripts and data."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jinja2
import markupsafe

import yiju
from yiju.city.services import UNITS
from yiju.needs.views import DEADLINE_NAMES
from yiju.report.methods import methods
from yiju.report.payload import as_script, payload
from yiju.report.plandata import verdict
from yiju.report.readings import city_facts, readings
from yiju.report.words import FOLDER, say, words
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.report.change import Change
    from yiju.report.material import Material
    from yiju.report.overview import Overview
    from yiju.report.trust import Trust
    from yiju.supply.plan import Plan

_ASSETS = FOLDER / "assets"
# In the order in which they are read: later ones use what earlier ones define.
_SCRIPTS = (
    "data", "words", "dom", "explain", "overview", "themes", "map", "mapview", "sheet", "ledger",
    "planmap", "plancharts", "plans", "form", "lists", "main",
)  # fmt: skip
_STYLES = ("page", "print")
_SECTIONS = ("overview", "map", "ledger", "plans", "form", "lists", "equity", "change", "methods")
# Rows of the ledger that a reader without JavaScript sees; the files beside the page have all of them.
_FIRST_NEEDS = 50


def render_page(material: Material, overview: Overview, trust: Trust, change: Change | None) -> str:
    """The whole page as text; the same material gives the same text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    script = "\n" + _script() + "\n"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    config = material.folder.config
    empty = {"change"} if change is None else set()
    empty |= set() if material.plans else {"plans"}
    heading = say("head.title", city=config.name, year=material.year)
    page = environment.get_template("page.html.j2").render(
        words=words(),
        title=say("title", city=config.name, year=material.year),
        heading=heading,
        city=config.name,
        year=material.year,
        version=yiju.__version__,
        facts=city_facts(material),
        sections=[s for s in _SECTIONS if s not in empty],
        methods=methods(material),
        style=markupsafe.Markup(_style()),  # noqa: S704 - our own files
        script=markupsafe.Markup(script.strip("\n")),  # noqa: S704
        script_hash=markupsafe.Markup(f"sha256-{digest}"),  # noqa: S704
        data=markupsafe.Markup(as_script(payload(material, overview, trust, change))),  # noqa: S704 - see as_script
        **_essentials(material, overview, trust),
    )
    return page.rstrip("\n") + "\n"


def _script() -> str:
    """All scripts in one scope of their own."""
    parts = [(_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    body = "\n".join(part.replace("// @ts-check\n", "", 1) for part in parts)
    return f'(() => {{\n"use strict";\n{body}}})();'


def _style() -> str:
    return "\n".join((_ASSETS / f"{name}.css").read_text(encoding="utf-8") for name in _STYLES)


@dataclass(frozen=True)
class _Need:
    rank: int
    sentence: Text
    lead: Text
    deadline: Text


@dataclass(frozen=True)
class _Plan:
    name: str
    verdict: Text
    sites: list[Text]


def _essentials(material: Material, overview: Overview, trust: Trust) -> dict[str, Any]:
    """What a reader without JavaScript gets: notes, counts, the top of the ledger, the plans, the form of the city."""
    counts = overview.counts
    shown = material.open_needs.head(_FIRST_NEEDS)
    unknown = Text("", "")
    raised = unknown if counts.raised is not None else say("counts.raised.none")
    acting = unknown if counts.acting is not None else say("counts.acting.none")
    return {
        "notes": trust.notes,
        "counts": [
            (say("counts.recognised"), _count(counts.recognised), unknown),
            (say("counts.matched"), _count(counts.matched), unknown),
            (say("counts.acting"), _count(counts.acting), acting),
            (say("counts.raised"), _count(counts.raised), raised),
        ],
        "top": say("noscript.top", n=len(shown), all=len(material.open_needs)),
        "needs": [
            _Need(
                row["rank"],
                Text(row["sentence_zh"], row["sentence_en"]),
                UNITS[row["lead_unit"]].name,
                DEADLINE_NAMES[row["deadline_class"]],
            )
            for row in shown.to_dict("records")
        ],
        "plans": [_Plan(plan.name, verdict(plan.about), _whys(plan)) for plan in material.plans],
        "form_head": [
            say(f"form.{key}") if key != "method" else say("explain.method")
            for key in ("id", "indicator", "method", "value", "threshold", "grade", "status")
        ],
        "form": readings(material),
    }


def _whys(plan: Plan) -> list[Text]:
    return [Text(zh, en) for zh, en in zip(plan.sites["why_zh"], plan.sites["why_en"], strict=True)]


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"
