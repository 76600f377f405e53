"""Trees and chains go first: most nodes of a street network only bend a street or end one.

Of the nodes that OpenStreetMap gives a city, seven in eight have one or two neighbours. To eliminate them costs one
arc or two each, whatever comes after, so there is nothing to think about; what is left, the *core*, is small enough
to be dissected with care (see ``dissection``).

::

    degree 1: goes, leaves nothing               degree 2: goes, leaves one arc between its neighbours

         ○──●                ○                      a ○──●──○ b            a ○─────○ b
         │                   │
                                                    if a and b were neighbours before, both lose one

It is done in rounds: in one round no two neighbours go. A chain of k nodes is so taken away by halves, and a way out
of it climbs over log k nodes instead of k.

::

    a ○──●──●──●──●──●──○ b     round 1   a ○──×──●──×──●──×──○ b
                                round 2   a ○─────×─────●─────○ b          (× goes)
                                round 3   a ○───────────×─────○ b

Nodes of low degree first: H. M. Markowitz, The elimination form of the inverse and its application to linear
programming, Management Science 3 (1957) 255-269; W. F. Tinney and J. W. Walker, Direct solutions of sparse network
equations by optimally ordered triangular factorization, Proceedings of the IEEE 55 (1967) 1801-1809.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.records import NOBODY

Int32s = npt.NDArray[np.int32]

_graph = tuple_of(int32[::1], int32[::1], int32[::1])


@kernel(_graph(int64, int32[::1], int32[::1]))
def neighbour_lists(n: Whole, u: Int32s, v: Int32s) -> tuple[Int32s, Int32s, Int32s]:
    """The neighbours of each node, in rising order, each once; loops are left out.

    Parameters
    ----------
    n
        How many nodes there are.
    u, v
        (m,) ends of the edges; direction does not matter.

    Returns
    -------
    ``(first, head, twin)``: the neighbours of node x are ``head[first[x]:first[x + 1]]``, and slot ``twin[s]`` is
    slot s seen from the other end.
    """
    first = np.zeros(n + 1, dtype=np.int32)
    for e in range(len(u)):
        if u[e] != v[e]:
            first[u[e] + 1] += 1
            first[v[e] + 1] += 1
    for x in range(n):
        first[x + 1] += first[x]
    place = first[:n].copy()
    unsorted = np.empty(first[n], dtype=np.int32)
    for e in range(len(u)):
        if u[e] != v[e]:
            unsorted[place[u[e]]] = v[e]
            unsorted[place[v[e]]] = u[e]
            place[u[e]] += 1
            place[v[e]] += 1
    # told again in the order of their neighbours, lists come out sorted, and what is told twice stands side by side
    head = np.empty(first[n], dtype=np.int32)
    for x in range(n):
        place[x] = first[x]
    for x in range(n):
        for s in range(first[x], first[x + 1]):
            y = unsorted[s]
            if place[y] == first[y] or head[place[y] - 1] != x:
                head[place[y]] = x
                place[y] += 1
    filled = 0
    for x in range(n):
        begin = first[x]
        first[x] = filled
        for s in range(begin, place[x]):
            head[filled] = head[s]
            filled += 1
    first[n] = filled
    # nodes come by in rising order, and so do the entries of each list: the next x that names y is y's next entry
    twin = unsorted
    for x in range(n):
        place[x] = first[x]
    for x in range(n):
        for s in range(first[x], first[x + 1]):
            twin[s] = place[head[s]]
            place[head[s]] += 1
    return first, head[:filled].copy(), twin[:filled].copy()


@kernel(
    tuple_of(int32[::1], int32[::1], int32[::1], int32[::1])(
        int32[::1], int32[::1], int32[::1], int32[::1], int64
    )
)
def core_of(
    first: Int32s, head: Int32s, twin: Int32s, degree: Int32s, count: Whole
) -> tuple[Int32s, Int32s, Int32s, Int32s]:
    """The graph between the ``count`` nodes whose degree is not ``NOBODY``, closed up."""
    n = len(first) - 1
    core = np.empty(count, dtype=np.int32)
    place = np.full(n, NOBODY, dtype=np.int32)
    core_first = np.zeros(count + 1, dtype=np.int32)
    slot_now = np.empty(len(head), dtype=np.int32)
    c = 0
    filled = 0
    for x in range(n):
        if degree[x] == NOBODY:
            continue
        core[c] = x
        place[x] = c
        for s in range(first[x], first[x + 1]):
            if head[s] != NOBODY:
                slot_now[s] = filled
                filled += 1
        c += 1
        core_first[c] = filled
    core_head = np.empty(filled, dtype=np.int32)
    core_twin = np.empty(filled, dtype=np.int32)
    for c in range(count):
        x = core[c]
        for s in range(first[x], first[x + 1]):
            if head[s] != NOBODY:
                core_head[slot_now[s]] = place[head[s]]
                core_twin[slot_now[s]] = slot_now[twin[s]]
    return core, core_first, core_head, core_twin


@kernel(boolean(int32[::1], int32[::1], int32[::1], int64))
def join_neighbours(first: Int32s, head: Int32s, twin: Int32s, x: Whole) -> bool:
    """Whether x stood between two nodes that were no neighbours, and now are: by the slots that led to x."""
    s = -1
    t = -1
    for slot in range(first[x], first[x + 1]):
        if head[slot] != NOBODY:
            t = s
            s = slot
    if t < 0:
        return False
    a = head[s]
    b = head[t]
    if first[a + 1] - first[a] > first[b + 1] - first[b]:
        a, b = b, a
    for slot in range(first[a], first[a + 1]):
        if head[slot] == b:
            return False
    back_s = twin[s]
    back_t = twin[t]
    head[back_s] = head[t]
    head[back_t] = head[s]
    twin[back_s] = back_t
    twin[back_t] = back_s
    return True


@kernel(
    tuple_of(int32[::1], int32[::1], int32[::1], int32[::1], int32[::1])(int32[::1], int32[::1], int32[::1])
)
def strip(first: Int32s, head: Int32s, twin: Int32s) -> tuple[Int32s, Int32s, Int32s, Int32s, Int32s]:
    """Eliminate nodes of degree 0, 1 and 2 until there are none.

    Parameters
    ----------
    first, head, twin
        Lists of neighbours; ``head`` and ``twin`` are used up.

    Returns
    -------
    ``(stripped, core, core_first, core_head, core_twin)``: nodes in the order in which they went; nodes that are
    left, in rising order; and the graph between these, numbered by their place in ``core``.
    """
    n = len(first) - 1
    degree = np.empty(n, dtype=np.int32)
    for x in range(n):
        degree[x] = first[x + 1] - first[x]
    stripped = np.empty(n, dtype=np.int32)
    now = np.empty(n, dtype=np.int32)  # nodes of low degree: each waits in one of the two lists
    later = np.empty(n, dtype=np.int32)
    lost_in = np.full(n, -1, dtype=np.int32)  # the round in which a node last lost a neighbour
    gone = 0
    turn = 0
    for most in range(1, 3):  # all trees, since they cost least, and then all chains
        waiting = 0
        for x in range(n):
            if degree[x] != NOBODY and degree[x] <= most:
                now[waiting] = x
                waiting += 1
        while waiting > 0:
            postponed = 0
            for i in range(waiting):
                x = now[i]
                if lost_in[x] == turn:
                    later[postponed] = x
                    postponed += 1
                    continue
                stripped[gone] = x
                gone += 1
                degree[x] = NOBODY
                joined = join_neighbours(first, head, twin, x)
                for slot in range(first[x], first[x + 1]):
                    y = head[slot]
                    if y == NOBODY:
                        continue
                    lost_in[y] = turn
                    if joined:
                        continue
                    head[twin[slot]] = NOBODY
                    degree[y] -= 1
                    if degree[y] == most:
                        later[postponed] = y
                        postponed += 1
            now, later = later, now
            waiting = postponed
            turn += 1
    core, core_first, core_head, core_twin = core_of(first, head, twin, degree, n - gone)
    return stripped[:gone].copy(), core, core_first, core_head, core_twin
