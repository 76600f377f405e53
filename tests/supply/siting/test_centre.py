"""The p-centre: against all choices, against spopt, and the set cover that its proof stands on."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.supply.siting import Costs, Infeasible, lscp, p_centre


@st.composite
def _asked(draw: st.DrawFn) -> dict:
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    cells = st.lists(st.sampled_from([*range(9), np.inf]), min_size=m, max_size=m)
    p = draw(st.integers(1, m))
    order = draw(st.permutations(range(m)))
    return {
        "matrix": np.array(draw(st.lists(cells, min_size=n, max_size=n)), dtype=np.float64),
        "p": p,
        "locked": order[: draw(st.integers(0, p))],
        "closed": order[m - draw(st.integers(0, m - p)) :] if m > p else [],
    }


def _worst(asked: dict, sites: tuple[int, ...]) -> float:
    in_play = np.setdiff1d(np.arange(asked["matrix"].shape[1]), asked["closed"])
    counts = np.isfinite(asked["matrix"][:, in_play]).any(axis=1)
    return float(asked["matrix"][counts][:, list(sites)].min(axis=1, initial=np.inf).max(initial=0.0))


@settings(max_examples=100, deadline=None)
@given(_asked())
def test_the_best_of_all_choices_with_exact_reasons(asked: dict) -> None:
    in_play = np.setdiff1d(np.arange(asked["matrix"].shape[1]), asked["closed"])
    choices = [s for s in itertools.combinations(in_play, asked["p"]) if set(asked["locked"]) <= set(s)]
    best = min(_worst(asked, s) for s in choices)
    costs, more = Costs.from_matrix(asked["matrix"]), {k: asked[k] for k in ("locked", "closed")}
    if np.isinf(best):
        with pytest.raises(Infeasible):
            p_centre(costs, asked["p"], **more)
        return
    found = p_centre(costs, asked["p"], **more)
    assert (found.objective, found.bound, found.proof) == (best, best, "optimal")
    assert _worst(asked, tuple(found.chosen)) == best
    assert len(found.chosen) == asked["p"]
    for j, row in zip(found.chosen, found.sites.itertuples(), strict=True):
        rest = tuple(k for k in found.chosen if k != j)
        without = _worst(asked, rest)
        assert row.gain == without - best
        losses = [_worst(asked, (*rest, k)) - best for k in np.setdiff1d(in_play, found.chosen)]
        if j in asked["locked"] or not losses or np.isinf(min(losses)):
            assert row.next_best is None
        else:
            assert row.next_best_loss == min(losses)


@settings(max_examples=60, deadline=None)
@given(_asked(), st.integers(1, 3))
def test_nearest_only_the_bound_holds_for_the_whole_problem(asked: dict, nearest: int) -> None:
    asked |= {"matrix": np.minimum(asked["matrix"], 20.0), "closed": [], "locked": []}
    m = asked["matrix"].shape[1]
    try:
        found = p_centre(Costs.from_matrix(asked["matrix"], nearest=nearest), asked["p"])
    except Infeasible:
        return
    best = min(_worst(asked, s) for s in itertools.combinations(range(m), asked["p"]))
    assert found.bound <= best <= found.objective


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0.*:DeprecationWarning")
def test_beside_spopt() -> None:
    spopt, pulp = pytest.importorskip("spopt.locate"), pytest.importorskip("pulp")
    matrix = np.random.default_rng(5).uniform(1, 100, (30, 12))
    model = spopt.PCenter.from_cost_matrix(matrix, p_facilities=4)
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    found = p_centre(Costs.from_matrix(matrix), 4)
    assert found.proof == "optimal"
    assert found.objective == pytest.approx(float(model.problem.objective.value()))


@pytest.mark.parametrize("number", [2, 5, *(pytest.param(k, marks=pytest.mark.long) for k in range(6, 21))])
def test_one_cost_less_takes_more_sites(orlib_pmed: Any, number: int) -> None:
    matrix, p, _ = orlib_pmed(number)
    costs = Costs.from_matrix(matrix)
    found = p_centre(costs, p)
    assert found.proof == "optimal"
    less = float(matrix[matrix < found.objective].max())
    assert lscp(costs, found.objective).objective <= p < lscp(costs, less).bound
