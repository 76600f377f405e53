"""Shapes as text: what is written can be read, by Python and by the page, and neighbours stay neighbours."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import yiju.report
from yiju.report.geometry import (
    Frame,
    decode,
    encode,
    encode_path,
    encode_points,
    paths,
    simplify_coverage,
    simplify_within_budget,
)

whole = st.integers(-(2**40), 2**40)


@given(st.lists(whole))
def test_what_is_encoded_is_decoded(numbers):
    assert decode(encode(numbers)) == numbers


@given(st.lists(whole))
def test_letters_need_no_escaping(numbers):
    letters = encode(numbers)
    assert json.dumps(letters) == f'"{letters}"'
    assert not set(letters) & set("<>&\"'\\")


def test_small_differences_take_one_letter():
    assert len(encode(range(-16, 16))) == 32


@given(st.lists(st.tuples(st.integers(0, 16384), st.integers(0, 16384)), min_size=2, max_size=30))
def test_a_path_comes_back_without_its_repeated_points(points):
    back = np.array(decode(encode_path([list(p) for p in points]))).reshape(-1, 2).cumsum(axis=0)
    kept = [p for p, before in zip(points, [None, *points[:-1]], strict=True) if p != before]
    assert back.tolist() == [list(p) for p in kept]


def test_the_page_reads_what_is_written():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here")
    source = (Path(yiju.report.__file__).parent / "assets" / "map.js").read_text(encoding="utf-8")
    reader = source[source.index("const LETTERS") : source.index("/** Absolute points")]
    numbers = [0, 1, -1, 15, -16, 16, -17, 511, 512, 16384, -16384, 123456789, 2**40, -(2**40)]
    script = f"{reader}\nprocess.stdout.write(JSON.stringify(decode({json.dumps(encode(numbers))})))"
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == numbers


def test_a_frame_holds_its_bounds():
    frame = Frame.around((500.0, 100.0, 1500.0, 600.0), steps=1000)
    corners = frame.put(np.array([[500.0, 100.0], [1500.0, 600.0]]))
    assert corners.tolist() == [[0, 0], [frame.width, frame.height]]


def test_a_polygon_becomes_its_rings_and_a_speck_nothing():
    frame = Frame.around((0, 0, 1000, 1000), steps=100)
    holed = shapely.box(0, 0, 800, 800) - shapely.box(200, 200, 400, 400)
    assert len(paths(holed, frame)) == 2
    assert paths(shapely.box(0, 0, 1, 1), frame) == []
    assert paths(None, frame) == paths(shapely.Polygon(), frame) == []


def test_points_keep_their_order():
    frame = Frame.around((0, 0, 100, 100), steps=100)
    letters = encode_points(gpd.GeoSeries([shapely.Point(5, 6), shapely.Point(3, 9)]), frame)
    assert decode(letters) == [5, 6, -2, 3]


def test_neighbours_share_their_border_after_simplifying():
    wiggle = [(100 + (5 if y % 20 else 0), y) for y in range(0, 101, 10)]
    left = shapely.Polygon([(0, 0), *wiggle, (0, 100)])
    right = shapely.Polygon([*reversed(wiggle), (200, 0), (200, 100)])
    simple = simplify_coverage(gpd.GeoSeries([left, right]), 20.0)
    assert shapely.get_num_coordinates(simple.array).sum() < 20
    assert simple[0].union(simple[1]).area == pytest.approx(20_000)
    assert simple[0].intersection(simple[1]).area == pytest.approx(0)


def test_places_that_overlap_are_still_simplified():
    many = shapely.Point(0, 0).buffer(100, quad_segs=64)
    simple = simplify_coverage(gpd.GeoSeries([many, shapely.affinity.translate(many, 50)]), 5.0)
    assert all(shapely.get_num_coordinates(simple.array) < shapely.get_num_coordinates(many))


@pytest.mark.parametrize("budget", [2, 30, 100, 10_000])
def test_the_budget_of_vertices_is_kept(budget):
    rng = np.random.default_rng(1)
    lines = gpd.GeoSeries([shapely.LineString(rng.uniform(0, 100, (20, 2))) for _ in range(10)])
    simple = simplify_within_budget(lines, 1.0, budget)
    assert shapely.get_num_coordinates(simple.array).sum() <= budget
