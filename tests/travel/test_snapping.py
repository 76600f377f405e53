"""Points go to the nearest edge that may be used, or nowhere, and say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yiju.city.toytown import toy_town
from yiju.errors import ContractError
from yiju.travel import StreetNetwork

Tables = Callable[..., tuple[Any, Any]]


def test_the_nearest_edge_by_brute_force(tables: Tables) -> None:
    rng = np.random.default_rng(7)
    xy = rng.uniform(0, 1000, (30, 2))
    edges = [(int(u), int(v), 100.0) for u, v in rng.integers(0, 30, (60, 2)) if u != v]
    network = StreetNetwork.from_tables(*tables(xy, edges))
    points = shapely.points(rng.uniform(0, 1000, (200, 2)))
    found = network.snap(points, limit_m=150)
    distance = shapely.distance(points[:, None], network.lines[None, :])
    assert np.array_equal(found.placed, distance.min(axis=1) <= 150)
    placed = found.placed
    assert np.allclose(found.gap_m[placed], distance.min(axis=1)[placed])
    foot = shapely.line_interpolate_point(
        network.lines[found.edge[placed]], found.share[placed], normalized=True
    )
    assert np.allclose(shapely.distance(foot, points[placed]), found.gap_m[placed])


def test_at_a_corner_the_first_edge_of_the_table_is_taken(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (1, 0), (0, 1)], [(0, 2, 1.0), (0, 1, 1.0)]))
    found = network.snap([shapely.Point(0, 0)])
    assert network.edge_id[found.edge[0]] == 0


def test_points_far_away_empty_or_missing_lie_nowhere(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (100, 0)], [(0, 1, 100.0)]))
    found = network.snap([shapely.Point(50, 600), shapely.Point(), None, shapely.Point(50, 400)], limit_m=500)
    assert found.placed.tolist() == [False, False, False, True]
    assert np.isinf(found.gap_m[:3]).all()
    nearest = network.in_metres().nearest(found, network.snap([shapely.Point(0, 0)]))
    assert nearest["metres"].tolist() == [np.inf, np.inf, np.inf, 450.0]
    assert nearest["facility"].isna().tolist() == [True, True, True, False]


def test_streets_that_may_not_be_walked_get_no_points(tables: Tables) -> None:
    nodes, edges = tables(
        [(0, 0), (100, 0), (0, 50), (100, 50)], [(0, 1, 100.0), (2, 3, 100.0)], walk=[False, True]
    )
    found = StreetNetwork.from_tables(nodes, edges).snap([shapely.Point(50, 0)])
    assert found.gap_m.tolist() == [50.0]


def test_no_home_is_put_on_an_island_of_a_few_nodes(tables: Tables) -> None:
    main = [(i, i + 1, 10.0) for i in range(60)]
    xy = [(10.0 * i, 0.0) for i in range(61)] + [(300.0, 30.0), (310.0, 30.0)]
    network = StreetNetwork.from_tables(*tables(xy, [*main, (61, 62, 10.0)]))
    found = network.snap([shapely.Point(305, 29)])
    assert found.gap_m.tolist() == [29.0]
    # but where there is nothing else within the limit, the island is better than nothing
    assert network.snap([shapely.Point(305, 29)], limit_m=10).gap_m.tolist() == [1.0]


def test_owners_with_several_points_count_by_the_nearest(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (1000, 0)], [(0, 1, 1000.0)]))
    park = network.snap([shapely.Point(900, 0), shapely.Point(100, 0)], owner=["park", "park"])
    homes = gpd.GeoSeries(
        [shapely.Point(0, 0), shapely.Point(1000, 0)], index=["west", "east"], crs="EPSG:32648"
    )
    nearest = network.in_metres().nearest(network.snap(homes), park)
    assert nearest["metres"].to_dict() == {"west": 100.0, "east": 100.0}
    assert len(network.in_metres().within(network.snap(homes), park, 5000)) == 2


def test_choosing_owners_keeps_their_order_and_passes_over_strangers(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (10, 0)], [(0, 1, 10.0)]))
    gates = network.snap(shapely.points([(1, 0), (2, 0), (3, 0)]), owner=pd.Series(["a", "b", "a"]))
    chosen = gates.of(["nobody", "b", "a", "b"])
    assert chosen.owners.tolist() == ["b", "a"]
    assert chosen.owner.tolist() == [1, 0, 1]


def test_a_list_of_owners_of_another_length_is_refused(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (10, 0)], [(0, 1, 10.0)]))
    with pytest.raises(ContractError, match="owner needs 1 entries"):
        network.snap([shapely.Point(0, 0)], owner=["a", "b"])


def test_a_city_without_streets_leaves_everyone_unplaced(tables: Tables) -> None:
    nodes, edges = tables([(0, 0)], [])
    network = StreetNetwork.from_tables(nodes, edges)
    found = network.snap([shapely.Point(0, 0)])
    assert not found.placed.any()
    travel = network.in_metres()
    assert travel.nearest(found, found)["metres"].tolist() == [np.inf]
    assert np.isinf(travel.nearest_k(found, found, 3).cost).all()
    assert len(travel.within(found, found, 1000)) == 0
    assert travel.sums_within(found, found, [1.0], [1000]).iloc[0, 0] == 0
    assert len(travel.reached(found, 1000).edge) == 0


def test_points_of_another_network_are_refused(tables: Tables) -> None:
    one, two = (StreetNetwork.from_tables(*tables([(0, 0), (10, 0)], [(0, 1, 10.0)])) for _ in range(2))
    with pytest.raises(ContractError, match="on the network that is searched"):
        one.in_metres().nearest(one.snap([shapely.Point(0, 0)]), two.snap([shapely.Point(0, 0)]))


def test_nobody_and_nothing_are_answered_too(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables([(0, 0), (10, 0)], [(0, 1, 10.0)]))
    some, none = network.snap([shapely.Point(0, 0)]), network.snap([])
    travel = network.in_metres()
    assert len(travel.nearest(none, some)) == 0
    assert travel.nearest(some, none)["facility"].isna().all()
    assert len(travel.within(none, some, 10)) == len(travel.within(some, none, 10)) == 0
    assert travel.sums_within(none, some, [1.0], [10]).shape == (0, 1)
    assert travel.nearest_k(some, none, 2).facility.tolist() == [[-1, -1]]


def test_only_points_are_put_on_streets(tmp_path) -> None:
    city = toy_town(tmp_path, blocks=4)
    network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
    with pytest.raises(ContractError, match="Take the entrances"):
        network.snap(city.table("land"))
