"""Lattice, lines, plan and names: what the demo city is drawn with."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from yiju.city.demo.lattice import Lattice
from yiju.city.demo.lines import normals, smooth_line, stations
from yiju.city.demo.names import community_names, read_names, street_name, subdistrict_names
from yiju.city.demo.plan import metres, read_plan
from yiju.city.demo.rivers import draw_rivers
from yiju.city.demo.terrain import RIVER_LEVEL_M, raise_ground
from yiju.city.demo.weather import daily_rain


@given(a=st.floats(-5, 5), b=st.floats(-5, 5), x=st.floats(-90, 90), y=st.floats(-40, 40))
def test_a_plane_is_read_back_exactly_between_the_nodes(a, b, x, y):
    lattice = Lattice.over(100.0, 50.0, 10.0)
    east, north = lattice.mesh()
    assert lattice.sample(a * east + b * north, np.array([[x, y]]))[0] == pytest.approx(
        a * x + b * y, abs=1e-6
    )


def test_the_lattice_knows_inside_from_outside():
    lattice = Lattice.over(100.0, 50.0, 10.0)
    inside = lattice.inside(shapely.box(-21, -11, 21, 11))
    assert inside.sum() == 5 * 3
    assert lattice.distance_to(inside)[lattice.ny // 2].max() == 80.0


def test_a_smooth_line_passes_its_points_and_its_normals_are_square_to_it():
    points = np.array([[0.0, 0.0], [100.0, 40.0], [200.0, -30.0], [300.0, 0.0]])
    line = smooth_line(points, 2.0)
    assert max(np.hypot(*(line - p).T).min() for p in points) < 2.0
    assert np.abs((normals(line) * np.gradient(line, axis=0)).sum(axis=1)).max() < 1e-9


def test_stations_stand_where_shapely_puts_them():
    lines = shapely.linestrings([[[0, 0], [30, 40]], [[0, 0], [0, 10]]])
    xy, along = stations(lines, np.array([25.0, 4.0]))
    assert xy.tolist() == [[15.0, 20.0], [0.0, 4.0]]
    np.testing.assert_allclose(along, [[0.6, 0.8], [0.0, 1.0]])


def test_the_plan_is_whole():
    """Roads lead to places that are there; the pockets that carry the truths are there."""
    plan = read_plan()
    known = {z.name for z in plan.zones} | set(plan.gates) | set(plan.bridges) | set(plan.tunnels)
    assert {name for way in plan.arterials for name in way} <= known
    assert set(plan.bridges) <= {name for way in plan.arterials for name in way}
    assert sum(z.pocket for z in plan.zones) == 5
    assert [p.name for p in plan.parks if p.walled_gate] == ["garden"]
    np.testing.assert_allclose(metres([(1.0, -2.0)], 3.0), [[3000.0, -6000.0]])


def test_two_rivers_meet_and_run_below_the_land():
    plan, rng = read_plan(), np.random.default_rng(3)
    lattice = Lattice.over(4300, 3700, 40.0)
    rivers = draw_rivers(plan, 1.0, rng)
    assert shapely.distance(rivers[0].water, rivers[1].water) < 1.0
    assert shapely.area(shapely.intersection(rivers[0].water, rivers[1].water)) < 1.0
    ground = raise_ground(lattice, plan, 1.0, rivers, rng)
    water = lattice.inside(shapely.union_all([r.water for r in rivers]))
    assert (ground[water] == RIVER_LEVEL_M).all()
    assert ground[~water].min() > RIVER_LEVEL_M
    # hills worth the name, and no Himalaya
    assert 300.0 < ground.max() - RIVER_LEVEL_M < 700.0


@pytest.mark.parametrize("count", [40, 430])
def test_no_two_communities_share_a_name(count):
    rng = np.random.default_rng(5)
    names = community_names(rng.choice(["river", "hill", "flat", "new", "village"], count).tolist(), rng)
    assert len({n.zh for n in names}) == len({n.en for n in names}) == count
    assert len({n.zh for n in subdistrict_names(60, rng)}) == 60
    assert len({street_name(k, 1).zh for k in range(300)}) == 300


def test_every_name_is_there_in_both_languages():
    words = read_names()
    texts = [
        *words.words,
        *words.brands,
        *words.street_words,
        *(t for ends in words.lies.values() for t in ends),
    ]
    assert all(t.zh and t.en.isascii() for t in texts)
    assert len({t.zh for t in words.words}) == len(words.words)


def test_rain_falls_as_in_a_humid_basin():
    """About 1,100 mm a year, most of it from May to September, dry days and storms."""
    days, rain = daily_rain(1991, 2025, np.random.default_rng(11))
    month = days.astype("datetime64[M]").astype(int) % 12 + 1
    years = len(days) / 365.25
    assert 950 < np.nansum(rain) / years < 1250
    assert np.nansum(rain[(month >= 5) & (month <= 9)]) > 0.6 * np.nansum(rain)
    assert 0.45 < np.nanmean(rain == 0) < 0.75
    assert 60 < np.nanmax(rain) < 300
    assert 0 < np.isnan(rain).sum() < 30
