"""A year on disk: whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import dataclasses
import errno
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from yiju.checkup import snapshot
from yiju.checkup.run import run_checkup
from yiju.checkup.snapshot import (
    earlier_observations,
    read_completeness,
    read_manifest,
    read_observations,
    write_snapshot,
)
from yiju.errors import MissingCity, SnapshotError

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

TABLES = {"observations": pd.DataFrame({"value": [1.0]}), "completeness": pd.DataFrame({"found": [2.0]})}
OTHER = {**TABLES, "observations": pd.DataFrame({"value": [9.0]})}


@pytest.fixture
def year(tmp_path: Path) -> Path:
    folder = tmp_path / "checkups" / "2025"
    write_snapshot(folder, TABLES, {"year": 2025})
    (folder / "needs.parquet").write_text("made from the observations")
    return folder


def _value(folder: Path) -> float:
    return float(pd.read_parquet(folder / "observations.parquet")["value"][0])


def _leftovers(folder: Path) -> list[str]:
    return [p.name for p in folder.parent.iterdir() if p.name != folder.name]


def test_new_observations_set_aside_what_was_made_of_the_old(year: Path) -> None:
    write_snapshot(year, OTHER, {"year": 2025})
    assert _value(year) == 9.0
    assert not (year / "needs.parquet").exists()
    assert _leftovers(year) == []


def test_the_same_observations_leave_the_folder_as_it_is(year: Path) -> None:
    write_snapshot(year, TABLES, {"year": 2025, "made_at": "later"})
    assert (year / "needs.parquet").exists()
    assert "later" in (year / "manifest.json").read_text()
    assert _leftovers(year) == []


def test_a_full_disk_leaves_the_old_year_whole(year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: pd.DataFrame, path: Path, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(SnapshotError, match="No space left"):
        write_snapshot(year, OTHER, {})
    assert _value(year) == 1.0
    assert (year / "needs.parquet").exists()
    assert _leftovers(year) == []


@pytest.mark.parametrize("at", range(1, 12))
def test_ctrl_c_at_any_step_leaves_one_year_whole(
    year: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Interrupt the n-th call to the operating system of the writing."""
    steps = 0

    def interrupting(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == at:
                raise KeyboardInterrupt
            return function(*args, **options)

        return step

    monkeypatch.setattr(snapshot, "_sync", interrupting(snapshot._sync))
    monkeypatch.setattr(snapshot, "_hash", interrupting(snapshot._hash))
    monkeypatch.setattr(Path, "rename", interrupting(Path.rename))
    monkeypatch.setattr(Path, "mkdir", interrupting(Path.mkdir))
    try:
        write_snapshot(year, OTHER, {})
    except KeyboardInterrupt:
        interrupted = True
    else:
        interrupted = False
    monkeypatch.undo()
    snapshot.recover(year)
    assert _value(year) in (1.0, 9.0)
    assert (_value(year) == 1.0) == (year / "needs.parquet").exists()
    assert interrupted or _value(year) == 9.0
    assert _leftovers(year) == []


def test_a_kill_between_the_renames_is_mended(year: Path) -> None:
    year.rename(year.with_name(".2025.old"))
    (year.with_name(".2025.new")).mkdir()
    snapshot.recover(year)
    assert _value(year) == 1.0
    assert _leftovers(year) == []


def test_a_kill_after_the_renames_keeps_the_new_year(year: Path) -> None:
    old = year.with_name(".2025.old")
    write_snapshot(old, OTHER, {})
    snapshot.recover(year)
    assert _value(year) == 1.0
    assert _leftovers(year) == []


def test_what_is_read_is_what_was_written(small: Callable[..., CityFolder]) -> None:
    folder = small()
    checkup = run_checkup(folder, now=datetime(2025, 11, 23, 8, 0, tzinfo=UTC))
    with pytest.raises(MissingCity, match="2025"):
        read_observations(folder)
    checkup.write()
    pd.testing.assert_frame_equal(read_observations(folder), checkup.observations)
    pd.testing.assert_frame_equal(read_completeness(folder), checkup.completeness)


def test_a_reader_mends_what_a_kill_left(small: Callable[..., CityFolder]) -> None:
    folder = small()
    run_checkup(folder).write()
    folder.checkup_dir().rename(folder.checkup_dir().with_name(".2025.old"))
    assert len(read_observations(folder)) > 0


def test_the_manifest_says_what_it_rests_on(small: Callable[..., CityFolder]) -> None:
    folder = small()
    folder = dataclasses.replace(folder, config=dataclasses.replace(folder.config, thresholds={"L09": 70.0}))
    run_checkup(folder, now=datetime(2025, 11, 23, 8, 0, tzinfo=UTC)).write()
    manifest = read_manifest(folder)
    assert manifest["made_at"] == "2025-11-23T08:00:00+00:00"
    assert manifest["thresholds_overridden"] == {"L09": 70.0}
    assert set(manifest["tables"]) == {f.name for f in folder.tables_dir.glob("*.parquet")}
    assert {"yiju", "numpy", "python"} <= set(manifest["versions"])
    assert set(manifest["files"]) == {"observations.parquet", "completeness.parquet", "curves.parquet"}
    assert manifest["editions"] == ["2025", "yiju-1"]
    for name, digest in manifest["files"].items():
        assert snapshot._hash(folder.checkup_dir() / name) == digest


def test_the_latest_earlier_year_is_found(small: Callable[..., CityFolder]) -> None:
    folder = small()
    assert earlier_observations(folder, 2025) is None
    for earlier in (2022, 2024):
        checkup = run_checkup(folder, year=earlier)
        checkup.write()
    (folder.path / "checkups" / "notes").mkdir()
    found = earlier_observations(folder, 2025)
    assert found is not None
    pd.testing.assert_frame_equal(found, checkup.observations)
    assert earlier_observations(folder, 2022) is None
