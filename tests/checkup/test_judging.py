"""Thresholds, the city's own thresholds, trends, surveys, and base indicators that another one answers."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.checkup.catalogue import indicator, read_catalogue
from yiju.checkup.judging import Judge
from yiju.checkup.run import run_checkup

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


def _with(folder: CityFolder, **changes: Any) -> CityFolder:
    return dataclasses.replace(folder, config=dataclasses.replace(folder.config, **changes))


def test_a_threshold_belongs_to_one_reading(seen: Any) -> None:
    official = seen.row("L09", method="official", variant="tiers")
    network = seen.row("L09", method="network", variant="tiers")
    assert (official["threshold"], official["grade"]) == (85.0, "poor")
    assert np.isnan(network["threshold"])
    assert pd.isna(network["grade"])


def test_below_the_city_it_is_met_or_missed(seen: Any) -> None:
    rows = seen.of("L03")
    rows = rows[(rows["method"] == "official") & (rows["level"] == "community")]
    assert (rows["grade"] == np.where(rows["value"] >= 100, "met", "missed")).all()
    assert (rows["yardsticks"] == "target").all()


def test_the_city_may_have_its_own_threshold(toy: CityFolder, look: Any) -> None:
    seen = look(run_checkup(_with(toy, thresholds={"L09": 20.0, "L01": 30.0})).observations)
    parks = seen.row("L09", method="official", variant="tiers")
    # 24.4 %: insufficient by the garden-city cuts, met by the city's own
    assert (parks["threshold"], parks["grade"]) == (20.0, "very_good")
    assert "city.toml [thresholds]" in parks["source"]
    kindergartens = seen.row("L01", method="official", variant="r300")
    assert (kindergartens["threshold"], kindergartens["provisional"]) == (30.0, False)
    assert np.isnan(seen.row("L01", method="network", variant="r300")["threshold"])


def test_a_base_indicator_has_the_number_of_the_one_that_answers_it(seen: Any) -> None:
    for base in ("B22", "B25", "B35", "B53", "B59"):
        answer = indicator(base).answered_by
        assert answer is not None
        mine = seen.row(base, method=answer.method)
        other = seen.row(answer.indicator, method=answer.method, variant=answer.variant)
        assert mine["value"] == other["value"]
        assert mine["edition"] == "2025"
        assert answer.indicator in mine["reason_en"]
    assert set(seen.of("B22")["level"]) == {"city", "district", "subdistrict"}
    assert seen.row("B32", method="official")["status"] == "not measurable"


def test_an_official_figure_goes_before_the_computed_number(
    small: Callable[..., CityFolder], look: Any
) -> None:
    folder = small()
    figures = folder.table("figures")
    given = pd.DataFrame(
        [("B59", "city", "2025", None, None, 77.0, "城管局")],
        columns=["indicator", "place_id", "period", "numerator", "denominator", "value", "source"],
    )
    folder.write_table("figures", pd.concat([figures, given]))
    seen = look(run_checkup(folder).observations)
    assert seen.value("B59", method="table") == 77.0


def test_falling_behind_the_year_before_drops_a_grade(small: Callable[..., CityFolder], look: Any) -> None:
    folder = small()
    before = run_checkup(_with(folder, year=2024), now=datetime(2024, 6, 1, tzinfo=UTC))
    better = before.observations.copy()
    culture = better["indicator"] == "S07"
    better.loc[culture, ["value", "status"]] = [0.5, "measured"]
    dataclasses.replace(before, observations=better).write()
    row = look(run_checkup(folder).observations).row("S07", method="table")
    assert (row["grade"], row["yardsticks"]) == ("good", "target;trend")


def test_an_unhappy_survey_drops_a_grade(small: Callable[..., CityFolder], look: Any) -> None:
    folder = small()
    figures = folder.table("figures")
    asked = pd.DataFrame(
        [("S07/survey", "city", "2025", None, None, 55.0, "问卷")],
        columns=["indicator", "place_id", "period", "numerator", "denominator", "value", "source"],
    )
    folder.write_table("figures", pd.concat([figures, asked]))
    row = look(run_checkup(folder).observations).row("S07", method="table")
    assert (row["value"], row["grade"], row["yardsticks"]) == (0.2, "good", "target;survey")


def test_screenings_get_no_grade(small: Callable[..., CityFolder], look: Any) -> None:
    folder = small()
    folder.write_table("facilities", folder.table("facilities").assign(source="osm"))
    seen = look(run_checkup(_with(folder, vouched=frozenset())).observations)
    screened = seen.rows[seen.rows["status"] == "screening"]
    assert len(screened) > 50
    assert screened["grade"].isna().all()


def _graded(n: int, grade: str = "very_good") -> pd.DataFrame:
    ids = [f"B{i:02}" for i in range(30, 30 + n)]
    return pd.DataFrame(
        {
            "indicator": ids,
            "method": "table",
            "variant": "",
            "level": "city",
            "place_id": "city",
            "grade": grade,
            "status": "measured",
        }
    )


@pytest.mark.parametrize(("n", "grade"), [(15, None), (16, "overall_excellent"), (31, "overall_excellent")])
def test_half_of_the_base_indicators_make_an_overall_grade(n: int, grade: str | None) -> None:
    judge = Judge(read_catalogue(), {}, None, {})
    rows = judge.overall(_graded(n), indicator("Z01")).set_index("variant")
    assert rows.loc["base"].get("grade") == grade or (
        grade is None and pd.isna(rows.loc["base"].get("grade"))
    )
    if grade is None:
        assert rows.loc["base", "status"] == "not measurable"
        assert "15" in rows.loc["base", "reason_en"]


def test_nothing_graded_is_no_overall_grade() -> None:
    judge = Judge(read_catalogue(), {}, None, {})
    rows = judge.overall(_graded(1).assign(grade=None), indicator("Z01"))
    assert (rows["status"] == "not measurable").all()


def test_each_number_counts_once_in_the_overall_grade(seen: Any) -> None:
    row = seen.row("Z01", method="table", variant="all")
    city = seen.rows[
        (seen.rows["level"] == "city") & seen.rows["grade"].notna() & (seen.rows["indicator"] != "Z01")
    ]
    counted = {i for i in city["indicator"] if indicator(i).answered_by is None}
    assert row["denominator"] == len(counted)
    assert row["grade"].startswith("overall_")
