"""What became of last year's needs, and the rectification rate (U05, 问题整治完成率) by deadline class.

Source of the rate: 城市体检工作手册（试行）2025 indicator 60: problems rectified over problems to be
rectified, for those by deadline (限时, all of them on time) and those by best effort (尽力) apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from yiju.needs.evidence import read_evidence
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

FATES: Mapping[str, Text] = {
    "new": Text("新增", "new"),
    "reopened": Text("复发", "open again"),
    "worse": Text("加重", "worse"),
    "continuing": Text("持续", "continuing"),
    "unmeasured": Text("本年未测得", "not measured"),
    "closed": Text("已闭环", "closed"),
}


@dataclass(frozen=True)
class Rate:
    """Needs that were closed, of those that were open the year before."""

    closed: int
    of: int

    @property
    def percent(self) -> float | None:
        """The rate in percent; None where there was nothing to rectify.

        Examples
        --------
        >>> Rate(3, 4).percent, Rate(0, 0).percent
        (75.0, None)
        """
        return 100.0 * self.closed / self.of if self.of else None


def fates(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The needs of the later ledger, and the sunk ones of the earlier, each with what became of it.

    Returns
    -------
    DataFrame
        The later ledger's columns and ``fate``. A need of ``reach`` that sank to ``none`` appears once, under
        its new id, as ``worse``. Needs that were closed before and stay so are left out.
    """
    was = dict(zip(before["need_id"], before["status"], strict=True))
    rows = []
    for row in after.to_dict("records"):
        fate = _fate(row, was)
        if fate is not None:
            rows.append(row | {"fate": fate})
    return pd.DataFrame(rows, columns=[*after.columns, "fate"])


def _fate(row: Mapping[str, object], was: Mapping[str, str]) -> str | None:
    own = str(row["need_id"])
    if row["status"] == "closed":
        return None if was.get(own) == "closed" else "closed"
    refs = read_evidence(str(row["evidence"]))
    if any(r["kind"] == "not measured" for r in refs):
        return "unmeasured"
    sank = [str(r["need_id"]) for r in refs if r["kind"] == "earlier"]
    if own not in was and any(was.get(i) == "open" for i in sank):
        return "worse"
    return {"open": "continuing", "closed": "reopened"}.get(was.get(own, ""), "new")


def rectification_rates(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, Rate]:
    """Rates by deadline class of the earlier ledger (``deadline``, ``best_effort``) and for ``all``."""
    due = before[before["status"] == "open"]
    closed = set(after.loc[after["status"] == "closed", "need_id"])
    done = due["need_id"].isin(closed)
    rates = {
        name: Rate(
            int((done & (due["deadline_class"] == name)).sum()), int((due["deadline_class"] == name).sum())
        )
        for name in ("deadline", "best_effort")
    }
    return rates | {"all": Rate(int(done.sum()), len(due))}
