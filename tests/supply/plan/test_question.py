"""What may be asked, and what is refused before anything is read."""

from __future__ import annotations

from typing import Any

import pytest

from yiju.errors import InputError, UnknownName, YijuError
from yiju.supply.plan import Question


@pytest.mark.parametrize(
    ("services", "asked", "says"),
    [
        ((), {"sites": 1}, "No service"),
        (("childcare", "childcare"), {"sites": 1}, "each service once"),
        (("hospital",), {"sites": 1}, "No standard says how far"),
        (("childcare",), {}, "--budget"),
        (("childcare",), {"budget_yuan": -1.0}, "budget_yuan"),
        (("childcare",), {"budget_yuan": float("nan")}, "budget_yuan"),
        (("childcare",), {"sites": 0}, "sites"),
        (("childcare",), {"sites": 1, "seconds": 0.0}, "seconds"),
        (("childcare",), {"sites": 1, "share": 1.5}, "share"),
        (("childcare",), {"problem": "median"}, "--sites"),
        (("childcare",), {"sites": 1, "scenario": "middle"}, "over several years"),
        (("childcare",), {"sites": 1, "years": (2026, 2026)}, "years that differ"),
        (("childcare",), {"problem": "expand"}, "--budget"),
        (("childcare", "kindergarten"), {"problem": "cover"}, "one service at a time"),
        (("childcare",), {"sites": 1, "assumed_shares": {"age_0_2": 2.0}}, "age_0_2"),
        (("childcare",), {"sites": 1, "name": "../up"}, "folder"),
        (("childcare",), {"sites": 1, "name": ".hidden"}, "folder"),
        (("childcare",), {"sites": 1, "name": " "}, "folder"),
    ],
)
def test_what_cannot_be_is_refused(services: tuple[str, ...], asked: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as refused:
        Question(services, **asked)
    assert says in refused.value.say("en")
    assert refused.value.say("zh")


@pytest.mark.parametrize(
    ("services", "asked"),
    [
        (("childcar",), {"sites": 1}),
        (("childcare",), {"sites": 1, "problem": "best"}),
        (("childcare",), {"sites": 1, "assumed_shares": {"babies": 0.1}}),
    ],
)
def test_a_name_that_is_not_known(services: tuple[str, ...], asked: dict[str, Any]) -> None:
    with pytest.raises(UnknownName):
        Question(services, **asked)


def test_a_chinese_name_will_do() -> None:
    assert Question(("childcare",), sites=1, name="一老一小").title == "一老一小"
    assert issubclass(InputError, YijuError)


def test_a_name_is_due_where_the_services_together_are_too_long() -> None:
    many = (
        "elder_day_care", "childcare", "community_canteen", "health_station", "after_school",
        "community_service_station",
    )  # fmt: skip
    with pytest.raises(InputError, match="--name"):
        Question(many, sites=3)
    assert Question(many, sites=3, name="综合体").title == "综合体"
