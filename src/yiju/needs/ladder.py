"""The first sentence of the ledger as four counts: recognised, matched by class, in action, from 有 to 优."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yiju.needs.contract import STEPS
from yiju.needs.measures import by_need

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_CLASSES = ("basic", "inclusive", "lifestyle")


@dataclass(frozen=True)
class Ladder:
    """Counts of needs; None where the ledger cannot know, which is not the same as 0.

    ``recognised`` are all needs of the ledger, ``matched`` the open ones by class of supply, ``in_action``
    the open ones with a measure, ``climbed`` those that a measurement closed; ``by_step`` and ``by_deadline`` count
    the open ones.
    """

    recognised: int
    matched: Mapping[str, int]
    in_action: int | None
    climbed: int | None
    by_step: Mapping[str, int]
    by_deadline: Mapping[str, int]


def ladder(needs: pd.DataFrame, *, year: int, measures: pd.DataFrame | None = None) -> Ladder:
    """The four counts of one ledger.

    Parameters
    ----------
    needs
        The ledger.
    year
        Its year. A first ledger has nothing to have climbed from: ``climbed`` is unknown until a need is older.
    measures
        What is done, of :func:`yiju.needs.measures.read_measures`. As long as nobody has recorded any,
        ``in_action`` is unknown.

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
        in_action=_in_action(is_open, measures, year),
        climbed=None if first else int((needs["status"] == "closed").sum()),
        by_step={s: int((is_open["step"] == s).sum()) for s in STEPS},
        by_deadline={d: int((is_open["deadline_class"] == d).sum()) for d in ("deadline", "best_effort")},
    )


def _in_action(is_open: pd.DataFrame, measures: pd.DataFrame | None, year: int) -> int | None:
    if measures is None or not len(measures):
        return None
    return int(is_open["need_id"].isin(list(by_need(measures, year=year))).sum())
