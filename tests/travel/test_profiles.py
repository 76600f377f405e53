"""Who travels: what is closed to whom, and what a slope costs whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from yiju.errors import UnknownName
from yiju.travel import StreetNetwork, drivers, profile, walkers
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.profiles import (
    ELEVATION_ERROR_M,
    Cyclist,
    cycling_seconds,
    cyclists,
    riding_factor,
    slope_factor,
    walking_seconds,
)

NO_STAIRS = np.zeros(1, dtype=bool)


def square(tables: Any, **columns: Any) -> StreetNetwork:
    """A square of 100 m streets; the first may be special."""
    corners = [(0, 0), (100, 0), (100, 100), (0, 100)]
    ring = [(0, 1, 100.0), (1, 2, 100.0), (2, 3, 100.0), (3, 0, 100.0)]
    return StreetNetwork.from_tables(*tables(corners, ring, **columns))


def test_a_wheelchair_goes_around_stairs_which_are_closed_both_ways(tables: Any) -> None:
    network = square(tables, stairs=[True, False, False, False])
    chair = network.in_seconds(walkers()["wheelchair"])
    assert (chair.forward == UNREACHED).tolist() == [True, False, False, False]
    assert (chair.backward == UNREACHED).tolist() == [True, False, False, False]
    adult = network.in_seconds(walkers()["adult"])
    corners = network.snap([shapely.Point(0, 0)]), network.snap([shapely.Point(100, 0)])
    assert corners[0].edge == corners[1].edge == 0  # both are on the stairs, and at a corner
    assert adult.nearest(*corners)["seconds"].iloc[0] < 250
    assert chair.nearest(*corners)["seconds"].iloc[0] == pytest.approx(300 / 0.69, abs=0.2)
    halfway = network.snap([shapely.Point(50, 0)])
    assert np.isinf(chair.nearest(halfway, corners[1])["seconds"].iloc[0])
    assert np.isinf(chair.nearest(corners[1], halfway)["seconds"].iloc[0])
    beside = network.snap([shapely.Point(0, 10)]), network.snap([shapely.Point(100, 10)])
    around = (90 + 100 + 90) / 0.69
    assert chair.nearest(*beside)["seconds"].iloc[0] == pytest.approx(around, abs=0.2)
    assert chair.reversed().nearest(*beside)["seconds"].iloc[0] == pytest.approx(around, abs=0.2)


@pytest.mark.parametrize(("climb_m", "closed"), [(8.0, False), (10.3, False), (10.4, True), (-10.4, True)])
def test_a_slope_closes_a_street_to_a_wheelchair_only_beyond_doubt(climb_m: float, closed: bool) -> None:
    # 1:12 of 100 m is 8.3 m, and the elevation model may err by 2 m
    length_m, climb = np.array([100.0]), np.array([climb_m])
    assert ELEVATION_ERROR_M == 2
    for seconds in walking_seconds(walkers()["wheelchair"], length_m, climb, NO_STAIRS):
        assert np.isinf(seconds[0]) == closed
    for seconds in walking_seconds(walkers()["adult"], length_m, climb, NO_STAIRS):
        assert np.isfinite(seconds[0])


def test_unknown_climbs_and_short_streets_close_nothing() -> None:
    chair = walkers()["wheelchair"]
    length_m, climb_m = np.array([50.0, 5.0, 0.0]), np.array([np.nan, 2.0, 0.0])
    for seconds in walking_seconds(chair, length_m, climb_m, np.zeros(3, dtype=bool)):
        assert np.isfinite(seconds).all()


def test_stairs_of_no_length_are_closed_too() -> None:
    zero = np.zeros(1)
    there, back = walking_seconds(walkers()["wheelchair"], zero, zero, np.ones(1, dtype=bool))
    assert np.isinf(there[0])
    assert np.isinf(back[0])


def test_a_city_may_close_stairs_or_set_the_steepest_slope() -> None:
    older = walkers({"older": {"stairs_up": 0.0, "steepest": 0.2}})["older"]
    length_m, climb_m = np.array([10.0, 100.0]), np.array([3.0, 23.0])
    there, back = walking_seconds(older, length_m, climb_m, np.array([True, False]))
    assert np.isinf(there).all()
    assert np.isinf(back).all()


def test_cyclists_push_on_footways_and_ride_elsewhere(tables: Any) -> None:
    network = square(
        tables, street_class=["footway", "residential", "cycleway", "steps"], stairs=[0, 0, 0, 1]
    )
    rider = network.in_seconds(cyclists()["cyclist"])
    riding, pushing = round(1000 / 3.33), round(1000 / 1.2)
    steps = round(1000 / 1.2 * (0.5 / 0.455 + 0.5 / 0.518))
    assert rider.forward.tolist() == rider.backward.tolist() == [pushing, riding, riding, steps]
    assert rider.gap_per_metre == 1 / 1.2


@given(st.floats(-0.5, 0.5), st.floats(1, 1000))
def test_riding_is_never_slower_than_pushing_and_up_never_faster_than_down(
    slope: float, length: float
) -> None:
    rider = cyclists()["cyclist"]
    length_m, climb_m = np.array([length]), np.array([abs(slope) * length])
    up, down = cycling_seconds(rider, length_m, climb_m, NO_STAIRS, ["residential"])
    pushed_up, _ = cycling_seconds(rider, length_m, climb_m, NO_STAIRS, ["footway"])
    assert down[0] <= up[0] * (1 + 1e-12)
    assert up[0] <= pushed_up[0] * (1 + 1e-12)


def test_factors_by_hand() -> None:
    # 21.6 km/h less 1.44 for each per cent up: 17.28 at 3 %; 25 for 22 km/h at 3 % down, and no more
    assert riding_factor([0.03, -0.03, -0.2]).tolist() == pytest.approx([17.28 / 21.6, 25 / 22, 25 / 22])
    assert slope_factor([0.0, 0.1]).tolist() == pytest.approx([1, np.exp(-0.35)])


def test_travellers_keep_to_their_network(tables: Any) -> None:
    with pytest.raises(ValueError, match="needs another traveller, was given car"):
        square(tables).in_seconds(drivers()["car"])
    assert isinstance(profile("cyclist"), Cyclist)
    with pytest.raises(UnknownName):
        profile("pigeon")
