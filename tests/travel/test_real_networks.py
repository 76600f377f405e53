"""On real streets, every search equals scipy's Dijkstra: exactly in whole numbers, to the centimetre in floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from yiju.city.readers.osm import read_osm
from yiju.travel import AccessPoints, StreetNetwork, Travel, drivers, walkers
from yiju.travel.hanging import points_with_costs
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import UNREACHED

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

ORIGINS, FACILITIES = 200, 300
Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def cities(data_dir: Path) -> dict[str, Tables]:
    """Street tables of three cities: two from OpenStreetMap extracts, one from an OSMnx graph."""
    return {
        "porto-alegre": _osm(data_dir / "city-porto-alegre" / "poa_osm.pbf", "EPSG:31982"),
        "las-palmas": _osm(data_dir / "city-las-palmas" / "las_palmas.osm.pbf", "EPSG:32628"),
        "shenzhen": _graphml(data_dir / "city-shenzhen" / "futian_streets.graphml", "EPSG:32650"),
    }


def _osm(file: Path, crs: str) -> Tables:
    if not file.is_file():
        pytest.skip(f"{file.name} is not here")
    layers = read_osm([file], crs=crs)
    return layers.street_nodes, layers.street_edges


def _graphml(file: Path, crs: str) -> Tables:
    """An OSMnx graph by networkx alone: each directed edge is a one-way street with a straight line."""
    if not file.is_file():
        pytest.skip(f"{file.name} is not here")
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


def _hilly(tables: Tables) -> Tables:
    """The same streets on made-up hills, so that walking is directed, and with every 50th edge as stairs."""
    nodes, edges = tables
    x, y = shapely.get_coordinates(nodes.geometry.to_numpy()).T
    height = 60 * np.sin(x / 700) * np.cos(y / 500)
    row = dict(zip(nodes["node_id"], range(len(nodes)), strict=True))
    climb = height[edges["v"].map(row)] - height[edges["u"].map(row)]
    return nodes, edges.assign(climb_m=climb, stairs=np.arange(len(edges)) % 50 == 0)


def _travel(name: str, tables: Tables) -> Travel:
    if name == "metres":
        return StreetNetwork.from_tables(*tables).in_metres()
    if name == "older":
        return StreetNetwork.from_tables(*_hilly(tables)).in_seconds(walkers()["older"])
    return StreetNetwork.from_tables(*tables, mode="drive").in_seconds(drivers()["car"])


def _spots(travel: Travel, rng: np.random.Generator, number: int) -> AccessPoints:
    """Points scattered around nodes, on streets and beside them, on islands and off."""
    lines = travel.network.lines[rng.integers(0, len(travel.network.lines), number)]
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, rng.uniform(0, 1, number), normalized=True)
    )
    points = shapely.points(xy + rng.normal(0, 30, (number, 2)))
    return travel.network.snap(points, limit_m=100)


def _scipy_costs(
    travel: Travel, forward: np.ndarray, backward: np.ndarray, origins: AccessPoints, facilities: AccessPoints
) -> np.ndarray:
    """(origins, facilities) costs by scipy, the points built into the graph as nodes of their own."""
    network = travel.network
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
        direct = np.array([along_edge(starts, p, ends, q) for p, q in same])
        pairs = np.array(same)
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
    found = dijkstra(graph, indices=start_node)[:, end_node]
    whole = np.full((len(origins), len(facilities)), np.inf)
    whole[np.ix_(starts["owner"], ends["owner"])] = found
    return whole


@pytest.mark.parametrize("city", ["porto-alegre", "las-palmas", "shenzhen"])
@pytest.mark.parametrize("who", ["metres", "older", "car"])
def test_every_search_equals_scipy_exactly(cities: dict[str, Tables], city: str, who: str) -> None:
    travel = _travel(who, cities[city])
    rng = np.random.default_rng(2025)
    origins, facilities = _spots(travel, rng, ORIGINS), _spots(travel, rng, FACILITIES)
    exact = _scipy_costs(travel, travel.forward, travel.backward, origins, facilities)
    assert np.isfinite(exact).mean() > 0.5  # most of it hangs together, else this proves little

    nearest = travel.nearest(origins, facilities)
    assert np.array_equal(np.rint(nearest[travel.unit] * 10), exact.min(axis=1))
    several = travel.nearest_k(origins, facilities, 5)
    assert np.array_equal(np.rint(several.cost * 10), np.sort(exact, axis=1)[:, :5])
    limit = 1500.0
    for pairs in (
        travel.within(origins, facilities, limit, threads=2),
        travel.within(
            origins, facilities.of(facilities.owners[:100]), limit, threads=1
        ),  # from the other side
    ):
        columns = facilities.owners.get_indexer(pairs.facilities)
        dense = np.full((ORIGINS, len(columns)), np.inf)
        dense[pairs.origin, pairs.facility] = pairs.tenths
        assert np.array_equal(
            dense, np.where(exact[:, columns] <= 1e6 * limit / 1e3, exact[:, columns], np.inf)
        )
    counts = travel.sums_within(origins, facilities, np.ones(len(facilities)), [500.0, limit])
    assert np.array_equal(
        counts, np.stack([(exact <= 5e5).sum(axis=1), (exact <= 1.5e6).sum(axis=1)], axis=1)
    )
    for row in range(3):
        way = travel.path(origins, row, facilities, row)
        assert np.rint(way.cost * 10) == exact[row, row]


@pytest.mark.parametrize("city", ["porto-alegre", "las-palmas", "shenzhen"])
def test_walks_equal_scipy_on_unrounded_lengths_to_the_centimetre(
    cities: dict[str, Tables], city: str
) -> None:
    travel = _travel("metres", cities[city])
    rng = np.random.default_rng(7)
    origins, facilities = _spots(travel, rng, ORIGINS), _spots(travel, rng, FACILITIES)
    length_dm = travel.network.length_m * 10
    floats = _scipy_costs(travel, length_dm, length_dm, origins, facilities) / 10
    pairs = travel.within(origins, facilities, 3000.0)
    assert len(pairs) > 100
    assert np.abs(pairs.cost - floats[pairs.origin, pairs.facility]).max() < 0.01


def test_one_thread_or_two_and_twice_in_a_row_give_the_same_bits(cities: dict[str, Tables]) -> None:
    travel = _travel("older", cities["porto-alegre"])
    rng = np.random.default_rng(1)
    homes, doors = _spots(travel, rng, 2000), _spots(travel, rng, 100)
    values = rng.gamma(2.0, 50.0, len(homes))
    runs = [
        (
            travel.within(homes, doors, 900, threads=threads).tenths.tobytes(),
            travel.sums_within(doors, homes, values, [300, 900], threads=threads).to_numpy().tobytes(),
        )
        for threads in (1, 2, 2, 7)
    ]
    assert len(set(runs)) == 1
