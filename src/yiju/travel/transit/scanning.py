"""Scans of a window in threads: 32 destinations at a time, or origin by origin where there are few of them.

Each block of destinations is one scan and one reading at all origins, in rows of its thread's own; blocks share
nothing that is written, so the answer does not depend on how many threads there are.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.connections import STEP_S, in_width
from yiju.travel.kernels.events import boardable
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.kernels.rows import FAR_16, FAR_32, LANES, new_rows
from yiju.travel.results import PER_UNIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yiju.travel.results import PairsWithin
    from yiju.travel.transit.events import Events

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Times = npt.NDArray[Any]
Done = TypeVar("Done")


@dataclass(frozen=True, eq=False)
class Window:
    """The events of a window, its departures (one a minute), the longest trip, and the cap on rides (0: none)."""

    events: Events
    minutes: int
    max_s: int
    most_rides: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Sixteen bits where all times since the window began, and all departures, can be counted in them."""
        fits = self.span_s < FAR_16 and self.minutes * self.events.phases < FAR_16
        return np.dtype(np.uint16 if fits else np.uint32)

    @property
    def far(self) -> int:
        """Unreached, in rows."""
        return FAR_16 if self.dtype.itemsize == 2 else FAR_32

    @property
    def span_s(self) -> int:
        """Seconds from the first departure to the latest arrival that counts."""
        return STEP_S * (self.minutes - 1) + self.max_s

    @cached_property
    def arrives(self) -> Times:
        """Arrivals of the connections in the type of the rows."""
        return self.events.arrives.astype(self.dtype)


@dataclass(frozen=True, eq=False)
class Walks:
    """Walks by owner: those of i are ``first[i]:first[i + 1]``, to ``other``, in seconds."""

    first: Int64s
    other: Int32s
    seconds: Int32s

    @classmethod
    def of(cls, pairs: PairsWithin, more: int = 0) -> Walks:
        """By origin, each with so many seconds more."""
        return cls(pairs.first, pairs.facility, whole_seconds(pairs) + np.int32(more))

    @classmethod
    def turned(cls, pairs: PairsWithin) -> Walks:
        """By facility."""
        order = np.argsort(pairs.facility, kind="stable")
        first = np.searchsorted(pairs.facility[order], np.arange(len(pairs.facilities) + 1))
        seconds = whole_seconds(pairs)[order]
        return cls(first.astype(np.int64), pairs.origin[order].astype(np.int32), seconds)

    def __len__(self) -> int:
        return len(self.first) - 1

    def part(self, begin: int, end: int) -> Walks:
        """Those of some owners in a row."""
        some = slice(self.first[begin], self.first[end])
        return Walks(self.first[begin : end + 1] - self.first[begin], self.other[some], self.seconds[some])


@dataclass(frozen=True, eq=False)
class Boarding:
    """Which slots who leaves an origin in a minute boards; see :func:`yiju.travel.kernels.events.boardable`."""

    origins: int
    first: Int64s
    slots: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, window: Window, access: Walks) -> Boarding:
        """By way of the stops within the walk of each origin."""
        events = window.events
        found = boardable(
            access.first, access.other, access.seconds, events.slot_first, events.slot_time,
            events.stops, events.phases, window.minutes, STEP_S,
        )  # fmt: skip
        return cls(len(access), *found)


