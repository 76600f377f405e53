"""Z01: the overall grade 优良中差 of the handbook, as one selectable profile.

Table 3 of the 2025 handbook, advice for the city level (standards.md 1.4), with very good = 很好,
good = 较好, some = any 不足::

    excellent  very good >= 80 % and none insufficient
    good       very good + good >= 80 % with some insufficient, or 60-80 % with none
    medium     60-80 % with some, or 40-60 % with none
    bad        40-60 % with some, or < 40 %

The table has a hole: very good + good >= 80 %, none insufficient, but very good < 80 %. A proposal of ours:
good.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from yiju.checkup.indicator import NO_WORDS
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOLE = Text(
    "“很好+较好”达80%、无“不足”、“很好”不足80%：手册未规定，按“良”计。",
    "Very good + good reach 80 % and none is insufficient, but very good is below 80 %: "
    "the handbook leaves this out; taken as good.",
)


class Overall(NamedTuple):
    """The overall grade, the percentage of very good and good, and a note on the hole of the table."""

    grade: str
    percent: float
    note: Text


def overall_grade(grades: Sequence[str]) -> Overall:
    """The overall grade of the grades of single indicators.

    Raises
    ------
    ValueError
        There are no grades.

    Examples
    --------
    >>> overall_grade(["very_good"] * 9 + ["good"]).grade
    'overall_excellent'
    >>> overall_grade(["very_good"] * 5 + ["good"] * 4 + ["fair"])
    Overall(grade='overall_good', percent=90.0, note=Text(zh=..., en=...))
    """
    if not grades:
        msg = "an overall grade needs at least one graded indicator"
        raise ValueError(msg)
    count = Counter(grades)
    n = len(grades)
    very_good = 100 * count["very_good"] / n
    percent = 100 * (count["very_good"] + count["good"]) / n
    some = count["poor"] > 0
    if percent >= 80:
        if very_good >= 80 and not some:
            return Overall("overall_excellent", percent, NO_WORDS)
        return Overall("overall_good", percent, NO_WORDS if some else _HOLE)
    if percent >= 60:
        return Overall("overall_medium" if some else "overall_good", percent, NO_WORDS)
    if percent >= 40:
        return Overall("overall_bad" if some else "overall_medium", percent, NO_WORDS)
    return Overall("overall_bad", percent, NO_WORDS)
