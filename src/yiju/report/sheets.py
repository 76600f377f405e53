"""The tables of the report as plain rows, for the workbook and for CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import SERVICES
from yiju.report.plan_sheets import plan_sheets
from yiju.report.rows import Column, Sheet, Value, both, plain
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.needs import View
    from yiju.report.material import Material

# Columns whose words are sentences or names: they stand twice, in Chinese and in English. Shorter words of a closed
# vocabulary stand in one cell, both languages after each other, so that a filter has one entry for each.
_SENTENCES = ("problem", "advice", "name", "indicator_name", "note")

# How numbers are shown, by column; General elsewhere.
_FORMATS: Mapping[str, str] = {
    "people": "#,##0",
    "share": "0.0",
    "value": "#,##0.0##",
    "threshold": "#,##0.0##",
    "standard": "#,##0.0##",
    "requests": "#,##0",
    "found": "#,##0",
    "expected": "#,##0",
    "ratio": "0%",
    "peer_ratio": "0%",
    "per_10k": "0.00",
}


def sheets(material: Material) -> list[Sheet]:
    """指标表, 问题台账, 问题清单, 整改清单 and 数据完整性, in the order of a filing; after them the plans, if any."""
    order = ("indicator_form", "problem_ledger", "problem_list", "rectification_list")
    filing = [*(sheet_of(material.views[code]) for code in order), completeness_sheet(material)]
    return [*filing, *plan_sheets(material)]


def sheet_of(view: View) -> Sheet:
    """A view of the ledger as rows of plain values."""
    columns: list[Column] = []
    cells: list[list[Value]] = []
    for key, heading in view.headings.items():
        values = [row[key] for row in view.rows]
        if key in _SENTENCES:
            columns += [Column(heading), Column(Text(f"{heading.zh}（英文）", f"{heading.en} (English)"))]
            cells += [[_in(v, "zh") for v in values], [_in(v, "en") for v in values]]
        else:
            columns.append(Column(heading, _FORMATS.get(key, "General")))
            cells.append([both(v) for v in values])
    return Sheet(view.code, view.title, tuple(columns), tuple(zip(*cells, strict=True)))


def completeness_sheet(material: Material) -> Sheet:
    """Every facility layer of the service catalogue, known or not."""
    headings = (
        "layer",
        "layer_en",
        "found",
        "expected",
        "ratio",
        "per_10k",
        "peer_ratio",
        "source",
        "trusted",
        "verdict",
    )
    columns = tuple(Column(say(f"completeness.{key}"), _FORMATS.get(key, "General")) for key in headings)
    rows = []
    for row in material.completeness.to_dict("records"):
        name = (
            SERVICES[row["service"]].name
            if row["service"] in SERVICES
            else Text(row["service"], row["service"])
        )
        numbers = [_number(row[key]) for key in headings[2:7]]
        trusted = say("completeness.yes" if row["trusted"] else "completeness.no")
        verdict = Text(row["verdict_zh"], row["verdict_en"])
        rows.append((name.zh, name.en, *numbers, row["source"], both(trusted), both(verdict)))
    return Sheet("completeness", say("completeness.title"), columns, tuple(rows))


def _in(value: Any, lang: str) -> Value:
    if isinstance(value, Text):
        return value.zh if lang == "zh" else value.en
    return plain(value)


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 4)
