"""Plots, placing, and the entries of supply.toml and hotline.toml against the service catalogue."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array

from yiju.city.demo.hotline import topics
from yiju.city.demo.people import BANDS
from yiju.city.demo.placing import Ground, Want, cover, scatter
from yiju.city.demo.plan import read_plan
from yiju.city.demo.plots import GROUND_FLOOR, SIZES_M, Plots
from yiju.city.demo.services import METRES, WALKERS, supplies
from yiju.city.demo.walking import Spots
from yiju.city.services import SERVICES
from yiju.travel.profiles import walkers


def row_of_plots(n, size=GROUND_FLOOR, apart=60.0):
    """Plots side by side on one street, gates to the south."""
    gate = np.column_stack([np.arange(n) * apart, np.zeros(n)])
    spots = Spots(np.zeros(n, dtype=int), np.linspace(0, 1, n), np.full(n, 8.0))
    ones = np.ones((n, 1))
    return Plots(
        gate, ones * [1.0, 0.0], ones * [0.0, 1.0], np.full(n, size), spots, np.zeros(n, int), np.full(n, 2)
    )


def within(n, reach):
    """Each plot reaches the cells up to ``reach`` places away; a cell for every plot."""
    near = np.abs(np.arange(n)[:, None] - np.arange(n)[None]) <= reach
    return csr_array(near.astype(np.float32))


def test_a_cover_brings_every_community_its_share():
    n = 40
    people, community = np.full(n, 10.0), np.arange(n) // 20
    ground = Ground(row_of_plots(n), [])
    want = Want(GROUND_FLOOR, GROUND_FLOOR, people, np.ones(n, dtype=bool))
    placed = cover(ground, want, within(n, 3), community, np.array([0.9, 0.0]))
    reached = (within(n, 3).toarray()[[p.plot for p in placed]] > 0).any(axis=0)
    assert reached[:20].mean() >= 0.9
    # seven cells each: three sites reach the share, and no site is spent on who needs none
    assert len(placed) == 3
    assert reached[30:].sum() == 0


def test_a_cover_counts_who_is_reached_already_and_stops_when_nothing_helps():
    n = 20
    want = Want(GROUND_FLOOR, GROUND_FLOOR, np.full(n, 10.0), np.arange(n) < 5)
    given = np.arange(n) < 18
    placed = cover(Ground(row_of_plots(n), []), want, within(n, 1), np.zeros(n, int), np.array([1.0]), given)
    assert placed == []


def test_two_sites_never_share_ground():
    n = 30
    plots = row_of_plots(n, size=3, apart=25.0)
    park = shapely.box(300, -5, 380, 60)
    ground = Ground(plots, [park])
    want = Want(3, 5, np.full(n, 5.0), np.ones(n, dtype=bool))
    placed = scatter(ground, want, within(n, 1), n, np.random.default_rng(1))
    shapes = np.array([park, *(p.ground for p in placed)], dtype=object)
    apart = shapely.distance(shapes[:, None], shapes[None])
    assert len(placed) >= 6
    assert apart[~np.eye(len(shapes), dtype=bool)].min() >= 3.0 - 1e-9


def test_a_smaller_plot_lies_at_the_same_gate():
    plots = row_of_plots(1, size=2)
    large, small = (plots.shapes(np.array([0]), np.array([size]))[0] for size in (2, 5))
    assert large.area == pytest.approx(SIZES_M[2].prod())
    assert large.contains(small.centroid)
    assert shapely.distance(shapely.Point(plots.gate[0]), small) == pytest.approx(0.0)


def test_every_service_of_the_demo_is_one_of_the_catalogue():
    assert set(supplies()) | {also for s in supplies().values() for also in s.also} <= set(SERVICES)
    kinds = set(read_plan().kinds())
    for supply in supplies().values():
        assert set(supply.quarters) <= kinds, supply.service
        assert set(supply.who) <= set(BANDS), supply.service
        assert supply.walker in (METRES, *WALKERS), supply.service
        assert supply.way in ("cover", "scatter", "shops"), supply.service
        assert 0 <= supply.osm <= 1, supply.service
        assert supply.size[0] <= supply.size[1] <= GROUND_FLOOR, supply.service
        assert (supply.target > 0) == (supply.way == "cover"), supply.service


def test_the_map_knows_facilities_only_in_part():
    """OpenStreetMap is incomplete in Chinese cities, most of all for the old and the very young."""
    assert supplies()["elder_day_care"].osm <= 0.2
    assert supplies()["childcare"].osm <= 0.2
    assert 0.2 < np.mean([s.osm for s in supplies().values()]) < 0.6


def test_the_walkers_are_those_of_the_check_up():
    speeds = {name: walker.speed_m_per_s for name, walker in walkers().items()}
    assert {"adult": speeds["adult"], "older": speeds["older"], "child": speeds["with_child"]} == WALKERS


def test_requests_speak_of_services_of_the_catalogue():
    assert {t.service for t in topics()} - {""} <= set(SERVICES)
    assert {k for t in topics() for k in t.more} <= set(read_plan().kinds())
    assert all(0 < t.resolved < 1 and t.days > 0 for t in topics())
