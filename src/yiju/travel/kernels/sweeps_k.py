"""The k nearest facilities of 32 services at once, for every node: the two passes of ``sweeps`` over sorted lists.

Where ``sweeps`` takes the lesser of two keys, two lists are merged here (see :mod:`yiju.travel.kernels.lists`); all
else is the same. It is exact for the reason given in :mod:`yiju.travel.kernels.nearest_k`: of the k nearest of a node,
each is among the k nearest of every node on the way to it.

::

    k = 2     up    ○ A0  ──1──  ● A1 B2  ──2──  □ B0          B comes to the top with its 2, A with its 1
              down  ○ A0 B3 ◄──  ● A1 B2  ──►    □ B0 A3       each takes back what it did not know
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from numba import int32, int64, types, uint8, uint32, void

from yiju.travel.kernels.keys import as_key
from yiju.travel.kernels.lists import lower_list, put_key, start_list
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import Points
from yiju.travel.kernels.rows import Rows, copy_row, fill_row, row_kernel
from yiju.travel.kernels.sweeps import ASKED, EMPTY, NARROW, SKIP, Sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.travel.kernels.compiling import Whole

Uint8s = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]
Records = npt.NDArray[np.void]
Length = tuple[int, ...]


@numba.njit(nogil=True, inline="always")
def begin_list(
    k: Length,
    rows: Rows,
    into: Whole,
    heads: Uint32s,
    costs: Uint32s,
    begin: Whole,
    end: Whole,
    bits: Whole,
    far: Whole,
) -> Whole:
    """Take the first of the lists as it comes, plus its cost; which is the next one."""
    if begin < end:
        start_list(k, rows, into, np.int64(heads[begin]), as_key(costs[begin], bits, far), far)
        return begin + 1
    for i in range(len(k)):
        fill_row(rows, into * len(k) + i, far)
    return begin


def sweep_up(
    k: Length,
    up_first: Int64s,
    up_head: Uint32s,
    cost: Uint32s,
    at: Uint32s,
    lane: Uint8s,
    key: Rows,
    rows: Rows,
    active: Uint8s,
    bits: Whole,
    far: Whole,
) -> None:
    """As :func:`yiju.travel.kernels.sweeps.sweep_up`; ``rows`` is ((n + 1) * k, 32), and ``k`` a tuple of k zeros.

    The last list of ``rows`` is spare: there, lists are made that only an answer needs.
    """
    for s in range(len(at)):
        row = np.int64(at[s])
        if active[row] == 0:
            for i in range(len(k)):
                fill_row(rows, row * len(k) + i, far)
            active[row] = 1
        put_key(rows, row * len(k), len(k), lane[s], np.int64(key[s]), bits)
    for v in range(len(up_first) - 1):
        if active[v] == 0:
            continue
        for e in range(up_first[v], up_first[v + 1]):
            u = np.int64(up_head[e])
            step = as_key(cost[e], bits, far)
            if active[u] == 0:
                start_list(k, rows, u, v, step, far)
                active[u] = 1
            else:
                lower_list(k, rows, u, v, step, bits, far)


def sweep_down(
    k: Length,
    up_first: Int64s,
    up_head: Uint32s,
    cost: Uint32s,
    rows: Rows,
    active: Uint8s,
    bits: Whole,
    far: Whole,
    duty: Uint8s,
    seat: Int32s,
    answers: Rows,
) -> None:
    """As :func:`yiju.travel.kernels.sweeps.sweep_down`; ``answers`` is (origins * k, 32)."""
    spare = len(up_first) - 1
    for v in range(spare - 1, -1, -1):
        if duty[v] == SKIP:
            continue
        into, begin = v, up_first[v]
        if active[v] == 0:
            into = v if duty[v] == ASKED else spare
            begin = begin_list(k, rows, into, up_head, cost, begin, up_first[v + 1], bits, far)
        for e in range(begin, up_first[v + 1]):
            lower_list(k, rows, into, np.int64(up_head[e]), as_key(cost[e], bits, far), bits, far)
        if seat[v] != EMPTY:
            for i in range(len(k)):
                copy_row(answers, np.int64(seat[v]) * len(k) + i, rows, into * len(k) + i)


def read_rows(
    k: Length,
    first: Int64s,
    head: Uint32s,
    cost: Uint32s,
    owner: Int32s,
    rows: Rows,
    bits: Whole,
    far: Whole,
    answers: Rows,
) -> None:
    """As :func:`yiju.travel.kernels.sweeps.read_rows`."""
    spare = len(rows) // len(k) - 1
    for o in range(len(owner)):
        begin = begin_list(k, rows, spare, head, cost, first[o], first[o + 1], bits, far)
        for e in range(begin, first[o + 1]):
            lower_list(k, rows, spare, np.int64(head[e]), as_key(cost[e], bits, far), bits, far)
        for i in range(len(k)):
            copy_row(answers, np.int64(owner[o]) * len(k) + i, rows, spare * len(k) + i)


def read_along_edges(
    k: Length,
    origins: Records,
    on_edge: Int32s,
    targets: Records,
    lane: Uint8s,
    label: Int32s,
    bits: Whole,
    far: Whole,
    answers: Rows,
) -> None:
    """As :func:`yiju.travel.kernels.sweeps.read_along_edges`."""
    for q in range(len(targets)):
        edge = targets[q]["edge"]
        for p in range(on_edge[edge], on_edge[edge + 1]):
            cost = along_edge(origins, p, targets, q)
            if cost < (far >> bits):
                owner = np.int64(origins[p]["owner"])
                put_key(answers, owner * len(k), len(k), lane[q], (cost << bits) | np.int64(label[q]), bits)


class SweepK(NamedTuple):
    """The four kernels of one length of lists."""

    up: Callable[..., None]
    down: Callable[..., None]
    read: Callable[..., None]
    read_along_edges: Callable[..., None]


@cache
def sweep_k(width: Sweep, length: int) -> SweepK:
    """The kernels for keys of one width and lists of one length, compiled when they are called."""
    kind: Any = uint32 if width is NARROW else int64
    k: Any = types.UniTuple(int64, length)  # type: ignore[no-untyped-call]
    rows, arcs = kind[:, ::1], (int64[::1], uint32[::1], uint32[::1])
    return SweepK(
        row_kernel(void(k, *arcs, uint32[::1], uint8[::1], kind[::1], rows, uint8[::1], int64, int64))(sweep_up),
        row_kernel(void(k, *arcs, rows, uint8[::1], int64, int64, uint8[::1], int32[::1], rows))(sweep_down),
        row_kernel(void(k, *arcs, int32[::1], rows, int64, int64, rows))(read_rows),
        row_kernel(
            void(k, Points, int32[::1], Points, uint8[::1], int32[::1], int64, int64, rows)
        )(read_along_edges),
    )  # fmt: skip
