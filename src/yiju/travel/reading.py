"""Where each origin reads its answer: which rows of the index it leads to, made once for the same homes.

An origin is nothing special: one more row, below all others, with an arc or two up into the network. Most sweeps end
by reading these rows; what is known beforehand is which rows of the network need not be computed at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.hanging import by_owner, inside_edges
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.kernels.sweeps import EMPTY, hang_origins, mark_duties

if TYPE_CHECKING:
    from yiju.travel.index import StreetIndex

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Records = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False)
class Reading:
    """Origins on an index.

    Attributes
    ----------
    points
        (p,) the points of origins, by owner.
    duty
        (n,) what the down pass does with each row, see :mod:`yiju.travel.kernels.sweeps`.
    seat
        (n,) the origin whose answer is just this row, -1 where there is none.
    owner
        (r,) the other origins, by the lowest row that they lead to.
    first, head, cost
        (r + 1,), (w,), (w,) rows that they lead to, and tenths.
    longest_end
        The largest cost of any point's way to an end of its street, or beside it.
    on_edge, inside
        (edges + 1,) and (i,) points inside edge e are ``points[inside[on_edge[e]:on_edge[e + 1]]]``.
    """

    points: Records
    duty: npt.NDArray[np.uint8]
    seat: Int32s
    owner: Int32s
    first: Int64s
    head: npt.NDArray[np.uint32]
    cost: npt.NDArray[np.uint32]
    longest_end: int
    on_edge: Int32s
    inside: Int32s


def reading_of(
    points: Records, owners: int, index: StreetIndex, forward: Int32s, backward: Int32s
) -> Reading:
    """How the owners of some points read their answers.

    Parameters
    ----------
    points
        By owner, with costs: :func:`yiju.travel.hanging.points_with_costs`.
    owners
        How many there are; those without a point read that nothing can be reached.
    forward, backward
        (edges,) cost of each street, in tenths.
    """
    first = np.empty(owners + 1, dtype=np.int64)
    head = np.empty(2 * len(points), dtype=np.uint32)
    cost = np.empty(2 * len(points), dtype=np.uint32)
    seat = np.full(len(index.rank), EMPTY, dtype=np.int32)
    ways = hang_origins(
        points, by_owner(points, owners), index.rank, forward, backward, first, head, cost, seat
    )
    seated = np.zeros(owners, dtype=bool)
    seated[seat[seat != EMPTY]] = True
    owner = np.flatnonzero(~seated)
    # by row, so that the rows are read in the order in which they lie
    lowest = np.zeros(owners, dtype=np.uint32)
    leading = np.flatnonzero(np.diff(first))
    lowest[leading] = np.minimum.reduceat(head[:ways], first[leading]) if len(leading) else 0
    owner = owner[np.argsort(lowest[owner], kind="stable")]
    length = np.diff(first)[owner]
    start = np.concatenate([[0], np.cumsum(length)])
    taken = np.repeat(first[owner] - start[:-1], length) + np.arange(start[-1])
    head, cost = head[taken], cost[taken]
    duty = np.zeros(len(index.rank), dtype=np.uint8)
    mark_duties(index.up_first, index.up_head, head, seat, duty)
    ends = [points[end] for end in ("leave_u", "leave_v", "gap")]
    longest_end = max(int(end[end != UNREACHED].max(initial=0)) for end in ends)
    on_edge, inside = inside_edges(points, len(forward))
    return Reading(
        points, duty, seat, owner.astype(np.int32), start, head, cost, longest_end, on_edge, inside
    )
