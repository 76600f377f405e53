"""The first sentence of the ledger as four counts: recognised, matched by class, in action, from 有 to 优."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yiju.needs.contract import STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_CLASSES = ("basic", "inclusive", "lifestyle")


@dataclass(frozen=True)
class Ladder:
    """Counts of needs; None where the ledger cannot know, which is not the same as 0.

    ``recognised`` are all needs of the ledger, ``matched`` the open ones by class of supply, ``in_action``
    those with a measure, ``climbed`` those that a measurement closed; ``by_step`` and ``by_deadline`` count
    the open ones.
    """

    recognised: int
    matched: Mapping[str, int]
    in_action: int | None
    climbed: int | None
    by_step: Mapping[str, int]
    by_deadline: Mapping[str, int]


def ladder(needs: pd.DataFrame, *, year: int) -> Ladder:
    """The four counts of one ledger.

    Measures are not recorded in the ledger yet, so ``in_action`` is unknown. A first ledger has nothing to
    have climbed from: ``climbed`` is unknown until a need is older than the year.

    Examples
    --------
    >>> from yiju.needs.contract import NEEDS
    >>> counts = ladder(NEEDS.empty(), year=2025)
    >>> counts.recognised, counts.in_action, counts.climbed
    (0, None, None)
    """
    is_open = needs[needs["status"] == "open"]
    first = not bool((needs["first_year"] < year).any())
    return Ladder(
        recognised=len(needs),
        matched={c: int((is_open["service_class"] == c).sum()) for c in _CLASSES},
        in_action=None,
        climbed=None if first else int((needs["status"] == "closed").sum()),
        by_step={s: int((is_open["step"] == s).sum()) for s in STEPS},
        by_deadline={d: int((is_open["deadline_class"] == d).sum()) for d in ("deadline", "best_effort")},
    )
