"""The nearest facility of 32 services at once, for every node, by two passes over the street index.

A search visits nodes in the order of their cost, and needs a queue for it. Elimination has put the nodes into one
order that is good for every question: each shortest way climbs to ever higher rows and comes down again (see
:mod:`yiju.travel.index`). So facilities first tell the rows above them, from the lowest row to the highest, and then
each row asks the rows above it, from the highest to the lowest. This is how a system of equations is solved with a
sparse triangular factor, forward and back, with (min, +) in place of (+, ×).

::

            up: rows in rising order                    down: rows in falling order

     3          ●  5              min(∞, 4+1)           3          ●  5
              ╱   ╲                                              ╱   ╲
     2       ╱     ● 4            0+4                   2       ╱     ● 4      min(4, 5+1)
            ╱     ╱                                            ╱     ╱
     0,1   ○     ■ 0              a facility           0,1   ○ 7   ■ 0         5+2

Up, only rows above some facility have anything to tell. Down, only rows that some origin asks for, and those above
them, are worth a look; a row that no lower row will ask goes straight to its origin and is stored nowhere else.

Each lane carries a key, the cost above and the label of the facility below, so that ties go to the facility that comes
first::

    key   │ cost: 23 bits │ label: 9 bits │      in 32 bits with 300 facilities to a service: up to 420 km;
                                                 whoever needs more than his labels leave takes keys of 64 bits

B. A. Carré, An algebra for network routing problems, J. Inst. Maths Applics 7 (1971) 273-294: elimination over
(min, +). A. Buluç, J. R. Gilbert and V. B. Shah, Implementing sparse matrices for graph algorithms, in J. Kepner and
J. R. Gilbert (eds), Graph Algorithms in the Language of Linear Algebra, SIAM 2011. J. W. H. Liu, The role of
elimination trees in sparse factorization, SIAM J. Matrix Anal. Appl. 11 (1990) 134-172: why the way up meets few rows.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import int32, int64, uint8, uint32, void

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.keys import as_key, pull_keys, pull_keys_out, pull_keys_too
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import UNREACHED, Points
from yiju.travel.kernels.rows import FAR_32, Rows, copy_row, fill_row, lower_row, row_kernel, start_row

if TYPE_CHECKING:
    from collections.abc import Callable

Uint8s = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]
Records = npt.NDArray[np.void]

# What the down pass does with a row: nothing; or it is asked by a lower row, and must be stored.
SKIP, ASKED = 0, 2
# Or it is only computed for the origin that sits on it.
SEATED = 1
# No origin sits on a row.
EMPTY = -1

# Keys of 64 bits: 31 for the label and 31 for the cost, so that unreached twice fits 63.
WIDE_LABEL_BITS = 31
FAR_64 = 2**62 - 1


def sweep_up(
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
    """Put the seeds into their rows, and let each row tell those above it.

    Parameters
    ----------
    up_first, up_head, cost
        The index; ``cost`` is that of coming *down* each arc, since people walk to the facility.
    at, lane, key
        (s,) row, lane and key of each facility at a node that leads to it.
    rows
        (n, 32) keys, nothing in them yet.
    active
        (n,) zeros; afterwards, which rows hold anything.
    bits
        Width of the label.
    far
        The key that means "unreached".
    """
    for s in range(len(at)):
        row = np.int64(at[s])
        if active[row] == 0:
            fill_row(rows, row, far)
            active[row] = 1
        rows[row, lane[s]] = min(rows[row, lane[s]], key[s])
    for v in range(len(up_first) - 1):
        if active[v] == 0:
            continue
        for e in range(up_first[v], up_first[v + 1]):
            u = np.int64(up_head[e])
            step = as_key(cost[e], bits, far)
            if active[u] == 0:
                start_row(rows, u, v, step, far)
                active[u] = 1
            else:
                lower_row(rows, u, v, step)


def sweep_down(
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
    """Let each row that is wanted ask those above it, and carry it to the origin that sits on it.

    Parameters
    ----------
    up_first, up_head, cost
        The index; ``cost`` is that of going *up* each arc.
    rows, active, bits, far
        As :func:`sweep_up` left them.
    duty
        (n,) ``SKIP``, ``SEATED`` or ``ASKED``.
    seat
        (n,) position of the origin whose answer is just this row, ``EMPTY`` where there is none.
    answers
        (origins, 32) keys; rows of origins that sit are written.
    """
    for v in range(len(up_first) - 2, -1, -1):
        if duty[v] == SKIP:
            continue
        if active[v] != 0:
            pull_keys_too(rows, v, up_head, cost, up_first[v], up_first[v + 1], bits, far)
        elif duty[v] == ASKED:
            pull_keys(rows, v, up_head, cost, up_first[v], up_first[v + 1], rows, bits, far)
        else:
            owner = np.int64(seat[v])
            pull_keys_out(answers, owner, up_head, cost, up_first[v], up_first[v + 1], rows, bits, far)
            continue
        if seat[v] != EMPTY:
            copy_row(answers, np.int64(seat[v]), rows, v)


def read_rows(
    first: Int64s,
    head: Uint32s,
    cost: Uint32s,
    owner: Int32s,
    rows: Rows,
    bits: Whole,
    far: Whole,
    answers: Rows,
) -> None:
    """The other origins, which stand on a street, or beside it, or have several doors: each asks the rows it leads to.

    Origin ``owner[i]`` leads to rows ``head[first[i]:first[i + 1]]``, as if it were one more row at the very bottom.
    """
    for i in range(len(owner)):
        pull_keys_out(answers, np.int64(owner[i]), head, cost, first[i], first[i + 1], rows, bits, far)


def read_along_edges(
    origins: Records,
    on_edge: Int32s,
    targets: Records,
    lane: Uint8s,
    label: Int32s,
    bits: Whole,
    far: Whole,
    answers: Rows,
) -> None:
    """A facility on the origin's own street may be nearer along it than by way of its ends.

    Parameters
    ----------
    origins, on_edge
        Points of origins inside edges, at neither end; those on edge e are ``origins[on_edge[e]:on_edge[e + 1]]``.
    targets, lane, label
        Points of facilities inside edges, each with the lane of its service and its label there.
    """
    for q in range(len(targets)):
        edge = targets[q]["edge"]
        for p in range(on_edge[edge], on_edge[edge + 1]):
            cost = along_edge(origins, p, targets, q)
            if cost < (far >> bits):
                owner = origins[p]["owner"]
                key = (cost << bits) | np.int64(label[q])
                answers[owner, lane[q]] = min(np.int64(answers[owner, lane[q]]), key)


class Sweep(NamedTuple):
    """The four kernels of one width of keys."""

    key: type[np.uint32 | np.int64]
    far: int
    up: Callable[..., None]
    down: Callable[..., None]
    read: Callable[..., None]
    read_along_edges: Callable[..., None]


def _of_width(key: Any, kind: Any, far: int) -> Sweep:
    rows, arcs = kind[:, ::1], (int64[::1], uint32[::1], uint32[::1])
    return Sweep(
        key,
        far,
        row_kernel(void(*arcs, uint32[::1], uint8[::1], kind[::1], rows, uint8[::1], int64, int64))(sweep_up),
        row_kernel(void(*arcs, rows, uint8[::1], int64, int64, uint8[::1], int32[::1], rows))(sweep_down),
        row_kernel(void(*arcs, int32[::1], rows, int64, int64, rows))(read_rows),
        row_kernel(
            void(Points, int32[::1], Points, uint8[::1], int32[::1], int64, int64, rows)
        )(read_along_edges),
    )  # fmt: skip


# Keys of 32 bits, for most questions.
NARROW = _of_width(np.uint32, uint32, FAR_32)


@cache
def wide() -> Sweep:
    """Keys of 64 bits, compiled only when somebody needs them."""
    return _of_width(np.int64, int64, FAR_64)


@kernel(void(int64[::1], uint32[::1], uint32[::1], int32[::1], uint8[::1]))
def mark_duties(up_first: Int64s, up_head: Uint32s, leads_to: Uint32s, seat: Int32s, duty: Uint8s) -> None:
    """Which rows the down pass must compute, and which it must store, so that all origins find their answer.

    Parameters
    ----------
    leads_to
        Rows that origins hang on, without those who sit.
    seat
        (n,) who sits on each row.
    duty
        (n,) all ``SKIP`` before.
    """
    for way in range(len(leads_to)):
        duty[leads_to[way]] = ASKED
    for v in range(len(up_first) - 1):
        if duty[v] == SKIP and seat[v] != EMPTY:
            duty[v] = SEATED
        if duty[v] != SKIP:
            for e in range(up_first[v], up_first[v + 1]):
                duty[up_head[e]] = ASKED


@kernel(void(int64[::1], uint32[::1], uint32[::1], int64[::1]))
def climb(up_first: Int64s, up_head: Uint32s, up_cost: Uint32s, least: Int64s) -> None:
    """The cost of climbing from each row to some row above: ``least`` is 0 there, and ``FAR_64`` elsewhere before."""
    for v in range(len(up_first) - 2, -1, -1):
        for e in range(up_first[v], up_first[v + 1]):
            if up_cost[e] != UNREACHED and least[up_head[e]] != FAR_64:
                least[v] = min(least[v], least[up_head[e]] + np.int64(up_cost[e]))
