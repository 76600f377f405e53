"""Every operation on rows says the same as vectors and as the plain loop beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.travel.kernels import keys, lists, rows
from yiju.travel.kernels.rows import FAR_16, FAR_32, LANES, new_rows
from yiju.travel.kernels.sweeps import FAR_64

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
N = 24
ROWS = [
    "fill_row", "lower_row", "start_row", "lower_row_within", "pull_row", "pull_row_too", "least_row", "count_within",
    "copy_row", "lanes_within", "add_within", "lower_lanes", "lowest_bit",
]  # fmt: skip
KEYS = ["pull_keys", "pull_keys_out", "pull_keys_too"]
LISTS = ["start_list", "lower_list"]

seeds = st.integers(0, 2**32 - 1)


def both(module: Any, names: list[str], use: Callable[..., Any]) -> tuple[Any, Any]:
    """One use of the operations, compiled with the chosen ones and run as plain Python with the plain ones."""
    plain = [getattr(module, f"plain_{name}") for name in names]
    return numba.njit(use(*(getattr(module, name) for name in names))), use(*plain)


def use_rows(
    fill_row, lower_row, start_row, lower_row_within, pull_row, pull_row_too, least_row, count_within, copy_row,
    lanes_within, add_within, lower_lanes, lowest_bit,
):  # fmt: skip
    def run(r, other, sums, heads, costs, far, limit, value, found):
        lower_row(r, 3, heads[0], costs[0])
        start_row(r, 4, heads[1], costs[1], far)
        found[0] = lower_row_within(r, 5, heads[2], costs[2], limit)
        pull_row(r, 6, heads, costs, 2, 9, r, far)
        pull_row(r, 7, heads, costs, 4, 4, r, far)
        pull_row(r, 8, heads, costs, 0, 12, other, far)
        pull_row_too(r, 9, heads, costs, 3, 12)
        least_row(r, 10, heads, 1, 7, far)
        copy_row(other, 11, r, 6)
        found[1] = lanes_within(r, 6, limit)
        add_within(sums, 1, r, 6, limit, value)
        add_within(sums, 1, r, 8, limit, value)
        found[2] = lower_lanes(r, 12, found[1], limit)
        found[3] = lowest_bit(np.uint64(found[2] | np.uint64(1 << 40)))
        fill_row(r, 13, far)
        fill_row(other, 2, limit)
        fill_row(other, 14, costs[3])  # counts, from 0 to that
        count_within(other, 14, 15, 19, 2, costs[0])

    return run


@pytest.mark.parametrize(
    ("dtype", "far", "kind"), [(np.uint16, FAR_16, np.float64), (np.uint32, FAR_32, np.uint32)]
)
def test_rows_as_vectors_say_what_the_loops_say(dtype: Any, far: int, kind: Any) -> None:
    vectors, plain = both(rows, ROWS, use_rows)

    @settings(max_examples=40, deadline=None)
    @given(seeds, st.sampled_from([3, 200, far]))
    def same(seed: int, most: int) -> None:
        rng = np.random.default_rng(seed)
        given_rows = [
            _filled(rng.integers(0, most, (N, LANES), endpoint=True).astype(dtype)) for _ in range(2)
        ]
        sums = _filled(rng.integers(0, 100, (2, LANES)).astype(kind))
        heads = rng.integers(0, N, 12).astype(np.uint32)
        costs = np.minimum(rng.integers(0, most, 12, endpoint=True), far // 4).astype(dtype)
        numbers = dtype(far), dtype(rng.integers(0, most, endpoint=True)), kind(2.5)
        results = []
        for run in (vectors, plain):
            copies = [_filled(a) for a in (*given_rows, sums)]
            found = np.zeros(4, dtype=np.uint64)
            run(*copies, heads, costs, *numbers, found)
            results.append((*copies, found))
        for one, other in zip(*results, strict=True):
            assert np.array_equal(one, other)

    same()


def use_keys(pull_keys, pull_keys_out, pull_keys_too):
    def run(r, other, heads, costs, bits, far):
        pull_keys(r, 3, heads, costs, 0, 7, r, bits, far)
        pull_keys(r, 4, heads, costs, 5, 5, r, bits, far)
        pull_keys_out(other, 5, heads, costs, 2, 9, r, bits, far)
        pull_keys_too(r, 6, heads, costs, 1, 12, bits, far)

    return run


@pytest.mark.parametrize(("dtype", "far"), [(np.uint32, FAR_32), (np.int64, FAR_64)])
def test_rows_of_keys_as_vectors_say_what_the_loops_say(dtype: Any, far: int) -> None:
    vectors, plain = both(keys, KEYS, use_keys)

    @settings(max_examples=40, deadline=None)
    @given(seeds, st.integers(0, 12), st.sampled_from([3, 2**12, far]))
    def same(seed: int, bits: int, most: int) -> None:
        rng = np.random.default_rng(seed)
        given_rows = [
            _filled(rng.integers(0, most, (N, LANES), endpoint=True).astype(dtype)) for _ in range(2)
        ]
        heads = rng.integers(0, N, 12).astype(np.uint32)
        costs = rng.integers(0, 2 ** rng.integers(1, 32, 12)).astype(np.uint32)
        costs[rng.random(12) < 0.2] = FAR_32
        results = []
        for run in (vectors, plain):
            copies = [_filled(a) for a in given_rows]
            run(*copies, heads, costs, bits, far)
            results.append(copies)
        for one, other in zip(*results, strict=True):
            assert np.array_equal(one, other)

    same()


def use_lists(start_list, lower_list):
    def run(k, r, heads, costs, bits, far):
        start_list(k, r, 3, np.int64(heads[0]), np.int64(costs[0]) << bits, far)
        lower_list(k, r, 4, np.int64(heads[1]), np.int64(costs[1]) << bits, bits, far)
        for e in range(2, 12):
            lower_list(k, r, 5, np.int64(heads[e]), np.int64(costs[e]) << bits, bits, far)

    return run


@pytest.mark.parametrize(
    ("dtype", "far", "length"),
    [(np.uint32, FAR_32, 3), (np.uint32, FAR_32, 5), (np.uint32, FAR_32, 10), (np.int64, FAR_64, 20)],
)
def test_rows_of_lists_as_vectors_say_what_the_loops_say(dtype: Any, far: int, length: int) -> None:
    vectors, plain = both(lists, LISTS, use_lists)

    @settings(max_examples=25, deadline=None)
    @given(seeds, st.integers(1, 5), st.sampled_from([3, 50, 2**20]))
    def same(seed: int, bits: int, most: int) -> None:
        rng = np.random.default_rng(seed)
        given_rows = _random_lists(rng, 8, length, bits, most, far, dtype)
        heads = rng.integers(0, 3, 12).astype(np.uint32)  # no list is asked for itself
        costs = rng.integers(0, most, 12).astype(np.uint32)
        results = []
        for run in (vectors, plain):
            copy = _filled(given_rows)
            run((0,) * length, copy, heads, costs, bits, far)
            # what costs too much for the width is no key, and nobody reads it
            results.append(np.where(copy >> bits < far >> bits, copy, far))
        assert np.array_equal(*results)

    same()


def test_kernels_run_on_the_loops_when_asked_to() -> None:
    environment = os.environ | {"YIJU_PLAIN_ROWS": "1"}
    town = "tests/travel/test_nearest_each.py::test_services_go_32_at_a_time_in_the_order_given[33]"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", town],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]


def _filled(values: np.ndarray) -> np.ndarray:
    """A copy that begins on a cache line."""
    fresh = new_rows(len(values), values.dtype)
    fresh[:] = values
    return fresh


def _random_lists(
    rng: np.random.Generator, count: int, length: int, bits: int, most: int, far: int, dtype: Any
) -> np.ndarray:
    """Rising keys of different labels, fewer than there are places now and then."""
    made = np.full((count, length, LANES), far, dtype=dtype)
    for row in range(count):
        for lane in range(LANES):
            labels = rng.permutation(2**bits)[: rng.integers(0, length + 1)]
            found = np.sort((rng.integers(0, most, len(labels)) << bits) | labels)
            made[row, : len(found), lane] = found
    return made.reshape(-1, LANES)
