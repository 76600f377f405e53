"""Which function computes which indicator. A function says so itself, with the decorator :func:`computes`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from yiju.checkup.blocks import Block
    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator

    Computation = Callable[[Context, Indicator], Iterable[Block]]

_FUNCTIONS: dict[str, Computation] = {}


def computes(*indicators: str) -> Callable[[Computation], Computation]:
    """Register a function for indicators.

    The function takes the :class:`~yiju.checkup.context.Context` and the catalogue entry, and gives blocks.
    It may raise :class:`~yiju.checkup.blocks.NotMeasurable` with the reason.
    """

    def register(function: Computation) -> Computation:
        for indicator in indicators:
            other = _FUNCTIONS.get(indicator)
            if other is not None and other.__qualname__ != function.__qualname__:
                msg = f"{indicator} is computed by {name_of(other)} already, not by {name_of(function)} too"
                raise ValueError(msg)
            _FUNCTIONS[indicator] = function
        return function

    return register


def function_of(indicator: str) -> Computation | None:
    """The function that computes an indicator, or None."""
    _load()
    return _FUNCTIONS.get(indicator)


def name_of(function: Computation) -> str:
    """Where a function is found, as ``module:name``."""
    return f"{function.__module__}:{function.__qualname__}"


@cache
def _load() -> None:
    """Import every module of indicators, so that its functions register."""
    from yiju.checkup import indicators  # noqa: PLC0415 - they import this module

    for module in sorted(m.name for m in pkgutil.iter_modules(indicators.__path__)):
        importlib.import_module(f"{indicators.__name__}.{module}")
