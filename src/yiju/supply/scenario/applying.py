"""A change, told as a record, made to a city."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from yiju.supply.scenario import facilities, population, standards, streets
from yiju.supply.scenario.changes import Add, Change, Close, Enlarge, Gate, Link, Move, People, Standard
from yiju.supply.scenario.checking import checked_point

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.supply.scenario.city import ChangedCity


def applied(city: Context, change: Change, locked: frozenset[str]) -> tuple[Change, ChangedCity]:
    """The change with its points settled, and the city after it.

    Raises
    ------
    UnknownName, InputError
        It cannot be; see the functions for each.
    """
    change = _settled(city, change)
    return change, _made(city, change, locked)


def _made(city: Context, change: Change, locked: frozenset[str]) -> ChangedCity:
    match change:
        case Add():
            return facilities.added(city, change)
        case Move():
            return facilities.moved(city, change, locked)
        case Close():
            return facilities.closed(city, change, locked)
        case Enlarge():
            return facilities.enlarged(city, change)
        case Gate():
            return facilities.gated(city, change)
        case Link():
            return streets.linked(city, change)
        case Standard():
            return standards.held_to(city, change)
        case People():
            return population.repopulated(city, change)


def _settled(city: Context, change: Change) -> Change:
    """The record with its points as pairs of numbers, inside the city."""
    points = {name: getattr(change, name) for name in ("at", "a", "b") if hasattr(change, name)}
    settled: dict[str, Any] = {name: checked_point(city, at, name) for name, at in points.items()}
    return replace(change, **settled) if settled else change
