"""What if there were one more kindergarten, and a footbridge: the city as it would be, computed as it is.

A :class:`Scenario` stands on a stored check-up. Each change gives a new one; the affected indicators of the whole city
follow at once, by the functions of the check-up itself, and so do the needs that would be closed.

::

    now = Scenario.of("city")  ──add──►  one  ──link──►  two        undo() goes back
                               └─close─►  other                     compare([now, two, other]) side by side
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.supply.scenario.comparing import compare
    from yiju.supply.scenario.scenario import Scenario
    from yiju.supply.scenario.stored import StaleCheckup

__all__ = ["Scenario", "StaleCheckup", "compare"]

_HOME = {"Scenario": "scenario", "StaleCheckup": "stored", "compare": "comparing"}


def __getattr__(name: str) -> object:
    # pandas and numba are imported by who computes, not by who asks for help
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.supply.scenario.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.supply.scenario' has no attribute {name!r}")
