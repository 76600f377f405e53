"""Plans over years: against every order of opening, in one future and in two."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.errors import ContractError
from yiju.supply.siting import staging
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.staging import stages

YEARS = [2026, 2028, 2031]
NEVER = len(YEARS)


def _district(seed: int, futures: int, n: int = 6, m: int = 3) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    costs = Costs.from_matrix(rng.integers(1, 10, (n, m)).astype(float), limit=4)
    people = {f"future {s}": rng.integers(0, 50, (n, len(YEARS))).astype(float) for s in range(futures)}
    return {
        "costs": costs,
        "people": people,
        "budgets": rng.integers(0, 4, len(YEARS)) * 1e6,
        "site_cost": rng.integers(1, 4, m) * 1e6,
        "years": YEARS,
        "discount": float(rng.choice([0.0, 0.05])),
        "carry": bool(rng.integers(0, 2)),
    }


def _value(district: dict[str, object], people: np.ndarray, opens: tuple[int, ...]) -> float:
    """People covered over the years, discounted, if site j opens in year ``opens[j]``."""
    costs, total = district["costs"], 0.0
    for t, year in enumerate(YEARS):
        covered = np.zeros(costs.n, dtype=bool)
        for j, when in enumerate(opens):
            if when <= t:
                covered[costs.point[costs.site == j]] = True
        total += (1 + district["discount"]) ** -(year - YEARS[0]) * people[covered, t].sum()
    return total


def _affordable(district: dict[str, object], opens: tuple[int, ...]) -> bool:
    spent = np.array(
        [sum(district["site_cost"][j] for j, when in enumerate(opens) if when == t) for t in range(3)]
    )
    left = district["budgets"] - spent
    return bool((np.cumsum(left) >= 0).all() if district["carry"] else (left >= 0).all())


def _orders(district: dict[str, object]) -> list[tuple[int, ...]]:
    return [o for o in itertools.product(range(NEVER + 1), repeat=3) if _affordable(district, o)]


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_no_order_covers_more(seed: int) -> None:
    district = _district(seed, 1)
    people = district["people"]["future 0"]
    values = {o: _value(district, people, o) for o in _orders(district)}
    found = stages(**district)
    assert found.objective == pytest.approx(max(values.values()))
    assert found.proof == "optimal"
    assert found.nesting_price >= -1e-9
    opens = dict.fromkeys(range(3), NEVER) | {
        int(r.site): YEARS.index(r.year) for r in found.plan.itertuples()
    }
    assert _value(district, people, tuple(opens.values())) == pytest.approx(found.objective)
    assert _affordable(district, tuple(opens.values()))
    for j, row in found.sites.iterrows():
        without = opens | {j: NEVER}
        assert row["gain"] == pytest.approx(
            found.objective - _value(district, people, tuple(without.values()))
        )
        instead = [
            values[tuple(o.values())]
            for r in range(3)
            if opens[r] == NEVER and tuple((o := without | {r: opens[j]}).values()) in values
        ]
        if instead:
            assert row["next_best_loss"] == pytest.approx(found.objective - max(instead))
        else:
            assert pd.isna(row["next_best"])


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_no_two_plans_that_begin_alike_cover_more_in_two_futures(seed: int) -> None:
    district = _district(seed, 2)
    low, high = district["people"].values()
    orders = _orders(district)
    worth = {o: (_value(district, low, o), _value(district, high, o)) for o in orders}
    first = {o: tuple(when == 0 for when in o) for o in orders}  # the future is known from the second year
    best: dict[tuple[bool, ...], list[float]] = {}
    for o in orders:
        kept = best.setdefault(first[o], [0.0, 0.0])
        kept[:] = max(kept[0], worth[o][0]), max(kept[1], worth[o][1])
    odds = {"future 0": 0.25, "future 1": 0.75}
    found = stages(**district, probability=odds)
    assert found.objective == pytest.approx(max(0.25 * a + 0.75 * b for a, b in best.values()))
    assert found.futures["best"].tolist() == pytest.approx(
        [max(w[s] for w in worth.values()) for s in (0, 1)]
    )
    assert (found.futures["regret"] >= 0).all()
    assert found.objective == pytest.approx(found.futures["value"] @ found.futures["probability"])
    now = found.plan[found.plan["year"] == YEARS[0]]
    assert (
        now[now["future"] == "future 0"]["site"].tolist() == now[now["future"] == "future 1"]["site"].tolist()
    )
    assert sorted(now["site"].unique()) == found.chosen.tolist()


def test_what_is_right_for_both_futures_is_not_what_is_best_in_either() -> None:
    """By hand: births rise in the west or in the east; one site now and no money later, so the middle is safe.

    West or east covers 100 now and 300 or 100 later, 300 in the mean; the middle covers 2 x 60 now, 360 in the mean.
    """
    costs = Costs.from_matrix(
        [[1, 9, 9], [9, 1, 9], [9, 9, 1]], limit=2, sites=pd.Index(["west", "middle", "east"])
    )
    futures = {"west": [[100, 300], [120, 240], [100, 100]], "east": [[100, 100], [120, 240], [100, 300]]}
    found = stages(costs, futures, [1e6, 0], 1e6, years=[2026, 2031])
    assert found.plan["site"].unique().tolist() == ["middle"]
    assert found.futures["value"].tolist() == [360, 360]
    assert found.futures["best"].tolist() == [400, 400]
    assert found.futures["regret"].tolist() == [40, 40]
    assert "until 2026" in found.notes[-1].en


def test_nesting_has_its_price() -> None:
    """By hand: 1 million a year. West covers 100 now; in 2030 the middle, for 2, would cover 220, but west stands.

    Nested: west then east, 100 + 210; each year alone: 100 + 220.
    """
    costs = Costs.from_matrix(
        [[1, 2, 9], [9, 2, 1], [9, 2, 9]], limit=3, sites=pd.Index(["west", "middle", "east"])
    )
    found = stages(costs, [[100, 110], [20, 100], [0, 10]], [1e6, 1e6], [1e6, 2e6, 1e6], years=[2026, 2030])
    assert found.objective == 310
    assert found.years["people_free"].tolist() == [100, 220]
    assert found.nesting_price == 10
    assert found.years["spent_yuan"].tolist() == [1e6, 1e6]


def test_what_is_open_already_costs_nothing() -> None:
    costs = Costs.from_matrix([[1, 9], [9, 1]], limit=3)
    found = stages(costs, [[10], [20]], [1e6], 1e6, years=[2026], locked=[0])
    assert found.objective == 30
    assert found.chosen.tolist() == [1]
    assert found.serves.tolist() == [0, 1]
    assert stages(costs, [[10], [20]], [1e6], 1e6, years=[2026], closed=[1]).objective == 10


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"people": [[1, 2]]}, "need 2 rows and 2 columns"),
        ({"people": [[1, 2], [1, -2]]}, "may not be negative"),
        ({"years": [2030, 2026]}, "Years have to rise"),
        ({"budgets": [1, -1]}, "budgets need to be"),
        ({"known_from": 2026}, "at the earliest"),
        (
            {"people": {"low": [[1, 2], [1, 2]]}, "probability": {"high": 1.0}},
            "Each future needs a probability",
        ),
    ],
)
def test_malformed_input_is_refused(wrong: dict[str, object], said: str) -> None:
    ask = {"people": [[1, 2], [3, 4]], "budgets": [1, 1], "site_cost": 1, "years": [2026, 2030]}
    with pytest.raises(ContractError, match=said):
        stages(Costs.from_matrix([[1.0], [2.0]]), **{**ask, **wrong})


def test_the_door_gives_the_function_whatever_was_imported_before() -> None:
    from yiju.supply import siting

    assert all(callable(getattr(siting, name)) for name in ("expand", "facility_location", "stages"))


def test_the_years_by_themselves_share_the_time_of_one_search(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[float] = []

    def watched(tree: object, *, seconds: float, gap: float) -> object:
        taken.append(seconds)
        return decide(tree, seconds=seconds, gap=gap)

    decide = staging.decide
    monkeypatch.setattr(staging, "decide", watched)
    costs = Costs.from_matrix([[1, 2, 9], [9, 2, 1]], limit=3)
    stages(costs, np.ones((2, 4)), np.ones(4), np.ones(3), years=[2026, 2027, 2028, 2029], seconds=8.0)
    assert taken[0] == 8.0
    assert sum(taken[1:]) == pytest.approx(8.0)
