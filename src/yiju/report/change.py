"""What changed since an earlier year: numbers of the whole city, and what became of the needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from yiju.checkup.catalogue import catalogue
from yiju.needs import read_needs, read_observations
from yiju.needs.comparison import compare_observations
from yiju.needs.ledger import checkup_years
from yiju.needs.rectification import FATES, Rate, fates, rectification_rates
from yiju.needs.terms import indicator_name, variant_name, word
from yiju.report.figures import digits, short
from yiju.report.material import Material
from yiju.text import Text


@dataclass(frozen=True)
class Change:
    """Two years side by side: observations of the city, and fates of needs."""

    earlier: int
    year: int
    numbers: pd.DataFrame
    fates: pd.DataFrame
    rates: Mapping[str, Rate]

    def json(self) -> dict[str, Any]:
        """The comparison as the page has it; numbers that did not change are counted only."""
        counted = Counter(self.fates["fate"])
        return {
            "earlier": self.earlier,
            "year": self.year,
            "fates": {fate: counted[fate] for fate in FATES if counted[fate]},
            "kinds": dict(sorted(Counter(self.numbers["kind"]).items())),
            "rates": [[key, rate.percent, rate.closed, rate.of] for key, rate in self.rates.items()],
            "numbers": [_number(row) for row in self.numbers.to_dict("records") if row["kind"] != "unchanged"],
            "needs": [
                {"fate": row["fate"], "sentence": [row["sentence_zh"], row["sentence_en"]]}
                for row in self.fates.to_dict("records")
                if row["fate"] != "continuing"
            ],
            "inputs": [],
        }


def change_since(material: Material) -> Change | None:
    """The comparison with the last earlier check-up, or None where there is none."""
    folder = material.folder
    earlier = [year for year in checkup_years(folder) if year < material.year]
    if not earlier:
        return None
    before, needs = read_observations(folder, year=earlier[-1]), read_needs(folder, year=earlier[-1])
    entries = catalogue()
    numbers = compare_observations(
        _of_city(before),
        _of_city(material.observations),
        tables_of={code: entry.tables for code, entry in entries.items()},
        direction_of={code: entry.direction for code, entry in entries.items()},
    )
    order = {code: i for i, code in enumerate(entries)}
    numbers = numbers.sort_values("indicator", key=lambda codes: codes.map(order), kind="stable")
    return Change(
        earlier=earlier[-1],
        year=material.year,
        numbers=numbers[numbers["before"].notna() | numbers["after"].notna()],
        fates=fates(needs, material.needs),
        rates=rectification_rates(needs, material.needs),
    )


def _of_city(observations: pd.DataFrame) -> pd.DataFrame:
    return observations[(observations["level"] == "city") & (observations["group"] == "all")]


def _number(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = row["unit"]
    method = word("methods", row["method"])
    variant = variant_name(row["indicator"], row["variant"])
    about = Text(*(f"{m} · {v}" if v else m for m, v in zip(method, variant, strict=True)))
    decimals = digits(unit)
    return {
        "name": list(indicator_name(row["indicator"])),
        "about": list(about),
        "kind": row["kind"],
        "before": short(row["before"], decimals),
        "after": short(row["after"], decimals),
        "change": short(row["change"], decimals),
        "digits": decimals,
        "unit": list(word("units", unit)),
        "better": None if pd.isna(row["better"]) else bool(row["better"]),
        "why": [row["why_zh"], row["why_en"]],
    }
