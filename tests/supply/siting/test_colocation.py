"""Rules of a complex, curves of a budget, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.colocation import ComplexRule, ServiceAtSites, budget_curve, colocate
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.maximal import mclp
from yiju.supply.siting.result import UNSERVED, Infeasible

CODES = ("elder_day_care", "childcare", "after_school", "pharmacy")


def _town(n: int, m: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    homes, sites = random.uniform(0, 3000, (n, 2)), random.uniform(0, 3000, (m, 2))
    return np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1)).round()


def _services(
    n: int, m: int, seed: int, codes: tuple[str, ...] = CODES, **asked: object
) -> list[ServiceAtSites]:
    random, walk_m = np.random.default_rng(seed), Costs.from_matrix(_town(n, m, seed), limit=900)
    return [
        ServiceAtSites(
            code, walk_m, random.integers(0, 50, n), 900, add_on_cost=40 + 10 * k, floor_area_m2=200, **asked
        )
        for k, code in enumerate(codes)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_complex_is_large_enough_and_has_its_functions(seed: int) -> None:
    area = np.random.default_rng(seed).choice([400.0, 600.0, 900.0], 12)
    plan = colocate(
        _services(60, 12, seed),
        budget=1000,
        site_cost=np.full(12, 100.0),
        site_area_m2=area,
        complex_rule=ComplexRule(),
    )
    assert plan.proof == "optimal"
    assert len(plan.chosen) > 0
    assert (area[plan.chosen] >= 600).all()
    assert (plan.hosts.sum(axis=1) >= 3).all()
    assert (plan.hosts[["elder_day_care", "childcare", "after_school"]].sum(axis=1) >= 2).all()
    assert (plan.sites["floor_area_m2"] <= area[plan.chosen]).all()
    free = colocate(_services(60, 12, seed), budget=1000, site_cost=np.full(12, 100.0), site_area_m2=area)
    assert free.objective >= plan.objective


def test_sites_host_only_what_they_may() -> None:
    may = pd.DataFrame(data=True, index=range(12), columns=list(CODES))
    may.loc[:5, "childcare"] = False
    may.loc[6:, "pharmacy"] = False
    plan = colocate(_services(100, 12, 1), budget=900, site_cost=np.full(12, 90.0), allowed=may)
    assert not (plan.hosts & ~may.loc[plan.hosts.index]).to_numpy().any()
    assert plan.hosts.to_numpy().any()


def test_supplies_and_sites_tell_the_same_story() -> None:
    plan = colocate(_services(120, 15, 2, CODES[:2]), budget=800, site_cost=np.full(15, 100.0))
    by_site = plan.supplies.groupby("site", sort=False)
    assert (by_site["people"].sum() == plan.sites["people"]).all()
    assert (by_site["floor_area_m2"].sum() == plan.sites["floor_area_m2"]).all()
    assert (by_site["cost_yuan"].sum() + 100.0 == plan.sites["cost_yuan"]).all()
    assert (by_site["gain"].sum() == plan.sites["gain"]).all()  # services are apart, so what they add is too
    assert plan.sites["services"].str.split(";").map(len).eq(plan.hosts.sum(axis=1)).all()
    assert plan.sites["cost_yuan"].sum() == plan.spent_yuan <= 800
    by_code = plan.supplies.set_index("service")["site"]
    for code, serves in plan.serves_of.items():
        assert set(serves[serves != UNSERVED]) <= set(by_code.loc[[code]])
    assert np.array_equal(np.concatenate(list(plan.serves_of.values())), plan.serves)


def test_one_service_at_what_it_costs_is_maximal_cover() -> None:
    (service,) = _services(150, 25, 3, CODES[:1])
    cost = np.random.default_rng(3).integers(50, 150, 25).astype(float)
    plan = colocate([service], budget=600, site_cost=cost)
    alone = mclp(service.costs, service.people, limit=900, budget=600, site_cost=cost + 40)
    assert plan.objective == alone.objective
    assert plan.proof == alone.proof == "optimal"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 2000), min_size=1, max_size=5))
def test_a_curve_rises_and_each_point_is_its_own_plan(seed: int, budgets: list[int]) -> None:
    services, cost = _services(40, 8, seed, CODES[:2]), np.full(8, 130.0)
    curve = budget_curve(services, budgets, site_cost=cost)
    assert curve["budget_yuan"].tolist() == sorted(budgets)
    assert curve["gain"].is_monotonic_increasing
    assert curve["bound"].is_monotonic_increasing
    assert (curve["bound"] >= curve["gain"] - 1e-9).all()
    assert (curve["spent_yuan"] <= curve["budget_yuan"]).all()
    for _, row in curve.iterrows():
        if row["sites"]:
            alone = colocate(services, budget=row["budget_yuan"], site_cost=cost)
            assert row["gain"] == alone.objective


def test_the_same_input_gives_the_same_sites() -> None:
    walk_m = Costs.from_matrix(_town(400, 80, 5), limit=400)
    people = np.random.default_rng(5).integers(0, 50, 400)
    first, second = (mclp(walk_m, people, limit=400, p=9, seed=7) for _ in range(2))
    assert first.chosen.tolist() == second.chosen.tolist()
    assert (first.objective, first.bound, first.proof) == (second.objective, second.bound, second.proof)


def test_who_no_site_reaches_is_said() -> None:
    siting = mclp(Costs.from_matrix([[100.0], [9000.0], [9000.0]], limit=9e9), [5, 7, 0], limit=500, p=1)
    assert siting.objective == 5.0
    assert siting.serves.tolist() == [0, UNSERVED, UNSERVED]
    (note,) = siting.notes
    assert "7 people at 1 points" in note.en
    assert "7 人" in note.zh


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0.*:DeprecationWarning")
@pytest.mark.parametrize(("n", "m", "p"), [(80, 25, 3), (150, 40, 6)])
def test_spopt_covers_as_many(n: int, m: int, p: int) -> None:
    pulp = pytest.importorskip("pulp")
    locate = pytest.importorskip("spopt.locate")
    walk, people = _town(n, m, n), np.random.default_rng(n).integers(1, 60, n)
    theirs = locate.MCLP.from_cost_matrix(walk, people, 500, p).solve(pulp.PULP_CBC_CMD(msg=False))
    ours = mclp(Costs.from_matrix(walk), people, limit=500, p=p)
    assert ours.objective == theirs.problem.objective.value()
    assert ours.proof == "optimal"


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0.*:DeprecationWarning")
def test_a_direct_model_of_sharing_says_the_same() -> None:
    pulp = pytest.importorskip("pulp")
    services, cost, budget = _services(60, 10, 8, CODES[:3]), np.arange(60.0, 110.0, 5.0), 500
    model = pulp.LpProblem("share", pulp.LpMaximize)
    opened = [pulp.LpVariable(f"x{j}", cat="Binary") for j in range(10)]
    hosted = [[pulp.LpVariable(f"y{s}_{j}", cat="Binary") for j in range(10)] for s in range(3)]
    met = [[pulp.LpVariable(f"z{s}_{i}", 0, 1) for i in range(60)] for s in range(3)]
    model += pulp.lpSum(
        float(service.people[i]) * met[s][i] for s, service in enumerate(services) for i in range(60)
    )
    for s, service in enumerate(services):
        for i in range(60):
            near = service.costs.site[service.costs.first[i] : service.costs.first[i + 1]]
            model += met[s][i] <= pulp.lpSum(hosted[s][j] for j in near)
        for j in range(10):
            model += hosted[s][j] <= opened[j]
    for j in range(10):
        model += pulp.lpSum(200 * hosted[s][j] for s in range(3)) <= 450
    money = pulp.lpSum(cost[j] * opened[j] for j in range(10))
    add_on = pulp.lpSum(float(services[s].add_on_cost) * hosted[s][j] for s in range(3) for j in range(10))
    model += money + add_on <= budget
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    plan = colocate(services, budget=budget, site_cost=cost, site_area_m2=np.full(10, 450.0))
    assert plan.objective == pytest.approx(model.objective.value())
    assert plan.proof == "optimal"


def test_what_cannot_be_says_which_constraint_and_what_would_do() -> None:
    services, cost = _services(30, 6, 4, CODES[:2]), np.full(6, 100.0)
    with pytest.raises(Infeasible) as error:
        colocate(services, budget=120, site_cost=cost)
    assert (error.value.constraint, error.value.relaxed) == ("budget", 140.0)
    assert "140" in error.value.say("zh")
    with pytest.raises(Infeasible) as error:
        colocate(services, budget=200, site_cost=cost, locked=[0, 1])
    assert (error.value.constraint, error.value.relaxed) == ("budget", 280.0)
    with pytest.raises(Infeasible) as error:
        colocate(services, budget=900, site_cost=cost, locked=[0, 1], p=1)
    assert (error.value.constraint, error.value.relaxed) == ("count", 2.0)
    with pytest.raises(Infeasible) as error:
        colocate(services, budget=900, site_cost=cost, locked=[0], closed=[0])
    assert error.value.constraint == "locked"
    with pytest.raises(Infeasible, match="bar them all"):
        colocate(services, budget=900, site_cost=cost, site_area_m2=np.full(6, 150.0))
    with pytest.raises(Infeasible) as error:
        colocate(services, budget=900, site_cost=cost, site_area_m2=[150.0] + [900.0] * 5, locked=[0])
    assert error.value.constraint == "locked"


def test_bad_input_is_refused() -> None:
    services, cost = _services(30, 6, 4, CODES[:2]), np.full(6, 100.0)
    walk_m = services[0].costs
    with pytest.raises(UnknownName, match="childcar"):
        colocate(services, budget=900, site_cost=cost, pairs_forbidden=[("childcar", "elder_day_care")])
    with pytest.raises(ContractError, match="twice"):
        colocate([services[0], services[0]], budget=900, site_cost=cost)
    with pytest.raises(ContractError, match="Between 1 and 10"):
        colocate([], budget=900, site_cost=cost)
    with pytest.raises(ContractError, match="other sites"):
        colocate([services[0], _services(30, 7, 4)[1]], budget=900, site_cost=cost)
    with pytest.raises(ContractError, match="site_area_m2"):
        colocate(services, budget=900, site_cost=cost, complex_rule=ComplexRule())
    with pytest.raises(ContractError, match="from 0 up"):
        colocate(services, budget=900, site_cost=-cost)
    with pytest.raises(ContractError, match="from 0 up"):
        colocate(services, budget=-1, site_cost=cost)
    with pytest.raises(ContractError, match="`p` or a `budget`"):
        mclp(walk_m, services[0].people, limit=900)
    with pytest.raises(ContractError, match="whole number"):
        mclp(walk_m, services[0].people, limit=900, p=0)
    with pytest.raises(ContractError, match="site_cost"):
        mclp(walk_m, services[0].people, limit=900, budget=3)
    with pytest.raises(ContractError, match="from 0 up"):
        mclp(walk_m, services[0].people, limit=900, p=2, capacity=-1)
