"""Everybody assigned, no site over its capacity: the task that capacitated p-median and facility location share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Outcome, solve
from yiju.supply.siting.programs import Model

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# People fewer than this are the dust of floating-point sums, not people.
_DUST = 1e-7


@dataclass(frozen=True, eq=False)
class Assignment:
    """Points, sites, and what it costs to serve all that a point wants at a site.

    Attributes
    ----------
    costs
        The pairs.
    size, weight
        (n,) what each point takes of a capacity, and what its cost is multiplied by.
    room, fixed
        (m,) capacity, and cost of having the site at all.
    p
        How many sites; None if the fixed costs decide.
    whole
        Whether each point goes to one site.
    locked, closed
        (m,) sites that are open, that may not be.
    """

    costs: Costs
    size: Floats
    weight: Floats
    room: Floats
    fixed: Floats
    p: int | None
    whole: bool
    locked: Bools
    closed: Bools

    @cached_property
    def columns(self) -> tuple[Int64s, Int32s, Floats]:
        """Pairs of sites that are not closed, site by site: firsts, points, costs of all that the point wants."""
        first, point, cost = self.costs.by_site
        site = np.repeat(np.arange(self.costs.m), np.diff(first))
        kept = ~self.closed[site]
        if self.whole:
            kept &= self.size[point] <= self.room[site]
        counts = np.bincount(site[kept], minlength=self.costs.m)
        point = point[kept]
        return (
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            point.astype(np.int32),
            (cost[kept] * self.weight[point]).astype(np.float64),
        )

    @cached_property
    def site(self) -> Int32s:
        """(pairs,) site of each pair of :attr:`columns`."""
        return np.repeat(np.arange(self.costs.m, dtype=np.int32), np.diff(self.columns[0]))

    @cached_property
    def step(self) -> float:
        """The least difference of two totals: 1 where all costs are whole and no point is split."""
        numbers = (self.columns[2], self.fixed)
        return 1.0 if self.whole and all(bool((v == np.round(v)).all()) for v in numbers) else 0.0

    def dense(self, sites: Int64s) -> Floats:
        """(n, sites) costs, infinite where a point cannot go."""
        first, point, cost = self.columns
        matrix = np.full((self.costs.n, len(sites)), np.inf)
        for k, j in enumerate(sites):
            matrix[point[first[j] : first[j + 1]], k] = cost[first[j] : first[j + 1]]
        return matrix


@dataclass(frozen=True, eq=False)
class Placed:
    """Open sites and who goes where.

    Attributes
    ----------
    total
        Fixed costs and costs of the pairs; infinite if the sites cannot serve everybody.
    sites
        Positions of the open sites, rising.
    point, site, part
        The pairs that are used and the part of the point, from 0 to 1, that goes there.
    """

    total: float
    sites: Int64s
    point: Int32s
    site: Int32s
    part: Floats


def nothing() -> Placed:
    """No answer yet."""
    empty = np.empty(0, dtype=np.int32)
    return Placed(np.inf, np.empty(0, dtype=np.int64), empty, empty, np.empty(0))


def transport(task: Assignment, sites: Int64s, *, seconds: float = 60.0) -> Placed:
    """Who goes where at least cost if points may be split and these sites are open: a transportation problem."""
    reduced = np.zeros(task.costs.m, dtype=np.bool_)
    reduced[sites] = True
    kept = np.flatnonzero(reduced[task.site])
    point, site, cost = task.columns[1][kept], task.site[kept], task.columns[2][kept]
    model = Model()
    part = model.columns(len(kept), cost=cost, high=1.0)
    model.rows(task.costs.n, (point, part, 1.0), low=1.0, high=1.0)
    model.rows(task.costs.m, (site, part, task.size[point]), high=task.room)
    values = solve(model.program(), seconds=seconds).values
    if values is None:
        return nothing()
    used = values > _DUST
    total = float(task.fixed[sites].sum() + cost @ values)
    return Placed(total, sites, point[used], site[used], values[used])


def close(
    task: Assignment, keep: Bools, best: Placed, *, seconds: float, gap: float, threads: int = 2
) -> tuple[Placed, Outcome]:
    """Let HiGHS look for something better among the pairs that are kept.

    The program is that of the docstrings of the two doors, with the strong links (4).
    """
    pairs = np.flatnonzero(keep)
    point, site, cost = task.columns[1][pairs], task.site[pairs], task.columns[2][pairs]
    n, m = task.costs.n, task.costs.m
    useful = np.bincount(site, minlength=m) > 0
    model = Model()
    opened = model.columns(
        m, cost=task.fixed, low=task.locked, high=(useful & ~task.closed) | task.locked, whole=True
    )
    part = model.columns(len(pairs), cost=cost, high=1.0, whole=task.whole)
    row = np.arange(len(pairs))
    model.rows(n, (point, part, 1.0), low=1.0, high=1.0)  # (1)
    model.rows(m, (site, part, task.size[point]), (np.arange(m), opened, -task.room), high=0.0)  # (2)
    if task.p is not None:
        model.rows(1, (0, opened, 1.0), low=task.p, high=task.p)  # (3)
    else:  # enough room in all: implied, and cover cuts grow from it
        model.rows(1, (0, opened, task.room), low=float(task.size.sum()))
    model.rows(len(pairs), (row, part, 1.0), (row, opened[site], -1.0), high=0.0)  # (4)
    program = model.program()
    better = best.total - task.step * 0.5 if task.step and np.isfinite(best.total) else None
    outcome = solve(
        program,
        seconds=seconds,
        gap=gap,
        threads=threads,
        better_than=better,
        start=_start(best, m, pairs, task),
    )
    if outcome.values is None or outcome.objective >= best.total:
        return best, outcome
    values = outcome.values[m:]
    used = values > _DUST
    sites = np.flatnonzero(outcome.values[:m] > 0.5)
    total = float(task.fixed[sites].sum() + cost @ values)
    return Placed(total, sites, point[used], site[used], values[used]), outcome


def _start(best: Placed, m: int, pairs: Int64s, task: Assignment) -> Floats | None:
    """The best that is known as columns of the program; None if it uses a pair that is not kept."""
    if not np.isfinite(best.total):
        return None
    key = task.columns[1][pairs].astype(np.int64) * m + task.site[pairs]
    mine = best.point.astype(np.int64) * m + best.site
    order = np.argsort(key, kind="stable")
    at = np.minimum(np.searchsorted(key[order], mine), len(key) - 1)
    if not len(key) or (key[order][at] != mine).any():
        return None
    start = np.zeros(m + len(pairs))
    start[best.sites] = 1.0
    start[m + order[at]] = best.part
    return start
