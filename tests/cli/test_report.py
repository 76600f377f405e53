"""yiju report, as it is typed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from yiju.checkup import run_checkup
from yiju.city.toytown import toy_town
from yiju.cli import main
from yiju.needs import write_needs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    city = toy_town(tmp_path_factory.mktemp("cli") / "toy", blocks=4)
    run_checkup(city).write()
    write_needs(city)
    return city.path


def test_it_names_what_it_wrote(folder):
    done = CliRunner().invoke(main, ["report", str(folder), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "index.html" in done.output
    assert "in a browser" in done.output
    assert (folder / "checkups" / "2025" / "report" / "index.html").is_file()


def test_json_lists_the_files(folder):
    done = CliRunner().invoke(main, ["report", str(folder), "--json"])
    rows = json.loads(done.stdout)
    assert [r["kind"] for r in rows][:2] == ["page", "workbook"]
    assert all((folder / r["file"]).exists() for r in rows)


def test_a_missing_year_is_a_clear_error(folder):
    done = CliRunner().invoke(main, ["report", str(folder), "--year", "1999", "--lang", "zh"])
    assert done.exit_code == 2
    assert "1999" in done.output
    assert "Traceback" not in done.output


def test_help_has_an_example():
    done = CliRunner().invoke(main, ["report", "--help"])
    assert "yiju report cixi" in done.output
