"""Bounded sweeps equal a search from each origin, bit for bit, from either side and in either width."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.travel.test_against_plain import World, plain_costs, points_at, small_worlds

from yiju.travel import StreetNetwork, bounded, pairs
from yiju.travel.kernels.bounded import NARROW, wide
from yiju.travel.results import whole_limit
from yiju.travel.sweeping import of_limit

LIMITS = [4.0, 1.0, 2.5]
# Every facility is worth as many homes: 0 puts facilities into lanes, a million puts homes there.
SIDES = [0, 10**6]


@pytest.fixture(params=SIDES, ids=["facilities sit", "origins sit"])
def side(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(bounded, "_WORTH_OF_A_FACILITY", request.param)
    return int(request.param)


def summed(cost: Any, values: Any, limits: list[float]) -> Any:
    return np.stack([np.where(cost <= limit * 10, values, 0.0).sum(axis=1) for limit in limits], axis=1)


@pytest.mark.parametrize("worth", SIDES)
@settings(max_examples=150, deadline=None)
@given(world=small_worlds(), values=st.lists(st.integers(-3, 1000), min_size=8, max_size=8))
def test_sums_equal_those_of_a_plain_search(worth: int, world: World, values: list[int]) -> None:
    travel, origins, facilities = world
    value = np.array(values[: len(facilities)], dtype=float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "_WORTH_OF_A_FACILITY", worth)
        found = travel.sums_within(origins, facilities, value, LIMITS, threads=2)
    assert np.array_equal(found, summed(plain_costs(travel, origins, facilities), value, LIMITS))
    pd.testing.assert_frame_equal(found, travel.plain.sums_within(origins, facilities, value, LIMITS))


@pytest.mark.parametrize("worth", SIDES)
@settings(max_examples=60, deadline=None)
@given(world=small_worlds(), labels=st.lists(st.sampled_from(["b", "a", None]), min_size=8, max_size=8))
def test_sums_by_label_and_group_are_sums_of_their_own(
    worth: int, world: World, labels: list[str | None]
) -> None:
    travel, origins, facilities = world
    n = len(facilities)
    label = np.array(labels[:n], dtype=object)
    groups = pd.DataFrame({"all": np.arange(n) + 0.1, "old": np.arange(n) * 0.3})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "_WORTH_OF_A_FACILITY", worth)
        found = travel.sums_within(origins, facilities, groups, LIMITS, by=label)
    pd.testing.assert_frame_equal(
        found, travel.plain.sums_within(origins, facilities, groups, LIMITS, by=label)
    )
    cost = plain_costs(travel, origins, facilities)
    for name in {x for x in label if x is not None}:
        for group in groups:
            alone = summed(cost, np.where(label == name, groups[group], 0.0), LIMITS)
            assert np.allclose(found[name][group], alone, rtol=1e-14)


def halved(cost: Any) -> Any:
    return 0.5**cost


@pytest.mark.parametrize("worth", SIDES)
@settings(max_examples=100, deadline=None)
@given(world=small_worlds(), limit=st.sampled_from([0.0, 1.0, 2.5, 4.0, 30.0]))
def test_decayed_sums_equal_those_over_pairs(worth: int, world: World, limit: float) -> None:
    travel, origins, facilities = world
    values = pd.DataFrame({"all": np.arange(len(facilities)) + 0.7, "old": 1.0})
    decays = {"half": halved, "step": lambda cost: (cost <= 2) * 1.0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "_WORTH_OF_A_FACILITY", worth)
        found = travel.decayed_sums(origins, facilities, values, decays, limit, threads=2)
        one = travel.decayed_sums(origins, facilities, values["all"], halved, limit)
    pd.testing.assert_frame_equal(
        found, travel.plain.decayed_sums(origins, facilities, values, decays, limit)
    )
    assert np.array_equal(one, found["half"]["all"])
    cost = plain_costs(travel, origins, facilities) / 10
    exact = np.where(cost <= limit, 0.5 ** np.minimum(cost, 99) * values["all"].to_numpy(), 0).sum(axis=1)
    assert np.allclose(one, exact, rtol=1e-12)


def test_decays_that_are_no_numbers_or_have_no_end_are_refused() -> None:
    network = town(2)
    travel, nodes = network.in_metres(), network.at_nodes([0, 1])
    with pytest.raises(ValueError, match="a limit below"):
        travel.decayed_sums(nodes, nodes, [1, 2], halved, np.inf)
    with pytest.raises(ValueError, match="a number for each cost"), np.errstate(divide="ignore"):
        travel.decayed_sums(nodes, nodes, [1, 2], lambda cost: 1 / cost, 100)
    with pytest.raises(ValueError, match="1 are not"):
        travel.decayed_sums(nodes, nodes, [1, np.nan], halved, 100)


@pytest.mark.parametrize("shared", [-1.0, np.inf], ids=["64 lanes", "alone"])
@settings(max_examples=100, deadline=None)
@given(
    world=small_worlds(), limit=st.sampled_from([0.0, 1.0, 2.5, 4.0, 1e6]), threads=st.sampled_from([1, 2])
)
def test_pairs_are_the_same_in_the_same_order_as_by_a_plain_search(
    shared: float, world: World, limit: float, threads: int
) -> None:
    travel, origins, facilities = world
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "_SHARED", shared)
        found = travel.within(origins, facilities, limit, threads=threads)
    plain = travel.plain.within(origins, facilities, limit)
    for column in ("first", "facility", "tenths"):
        assert np.array_equal(getattr(found, column), getattr(plain, column))
        assert getattr(found, column).dtype == getattr(plain, column).dtype


@settings(max_examples=60, deadline=None)
@given(small_worlds(), st.lists(st.sampled_from("abc"), min_size=8, max_size=8))
def test_pairs_of_several_services_are_those_of_each(world: World, offers: list[str]) -> None:
    travel, origins, facilities = world
    names = facilities.owners
    services = {
        s: facilities.of([name for name, offer in zip(names, offers, strict=False) if offer == s])
        for s in "abc"
    }
    for homes in (origins, points_at(travel.network, [(0, 0.25, 0.0, i) for i in range(9)])):
        each = travel.within_each(homes, services, 3.0, threads=2)
        assert list(each) == ["a", "b", "c"]
        for service, points in services.items():
            alone = travel.plain.within(homes, points, 3.0)
            for column in ("first", "facility", "tenths"):
                assert np.array_equal(getattr(each[service], column), getattr(alone, column))


def town(side: int = 12, length: float = 100.0) -> StreetNetwork:
    """A grid of streets."""
    at = np.arange(side * side).reshape(side, side)
    u = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    v = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    return StreetNetwork.from_arrays(np.argwhere(at >= 0) * length, u, v, np.full(len(u), length))


def test_a_limit_counts_what_costs_just_as_much(side: int) -> None:
    network = town(3)
    travel = network.in_metres()
    nodes = network.at_nodes(range(9))
    found = travel.counts_within(
        nodes, {"school": network.at_nodes([0]), "none": network.at_nodes([])}, [100, 200]
    )
    assert found["school"][100].tolist() == [1, 1, 0, 1, 0, 0, 0, 0, 0]
    assert found["school"][200].tolist() == [1, 1, 1, 1, 1, 0, 1, 0, 0]
    assert (found["none"] == 0).all(axis=None)


@pytest.mark.parametrize("length", [10.0, 800.0])
def test_limits_beyond_sixteen_bits_take_wider_budgets(side: int, length: float) -> None:
    network = town(12, length)
    travel = network.in_metres()
    nodes = network.at_nodes(range(144))
    limits = [5.5 * length, 9 * length]
    for limit in limits:
        kernels = of_limit(whole_limit(limit))
        assert kernels is (wide() if limit > 6553.4 else NARROW)
    x, y = np.divmod(np.arange(144), 12)
    cost = 10 * length * (abs(x[:, None] - x) + abs(y[:, None] - y))
    assert np.array_equal(
        travel.sums_within(nodes, nodes, np.arange(144.0), limits), summed(cost, np.arange(144.0), limits)
    )
    pairs = travel.within(nodes, nodes, limits[1])
    assert len(pairs) == (cost <= limits[1] * 10).sum()


def test_nobody_and_nothing_gives_zeros(side: int) -> None:
    network = town(2)
    travel = network.in_metres()
    some, none = network.at_nodes([0, 3]), network.at_nodes([])
    off = points_at(network, [(-1, 0.5, 0.0, 0), (0, 0.5, 0.0, 1)])
    assert travel.sums_within(none, some, [1, 2], [100]).shape == (0, 1)
    assert travel.sums_within(some, none, [], [100])[100].tolist() == [0, 0]
    assert travel.sums_within(off, some, [1, 2], [np.inf])[np.inf].tolist() == [0, 3]
    assert len(travel.within(none, some, 100)) == len(travel.within(some, none, 100)) == 0


def test_values_that_are_not_numbers_are_refused() -> None:
    network = town(2)
    nodes = network.at_nodes([0, 1])
    with pytest.raises(ValueError, match="1 are not"):
        network.in_metres().sums_within(nodes, nodes, [1.0, np.nan], [100])
    with pytest.raises(ValueError, match="shape"):
        network.in_metres().sums_within(nodes, nodes, [1.0], [100])
    with pytest.raises(ValueError, match="labels"):
        network.in_metres().sums_within(nodes, nodes, [1.0, 2.0], [100], by=["a"])
    with pytest.raises(ValueError, match="limits"):
        network.in_metres().sums_within(nodes, nodes, [1.0, 2.0], [])


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=200))
def test_whole_units_are_the_values_to_the_last_bit_of_their_sum(values: list[float]) -> None:
    whole, unit = bounded.in_units(np.array(values).reshape(-1, 1))
    exact = [Fraction(value) for value in values]
    worth = Fraction(float(unit[0]))
    assert sum(abs(int(n)) for n in whole[:, 0]) < 2**63
    for n, value in zip(whole[:, 0], exact, strict=True):
        assert abs(int(n) * worth - value) <= worth / 2
    assert not any(values) or worth <= max(sum(map(abs, exact)) * Fraction(1, 2**61), Fraction(1, 2**1022))


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=200))
def test_whole_numbers_stay_as_they_are(values: list[int]) -> None:
    whole, unit = bounded.in_units(np.array(values, dtype=float).reshape(-1, 1))
    assert np.array_equal((whole * unit)[:, 0], values)


def test_values_whose_sum_is_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="too large"), np.errstate(over="ignore"):
        bounded.in_units(np.array([[1e308], [1e308]]))


def test_the_number_of_threads_does_not_show(side: int) -> None:
    network = town(20)
    travel = network.in_metres()
    rng = np.random.default_rng(5)
    nodes, some = network.at_nodes(range(400)), network.at_nodes(rng.integers(0, 400, 50))
    values = rng.gamma(2.0, 3.0, 50)
    runs = {
        (
            travel.sums_within(nodes, some, values, [300, 900], threads=threads).to_numpy().tobytes(),
            travel.within(nodes, some, 900, threads=threads).tenths.tobytes(),
        )
        for threads in (1, 2, 2, 7)
    }
    assert len(runs) == 1
