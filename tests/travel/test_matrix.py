"""Dense matrices equal Floyd's three loops on nasty small networks, from either side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.travel.test_against_plain import World, plain_costs, points_at, small_worlds
from tests.travel.test_bounded import town


@settings(max_examples=200, deadline=None)
@given(small_worlds())
def test_a_matrix_equals_a_plain_one(world: World) -> None:
    travel, origins, facilities = world
    exact = plain_costs(travel, origins, facilities)
    for searched in (travel, travel.plain):
        found = searched.matrix(origins, facilities, threads=2)
        assert np.array_equal(found.tenths, np.where(np.isinf(exact), -1, exact))
        assert np.array_equal(found.cost, exact / 10)
    back = travel.reversed().matrix(facilities, origins)
    assert np.array_equal(back.tenths.T, found.tenths)


@pytest.mark.parametrize("number", [1, 31, 32, 33, 150])
def test_batches_of_any_size_and_any_number_of_threads_give_the_same(number: int) -> None:
    network = town(15)
    travel = network.in_metres()
    rng = np.random.default_rng(number)
    here, there = rng.integers(0, 225, 150), rng.integers(0, 225, number)
    (a, b), (c, d) = np.divmod(here, 15), np.divmod(there, 15)
    exact = 1000 * (abs(a[:, None] - c) + abs(b[:, None] - d))
    for threads in (1, 2, 5):
        found = travel.matrix(network.at_nodes(here), network.at_nodes(there), threads=threads)
        assert np.array_equal(found.tenths, exact)
        turned = travel.matrix(network.at_nodes(there), network.at_nodes(here), threads=threads)
        assert np.array_equal(turned.tenths, exact.T)
    assert found.frame().shape == (150, number)


def test_nobody_and_those_who_lie_nowhere() -> None:
    network = town(2)
    travel = network.in_metres()
    none, some = network.at_nodes([]), network.at_nodes([0, 3])
    assert travel.matrix(none, some).tenths.shape == (0, 2)
    assert travel.matrix(some, none).tenths.shape == (2, 0)
    off = points_at(network, [(-1, 0.5, 0.0, 0), (0, 0.5, 0.0, 1)])
    assert travel.matrix(off, some).cost.tolist() == [[np.inf, np.inf], [50.0, 150.0]]
    assert travel.matrix(some, off).tenths.tolist() == [[-1, 500], [-1, 1500]]
