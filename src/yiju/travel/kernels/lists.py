"""Rows of sorted lists: the k nearest of 32 services, as k rows of keys.

::

    row v, k = 3      rows[3v]      │ 40 A │ 12 F │ ...     nearest
                      rows[3v + 1]  │ 55 C │  ∞   │ ...     second      each lane rises from row to row,
                      rows[3v + 2]  │ 61 B │  ∞   │ ...     third       and has each label once

To pass a list along a street adds the street's cost to all of it; where two lists meet, the k least of both stay. The
lists of two neighbours are full of the same facilities, so that of each label only the nearer may stay. Both are done
at once, one key t after the other::

    for i in 0..k:                              t goes down the list
        same = label(list[i]) == label(t0)      t0: the key as it came
        list[i], t = min(list[i], t), max(list[i], t)
        if same: t = far                        the greater one of two with one label: it goes

``max`` holds t0 until its place is found, and what it displaced from then on; either way, it is the greater of the two
with that label. A second key that comes from a sorted list never goes before the place where the first one did. As
soon as no lane's next key is less than the last of its list, the rest is not looked at: most streets end right there.

k is known when the code is made, so that lists are in registers and loops over them are not loops. Kernels tell it by a
tuple of k zeros, since the length of a tuple is part of its type.

Operations come as plain loops and as vectors, see :mod:`yiju.travel.kernels.rows`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from yiju.travel.kernels.keys import as_key, vector_key
from yiju.travel.kernels.rows import LANES, Rows, Vectors, choose

# Lists are of one of these lengths; who asks for 4 is given the first 4 of 5.
LENGTHS = (3, 5, 10)


# --- what each operation means ---------------------------------------------------------------------------------------


def plain_put_key(rows: Rows, at: int, length: int, lane: int, key: Any, bits: int) -> None:
    """Put a key into one lane of the list at row ``at``, unless its label stands there with a smaller key."""
    label = key & ((1 << bits) - 1)
    place = length - 1  # where the list may be cut: its end, or the same label further back
    if key >= rows[at + place, lane]:
        return
    for i in range(length):
        stands = np.int64(rows[at + i, lane])
        if stands & ((1 << bits) - 1) == label:
            if stands <= key:
                return
            place = i
            break
    while place > 0 and rows[at + place - 1, lane] > key:
        rows[at + place, lane] = rows[at + place - 1, lane]
        place -= 1
    rows[at + place, lane] = key


def plain_start_list(k: tuple[int, ...], rows: Rows, into: int, source: int, cost: Any, far: Any) -> None:
    """The list of row ``into`` becomes that of ``source`` plus ``cost``, a key; whatever stood there."""
    for lane in range(LANES):
        for i in range(len(k)):
            rows[into * len(k) + i, lane] = min(np.int64(rows[source * len(k) + i, lane]) + cost, far)


def plain_lower_list(
    k: tuple[int, ...], rows: Rows, into: int, source: int, cost: Any, bits: int, far: Any
) -> None:
    """The list of row ``into`` keeps the least of itself and of the list of ``source`` plus ``cost``, a key."""
    for lane in range(LANES):
        for i in range(len(k)):
            key = np.int64(rows[source * len(k) + i, lane]) + cost
            if key < far:
                put_key(rows, into * len(k), len(k), lane, key, bits)


def plain_pull_lists(
    k: tuple[int, ...],
    into: Rows,
    at: int,
    heads: Rows,
    costs: Rows,
    begin: int,
    end: int,
    rows: Rows,
    bits: int,
    far: Any,
) -> None:
    """The list ``at`` of ``into`` becomes the least of those of ``heads[begin:end]``, each plus its cost.

    What stood there is forgotten, and not even read.
    """
    for lane in range(LANES):
        for i in range(len(k)):
            into[at * len(k) + i, lane] = far
        for e in range(begin, end):
            for i in range(len(k)):
                key = np.int64(rows[np.int64(heads[e]) * len(k) + i, lane]) + as_key(costs[e], bits, far)
                if key < far:
                    put_key(into, at * len(k), len(k), lane, key, bits)


def plain_pull_lists_too(
    k: tuple[int, ...],
    into: Rows,
    at: int,
    heads: Rows,
    costs: Rows,
    begin: int,
    end: int,
    rows: Rows,
    bits: int,
    far: Any,
) -> None:
    """:func:`plain_pull_lists`, but what stands in the list ``at`` takes part."""
    for lane in range(LANES):
        for e in range(begin, end):
            for i in range(len(k)):
                key = np.int64(rows[np.int64(heads[e]) * len(k) + i, lane]) + as_key(costs[e], bits, far)
                if key < far:
                    put_key(into, at * len(k), len(k), lane, key, bits)


# --- the same, as vectors --------------------------------------------------------------------------------------------


class _Lists(Vectors):
    """Vectors, k at a time; the first argument of each operation is the tuple that tells k."""

    @property
    def length(self) -> int:
        """K."""
        count: int = self.kinds[0].count
        return count

    def list_at(self, array: int, number: Any) -> list[Any]:
        """The rows of a list."""
        return [self.load(array, row) for row in self._rows(number)]

    def put_list(self, values: Any, array: int, number: Any, *, past_cache: bool = False) -> None:
        """Write the rows of a list."""
        store = self.store_past_cache if past_cache else self.store
        for value, row in zip(values, self._rows(number), strict=True):
            store(value, array, row)

    def _rows(self, number: Any) -> list[Any]:
        first = self.builder.mul(number, ir.Constant(number.type, self.length))
        return [self.builder.add(first, ir.Constant(first.type, i)) for i in range(self.length)]

    def shifted(self, array: int, number: Any, step: Any, far: Any) -> list[Any]:
        """A list plus a step; what is beyond ``far`` is far."""
        return [self.least(self.builder.add(row, step), far) for row in self.list_at(array, number)]

    def merged(self, stands: Any, array: int, number: Any, step: Any, mask: Any, far: Any) -> list[Any]:
        """The least of a list in registers and of another in memory plus a step."""
        builder = self.builder
        after = builder.append_basic_block("merged")
        ends = []  # where the work may stop, and the list as it is then
        values = list(stands)
        for j, row in enumerate(self._rows(number)):
            key = builder.add(self.load(array, row), step)
            less = self.bits(builder.icmp_unsigned("<", key, values[-1]))
            go_on = builder.append_basic_block("insert")
            builder.cbranch(builder.icmp_unsigned("!=", less, ir.Constant(less.type, 0)), go_on, after)
            ends.append((builder.block, values))
            builder.position_at_end(go_on)
            values = self._inserted(values, key, j, mask, far)
        builder.branch(after)
        ends.append((builder.block, values))
        builder.position_at_end(after)
        merged = [builder.phi(value.type) for value in values]
        for block, stood in ends:
            for phi, value in zip(merged, stood, strict=True):
                phi.add_incoming(value, block)
        return merged

    def _inserted(self, stands: list[Any], key: Any, j: int, mask: Any, far: Any) -> list[Any]:
        """The list with one more key, the j-th of another list: what stands before place j is less than it."""
        builder, zero = self.builder, ir.Constant(key.type, None)
        values, carried = [], key
        for i, stood in enumerate(stands):
            same = builder.icmp_unsigned("==", builder.and_(builder.xor(stood, key), mask), zero)
            if i < j:
                values.append(stood)
                greater = carried
            else:
                lower = builder.icmp_unsigned("<", carried, stood)
                values.append(builder.select(lower, carried, stood))
                greater = builder.select(lower, stood, carried)
            carried = builder.select(same, far, greater)
        return values

    def mask(self, bits: Any, vector: Any) -> Any:
        """The bits of the label, in all lanes."""
        one = ir.Constant(bits.type, 1)
        return self.everywhere(self.builder.sub(self.builder.shl(one, bits), one), vector)


@intrinsic
def _start_list(_typing: Any, k: Any, rows: Any, into: Any, source: Any, cost: Any, far: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lists = _Lists(context, builder, signature, args)
        _, vector = lists.row(1, args[2])
        far = lists.everywhere(args[5], vector)
        lists.put_list(lists.shifted(1, args[3], lists.everywhere(args[4], vector), far), 1, args[2])
        return context.get_dummy_value()

    return types.void(k, rows, types.int64, types.int64, rows.dtype, rows.dtype), code


@intrinsic
def _lower_list(
    _typing: Any, k: Any, rows: Any, into: Any, source: Any, cost: Any, bits: Any, far: Any
) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lists = _Lists(context, builder, signature, args)
        _, vector = lists.row(1, args[2])
        step, mask, far = (
            lists.everywhere(args[4], vector), lists.mask(args[5], vector), lists.everywhere(args[6], vector),
        )  # fmt: skip
        stands = lists.list_at(1, args[2])
        lists.put_list(lists.merged(stands, 1, args[3], step, mask, far), 1, args[2])
        return context.get_dummy_value()

    return types.void(k, rows, types.int64, types.int64, rows.dtype, rows.dtype, rows.dtype), code


def _pull_lists_code(*, own: bool, past_cache: bool) -> Any:
    """Code of a pull: from nothing, or from what the list holds of its ``own``; stored as usual or past the cache."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lists = _Lists(context, builder, signature, args)
        _, vector = lists.row(1, args[2])
        begin, end, bits, scalar_far = args[5], args[6], args[8], args[9]
        mask, far = lists.mask(bits, vector), lists.everywhere(scalar_far, vector)

        def arc(e: Any) -> tuple[Any, Any]:
            head = builder.zext(lists.entry(3, e), ir.IntType(64))
            return head, lists.everywhere(vector_key(builder, lists.entry(4, e), bits, scalar_far), vector)

        if own:
            start = lists.list_at(1, args[2])
        else:  # the first list is taken as it comes
            before, first = builder.block, builder.append_basic_block("first")
            others = builder.append_basic_block("others")
            builder.cbranch(builder.icmp_signed("<", begin, end), first, others)
            builder.position_at_end(first)
            taken = lists.shifted(7, *arc(begin), far)
            begin_then = builder.add(begin, ir.Constant(begin.type, 1))
            first = builder.block
            builder.branch(others)
            builder.position_at_end(others)
            start = [builder.phi(vector) for _ in taken]
            for phi, value in zip(start, taken, strict=True):
                phi.add_incoming(far, before)
                phi.add_incoming(value, first)
            following = builder.phi(begin.type)
            following.add_incoming(begin, before)
            following.add_incoming(begin_then, first)
            begin = following

        def merge(e: Any, *values: Any) -> Any:
            return lists.merged(values, 7, *arc(e), mask, far)

        values = lists.loop(begin, end, tuple(start), merge)
        lists.put_list(values, 1, args[2], past_cache=past_cache)
        return context.get_dummy_value()

    return code


