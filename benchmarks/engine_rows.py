"""What one street costs in a sweep over 32 lanes: written as a loop, and as rows of vector instructions.

The street is relaxed as in the up pass of a sweep, ``rows[into] = min(rows[into], rows[source] + cost)``, over rows
that fit the second-level cache, so that instructions are measured and not memory. *Pulled* is the down pass, which
keeps the row that it lowers in registers.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from yiju.travel.kernels.rows import FAR_16, FAR_32, LANES, lower_row, new_rows, plain_lower_row, pull_row

if TYPE_CHECKING:
    from collections.abc import Callable

# 1,000 rows of 32 numbers are 128 KB in 32 bits.
ROWS, STREETS = 1_000, 200_000
ROUNDS = 9

_plain = numba.njit(plain_lower_row, nogil=True)


@numba.njit(nogil=True)
def _loops(rows: Any, into: Any, source: Any, cost: Any) -> None:
    for street in range(len(into)):
        _plain(rows, into[street], source[street], cost[street])


@numba.njit(nogil=True)
def _vectors(rows: Any, into: Any, source: Any, cost: Any) -> None:
    for street in range(len(into)):
        lower_row(rows, into[street], source[street], cost[street])


@numba.njit(nogil=True)
def _pulls(rows: Any, first: Any, source: Any, cost: Any, far: Any) -> None:
    for into in range(len(first) - 1):
        pull_row(rows, into, source, cost, first[into], first[into + 1], rows, far)


def nanoseconds(work: Callable[[], None], streets: int) -> float:
    """CPU time of one street, the median of the rounds."""
    work()
    turns = []
    for _ in range(ROUNDS):
        begin = time.process_time_ns()
        work()
        turns.append((time.process_time_ns() - begin) / streets)
    return statistics.median(turns)


def measured(dtype: type[np.unsignedinteger[Any]], far: int) -> dict[str, float | str]:
    """Nanoseconds of a street in each way."""
    rng = np.random.default_rng(3)
    # mostly near each other, as neighbours are in elimination order
    into = rng.integers(0, ROWS, STREETS)
    source = (into + rng.integers(1, 64, STREETS)) % ROWS
    heads, first = source.astype(np.uint32), np.arange(0, STREETS + 1, STREETS // ROWS)
    cost = rng.integers(1, 500, STREETS).astype(dtype)
    rows = new_rows(ROWS, dtype)
    rows[:] = rng.integers(0, 20_000, rows.shape)
    return {
        "numbers": np.dtype(dtype).name,
        "loop_ns": nanoseconds(lambda: _loops(rows, into, source, cost), STREETS),
        "vectors_ns": nanoseconds(lambda: _vectors(rows, into, source, cost), STREETS),
        "pulled_ns": nanoseconds(lambda: _pulls(rows, first, heads, cost, dtype(far)), STREETS),
    }


def rows_table() -> list[dict[str, float | str]]:
    """Print the table, and give it."""
    print(f"CPU time of a street of {LANES} lanes, rows in the second-level cache")
    print(f"{'numbers':10}{'loop ns':>10}{'vectors ns':>12}{'pulled ns':>11}{'loop / vectors':>16}")
    table = [measured(np.uint16, FAR_16), measured(np.uint32, FAR_32)]
    for row in table:
        loop, vectors, pulled = (float(row[way]) for way in ("loop_ns", "vectors_ns", "pulled_ns"))
        print(f"{row['numbers']:10}{loop:10.1f}{vectors:12.1f}{pulled:11.1f}{loop / vectors:16.1f}")
    return table


if __name__ == "__main__":
    rows_table()
