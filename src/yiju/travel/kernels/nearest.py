"""The nearest facility of every node, by one search from all facilities at once.

Dijkstra's search usually starts at one node. Started at *all* facilities together, each with cost 0, it settles
every node from the facility that is nearest to it: one search instead of one for each facility, and instead of one
for each home. Streets are followed against their direction, since people walk *to* the facility.

::

          A ○───5───○───1───○───4───○ B           cost and label travel in one number:
    cost    0       5       4       0
    label   A       B       B       B             key = cost · 2³² + label

Because a smaller label wins among equal costs, the answer is the same whatever the order in which arcs are stored:
ties go to the facility that comes first in the table.

E. W. Dijkstra, A note on two problems in connexion with graphs, Numerische Mathematik 1 (1959) 269-271.
M. Erwig, The graph Voronoi diagram with applications, Networks 36 (2000) 156-163: many sources at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.heap import drop_least, push
from yiju.travel.kernels.records import NO_KEY, UNREACHED, Arcs, Points

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Records = npt.NDArray[np.void]


@kernel(int64[::1](int32[::1], Arcs, int32[::1], int64[::1], int64))
def settle_all(first: Int32s, arcs: Records, seed_nodes: Int32s, seed_keys: Int64s, limit: Whole) -> Int64s:
    """The least key of every node, from seeds of (node, key).

    Parameters
    ----------
    first, arcs
        The graph to search: (n + 1,) and (m,).
    seed_nodes, seed_keys
        Where the search begins, and with which key: (s,) each.
    limit
        Costs beyond it are not followed.

    Returns
    -------
    (n,) keys; ``NO_KEY`` where no seed is within the limit.
    """
    n = len(first) - 1
    best = np.full(n, NO_KEY, dtype=np.int64)
    # a node is pushed when its key falls, which each arc into it can bring about once: its tail settles once
    keys = np.empty(len(arcs) + len(seed_nodes) + 1, dtype=np.int64)
    nodes = np.empty(len(arcs) + len(seed_nodes) + 1, dtype=np.int32)
    size = 0
    for s in range(len(seed_nodes)):
        node = seed_nodes[s]
        if seed_keys[s] < best[node] and (seed_keys[s] >> 32) <= limit:
            best[node] = seed_keys[s]
            size = push(keys, nodes, size, seed_keys[s], node)
    while size > 0:
        key = keys[0]
        node = nodes[0]
        size = drop_least(keys, nodes, size)
        if key > best[node]:  # a better one was pushed after it
            continue
        for a in range(first[node], first[node + 1]):
            if (key >> 32) + arcs[a]["cost"] > limit:  # asked first: a cost beyond 31 bits would wrap around
                continue
            head = arcs[a]["head"]
            longer = key + (np.int64(arcs[a]["cost"]) << 32)
            if longer < best[head]:
                best[head] = longer
                size = push(keys, nodes, size, longer, head)
    return best


@kernel(int64(Points, int64, Points, int64))
def along_edge(origins: Records, p: Whole, targets: Records, q: Whole) -> Whole:
    """Cost from p to q without leaving the edge that both stand on; ``UNREACHED`` against a one-way street."""
    here, there = origins[p]["at"], targets[q]["at"]
    if here == there:
        way = np.int64(0)
    elif here < there:
        if targets[q]["from_u"] == UNREACHED:
            return np.int64(UNREACHED)
        way = np.int64(targets[q]["from_u"]) - np.int64(origins[p]["from_u"])
    else:
        if targets[q]["from_v"] == UNREACHED:
            return np.int64(UNREACHED)
        way = np.int64(targets[q]["from_v"]) - np.int64(origins[p]["from_v"])
    return np.int64(origins[p]["gap"]) + way + np.int64(targets[q]["gap"])


@kernel(void(int64[::1], Points, int32[::1], Points, int64, int64[::1]))
def read_at_origins(
    best: Int64s, origins: Records, on_edge: Int32s, targets: Records, limit: Whole, keys: Int64s
) -> None:
    """Carry the keys of nodes to the points that leave for them; the least key of each owner stays.

    Parameters
    ----------
    best
        (n,) keys of nodes, from :func:`settle_all` on the reversed graph.
    origins
        (p,) points to answer for.
    on_edge, targets
        Facility points by edge: those on edge e are ``targets[on_edge[e]:on_edge[e + 1]]``. They may be nearer
        along the edge than by way of its ends.
    limit
        Costs beyond it are not given.
    keys
        (owners,) filled with ``NO_KEY`` before; the answer.
    """
    for p in range(len(origins)):
        least = np.int64(NO_KEY)
        for end in range(2):
            node = origins[p]["u"] if end == 0 else origins[p]["v"]
            leave = origins[p]["leave_u"] if end == 0 else origins[p]["leave_v"]
            if best[node] != NO_KEY and (best[node] >> 32) + leave <= limit:
                key = best[node] + (np.int64(leave) << 32)
                least = min(least, key)
        edge = origins[p]["edge"]
        for q in range(on_edge[edge], on_edge[edge + 1]):
            cost = along_edge(origins, p, targets, q)
            if cost <= limit:
                least = min(least, (cost << 32) | np.int64(targets[q]["owner"]))
        owner = origins[p]["owner"]
        keys[owner] = min(keys[owner], least)
