"""The workbook: the tables of the report with headings in both languages, frozen, filtered, and as wide as needed.

The same tables give the same bytes: the time of saving that the format insists on is replaced by a fixed one.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from yiju.report.rows import Sheet, Value

# Widths in characters: narrower is unreadable, wider does not fit a screen.
_NARROWEST, _WIDEST = 8, 60
# Characters of Chinese that fill the widest column: what is longer breaks into lines.
_LONG = 30
# Rows that are looked at for a width; the rest is like them.
_LOOKED_AT = 200
# The earliest time that a ZIP archive can carry.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zone
_FIXED_STAMP = f"{_FIXED_TIME.isoformat()}Z".encode()
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

_HEAD = Font(bold=True, color="FFFFFF")
_FILL = PatternFill("solid", start_color="0C5A66")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_LINE = Border(bottom=Side(style="thin", color="0C5A66"))


def write_workbook(sheets: Sequence[Sheet], file: Path) -> None:
    """Write the sheets into an XLSX file."""
    book = Workbook(write_only=True)
    book.properties.creator = "Yiju 宜居"
    book.properties.created = _FIXED_TIME
    for sheet in sheets:
        _write(book.create_sheet(sheet.title.zh), sheet)
    raw = io.BytesIO()
    book.save(raw)
    file.write_bytes(_without_time(raw.getvalue()))


def _write(page: WriteOnlyWorksheet, sheet: Sheet) -> None:
    """Two heading rows, Chinese and English, that stay when one scrolls; then the rows."""
    page.freeze_panes = "A3"
    for i, column in enumerate(sheet.columns):
        sample = [column.heading.zh, column.heading.en, *(row[i] for row in sheet.rows[:_LOOKED_AT])]
        page.column_dimensions[get_column_letter(i + 1)].width = _width(sample)
    last = get_column_letter(len(sheet.columns))
    page.auto_filter.ref = f"A2:{last}{len(sheet.rows) + 2}"
    page.append([_heading(page, c.heading.zh) for c in sheet.columns])
    page.append([_heading(page, c.heading.en) for c in sheet.columns])
    formats = [column.number_format for column in sheet.columns]
    for row in sheet.rows:
        page.append([_cell(page, value, shown) for value, shown in zip(row, formats, strict=True)])


def _heading(page: WriteOnlyWorksheet, words: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, words)
    cell.font, cell.fill, cell.border = _HEAD, _FILL, _LINE
    cell.alignment = _WRAPPED
    return cell


def _cell(page: WriteOnlyWorksheet, value: Value, shown: str) -> WriteOnlyCell | Value:
    if isinstance(value, str):
        clean = ILLEGAL_CHARACTERS_RE.sub("", value)
        if len(clean) <= _LONG and not clean.startswith("="):
            return clean
        words = WriteOnlyCell(page, clean)
        words.data_type = "s"  # a name that begins with "=" is a name, not a formula
        words.alignment = _WRAPPED
        return words
    if value is None or shown == "General":
        return value
    number = WriteOnlyCell(page, value)
    number.number_format = shown
    return number


def _width(values: Sequence[Value]) -> int:
    """Characters of the widest value; Chinese ones count double."""
    longest = max(
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in str(v or "")) for v in values
    )
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _without_time(archive: bytes) -> bytes:
    """The archive with its members' times, and the time of saving inside, made the same for ever."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in given.namelist():
            content = given.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + _FIXED_STAMP + rb"\g<2>", content)
            written.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
