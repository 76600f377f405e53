"""The generator's own Dijkstra against sums by hand and against scipy on a plain graph."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from yiju.city.demo import walking
from yiju.city.demo.graph import cut_at_junctions
from yiju.city.demo.walking import Spots, Walk, put_on_streets
from yiju.travel.profiles import walkers, walking_seconds


def grid(n=5, step=100.0):
    lines = [np.array([[0.0, k * step], [(n - 1) * step, k * step]]) for k in range(n)]
    lines += [line[:, ::-1] for line in lines]
    return cut_at_junctions(lines, np.ones(len(lines), dtype=int), np.zeros(len(lines), dtype=int))


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_walks_on_a_grid_are_manhattan_walks(seed):
    """On a square grid the walk between two points on streets of different directions is |dx| + |dy|."""
    rng = np.random.default_rng(seed)
    graph = grid()
    # one on an east-west street, the other on a north-south street
    site = np.array([[rng.uniform(1, 399), 100.0 * rng.integers(0, 5)]])
    home = np.array([[100.0 * rng.integers(0, 5), rng.uniform(1, 399)]])
    walk = Walk.metres(graph).nearest(
        put_on_streets(graph.line, site), put_on_streets(graph.line, home), 2000.0
    )
    assert walk[0] == pytest.approx(np.abs(site - home).sum(), abs=0.2)


def test_reach_holds_the_same_walks_as_nearest_and_as_scipy(monkeypatch):
    rng = np.random.default_rng(4)
    graph = grid(9)
    sites = put_on_streets(graph.line, rng.uniform(0, 800, (30, 2)))
    homes = put_on_streets(graph.line, rng.uniform(0, 800, (60, 2)))
    walk = Walk.metres(graph)
    near = walk.nearest(sites, homes, 500.0)
    # small squares and chunks: the city is worked through in parts, and the parts must not show
    monkeypatch.setattr(walking, "_SQUARE_M", 130.0)
    monkeypatch.setattr(walking, "_CHUNK", 3)
    reach = walk.reach(sites, homes, 500.0).toarray()
    reach[reach == 0] = np.inf
    np.testing.assert_allclose(np.where(reach.min(axis=0) <= 500, reach.min(axis=0), np.inf), near, rtol=1e-5)
    plain = plain_walks(graph, sites, homes)
    np.testing.assert_allclose(reach, np.where(plain <= 500, plain, np.inf), rtol=1e-5, atol=0.02)


def plain_walks(graph, sites, homes):
    """Every pair by the four ways over the ends of the edges, and along the edge where both are on one."""
    n, length = len(graph.xy), graph.length_m
    links = coo_array((length, (graph.u, graph.v)), shape=(n, n)).tocsr()
    between = dijkstra(links, directed=False)
    out = np.full((len(sites.edge), len(homes.edge)), np.inf)
    for i in range(len(sites.edge)):
        e, s, gap = sites.edge[i], sites.share[i], sites.gap_m[i]
        for j in range(len(homes.edge)):
            f, t, beside = homes.edge[j], homes.share[j], homes.gap_m[j]
            for a, along in ((graph.u[e], s), (graph.v[e], 1 - s)):
                for b, back in ((graph.u[f], t), (graph.v[f], 1 - t)):
                    cost = along * length[e] + between[a, b] + back * length[f] + gap + beside
                    out[i, j] = min(out[i, j], cost)
            if e == f:
                out[i, j] = min(out[i, j], abs(s - t) * length[e] + gap + beside)
    return out


def test_uphill_to_the_site_takes_longer_than_downhill():
    graph = cut_at_junctions([np.array([[0.0, 0.0], [200.0, 0.0]])], np.array([1]), np.array([0]))
    rises_to_v = graph.xy[graph.v[0], 0] > graph.xy[graph.u[0], 0]
    height = np.where(graph.xy[:, 0] > 100.0, 20.0, 0.0)
    walk = Walk.seconds(graph, height, np.array([False]), 1.0)
    low, high = (
        Spots(np.array([0]), np.array([s if rises_to_v else 1 - s]), np.array([0.0])) for s in (0.0, 1.0)
    )
    up, down = walk.nearest(high, low, 1e4)[0], walk.nearest(low, high, 1e4)[0]
    # Tobler at 10 %: exp(3.5 * 0.10) up, exp(3.5 * 0) down
    assert up == pytest.approx(200.0 * np.exp(3.5 * 0.10), rel=1e-3)
    assert down == pytest.approx(200.0, rel=1e-3)


@given(climb=st.floats(-30, 30), stairs=st.booleans(), length=st.floats(20, 300))
def test_the_generator_never_walks_faster_than_the_check_up(climb, stairs, length):
    """What the generator brings within reach must stay within reach."""
    graph = cut_at_junctions([np.array([[0.0, 0.0], [length, 0.0]])], np.array([1]), np.array([0]))
    height = np.array([0.0, climb])
    for name, speed in (("adult", 1.2), ("older", 0.9), ("with_child", 0.95)):
        ours = Walk.seconds(graph, height, np.array([stairs]), walking.CAREFUL * speed)
        rise = np.array([height[graph.v[0]] - height[graph.u[0]]])
        there, back = walking_seconds(walkers()[name], graph.length_m, rise, np.array([stairs]))
        # level stairs: the check-up takes the mean of up and down, the generator those down
        if not (stairs and climb == 0):
            assert ours.there[0] >= 0.999 * there[0]
            assert ours.back[0] >= 0.999 * back[0]


def test_points_are_put_on_the_nearest_street():
    graph = grid(3)
    spots = put_on_streets(graph.line, np.array([[130.0, 7.0], [99.0, 160.0]]))
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(graph.line[spots.edge], spots.share, normalized=True)
    )
    np.testing.assert_allclose(foot, [[130.0, 0.0], [100.0, 160.0]], atol=1e-6)
    np.testing.assert_allclose(spots.gap_m, [7.0, 1.0], atol=1e-6)
