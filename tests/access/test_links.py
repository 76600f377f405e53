"""Missing links: found where the toy town is cut, and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.access.links import missing_links
from yiju.errors import ContractError
from yiju.travel import StreetNetwork, walkers


def test_a_whole_town_misses_nothing(open_town: Any) -> None:
    assert len(missing_links(open_town.walk, open_town.homes, apart_m=150)) == 0


def test_the_railway_is_found_and_the_way_around_is_what_arithmetic_says(severed_town: Any) -> None:
    people = severed_town.residents["people"]
    found = missing_links(severed_town.walk, severed_town.homes, people, apart_m=110, ratio=3, saved_m=500)
    assert len(found) > 0
    assert found.crs is not None
    # the railway runs between rows 6 and 7 of corners; from column k one walks to the western crossing and back
    for line, metres, crow in zip(found.geometry, found["metres"], found["crow_m"], strict=True):
        (x, y), (x2, y2) = line.coords
        columns, rows = (x - 640_000) / 100, sorted(((y - 3_270_000) / 100, (y2 - 3_270_000) / 100))
        assert x == x2
        assert rows[0] <= 6 <= rows[1]
        assert metres == pytest.approx(2 * 100 * columns + crow)
        assert metres - crow >= 500
    assert found["people"].is_monotonic_decreasing
    middles = shapely.get_coordinates(shapely.centroid(found.geometry.to_numpy()))
    apart = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1))
    assert (apart[np.triu_indices(len(middles), 1)] > 110).all()


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 59), min_size=0, max_size=14), st.integers(0, 5))
def test_every_pair_that_is_given_is_one_and_the_first_is_the_best_of_all(cut: set[int], seed: int) -> None:
    side = 6
    xy = np.array([(100.0 * i, 100.0 * j) for j in range(side) for i in range(side)])
    right = [(a, a + 1) for a in range(side * side) if a % side < side - 1]
    up = [(a, a + side) for a in range(side * side - side)]
    ends = np.array([edge for e, edge in enumerate(right + up) if e not in cut])
    walk = StreetNetwork.from_arrays(xy, *ends.T, np.full(len(ends), 100.0)).in_metres()
    homes = walk.network.at_nodes(np.arange(36))
    people = np.random.default_rng(seed).integers(0, 50, 36).astype(float)
    found = missing_links(walk, homes, people, apart_m=105, ratio=2.5, saved_m=200)

    every = walk.within(homes, homes, 1e6)
    dense = np.full((36, 36), np.inf)
    dense[every.origin, every.facility] = every.cost
    degree = np.bincount(ends.ravel(), minlength=36)
    piece = walk.network.piece[walk.network.node_at]
    large = np.bincount(piece)[piece] >= min(40, np.bincount(piece).max())
    corner = (degree > 0) & (degree != 2) & large
    crow = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    wanted = (crow > 0) & (crow <= 105) & (dense >= 2.5 * crow) & (dense - crow >= 200)
    wanted &= corner[:, None] & corner[None]
    beside = (np.where(dense <= 100, people, 0)).sum(axis=1)
    score = np.where(wanted, beside[:, None] + beside[None], -1)
    assert (len(found) > 0) == wanted.any()
    if len(found):
        assert found["people"].iloc[0] == score.max()
    node = {tuple(place): i for i, place in enumerate(xy)}
    for line, row in zip(found.geometry, found.itertuples(), strict=True):
        a, b = (node[corner_at] for corner_at in line.coords)
        assert wanted[a, b]
        assert row.metres == dense[a, b]
        assert row.people == score[a, b]


def test_what_is_no_walking_in_metres_is_refused(open_town: Any) -> None:
    seconds = open_town.walk.network.in_seconds(walkers()["adult"])
    with pytest.raises(ValueError, match="walking in metres"):
        missing_links(seconds, open_town.homes)
    with pytest.raises(ValueError, match="limits above 0"):
        missing_links(open_town.walk, open_town.homes, apart_m=0)
    with pytest.raises(ContractError, match="such as -1"):
        missing_links(open_town.walk, open_town.homes, -np.ones(len(open_town.homes)))
