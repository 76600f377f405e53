"""The tables of the report as CSV, in the encoding that spreadsheet programs recognise."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from yiju.report.rows import Sheet, Value, heading_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# A cell that begins so is run as a formula by spreadsheet programs. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csvs(sheets: Sequence[Sheet], folder: Path) -> list[Path]:
    """Write each sheet as ``CODE.csv``, UTF-8 with a byte order mark; headings are bilingual.

    Returns
    -------
    list of Path
        The files, in the order of the sheets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for sheet in sheets:
        text = io.StringIO(newline="")
        lines = csv.writer(text, lineterminator="\r\n")
        lines.writerow(heading_words(sheet.columns))
        lines.writerows([safe(value) for value in row] for row in sheet.rows)
        file = folder / f"{sheet.code}.csv"
        file.write_bytes(text.getvalue().encode("utf-8-sig"))
        files.append(file)
    return files


def safe(value: Value) -> Value:
    """Text that no spreadsheet runs as a formula; numbers as they are.

    Examples
    --------
    >>> safe("=1+1"), safe("中山路"), safe(-3.5), safe(None)
    ("'=1+1", '中山路', -3.5, '')
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
