"""Rows that were refused or repaired while reading: a report, not a log line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from yiju.text import Text

Action = Literal["row dropped", "field set unknown", "value repaired", "kept, look at it"]


@dataclass
class Rejections:
    """Collects what a reader could not take as it stood; nothing is lost without a row here.

    Examples
    --------
    >>> report = Rejections("facilities.csv")
    >>> report.add(row=7, field="service", value="kindergarden", action="row dropped",
    ...            why=Text("服务目录中没有此项", "not in the service catalogue"))
    >>> len(report), report.frame().loc[0, "field"]
    (1, 'service')
    """

    file: str
    read: int = 0  # rows looked at, for "7 of 37,790"
    _rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, *, why: Text, action: Action, row: int | str | None = None, field: str = "", value: object = "") -> None:
        """Note one row or field. ``row`` is the line of the file (header = 1) or the source's own id."""
        self._rows.append(
            {
                "file": self.file,
                "row": "" if row is None else str(row),
                "field": field,
                "value": str(value)[:80],
                "action": action,
                "why_zh": why.zh,
                "why_en": why.en,
            }
        )

    def __len__(self) -> int:
        return len(self._rows)

    def frame(self) -> pd.DataFrame:
        """One line for each refusal: file, row, field, value, action, why_zh, why_en."""
        columns = ["file", "row", "field", "value", "action", "why_zh", "why_en"]
        return pd.DataFrame(self._rows, columns=columns).astype("str")
