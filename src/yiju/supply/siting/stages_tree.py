"""Years as a tree: what is decided before the future is known is decided once, what comes after once for each future.

::

    2026 ── 2028 ──┬── 2030 low ── 2032 low         a node: a year in one or more futures
                   └── 2030 high ── 2032 high       what is open in a node stays open in all nodes after it
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Outcome, solve
from yiju.supply.siting.programs import Model
from yiju.supply.siting.result import TOLERANCE

if TYPE_CHECKING:
    from yiju.supply.siting.crowds import Crowds

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes, each after its parent.

    Attributes
    ----------
    crowds
        Who reaches which site; their people are not used.
    parent
        (nodes,) position of the node before, -1 for none.
    weight
        (nodes, crowds) what it counts to cover each crowd in each node.
    budget
        (nodes,) money of the year of each node.
    cost
        (m,) of opening each site.
    carry
        Whether money that is left goes to the next year.
    locked, closed
        (m,) sites that are open from the beginning and cost nothing, that may never open.
    """

    crowds: Crowds
    parent: Int64s
    weight: Floats
    budget: Floats
    cost: Floats
    carry: bool
    locked: Bools
    closed: Bools

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.parent)

    @cached_property
    def way(self) -> list[list[int]]:
        """The nodes from the root to each node, itself included."""
        ways: list[list[int]] = []
        for v, before in enumerate(self.parent.tolist()):
            ways.append([*(ways[before] if before >= 0 else []), v])
        return ways

    @cached_property
    def after(self) -> list[Int64s]:
        """Each node and all that come after it."""
        return [np.array([u for u, way in enumerate(self.way) if v in way]) for v in range(len(self))]

    def covered(self, opened: Bools) -> npt.NDArray[np.int64]:
        """(nodes, crowds) how many open sites each crowd reaches, of (nodes, m) whether each site is open."""
        crowds = self.crowds
        counts = [
            np.bincount(crowds.crowd, weights=row[crowds.site], minlength=len(crowds)) for row in opened
        ]
        return np.array(counts, dtype=np.int64).reshape(len(opened), len(crowds))

    def value(self, opened: Bools) -> float:
        """Weight that is covered in all nodes."""
        return float((self.weight * (self.covered(opened) > 0)).sum())

    def left(self, opened: Bools) -> Floats:
        """(nodes,) money that is left in each node; negative if more was spent than there is."""
        before = np.where(self.parent[:, None] >= 0, opened[self.parent], self.locked)
        spent = (opened & ~before) @ self.cost
        if not self.carry:
            return np.asarray(self.budget - spent)
        return np.array([(self.budget - spent)[way].sum() for way in self.way])

    def gains(self, opened: Bools, v: int) -> Floats:
        """(m,) weight that each site would add if it opened in node v."""
        bare = (self.weight * (self.covered(opened) == 0))[self.after[v]].sum(axis=0)
        crowds = self.crowds
        return np.bincount(crowds.site, weights=bare[crowds.crowd], minlength=crowds.m).astype(np.float64)


def grow(tree: Tree) -> Bools:
    """(nodes, m) a beginning: node by node, what adds most for its cost while the money lasts."""
    opened = np.tile(tree.locked, (len(tree), 1))
    for v in range(len(tree)):
        while True:
            gain = tree.gains(opened, v)
            room = tree.left(opened)[tree.after[v]].min() if tree.carry else tree.left(opened)[v]
            gain[(tree.cost > room) | opened[v] | tree.closed] = 0.0
            best = int(np.argmax(gain / np.maximum(tree.cost, 1e-9)))
            if gain[best] <= 0.0:
                break
            opened[tree.after[v], best] = True
    return opened


def decide(tree: Tree, *, seconds: float, gap: float) -> tuple[Bools, Outcome]:
    """(nodes, m) what is open in each node so that most weight is covered, by HiGHS, and how it ended."""
    crowds, m, nodes = tree.crowds, tree.crowds.m, len(tree)
    model = Model(maximise=True)
    opened = np.array(
        [model.columns(m, low=tree.locked, high=~tree.closed, whole=True) for _ in range(nodes)]
    )
    reached = np.array([model.columns(len(crowds), cost=w, high=1.0) for w in tree.weight])
    row = np.arange(len(crowds))
    start = grow(tree)
    for v, before in enumerate(tree.parent.tolist()):
        # (1) a crowd is covered by an open site that it reaches
        model.rows(
            len(crowds), (row, reached[v], 1.0), (crowds.crowd, opened[v][crowds.site], -1.0), high=0.0
        )
        if before >= 0:  # (2) what is open stays open
            model.rows(m, (np.arange(m), opened[v], 1.0), (np.arange(m), opened[before], -1.0), low=0.0)
        # (3) money, in thousands: HiGHS's tolerance is then less than a cent
        free = float(tree.cost @ tree.locked) / 1e3
        price = np.where(tree.cost > 0.0, tree.cost, 0.0) / 1e3
        if tree.carry or before < 0:
            have = tree.budget[tree.way[v]].sum() if tree.carry else tree.budget[v]
            model.rows(1, (0, opened[v], price), high=have / 1e3 + free)
        else:
            model.rows(1, (0, opened[v], price), (0, opened[before], -price), high=tree.budget[v] / 1e3)
    begin = np.concatenate([start.ravel(), (tree.covered(start) > 0).ravel()]).astype(np.float64)
    outcome = solve(model.program(), seconds=seconds, gap=max(gap, TOLERANCE / 10.0), start=begin)
    if outcome.values is None:
        return start, outcome
    found = outcome.values[: nodes * m].reshape(nodes, m) > 0.5
    return (found if tree.value(found) >= tree.value(start) else start), outcome
