"""Rows of keys: a cost above, and below it the label of the facility that costs it.

::

    key   │ cost: 23 bits │ label: 9 bits │       less is nearer, and of equals the one that comes first

A street adds its cost to the upper part and leaves the label alone. What is too much for the upper part counts as
unreached: ``far`` has all bits of the cost set, and twice itself still fits.

Operations come as plain loops and as vectors, see :mod:`yiju.travel.kernels.rows`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from yiju.travel.kernels.rows import LANES, Rows, Vectors, choose, pull


@numba.njit(nogil=True, inline="always")
def as_key(cost: Any, bits: Any, far: Any) -> Any:
    """A cost moved above its label."""
    return min(np.int64(cost), far >> bits) << bits


def plain_pull_keys(
    into: Rows, at: int, heads: Rows, costs: Rows, begin: int, end: int, rows: Rows, bits: int, far: Any
) -> None:
    """``into[at] = min(far, rows[heads[e]] + costs[e] for e in begin..end)``; ``into`` may be ``rows``.

    What stood in ``into[at]`` is forgotten, and not even read.
    """
    for lane in range(LANES):
        best = far
        for e in range(begin, end):
            way = rows[heads[e], lane] + as_key(costs[e], bits, far)
            best = min(best, way)
        into[at, lane] = best


def plain_pull_keys_out(
    into: Rows, at: int, heads: Rows, costs: Rows, begin: int, end: int, rows: Rows, bits: int, far: Any
) -> None:
    """:func:`plain_pull_keys` past the cache, for answers."""
    for lane in range(LANES):
        best = far
        for e in range(begin, end):
            way = rows[heads[e], lane] + as_key(costs[e], bits, far)
            best = min(best, way)
        into[at, lane] = best


def plain_pull_keys_too(
    rows: Rows, row: int, heads: Rows, costs: Rows, begin: int, end: int, bits: int, far: Any
) -> None:
    """``rows[row] = min(rows[row], rows[heads[e]] + costs[e] for e in begin..end)``."""
    for lane in range(LANES):
        best = rows[row, lane]
        for e in range(begin, end):
            way = rows[heads[e], lane] + as_key(costs[e], bits, far)
            best = min(best, way)
        rows[row, lane] = best


def vector_key(builder: Any, cost: Any, bits: Any, far: Any) -> Any:
    """:func:`as_key` in LLVM's instructions."""
    wide = builder.zext(cost, far.type) if cost.type != far.type else cost
    most = builder.lshr(far, bits)
    return builder.shl(builder.select(builder.icmp_unsigned("<", wide, most), wide, most), bits)


def _pull(vectors: Vectors, start: Any, ways: int, shift: Any) -> Any:
    """All ways of an operation whose arguments from 2 on are heads, costs, begin and end."""
    return pull(
        vectors, start, ways, 2, vectors.args[4:6], lambda cost: vector_key(vectors.builder, cost, *shift)
    )


@intrinsic
def _pull_keys(
    _typing: Any,
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
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        start = vectors.everywhere(args[8], vector)
        vectors.store(_pull(vectors, start, 6, args[7:9]), 0, args[1])
        return context.get_dummy_value()

    given = (into, types.int64, heads, costs, types.int64, types.int64, rows, rows.dtype, rows.dtype)
    return types.void(*given), code


@intrinsic
def _pull_keys_out(
    _typing: Any,
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
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        _, vector = vectors.row(0, args[1])
        start = vectors.everywhere(args[8], vector)
        vectors.store_past_cache(_pull(vectors, start, 6, args[7:9]), 0, args[1])
        return context.get_dummy_value()

    given = (into, types.int64, heads, costs, types.int64, types.int64, rows, rows.dtype, rows.dtype)
    return types.void(*given), code


@intrinsic
def _pull_keys_too(
    _typing: Any, rows: Any, row: Any, heads: Any, costs: Any, begin: Any, end: Any, bits: Any, far: Any
) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vectors = Vectors(context, builder, signature, args)
        start = vectors.load(0, args[1])
        vectors.store(_pull(vectors, start, 0, args[6:8]), 0, args[1])
        return context.get_dummy_value()

    given = (rows, types.int64, heads, costs, types.int64, types.int64, rows.dtype, rows.dtype)
    return types.void(*given), code


pull_keys = choose(plain_pull_keys, _pull_keys)
pull_keys_out = choose(plain_pull_keys_out, _pull_keys_out)
pull_keys_too = choose(plain_pull_keys_too, _pull_keys_too)
