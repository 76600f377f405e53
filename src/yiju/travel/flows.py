"""How many people walk on each street: flows to the nearest facility, and among all within a limit.

Two questions of street use, both answered in people for each street:

===============  ==========================================================================================
``flows``        everybody walks to the nearest facility of a service, by a shortest way
``betweenness``  everybody visits all facilities within a limit, in shares that fall with cost; where several
                 ways are equally short, people divide among them
===============  ==========================================================================================

::

    home 30 ─┐                       the bridge carries 80: where it is closed, or has stairs that wheelchairs
             ├── 80 ── bridge ── ✚   cannot take, that is how many walk around
    home 50 ─┘

A street counts for somebody who walks some of it, a decimetre or a decisecond at least; who sets out in its middle is
one of its people as much as who walks all of it.

L. C. Freeman, A set of measures of centrality based on betweenness, Sociometry 40 (1977) 35-41. Between homes and
destinations, weighted and bounded: A. Sevtsuk and M. Mekonnen, Urban network analysis: a new toolbox for ArcGIS, Revue
internationale de géomatique 22 (2012) 287-305. Shares by attraction and cost: D. L. Huff 1963, see
:mod:`yiju.access.catchment`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.text import Text
from yiju.travel.hanging import by_edge, by_owner, seeds
from yiju.travel.kernels.flows import ROOT, carry, carry_within, choose_ways, first_steps
from yiju.travel.kernels.nearest import settle_all
from yiju.travel.kernels.records import HOOK, NO_KEY, NOBODY, UNREACHED
from yiju.travel.results import PER_UNIT, whole_limit

if TYPE_CHECKING:
    from yiju.travel.network import StreetNetwork
    from yiju.travel.results import PairsWithin
    from yiju.travel.snapping import AccessPoints
    from yiju.travel.travel import Travel

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]
Graph = tuple[Int32s, Records]
Decay = Callable[[Floats], Floats]

# Sums of people are sums of floats, whose last digit depends on their order: so the blocks are always as many,
# whatever the number of threads. Eight keep the cores of most machines busy, and cost eight numbers a street.
_BLOCKS = 8


_PEOPLE = Text("人口", "people")
_VALUES = Text("设施吸引力", "values")


class Streets(NamedTuple):
    """A network as searches want it: arcs by the node that they leave and enter, and what edges cost either way."""

    network: StreetNetwork
    leaving: Graph
    entering: Graph
    forward: Int32s
    backward: Int32s

    def turned(self) -> Streets:
        """The same streets with every way turned around."""
        return Streets(self.network, self.entering, self.leaving, self.backward, self.forward)


def people_at(
    people: npt.ArrayLike | pd.Series | pd.DataFrame | None, points: AccessPoints, what: Text = _PEOPLE
) -> tuple[Floats, list[object] | None]:
    """People of each owner, checked: ``(owners, groups)``, and the names of the groups if there are several.

    Raises
    ------
    ContractError
        Rows do not belong to these owners, or a number is negative or no number.
    """
    if people is None:
        return np.ones((len(points), 1)), None
    if isinstance(people, pd.Series | pd.DataFrame) and not people.index.equals(points.owners):
        raise ContractError(
            Text(
                f"{what.zh}的索引应与其点位一致（{len(points)} 行），实际不一致（{len(people)} 行）。",
                f"{what.en}: needs the index of its points ({len(points)} rows), was given another "
                f"({len(people)} rows) instead.",
            )
        )
    number = np.array(people, dtype=np.float64)
    if number.ndim not in (1, 2) or len(number) != len(points):
        raise ContractError(
            Text(
                f"{what.zh}应有 {len(points)} 行，实际形状为 {number.shape}。",
                f"{what.en}: needs {len(points)} rows, was given the shape {number.shape} instead.",
            )
        )
    wrong = ~(np.isfinite(number) & (number >= 0))
    if wrong.any():
        raise ContractError(
            Text(
                f"{what.zh}应为不小于 0 的数，其中 {int(wrong.sum())} 个不是（如 {number[wrong][0]}）。",
                f"{what.en}: needs numbers from 0 up, {int(wrong.sum())} were not, such as {number[wrong][0]}.",
            )
        )
    groups = list(people.columns) if isinstance(people, pd.DataFrame) else None
    if number.ndim == 2 and groups is None:
        groups = list(range(number.shape[1]))
    return np.ascontiguousarray(number.reshape(len(points), -1)), groups


def to_nearest(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    people: npt.ArrayLike | pd.Series | pd.DataFrame | None,
    limit: float | None,
) -> pd.Series | pd.DataFrame:
    """See :meth:`yiju.travel.Travel.flows`."""
    number, groups = people_at(people, origins)
    points = travel.points(origins), travel.points(facilities)
    return by_edge_id(
        travel.network, flows_to_nearest(_streets(travel), *points, number, whole_limit(limit)), groups
    )


def among_all(  # noqa: PLR0913 - what its door takes
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    people: npt.ArrayLike | pd.Series | None,
    *,
    limit: float,
    values: npt.ArrayLike | None,
    decay: Decay | None,
    divided: bool,
    threads: int | None,
) -> pd.Series:
    """See :meth:`yiju.travel.Travel.betweenness`; the search runs from the side that is fewer."""
    (weight, groups), (value, kinds) = people_at(people, origins), people_at(values, facilities, _VALUES)
    if groups is not None or kinds is not None:
        msg = (
            "betweenness needs one number for each origin and facility, was given several: ask for each group"
        )
        raise ValueError(msg)
    weight, value = weight[:, 0], value[:, 0]
    table = decay_table(decay, whole_limit(limit))
    streets = _streets(travel)
    if divided:
        weight = shared_out(weight, travel.within(origins, facilities, limit, threads=threads), value, table)
    if len(facilities) < len(origins):
        sides = travel.points(facilities, turned=True), travel.points(origins, turned=True), value, weight
        flow = flows_within(streets.turned(), *sides, table, threads)
    else:
        sides = travel.points(origins), travel.points(facilities), weight, value
        flow = flows_within(streets, *sides, table, threads)
    return by_edge_id(travel.network, flow, None)


def _streets(travel: Travel) -> Streets:
    return Streets(travel.network, travel.leaving, travel.entering, travel.forward, travel.backward)


def flows_to_nearest(
    streets: Streets, origins: Records, facilities: Records, people: Floats, limit: int
) -> Floats:
    """People of each group on each edge, all on their way to their nearest facility.

    Parameters
    ----------
    origins, facilities
        Points with costs.
    people
        (owners, groups) by owner of the origins.
    limit
        In tenths; nobody walks farther.

    Returns
    -------
    (m, groups) people; who can reach no facility is on no street.
    """
    network = streets.network
    best = settle_all(*streets.entering, *seeds(facilities, leaving=False), limit)
    step, root_edge = _roots(best, facilities)
    if first_steps(*streets.leaving, best, step) > 0:
        raise AssertionError  # costs of nodes and arcs are of one network
    keys = np.full(len(people), NO_KEY, dtype=np.int64)
    point = np.full(len(people), NOBODY, dtype=np.int32)
    way = np.zeros(len(people), dtype=np.int32)
    on_edge, on_edges = by_edge(facilities, len(network.u))
    choose_ways(best, origins, on_edge, on_edges, limit, keys, point, way)

    flow = np.zeros((len(network.u), people.shape[1]))
    at = np.zeros((network.nodes, people.shape[1]))
    walkers = np.flatnonzero(point != NOBODY)
    chosen, way = origins[point[walkers]], way[walkers]
    straight = way >= 2
    cost = keys[walkers] >> 32
    ahead = np.where(straight, on_edges["gap"][np.where(straight, way - 2, 0)] if len(on_edges) else 0, 0)
    leave = np.where(way == 0, chosen["leave_u"], chosen["leave_v"])
    walked = np.where(straight, cost - ahead, leave) - chosen["gap"]  # of one's own street
    first_edge, begins_at = chosen["edge"], np.where(way == 0, chosen["u"], chosen["v"])
    for g in range(people.shape[1]):
        each = people[walkers, g]
        flow[:, g] += _sum_at(first_edge[walked > 0], each[walked > 0], len(flow))
        at[:, g] += _sum_at(begins_at[~straight], each[~straight], len(at))
    carry(streets.leaving[1], step, at, flow)
    roots = np.flatnonzero(root_edge != NOBODY)
    for g in range(people.shape[1]):
        flow[:, g] += _sum_at(root_edge[roots], at[roots, g], len(flow))
    return flow


def _sum_at(place: npt.NDArray[np.integer], number: Floats, places: int) -> Floats:
    return np.bincount(place, weights=number, minlength=places).astype(np.float64)


def _roots(best: npt.NDArray[np.int64], facilities: Records) -> tuple[Int32s, Int32s]:
    """Which nodes their facility hangs on, and the edge that leads from there to it, where any of it is walked."""
    step = np.full(len(best), NOBODY, dtype=np.int32)
    root_edge = np.full(len(best), NOBODY, dtype=np.int32)
    for end in ("v", "u"):  # where both ends of a loop will do, u has the last word
        arrive = facilities[f"arrive_{end}"].astype(np.int64)
        node = facilities[end]
        key = (arrive << 32) | facilities["owner"]
        tight = np.flatnonzero((arrive != UNREACHED) & (key == best[node]))[
            ::-1
        ]  # the first point, written last
        step[node[tight]] = ROOT
        some = arrive[tight] > facilities["gap"][tight]
        root_edge[node[tight]] = np.where(some, facilities["edge"][tight], NOBODY)
    return step, root_edge


# A table of decay by tenths: beyond 600 km or 7 days a limit is none, and the table would fill the memory.
_LONGEST_TABLE = 6_000_000


def decay_table(decay: Decay | None, limit: int) -> Floats:
    """(limit + 1,) weight of each cost in tenths: costs are whole, so that each weight is computed once.

    Raises
    ------
    ValueError
        There is no limit, or a weight is negative or no number.
    """
    if limit > _LONGEST_TABLE:
        msg = "betweenness needs a limit, was given none"
        raise ValueError(msg)
    if decay is None:
        return np.ones(limit + 1)
    table = np.array(decay(np.arange(limit + 1) / PER_UNIT), dtype=np.float64)
    if not (np.isfinite(table) & (table >= 0)).all():
        msg = "a decay needs to give numbers from 0 up"
        raise ValueError(msg)
    return table


def shared_out(weight: Floats, pairs: PairsWithin, value: Floats, table: Floats) -> Floats:
    """What each origin gives for each unit of attraction, so that its people divide among what it can reach."""
    attraction = _sum_at(pairs.origin, value[pairs.facility] * table[pairs.tenths], len(weight))
    return np.divide(weight, attraction, out=np.zeros_like(weight), where=attraction > 0)


def flows_within(
    streets: Streets,
    sources: Records,
    targets: Records,
    weight: Floats,
    value: Floats,
    decay: Floats,
    threads: int | None,
) -> Floats:
    """What is carried over each edge, ``weight[i] * value[j] * decay[cost]`` from each source to each target.

    Parameters
    ----------
    streets
        In the direction of the search.
    sources, targets
        Points with costs, of ways in that direction.
    weight, value
        By owner of the sources, and of the targets.
    decay
        (limit + 1,) by cost in tenths.

    Returns
    -------
    (m,) sums over pairs; the same for any number of threads.
    """
    network = streets.network
    sources, targets = (
        _without_detours(sources, streets, "leave"),
        _without_detours(targets, streets, "arrive"),
    )
    hook_first, hooks, hook_edge = _hooks(targets, network.nodes)
    on_edge, on_edges = by_edge(targets, len(network.u))
    first = by_owner(sources, len(weight))
    bounds = [len(weight) * block // _BLOCKS for block in range(_BLOCKS + 1)]

    def work(begin: int, end: int) -> Floats:
        flow = np.zeros(len(network.u))
        if end > begin:
            carry_within(
                *streets.leaving, *streets.entering, hook_first, hooks, hook_edge, on_edge, on_edges,
                sources, first[begin : end + 1], weight[begin:end], value, decay, flow,
            )  # fmt: skip
        return flow

    with ThreadPoolExecutor(min(threads or os.cpu_count() or 1, _BLOCKS)) as pool:
        total = np.zeros(len(network.u))
        for flow in pool.map(work, bounds[:-1], bounds[1:]):
            total += flow
    return total


def _without_detours(points: Records, streets: Streets, how: str) -> Records:
    """The points without ends that are only reached by way of the other: of a point at a corner, the far end.

    The way by the far end is the way by the corner and along the street; counted twice, it would draw people twice.
    """
    points = points.copy()
    u, v = points[f"{how}_u"].astype(np.int64), points[f"{how}_v"].astype(np.int64)
    there, back = (cost[points["edge"]].astype(np.int64) for cost in (streets.forward, streets.backward))
    u_to_v, v_to_u = (there, back) if how == "leave" else (back, there)
    far_v = (v != UNREACHED) & (v >= u + u_to_v)
    far_u = (u != UNREACHED) & (u >= v + v_to_u) & ~far_v
    points[f"{how}_v"][far_v] = points[f"{how}_u"][far_u] = UNREACHED
    return points


def _hooks(points: Records, nodes: int) -> tuple[Int32s, Records, Int32s]:
    """``(first, hooks, edge)``: what can be arrived at from each node, and the edge of which some is walked then."""
    node = np.concatenate([points["u"], points["v"]])
    arrive = np.concatenate([points["arrive_u"], points["arrive_v"]])
    hooks = np.zeros(2 * len(points), dtype=HOOK)
    hooks["owner"], hooks["cost"] = np.tile(points["owner"], 2), arrive
    edge = np.where(arrive > np.tile(points["gap"], 2), np.tile(points["edge"], 2), NOBODY).astype(np.int32)
    useful = np.flatnonzero(arrive != UNREACHED)
    order = useful[np.argsort(node[useful], kind="stable")]
    first = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(node[useful], minlength=nodes), out=first[1:])
    return first, hooks[order], edge[order]


def by_edge_id(network: StreetNetwork, flow: Floats, groups: list[object] | None) -> pd.Series | pd.DataFrame:
    """Flows by the edges' numbers in the table: a series, or a column for each group."""
    index = pd.Index(network.edge_id, name="edge_id")
    if groups is None:
        return pd.Series(flow.reshape(len(index)), index=index, name="people")
    return pd.DataFrame(flow, index=index, columns=groups)
