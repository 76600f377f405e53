"""The nearest facilities of many services at once: which keys are wide enough, and which services share a sweep.

Services go 32 at a time, the small ones first. Keys of 32 bits hold a cost above a label; how many bits a cost needs
is known beforehand, since no way is longer than :func:`yiju.travel.farthest.farthest` and nobody asks beyond the limit.
Services with more facilities than the rest of the bits can tell apart take keys of 64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.travel.buffers import borrowed_rows, lasting_rows
from yiju.travel.each import NearestEach, NearestKEach, Packed
from yiju.travel.hanging import by_edge, by_owner, points_with_costs, seeds
from yiju.travel.kernels.hooks import find_hooks
from yiju.travel.kernels.lists import LENGTHS
from yiju.travel.kernels.nearest import read_at_origins, settle_all
from yiju.travel.kernels.nearest_k import read_k_at_origins, settle_k
from yiju.travel.kernels.records import NO_KEY
from yiju.travel.kernels.rows import LANES, Rows
from yiju.travel.kernels.sweeps import NARROW, WIDE_LABEL_BITS, Sweep, wide
from yiju.travel.kernels.sweeps_k import sweep_k
from yiju.travel.snapping import AccessPoints

if TYPE_CHECKING:
    from yiju.travel.reading import Reading
    from yiju.travel.travel import Travel

Uint8s = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Uint32s = npt.NDArray[np.uint32]
Int64s = npt.NDArray[np.int64]
Records = npt.NDArray[np.void]
Services = Mapping[str, AccessPoints]

# Width of the label in keys of the plain searches.
_PLAIN_LABEL_BITS = 32
# Rows of lists take no more than this, half of a machine with 16 GiB; beyond it lists are searched for.
_MOST_BYTES = 2**33


def nearest_each(travel: Travel, origins: AccessPoints, services: Services, most: int) -> NearestEach:
    """The nearest facility of each service; see :meth:`yiju.travel.Travel.nearest_each`. ``most`` is in tenths."""
    facilities = {service: points.owners for service, points in services.items()}
    if travel.engine == "plain" or travel.network.nodes == 0:
        packed = _searched(travel, origins, services, most)
    else:
        packed = _swept(travel, origins, services, most, 0)
    return NearestEach(origins.owners, facilities, travel.unit, packed)


def nearest_k_each(
    travel: Travel, origins: AccessPoints, services: Services, k: int, most: int
) -> NearestKEach:
    """The k nearest of each service; see :meth:`yiju.travel.Travel.nearest_k_each`. ``most`` is in tenths."""
    facilities = {service: points.owners for service, points in services.items()}
    # there are kernels for some lengths: a list is as exact as a longer one cut
    room = _MOST_BYTES // (max(travel.network.nodes, 1) * LANES * 4)
    lengths = [length for length in LENGTHS if k <= length <= room]
    if travel.engine == "plain" or travel.network.nodes == 0 or not lengths:
        length, packed = k, _searched_k(travel, origins, services, k, most)
    else:
        length, packed = lengths[0], _swept(travel, origins, services, most, lengths[0])
    return NearestKEach(origins.owners, facilities, travel.unit, k, length, packed)


def _searched(travel: Travel, origins: AccessPoints, services: Services, most: int) -> tuple[Packed, ...]:
    """By a search for each service."""
    keys = np.full((len(origins), len(services)), NO_KEY, dtype=np.int64)
    for column, points in enumerate(services.values()):
        keys[:, column] = nearest_keys(travel, origins, points, most)
    return (Packed(tuple(services), keys, _PLAIN_LABEL_BITS, most),)


def nearest_keys(travel: Travel, origins: AccessPoints, facilities: AccessPoints, most: int) -> Int64s:
    """(origins,) least key of each origin, by one search from all facilities; ``NO_KEY`` where there is none."""
    targets = travel.points(facilities)
    best = settle_all(*travel.entering, *seeds(targets, leaving=False), most)
    on_edge, on_edges = by_edge(targets, len(travel.network.u))
    keys = np.full(len(origins), NO_KEY, dtype=np.int64)
    read_at_origins(best, travel.points(origins), on_edge, on_edges, most, keys)
    return keys


def _searched_k(
    travel: Travel, origins: AccessPoints, services: Services, k: int, most: int
) -> tuple[Packed, ...]:
    """By a search for each service."""
    keys = np.full((len(origins), k, len(services)), NO_KEY, dtype=np.int64)
    for column, points in enumerate(services.values()):
        targets = travel.points(points)
        lists = settle_k(*travel.entering, *seeds(targets, leaving=False), k, most)
        on_edge, on_edges = by_edge(targets, len(travel.network.u))
        kept = np.full((len(origins), k), NO_KEY, dtype=np.int64)
        read_k_at_origins(lists, travel.points(origins), on_edge, on_edges, most, kept)
        keys[:, :, column] = kept
    return (Packed(tuple(services), keys.reshape(len(origins) * k, -1), _PLAIN_LABEL_BITS, most),)


@dataclass(frozen=True, eq=False)
class Gathered:
    """The facilities of several services together.

    Attributes
    ----------
    sizes
        How many facilities each service has.
    service, label
        (facilities,) position of the service, and of the facility in it.
    facility, row, cost
        (w,) each row that leads to a facility, and tenths from there.
    inside
        Points inside edges, at neither end; their owner is the facility.
    longest_end
        No facility costs more to get to from the network.
    """

    sizes: Int64s
    service: Int32s
    label: Int32s
    facility: Int64s
    row: Uint32s
    cost: Uint32s
    inside: Records
    longest_end: int

    @classmethod
    def of(cls, travel: Travel, services: Services) -> Gathered:
        """All points of all services, their costs found in one go."""
        each = list(services.values())
        for access in each:
            travel.check(access)
        sizes = np.array([len(access) for access in each], dtype=np.int64)
        offset = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        joined = AccessPoints(
            travel.network,
            pd.RangeIndex(offset[-1]),
            np.concatenate([access.owner + before for access, before in zip(each, offset[:-1], strict=True)]),
            *(
                np.concatenate([getattr(access, part) for access in each])
                for part in ("edge", "share", "gap_m")
            ),
        )
        points = points_with_costs(joined, travel.forward, travel.backward, travel.gap_per_metre)
        service = np.repeat(np.arange(len(each), dtype=np.int32), sizes)
        label = np.arange(offset[-1], dtype=np.int32) - offset[service]
        first = np.empty(len(joined) + 1, dtype=np.int32)
        row, cost = np.empty((2, 2 * len(points)), dtype=np.uint32)
        ways = find_hooks(
            points, by_owner(points, len(joined)), travel.index.rank, travel.backward, travel.forward, 0, first, row,
            cost,
        )  # fmt: skip
        row, cost = row[:ways], cost[:ways]
        inside = points[(points["at"] > 0) & (points["at"] < 1)]
        longest_end = max(int(cost.max(initial=0)), int(inside["gap"].max(initial=0)))
        facility = np.repeat(np.arange(len(joined)), np.diff(first))
        return cls(sizes, service, label, facility, row, cost, inside, longest_end)


@dataclass(frozen=True)
class Width:
    """How wide labels are in a sweep, and which kernels it takes."""

    sweep: Sweep
    bits: int

    @property
    def beyond(self) -> int:
        """The first cost that does not fit."""
        return self.sweep.far >> self.bits


def groups(travel: Travel, reading: Reading, gathered: Gathered, most: int) -> list[tuple[Width, Int64s]]:
    """Which services are swept together, and how wide their keys are: (width, positions of services)."""
    # a way is one from node to node, and its two ends
    longest = travel.farthest + gathered.longest_end + reading.longest_end
    label_bits = np.array([int(size - 1).bit_length() if size else 0 for size in gathered.sizes])
    fits = (NARROW.far >> label_bits) > min(longest, most)
    found = []
    # by size, so that services that need wide labels share a sweep
    order = np.argsort(label_bits, kind="stable")
    for is_narrow in (True, False):
        chosen = order[fits[order] == is_narrow]
        for begin in range(0, len(chosen), LANES):
            group = chosen[begin : begin + LANES]
            width = (
                Width(NARROW, int(label_bits[group].max())) if is_narrow else Width(wide(), WIDE_LABEL_BITS)
            )
            found.append((width, group))
    return found


def _swept(
    travel: Travel, origins: AccessPoints, services: Services, most: int, length: int
) -> tuple[Packed, ...]:
    """By sweeps over the index, 32 services each; ``length`` of the lists, 0 for the nearest alone."""
    if not services:
        return ()
    reading = travel.reading(origins)
    gathered = Gathered.of(travel, services)
    names = tuple(services)
    packed = []
    for width, group in groups(travel, reading, gathered, most):
        lane_of = np.full(len(names), LANES, dtype=np.uint8)
        lane_of[group] = np.arange(len(group))
        keys = lasting_rows(travel.network, len(origins), width.sweep.key, lists=max(length, 1))
        _sweep(travel, width, gathered, lane_of[gathered.service], reading, keys, length)
        packed.append(Packed(tuple(names[i] for i in group), keys, width.bits, min(most, width.beyond - 1)))
    return tuple(packed)


def _sweep(
    travel: Travel,
    width: Width,
    gathered: Gathered,
    lane: Uint8s,
    reading: Reading,
    keys: Rows,
    length: int,
) -> None:
    """Up, down, and read at the origins; ``lane`` is that of each facility, ``LANES`` if it is not in this sweep."""
    index, sweep, bits, far = travel.index, width.sweep, width.bits, width.sweep.far
    # kernels of lists are told their length by a tuple
    kernels, k = (sweep_k(sweep, length), ((0,) * length,)) if length else (sweep, ())
    facility = gathered.facility
    mine = (lane[facility] < LANES) & (gathered.cost < width.beyond)
    facility, cost = facility[mine], gathered.cost[mine].astype(np.int64)
    seeds = gathered.row[mine], lane[facility], ((cost << bits) | gathered.label[facility]).astype(sweep.key)
    active = np.zeros(len(index.rank), dtype=np.uint8)
    arcs = *k, index.up_first, index.up_head
    with borrowed_rows(travel.network, sweep.key, lists=max(length, 1)) as rows:
        kernels.up(*arcs, index.down_cost, *seeds, rows, active, bits, far)
        kernels.down(*arcs, index.up_cost, rows, active, bits, far, reading.duty, reading.seat, keys)
        kernels.read(*k, reading.first, reading.head, reading.cost, reading.owner, rows, bits, far, keys)
    inside = gathered.inside[lane[gathered.inside["owner"]] < LANES]
    owner = inside["owner"]
    kernels.read_along_edges(
        *k,
        reading.hooks.points,
        reading.hooks.on_edge,
        inside,
        lane[owner],
        gathered.label[owner],
        bits,
        far,
        keys,
    )
