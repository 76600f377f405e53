"""The plan of a city: where which service should go, what it costs, whom it brings within reach, and why just there.

A plan answers a check-up. It takes the people and walks of the check-up, candidates of the city's own register (or of
its map, by a stated rule), unit costs (or the city's own), and asks :mod:`yiju.supply.siting` for the best sites with a
proof. Each site says why it is there and what the next best would lose; each assumption is in the plan.

>>> from yiju.supply.plan import Question
>>> Question(("elder_day_care", "childcare"), budget_yuan=8e6, sites=3).title
'elder_day_care+childcare'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.supply.plan.making import Plan, make_plan
    from yiju.supply.plan.promises import save_measures
    from yiju.supply.plan.question import Question
    from yiju.supply.plan.writing import plan_dir, plan_names, read_plan, write_plan

__all__ = [
    "Plan",
    "Question",
    "make_plan",
    "plan_dir",
    "plan_names",
    "read_plan",
    "save_measures",
    "write_plan",
]

_HOME = {
    "Plan": "making",
    "Question": "question",
    "make_plan": "making",
    "plan_dir": "writing",
    "plan_names": "writing",
    "read_plan": "writing",
    "save_measures": "promises",
    "write_plan": "writing",
}


def __getattr__(name: str) -> object:
    # pandas and numba are imported by who plans, not by who asks for help
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.supply.plan.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.supply.plan' has no attribute {name!r}")
