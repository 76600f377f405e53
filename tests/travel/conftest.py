"""Towns, small networks and real ones that the tests of this room share, and the one check that all doors pass."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from unittest import mock

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from yiju.city.readers.osm import read_osm
from yiju.city.toytown import toy_town
from yiju.travel.hanging import points_with_costs
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import UNREACHED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yiju.city import CityFolder
    from yiju.travel import AccessPoints, Travel

CRS = "EPSG:32648"
# Rows of scipy's answer at a time: each is as long as the network.
ROWS_AT_ONCE = 25


def make_tables(xy: Any, edges: list[tuple[int, int, float]], **columns: Any) -> tuple[Any, Any]:
    """Street tables of points and (u, v, length) edges, all open both ways unless a column says else."""
    xy = np.asarray(xy, dtype=float)
    nodes = gpd.GeoDataFrame({"node_id": range(len(xy))}, geometry=shapely.points(xy), crs=CRS)
    u, v = [e[0] for e in edges], [e[1] for e in edges]
    lines = [shapely.LineString([xy[a], xy[b]]) for a, b in zip(u, v, strict=True)]
    frame = {
        "edge_id": range(len(edges)),
        "u": u,
        "v": v,
        "length_m": [float(e[2]) for e in edges],
        "street_class": "residential",
        "walk": True,
        "drive_forward": True,
        "drive_backward": True,
        "drive_kmh": np.nan,
        "stairs": False,
        "climb_m": np.nan,
    }
    return nodes, gpd.GeoDataFrame(frame | columns, geometry=lines, crs=CRS)


@pytest.fixture(scope="session")
def tables() -> Callable[..., tuple[Any, Any]]:
    return make_tables


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The toy town, 8 by 8 blocks."""
    return toy_town(tmp_path_factory.mktemp("toy"), blocks=8)


