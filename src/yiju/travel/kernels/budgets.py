"""Rows of what is left of a limit: 64 lanes that set out with a budget and spend it on the way.

A bounded question ("who is within 1,200 m?") need not know costs beyond its limit. So a row holds, for each lane, not
the cost so far but what is left of the limit, and one more, so that 0 means "never came here"::

    limit 1200      left[source]  │ 901 │  40 │   0 │ 1201 │ …        1201 is where a lane starts
                    street of 90     ▼     ▼     ▼      ▼            a budget that would fall below 0 is 0
                    left[into]    │ 811 │   0 │   0 │ 1111 │ …        the larger of this and what stood there stays

This is the same (min, +) as in :mod:`yiju.travel.kernels.rows`, upside down, and has three advantages. Processors
subtract without falling below 0 in one instruction, so nothing can wrap around, and 16 bits hold limits of 6.5 km or
109 minutes in tenths. Rows begin as zeros, which fresh memory is. And what is out of reach is simply 0, however it came
to be.

Rows are twice as wide as elsewhere. A bounded sweep spends most of its time on finding out *which* row comes next;
64 neighbouring origins reach hardly more rows than 32 do (Porto, 1,200 m: 1,180 and 1,010), so each is found for twice
as many (measured for 300,000 origins: 0.14 s, and 0.19 s with 32 lanes).

As there, each operation stands twice, as vectors and as the loop that says what it means.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from yiju.travel.kernels.rows import CACHE_LINE_BYTES, Rows, Vectors, choose

# As many as a word has bits, so that a set of lanes is one number; two cache lines of uint16.
LANES = 64


def new_budgets(count: int, dtype: npt.DTypeLike) -> Rows:
    """(count, 64) zeros that begin on a cache line.

    Examples
    --------
    >>> new_budgets(3, np.uint16).shape
    (3, 64)
    """
    wanted = np.dtype(dtype)
    size = count * LANES * wanted.itemsize
    block = np.zeros(size + CACHE_LINE_BYTES, dtype=np.uint8)
    skip = -block.ctypes.data % CACHE_LINE_BYTES
    return block[skip : skip + size].view(wanted).reshape(count, LANES)


# --- what each operation means ---------------------------------------------------------------------------------------


def plain_clear_row(rows: Rows, row: int) -> None:
    """``rows[row] = 0``."""
    for lane in range(LANES):
        rows[row, lane] = 0


def plain_raise_row(rows: Rows, into: int, source: int, cost: int) -> int:
    """``rows[into] = max(rows[into], rows[source] - cost)``; whether any lane comes by way of ``source`` at all."""
    comes = 0
    for lane in range(LANES):
        left = np.int64(rows[source, lane]) - cost
        if left > 0:
            comes = 1
            rows[into, lane] = max(rows[into, lane], left)
    return comes


def plain_most_left(
    rows: Rows, into: int, heads: npt.NDArray[Any], costs: npt.NDArray[Any], begin: int, end: int
) -> None:
    """``rows[into] = max(0, rows[heads[e]] - costs[e] for e in begin..end)``."""
    for lane in range(LANES):
        most = np.int64(0)
        for e in range(begin, end):
            most = max(most, np.int64(rows[heads[e], lane]) - np.int64(costs[e]))
        rows[into, lane] = most


def plain_lanes_with(rows: Rows, row: int, least: int) -> int:
    """The lanes with ``rows[row] >= least`` as bits, lane 0 the lowest."""
    lanes = np.uint64(0)
    for lane in range(LANES):
        if rows[row, lane] >= least:
            lanes |= np.uint64(1) << np.uint64(lane)
    return lanes  # type: ignore[return-value]


def plain_add_with(sums: Rows, at: int, rows: Rows, row: int, least: int, value: Any) -> None:
    """``sums[at] += value`` in the lanes with ``rows[row] >= least``."""
    for lane in range(LANES):
        if rows[row, lane] >= least:
            sums[at, lane] += value


def plain_highest_bit(bits: Any) -> int:
    """The number of the highest bit that is set; there must be one."""
    number = 63
    while not (bits >> np.uint64(number)) & np.uint64(1):
        number -= 1
    return number


# --- the same, as vectors --------------------------------------------------------------------------------------------


class _Budgets(Vectors):
    """Vector instructions on 64 lanes."""

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any) -> None:
        super().__init__(context, builder, signature, args, LANES)

    def everywhere_at_most(self, value: Any, vector: Any) -> Any:
        """A number of 64 bits in all lanes, or the most that a lane holds: enough to spend any budget."""
        most = ir.Constant(value.type, 2**vector.element.width - 1)
        least = self.builder.select(self.builder.icmp_unsigned("<", value, most), value, most)
        return self.everywhere(self.builder.trunc(least, vector.element), vector)

    def spend(self, left: Any, cost: Any) -> Any:
        """What is left of each budget, 0 if it does not suffice."""
        vector = left.type
        name = f"llvm.usub.sat.v{LANES}i{vector.element.width}"
        function = self.builder.module.globals.get(name) or ir.Function(
            self.builder.module, ir.FunctionType(vector, [vector, vector]), name
        )
        return self.builder.call(function, [left, cost])

    def more(self, a: Any, b: Any) -> Any:
        """The greater of two vectors, lane by lane."""
        return self.builder.select(self.builder.icmp_unsigned(">", a, b), a, b)

    def lanes_with(self, array: int, row: Any, least: Any) -> Any:
        """Truths: where a row holds at least so much."""
        _, vector = self.row(array, row)
        return self.builder.icmp_unsigned(">=", self.load(array, row), self.everywhere_at_most(least, vector))


@intrinsic
def _clear_row(_typing: Any, rows: Any, row: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = _Budgets(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        vectors.store(ir.Constant(vector, None), 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64), code


@intrinsic
def _raise_row(_typing: Any, rows: Any, into: Any, source: Any, cost: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = _Budgets(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        way = vectors.spend(vectors.load(0, args[2]), vectors.everywhere_at_most(args[3], vector))
        vectors.store(vectors.more(way, vectors.load(0, args[1])), 0, args[1])
        comes = vectors.bits(builder.icmp_unsigned("!=", way, ir.Constant(vector, None)))
        return builder.zext(builder.icmp_unsigned("!=", comes, ir.Constant(comes.type, 0)), ir.IntType(8))

    return types.uint8(rows, types.int64, types.int64, types.int64), code


@intrinsic
def _most_left(_typing: Any, rows: Any, into: Any, heads: Any, costs: Any, begin: Any, end: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = _Budgets(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])

        def step(e: Any, most: Any) -> tuple[Any, ...]:
            row = builder.zext(vectors.entry(2, e), ir.IntType(64))
            cost = vectors.everywhere_at_most(builder.zext(vectors.entry(3, e), ir.IntType(64)), vector)
            return (vectors.more(vectors.spend(vectors.load(0, row), cost), most),)

        (most,) = vectors.loop(args[4], args[5], (ir.Constant(vector, None),), step)
        vectors.store(most, 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, heads, costs, types.int64, types.int64), code


@intrinsic
def _lanes_with(_typing: Any, rows: Any, row: Any, least: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = _Budgets(context, builder, signature, args)
        return vectors.bits(vectors.lanes_with(0, args[1], args[2]))

    return types.uint64(rows, types.int64, types.int64), code


@intrinsic
def _add_with(_typing: Any, sums: Any, at: Any, rows: Any, row: Any, least: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = _Budgets(context, builder, signature, args)
        _, wide = vectors.row(0, args[1])
        near = vectors.lanes_with(2, args[3], args[4])
        more = builder.select(near, vectors.everywhere(args[5], wide), ir.Constant(wide, None))
        add = builder.fadd if isinstance(sums.dtype, types.Float) else builder.add
        vectors.store(add(vectors.load(0, args[1]), more), 0, args[1])
        return context.get_dummy_value()

    return types.void(sums, types.int64, rows, types.int64, types.int64, sums.dtype), code


@intrinsic
def _highest_bit(_typing: Any, bits: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        zeros = builder.ctlz(args[0], ir.Constant(ir.IntType(1), 1))
        return builder.sub(ir.Constant(zeros.type, 63), zeros)

    return types.int64(types.uint64), code


# --- the choice ------------------------------------------------------------------------------------------------------


clear_row = choose(plain_clear_row, _clear_row)
raise_row = choose(plain_raise_row, _raise_row)
most_left = choose(plain_most_left, _most_left)
lanes_with = choose(plain_lanes_with, _lanes_with)
add_with = choose(plain_add_with, _add_with)
highest_bit = choose(plain_highest_bit, _highest_bit)
