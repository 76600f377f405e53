"""Streamlines, the street graph, compounds and names of streets."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from yiju.city.demo.compounds import INSIDE, wall_in
from yiju.city.demo.graph import cut_at_junctions, join_ends, largest_part
from yiju.city.demo.lattice import Lattice
from yiju.city.demo.streamlines import Spacing, Tracer
from yiju.city.demo.strokes import name_streets, strokes
from yiju.city.demo.tidying import tidy


def cross(*lines, ranks=None, decks=None):
    n = len(lines)
    return cut_at_junctions(
        [np.array(line, dtype=float) for line in lines],
        np.array(ranks or [1] * n),
        np.array(decks or [0] * n),
    )


@pytest.mark.parametrize("turn", [0.0, 0.35, np.pi / 4])
def test_streets_in_an_even_field_are_parallel_and_keep_their_distance(turn):
    lattice = Lattice.over(600.0, 600.0, 10.0)
    axis = np.full((lattice.ny, lattice.nx), turn)
    everywhere = np.ones(axis.shape, dtype=bool)
    tracer = Tracer(lattice, axis, everywhere)
    spacing = Spacing(np.full(axis.shape, 120.0), 200.0, 5000.0, 10.0)
    laid = tracer.fill(spacing, np.array([[0.0, 0.0]]), everywhere)
    ends = np.array([line[-1] - line[0] for line in laid])
    angle = np.degrees(np.arctan2(ends[:, 1], ends[:, 0]) - turn) % 90.0
    assert np.minimum(angle, 90.0 - angle).max() < 0.1
    along = np.abs(np.cos(np.arctan2(ends[:, 1], ends[:, 0]) - turn)) > 0.7
    for family in (along, ~along):
        lines = np.array([shapely.LineString(laid[k]) for k in np.flatnonzero(family)], dtype=object)
        assert len(lines) >= 7
        gaps = np.array([np.partition(shapely.distance(line, lines), 1)[1] for line in lines])
        assert gaps.min() > 0.85 * 120.0
        assert np.median(gaps) < 1.3 * 120.0


def test_streets_stay_where_they_may_run():
    lattice = Lattice.over(400.0, 400.0, 10.0)
    axis = np.zeros((lattice.ny, lattice.nx))
    x, _ = lattice.mesh()
    dry = x < 100.0
    tracer = Tracer(lattice, axis, dry)
    laid = tracer.fill(Spacing(np.full(axis.shape, 80.0), 60.0, 900.0, 10.0), np.array([[0.0, 0.0]]), dry)
    assert max(line[:, 0].max() for line in laid) <= 105.0


def test_two_streets_that_cross_become_four_that_meet():
    graph = cross([(0, 0), (100, 0)], [(50, -50), (50, 50)], ranks=[0, 2])
    assert len(graph.u) == 4
    assert sorted(graph.degree().tolist()) == [1, 1, 1, 1, 4]
    assert sorted(graph.rank.tolist()) == [0, 0, 2, 2]
    assert graph.length_m.sum() == pytest.approx(200.0)


def test_a_bridge_is_cut_off_at_its_ends_and_stays_a_bridge():
    graph = cross(
        [(0, 0), (100, 0)], [(100, 0), (300, 0)], [(300, 0), (400, 0)], ranks=[0, 0, 0], decks=[0, 1, 0]
    )
    assert sorted(zip(graph.length_m.round().tolist(), graph.deck.tolist(), strict=True)) == [
        (100, 0),
        (100, 0),
        (200, 1),
    ]


def test_a_loose_end_is_led_on_unless_something_lies_between():
    street, towards = np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([[50.0, 80.0], [50.0, 30.0]])
    ranks, reach = np.array([1, 2]), np.array([40.0, 40.0])
    joined = join_ends([street, towards], ranks, reach, shapely.LineString([(0, 200), (1, 200)]))
    assert joined[1][-1].tolist() == [50.0, 0.0]
    river = shapely.box(0, 10, 100, 20)
    assert join_ends([street, towards], ranks, reach, river)[1][-1].tolist() == [50.0, 30.0]


def test_tidying_makes_one_junction_of_two_and_drops_stubs():
    graph = tidy(
        cross(
            [(0, 0), (200, 0)],
            [(100, 0), (100, 150)],
            [(106, 0), (106, -150)],
            [(150, 0), (150, 12)],
            ranks=[0, 1, 1, 2],
        )
    )
    assert sorted(graph.degree().tolist()) == [1, 1, 1, 1, 4]


def test_a_walled_compound_keeps_a_few_openings_and_no_loose_part():
    street = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]
    ways = [[(x, 0), (x, 300)] for x in range(30, 300, 40)] + [[(0, y), (300, y)] for y in range(30, 300, 40)]
    graph = cross(street, *ways, ranks=[1, *[INSIDE] * len(ways)])
    walled = wall_in(graph, 150.0, np.random.default_rng(2))
    on_street = np.unique(np.r_[walled.u[walled.rank == 1], walled.v[walled.rank == 1]])
    openings = (walled.rank == INSIDE) & (np.isin(walled.u, on_street) ^ np.isin(walled.v, on_street))
    assert 2 <= openings.sum() <= 8
    assert len(largest_part(walled).u) == len(walled.u)
    assert (walled.rank == INSIDE).sum() > 40


def test_a_street_goes_straight_on_through_a_junction():
    graph = cross([(0, 0), (300, 0)], [(150, -150), (150, 150)], ranks=[0, 0])
    names = name_streets(graph)
    assert len(np.unique(strokes(graph))) == 2
    flat = np.abs(shapely.bounds(graph.line)[:, 1] - shapely.bounds(graph.line)[:, 3]) < 1
    assert len({names[e].zh for e in np.flatnonzero(flat)}) == 1
    assert {names[e].zh for e in np.flatnonzero(flat)} != {names[e].zh for e in np.flatnonzero(~flat)}
