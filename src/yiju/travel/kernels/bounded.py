"""Everything within limits, for all origins of a city: bounded sweeps over the street index.

A sweep for 64 origins at a time. Each sets out with what the largest limit allows (see :mod:`.budgets`); rows pass on
what is left. Only rows that some lane comes to are looked at. A bit marks each; a word of 64 marks is scanned upward on
the way up, downward on the way down::

    (1) climb     marks  ···1··1·  ──►  each marked row tells the rows above it, and marks them
    (2) descend   marks  ·11·1·11  ◄──  each marked row tells the rows below it, and marks them
    (3) read      every marked row on which facilities hang: add their values in the lanes that can pay the last steps
    (4) wipe      the marked rows, so that the next 64 find zeros

This visits the rows within reach of the 64, and no others: each part of a shortest way costs no more than the whole,
so a way within the limit climbs and descends by rows within the limit. Nothing is assumed of the ground, so it is
exact for seconds, slopes and one-way streets too. Neighbours share their rows: in Porto, at 1,200 m, of the 64 lanes
of a row that is visited 37 are within the limit.

*Who sits in the lanes* is whoever are fewer. Homes are asked what lies within reach by putting homes into lanes and
adding up what they meet (:func:`add_forward`). Where facilities are few, they sit in the lanes, costs run against the
streets, and each home that is met gets their values (:func:`add_backward`). The sums are the same to the last bit:
values are whole numbers of some small unit (see :mod:`yiju.travel.bounded`).

Sparse elimination over (min, +): B. A. Carré, J. Inst. Maths Applics 7 (1971) 273-294. That a solution with few wanted
entries needs few rows, found beforehand: J. R. Gilbert and T. Peierls, Sparse partial pivoting in time proportional to
arithmetic operations, SIAM J. Sci. Stat. Comput. 9 (1988) 862-874.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64, uint16, uint32, uint64, void
from numba.extending import register_jitable

from yiju.travel.kernels.budgets import (
    LANES,
    add_with,
    clear_row,
    highest_bit,
    lanes_with,
    most_left,
    raise_row,
)
from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.hooks import SEVERAL
from yiju.travel.kernels.rows import Rows, lowest_bit, row_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

Arcs = npt.NDArray[np.uint64]
Marks = npt.NDArray[np.uint64]
Uint32s = npt.NDArray[np.uint32]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Rows of arcs that go up, and the same arcs by their upper row: (n + 1,) firsts, and row and cost in 64 bits.
Streets = tuple[Int64s, Arcs, Int64s, Arcs]
# Those who sit in lanes: owner (names their place in the answer), and hooks: first, row, cost.
Sitting = tuple[Int32s, Int32s, Uint32s, Uint32s]
# Those who are met: the same, and by row: first, who hangs there and at what cost, a bit for each row with anybody.
Met = tuple[Int32s, Int32s, Uint32s, Uint32s, Int32s, Int32s, Uint32s, Marks]
# Who sits and who is met on one street: (sitting + 1,) first, (pairs,) who is met, and the cost along the street.
Along = tuple[Int64s, Int32s, Int64s]

# Pairs that a thread has room for at first.
FIRST_ROOM = 2**16
_ONE = np.uint64(1)
_COST = np.uint64(2**32 - 1)
_streets = tuple_of(int64[::1], uint64[::1], int64[::1], uint64[::1])
_sitting = tuple_of(int32[::1], int32[::1], uint32[::1], uint32[::1])
_met = tuple_of(
    int32[::1], int32[::1], uint32[::1], uint32[::1], int32[::1], int32[::1], uint32[::1], uint64[::1]
)
_along = tuple_of(int64[::1], int32[::1], int64[::1])
# What every sweep is given first, and what a list of pairs is.
WHO = (_streets, _sitting, int64, int64, _met, _along)
PAIRS = tuple_of(int64[::1], int32[::1], int32[::1])


@register_jitable
def climb(first: Int64s, arcs: Arcs, left: Rows, marks: Marks, low: Whole, high: Whole) -> Whole:
    """Pass budgets up from the marked rows; the last word that has marks.

    Parameters
    ----------
    first, arcs
        Arcs from each row to higher rows: ``row << 32 | cost``.
    left
        (n + 1, 64) budgets.
    marks
        A bit for each row that a lane has come to.
    low, high
        The first and the last word with marks.
    """
    word = low
    while word <= high:
        done = np.uint64(0)
        bits = marks[word]
        while bits != 0:
            bit = lowest_bit(bits)
            done |= _ONE << np.uint64(bit)
            row = word * 64 + bit
            for e in range(first[row], first[row + 1]):
                above = np.int64(arcs[e] >> np.uint64(32))
                if raise_row(left, above, row, np.int64(arcs[e] & _COST)):
                    marks[above >> 6] |= _ONE << np.uint64(above & 63)
                    high = max(high, above >> 6)
            bits = marks[word] & ~done
        word += 1
    return high


@register_jitable
def descend(first: Int64s, arcs: Arcs, left: Rows, marks: Marks, low: Whole, high: Whole) -> Whole:
    """Pass budgets down from the marked rows; the first word that has marks. ``arcs`` lead to lower rows."""
    word = high
    while word >= low:
        bits = marks[word]
        while bits != 0:
            bit = highest_bit(bits)
            row = word * 64 + bit
            for e in range(first[row], first[row + 1]):
                below = np.int64(arcs[e] >> np.uint64(32))
                if raise_row(left, below, row, np.int64(arcs[e] & _COST)):
                    marks[below >> 6] |= _ONE << np.uint64(below & 63)
                    low = min(low, below >> 6)
            bits = marks[word] & ((_ONE << np.uint64(bit)) - _ONE)
        word -= 1
    return low


@register_jitable
def set_out(
    streets: Streets, sitting: Sitting, begin: Whole, end: Whole, limit: Whole, left: Rows, marks: Marks
) -> tuple[Whole, Whole]:
    """Put ``sitting[begin:end]`` into the lanes and let them go as far as the limit.

    Returns
    -------
    The first and the last word with marks.
    """
    up_first, up_arcs, below_first, below_arcs = streets
    _, hook_first, hook_row, hook_cost = sitting
    low: Whole = np.int64(len(marks))
    high: Whole = np.int64(-1)
    for i in range(begin, end):
        for hook in range(hook_first[i], hook_first[i + 1]):
            budget = limit + 1 - np.int64(hook_cost[hook])
            row = np.int64(hook_row[hook])
            if budget > 0:
                left[row, i - begin] = max(left[row, i - begin], budget)
                marks[row >> 6] |= _ONE << np.uint64(row & 63)
                low, high = min(low, row >> 6), max(high, row >> 6)
    high = climb(up_first, up_arcs, left, marks, low, high)
    low = descend(below_first, below_arcs, left, marks, low, high)
    return low, high


@register_jitable
def wipe(left: Rows, marks: Marks, low: Whole, high: Whole) -> None:
    """Zeros again, everywhere."""
    for word in range(low, high + 1):
        bits = marks[word]
        while bits != 0:
            bit = lowest_bit(bits)
            clear_row(left, word * 64 + bit)
            bits &= bits - _ONE
        marks[word] = np.uint64(0)


@register_jitable
def met_before(hook_row: Uint32s, hook: Whole, row: Whole, marks: Marks) -> bool:
    """Whether any hook from ``hook`` on lies on a marked row below ``row``."""
    while hook_row[hook] < row:
        if marks[hook_row[hook] >> 6] >> np.uint64(hook_row[hook] & 63) & _ONE:
            return True
        hook += 1
    return False


@register_jitable
def left_before(
    hook_first: Int32s, hook_row: Uint32s, hook_cost: Uint32s, j: Whole, lane: Whole, left: Rows
) -> Whole:
    """What one lane has left when it arrives at facility j by way of rows; 0 if it does not."""
    most = np.int64(0)
    for hook in range(hook_first[j], hook_first[j + 1]):
        most = max(most, np.int64(left[hook_row[hook], lane]) - np.int64(hook_cost[hook]))
    return most


@register_jitable
def whole(number: float) -> Whole:
    """The nearest whole number."""
    return np.int64(np.rint(number))


@register_jitable
def longer(entries: Int32s, wanted: Whole) -> Int32s:
    """The entries with room for so many; where they had less, for twice as many, so that few copies are made."""
    if wanted <= len(entries):
        return entries
    copy = np.empty(2 * wanted, np.int32)
    for i in range(len(entries)):
        copy[i] = entries[i]
    return copy


def add_forward(
    streets: Streets, sitting: Sitting, begin: Whole, end: Whole, met: Met, along: Along,
    values: Int64s, column: Int32s, limits: Int64s, left: Rows, marks: Marks,
    sums: Rows, units: Floats, answers: Floats,
) -> None:  # fmt: skip
    """Add up what ``sitting[begin:end]`` meet within each limit.

    Parameters
    ----------
    streets, sitting, met, along
        Who goes, where, and whom they meet.
    values
        (met, groups) what there is at each facility, in whole units.
    column
        (met,) the first column of the facility's values; its other groups come next to it.
    limits
        (l,) in rising order.
    left, marks
        Zeros; and again afterwards.
    sums
        (columns * l, 64) scratch.
    units
        (columns * l,) what one is worth.
    answers
        (owners, columns * l) rows of those who sit are filled here.
    """
    _, hook_first, hook_row, hook_cost, stand_first, stand, stand_cost, stands = met
    spare = np.int64(len(left) - 1)
    along_first, along_met, along_cost = along
    top = limits[len(limits) - 1]
    for start in range(begin, end, LANES):
        stop = min(end, start + LANES)
        low, high = set_out(streets, sitting, start, stop, top, left, marks)
        for at in range(len(sums)):
            clear_row(sums, at)
        for word in range(low, high + 1):
            bits = marks[word] & stands[word]
            while bits != 0:
                row = word * 64 + lowest_bit(bits)
                bits &= bits - _ONE
                for s in range(stand_first[row], stand_first[row + 1]):
                    j = np.int64(stand[s])
                    source, price = row, np.int64(stand_cost[s])
                    if price == SEVERAL:
                        hook, after = np.int64(hook_first[j]), np.int64(hook_first[j + 1])
                        if met_before(hook_row, hook, row, marks):
                            continue
                        most_left(left, spare, hook_row, hook_cost, hook, after)
                        source, price = spare, np.int64(0)
                    for r in range(len(limits)):
                        if price <= limits[r]:
                            least = top + 1 - limits[r] + price
                            for k in range(values.shape[1]):
                                at = (column[j] + k) * len(limits) + r
                                add_with(sums, at, left, source, least, values[j, k])
        for i in range(start, stop):
            for pair in range(along_first[i], along_first[i + 1]):
                j = np.int64(along_met[pair])
                by_rows = top + 1 - left_before(hook_first, hook_row, hook_cost, j, i - start, left)
                for r in range(len(limits)):
                    if along_cost[pair] <= limits[r] < by_rows:
                        for k in range(values.shape[1]):
                            sums[(column[j] + k) * len(limits) + r, i - start] += values[j, k]
            owner = sitting[0][i]
            for at in range(len(sums)):
                answers[owner, at] = np.float64(sums[at, i - start]) * units[at]
        wipe(left, marks, low, high)


def add_backward(
    streets: Streets, sitting: Sitting, begin: Whole, end: Whole, met: Met, along: Along,
    values: Int64s, column: Int32s, limits: Int64s, left: Rows, marks: Marks, answers: Int64s,
) -> None:  # fmt: skip
    """Give the values of the facilities ``sitting[begin:end]`` to all whom they meet within each limit.

    Parameters
    ----------
    streets, sitting, met, along, limits, left, marks
        As for :func:`add_forward`; the streets are turned around.
    values, column
        (sitting, groups) and (sitting,): what there is at each facility, and its first column.
    answers
        (owners, columns * l) what they met is added to the rows of those who are met, in whole units.
    """
    owners, hook_first, hook_row, hook_cost, stand_first, stand, stand_cost, stands = met
    along_first, along_met, along_cost = along
    top = limits[len(limits) - 1]
    spare = np.int64(len(left) - 1)
    for start in range(begin, end, LANES):
        stop = min(end, start + LANES)
        low, high = set_out(streets, sitting, start, stop, top, left, marks)
        for word in range(low, high + 1):
            bits = marks[word] & stands[word]
            while bits != 0:
                row = word * 64 + lowest_bit(bits)
                bits &= bits - _ONE
                for s in range(stand_first[row], stand_first[row + 1]):
                    j = np.int64(stand[s])
                    source, price = row, np.int64(stand_cost[s])
                    if price == SEVERAL:
                        hook, after = np.int64(hook_first[j]), np.int64(hook_first[j + 1])
                        if met_before(hook_row, hook, row, marks):
                            continue
                        most_left(left, spare, hook_row, hook_cost, hook, after)
                        source, price = spare, np.int64(0)
                    for r in range(len(limits)):
                        if price > limits[r]:
                            continue
                        lanes = lanes_with(left, source, top + 1 - limits[r] + price)
                        while lanes != 0:
                            i = start + lowest_bit(lanes)
                            lanes &= lanes - _ONE
                            for k in range(values.shape[1]):
                                answers[owners[j], (column[i] + k) * len(limits) + r] += values[i, k]
        for i in range(start, stop):
            for pair in range(along_first[i], along_first[i + 1]):
                j = np.int64(along_met[pair])
                by_rows = top + 1 - left_before(hook_first, hook_row, hook_cost, j, i - start, left)
                for r in range(len(limits)):
                    if along_cost[pair] <= limits[r] < by_rows:
                        for k in range(values.shape[1]):
                            answers[owners[j], (column[i] + k) * len(limits) + r] += values[i, k]
        wipe(left, marks, low, high)


def add_decayed(
    streets: Streets, sitting: Sitting, begin: Whole, end: Whole, met: Met, along: Along,
    values: Floats, weights: Floats, scale: Floats, forward: bool, left: Rows, marks: Marks, answers: Int64s,
) -> None:  # fmt: skip
    """Add up values times a weight that falls with cost, for several decays in one pass.

    Parameters
    ----------
    streets, sitting, met, along, left, marks
        As for :func:`add_forward` if origins sit, for :func:`add_backward` if facilities do.
    values
        (facilities, groups) what there is at each.
    weights
        (decays, limit + 1) by cost in tenths.
    scale
        (decays, groups) how many units there are to 1; products are rounded to whole units, so that sums are exact.
    forward
        Whether origins sit.
    answers
        (owners, decays * groups) sums are added to the rows of origins, in whole units.
    """
    owners, hook_first, hook_row, hook_cost, stand_first, stand, stand_cost, stands = met
    along_first, along_met, along_cost = along
    decays, groups = scale.shape
    limit = weights.shape[1] - 1
    spare = np.int64(len(left) - 1)
    for start in range(begin, end, LANES):
        stop = min(end, start + LANES)
        low, high = set_out(streets, sitting, start, stop, limit, left, marks)
        for word in range(low, high + 1):
            bits = marks[word] & stands[word]
            while bits != 0:
                row = word * 64 + lowest_bit(bits)
                bits &= bits - _ONE
                for s in range(stand_first[row], stand_first[row + 1]):
                    j = np.int64(stand[s])
                    source, price = row, np.int64(stand_cost[s])
                    if price == SEVERAL:
                        hook, after = np.int64(hook_first[j]), np.int64(hook_first[j + 1])
                        if met_before(hook_row, hook, row, marks):
                            continue
                        most_left(left, spare, hook_row, hook_cost, hook, after)
                        source, price = spare, np.int64(0)
                    lanes = lanes_with(left, source, price + 1)
                    while lanes != 0:
                        lane = lowest_bit(lanes)
                        lanes &= lanes - _ONE
                        cost = limit + 1 + price - np.int64(left[source, lane])
                        i = start + lane
                        origin, facility = (sitting[0][i], j) if forward else (owners[j], i)
                        for t in range(decays):
                            for k in range(groups):
                                answers[origin, t * groups + k] += whole(
                                    values[facility, k] * weights[t, cost] * scale[t, k]
                                )
        for i in range(start, stop):
            for pair in range(along_first[i], along_first[i + 1]):
                j = np.int64(along_met[pair])
                by_rows = limit + 1 - left_before(hook_first, hook_row, hook_cost, j, i - start, left)
                if along_cost[pair] < by_rows:
                    origin, facility = (sitting[0][i], j) if forward else (owners[j], i)
                    for t in range(decays):
                        for k in range(groups):
                            value = values[facility, k]
                            more = whole(value * weights[t, along_cost[pair]] * scale[t, k])
                            if by_rows <= limit:
                                more -= whole(value * weights[t, by_rows] * scale[t, k])
                            answers[origin, t * groups + k] += more
        wipe(left, marks, low, high)


@register_jitable
def deal_out(
    met: Met, low: Whole, high: Whole, limit: Whole, left: Rows, marks: Marks,
    place: Int64s, is_met: Int32s, cost: Int32s, writing: bool,
) -> None:  # fmt: skip
    """Go through the pairs of a batch, row by row: add up those of each lane in ``place``, or write them from there on.

    A function of its own, since numba counts, pair by pair, who holds an array that the same function may renew.
    """
    owners, hook_first, hook_row, hook_cost, stand_first, stand, stand_cost, stands = met
    spare = np.int64(len(left) - 1)
    for word in range(low, high + 1):
        bits = marks[word] & stands[word]
        while bits != 0:
            row = word * 64 + lowest_bit(bits)
            bits &= bits - _ONE
            for s in range(stand_first[row], stand_first[row + 1]):
                j = np.int64(stand[s])
                source, price = row, np.int64(stand_cost[s])
                if price == SEVERAL:
                    hook, after = np.int64(hook_first[j]), np.int64(hook_first[j + 1])
                    if met_before(hook_row, hook, row, marks):
                        continue
                    most_left(left, spare, hook_row, hook_cost, hook, after)
                    source, price = spare, np.int64(0)
                lanes = lanes_with(left, source, price + 1)
                while lanes != 0:
                    lane = lowest_bit(lanes)
                    lanes &= lanes - _ONE
                    if writing:
                        is_met[place[lane]] = owners[j]
                        cost[place[lane]] = limit + 1 + price - np.int64(left[source, lane])
                    place[lane] += 1


def list_pairs(
    streets: Streets, sitting: Sitting, begin: Whole, end: Whole, met: Met, along: Along,
    limit: Whole, left: Rows, marks: Marks,
) -> tuple[Int64s, Int32s, Int32s]:  # fmt: skip
    """All pairs of one who sits and one who is met within the limit.

    The pairs of a batch are counted before they are written, so that each goes to its place at once.

    Returns
    -------
    ``(first, is_met, cost)`` : the pairs of ``sitting[begin + i]`` are ``first[i]:first[i + 1]``; owners who are met,
    and tenths. The arrays are longer than there are pairs. A pair on one street may come twice, the second time by its
    cost along the street.
    """
    owners = met[0]
    along_first, along_met, along_cost = along
    first = np.zeros(end - begin + 1, np.int64)
    is_met, cost = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM, np.int32)
    place = np.empty(LANES, np.int64)
    for start in range(begin, end, LANES):
        stop = min(end, start + LANES)
        low, high = set_out(streets, sitting, start, stop, limit, left, marks)
        place[:] = 0
        deal_out(met, low, high, limit, left, marks, place, is_met, cost, False)
        pairs = np.int64(first[start - begin])
        for i in range(start, stop):
            found = place[i - start]
            place[i - start] = pairs
            pairs += found
            for pair in range(along_first[i], along_first[i + 1]):
                pairs += np.int64(along_cost[pair] <= limit)
            first[i - begin + 1] = pairs
        is_met, cost = longer(is_met, pairs), longer(cost, pairs)
        deal_out(met, low, high, limit, left, marks, place, is_met, cost, True)
        for i in range(start, stop):
            at = place[i - start]
            for pair in range(along_first[i], along_first[i + 1]):
                if along_cost[pair] <= limit:
                    is_met[at], cost[at] = owners[along_met[pair]], along_cost[pair]
                    at += 1
        wipe(left, marks, low, high)
    return first, is_met, cost


@kernel(void(int64[:, ::1], int64[::1], float64[::1], float64[:, ::1]))
def put_in_order(totals: Int64s, place: Int64s, units: Floats, answers: Floats) -> None:
    """``answers[i] = totals[place[i]] * units``: whole units as what they are worth, in the caller's order."""
    for i in range(len(place)):
        for column in range(len(units)):
            answers[i, column] = np.float64(totals[place[i], column]) * units[column]


