"""Rows of 32 lanes: the few vector instructions on which all sweeps stand.

A *row* holds one number for each of 32 lanes; a lane is a service, an origin, a facility or a minute of departure.
A sweep over the network moves whole rows, so that one street costs one instruction or two for 32 questions at once.

::

    rows[into]    │ 40 │ 12 │ ∞  │ 95 │ …        32 lanes of uint16 are 64 bytes, one cache line;
                     ▲    ▲    ▲    ▲            of uint32 they are two
    rows[source]  │ 33 │ 20 │ 61 │ ∞  │ …  + cost 9

Written as a loop over lanes, ``rows[into, lane] = min(rows[into, lane], rows[source, lane] + cost)``, numba does not
make vector code of this, for two reasons: it widens 16- and 32-bit sums to 64 bits, and it cannot know that two rows
of one array are not the same memory. Such a loop costs 20 to 36 ns a street; the instructions below 1 to 5 (measured by
``benchmarks/engine.py --rows``). So each operation is given to LLVM as what it is, an operation on vectors
(LLVM Language Reference, "Vector Type"), and LLVM makes AVX-512, AVX2, SSE2 or NEON of it.

Each operation stands here twice: as vectors, and as the plain loop that says what it means. ``YIJU_PLAIN_ROWS=1`` takes
the loops, and so does ``NUMBA_DISABLE_JIT=1``; a test holds the two against each other.

What callers must see to: rows come from :func:`new_rows`, which starts them on a cache line, and "unreached" plus any
cost fits the type (30,000 twice in 16 bits, 2^31 - 1 twice in 32).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from yiju.travel.kernels.compiling import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

Rows = npt.NDArray[Any]

# One cache line of uint16 (64 bytes on x86-64 and most ARM64 servers).
LANES = 32
CACHE_LINE_BYTES = 64
# Unreached in rows of 16 bits: fifty minutes of deciseconds, and twice itself does not wrap.
FAR_16 = 30_000
# And in rows of 32: all bits but the one that a sum may need.
FAR_32 = 2**31 - 1
# Take the loops instead of the vectors; without a compiler there is no other choice.
PLAIN_ROWS = os.environ.get("YIJU_PLAIN_ROWS", "0") == "1" or bool(getattr(numba.config, "DISABLE_JIT", 0))


def new_rows(count: int, dtype: npt.DTypeLike, *, lists: int = 1) -> Rows:
    """Room for (count * lists, 32) numbers that begins on a cache line; nothing is written there yet.

    Examples
    --------
    >>> new_rows(3, np.uint16).shape
    (3, 32)
    """
    wanted = np.dtype(dtype)
    size = count * lists * LANES * wanted.itemsize
    block = np.empty(size + CACHE_LINE_BYTES, dtype=np.uint8)
    skip = -block.ctypes.data % CACHE_LINE_BYTES
    return block[skip : skip + size].view(wanted).reshape(count * lists, LANES)


# --- what each operation means ---------------------------------------------------------------------------------------


def plain_fill_row(rows: Rows, row: int, value: Any) -> None:
    """``rows[row] = value``."""
    for lane in range(LANES):
        rows[row, lane] = value


def plain_lower_row(rows: Rows, into: int, source: int, cost: Any) -> None:
    """``rows[into] = min(rows[into], rows[source] + cost)``."""
    for lane in range(LANES):
        way = rows[source, lane] + cost
        rows[into, lane] = min(rows[into, lane], way)


def plain_start_row(rows: Rows, into: int, source: int, cost: Any, far: Any) -> None:
    """``rows[into] = min(far, rows[source] + cost)``, whatever stood in ``rows[into]``."""
    for lane in range(LANES):
        way = rows[source, lane] + cost
        rows[into, lane] = min(way, far)


def plain_lower_row_within(rows: Rows, into: int, source: int, cost: Any, limit: Any) -> bool:
    """:func:`plain_lower_row`; whether any lane came by way of ``source`` within the limit."""
    within = False
    for lane in range(LANES):
        way = rows[source, lane] + cost
        within = within or way <= limit
        rows[into, lane] = min(rows[into, lane], way)
    return within


def plain_pull_row(
    rows: Rows, into: int, heads: Rows, costs: Rows, begin: int, end: int, ways: Rows, far: Any
) -> None:
    """``rows[into] = min(far, ways[heads[e]] + costs[e] for e in begin..end)``; ``ways`` may be ``rows``.

    What stood in ``rows[into]`` is forgotten, and not even read.
    """
    for lane in range(LANES):
        best = far
        for e in range(begin, end):
            way = ways[heads[e], lane] + costs[e]
            best = min(best, way)
        rows[into, lane] = best


def plain_pull_row_too(rows: Rows, into: int, heads: Rows, costs: Rows, begin: int, end: int) -> None:
    """``rows[into] = min(rows[into], rows[heads[e]] + costs[e] for e in begin..end)``."""
    for lane in range(LANES):
        best = rows[into, lane]
        for e in range(begin, end):
            way = rows[heads[e], lane] + costs[e]
            best = min(best, way)
        rows[into, lane] = best


def plain_least_row(rows: Rows, into: int, sources: Rows, begin: int, end: int, far: Any) -> None:
    """``rows[into] = min(far, rows[sources[e]] for e in begin..end)``."""
    for lane in range(LANES):
        best = far
        for e in range(begin, end):
            best = min(best, rows[sources[e], lane])
        rows[into, lane] = best


def plain_count_within(rows: Rows, into: int, begin: int, end: int, limit: int, step: Any) -> None:
    """``rows[into] += how many rows r of begin..end have rows[r] <= rows[limit] + (r - begin) * step``.

    Rows of arrival times, ``step`` apart in departure: how many are on their way for no longer than ``limit``.
    """
    for lane in range(LANES):
        most = rows[limit, lane]
        for r in range(begin, end):
            if rows[r, lane] <= most:
                rows[into, lane] += 1
            most = most + step


def plain_copy_row(into: Rows, at: int, rows: Rows, row: int) -> None:
    """``into[at] = rows[row]``, past the cache: for what is written once and not read again soon."""
    for lane in range(LANES):
        into[at, lane] = rows[row, lane]


def plain_lanes_within(rows: Rows, row: int, limit: Any) -> int:
    """The lanes with ``rows[row] <= limit`` as bits, lane 0 the lowest."""
    lanes = np.uint64(0)
    for lane in range(LANES):
        if rows[row, lane] <= limit:
            lanes |= np.uint64(1) << np.uint64(lane)
    return lanes  # type: ignore[return-value]


def plain_add_within(sums: Rows, at: int, rows: Rows, row: int, limit: Any, value: Any) -> None:
    """``sums[at] += value`` in the lanes with ``rows[row] <= limit``."""
    for lane in range(LANES):
        if rows[row, lane] <= limit:
            sums[at, lane] += value


def plain_lower_lanes(rows: Rows, row: int, lanes: Any, value: Any) -> int:
    """``rows[row] = min(rows[row], value)`` in some lanes; the lanes that became lower."""
    lowered = np.uint64(0)
    for lane in range(LANES):
        bit = np.uint64(1) << np.uint64(lane)
        if lanes & bit and value < rows[row, lane]:
            rows[row, lane] = value
            lowered |= bit
    return lowered  # type: ignore[return-value]


def plain_lowest_bit(bits: Any) -> int:
    """The number of the lowest bit that is set; there must be one."""
    number = 0
    while not (bits >> np.uint64(number)) & np.uint64(1):
        number += 1
    return number


# --- the same, as vectors --------------------------------------------------------------------------------------------


class Vectors:
    """Writes LLVM's vector instructions for one operation on rows."""

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any, lanes: int = LANES) -> None:
        self.context, self.builder, self.kinds, self.args = context, builder, signature.args, args
        self.lanes = lanes

    def row(self, array: int, number: Any) -> tuple[Any, Any]:
        """Where a row of an argument begins, and the type of its vector."""
        kind = self.kinds[array]
        data = self.context.make_array(kind)(self.context, self.builder, self.args[array]).data
        vector = ir.VectorType(self.context.get_data_type(kind.dtype), self.lanes)
        at = self.builder.gep(data, [self.builder.mul(number, ir.Constant(number.type, self.lanes))])
        return self.builder.bitcast(at, vector.as_pointer()), vector

    def entry(self, array: int, number: Any) -> Any:
        """One number of a flat array."""
        data = self.context.make_array(self.kinds[array])(self.context, self.builder, self.args[array]).data
        return self.builder.load(self.builder.gep(data, [number]))

    def load(self, array: int, number: Any) -> Any:
        """A row."""
        at, _ = self.row(array, number)
        return self.builder.load(at, align=CACHE_LINE_BYTES)

    def store(self, values: Any, array: int, number: Any) -> None:
        """Put values into a row."""
        at, _ = self.row(array, number)
        self.builder.store(values, at, align=CACHE_LINE_BYTES)

    def store_past_cache(self, values: Any, array: int, number: Any) -> None:
        """A store that does not first read the line that it fills (LLVM's ``!nontemporal``)."""
        at, _ = self.row(array, number)
        write = self.builder.store(values, at, align=CACHE_LINE_BYTES)
        write.set_metadata("nontemporal", self.builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)]))

    def everywhere(self, value: Any, vector: Any) -> Any:
        """The value in all lanes."""
        empty = ir.Constant(vector, ir.Undefined)
        first = self.builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, empty, zeros)

    def least(self, a: Any, b: Any) -> Any:
        """The lesser of two vectors, lane by lane."""
        return self.builder.select(self.builder.icmp_unsigned("<", a, b), a, b)

    def loop(self, begin: Any, end: Any, start: tuple[Any, ...], step: Callable[..., Any]) -> tuple[Any, ...]:
        """``for e in begin..end: values = step(e, *values)``; the values never leave the registers."""
        builder = self.builder
        before, head = builder.block, builder.append_basic_block("loop")
        body, after = builder.append_basic_block("step"), builder.append_basic_block("done")
        builder.branch(head)
        builder.position_at_end(head)
        e = builder.phi(ir.IntType(64))
        values = tuple(builder.phi(value.type) for value in start)
        builder.cbranch(builder.icmp_signed("<", e, end), body, after)
        builder.position_at_end(body)
        after_step = step(e, *values)
        following = builder.add(e, ir.Constant(e.type, 1))
        for phi, first, then in zip((e, *values), (begin, *start), (following, *after_step), strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(then, builder.block)
        builder.branch(head)
        builder.position_at_end(after)
        return values

    def bits(self, truth: Any) -> Any:
        """A vector of truths as an integer of as many bits."""
        return self.builder.zext(self.builder.bitcast(truth, ir.IntType(self.lanes)), ir.IntType(64))

    def truths(self, bits: Any) -> Any:
        """The reverse of :meth:`bits`."""
        narrow = self.builder.trunc(bits, ir.IntType(self.lanes))
        return self.builder.bitcast(narrow, ir.VectorType(ir.IntType(1), self.lanes))


@intrinsic
def _fill_row(_typing: Any, rows: Any, row: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        vectors.store(vectors.everywhere(args[2], vector), 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, rows.dtype), code


@intrinsic
def _lower_row(_typing: Any, rows: Any, into: Any, source: Any, cost: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        way = builder.add(vectors.load(0, args[2]), vectors.everywhere(args[3], vector))
        vectors.store(vectors.least(way, vectors.load(0, args[1])), 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, types.int64, rows.dtype), code


@intrinsic
def _start_row(_typing: Any, rows: Any, into: Any, source: Any, cost: Any, far: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        way = builder.add(vectors.load(0, args[2]), vectors.everywhere(args[3], vector))
        vectors.store(vectors.least(way, vectors.everywhere(args[4], vector)), 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, types.int64, rows.dtype, rows.dtype), code


@intrinsic
def _lower_row_within(_typing: Any, rows: Any, into: Any, source: Any, cost: Any, limit: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        way = builder.add(vectors.load(0, args[2]), vectors.everywhere(args[3], vector))
        vectors.store(vectors.least(way, vectors.load(0, args[1])), 0, args[1])
        near = vectors.bits(builder.icmp_unsigned("<=", way, vectors.everywhere(args[4], vector)))
        return builder.zext(builder.icmp_unsigned("!=", near, ir.Constant(near.type, 0)), ir.IntType(8))

    return types.uint8(rows, types.int64, types.int64, rows.dtype, rows.dtype), code


def pull(vectors: Vectors, start: Any, ways: int, heads: int, arcs: Any, step: Any = None) -> Any:
    """The least of ``start`` and all ways.

    ``ways``, ``heads`` and the next are the arguments that hold the rows, the arcs' heads and their costs; ``arcs`` is
    (begin, end). With ``step``, a cost is what that makes of it.
    """

    def least(e: Any, best: Any) -> Any:
        row = vectors.builder.zext(vectors.entry(heads, e), ir.IntType(64))
        cost = vectors.entry(heads + 1, e)
        cost = cost if step is None else step(cost)
        way = vectors.builder.add(vectors.load(ways, row), vectors.everywhere(cost, start.type))
        return (vectors.least(way, best),)

    begin, end = arcs
    return vectors.loop(begin, end, (start,), least)[0]


@intrinsic
def _least_row(_typing: Any, rows: Any, into: Any, sources: Any, begin: Any, end: Any, far: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])

        def least(e: Any, best: Any) -> Any:
            row = builder.zext(vectors.entry(2, e), ir.IntType(64))
            return (vectors.least(vectors.load(0, row), best),)

        (best,) = vectors.loop(args[3], args[4], (vectors.everywhere(args[5], vector),), least)
        vectors.store(best, 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, sources, types.int64, types.int64, rows.dtype), code


@intrinsic
def _count_within(_typing: Any, rows: Any, into: Any, begin: Any, end: Any, limit: Any, step: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        later = vectors.everywhere(args[5], vector)

        def count(r: Any, many: Any, most: Any) -> Any:
            near = builder.icmp_unsigned("<=", vectors.load(0, r), most)
            return builder.add(many, builder.zext(near, vector)), builder.add(most, later)

        begun = (vectors.load(0, args[1]), vectors.load(0, args[4]))
        many, _ = vectors.loop(args[2], args[3], begun, count)
        vectors.store(many, 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, types.int64, types.int64, types.int64, rows.dtype), code


@intrinsic
def _pull_row(
    _typing: Any, rows: Any, into: Any, heads: Any, costs: Any, begin: Any, end: Any, ways: Any, far: Any
) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        start = vectors.everywhere(args[7], vector)
        vectors.store(pull(vectors, start, 6, 2, args[4:6]), 0, args[1])
        return context.get_dummy_value()

    given = (rows, types.int64, heads, costs, types.int64, types.int64, ways, rows.dtype)
    return types.void(*given), code


@intrinsic
def _pull_row_too(_typing: Any, rows: Any, into: Any, heads: Any, costs: Any, begin: Any, end: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        start = vectors.load(0, args[1])
        vectors.store(pull(vectors, start, 0, 2, args[4:6]), 0, args[1])
        return context.get_dummy_value()

    return types.void(rows, types.int64, heads, costs, types.int64, types.int64), code


@intrinsic
def _copy_row(_typing: Any, into: Any, at: Any, rows: Any, row: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        vectors.store_past_cache(vectors.load(2, args[3]), 0, args[1])
        return context.get_dummy_value()

    return types.void(into, types.int64, rows, types.int64), code


@intrinsic
def _lanes_within(_typing: Any, rows: Any, row: Any, limit: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        near = builder.icmp_unsigned("<=", vectors.load(0, args[1]), vectors.everywhere(args[2], vector))
        return vectors.bits(near)

    return types.uint64(rows, types.int64, rows.dtype), code


@intrinsic
def _add_within(_typing: Any, sums: Any, at: Any, rows: Any, row: Any, limit: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(2, args[3])
        _, wide = vectors.row(0, args[1])
        near = builder.icmp_unsigned("<=", vectors.load(2, args[3]), vectors.everywhere(args[4], vector))
        more = builder.select(near, vectors.everywhere(args[5], wide), ir.Constant(wide, None))
        add = builder.fadd if isinstance(sums.dtype, types.Float) else builder.add
        vectors.store(add(vectors.load(0, args[1]), more), 0, args[1])
        return context.get_dummy_value()

    return types.void(sums, types.int64, rows, types.int64, rows.dtype, sums.dtype), code


@intrinsic
def _lower_lanes(_typing: Any, rows: Any, row: Any, lanes: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        stood, new = vectors.load(0, args[1]), vectors.everywhere(args[3], vector)
        lower = builder.and_(builder.icmp_unsigned("<", new, stood), vectors.truths(args[2]))
        vectors.store(builder.select(lower, new, stood), 0, args[1])
        return vectors.bits(lower)

    return types.uint64(rows, types.int64, types.uint64, rows.dtype), code


@intrinsic
def _lowest_bit(_typing: Any, bits: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), code


# --- the choice ------------------------------------------------------------------------------------------------------


def choose(plain: Callable[..., Any], vectors: Any) -> Any:
    """The loop where it was asked for, else the vectors."""
    return numba.njit(plain, nogil=True) if PLAIN_ROWS else vectors


def row_kernel(signature: Any) -> Callable[[Any], Any]:
    """:func:`yiju.travel.kernels.compiling.kernel` for a function that moves rows."""
    return kernel(signature, cache=not PLAIN_ROWS)


fill_row = choose(plain_fill_row, _fill_row)
lower_row = choose(plain_lower_row, _lower_row)
start_row = choose(plain_start_row, _start_row)
lower_row_within = choose(plain_lower_row_within, _lower_row_within)
pull_row = choose(plain_pull_row, _pull_row)
pull_row_too = choose(plain_pull_row_too, _pull_row_too)
least_row = choose(plain_least_row, _least_row)
count_within = choose(plain_count_within, _count_within)
copy_row = choose(plain_copy_row, _copy_row)
lanes_within = choose(plain_lanes_within, _lanes_within)
add_within = choose(plain_add_within, _add_within)
lower_lanes = choose(plain_lower_lanes, _lower_lanes)
lowest_bit = choose(plain_lowest_bit, _lowest_bit)
