"""A report is written whole or not at all, and says what is missing."""

from __future__ import annotations

import errno

import pytest
from tests.report.conftest import data_of

from yiju.city.toytown import toy_town
from yiju.errors import MissingCity, SnapshotError
from yiju.report import write as writing
from yiju.report import write_report


def test_no_checkup_says_what_to_run(tmp_path):
    with pytest.raises(MissingCity) as caught:
        write_report(toy_town(tmp_path / "toy", blocks=4))
    assert "yiju checkup" in caught.value.say("en")
    assert "yiju checkup" in caught.value.say("zh")


def test_a_full_disk_leaves_the_old_report_whole(town, written, monkeypatch):
    before = {f: f.read_bytes() for f in written.page.parent.rglob("*") if f.is_file()}

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "write_workbook", full)
    with pytest.raises(SnapshotError, match="No space left"):
        write_report(town)
    assert {f: f.read_bytes() for f in written.page.parent.rglob("*") if f.is_file()} == before
    assert not list(written.page.parent.parent.glob(".report*"))


def test_an_interruption_leaves_the_old_report_whole(town, written, monkeypatch):
    before = written.page.read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_csvs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_report(town)
    assert written.page.read_bytes() == before
    assert not list(written.page.parent.parent.glob(".report*"))


def test_a_report_of_an_earlier_year_can_be_written(town):
    page = write_report(town, year=2024)
    assert page.parent.parent.name == "2024"
    assert data_of(page.read_text(encoding="utf-8"))["meta"]["year"] == 2024
