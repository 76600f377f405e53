"""Public transport for all departure minutes and 32 destinations at once: a connection scan in rows.

A *connection* is a vehicle's ride from one stop to the next. Looked at from the latest departure to the earliest, each
needs to be looked at once (J. Dibbelt, T. Pajor, B. Strasser, D. Wagner, Connection Scan Algorithm, ACM Journal of
Experimental Algorithmics 23 (2018), article 1.7, section 4, "profile queries"): who boards it can stay, walk out to
the destination, or change to something that leaves later, and all of that has been looked at already.

::

    departs    ◄── scan, latest first ──┐           row of a connection = the least of
    08:00  A ─────► B  08:06            │             the row of its vehicle      stay seated
    08:02  C ──► A  08:05               │             arrival + egress row        walk to the destination
    08:11  B ─────► D  08:19            │             row of the transfer node    change

A row holds the *arrival* at each of 32 destinations, in seconds since the window began. What makes this fast is that
nothing in it depends on where one comes from or when one left home:

* A *slot* is a stop and a departure time; its row is the earliest arrival for whoever stands there by then. Slots of
  a stop hang together: who comes earlier can wait.
* A *node* is a stop and an arrival time; which slots can be caught from there on foot is a matter of the timetable
  alone, and is listed beforehand (``events.py``). Nodes of a stop hang together too: who arrives earlier can do all
  that who arrives later can.
* So one scan answers for every origin and every minute of departure. An origin reads the slots within its walk: the
  last minute in which slot k is still caught gets the row of k (``events.boardable`` lists them, once for all scans).

On Porto Alegre (``benchmarks/transit_task.py``) a scan takes 2.6 milliseconds; all in all this needs a six-hundredth of
the time of one plain scan for each origin and minute (``connections_plain.py``, the oracle).

Without a cap on rides one scan does. With a cap, scan r uses the slots of scan r - 1 for its transfers, so that its
rows are those of at most r rides: exact, and r times the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numba import int32, int64, types, uint16, uint32, void

from yiju.travel.kernels.rows import (
    LANES,
    add_within,
    count_within,
    fill_row,
    least_row,
    lower_row,
    row_kernel,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.travel.kernels.compiling import Whole

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Row32s = npt.NDArray[np.uint32]
Rows = npt.NDArray[Any]

# Departures are a minute apart, as in R5 (FastRaptorWorker.DEPARTURE_STEP_SEC = 60).
STEP_S = 60
# No slot, no node: one may not board, or not alight.
NONE = -1


def scan(
    rows: Rows, departs: Int32s, arrives: Rows, vehicle: Int32s, slot: Int32s, node: Int32s, egress: Int32s,
    node_time: Int32s, pull_first: Int64s, pulls: Row32s,
    slots: Whole, vehicles: Whole, far: Any, most_rides: Whole,
) -> None:  # fmt: skip
    """Fill the rows of slots, nodes and vehicles.

    Parameters
    ----------
    rows
        Rows of slots, then nodes, then vehicles, then whatever the caller keeps there; among that the egress rows,
        seconds from a stop to each destination, ``far`` where there is no walk.
    departs, arrives
        (c,) connections, latest departure first; along a vehicle, later ones first.
    vehicle, slot, node, egress
        (c,) the row of each connection's vehicle, of the slot where it is boarded, of the node at which it arrives,
        and of the walks from there; slot and node may be ``NONE``.
    node_time
        (n,) arrival at each node, latest first.
    pull_first, pulls
        The rows of which node i is the least are ``pulls[pull_first[i]:pull_first[i + 1]]``.
    slots, vehicles
        How many there are.
    far
        Unreached.
    most_rides
        Cap on the number of vehicles; 0: none.
    """
    nodes = len(node_time)
    for turn in range(max(most_rides, 1)):
        if most_rides > 0:
            for n in range(nodes):
                if turn == 0:
                    fill_row(rows, slots + n, far)
                else:
                    least_row(rows, slots + n, pulls, pull_first[n], pull_first[n + 1], far)
        for row in range(slots):
            fill_row(rows, row, far)
        for row in range(slots + nodes, slots + nodes + vehicles):
            fill_row(rows, row, far)
        done = 0 if most_rides == 0 else nodes
        for c in range(len(departs)):
            while done < nodes and node_time[done] >= departs[c]:
                least_row(rows, slots + done, pulls, pull_first[done], pull_first[done + 1], far)
                done += 1
            if node[c] != NONE:
                lower_row(rows, vehicle[c], node[c], 0)
                lower_row(rows, vehicle[c], egress[c], arrives[c])
            if slot[c] != NONE:
                # the slot after it, of the same stop, is done; after the last of a stop comes one that stays far
                lower_row(rows, slot[c], slot[c] + 1, 0)
                lower_row(rows, slot[c], vehicle[c], 0)


def read_origins(
    rows: Rows, board_first: Int64s, boarded: Row32s, origins: Whole, phases: Whole, minutes: Whole,
    walk_row: Whole, scratch: Whole, ranks: Int64s, bits: Whole, far: Any, out: Rows,
) -> None:  # fmt: skip
    """Percentiles of the travel time from every origin to the 32 destinations of a scan.

    Parameters
    ----------
    board_first, boarded
        What is boarded by who leaves origin o in minute m of timetable f, and no later minute, are the slots
        ``boarded[board_first[i]:board_first[i + 1]]`` with ``i = (o * phases + f) * minutes + m``.
    minutes
        Departures: one at each minute since the window began, in each of the ``phases`` timetables.
    walk_row
        Row of the first origin's walks to the destinations, seconds; the others follow.
    scratch
        Row from which ``phases * minutes + 3`` rows are free.
    ranks
        (p,) how many travel times stand before the percentile.
    bits
        Travel times of fewer bits are told apart; others come out as ``2**bits - 1``.
    out
        (p, origins, 32) seconds.
    """
    answer, limit, count = scratch, scratch + 1, scratch + 2
    first_minute = scratch + 3
    last_minute = first_minute + phases * minutes
    for o in range(origins):
        for f in range(phases):
            for m in range(minutes - 1, -1, -1):
                row = first_minute + f * minutes + m
                i = (o * phases + f) * minutes + m
                least_row(rows, row, boarded, board_first[i], board_first[i + 1], far)
                lower_row(rows, row, walk_row + o, m * STEP_S)
                if m + 1 < minutes:
                    lower_row(rows, row, row + 1, 0)
        for p in range(len(ranks)):
            # the largest number of which no more than `rank` travel times are below, found bit by bit
            fill_row(rows, answer, 0)
            for b in range(bits - 1, -1, -1):
                bit = np.int64(1) << b
                fill_row(rows, limit, far)
                lower_row(rows, limit, answer, bit - 1)
                fill_row(rows, count, 0)
                for row in range(first_minute, last_minute, minutes):
                    count_within(rows, count, row, row + minutes, limit, STEP_S)
                add_within(rows, answer, rows, count, ranks[p], bit)
            for lane in range(LANES):
                out[p, o, lane] = rows[answer, lane]


def _signatures(number: Any) -> tuple[Any, Any]:
    rows, flat = number[:, ::1], number[::1]
    return (
        void(
            rows, int32[::1], flat, int32[::1], int32[::1], int32[::1], int32[::1],
            int32[::1], int64[::1], uint32[::1],
            int64, int64, number, int64,
        ),
        void(
            rows, int64[::1], uint32[::1], int64, int64, int64,
            int64, int64, int64[::1], int64, number, types.Array(number, 3, "C"),
        ),
    )  # fmt: skip


def in_width(dtype: npt.DTypeLike) -> tuple[Callable[..., None], Callable[..., None]]:
    """:func:`scan` and :func:`read_origins` compiled for rows of uint16 or of uint32."""
    return _COMPILED[np.dtype(dtype).itemsize]


_COMPILED = {
    size: tuple(
        row_kernel(signature)(function)
        for signature, function in zip(_signatures(number), (scan, read_origins), strict=True)
    )
    for size, number in ((2, uint16), (4, uint32))
}
