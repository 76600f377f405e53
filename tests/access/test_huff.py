"""Huff's shares, by hand and by what has to add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.access.test_catchment import pairs_of

from yiju.access.decay import exponential, power, within_catchment
from yiju.access.huff import huff_shares
from yiju.errors import ContractError

# Three districts and three markets: floor space 100, 400 and 900 m2, minutes of travel, friction 2; by hand.
#
#               A 100          B 400          C 900            utilities                shares
#   district 1  5 min          10             30               4     4     1            4/9    4/9    1/9
#   district 2  10             10             15               1     4     4            1/9    4/9    4/9
#   district 3  beyond 30      20             beyond 30              1                         1
MINUTES = np.array([[5.0, 10.0, 30.0], [10.0, 10.0, 15.0], [99.0, 20.0, 99.0]])
SPACE = [100, 400, 900]
SHARES = np.array([[4 / 9, 4 / 9, 1 / 9], [1 / 9, 4 / 9, 4 / 9], [0, 1, 0]])


def dense(found: Any) -> np.ndarray:
    share = np.zeros((len(found.pairs.origins), len(found.pairs.facilities)))
    share[found.pairs.origin, found.pairs.facility] = found.share
    return share


def test_three_districts_and_three_markets_by_hand() -> None:
    found = huff_shares(pairs_of(MINUTES, 30), SPACE, decay=power(2, nearest=1))
    assert np.allclose(dense(found), SHARES, rtol=1e-12)
    assert found.expected([900, 1800, 500]).tolist() == pytest.approx([600, 1700, 900])
    assert found.served.all()
    frame = found.frame()
    assert frame.columns.tolist() == ["origin", "facility", "metres", "share"]
    by_group = found.expected({"older": [9, 0, 0], "others": [0, 9, 1]})
    assert by_group["older"].tolist() == pytest.approx([4, 4, 1])
    assert by_group["others"].tolist() == pytest.approx([1, 5, 4])


def test_at_the_door_of_one_and_far_from_another() -> None:
    # at no cost a power would draw everyone infinitely; it counts as the nearest cost that is told apart
    found = huff_shares(pairs_of(np.array([[0.0, 10.0]]), 30), [1, 1], decay=power(2, nearest=1))
    assert dense(found)[0].tolist() == pytest.approx([100 / 101, 1 / 101])


@given(
    arrays(np.int64, (5, 4), elements=st.integers(0, 40)),
    arrays(float, 4, elements=st.sampled_from([0.0, 1.0, 8.0])),
)
def test_shares_add_up_and_whoever_can_go_goes(minutes: Any, space: Any) -> None:
    found = huff_shares(pairs_of(minutes.astype(float), 30), space, decay=exponential(10))
    total = dense(found).sum(axis=1)
    can = ((minutes <= 30) & (space > 0)).any(axis=1)
    assert np.allclose(total, can)
    assert found.served.tolist() == can.tolist()
    people = np.arange(1.0, 6)
    assert found.expected(people).sum() == pytest.approx(people[can].sum())


def test_twice_the_attraction_of_all_changes_nothing() -> None:
    pairs, decay = pairs_of(MINUTES, 30), exponential(10)
    assert np.allclose(
        huff_shares(pairs, SPACE, decay=decay).share,
        huff_shares(pairs, np.multiply(2, SPACE), decay=decay).share,
    )


def test_attractions_that_cannot_be_are_refused_and_unknown_ones_draw_nobody() -> None:
    pairs = pairs_of(MINUTES, 30)
    with pytest.raises(ContractError, match="attraction: needs numbers from 0 up"):
        huff_shares(pairs, [1, -1, 1], decay=within_catchment(30))
    with pytest.raises(ContractError, match="needs the index"):
        huff_shares(pairs, pd.Series([1, 1, 1], index=list("abc")), decay=within_catchment(30))
    found = huff_shares(pairs, [np.nan, 1, 1], decay=within_catchment(30))
    assert dense(found)[:, 0].tolist() == [0, 0, 0]
