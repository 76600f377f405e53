"""Isochrones: every spot within the limit is inside, every street that is not reached is outside beyond the buffer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.travel.test_against_plain import points_at

from yiju.travel import StreetNetwork, Travel

BUFFER_M = 3.0


@st.composite
def drawn_worlds(draw: st.DrawFn) -> tuple[Travel, Any]:
    """Networks drawn as long as they are, on a lattice of 20 m, partly one-way; and where ways begin."""
    nodes = draw(st.integers(2, 8))
    xy = np.array([(20.0 * (i % 4), 20.0 * (i // 4)) for i in range(nodes)])
    node = st.integers(0, nodes - 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), min_size=1, max_size=9))
    u, v = np.array(ends).T
    forward, backward = np.array(draw(st.sampled_from([[[1, 1]], [[1, 1], [1, 0], [0, 1]]])) * len(ends))[
        : len(ends)
    ].T
    length_m = np.hypot(*(xy[u] - xy[v]).T)
    network = StreetNetwork.from_arrays(
        xy, u, v, length_m, mode="drive", forward=forward, backward=backward, crs="EPSG:32648"
    )
    place = st.tuples(
        st.integers(0, len(ends) - 1), st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.sampled_from([0.0, 2.0]),
        st.integers(0, 2),
    )  # fmt: skip
    return network.in_metres(), points_at(network, draw(st.lists(place, min_size=1, max_size=4)))


def spots_on(network: StreetNetwork) -> tuple[Any, np.ndarray]:
    """Nineteen spots on every street, as points to be reached and as coordinates."""
    shares = np.linspace(0.05, 0.95, 19)
    places = [
        (int(e), float(share), 0.0, 100 * i + s)
        for i, e in enumerate(network.edge_id)
        for s, share in enumerate(shares)
    ]
    spots = points_at(network, places)
    return spots, shapely.line_interpolate_point(network.lines[spots.edge], spots.share, normalized=True)


@settings(max_examples=60, deadline=None)
@given(drawn_worlds())
def test_spots_are_inside_if_they_are_within_the_limit_and_outside_beyond_the_buffer(world: Any) -> None:
    travel, starts = world
    limits = [15.0, 40.0]
    found = travel.isochrones(starts, limits, buffer_m=BUFFER_M)
    assert found.index.tolist() == [(owner, limit) for owner in starts.owners for limit in limits]
    spots, where = spots_on(travel.network)
    for owner in starts.owners:
        cost = travel.reversed().nearest(spots, starts.of([owner]))["metres"].to_numpy()
        for limit in limits:
            shape = found.geometry.loc[(owner, limit)]
            within = cost <= limit
            # costs are whole decimetres, one for each street that is walked
            clear = np.abs(cost - limit) > 0.5
            assert shapely.covers(shape, where[within & clear]).all()
            reached = travel.reached(starts.of([owner]), limit)
            assert found["length_m"].loc[(owner, limit)] == pytest.approx(reached.length_m.sum())
            lines = shapely.union_all(reached.lines())
            far = (
                shapely.distance(where, lines) > BUFFER_M + 1e-6
                if not lines.is_empty
                else np.ones(len(where), bool)
            )
            assert not shapely.covers(shape, where[far]).any()
            assert not within[far & clear].any()
        short, long = (found.geometry.loc[(owner, limit)] for limit in limits)
        assert shapely.difference(short, long).area < 1e-6


def test_the_isochrone_of_a_cross_by_hand() -> None:
    # four streets of 100 m from the middle; within 60 m: 60 m of each, 10 m to either side
    xy = [(0, 0), (100, 0), (-100, 0), (0, 100), (0, -100)]
    network = StreetNetwork.from_arrays(xy, [0, 0, 0, 0], [1, 2, 3, 4], [100.0] * 4, crs="EPSG:32648")
    middle = network.at_nodes([0], owners=["square"])
    found = network.in_metres().isochrones(middle, [60, 30, 60], buffer_m=10)
    assert found.index.tolist() == [("square", 30.0), ("square", 60.0)]
    assert found.crs == "EPSG:32648"
    assert found["length_m"].tolist() == pytest.approx([120, 240])
    # two strips of 120 by 20 that share a square of 20, with a half disc at each end
    expected = 2 * 120 * 20 - 400 + 4 * np.pi * 50
    assert found.geometry.iloc[1].area == pytest.approx(expected, rel=0.01)
    assert found.geometry.iloc[1].covers(shapely.Point(60, 0))
    assert not found.geometry.iloc[1].covers(shapely.Point(71, 0))


def test_towards_a_place_and_from_it_differ_on_one_way_streets() -> None:
    network = StreetNetwork.from_arrays(
        [(0, 0), (100, 0)], [0], [1], [100.0], mode="drive", backward=False, crs="EPSG:32648"
    )
    travel, start = network.in_metres(), network.at_nodes([0])
    assert travel.isochrones(start, [40])["length_m"].tolist() == [40]
    assert travel.reversed().isochrones(start, [40])["length_m"].tolist() == [0]


def test_whoever_lies_nowhere_reaches_nothing_and_limits_need_to_be_some(severed: Any) -> None:
    network = StreetNetwork.from_tables(severed.table("street_nodes"), severed.table("street_edges"))
    travel = network.in_metres()
    nowhere = network.snap([shapely.Point(0, 0)])
    found = travel.isochrones(nowhere, [300])
    assert found.crs == severed.table("street_nodes").crs
    assert found.geometry.is_empty.all()
    assert found["length_m"].tolist() == [0]
    assert len(travel.isochrones(nowhere.of([]), [300])) == 0
    for wrong in ([], [-1.0], [np.inf], [np.nan]):
        with pytest.raises(ValueError, match="limits from 0 up"):
            travel.isochrones(nowhere, wrong)
    with pytest.raises(ValueError, match="buffer_m"):
        travel.isochrones(nowhere, [300], buffer_m=0)


def test_the_railway_holds_the_isochrone_back(town: Any, severed: Any) -> None:
    lengths = []
    for city in (town, severed):
        network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
        gates = city.table("entrances")
        door = network.snap(gates, owner=gates["facility_id"]).of(["f-02"])
        lengths.append(network.in_metres().isochrones(door, [250, 500])["length_m"])
    assert isinstance(lengths[0].index, pd.MultiIndex)
    assert (lengths[1] < lengths[0]).all()
