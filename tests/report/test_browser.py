"""The page runs: in a browser without network it draws every part, in both languages."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.report.conftest import needs_of

from yiju.report.words import words

if TYPE_CHECKING:
    from pathlib import Path

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")  # fmt: skip


def opened(page: Path, hash_: str, scratch: Path) -> str:
    """The document after its scripts have run."""
    if BROWSER is None:
        pytest.skip("no Chromium is here")
    done = subprocess.run(
        [BROWSER, *QUIET, f"--user-data-dir={scratch}", "--virtual-time-budget=2000", "--dump-dom",
         f"{page.as_uri()}{hash_}"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(("hash_", "lang", "index"), [("", "zh-CN", 0), ("#en", "en", 1)])
def test_every_part_is_drawn_in_either_language(written, data, tmp_path, hash_, lang, index):
    document = opened(written.page, hash_, tmp_path)
    assert f'<html lang="{lang}"' in document
    for part in ("trust-body", "counts", "ladder", "dims", "map-controls", "map-legend", "sheet", "ledger-table",
                 "form-table", "list-table", "curves", "change-body"):  # fmt: skip
        assert re.search(rf'id="{part}"[^>]*>\s*<', document), f"{part} is empty"
    first = next(n for n in needs_of(data) if n["rank"] == 1 and n["status"] == "open")
    assert html.escape(first["sentence"][index], quote=False) in document
    shown = re.sub(
        r"<script.*?</script>|<style.*?</style>|<noscript.*?</noscript>|<[^>]+>",
        "\n",
        document,
        flags=re.DOTALL,
    )
    assert [k for k in words() if "." in k and re.search(rf"^{re.escape(k)}$", shown, re.MULTILINE)] == []
    assert not re.search(r"\bundefined\b|\bNaN\b|\[object", shown)


def test_the_english_page_speaks_english(written, data, tmp_path):
    document = opened(written.page, "#en", tmp_path)
    main = document[document.index("<main>") : document.index('id="methods"')]
    hidden = r'<noscript.*?</noscript>|<span class="zh".*?</span>|<[^>]+>'
    shown = re.sub(hidden, "\n", main, flags=re.DOTALL)
    for name in sorted({p["name"] for p in data["places"]}, key=len, reverse=True):
        shown = shown.replace(name, "")
    assert set(re.findall(r"[一-鿿]+", shown)) == set()


def test_a_need_can_be_opened_by_its_address(written, data, tmp_path):
    need = needs_of(data)[0]
    document = opened(written.page, f"#en/need/{need['id']}", tmp_path)
    panel = document[document.index('id="panel-body"') :]
    assert html.escape(need["sentence"][1], quote=False) in panel
    assert "Grounds" in panel


def test_a_place_can_be_opened_by_its_address(written, data, tmp_path):
    place = next(p for p in data["places"] if p["level"] == "community")
    document = opened(written.page, f"#zh/place/{place['id']}", tmp_path)
    sheet = document[document.index('id="sheet"') :]
    assert f"<h3>{place['name']}</h3>" in sheet
