"""Official figures that the city gave: read as they stand, checked, never estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.checkup.blocks import Block
from yiju.checkup.indicator import NO_WORDS
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

# Counts of one unit against another: numerator / denominator times this is the value in the unit.
_PER = {"%": 100.0, "per 1000": 1000.0, "m2/100 households": 100.0}


def from_figures(city: Context, indicator: Indicator) -> Iterable[Block]:
    """The latest figure, not later than the year, for each place; ``ID/variant`` names a variant.

    A value, else numerator over denominator. A share outside 0 to 100, a negative number where none can be,
    or a denominator of 0 is refused with the reason and not shown as a value.
    """
    figures = city.table("figures")
    for variant in indicator.variants:
        names = {f"{indicator.id}/{variant.code}"} | (
            {indicator.id} if variant is indicator.variants[0] else set()
        )
        if names & city.figure_names:
            yield _block(city, indicator, variant, figures[figures["indicator"].isin(names)])


def _block(city: Context, indicator: Indicator, variant: Variant, rows: pd.DataFrame) -> Block:
    rows = rows.assign(year=pd.to_numeric(rows["period"].str.slice(0, 4), errors="coerce"))
    usable = (
        rows[rows["year"] <= city.year]
        .sort_values(["place_id", "period"])
        .drop_duplicates("place_id", keep="last")
    )
    values, numerator, denominator = (np.full(len(city.places), np.nan) for _ in range(3))
    notes: list[Text] = []
    sources: list[str] = []
    for figure in usable.itertuples():
        place = city.places.row(figure.place_id)
        if place is None:
            continue
        value = _value(figure, indicator.unit_of(variant))
        wrong = None if indicator.parameters.get("signed") else _wrong(value, indicator.unit_of(variant))
        if wrong is not None:
            notes.append(wrong)
            continue
        values[place], numerator[place], denominator[place] = value, figure.numerator, figure.denominator
        sources.append(f"{figure.source} ({figure.period})")
        if figure.year < city.year:
            notes.append(Text(f"为 {figure.period} 的数据。", f"Figure of {figure.period}."))
    if np.isnan(values).all():
        reason = (
            notes[0]
            if notes
            else Text(f"官方数据中没有 {city.year} 年及以前的值。", f"no official figure up to {city.year}.")
        )
        return Block.without("table", reason, variant=variant.code)
    return Block(
        "table",
        variant.code,
        value=values,
        numerator=numerator,
        denominator=denominator,
        reason=notes[0] if notes else NO_WORDS,
        empty=Text("此处没有官方数据。", "no official figure here."),
        source="; ".join(dict.fromkeys(sources)),
    )


def _value(figure: object, unit: str) -> float:
    value, numerator, denominator = (float(getattr(figure, k)) for k in ("value", "numerator", "denominator"))
    if not np.isnan(value):
        return value
    return _PER.get(unit, 1.0) * numerator / denominator if denominator > 0 else float("nan")


def _wrong(value: float, unit: str) -> Text | None:
    if np.isnan(value):
        return Text(
            "官方数据缺数值，分母也不可用。", "the official figure has no value and no usable denominator."
        )
    if unit == "%" and not 0 <= value <= 100:
        return Text(
            f"官方数据 {value:g} 不在 0 至 100 之间，未采用。",
            f"the official figure {value:g} is outside 0 to 100 and was not used.",
        )
    if value < 0:
        return Text(
            f"官方数据 {value:g} 为负，未采用。",
            f"the official figure {value:g} is negative and was not used.",
        )
    return None
