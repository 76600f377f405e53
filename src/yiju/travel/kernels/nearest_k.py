"""The k nearest facilities of every node, in one search.

As in ``nearest``, the search starts at all facilities together; but a node may now be settled k times, each time
from another facility. A node passes on only what it settled, so that each arc carries at most k messages.

::

    k = 2     A ○──1──○──1──○──1──○ B          node   1st   2nd
                      x     y                  x      A 1   B 2
                                               y      B 1   A 2

Facilities are told apart by their label, so that two gates of one park count once.

Why it is exact: were facility f among the k nearest of x but not of its neighbour y on the shortest way to f, then
y would have k facilities that are nearer, and so would x through y.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.heap import drop_least, new_heap, push
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import NO_KEY, Arcs, Points

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Records = npt.NDArray[np.void]

_LABEL = 2**32 - 1  # the lower half of a key: its label


@kernel(void(int64[:, ::1], int64, int64))
def keep_least(lists: Int64s, row: Whole, key: Whole) -> None:
    """Put a key into a row's sorted list, unless its label stands there already with a smaller key."""
    k = lists.shape[1]
    label = key & _LABEL
    if key >= lists[row, k - 1]:
        return
    place = k - 1  # where the list may be cut: its end, or the same label further back
    for i in range(k):
        if lists[row, i] != NO_KEY and (lists[row, i] & _LABEL) == label:
            if lists[row, i] <= key:
                return
            place = i
            break
    while place > 0 and lists[row, place - 1] > key:
        lists[row, place] = lists[row, place - 1]
        place -= 1
    lists[row, place] = key


@kernel(int64[:, ::1](int32[::1], Arcs, int32[::1], int64[::1], int64, int64))
def settle_k(
    first: Int32s, arcs: Records, seed_nodes: Int32s, seed_keys: Int64s, k: Whole, limit: Whole
) -> Int64s:
    """The k least keys of every node, each of another label, in rising order.

    Parameters are those of :func:`yiju.travel.kernels.nearest.settle_all`, and k.

    Returns
    -------
    (n, k) keys; ``NO_KEY`` where fewer facilities are within the limit.
    """
    n = len(first) - 1
    lists = np.full((n, k), NO_KEY, dtype=np.int64)
    # each arc carries at most k messages
    keys, nodes = new_heap(k * len(arcs) + len(seed_nodes))
    settled = np.zeros(n, dtype=np.int32)
    size = 0
    for s in range(len(seed_nodes)):
        if (seed_keys[s] >> 32) <= limit:
            size = push(keys, nodes, size, seed_keys[s], seed_nodes[s])
    while size > 0:
        key = keys[0]
        node = nodes[0]
        size = drop_least(keys, nodes, size)
        if settled[node] == k:
            continue
        label = key & _LABEL
        known = False
        for i in range(settled[node]):
            known = known or (lists[node, i] & _LABEL) == label
        if known:
            continue
        lists[node, settled[node]] = key
        settled[node] += 1
        for a in range(first[node], first[node + 1]):
            head = arcs[a]["head"]
            if settled[head] < k and (key >> 32) + arcs[a]["cost"] <= limit:
                longer = key + (np.int64(arcs[a]["cost"]) << 32)
                size = push(keys, nodes, size, longer, head)
    return lists


@kernel(void(int64[:, ::1], Points, int32[::1], Points, int64, int64[:, ::1]))
def read_k_at_origins(
    lists: Int64s, origins: Records, on_edge: Int32s, targets: Records, limit: Whole, kept: Int64s
) -> None:
    """Carry the lists of nodes to the points that leave for them; ``kept`` is (owners, k), all ``NO_KEY`` before."""
    for p in range(len(origins)):
        owner = origins[p]["owner"]
        for end in range(2):
            node = origins[p]["u"] if end == 0 else origins[p]["v"]
            leave = origins[p]["leave_u"] if end == 0 else origins[p]["leave_v"]
            for i in range(lists.shape[1]):
                if lists[node, i] == NO_KEY or (lists[node, i] >> 32) + leave > limit:
                    break
                keep_least(kept, owner, lists[node, i] + (np.int64(leave) << 32))
        edge = origins[p]["edge"]
        for q in range(on_edge[edge], on_edge[edge + 1]):
            cost = along_edge(origins, p, targets, q)
            if cost <= limit:
                keep_least(kept, owner, (cost << 32) | np.int64(targets[q]["owner"]))
