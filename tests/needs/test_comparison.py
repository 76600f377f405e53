"""Two years: what happened in the city, and what only in the books."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.needs import recognise
from yiju.needs.comparison import KINDS, Inputs, compare_observations
from yiju.needs.rectification import FATES, Rate, fates, rectification_rates
from yiju.text import Text

TABLES = {"L05": ("facilities", "residents"), "F01": ("street_edges",)}
HIGHER = {"L05": "higher", "L20": "lower"}


def _compare(observations, before, after, inputs=None):
    return compare_observations(
        observations(*before), observations(*after), tables_of=TABLES, direction_of=HIGHER, inputs=inputs
    )


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {}, "unchanged"),
        ({}, {"value": 70.0}, "changed"),
        ({"low": 40.0, "high": 60.0}, {"value": 55.0, "low": 45.0, "high": 65.0}, "within"),
        ({"low": 40.0, "high": 60.0}, {"value": 80.0, "low": 70.0, "high": 90.0}, "changed"),
        ({}, {"value": 70.0, "edition": "2026"}, "definition"),
        ({}, {"value": 70.0, "unit": "share"}, "definition"),
        ({"threshold": 85.0}, {"threshold": 90.0}, "definition"),
        ({"threshold": 85.0}, {"value": 70.0, "threshold": 90.0}, "changed"),
        ({"status": "screening"}, {"value": 70.0}, "data"),
        ({}, {"value": None, "status": "not measurable", "reason_en": "needs people"}, "gone"),
        (
            {"value": None, "status": "not measurable"},
            {"value": None, "status": "not measurable"},
            "unchanged",
        ),
    ],
)
def test_each_kind_of_change(observation, observations, before, after, kind) -> None:
    pair = [[observation("L05", "c-0-0", 50.0) | changed] for changed in (before, after)]
    frame = _compare(observations, *pair)
    assert frame["kind"].tolist() == [kind]


def test_another_kind_of_input_is_a_change_of_data_and_says_which(observation, observations) -> None:
    inputs = Inputs(in_kind={"facilities": Text("设施：osm 改为 table", "facilities: osm became table")})
    pair = [[observation("L05", "c", v), observation("F01", "c", v)] for v in (50.0, 70.0)]
    frame = _compare(observations, *pair, inputs=inputs).set_index("indicator")
    assert frame["kind"].to_dict() == {"L05": "data", "F01": "changed"}
    assert frame.loc["L05", "why_en"] == "facilities: osm became table"
    # what did not move did not move, whatever the inputs
    assert _compare(observations, pair[0], pair[0], inputs=inputs)["kind"].unique().tolist() == ["unchanged"]


def test_the_same_files_and_another_value_is_another_way_of_computing(observation, observations) -> None:
    inputs = Inputs(same_files=frozenset({"facilities", "residents"}))
    frame = _compare(
        observations, [observation("L05", "c", 50.0)], [observation("L05", "c", 51.0)], inputs=inputs
    )
    assert frame["kind"].tolist() == ["computing"]


def test_a_place_or_variant_of_one_year_only(observation, observations) -> None:
    before = [
        observation("L05", "c-1", 50.0),
        observation("L05", "c-2", 50.0),
        observation("L05", "c-1", 9.0, variant="r300"),
    ]
    after = [
        observation("L05", "c-1", 50.0),
        observation("L01", "c-1", 50.0),
        observation("L05", "c-1", 9.0, variant="r400"),
    ]
    frame = _compare(observations, before, after)
    found = {(r["indicator"], r["place_id"], r["variant"]): r["kind"] for r in frame.to_dict("records")}
    assert found == {
        ("L05", "c-1", "r500"): "unchanged",
        ("L05", "c-2", "r500"): "data",
        ("L05", "c-1", "r300"): "definition",
        ("L05", "c-1", "r400"): "definition",
        ("L01", "c-1", "r500"): "new",
    }


def test_what_could_not_be_measured_before_says_why(observation, observations) -> None:
    # the indicator said so once, for the city; now every place has a value, in several variants
    unknown = observation(
        "L05",
        "city",
        None,
        level="city",
        status="not measurable",
        reason_zh="缺设施",
        reason_en="needs facilities",
    )
    now = [observation("L05", p, 50.0, variant=v) for p in ("c-1", "city") for v in ("r300", "r500")]
    known = observation("L01", "c-1", 20.0)
    frame = _compare(observations, [unknown, known], [*now, known])
    new = frame[frame["indicator"] == "L05"]
    assert new["kind"].unique().tolist() == ["new"]
    assert new["why_en"].unique().tolist() == ["before: needs facilities"]


def test_a_log_of_many_years_is_news_though_the_file_is_the_same(observation, observations) -> None:
    inputs = Inputs(same_files=frozenset({"requests"}))
    pair = [[observation("G01", "c", v)] for v in (50.0, 70.0)]
    frame = compare_observations(
        observations(*pair[0]), observations(*pair[1]), tables_of={"G01": ("requests",)}, inputs=inputs
    )
    assert frame["kind"].tolist() == ["changed"]


def test_better_follows_the_direction(observation, observations) -> None:
    def pair(*values):
        return [observation(i, "c", v) for i, v in zip(("L05", "L20", "X99"), values, strict=True)]

    frame = _compare(observations, pair(50.0, 50.0, 50.0), pair(60.0, 60.0, 60.0)).set_index("indicator")
    assert [None if pd.isna(b) else bool(b) for b in frame["better"].loc[["L05", "L20", "X99"]]] == [
        True,
        False,
        None,
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 100)), max_size=6, unique_by=lambda r: r[0]))
def test_nothing_changes_between_a_year_and_itself(observation, observations, rows) -> None:
    frame = observations(*(observation("L05", place, value) for place, value in rows))
    kinds = compare_observations(frame, frame, tables_of=TABLES)["kind"]
    assert set(kinds) <= {"unchanged"}
    assert set(kinds) <= set(KINDS)


OLD = {"group": "age_60_plus"}


def test_fates_and_the_rectification_rate(town, observation, observations) -> None:
    first = [("c-0-0", 0.0), ("c-0-1", 30.0), ("c-1-0", 30.0), ("c-1-1", 90.0)]
    second = [("c-0-0", 80.0), ("c-0-1", 0.0), ("c-1-0", None), ("c-1-1", 10.0)]
    before = recognise(observations(*(observation("L05", p, v, **OLD) for p, v in first)), town, year=2023)
    after = recognise(
        observations(
            *(
                observation("L05", p, v, status="measured" if v is not None else "not measurable", **OLD)
                for p, v in second
            )
        ),
        town,
        year=2024,
        earlier=before,
    )
    found = fates(before, after).set_index("place_id")["fate"].to_dict()
    assert found == {"c-0-0": "closed", "c-0-1": "worse", "c-1-0": "unmeasured", "c-1-1": "new"}
    assert set(found.values()) <= set(FATES)
    # U05: one of three open needs was closed
    assert rectification_rates(before, after) == {
        "deadline": Rate(0, 0),
        "best_effort": Rate(1, 3),
        "all": Rate(1, 3),
    }
    again = recognise(observations(observation("L05", "c-0-0", 5.0, **OLD)), town, year=2025, earlier=after)
    assert fates(after, again).set_index("place_id")["fate"].to_dict() == {
        "c-0-0": "new",
        "c-0-1": "unmeasured",
        "c-1-0": "unmeasured",
        "c-1-1": "unmeasured",
    }
