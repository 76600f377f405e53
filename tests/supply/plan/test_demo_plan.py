"""The worked plan of the demo city: it answers what was planted, proved, in a moment."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from yiju.cli.demo import PLAN, PLAN_SERVICES
from yiju.supply.plan import Question, make_plan

if TYPE_CHECKING:
    from yiju.api import City
    from yiju.supply.plan import Plan

# The demo is made for a first look: its plan may not keep anybody waiting (processor seconds).
MOST_CPU_S = 20.0


@pytest.fixture(scope="module")
def made(demo_city: City) -> tuple[Plan, float]:
    asked = {name: value for name, value in PLAN.items() if name != "save"}
    began = time.process_time()
    plan = make_plan(demo_city.folder, Question(PLAN_SERVICES, **asked))
    return plan, time.process_time() - began


def test_three_complexes_under_the_budget_proved_in_a_moment(made: tuple[Plan, float]) -> None:
    plan, cpu_s = made
    assert len(plan.sites) == 3
    assert set(plan.sites["services"]) == {"elder_day_care;childcare"}
    assert plan.about["spent_yuan"] <= plan.about["budget_yuan"]
    assert plan.about["proof"] == "optimal"
    assert cpu_s <= MOST_CPU_S


def test_it_answers_the_communities_that_were_left_without_day_care(
    demo_city: City, made: tuple[Plan, float]
) -> None:
    truths = json.loads((demo_city.folder.path / "truths.json").read_text(encoding="utf-8"))
    planted = {t["place_id"] for t in truths if t["service"] == "elder_day_care"}
    assert len(planted) == 3
    plan, _ = made
    assert set(plan.sites["community"]) == planted


def test_homes_that_gain_are_counted_once_for_each_service(made: tuple[Plan, float]) -> None:
    plan, _ = made
    gained = plan.served[(plan.served["walk_after_m"] <= 500.0) & ~(plan.served["walk_before_m"] <= 500.0)]
    assert plan.people_gained == pytest.approx(gained["people"].sum())
    assert plan.people_gained == pytest.approx(plan.about["objective"])
    assert not gained.duplicated(["cell_id", "service"]).any()
