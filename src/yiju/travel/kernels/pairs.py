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
from numba import int32, int64

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

    Parameters
    ----------
    first, column, cost
        The rows; a pair may come twice in one.
    order
        (r,) which rows to take, and in which order.
    name
        (rows,) what to call each row of those that there are, when it is a column.
    columns
        How many columns there are.

    Returns
    -------
    Such rows again; of a pair that comes twice, the lesser cost.
    """
    turned = np.zeros(columns + 1, dtype=np.int64)
    for r in range(len(order)):
        for e in range(first[order[r]], first[order[r] + 1]):
            turned[column[e] + 1] += 1
    for c in range(columns):
        turned[c + 1] += turned[c]
    place = turned.copy()
    who = np.empty(turned[columns], dtype=np.int32)
    price = np.empty(turned[columns], dtype=np.int32)
    twice = np.int64(0)
    for r in range(len(order)):
        row = order[r]
        for e in range(first[row], first[row + 1]):
            at = place[column[e]]
            if at > turned[column[e]] and who[at - 1] == name[row]:
                price[at - 1] = min(price[at - 1], cost[e])
                twice += 1
            else:
                who[at] = name[row]
                price[at] = cost[e]
                place[column[e]] = at + 1
    if twice > 0:  # close the gaps
        kept = np.int64(0)
        for c in range(columns):
            begin = turned[c]
            turned[c] = kept
            for at in range(begin, place[c]):
                who[kept] = who[at]
                price[kept] = price[at]
                kept += 1
        turned[columns] = kept
    return turned, who, price
