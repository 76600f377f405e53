"""The city's own figures in words: what stands under its name, and every value of the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from yiju.checkup.catalogue import catalogue
from yiju.needs.terms import indicator_name, word
from yiju.report.figures import digits, variant_words, with_unit
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.report.material import Material


@dataclass(frozen=True)
class Reading:
    """One value of the whole city for everybody, written out."""

    id: str
    name: Text
    method: Text
    value: Text
    threshold: str
    grade: Text
    status: Text


def readings(material: Material) -> list[Reading]:
    """Every value of the city for everybody, in the order of the catalogue."""
    rows = material.observations
    rows = rows[(rows["level"] == "city") & (rows["group"] == "all") & rows["value"].notna()]
    order = {code: i for i, code in enumerate(catalogue())}
    rows = rows.assign(_order=rows["indicator"].map(order)).sort_values("_order", kind="stable")
    return [
        Reading(
            id=row["indicator"],
            name=_named(row["indicator"], row["variant"]),
            method=word("methods", row["method"]),
            value=with_unit(row["value"], row["unit"], digits(row["unit"])),
            threshold="" if pd.isna(row["threshold"]) else f"{row['threshold']:,g}",
            grade=Text("", "") if pd.isna(row["grade"]) else word("grades", row["grade"]),
            status=word("statuses", row["status"]),
        )
        for row in rows.to_dict("records")
    ]


def city_facts(material: Material) -> list[tuple[str, Text]]:
    """Residents, area, and numbers of places: each a figure, where there is one, and its words."""
    config = material.folder.config
    people = material.people.get(material.city_id)
    facts = [("", say("head.people_weights"))] if config.weights_only else []
    if people:
        facts.append((f"{people:,.0f}", say("head.people")))
    area_km2 = float(material.places.loc[material.places["level"] == "city", "area_m2"].sum()) / 1e6
    facts.append((f"{area_km2:,.1f}", say("head.area")))
    for level in ("district", "subdistrict", "community"):
        n = len(material.by_level.get(level, []))
        if n:
            facts.append((f"{n:,}", say(f"head.{level}" if n > 1 else f"head.{level}.one")))
    return [*facts, ("", say("head.edition_2025"))]


def _named(indicator: str, variant: str) -> Text:
    name, words_of = indicator_name(indicator), variant_words(indicator, variant)
    return Text(f"{name.zh} {words_of.zh}".strip(), f"{name.en} {words_of.en}".strip())
