"""Every operation on budgets says the same as vectors and as the plain loop beside it."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.travel.kernels import budgets
from yiju.travel.kernels.budgets import LANES, new_budgets

NAMES = ["clear_row", "raise_row", "most_left", "lanes_with", "add_with", "highest_bit"]
N = 12


def use(clear_row, raise_row, most_left, lanes_with, add_with, highest_bit):
    def run(left, sums, heads, costs, least, value, found):
        found[0] = raise_row(left, 3, heads[0], costs[0])
        found[1] = raise_row(left, 4, heads[1], costs[1])
        found[2] = raise_row(left, 5, heads[2], 2**40)
        most_left(left, 6, heads, costs, 2, 7)
        most_left(left, 7, heads, costs, 4, 4)
        found[3] = lanes_with(left, 6, least)
        found[4] = lanes_with(left, 3, 1)
        found[5] = highest_bit(np.uint64(found[3] | np.uint64(1)))
        add_with(sums, 1, left, 6, least, value)
        add_with(sums, 1, left, 3, least, value)
        clear_row(left, 8)

    return run


@pytest.mark.parametrize(("dtype", "kind"), [(np.uint16, np.int64), (np.uint32, np.float64)])
def test_budgets_as_vectors_say_what_the_loops_say(dtype: Any, kind: Any) -> None:
    vectors = numba.njit(use(*(getattr(budgets, name) for name in NAMES)))
    plain = use(*(getattr(budgets, f"plain_{name}") for name in NAMES))

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.sampled_from([3, 200, 60_000, int(np.iinfo(dtype).max)]))
    def same(seed: int, most: int) -> None:
        rng = np.random.default_rng(seed)
        budget = rng.integers(0, most, (N, LANES), endpoint=True, dtype=dtype)
        budget[rng.random((N, LANES)) < 0.3] = 0
        sums = rng.integers(0, 9, (2, LANES)).astype(kind)
        heads = rng.integers(0, N, 9).astype(np.uint32)
        # of arcs that cost more than a budget can hold nothing is left
        costs = rng.integers(0, min(4 * most, 2**32 - 1), 9, endpoint=True, dtype=np.uint32)
        least = int(rng.integers(0, most, endpoint=True)) + 1
        answers = []
        for run in (vectors, plain):
            left, added = new_budgets(N, dtype), new_budgets(2, kind)
            left[:], added[:] = budget, sums
            found = np.zeros(6, np.uint64)
            run(left, added, heads, costs, least, kind(7), found)
            answers.append((left, added, found))
        for one, other in zip(*answers, strict=True):
            assert np.array_equal(one, other)

    same()


def test_new_budgets_are_zeros_on_a_cache_line() -> None:
    for dtype in (np.uint16, np.uint32, np.float64):
        rows = new_budgets(5, dtype)
        assert rows.shape == (5, 64)
        assert not rows.any()
        assert rows.ctypes.data % 64 == 0
