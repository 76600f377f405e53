"""Streets that somebody cannot use at all, such as stairs to a wheelchair, with homes and doors on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.travel.test_against_plain import World, plain_costs, points_at, small_worlds

from yiju.travel import StreetNetwork, Travel


@st.composite
def worlds_with_closed_streets(draw: st.DrawFn) -> World:
    """Small worlds in which some streets are closed both ways; points stay where they were."""
    travel, origins, facilities = draw(small_worlds())
    network = travel.network
    flags = st.lists(st.booleans(), min_size=len(network.u), max_size=len(network.u))
    closed = np.array(draw(flags), dtype=bool)
    cost = np.where(closed, np.inf, network.length_m)
    return Travel.on(network, "metres", cost, cost, gap_per_metre=1.0), origins, facilities


@pytest.mark.parametrize("engine", ["index", "plain"])
@settings(max_examples=25, deadline=None)
@given(world=worlds_with_closed_streets(), limit=st.sampled_from([0.0, 1.0, 4.0, 1e6]))
def test_every_door_answers_what_arithmetic_says(
    check_doors: Any, engine: str, world: World, limit: float
) -> None:
    travel, origins, facilities = world
    asked = travel if engine == "index" else travel.plain
    check_doors(asked, origins, facilities, plain_costs(travel, origins, facilities), limits=(limit,), k=2)


@pytest.mark.parametrize("engine", ["index", "plain"])
def test_a_home_on_stairs_meets_itself_and_nobody_else(engine: str) -> None:
    network = StreetNetwork.from_arrays([[0, 0], [100, 0], [200, 0]], [0, 1], [1, 2], [100, 100])
    wheels = Travel.on(
        network, "metres", np.array([100.0, np.inf]), np.array([100.0, np.inf]), gap_per_metre=1.0
    )
    travel = wheels if engine == "index" else wheels.plain
    homes = points_at(network, [(0, 0.5, 0.0, 0), (1, 0.5, 0.0, 1)])
    assert travel.sums_within(homes, homes, [10.0, 3.0], [1000.0])[1000.0].tolist() == [10.0, 3.0]
    assert travel.within(homes, homes, 1000).frame()["facility"].tolist() == [0, 1]
    assert travel.matrix(homes, homes).tenths.tolist() == [[0, -1], [-1, 0]]
    decayed = travel.decayed_sums(homes, homes, [10.0, 3.0], lambda cost: np.ones(len(cost)), 1000)
    assert np.asarray(decayed).ravel().tolist() == [10.0, 3.0]


@pytest.mark.parametrize("limit", [6553.3, 6553.4, 6553.5, 6553.6])
def test_what_is_beyond_16_bits_beside_its_street_is_beyond_the_limit(limit: float) -> None:
    # a lane that has spent nothing holds limit + 1: the last steps cost more than 16 bits can say
    network = StreetNetwork.from_arrays([[0, 0], [100, 0]], [0], [1], [100])
    homes = points_at(network, [(0, 0.0, 0.0, 0), (0, 1.0, 0.0, 1)])
    far = points_at(network, [(0, 0.0, 13_000.0, 0), (0, 1.0, 6553.4, 1), (0, 1.0, 6553.5, 2)])
    travel = network.in_metres()
    wanted = travel.plain.within(homes, far, limit)
    pd.testing.assert_frame_equal(travel.within(homes, far, limit).frame(), wanted.frame())
    for asked in (travel, travel.plain):
        found = asked.decayed_sums(homes, far, np.ones(3), lambda cost: np.ones(len(cost)), limit)
        assert np.asarray(found).ravel().tolist() == np.bincount(wanted.origin, minlength=2).tolist()
