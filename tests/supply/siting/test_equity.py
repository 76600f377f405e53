"""Kolm-Pollak: against all choices and the formula itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.errors import ContractError
from yiju.supply.siting import Costs, kolm_pollak, p_centre, p_median
from yiju.supply.siting.result import is_closed


def _ede(matrix: np.ndarray, people: np.ndarray, kappa: float, sites: tuple[int, ...]) -> float:
    pays = matrix[:, list(sites)].min(axis=1)
    return float(np.log(np.average(np.exp(kappa * pays), weights=people)) / kappa)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(2, 9),
    st.integers(2, 7),
    st.sampled_from([0.05, 0.5, 1.0, 2.0]),
    st.data(),
)
def test_the_best_of_all_choices(seed: int, n: int, m: int, beta: float, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    matrix, people = rng.integers(1, 40, (n, m)) * 25.0, rng.integers(1, 50, n).astype(float)
    p = data.draw(st.integers(1, m))
    found = kolm_pollak(Costs.from_matrix(matrix), people, p, beta=beta)
    best = min(_ede(matrix, people, found.kappa, s) for s in itertools.combinations(range(m), p))
    assert found.objective == pytest.approx(best)
    assert found.proof == "optimal"
    assert is_closed(found.objective, found.bound)
    assert _ede(matrix, people, found.kappa, tuple(found.chosen)) == pytest.approx(found.objective)
    assert found.equity.loc["kolm_pollak", "ede"] == pytest.approx(found.objective)
    assert found.equity.loc["kolm_pollak", "ede"] <= found.equity.loc["p_median", "ede"] * (1 + 1e-9)
    for j, row in zip(found.chosen, found.sites.itertuples(), strict=True):
        rest = tuple(k for k in found.chosen if k != j)
        losses = [
            _ede(matrix, people, found.kappa, (*rest, k)) - found.objective
            for k in np.setdiff1d(np.arange(m), found.chosen)
        ]
        if losses:
            assert row.next_best_loss == pytest.approx(min(losses), abs=1e-6)
        if rest:
            without = _ede(matrix, people, found.kappa, rest)
            assert row.gain == pytest.approx(without - found.objective, abs=1e-6)


def test_beta_leads_from_the_median_to_the_centre() -> None:
    rng = np.random.default_rng(11)
    matrix, people = rng.uniform(50, 2_000, (60, 14)), rng.integers(1, 90, 60)
    costs = Costs.from_matrix(matrix)
    kind = kolm_pollak(costs, people, 4, beta=0.001)
    strict = kolm_pollak(costs, people, 4, beta=30.0)
    assert kind.chosen.tolist() == p_median(costs, people, 4).chosen.tolist()
    assert strict.equity.loc["kolm_pollak", "worst"] == pytest.approx(p_centre(costs, 4).objective)
    assert strict.equity.loc["kolm_pollak", "mean"] > kind.equity.loc["kolm_pollak", "mean"]


def test_units_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    metres, people = rng.uniform(50, 2_000, (50, 12)), rng.integers(1, 90, 50)
    walks = kolm_pollak(Costs.from_matrix(metres), people, 3, beta=2.0)
    minutes = kolm_pollak(Costs.from_matrix(metres / 80), people, 3, beta=2.0)
    assert walks.chosen.tolist() == minutes.chosen.tolist()
    assert walks.objective == pytest.approx(80 * minutes.objective)


@pytest.mark.parametrize("beta", [0.0, -1.0, float("nan")])
def test_beta_is_above_nothing(beta: float) -> None:
    with pytest.raises(ContractError, match="above 0"):
        kolm_pollak(Costs.from_matrix([[1.0, 2.0]]), 1, 1, beta=beta)


def test_costs_that_are_felt_beyond_all_numbers_are_refused() -> None:
    with pytest.raises(ContractError, match="smaller beta"):
        kolm_pollak(Costs.from_matrix([[1.0, 1e9], [1.0, 2.0]]), 1, 1, beta=1.0)
