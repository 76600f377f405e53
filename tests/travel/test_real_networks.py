"""On real streets, every search equals scipy's Dijkstra exactly, and unrounded lengths to half a tenth a street."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from access import fca
from yiju.access import catchment, two_step_fca
from yiju.travel import AccessPoints, StreetNetwork, Travel, drivers, walkers

pytestmark = pytest.mark.real

ORIGINS, FACILITIES, GATES = 200, 150, 250
CITIES = ["porto-alegre", "las-palmas", "shenzhen"]
Tables = Callable[[str], tuple[Any, Any]]


def _hilly(nodes: Any, edges: Any) -> tuple[Any, Any]:
    """The same streets on made-up hills, so that walking is directed, and with every 50th edge as stairs."""
    height = _height(shapely.get_coordinates(nodes.geometry.to_numpy()))
    row = dict(zip(nodes["node_id"], range(len(nodes)), strict=True))
    climb = height[edges["v"].map(row)] - height[edges["u"].map(row)]
    return nodes, edges.assign(climb_m=climb, stairs=np.arange(len(edges)) % 50 == 0)


def _height(xy: np.ndarray) -> np.ndarray:
    return 60 * np.sin(xy[:, 0] / 700) * np.cos(xy[:, 1] / 500)


def _travel(who: str, tables: tuple[Any, Any]) -> Travel:
    if who == "metres":
        return StreetNetwork.from_tables(*tables).in_metres()
    if who == "car":
        return StreetNetwork.from_tables(*tables, mode="drive").in_seconds(drivers()["car"])
    return StreetNetwork.from_tables(*_hilly(*tables)).in_seconds(walkers()[who])


def _porto(who: str, porto: dict[str, Any]) -> Travel:
    arrays = {name: porto[name] for name in ("xy", "u", "v", "length_m")}
    if who == "metres":
        return StreetNetwork.from_arrays(**arrays).in_metres()
    if who == "car":
        one_way = StreetNetwork.from_arrays(**arrays, mode="drive", backward=~porto["one_way"])
        return one_way.in_seconds(drivers()["car"])
    height = _height(porto["xy"])
    climb_m = height[porto["v"]] - height[porto["u"]]
    return StreetNetwork.from_arrays(**arrays, climb_m=climb_m).in_seconds(walkers()[who])


def _spots(travel: Travel, rng: np.random.Generator, points: int, owners: int) -> AccessPoints:
    """Points on streets, beside them and at their ends, on islands too; some belong together, as gates of a park do."""
    edge = rng.integers(0, len(travel.network.u), points).astype(np.int32)
    share = rng.choice([0.0, 1.0, -1.0, -1.0, -1.0], points)
    share = np.where(share < 0, rng.uniform(0, 1, points), share)
    owner = np.concatenate([np.arange(owners), rng.integers(0, owners, points - owners)]).astype(np.int32)
    gap_m = rng.choice([0.0, 5.0, 30.0], points)
    return AccessPoints(
        travel.network, pd.Index([f"n-{i}" for i in range(owners)]), owner, edge, share, gap_m
    )


def _prove(engines: list[Travel], limits: tuple[float, ...], scipy_costs: Any, check_doors: Any) -> None:
    travel = engines[0]
    rng = np.random.default_rng(2025)
    origins = _spots(travel, rng, ORIGINS, ORIGINS)
    facilities = _spots(travel, rng, GATES, FACILITIES)
    exact = scipy_costs(travel, origins, facilities)
    assert np.isfinite(exact).mean() > 0.4  # most of it hangs together, else this proves little
    for engine in engines:
        check_doors(engine, origins, facilities, exact, limits=limits)
    for row in range(3):
        way = travel.path(origins, origins.owners[row], facilities, facilities.owners[row])
        assert np.rint(way.cost * 10) == exact[row, row]


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("who", ["metres", "older", "car"])
def test_every_search_equals_scipy_exactly(
    street_tables: Tables, scipy_costs: Any, check_doors: Any, city: str, who: str
) -> None:
    travel = _travel(who, street_tables(city))
    _prove([travel, travel.plain], (300.0, 500.0, 1500.0), scipy_costs, check_doors)


def test_the_index_equals_scipy_exactly_on_all_of_porto(
    porto: dict[str, Any], scipy_costs: Any, check_doors: Any
) -> None:
    travel = _porto("older", porto)
    assert travel.network.nodes > 300_000
    assert travel.network.piece.max() > 0  # islands are there too
    _prove([travel], (600.0, 2400.0), scipy_costs, check_doors)


@pytest.mark.long
@pytest.mark.parametrize("who", ["metres", "older", "car"])
def test_both_engines_equal_scipy_exactly_on_all_of_porto(
    porto: dict[str, Any], scipy_costs: Any, check_doors: Any, who: str
) -> None:
    travel = _porto(who, porto)
    _prove([travel, travel.plain], (600.0, 4000.0), scipy_costs, check_doors)


def test_floating_catchments_equal_pysal_access_on_real_streets(street_tables: Tables) -> None:
    travel = _travel("metres", street_tables("porto-alegre"))
    rng = np.random.default_rng(5)
    homes, clinics = _spots(travel, rng, 400, 400), _spots(travel, rng, 80, 60)
    people, places = rng.gamma(2, 200, 400), rng.gamma(2, 30, 60)
    decay = catchment.zones([500, 1000, 1500])
    pairs = travel.within(homes, clinics, 1500)
    assert len(pairs) > 500
    ours = two_step_fca(pairs, places, people, decay=decay)
    theirs = fca.two_stage_fca(
        pd.DataFrame({"geoid": homes.owners, "demand": people}).set_index("geoid"),
        pd.DataFrame({"geoid": clinics.owners, "supply": places}).set_index("geoid"),
        pairs.frame().rename(columns={"facility": "dest", "metres": "cost"}),
        max_cost=1500, demand_index=True, supply_index=True,
        weight_fn=lambda metres: float(decay(np.array([metres]))[0]),
    )  # fmt: skip
    assert np.abs(ours.access - theirs.reindex(homes.owners).fillna(0)).max() < 1e-12


@pytest.mark.parametrize("city", CITIES)
def test_walks_differ_from_unrounded_lengths_by_half_a_decimetre_a_street_at_most(
    street_tables: Tables, scipy_costs: Any, city: str
) -> None:
    travel = _travel("metres", street_tables(city))
    rng = np.random.default_rng(7)
    origins, facilities = _spots(travel, rng, ORIGINS, ORIGINS), _spots(travel, rng, FACILITIES, FACILITIES)
    pairs = travel.within(origins, facilities, 3000.0)
    at = pairs.origin, pairs.facility
    assert len(pairs) > 1000
    length_dm = travel.network.length_m * 10
    floats = scipy_costs(travel, origins, facilities, forward=length_dm, backward=length_dm)[at]
    # an edge's length plus a little counts edges: far less than any length in all, and read off the difference
    little = 1e-5
    with_count = scipy_costs(
        travel, origins, facilities, forward=length_dm + little, backward=length_dm + little
    )[at]
    edges = np.rint((with_count - floats) / little)
    off_dm = pairs.tenths - floats
    # the shortest way on whole decimetres is no longer than the one on floats, each edge rounded
    assert (off_dm <= 0.5 * edges + 1e-6).all()
    # errors go both ways: they grow with the root of the edges, times the standard deviation of one rounding
    # (docs/decisions/0001)
    assert np.sqrt((off_dm**2 / np.maximum(edges, 1)).mean()) == pytest.approx(12**-0.5, rel=0.05)
    assert np.abs(off_dm).max() < 8
    assert np.abs(off_dm).mean() < 1.4
