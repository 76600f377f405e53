"""What an earlier ledger says to this one: first years, needs that stay open, needs that are closed.

(1) A need that is raised again keeps the year in which it was first recognised.
(2) An open need is closed when the same standard is now met, by evidence no weaker than what raised it: a modelled
    value does not close what was counted, and a screening or a missing input closes nothing.
(3) An open need that can be neither raised nor closed this year stays open, with last year's grounds and a note that
    it was not measured.
(4) Where ``reach`` has sunk to ``none``, the need of reach goes on as the deeper one, which takes over its first year.
    Nothing was solved, so nothing is closed.
(5) A closed need stays closed until its standard is missed again; then it is open under its old id and first year.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from yiju.needs.contract import STEPS
from yiju.needs.evidence import read_evidence
from yiju.needs.identity import need_id
from yiju.needs.judging import TRUST


@dataclass(frozen=True)
class Carried:
    """What becomes of the earlier needs: ids of those to close, ids of those to keep as they are."""

    closed: tuple[str, ...]
    kept_closed: tuple[str, ...]
    kept_open: tuple[str, ...]


def first_years(raised: pd.DataFrame, earlier: pd.DataFrame, year: int) -> pd.Series:
    """The year of first recognition for each raised need (rules 1 and 4)."""
    known = dict(zip(earlier["need_id"], earlier["first_year"], strict=True))
    still_open = set(earlier.loc[earlier["status"] == "open", "need_id"])

    def first(row: pd.Series) -> int:
        years = [known.get(row["need_id"], year)]
        if row["step"] == "none":
            lighter = need_id(row["group"], row["place_id"], row["service"], "reach")
            if lighter in still_open:
                years.append(known[lighter])
        return int(min(years))

    return pd.Series([first(row) for _, row in raised.iterrows()], index=raised.index, dtype="int64")


def carry(earlier: pd.DataFrame, raised_ids: set[str], judged: pd.DataFrame) -> Carried:
    """Sort the earlier needs that are not raised again (rules 2 to 5).

    Parameters
    ----------
    earlier
        The earlier ledger.
    raised_ids
        Ids of the needs of this year.
    judged
        This year's judgements, see :func:`yiju.needs.judging.judge`.
    """
    met = _met(judged)
    closed, kept_closed, kept_open = [], [], []
    for row in earlier.to_dict("records"):
        if row["need_id"] in raised_ids:
            continue
        deeper = need_id(row["group"], row["place_id"], row["service"], "none")
        if row["status"] == "closed":
            kept_closed.append(row["need_id"])
        elif met.get(row["need_id"], 0) >= _trust_of(row["evidence"]):
            closed.append(row["need_id"])
        elif not (row["step"] == "reach" and deeper in raised_ids):
            kept_open.append(row["need_id"])
    return Carried(tuple(closed), tuple(kept_closed), tuple(kept_open))


def _met(judged: pd.DataFrame) -> dict[str, int]:
    """Need id -> trust of the weakest judgement that says its standard is met; absent where any says missed."""
    found: dict[str, int] = {}
    missed: set[str] = set()
    columns = judged[["group", "place_id", "service", "step", "met", "trust"]]
    for group, place, service, step, met, trust in columns.itertuples(index=False):
        # a value that is above nothing also answers "there is none", even where it is below the floor
        steps = {step, "none"} if step == "reach" else {step}
        for one in steps:
            key = need_id(group, place, service, one)
            if met or (one == "none" and step == "reach"):
                found[key] = min(trust, found.get(key, trust))
            else:
                missed.add(key)
    return {key: trust for key, trust in found.items() if key not in missed}


def _trust_of(evidence: str) -> int:
    """The trust of the weakest observation that raised an earlier need; a closing must be as strong."""
    raising = [r for r in read_evidence(evidence) if r["role"] in ("raises", "raised")]
    return min((TRUST.get(str(r["status"]), 0) for r in raising), default=max(TRUST.values()))


def deepest(steps: pd.Series) -> str:
    """The lowest rung of the ladder among the given ones.

    Examples
    --------
    >>> deepest(pd.Series(["reach", "none"]))
    'none'
    """
    return min(steps, key=STEPS.index)
