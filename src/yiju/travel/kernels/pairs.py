"""Sparse lists of pairs, turned over.

Pairs come in rows, one for each who sat in a lane. Turning the rows over, by counting, makes one row for each who was
met; those who sat are in order in each, if their rows are taken in order::

    rows of facilities          rows of origins             ``first``     where each row begins
    B: 2                        0: A                        ``column``    who is in it
    A: 0 2                      2: A B                      ``cost``      tenths

It is one pass of sorting cards by a digit (H. H. Seward, Information sorting in the application of electronic digital
computers to business operations, MIT 1954): no two pairs are compared.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Pairs = tuple[Int64s, Int32s, Int32s]


@kernel(
    tuple_of(int64[::1], int32[::1], int32[::1])(
        int64[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64
    )
)
def turn_over(
    first: Int64s, column: Int32s, cost: Int32s, order: Int32s, name: Int32s, columns: Whole
) -> Pairs:
    """Columns become rows.

    They are filled from their ends, the last row first: each end that moves down stops where the row begins, so that
    one array serves for counts, ends and firsts.

    Parameters
    ----------
    first, column, cost
        The rows.
    order
        (r,) which rows to take, and in which order.
    name
        (rows,) what to call each row of those that there are, when it is a column.
    columns
        How many columns there are.

    Returns
    -------
    Such rows again.
    """
    turned = np.zeros(columns + 1, dtype=np.int64)
    for r in range(len(order)):
        for e in range(first[order[r]], first[order[r] + 1]):
            turned[column[e]] += 1
    pairs = np.int64(0)
    for c in range(columns + 1):
        pairs += turned[c]
        turned[c] = pairs
    who = np.empty(pairs, dtype=np.int32)
    price = np.empty(pairs, dtype=np.int32)
    for r in range(len(order) - 1, -1, -1):
        row = order[r]
        for e in range(first[row], first[row + 1]):
            at = turned[column[e]] - 1
            turned[column[e]] = at
            who[at] = name[row]
            price[at] = cost[e]
    return turned, who, price


@kernel(void(int64[::1], int32[::1], int32[::1]))
def keep_cheaper(first: Int64s, column: Int32s, cost: Int32s) -> None:
    """Of a pair that comes twice, one after the other, keep the lesser cost; rows close their gaps, in place."""
    kept = np.int64(0)
    for r in range(len(first) - 1):
        begin, first[r] = first[r], kept
        for e in range(begin, first[r + 1]):
            if kept > first[r] and column[kept - 1] == column[e]:
                cost[kept - 1] = min(cost[kept - 1], cost[e])
            else:
                column[kept] = column[e]
                cost[kept] = cost[e]
                kept += 1
    first[len(first) - 1] = kept
