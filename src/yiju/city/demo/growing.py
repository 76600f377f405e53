"""Gather neighbouring things into connected groups of about equal size.

Each group grows from a seed over the neighbours, as far as its seed is the nearest; seeds that gather too many people
are pushed back, those with too few pulled forward, and now and then each moves to the middle of its own: Lloyd's
method on a network, with additive weights as in a power diagram.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from yiju.city.demo.arrays import mean_by, sum_by

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats, Ints

# Rounds of pushing; in the first half seeds move as well, every sixth time.
_ROUNDS, _MOVE_EVERY = 90, 6
# How strongly a seed is pushed, as a share of the width of a group.
_PUSH = 0.28
# Attempts, and the logarithm of size over aim at which a group is even enough.
_ATTEMPTS, _EVEN = 4, 0.25


@dataclass(frozen=True)
class Net:
    """Things that have neighbours: links ``u``-``v`` with a cost, people (n,) in each thing, and where it is (n, 2)."""

    u: Ints
    v: Ints
    cost: Floats
    people: Floats
    middle: Floats

    def parts(self) -> Ints:
        """Number of the connected part of each thing."""
        n = len(self.people)
        _, part = connected_components(coo_array((self.cost, (self.u, self.v)), shape=(n, n)), directed=False)
        return np.asarray(part, dtype=np.int64)


def grow(net: Net, aim: float, rng: np.random.Generator) -> Ints:
    """Group of each thing: connected groups of about ``aim`` people each.

    Parts of the net in which nobody lives have group -1.

    Examples
    --------
    >>> links = np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3)
    >>> row = Net(*links, people=np.full(4, 10.0), middle=np.arange(8.0).reshape(4, 2))
    >>> sorted(np.bincount(grow(row, 20.0, np.random.default_rng(1))).tolist())
    [2, 2]
    """
    n = len(net.people)
    links = coo_array((net.cost, (net.u, net.v)), shape=(n, n)).tocsr()
    part = net.parts()
    group = np.full(n, -1, dtype=np.int64)
    count = 0
    for number in range(int(part.max()) + 1):
        here = np.flatnonzero(part == number)
        inside = float(net.people[here].sum())
        if inside <= 0:
            continue
        k = max(1, round(inside / aim))
        local = links[here][:, here].tocoo()
        own = Net(local.row, local.col, local.data, net.people[here], net.middle[here])
        group[here] = _evenly(own, k, rng) + count
        count += k
    return group


def _evenly(net: Net, k: int, rng: np.random.Generator) -> Ints:
    """The most even of a few attempts, each from other seeds."""
    best, best_spread = _grow_once(net, k, rng)
    for _ in range(_ATTEMPTS - 1):
        if best_spread < _EVEN:
            break
        group, spread = _grow_once(net, k, rng)
        if spread < best_spread:
            best, best_spread = group, spread
    return best


def _grow_once(net: Net, k: int, rng: np.random.Generator) -> tuple[Ints, float]:
    """One attempt: the most even grouping on the way, and its largest logarithm of size over aim."""
    n = len(net.people)
    seeds, push = _scattered(net, k, rng), np.zeros(k)
    aim = net.people.sum() / k
    width = float(np.sqrt(np.ptp(net.middle[:, 0]) * np.ptp(net.middle[:, 1]) / k)) + 1.0
    best, best_spread = np.zeros(n, dtype=np.int64), np.inf
    for turn in range(_ROUNDS):
        # Every seed hangs on a node of its own, by a link that is the longer the more it is pushed back.
        rows, columns = np.r_[net.u, np.arange(n, n + k)], np.r_[net.v, seeds]
        cost = np.r_[net.cost, push - push.min() + 1.0]
        graph = coo_array((cost, (rows, columns)), shape=(n + k, n + k)).tocsr()
        _, _, source = dijkstra(
            graph, directed=False, indices=np.arange(n, n + k), min_only=True, return_predecessors=True
        )
        group = (source[:n] - n).astype(np.int64)
        off = np.log(np.maximum(sum_by(group, net.people, k), 1.0) / aim)
        spread = float(np.abs(off).max())
        if spread < best_spread:
            best, best_spread = group, spread
        moving = turn < _ROUNDS // 2
        if best_spread < _EVEN and not moving:
            break
        push += _PUSH * width * np.clip(off, -0.8, 0.8)
        if moving and turn % _MOVE_EVERY == _MOVE_EVERY - 1:
            seeds = _centred(net, group, seeds)
    return best, best_spread


def _scattered(net: Net, k: int, rng: np.random.Generator) -> Ints:
    """Seeds far from each other, where people are."""
    weight = net.people / net.people.sum()
    seeds = [int(rng.choice(len(weight), p=weight))]
    gap = np.full(len(weight), np.inf)
    for _ in range(1, k):
        gap = np.minimum(gap, ((net.middle - net.middle[seeds[-1]]) ** 2).sum(axis=1))
        seeds.append(int(np.argmax(gap * np.minimum(net.people, net.people.mean()))))
    return np.array(seeds, dtype=np.int64)


def _centred(net: Net, group: Ints, seeds: Ints) -> Ints:
    """Each seed moved to the thing nearest to the middle of its people."""
    middle = mean_by(group, net.middle, net.people, len(seeds))
    away = ((net.middle - middle[group]) ** 2).sum(axis=1)
    order = np.lexsort((away, group))
    first = np.r_[True, group[order][1:] != group[order][:-1]]
    out = seeds.copy()
    out[group[order][first]] = order[first]
    return out
