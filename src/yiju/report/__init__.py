"""The report of one check-up: a page that opens from disk, a workbook, CSV files and a PDF.

``checkups/YEAR/report/index.html`` holds everything it shows: no address outside, no worker, no font to fetch. It is
made of the stored observations and the ledger, so a report can be made again without computing anything. The same
check-up gives the same bytes.

>>> from yiju.report import write_report
>>> write_report(city)  # doctest: +SKIP
PosixPath('cixi/checkups/2025/report/index.html')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.report.write import Report, write_all, write_report

__all__ = ["Report", "write_all", "write_report"]


def __getattr__(name: str) -> object:
    # `yiju --help` must not pay for openpyxl and pandas
    if name in __all__:
        return getattr(importlib.import_module("yiju.report.write"), name)
    raise AttributeError(f"module 'yiju.report' has no attribute {name!r}")
