"""Costs from every origin to every facility, near and far: the dense matrix of siting and of commuting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.hooks import Hooks, along_streets
from yiju.travel.kernels.matrix import fill_matrix, mark_above, take_arcs
from yiju.travel.kernels.rows import LANES, new_rows
from yiju.travel.results import ANYWHERE, CostMatrix
from yiju.travel.sweeping import in_batches

if TYPE_CHECKING:
    from yiju.travel.kernels.bounded import Sitting
    from yiju.travel.snapping import AccessPoints
    from yiju.travel.travel import Travel

Int32s = npt.NDArray[np.int32]


def matrix(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, threads: int | None
) -> CostMatrix:
    """See :meth:`yiju.travel.Travel.matrix`."""
    search = _plain if travel.engine == "plain" else _swept
    tenths = search(travel, origins, facilities, threads)
    return CostMatrix(origins.owners, facilities.owners, travel.unit, tenths)


def _swept(travel: Travel, origins: AccessPoints, facilities: AccessPoints, threads: int | None) -> Int32s:
    forward = len(origins) <= len(facilities)
    few, many = (origins, facilities) if forward else (facilities, origins)
    sit = travel.hooks(few, leaving=forward, sitting=True)
    met = travel.hooks(many, leaving=not forward, sitting=False)
    answer = np.empty((len(many), len(few)), dtype=np.int32)
    _empty_where_nobody_hangs(answer, met, sit)
    index = travel.index
    climb, fall = (index.up_cost, index.down_cost) if forward else (index.down_cost, index.up_cost)
    above_sit, above_met = np.zeros((2, len(index.rank)), dtype=np.bool_)
    mark_above(index.up_first, index.up_head, sit.row, above_sit)
    mark_above(index.up_first, index.up_head, met.row, above_met)
    taken = np.flatnonzero(above_sit | above_met).astype(np.int32)
    number = np.zeros(len(index.rank), dtype=np.int32)
    number[taken] = np.arange(len(taken), dtype=np.int32)
    climbing = take_arcs(index.up_first, index.up_head, climb, taken, number, above_sit)
    descending = take_arcs(index.up_first, index.up_head, fall, taken, number, above_met)
    sitting, meeting = _renumbered(sit, number), _renumbered(met, number)

    def fill(begin: int, end: int) -> None:
        rows, active = new_rows(len(taken) + 1, np.uint32), np.empty(len(taken), dtype=np.bool_)
        fill_matrix(climbing, descending, sitting, begin, end, meeting, rows, active, answer)

    in_batches(fill, len(sit), threads, blocks=1, lanes=LANES)
    first, whom, cost = along_streets(sit, met, sitting_leave=forward)
    at = met.owner[whom], np.repeat(sit.owner, np.diff(first))
    by_rows = np.where(answer[at] < 0, ANYWHERE, answer[at])
    nearer = cost < by_rows
    answer[at[0][nearer], at[1][nearer]] = cost[nearer]
    return answer.T if forward else answer


def _renumbered(hooks: Hooks, number: Int32s) -> Sitting:
    return hooks.owner, hooks.first, number[hooks.row].astype(np.uint32), hooks.cost


def _empty_where_nobody_hangs(answer: Int32s, met: Hooks, sit: Hooks) -> None:
    for side, hooks in enumerate((met, sit)):
        off = np.ones(answer.shape[side], dtype=np.bool_)
        off[hooks.owner] = False
        if off.any():
            answer[(slice(None),) * side + (off,)] = -1


def _plain(travel: Travel, origins: AccessPoints, facilities: AccessPoints, threads: int | None) -> Int32s:
    """The same by a search from each of those who are fewer."""
    pairs = travel.within(origins, facilities, np.inf, threads=threads)
    dense = np.full((len(origins), len(facilities)), -1, dtype=np.int32)
    dense[pairs.origin, pairs.facility] = pairs.tenths
    return dense
