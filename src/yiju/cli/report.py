"""yiju report: the page, the workbook, the CSV files and the PDF of one year."""

from __future__ import annotations

from pathlib import Path

import click

from yiju.cli.console import ConsoleProgress, json_option, lang_option, print_table, say
from yiju.text import Text


@click.command(epilog="Example: yiju report cixi --year 2025")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Year of the check-up. Default: the city's own year.")
@json_option
@lang_option
def report(*, folder: Path, year: int | None, as_json: bool) -> None:
    """Write the report of a check-up 生成体检报告.

    index.html opens from disk, without internet; beside it are tables.xlsx, csv/*.csv, and a PDF in each language
    where a font with Chinese characters is found.
    """
    from yiju.city import CityFolder
    from yiju.report import write_all

    progress = ConsoleProgress()
    written = write_all(CityFolder.open(folder), year=year, progress=progress)
    progress.close()
    rows = [
        {"kind": "page", "file": str(written.page)},
        {"kind": "workbook", "file": str(written.workbook)},
        *({"kind": "csv", "file": str(file)} for file in written.csvs),
        *({"kind": "pdf", "file": str(file)} for file in written.pdfs),
    ]
    columns = {"kind": Text("类别", "kind"), "file": Text("文件", "file")}
    print_table(rows, columns, as_json=as_json)
    if not as_json:
        say(Text(f"用浏览器打开 {written.page}", f"Open {written.page} in a browser."))
