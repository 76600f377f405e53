"""Public transport, door to door.

A :class:`Timetable` holds the trips of one day; a :class:`Transit` puts it on the streets of somebody who walks, and
answers for all origins, all destinations and every minute of departure of a window: how long the trip takes, and what
can be reached.

A trip is a walk to a stop, rides with changes, and a walk to the destination, or a walk alone. Nothing is drawn at
random: two runs, and any number of threads, give the same numbers.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.travel.transit.results import TravelTimes
    from yiju.travel.transit.timetable import Timetable
    from yiju.travel.transit.transit import Habits, Transit

__all__ = ["Habits", "Timetable", "Transit", "TravelTimes"]

_HOME = {"Habits": "transit", "Timetable": "timetable", "Transit": "transit", "TravelTimes": "results"}


def __getattr__(name: str) -> object:
    # as in the room's own door: only who asks for a timetable loads one
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.travel.transit.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.travel.transit' has no attribute {name!r}")
