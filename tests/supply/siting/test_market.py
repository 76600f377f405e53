"""Shops among rivals: reckoned by hand, and against every choice of shops."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yiju.access.huff import huff_shares
from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.market import competitive, expected, pull_of, pulls, rivals_of, supported
from yiju.supply.siting.result import Infeasible
from yiju.travel import PairsWithin


def square(cost: np.ndarray) -> np.ndarray:
    return np.asarray(cost, dtype=float) ** -2.0


# By hand: three streets, three sites one street apart, a rival of size 4 in the middle street at 2 minutes.
# Pull of a shop of size 4 at 1, 2, 3 minutes: 4, 1, 4/9. Rivals: 1, 4, 1.
STREETS = Costs.from_matrix([[1, 2, 3], [2, 1, 2], [3, 2, 1]], sites=pd.Index(["west", "middle", "east"]))
PEOPLE = [50, 90, 60]
RIVALS = [1.0, 4.0, 1.0]
WON_ALONE = {  # 50 a/(a+1) + 90 b/(b+4) + 60 c/(c+1)
    "west": 50 * 4 / 5 + 90 * 1 / 5 + 60 * (4 / 9) / (13 / 9),
    "middle": 50 * 1 / 2 + 90 * 4 / 8 + 60 * 1 / 2,
    "east": 50 * (4 / 9) / (13 / 9) + 90 * 1 / 5 + 60 * 4 / 5,
}
WON_TOGETHER = {  # pulls of two shops added
    ("west", "middle"): 50 * 5 / 6 + 90 * 5 / 9 + 60 * (13 / 9) / (22 / 9),
    ("west", "east"): 50 * (40 / 9) / (49 / 9) + 90 * 2 / 6 + 60 * (40 / 9) / (49 / 9),
    ("middle", "east"): 50 * (13 / 9) / (22 / 9) + 90 * 5 / 9 + 60 * 5 / 6,
}


def test_what_one_shop_may_expect_is_as_reckoned_by_hand() -> None:
    hoped = expected(STREETS, PEOPLE, 4, rivals=RIVALS, decay=square)
    assert hoped.to_dict() == pytest.approx(WON_ALONE)


@pytest.mark.parametrize("p", [1, 2])
def test_the_shops_that_win_most_are_as_reckoned_by_hand(p: int) -> None:
    best = max(WON_ALONE.values()) if p == 1 else max(WON_TOGETHER.values())
    found = competitive(STREETS, PEOPLE, 4, p, rivals=RIVALS, decay=square)
    assert found.objective == pytest.approx(best)
    assert found.proof == "optimal"
    table = {(k,): v for k, v in WON_ALONE.items()} if p == 1 else WON_TOGETHER
    assert tuple(STREETS.sites[found.chosen]) == max(table, key=lambda key: table[key])


def test_shares_are_those_of_huff() -> None:
    """A new shop beside an existing one: the same as Huff's shares of both."""
    pairs = PairsWithin(
        pd.RangeIndex(2), pd.Index(["old", "new"]), "seconds", 900,
        np.array([0, 2, 4]), np.array([0, 1, 0, 1]), np.array([60, 120, 300, 240]),
    )  # fmt: skip
    shares = huff_shares(pairs, [7, 5], decay=square).expected([100.0, 40.0])
    old = Costs.from_matrix([[60.0], [300.0]])
    new = Costs.from_matrix([[120.0], [240.0]])
    hoped = expected(new, [100, 40], 5, rivals=rivals_of(old, [7], square), decay=square)
    assert hoped[0] == pytest.approx(shares["new"])


def _street(seed: int, n: int = 7, m: int = 6) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(1, 12, (n, m)).astype(float)
    return {
        "costs": Costs.from_matrix(matrix, limit=8),
        "people": rng.integers(0, 300, n).astype(float),
        "size": rng.integers(0, 9, m).astype(float),
        "rivals": rng.integers(0, 4, n) / 10.0,
        "decay": square,
    }


