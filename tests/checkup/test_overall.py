"""Table 3 of the 2025 handbook, every row of it and its hole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.checkup.grading import ORDER
from yiju.checkup.indicators.overall import overall_grade


@pytest.mark.parametrize(
    # standards.md 1.4: of ten indicators very good, good, fair, insufficient
    ("counts", "grade", "note"),
    [
        ((8, 0, 2, 0), "overall_excellent", False),
        ((10, 0, 0, 0), "overall_excellent", False),
        ((8, 0, 0, 2), "overall_good", False),  # 80 % very good, but some insufficient
        ((3, 5, 0, 2), "overall_good", False),
        ((3, 3, 4, 0), "overall_good", False),  # 60-80 %, none insufficient
        ((7, 0, 3, 0), "overall_good", False),
        ((3, 3, 3, 1), "overall_medium", False),
        ((2, 2, 6, 0), "overall_medium", False),  # 40-60 %, none
        ((2, 2, 5, 1), "overall_bad", False),
        ((1, 2, 7, 0), "overall_bad", False),
        ((0, 0, 0, 10), "overall_bad", False),
        ((7, 2, 1, 0), "overall_good", True),  # the hole: 90 % and none insufficient, but 70 % very good
        ((0, 8, 2, 0), "overall_good", True),
    ],
)
def test_table_3(counts: tuple[int, ...], grade: str, note: bool) -> None:
    grades = [g for g, n in zip(ORDER, counts, strict=True) for _ in range(n)]
    overall = overall_grade(grades)
    assert overall.grade == grade
    assert bool(overall.note.zh) == note
    assert overall.percent == 10 * (counts[0] + counts[1])


@given(st.lists(st.sampled_from(ORDER), min_size=1, max_size=40))
def test_every_mixture_has_a_grade_that_does_not_depend_on_the_order(grades: list[str]) -> None:
    assert overall_grade(grades).grade == overall_grade(sorted(grades)).grade


@given(st.lists(st.sampled_from(ORDER), min_size=1, max_size=20), st.integers(0, 19))
def test_a_better_indicator_never_worsens_the_whole(grades: list[str], at: int) -> None:
    levels = ["overall_bad", "overall_medium", "overall_good", "overall_excellent"]
    before = levels.index(overall_grade(grades).grade)
    at %= len(grades)
    better = [*grades[:at], ORDER[max(ORDER.index(grades[at]) - 1, 0)], *grades[at + 1 :]]  # type: ignore[arg-type]
    assert levels.index(overall_grade(better).grade) >= before


def test_nothing_graded_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        overall_grade([])
