"""Plans on the page: what the plan's own tables say, no more than was proved, and the needs that they answer."""

from __future__ import annotations

import html
import re
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report.conftest import HOSTILE, data_of, needs_of, render
from tests.report.test_browser import opened
from tests.supply.plan.conftest import CANDIDATES, candidates_of, town_at

from yiju.api import City
from yiju.needs import write_needs
from yiju.report.geometry import decode
from yiju.report.mapdata import frame_of
from yiju.report.material import Material
from yiju.report.plandata import verdict
from yiju.report.words import say
from yiju.supply.plan import Question, make_plan, plan_dir, read_plan, save_measures, write_plan

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder
    from yiju.supply.plan import Plan

TOGETHER, CHEAPEST = "一老一小", "cheapest"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town with two plans: one for two services under a budget, in the ledger; one of another problem."""
    folder = town_at(tmp_path_factory.mktemp("plans") / "town")
    write_needs(folder)
    both = Question(("elder_day_care", "childcare"), budget_yuan=4e6, sites=2, name=TOGETHER)
    plan = make_plan(folder, both)
    write_plan(folder, plan)
    save_measures(folder, plan)
    write_plan(
        folder, make_plan(folder, Question(("elder_day_care",), problem="cover", share=0.5, name=CHEAPEST))
    )
    return folder


@pytest.fixture(scope="module")
def page(planned: CityFolder) -> str:
    return render(planned)


@pytest.fixture(scope="module")
def data(page: str) -> dict:
    return data_of(page)


@pytest.fixture(scope="module")
def plan(planned: CityFolder) -> Plan:
    return read_plan(planned, TOGETHER)


@pytest.fixture(scope="module")
def told(data: dict) -> dict:
    return next(p for p in data["plans"] if p["name"] == TOGETHER)


def test_every_plan_of_the_year_is_there(data, planned):
    assert [p["name"] for p in data["plans"]] == [CHEAPEST, TOGETHER]
    assert Material.read(planned, 2025).plans[0].about["year"] == 2025
    assert not any(p["stale"] for p in data["plans"])


def test_a_city_without_plans_has_no_such_section(town):
    page = render(town)
    assert data_of(page)["plans"] == []
    assert 'id="plans"' not in page
    assert 'href="#plans"' not in page


def test_sites_say_what_the_tables_say(told, plan, planned):
    frame = frame_of(Material.read(planned, 2025))
    assert [s["id"] for s in told["sites"]] == plan.sites["site_id"].tolist()
    for site, row in zip(told["sites"], plan.sites.to_dict("records"), strict=True):
        assert site["why"] == [row["why_zh"], row["why_en"]]
        assert site["cost_yuan"] == round(row["cost_yuan"])
        assert sum(s["people"] for s in site["supplies"]) == pytest.approx(row["people"], abs=0.1)
        back = (frame.x0 + site["at"][0] * frame.step_m, frame.y0 + site["at"][1] * frame.step_m)
        assert back == pytest.approx((row["geometry"].x, row["geometry"].y), abs=frame.step_m)


def test_homes_newly_within_reach_are_those_that_were_gained(told, plan):
    gained = plan.about["people_gained_by_service"]
    lacking = plan.about["people_lacking_by_service"]
    for reach in told["reach"]:
        code = reach["service"]
        assert len(decode(reach["points"])) == 2 * len(reach["people"])
        assert sum(reach["people"]) == pytest.approx(gained[code], abs=0.1 * len(reach["people"]) + 0.1)
        assert reach["people_without"] == pytest.approx(lacking[code] - gained[code], abs=0.2)
        limit = plan.about["limits_m"][code]
        assert all(after <= limit for after in reach["after_m"])
        assert all(before is None or before > limit - 1 for before in reach["before_m"])


def test_half_of_the_people_of_a_site_walk_no_farther_than_its_median(told):
    for number, site in enumerate(told["sites"]):
        walks = [
            (after, people)
            for reach in told["reach"]
            for after, people, at in zip(reach["after_m"], reach["people"], reach["site"], strict=True)
            if at == number
        ]
        within = sum(people for after, people in walks if after <= site["walk_m"][1])
        assert within >= sum(people for _, people in walks) / 2


@pytest.mark.parametrize("proof", ["within gap", "out of time", "search ended"])
@pytest.mark.parametrize("gap", [0.0, 0.00004, 0.0312, None])
def test_optimal_is_said_only_where_it_was_proved(proof, gap):
    said = verdict({"proof": proof, "gap": gap})
    assert "optimal" not in said.en.lower()
    assert "最优：" not in said.zh
    if gap is not None:
        percent = float(re.search(r"([\d.]+) %", said.en)[1])
        assert gap * 100 <= percent + 1e-9 <= gap * 100 + 0.1 + 1e-9


def test_the_needs_that_a_site_answers_are_in_the_ledger(told, data):
    ledger = {need["id"] for need in needs_of(data)}
    answered = [need for site in told["sites"] for need in site["needs"]]
    assert answered
    assert set(answered) <= ledger
    cheapest = next(p for p in data["plans"] if p["name"] == CHEAPEST)
    assert not any(site["needs"] for site in cheapest["sites"])  # it was not put into the ledger


def test_a_curve_never_lies_above_its_bound(told):
    curve = told["curve"]
    assert curve["budget_yuan"] == sorted(curve["budget_yuan"])
    assert told["budget_yuan"] in curve["budget_yuan"]
    for people, bound in zip(curve["people"], curve["bound"], strict=True):
        assert people <= bound + 0.1


def test_nobody_having_any_is_no_perfect_equality(told, plan):
    for sharing in told["equity"]:
        for when in ("before", "after"):
            rows = plan.equity[(plan.equity["service"] == sharing["service"]) & (plan.equity["when"] == when)]
            gini = rows["gini"].iloc[0]
            assert sharing[when]["gini"] == (None if np.isnan(gini) else pytest.approx(gini, abs=5e-4))


def test_a_plan_of_an_earlier_check_up_says_so(planned):
    old = make_plan(planned, Question(("elder_day_care",), sites=1, name="old"))
    old.about["snapshot"] = "0" * 16
    try:
        write_plan(planned, old)
        told = {p["name"]: p["stale"] for p in data_of(render(planned))["plans"]}
    finally:
        shutil.rmtree(plan_dir(planned, "old"))
    assert told == {"old": True, CHEAPEST: False, TOGETHER: False}


def test_plans_are_readable_without_scripts(page, plan):
    essentials = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    assert TOGETHER in essentials
    for why in plan.sites["why_zh"]:
        assert html.escape(why, quote=False) in essentials


def test_a_candidate_whose_name_is_markup_stays_a_name(tmp_path):
    folder = town_at(tmp_path / "town", {})
    candidates = candidates_of(folder, {"A": CANDIDATES["A"]})
    candidates["name"] = HOSTILE
    folder.write_table("candidates", candidates)
    City(folder).checkup()
    write_needs(folder)
    write_plan(folder, make_plan(folder, Question(("elder_day_care",), sites=1, name="p")))
    page = render(folder)
    assert data_of(page)["plans"][0]["sites"][0]["name"] == HOSTILE
    assert "<script>alert" not in page


@pytest.mark.parametrize(("hash_", "index"), [("", 0), ("#en", 1)])
def test_the_section_is_drawn_in_either_language(page, told, tmp_path, hash_, index):
    file = tmp_path / "index.html"
    file.write_text(page, encoding="utf-8")
    document = opened(file, hash_, tmp_path / "browser")
    section = re.search(r'<section id="plans".*?</section>', document, re.DOTALL)[0]
    for part in ("plan-tabs", "plan-head", "plan-markers", "plan-legend", "plan-why", "plan-grounds"):
        assert re.search(rf'id="{part}"[^>]*>\s*<', section), f"{part} is empty"
    assert section.count('class="marker') == len(data_of(page)["plans"][0]["sites"])
    assert say("plans.proof.optimal")[index] in section
    shown = re.sub(r"<[^>]+>", "\n", section)
    assert not re.search(r"\bundefined\b|\bNaN\b|\[object", shown)
    assert not re.search(r"^plans\.[a-z.]+$", shown, re.MULTILINE)


def test_a_need_leads_to_the_site_that_answers_it(page, told, tmp_path):
    file = tmp_path / "index.html"
    file.write_text(page, encoding="utf-8")
    site = next(s for s in told["sites"] if s["needs"])
    document = opened(file, f"#en/need/{site['needs'][0]}", tmp_path / "browser")
    panel = document[document.index('id="panel-body"') :]
    assert "Measures that answer it" in panel
    assert f"{TOGETHER} · " in panel


def test_a_plan_can_be_opened_by_its_address(page, tmp_path):
    file = tmp_path / "index.html"
    file.write_text(page, encoding="utf-8")
    section = opened(file, f"#en/plan/{TOGETHER}", tmp_path / "browser").split('id="plan-head"')[1]
    assert section.startswith(f"><h3>{TOGETHER}</h3>")
