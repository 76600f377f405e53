"""The Python API has the verbs of the command line, and its results are GeoDataFrames."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

import yiju
from yiju import City
from yiju.city.folder import CityFolder
from yiju.city.toytown import toy_town
from yiju.errors import MissingCity, UnknownName
from yiju.needs.explaining import NeedExplanation

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = toy_town(tmp_path_factory.mktemp("api") / "town", blocks=8)
    made = City.open(folder.path)
    made.checkup(2024, now=NOW)
    made.checkup(now=NOW)
    return made


def test_the_door_of_the_package() -> None:
    assert set(yiju.__all__) == {"City", "__version__"}
    with pytest.raises(AttributeError, match="Village"):
        _ = yiju.Village  # type: ignore[attr-defined]


def test_a_folder_that_is_no_city(tmp_path: Path) -> None:
    with pytest.raises(MissingCity, match="not a city folder"):
        City.open(tmp_path)


def test_results_are_on_the_map(city: City) -> None:
    checkup = city.of()
    for frame in (checkup.observations, checkup.needs, city.needs()):
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs == city.table("places").crs
        assert len(frame) > 0
        assert not frame.geometry.isna().any()
    areas = city.table("places").set_index("place_id").area
    assert checkup.needs.area.tolist() == areas.loc[checkup.needs["place_id"]].tolist()


def test_one_indicator_as_a_map(city: City) -> None:
    communities = set(city.table("places").query("level == 'community'")["place_id"])
    rows = city.of().map("L05")
    assert set(rows["place_id"]) == communities
    assert len(rows) == len(communities)
    assert rows["method"].unique().tolist() == ["official"]
    older = city.of().map("L05", group="age_60_plus", method="network", variant="r500")
    assert len(older) == len(communities)
    with pytest.raises(UnknownName):
        city.of().map("L99")


def test_counts_forms_and_manifest(city: City) -> None:
    checkup = city.of()
    assert checkup.counts.recognised == len(checkup.needs)
    assert list(checkup.forms) == ["indicator_form", "problem_list", "problem_ledger", "rectification_list"]
    assert checkup.manifest["made_at"] == "2026-03-01T09:00:00+00:00"
    assert len(checkup.completeness) > 0


def test_from_a_number_and_from_a_need_to_its_grounds(city: City) -> None:
    of_number = city.explain("L05", place="c-0-0")
    assert of_number.indicator.id == "L05"  # type: ignore[union-attr]
    need = city.needs().iloc[0]
    of_need = city.explain(need["need_id"])
    assert isinstance(of_need, NeedExplanation)
    assert of_need.sentence.zh == need["sentence_zh"]
    assert [e.indicator.id for e in of_need.indicators] == [need["indicator"]]
    assert of_need.indicators[0].observations is not None
    with pytest.raises(UnknownName):
        city.explain("N-00000000")


def test_two_years(city: City) -> None:
    assert city.years == [2024, 2025]
    both = city.compare(2024, 2025)
    assert set(both.observations["kind"]) <= {"unchanged", "within", "changed", "new"}
    # the figure of sports area is of 2025, so its need is new; the rest was there before
    assert both.needs.groupby("fate")["service"].agg(set)["new"] == {"sports_ground"}
    assert set(both.needs["fate"]) == {"continuing", "new"}
    assert both.rates["all"].closed == 0


def test_the_same_input_gives_the_same_bytes(city: City, tmp_path: Path) -> None:
    copy = City(CityFolder.open(shutil.copytree(city.folder.path, tmp_path / "copy")))
    shutil.rmtree(copy.folder.path / "checkups")
    copy.checkup(2024)
    copy.checkup()
    for name in ("observations", "needs"):
        for year in (2024, 2025):
            file = f"checkups/{year}/{name}.parquet"
            assert (copy.folder.path / file).read_bytes() == (city.folder.path / file).read_bytes(), file


def test_the_report_is_written(city: City) -> None:
    page = city.report()
    assert page == city.folder.checkup_dir() / "report" / "index.html"
    assert page.stat().st_size > 10_000


def test_a_new_city_copies_its_files(tmp_path: Path, city: City) -> None:
    places = city.table("places")
    file = tmp_path / "communities.gpkg"
    places[places["level"] == "community"].to_file(file)
    made = City.new(
        tmp_path / "new",
        name="新城",
        year=2026,
        files={"boundary": [file]},
        options={"boundary": {"level": "community", "id": "place_id", "name": "name"}},
        crs="EPSG:32648",
    )
    assert (made.name, made.year) == ("新城", 2026)
    assert (made.folder.input_dir / "communities.gpkg").is_file()


def test_the_demo_city_comes_from_its_seed(
    city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import yiju.city.demo

    asked = []

    def pretend(path: Path, **options: int) -> CityFolder:
        asked.append((path, options))
        return city.folder

    monkeypatch.setattr(yiju.city.demo, "make_demo", pretend)
    assert City.demo(tmp_path).name == City.demo(tmp_path, seed=7).name == city.name
    assert asked == [(tmp_path, {}), (tmp_path, {"seed": 7})]
