"""Observations as columns: one series for each indicator, method, variant, group and level, over all its places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yiju.checkup.catalogue import catalogue
from yiju.needs.terms import word
from yiju.report.figures import digits, short, variant_words
from yiju.report.packing import Texts, column
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from yiju.report.material import Material

Json = Any
KEY = ("indicator", "method", "variant", "group", "level")


def series(material: Material, texts: Texts) -> list[dict[str, Json]]:
    """All observations at the levels that are shown, in the order of the catalogue."""
    rows = material.observations
    order = {code: i for i, code in enumerate(catalogue())}
    rows = rows[rows["level"].isin(material.by_level) & rows["indicator"].isin(order)]
    columns = {name: _values(rows[name]) for name in rows.columns}
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for row, (key, place) in enumerate(
        zip(zip(*(columns[n] for n in KEY), strict=True), columns["place_id"], strict=True)
    ):
        found.setdefault(key, {})[place] = row
    out = [
        _one(
            dict(zip(KEY, key, strict=True)), columns, [at.get(p) for p in material.by_level[key[-1]]], texts
        )
        for key, at in found.items()
    ]
    return sorted(out, key=lambda s: (order[s["indicator"]], *(s[name] for name in KEY[1:])))


def _one(
    codes: dict[str, str], columns: Mapping[str, Sequence[Any]], rows: Sequence[int | None], texts: Texts
) -> dict[str, Json]:
    """One series; ``rows`` has the row of each place of the level, or None where it has no observation."""
    first = next(row for row in rows if row is not None)
    unit = columns["unit"][first]
    decimals = digits(unit)
    indicator = catalogue()[codes["indicator"]]

    def each(name: str, empty: Json) -> list[Json]:
        values = columns[name]
        return [empty if row is None or values[row] is None else values[row] for row in rows]

    def numbers(name: str, places: int = decimals) -> list[Json]:
        return [None if value is None else short(value, places) for value in each(name, None)]

    def sentences(zh: str, en: str) -> list[int]:
        return [texts.row(Text(*pair)) for pair in zip(each(zh, ""), each(en, ""), strict=True)]

    return {
        **codes,
        "edition": columns["edition"][first],
        "variant_name": list(variant_words(codes["indicator"], codes["variant"])),
        "unit": list(word("units", unit)),
        "digits": decimals,
        "direction": indicator.direction_of(indicator.variant(codes["variant"])),
        "value": numbers("value"),
        "status": column(each("status", "")),
        "low": column(numbers("low")),
        "high": column(numbers("high")),
        "n": column(numbers("n", 0)),
        "numerator": column(numbers("numerator", 0)),
        "denominator": column(numbers("denominator", 0)),
        "grade": column(each("grade", "")),
        "threshold": column(numbers("threshold", 2)),
        "source": column(sentences("source", "source")),
        "provisional": column(each("provisional", empty=False)),
        "reason": column(sentences("reason_zh", "reason_en")),
    }


def _values(values: pd.Series) -> list[Any]:
    """Plain values; unknown is None."""
    return [None if unknown else value for value, unknown in zip(values.tolist(), values.isna(), strict=True)]
