"""The workbook and the CSV files hold the ledger, whole, in an order and encoding that offices can open."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from yiju.needs import read_needs, read_observations
from yiju.report.csvs import write_csvs
from yiju.report.material import Material
from yiju.report.rows import Column, Sheet
from yiju.report.sheets import sheets
from yiju.report.workbook import write_workbook
from yiju.text import Text


@pytest.fixture(scope="module")
def book(written):
    return openpyxl.load_workbook(written.workbook)


def test_the_workbook_has_the_sheets_of_a_filing(book, town):
    needs, rows = read_needs(town), read_observations(town)
    opened = int((needs["status"] == "open").sum())
    form = int(((rows["level"] == "city") & (rows["group"] == "all")).sum())
    lengths = {sheet.title: sheet.max_row - 2 for sheet in book}
    assert list(lengths) == ["指标表", "问题台账", "问题清单", "整改清单", "数据完整性"]
    assert lengths["指标表"] == form
    assert lengths["问题台账"] == len(needs)
    assert lengths["问题清单"] == lengths["整改清单"] == opened


def test_headings_are_in_both_languages_and_stay(book):
    for sheet in book:
        assert sheet.freeze_panes == "A3"
        assert all(cell.value for row in sheet.iter_rows(max_row=2) for cell in row)
        assert sheet.auto_filter.ref.startswith("A2:")
        assert all(8 <= sheet.column_dimensions[c].width <= 60 for c in "ABCDE")


def test_a_name_is_never_a_formula(tmp_path):
    sheet = Sheet(
        "x", Text("表", "x"), (Column(Text("名称", "name")),), (("=1+1",), ("@SUM(A1)",), ("中山路\x07",))
    )
    write_workbook([sheet], tmp_path / "x.xlsx")
    page = openpyxl.load_workbook(tmp_path / "x.xlsx")["表"]
    assert (page["A3"].value, page["A3"].data_type) == ("=1+1", "s")
    assert page["A5"].value == "中山路"
    (file,) = write_csvs([sheet], tmp_path)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1:3] == [["'=1+1"], ["'@SUM(A1)"]]


def test_csv_files_say_their_encoding_and_hold_the_same_rows(written, town):
    tables = {sheet.code: sheet for sheet in sheets(Material.read(town, 2025))}
    assert [file.stem for file in written.csvs] == list(tables)
    for file in written.csvs:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
        assert len(rows) - 1 == len(tables[file.stem].rows)
        assert all(len(row) == len(rows[0]) for row in rows)


def test_the_same_tables_give_the_same_bytes(town, written, tmp_path):
    again = tmp_path / "again.xlsx"
    write_workbook(sheets(Material.read(town, 2025)), again)
    assert again.read_bytes() == Path(written.workbook).read_bytes()


def test_an_empty_ledger_still_makes_a_workbook(tmp_path):
    write_workbook([Sheet("x", Text("空表", "empty"), (Column(Text("甲", "a")),), ())], tmp_path / "x.xlsx")
    assert openpyxl.load_workbook(tmp_path / "x.xlsx")["空表"].max_row == 2
