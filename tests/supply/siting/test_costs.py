"""The pairs of demand and site: kept, sorted, refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from yiju.errors import ContractError
from yiju.supply.siting.costs import Costs

MATRICES = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.integers(0, 9).map(float)
)


@given(MATRICES, st.integers(0, 9))
def test_rows_rise_and_hold_what_is_within_the_limit(matrix: np.ndarray, limit: int) -> None:
    costs = Costs.from_matrix(matrix, limit=limit)
    for i, row in enumerate(matrix):
        mine = slice(costs.first[i], costs.first[i + 1])
        assert costs.cost[mine].tolist() == sorted(row[row <= limit].tolist())
        assert (row[costs.site[mine]] == costs.cost[mine]).all()
    assert costs.stranded.tolist() == [(row > limit).all() for row in matrix]


@given(MATRICES)
def test_columns_hold_the_same_pairs(matrix: np.ndarray) -> None:
    first, point, cost = Costs.from_matrix(matrix).by_site
    for j in range(matrix.shape[1]):
        mine = slice(first[j], first[j + 1])
        assert point[mine].tolist() == list(range(len(matrix)))
        assert (matrix[point[mine], j] == cost[mine]).all()


@given(MATRICES, st.integers(1, 9))
def test_a_list_in_any_order_is_the_same_as_a_matrix(matrix: np.ndarray, seed: int) -> None:
    n, m = matrix.shape
    point, site = np.divmod(np.random.default_rng(seed).permutation(n * m), m)
    listed = Costs.from_columns(
        point, site, matrix[point, site], points=pd.RangeIndex(n), sites=pd.RangeIndex(m)
    )
    whole = Costs.from_matrix(matrix)
    assert listed.site.tolist() == whole.site.tolist()
    assert listed.cost.tolist() == whole.cost.tolist()


def test_the_nearest_few_say_that_there_are_more() -> None:
    costs = Costs.from_matrix([[3.0, 1.0, 2.0]], nearest=2)
    assert costs.site.tolist() == [1, 2]
    assert costs.nearest_only
    assert not Costs.from_matrix([[3.0, 1.0, 2.0]], nearest=3).nearest_only


@pytest.mark.parametrize(
    ("matrix", "says"), [([[1.0, -1.0]], "-1"), ([[np.nan]], "nan"), ([1.0, 2.0], "two dimensions")]
)
def test_an_impossible_matrix_is_refused(matrix: list, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        Costs.from_matrix(matrix)


@pytest.mark.parametrize(
    ("point", "site", "cost", "says"),
    [
        ([0], [2], [1.0], "does not exist"),
        ([0, 0], [1, 1], [1.0, 2.0], "more than once"),
        ([0], [1], [np.inf], "inf"),
    ],
)
def test_an_impossible_list_is_refused(point: list, site: list, cost: list, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        Costs.from_columns(point, site, cost, points=pd.RangeIndex(1), sites=pd.RangeIndex(2))


def test_pairs_that_are_left_out_within_a_limit_are_owned_up_to() -> None:
    assert Costs.from_matrix([[1.0, 2.0, 3.0]], limit=5, nearest=2).nearest_only
    assert not Costs.from_matrix([[1.0, 2.0, 9.0]], limit=5, nearest=2).nearest_only
    assert Costs.from_matrix([[1.0, 2.0, 3.0]], nearest=2).nearest_only
