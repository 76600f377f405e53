"""Public transport from one origin to everywhere, for all departure minutes at once.

The scan of ``connections.py`` turned around: from the earliest departure to the latest, and what is handed on is no
arrival but the *latest minute in which one may leave home*. Who can be somewhere having left at 07:40 could also have
left at 07:30 and waited, so one number says it for all minutes; it only falls along the way.

::

    leave by      07:44 ──► slot A 07:50 ──► vehicle ──► node B 08:02 ──► slot B 08:05 ──► vehicle ...
                            later slots of A             later nodes of B, slots near by
                            get no less                  get no less

At a destination, the node that is the first to be reached having left in minute m decides what the trip of minute m
takes. Lanes are not needed: for a map from one point this does in milliseconds what the scan with destinations in the
lanes needs a scan for every 32 of them for. The answers are the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64, uint32, void

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.connections import NONE, STEP_S

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Row32s = npt.NDArray[np.uint32]

# One cannot be there, however early one leaves.
NEVER = -1


@kernel(
    int32[::1](
        int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64[::1], uint32[::1],
        int64[::1], uint32[::1], int64, int64, int64, int64,
    )
)  # fmt: skip
def latest_departures(
    departs: Int32s, vehicle: Int32s, slot: Int32s, node: Int32s,
    node_time: Int32s, pull_first: Int64s, pulls: Row32s,
    board_first: Int64s, boarded: Row32s, slots: Whole, vehicles: Whole, minutes: Whole, most_rides: Whole,
) -> Int32s:  # fmt: skip
    """The latest minute in which one may leave the origin to be in each row: slots, then nodes, then vehicles.

    Parameters
    ----------
    departs, vehicle, slot, node, node_time, pull_first, pulls, slots, vehicles, most_rides
        As in :func:`yiju.travel.kernels.connections.scan`.
    board_first, boarded
        Of this origin alone, as in :func:`yiju.travel.kernels.connections.read_origins`.
    minutes
        How many departures from home there are.

    Returns
    -------
    (rows,) minutes since the window began, ``NEVER`` where one cannot be.
    """
    nodes = len(node_time)
    latest = np.full(slots + nodes + vehicles, NEVER, dtype=np.int32)
    seeds = np.full(slots, NEVER, dtype=np.int32)
    for i in range(len(board_first) - 1):
        for e in range(board_first[i], board_first[i + 1]):
            seeds[boarded[e]] = max(seeds[boarded[e]], i % minutes)
    for turn in range(max(most_rides, 1)):
        if turn > 0:
            # who has arrived after so many rides may change to one more
            for n in range(nodes - 1, -1, -1):
                for e in range(pull_first[n], pull_first[n + 1]):
                    latest[pulls[e]] = max(latest[pulls[e]], latest[slots + n])
        for row in range(slots):
            latest[row] = max(seeds[row], latest[row] if turn > 0 else NEVER)
        for row in range(slots, len(latest)):
            latest[row] = NEVER
        waiting = nodes if most_rides == 0 else 0
        for c in range(len(departs) - 1, -1, -1):
            while waiting > 0 and node_time[waiting - 1] < departs[c]:
                waiting -= 1
                for e in range(pull_first[waiting], pull_first[waiting + 1]):
                    latest[pulls[e]] = max(latest[pulls[e]], latest[slots + waiting])
            if slot[c] != NONE:
                latest[vehicle[c]] = max(latest[vehicle[c]], latest[slot[c]])
                latest[slot[c] + 1] = max(latest[slot[c] + 1], latest[slot[c]])
            if node[c] != NONE:
                latest[node[c]] = max(latest[node[c]], latest[vehicle[c]])
    return latest


@kernel(
    void(
        int32[::1], int64[::1], int32[::1], int32[::1], int64, int64[::1], int32[::1], int32[::1], int32[::1],
        int64, int64, int64, int64[::1], int64, int32[:, ::1],
    )
)  # fmt: skip
def read_destinations(
    latest: Int32s, node_first: Int64s, node_of_stop: Int32s, node_time: Int32s, slots: Whole,
    egress_first: Int64s, egress_stop: Int32s, egress_s: Int32s, walk_s: Int32s,
    stops: Whole, phases: Whole, minutes: Whole, ranks: Int64s, bits: Whole, out: Int32s,
) -> None:  # fmt: skip
    """Percentiles of the travel time to every destination.

    Parameters
    ----------
    latest
        From :func:`latest_departures`.
    node_first, node_of_stop, node_time, slots
        As in :func:`yiju.travel.kernels.events.catchable`.
    egress_first, egress_stop, egress_s
        The stops from which destination d can be walked to are ``egress_first[d]:egress_first[d + 1]``.
    walk_s
        (d,) seconds of the walk from the origin; large where there is none.
    ranks, bits
        As in :func:`yiju.travel.kernels.connections.read_origins`.
    out
        (p, d) seconds.
    """
    arrival = np.empty(phases * minutes, dtype=np.int64)
    for d in range(len(egress_first) - 1):
        for i in range(len(arrival)):
            arrival[i] = np.int64(walk_s[d]) + (i % minutes) * STEP_S
        for f in range(phases):
            for e in range(egress_first[d], egress_first[d + 1]):
                stop = f * stops + egress_stop[e]
                left = np.int64(NEVER)
                for k in range(node_first[stop + 1] - 1, node_first[stop] - 1, -1):
                    n = node_of_stop[k]
                    if latest[slots + n] > left:
                        left = np.int64(latest[slots + n])
                        at = f * minutes + left
                        arrival[at] = min(arrival[at], np.int64(node_time[n]) + egress_s[e])
            for i in range((f + 1) * minutes - 2, f * minutes - 1, -1):
                arrival[i] = min(arrival[i], arrival[i + 1])
        for i in range(len(arrival)):
            arrival[i] -= (i % minutes) * STEP_S
        for p in range(len(ranks)):
            answer = np.int64(0)
            for b in range(bits - 1, -1, -1):
                limit = answer + (np.int64(1) << b)
                below = 0
                for i in range(len(arrival)):
                    below += arrival[i] < limit
                if below <= ranks[p]:
                    answer = limit
            out[p, d] = answer
