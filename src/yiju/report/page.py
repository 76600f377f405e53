"""The page: one HTML file with everything inside, made by a template, a style sheet, scripts and data."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import jinja2
import markupsafe
import pandas as pd

import yiju
from yiju.checkup.catalogue import catalogue
from yiju.city.services import UNITS
from yiju.needs.terms import indicator_name, word
from yiju.needs.views import DEADLINE_NAMES
from yiju.report.change import Change
from yiju.report.figures import digits, variant_words, written
from yiju.report.material import Material
from yiju.report.methods import methods
from yiju.report.overview import Overview
from yiju.report.payload import as_script, payload
from yiju.report.trust import Trust
from yiju.report.words import FOLDER, say, words
from yiju.text import Text

_ASSETS = FOLDER / "assets"
# In the order in which they are read: later ones use what earlier ones define.
_SCRIPTS = (
    "data", "words", "dom", "explain", "overview", "themes", "map", "mapview", "sheet", "ledger", "form", "lists", "main",
)  # fmt: skip
_STYLES = ("page", "print")
_SECTIONS = ("overview", "map", "ledger", "form", "lists", "equity", "change", "methods")
# Rows of the ledger that a reader without JavaScript sees; the files beside the page have all of them.
_FIRST_NEEDS = 50


def render_page(material: Material, overview: Overview, trust: Trust, change: Change | None) -> str:
    """The whole page as text; the same material gives the same text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ASSETS), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    script = "\n" + _script() + "\n"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    config = material.folder.config
    heading = say("head.title", city=config.name, year=material.year)
    page = environment.get_template("page.html.j2").render(
        words=words(),
        title=say("title", city=config.name, year=material.year),
        heading=heading,
        city=config.name,
        year=material.year,
        version=yiju.__version__,
        facts=_facts(material),
        sections=[s for s in _SECTIONS if s != "change" or change is not None],
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


def _facts(material: Material) -> list[tuple[str, Text]]:
    config = material.folder.config
    people = material.people.get(material.city_id)
    facts = [("", say("head.people_weights"))] if config.weights_only else []
    if people:
        facts.append((f"{people:,.0f}", say("head.people")))
    area = float(material.places.loc[material.places["level"] == "city", "area_m2"].sum()) / 1e6
    facts.append((f"{area:,.1f}", say("head.area")))
    for level in ("district", "subdistrict", "community"):
        n = len(material.by_level.get(level, []))
        if n:
            facts.append((f"{n:,}", say(f"head.{level}")))
    facts.append(("", say("head.edition_2025")))
    return facts


@dataclass(frozen=True)
class _Need:
    rank: int
    sentence: Text
    lead: Text
    deadline: Text


@dataclass(frozen=True)
class _Reading:
    id: str
    name: Text
    method: Text
    value: str
    threshold: str
    grade: Text
    status: Text


def _essentials(material: Material, overview: Overview, trust: Trust) -> dict[str, Any]:
    """What a reader without JavaScript gets: notes, counts, the top of the ledger, the form of the city."""
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
        "form_head": [
            say(f"form.{key}") if key != "method" else say("explain.method")
            for key in ("id", "indicator", "method", "value", "threshold", "grade", "status")
        ],
        "form": _readings(material),
    }


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def _readings(material: Material) -> list[_Reading]:
    """Every value of the city for everybody, in the order of the catalogue."""
    rows = material.observations
    rows = rows[(rows["level"] == "city") & (rows["group"] == "all") & rows["value"].notna()]
    order = {code: i for i, code in enumerate(catalogue())}
    rows = rows.assign(_order=rows["indicator"].map(order)).sort_values("_order", kind="stable")
    return [
        _Reading(
            row["indicator"],
            _with_variant(row["indicator"], row["variant"]),
            word("methods", row["method"]),
            f"{written(row['value'], digits(row['unit']))} {word('units', row['unit']).zh}".strip(),
            "" if pd.isna(row["threshold"]) else f"{row['threshold']:g}",
            Text("", "") if pd.isna(row["grade"]) else word("grades", row["grade"]),
            word("statuses", row["status"]),
        )
        for row in rows.to_dict("records")
    ]


def _with_variant(indicator: str, variant: str) -> Text:
    name, words_of = indicator_name(indicator), variant_words(indicator, variant)
    return Text(f"{name.zh} {words_of.zh}".strip(), f"{name.en} {words_of.en}".strip())
