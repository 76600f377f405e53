"""A 4-ary heap of (key, node) in two arrays.

Each entry is at most as large as its four children; a pop sifts down through half as many levels as in a binary
heap, and the four children of an entry lie in one cache line. Entries are never moved when a key falls: the better
one is pushed beside the worse, which is skipped when it surfaces ("lazy deletion"). Behind the last entry stand keys
that are larger than any, so that every entry has four children to compare and the comparison needs no questions.

::

    index     0 │ 1  2  3  4 │ 5  6  7  8 │ 9 ...        children of i: 4i + 1 ... 4i + 4
              ▲   └── of 0 ─┘  └── of 1 ─┘               parent of i:   (i - 1) // 4

D. B. Johnson, Priority queues with update and finding minimum spanning trees, Information Processing Letters 4
(1975) 53-57: d-ary heaps; A. LaMarca and R. Ladner, The influence of caches on the performance of heaps, ACM
Journal of Experimental Algorithmics 1 (1996): why d = 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.records import NO_KEY


@kernel(tuple_of(int64[::1], int32[::1])(int64))
def new_heap(entries: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """``(keys, nodes)`` of an empty heap with room for some entries."""
    return np.full(entries + 4, NO_KEY, dtype=np.int64), np.empty(entries + 4, dtype=np.int32)


@kernel(int64(int64[::1], int32[::1], int64, int64, int32))
def push(
    keys: npt.NDArray[np.int64], nodes: npt.NDArray[np.int32], size: int, key: Whole, node: Whole
) -> int:
    """Add an entry; the new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 2
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node
    return size + 1


@kernel(int64(int64[::1], int32[::1], int64))
def drop_least(keys: npt.NDArray[np.int64], nodes: npt.NDArray[np.int32], size: int) -> int:
    """Remove the entry at the top, which the caller has read; the new size."""
    size -= 1
    key = keys[size]
    node = nodes[size]
    keys[size] = NO_KEY
    i = 0
    child = 1
    while child < size:
        least = child
        smallest = keys[child]
        for other in range(child + 1, child + 4):
            if keys[other] < smallest:
                smallest = keys[other]
                least = other
        if smallest >= key:
            break
        keys[i] = smallest
        nodes[i] = nodes[least]
        i = least
        child = (i << 2) + 1
    keys[i] = key
    nodes[i] = node
    return size