@pytest.fixture(scope="session")
def severed(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The toy town with a railway through it."""
    return toy_town(tmp_path_factory.mktemp("severed"), blocks=8, severed=True)


# --- real streets ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def street_tables(data_dir: Path) -> Callable[[str], tuple[Any, Any]]:
    """Street tables of real cities by name: two from OpenStreetMap extracts, one from an OSMnx graph."""
    sources = {
        "porto-alegre": (_osm_tables, data_dir / "city-porto-alegre" / "poa_osm.pbf", "EPSG:31982"),
        "las-palmas": (_osm_tables, data_dir / "city-las-palmas" / "las_palmas.osm.pbf", "EPSG:32628"),
        "shenzhen": (_graphml_tables, data_dir / "city-shenzhen" / "futian_streets.graphml", "EPSG:32650"),
    }

    @cache
    def read(name: str) -> tuple[Any, Any]:
        reader, file, crs = sources[name]
        if not file.is_file():
            pytest.skip(f"{file.name} is not here")
        return reader(file, crs)

    return read


def _osm_tables(file: Path, crs: str) -> tuple[Any, Any]:
    layers = read_osm([file], crs=crs)
    return layers.street_nodes, layers.street_edges


def _graphml_tables(file: Path, crs: str) -> tuple[Any, Any]:
    """An OSMnx graph by networkx alone: each directed edge is a one-way street with a straight line."""
    graph = nx.read_graphml(file)
    key = {name: i for i, name in enumerate(graph.nodes)}
    xy = [(float(d["x"]), float(d["y"])) for _, d in graph.nodes(data=True)]
    nodes = gpd.GeoDataFrame(
        {"node_id": range(len(xy))}, geometry=shapely.points(xy), crs="EPSG:4326"
    ).to_crs(crs)
    ends = [(key[u], key[v], float(d["length"])) for u, v, d in graph.edges(data=True)]
    u, v, length = (np.array(column) for column in zip(*ends, strict=True))
    at = nodes.geometry.to_numpy()
    columns = {
        "edge_id": range(len(u)), "u": u, "v": v, "length_m": length, "street_class": "residential", "walk": True,
        "drive_forward": True, "drive_backward": False, "drive_kmh": np.nan, "stairs": False, "climb_m": np.nan,
    }  # fmt: skip
    lines = [shapely.LineString([at[a], at[b]]) for a, b in zip(u, v, strict=True)]
    return nodes, gpd.GeoDataFrame(columns, geometry=lines, crs=crs)


@pytest.fixture(scope="session")
def porto(data_dir: Path) -> dict[str, Any]:
    """Porto as raw data give it: every node of every way with a ``highway`` tag, bends and islands included."""
    file = data_dir / "city-porto" / "porto_portugal.osm.pbf"
    if not file.is_file():
        pytest.skip(f"{file.name} is not here")
    ids, degrees, new_way, one_way = [], [], [], []
    ways = osmium.FileProcessor(str(file), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(
        osmium.filter.KeyFilter("highway")
    ):
        there = [node for node in way.nodes if node.location.valid()]
        ids += [node.ref for node in there]
        degrees += [(node.lon, node.lat) for node in there]
        new_way += [i == 0 for i in range(len(there))]
        one_way += [way.tags.get("oneway") == "yes"] * len(there)
    _, first, at = np.unique(ids, return_index=True, return_inverse=True)
    lon, lat = np.array(degrees)[first].T
    # metres are good enough on a sphere: what is compared has the same lengths on both sides
    xy = np.column_stack([lon * np.cos(np.deg2rad(lat.mean())), lat]) * (np.pi / 180 * 6_371_008.8)
    within_way = ~np.array(new_way[1:])
    u, v = at[:-1][within_way], at[1:][within_way]
    length_m = np.hypot(*(xy[u] - xy[v]).T)
    return {"xy": xy, "u": u, "v": v, "length_m": length_m, "one_way": np.array(one_way[1:])[within_way]}


# --- the oracle ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def scipy_costs() -> Callable[..., np.ndarray]:
    return costs_by_scipy


def costs_by_scipy(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    *,
    forward: np.ndarray | None = None,
    backward: np.ndarray | None = None,
) -> np.ndarray:
    """(origins, facilities) costs by scipy, the points built into the graph as nodes of their own.

    ``forward`` and ``backward`` take the place of the network's costs, but not of those between a point and the ends of
    its street.
    """
    network = travel.network
    forward = travel.forward if forward is None else forward
    backward = travel.backward if backward is None else backward
    starts, ends = (
        points_with_costs(access, travel.forward, travel.backward, travel.gap_per_metre)
        for access in (origins, facilities)
    )
    start_node = network.nodes + np.arange(len(starts))
    end_node = network.nodes + len(starts) + np.arange(len(ends))
    arcs = [
        (network.u, network.v, forward),
        (network.v, network.u, backward),
        (start_node, starts["u"], starts["leave_u"]),
        (start_node, starts["v"], starts["leave_v"]),
        (ends["u"], end_node, ends["arrive_u"]),
        (ends["v"], end_node, ends["arrive_v"]),
    ]
    same = [(p, q) for p in range(len(starts)) for q in np.flatnonzero(ends["edge"] == starts[p]["edge"])]
    if same:
        pairs = np.array(same)
        direct = np.array([along_edge(starts, p, ends, q) for p, q in same])
        arcs.append((start_node[pairs[:, 0]], end_node[pairs[:, 1]], direct))
    tail, head, cost = (np.concatenate([np.asarray(a[i], dtype=float) for a in arcs]) for i in range(3))
    kept = (cost < UNREACHED) & (tail != head)
    tail, head, cost = tail[kept], head[kept], cost[kept]
    # of parallel arcs the cheapest: a sparse matrix would add them up
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.concatenate([[True], (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])])
    size = network.nodes + len(starts) + len(ends)
    graph = csr_matrix((cost[first], (tail[first], head[first])), shape=(size, size))
    blocks = [
        dijkstra(graph, indices=start_node[begin : begin + ROWS_AT_ONCE])[:, end_node]
        for begin in range(0, len(starts), ROWS_AT_ONCE)
    ]
    whole = np.full((len(origins), len(facilities)), np.inf)
    # several points of one owner count as one, by the nearest
    np.minimum.at(whole, np.ix_(starts["owner"], ends["owner"]), np.concatenate(blocks))
    return whole


# --- the doors -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def check_doors() -> Callable[..., None]:
    return all_doors_answer


def all_doors_answer(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    exact: np.ndarray,
    *,
    limits: tuple[float, ...],
    k: int = 5,
) -> None:
    """Every door of Travel says what the exact costs say, in tenths: (origins, facilities), inf where no way leads."""
    if travel.engine == "index":
        travel.index  # noqa: B018 - or the first questions would be answered without it
    _check_nearest(travel, origins, facilities, exact, limits[-1])
    _check_nearest_k(travel, origins, facilities, exact, k, limits[-1])
    _check_services(travel, origins, facilities, exact, k, limits[-1])
    _check_within(travel, origins, facilities, exact, limits[-1])
    _check_matrix(travel, origins, facilities, exact)
    _check_sums(travel, origins, facilities, exact, limits)
    _check_decays(travel, origins, facilities, exact, limits[-1])


def tenths(cost: Any) -> np.ndarray:
    return np.rint(np.asarray(cost, dtype=float) * 10)


def _least(exact: np.ndarray, limit: float | None, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(origins, k) costs and positions of the k nearest, -1 where there is none; of equals the first of the table."""
    costs = exact if limit is None else np.where(exact <= 10 * limit, exact, np.inf)
    order = np.argsort(costs, axis=1, kind="stable")[:, :k]
    costs = np.take_along_axis(costs, order, axis=1)
    missing = ((0, 0), (0, k - costs.shape[1]))  # fewer facilities than were asked for
    costs = np.pad(costs, missing, constant_values=np.inf)
    return costs, np.where(np.isfinite(costs), np.pad(order, missing), -1)


def _check_nearest(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, exact: np.ndarray, limit: float
) -> None:
    for most in (None, limit):
        costs, first = _least(exact, most, 1)
        found = travel.nearest(origins, facilities, limit=most)
        assert found.index.equals(origins.owners)
        assert np.array_equal(tenths(found[travel.unit]), costs[:, 0])
        assert np.array_equal(facilities.owners.get_indexer(found["facility"]), first[:, 0])


def _check_nearest_k(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, exact: np.ndarray, k: int, limit: float
) -> None:
    for most in (None, limit):
        costs, first = _least(exact, most, k)
        found = travel.nearest_k(origins, facilities, k, limit=most)
        assert np.array_equal(tenths(found.cost), costs)
        assert np.array_equal(found.facility, first)


def _check_services(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, exact: np.ndarray, k: int, limit: float
) -> None:
    # more services than fit one row of lanes: they overlap, one repeats another, one has nobody
    parts = [np.arange(len(facilities))[i % 7 :: 1 + i % 5] for i in range(35)]
    parts[3] = np.zeros(0, dtype=np.int64)
    services = {f"s-{i}": facilities.of(facilities.owners[part]) for i, part in enumerate(parts)}
    for most in (None, limit):
        each = travel.nearest_each(origins, services, limit=most)
        several = travel.nearest_k_each(origins, services, k, limit=most)
        whole = each.cost
        assert whole.index.equals(origins.owners)
        assert list(whole.columns) == list(services) == list(several)
        for name, part in zip(services, parts, strict=True):
            costs, first = _least(exact[:, part], most, 1)
            assert np.array_equal(tenths(each.cost_of(name)), costs[:, 0])
            assert np.array_equal(tenths(whole[name]), costs[:, 0])
            assert np.array_equal(services[name].owners.get_indexer(each.facility(name)), first[:, 0])
            costs, first = _least(exact[:, part], most, k)
            assert np.array_equal(tenths(several[name].cost), costs)
            assert np.array_equal(several[name].facility, first)


def _check_within(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, exact: np.ndarray, limit: float
) -> None:
    several = facilities.of(facilities.owners[: max(1, len(origins) // 2)])
    for targets in (facilities, several):  # searched from one side, and from the other
        columns = facilities.owners.get_indexer(targets.owners)
        pairs = travel.within(origins, targets, limit, threads=2)
        dense = np.full((len(origins), len(columns)), np.inf)
        dense[pairs.origin, pairs.facility] = pairs.tenths
        assert np.array_equal(dense, np.where(exact[:, columns] <= 10 * limit, exact[:, columns], np.inf))
        assert len(pairs) == np.isfinite(dense).sum()
        for row in range(len(origins)):  # in the order of the facilities
            assert (np.diff(pairs.facility[pairs.first[row] : pairs.first[row + 1]]) > 0).all()


def _check_matrix(travel: Travel, origins: AccessPoints, facilities: AccessPoints, exact: np.ndarray) -> None:
    several = facilities.of(facilities.owners[: max(1, len(origins) // 2)])
    for targets in (facilities, several):  # the side that is fewer goes into the lanes
        found = travel.matrix(origins, targets, threads=2).tenths
        wanted = exact[:, facilities.owners.get_indexer(targets.owners)]
        assert np.array_equal(np.where(found < 0, np.inf, found), wanted)


def _check_sums(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    exact: np.ndarray,
    limits: tuple[float, ...],
) -> None:
    rng = np.random.default_rng(3)
    # whole numbers and quarters, so that the sums below do not depend on the order of additions
    values = rng.integers(0, 1000, len(facilities)) / 4
    groups = pd.DataFrame({"young": values, "old": values[::-1]})
    labels = pd.array(rng.choice(["a", "b", None], len(facilities)), dtype="string")
    near = {limit: exact <= 10 * limit for limit in limits}

    def expected(columns: dict[Any, np.ndarray]) -> pd.DataFrame:
        frame = pd.DataFrame(columns, index=origins.owners)
        if isinstance(next(iter(columns)), tuple):
            frame.columns = pd.MultiIndex.from_tuples(columns)
        return frame

    for worth in (0, 8):  # searched from facilities, and from origins
        with mock.patch("yiju.travel.bounded._WORTH_OF_A_FACILITY", worth):
            found = travel.sums_within(origins, facilities, values, limits, threads=2)
            wanted = {limit: near[limit] @ values for limit in limits}
            pd.testing.assert_frame_equal(found, expected(wanted), check_column_type=False)

            found = travel.sums_within(origins, facilities, groups, limits)
            wanted = {(group, limit): near[limit] @ groups[group] for group in groups for limit in limits}
            pd.testing.assert_frame_equal(found, expected(wanted), check_column_type=False)

            found = travel.sums_within(origins, facilities, values, limits, by=labels)
            for label in labels.dropna().unique():
                of_label = np.where((labels == label).fillna(value=False), values, 0.0)
                for limit in limits:
                    assert np.array_equal(found[label, limit], near[limit] @ of_label)

            services = {
                "all": facilities,
                "first": facilities.of(facilities.owners[:1]),
                "none": facilities.of([]),
            }
            counts = travel.counts_within(origins, services, limits)
            for limit in limits:
                assert np.array_equal(counts["all", limit], near[limit].sum(axis=1))
                assert np.array_equal(counts["first", limit], near[limit][:, 0])
                assert not counts["none", limit].any()


def _check_decays(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, exact: np.ndarray, limit: float
) -> None:
    values = np.random.default_rng(3).gamma(2.0, 50.0, len(facilities))
    limit = min(limit, 4000.0)
    weight = np.where(exact <= 10 * limit, np.exp(-exact / 5000), 0.0)
    for worth in (0, 8):
        with mock.patch("yiju.travel.bounded._WORTH_OF_A_FACILITY", worth):
            found = travel.decayed_sums(origins, facilities, values, lambda cost: np.exp(-cost / 500), limit)
            assert np.allclose(found, weight @ values, rtol=1e-12)