def _won(street: dict[str, object], sites: tuple[int, ...]) -> float:
    costs = street["costs"]
    total = 0.0
    for i in range(costs.n):
        mine = slice(costs.first[i], costs.first[i + 1])
        pull = sum(
            street["size"][j] * c**-2.0
            for j, c in zip(costs.site[mine].tolist(), costs.cost[mine].tolist(), strict=True)
            if j in sites
        )
        if pull > 0:
            total += street["people"][i] * pull / (pull + street["rivals"][i])
    return total


@settings(max_examples=40)
@example(seed=420, p=1, locked=1, closed=0)  # a point that reaches nothing but the closed shop
@given(seed=st.integers(0, 10_000), p=st.integers(1, 4), locked=st.integers(0, 5), closed=st.integers(0, 5))
def test_no_shops_win_more(seed: int, p: int, locked: int, closed: int) -> None:
    street = _street(seed)
    shut = [closed] if closed != locked else []
    found = competitive(**street, p=p, locked=[locked], closed=shut)
    choices = {
        s: _won(street, s)
        for s in itertools.combinations(range(6), p)
        if locked in s and not set(s) & set(shut)
    }
    assert found.objective == pytest.approx(max(choices.values()))
    assert found.proof == "optimal"
    mine = set(found.chosen.tolist())
    for j, row in found.sites.iterrows():
        assert row["gain"] == pytest.approx(found.objective - _won(street, tuple(mine - {j})), abs=1e-9)
        instead = [v for s, v in choices.items() if len(set(s) & mine) == p - 1 and j not in s]
        if j == locked or not instead:
            assert pd.isna(row["next_best"])
        else:
            assert row["next_best_loss"] == pytest.approx(found.objective - max(instead), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_town_of_a_hundred_streets_is_proved_or_says_its_gap(seed: int) -> None:
    street = _street(seed, n=100, m=14)
    street["costs"] = Costs.from_matrix(
        np.random.default_rng(seed).integers(1, 30, (100, 14)).astype(float), limit=20
    )
    found = competitive(**street, p=4)
    best = max(_won(street, s) for s in itertools.combinations(range(14), 4))
    assert found.objective == pytest.approx(best)
    assert found.bound >= best * (1 - 1e-9)
    assert found.proof == "optimal"


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(10, 300))
def test_shops_come_while_all_of_them_find_enough_people(seed: int, threshold: int) -> None:
    street = _street(seed)
    shops = supported(**street, threshold=threshold)
    assert (shops["people"] >= threshold).all()
    assert (shops["people_at_last"] >= threshold).all()
    assert shops["people_at_last"].sum() == pytest.approx(_won(street, tuple(shops.index)))
    if len(shops):
        alone = expected(**street)
        assert shops["people"].iloc[0] == pytest.approx(alone.max())


def test_a_thousand_people_are_needed_and_not_there() -> None:
    assert supported(STREETS, PEOPLE, 4, 1000, rivals=RIVALS, decay=square).empty


def test_numbers_of_shops_have_sources() -> None:
    for kind in ("daily", "furniture", "clothing"):
        pull = pull_of(kind)
        assert "Huff" in pull.source
        assert pull.provisional
    with pytest.raises(UnknownName, match="daily"):
        pull_of("dayly")
    assert pulls(STREETS, 4, pull_of("daily"))[0] == 4 / 3600


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(ContractError, match="nearest"):
        competitive(
            Costs.from_matrix([[0.0]]),
            [1],
            4,
            1,
            rivals=0,
            decay=lambda cost: np.where(cost > 0, 1.0, np.inf),
        )
    with pytest.raises(ContractError, match="pull of the rivals"):
        competitive(STREETS, PEOPLE, 4, 1, rivals=[1, 2], decay=square)
    with pytest.raises(ContractError, match="p runs from 1 to 3"):
        competitive(STREETS, PEOPLE, 4, 4, rivals=1, decay=square)
    with pytest.raises(Infeasible) as caught:
        competitive(STREETS, PEOPLE, 4, 1, rivals=1, decay=square, locked=[0, 1])
    assert (caught.value.constraint, caught.value.relaxed) == ("count", 2)
