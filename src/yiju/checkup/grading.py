"""Grades of single indicators, by the yardsticks of the 2025 handbook as far as there are data for them.

The handbook (专栏4, advice for the city level, standards.md 1.4) names four grades, 很好 较好 一般 不足,
and five yardsticks: target, national baseline, residents' voice, own trend, peer cities; a survey score
under 60 drops a grade. It gives no cut between the grades. The rule here is a proposal of ours, and says
which yardsticks a grade rests on:

1. Where the catalogue has cuts with a source, they grade; below the last of them, rule 2 goes on.
2. Else the target: met, very good; missed by up to a tenth, good; by up to a quarter, fair; by more,
   insufficient.
3. Else the baseline or the peers: at least as good, good; worse by up to a quarter, fair; by more,
   insufficient.
4. Then the own trend: worse than in the earlier year beyond its interval (or, without one, by a tenth)
   drops a grade.
5. Then the voice: a survey score under 60 drops a grade.

Below the city, where the handbook only counts defects, a value met its threshold or missed it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from yiju.checkup.indicator import Band, Cuts, Direction

Grade = Literal["very_good", "good", "fair", "poor"]

ORDER: tuple[Grade, ...] = ("very_good", "good", "fair", "poor")
# How far a target may be missed for good and for fair: proposals of ours (the handbook gives no cuts).
_SLIGHTLY = 0.10
_CLEARLY = 0.25
# A survey score below this drops a grade: 城市体检工作手册（试行）2025 专栏4, example box.
SURVEY_FLOOR = 60.0


@dataclass(frozen=True)
class Graded:
    """A grade and the yardsticks that it rests on, in the order in which they were used."""

    grade: Grade
    yardsticks: tuple[str, ...]


@dataclass(frozen=True)
class Yardsticks:
    """What one value can be held against; None where there is nothing."""

    cuts: Cuts | None = None
    target: float | None = None
    band: Band | None = None
    baseline: float | None = None
    peers: float | None = None
    earlier: float | None = None
    survey: float | None = None


def grade(
    value: float,
    direction: Direction,
    yardsticks: Yardsticks,
    *,
    low: float = math.nan,
    high: float = math.nan,
) -> Graded | None:
    """The grade of a value at city level; None where there is nothing to hold it against.

    Examples
    --------
    >>> grade(72.0, "higher", Yardsticks(target=70.0))
    Graded(grade='very_good', yardsticks=('target',))
    >>> grade(72.0, "higher", Yardsticks(target=70.0, earlier=85.0))
    Graded(grade='good', yardsticks=('target', 'trend'))
    >>> grade(5.0, "none", Yardsticks(target=70.0)) is None
    True
    """
    if math.isnan(value) or direction == "none":
        return None
    first = _first(value, direction, yardsticks)
    if first is None:
        return None
    place, used = ORDER.index(first[0]), [first[1]]
    if yardsticks.earlier is not None and _fell(value, direction, yardsticks.earlier, low, high):
        place, used = place + 1, [*used, "trend"]
    if yardsticks.survey is not None and yardsticks.survey < SURVEY_FLOOR:
        place, used = place + 1, [*used, "survey"]
    return Graded(ORDER[min(place, len(ORDER) - 1)], tuple(used))


def met(value: Any, direction: Direction, threshold: float) -> Any:
    """Whether a value, or each of an array, keeps its threshold.

    Examples
    --------
    >>> met(85.0, "higher", 85.0), met(21.0, "lower", 20.0)
    (True, False)
    """
    return value <= threshold if direction == "lower" else value >= threshold


def _first(value: float, direction: Direction, given: Yardsticks) -> tuple[Grade, str] | None:
    if given.band is not None and direction == "band":
        inside = given.band.low <= value <= given.band.high
        edge = given.band.low if value < given.band.low else given.band.high
        return ("very_good" if inside else _by_distance(abs(value - edge), edge)), "target"
    if direction == "band":
        return None
    if given.cuts is not None:
        return _by_cuts(value, direction, given.cuts), "target"
    if given.target is not None:
        if met(value, direction, given.target):
            return "very_good", "target"
        return _by_distance(abs(value - given.target), given.target), "target"
    for name, other in (("baseline", given.baseline), ("peers", given.peers)):
        if other is not None:
            if met(value, direction, other):
                return "good", name
            return ("fair" if abs(value - other) <= _CLEARLY * abs(other) else "poor"), name
    return None


def _by_cuts(value: float, direction: Direction, cuts: Cuts) -> Grade:
    for name, bound in cuts.bounds:
        if met(value, direction, bound):
            return name  # type: ignore[return-value]
    last, bound = cuts.bounds[-1]
    if last == "fair":
        return "poor"
    return "fair" if abs(value - bound) <= _CLEARLY * abs(bound) else "poor"


def _by_distance(missed_by: float, target: float) -> Grade:
    if missed_by <= _SLIGHTLY * abs(target):
        return "good"
    return "fair" if missed_by <= _CLEARLY * abs(target) else "poor"


def _fell(value: float, direction: Direction, earlier: float, low: float, high: float) -> bool:
    """Whether the value is worse than the earlier one by more than it may be off."""
    if direction == "lower":
        certain = value - low if not math.isnan(low) else _SLIGHTLY * abs(earlier)
        return value - earlier > certain
    certain = high - value if not math.isnan(high) else _SLIGHTLY * abs(earlier)
    return direction == "higher" and earlier - value > certain
