"""``yiju demo``."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from click.testing import CliRunner

from yiju.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.api import City


def test_help_has_an_example():
    result = CliRunner().invoke(main, ["demo", "--help"])
    assert result.exit_code == 0
    assert "yiju demo build/demo" in result.output


def test_a_demo_city_that_is_there_is_used_again_to_its_report(demo_city: City, tmp_path: Path):
    folder = tmp_path / "demo"
    shutil.copytree(demo_city.folder.path, folder)
    result = CliRunner().invoke(main, ["--lang", "en", "demo", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    truths = json.loads((folder / "truths.json").read_text(encoding="utf-8"))
    assert found["needs"] > len(truths)
    page = folder / "checkups" / "2025" / "report" / "index.html"
    assert found["report"] == str(page)
    assert page.stat().st_size > 100_000
    # inputs that did not change are not read again
    assert "Using the demo city" in result.stderr


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["--lang", "en", "demo", str(tmp_path)])
    assert result.exit_code == 2
    assert "not empty" in result.output
    assert "Traceback" not in result.output
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


def test_a_scale_that_is_too_small_is_refused(tmp_path: Path):
    result = CliRunner().invoke(main, ["--lang", "zh", "demo", str(tmp_path / "x"), "--scale", "0.01"])
    assert result.exit_code == 2
    assert "规模" in result.output
