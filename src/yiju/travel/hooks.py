"""Who hangs on which rows of the index: made once for the same homes or doors, and for each side of a question.

Whoever *sits* in the lanes of a bounded sweep comes in the order of a Hilbert curve, so that the 64 of a batch are near
each other on the ground. Whoever is *met* comes in the order of rows, in which a sweep looks at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.hanging import by_owner, inside_edges
from yiju.travel.kernels.hooks import find_hooks, list_by_row, sort_owners
from yiju.travel.kernels.records import UNREACHED

if TYPE_CHECKING:
    from yiju.travel.index import StreetIndex
    from yiju.travel.kernels.bounded import Along, Met, Sitting

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]
Records = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False)
class Hooks:
    """Owners of points by the rows that they hang on; those who lie nowhere are left out.

    Attributes
    ----------
    owner
        (h,) position of each owner in the caller's points.
    first, row, cost
        (h + 1,), (k,), (k,) the hooks of owner i are ``first[i]:first[i + 1]``: rows in rising order, and tenths.
    points
        Points inside edges, at neither end, sorted by edge; two of them may be nearer along it than by its ends.
    of
        (inside,) whose point it is, as a position in ``owner``.
    on_edge
        (edges + 1,) points on edge e are ``points[on_edge[e]:on_edge[e + 1]]``.
    rows
        How many rows the index has.
    """

    owner: Int32s
    first: Int32s
    row: Uint32s
    cost: Uint32s
    points: Records
    of: Int32s
    on_edge: Int32s
    rows: int

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def sitting(self) -> Sitting:
        """As the kernels want those who sit in lanes."""
        return self.owner, self.first, self.row, self.cost

    @cached_property
    def met(self) -> Met:
        """As the kernels want those who are met: everybody."""
        return self.met_where(np.ones(len(self), dtype=np.bool_))

    def met_where(self, wanted: npt.NDArray[np.bool_]) -> Met:
        """As the kernels want those who are met, if only some are looked at: (h,) whom."""
        stand_first = np.zeros(self.rows + 1, dtype=np.int32)
        stand = np.empty(len(self.row), dtype=np.int32)
        stand_cost = np.empty(len(self.row), dtype=np.uint32)
        stands = np.zeros(self.rows // 64 + 1, dtype=np.uint64)
        list_by_row(self.first, self.row, self.cost, wanted, stand_first, stand, stand_cost, stands)
        return *self.sitting, stand_first, stand, stand_cost, stands


def hooks_of(
    points: Records,
    owners: int,
    index: StreetIndex,
    streets: tuple[Int32s, Int32s],
    *,
    leaving: bool,
    sitting: bool,
) -> Hooks:
    """The hooks of some points.

    Parameters
    ----------
    points
        By owner, with costs: :func:`yiju.travel.hanging.points_with_costs`.
    owners
        How many there are.
    streets
        (edges,) tenths from u to v and back.
    leaving
        Whether ways go from the points to the rows, or from the rows to the points.
    sitting
        In which order, see the head of this file.
    """
    first = np.empty(owners + 1, dtype=np.int32)
    row, cost = np.empty((2, 2 * len(points)), dtype=np.uint32)
    there, back = streets if leaving else streets[::-1]
    find_hooks(points, by_owner(points, owners), index.rank, there, back, int(leaving), first, row, cost)
    rows = len(index.rank)
    place = index.node if sitting else np.arange(rows, dtype=np.int32)
    order = np.empty(owners, dtype=np.int32)
    hanging = sort_owners(first, row, place, np.zeros(rows + 1, dtype=np.int32), order)
    # who stands on a street that is closed both ways hangs nowhere, but meets whoever stands at the same spot
    on_edge, inside = inside_edges(points, len(there))
    within = points[inside]
    length = np.diff(first)
    owner = np.concatenate([order[:hanging], np.unique(within["owner"][length[within["owner"]] == 0])])
    length = length[owner]
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
    taken = np.repeat(first[owner] - start[:-1], length) + np.arange(start[-1], dtype=np.int32)
    position = np.zeros(owners, dtype=np.int32)
    position[owner] = np.arange(len(owner), dtype=np.int32)
    return Hooks(
        owner, start, row[taken], cost[taken], within, position[within["owner"]], on_edge, rows
    )  # fmt: skip


def along_streets(sitting: Hooks, met: Hooks, *, sitting_leave: bool) -> Along:
    """Who sits and who is met on one street, and what it costs along it.

    Parameters
    ----------
    sitting_leave
        Whether ways go from those who sit to those who are met, or the other way.

    Returns
    -------
    ``(first, met, cost)`` : the pairs of i, who sits, are ``first[i]:first[i + 1]``; each pair once, at the least cost.
    """
    edge = sitting.points["edge"]
    number = met.on_edge[edge + 1] - met.on_edge[edge]
    p = np.repeat(np.arange(len(edge)), number)
    q = np.arange(len(p)) - np.repeat(np.cumsum(number) - number - met.on_edge[edge], number)
    sits, is_met = sitting.points[p], met.points[q]
    begin, end = (sits, is_met) if sitting_leave else (is_met, sits)
    # as along_edge in kernels/nearest.py
    ahead = np.where(begin["at"] < end["at"], end["from_u"], end["from_v"]).astype(np.int64)
    behind = np.where(begin["at"] < end["at"], begin["from_u"], begin["from_v"])
    same = begin["at"] == end["at"]
    cost = begin["gap"].astype(np.int64) + np.where(same, 0, ahead - behind) + end["gap"]
    kept = same | (ahead != UNREACHED)
    who, whom, cost = sitting.of[p][kept], met.of[q][kept], cost[kept]
    order = np.lexsort((cost, whom, who))
    who, whom, cost = who[order], whom[order], cost[order]
    once = np.ones(len(who), dtype=bool)
    once[1:] = (who[1:] != who[:-1]) | (whom[1:] != whom[:-1])
    first = np.zeros(len(sitting) + 1, dtype=np.int64)
    np.cumsum(np.bincount(who[once], minlength=len(sitting)), out=first[1:])
    return first, whom[once].astype(np.int32), cost[once]
