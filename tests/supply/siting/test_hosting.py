"""Maximal cover and co-location against trying everything, on instances small enough for that."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.supply.siting.colocation import ServiceAtSites, colocate
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.maximal import mclp
from yiju.supply.siting.result import UNSERVED, Infeasible

LIMIT = 5.0


def _matrices(points: int, sites: int) -> st.SearchStrategy[np.ndarray]:
    return st.lists(
        st.lists(st.integers(1, 12), min_size=sites, max_size=sites), min_size=points, max_size=points
    ).map(lambda rows: np.array(rows, dtype=np.float64))


@st.composite
def _covers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    matrix = draw(_matrices(n, m))
    people = np.array(draw(st.lists(st.integers(0, 30), min_size=n, max_size=n)), dtype=np.float64)
    cost = np.array(draw(st.lists(st.integers(1, 9), min_size=m, max_size=m)), dtype=np.float64)
    return matrix, people, cost, draw(st.integers(1, m))


def _covered(matrix: np.ndarray, people: np.ndarray, sites: tuple[int, ...]) -> float:
    return float(people[(matrix[:, list(sites)] <= LIMIT).any(axis=1)].sum()) if sites else 0.0


def _subsets(m: int, most: int) -> list[tuple[int, ...]]:
    return [s for k in range(most + 1) for s in itertools.combinations(range(m), k)]


@settings(max_examples=150, deadline=None)
@given(_covers())
def test_maximal_cover_is_the_best_of_all_choices(given_: tuple) -> None:
    matrix, people, _, p = given_
    found = mclp(Costs.from_matrix(matrix), people, limit=LIMIT, p=p)
    best = max(_covered(matrix, people, s) for s in _subsets(matrix.shape[1], p))
    assert found.objective == best
    assert found.bound == best
    assert found.proof == "optimal"
    assert len(found.chosen) <= p
    assert _covered(matrix, people, tuple(found.chosen)) == best


@settings(max_examples=150, deadline=None)
@given(_covers(), st.integers(0, 30))
def test_a_budget_buys_the_best_that_it_can(given_: tuple, budget: int) -> None:
    matrix, people, cost, _ = given_
    costs = Costs.from_matrix(matrix)
    if budget < cost.min():
        with pytest.raises(Infeasible) as error:
            mclp(costs, people, limit=LIMIT, budget=budget, site_cost=cost)
        assert (error.value.constraint, error.value.relaxed) == ("budget", cost.min())
        return
    found = mclp(costs, people, limit=LIMIT, budget=budget, site_cost=cost)
    affordable = [s for s in _subsets(len(cost), len(cost)) if cost[list(s)].sum() <= budget]
    assert found.objective == max(_covered(matrix, people, s) for s in affordable)
    assert found.proof == "optimal"
    assert found.sites["cost_yuan"].sum() <= budget


@settings(max_examples=100, deadline=None)
@given(_covers())
def test_rows_of_sites_say_what_evaluation_says(given_: tuple) -> None:
    matrix, people, _, p = given_
    found = mclp(Costs.from_matrix(matrix), people, limit=LIMIT, p=p)
    chosen = set(found.chosen.tolist())
    near = np.where(matrix <= LIMIT, matrix, np.inf)
    for i, serving in enumerate(found.serves):
        reachable = [j for j in chosen if np.isfinite(near[i, j])]
        assert (serving == UNSERVED) == (not reachable)
        if reachable:
            assert near[i, serving] == near[i, reachable].min()
    for j, row in found.sites.iterrows():
        rest = tuple(chosen - {j})
        assert row["people"] == people[found.serves == j].sum()
        assert row["points"] == (found.serves == j).sum()
        assert row["gain"] == found.objective - _covered(matrix, people, rest)
        others = [k for k in range(matrix.shape[1]) if k not in chosen]
        if not others:
            assert pd.isna(row["next_best"])
            continue
        best = max(_covered(matrix, people, (*rest, k)) for k in others)
        assert row["next_best_loss"] == found.objective - best
        assert _covered(matrix, people, (*rest, row["next_best"])) == best


@settings(max_examples=60, deadline=None)
@given(_covers(), st.data())
def test_locked_sites_stay_and_closed_ones_do_not_open(given_: tuple, data: st.DataObject) -> None:
    matrix, people, _, p = given_
    m = matrix.shape[1]
    locked = data.draw(st.lists(st.integers(0, m - 1), unique=True, max_size=p))
    free = [j for j in range(m) if j not in locked]
    closed = data.draw(st.lists(st.sampled_from(free), unique=True)) if free else []
    found = mclp(Costs.from_matrix(matrix), people, limit=LIMIT, p=p, locked=locked, closed=closed)
    best = max(
        _covered(matrix, people, s)
        for s in _subsets(m, p)
        if set(locked) <= set(s) and not set(closed) & set(s)
    )
    assert found.objective == best
    assert set(locked) <= set(found.chosen.tolist())
    assert not set(closed) & set(found.chosen.tolist())


@st.composite
def _complexes(draw: st.DrawFn) -> dict:
    n, m, count = draw(st.integers(1, 6)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    numbers = st.integers(0, 9)
    services = [
        {
            "matrix": draw(_matrices(n, m)),
            "people": np.array(draw(st.lists(numbers, min_size=n, max_size=n)), dtype=np.float64),
            "value": float(draw(st.integers(1, 3))),
            "add_on": np.array(draw(st.lists(numbers, min_size=m, max_size=m)), dtype=np.float64),
            "area": float(draw(numbers)),
        }
        for _ in range(count)
    ]
    return {
        "services": services,
        "site_cost": np.array(draw(st.lists(st.integers(1, 9), min_size=m, max_size=m)), dtype=np.float64),
        "site_area": np.array(draw(st.lists(st.integers(5, 20), min_size=m, max_size=m)), dtype=np.float64),
        "budget": float(draw(st.integers(0, 40))),
        "apart": draw(st.booleans()) and count > 1,
        "most": draw(st.integers(1, m)),
    }


def _best_of_all(asked: dict) -> float | None:
    """The best value of all ways to host services; None where nothing can be hosted."""
    services, m = asked["services"], len(asked["site_cost"])
    mixes = list(itertools.product([False, True], repeat=len(services)))
    best = None
    for hosts in itertools.product(mixes, repeat=m):
        open_ = [j for j in range(m) if any(hosts[j])]
        cost = sum(asked["site_cost"][j] for j in open_)
        cost += sum(s["add_on"][j] for j in open_ for s, h in zip(services, hosts[j], strict=True) if h)
        area = all(
            sum(s["area"] for s, h in zip(services, hosts[j], strict=True) if h) <= asked["site_area"][j]
            for j in open_
        )
        pair = asked["apart"] and any(hosts[j][0] and hosts[j][1] for j in open_)
        if not open_ or len(open_) > asked["most"] or cost > asked["budget"] or not area or pair:
            continue
        value = sum(
            s["value"] * _covered(s["matrix"], s["people"], tuple(j for j in range(m) if hosts[j][k]))
            for k, s in enumerate(services)
        )
        best = value if best is None else max(best, value)
    return best


@settings(max_examples=150, deadline=None)
@given(_complexes())
def test_co_location_is_the_best_of_all_ways_to_share(asked: dict) -> None:
    services = [
        ServiceAtSites(
            f"s{k}", Costs.from_matrix(s["matrix"]), s["people"], LIMIT, s["value"], s["add_on"], s["area"]
        )
        for k, s in enumerate(asked["services"])
    ]
    best = _best_of_all(asked)
    keywords = {
        "budget": asked["budget"],
        "site_cost": asked["site_cost"],
        "site_area_m2": asked["site_area"],
        "pairs_forbidden": [("s0", "s1")] if asked["apart"] else [],
        "p": asked["most"],
    }
    if best is None:
        with pytest.raises(Infeasible):
            colocate(services, **keywords)
        return
    found = colocate(services, **keywords)
    assert found.objective == pytest.approx(best)
    assert found.proof == "optimal"
    assert found.spent_yuan <= asked["budget"]
    assert found.sites["cost_yuan"].sum() == pytest.approx(found.spent_yuan)
    assert (found.hosts.sum(axis=1) > 0).all()
    assert (found.sites["floor_area_m2"] <= asked["site_area"][found.chosen]).all()
    served = sum(s["value"] * found.people_of[f"s{k}"] for k, s in enumerate(asked["services"]))
    assert served == pytest.approx(best)


def _most_served(matrix: np.ndarray, people: np.ndarray, places: np.ndarray) -> float:
    """The most people who get a place: people and places as single units, matched."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    persons, seats = np.repeat(np.arange(len(people)), people), np.repeat(np.arange(len(places)), places)
    if not len(persons) or not len(seats):
        return 0.0
    graph = csr_matrix((matrix[np.ix_(persons, seats)] <= LIMIT).astype(np.int8))
    return float((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())


@settings(max_examples=60, deadline=None)
@given(_covers(), st.integers(1, 20))
def test_places_that_are_short_are_shared_as_well_as_can_be(given_: tuple, places: int) -> None:
    matrix, people, _, p = given_
    m = matrix.shape[1]
    found = mclp(Costs.from_matrix(matrix), people, limit=LIMIT, p=p, capacity=places)
    whole = people.astype(int)

    def served(sites: tuple[int, ...]) -> float:
        return _most_served(matrix[:, list(sites)], whole, np.full(len(sites), places)) if sites else 0.0

    assert found.objective == pytest.approx(max(served(s) for s in _subsets(m, p)))
    assert found.proof == "optimal"
    assert found.sites["people"].sum() == pytest.approx(found.objective)
    assert (found.sites["people"] <= places + 1e-6).all()
    chosen = set(found.chosen.tolist())
    for j, row in found.sites.iterrows():
        rest = tuple(chosen - {j})
        assert row["gain"] == pytest.approx(found.objective - served(rest))
        others = [k for k in range(m) if k not in chosen]
        if others:
            best = max(served((*rest, k)) for k in others)
            assert row["next_best_loss"] == pytest.approx(found.objective - best)
