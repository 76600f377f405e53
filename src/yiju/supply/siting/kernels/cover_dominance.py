"""What a set cover can do without: points that others imply, and sites that others outdo.

::

    point 0 reaches sites   2, 5          who covers point 0 covers point 1 too: point 1 need not be asked for
    point 1 reaches sites   2, 5, 7

    site 3 covers points    0, 4          site 8 covers the same and more for no more money: site 3 need not be offered
    site 8 covers points    0, 4, 6

To look for lists that hold a list, it is enough to look at those that hold its rarest item.

E. Balas and A. Ho, Set covering algorithms using cutting planes, heuristics, and subgradient optimization,
Mathematical Programming Study 12 (1980) 37-60; J. E. Beasley, An algorithm for set covering problems, European
Journal of Operational Research 31 (1987) 85-93.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@kernel(boolean(int64, int64, int64[::1], int32[::1]))
def inside(x: Whole, y: Whole, first: Int64s, item: Int32s) -> bool:
    """Whether list y holds all of list x; both rise."""
    b = first[y]
    for a in range(first[x], first[x + 1]):
        while b < first[y + 1] and item[b] < item[a]:
            b += 1
        if b == first[y + 1] or item[b] != item[a]:
            return False
    return True


@kernel(int64(int64, int64[::1], int32[::1], int64[::1]))
def rarest(x: Whole, first: Int64s, item: Int32s, back_first: Int64s) -> int:
    """The item of list x that the fewest lists hold."""
    best = item[first[x]]
    for a in range(first[x], first[x + 1]):
        if back_first[item[a] + 1] - back_first[item[a]] < back_first[best + 1] - back_first[best]:
            best = item[a]
    return int(best)


@kernel(boolean[::1](int64[::1], int32[::1], int64[::1], int32[::1]))
def implied(first: Int64s, item: Int32s, back_first: Int64s, back_item: Int32s) -> Bools:
    """(lists,) lists that hold all of another list; of equal ones all but the first.

    Parameters
    ----------
    first, item
        The lists; the items of each rise.
    back_first, back_item
        The lists that hold each item, rising.
    """
    n = len(first) - 1
    marked = np.zeros(n, dtype=np.bool_)
    for x in range(n):
        if marked[x] or first[x] == first[x + 1]:
            continue
        size = first[x + 1] - first[x]
        by = rarest(x, first, item, back_first)
        for k in range(back_first[by], back_first[by + 1]):
            y = back_item[k]
            longer = first[y + 1] - first[y] - size
            if not marked[y] and (longer > 0 or (longer == 0 and y > x)) and inside(x, y, first, item):
                marked[y] = True
    return marked


@kernel(boolean[::1](int64[::1], int32[::1], int64[::1], int32[::1], float64[::1], boolean[::1]))
def outdone(
    first: Int64s, item: Int32s, back_first: Int64s, back_item: Int32s, price: Floats, kept: Bools
) -> Bools:
    """(lists,) lists that another one holds which costs no more, of equal ones all but the first; ``kept`` stay."""
    n = len(first) - 1
    marked = np.zeros(n, dtype=np.bool_)
    for x in range(n):
        if kept[x]:
            continue
        size = first[x + 1] - first[x]
        if size == 0:
            marked[x] = True
            continue
        by = rarest(x, first, item, back_first)
        for k in range(back_first[by], back_first[by + 1]):
            y = back_item[k]
            longer = first[y + 1] - first[y] - size
            if y == x or longer < 0 or price[y] > price[x]:
                continue
            alike = longer == 0 and price[y] == price[x]
            if (not alike or kept[y] or y < x) and inside(x, y, first, item):
                marked[x] = True
                break
    return marked
