"""The ledger on disk, and two years of one folder compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pandas.testing import assert_frame_equal

from yiju.city.toytown import toy_town
from yiju.errors import MissingCity, SnapshotError
from yiju.needs import read_needs, read_observations, write_needs
from yiju.needs.inputs import differing_inputs
from yiju.needs.years import compare_years

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder


@pytest.fixture
def city(tmp_path, observation, observations) -> CityFolder:
    """Toy town with hand-made check-ups of 2024 and 2025."""
    town = toy_town(tmp_path / "town", blocks=4, communities=2)
    years = {
        2024: [observation("L05", "c-0-0", 0.0, group="age_60_plus"), observation("L09", "c-0-0", 20.0)],
        2025: [observation("L05", "c-0-0", 75.0, group="age_60_plus"), observation("L09", "c-0-0", 25.0)],
    }
    for year, rows in years.items():
        folder = town.checkup_dir(year)
        folder.mkdir(parents=True)
        observations(*rows).to_parquet(folder / "observations.parquet", index=False)
    return town


def _manifest(city: CityFolder, year: int, *inputs: dict[str, object]) -> None:
    (city.checkup_dir(year) / "manifest.json").write_text(json.dumps({"build": {"inputs": list(inputs)}}))


def test_what_is_written_is_read_and_carried_on(city) -> None:
    first = write_needs(city, year=2024)
    assert_frame_equal(read_needs(city, year=2024), first)
    second = write_needs(city)
    assert second.set_index("service")["status"].to_dict() == {"park": "open", "elder_day_care": "closed"}
    # the same input gives the same bytes
    file = city.checkup_dir(2025) / "needs.parquet"
    before = file.read_bytes()
    write_needs(city)
    assert file.read_bytes() == before


def test_a_year_without_a_checkup_is_named_with_those_that_there_are(city) -> None:
    with pytest.raises(MissingCity, match="no check-up of 2019"):
        read_observations(city, 2019)
    with pytest.raises(MissingCity) as caught:
        read_needs(city, year=2019)
    assert "2024, 2025" in caught.value.say("en")
    assert "yiju checkup" in caught.value.say("zh")


def test_a_full_disk_leaves_the_old_ledger_whole(city, monkeypatch) -> None:
    import pandas as pd

    old = write_needs(city, year=2024)

    def full(self, path, **_):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(SnapshotError):
        write_needs(city, year=2024)
    monkeypatch.undo()
    assert_frame_equal(read_needs(city, year=2024), old)
    assert list(city.checkup_dir(2024).glob("*.part")) == []


def test_two_years_of_one_folder(city) -> None:
    osm = {"kind": "osm", "file": "input/a.osm.pbf", "sha256": "1"}
    table = {"kind": "facilities", "file": "input/f.csv", "datum": "gcj02", "sha256": "2"}
    write_needs(city, year=2024)
    write_needs(city, year=2025)
    _manifest(city, 2024)
    _manifest(city, 2025)
    # without a build nothing is claimed of its inputs
    both = compare_years(city, 2024, 2025)
    assert both.observations["kind"].tolist() == ["changed", "changed"]
    _manifest(city, 2024, osm)
    _manifest(city, 2025, osm, table)
    both = compare_years(city, 2024, 2025)
    assert both.observations["kind"].unique().tolist() == ["data"]
    assert both.observations["why_en"].unique().tolist() == ["inputs: osm → facilities, osm"]
    assert (both.rates["all"].closed, both.rates["all"].of) == (1, 2)
    assert sorted(both.needs["fate"]) == ["closed", "continuing"]


def test_another_file_of_the_same_kind_is_news_and_not_another_kind() -> None:
    def entries(sha256: str, **options: object) -> list[dict[str, object]]:
        return [{"kind": "facilities", "file": f"{sha256}.csv", "sha256": sha256, **options}]

    news = differing_inputs(entries("1"), entries("2"))
    assert news.in_kind == {}
    assert "facilities" not in news.same_files
    assert "facilities" in differing_inputs(entries("1"), entries("1")).same_files
    promised = differing_inputs(entries("1"), entries("1", complete_for=["park"]))
    assert promised.in_kind["facilities"].en == "facilities is read otherwise"
    assert "residents" not in promised.in_kind
