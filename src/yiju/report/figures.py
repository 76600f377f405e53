"""How many digits a figure deserves, and how it is written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from yiju.checkup.catalogue import catalogue
from yiju.needs.terms import indicator_name, variant_name, word
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

# Decimals by unit of the catalogue: one for rates (Wilson intervals of a few thousand people are wider than 0.1 point),
# none for what is counted, three for indices that live between 0 and 1. Others have two.
_DIGITS: Mapping[str, int] = {
    "%": 1, "points": 1, "minutes": 1, "hours": 1, "km/h": 1, "mm": 1, "share": 3, "ratio": 2, "z": 2,
    "building": 0, "dwelling": 0, "compound": 0, "place": 0, "space": 0, "charger": 0, "facility": 0, "area": 0,
    "road": 0, "count": 0, "event": 0, "project": 0, "people/km2": 0, "1/km2": 1, "m2": 0, "m3": 0, "rank": 0,
    "L/s/ha": 0, "label": 0,
}  # fmt: skip


def digits(unit: str) -> int:
    """Decimals of a value in that unit.

    Examples
    --------
    >>> digits("%"), digits("building"), digits("km/km2")
    (1, 0, 2)
    """
    return _DIGITS.get(unit, 2)


def short(value: float | None, decimals: int) -> float | int | None:
    """The value with as many decimals as are shown, one more for sums of differences; None where unknown.

    Examples
    --------
    >>> short(61.23456, 1), short(300.0, 1), short(float("nan"), 1)
    (61.23, 300, None)
    """
    if value is None or not math.isfinite(value):
        return None
    rounded = round(float(value), decimals + 1)
    return int(rounded) if rounded == int(rounded) else rounded


def written(value: float | None, decimals: int) -> str:
    """The value as a reader sees it.

    Examples
    --------
    >>> written(12345.678, 0), written(61.25, 1), written(None, 1)
    ('12,346', '61.2', '—')
    """
    return "—" if value is None or not math.isfinite(value) else f"{value:,.{decimals}f}"


def with_unit(value: float | None, unit: str, decimals: int) -> Text:
    """The value with its unit in both languages; a percent sign stands close, words stand apart.

    Examples
    --------
    >>> with_unit(61.23, "%", 1).en, with_unit(7.5, "minutes", 1)
    ('61.2%', Text(zh='7.5 分钟', en='7.5 minutes'))
    """
    number = written(value, decimals)
    return Text(*(f"{number}{u if u in ('', '%') else f' {u}'}" for u in word("units", unit)))


def variant_words(indicator: str, variant: str) -> Text:
    """A variant in words; where it is made of another indicator and its variant (``L01-r300``), both are named.

    Examples
    --------
    >>> variant_words("L01", "r300").zh, variant_words("L20", "L01-r300").en, variant_words("L14", "").en
    ('300米', 'Kindergarten coverage, 300 m', '')
    """
    other, _, rest = variant.partition("-")
    if other not in catalogue():
        return variant_name(indicator, variant)
    name, named = indicator_name(other), variant_name(other, rest)
    return Text("，".join(filter(None, (name.zh, named.zh))), ", ".join(filter(None, (name.en, named.en))))
