"""Rules as the catalogue gives them: read strictly, with defaults that follow the service."""

from __future__ import annotations

import pytest

from yiju.checkup.catalogue import catalogue
from yiju.errors import ConfigError
from yiju.needs.rules import need_rules, rule_from


def test_the_whole_catalogue_can_be_read() -> None:
    rules = need_rules()
    assert {r.indicator for r in rules} == {i.id for i in catalogue().values() if i.need}
    assert len(rules) >= 12


def test_defaults_of_a_reach_rule_follow_the_service() -> None:
    rule = rule_from("L05", {"service": "elder_day_care", "step": "reach"})
    assert (rule.method, rule.variants, rule.levels) == ("network", ("r500",), ("community",))
    assert (rule.people, rule.entitled, rule.minutes) == ("beyond", ("age_60_plus",), 10)


def test_no_rule_speaks_of_an_indicator_that_is_only_a_screening() -> None:
    assert [r.indicator for r in need_rules() if catalogue()[r.indicator].screening] == []


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"service": "kindergarden", "step": "reach"}, "kindergarden"),
        ({"service": "park", "step": "none"}, "step"),
        ({"service": "park", "step": "reach", "level": "village"}, "village"),
        ({"service": "park", "step": "reach", "group": ["age_99"]}, "age_99"),
        ({"service": "park", "step": "reach", "method": "guess"}, "guess"),
        ({"service": "park", "step": "reach", "floor": 60}, "floor"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(entry, named) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        rule_from("L09", entry)
    assert "L09" in caught.value.say("en")
    assert "L09" in caught.value.say("zh")


def test_a_fire_engine_drives() -> None:
    assert rule_from("R01", {"service": "fire_station", "step": "reach"}).drive
    assert not rule_from("L09", {"service": "park", "step": "reach"}).drive
