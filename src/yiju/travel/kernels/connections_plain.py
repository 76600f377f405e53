"""The earliest arrival at every stop from one origin at one moment: the connection scan as it was first written down.

Connections in the order of departure; each is looked at once. One can take it if one sits in its vehicle already, or
stands at its stop in time; then one arrives at its end, and from there on foot at the stops near by::

    for c in connections:                            departs  from   to  arrives  vehicle
        if aboard[vehicle] or ready[from] <= departs:   08:00   A     B   08:06    7
            aboard[vehicle] = yes                       08:02   C     A   08:05    9
            arrival[to] = min(arrives)                  08:06   B     D   08:12    7
            ready[near to] = min(arrives + walk)

J. Dibbelt, T. Pajor, B. Strasser, D. Wagner, Connection Scan Algorithm, ACM Journal of Experimental Algorithmics 23
(2018), article 1.7, section 3, "earliest arrival". With a cap on rides there is a layer of everything for each number
of rides. This is what ``connections.py`` is held against; the two share no code.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.records import UNREACHED

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@kernel(
    int32[::1](
        int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], boolean[::1], boolean[::1],
        int64[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64, int64, int64,
    )
)  # fmt: skip
def earliest_arrivals(
    from_stop: Int32s, to_stop: Int32s, departs: Int32s, arrives: Int32s, vehicle: Int32s,
    boards: Bools, alights: Bools,
    foot_first: Int64s, foot_head: Int32s, foot_need: Int32s,
    access_stop: Int32s, access_need: Int32s, leaves: Whole, stops: Whole, most_rides: Whole,
) -> Int32s:  # fmt: skip
    """Earliest arrival of a vehicle that brings one to each stop.

    Parameters
    ----------
    from_stop, to_stop, departs, arrives, vehicle, boards, alights
        (c,) connections in the order of departure; those of one vehicle in the order in which it runs.
    foot_first, foot_head, foot_need
        From each stop: stops near by, and how many seconds after an arrival one can depart from there.
    access_stop, access_need
        Stops within the walk of the origin, and how many seconds before a departure one has to leave.
    leaves
        When one leaves, on the clock of the connections.
    stops
        How many there are.
    most_rides
        Cap on the number of vehicles; 0: none.

    Returns
    -------
    (stops,) seconds; ``UNREACHED`` where no vehicle brings one.
    """
    layers = max(most_rides, 1)
    vehicles = np.int64(0)
    for c in range(len(vehicle)):
        vehicles = max(vehicles, np.int64(vehicle[c]) + 1)
    ready = np.full((layers + 1, stops), UNREACHED, dtype=np.int32)
    arrival = np.full(stops, UNREACHED, dtype=np.int32)
    aboard = np.zeros((layers, vehicles), dtype=np.uint8)
    for e in range(len(access_stop)):
        at = access_stop[e]
        ready[0, at] = min(ready[0, at], leaves + access_need[e])
    for c in range(len(departs)):
        for layer in range(layers):
            can_board = boards[c] and ready[layer, from_stop[c]] <= departs[c]
            if aboard[layer, vehicle[c]] == 0 and not can_board:
                continue
            aboard[layer, vehicle[c]] = 1
            if not alights[c]:
                continue
            at = to_stop[c]
            arrival[at] = min(arrival[at], arrives[c])
            following = layer if most_rides == 0 else layer + 1
            for e in range(foot_first[at], foot_first[at + 1]):
                near = foot_head[e]
                ready[following, near] = min(ready[following, near], arrives[c] + foot_need[e])
    return arrival
