"""Communities: connected groups of a size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from yiju.city.demo.growing import Net, grow


def lattice_net(side, people):
    number = np.arange(side * side).reshape(side, side)
    u = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    v = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    j, i = np.divmod(np.arange(side * side), side)
    return Net(u, v, np.full(len(u), 100.0), people, np.column_stack([i, j]) * 100.0)


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_connected_and_of_a_size(seed):
    rng = np.random.default_rng(seed)
    people = rng.uniform(0, 200, 900) * (rng.random(900) < 0.8)
    net = lattice_net(30, people)
    group = grow(net, people.sum() / 12, rng)
    held = np.bincount(group, people)
    assert len(held) == 12
    assert held.min() > 0.7 * held.mean()
    assert held.max() < 1.4 * held.mean()
    same = group[net.u] == group[net.v]
    inner = coo_array((np.ones(same.sum()), (net.u[same], net.v[same])), shape=(900, 900))
    assert connected_components(inner, directed=False)[0] == 12


def test_nothing_grows_over_a_gap():
    net = lattice_net(6, np.full(36, 10.0))
    cut = (net.middle[net.u, 0] < 250) == (net.middle[net.v, 0] < 250)
    parted = Net(net.u[cut], net.v[cut], net.cost[cut], net.people, net.middle)
    group = grow(parted, 90.0, np.random.default_rng(1))
    west = net.middle[:, 0] < 250
    assert not set(group[west]) & set(group[~west])
    assert len(set(group)) == 4


def test_where_nobody_lives_there_is_no_group():
    net = lattice_net(3, np.zeros(9))
    assert set(grow(net, 10.0, np.random.default_rng(1))) == {-1}
