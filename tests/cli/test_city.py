"""``yiju new`` and ``yiju build``, as a person types them."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from yiju.city.config import read_config
from yiju.cli.city import _settings as parse_settings
from yiju.cli.main import main

RUN = CliRunner()


def yiju(*words: object, lang: str = "en"):
    return RUN.invoke(main, ["--lang", lang, *map(str, words)])


@pytest.fixture
def files(tmp_path):
    """Cells of people and a boundary: the least that makes a city."""
    cells = shapely.points([[500_000 + 250 * i, 3_300_000 + 250 * j] for i in range(6) for j in range(6)])
    frame = gpd.GeoDataFrame({"pop": [900] * 36, "old": [90] * 36}, geometry=cells, crs=32650)
    frame.to_file(tmp_path / "cells.gpkg")
    outline = shapely.box(499_900, 3_299_900, 501_400, 3_301_400)
    gpd.GeoDataFrame({"name": ["磁溪市"]}, geometry=[outline], crs=32650).to_file(tmp_path / "city.gpkg")
    return tmp_path


def new(files, *more: object, lang: str = "en"):
    given = ["--name", "磁溪市", "--year", 2025, "--boundary", f"city={files / 'city.gpkg'}"]
    people = ["--population", files / "cells.gpkg", "--set", "population.columns.total=pop"]
    bands = ["--set", 'population.bands={ age_60_plus = "old" }']
    return yiju("new", files / "town", *given, *people, *bands, *more, lang=lang)


def test_from_files_to_tables(files) -> None:
    made = new(files)
    assert made.exit_code == 0, made.output
    assert "Coordinate system: EPSG:4548" in made.output
    assert "Next: yiju build" in made.output
    [people] = read_config(files / "town" / "city.toml").of_kind("population")
    assert people.options == {"columns": {"total": "pop"}, "bands": {"age_60_plus": "old"}}
    built = yiju("build", files / "town")
    assert built.exit_code == 0, built.output
    assert "People: from the file, 32,400" in built.output
    assert "Next: yiju checkup" in built.output
    again = yiju("build", files / "town")
    assert again.output.strip() == "No input changed; the tables are as they should be."


def test_a_register_of_candidates_has_the_datum_that_is_said(files) -> None:
    (files / "k.csv").write_text("编号,类型,经度,纬度\nK1,闲置用房,117.0,29.8\n", encoding="utf-8")
    assert new(files, "--candidates", files / "k.csv", "--datum", "gcj02").exit_code == 0
    [register] = read_config(files / "town" / "city.toml").of_kind("candidates")
    assert register.options == {"datum": "gcj02"}


def test_in_chinese(files) -> None:
    assert "下一步：yiju build" in new(files, lang="zh").output
    built = yiju("build", files / "town", lang="zh")
    assert "人口：由文件读取，32,400 人" in built.output
    assert "输入未变" in yiju("build", files / "town", lang="zh").output


def test_json_for_programs(files) -> None:
    new(files)
    said = json.loads(yiju("build", files / "town", "--json").stdout)
    assert "places" in said["ran"]
    assert {d["topic"] for d in said["decisions"]} >= {"extent", "population", "communities"}
    assert json.loads(yiju("build", files / "town", "--json").stdout)["ran"] == []


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["build", "nowhere"], 2, "is not a city folder"),
        (["new", "x", "--name", "a", "--year", "2025"], 2, "There is no input file"),
        (["new", "x", "--name", "a"], 2, "Missing option '--year'"),
        (["new", "x", "--name", "a", "--year", "2025", "--osm", "absent.pbf"], 2, "does not exist"),
        (
            ["new", "x", "--name", "a", "--year", "2025", "--datum", "gcj02"],
            2,
            "there is no --facilities file",
        ),
        (
            ["new", "x", "--name", "a", "--year", "2025", "--set", "population"],
            2,
            "--set needs KIND.OPTION=VALUE",
        ),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(
    tmp_path, monkeypatch, words: list[str], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = yiju(*words)
    assert done.exit_code == code
    assert says in done.output
    assert "Traceback" not in done.output
    assert isinstance(done.exception, SystemExit)


def test_a_wrong_option_offers_the_right_one(files) -> None:
    done = new(files, "--set", "population.column=pop")
    assert done.exit_code == 2
    assert "Did you mean columns?" in done.output
    assert not (files / "town").exists()


def test_a_folder_that_is_there_is_not_touched(files) -> None:
    new(files)
    before = (files / "town" / "city.toml").read_text()
    done = new(files, lang="zh")
    assert done.exit_code == 2
    assert "已有数据不会被覆盖" in done.output
    assert (files / "town" / "city.toml").read_text() == before


def test_a_boundary_with_an_equals_sign_in_its_name_is_a_file(files) -> None:
    (files / "city.gpkg").rename(files / "a=b.gpkg")
    done = yiju("new", files / "town", "--name", "x", "--year", 2025, "--boundary", files / "a=b.gpkg")
    assert done.exit_code == 0, done.output


def test_settings_are_toml_or_plain_words() -> None:
    assert parse_settings(("a.b=pop", "a.c=99", "a.d=[1, 2]", "a.e.f=true", "x.y=人口 数")) == {
        "a": {"b": "pop", "c": 99, "d": [1, 2], "e": {"f": True}},
        "x": {"y": "人口 数"},
    }


@pytest.mark.parametrize("command", ["new", "build"])
def test_help_has_an_example(command: str) -> None:
    said = yiju(command, "--help").output
    assert "Example" in said
    assert f"yiju {command} las-palmas" in said
