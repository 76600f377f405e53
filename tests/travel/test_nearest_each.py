"""Sweeps answer what searches answer, to the bit: any order of elimination, width of keys or number of services."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.errors import ContractError, UnknownName
from yiju.travel import AccessPoints, StreetNetwork, Travel
from yiju.travel.buffers import borrowed_rows
from yiju.travel.index import StreetIndex
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.kernels.rows import LANES
from yiju.travel.nearest import Gathered, groups

seeds = st.integers(0, 2**32 - 1)
KINDS = ["both ways", "slopes", "one way"]


def random_travel(rng: np.random.Generator, kind: str, *, nodes: int = 20, longest: float = 9.0) -> Travel:
    """Random streets with ties, loops, double streets, islands and streets of no length."""
    streets = int(rng.integers(1, 2 * nodes))
    u, v = rng.integers(0, nodes, (2, streets))
    length = rng.choice([0.0, 1.0, 2.5, longest, rng.uniform(0, longest)], streets)
    is_open = rng.random((2, streets)) < (0.8 if kind == "one way" else 1.1)
    network = StreetNetwork.from_arrays(
        rng.uniform(0, 100, (nodes, 2)), u, v, length, mode="drive", forward=is_open[0], backward=is_open[1]
    )
    back = rng.permutation(length) if kind == "slopes" else length
    return Travel.on(network, "metres", length, back, gap_per_metre=1.0)


def random_points(rng: np.random.Generator, travel: Travel, owners: int) -> AccessPoints:
    """Up to three points of each owner, at corners, on streets, beside them, or nowhere."""
    owner = np.repeat(np.arange(owners, dtype=np.int32), rng.integers(1, 4, owners))
    edge = rng.integers(-1 if rng.random() < 0.3 else 0, len(travel.network.u), len(owner)).astype(np.int32)
    share = rng.choice([0.0, 1.0, 0.5, 1 / 3, rng.random()], len(owner))
    gap = np.where(edge < 0, np.inf, rng.choice([0.0, 0.0, 1.5], len(owner)))
    return AccessPoints(travel.network, pd.RangeIndex(owners) * 10, owner, edge, share, gap)


def eliminated(travel: Travel, rank: np.ndarray) -> StreetIndex:
    """An index by elimination in any order, as on paper: nothing is pruned, and nothing here is clever."""
    n = len(rank)
    cost = {}
    for tail, head, costs in (
        (travel.network.u, travel.network.v, travel.forward),
        (travel.network.v, travel.network.u, travel.backward),
    ):
        for a, b, c in zip(rank[tail], rank[head], costs.tolist(), strict=True):
            if a != b and c != UNREACHED:
                cost[a, b] = min(c, cost.get((a, b), c))
    for x in range(n):
        above = [b for b in range(x + 1, n) if (x, b) in cost or (b, x) in cost]
        for a in above:
            for b in above:
                if a != b and (a, x) in cost and (x, b) in cost:
                    way = cost[a, x] + cost[x, b]
                    cost[a, b] = min(way, cost.get((a, b), way))
    arcs = sorted({(min(a, b), max(a, b)) for a, b in cost})
    return StreetIndex(
        rank.astype(np.int32),
        np.argsort(rank).astype(np.int32),
        np.searchsorted([a for a, _ in arcs], np.arange(n + 1)).astype(np.int64),
        np.array([b for _, b in arcs], dtype=np.uint32),
        np.array([cost.get((a, b), UNREACHED) for a, b in arcs], dtype=np.uint32),
        np.array([cost.get((b, a), UNREACHED) for a, b in arcs], dtype=np.uint32),
    )


def same_answers(travel: Travel, origins: AccessPoints, services: Any, k: int, limit: float | None) -> None:
    plain, swept = (t.nearest_each(origins, services, limit=limit) for t in (travel.plain, travel))
    assert swept.services == tuple(services)
    pd.testing.assert_frame_equal(plain.cost, swept.cost)
    for service in services:
        assert np.array_equal(plain.tenths_of(service), swept.tenths_of(service))
        assert np.array_equal(plain.facility_number(service), swept.facility_number(service))
        pd.testing.assert_series_equal(plain.facility(service), swept.facility(service))
        pd.testing.assert_series_equal(swept.cost[service].rename(travel.unit), swept.cost_of(service))
    several = [t.nearest_k_each(origins, services, k, limit=limit) for t in (travel.plain, travel)]
    pd.testing.assert_frame_equal(several[0].mean(), several[1].mean())
    for service in services:
        one, other = several[0][service], several[1][service]
        assert one.cost.shape == other.cost.shape == (len(origins), k)
        assert np.array_equal(one.cost, other.cost)
        assert np.array_equal(one.facility, other.facility)


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from(KINDS), st.integers(1, 21), st.sampled_from([None, 0.0, 1.0, 4.0]))
def test_any_order_of_elimination_gives_the_answers_of_a_search(
    seed: int, kind: str, k: int, limit: float | None
) -> None:
    rng = np.random.default_rng(seed)
    travel = random_travel(rng, kind)
    travel.__dict__["index"] = eliminated(travel, rng.permutation(travel.network.nodes))
    origins = random_points(rng, travel, 12)
    services = {
        "a": random_points(rng, travel, 1),
        "b": random_points(rng, travel, 7),
        "c": random_points(rng, travel, 25),
        "none": random_points(rng, travel, 3).of([]),
    }
    same_answers(travel, origins, services, k, limit)
    same_answers(travel.reversed(), origins, services, k, limit)


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from(KINDS), st.integers(1, 11))
def test_where_32_bits_are_too_few_keys_have_64(seed: int, kind: str, k: int) -> None:
    # streets of 500 km leave no room for labels; with a limit there is
    rng = np.random.default_rng(seed)
    travel = random_travel(rng, kind, longest=500_000.0)
    assert travel.index is not None
    origins = random_points(rng, travel, 12)
    services = {str(size): random_points(rng, travel, size) for size in (1, 2, 40, 3, 300)}
    for limit in (None, 600_000.0, 4.0):
        same_answers(travel, origins, services, k, limit)


def test_only_services_that_need_them_have_wide_keys() -> None:
    network = StreetNetwork.from_arrays([[0, 0], [1, 0]], [0], [1], [150_000.0])
    travel = network.in_metres()
    homes = network.at_nodes([0, 1])
    # down to the end of the street from its top, and there from the other end
    assert travel.farthest == 2 * 1_500_000
    few, many = (network.at_nodes(np.zeros(count, dtype=int)) for count in (300, 3000))
    gathered = Gathered.of(travel, {"many": many, "few": few, "none": few.of([])})

    def widths(most: int) -> list[tuple[type, int, list[int]]]:
        found = groups(travel, travel.reading(homes), gathered, most)
        return [(width.sweep.key, width.bits, list(group)) for width, group in found]

    # 3,000,000 take 22 bits, which leave 9 of 31: enough for 300
    assert widths(2**31 - 2) == [(np.uint32, 9, [2, 1]), (np.int64, 31, [0])]
    assert widths(1000) == [(np.uint32, 12, [2, 1, 0])]


def test_the_bound_on_all_ways_holds_where_some_lead_only_out_or_only_in() -> None:
    # 0 ⇄ 1 is where everybody can go; 2 → 3 → 4 → 0 leads in, 1 → 5 → 6 leads out
    u, v = [0, 2, 3, 4, 1, 5], [1, 3, 4, 0, 5, 6]
    network = StreetNetwork.from_arrays(
        np.arange(14).reshape(7, 2),
        u,
        v,
        [1, 10, 20, 30, 40, 50],
        mode="drive",
        backward=[True, *[False] * 5],
    )
    travel = network.in_metres()
    nodes = network.at_nodes(range(7))
    costs = np.stack([travel.plain.nearest(nodes, nodes.of([name]))["metres"] for name in range(7)])
    assert costs[np.isfinite(costs)].max() * 10 <= travel.farthest < UNREACHED
    assert travel.nearest_each(nodes, {"6": nodes.of([6])}).cost["6"].tolist()[2] == 151.0


@pytest.mark.parametrize("count", [1, 31, 32, 33, 70])
def test_services_go_32_at_a_time_in_the_order_given(count: int) -> None:
    rng = np.random.default_rng(count)
    travel = random_travel(rng, "slopes", nodes=60)
    origins = random_points(rng, travel, 50)
    services = {f"s{i}": random_points(rng, travel, int(rng.integers(0, 9))) for i in range(count)}
    same_answers(travel, origins, services, 2, None)


def test_without_services_there_is_nothing_to_answer() -> None:
    travel = random_travel(np.random.default_rng(0), "both ways")
    homes = travel.network.at_nodes([0, 1, 2])
    assert travel.nearest_each(homes, {}).cost.shape == (3, 0)
    assert dict(travel.nearest_k_each(homes, {}, 3)) == {}
    none = travel.nearest_each(homes.of([]), {"a": homes})
    assert none.cost.shape == (0, 1)
    assert len(none.facility("a")) == 0


def test_a_network_of_nothing_has_no_ways() -> None:
    network = StreetNetwork.from_arrays(np.zeros((0, 2)), [], [], [])
    travel = network.in_metres()
    nobody = network.at_nodes([])
    assert travel.nearest_each(nobody, {"a": nobody}).cost.shape == (0, 1)


def test_answers_keep_their_memory_for_as_long_as_somebody_looks_at_it() -> None:
    rng = np.random.default_rng(5)
    travel = random_travel(rng, "both ways", nodes=200)
    homes = travel.network.at_nodes(range(200))
    one, other = ({"a": travel.network.at_nodes(rng.integers(0, 200, 3))} for _ in range(2))
    first = travel.nearest_each(homes, one)
    column = first.packed[0]._rows[:, 0]
    kept = first.cost
    stood = column.copy()
    del first
    for _ in range(3):
        travel.nearest_each(homes, other)
    assert np.array_equal(column, stood)
    pd.testing.assert_frame_equal(kept, travel.plain.nearest_each(homes, one).cost)


def test_memory_that_nobody_looks_at_is_used_again() -> None:
    travel = random_travel(np.random.default_rng(6), "both ways")
    homes = travel.network.at_nodes(range(20))
    places = set()
    for _ in range(5):
        places.add(travel.nearest_each(homes, {"a": homes}).packed[0]._rows.ctypes.data)
        gc.collect()
    assert len(places) <= 2
    with (
        borrowed_rows(travel.network, np.uint32) as one,
        borrowed_rows(travel.network, np.int64, lists=3) as other,
    ):
        assert not np.shares_memory(one, other)
        assert other.shape == (3 * 21, 32)  # and a spare one
        assert other.ctypes.data % 64 == 0


def test_a_single_question_builds_no_index_but_uses_one_that_is_there() -> None:
    rng = np.random.default_rng(7)
    travel = random_travel(rng, "one way")
    origins, facilities = (random_points(rng, travel, 9) for _ in range(2))
    before = travel.nearest(origins, facilities), travel.nearest_k(origins, facilities, 3).cost
    assert not travel.indexed
    assert not travel.reversed().indexed
    assert travel.index is travel.index
    assert travel.indexed
    assert travel.reversed().indexed
    assert not travel.plain.indexed
    after = travel.nearest(origins, facilities), travel.nearest_k(origins, facilities, 3).cost
    pd.testing.assert_frame_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])


def test_lists_that_would_not_fit_the_memory_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yiju.travel.nearest._MOST_BYTES", 20 * 5 * LANES * 4)
    travel = random_travel(np.random.default_rng(4), "slopes", nodes=20)
    assert travel.index is not None
    homes = travel.network.at_nodes(range(20))
    for k in (5, 6):
        found = travel.nearest_k_each(homes, {"a": homes}, k)
        assert found.length == k  # lists of sweeps are 5 or 10 long
        assert found.packed[0].bits == (5 if k == 5 else 32)
        assert np.array_equal(found["a"].cost, travel.plain.nearest_k(homes, homes, k).cost)


def test_the_way_back_shares_the_index() -> None:
    travel = random_travel(np.random.default_rng(8), "slopes")
    back = travel.reversed()
    assert back.index.up_cost is travel.index.down_cost
    assert back.index.down_cost is travel.index.up_cost
    assert back.index.up_head is travel.index.up_head


def test_points_of_another_network_and_lists_of_nothing_are_refused() -> None:
    travel, other = (random_travel(np.random.default_rng(9), "both ways") for _ in range(2))
    here, there = (t.network.at_nodes([0, 1]) for t in (travel, other))
    with pytest.raises(ContractError, match="network that is searched"):
        travel.nearest_each(here, {"a": here, "b": there})
    with pytest.raises(ContractError, match="network that is searched"):
        travel.nearest_each(there, {"a": here})
    with pytest.raises(ValueError, match="at least 1"):
        travel.nearest_k_each(here, {"a": here}, 0)
    with pytest.raises(ValueError, match="0 or more"):
        travel.nearest_each(here, {"a": here}, limit=-1.0)
    with pytest.raises(UnknownName):
        travel.nearest_each(here, {"a": here}).cost_of("b")
