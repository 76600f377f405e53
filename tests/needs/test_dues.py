"""What norms ask for beside the grounds of a need, by hand."""

from __future__ import annotations

import math

import pytest

from yiju.city.services import SERVICES
from yiju.needs import read_evidence, recognise
from yiju.needs.dues import dues


@pytest.mark.parametrize(
    ("service", "group", "total", "role", "due"),
    [
        ("childcare", "age_0_2", 88.0, "due_places", 4.5 * 6.0),  # of 6,000 residents, whatever the children
        ("kindergarten", "age_3_5", 200.0, "due_places", 180.0),  # 900 for every 1,000 children
        ("primary_school", "age_6_11", 300.0, "due_places", 300.0),
        ("elder_home", "age_60_plus", 1000.0, "due_places", 25.0),
        ("elder_day_care", "age_80_plus", 50.0, "due_floor_area", 50.0 * 6.0),
    ],
)
def test_the_norm_counts_against_its_own_group(service, group, total, role, due) -> None:
    (ref,) = dues(service, "c", group, total, {"c": 6000.0})
    assert (ref["role"], ref["value"]) == (role, pytest.approx(due))
    assert ref["source"] in {s.text for s in SERVICES[service].sources.values()}


@pytest.mark.parametrize(
    ("service", "group", "total", "residents"),
    [
        (
            "elder_home",
            "age_80_plus",
            100.0,
            {"c": 6000.0},
        ),  # a norm of people of 60 and over, who are not known
        ("kindergarten", "all", 6000.0, {"c": 6000.0}),  # ages are unknown
        ("childcare", "age_0_2", 88.0, {}),  # people are only weights
        ("kindergarten", "age_3_5", math.nan, {"c": 6000.0}),
        ("community_canteen", "age_60_plus", 500.0, {"c": 6000.0}),  # no norm
    ],
)
def test_nothing_is_due_where_nobody_can_count(service, group, total, residents) -> None:
    assert dues(service, "c", group, total, residents) == []


def test_all_of_the_group_count_not_only_those_out_of_reach(town, observation, observations) -> None:
    """45 % of 200 children have a kindergarten: 110 are concerned, and places are due for 200."""
    frame = observations(observation("L01", "c-0-0", 45.0, people=200.0, group="age_3_5"))
    (need,) = recognise(frame, town, year=2025).to_dict("records")
    (ref,) = [r for r in read_evidence(need["evidence"]) if r["kind"] == "demand"]
    assert need["people"] == pytest.approx(110.0)
    assert (ref["n"], ref["value"]) == (pytest.approx(200.0), pytest.approx(180.0))
