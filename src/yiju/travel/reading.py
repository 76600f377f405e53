"""Where each origin reads its answer: which rows of the index it hangs on, and so which rows must be known at all.

An origin is nothing special: one more row, below all others, with an arc or two up into the network. An origin that
hangs on one row at no cost, as somebody at a corner does, *sits* there: its answer is that row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.sweeps import EMPTY, mark_duties

if TYPE_CHECKING:
    from yiju.travel.hooks import Hooks
    from yiju.travel.index import StreetIndex

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reading:
    """Origins on an index.

    Attributes
    ----------
    duty
        (n,) what the down pass does with each row, see :mod:`yiju.travel.kernels.sweeps`.
    seat
        (n,) the origin that sits on each row, -1 where there is none.
    owner
        (r,) the other origins, in the order of rows; last, those who hang nowhere.
    first, head, cost
        (r + 1,), (w,), (w,) rows that they hang on, and tenths.
    hooks
        All of them; those on the street of a facility may be nearer along it.
    longest_end
        No origin costs more to get from to the network.
    """

    duty: npt.NDArray[np.uint8]
    seat: Int32s
    owner: Int32s
    first: Int64s
    head: npt.NDArray[np.uint32]
    cost: npt.NDArray[np.uint32]
    hooks: Hooks
    longest_end: int


def reading_of(hooks: Hooks, owners: int, index: StreetIndex) -> Reading:
    """How origins read their answers, those included who hang nowhere.

    Parameters
    ----------
    hooks
        The origins, leaving, in the order of rows.
    owners
        How many origins there are.
    """
    length = np.diff(hooks.first)
    single = np.flatnonzero(length == 1)
    free = single[hooks.cost[hooks.first[single]] == 0]
    # who comes first sits; what is written last stays
    seat = np.full(len(index.rank), EMPTY, dtype=np.int32)
    seat[hooks.row[hooks.first[free[::-1]]]] = hooks.owner[free[::-1]]
    nowhere = np.ones(owners, dtype=bool)
    nowhere[hooks.owner] = False
    stands = np.ones(owners, dtype=bool)
    stands[seat[seat != EMPTY]] = False
    others = np.flatnonzero(stands[hooks.owner])
    length = length[others]
    first = np.zeros(len(others) + np.count_nonzero(nowhere) + 1, dtype=np.int64)
    np.cumsum(length, out=first[1 : len(others) + 1])
    first[len(others) + 1 :] = first[len(others)]
    taken = np.repeat(hooks.first[others] - first[: len(others)], length) + np.arange(first[-1])
    head, cost = hooks.row[taken], hooks.cost[taken]
    duty = np.zeros(len(index.rank), dtype=np.uint8)
    mark_duties(index.up_first, index.up_head, head, seat, duty)
    owner = np.concatenate([hooks.owner[others], np.flatnonzero(nowhere).astype(np.int32)])
    longest_end = max(int(hooks.cost.max(initial=0)), int(hooks.points["gap"].max(initial=0)))
    return Reading(duty, seat, owner, first, head, cost, hooks, longest_end)
