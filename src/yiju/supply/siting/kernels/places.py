"""Who gets a place where places are short: as many people as can be, each within reach, shared between sites.

A flow from people to places. It grows point by point, the heaviest first. A point takes spare places of its own sites;
where there are none, people who have another choice move over::

    point 1 wants a place at A, which is full;         point 1 ── A        point 1 ══ A
    point 2 has one there, and reaches B too:          point 2 ══ A   →    point 2 ── A
                                                       point 2 ── B        point 2 ══ B (it has a spare place)

Nobody who has a place loses it. Sets of people who can be served together form a polymatroid, hence to go by weight
gives the greatest weight that can be served (J. Edmonds, Submodular functions, matroids, and certain polyhedra, 1970).

A search that finds no spare place has seen only sites that stay full for good: no later move can free a place there.
They are marked, and points that reach nothing else are passed over.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# People fewer than this are the dust of floating-point sums, not people.
_DUST = 1e-9


@kernel(
    int64(
        int64, int64[::1], int32[::1], int32[::1], int64[::1], int64[::1], float64[::1], float64[::1], boolean[::1],
        int64[::1], int64[::1], int64[::1],
    )
)  # fmt: skip
def _find_spare(
    i: Whole, first: Int64s, site: Int32s, point: Int32s, column_first: Int64s, column: Int64s, flow: Floats,
    spare: Floats, full: Bools, entered: Int64s, left: Int64s, queue: Int64s,
) -> int:  # fmt: skip
    """The spare place that point i can have by the fewest moves: its site; -1 if none, and all that was seen is full.

    ``entered`` (m,) gets the pair by which somebody comes to each site, -1 where nobody would; ``left`` (m,) the pair
    that they leave, -1 if it is point i that comes.
    """
    entered[:] = -1
    end = 0
    for e in range(first[i], first[i + 1]):
        s = site[e]
        if not full[s]:
            entered[s], left[s] = e, -1
            if spare[s] > _DUST:
                return int(s)
            queue[end] = s
            end += 1
    at = 0
    while at < end:
        s = queue[at]
        at += 1
        for c in range(column_first[s], column_first[s + 1]):
            if flow[column[c]] <= _DUST:
                continue
            k = point[column[c]]
            for e in range(first[k], first[k + 1]):
                t = site[e]
                if not full[t] and entered[t] < 0:
                    entered[t], left[t] = e, column[c]
                    if spare[t] > _DUST:
                        return int(t)
                    queue[end] = t
                    end += 1
    for at in range(end):
        full[queue[at]] = True
    return -1


@kernel(
    float64[::1](
        int64[::1], int32[::1], int32[::1], int64[::1], int64[::1], int64[::1], float64[::1], float64[::1]
    )
)
def fill(
    first: Int64s, site: Int32s, point: Int32s, column_first: Int64s, column: Int64s, order: Int64s, people: Floats,
    places: Floats,
) -> Floats:  # fmt: skip
    """People on each pair, so that the greatest weight is served.

    Parameters
    ----------
    first, site, point
        The pairs row by row, as in ``Costs``.
    column_first, column
        (m + 1,), (pairs,) the positions of the same pairs, site by site.
    order
        (n,) points, the heaviest first.
    people, places
        (n,) who wants a place, (m,) places.

    Returns
    -------
    (pairs,) people.
    """
    m = len(places)
    flow = np.zeros(len(site))
    spare = places.copy()
    full = places <= _DUST
    entered = np.empty(m, dtype=np.int64)
    left = np.empty(m, dtype=np.int64)
    queue = np.empty(m, dtype=np.int64)
    for o in range(len(order)):
        i = order[o]
        need = people[i]
        for e in range(first[i], first[i + 1]):
            if need <= _DUST:
                break
            taken = min(need, spare[site[e]])
            flow[e] += taken
            spare[site[e]] -= taken
            need -= taken
        while need > _DUST:
            last = _find_spare(
                i, first, site, point, column_first, column, flow, spare, full, entered, left, queue
            )
            if last < 0:
                break
            most = min(need, spare[last])
            s = last
            while left[s] >= 0:
                most = min(most, flow[left[s]])
                s = site[left[s]]
            s = last
            while left[s] >= 0:
                flow[entered[s]] += most
                flow[left[s]] -= most
                s = site[left[s]]
            flow[entered[s]] += most
            spare[last] -= most
            need -= most
    return flow
