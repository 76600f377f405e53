"""``yiju needs`` and ``yiju compare`` as one types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from yiju.checkup.observations import OBSERVATIONS
from yiju.city.folder import CityFolder
from yiju.city.toytown import toy_town
from yiju.cli.main import main
from yiju.needs import NEEDS, write_needs
from yiju.needs.measures import MEASURES, save_plan

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., Result]


def _row(indicator: str, place: str, value: float, **other: object) -> dict[str, object]:
    return {
        "indicator": indicator,
        "edition": "yiju-1",
        "method": "network",
        "variant": "r500",
        "status": "measured",
        "level": "community",
        "place_id": place,
        "group": "age_60_plus",
        "value": value,
        "unit": "%",
        "n": 400.0,
        "numerator": value * 4.0,
        "denominator": 400.0,
        "source": "GB50180 C",
        "provisional": False,
        "reason_zh": "",
        "reason_en": "",
        **other,
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    town = toy_town(tmp_path_factory.mktemp("cli") / "town", blocks=4, communities=2)
    for year, rows in {
        2024: [_row("L05", "c-0-0", 0.0), _row("L05", "c-1-0", 20.0), _row("L05", "c-1-1", 95.0)],
        2025: [_row("L05", "c-0-0", 70.0), _row("L05", "c-1-0", 25.0), _row("L05", "c-1-1", 95.0)],
    }.items():
        town.checkup_dir(year).mkdir(parents=True)
        frame = OBSERVATIONS.validate(pd.DataFrame(rows))
        frame.to_parquet(town.checkup_dir(year) / "observations.parquet", index=False)
        (town.checkup_dir(year) / "manifest.json").write_text('{"tables": {}}')
    return town.path


@pytest.fixture
def yiju(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in a language of one's choice."""
    import yiju.cli.console

    def run(*words: object, lang: str = "en") -> Result:
        monkeypatch.setattr(yiju.cli.console, "_lang", None)
        return CliRunner().invoke(main, ["--lang", lang, *map(str, words)])

    return run


def test_the_ledger_in_both_languages(yiju: Run, city: Path) -> None:
    en = yiju("needs", city, "--year", 2024)
    assert en.exit_code == 0, en.output
    assert (
        "Recognised 2; matched by class: basic 0, inclusive 2, lifestyle 0; in action: not recorded"
        in en.output
    )
    assert "400 people of 60 and over have no day care for older people within a 10-minute walk" in en.output
    zh = yiju("needs", city, "--year", 2024, lang="zh")
    assert "识别 2 项；分类匹配：基本类 0、普惠类 2、生活类 0；行动中：未记录" in zh.output
    assert "400名60岁及以上老年人步行10分钟内没有老年人日间照料" in zh.output


def test_the_ledger_as_json_keeps_its_contract(yiju: Run, city: Path) -> None:
    rows = json.loads(yiju("needs", city, "--year", 2024, "--json").output)
    assert list(rows[0]) == [c.name for c in NEEDS.columns]
    assert [row["rank"] for row in rows] == [1, 2]
    assert rows[0]["evidence"][0]["indicator"] == "L05"


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (["--place", "2号街道"], ["c-1-0"]),
        (["--place", "c-0-0"], ["c-0-0"]),
        (["--place", "city"], ["c-0-0", "c-1-0"]),
        (["--service", "park"], []),
        (["--step", "none"], ["c-0-0"]),
    ],
)
def test_filters(yiju: Run, city: Path, words: list[str], places: list[str]) -> None:
    done = yiju("needs", city, "--year", 2024, "--json", *words)
    assert sorted(row["place_id"] for row in json.loads(done.output)) == places


def test_closed_needs_are_shown_when_asked_for(yiju: Run, city: Path) -> None:
    yiju("needs", city, "--year", 2024)
    assert "closed: 1" in yiju("needs", city).output
    assert "recognised in 2024, met in 2025" not in yiju("needs", city).output
    assert "recognised in 2024, met in 2025" in yiju("needs", city, "--closed").output


def test_each_need_has_the_answers_of_its_class(yiju: Run, city: Path) -> None:
    en = yiju("needs", city, "--year", 2024, "--answers", "--place", "c-0-0")
    assert en.exit_code == 0, en.output
    assert "There is no provider of day care for older people within the walk to buy from" in en.output
    assert "350 m²" in en.output
    zh = yiju("needs", city, "--year", 2024, "--answers", lang="zh")
    assert "民政局牵头" in zh.output
    rows = json.loads(yiju("needs", city, "--year", 2024, "--answers", "--json").output)
    assert {row["lane"] for row in rows} == {"inclusive"}
    assert {row["price_ceiling_yuan"] for row in rows} == {1500.0}
    assert "There is no such need" in yiju("needs", city, "--answers", "--service", "park").output


