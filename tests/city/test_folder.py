"""The city folder: tables are whole, keep their contract, and lie in the CRS of city.toml."""

from __future__ import annotations

import errno

import pandas as pd
import pytest

from yiju.city.folder import CityFolder, store_whole
from yiju.city.tables import TABLES
from yiju.errors import ContractError, MissingCity, SnapshotError

CITY = '[city]\nname = "磁溪市"\nyear = 2025\ncrs = "EPSG:4545"\n'


@pytest.fixture
def folder(tmp_path) -> CityFolder:
    (tmp_path / "city.toml").write_text(CITY, encoding="utf-8")
    return CityFolder.open(tmp_path)


def rain(*amounts: float) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range("2025-01-01", periods=len(amounts)), "rain_mm": amounts})


def test_a_folder_without_city_toml_is_no_city(tmp_path) -> None:
    with pytest.raises(MissingCity, match="yiju new"):
        CityFolder.open(tmp_path)


def test_a_city_that_was_not_built_says_so(folder) -> None:
    assert not folder.has("rain")
    with pytest.raises(MissingCity, match="yiju build"):
        folder.table("rain")


def test_a_build_that_was_stopped_has_built_nothing(folder) -> None:
    (folder.tables_dir / ".stages" / "osm").mkdir(parents=True)
    with pytest.raises(MissingCity, match="yiju build"):
        folder.table("rain")


def test_a_table_comes_back_as_it_was_written(folder) -> None:
    folder.write_table("rain", rain(0.0, 12.5))
    assert folder.has("rain")
    assert folder.table("rain")["rain_mm"].tolist() == [0.0, 12.5]


def test_a_table_that_no_input_fills_is_empty_and_keeps_its_contract(folder) -> None:
    folder.write_table("rain", rain())
    assert not folder.has("rain")
    facilities = folder.table("facilities")
    assert len(facilities) == 0
    assert facilities.crs == folder.config.crs
    assert list(facilities.columns) == [c.name for c in TABLES["facilities"].columns] + ["geometry"]


def test_a_table_in_another_crs_is_refused(folder) -> None:
    folder.write_table("water", TABLES["water"].empty("EPSG:32648"))
    with pytest.raises(ContractError, match="was given WGS 84 / UTM zone 48N instead"):
        folder.table("water")


def test_a_table_cut_off_is_told_and_not_a_traceback(folder) -> None:
    folder.write_table("rain", rain(1.0, 2.0))
    file = folder.tables_dir / "rain.parquet"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ContractError, match="is not whole"):
        folder.table("rain")


def test_a_full_disk_leaves_the_old_table_whole(folder, monkeypatch) -> None:
    folder.write_table("rain", rain(1.0))

    def full(self, path, **_options) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(SnapshotError, match=r"No space left on device.*stays whole"):
        folder.write_table("rain", rain(2.0))
    monkeypatch.undo()
    assert folder.table("rain")["rain_mm"].tolist() == [1.0]
    assert [f.name for f in folder.tables_dir.iterdir()] == ["rain.parquet"]


def test_ctrl_c_while_writing_leaves_nothing_half_made(tmp_path) -> None:
    def stopped(scratch) -> None:
        scratch.write_text("half")
        raise KeyboardInterrupt

    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        store_whole(tmp_path / "a.txt", stopped)
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_year_has_its_own_folder(folder) -> None:
    assert folder.checkup_dir().name == "2025"
    assert folder.checkup_dir(2024).parent == folder.path / "checkups"
