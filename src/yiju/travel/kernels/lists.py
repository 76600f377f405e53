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
with that label. As soon as no lane's next key is less than the last of its list, the rest is not looked at: on most
streets, that is before the first.

k is known when the code is made, so that a list is in registers and the loop over it is no loop. Kernels tell it by a
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

from yiju.travel.kernels.rows import LANES, Rows, Vectors, choose

# Lists are of one of these lengths; who asks for 4 is given the first 4 of 5. Proximity time counts 20 facilities
# (M. Bruno et al., Nature Cities 1 (2024) 633-641).
LENGTHS = (3, 5, 10, 20)


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
        return [self.load(array, row) for row in self.rows_of(number)]

    def put_list(self, values: Any, array: int, number: Any) -> None:
        """Write the rows of a list."""
        for value, row in zip(values, self.rows_of(number), strict=True):
            self.store(value, array, row)

    def rows_of(self, number: Any) -> list[Any]:
        """Numbers of the rows of a list."""
        first = self.builder.mul(number, ir.Constant(number.type, self.length))
        return [self.builder.add(first, ir.Constant(first.type, i)) for i in range(self.length)]

    def lower(self, array: int, into: Any, source: Any, step: Any, bits: Any, far: Any) -> None:
        """Put the keys of one list, plus a step, into another, until one is less in no lane than the last there."""
        builder, length = self.builder, ir.Constant(source.type, self.length)
        theirs, last = builder.mul(source, length), self.load(array, self.rows_of(into)[-1])
        put, insert = builder.append_basic_block("put"), builder.append_basic_block("insert")
        more, leave = builder.append_basic_block("more"), builder.append_basic_block("leave")
        after = builder.append_basic_block("merged")
        # most lists have nothing to say to their neighbours: then two rows are read, and none is written
        key = builder.add(self.load(array, theirs), step)
        builder.cbranch(self.any_less(key, last), put, after)
        builder.position_at_end(put)
        mask, stands = self.mask(bits, key.type), self.list_at(array, into)
        builder.branch(insert)
        builder.position_at_end(insert)
        j, keys = builder.phi(source.type), builder.phi(key.type)
        values = [builder.phi(key.type) for _ in stands]
        inserted = self._inserted(values, keys, mask, far)
        following = builder.add(j, ir.Constant(j.type, 1))
        builder.cbranch(builder.icmp_signed("<", following, length), more, leave)
        builder.position_at_end(more)
        next_key = builder.add(self.load(array, builder.add(theirs, following)), step)
        builder.cbranch(self.any_less(next_key, inserted[-1]), insert, leave)
        for phi, first, then in zip(
            (j, keys, *values),
            (ir.Constant(j.type, 0), key, *stands),
            (following, next_key, *inserted),
            strict=True,
        ):
            phi.add_incoming(first, put)
            phi.add_incoming(then, more)
        builder.position_at_end(leave)
        self.put_list(inserted, array, into)
        builder.branch(after)
        builder.position_at_end(after)

    def any_less(self, a: Any, b: Any) -> Any:
        """Whether a is less than b in any lane."""
        less = self.bits(self.builder.icmp_unsigned("<", a, b))
        return self.builder.icmp_unsigned("!=", less, ir.Constant(less.type, 0))

    def _inserted(self, stands: list[Any], key: Any, mask: Any, far: Any) -> list[Any]:
        """The list with one more key."""
        builder, zero = self.builder, ir.Constant(key.type, None)
        values, carried = [], key
        for stood in stands:
            same = builder.icmp_unsigned("==", builder.and_(builder.xor(stood, key), mask), zero)
            lower = builder.icmp_unsigned("<", carried, stood)
            values.append(builder.select(lower, carried, stood))
            carried = builder.select(same, far, builder.select(lower, stood, carried))
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
        step = lists.everywhere(args[4], vector)
        shifted = [lists.least(builder.add(row, step), far) for row in lists.list_at(1, args[3])]
        lists.put_list(shifted, 1, args[2])
        return context.get_dummy_value()

    return types.void(k, rows, types.int64, types.int64, rows.dtype, rows.dtype), code


@intrinsic
def _lower_list(
    _typing: Any, k: Any, rows: Any, into: Any, source: Any, cost: Any, bits: Any, far: Any
) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lists = _Lists(context, builder, signature, args)
        _, vector = lists.row(1, args[2])
        step, far = (lists.everywhere(args[i], vector) for i in (4, 6))
        lists.lower(1, args[2], args[3], step, args[5], far)
        return context.get_dummy_value()

    return types.void(k, rows, types.int64, types.int64, rows.dtype, rows.dtype, rows.dtype), code


put_key = numba.njit(plain_put_key, nogil=True)
start_list = choose(plain_start_list, _start_list)
lower_list = choose(plain_lower_list, _lower_list)
