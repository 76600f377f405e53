"""From judgements to needs: several grounds for the same group, place, service and step are one need.

(1) One of ``none``, ``reach`` and ``capacity``: the lowest rung that is missing. Where people cannot reach a
    service, more of it is not the question yet. ``quality`` stands beside them.
(2) A group inside another (80 and over inside 60 and over) has a need of its own only where the larger one
    has none of that service at that rung or below: one and the same person is not counted twice.
(3) The ground that concerns the most people, or the greatest share, leads; the others stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from yiju.city.services import GROUPS
from yiju.needs.contract import STEPS
from yiju.needs.identity import need_id

Judgement = dict[str, Any]


@dataclass(frozen=True)
class Raised:
    """A need as this year's observations raise it; ``grounds`` begin with the leading one."""

    group: str
    place_id: str
    level: str
    service: str
    step: str
    grounds: tuple[Judgement, ...]

    @property
    def need_id(self) -> str:
        """The id, made of group, place, service and step."""
        return need_id(self.group, self.place_id, self.service, self.step)

    @property
    def lead(self) -> Judgement:
        """The judgement that the need's figures come from."""
        return self.grounds[0]


def gather(judged: pd.DataFrame) -> list[Raised]:
    """The needs that the missed standards raise, in the order of place, service, group and step."""
    missed = judged[~judged["met"]]
    ladders: dict[tuple[str, str, str, str], list[Judgement]] = {}
    for row in missed.to_dict("records"):
        ladder = "quality" if row["step"] == "quality" else "supply"
        ladders.setdefault((row["place_id"], row["service"], row["group"], ladder), []).append(row)
    raised = [_one(rows) for _, rows in sorted(ladders.items(), key=lambda item: item[0])]
    by_place: dict[tuple[str, str], list[Raised]] = {}
    for need in raised:
        by_place.setdefault((need.place_id, need.service), []).append(need)
    return [n for n in raised if not _said_by_larger(n, by_place[n.place_id, n.service])]


def _one(rows: list[Judgement]) -> Raised:
    step = min((row["step"] for row in rows), key=STEPS.index)
    grounds = sorted((row for row in rows if row["step"] == step), key=_weight)
    first = grounds[0]
    return Raised(first["group"], first["place_id"], first["level"], first["service"], step, tuple(grounds))


def _weight(row: Judgement) -> tuple[float, float, float, int]:
    numbers = [0.0 if pd.isna(row[name]) else -float(row[name]) for name in ("people", "share", "shortfall")]
    return (numbers[0], numbers[1], numbers[2], int(row["observation"]))


def _said_by_larger(need: Raised, others: list[Raised]) -> bool:
    depth = STEPS.index(need.step)
    return any(_contains(o.group, need.group) and STEPS.index(o.step) <= depth for o in others)


def _contains(larger: str, smaller: str) -> bool:
    """Whether everybody of one group belongs to another, different one.

    Examples
    --------
    >>> _contains("age_60_plus", "age_80_plus"), _contains("all", "age_3_5"), _contains("age_3_5", "age_3_5")
    (True, True, False)
    """
    if larger == smaller:
        return False
    whole, part = GROUPS[larger].ages, GROUPS[smaller].ages
    return whole is None or (part is not None and whole[0] <= part[0] and part[1] <= whole[1])
