"""Sites that hold only so many: published optima, every choice of sites, and what is refused."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from yiju.errors import ContractError
from yiju.supply.siting.capacitated import capacitated_p_median, facility_location
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.result import Infeasible

if TYPE_CHECKING:
    from pathlib import Path

WAREHOUSES = [71, 72, 73, 74, 101, 102, 103, 104, 131, 132, 133, 134]


def _file(data_dir: Path, name: str) -> np.ndarray:
    path = data_dir / name
    if not path.is_file():
        pytest.skip(f"not here: {path}")
    return np.array(path.read_text().split(), dtype=float)


@pytest.mark.real
@pytest.mark.parametrize("number", WAREHOUSES)
def test_capacitated_warehouses_of_or_library(data_dir: Path, number: int) -> None:
    """Optima of ``bounds.txt`` beside the files; Beasley, EJOR 33 (1988)."""
    numbers = _file(data_dir, f"orlib_cap/cap{number}.txt")
    m, n = numbers[:2].astype(int)
    room, fixed = numbers[2 : 2 + 2 * m].reshape(m, 2).T
    customers = numbers[2 + 2 * m :].reshape(n, m + 1)
    lines = (data_dir / "orlib_cap/bounds.txt").read_text().splitlines()
    best = next(float(line.split()[1]) for line in lines if line.split()[:1] == [f"cap{number}"])
    demand = customers[:, 0]
    found = facility_location(Costs.from_matrix(customers[:, 1:] / demand[:, None]), demand, room, fixed)
    assert found.objective == pytest.approx(best, abs=1e-3)
    assert found.proof == "optimal"


def _clusters(data_dir: Path, number: int) -> tuple[float, int, float, np.ndarray, np.ndarray]:
    numbers = _file(data_dir, f"orlib_pmedcap/pmedcap{number:02d}.txt")
    n, p = numbers[2:4].astype(int)
    rows = numbers[5:].reshape(n, 4)
    between = rows[:, None, 1:3] - rows[None, :, 1:3]
    return numbers[1], p, numbers[4], rows[:, 3], np.floor(np.hypot(between[..., 0], between[..., 1]))


@pytest.mark.real
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_capacitated_medians_of_or_library_are_proved(data_dir: Path, number: int) -> None:
    best, p, room, demand, distance = _clusters(data_dir, number)
    found = capacitated_p_median(Costs.from_matrix(distance), demand, room, p, weight=1.0)
    assert found.objective == best
    assert found.proof == "optimal"


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("number", range(1, 21))
def test_capacitated_medians_of_or_library(data_dir: Path, number: int) -> None:
    """Best known values to one per cent in ten seconds, whatever is proved by then."""
    best, p, room, demand, distance = _clusters(data_dir, number)
    found = capacitated_p_median(Costs.from_matrix(distance), demand, room, p, weight=1.0, seconds=10)
    assert best <= found.objective <= 1.01 * best
    assert found.bound <= best
    assert (found.sites["people"] <= room).all()


def _town(seed: int, n: int = 6, m: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(1, 30, (n, m)).astype(float)
    matrix[rng.random((n, m)) < 0.15] = np.inf
    return matrix, rng.integers(1, 9, n) * 1.0, rng.integers(6, 25, m) * 1.0, rng.integers(0, 200, m) * 1.0


def _least(
    matrix: np.ndarray, demand: np.ndarray, room: np.ndarray, sites: tuple[int, ...], *, whole: bool
) -> float:
    """Least cost of serving everybody from these sites, by scipy."""
    n, k = len(matrix), len(sites)
    cost = matrix[:, sites] * demand[:, None]
    usable = np.isfinite(cost).ravel()
    rows = [np.kron(np.eye(n), np.ones(k)), np.kron(demand, np.eye(k))]
    solved = optimize.milp(
        np.where(usable, np.nan_to_num(cost.ravel(), posinf=0.0), 0.0),
        constraints=[
            optimize.LinearConstraint(rows[0], 1, 1),
            optimize.LinearConstraint(rows[1], -np.inf, room[list(sites)]),
        ],
        integrality=np.full(n * k, int(whole)),
        bounds=optimize.Bounds(0, usable.astype(float)),
    )
    return float(solved.fun) if solved.success else np.inf


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 3), st.booleans())
def test_no_choice_of_p_sites_costs_less(seed: int, p: int, whole: bool) -> None:
    matrix, demand, room, _ = _town(seed)
    best = min(_least(matrix, demand, room, s, whole=whole) for s in itertools.combinations(range(4), p))
    if np.isfinite(best):
        found = capacitated_p_median(Costs.from_matrix(matrix), demand, room, p, single_source=whole)
        assert found.objective == pytest.approx(best)
        assert found.proof == "optimal"
        assert len(found.chosen) == p
    else:
        with pytest.raises(Infeasible):
            capacitated_p_median(Costs.from_matrix(matrix), demand, room, p, single_source=whole)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.booleans(), st.integers(0, 3), st.integers(0, 3))
def test_no_choice_of_any_sites_costs_less(seed: int, whole: bool, locked: int, closed: int) -> None:
    matrix, demand, room, fixed = _town(seed)
    shut = () if closed == locked else (closed,)
    best = min(
        _least(matrix, demand, room, s, whole=whole) + fixed[list(s)].sum()
        for k in range(1, 5)
        for s in itertools.combinations(range(4), k)
        if locked in s and not set(s) & set(shut)
    )
    ask = {"single_source": whole, "locked": [locked], "closed": shut}
    if np.isfinite(best):
        found = facility_location(Costs.from_matrix(matrix), demand, room, fixed, **ask)
        assert found.objective == pytest.approx(best)
        assert found.proof == "optimal"
        assert locked in found.chosen
        assert not set(found.chosen) & set(shut)
    else:
        with pytest.raises(Infeasible):
            facility_location(Costs.from_matrix(matrix), demand, room, fixed, **ask)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_what_a_site_adds_and_which_would_replace_it(seed: int) -> None:
    matrix, demand, room, fixed = _town(seed)
    try:
        found = facility_location(Costs.from_matrix(matrix), demand, room, fixed)
    except Infeasible:
        return

    def total(sites: set[int]) -> float:
        return (
            _least(matrix, demand, room, tuple(sorted(sites)), whole=False) + fixed[list(sites)].sum()
            if sites
            else np.inf
        )

    mine = set(found.chosen.tolist())
    for j, row in found.sites.iterrows():
        assert row["gain"] == pytest.approx(total(mine - {j}) - found.objective)
        instead = [total(mine - {j} | {k}) for k in range(4) if k not in mine]
        least = min(instead, default=np.inf)
        if np.isfinite(least):
            assert row["next_best_loss"] == pytest.approx(least - found.objective)
            assert total(mine - {j} | {int(row["next_best"])}) == pytest.approx(least)
        else:
            assert pd.isna(row["next_best"])


def test_the_same_seed_gives_the_same_sites() -> None:
    rng = np.random.default_rng(5)
    places = rng.uniform(0, 100, (60, 2))
    costs = Costs.from_matrix(np.round(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))))
    ask = (costs, rng.integers(1, 20, 60), 120, 7)
    one, two = (capacitated_p_median(*ask, seed=3, gap=0.02) for _ in range(2))
    assert one.chosen.tolist() == two.chosen.tolist()
    assert one.serves.tolist() == two.serves.tolist()
    assert one.gap <= 0.02


@pytest.mark.parametrize(
    ("ask", "constraint", "relaxed"),
    [
        ({"p": 1}, "capacity", 60.0),
        ({"locked": [0, 1, 2]}, "count", 3.0),
        ({"closed": [0, 1]}, "count", 1.0),
        ({"locked": [0], "closed": [0]}, "locked", None),
        ({"capacity": 5}, "coverage", 0.0),
    ],
)
def test_what_cannot_be_had_is_named(ask: dict[str, object], constraint: str, relaxed: float | None) -> None:
    costs = Costs.from_matrix([[1.0, 2, 3], [2.0, 1, 1], [3.0, 1, 1]])
    with pytest.raises(Infeasible) as caught:
        capacitated_p_median(costs, [20, 20, 20], **{"p": 2, "capacity": 40, **ask})
    assert caught.value.constraint == constraint
    assert caught.value.relaxed == (pytest.approx(relaxed) if relaxed is not None else None)


def test_a_point_larger_than_any_site_it_reaches_is_named() -> None:
    """The first point, of 8, reaches just the first site, of 7; the other two are 60 of the 68."""
    costs = Costs.from_matrix([[1.0, np.inf, np.inf], [2.0, 1, 1], [3.0, 1, 1]], points=pd.Index(list("abc")))
    with pytest.raises(Infeasible, match="such as a") as caught:
        capacitated_p_median(costs, [8, 30, 30], [7, 60, 60], 2)
    assert (caught.value.constraint, caught.value.relaxed) == ("coverage", pytest.approx(60 / 68))


def test_room_in_all_but_not_within_reach() -> None:
    """Two blocks of 30 reach just the first site, which has room for 50; the second has 100 that nobody can reach."""
    costs = Costs.from_matrix([[1.0, np.inf], [1.0, np.inf], [2.0, 1.0]])
    with pytest.raises(Infeasible, match="not where people can reach it") as caught:
        facility_location(costs, [30, 30, 10], [50, 100], 0)
    assert caught.value.constraint == "capacity"


@pytest.mark.parametrize(("capacity", "p"), [([1, -1], 1), ([1, 1, 1], 1), ([1, 1], 0), ([1, 1], 3)])
def test_malformed_input_is_refused(capacity: list[float], p: int) -> None:
    with pytest.raises(ContractError):
        capacitated_p_median(Costs.from_matrix([[1.0, 2.0]]), [1], capacity, p)
