"""What can be caught after an arrival: the transfers of a timetable, laid out once for all searches.

A timetable is a graph of events (E. Pyrga, F. Schulz, D. Wagner, C. Zaroliagis, Efficient models for timetable
information in public transportation systems, ACM Journal of Experimental Algorithmics 12 (2008), article 2.4: the
time-expanded model). A *node* is a stop and a time at which a vehicle arrives there, a *slot* a stop and a time at
which one departs. From a node one walks to each stop near by, and the first slot that can be caught there is enough:
slots of a stop hang together in time.

::

    nodes of A     08:03     08:05          08:12      arrivals; 5 minutes on foot from A to B
                      ╲         ╲              ╲
    slots of B         ╲       08:10  08:15   08:17    08:25
                        ╰───────►▲              ▲      08:03 catches 08:10 by way of 08:05: not listed again

Nodes of a stop hang together too, so what the next later node lists already is not listed again: of footpaths between
stops that are served every ten minutes, most nodes add none or one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64, uint32

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Row32s = npt.NDArray[np.uint32]


@kernel(
    tuple_of(int64[::1], uint32[::1])(
        int64[::1], int32[::1], int32[::1], int64[::1], int32[::1], int64[::1], int32[::1], int32[::1], int64
    )
)
def catchable(
    node_first: Int64s, node_of_stop: Int32s, node_time: Int32s, slot_first: Int64s, slot_time: Int32s,
    foot_first: Int64s, foot_head: Int32s, foot_need: Int32s, slots: Whole,
) -> tuple[Int64s, Row32s]:  # fmt: skip
    """The rows of which each node is the least.

    Parameters
    ----------
    node_first, node_of_stop
        The nodes of stop s, latest first, are ``node_of_stop[node_first[s]:node_first[s + 1]]``.
    node_time
        (n,) seconds.
    slot_first, slot_time
        The slots of stop s in rising order are ``slot_first[s]:slot_first[s + 1]``, the last being no departure.
    foot_first, foot_head, foot_need
        The ways from stop s on foot: where to, and how many seconds after the arrival one can depart there. Where
        there are several timetables, stops are numbered on, and ways lead to the same timetable.
    slots
        How many slots there are: the row of node 0.

    Returns
    -------
    ``(pull_first, pulls)``: rows of slots, and of the node of the same stop that is next later.
    """
    nodes = len(node_time)
    stops = len(foot_first) - 1
    pull_first = np.zeros(nodes + 1, dtype=np.int64)
    pulls = np.empty(0, dtype=np.uint32)
    filled = np.zeros(nodes, dtype=np.int64)
    for turn in range(2):  # first they are counted, then they are written
        for s in range(len(node_first) - 1):
            shift = s - s % stops
            for i in range(node_first[s] + 1, node_first[s + 1]):
                node = node_of_stop[i]
                if turn == 1:
                    pulls[pull_first[node]] = slots + node_of_stop[i - 1]
                filled[node] += 1
            for e in range(foot_first[s % stops], foot_first[s % stops + 1]):
                head = shift + foot_head[e]
                end = slot_first[head + 1] - 1
                caught = end
                listed = end
                for i in range(node_first[s], node_first[s + 1]):
                    node = node_of_stop[i]
                    ready = node_time[node] + foot_need[e]
                    while caught > slot_first[head] and slot_time[caught - 1] >= ready:
                        caught -= 1
                    if caught != listed:
                        listed = caught
                        if turn == 1:
                            pulls[pull_first[node] + filled[node]] = caught
                        filled[node] += 1
        if turn == 0:
            for node in range(nodes):
                pull_first[node + 1] = pull_first[node] + filled[node]
                filled[node] = 0
            pulls = np.empty(pull_first[nodes], dtype=np.uint32)
    return pull_first, pulls


@kernel(
    tuple_of(int64[::1], uint32[::1])(
        int64[::1], int32[::1], int32[::1], int64[::1], int32[::1], int64, int64, int64, int64
    )
)
def boardable(
    access_first: Int64s, access_stop: Int32s, access_need: Int32s, slot_first: Int64s, slot_time: Int32s,
    stops: Whole, phases: Whole, minutes: Whole, step_s: Whole,
) -> tuple[Int64s, Row32s]:  # fmt: skip
    """The slots that decide when one arrives, by the last departure from home that still catches them.

    Of the slots of a stop that the same departure catches last, the earliest is enough.

    Parameters
    ----------
    access_first, access_stop, access_need
        The stops within the walk of origin o are ``access_first[o]:access_first[o + 1]``; how many seconds before a
        departure there one has to leave home.
    slot_first, slot_time
        As above, of ``stops`` stops in each of the ``phases`` timetables.
    minutes, step_s
        How many departures from home there are, and how far apart.

    Returns
    -------
    ``(first, slots)`` : those of origin o, timetable f and departure m are ``slots[first[i]:first[i + 1]]`` with
    ``i = (o * phases + f) * minutes + m``.
    """
    origins = len(access_first) - 1
    first = np.zeros(origins * phases * minutes + 1, dtype=np.int64)
    slots = np.empty(0, dtype=np.uint32)
    for turn in range(
        2
    ):  # first they are counted, then they are written, and `first` moves on to the end of each
        for o in range(origins):
            for f in range(phases):
                for e in range(access_first[o], access_first[o + 1]):
                    stop = f * stops + access_stop[e]
                    k = slot_first[stop]
                    last = slot_first[stop + 1] - 1
                    m: Whole = np.int64(0)
                    while True:
                        while k < last and slot_time[k] < access_need[e] + m * step_s:
                            k += 1
                        if k == last or m >= minutes:
                            break
                        m = min((slot_time[k] - access_need[e]) // step_s, minutes - 1)
                        i = (o * phases + f) * minutes + m
                        if turn == 1:
                            slots[first[i]] = k
                        first[i] += 1
                        m += 1
        if turn == 0:
            filled = np.int64(0)
            for i in range(len(first)):
                many = first[i]
                first[i] = filled
                filled += many
            slots = np.empty(filled, dtype=np.uint32)
    for i in range(len(first) - 1, 0, -1):
        first[i] = first[i - 1]
    first[0] = 0
    return first, slots
