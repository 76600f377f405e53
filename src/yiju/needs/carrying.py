"""What an earlier ledger says to this one: first years, needs that stay open, needs that are closed.

(1) A need that is raised again keeps the year in which it was first recognised.
(2) An open need is closed when the standard of every indicator that raised it is now met, by evidence no
    weaker than it was: a modelled value does not close what was counted, a screening or a missing input nothing.
(3) An open need that can be neither raised nor closed this year stays open, with the grounds it had and a
    note that it was not measured.
(4) Where a need has sunk to a deeper rung (``reach`` to ``none``), it goes on as the deeper one, which takes
    over its first year. Nothing was solved, so nothing is closed.
(5) A closed need stays closed until its standard is missed again; then it is open under its old id and first
    year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.needs.contract import STEPS
from yiju.needs.evidence import read_evidence
from yiju.needs.identity import need_id
from yiju.needs.judging import TRUST

if TYPE_CHECKING:
    import pandas as pd

    from yiju.needs.gathering import Raised

Row = Mapping[str, Any]

# The rungs of which one holds at a time, the deepest first; quality stands beside them.
_SUPPLY = STEPS[:-1]


@dataclass(frozen=True)
class Carried:
    """What becomes of earlier needs: those to close, each with the judgement (row) that does, and to keep."""

    closed: Mapping[str, int]
    kept_closed: tuple[str, ...]
    kept_open: tuple[str, ...]


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
    met, missed = _met(judged), _missed(judged)
    closed: dict[str, int] = {}
    kept_closed, kept_open = [], []
    for row in before:
        own = str(row["need_id"])
        if own in raised:
            continue
        closing = _closing(met.get(own, {}), row["evidence"], judged)
        if row["status"] == "closed":
            kept_closed.append(own)
        elif closing is not None:
            closed[own] = closing
        elif not _sunk(row, raised, missed):
            kept_open.append(own)
    return Carried(closed, tuple(kept_closed), tuple(kept_open))


def history(need: Raised, before: Mapping[str, Row], year: int, carried: Carried) -> tuple[int, str | None]:
    """Year of first recognition, and id of an open need that sank to this one (rules 1, 4 and 5)."""
    own = before.get(need.need_id)
    if own is not None:
        past = read_evidence(own["evidence"])
        return int(own["first_year"]), next((str(r["need_id"]) for r in past if r["kind"] == "earlier"), None)
    for step in _lighter(need.step):
        lighter = before.get(need_id(need.group, need.place_id, need.service, step))
        if lighter is not None and lighter["status"] == "open" and lighter["need_id"] not in carried.closed:
            return int(lighter["first_year"]), str(lighter["need_id"])
    return year, None


def _lighter(step: str) -> tuple[str, ...]:
    """Rungs of supply above one: what a need of it may have sunk from."""
    return _SUPPLY[_SUPPLY.index(step) + 1 :] if step in _SUPPLY else ()


def _sunk(row: Row, raised: set[str], missed: set[str]) -> bool:
    """Whether a deeper need at the same place, or that of a larger group, says what this one said."""
    deeper = _SUPPLY[: _SUPPLY.index(row["step"])] if row["step"] in _SUPPLY else ()
    return row["need_id"] in missed or any(
        need_id(row["group"], row["place_id"], row["service"], step) in raised for step in deeper
    )


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


def _missed(judged: pd.DataFrame) -> set[str]:
    """Ids of the needs that some judgement speaks for."""
    rows = judged.loc[~judged["met"], ["group", "place_id", "service", "step"]]
    return {need_id(*row) for row in rows.itertuples(index=False)}


def _met(judged: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Need id -> indicator -> row of its weakest judgement, where standards are met and none is missed."""
    found: dict[str, dict[str, int]] = {}
    columns = judged[["group", "place_id", "service", "step", "met", "indicator", "trust"]]
    for i, group, place, service, step, met, indicator, trust in columns.itertuples():
        answers = [need_id(group, place, service, step)] if met else []
        if (
            step == "reach"
        ):  # who is reached at all has more than nothing, even where coverage is below the floor
            answers.append(need_id(group, place, service, "none"))
        for one in answers:
            rows = found.setdefault(one, {})
            if indicator not in rows or trust < judged.at[rows[indicator], "trust"]:
                rows[indicator] = i
    missed = _missed(judged)
    return {key: rows for key, rows in found.items() if key not in missed}
