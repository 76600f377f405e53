"""Writing the report: the page, the workbook, the CSV files and the PDF of one year, whole or not at all."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yiju.errors import SnapshotError
from yiju.progress import SILENT, Progress
from yiju.report.change import change_since
from yiju.report.csvs import write_csvs
from yiju.report.material import Material
from yiju.report.overview import Overview
from yiju.report.page import render_page
from yiju.report.sheets import sheets
from yiju.report.trust import Trust
from yiju.report.words import say
from yiju.report.workbook import write_workbook
from yiju.text import Lang, Text

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder

PAGE, WORKBOOK, CSV_DIR = "index.html", "tables.xlsx", "csv"
_LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True)
class Report:
    """What was written: the page, the tables, the PDFs, and what the reader should be told."""

    page: Path
    workbook: Path
    csvs: tuple[Path, ...]
    pdfs: tuple[Path, ...]
    hints: tuple[Text, ...] = ()


def write_report(folder: CityFolder, *, year: int | None = None, progress: Progress = SILENT) -> Path:
    """Write the report of one year into ``checkups/YEAR/report`` and return its page.

    Parameters
    ----------
    folder
        A city that was checked up, with its ledger.
    year
        By default the city's own year.
    progress
        Told of each stage, and why there is no PDF where there is none.

    Raises
    ------
    MissingCity
        There is no check-up or no ledger of that year.
    SnapshotError
        The report could not be stored; the one that was there stays whole.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.checkup import run_checkup
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.needs import write_needs
    >>> city = toy_town(tempfile.mkdtemp(), blocks=4)
    >>> run_checkup(city).write()
    >>> _ = write_needs(city)
    >>> write_report(city).name
    'index.html'
    """
    return write_all(folder, year=year, progress=progress).page


def write_all(folder: CityFolder, *, year: int | None = None, progress: Progress = SILENT) -> Report:
    """As :func:`write_report`, and say what else was written.

    Raises
    ------
    MissingCity
        There is no check-up or no ledger of that year.
    SnapshotError
        The report could not be stored; the one that was there stays whole.
    """
    material = Material.read(folder, year or folder.config.year)
    target = material.report_dir
    scratch = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        written = _write(material, scratch, progress)
        _exchange(scratch, target)
    except OSError as cause:
        raise SnapshotError(
            Text(
                f"报告无法写入 {target}：{cause.strerror or cause}。原有报告未受影响。",
                f"The report could not be written to {target}: {cause.strerror or cause}. The old one is whole.",
            ),
            hint=Text("请检查磁盘空间与写入权限。", "Check disk space and permission."),
        ) from cause
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    moved = {file: target / file.relative_to(scratch) for file in (*written.csvs, *written.pdfs)}
    return Report(
        target / PAGE,
        target / WORKBOOK,
        tuple(moved[f] for f in written.csvs),
        tuple(moved[f] for f in written.pdfs),
        written.hints,
    )


def _write(material: Material, into: Path, progress: Progress) -> Report:
    overview = Overview(material)
    trust = Trust(material, overview.states)
    progress.step(say("paper.page"))
    page = render_page(material, overview, trust, change_since(material))
    (into / PAGE).write_text(page, encoding="utf-8", newline="\n")
    progress.step(say("paper.tables"))
    tables = sheets(material)
    write_workbook(tables, into / WORKBOOK)
    csvs = write_csvs(tables, into / CSV_DIR)
    progress.step(say("paper.pdf"))
    pdfs = _write_pdfs(material, overview, trust, into)
    hints = () if pdfs else (say("paper.hint"),)
    for hint in hints:
        progress.step(hint)
    return Report(into / PAGE, into / WORKBOOK, tuple(csvs), tuple(pdfs), hints)


def _write_pdfs(material: Material, overview: Overview, trust: Trust, into: Path) -> list[Path]:
    """A PDF in each language; none where no font has Chinese characters."""
    import typst  # noqa: PLC0415 - 85 MB that only this stage needs

    from yiju.report.document import Document, fonts_with_cjk  # noqa: PLC0415 - the same

    fonts = typst.Fonts()
    if not fonts_with_cjk(fonts):
        return []
    document = Document(material, overview, trust)
    files = [into / f"report.{lang}.pdf" for lang in _LANGS]
    for lang, file in zip(_LANGS, files, strict=True):
        document.write(file, lang, fonts)
    return files


def _exchange(scratch: Path, target: Path) -> None:
    """Put the new report where the old one was."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.replace(target, old)  # noqa: PTH105 - atomic on one file system
    os.replace(scratch, target)  # noqa: PTH105
    shutil.rmtree(old, ignore_errors=True)
