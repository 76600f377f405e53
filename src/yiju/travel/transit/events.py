"""The timetable of a window as the scan wants it: connections, slots, nodes, and what can be caught from each node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.connections import NONE
from yiju.travel.kernels.events import catchable

if TYPE_CHECKING:
    from yiju.travel.transit.timetable import Connections

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

# The time of the slot after the last departure of a stop: later than any.
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Footpaths:
    """Ways between stops on foot, itself included: those of stop s are ``first[s]:first[s + 1]``.

    ``need`` is how many seconds after an arrival at s one can depart from ``head``.
    """

    first: Int64s
    head: Int32s
    need: Int32s


@dataclass(frozen=True, eq=False)
class Events:
    """Connections from the latest departure to the earliest, and the rows that they move.

    Rows of slots come first, then those of nodes, then those of vehicles. What each array holds stands in
    :func:`yiju.travel.kernels.connections.scan`.
    """

    stops: int
    phases: int
    departs: Int32s
    arrives: Int32s
    vehicle: Int32s
    slot: Int32s
    node: Int32s
    to_stop: Int32s
    slot_first: Int64s
    slot_time: Int32s
    node_time: Int32s
    node_first: Int64s
    node_of_stop: Int32s
    pull_first: Int64s
    pulls: npt.NDArray[np.uint32]
    vehicles: int

    @property
    def slots(self) -> int:
        """How many rows of slots there are, with one more for each stop."""
        return len(self.slot_time)

    @property
    def nodes(self) -> int:
        """How many rows of nodes there are."""
        return len(self.node_time)


def lay_out(rides: Connections, footpaths: Footpaths, stops: int) -> Events:
    """Number the slots, nodes and vehicles of a window.

    Parameters
    ----------
    rides
        In the order of departure.
    footpaths
        Between the stops of one timetable.
    stops
        How many there are in one timetable.
    """
    everywhere = stops * rides.phases
    span = int(rides.arrives.max(initial=0)) + 1
    backward = np.arange(len(rides))[::-1]
    departs, arrives = rides.departs[backward], rides.arrives[backward]
    from_stop, to_stop = rides.from_stop[backward].astype(np.int64), rides.to_stop[backward].astype(np.int64)
    boards, alights = rides.boards[backward], rides.alights[backward]

    # slots by stop and rising time, each stop's followed by one that never comes
    times, place = np.unique(from_stop[boards] * span + departs[boards], return_inverse=True)
    of_stop = times // span
    slot_first = np.searchsorted(of_stop, np.arange(everywhere + 1)) + np.arange(everywhere + 1)
    slot_time = np.full(len(times) + everywhere, NEVER, dtype=np.int32)
    slot_time[np.arange(len(times)) + of_stop] = times % span
    slot = np.full(len(rides), NONE, dtype=np.int32)
    slot[boards] = place + of_stop[place]

    # nodes by falling time
    late = (span - 1 - arrives[alights]).astype(np.int64)
    marks, at = np.unique(late * everywhere + to_stop[alights], return_inverse=True)
    node_time = (span - 1 - marks // max(everywhere, 1)).astype(np.int32)
    node_stop = marks % max(everywhere, 1)
    node = np.full(len(rides), NONE, dtype=np.int32)
    node[alights] = len(slot_time) + at
    node_of_stop = np.argsort(node_stop, kind="stable").astype(np.int32)
    node_first = np.searchsorted(node_stop[node_of_stop], np.arange(everywhere + 1)).astype(np.int64)
    pull_first, pulls = catchable(
        node_first, node_of_stop, node_time, slot_first.astype(np.int64), slot_time,
        footpaths.first, footpaths.head, footpaths.need, len(slot_time),
    )  # fmt: skip
    vehicles = int(rides.vehicle.max(initial=-1)) + 1
    return Events(
        stops=stops,
        phases=rides.phases,
        departs=np.ascontiguousarray(departs),
        arrives=np.ascontiguousarray(arrives),
        vehicle=(rides.vehicle[backward] + len(slot_time) + len(node_time)).astype(np.int32),
        slot=slot,
        node=node,
        to_stop=(to_stop % max(stops, 1)).astype(np.int32),
        slot_first=slot_first.astype(np.int64),
        slot_time=slot_time,
        node_time=node_time,
        node_first=node_first,
        node_of_stop=node_of_stop,
        pull_first=pull_first,
        pulls=pulls,
        vehicles=vehicles,
    )
