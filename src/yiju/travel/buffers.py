"""Memory for rows, used again from one sweep to the next: fresh memory costs the machine as much as the sweep itself.

The operating system hands out memory by the page and wipes each first; 40 MB, 32 lanes of 300,000 nodes, take it 5 ms.
So blocks that nobody uses any more wait with their network for the next question.
"""

from __future__ import annotations

import weakref
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.rows import LANES, Rows, new_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yiju.travel.network import StreetNetwork

Block = npt.NDArray[np.uint8]
Idle = deque[Block]

# One for the rows of a sweep and one for its answers.
_MOST_IDLE = 2
# Larger blocks are given back to the system at once: 32 lanes of 32 bits for 2 million nodes.
_LARGEST_IDLE = 2**28

# Blocks are a little longer than was asked for, so that answers of all nodes fit where rows of all nodes did, and the
# other way round: those have a spare list, 20 rows of 64 bits.
_SLACK = 8192

_IDLE: weakref.WeakKeyDictionary[StreetNetwork, Idle] = weakref.WeakKeyDictionary()


@contextmanager
def borrowed_rows(network: StreetNetwork, dtype: npt.DTypeLike, *, lists: int = 1) -> Iterator[Rows]:
    """((nodes + 1) * lists, 32) numbers that begin on a cache line; whatever was in them last is in them still.

    They go back when the ``with`` block ends: no result may stand in them. Any thread may ask, each gets its own.
    """
    idle = _IDLE.setdefault(network, deque())
    size = (network.nodes + 1) * lists * LANES * np.dtype(dtype).itemsize
    block = _take(idle, size)
    try:
        yield block[:size].view(dtype).reshape(-1, LANES)
    finally:
        _give_back(idle, block)


def lasting_rows(network: StreetNetwork, count: int, dtype: npt.DTypeLike, *, lists: int = 1) -> Rows:
    """(count * lists, 32) numbers that begin on a cache line and are the caller's for as long as he likes.

    When the last array that looks at them is gone, their memory is used again.
    """
    idle = _IDLE.setdefault(network, deque())
    size = count * lists * LANES * np.dtype(dtype).itemsize
    block = _take(idle, size)
    rows: Rows = np.frombuffer(block.data[:size], dtype=dtype).reshape(-1, LANES)
    # all views of an array have the same base, and keep it alive
    base: Any = rows.base
    weakref.finalize(base, _give_back, idle, block).atexit = False
    return rows


def _take(idle: Idle, size: int) -> Block:
    """A block that is long enough; those that are not are dropped. One step at a time, so that threads can meet."""
    while True:
        try:
            block = idle.popleft()
        except IndexError:
            return new_rows((size + size // 64 + _SLACK) // LANES, np.uint8).reshape(-1)
        if len(block) >= size:
            return block


def _give_back(idle: Idle, block: Block) -> None:
    if len(idle) < _MOST_IDLE and len(block) <= _LARGEST_IDLE:
        idle.append(block)
