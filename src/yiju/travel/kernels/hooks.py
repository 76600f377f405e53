"""On which rows of an index people and facilities hang, for searches that are bounded.

Somebody at a node hangs there. Somebody on a street hangs on both its ends, by what it costs to get there; a park hangs
on the ends of the streets of all its gates. An end from which the way leads back along the whole street, or one that is
reached no sooner than by way of the other, is left out::

    point on a street          point at a corner           park with two gates
          •                     •                             ╭──╮
      30 ╱ ╲ 50                 │ 0                        12 │  │ 7
        ○   ○                   ○───○                         ○  ○ …

Each owner's hooks are sorted by row, and so are the owners by the lowest of their rows: what is near is near in memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, int32, int64, uint32, uint64, void

from yiju.travel.kernels.compiling import Whole, kernel
from yiju.travel.kernels.records import UNREACHED, Points

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]
Bools = npt.NDArray[np.bool_]
Uint64s = npt.NDArray[np.uint64]
Records = npt.NDArray[np.void]

# Instead of a cost: there are several hooks, all to be looked at. No cost is that large (32 bits full).
SEVERAL = 2**32 - 1


@kernel(
    int64(Points, int64[::1], int32[::1], int32[::1], int32[::1], int64, int32[::1], uint32[::1], uint32[::1])
)
def find_hooks(
    points: Records, of_owner: Int64s, rank: Int32s, to_v: Int32s, to_u: Int32s, leaving: Whole,
    first: Int32s, row: Uint32s, cost: Uint32s,
) -> Whole:  # fmt: skip
    """The hooks of each owner, in rising order of rows, each row once; how many there are.

    Parameters
    ----------
    points, of_owner
        Points by owner: those of owner i are ``points[of_owner[i]:of_owner[i + 1]]``.
    rank
        (nodes,) row of each node.
    to_v, to_u
        (edges,) cost of each street from u to v and back, as a point that leaves would use it; of one that is arrived
        at, the other way around.
    leaving
        1 for what it costs to get from the point to the row, 0 for the way to the point.
    first, row, cost
        Filled here: (owners + 1,), and as long as there may be hooks.
    """
    hooks = np.int64(0)
    for owner in range(len(of_owner) - 1):
        begin = hooks
        first[owner] = begin
        for p in range(of_owner[owner], of_owner[owner + 1]):
            edge = points[p]["edge"]
            if leaving == 1:
                by_u, by_v = np.int64(points[p]["leave_u"]), np.int64(points[p]["leave_v"])
            else:
                by_u, by_v = np.int64(points[p]["arrive_u"]), np.int64(points[p]["arrive_v"])
            # a closed street counts as UNREACHED, which is more than any way of a point
            over_u, over_v = by_u + np.int64(to_v[edge]), by_v + np.int64(to_u[edge])
            use_v = by_v != UNREACHED and by_v < over_u
            use_u = by_u != UNREACHED and (by_u < over_v or not use_v)
            for end in range(2):
                if (end == 0 and not use_u) or (end == 1 and not use_v):
                    continue
                at = np.uint32(rank[points[p]["u"] if end == 0 else points[p]["v"]])
                price = np.uint32(by_u if end == 0 else by_v)
                place = hooks
                while place > begin and row[place - 1] > at:
                    place -= 1
                if place > begin and row[place - 1] == at:
                    cost[place - 1] = min(cost[place - 1], price)
                    continue
                for later in range(hooks, place, -1):
                    row[later], cost[later] = row[later - 1], cost[later - 1]
                row[place], cost[place] = at, price
                hooks += 1
    first[len(of_owner) - 1] = hooks
    return hooks


@kernel(int64(int32[::1], uint32[::1], int32[::1], int32[::1], int32[::1]))
def sort_owners(first: Int32s, row: Uint32s, place: Int32s, counts: Int32s, order: Int32s) -> Whole:
    """Owners that hang anywhere, by the place of their lowest row; how many there are.

    Parameters
    ----------
    place
        (n,) where each row comes, a permutation.
    counts
        (n + 1,) zeros; scratch.
    order
        (owners,) filled here.
    """
    hanging = np.int64(0)
    for owner in range(len(first) - 1):
        if first[owner] < first[owner + 1]:
            counts[place[row[first[owner]]] + 1] += 1
            hanging += 1
    for r in range(1, len(counts)):
        counts[r] += counts[r - 1]
    for owner in range(len(first) - 1):
        if first[owner] < first[owner + 1]:
            at = place[row[first[owner]]]
            order[counts[at]] = owner
            counts[at] += 1
    return hanging


@kernel(
    void(int32[::1], uint32[::1], uint32[::1], boolean[::1], int32[::1], int32[::1], uint32[::1], uint64[::1])
)
def list_by_row(
    first: Int32s, row: Uint32s, cost: Uint32s, wanted: Bools,
    stand_first: Int32s, stand: Int32s, stand_cost: Uint32s, stands: Uint64s,
) -> None:  # fmt: skip
    """Who hangs on each row.

    Parameters
    ----------
    first, row, cost
        Hooks of each owner.
    wanted
        (owners,) who is listed.
    stand_first, stand
        (n + 1,) zeros, and (hooks,): the owners that hang on row r are ``stand[stand_first[r]:stand_first[r + 1]]``.
    stand_cost
        (hooks,) filled here: what their hook costs if it is their only one, else ``SEVERAL``.
    stands
        (n / 64,) zeros; afterwards a bit for each row on which anybody hangs.
    """
    for owner in range(len(first) - 1):
        if wanted[owner]:
            for hook in range(first[owner], first[owner + 1]):
                stand_first[row[hook] + 1] += 1
                stands[row[hook] >> 6] |= np.uint64(1) << np.uint64(row[hook] & 63)
    for r in range(1, len(stand_first)):
        stand_first[r] += stand_first[r - 1]
    for owner in range(len(first) - 1):
        for hook in range(first[owner], first[owner + 1] if wanted[owner] else first[owner]):
            stand[stand_first[row[hook]]] = owner
            alone = first[owner + 1] == first[owner] + 1
            stand_cost[stand_first[row[hook]]] = cost[hook] if alone else np.uint32(SEVERAL)
            stand_first[row[hook]] += 1
    for r in range(len(stand_first) - 1, 0, -1):  # they have moved on by one
        stand_first[r] = stand_first[r - 1]
    stand_first[0] = 0
