"""Grades by the five yardsticks: golden table and properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.checkup.grading import ORDER, Yardsticks, grade, met
from yiju.checkup.indicator import Band, Cuts

PARKS = Cuts((("very_good", 90.0), ("good", 85.0)), "H25 #25", "V")  # garden city 85 %, eco-garden city 90 %
SPEED = Cuts((("very_good", 40.0), ("good", 30.0), ("fair", 20.0)), "H25 #42", "P")
BALANCED = Band(0.8, 1.2, "COM", "M:med")


@pytest.mark.parametrize(
    ("value", "direction", "yardsticks", "expected", "basis"),
    [
        (95, "higher", Yardsticks(cuts=PARKS), "very_good", "target"),
        (85, "higher", Yardsticks(cuts=PARKS), "good", "target"),
        (70, "higher", Yardsticks(cuts=PARKS), "fair", "target"),
        (20, "higher", Yardsticks(cuts=PARKS), "poor", "target"),
        (19, "higher", Yardsticks(cuts=SPEED), "poor", "target"),
        (20, "higher", Yardsticks(cuts=SPEED), "fair", "target"),
        # road density, target 8, mean of 36 cities 6.3
        (8.0, "higher", Yardsticks(target=8, baseline=6.3), "very_good", "target"),
        (7.5, "higher", Yardsticks(target=8), "good", "target"),
        (6.0, "higher", Yardsticks(target=8), "fair", "target"),
        (3.0, "higher", Yardsticks(target=8), "poor", "target"),
        (0, "lower", Yardsticks(target=0), "very_good", "target"),
        (1, "lower", Yardsticks(target=0), "poor", "target"),
        (77, "higher", Yardsticks(baseline=77), "good", "baseline"),
        (60, "higher", Yardsticks(baseline=77), "fair", "baseline"),
        (40, "higher", Yardsticks(baseline=77), "poor", "baseline"),
        (36, "higher", Yardsticks(peers=35.2), "good", "peers"),
        (1.0, "band", Yardsticks(band=BALANCED), "very_good", "target"),
        (1.25, "band", Yardsticks(band=BALANCED), "good", "target"),
        (3.0, "band", Yardsticks(band=BALANCED), "poor", "target"),
        # a survey score under 60 drops one grade (专栏4, example box)
        (95, "higher", Yardsticks(cuts=PARKS, survey=59.9), "good", "target;survey"),
        (95, "higher", Yardsticks(cuts=PARKS, survey=60.0), "very_good", "target"),
        # so does falling behind the earlier year by more than a tenth
        (72, "higher", Yardsticks(target=70, earlier=85), "good", "target;trend"),
        (72, "higher", Yardsticks(target=70, earlier=75), "very_good", "target"),
        (15, "lower", Yardsticks(target=20, earlier=10), "good", "target;trend"),
        (3, "higher", Yardsticks(target=8, earlier=9, survey=10), "poor", "target;trend;survey"),
    ],
)
def test_golden_grades(value, direction, yardsticks, expected, basis) -> None:
    graded = grade(value, direction, yardsticks)
    assert graded is not None
    assert (graded.grade, ";".join(graded.yardsticks)) == (expected, basis)


def test_a_fall_within_the_interval_is_no_fall() -> None:
    assert grade(72, "higher", Yardsticks(target=70, earlier=76), low=66, high=78).grade == "very_good"  # type: ignore[union-attr]
    assert grade(72, "higher", Yardsticks(target=70, earlier=76), low=71, high=73).grade == "good"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "direction", "yardsticks"),
    [
        (math.nan, "higher", Yardsticks(target=1)),
        (5, "none", Yardsticks(target=1)),
        (5, "higher", Yardsticks()),
        (5, "higher", Yardsticks(survey=10)),
        (5, "band", Yardsticks(target=1)),
    ],
)
def test_nothing_to_hold_against_gives_no_grade(value, direction, yardsticks) -> None:
    assert grade(value, direction, yardsticks) is None


@given(st.floats(0, 100), st.floats(0, 100), st.floats(1, 100), st.sampled_from(["higher", "lower"]))
def test_better_is_never_graded_worse(a: float, b: float, target: float, direction) -> None:
    better, worse = (max(a, b), min(a, b)) if direction == "higher" else (min(a, b), max(a, b))
    first, second = (grade(v, direction, Yardsticks(target=target)) for v in (better, worse))
    assert first is not None
    assert second is not None
    assert ORDER.index(first.grade) <= ORDER.index(second.grade)


def test_met() -> None:
    assert met(85, "higher", 85)
    assert not met(84.9, "higher", 85)
    assert met(20, "lower", 20)
