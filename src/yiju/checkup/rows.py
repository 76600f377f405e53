"""Blocks become rows of observations: one for each place, with a reason where there is no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.blocks import Block, NotMeasurable
from yiju.checkup.indicators.figures import from_figures
from yiju.checkup.registry import function_of
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator

# Columns of one block, all of one length.
Columns = dict[str, npt.NDArray[Any]]

_NUMBERS = ("value", "n", "numerator", "denominator", "low", "high")
# Beyond the tenth decimal a value of any indicator is noise of floating point.
_DECIMALS = 10
KEY = ["indicator", "edition", "method", "variant", "place_id", "group"]


def rows_of(city: Context, indicator: Indicator) -> list[Columns]:
    """The rows of one indicator: computed, given by the city, or one that says why there are none."""
    parts: list[Columns] = []
    given = [_rows(city, indicator, block, given=True) for block in from_figures(city, indicator)]
    usable = [rows for rows in given if (rows["status"] != "not measurable").all()]
    if function_of(indicator.id) is not None:
        try:
            parts += [_rows(city, indicator, block) for block in city.blocks(indicator.id)]
        except NotMeasurable as reason:
            # first the figures: of rows with one key the first stands, and a figure is better than none
            return [*usable, _without(city, indicator, reason.message)]
    if parts:
        return parts + usable
    if given:
        return given
    return [] if indicator.answered_by is not None else [_without(city, indicator, _why_nothing(indicator))]


def answered(city: Context, indicator: Indicator, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a base indicator whose number another indicator has: the same values under its own id."""
    answer = indicator.answered_by
    if answer is None:
        return rows.iloc[:0]
    levels = ("city",) if indicator.level == "city" else ("subdistrict", "district", "city")
    same = (rows["indicator"] == answer.indicator) & (rows["group"].isin(("all", _group_of(city, answer))))
    found = rows[same & rows["level"].isin(levels)]
    exact = found[(found["method"] == answer.method) & (found["variant"] == answer.variant)]
    if not len(exact):
        exact = found[(found["level"] == "city") & (found["status"] == "not measurable")].iloc[:1]
    also = Text(f"即 {answer.indicator}。", f"The same number as {answer.indicator}.")
    return exact.assign(
        indicator=indicator.id,
        edition=indicator.edition,
        variant="",
        unit=indicator.unit,
        reason_zh=also.zh + exact["reason_zh"],
        reason_en=(also.en + " " + exact["reason_en"]).str.strip(),
    )


def _group_of(city: Context, answer: Any) -> str:
    variant = city.catalogue.indicators[answer.indicator].variant(answer.variant)
    return str(variant.parameters.get("group", "all"))


def _why_nothing(indicator: Indicator) -> Text:
    if indicator.how == "store":
        return Text(
            "只存不算：须实地调查，请以官方数据填报。",
            "store only: found by inspection, never estimated; give the city's figure.",
        )
    if indicator.how == "table":
        return Text(
            f"需要官方数据（figures 表，指标 {indicator.id}）。",
            f"needs table: an official figure of {indicator.id} (figures).",
        )
    return Text("尚未计算。", "not yet computed.")


def _without(city: Context, indicator: Indicator, reason: Text) -> Columns:
    method, variant = indicator.headline
    return _rows(city, indicator, Block.without(method, reason, variant=variant))


def _rows(city: Context, indicator: Indicator, block: Block, *, given: bool = False) -> Columns:
    variant = indicator.variant(block.variant)
    places = city.places
    if block.missing is not None or block.value is None:
        chosen = np.array([places.city])
        numbers = {name: np.full(1, np.nan) for name in _NUMBERS}
    else:
        levels = block.levels or indicator.levels_of(variant)
        shown = np.isin(places.level, levels)
        if given:  # official figures stand where they were given; nothing is missed elsewhere
            shown = ~np.isnan(block.value)
        chosen = np.flatnonzero(shown)
        numbers = {name: _at(getattr(block, name), chosen) for name in _NUMBERS}
    known = ~np.isnan(numbers["value"])
    # what is 0 but for the last digits of a float is 0, on every machine
    numbers["value"] = np.round(numbers["value"], _DECIMALS) + 0.0
    why_not = block.missing or block.empty
    return {
        **{name: _all(value, len(chosen)) for name, value in _same(indicator, block).items()},
        "status": _either(known, block.status, "not measurable"),
        "level": places.level[chosen],
        "place_id": places.ids[chosen],
        **numbers,
        "reason_zh": _either(known, block.reason.zh, why_not.zh),
        "reason_en": _either(known, block.reason.en, why_not.en),
    }


def _same(indicator: Indicator, block: Block) -> dict[str, str]:
    """What is the same in all rows of a block."""
    return {
        "indicator": indicator.id,
        "edition": indicator.edition,
        "method": block.method,
        "variant": block.variant,
        "group": block.group,
        "unit": indicator.unit_of(indicator.variant(block.variant)),
        "given_source": block.source,
    }


def _all(value: str, rows: int) -> npt.NDArray[np.object_]:
    return np.full(rows, value, dtype=object)


def _either(known: npt.NDArray[np.bool_], so: str, otherwise: str) -> npt.NDArray[np.object_]:
    choices = np.array([otherwise, so], dtype=object)
    return np.asarray(choices[known.astype(np.int64)])


def _at(values: npt.NDArray[np.float64] | None, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.full(len(chosen), np.nan) if values is None else values[chosen]


def joined(parts: Iterable[Columns]) -> pd.DataFrame:
    """All rows, each key once: the first stands."""
    parts = list(parts)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return pd.DataFrame(columns).drop_duplicates(KEY, ignore_index=True)
