"""A network with costs: whom it puts where, and that it can be sent to another process."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from shapely import Point

from yiju.errors import ContractError
from yiju.travel import StreetNetwork, Travel, profile

# A slope with stairs straight up and a ramp around::
#
#     3 ──── 2        home ⌂ beside the stairs 0-3, 20 m from the ramp 0-1-2-3
#     ┊   ┄┄┄│
#     ┊ ⌂    │
#     0 ──── 1
XY = [[0, 0], [40, 0], [40, 60], [0, 60]]
HOME = [Point(4, 30)]


@pytest.fixture
def slope() -> StreetNetwork:
    return StreetNetwork.from_arrays(
        XY, [0, 0, 1, 2], [3, 1, 2, 3], [60, 40, 60, 40], stairs=[True, False, False, False]
    )


def test_wheels_set_out_from_the_ramp_and_not_from_the_stairs(slope: StreetNetwork) -> None:
    wheels, adult = (slope.in_seconds(profile(name)) for name in ("wheelchair", "adult"))
    door = slope.at_nodes([2])
    nearest = [travel.nearest(travel.snap(HOME), door)["seconds"].iloc[0] for travel in (adult, wheels)]
    assert np.isfinite(nearest).all()
    assert np.isinf(wheels.nearest(slope.snap(HOME), door)["seconds"].iloc[0])
    found = wheels.snap(HOME)
    assert slope.edge_id[found.edge].tolist() == [1]
    assert found.gap_m.tolist() == [30.0]
    # who may use every street stands where the network puts everybody
    assert adult.snap(HOME).edge.tolist() == slope.snap(HOME).edge.tolist()


def test_owners_and_limits_are_those_of_the_network(slope: StreetNetwork) -> None:
    wheels = slope.in_seconds(profile("wheelchair"))
    found = wheels.snap([*HOME, Point(44, 30)], owner=["park", "park"], limit_m=29)
    assert found.owners.tolist() == ["park"]
    assert found.placed.tolist() == [False, True]


def test_a_street_that_stairs_cut_off_is_an_island_to_wheels() -> None:
    # 60 nodes in a row, stairs, and two nodes more: only by stairs is the end no island
    xy = [(10.0 * i, 0.0) for i in range(61)] + [(610.0, 30.0), (640.0, 30.0)]
    stairs = [False] * 60 + [True, False]
    network = StreetNetwork.from_arrays(xy, np.arange(62), np.arange(1, 63), [10.0] * 62, stairs=stairs)
    point = [Point(630, 29)]
    assert network.edge_id[network.snap(point).edge].tolist() == [61]
    assert network.edge_id[network.in_seconds(profile("wheelchair")).snap(point).edge].tolist() == [59]


def test_a_street_open_one_way_may_be_used() -> None:
    network = StreetNetwork.from_arrays([[0, 0], [100, 0]], [0], [1], [100.0])
    travel = Travel.on(network, "metres", np.array([100.0]), np.array([np.inf]), gap_per_metre=1.0)
    assert travel.snap([Point(50, 1)]).placed.all()
    closed = Travel.on(network, "metres", np.array([np.inf]), np.array([np.inf]), gap_per_metre=1.0)
    assert not closed.snap([Point(50, 1)]).placed.any()


@pytest.mark.parametrize("send", [lambda thing: pickle.loads(pickle.dumps(thing)), copy.deepcopy])
def test_travel_that_has_answered_goes_to_another_process_with_its_points(slope: StreetNetwork, send) -> None:
    travel = slope.in_metres()
    homes = travel.snap(HOME)
    doors = slope.at_nodes([1, 2])
    here = travel.nearest_each(homes, {"shop": doors})
    assert travel.plain.nearest(homes, doors)["metres"].tolist() == here.cost["shop"].tolist()
    there, homes_there, doors_there = send((travel, homes, doors))
    found = there.nearest_each(homes_there, {"shop": doors_there})
    pd.testing.assert_frame_equal(found.cost, here.cost)
    assert there.plain.nearest(homes_there, doors_there)["metres"].tolist() == here.cost["shop"].tolist()


def test_a_cost_that_31_bits_cannot_hold_with_another_is_refused() -> None:
    network = StreetNetwork.from_arrays([[0, 0], [100, 0]], [0], [1], [100.0])
    # rounds to 2^30 tenths
    with pytest.raises(ContractError, match="cost of a street"):
        Travel.on(network, "metres", np.array([107_374_182.39]), np.array([1.0]), gap_per_metre=1.0)
