"""All pairs within a limit, and sums of what lies within limits.

One bounded search from each origin. Facilities hang on the two ends of their street; when the search has settled a
node, it looks at what hangs there. Every list that a search touched is wiped afterwards entry by entry, so a search
costs what it reaches and not the size of the city.

::

            limit                              row    first  facilities
      ╭───────────────╮                        home 0   0    A 120  C 300
      │  A   home   C │   B                    home 1   2    B  80
      ╰───────────────╯                                 3

The pairs come out as compressed sparse rows, one for each origin. Where facilities are fewer than origins, the
caller searches from them against the direction of the streets, and turns the rows around (:func:`turn_rows`): the
pairs are the same, to the last digit. Turning also sorts, so that rows turned twice are in the facilities' order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import float64, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.heap import drop_least, new_heap, push
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import UNREACHED, Arcs, Hooks, Points

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

_reach_signature = int64(
    int32[::1], Arcs, int32[::1], Hooks, int32[::1], Points,  # the network and what hangs on it
    Points, int64, int64, int64,  # the origin
    int32[::1], int64[::1], int32[::1], int32[::1],  # scratch for nodes
    int32[::1], int32[::1],  # scratch for facilities
)  # fmt: skip


@kernel(_reach_signature)
def reach_owners(
    first: Int32s, arcs: Records, hook_first: Int32s, hooks: Records, on_edge: Int32s, targets: Records,
    origins: Records, begin: Whole, end: Whole, limit: Whole,
    node_cost: Int32s, keys: Int64s, nodes: Int32s, touched: Int32s,
    owner_cost: Int32s, met: Int32s,
) -> Whole:  # fmt: skip
    """Search from one origin, the points ``origins[begin:end]``; how many facilities are within the limit.

    The facilities stand in ``met`` as they were met, their costs in ``owner_cost``, which the caller wipes.
    ``node_cost`` and ``owner_cost`` are ``UNREACHED`` everywhere before; ``node_cost`` is again afterwards.
    """
    size = 0
    reached = 0
    found = 0
    for p in range(begin, end):
        for side in range(2):
            node = origins[p]["u"] if side == 0 else origins[p]["v"]
            leave = origins[p]["leave_u"] if side == 0 else origins[p]["leave_v"]
            if leave <= limit and leave < node_cost[node]:
                if node_cost[node] == UNREACHED:
                    touched[reached] = node
                    reached += 1
                node_cost[node] = leave
                size = push(keys, nodes, size, np.int64(leave), node)
        edge = origins[p]["edge"]
        for q in range(on_edge[edge], on_edge[edge + 1]):
            cost = along_edge(origins, p, targets, q)
            owner = targets[q]["owner"]
            if cost <= limit and cost < owner_cost[owner]:
                if owner_cost[owner] == UNREACHED:
                    met[found] = owner
                    found += 1
                owner_cost[owner] = cost
    while size > 0:
        key = keys[0]
        node = nodes[0]
        size = drop_least(keys, nodes, size)
        if key > node_cost[node]:
            continue
        for h in range(hook_first[node], hook_first[node + 1]):
            cost = key + np.int64(hooks[h]["cost"])
            owner = hooks[h]["owner"]
            if cost <= limit and cost < owner_cost[owner]:
                if owner_cost[owner] == UNREACHED:
                    met[found] = owner
                    found += 1
                owner_cost[owner] = cost
        for a in range(first[node], first[node + 1]):
            head = arcs[a]["head"]
            cost = key + np.int64(arcs[a]["cost"])
            if cost <= limit and cost < node_cost[head]:
                if node_cost[head] == UNREACHED:
                    touched[reached] = head
                    reached += 1
                node_cost[head] = cost
                size = push(keys, nodes, size, cost, head)
    for i in range(reached):
        node_cost[touched[i]] = UNREACHED
    return found


_network = (int32[::1], Arcs, int32[::1], Hooks, int32[::1], Points)
_pairs = tuple_of(int64[::1], int32[::1], int32[::1])


@kernel(_pairs(*_network, Points, int64[::1], int64, int64))
def pairs_within(
    first: Int32s, arcs: Records, hook_first: Int32s, hooks: Records, on_edge: Int32s, targets: Records,
    origins: Records, origin_first: Int64s, facilities: Whole, limit: Whole,
) -> tuple[Int64s, Int32s, Int32s]:  # fmt: skip
    """All (origin, facility) pairs within the limit.

    Parameters
    ----------
    first, arcs
        The graph to search.
    hook_first, hooks
        What hangs on node v: ``hooks[hook_first[v]:hook_first[v + 1]]``.
    on_edge, targets
        Facility points by edge.
    origins, origin_first
        The points of origin i are ``origins[origin_first[i]:origin_first[i + 1]]``.
    facilities
        How many facilities there are.
    limit
        The largest cost that is kept; at most ``UNREACHED - 1``.

    Returns
    -------
    ``(row_first, facility, cost)`` : the pairs of origin i are ``row_first[i]:row_first[i + 1]``, as they were met.
    ``facility`` and ``cost`` are longer than ``row_first[-1]``; what comes after is not filled.
    """
    n = len(first) - 1
    count = len(origin_first) - 1
    node_cost = np.full(n, UNREACHED, dtype=np.int32)
    keys, nodes = new_heap(len(arcs) + 2 * len(origins))
    touched = np.empty(n, dtype=np.int32)
    owner_cost = np.full(facilities, UNREACHED, dtype=np.int32)
    met = np.empty(facilities, dtype=np.int32)
    row_first = np.zeros(count + 1, dtype=np.int64)
    facility = np.empty(max(1024, count), dtype=np.int32)
    cost = np.empty(max(1024, count), dtype=np.int32)
    filled = 0
    for i in range(count):
        found = reach_owners(
            first, arcs, hook_first, hooks, on_edge, targets,
            origins, origin_first[i], origin_first[i + 1], limit,
            node_cost, keys, nodes, touched, owner_cost, met,
        )  # fmt: skip
        if filled + found > len(facility):
            room = 2 * (filled + found)
            longer_facility = np.empty(room, dtype=np.int32)
            longer_cost = np.empty(room, dtype=np.int32)
            for e in range(filled):  # slices would double the time that numba takes to compile this
                longer_facility[e] = facility[e]
                longer_cost[e] = cost[e]
            facility = longer_facility
            cost = longer_cost
        for f in range(found):
            owner = met[f]
            facility[filled] = owner
            cost[filled] = owner_cost[owner]
            owner_cost[owner] = UNREACHED
            filled += 1
        row_first[i + 1] = filled
    return row_first, facility, cost


@kernel(float64[:, ::1](*_network, Points, int64[::1], float64[::1], int64[::1]))
def sums_within(
    first: Int32s, arcs: Records, hook_first: Int32s, hooks: Records, on_edge: Int32s, targets: Records,
    origins: Records, origin_first: Int64s, values: Floats, limits: Int64s,
) -> Floats:  # fmt: skip
    """Sum of the facilities' values within each of several limits, without keeping the pairs.

    Parameters are those of :func:`pairs_within`, and ``values`` (facilities,) and ``limits`` (l,) in rising order.

    Returns
    -------
    (origins, l) sums, added in the order in which the facilities are met.
    """
    n = len(first) - 1
    count = len(origin_first) - 1
    facilities = len(values)
    node_cost = np.full(n, UNREACHED, dtype=np.int32)
    keys, nodes = new_heap(len(arcs) + 2 * len(origins))
    touched = np.empty(n, dtype=np.int32)
    owner_cost = np.full(facilities, UNREACHED, dtype=np.int32)
    met = np.empty(facilities, dtype=np.int32)
    sums = np.zeros((count, len(limits)), dtype=np.float64)
    for i in range(count):
        found = reach_owners(
            first, arcs, hook_first, hooks, on_edge, targets,
            origins, origin_first[i], origin_first[i + 1], limits[len(limits) - 1],
            node_cost, keys, nodes, touched, owner_cost, met,
        )  # fmt: skip
        for f in range(found):
            owner = met[f]
            for j in range(len(limits)):
                if owner_cost[owner] <= limits[j]:
                    sums[i, j] += values[owner]
            owner_cost[owner] = UNREACHED
    return sums


@kernel(_pairs(int64[::1], int32[::1], int32[::1], int64))
def turn_rows(
    row_first: Int64s, column: Int32s, cost: Int32s, columns: Whole
) -> tuple[Int64s, Int32s, Int32s]:
    """Transpose sparse rows by counting: columns become rows, in the same order within."""
    turned_first = np.zeros(columns + 1, dtype=np.int64)
    for e in range(len(column)):
        turned_first[column[e] + 1] += 1
    for c in range(columns):
        turned_first[c + 1] += turned_first[c]
    place = turned_first.copy()
    turned_column = np.empty(len(column), dtype=np.int32)
    turned_cost = np.empty(len(column), dtype=np.int32)
    for row in range(len(row_first) - 1):
        for e in range(row_first[row], row_first[row + 1]):
            at = place[column[e]]
            turned_column[at] = row
            turned_cost[at] = cost[e]
            place[column[e]] = at + 1
    return turned_first, turned_column, turned_cost
