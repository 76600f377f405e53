"""Three lanes of answers (分类施策): to each open need that which its class of service owes it.

A basic service is guaranteed: what closes the need, where, whose duty it is and by when. An inclusive one has options,
each with a cost for each place, and all of them under a price ceiling. A lifestyle one is opened by the market: whether
demand supports a shop there, and what stands in its way.

>>> from yiju.supply.lanes import ANSWERS
>>> ANSWERS.key
('need_id', 'option')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.supply.lanes.answering import answers
    from yiju.supply.lanes.contract import ANSWERS

__all__ = ["ANSWERS", "answers"]

_HOME = {"ANSWERS": "contract", "answers": "answering"}


def __getattr__(name: str) -> object:
    # pandas is imported by who answers, not by who asks for help
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.supply.lanes.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.supply.lanes' has no attribute {name!r}")
