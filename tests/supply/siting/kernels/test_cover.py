"""Kernels of cover, each beside the sentence that it is to make true."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.supply.siting.colocation import ServiceAtSites
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.hosting import Hosting, hosting_of
from yiju.supply.siting.kernels.cover_dominance import implied, outdone
from yiju.supply.siting.kernels.hosting_bound import best_price_of_money, descend, largest, offers_rho
from yiju.supply.siting.kernels.hosting_moves import begin, host, weight_met

LISTS = st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=8)


def _rows(lists: list[set[int]], items: int) -> tuple[np.ndarray, ...]:
    """Lists and, of each item, the lists that hold it."""
    back = [[k for k, held in enumerate(lists) if item in held] for item in range(items)]
    return (
        np.cumsum([0, *map(len, lists)]).astype(np.int64),
        np.array([i for held in lists for i in sorted(held)], dtype=np.int32),
        np.cumsum([0, *map(len, back)]).astype(np.int64),
        np.array([k for held in back for k in held], dtype=np.int32),
    )


@given(st.lists(st.integers(0, 9).map(float), min_size=1), st.data())
def test_the_value_of_a_rank(values: list[float], data: st.DataObject) -> None:
    rank = data.draw(st.integers(1, len(values)))
    assert largest(np.array(values), rank) == sorted(values, reverse=True)[rank - 1]


@given(LISTS)
def test_what_is_implied_holds_all_of_one_that_is_left(lists: list[set[int]]) -> None:
    marked = implied(*_rows(lists, 6))
    left = [held for held, gone in zip(lists, marked, strict=True) if not gone]
    for held, gone in zip(lists, marked, strict=True):
        assert not gone or any(other and other <= held for other in left)
    for one, other in itertools.permutations(left, 2):
        assert not (one and one <= other)


@given(LISTS, st.data())
def test_what_is_outdone_is_held_by_one_that_is_left_for_no_more(
    lists: list[set[int]], data: st.DataObject
) -> None:
    price = np.array(data.draw(st.lists(st.integers(1, 3), min_size=len(lists), max_size=len(lists))), float)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(lists), max_size=len(lists))))
    marked = outdone(*_rows(lists, 6), price, kept)
    assert not (marked & kept).any()
    for k in np.flatnonzero(marked):
        others = [j for j in np.flatnonzero(~marked) if lists[k] <= lists[j] and price[j] <= price[k]]
        assert others or not lists[k]


@st.composite
def _problems(draw: st.DrawFn) -> Hosting:
    n, m, count = draw(st.integers(1, 6)), draw(st.integers(1, 4)), draw(st.integers(1, 2))
    row = st.lists(st.integers(1, 9), min_size=m, max_size=m)
    services = [
        ServiceAtSites(
            f"s{k}",
            Costs.from_matrix(np.array(draw(st.lists(row, min_size=n, max_size=n)), float)),
            draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)),
            5.0,
            add_on_cost=draw(st.integers(0, 4)),
        )
        for k in range(count)
    ]
    return hosting_of(
        services,
        site_cost=draw(st.lists(st.integers(1, 6), min_size=m, max_size=m)),
        budget=draw(st.integers(10, 30)),
        most=draw(st.integers(1, m)),
        allowed=np.ones((m, 1 << count), dtype=bool),
    )


def _optimum(hosting: Hosting) -> float:
    mixes = range(hosting.mix_cost.shape[1])
    return max(
        hosting.achieved(np.array(chosen))
        for chosen in itertools.product(mixes, repeat=hosting.m)
        if hosting.spent(np.array(chosen)) <= hosting.budget and np.count_nonzero(chosen) <= hosting.most
    )


@settings(max_examples=60, deadline=None)
@given(_problems(), st.integers(0, 2**31))
def test_whatever_the_prices_nothing_beats_the_bound(hosting: Hosting, seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.random(len(hosting.weight)) * hosting.weight
    rho = np.empty(hosting.m * len(hosting.codes))
    offers_rho(prices, hosting.lists, rho)
    picks = [np.zeros(hosting.m, np.int64) for _ in range(2)]
    sites, mu, share = best_price_of_money(random.random(), rho, hosting.choices, *picks, np.empty(hosting.m))
    optimum = _optimum(hosting)
    assert sites + (hosting.weight - prices).sum() >= optimum - 1e-9
    assert mu >= 0
    assert -1e-9 <= share <= 1 + 1e-9
    assert hosting.spent(picks[1]) <= hosting.choices[1]  # the poor answer keeps to the budget
    record = np.array([np.inf, 0.0, 1.0, 0.0])
    descend(
        200, optimum, record, prices.copy(), prices, np.zeros_like(prices), hosting.choices, hosting.lists, picks[0]
    )  # fmt: skip
    assert record[0] >= optimum - 1e-9


@settings(max_examples=60, deadline=None)
@given(_problems(), st.data())
def test_worth_is_what_a_change_changes(hosting: Hosting, data: st.DataObject) -> None:
    m, mixes = hosting.m, hosting.mix_cost.shape[1]
    n = len(hosting.weight)
    state = (
        np.zeros(m, np.int64),
        np.zeros(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(m * len(hosting.codes)),
    )
    begin(np.zeros(m, np.int64), hosting.lists, state)
    for _ in range(data.draw(st.integers(0, 8))):
        host(data.draw(st.integers(0, m - 1)), data.draw(st.integers(0, mixes - 1)), hosting.lists, state)
    met = weight_met(hosting.lists, state)
    assert met == hosting.achieved(state[0])
    for offer in range(m * len(hosting.codes)):
        service, site = divmod(offer, m)
        changed = state[0].copy()
        changed[site] ^= 1 << service
        assert abs(hosting.achieved(changed) - met) == pytest.approx(state[3][offer])
