"""yiju checkup, indicators, explain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from yiju.checkup.catalogue import catalogue
from yiju.checkup.snapshot import read_observations
from yiju.city.toytown import toy_town
from yiju.cli.main import main
from yiju.needs import read_needs, write_needs

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    folder = toy_town(tmp_path_factory.mktemp("toy"), blocks=8)
    assert _run("checkup", str(folder.path), "--lang", "en").exit_code == 0
    write_needs(folder)
    return folder


def test_checkup_stores_the_year_and_shows_it(city: CityFolder) -> None:
    result = _run("checkup", str(city.path), "--lang", "en")
    assert result.exit_code == 0
    assert "Kindergarten coverage" in result.stdout
    assert "facility layers" in result.stderr  # how complete the map seems comes first
    assert "Next: yiju needs" in result.stderr
    assert set(read_observations(city)["indicator"]) == set(catalogue())


def test_checkup_in_chinese_and_as_json(city: CityFolder) -> None:
    result = _run("checkup", str(city.path), "--lang", "zh", "--json")
    rows = json.loads(result.stdout)
    kindergarten = next(r for r in rows if r["indicator"] == "L01")
    assert kindergarten["name"] == "幼儿园服务覆盖率"
    assert kindergarten["method"] == "官方口径"


def test_checkup_of_another_year(city: CityFolder) -> None:
    assert _run("checkup", str(city.path), "--year", "2024").exit_code == 0
    assert (city.checkup_dir(2024) / "manifest.json").is_file()


def test_checkup_says_in_a_line_who_lies_off_the_network(city: CityFolder, tmp_path: Path) -> None:
    assert "Farther than" not in _run("checkup", str(city.path), "--lang", "en").stderr
    folder = toy_town(tmp_path, blocks=4)
    doors = folder.table("entrances")
    lost = doors["facility_id"] == "f-00"
    folder.write_table(
        "entrances", doors.set_geometry(doors.geometry.where(~lost, doors.geometry.translate(0, -5000)))
    )
    english, chinese = (_run("checkup", str(folder.path), "--lang", lang) for lang in ("en", "zh"))
    told = [line for line in english.stderr.splitlines() if line.startswith("Farther than 500 m")]
    assert len(told) == 1
    assert "kindergarten 1 of 2." in told[0]
    assert "幼儿园 2 处中 1 处。" in chinese.stderr
    assert "Farther" not in _run("checkup", str(folder.path), "--lang", "en", "--json").output


def test_indicators_lists_them_all() -> None:
    result = _run("indicators", "--lang", "en", "--json")
    assert [r["indicator"] for r in json.loads(result.stdout)] == list(catalogue())
    table = _run("indicators", "--lang", "zh")
    assert "存在结构安全隐患的住宅数量" in table.stdout
    assert "†" in table.stdout


@pytest.mark.parametrize("how", ["computed", "table", "store"])
def test_indicators_of_one_kind(how: str) -> None:
    rows = json.loads(_run("indicators", "--how", how, "--json").stdout)
    assert [r["indicator"] for r in rows] == [i.id for i in catalogue().values() if i.how == how]


def test_indicators_of_the_base_set() -> None:
    assert len(json.loads(_run("indicators", "--edition", "2025", "--json").stdout)) == 60


def test_explain_an_indicator(city: CityFolder) -> None:
    result = _run("explain", str(city.path), "L09", "--lang", "en")
    assert result.exit_code == 0
    for words in (
        "Park coverage",
        "formula:",
        "May 2025 #25",
        "coverage:coverage",
        "sha256",
        "official reading",
        "85 %",
    ):
        assert words in result.stdout


def test_explain_at_a_place_as_json(city: CityFolder) -> None:
    told = json.loads(_run("explain", str(city.path), "G01", "--place", "c-0-0", "--json").stdout)
    assert told["function"] == "yiju.checkup.indicators.governance:response"
    assert told["observations"][0]["place_id"] == "c-0-0"
    assert told["inputs"][0]["rows"] == 360


def test_explain_a_need(city: CityFolder) -> None:
    need = read_needs(city).iloc[0]
    result = _run("explain", str(city.path), need["need_id"], "--lang", "en")
    assert result.exit_code == 0
    assert need["sentence_en"] in result.stdout
    assert "raises" in result.stdout
    assert "formula:" in result.stdout
    told = json.loads(_run("explain", str(city.path), need["need_id"], "--json").stdout)
    assert told["evidence"][0]["role"] == "raises"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["L99"], "There is no indicator named 'L99'"),
        (["L05", "--place", "atlantis"], "atlantis"),
        (["L05", "--year", "1999"], "1999"),
    ],
)
def test_mistakes_are_told_without_a_traceback(city: CityFolder, words: list[str], says: str) -> None:
    result = _run("--lang", "en", "explain", str(city.path), *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_no_city_there(tmp_path: Path) -> None:
    result = _run("--lang", "en", "checkup", str(tmp_path))
    assert result.exit_code == 2
    assert "not a city folder" in result.stderr
