"""What a table of the report is, before it is a workbook's sheet or a CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A column: its heading in both languages and how its numbers are shown."""

    heading: Text
    number_format: str = "General"


@dataclass(frozen=True)
class Sheet:
    """A table ready to be written: a code for its file, a title, columns and rows."""

    code: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def heading_words(columns: Sequence[Column]) -> list[str]:
    """Headings in one line, both languages."""
    return [str(both(column.heading)) for column in columns]


def both(value: Any) -> Value:
    """Both languages in one cell, so that a filter has one entry for each.

    Examples
    --------
    >>> both(Text("幼儿园", "kindergarten")), both(Text("L09", "L09")), both(float("nan"))
    ('幼儿园 kindergarten', 'L09', None)
    """
    if isinstance(value, Text):
        return value.zh if value.zh == value.en else f"{value.zh} {value.en}".strip()
    return plain(value)


def plain(value: Any) -> Value:
    """A value of Python's own; what is unknown is ``None``."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return None
    python: Value = value.item() if hasattr(value, "item") else value
    return python
