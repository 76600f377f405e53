"""``yiju plan`` as one types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from tests.supply.plan.conftest import town_at

from yiju.cli.main import main
from yiju.needs.measures import read_measures
from yiju.supply.plan import plan_names, read_plan

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    return town_at(tmp_path_factory.mktemp("cli") / "town")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["--lang", "en", "plan", *words])


def test_a_plan_is_told_and_stored(city: CityFolder) -> None:
    done = run(str(city.path), "--service", "elder_day_care", "--sites", "2", "--name", "two")
    assert done.exit_code == 0, done.output
    assert "proved to be the best" in done.stdout
    assert "Without it" in done.stdout
    assert "two" in plan_names(city)


def test_json_is_the_plan(city: CityFolder) -> None:
    done = run(
        str(city.path), "--service", "elder_day_care", "--service", "childcare", "--budget", "4000000",
        "--name", "money", "--years", "2026,2028", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["people_gained"] == read_plan(city, "money").people_gained
    assert {row["year"] for row in told["sites"]} <= {2026, 2028}
    assert all(row["why_zh"] for row in told["sites"])


def test_save_puts_measures_into_the_ledger(city: CityFolder) -> None:
    done = run(str(city.path), "--service", "elder_day_care", "--sites", "1", "--name", "kept", "--save")
    assert done.exit_code == 0, done.output
    assert (read_measures(city)["plan"] == "kept").sum() == 1


def test_chinese_is_spoken_too(city: CityFolder) -> None:
    words = ["--lang", "zh", "plan", str(city.path), "--service", "childcare", "--sites", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "已证明最优" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--service", "childcare", "--budget", "1000"], "opens no site at all"),
        (["--service", "childcare", "--budget", "-5"], "budget_yuan"),
        (["--service", "childcar", "--sites", "1"], "Did you mean childcare"),
        (["--service", "childcare", "--sites", "1", "--years", "soon"], "2026,2027"),
        (["--service", "childcare", "--sites", "1", "--assume", "age_0_2"], "age_60_plus=0.24"),
        (["--service", "childcare", "--sites", "1", "--name", "a/b"], "folder"),
        (["--service", "childcare", "--sites", "1", "--year", "1999"], "no check-up of 1999"),
    ],
)
def test_what_cannot_be_says_why_and_what_to_do(city: CityFolder, words: list[str], says: str) -> None:
    done = run(str(city.path), *words)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_service_may_be_called_by_its_name(city: CityFolder) -> None:
    told = run(str(city.path), "--service", "托育", "--sites", "1", "--json", "--name", "named")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["services"] == ["childcare"]


def test_people_of_several_services_are_said_to_count_once_for_each(city: CityFolder) -> None:
    two = ("--service", "childcare", "--service", "elder_day_care")
    assert "each once for each service" in run(str(city.path), *two, "--sites", "1").output
    assert "each once" not in run(str(city.path), *two[:2], "--sites", "1").output
