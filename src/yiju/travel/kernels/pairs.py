"""Sparse lists of pairs: put in order, and shared out in two steps.

::

    as they come           by facility             by origin, facilities rising within
    (2, B) (0, A) (2, A)   (0, A) (2, A) (2, B)    0: A     2: A B

Two passes of counting, as one sorts cards by two digits, the last digit first (H. H. Seward, Information sorting in the
application of electronic digital computers to business operations, MIT 1954). No two pairs are ever compared.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@kernel(tuple_of(int64[::1], int32[::1], int32[::1], int64)(int32[::1], int32[::1], int32[::1], int64, int64))
def in_order(
    origin: Int32s, facility: Int32s, cost: Int32s, origins: Whole, facilities: Whole
) -> tuple[Int64s, Int32s, Int32s, Whole]:
    """Pairs as compressed sparse rows, facilities rising within each; of one that comes twice, the cheaper.

    Returns
    -------
    ``(first, facility, cost, pairs)`` : (origins + 1,), and two arrays whose first ``pairs`` entries are meant.
    """
    pairs = len(origin)
    place = np.zeros(facilities + 1, dtype=np.int64)
    for e in range(pairs):
        place[facility[e] + 1] += 1
    for f in range(facilities):
        place[f + 1] += place[f]
    order = np.empty(pairs, dtype=np.int32) if pairs < 2**31 else np.empty(0, dtype=np.int32)
    for e in range(pairs):
        order[place[facility[e]]] = e
        place[facility[e]] += 1
    first = np.zeros(origins + 1, dtype=np.int64)
    for e in range(pairs):
        first[origin[e] + 1] += 1
    for i in range(origins):
        first[i + 1] += first[i]
    last = first.copy()
    sorted_facility = np.empty(pairs, dtype=np.int32)
    sorted_cost = np.empty(pairs, dtype=np.int32)
    twice = np.int64(0)
    for k in range(pairs):
        e = order[k]
        at = last[origin[e]]
        if at > first[origin[e]] and sorted_facility[at - 1] == facility[e]:
            sorted_cost[at - 1] = min(sorted_cost[at - 1], cost[e])
            twice += 1
            continue
        sorted_facility[at] = facility[e]
        sorted_cost[at] = cost[e]
        last[origin[e]] = at + 1
    if twice > 0:  # close the gaps
        kept = np.int64(0)
        for i in range(origins):
            begin = first[i]
            first[i] = kept
            for at in range(begin, last[i]):
                sorted_facility[kept] = sorted_facility[at]
                sorted_cost[kept] = sorted_cost[at]
                kept += 1
        first[origins] = kept
    return first, sorted_facility, sorted_cost, pairs - twice
