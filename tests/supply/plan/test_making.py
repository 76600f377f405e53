"""A plan of toy town against counting by hand: every choice of sites is tried."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.supply.plan.conftest import CANDIDATES, LIMIT_M, homes, people_of, town_at, walk_m

from yiju.errors import InputError, MissingCity
from yiju.supply.plan import Question, make_plan
from yiju.supply.plan.candidates import candidate_sites
from yiju.supply.plan.curve import _frame, _never_falling
from yiju.supply.plan.ground import Ground
from yiju.supply.plan.offers import make_offers
from yiju.supply.plan.solving import decide
from yiju.supply.plan.unit_costs import unit_costs
from yiju.supply.scenario import StaleCheckup
from yiju.supply.siting import Infeasible

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder

OLD = ("age_60_79", "age_80_plus")


def gained(services: dict[str, set[str]]) -> float:
    """People who get a service within 500 m only by these sites, each counted once for each service."""
    people = {"elder_day_care": people_of(*OLD), "childcare": people_of("age_0_2")}
    now = {"elder_day_care": walk_m((3, 3)), "childcare": np.full(len(people_of("age_0_2")), np.inf)}
    total = 0.0
    for code, sites in services.items():
        new = np.min([walk_m(CANDIDATES[s][0]) for s in sites] + [np.full(len(now[code]), np.inf)], axis=0)
        total += float(people[code][(now[code] > LIMIT_M) & (new <= LIMIT_M)].sum())
    return total


def cost_yuan(site: str, services: list[str]) -> float:
    _, kind, _, own, _ = CANDIDATES[site]
    unit = unit_costs()
    fixed = unit.kind(kind).site_yuan if own is None else own
    return fixed + sum(unit.unit_yuan(code, kind) for code in services)


@pytest.mark.parametrize("sites", [1, 2, 3])
def test_one_service_reaches_as_many_as_the_best_of_all_choices(town: CityFolder, sites: int) -> None:
    plan = make_plan(town, Question(("elder_day_care",), sites=sites))
    best = max(gained({"elder_day_care": set(some)}) for some in combinations("ABCDE", sites))
    assert plan.people_gained == pytest.approx(best)
    assert plan.about["objective"] == plan.about["bound"] == pytest.approx(best)
    assert plan.about["proof"] == "optimal"
    assert plan.about["gap"] == 0.0


def test_two_services_share_sites_and_keep_the_budget(town: CityFolder) -> None:
    budget = 4_500_000.0
    plan = make_plan(town, Question(("elder_day_care", "childcare"), budget_yuan=budget))
    best = 0.0
    for hosts in _all_hostings():
        spent = sum(cost_yuan(site, codes) for site, codes in hosts.items())
        if spent <= budget:
            by_service = {
                code: {s for s, codes in hosts.items() if code in codes}
                for code in ("elder_day_care", "childcare")
            }
            best = max(best, gained(by_service))
    assert plan.about["objective"] == pytest.approx(best)
    assert plan.about["spent_yuan"] <= budget
    told = {row["site_id"]: row["services"].split(";") for row in plan.sites.to_dict("records")}
    assert plan.about["spent_yuan"] == pytest.approx(sum(cost_yuan(s, codes) for s, codes in told.items()))
    assert plan.sites["cost_yuan"].sum() == pytest.approx(plan.supplies["cost_yuan"].sum())
    assert plan.sites["people"].sum() == pytest.approx(plan.people_gained)


def _all_hostings() -> list[dict[str, list[str]]]:
    """Every way to put the two services at candidates A to E; C may only take in day care."""
    ways: list[dict[str, list[str]]] = [{}]
    for site in "ABCDE":
        mixes: list[list[str]] = [[], ["elder_day_care"]]
        if site != "C":
            mixes += [["childcare"], ["elder_day_care", "childcare"]]
        ways = [way | ({site: mix} if mix else {}) for way in ways for mix in mixes]
    return ways


@pytest.fixture(scope="module")
def choices() -> list[tuple[int, float, float]]:
    """Every way to put the services: sites, yuan, people."""
    found = []
    for hosts in _all_hostings():
        by_service = {
            code: {s for s, codes in hosts.items() if code in codes}
            for code in ("elder_day_care", "childcare")
        }
        spent = sum(cost_yuan(site, codes) for site, codes in hosts.items())
        found.append((len(hosts), spent, gained(by_service)))
    return found


@settings(max_examples=15)
@given(budget=st.floats(800_000.0, 12_000_000.0), sites=st.integers(1, 5))
def test_no_choice_that_keeps_to_the_money_and_the_number_is_better(
    town: CityFolder, choices: list[tuple[int, float, float]], budget: float, sites: int
) -> None:
    asked = Question(("elder_day_care", "childcare"), budget_yuan=budget, sites=sites)
    ground = Ground(town)
    offers = make_offers(ground, asked, candidate_sites(ground))
    found = decide(ground, asked, offers, budget_yuan=budget, sites=sites, seconds=30.0)
    best = max(people for count, spent, people in choices if count <= sites and spent <= budget)
    assert found.siting.objective == pytest.approx(best)
    assert found.siting.bound >= best - 1e-6
    assert found.spent_yuan <= budget * (1 + 1e-9)
    assert len(found.site_ids) <= sites


def test_walks_are_those_of_the_town(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care",), sites=1))
    (site,) = plan.sites["site_id"]
    before, new = walk_m((3, 3)), walk_m(CANDIDATES[site][0])
    served = plan.served
    assert served["walk_before_m"].to_numpy() == pytest.approx(before)
    assert served["walk_after_m"].to_numpy() == pytest.approx(np.minimum(before, new))
    gets_it = (new < before) & (new <= LIMIT_M)
    assert served["site_id"].notna().to_numpy().tolist() == gets_it.tolist()


def test_each_site_says_what_it_adds_and_what_the_next_best_would_lose(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care",), sites=2))
    chosen = set(plan.sites["site_id"])
    whole = gained({"elder_day_care": chosen})
    for row in plan.sites.to_dict("records"):
        without = chosen - {row["site_id"]}
        assert row["gain"] == pytest.approx(whole - gained({"elder_day_care": without}))
        others = set("ABCDE") - chosen
        best = max(gained({"elder_day_care": without | {other}}) for other in others)
        assert row["next_best_loss"] == pytest.approx(whole - best)
        assert f"{row['people']:,.0f}" in row["why_en"]
        assert row["why_zh"].startswith(f"候选{row['site_id']}：")
    assert plan.sites["rank"].tolist() == [1, 2]
    assert plan.sites["gain"].is_monotonic_decreasing


def test_more_money_never_brings_less(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care", "childcare"), budget_yuan=4_000_000.0))
    curve = plan.curve
    assert curve["budget_yuan"].is_monotonic_increasing
    assert (curve["people_gained"].diff().dropna() >= -1e-9).all()
    assert (curve["people_gained"] <= curve["bound"] + 1e-6).all()
    assert (curve["budget_yuan"] == 4_000_000.0).any()


def test_curve_of_sites_where_there_is_no_budget(town: CityFolder) -> None:
    curve = make_plan(town, Question(("elder_day_care",), sites=2)).curve
    assert curve.sort_values("sites")["people_gained"].is_monotonic_increasing
    assert set(curve["sites"]) >= {1, 2, 3, 4}


def test_places_are_shared_more_equally_afterwards(town: CityFolder) -> None:
    equity = make_plan(town, Question(("elder_day_care",), sites=3)).equity
    gini = equity.groupby("when")["gini"].first()
    assert gini["after"] < gini["before"]
    for _, corners in equity.groupby("when"):
        assert corners[["share_people", "share_access"]].iloc[-1].tolist() == [1.0, 1.0]
        assert corners["share_access"].is_monotonic_increasing


def test_nothing_to_share_is_not_shared_equally(town: CityFolder) -> None:
    equity = make_plan(town, Question(("childcare",), sites=1)).equity
    gini = equity.groupby("when")["gini"].first()
    assert np.isnan(gini["before"])
    assert 0 < gini["after"] < 1


def test_a_complex_hosts_all_that_is_asked_for(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care", "childcare"), sites=2, complexes=True))
    assert set(plan.sites["services"]) == {"elder_day_care;childcare"}
    assert "C" not in set(plan.sites["site_id"])


def test_services_stand_apart_where_they_may_not_share(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care", "childcare"), sites=4, colocate=False))
    assert not plan.sites["services"].str.contains(";").any()


def test_years_take_the_best_sites_first_and_about_even_money(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care",), sites=4, years=(2027, 2026)))
    assert plan.sites["year"].is_monotonic_increasing
    assert set(plan.sites["year"]) == {2026, 2027}


def test_the_same_question_has_the_same_plan(town: CityFolder) -> None:
    one, two = (make_plan(town, Question(("elder_day_care", "childcare"), sites=3)) for _ in range(2))
    assert one.sites.equals(two.sites)
    assert one.served.equals(two.served)


def test_a_budget_that_opens_nothing_says_what_would(town: CityFolder) -> None:
    cheapest = min(cost_yuan(site, ["childcare"]) for site in "ABDE")
    with pytest.raises(Infeasible, match=f"{cheapest:,.0f} yuan") as refused:
        make_plan(town, Question(("childcare",), budget_yuan=100_000.0))
    assert refused.value.constraint == "budget"
    assert refused.value.relaxed == pytest.approx(cheapest)
    assert make_plan(town, Question(("childcare",), budget_yuan=cheapest)).about["spent_yuan"] == cheapest


def test_people_whom_no_candidate_reaches_are_told(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care",), sites=5))
    reach = np.min([walk_m(CANDIDATES[s][0]) for s in "ABCDE"], axis=0)
    lost = people_of(*OLD)[(walk_m((3, 3)) > LIMIT_M) & (reach > LIMIT_M)].sum()
    assert lost > 0
    assert any(f"{lost:,.0f} people have no candidate" in note["en"] for note in plan.about["notes"])


def test_a_city_without_ages_is_planned_with_assumed_shares_and_says_so(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town")
    cells = folder.table("residents")
    folder.write_table("residents", cells.drop(columns=[c for c in cells if str(c).startswith("age_")]))
    from yiju.api import City

    City(folder).checkup()
    with pytest.raises(InputError, match=r"age_60_plus=0\.2"):
        make_plan(folder, Question(("elder_day_care",), sites=1))
    plan = make_plan(folder, Question(("elder_day_care",), sites=1, assumed_shares={"age_60_plus": 0.2}))
    assert any("20.0% of the residents" in a["en"] for a in plan.about["assumptions"])
    assert plan.served["people"].to_numpy() == pytest.approx(50.0)


def test_a_plan_answers_a_check_up_of_the_city_as_it_is(tmp_path: Path) -> None:
    from yiju.city.toytown import toy_town

    bare = toy_town(tmp_path / "bare", blocks=4)
    with pytest.raises(MissingCity, match="yiju checkup"):
        make_plan(bare, Question(("elder_day_care",), sites=1))
    folder = town_at(tmp_path / "town")
    folder.write_table("candidates", folder.table("candidates").iloc[:3])
    with pytest.raises(StaleCheckup, match="candidates"):
        make_plan(folder, Question(("elder_day_care",), sites=1))


def test_a_share_that_is_met_needs_nothing(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care",), problem="cover", share=0.05))
    assert len(plan.sites) == 0
    assert plan.about["spent_yuan"] == 0
    assert any("nothing has to be opened" in note["en"] for note in plan.about["notes"])


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_share_is_covered_for_the_least_money(town: CityFolder, share: float) -> None:
    plan = make_plan(town, Question(("elder_day_care",), problem="cover", share=share))
    people, now = people_of(*OLD), walk_m((3, 3)) <= LIMIT_M
    least = min(
        sum(cost_yuan(site, ["elder_day_care"]) for site in some)
        for count in range(6)
        for some in combinations("ABCDE", count)
        if people[now].sum() + gained({"elder_day_care": set(some)}) >= share * people.sum()
    )
    assert plan.about["spent_yuan"] == pytest.approx(least)
    assert plan.about["proof"] == "optimal"


def test_a_share_that_cannot_be_met_says_the_greatest_that_can(town: CityFolder) -> None:
    with pytest.raises(Infeasible) as refused:
        make_plan(town, Question(("elder_day_care",), problem="cover", share=1.0))
    reach = np.min([walk_m((3, 3)), *(walk_m(CANDIDATES[s][0]) for s in "ABCDE")], axis=0)
    people = people_of(*OLD)
    assert refused.value.relaxed == pytest.approx(people[reach <= LIMIT_M].sum() / people.sum())


def test_a_cover_beyond_the_budget_says_what_it_takes(town: CityFolder) -> None:
    with pytest.raises(Infeasible, match="too small") as refused:
        make_plan(town, Question(("elder_day_care",), problem="cover", share=0.7, budget_yuan=100_000.0))
    assert refused.value.constraint == "budget"
    assert refused.value.relaxed is not None
    assert refused.value.relaxed > 100_000.0


def test_places_for_the_money_are_built_or_partnered_where_they_serve_most(town: CityFolder) -> None:
    plan = make_plan(town, Question(("childcare",), problem="expand", budget_yuan=900_000.0))
    assert plan.about["spent_yuan"] <= 900_000.0
    assert plan.about["proof"] == "optimal"
    assert plan.supplies["people"].sum() == pytest.approx(plan.people_gained)
    assert (plan.supplies["people"] <= plan.supplies["places"] + 1e-9).all()
    assert any("partner" in a["en"] for a in plan.about["assumptions"])
    mine = plan.curve[plan.curve["budget_yuan"] == 900_000.0]
    assert mine["people_gained"].tolist() == [pytest.approx(plan.people_gained)]
    assert plan.curve["people_gained"].is_monotonic_increasing


def test_nobody_gains_where_everybody_has_it(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town", {"E": ((3, 3), "vacant", 700.0, None, None)})
    plan = make_plan(folder, Question(("elder_day_care",), sites=1))
    assert plan.people_gained == 0
    assert any("No candidate reaches anybody" in note["en"] for note in plan.about["notes"])


def test_each_year_spends_its_own_money_on_what_stands_already(town: CityFolder) -> None:
    half = 1_500_000.0
    asked = Question(("childcare",), budget_yuan=2 * half, years=(2026, 2027))
    plan = make_plan(town, asked)
    best = 0.0
    for opened in product((None, 2026, 2027), repeat=4):
        when = dict(zip("ABDE", opened, strict=True))
        first = {s for s, year in when.items() if year == 2026}
        both = {s for s, year in when.items() if year is not None}
        spent = [sum(cost_yuan(s, ["childcare"]) for s in some) for some in (first, both)]
        if spent[0] <= half and spent[1] <= 2 * half:
            best = max(best, gained({"childcare": first}) + gained({"childcare": both}))
    assert plan.about["objective"] == pytest.approx(best)
    assert plan.about["proof"] == "optimal"
    told = plan.sites.groupby("year")["cost_yuan"].sum().cumsum()
    assert told.get(2026, 0.0) <= half
    assert plan.about["spent_yuan"] <= 2 * half
    # people, not person-years, are what is gained
    assert plan.people_gained == pytest.approx(gained({"childcare": set(plan.sites["site_id"])}))
    assert (plan.curve["people_gained"] <= plan.curve["bound"] + 1e-6).all()


def test_a_scenario_of_the_population_is_an_assumption(town: CityFolder) -> None:
    asked = Question(("childcare",), budget_yuan=3e6, years=(2026, 2030), scenario="middle")
    plan = make_plan(town, asked)
    assert any("projection 'middle'" in a["en"] for a in plan.about["assumptions"])
    assert plan.about["proof"] == "optimal"


def test_nothing_opens_before_the_check_up(town: CityFolder) -> None:
    with pytest.raises(InputError, match="2025, was 2020") as refused:
        make_plan(town, Question(("elder_day_care",), sites=1, years=(2020, 2026)))
    assert refused.value.field == "years"
    assert make_plan(town, Question(("elder_day_care",), sites=1, years=(2025,))).sites["year"].tolist() == [
        2025
    ]


def test_a_share_is_not_assumed_where_the_population_tells_it(town: CityFolder) -> None:
    with pytest.raises(InputError, match="no share can be assumed"):
        make_plan(town, Question(("elder_day_care",), sites=1, assumed_shares={"age_60_plus": 0.5}))


def test_the_share_that_is_said_to_be_had_can_be_had(town: CityFolder) -> None:
    with pytest.raises(Infeasible, match="within a walk of 500 m") as refused:
        make_plan(town, Question(("elder_day_care",), problem="cover", share=1.0))
    assert refused.value.hint is not None
    said = float(refused.value.hint.en.split("--share to ")[1].split(",")[0])
    plan = make_plan(town, Question(("elder_day_care",), problem="cover", share=said))
    assert plan.about["proof"] == "optimal"


def test_people_of_places_are_said_to_be_those_of_the_norm(town: CityFolder) -> None:
    plan = make_plan(town, Question(("childcare",), problem="expand", budget_yuan=900_000.0))
    everybody = 250.0 * len(homes())
    due = 4.5 * everybody / 1000  # 4.5 childcare places for every 1,000 residents
    told = " ".join(note["en"] for note in plan.about["notes"])
    assert f"{due:,.0f} places are due, 0 of them are there now" in told
    assert "have no site within reach" not in told


def test_a_service_of_which_nobody_knows_any_place_is_said_to_be_unknown(town: CityFolder) -> None:
    told = [note["en"] for note in make_plan(town, Question(("childcare",), sites=1)).about["notes"]]
    assert any("No place of childcare for under-threes is known" in note for note in told)
    assert not any("open map" in note for note in told)


@pytest.mark.parametrize("code", ["park", "primary_school", "bus_stop"])
def test_what_is_no_room_is_planned_only_where_the_city_says_its_floor(tmp_path: Path, code: str) -> None:
    folder = town_at(tmp_path / "town")
    asked, ground = Question((code,), sites=1), Ground(folder)
    with pytest.raises(InputError, match=rf"\[costs\.{code}\]"):
        make_offers(ground, asked, candidate_sites(ground))
    ground.folder = replace(folder, config=replace(folder.config, costs={code: {"floor_area_m2": 600.0}}))
    assert make_offers(ground, asked, candidate_sites(ground)).of[code].floor_area_m2 == 600.0


def test_a_curve_of_money_never_falls_and_keeps_the_plan_itself() -> None:
    points = [
        ("a", 1.0, 1, 10.0, 25.0), ("a", 2.0, 2, 20.0, 20.0), ("a", 3.0, 3, 19.0, 21.0), ("a", 4.0, 4, 30.0, 30.0),
    ]  # fmt: skip
    curve = _never_falling(_frame(points), Question(("childcare",), budget_yuan=2.0))
    assert curve["people_gained"].tolist() == [10.0, 20.0, 20.0, 30.0]
    assert curve["sites"].tolist() == [1, 2, 2, 4]
    assert curve["bound"].tolist() == [20.0, 20.0, 21.0, 30.0]


def test_what_a_projection_rests_on_is_told_with_the_plan(town: CityFolder) -> None:
    asked = Question(("elder_day_care",), budget_yuan=3e6, years=(2026, 2030), scenario="middle")
    told = [note["en"] for note in make_plan(town, asked).about["notes"]]
    assert any("life expectancy" in note and "provisional" in note for note in told)
    assert any("people gained are those of today" in note for note in told)


def test_places_that_are_bought_come_on_top_of_those_that_are_there() -> None:
    from types import SimpleNamespace

    from yiju.supply.plan.expanding import RULES, ways_to_places

    nothing = SimpleNamespace(
        unit=unit_costs(), sites=SimpleNamespace(frame={"kind": pd.Series(dtype="str")})
    )
    offer = SimpleNamespace(service="elder_day_care")
    ways = ways_to_places(nothing, offer, pd.Series([60.0, np.nan], index=["f-05", "f-06"]))  # type: ignore[arg-type]
    assert ways[["site", "option", "max_places"]].values.tolist() == [["f-05", "buy_places", 12.0]]
    assert "add and sell up to 20%" in RULES[1].en
