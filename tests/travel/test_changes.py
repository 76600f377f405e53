"""A network that was changed answers as one that was made like that, and moves the points that stood on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from yiju.errors import ContractError
from yiju.travel import StreetNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.travel import AccessPoints


def costs(network: StreetNetwork) -> np.ndarray:
    """(positions, positions) tenths between all nodes, by the index; -1 where there is no way."""
    index = network.in_metres().index
    n = network.nodes
    cost = np.full((n, n), 2**40, dtype=np.int64)  # a column for each node that is asked from
    cost[index.rank[network.node_at], np.arange(n)] = 0
    for v in range(n):
        for e in range(index.up_first[v], index.up_first[v + 1]):
            head = index.up_head[e]
            cost[head] = np.minimum(cost[head], cost[v] + index.up_cost[e])
    for v in reversed(range(n)):
        for e in range(index.up_first[v], index.up_first[v + 1]):
            cost[v] = np.minimum(cost[v], cost[index.up_head[e]] + index.down_cost[e])
    found = cost[index.rank[network.node_at]].T
    return np.where(found < 2**31 - 1, found, -1)


def made_like(network: StreetNetwork) -> StreetNetwork:
    """The same streets, from scratch; positions are kept."""
    position = np.argsort(network.node_at)
    return StreetNetwork.from_arrays(
        network.xy[network.node_at], position[network.u], position[network.v], network.length_m,
        forward=network.forward, backward=network.backward,
    )  # fmt: skip


@st.composite
def networks(draw: Callable) -> StreetNetwork:
    n = draw(st.integers(2, 12))
    node = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=24))
    u, v = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    metres = draw(st.lists(st.integers(0, 30), min_size=len(u), max_size=len(u)))
    ways = draw(
        st.lists(
            st.sampled_from([(True, True), (True, False), (False, True)]), min_size=len(u), max_size=len(u)
        )
    )
    forward, backward = np.array(ways, dtype=bool).reshape(-1, 2).T
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return StreetNetwork.from_arrays(
        rng.uniform(0, 100, (n, 2)), u, v, np.array(metres, dtype=float), forward=forward, backward=backward
    )


@given(networks(), st.data())
def test_streets_taken_away_and_added_are_as_if_made_so(network: StreetNetwork, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()) and len(network.u):
            gone = data.draw(st.lists(st.sampled_from(network.edge_id.tolist()), max_size=5))
            network = network.without_edges(gone)
            assert not set(gone) & set(network.edge_id.tolist())
        else:
            node = st.integers(0, network.nodes - 1)
            new = data.draw(st.lists(st.tuples(node, node, st.integers(0, 30)), max_size=5))
            u, v, metres = np.array(new, dtype=np.int64).reshape(-1, 3).T
            network = network.with_edges(u, v, metres)
    assert np.array_equal(costs(network), costs(made_like(network)))


@given(networks(), st.data())
def test_the_order_goes_on(network: StreetNetwork, data: st.DataObject) -> None:
    node = st.integers(0, network.nodes - 1)
    changed = network.with_edges([data.draw(node)], [data.draw(node)], [1.0])
    assert sorted(changed.order.rank.tolist()) == list(range(network.nodes))
    assert len(changed.fill.arc) == len(network.u) + 1
    closed = changed.without_edges([changed.edge_id[-1]])
    assert closed.fill.up_head is changed.fill.up_head
    assert closed.order is changed.order
    assert np.array_equal(costs(closed), costs(network))


def town(side: int = 5, *, drawn: bool = False) -> StreetNetwork:
    """Streets a kilometre apart, but for one row of them: there is a river."""
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    number = np.arange(side * side).reshape(side, side)
    across = number[:-1][[True, False, True, True]]
    u = np.concatenate([number[:, :-1].ravel(), across.ravel()])
    v = np.concatenate([number[:, 1:].ravel(), (across + side).ravel()])
    xy = np.column_stack([x.ravel(), y.ravel()]) * 1000.0
    lines = (
        np.array([shapely.LineString([xy[a], xy[b]]) for a, b in zip(u, v, strict=True)]) if drawn else None
    )
    return StreetNetwork.from_arrays(xy, u, v, np.full(len(u), 1000.0), lines=lines)


def bridge(network: StreetNetwork, *xs: float) -> tuple[AccessPoints, AccessPoints]:
    return network.snap(shapely.points([(x, 1000) for x in xs])), network.snap(
        shapely.points([(x, 2000) for x in xs])
    )


@pytest.mark.parametrize("drawn", [False, True])
def test_a_footbridge_joins_two_banks(drawn: bool) -> None:
    network = town(drawn=drawn)
    south, north = network.at_nodes([5, 6]), network.at_nodes([10, 11])
    assert np.isinf(network.in_metres().nearest(south, north)["metres"]).all()

    bridged = network.with_links(*bridge(network, 300.0))
    assert (bridged.nodes, len(bridged.u)) == (27, len(network.u) + 3)
    south, north = bridged.carried(south), bridged.carried(north)
    assert bridged.in_metres().nearest(south, north)["metres"].tolist() == [1600.0, 2000.0]
    assert np.array_equal(costs(bridged), costs(made_like(bridged)))
    assert np.allclose(shapely.length(bridged.lines), bridged.length_m)
    # the pieces are still the same street: closed together, and what was there before is there again
    assert np.isin(bridged.edge_id, network.edge_id).sum() == len(network.u) + 2
    closed = bridged.without_edges([bridged.edge_id[-1]])
    assert np.array_equal(costs(closed)[:25, :25], costs(network))


def test_several_bridges_may_cut_one_street_and_end_at_corners() -> None:
    network = town()
    bridged = network.with_links(*bridge(network, 900.0, 200.0, 1000.0, 200.0), length_m=[1000, 50, 1000, 60])
    assert bridged.nodes == 25 + 4  # two spots on each bank, the corner is there already
    assert np.array_equal(costs(bridged), costs(made_like(bridged)))
    assert costs(bridged)[5, 10] == 2000 + 500 + 2000
    assert costs(bridged)[6, 11] == 10_000


def test_homes_on_a_street_that_is_split_stay_where_they_are() -> None:
    network = town()
    homes = network.snap(shapely.points([(100, 990), (300, 1010), (650, 1000), (0, 0)]))
    bridged = network.with_links(*bridge(network, 300.0, 500.0))
    moved = bridged.carried(homes)
    spots = shapely.line_interpolate_point(bridged.lines[moved.edge], moved.share, normalized=True)
    assert np.allclose(shapely.get_coordinates(spots), [[100, 1000], [300, 1000], [650, 1000], [0, 0]])
    assert np.array_equal(moved.gap_m, homes.gap_m)
    far_bank = bridged.at_nodes([10])
    assert bridged.in_metres().nearest(moved, far_bank)["metres"].tolist() == [1510, 1310, 1650, 2600]


def test_homes_on_a_street_that_is_gone_are_nowhere_or_put_anew() -> None:
    network = town()
    at = shapely.points([(400, 1000), (2400, 3000)])
    homes = network.snap(at, owner=["a", "b"])
    closed = network.without_edges([network.edge_id[homes.edge[0]]])
    assert closed.carried(homes).placed.tolist() == [False, True]
    assert np.isinf(closed.carried(homes).gap_m[0])
    again = closed.carried(homes, at)
    assert again.gap_m.tolist() == [400.0, 0.0]
    assert again.owners.tolist() == ["a", "b"]
    assert closed.carried(homes, at, limit_m=100).placed.tolist() == [False, True]


def test_points_are_carried_through_several_changes() -> None:
    network = town()
    homes = network.snap(shapely.points([(400, 1000), (9e6, 0)]))
    one = network.with_links(*bridge(network, 300.0))
    two = one.with_links(*bridge(one, 500.0))
    three = two.without_edges([two.edge_id[-1]])
    moved = three.carried(homes)
    assert moved.placed.tolist() == [True, False]
    assert three.in_metres().nearest(moved, three.at_nodes([10]))["metres"].tolist() == [1400.0, np.inf]
    assert three.carried(moved) is moved
    with pytest.raises(ContractError, match="did not come from"):
        three.carried(town().snap(shapely.points([(400, 1000)])))


def test_new_streets_may_say_all_that_streets_say() -> None:
    network = town(drawn=True)
    bent = shapely.LineString([(0, 1000), (-500, 1500), (0, 2000)])
    added = network.with_edges(
        [5], [10], [1414.2], lines=np.array([bent]), backward=False, stairs=True, edge_id=[99]
    )
    assert added.edge_id[-1] == 99
    assert added.stairs.tolist() == [False] * len(network.u) + [True]
    assert added.lines[-1] == bent
    assert costs(added)[5, 10] == 14_142
    assert costs(added)[10, 5] == -1
    straight = network.with_edges([5], [10], [1000])
    assert straight.edge_id[-1] == len(network.u)
    assert straight.lines[-1].wkt == "LINESTRING (0 1000, 0 2000)"
    from_straight = town().with_edges([5], [10], [1414.2], lines=np.array([bent]))
    assert from_straight.lines[-1] == bent
    assert from_straight.lines[0].wkt == "LINESTRING (0 0, 1000 0)"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda n: n.without_edges([4, 77]), "no street of number 77"),
        (lambda n: n.with_edges([0], [25], [1.0]), "end at a node from 0 to 24"),
        (lambda n: n.with_edges([0], [1], [np.nan]), "needs 0 to 1,000,000 m"),
        (lambda n: n.with_links(*bridge(n, 300.0, 9e6)), "each of them on the network"),
        (lambda n: n.with_links(bridge(n, 300.0, 400.0)[0], bridge(n, 300.0)[0]), "as many starts as ends"),
    ],
)
def test_changes_that_cannot_be_are_refused(change: Callable[[StreetNetwork], Any], why: str) -> None:
    with pytest.raises(ContractError, match=why):
        change(town())
