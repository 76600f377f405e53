"""What all bounded sweeps need besides kernels: arcs as they take them, clean rows, and threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.bounded import NARROW, Bounded, Streets, wide
from yiju.travel.kernels.budgets import LANES, new_budgets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yiju.travel.index import StreetIndex
    from yiju.travel.kernels.rows import Rows
    from yiju.travel.network import StreetNetwork

Marks = npt.NDArray[np.uint64]
Block = TypeVar("Block")

# Blocks for each thread, so that none waits long for another.
_BLOCKS = 4

# Clean rows and marks that nobody uses at the moment. Fresh memory would cost as much as a small question.
_IDLE: WeakKeyDictionary[StreetNetwork, list[tuple[Rows, Marks]]] = WeakKeyDictionary()
_STREETS: WeakKeyDictionary[StreetIndex, tuple[Streets, Streets]] = WeakKeyDictionary()


def of_limit(limit: int) -> Bounded:
    """The narrowest kernels that hold a limit in tenths."""
    return NARROW if limit <= NARROW.most else wide()


def streets_of(index: StreetIndex) -> tuple[Streets, Streets]:
    """The arcs of an index for searches along the streets, and against them."""
    if index not in _STREETS:
        up, below = index.up_head.astype(np.uint64) << np.uint64(32), index.below_head.astype(np.uint64)
        below <<= np.uint64(32)
        along = (
            index.up_first,
            up | index.up_cost,
            index.below_first,
            below | index.down_cost[index.below_arc],
        )
        against = along
        if index.down_cost is not index.up_cost:
            against = (along[0], up | index.down_cost, along[2], below | index.up_cost[index.below_arc])
        _STREETS[index] = along, against
    return _STREETS[index]


@contextmanager
def clean_rows(network: StreetNetwork, kernels: Bounded) -> Iterator[tuple[Rows, Marks]]:
    """Budgets for all rows, one spare row, and marks, all zero; they go back when the block ends, zero again."""
    idle = _IDLE.setdefault(network, [])
    try:
        left, marks = idle.pop()
    except IndexError:
        left, marks = new_budgets(0, np.uint16), np.zeros(network.nodes // 64 + 1, dtype=np.uint64)
    if left.dtype != kernels.budget:
        left = np.empty(0, dtype=kernels.budget)  # let it go before more is taken
    if len(left) == 0:
        left = new_budgets(network.nodes + 1, kernels.budget)
    yield left, marks
    idle.append((left, marks))  # not if something failed: they may be dirty


def in_batches(
    work: Callable[[int, int], Block],
    count: int,
    threads: int | None,
    *,
    blocks: int = _BLOCKS,
    lanes: int = LANES,
) -> list[Block]:
    """``work(begin, end)`` on blocks of whole batches that cover 0 to count, in order."""
    workers = max(1, threads or os.cpu_count() or 1)
    parts = max(1, min(workers * blocks if workers > 1 else 1, -(-count // lanes)))
    bounds = [min(count, -(-count * part // parts // lanes) * lanes) for part in range(parts)] + [count]
    if parts == 1:
        return [work(0, count)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))
