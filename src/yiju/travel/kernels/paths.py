"""The way itself: Dijkstra's search that remembers by which arc it came to each node.

::

    origin ○───○───○───○ facility        came_by[node] = the arc that settled it;
                ╲──○──╱                  followed backwards from the facility, it is the way

Used to explain a number, one way at a time; not for mass production.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.heap import drop_least, new_heap, push
from yiju.travel.kernels.records import NOBODY, UNREACHED, Arcs

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Records = npt.NDArray[np.void]


@kernel(tuple_of(int32[::1], int32[::1], int32[::1])(int32[::1], Arcs, int32[::1], int32[::1], int64))
def search_tree(
    first: Int32s, arcs: Records, seed_nodes: Int32s, seed_costs: Int32s, limit: Whole
) -> tuple[Int32s, Int32s, Int32s]:
    """Costs from the seeds, and how each node was reached.

    Returns
    -------
    ``(cost, came_from, came_by)`` : (n,) each; the node before and the arc taken from it, ``NOBODY`` at a seed.
    """
    n = len(first) - 1
    cost = np.full(n, UNREACHED, dtype=np.int32)
    came_from = np.full(n, NOBODY, dtype=np.int32)
    came_by = np.full(n, NOBODY, dtype=np.int32)
    keys, nodes = new_heap(len(arcs) + len(seed_nodes))
    size = 0
    for s in range(len(seed_nodes)):
        if seed_costs[s] <= limit and seed_costs[s] < cost[seed_nodes[s]]:
            cost[seed_nodes[s]] = seed_costs[s]
            size = push(keys, nodes, size, np.int64(seed_costs[s]), seed_nodes[s])
    while size > 0:
        key = keys[0]
        node = nodes[0]
        size = drop_least(keys, nodes, size)
        if key > cost[node]:
            continue
        for a in range(first[node], first[node + 1]):
            head = arcs[a]["head"]
            longer = key + np.int64(arcs[a]["cost"])
            if longer <= limit and longer < cost[head]:
                cost[head] = longer
                came_from[head] = node
                came_by[head] = a
                size = push(keys, nodes, size, longer, head)
    return cost, came_from, came_by
