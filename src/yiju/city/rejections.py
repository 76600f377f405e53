"""Rows that were refused or repaired while reading: a report, not a log line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# A person reads some hundreds of lines, not a million; the others are counted.
MOST_ROWS = 500

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

    def add(
        self, *, why: Text, action: Action, row: int | str | None = None, field: str = "", value: object = ""
    ) -> None:
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

    def add_all(
        self,
        *,
        why: Text,
        action: Action,
        rows: Iterable[int | str],
        field: str = "",
        values: Iterable[object] | None = None,
    ) -> int:
        """Note many rows that share one reason; returns how many.

        The first :data:`MOST_ROWS` stand one by one, the others as one line that counts them.

        Examples
        --------
        >>> report = Rejections("stop_times.txt", read=37_790)
        >>> unknown = Text("无此站点", "unknown stop")
        >>> report.add_all(why=unknown, action="row dropped", rows=[7, 9], values=["X", "Y"])
        2
        >>> report.frame()["value"].tolist()
        ['X', 'Y']
        """
        rows = list(rows)
        shown = [""] * len(rows) if values is None else list(values)
        for row, value in zip(rows[:MOST_ROWS], shown[:MOST_ROWS], strict=True):
            self.add(why=why, action=action, row=row, field=field, value=value)
        rest = len(rows) - MOST_ROWS
        if rest > 0:
            more = Text(
                f"另有 {rest:,} 行，原因相同：{why.zh}", f"{rest:,} more rows for the same reason: {why.en}"
            )
            self.add(why=more, action=action, field=field)
        return len(rows)

    def extend(self, other: Rejections) -> None:
        """Take over what another report says; each row keeps the name of its own file."""
        self.read += other.read
        self._rows.extend(other._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def frame(self) -> pd.DataFrame:
        """One line for each refusal: file, row, field, value, action, why_zh, why_en."""
        import pandas as pd  # noqa: PLC0415 - most builds refuse nothing, and a second build reads nothing

        columns = ["file", "row", "field", "value", "action", "why_zh", "why_en"]
        return pd.DataFrame(self._rows, columns=columns).astype("str")
