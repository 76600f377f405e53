"""Pairs of point and site as kernels read them: rows turned into columns, and beginnings of rows.

Three arrays are one list of pairs: where each row begins, then site and cost of each pair (or, by columns, where each
column begins, then point and cost).

::

    row 0   site 2: 5   site 0: 9             column 0   point 0: 9   point 1: 4
    row 1   site 0: 4                    ──►  column 1
                                              column 2   point 0: 5

Rows are read in order, so that points rise within a column.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import float64, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Pairs: TypeAlias = tuple[Int64s, Int32s, Floats]

PAIRS = tuple_of(int64[::1], int32[::1], float64[::1])


@kernel(PAIRS(PAIRS, int64))
def columns_of(rows: Pairs, m: Whole) -> Pairs:
    """(m + 1,) where each column begins, (pairs,) point and cost, column by column."""
    first, site, cost = rows
    start = np.zeros(m + 1, dtype=np.int64)
    for e in range(len(site)):
        start[site[e] + 1] += 1
    for j in range(m):
        start[j + 1] += start[j]
    free = start[:-1].copy()
    point = np.empty(len(site), dtype=np.int32)
    moved = np.empty(len(site), dtype=np.float64)
    for i in range(len(first) - 1):
        for e in range(first[i], first[i + 1]):
            place = free[site[e]]
            point[place] = i
            moved[place] = cost[e]
            free[site[e]] = place + 1
    return start, point, moved


@kernel(PAIRS(PAIRS, int64))
def heads_of(rows: Pairs, longest: Whole) -> Pairs:
    """The first pairs of each row, at most ``longest``."""
    first, site, cost = rows
    n = len(first) - 1
    start = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        start[i + 1] = start[i] + min(first[i + 1] - first[i], longest)
    head_site = np.empty(start[n], dtype=np.int32)
    head_cost = np.empty(start[n], dtype=np.float64)
    for i in range(n):
        for e in range(start[i + 1] - start[i]):
            head_site[start[i] + e] = site[first[i] + e]
            head_cost[start[i] + e] = cost[first[i] + e]
    return start, head_site, head_cost
