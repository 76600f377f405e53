"""A real city: Las Palmas, whose population total is not its own and has no ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from yiju.checkup.layer_completeness import completeness
from yiju.checkup.run import run_checkup
from yiju.city.folder import CityFolder
from yiju.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def las_palmas(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    files = data_dir / "city-las-palmas"
    folder = tmp_path_factory.mktemp("real") / "las-palmas"
    new = [
        "new", str(folder), "--name", "Las Palmas", "--year", "2023", "--osm", str(files / "las_palmas.osm.pbf"),
        "--gtfs", str(files / "las_palmas_gtfs.zip"), "--boundary", str(files / "las_palmas_boundary.geojson"),
        "--population-total", "380000", "--weights-only",
    ]  # fmt: skip
    for command in (new, ["build", str(folder)]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
    return CityFolder.open(folder)


@pytest.fixture(scope="module")
def observations(las_palmas: CityFolder) -> pd.DataFrame:
    return run_checkup(las_palmas).observations


def test_shares_hold(observations: pd.DataFrame) -> None:
    shares = observations[(observations["unit"] == "%") & observations["value"].notna()]
    assert len(shares) > 1000
    assert shares["value"].between(0, 100).all()


def test_counts_and_ages_do_not(observations: pd.DataFrame) -> None:
    city = observations[observations["level"] == "city"]
    for indicator in ("S01", "S02", "S04", "F03"):
        rows = city[city["indicator"] == indicator]
        assert (rows["status"] == "not measurable").all()
        assert rows["reason_en"].str.contains("not this city's own").all()
    older = city[(city["indicator"] == "L05") & (city["group"] == "age_60_plus")]
    assert older["reason_en"].str.startswith("needs population by age").all()


def test_facility_layers_only_screen(observations: pd.DataFrame) -> None:
    kindergartens = observations[(observations["indicator"] == "L01") & observations["value"].notna()]
    assert set(kindergartens["status"]) == {"screening"}
    buses = observations[(observations["indicator"] == "L17") & observations["value"].notna()]
    assert set(buses["status"]) == {"modelled"}  # people spread over homes; the timetable is real


def test_what_is_known_of_the_city(observations: pd.DataFrame) -> None:
    values = observations[(observations["level"] == "city") & (observations["group"] == "all")]
    values = values.set_index(["indicator", "method", "variant"])["value"]
    # nearly everyone lives near a bus stop, fewer near one with a bus every ten minutes
    assert 90 < values["L14", "network", "r500"] <= 100
    assert values["L17", "network", "f6"] < values["L17", "network", "h20"] < values["L14", "network", "r500"]
    # a walk is never shorter than a straight line
    assert values["L03", "network", "r1000"] <= values["L03", "official", "r1000"] + 5
    assert 1 < values["F01", "official", "main"] < values["F01", "official", "public"] < 40


def test_nothing_is_said_of_a_layer_without_people(las_palmas: CityFolder) -> None:
    rows = completeness(las_palmas).set_index("service")
    assert rows.loc["pharmacy", "found"] > 50
    assert rows.loc["pharmacy", "verdict"] == "unknown"
    assert rows.loc["after_school", "verdict"] == "empty"