class Bounded(NamedTuple):
    """The kernels of one width of budgets, and the largest limit that it holds."""

    budget: type[np.uint16 | np.uint32]
    most: int
    add_forward: Callable[..., None]
    add_backward: Callable[..., None]
    add_decayed: Callable[..., None]
    list_pairs: Callable[..., tuple[Int64s, Int32s, Int32s]]


def _of_width(budget: Any, kind: Any) -> Bounded:
    rows, table = kind[:, ::1], float64[:, ::1]
    wholes = int64[:, ::1]
    summed = (wholes, int32[::1], int64[::1], rows, uint64[::1])
    return Bounded(
        budget,
        # a budget is one more than the limit, and what costs too much for the lanes asks for more than any budget
        int(np.iinfo(budget).max) - 2,
        row_kernel(void(*WHO, *summed, wholes, float64[::1], table))(add_forward),
        row_kernel(void(*WHO, *summed, wholes))(add_backward),
        row_kernel(void(*WHO, table, table, table, boolean, rows, uint64[::1], wholes))(add_decayed),
        row_kernel(PAIRS(*WHO, int64, rows, uint64[::1]))(list_pairs),
    )


# Budgets of 16 bits, for most questions.
NARROW = _of_width(np.uint16, uint16)


@cache
def wide() -> Bounded:
    """Budgets of 32 bits, at four fifths of the speed: compiled when somebody needs them."""
    return _of_width(np.uint32, uint32)