def test_a_need_is_explained_with_its_answers(yiju: Run, city: Path) -> None:
    need = json.loads(yiju("needs", city, "--year", 2024, "--json").output)[0]["need_id"]
    done = yiju("explain", city, need, "--year", 2024)
    assert done.exit_code == 0, done.output
    assert "purchase (does not apply): There is no provider" in done.output
    assert "price ceiling: Who is supported charges at most 1,500 yuan a month" in done.output


def test_the_sides_of_the_city(yiju: Run, city: Path) -> None:
    en = yiju("needs", city, "--gaps", "--service", "elder_day_care")
    assert en.exit_code == 0, en.output
    assert "fewer than 10 home cells on one side" in en.output
    assert "there is no centre" in en.output  # toy town of four blocks is as dense everywhere
    rows = json.loads(yiju("needs", city, "--gaps", "--json").output)
    assert {row["pair"] for row in rows} == {"centre_fringe", "new_old", "young_old"}
    assert "少（15岁以下）" in yiju("needs", city, "--gaps", "--all", lang="zh").output


def test_a_form_goes_to_a_file_that_spreadsheets_read(yiju: Run, city: Path, tmp_path: Path) -> None:
    out = tmp_path / "整改清单.csv"
    done = yiju("needs", city, "--year", 2024, "--form", "rectification_list", "--out", out, lang="zh")
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith("\ufeff指标,数值".encode())
    frame = pd.read_csv(out)
    assert frame["责任单位"].tolist() == ["民政局", "民政局"]


def test_wrong_names_are_answered_with_the_nearest(yiju: Run, city: Path) -> None:
    done = yiju("needs", city, "--service", "elder_daycare")
    assert done.exit_code == 2
    assert "elder_day_care" in done.output
    assert yiju("needs", city, "--place", "c-9-9").exit_code == 2
    missing = yiju("needs", city, "--year", 1999)
    assert missing.exit_code == 2
    assert "no check-up of 1999" in missing.output
    assert "Traceback" not in missing.output


def test_two_years(yiju: Run, city: Path) -> None:
    yiju("needs", city, "--year", 2024)
    yiju("needs", city, "--year", 2025)
    en = yiju("compare", city, 2024, 2025)
    assert en.exit_code == 0, en.output
    assert "2024 and 2025: changed 2, unchanged 1." in en.output
    assert "Needs: continuing 1, closed 1." in en.output
    # toy town's log is of 2025: in 2024 nobody complained, and all needs were of best effort
    assert "Rectification rate (best effort): 1 of 2, 50%" in en.output
    zh = yiju("compare", city, 2024, 2025, lang="zh")
    assert "2024年与2025年：实际变化 2，无变化 1。" in zh.output
    rows = json.loads(yiju("compare", city, 2024, 2025, "--place", "c-0-0", "--json").output)
    assert [(row["before"], row["after"], row["better"]) for row in rows] == [(0.0, 70.0, True)]


def test_promises_are_held_against_the_later_year(yiju: Run, city: Path, tmp_path: Path) -> None:
    shutil.copytree(city, tmp_path / "town")
    own = CityFolder.open(tmp_path / "town")
    for year in (2024, 2025):
        write_needs(own, year=year)
    rows = [
        {
            "plan": "old and young", "indicator": "L05", "method": "network", "variant": "r500", "place_id": place,
            "group": "age_60_plus", "before": before, "promised": promised, "due_year": 2025,
        }
        for place, before, promised in (("c-0-0", 0.0, 65.0), ("c-1-0", 20.0, 90.0))
    ]  # fmt: skip
    save_plan(own, "old and young", MEASURES.empty(own.config.crs), pd.DataFrame(rows))
    said = yiju("compare", own.path, 2024, 2025).output
    assert "Promises of plans: kept 1, partly kept 1." in said
    behind = next(line for line in said.splitlines() if line.startswith("old and young"))
    assert behind.split()[-5:] == ["20", "90", "25", "partly", "kept"]
    assert "方案承诺：兑现 1，部分兑现 1。" in yiju("compare", own.path, 2024, 2025, lang="zh").output


@pytest.mark.parametrize("command", ["needs", "compare"])
def test_help_has_an_example(yiju: Run, command: str) -> None:
    assert f"yiju {command} chongqing" in yiju(command, "--help").output
