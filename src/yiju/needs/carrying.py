"""What an earlier ledger says to this one: first years, needs that stay open, needs that are closed.

(1) A need that is raised again keeps the year in which it was first recognised.
(2) An open need is closed when the standard of every indicator that raised it is now met, by evidence no
    weaker than it was: a modelled value does not close what was counted, a screening or a missing input nothing.
(3) An open need that can be neither raised nor closed this year stays open, with the grounds it had and a
    note that it was not measured.
(4) Where ``reach`` has sunk to ``none``, the need of reach goes on as the deeper one, which takes over its
    first year. Nothing was solved, so nothing is closed.
(5) A closed need stays closed until its standard is missed again; then it is open under its old id and first
    year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.needs.evidence import read_evidence
from yiju.needs.identity import need_id
from yiju.needs.judging import TRUST

if TYPE_CHECKING:
    import pandas as pd

    from yiju.needs.gathering import Raised

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Carried:
    """What becomes of earlier needs: those to close, each with the judgement (row) that does, and to keep."""

    closed: Mapping[str, int]
    kept_closed: tuple[str, ...]
    kept_open: tuple[str, ...]


def history(need: Raised, before: Mapping[str, Row], year: int) -> tuple[int, str | None]:
    """Year of first recognition, and id of an open need of reach that sank to this one (rules 1, 4, 5)."""
    own = before.get(need.need_id)
    first = year if own is None else int(own["first_year"])
    if need.step != "none":
        return first, None
    if own is not None:
        return first, next(
            (str(r["need_id"]) for r in read_evidence(own["evidence"]) if r["kind"] == "earlier"), None
        )
    lighter = before.get(need_id(need.group, need.place_id, need.service, "reach"))
    if lighter is None or lighter["status"] != "open":
        return first, None
    return min(first, int(lighter["first_year"])), str(lighter["need_id"])


def carry(before: Iterable[Row], raised: set[str], judged: pd.DataFrame) -> Carried:
    """Sort the earlier needs that are not raised again (rules 2 to 5).

    Parameters
    ----------
    before
        Rows of the earlier ledger.
    raised
        Ids of the needs that this year raises.
    judged
        This year's judgements, see :func:`yiju.needs.judging.judge`.
    """
    met = _met(judged)
    closed: dict[str, int] = {}
    kept_closed, kept_open = [], []
    for row in before:
        own = str(row["need_id"])
        if own in raised:
            continue
        closing = _closing(met.get(own, {}), row["evidence"], judged)
        sunk = (
            row["step"] == "reach"
            and need_id(row["group"], row["place_id"], row["service"], "none") in raised
        )
        if row["status"] == "closed":
            kept_closed.append(own)
        elif closing is not None:
            closed[own] = closing
        elif not sunk:
            kept_open.append(own)
    return Carried(closed, tuple(kept_closed), tuple(kept_open))


def _closing(met: Mapping[str, int], evidence: str, judged: pd.DataFrame) -> int | None:
    """The judgement that closes a need: every indicator that raised it is met, by evidence as strong."""
    raising = [r for r in read_evidence(evidence) if r["role"] in ("raises", "raised")]
    rows = [met.get(str(r["indicator"])) for r in raising]
    answers = [row for row in rows if row is not None]
    if not answers or len(answers) < len(rows):
        return None
    weakest = min(answers, key=lambda row: int(judged.at[row, "trust"]))
    due = min(TRUST.get(str(r["status"]), 0) for r in raising)
    return weakest if judged.at[weakest, "trust"] >= due else None


def _met(judged: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Need id -> indicator -> row of its weakest judgement, where standards are met and none is missed."""
    found: dict[str, dict[str, int]] = {}
    missed: set[str] = set()
    columns = judged[["group", "place_id", "service", "step", "met", "indicator", "trust"]]
    for i, group, place, service, step, met, indicator, trust in columns.itertuples():
        key = need_id(group, place, service, step)
        if not met:
            missed.add(key)
        answers = [key] if met else []
        if (
            step == "reach"
        ):  # who is reached at all has more than nothing, even where coverage is below the floor
            answers.append(need_id(group, place, service, "none"))
        for one in answers:
            rows = found.setdefault(one, {})
            if indicator not in rows or trust < judged.at[rows[indicator], "trust"]:
                rows[indicator] = i
    return {key: rows for key, rows in found.items() if key not in missed}
