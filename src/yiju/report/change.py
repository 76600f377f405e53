"""What changed since an earlier year: numbers of the whole city, and what became of the needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.checkup.catalogue import catalogue
from yiju.city.tables import TABLES
from yiju.needs.comparison import KINDS
from yiju.needs.ledger import checkup_years
from yiju.needs.rectification import FATES
from yiju.needs.terms import indicator_name, word
from yiju.needs.years import Comparison, compare_years
from yiju.report.figures import digits, short, variant_words
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.report.material import Material


@dataclass(frozen=True)
class Change:
    """Two years side by side, with the numbers of the whole city for everybody."""

    years: Comparison

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """Pairs of numbers of the city; what moved comes first, then what only seems to have."""
        rows = self.years.observations
        rows = rows[(rows["level"] == "city") & (rows["group"] == "all")]
        rows = rows[rows["before"].notna() | rows["after"].notna()]
        order = {code: i for i, code in enumerate(catalogue())}
        rows = rows.assign(_kind=rows["kind"].map(list(KINDS).index), _order=rows["indicator"].map(order))
        return rows.sort_values(["_kind", "_order"], kind="stable")

    def json(self) -> dict[str, Any]:
        """The comparison as the page has it; numbers that did not change are counted only."""
        counted = Counter(self.years.needs["fate"])
        return {
            "earlier": self.years.earlier,
            "year": self.years.later,
            "fates": {fate: counted[fate] for fate in FATES if counted[fate]},
            "kinds": dict(sorted(Counter(self.numbers["kind"]).items())),
            "rates": [[key, rate.percent, rate.closed, rate.of] for key, rate in self.years.rates.items()],
            "numbers": [
                _number(row) for row in self.numbers.to_dict("records") if row["kind"] != "unchanged"
            ],
            "needs": [
                {"fate": row["fate"], "sentence": [row["sentence_zh"], row["sentence_en"]]}
                for row in self.years.needs.to_dict("records")
                if row["fate"] != "continuing"
            ],
            "inputs": [
                [f"{TABLES[table].meaning.zh}：{why.zh}", f"{TABLES[table].meaning.en}: {why.en}"]
                for table, why in self.years.inputs.in_kind.items()
            ],
        }


def change_since(material: Material) -> Change | None:
    """The comparison with the last earlier check-up that has a ledger, or None where there is none."""
    folder = material.folder
    earlier = [
        year
        for year in checkup_years(folder)
        if year < material.year and (folder.checkup_dir(year) / "needs.parquet").is_file()
    ]
    return Change(compare_years(folder, earlier[-1], material.year)) if earlier else None


def _number(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = row["unit"]
    method = word("methods", row["method"])
    variant = variant_words(row["indicator"], row["variant"])
    about = Text(*(f"{m} · {v}" if v else m for m, v in zip(method, variant, strict=True)))
    decimals = digits(unit)
    return {
        **{key: row[key] for key in ("indicator", "method", "variant")},
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