def whole_seconds(pairs: PairsWithin) -> Int32s:
    """Costs in seconds, rounded up: who needs 59.1 seconds misses what leaves after 59."""
    return -(-pairs.tenths // PER_UNIT).astype(np.int32)


def scan_blocks(
    window: Window, boarding: Boarding, egress: Walks, walks: Walks, ranks: Int64s, threads: int | None
) -> Iterator[tuple[int, Times]]:
    """Percentiles of the travel times from all origins, in blocks of 32 destinations.

    Parameters
    ----------
    egress
        To each destination from stops.
    walks
        To each destination from origins, on foot alone.
    ranks
        (p,) as :func:`yiju.travel.transit.results.ranks_of` gives them.

    Yields
    ------
    The first destination of a block and (p, origins, lanes) seconds, the largest number where the trip is too long.
    """
    rows_of = threading.local()

    def block(begin: int) -> tuple[int, Times]:
        if not hasattr(rows_of, "rows"):
            rows_of.rows = new_rows(_Plan.of(window, boarding.origins).size, window.dtype)
        return begin, _block(window, boarding, egress, walks, ranks, begin, rows_of.rows)

    yield from _in_threads(block, range(0, len(egress), LANES), threads)


def scan_origins(
    window: Window, boarding: Boarding, egress: Walks, walks: Walks, ranks: Int64s, threads: int | None
) -> Iterator[tuple[int, Times]]:
    """The same, origin by origin, with all destinations: (0, (p, origins, destinations) seconds)."""
    from yiju.travel.kernels.connections_from import (  # noqa: PLC0415 - for maps from a point only
        latest_departures,
        read_destinations,
    )

    events, bits = window.events, (window.max_s + 1).bit_length()
    departures = events.phases * window.minutes
    owner = np.repeat(np.arange(len(walks)), np.diff(walks.first))

    def one(origin: int) -> Times:
        first = boarding.first[origin * departures : (origin + 1) * departures + 1]
        latest = latest_departures(
            events.departs, events.vehicle, events.slot, events.node,
            events.node_time, events.pull_first, events.pulls,
            first, boarding.slots, events.slots, events.vehicles, window.minutes, window.most_rides,
        )  # fmt: skip
        walk_s = np.full(len(egress), UNREACHED, dtype=np.int32)
        mine = walks.other == origin
        walk_s[owner[mine]] = walks.seconds[mine]
        out = np.empty((len(ranks), len(egress)), dtype=np.int32)
        read_destinations(
            latest, events.node_first, events.node_of_stop, events.node_time, events.slots,
            egress.first, egress.other, egress.seconds, walk_s,
            events.stops, events.phases, window.minutes, ranks, bits, out,
        )  # fmt: skip
        return out

    times = np.stack(list(_in_threads(one, range(boarding.origins), threads)), axis=1)
    yield 0, np.where(times > window.max_s, np.iinfo(window.dtype).max, times).astype(window.dtype)


def _in_threads(work: Callable[[int], Done], items: range, threads: int | None) -> Iterator[Done]:
    workers = max(1, min(threads or os.cpu_count() or 1, len(items)))
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, items)


@dataclass(frozen=True)
class _Plan:
    """Where each kind of row begins: slots, nodes and vehicles, then egress rows, walks, and scratch."""

    egress: int
    walks: int
    scratch: int
    size: int

    @classmethod
    def of(cls, window: Window, origins: int) -> _Plan:
        events = window.events
        egress = events.slots + events.nodes + events.vehicles
        walks = egress + events.stops
        scratch = walks + origins
        # three rows for the percentiles, and one for each departure
        return cls(egress, walks, scratch, scratch + 3 + events.phases * window.minutes)


def _block(
    window: Window, boarding: Boarding, egress: Walks, walks: Walks, ranks: Int64s, begin: int, rows: Times
) -> Times:
    events, plan, far = window.events, _Plan.of(window, boarding.origins), window.far
    lanes = min(LANES, len(egress) - begin)
    rows[plan.egress : plan.scratch] = far
    for table, row in ((egress, plan.egress), (walks, plan.walks)):
        some = slice(table.first[begin], table.first[begin + lanes])
        lane = np.repeat(np.arange(lanes), np.diff(table.first[begin : begin + lanes + 1]))
        rows[row + table.other[some], lane] = table.seconds[some]
    scan, read_origins = in_width(window.dtype)
    scan(
        rows, events.departs, window.arrives, events.vehicle, events.slot, events.node,
        events.to_stop + np.int32(plan.egress), events.node_time, events.pull_first, events.pulls,
        events.slots, events.vehicles, window.dtype.type(far), window.most_rides,
    )  # fmt: skip
    out = np.empty((len(ranks), boarding.origins, LANES), dtype=window.dtype)
    bits = (window.max_s + 1).bit_length()
    read_origins(
        rows, boarding.first, boarding.slots, boarding.origins, events.phases, window.minutes,
        plan.walks, plan.scratch, ranks, bits, window.dtype.type(far), out,
    )  # fmt: skip
    times = out[:, :, :lanes]
    times[times > window.max_s] = np.iinfo(window.dtype).max
    return times
