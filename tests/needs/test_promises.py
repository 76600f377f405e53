"""Promises held against the next check-up, by hand and by arithmetic."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.city.toytown import toy_town
from yiju.needs import write_needs
from yiju.needs.measures import MEASURES, PROMISES, save_plan
from yiju.needs.promises import OUTCOMES, counted, held
from yiju.needs.years import compare_years

WHERE = {
    "indicator": "L05",
    "method": "network",
    "variant": "r500",
    "place_id": "c-0-0",
    "group": "age_60_plus",
}


def promise(before: float, promised: float, **other: object) -> pd.DataFrame:
    row = WHERE | {"plan": "a", "before": before, "promised": promised, "due_year": 2026} | other
    return PROMISES.validate(pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("before", "promised", "value", "outcome", "attained"),
    [
        (40.0, 80.0, 80.0, "kept", 1.0),
        (40.0, 80.0, 95.0, "kept", 1.375),
        (40.0, 80.0, 60.0, "partly", 0.5),
        (40.0, 80.0, 40.0, "missed", 0.0),
        (40.0, 80.0, 30.0, "missed", -0.25),
        (900.0, 300.0, 300.0, "kept", 1.0),  # a walk that was to become shorter
        (900.0, 300.0, 600.0, "partly", 0.5),
        (50.0, 50.0, 50.0, "kept", 1.0),
        (50.0, 50.0, 49.0, "missed", 0.0),
    ],
)
def test_what_was_measured_keeps_or_misses(
    observation, observations, before, promised, value, outcome, attained
) -> None:
    seen = observations(observation("L05", "c-0-0", value, group="age_60_plus"))
    row = held(promise(before, promised), seen, year=2026).iloc[0]
    assert (row["outcome"], row["attained"]) == (outcome, pytest.approx(attained))


def test_what_was_not_measured_does_neither(observation, observations) -> None:
    screening = observations(observation("L05", "c-0-0", 90.0, group="age_60_plus", status="screening"))
    gone = observations(observation("L05", "c-0-1", 90.0, group="age_60_plus"))
    for seen in (screening, gone):
        row = held(promise(40.0, 80.0), seen, year=2026).iloc[0]
        assert row["outcome"] == "not measurable"
        assert pd.isna(row["attained"])


def test_a_promise_has_time_until_it_is_due(observation, observations) -> None:
    half = observations(observation("L05", "c-0-0", 60.0, group="age_60_plus"))
    early = observations(observation("L05", "c-0-0", 80.0, group="age_60_plus"))
    later = promise(40.0, 80.0, due_year=2027)
    assert held(later, half, year=2026)["outcome"].item() == "not due"
    assert held(later, early, year=2026)["outcome"].item() == "kept"
    assert held(later, half, year=2027)["outcome"].item() == "partly"


@given(
    before=st.floats(-1e3, 1e3),
    change=st.floats(1e-3, 1e3),
    share=st.floats(-2.0, 2.0),
    upwards=st.booleans(),
)
def test_it_does_not_matter_which_way_is_better(before, change, share, upwards) -> None:
    step = change if upwards else -change
    seen = pd.DataFrame([WHERE | {"value": before + share * step, "status": "modelled", "unit": ""}])
    row = held(promise(before, before + step), seen, year=2026).iloc[0]
    assert row["attained"] == pytest.approx(share, abs=1e-6)
    if share > 1 + 1e-6:
        assert row["outcome"] == "kept"
    elif 1e-6 < share < 1 - 1e-6:
        assert row["outcome"] == "partly"
    elif share < -1e-6:
        assert row["outcome"] == "missed"


def test_the_next_year_is_held_against_the_plan(tmp_path, observation, observations) -> None:
    town = toy_town(tmp_path / "town", blocks=4, communities=2)
    for year, value in ((2024, 20.0), (2025, 70.0)):
        folder = town.checkup_dir(year)
        folder.mkdir(parents=True)
        rows = observations(observation("L05", "c-0-0", value, group="age_60_plus"))
        rows.to_parquet(folder / "observations.parquet", index=False)
        write_needs(town, year=year)
        (folder / "manifest.json").write_text("{}")
    assert len(compare_years(town, 2024, 2025).promises) == 0
    save_plan(town, "a", MEASURES.empty(town.config.crs), promise(20.0, 90.0, due_year=2025))
    ends = counted(compare_years(town, 2024, 2025).promises)
    assert ends == dict.fromkeys(OUTCOMES, 0) | {"partly": 1}
