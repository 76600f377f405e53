"""Fast interchange: from a choice of p sites, swap one site for another while that lowers the total cost.

What a swap is worth falls into three parts (Resende & Werneck, A fast swap-based local search procedure for location
problems, Annals of Operations Research 150 (2007), https://doi.org/10.1007/s10479-006-0154-0)::

    worth of (site j in, slot s out)  =  gain[j]  -  loss[s]  +  extra[s, j]

    gain[j]       what j saves those to whom it is nearer than their nearest open site
    loss[s]       what those of slot s pay more if each goes to their second nearest
    extra[s, j]   what of that loss j takes back from those of slot s

Each point adds only to the sites that are nearer to it than its second nearest open site, and its row rises: it is
read until there and no further. With p of m sites open that is about 2 m / p entries of m::

    row of a point    j7: 60   j2: 110   j5: 180  │  j1: 240   j9: 300 ...
                               nearest   second   └─ never read

A swap changes the two nearest of some points; only those take back their parts and add them anew. The best of all
p x m pairs is then found by adding vectors.

Rows of a thousand sites lie far apart in memory, and of each only the beginning is read. So the beginnings stand once
more by themselves, as *heads*: a kernel reads the head of a row, and the row itself only where the head is too short.

A point none of whose listed sites is open pays ``far``. A *slot* is the place of a site in the list of chosen ones.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, from_dtype, int32, int64, void

from yiju.supply.siting.kernels.listing import PAIRS, Pairs
from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Records = npt.NDArray[np.void]
# What a swap is worth, in three parts: arrays of m, of p, and of p by m.
Tables: TypeAlias = tuple[Floats, Floats, Floats]

# Slots of the nearest and second nearest open site of a point, and their costs; slot -1 and ``far`` if there is none.
TWO_NEAREST = np.dtype([("cost", "f8"), ("second_cost", "f8"), ("slot", "i4"), ("second_slot", "i4")])
_Two = from_dtype(TWO_NEAREST)[::1]
_Tables = tuple_of(float64[::1], float64[::1], float64[:, ::1])


@kernel(void(int64, PAIRS, PAIRS, int32[::1], float64[::1], _Two))
def find_two(i: Whole, heads: Pairs, rows: Pairs, slot_of: Int32s, far: Floats, two: Records) -> None:
    """Find the two nearest open sites of a point."""
    two[i]["cost"] = far[i]
    two[i]["second_cost"] = far[i]
    two[i]["slot"] = -1
    two[i]["second_slot"] = -1
    read = 0
    for deeper in range(2):
        first, site, cost = rows if deeper else heads
        for e in range(first[i] + read, first[i + 1]):
            if cost[e] >= far[i]:
                return
            slot = slot_of[site[e]]
            if slot >= 0 and two[i]["slot"] < 0:
                two[i]["slot"] = slot
                two[i]["cost"] = cost[e]
            elif slot >= 0:
                two[i]["second_slot"] = slot
                two[i]["second_cost"] = cost[e]
                return
        read = heads[0][i + 1] - heads[0][i]


@kernel(void(int64, float64, PAIRS, PAIRS, _Two, _Tables))
def add_parts(i: Whole, weight: float, heads: Pairs, rows: Pairs, two: Records, tables: Tables) -> None:
    """Add what a point contributes to the three tables; a negative weight takes it back."""
    gain, loss, extra = tables
    nearest = two[i]["cost"]
    second = two[i]["second_cost"]
    slot = two[i]["slot"]
    if slot >= 0:
        loss[slot] += weight * (second - nearest)
    first, site, cost = heads
    if first[i + 1] == first[i] or cost[first[i + 1] - 1] < second:
        first, site, cost = rows
    for e in range(first[i], first[i + 1]):
        c = cost[e]
        if c >= second:
            return
        j = site[e]
        if c < nearest:
            gain[j] += weight * (nearest - c)
            if slot >= 0:
                extra[slot, j] += weight * (second - nearest)
        else:  # c < second: there is a nearest open site, in a slot
            extra[slot, j] += weight * (second - c)


@kernel(void(int64, float64, int64, float64, PAIRS, PAIRS, _Two, _Tables))
def put_in(
    i: Whole, c: float, s: Whole, weight: float, heads: Pairs, rows: Pairs, two: Records, tables: Tables
) -> None:
    """Put a newly opened site, in slot s at cost c, among the two nearest of a point."""
    add_parts(i, -weight, heads, rows, two, tables)
    if c < two[i]["cost"]:
        two[i]["second_cost"] = two[i]["cost"]
        two[i]["second_slot"] = two[i]["slot"]
        two[i]["cost"] = c
        two[i]["slot"] = s
    else:
        two[i]["second_cost"] = c
        two[i]["second_slot"] = s
    add_parts(i, weight, heads, rows, two, tables)


@kernel(
    tuple_of(float64, int64, int64)(float64[::1], float64[::1], float64[:, ::1], boolean[::1], boolean[::1])
)
def best_swap(
    gain: Floats, loss: Floats, extra: Floats, out_of_play: Bools, kept: Bools
) -> tuple[float, int, int]:
    """Worth, site and slot of the best swap; worth -inf if there is none.

    Parameters
    ----------
    gain, loss, extra
        (m,), (p,) and (p, m): see the head of this file.
    out_of_play
        (m,) sites that cannot come in: open already, or closed for good.
    kept
        (p,) slots whose site must stay.
    """
    p, m = extra.shape
    free = np.empty(m, dtype=np.float64)
    for j in range(m):
        free[j] = -np.inf if out_of_play[j] else gain[j]
    best = -np.inf
    best_slot = -1
    for s in range(p):
        if kept[s]:
            continue
        row = extra[s]
        # four maxima side by side: one after the other, each would wait for the last
        a = b = c = d = -np.inf
        for j in range(0, m - 3, 4):
            a = max(a, free[j] + row[j])
            b = max(b, free[j + 1] + row[j + 1])
            c = max(c, free[j + 2] + row[j + 2])
            d = max(d, free[j + 3] + row[j + 3])
        for j in range(m - m % 4, m):
            a = max(a, free[j] + row[j])
        peak = max(a, b, c, d) - loss[s]
        if peak > best:
            best = peak
            best_slot = s
    best_site = -1
    if best_slot >= 0:
        highest = -np.inf
        for j in range(m):
            if free[j] + extra[best_slot, j] > highest:
                highest = free[j] + extra[best_slot, j]
                best_site = j
    return best, best_site, best_slot


@kernel(
    tuple_of(float64, int64)(
        PAIRS,
        PAIRS,
        PAIRS,
        float64[::1],
        float64[::1],
        boolean[::1],
        boolean[::1],
        int32[::1],
        float64,
        int64,
    )
)
def descend(
    heads: Pairs,
    rows: Pairs,
    columns: Pairs,
    weight: Floats,
    far: Floats,
    barred: Bools,
    kept: Bools,
    chosen: Int32s,
    least: float,
    most_swaps: Whole,
) -> tuple[float, int]:
    """Make the best swap until none is worth more than ``least``; ``chosen`` is changed in place.

    Parameters
    ----------
    heads, rows, columns
        The pairs: beginnings of rows, rows, and columns.
    weight, far
        (n,) people, and what a point pays none of whose listed sites is open.
    barred
        (m,) sites that may not be opened.
    kept
        (p,) slots whose site must stay.
    chosen
        (p,) sites to begin with.
    least
        A swap that is worth no more is not made: sums of floats leave such crumbs.
    most_swaps
        Stop after so many.

    Returns
    -------
    Total cost, and how many swaps were made.
    """
    n, m, p = len(weight), len(barred), len(chosen)
    slot_of = np.full(m, -1, dtype=np.int32)
    out_of_play = barred.copy()
    for s in range(p):
        slot_of[chosen[s]] = s
        out_of_play[chosen[s]] = True
    two = np.empty(n, dtype=TWO_NEAREST)
    tables = (np.zeros(m), np.zeros(p), np.zeros((p, m)))
    for i in range(n):
        find_two(i, heads, rows, slot_of, far, two)
        add_parts(i, weight[i], heads, rows, two, tables)
    column, point, column_cost = columns
    swaps = 0
    while swaps < most_swaps:
        worth, j, s = best_swap(tables[0], tables[1], tables[2], out_of_play, kept)
        if not worth > least:
            break
        swaps += 1
        out_of_play[chosen[s]] = False
        out_of_play[j] = True
        slot_of[chosen[s]] = -1
        slot_of[j] = s
        chosen[s] = j
        # those that lose one of their two nearest look for it along their row
        for i in range(n):
            if two[i]["slot"] == s or two[i]["second_slot"] == s:
                add_parts(i, -weight[i], heads, rows, two, tables)
                find_two(i, heads, rows, slot_of, far, two)
                add_parts(i, weight[i], heads, rows, two, tables)
        # those to whom the new site is nearer than their second put it in its place
        for e in range(column[j], column[j + 1]):
            i = point[e]
            if column_cost[e] < two[i]["second_cost"] and two[i]["slot"] != s and two[i]["second_slot"] != s:
                put_in(i, column_cost[e], s, weight[i], heads, rows, two, tables)
    total = 0.0
    for i in range(n):
        total += weight[i] * two[i]["cost"]
    return total, swaps
