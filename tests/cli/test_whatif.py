"""``yiju whatif`` as one types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from yiju.api import City
from yiju.city.toytown import ORIGIN_M, toy_town
from yiju.cli.main import main
from yiju.needs.measures import read_measures

if TYPE_CHECKING:
    from pathlib import Path

X, Y = ORIGIN_M
SCRIPT = f"""
[[scenario]]
name = "station"
[[scenario.change]]
do = "add"
service = "health_station"
at = [{X + 600}, {Y + 600}]
cost_yuan = 1200000

[[scenario]]
name = "station and bridge"
from = "station"
[[scenario.change]]
do = "link"
a = [{X + 400}, {Y + 400}]
b = [{X + 400}, {Y + 500}]
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    town = City(toy_town(tmp_path_factory.mktemp("whatif") / "town", blocks=8, severed=True))
    town.checkup()
    return town.folder.path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "tries.toml"
    file.write_text(SCRIPT, encoding="utf-8")
    return file


def test_scenarios_stand_side_by_side(city: Path, script: Path) -> None:
    done = CliRunner().invoke(main, ["--lang", "en", "whatif", str(city), str(script)])
    assert done.exit_code == 0, done.output
    head = next(line for line in done.stdout.splitlines() if line.startswith("what "))
    assert head.split() == ["what", "group", "now", "station", "station", "and", "bridge"]
    reached = next(
        line for line in done.stdout.splitlines() if "station-r300" in line and "all resid" in line
    )
    # 63 cells of 250 people: 44 of them have a station within 300 m, with the new one 55
    assert reached.split()[-6:] == ["11,000", "(69.8%)", "13,750", "(87.3%)", "13,750", "(87.3%)"]
    assert "needs: closed" in done.stdout
    assert "Weighted Gini of access" in done.stdout
    assert "more values differ" in done.stderr


def test_shares_alone_where_people_are_weights(tmp_path: Path, script: Path) -> None:
    town = toy_town(tmp_path / "weights", blocks=8)
    config = town.path / "city.toml"
    config.write_text(config.read_text("utf-8") + "\n[population]\nweights_only = true\n", "utf-8")
    City.open(town.path).checkup()
    done = CliRunner().invoke(main, ["--lang", "en", "whatif", str(town.path), str(script)])
    assert done.exit_code == 0, done.output
    reached = next(
        line for line in done.stdout.splitlines() if "station-r300" in line and "all resid" in line
    )
    assert reached.split()[-3:] == ["69.8%", "87.3%", "87.3%"]


def test_all_values_in_chinese_at_a_place(city: Path, script: Path) -> None:
    done = CliRunner().invoke(
        main, ["--lang", "zh", "whatif", str(city), str(script), "--all", "--place", "c-1-1"]
    )
    assert done.exit_code == 0, done.output
    assert "步行阻隔差距" in done.stdout
    assert "需求：解决" in done.stdout


def test_json_holds_everything(city: Path, script: Path) -> None:
    done = CliRunner().invoke(main, ["whatif", str(city), str(script), "--json"])
    told = json.loads(done.stdout)
    assert list(told["scenarios"]) == ["now", "station", "station and bridge"]
    assert told["scenarios"]["now"]["changes"] == []
    assert told["scenarios"]["station"]["changes"][0]["en"].startswith("open community health station")
    fates = {need["fate"] for need in told["scenarios"]["station and bridge"]["needs"]}
    assert fates == {"closed", "eased"}
    assert {row["measure"] for row in told["differs"]} == {"people_reached", "value", "needs"}


def test_a_scenario_goes_into_the_ledger(city: Path, script: Path) -> None:
    done = CliRunner().invoke(main, ["whatif", str(city), str(script), "--save", "station"])
    assert done.exit_code == 0, done.output
    measures = read_measures(City.open(city).folder)
    assert measures["cost_yuan"].tolist() == [1_200_000]
    assert measures["kind"].tolist() == ["open_new"]
    wrong = CliRunner().invoke(main, ["--lang", "en", "whatif", str(city), str(script), "--save", "stations"])
    assert wrong.exit_code == 2
    assert "Did you mean station" in wrong.stderr


def test_faults_of_the_file_are_said_in_words(city: Path, script: Path) -> None:
    script.write_text(SCRIPT.replace(str(Y + 600), str(Y + 6000)), encoding="utf-8")
    done = CliRunner().invoke(main, ["--lang", "en", "whatif", str(city), str(script)])
    assert done.exit_code == 2
    assert "scenario 'station', change 1" in done.stderr
    assert "outside the city" in done.stderr
