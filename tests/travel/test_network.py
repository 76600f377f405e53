"""Networks keep what the tables say, and refuse what would become a wrong number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from yiju.errors import ConfigError, ContractError, UnknownName
from yiju.travel import StreetNetwork, Travel, drivers, profile, walkers
from yiju.travel.order import hilbert_order
from yiju.travel.profiles import driving_seconds, slope_factor, walking_seconds

Tables = Callable[..., tuple[Any, Any]]


@pytest.mark.parametrize("length", [-1.0, float("nan"), float("inf"), 2e6])
def test_a_length_that_is_none_is_refused(tables: Tables, length: float) -> None:
    with pytest.raises(ContractError, match="length_m: edge 0 needs 0 to 1,000,000 m"):
        StreetNetwork.from_tables(*tables([(0, 0), (1, 0)], [(0, 1, length)]))


def test_an_edge_to_a_node_that_is_not_there_is_refused(tables: Tables) -> None:
    nodes, edges = tables([(0, 0), (1, 0)], [(0, 1, 1.0)])
    with pytest.raises(ContractError, match="column v: needs nodes of street_nodes, was given 9"):
        StreetNetwork.from_tables(nodes, edges.assign(v=9))


@pytest.mark.parametrize("cost", [-1.0, float("nan"), 1.08e8])
def test_a_cost_that_does_not_fit_is_refused(tables: Tables, cost: float) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (1, 0)], [(0, 1, 1.0)]))
    with pytest.raises(ContractError, match="cost of a street"):
        Travel.on(network, "seconds", np.array([cost]), np.array([1.0]), gap_per_metre=1.0)


def test_ways_that_are_too_long_for_the_width_are_no_ways_and_never_wrong(tables: Tables) -> None:
    edges = [(i, i + 1, 900_000.0) for i in range(240)]  # 216,000 km; 214,748 fit 31 bits of decimetres
    network = StreetNetwork.from_tables(*tables([(float(i), 0.0) for i in range(241)], edges))
    start, end = network.snap([shapely.Point(0, 0)]), network.snap(shapely.points([(238, 0), (239, 0)]))
    assert network.in_metres().nearest(start, end.of([0]))["metres"].tolist() == [238 * 900_000.0]
    assert network.in_metres().nearest(start, end.of([1]))["metres"].tolist() == [np.inf]


def test_a_walker_may_not_drive_nor_an_engine_walk(tables: Tables) -> None:
    roads = tables([(0, 0), (1, 0)], [(0, 1, 1.0)])
    with pytest.raises(ValueError, match="needs another traveller, was given adult"):
        StreetNetwork.from_tables(*roads, mode="drive").in_seconds(walkers()["adult"])
    with pytest.raises(ValueError, match="needs another traveller, was given car"):
        StreetNetwork.from_tables(*roads).in_seconds(drivers()["car"])


def test_one_way_streets_are_driven_one_way(tables: Tables) -> None:
    ring = [(0, 1, 100.0), (1, 2, 100.0), (2, 0, 100.0)]
    roads = tables([(0, 0), (100, 0), (50, 87)], ring, drive_backward=False)
    network = StreetNetwork.from_tables(*roads, mode="drive")
    at = network.snap(shapely.points([(0, 0), (100, 0)]))
    travel = network.in_metres()
    assert travel.nearest(at.of([0]), at.of([1]))["metres"].tolist() == [100.0]
    assert travel.nearest(at.of([1]), at.of([0]))["metres"].tolist() == [200.0]
    assert travel.reversed().nearest(at.of([1]), at.of([0]))["metres"].tolist() == [100.0]


def test_stairs_have_their_own_speeds_up_and_down() -> None:
    adult = walkers()["adult"]
    length, steps = np.array([12.0, 12.0, 12.0]), np.array([True, True, True])
    there, back = walking_seconds(adult, length, np.array([4.0, np.nan, -4.0]), steps)
    up, down = 10 / adult.stairs_up, 10 / adult.stairs_down
    assert np.allclose(there, [up, (up + down) / 2, down])
    assert np.allclose(back, [down, (up + down) / 2, up])


def test_slope_is_nothing_to_a_walker_who_does_not_mind() -> None:
    flat = walkers({"adult": {"slope": 0.0}})["adult"]
    there, back = walking_seconds(flat, np.array([120.0]), np.array([30.0]), np.array([False]))
    assert there.tolist() == back.tolist() == [100.0]


@given(st.floats(-5, 5))
def test_speed_on_a_slope_is_toblers(slope: float) -> None:
    within = min(max(slope, -0.35), 0.35)
    tobler = 6 * np.exp(-3.5 * abs(within + 0.05))  # km/h, Tobler 1993
    assert slope_factor(slope) == pytest.approx(tobler / (6 * np.exp(-3.5 * 0.05)))


def test_drivers_keep_the_limit_their_cap_and_the_class() -> None:
    car, engine = drivers()["car"], drivers()["fire_engine"]
    length = np.full(4, 1000.0)
    classes = ["primary", "primary_link", "nonsense", "motorway"]
    limits = np.array([60.0, np.nan, np.nan, 130.0])
    assert np.allclose(3600 / driving_seconds(car, length, classes, limits), [60, 50, 30, 120])
    assert np.allclose(3600 / driving_seconds(engine, length, classes, limits), [35, 35, 30, 35])


def test_a_walker_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"walkers.oldre\]: no such walker. Known: older"):
        walkers({"oldre": {"speed_m_per_s": 1.0}})
    with pytest.raises(ConfigError, match="there is no speed here"):
        walkers({"older": {"speed": 1.0}})
    with pytest.raises(ConfigError, match="needs to be positive"):
        walkers({"older": {"speed_m_per_s": 0.0}})
    with pytest.raises(UnknownName, match="oldr"):
        profile("oldr")


def test_a_walker_of_the_city_walks_at_the_citys_speed() -> None:
    assert profile("older", {"older": {"speed_m_per_s": 0.7}}).speed_m_per_s == 0.7  # type: ignore[union-attr]


@given(nps.arrays(np.float64, st.tuples(st.integers(0, 50), st.just(2)), elements=st.floats(-1e6, 1e6)))
def test_hilbert_order_is_a_permutation(xy: np.ndarray) -> None:
    assert sorted(hilbert_order(xy).tolist()) == list(range(len(xy)))


def test_hilbert_order_steps_from_square_to_square() -> None:
    x, y = np.meshgrid(np.arange(16.0), np.arange(16.0))
    xy = np.column_stack([x.ravel(), y.ravel()])
    steps = np.abs(np.diff(xy[hilbert_order(xy)], axis=0)).sum(axis=1)
    assert (steps == 1).all()
