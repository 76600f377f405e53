"""Official figures: taken as they stand, checked, never estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.city.tables import FIGURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


@pytest.fixture
def with_figures(small: Callable[..., CityFolder]) -> Callable[..., CityFolder]:
    def make(*rows: tuple[object, ...]) -> CityFolder:
        folder = small()
        columns = [c.name for c in FIGURES.columns]
        folder.write_table("figures", pd.DataFrame(rows, columns=columns))
        return folder

    return make


def test_toy_town_has_two_figures(seen: Any) -> None:
    culture = seen.row("S07", method="table")
    assert (culture["value"], culture["grade"]) == (0.2, "very_good")
    assert culture["numerator"] / culture["denominator"] == pytest.approx(0.2)
    assert "文化局年报" in culture["source"]
    assert seen.row("S08", method="table")["grade"] == "fair"  # 2.0 of 2.6 m2: missed by less than a quarter


def test_value_or_ratio(with_figures: Callable[..., CityFolder], measure: Any) -> None:
    folder = with_figures(
        ("B30", "city", "2025", 60.0, 80.0, None, "排水处"),
        ("B31", "city", "2025", None, None, 2.0, "排水处"),
        ("S02", "city", "2024", 90.0, 20_000.0, None, "卫健委"),
    )
    seen = measure(folder, "B30", "B31", "S02")
    assert seen.value("B30", method="table") == 75.0
    assert seen.value("B31", method="table") == 2.0


def test_the_latest_period_up_to_the_year(with_figures: Callable[..., CityFolder], measure: Any) -> None:
    folder = with_figures(
        ("B30", "city", "2023", None, None, 50.0, "a"),
        ("B30", "city", "2024", None, None, 60.0, "b"),
        ("B30", "city", "2026", None, None, 99.0, "c"),
        ("B30", "d-0", "2025-11", None, None, 61.0, "d"),
        ("B30", "d-0", "2025-12", None, None, 62.0, "d"),
    )
    seen = measure(folder, "B30")
    row = seen.row("B30", method="table")
    assert row["value"] == 60.0
    assert "2024" in row["reason_en"]
    assert seen.value("B30", method="table", place="d-0") == 62.0


def test_a_variant_is_named_behind_a_slash(with_figures: Callable[..., CityFolder], measure: Any) -> None:
    folder = with_figures(
        ("F06/expressway", "city", "2025", None, None, 45.0, "交警"),
        ("F06/arterial", "city", "2025", None, None, 22.0, "交警"),
    )
    seen = measure(folder, "F06")
    assert seen.value("F06", method="table", variant="expressway") == 45.0
    assert seen.value("F06", method="table", variant="arterial") == 22.0


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "why"),
    [
        (None, None, 130.0, "outside 0 to 100"),
        (None, None, -3.0, "outside 0 to 100"),
        (5.0, 0.0, None, "denominator"),
        (5.0, None, None, "denominator"),
    ],
)
def test_what_cannot_be_is_not_shown_as_a_value(
    with_figures: Callable[..., CityFolder],
    measure: Any,
    numerator: float,
    denominator: float,
    value: float,
    why: str,
) -> None:
    row = (
        measure(with_figures(("B30", "city", "2025", numerator, denominator, value, "x")), "B30")
        .of("B30")
        .iloc[0]
    )
    assert row["status"] == "not measurable"
    assert np.isnan(row["value"])
    assert why in row["reason_en"]


def test_rents_may_fall_but_counts_may_not(with_figures: Callable[..., CityFolder], measure: Any) -> None:
    folder = with_figures(
        ("U04", "city", "2025", None, None, -2.0, "x"), ("B31", "city", "2025", None, None, -2.0, "x")
    )
    seen = measure(folder, "U04", "B31")
    assert seen.value("U04", method="table") == -2.0
    assert seen.of("B31").iloc[0]["status"] == "not measurable"


def test_class_c_is_stored_and_reported_and_never_estimated(
    seen: Any, with_figures: Any, measure: Any
) -> None:
    assert seen.row("B01", method="table")["reason_en"].startswith("store only")
    folder = with_figures(
        ("B01", "c-0-0", "2025", None, None, 3.0, "普查"), ("B01", "city", "2025", None, None, 12.0, "普查")
    )
    stored = measure(folder, "B01")
    assert stored.value("B01", method="table") == 12.0
    assert stored.value("B01", method="table", place="c-0-0") == 3.0


def test_a_figure_stands_beside_what_is_computed(
    with_figures: Callable[..., CityFolder], measure: Any
) -> None:
    seen = measure(with_figures(("L03", "city", "2025", None, None, 95.0, "教育局")), "L03")
    assert seen.value("L03", method="table", variant="r1000") == 95.0
    assert seen.value("L03", method="official", variant="r1000") > 0
