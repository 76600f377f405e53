"""Judgements become needs: ladder, nested groups, several grounds."""

from __future__ import annotations

from yiju.needs.gathering import gather
from yiju.needs.judging import judge
from yiju.needs.rules import rule_from

BOTH_AGES = rule_from(
    "L05", {"service": "elder_day_care", "step": "reach", "group": ["age_60_plus", "age_80_plus"]}
)
OTHER = rule_from(
    "X01", {"service": "elder_day_care", "step": "reach", "group": ["age_60_plus"], "variant": "r500"}
)
PLACES = rule_from(
    "X02",
    {"service": "elder_day_care", "step": "capacity", "method": "table", "standard": 0.9, "people": "group"},
)


def test_the_lower_rung_holds(observation, observations) -> None:
    frame = observations(
        observation("L05", "c", 30.0, people=100.0, group="age_60_plus"),
        observation("X01", "c", 0.0, people=100.0, group="age_60_plus"),
    )
    needs = gather(judge(frame, [BOTH_AGES, OTHER]))
    assert [(n.step, len(n.grounds)) for n in needs] == [("none", 1)]


def test_grounds_of_one_need_are_joined_and_the_heaviest_leads(observation, observations) -> None:
    frame = observations(
        observation("L05", "c", 50.0, people=100.0, group="age_60_plus"),
        observation("X01", "c", 10.0, people=100.0, group="age_60_plus"),
    )
    (need,) = gather(judge(frame, [BOTH_AGES, OTHER]))
    assert [g["people"] for g in need.grounds] == [90.0, 50.0]
    assert need.lead["rule"] == 1


def test_nobody_is_counted_twice(observation, observations) -> None:
    old = observation("L05", "c", 30.0, group="age_60_plus")
    oldest = observation("L05", "c", 20.0, people=90.0, group="age_80_plus")
    assert [n.group for n in gather(judge(observations(old, oldest), [BOTH_AGES]))] == ["age_60_plus"]
    # the oldest alone, or with less than the others have, are a need of their own
    fine = observation("L05", "c", 70.0, group="age_60_plus")
    assert [n.group for n in gather(judge(observations(fine, oldest), [BOTH_AGES]))] == ["age_80_plus"]
    nothing = oldest | {"value": 0.0, "numerator": 0.0}
    needs = gather(judge(observations(old, nothing), [BOTH_AGES]))
    assert [(n.group, n.step) for n in needs] == [("age_60_plus", "reach"), ("age_80_plus", "none")]


def test_more_of_it_is_not_the_question_where_it_cannot_be_reached(observation, observations) -> None:
    frame = observations(
        observation("L05", "c", 30.0, group="age_60_plus"),
        observation("X02", "c", 0.5, group="age_60_plus", method="table", unit="place/child"),
        observation("X02", "d", 0.5, group="age_60_plus", method="table", unit="place/child"),
    )
    needs = gather(judge(frame, [BOTH_AGES, PLACES]))
    assert [(n.place_id, n.step) for n in needs] == [("c", "reach"), ("d", "capacity")]


def test_quality_stands_beside(observation, observations) -> None:
    satisfied = rule_from("X03", {"service": "elder_day_care", "step": "quality", "standard": 80})
    frame = observations(
        observation("L05", "c", 30.0, group="age_60_plus"),
        observation("X03", "c", 50.0, group="age_60_plus", method="table"),
    )
    assert [n.step for n in gather(judge(frame, [BOTH_AGES, satisfied]))] == ["quality", "reach"]
