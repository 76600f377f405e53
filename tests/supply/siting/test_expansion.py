"""More places for the money: against every plan that could be made, and what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.expansion import expand
from yiju.supply.siting.result import Infeasible

KINDS = ["open_new", "convert", "buy_places", "partnership", "enlarge"]


def _town(seed: int, n: int = 5, m: int = 3, count: int = 3, most: int = 3) -> dict[str, object]:
    """A small town: who reaches what, who wants a place, what can be done."""
    rng = np.random.default_rng(seed)
    costs = Costs.from_matrix(rng.integers(1, 10, (n, m)).astype(float), limit=5)
    options = pd.DataFrame(
        {
            "site": rng.integers(0, m, count),
            "option": rng.choice(KINDS, count),
            "fixed_yuan": rng.integers(0, 6, count) * 100.0,
            "yuan_per_place": rng.integers(1, 5, count) * 50.0,
            "max_places": rng.integers(1, most + 1, count),
            "min_places": rng.integers(0, 2, count),
            "floor_area_m2": rng.integers(0, 3, count) * 10.0,
            "m2_per_place": rng.integers(0, 3, count) * 5.0,
            "one_of": rng.choice(["plot", ""], count),
        }
    )
    return {
        "costs": costs,
        "people": rng.integers(0, 4, n).astype(float),
        "options": options,
        "existing": rng.integers(0, 2, m).astype(float),
        "weight": rng.integers(1, 4, n).astype(float),
        "area_m2": rng.integers(10, 40, m).astype(float),
    }


def _served(town: dict[str, object], places: np.ndarray, weight: np.ndarray) -> float:
    """The greatest weight served, by scipy."""
    costs, people = town["costs"], town["people"]
    if not len(costs):
        return 0.0
    rows = np.zeros((costs.n + costs.m, len(costs)))
    rows[costs.point, np.arange(len(costs))] = 1.0
    rows[costs.n + costs.site, np.arange(len(costs))] = 1.0
    return -optimize.linprog(-weight[costs.point], rows, np.concatenate([people, places])).fun


def _plans(town: dict[str, object]) -> list[tuple[np.ndarray, float]]:
    """Every number of places of every option that keeps the rules, with its cost."""
    table, m = town["options"], town["costs"].m
    found = []
    for q in itertools.product(*(range(int(most) + 1) for most in table["max_places"])):
        places = np.array(q, dtype=float)
        used = places > 0
        area = np.bincount(
            table["site"], used * table["floor_area_m2"] + places * table["m2_per_place"], minlength=m
        )
        if (
            (places[used] >= table["min_places"][used]).all()
            and (used & (table["one_of"] == "plot")).sum() <= 1
            and (area <= town["area_m2"]).all()
        ):
            cost = float((used * table["fixed_yuan"] + places * table["yuan_per_place"]).sum())
            found.append((town["existing"] + np.bincount(table["site"], places, minlength=m), cost))
    return found


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(0, 12))
def test_nothing_serves_more_for_the_budget(seed: int, hundreds: int) -> None:
    town = _town(seed)
    plan = expand(**town, budget=hundreds * 100.0)
    best = max(
        _served(town, places, town["weight"]) for places, cost in _plans(town) if cost <= hundreds * 100
    )
    assert plan.objective == pytest.approx(best)
    assert plan.proof == "optimal"
    assert plan.spent_yuan <= hundreds * 100


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.6, 0.9]))
def test_nothing_cheaper_serves_the_share_and_if_nothing_does_the_greatest_is_said(
    seed: int, share: float
) -> None:
    town = _town(seed)
    one = np.ones(town["costs"].n)
    total = town["people"].sum()
    plans = [(_served(town, places, one), cost) for places, cost in _plans(town)]
    enough = [cost for served, cost in plans if served >= share * total - 1e-9]
    if enough:
        plan = expand(**town, share=share)
        assert plan.objective == pytest.approx(min(enough))
        assert plan.people_served >= share * total - 1e-6
        assert plan.proof == "optimal"
        if min(enough) > 0:
            with pytest.raises(Infeasible) as caught:
                expand(**town, share=share, budget=min(enough) - 1)
            assert caught.value.constraint == "budget"
            assert caught.value.relaxed == pytest.approx(min(enough))
    else:
        with pytest.raises(Infeasible) as caught:
            expand(**town, share=share)
        assert caught.value.constraint == "coverage"
        assert caught.value.relaxed == pytest.approx(max(served for served, _ in plans) / total)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_each_site_adds_what_would_be_lost_without_it(seed: int) -> None:
    town = _town(seed, count=4, m=4)
    plan = expand(**town, budget=800)
    at = plan.supplies.groupby("site")["places"].sum().reindex(range(4), fill_value=0.0).to_numpy()
    for site, row in plan.sites.iterrows():
        without = town["existing"] + np.where(np.arange(4) == site, 0.0, at)
        lost = plan.objective - _served(town, without, town["weight"])
        assert row["gain"] == pytest.approx(lost)
        if row["next_best"] is not None and not pd.isna(row["next_best"]):
            assert -1e-9 <= row["next_best_loss"] <= row["gain"] + 1e-9


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_flows_are_people_in_places_within_reach(seed: int) -> None:
    town = _town(seed, n=8, count=4)
    plan = expand(**town, budget=900)
    flows, costs = plan.flows, town["costs"]
    places = town["existing"] + np.bincount(
        plan.supplies["site"].to_numpy(dtype=int), plan.supplies["places"], minlength=costs.m
    )
    assert (flows.groupby("point")["people"].sum() <= town["people"][np.unique(flows["point"])] + 1e-6).all()
    assert (np.bincount(flows["site"], flows["people"], minlength=costs.m) <= places + 1e-6).all()
    assert (flows["cost"] <= 5).all()
    assert plan.people_served == pytest.approx(flows["people"].sum())
    assert plan.supplies["cost_yuan"].sum() == pytest.approx(plan.spent_yuan)


def _by_pulp(town: dict[str, object], budget: float, *, single: bool) -> float:
    """The same, written out for CBC."""
    costs, table, people = town["costs"], town["options"], town["people"]
    model = pulp.LpProblem(sense=pulp.LpMaximize)
    count = range(len(table))
    y = [pulp.LpVariable(f"y{o}", cat="Binary") for o in count]
    q = [pulp.LpVariable(f"q{o}", 0, cat="Integer") for o in count]
    x = [pulp.LpVariable(f"x{e}", 0, 1, cat="Binary" if single else "Continuous") for e in range(len(costs))]
    amount = [people[costs.point[e]] * x[e] for e in range(len(costs))]
    model += pulp.lpSum(town["weight"][costs.point[e]] * amount[e] for e in range(len(costs)))
    for i in range(costs.n):
        model += pulp.lpSum(x[e] for e in range(costs.first[i], costs.first[i + 1])) <= 1
    for j in range(costs.m):
        here = [o for o in count if table["site"][o] == j]
        wanted = pulp.lpSum(amount[e] for e in range(len(costs)) if costs.site[e] == j)
        model += wanted <= town["existing"][j] + pulp.lpSum(q[o] for o in here)
        model += (
            pulp.lpSum(table["floor_area_m2"][o] * y[o] + table["m2_per_place"][o] * q[o] for o in here)
            <= town["area_m2"][j]
        )
    for o in count:
        model += q[o] <= table["max_places"][o] * y[o]
        model += q[o] >= table["min_places"][o] * y[o]
    model += pulp.lpSum(y[o] for o in count if table["one_of"][o] == "plot") <= 1
    model += (
        pulp.lpSum(table["fixed_yuan"][o] * y[o] + table["yuan_per_place"][o] * q[o] for o in count) <= budget
    )
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    return pulp.value(model.objective)


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0.*:DeprecationWarning")
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_a_town_of_forty_blocks_is_solved_as_by_cbc(seed: int, single: bool) -> None:
    town = _town(seed, n=40, m=10, count=14, most=12)
    plan = expand(**town, budget=4_000, single_source=single)
    assert plan.objective == pytest.approx(_by_pulp(town, 4_000, single=single))
    assert plan.proof == "optimal"
    if single:
        assert not plan.flows["point"].duplicated().any()


def _two_blocks(**more: object) -> dict[str, object]:
    options = {
        "site": ["A", "B"], "option": ["open_new", "convert"], "fixed_yuan": [1000.0, 500.0],
        "yuan_per_place": [10.0, 20.0], "max_places": [40, 20],
    }  # fmt: skip
    costs = Costs.from_matrix([[1, 2], [9, 2], [9, 9]], limit=5, sites=pd.Index(list("AB")))
    return {"costs": costs, "people": [30, 30, 5], "options": pd.DataFrame(options | more)}


def test_a_hand_reckoned_plan() -> None:
    """B for 500 + 20 x 20 = 900 serves 20; A and B for 1000 + 300 + 900 = 2200 serve 30 + 20."""
    small, large = expand(**_two_blocks(), budget=900), expand(**_two_blocks(), budget=2200)
    assert (small.objective, small.sites["gain"].tolist()) == (20, [20])
    assert (large.objective, large.sites["gain"].tolist()) == (50, [30, 20])
    assert large.sites["next_best"].isna().all()
    assert "5 people have no site within reach" in large.notes[0].en
    assert large.people_gained == 50
    assert large.serves.tolist() == [0, 1, -1]


def test_a_norm_of_places_is_met_at_least_cost() -> None:
    plan = expand(**_two_blocks(), places=50)
    assert plan.objective == 1000 + 400 + 500 + 200
    with pytest.raises(Infeasible) as caught:
        expand(**_two_blocks(), places=80)
    assert (caught.value.constraint, caught.value.relaxed) == ("capacity", 60)


def test_locked_sites_cost_too() -> None:
    plan = expand(**_two_blocks(), budget=1500, locked=[0])
    assert plan.supplies["site"].tolist() == ["A"]
    with pytest.raises(Infeasible) as caught:
        expand(**_two_blocks(), budget=900, locked=[0])
    assert (caught.value.constraint, caught.value.relaxed) == ("budget", 1010)
    with pytest.raises(Infeasible) as caught:
        expand(**_two_blocks(site=["B", "B"]), budget=900, locked=[0])
    assert caught.value.constraint == "locked"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"people": [1, -1, 1]}, "may not be negative"),
        ({"people": [1]}, "as many as the demand points"),
        ({"budget": -5}, "budget cannot be -5"),
        ({"budget": None}, "Say the budget"),
        ({"existing": [np.nan, 1]}, "existing places may not be"),
        ({"locked": [7]}, "run from 0 to 1"),
        ({"options": pd.DataFrame({"site": ["A"]})}, "lacks the column option"),
    ],
)
def test_what_cannot_be_used_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ContractError, match=said):
        expand(**{**_two_blocks(), "budget": 100, **wrong})


def test_options_are_checked_row_by_row() -> None:
    for column, value, error, said in (
        ("site", ["A", "Z"], UnknownName, "'Z'"),
        ("option", ["open_new", "beg"], UnknownName, "'beg'"),
        ("max_places", [4, -1], ContractError, "Row 1 of the options, max_places"),
        ("min_places", [0, 90], ContractError, "Row 1 of the options: its least"),
    ):
        with pytest.raises(error, match=said):
            expand(**_two_blocks(**{column: value}), budget=1)


def test_a_site_cannot_be_locked_and_closed() -> None:
    with pytest.raises(Infeasible) as caught:
        expand(**_two_blocks(), budget=1, locked=[0], closed=[0])
    assert caught.value.constraint == "locked"


def test_without_time_nothing_is_done_and_nothing_is_claimed() -> None:
    town = _town(7, n=400, m=40, count=60, most=30)
    plan = expand(**town, budget=20_000, seconds=0.0)
    assert plan.proof in ("out of time", "optimal")
    assert plan.objective <= plan.bound <= town["people"] @ town["weight"]
    if plan.proof == "out of time":
        with pytest.raises(Infeasible) as caught:
            expand(**town, budget=20_000, share=0.01, seconds=0.0)
        assert caught.value.constraint in ("time", "budget", "coverage")
