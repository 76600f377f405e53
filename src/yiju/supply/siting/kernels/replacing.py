"""What each chosen site is worth, and which site would replace it best: every pair is evaluated.

For a site j and the points of slot s, each point goes to its nearest open site, which is j or an open site other than
that of s::

    total(s, j)  =  sum over points of s     of  weight * min(cost to j, cost to second nearest)
                  + sum over other points    of  weight * min(cost to j, cost to nearest)

One pass over the points for each site j gives the totals of all slots: p x m choices in n x m steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32

from yiju.supply.siting.kernels.listing import PAIRS, Pairs
from yiju.travel.kernels.compiling import kernel, tuple_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


@kernel(
    tuple_of(float64[::1], float64[::1], int32[::1])(
        PAIRS, float64[::1], float64[::1], int32[::1], float64[::1], float64[::1], boolean[::1], float64[::1]
    )
)
def best_replacements(
    columns: Pairs,
    weight: Floats,
    far: Floats,
    slot: Int32s,
    nearest: Floats,
    second: Floats,
    allowed: Bools,
    without: Floats,
) -> tuple[Floats, Floats, Int32s]:
    """Total cost without the site of each slot, with its best replacement, and which one that is.

    Parameters
    ----------
    columns
        The pairs by columns.
    weight, far
        (n,) people, and what a point pays none of whose listed sites is open; infinite if that may not be.
    slot, nearest, second
        (n,) slot of the nearest open site, -1 if there is none, cost to it and to the second nearest.
    allowed
        (m,) sites that may come in.
    without
        (p,) filled with the totals without the site of each slot.

    Returns
    -------
    (p,) each: ``without``, totals with the best replacement, and its position; infinite and -1 if none will do.
    """
    n, m, p = len(weight), len(allowed), len(without)
    column, point, cost = columns
    best = np.full(p, np.inf)
    chosen = np.full(p, -1, dtype=np.int32)
    to_site = far.copy()
    of_slot = np.empty(
        p + 1
    )  # cost of the points of a slot when its site is gone; the last: of nobody's points
    now = np.empty(p + 1)
    for j in range(-1, m):  # -1: no site comes in
        if j >= 0 and not allowed[j]:
            continue
        if j >= 0:
            for e in range(column[j], column[j + 1]):
                to_site[point[e]] = min(cost[e], far[point[e]])
        of_slot[:] = 0.0
        now[:] = 0.0
        for i in range(n):
            of_slot[slot[i]] += weight[i] * min(to_site[i], second[i])
            now[slot[i]] += weight[i] * min(to_site[i], nearest[i])
        everyone = now.sum()
        for s in range(p):
            total = everyone - now[s] + of_slot[s]
            if j < 0:
                without[s] = total
            elif total < best[s]:
                best[s] = total
                chosen[s] = j
        if j >= 0:
            for e in range(column[j], column[j + 1]):
                to_site[point[e]] = far[point[e]]
    return without, best, chosen


@kernel(
    tuple_of(float64[::1], float64[::1], int32[::1])(
        PAIRS, float64[::1], int32[::1], float64[::1], float64[::1], boolean[::1], float64[::1]
    )
)
def worst_replacements(
    columns: Pairs,
    far: Floats,
    slot: Int32s,
    nearest: Floats,
    second: Floats,
    allowed: Bools,
    without: Floats,
) -> tuple[Floats, Floats, Int32s]:
    """As :func:`best_replacements`, of the greatest cost of any point instead of the total."""
    n, m, p = len(slot), len(allowed), len(without)
    column, point, cost = columns
    best = np.full(p, np.inf)
    chosen = np.full(p, -1, dtype=np.int32)
    to_site = far.copy()
    of_slot = np.empty(p + 1)
    now = np.empty(p + 1)
    for j in range(-1, m):
        if j >= 0 and not allowed[j]:
            continue
        if j >= 0:
            for e in range(column[j], column[j + 1]):
                to_site[point[e]] = min(cost[e], far[point[e]])
        of_slot[:] = 0.0
        now[:] = 0.0
        for i in range(n):
            of_slot[slot[i]] = max(of_slot[slot[i]], min(to_site[i], second[i]))
            now[slot[i]] = max(now[slot[i]], min(to_site[i], nearest[i]))
        # the worst of the others is the worst of all, or the second if the worst is in this slot
        worst = np.argmax(now)
        runner_up = 0.0
        for s in range(p + 1):
            if s != worst:
                runner_up = max(runner_up, now[s])
        for s in range(p):
            value = max(of_slot[s], runner_up if s == worst else now[worst])
            if j < 0:
                without[s] = value
            elif value < best[s]:
                best[s] = value
                chosen[s] = j
        if j >= 0:
            for e in range(column[j], column[j + 1]):
                to_site[point[e]] = far[point[e]]
    return without, best, chosen
