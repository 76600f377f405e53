"""Our searches against scipy's Dijkstra: one network, one process, taken in turns, answers held equal.

    python benchmarks/peers.py [--osm FILE --crs EPSG:...] [--services 30] [--facilities 300] [--rounds 3]

scipy is used as an expert would: ``min_only`` from all facilities for the nearest, searches from the facilities with
``limit`` for counts. Peers that need a copy of the network for each question are not shown: they would only lose more.
Points are nodes here, since scipy knows no points on edges; costs are whole decimetres on both sides.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from yiju.travel import AccessPoints, StreetNetwork, Travel

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Race:
    """Best CPU seconds of each side over the rounds."""

    task: str
    ours_s: float = np.inf
    scipy_s: float = np.inf

    def show(self) -> None:
        """One line of the table."""
        print(
            f"{self.task:44}{self.ours_s:10.4f}{self.scipy_s:12.3f}{self.scipy_s / self.ours_s:9.0f}x",
            flush=True,
        )


def grid_tables(side: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A grid of side x side nodes, streets of 60 to 140 m."""
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(side) * 100.0, np.arange(side) * 100.0)
    nodes = gpd.GeoDataFrame(
        {"node_id": np.arange(side * side)}, geometry=shapely.points(x.ravel(), y.ravel()), crs="EPSG:32648"
    )
    number = np.arange(side * side).reshape(side, side)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1, :].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:, :].ravel()])
    at = nodes.geometry.to_numpy()
    lines = shapely.linestrings(
        np.stack([shapely.get_coordinates(at[u]), shapely.get_coordinates(at[v])], axis=1)
    )
    columns = {
        "edge_id": np.arange(len(u)), "u": u, "v": v, "length_m": rng.uniform(60, 140, len(u)), "walk": True,
        "street_class": "residential", "drive_kmh": np.nan, "stairs": False, "climb_m": np.nan,
    }  # fmt: skip
    return nodes, gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:32648")


def at_nodes(network: StreetNetwork, node: np.ndarray) -> AccessPoints:
    """Access points exactly on nodes: the start or the end of some edge there."""
    edge_at = np.full(network.nodes, -1, dtype=np.int32)
    share_at = np.zeros(network.nodes)
    for end, share in ((network.v, 1.0), (network.u, 0.0)):
        edge_at[end] = np.arange(len(end))
        share_at[end] = share
    owner = np.arange(len(node), dtype=np.int32)
    return AccessPoints(
        network, pd.RangeIndex(len(node)), owner, edge_at[node], share_at[node], np.zeros(len(node))
    )


def scipy_graph(travel: Travel) -> csr_matrix:
    """The same network as scipy wants it, of parallel edges the shortest."""
    network = travel.network
    tail, head = np.concatenate([network.u, network.v]), np.concatenate([network.v, network.u])
    cost = np.concatenate([travel.forward, travel.backward]).astype(float)
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.concatenate([[True], (np.diff(tail) != 0) | (np.diff(head) != 0)]) & (tail != head)
    return csr_matrix((cost[first], (tail[first], head[first])), shape=(network.nodes, network.nodes))


def race(task: str, ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> tuple[Race, Any, Any]:
    """Both in turns; the best of each, and their last answers."""
    result, a, b = Race(task), None, None
    for _ in range(rounds):
        begin = time.process_time()
        a = ours()
        result.ours_s = min(result.ours_s, time.process_time() - begin)
        begin = time.process_time()
        b = theirs()
        result.scipy_s = min(result.scipy_s, time.process_time() - begin)
    return result, a, b


def main() -> None:
    """Print the table; an answer that differs stops the run."""
    parser = argparse.ArgumentParser(description="Our searches against scipy's.")
    parser.add_argument("--osm", type=Path)
    parser.add_argument("--crs", default="EPSG:32648")
    parser.add_argument("--services", type=int, default=30)
    parser.add_argument("--facilities", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.osm is None:
        tables = grid_tables(300)
    else:
        from yiju.city.readers.osm import read_osm  # noqa: PLC0415 - only where it is asked for

        layers = read_osm([asked.osm], crs=asked.crs)
        tables = (layers.street_nodes, layers.street_edges)
    network = StreetNetwork.from_tables(*tables)
    travel, rng = network.in_metres(), np.random.default_rng(1)
    used = np.unique(np.concatenate([network.u, network.v]))
    everyone = at_nodes(network, used)
    node_sets = [rng.choice(used, asked.facilities, replace=False) for _ in range(asked.services)]
    services = [at_nodes(network, nodes) for nodes in node_sets]
    graph = scipy_graph(travel)
    travel.nearest(everyone, services[0])  # compile, and build the rows of arcs, before the clock runs
    print(
        f"{network!r}; {asked.services} services x {asked.facilities} facilities; CPU seconds, best of {asked.rounds}"
    )
    print(f"{'task':44}{'ours':>10}{'scipy':>12}{'ratio':>10}")

    result, a, b = race(
        "nearest facility of every node, all services",
        lambda: [travel.nearest(everyone, doors)["metres"].to_numpy() for doors in services],
        lambda: [dijkstra(graph, indices=nodes, min_only=True)[used] / 10 for nodes in node_sets],
        asked.rounds,
    )
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    result.show()

    result, pairs, rows = race(
        "facilities within 1,200 m, one service",
        lambda: travel.within(everyone, services[0], 1200, threads=1),
        lambda: dijkstra(graph, indices=node_sets[0], limit=12_000)[:, used],
        asked.rounds,
    )
    assert len(pairs) == np.isfinite(rows).sum()
    assert np.array_equal(np.sort(pairs.tenths), np.sort(rows[np.isfinite(rows)]))
    result.show()

    result, near, rows = race(
        "5 nearest of every node, one service",
        lambda: travel.nearest_k(everyone, services[0], 5).cost,
        lambda: np.sort(dijkstra(graph, indices=node_sets[0])[:, used], axis=0)[:5].T / 10,
        1,
    )
    assert np.array_equal(near, rows)
    result.show()

    some = rng.choice(len(used), 200, replace=False)
    people = rng.gamma(2, 20, len(used))
    result, sums, rows = race(
        "people within 1,200 m of 200 nodes",
        lambda: np.asarray(travel.sums_within(everyone.of(some), everyone, people, [1200], threads=1)[1200]),
        lambda: np.isfinite(dijkstra(graph, indices=used[some], limit=12_000)[:, used]) @ people,
        asked.rounds,
    )
    assert np.allclose(sums, rows)
    result.show()


if __name__ == "__main__":
    main()
