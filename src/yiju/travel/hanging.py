"""Access points as the kernels want them: with costs, and sorted by edge, by node or by owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.text import Text
from yiju.travel.kernels.points import put_costs
from yiju.travel.kernels.records import HOOK, POINT, UNREACHED
from yiju.travel.results import LARGEST_COST, PER_UNIT

if TYPE_CHECKING:
    from yiju.travel.snapping import AccessPoints

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]


def points_with_costs(
    access: AccessPoints, forward: Int32s, backward: Int32s, gap_per_metre: float
) -> Records:
    """The points that lie on the network, by owner, with their costs to and from the two ends of their edge.

    How costs are rounded, and what is at a corner: see :mod:`yiju.travel.kernels.points`.

    Raises
    ------
    ContractError
        A point is not on its street, or too far beside it for 31 bits of tenths.
    """
    placed = np.flatnonzero(access.placed)
    _check(access.share[placed], access.gap_m[placed] * gap_per_metre)
    owner = access.owner[placed]
    if (owner[1:] < owner[:-1]).any():
        placed = placed[np.argsort(owner, kind="stable")]
    network = access.network
    points = np.zeros(len(placed), dtype=POINT)
    owner, edge = (np.ascontiguousarray(column, dtype=np.int32) for column in (access.owner, access.edge))
    share, gap_m = (np.ascontiguousarray(column, dtype=np.float64) for column in (access.share, access.gap_m))
    put_costs(
        placed,
        owner,
        edge,
        share,
        gap_m,
        network.u,
        network.v,
        forward,
        backward,
        gap_per_metre,
        PER_UNIT,
        points,
    )
    return points


def _check(share: Floats, gap: Floats) -> None:
    # asked in this way round, a number that is none is refused too
    wrong = ~((share >= 0) & (share <= 1) & (gap >= 0) & (np.rint(gap * PER_UNIT) < LARGEST_COST))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise ContractError(
            Text(
                f"点位应在街道的 0 至 1 处，离街道的成本应为 0 至 {LARGEST_COST // PER_UNIT:,}，"
                f"实际为 {share[first]} 处、成本 {gap[first]}。",
                f"A point needs to be at 0 to 1 of its street, and the way to it needs to cost 0 to "
                f"{LARGEST_COST // PER_UNIT:,}, were {share[first]} and {gap[first]} instead.",
            )
        )


def by_owner(points: Records, owners: int) -> Int64s:
    """``first`` such that the points of owner i are ``points[first[i]:first[i + 1]]``; they are sorted already."""
    return _firsts(points["owner"], owners).astype(np.int64)


def by_edge(points: Records, edges: int) -> tuple[Int32s, Records]:
    """``(on_edge, points)`` such that the points on edge e are ``points[on_edge[e]:on_edge[e + 1]]``."""
    order = np.argsort(points["edge"], kind="stable")
    return _firsts(points["edge"], edges), points[order]


def inside_edges(points: Records, edges: int) -> tuple[Int32s, Int32s]:
    """``(on_edge, inside)``: points inside edge e, not at its ends: ``points[inside[on_edge[e]:on_edge[e + 1]]]``."""
    inside = np.flatnonzero((points["at"] > 0) & (points["at"] < 1)).astype(np.int32)
    inside = inside[np.argsort(points["edge"][inside], kind="stable")]
    return _firsts(points["edge"][inside], edges), inside


def by_node(points: Records, nodes: int) -> tuple[Int32s, Records]:
    """``(first, hooks)`` such that what can be arrived at from node v is ``hooks[first[v]:first[v + 1]]``."""
    node = np.concatenate([points["u"], points["v"]])
    hooks = np.zeros(2 * len(points), dtype=HOOK)
    hooks["owner"] = np.tile(points["owner"], 2)
    hooks["cost"] = np.concatenate([points["arrive_u"], points["arrive_v"]])
    useful = np.flatnonzero(hooks["cost"] != UNREACHED)
    order = useful[np.argsort(node[useful], kind="stable")]
    return _firsts(node[useful], nodes), hooks[order]


def seeds(points: Records, *, leaving: bool) -> tuple[Int32s, Int64s]:
    """``(nodes, keys)`` to start a search with: at both ends of each point's edge, with its owner as label."""
    ends = ("leave_u", "leave_v") if leaving else ("arrive_u", "arrive_v")
    cost = np.concatenate([points[end] for end in ends]).astype(np.int64)
    node = np.concatenate([points["u"], points["v"]])
    label = np.tile(points["owner"], 2).astype(np.int64)
    useful = cost != UNREACHED
    return node[useful].astype(np.int32), (cost[useful] << 32) | label[useful]


def _firsts(sorted_into: Int32s, groups: int) -> Int32s:
    first = np.zeros(groups + 1, dtype=np.int32)
    np.cumsum(np.bincount(sorted_into, minlength=groups), out=first[1:])
    return first
