"""Memory for rows, kept from one sweep to the next: fresh memory costs the machine as much as the sweep itself.

The operating system hands out pages one by one and wipes each; 40 MB of rows for 300,000 nodes take it 5 to 10 ms.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.rows import LANES, Rows, new_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yiju.travel.network import StreetNetwork

# Blocks that nobody uses at the moment, by network: as many as threads have been sweeping it at the same time.
_IDLE: WeakKeyDictionary[StreetNetwork, list[Rows]] = WeakKeyDictionary()


@contextmanager
def borrowed_rows(network: StreetNetwork, dtype: npt.DTypeLike, *, lists: int = 1) -> Iterator[Rows]:
    """(nodes * lists, 32) numbers that begin on a cache line; whatever was in them last is in them still.

    They go back when the block ends: no result may stand in them. Any thread may ask; each gets rows of its own.
    """
    idle = _IDLE.setdefault(network, [])
    size = network.nodes * lists * LANES * np.dtype(dtype).itemsize
    try:
        block = idle.pop()
    except IndexError:
        block = np.empty(0, dtype=np.uint8)
    if len(block) < size:
        block = new_rows(size // LANES, np.uint8).reshape(-1)
    try:
        yield block[:size].view(dtype).reshape(-1, LANES)
    finally:
        idle.append(block)
