"""Pairs within a limit of those who sit far from each other: bounded sweeps of one lane.

Sixty-four schools of a large city share few of the rows that they come to: nearly every row of 64 lanes would be moved
for one of them. So they go one after the other, and a row is a single budget::

    64 lanes    ·  ·  811 ·  ·  ·  ·  …      128 bytes for each row that is visited, one of them wanted
    one lane    811                          2 bytes: 64 neighbouring rows share two cache lines

The steps are those of :mod:`yiju.travel.kernels.bounded`, with the same marks, and so are the pairs and their order. On
a million nodes, at 1,200 m, 300 facilities take two thirds of the time.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numba import int64, uint16, uint32, uint64
from numba.extending import register_jitable

from yiju.travel.kernels.bounded import FIRST_ROOM, NARROW, PAIRS, WHO, longer, met_before
from yiju.travel.kernels.budgets import highest_bit
from yiju.travel.kernels.hooks import SEVERAL
from yiju.travel.kernels.rows import Rows, lowest_bit, row_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.travel.kernels.bounded import Along, Arcs, Int32s, Int64s, Marks, Met, Sitting, Streets
    from yiju.travel.kernels.compiling import Whole

# (n + 1,) what is left at each row.
Budgets = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

_ONE = np.uint64(1)
_COST = np.uint64(2**32 - 1)


@register_jitable
def pass_on(
    first: Int64s, arcs: Arcs, row: Whole, left: Budgets, marks: Marks, low: Whole, high: Whole
) -> tuple[Whole, Whole]:
    """Pass the budget of a row on along its arcs; the first and the last word that has marks."""
    mine = np.int64(left[row])
    for e in range(first[row], first[row + 1]):
        budget = mine - np.int64(arcs[e] & _COST)
        if (
            budget > 0
        ):  # whether it is more than what stood there is written without asking: nobody could foresee it
            into = np.int64(arcs[e] >> np.uint64(32))
            left[into] = max(np.int64(left[into]), budget)
            marks[into >> 6] |= _ONE << np.uint64(into & 63)
            low, high = min(low, into >> 6), max(high, into >> 6)
    return low, high


@register_jitable
def set_out_alone(
    streets: Streets, sitting: Sitting, i: Whole, limit: Whole, left: Budgets, marks: Marks
) -> tuple[Whole, Whole]:
    """Let ``sitting[i]`` go as far as the limit: climb, and descend; the first and the last word with marks."""
    up_first, up_arcs, below_first, below_arcs = streets
    _, hook_first, hook_row, hook_cost = sitting
    low: Whole = np.int64(len(marks))
    high: Whole = np.int64(-1)
    for hook in range(hook_first[i], hook_first[i + 1]):
        budget = limit + 1 - np.int64(hook_cost[hook])
        row = np.int64(hook_row[hook])
        if budget > 0:
            left[row] = budget
            marks[row >> 6] |= _ONE << np.uint64(row & 63)
            low, high = min(low, row >> 6), max(high, row >> 6)
    word = low
    while word <= high:
        done = np.uint64(0)
        bits = marks[word]
        while bits != 0:
            bit = lowest_bit(bits)
            done |= _ONE << np.uint64(bit)
            _, high = pass_on(up_first, up_arcs, word * 64 + bit, left, marks, low, high)
            bits = marks[word] & ~done
        word += 1
    word = high
    while word >= low:
        bits = marks[word]
        while bits != 0:
            bit = highest_bit(bits)
            low, _ = pass_on(below_first, below_arcs, word * 64 + bit, left, marks, low, high)
            bits = marks[word] & ((_ONE << np.uint64(bit)) - _ONE)
        word -= 1
    return low, high


@register_jitable
def standing(met: Met, low: Whole, high: Whole, marks: Marks) -> Whole:
    """How many stand on the marked rows: no fewer than are met there."""
    stand_first, stands = met[4], met[7]
    number = np.int64(0)
    for word in range(low, high + 1):
        bits = marks[word] & stands[word]
        while bits != 0:
            row = word * 64 + lowest_bit(bits)
            bits &= bits - _ONE
            number += stand_first[row + 1] - stand_first[row]
    return number


@register_jitable
def write_alone(
    met: Met, low: Whole, high: Whole, limit: Whole, left: Budgets, marks: Marks,
    at: Whole, is_met: Int32s, cost: Int32s,
) -> Whole:  # fmt: skip
    """Write whom one lane meets from ``at`` on, row by row; where they end."""
    owners, hook_first, hook_row, hook_cost, stand_first, stand, stand_cost, stands = met
    for word in range(low, high + 1):
        bits = marks[word] & stands[word]
        while bits != 0:
            row = word * 64 + lowest_bit(bits)
            bits &= bits - _ONE
            for s in range(stand_first[row], stand_first[row + 1]):
                j = np.int64(stand[s])
                if stand_cost[s] != SEVERAL:
                    most = np.int64(left[row]) - np.int64(stand_cost[s])
                else:
                    if met_before(hook_row, np.int64(hook_first[j]), row, marks):
                        continue
                    most = np.int64(0)
                    for hook in range(hook_first[j], hook_first[j + 1]):
                        most = max(most, np.int64(left[hook_row[hook]]) - np.int64(hook_cost[hook]))
                if most > 0:
                    is_met[at] = owners[j]
                    cost[at] = limit + 1 - most
                    at += 1
    return at


@register_jitable
def wipe_alone(left: Budgets, marks: Marks, low: Whole, high: Whole) -> None:
    """Zeros again, everywhere."""
    for word in range(low, high + 1):
        bits = marks[word]
        while bits != 0:
            left[word * 64 + lowest_bit(bits)] = 0
            bits &= bits - _ONE
        marks[word] = np.uint64(0)


def list_pairs_alone(
    streets: Streets, sitting: Sitting, begin: Whole, end: Whole, met: Met, along: Along,
    limit: Whole, rows: Rows, marks: Marks,
) -> tuple[Int64s, Int32s, Int32s]:  # fmt: skip
    """All pairs of one who sits and one who is met within the limit: the same as from ``list_pairs``.

    Parameters
    ----------
    rows
        (n + 1, 64) zeros as for 64 lanes, and again afterwards: their first n are the one lane.
    """
    owners = met[0]
    along_first, along_met, along_cost = along
    left = rows.reshape(rows.size)
    first = np.zeros(end - begin + 1, np.int64)
    is_met, cost = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.int32)
    at: Whole = np.int64(0)
    for i in range(begin, end):
        low, high = set_out_alone(streets, sitting, i, limit, left, marks)
        most = at + standing(met, low, high, marks) + along_first[i + 1] - along_first[i]
        is_met, cost = longer(is_met, most), longer(cost, most)
        at = write_alone(met, low, high, limit, left, marks, at, is_met, cost)
        wipe_alone(left, marks, low, high)
        for pair in range(along_first[i], along_first[i + 1]):
            if along_cost[pair] <= limit:
                is_met[at], cost[at] = owners[along_met[pair]], along_cost[pair]
                at += 1
        first[i - begin + 1] = at
    return first, is_met, cost


def _of_width(kind: Any) -> Any:
    return row_kernel(PAIRS(*WHO, int64, kind[:, ::1], uint64[::1]))(list_pairs_alone)


_NARROW = _of_width(uint16)


@cache
def _wide() -> Any:
    return _of_width(uint32)


def alone_of(limit: int) -> Callable[..., tuple[Int64s, Int32s, Int32s]]:
    """The kernel for the budgets that hold a limit in tenths."""
    kernel: Callable[..., tuple[Int64s, Int32s, Int32s]] = _NARROW if limit <= NARROW.most else _wide()
    return kernel
