"""Lists of pairs against their definition: turned over, and each pair once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.travel import StreetNetwork, pairs
from yiju.travel.kernels.pairs import keep_cheaper, turn_over

# Columns and costs of each row; the same column may stand twice.
Rows = list[list[tuple[int, int]]]
COLUMNS = 5
rows_of_pairs = st.lists(st.lists(st.tuples(st.integers(0, COLUMNS - 1), st.integers(0, 9)), max_size=6))


def arrays(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    column, cost = np.array([pair for row in rows for pair in row], dtype=np.int32).reshape(-1, 2).T.copy()
    return first, column, cost


def lists(first: np.ndarray, column: np.ndarray, cost: np.ndarray) -> Rows:
    pair = list(zip(column.tolist(), cost.tolist(), strict=True))
    return [pair[begin:end] for begin, end in pairwise(first)]


@given(rows=rows_of_pairs, data=st.data())
def test_columns_become_rows_in_the_order_in_which_rows_are_taken(rows: Rows, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(rows))))[1:]  # one row is left out
    name = np.arange(len(rows), dtype=np.int32)[::-1].copy()
    turned = lists(*turn_over(*arrays(rows), np.array(order, dtype=np.int32), name, COLUMNS))
    for column in range(COLUMNS):
        expected = [(r, [cost for c, cost in rows[r] if c == column]) for r in order]
        assert [who for who, _ in turned[column]] == [name[r] for r, costs in expected for _ in costs]
        for r, costs in expected:
            assert sorted(cost for who, cost in turned[column] if who == name[r]) == sorted(costs)


@given(rows=rows_of_pairs)
def test_of_a_pair_that_comes_twice_the_cheaper_stays(rows: Rows) -> None:
    together = [sorted(row) for row in rows]
    first, column, cost = arrays(together)
    keep_cheaper(first, column, cost)
    expected = [sorted({c: min(p for d, p in row if d == c) for c, _ in row}.items()) for row in rows]
    assert lists(first, column[: first[-1]], cost[: first[-1]]) == expected


@pytest.mark.parametrize("shared", [-1.0, np.inf], ids=["64 lanes", "alone"])
def test_there_may_be_more_pairs_than_there_is_room_for_at_first(
    shared: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "_SHARED", shared)
    n = 300
    xy = np.column_stack([np.arange(n), np.zeros(n)])
    network = StreetNetwork.from_arrays(xy, np.arange(n - 1), np.arange(1, n), np.ones(n - 1))
    everybody = network.at_nodes(np.arange(n))
    found = network.in_metres().within(everybody, everybody, n, threads=1)
    assert len(found) == n * n > 2**16
    i, j = np.divmod(np.arange(n * n), n)
    assert np.array_equal(found.facility, j)
    assert np.array_equal(found.tenths, 10 * np.abs(i - j))


def test_those_who_share_few_rows_go_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 200
    xy = np.column_stack([np.arange(n), np.zeros(n)])
    network = StreetNetwork.from_arrays(xy, np.arange(n - 1), np.arange(1, n), np.ones(n - 1))
    everybody, few = network.at_nodes(np.arange(n)), network.at_nodes(np.arange(0, n, 10))
    chosen = []
    share = pairs._share

    def told(*asked: Any) -> bool:
        chosen.append(share(*asked))
        return chosen[-1]

    monkeypatch.setattr(pairs, "_share", told)
    # facilities every 10 m: two of them within 10 m, ten within 50 m
    for limit in (10, 50):
        network.in_metres().within(everybody, few, limit)
    assert chosen == [False, True]
