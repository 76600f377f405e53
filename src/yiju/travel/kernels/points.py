"""What it costs to get from a point to the ends of its street, and back.

::

                     gap ┊
     u ○─── from_u ──────•──────── from_v ───○ v        arrive_u = from_u + gap: u → point
                                                        leave_u  = back to u + gap: point → u

The part of an edge before a point is rounded, the part after it is what remains: the two add up to the edge, whichever
way one walks. A point at the very end of an edge is at that corner, whatever may be done on the edge: a shop on the
corner of a one-way street, or at the foot of stairs, is entered from the corner.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import float64, int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.records import UNREACHED, Points

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]


@kernel(
    void(
        int64[::1], int32[::1], int32[::1], float64[::1], float64[::1], int32[::1], int32[::1], int32[::1],
        int32[::1], float64, int64, Points,
    )
)  # fmt: skip
def put_costs(
    chosen: Int64s,
    owner: Int32s,
    edge: Int32s,
    share: Floats,
    gap_m: Floats,
    u: Int32s,
    v: Int32s,
    forward: Int32s,
    backward: Int32s,
    gap_per_metre: float,
    per_unit: Whole,
    points: Records,
) -> None:
    """Fill records of points.

    Parameters
    ----------
    chosen
        Which points, in the order in which they are to come.
    owner, edge, share, gap_m
        Of all points.
    u, v, forward, backward
        Of all edges: their ends, and costs in tenths.
    gap_per_metre
        Cost of a metre beside the edge, in the unit.
    per_unit
        How many whole costs are a unit.
    points
        (chosen,) zeros, filled here.
    """
    for i in range(len(chosen)):
        p = chosen[i]
        e, at = edge[p], share[p]
        gap = np.int64(np.rint(gap_m[p] * gap_per_metre * per_unit))
        there, back = np.int64(forward[e]), np.int64(backward[e])
        to_point = np.int64(np.rint(there * at))
        beyond_point = np.int64(np.rint(back * at))
        points[i]["at"] = at
        points[i]["edge"] = e
        points[i]["owner"] = owner[p]
        points[i]["u"] = u[e]
        points[i]["v"] = v[e]
        points[i]["gap"] = gap
        closed = np.int64(UNREACHED)
        points[i]["from_u"] = closed if there == UNREACHED else to_point
        points[i]["arrive_u"] = closed if there == UNREACHED else to_point + gap
        points[i]["leave_v"] = closed if there == UNREACHED else there - to_point + gap
        points[i]["from_v"] = closed if back == UNREACHED else back - beyond_point
        points[i]["arrive_v"] = closed if back == UNREACHED else back - beyond_point + gap
        points[i]["leave_u"] = closed if back == UNREACHED else beyond_point + gap
        if at == 0:
            points[i]["arrive_u"] = gap
            points[i]["leave_u"] = gap
        if at == 1:
            points[i]["arrive_v"] = gap
            points[i]["leave_v"] = gap
