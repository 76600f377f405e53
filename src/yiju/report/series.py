"""Observations as columns: one series for each indicator, method, variant, group and level, over all its places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from yiju.checkup.catalogue import catalogue
from yiju.needs.terms import word
from yiju.report.figures import digits, short, variant_words
from yiju.report.material import Material
from yiju.text import Text

Json = Any
KEY = ("indicator", "method", "variant", "group", "level")


@dataclass
class Texts:
    """Sentences that many rows share, each stored once; row 0 is the empty one.

    Examples
    --------
    >>> texts = Texts()
    >>> texts.row(Text("甲", "A")), texts.row(Text("", "")), texts.row(Text("甲", "A"))
    (1, 0, 1)
    """

    rows: dict[Text, int] = field(default_factory=lambda: {Text("", ""): 0})

    def row(self, text: Text) -> int:
        """The row of a sentence, a new one where it is new."""
        return self.rows.setdefault(Text(text.zh or "", text.en or text.zh or ""), len(self.rows))

    def json(self) -> list[list[str]]:
        """All sentences in order."""
        return [list(text) for text in self.rows]


def column(values: Sequence[Json]) -> Json:
    """One value where all are the same, else the list.

    Examples
    --------
    >>> column([7, 7, 7]), column([1, None]), column([])
    (7, [1, None], None)
    """
    if not values:
        return None
    first = values[0]
    return first if all(v == first and type(v) is type(first) for v in values) else list(values)


def series(material: Material, texts: Texts) -> list[dict[str, Json]]:
    """All observations at the levels that are shown, in the order of the catalogue."""
    rows = material.observations
    rows = rows[rows["level"].isin(material.by_level)]
    order = {code: i for i, code in enumerate(catalogue())}
    rows = rows[rows["indicator"].isin(order)]
    found = []
    for key, part in rows.groupby(list(KEY), sort=False):
        codes = dict(zip(KEY, key, strict=True))
        found.append(_one(codes, part.set_index("place_id"), material.by_level[codes["level"]], texts))
    return sorted(found, key=lambda s: (order[s["indicator"]], *(s[name] for name in KEY[1:])))


def _one(codes: dict[str, str], part: pd.DataFrame, places: Sequence[str], texts: Texts) -> dict[str, Json]:
    unit = str(part["unit"].iloc[0])
    decimals = digits(unit)
    indicator = catalogue()[codes["indicator"]]
    part = part.reindex(places)

    def numbers(name: str, least: int = decimals) -> list[Json]:
        return [short(v, least) for v in part[name].astype("float64")]

    def known(name: str, translate: Callable[[Any], Json], empty: Json) -> list[Json]:
        return [empty if pd.isna(v) else translate(v) for v in part[name]]

    def sentences(pairs: Iterable[tuple[object, object]]) -> list[int]:
        return [texts.row(_text(zh, en)) for zh, en in pairs]

    return {
        **codes,
        "edition": _first(part["edition"]),
        "variant_name": list(variant_words(codes["indicator"], codes["variant"])),
        "unit": list(word("units", unit)),
        "digits": decimals,
        "direction": indicator.direction_of(indicator.variant(codes["variant"])),
        "value": numbers("value"),
        "status": column(known("status", str, "")),
        "low": column(numbers("low")),
        "high": column(numbers("high")),
        "n": column(numbers("n", 1)),
        "numerator": column(numbers("numerator", 1)),
        "denominator": column(numbers("denominator", 1)),
        "grade": column(known("grade", str, "")),
        "threshold": column(numbers("threshold", 2)),
        "source": column(sentences(zip(part["source"], part["source"], strict=True))),
        "provisional": column(known("provisional", bool, False)),
        "reason": column(sentences(zip(part["reason_zh"], part["reason_en"], strict=True))),
    }


def _first(values: pd.Series) -> str:
    known = values.dropna()
    return str(known.iloc[0]) if len(known) else ""


def _text(zh: object, en: object) -> Text:
    return Text("" if pd.isna(zh) else str(zh), "" if pd.isna(en) else str(en))
