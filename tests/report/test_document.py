"""The PDF is there where a Chinese font is, and a hint where none is."""

from __future__ import annotations

import pytest
import typst

from yiju.report import document
from yiju.report.figure import class_ends, needs_figure, needs_within
from yiju.report.material import Material
from yiju.report.write import write_all


def test_a_pdf_in_each_language_or_a_hint(written):
    if document.fonts_with_cjk(typst.Fonts()):
        assert [f.name for f in written.pdfs] == ["report.zh.pdf", "report.en.pdf"]
        assert all(f.read_bytes().startswith(b"%PDF-") for f in written.pdfs)
        assert written.hints == ()
    else:
        assert written.pdfs == ()
        assert "noto" in written.hints[0].en.lower()


def test_without_a_chinese_font_there_is_a_hint_and_everything_else(hostile, monkeypatch):
    monkeypatch.setattr(document, "CJK_FAMILIES", ())
    said = []

    class Listener:
        def step(self, what):
            said.append(what.en)

        def advance(self, done, total): ...

    report = write_all(hostile, progress=Listener())
    assert report.pdfs == ()
    assert "fonts-noto-cjk" in report.hints[0].en
    assert said[-1] == report.hints[0].en
    assert report.page.is_file()
    assert report.workbook.is_file()


def test_the_same_report_has_the_same_bytes(town, written):
    if not written.pdfs:
        pytest.skip("no font with Chinese characters is installed")
    before = [f.read_bytes() for f in written.pdfs]
    assert [f.read_bytes() for f in write_all(town).pdfs] == before


def test_the_figure_counts_every_open_need_once(town):
    material = Material.read(town, 2025)
    figure = needs_figure(material)
    below = material.open_needs["place_id"].isin(material.by_level["community"]).sum()
    counts = needs_within(material, material.by_level["community"])
    assert sum(counts.values()) == below
    assert needs_within(material, [material.city_id]) == {material.city_id: len(material.open_needs)}
    assert sum(n for *_, n in figure.legend) + figure.without == len(material.by_level["community"])
    assert figure.svg.startswith("<svg")


def test_classes_of_few_values_are_few():
    assert class_ends(__import__("numpy").array([1, 1, 1, 9])) == [1, 9]