def _pull_types(k: Any, into: Any, heads: Any, costs: Any, rows: Any) -> Any:
    label, arcs = (rows.dtype, rows.dtype), (types.int64, types.int64)
    return types.void(k, into, types.int64, heads, costs, *arcs, rows, *label)


@intrinsic
def _pull_lists(
    _typing: Any,
    k: Any,
    into: Any,
    at: Any,
    heads: Any,
    costs: Any,
    begin: Any,
    end: Any,
    rows: Any,
    bits: Any,
    far: Any,
) -> Any:
    return _pull_types(k, into, heads, costs, rows), _pull_lists_code(own=False, past_cache=False)


@intrinsic
def _pull_lists_out(
    _typing: Any,
    k: Any,
    into: Any,
    at: Any,
    heads: Any,
    costs: Any,
    begin: Any,
    end: Any,
    rows: Any,
    bits: Any,
    far: Any,
) -> Any:
    return _pull_types(k, into, heads, costs, rows), _pull_lists_code(own=False, past_cache=True)


@intrinsic
def _pull_lists_too(
    _typing: Any,
    k: Any,
    into: Any,
    at: Any,
    heads: Any,
    costs: Any,
    begin: Any,
    end: Any,
    rows: Any,
    bits: Any,
    far: Any,
) -> Any:
    return _pull_types(k, into, heads, costs, rows), _pull_lists_code(own=True, past_cache=False)


put_key = numba.njit(plain_put_key, nogil=True)
start_list = choose(plain_start_list, _start_list)
lower_list = choose(plain_lower_list, _lower_list)
pull_lists = choose(plain_pull_lists, _pull_lists)
pull_lists_out = choose(plain_pull_lists, _pull_lists_out)
pull_lists_too = choose(plain_pull_lists_too, _pull_lists_too)
