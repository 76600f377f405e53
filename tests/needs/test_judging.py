"""Observations held against rules: who misses what, by how much."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.checkup.observations import OBSERVATIONS, STATUSES
from yiju.needs.judging import judge
from yiju.needs.rules import rule_from

DAY_CARE = rule_from("L05", {"service": "elder_day_care", "step": "reach"})
PLACES = rule_from(
    "S04",
    {
        "service": "kindergarten",
        "step": "capacity",
        "variant": "kindergarten",
        "level": "subdistrict",
        "people": "group",
        "shortfall_unit": "school_places",
    },
)
GAP = rule_from(
    "S03",
    {"service": "primary_school", "step": "capacity", "miss": "above", "shortfall_unit": "school_places"},
)


@pytest.mark.parametrize(
    ("value", "step", "met"),
    [(0.0, "none", False), (59.9, "reach", False), (60.0, "reach", True), (100.0, "reach", True)],
)
def test_the_rung_follows_the_coverage(observation, observations, value, step, met) -> None:
    judged = judge(observations(observation("L05", "c-0-0", value, group="age_60_plus")), [DAY_CARE]).iloc[0]
    assert (judged["step"], judged["met"]) == (step, met)


def test_people_beyond_reach_are_those_not_counted_as_reached(observation, observations) -> None:
    judged = judge(observations(observation("L05", "c", 40.0, people=780.0, group="age_60_plus")), [DAY_CARE])
    assert judged["people"].iloc[0] == pytest.approx(468.0)
    assert judged["share"].iloc[0] == pytest.approx(0.6)


def test_weights_give_shares_and_no_counts(observation, observations) -> None:
    frame = observations(observation("L05", "c", 40.0, group="age_60_plus"))
    judged = judge(frame, [DAY_CARE], weights_only=True)
    assert judged["people"].isna().all()
    assert judged["share"].iloc[0] == pytest.approx(0.6)


def test_places_short_of_the_norm(observation, observations) -> None:
    # 1,240 children, 744 places, norm 0.9 places a child: 0.9 * 1240 - 744 = 372 places are missing
    row = observation(
        "S04",
        "s-0",
        0.6,
        people=1240.0,
        level="subdistrict",
        group="age_3_5",
        method="table",
        unit="place/child",
        variant="kindergarten",
        threshold=0.9,
        numerator=744.0,
    )
    judged = judge(observations(row), [PLACES]).iloc[0]
    assert (judged["shortfall"], judged["people"], judged["step"]) == (
        pytest.approx(372.0),
        1240.0,
        "capacity",
    )


def test_a_gap_says_itself_what_is_missing(observation, observations) -> None:
    row = observation(
        "S03", "s-0", 51.0, level="subdistrict", group="age_6_11", method="table", unit="place", threshold=0.0
    )
    assert judge(observations(row), [GAP])["shortfall"].iloc[0] == 51.0


def test_without_a_threshold_nothing_is_judged(observation, observations) -> None:
    row = observation("S03", "s-0", 51.0, level="subdistrict", group="age_6_11", method="table", unit="place")
    assert len(judge(observations(row), [GAP])) == 0


def test_everybody_stands_in_where_no_ages_are_known(observation, observations) -> None:
    everybody = observation("L05", "c-0-0", 0.0)
    assert judge(observations(everybody), [DAY_CARE])["group"].tolist() == ["all"]
    # a community without older people is no reason to fall back on everybody there
    elsewhere = observation("L05", "c-1-1", 80.0, group="age_60_plus")
    unknown = observation("L05", "c-0-0", None, people=0.0, group="age_60_plus", status="not measurable")
    judged = judge(observations(everybody, elsewhere, unknown), [DAY_CARE])
    assert judged[["place_id", "group"]].values.tolist() == [["c-1-1", "age_60_plus"]]


def test_the_city_sets_the_floor(observation, observations) -> None:
    frame = observations(observation("L05", "c-0-0", 70.0, group="age_60_plus"))
    assert judge(frame, [DAY_CARE])["met"].all()
    assert not judge(frame, [DAY_CARE], floor=100.0)["met"].any()


def test_less_than_one_person_is_nobody(observation, observations) -> None:
    frame = observations(observation("L05", "c-0-0", 0.0, people=0.4, group="age_60_plus"))
    assert judge(frame, [DAY_CARE])["met"].all()


@given(
    st.lists(
        st.tuples(
            st.floats(0, 100),
            st.floats(0, 1e5),
            st.sampled_from(STATUSES),
            st.sampled_from(["all", "age_60_plus"]),
        ),
        max_size=8,
    )
)
def test_people_concerned_are_never_more_than_there_are(rows) -> None:
    frame = pd.DataFrame(
        [
            {
                "indicator": "L05",
                "edition": "1",
                "method": "network",
                "variant": "r500",
                "status": status,
                "level": "community",
                "place_id": f"c-{i}",
                "group": group,
                "value": value,
                "unit": "%",
                "n": people,
                "numerator": value / 100 * people,
                "denominator": people,
                "source": "",
                "provisional": False,
                "reason_zh": "",
                "reason_en": "",
            }
            for i, (value, people, status, group) in enumerate(rows)
        ],
        columns=[c.name for c in OBSERVATIONS.columns],
    )
    frame = OBSERVATIONS.validate(frame)
    judged = judge(frame, [DAY_CARE])
    n = frame["n"].reindex(judged["observation"]).to_numpy()
    assert (judged["people"].to_numpy() <= n + 1e-6).all()
    assert (judged["people"] >= 0).all()
    assert frame["status"].reindex(judged["observation"]).isin(["measured", "modelled"]).all()


def test_a_norm_may_count_against_others_than_those_it_is_for(observation, observations) -> None:
    """4.5 childcare places for every 1,000 residents: 100 small children among 5,000 residents have 10 of 22.5."""
    rule = rule_from("S12", {
        "service": "childcare", "step": "capacity", "method": "network", "variant": "childcare",
        "group": ["age_0_2"], "people": "group", "shortfall_unit": "childcare_places",
    })  # fmt: skip
    row = observation(
        "S12", "c-0-0", 2.0, variant="childcare", group="age_0_2", unit="per 1000", threshold=4.5,
        n=100.0, numerator=10.0, denominator=5000.0,
    )  # fmt: skip
    judged = judge(observations(row), [rule]).iloc[0]
    assert (judged["group"], judged["people"], judged["shortfall"]) == ("age_0_2", 100.0, 12.5)
    assert not judged["met"]
