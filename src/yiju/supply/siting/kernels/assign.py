"""Everybody to one site, and no site over its capacity: the two loops of capacitated location.

*From below.* Let each demand point pay a price u_i to be served, and forget that it is to be served just once. Then
each site picks by itself what pays best and fits, a knapsack::

    K_j(q) = min Σ_i (c_ij - u_i) x_ij   with   Σ_i d_i x_ij ≤ q,   x whole

The prices that make Σ u_i + (the best sites) large give a bound as strong as that of column generation (A. Ceselli &
G. Righini, A branch-and-price algorithm for the capacitated p-median problem, Networks 45 (2005) 125-142,
https://doi.org/10.1002/net.20059).

*From above.* With the sites given, a local search moves one point, or lets two change places. Capacity may be broken
at a price that rises until nobody does (generalised assignment with a strategic penalty; F. Glover's oscillation).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64, void

from yiju.travel.kernels.compiling import kernel

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A move has to gain more than the dust of floating-point sums.
_DUST = 1e-9
# How often the price of broken capacity may double before the sites are held to be too few.
_DOUBLINGS = 40


@kernel(
    void(
        int64[::1], int32[::1], float64[::1], int64[::1], int64[::1], float64[::1], float64[::1], boolean[::1],
        float64[::1],
    )
)  # fmt: skip
def pick_whole(
    first: Int64s, point: Int32s, cost: Floats, size: Int64s, room: Int64s, price: Floats, value: Floats,
    taken: Bools, forced: Floats,
) -> None:  # fmt: skip
    """What each site would pick at these prices: dynamic programming over whole sizes.

    Parameters
    ----------
    first, point, cost
        Pairs site by site; the cost is of all that the point wants.
    size, room
        (n,) what each point takes, (m,) capacity of each site.
    price
        (n,) what each point pays.
    value, taken
        Out: (m,) K_j of each site; (pairs,) what it picks.
    forced
        Out: (pairs,) a bound of K_j if this pair has to be picked; infinite where it does not fit.
    """
    most = 0
    widest = 0
    for j in range(len(room)):
        most = max(most, room[j])
        widest = max(widest, first[j + 1] - first[j])
    best = np.empty(most + 1)
    kept = np.empty((widest, most + 1), dtype=np.bool_)
    item = np.empty(widest, dtype=np.int64)
    for j in range(len(room)):
        capacity = room[j]
        best[: capacity + 1] = 0.0
        items = 0
        for e in range(first[j], first[j + 1]):
            taken[e] = False
            pays = cost[e] - price[point[e]]
            weight = size[point[e]]
            if pays >= 0.0 or weight > capacity:
                continue
            for q in range(capacity, weight - 1, -1):
                then = best[q - weight] + pays
                kept[items, q] = then < best[q]
                best[q] = min(best[q], then)
            for q in range(weight):
                kept[items, q] = False
            item[items] = e
            items += 1
        value[j] = best[capacity]
        q = capacity
        for t in range(items - 1, -1, -1):
            if kept[t, q]:
                taken[item[t]] = True
                q -= size[point[item[t]]]
        for e in range(first[j], first[j + 1]):
            left = capacity - size[point[e]]
            forced[e] = cost[e] - price[point[e]] + best[left] if left >= 0 else np.inf


@kernel(
    void(
        int64[::1], int32[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1],
    )
)  # fmt: skip
def pick_split(
    first: Int64s, point: Int32s, cost: Floats, size: Floats, room: Floats, price: Floats, value: Floats,
    taken: Floats, forced: Floats,
) -> None:  # fmt: skip
    """The same where points may be split: the best payers for their size first, the last in part.

    ``taken`` gets shares from 0 to 1. ``forced`` bounds K_j if the pair is picked whole, by the worth of room.
    """
    widest = 0
    for j in range(len(room)):
        widest = max(widest, first[j + 1] - first[j])
    worth = np.empty(widest)
    for j in range(len(room)):
        begin = first[j]
        count = first[j + 1] - begin
        for t in range(count):
            e = begin + t
            taken[e] = 0.0
            pays = cost[e] - price[point[e]]
            worth[t] = pays / size[point[e]] if size[point[e]] > 0.0 else (-np.inf if pays < 0.0 else 0.0)
        left = room[j]
        value[j] = 0.0
        margin = 0.0  # what the last bit of room is worth
        for t in np.argsort(worth[:count], kind="mergesort"):
            if worth[t] >= 0.0:
                break
            e = begin + t
            part = 1.0
            if size[point[e]] > left:
                part = left / size[point[e]]
                margin = worth[t]
            taken[e] = part
            value[j] += part * (cost[e] - price[point[e]])
            left -= part * size[point[e]]
            if part < 1.0:
                break
        for e in range(begin, begin + count):
            pays = cost[e] - price[point[e]] - margin * size[point[e]]
            forced[e] = value[j] + max(0.0, pays)


@kernel(float64(float64[:, ::1], float64[::1], float64[::1], int32[::1]))
def settle(cost: Floats, size: Floats, room: Floats, where: Int32s) -> float:
    """Improve who goes where until no move of one point and no exchange of two helps.

    Parameters
    ----------
    cost
        (n, p) of all that each point wants; infinite where it cannot go.
    size, room
        (n,) and (p,).
    where
        In and out: (n,) column of each point, one that it can use; capacity may be broken at first.

    Returns
    -------
    The total cost; infinite if capacity could not be kept.
    """
    n, p = cost.shape
    load = np.zeros(p)
    total = 0.0
    bulk = 0.0
    for i in range(n):
        load[where[i]] += size[i]
        total += cost[i, where[i]]
        bulk += size[i]
    dear = 0.1 * total / max(bulk, _DUST) + _DUST
    for _ in range(_DOUBLINGS):
        moved = True
        while moved:
            moved = _shift(cost, size, room, where, load, dear)
            moved = _exchange(cost, size, room, where, load, dear) or moved
        over = 0.0
        for a in range(p):
            over += max(0.0, load[a] - room[a] - _DUST * max(1.0, room[a]))
        if over == 0.0:
            total = 0.0
            for i in range(n):
                total += cost[i, where[i]]
            return total
        dear *= 2.0
    return float(np.inf)


@kernel(boolean(float64[:, ::1], float64[::1], float64[::1], int32[::1], float64[::1], float64))
def _shift(cost: Floats, size: Floats, room: Floats, where: Int32s, load: Floats, dear: float) -> bool:
    """Move points one by one, each where it costs least with the price of broken capacity."""
    n, p = cost.shape
    moved = False
    for i in range(n):
        a = where[i]
        less = max(0.0, load[a] - room[a]) - max(0.0, load[a] - size[i] - room[a])
        best, to = -_DUST * max(1.0, cost[i, a]), a
        for b in range(p):
            if b == a:
                continue
            more = max(0.0, load[b] + size[i] - room[b]) - max(0.0, load[b] - room[b])
            change = cost[i, b] - cost[i, a] + dear * (more - less)
            if change < best:
                best, to = change, b
        if to != a:
            load[a] -= size[i]
            load[to] += size[i]
            where[i] = to
            moved = True
    return moved


@kernel(boolean(float64[:, ::1], float64[::1], float64[::1], int32[::1], float64[::1], float64))
def _exchange(cost: Floats, size: Floats, room: Floats, where: Int32s, load: Floats, dear: float) -> bool:
    """Let two points change sites, where at least one of them would like to."""
    n = len(cost)
    moved = False
    for i in range(n):
        for k in range(n):
            a, b = where[i], where[k]
            if a == b or not (cost[i, b] < cost[i, a] or load[a] > room[a]):
                continue
            change = cost[i, b] - cost[i, a] + cost[k, a] - cost[k, b]
            step = size[i] - size[k]
            before = max(0.0, load[a] - room[a]) + max(0.0, load[b] - room[b])
            after = max(0.0, load[a] - step - room[a]) + max(0.0, load[b] + step - room[b])
            if change + dear * (after - before) < -_DUST * max(1.0, cost[i, a] + cost[k, b]):
                load[a] -= step
                load[b] += step
                where[i], where[k] = b, a
                moved = True
    return moved
