"""The bootstrap of all places at once, against the plain one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from yiju.access.intervals import bootstrap_share
from yiju.checkup.places import Places, Within
from yiju.checkup.resampling import Resampler, _poisson_of_byte, seeded


def _places() -> Places:
    rows = [
        ("city", "city", None),
        ("d", "district", "city"),
        ("s", "subdistrict", "d"),
        ("c0", "community", "s"),
        ("c1", "community", "s"),
    ]
    frame = pd.DataFrame(rows, columns=["place_id", "level", "parent_id"]).assign(area_m2=1.0)
    return Places(gpd.GeoDataFrame(frame, geometry=[box(0, 0, 1, 1)] * len(frame), crs="EPSG:32648"))


def _cells(places: Places, n: int) -> Within:
    community = np.where(np.arange(n) % 3 == 0, "c0", "c1")
    return places.within(pd.DataFrame({"community": community, "subdistrict": "s", "district": "d"}))


def test_bytes_are_poisson_with_mean_and_variance_one() -> None:
    counts = _poisson_of_byte().astype(float)
    assert len(counts) == 256
    assert counts.mean() == 1.0
    assert counts.var() == 1.0


def test_the_interval_is_that_of_the_plain_bootstrap() -> None:
    places, n = _places(), 400
    people = np.random.default_rng(7).gamma(2.0, 50.0, n)
    covered = np.random.default_rng(8).random(n) < 0.4
    ends = Resampler(_cells(places, n), seeded("L01")).interval(np.where(covered, people, 0.0), people)
    low, high = bootstrap_share(
        np.where(covered, people, 0.0), people, np.random.default_rng(9), repeats=2000
    )
    width = float(high - low)
    assert ends.low[places.city] == pytest.approx(float(low), abs=0.2 * width)
    assert ends.high[places.city] == pytest.approx(float(high), abs=0.2 * width)
    # fewer homes, wider interval
    assert (ends.high - ends.low)[3] > (ends.high - ends.low)[places.city]


@settings(max_examples=20, deadline=None)
@given(st.integers(5, 60), st.integers(0, 10_000))
def test_the_interval_stays_inside(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.gamma(1.0, 100.0, n)
    part = np.where(rng.random(n) < 0.5, people, 0.0)
    ends = Resampler(_cells(_places(), n), rng).interval(part, people)
    known = ~np.isnan(ends.low)
    assert (ends.low[known] >= 0).all()
    assert (ends.high[known] <= 1 + 1e-6).all()
    assert (ends.low[known] <= ends.high[known]).all()


def test_a_handful_of_homes_has_no_interval() -> None:
    ends = Resampler(_cells(_places(), 4), seeded("x")).interval(np.ones(4), np.ones(4))
    assert np.isnan(ends.low).all()


def test_the_same_name_gives_the_same_draws() -> None:
    within = _cells(_places(), 50)
    part, whole = np.arange(50.0), np.full(50, 60.0)
    first, second = (Resampler(within, seeded("L05")).interval(part, whole) for _ in range(2))
    assert np.array_equal(first.low, second.low, equal_nan=True)
    other = Resampler(within, seeded("L06")).interval(part, whole)
    assert not np.array_equal(first.low, other.low, equal_nan=True)
