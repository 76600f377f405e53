"""How near a sweep comes to what the memory of this machine gives.

Bandwidth is measured as STREAM does (J. D. McCalpin, Memory bandwidth and machine balance in current high performance
computers, IEEE TCCA Newsletter, December 1995): arrays far larger than any cache, read, written and copied by one core.

The nearest of 32 services cannot take less than three passes over a row of 32 costs of 32 bits for each node (the up
pass writes it, the down pass reads it and writes it again) and one over the index; what it takes instead is the share.

::

    floor  =  (3 x 128 bytes x nodes  +  bytes of the index)  /  bytes a second of a copy
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from engine_race import clocked

if TYPE_CHECKING:
    from engine_town import Town

# 400 MB each: over ten times the last cache of the machines that we know.
NUMBERS = 50_000_000
ROUNDS = 7
# A row of 32 lanes of 32 bits is written, read, and written.
ROW_BYTES, PASSES = 128, 3
# The share that we promise, and the one that we aim for.
GATE, STRETCH = 0.40, 0.70


@numba.njit(nogil=True, fastmath=True)
def _read(a: Any) -> Any:
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return total


@numba.njit(nogil=True)
def _write(a: Any, value: Any) -> None:
    for i in range(len(a)):
        a[i] = value


@numba.njit(nogil=True)
def _copy(a: Any, b: Any) -> None:
    for i in range(len(a)):
        b[i] = a[i]


@dataclass(frozen=True)
class Bandwidth:
    """Bytes a second of one core, by its CPU seconds."""

    read: float
    write: float
    copy: float  # bytes read and bytes written


@dataclass(frozen=True)
class Share:
    """How near the nearest of 32 services comes to the bandwidth."""

    network: str
    bandwidth: Bandwidth
    floor_s: float
    taken_s: float

    @property
    def share(self) -> float:
        """Of the floor in what is taken."""
        return self.floor_s / self.taken_s

    @property
    def broken(self) -> bool:
        """Whether the promise is not kept."""
        return self.share < GATE


def bandwidth() -> Bandwidth:
    """Median of some rounds."""
    a, b = np.ones(NUMBERS), np.empty(NUMBERS)
    works = {"read": lambda: _read(a), "write": lambda: _write(b, 2.0), "copy": lambda: _copy(a, b)}
    found = {}
    for name, work in works.items():
        work()
        seconds = statistics.median(clocked(work)[1].cpu for _ in range(ROUNDS))
        found[name] = a.nbytes * (2 if name == "copy" else 1) / seconds
    return Bandwidth(**found)


def share_of_bandwidth(town: Town) -> Share:
    """Bandwidth before and after, the sweep between: others on the machine take from both."""
    index = town.travel.index
    town.travel.nearest_each(town.everyone, town.services)
    before = bandwidth()
    turns = [
        clocked(lambda: town.travel.nearest_each(town.everyone, town.services))[1].cpu
        for _ in range(3 * ROUNDS)
    ]
    after = bandwidth()
    there = Bandwidth(
        *((a + b) / 2 for a, b in zip(vars(before).values(), vars(after).values(), strict=True))
    )
    bytes_moved = PASSES * ROW_BYTES * town.streets.nodes + sum(
        part.nbytes for part in (index.up_first, index.up_head, index.up_cost)
    )
    return Share(town.name, there, bytes_moved / there.copy, statistics.median(turns))


def show(found: Share) -> None:
    """Three lines."""
    rates = ", ".join(f"{name} {rate / 1e9:.1f}" for name, rate in vars(found.bandwidth).items())
    print(f"memory of one core, GB a second: {rates}")
    print(
        f"nearest on {found.network}: {found.taken_s * 1e3:.1f} ms, floor {found.floor_s * 1e3:.1f} ms: "
        f"{found.share:.0%} of the bandwidth (gate {GATE:.0%}, aim {STRETCH:.0%})"
        f"{'  BROKEN' if found.broken else ''}",
        flush=True,
    )
