"""A check-up on disk: a folder for each year, written whole or not at all.

::

    checkups/2025/observations.parquet  completeness.parquet  curves.parquet  manifest.json
    checkups/.2025.new/                 being written: swept away when the next one begins
    checkups/.2025.old/                 between two renames: put back when a kill came between them

All files are written and synced in the new folder, then two renames exchange it for the old one. A needs
ledger or a report that was made from the old observations does not stay beside new ones; where the
observations come out the same, byte for byte, the folder is left as it is but for its manifest.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.checkup.catalogue import Catalogue, read_catalogue
from yiju.checkup.observations import OBSERVATIONS
from yiju.errors import MissingCity, SnapshotError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from yiju.city.folder import CityFolder

_MANIFEST = "manifest.json"
_PACKAGES = ("yiju", "numpy", "pandas", "geopandas", "shapely", "scipy", "numba", "pyarrow")


def write_snapshot(folder: Path, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> None:
    """Store the tables and the manifest of one year in its folder.

    Raises
    ------
    SnapshotError
        A full disk, no right to write, or the like; what was there stays whole.
    """
    fresh, old = _beside(folder, "new"), _beside(folder, "old")
    try:
        recover(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for name, table in tables.items():
            table.to_parquet(fresh / f"{name}.parquet", index=False)
        hashes = {f"{name}.parquet": _hash(fresh / f"{name}.parquet") for name in tables}
        text = json.dumps({**about, "files": hashes}, ensure_ascii=False, indent=1, sort_keys=True)
        (fresh / _MANIFEST).write_text(text + "\n", encoding="utf-8")
        for file in fresh.iterdir():
            _sync(file)
        if _same(folder, hashes):
            os.replace(fresh / _MANIFEST, folder / _MANIFEST)  # noqa: PTH105 - atomic, the other files are the same
        else:
            _exchange(fresh, folder, old)
        _sync(folder.parent)
    except OSError as cause:
        raise SnapshotError(
            Text(
                f"无法写入 {folder}：{cause.strerror or cause}。原有结果未变。",
                f"{folder} could not be written ({cause.strerror or cause}). What was there is unchanged.",
            ),
            hint=Text(
                "请检查磁盘空间与写入权限后重试。", "Check disk space and permissions, then run it again."
            ),
        ) from cause
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def recover(folder: Path) -> None:
    """Put back the old folder where a kill came between two renames; sweep away what was being written."""
    old = _beside(folder, "old")
    if old.is_dir():
        if folder.is_dir():
            shutil.rmtree(old)
        else:
            old.rename(folder)
    shutil.rmtree(_beside(folder, "new"), ignore_errors=True)


def read_observations(folder: CityFolder, year: int | None = None) -> pd.DataFrame:
    """The observations of a year.

    Raises
    ------
    MissingCity
        That year was not checked up.
    """
    return OBSERVATIONS.validate(_read(folder, year, "observations"))


def read_completeness(folder: CityFolder, year: int | None = None) -> pd.DataFrame:
    """The completeness of the facility layers as it was in a year; see :func:`read_observations`."""
    return _read(folder, year, "completeness")


def read_curves(folder: CityFolder, year: int | None = None) -> pd.DataFrame:
    """The Lorenz curves of a year; see :func:`read_observations` and :func:`yiju.checkup.curves.curves_of`."""
    return _read(folder, year, "curves")


def read_manifest(folder: CityFolder, year: int | None = None) -> dict[str, Any]:
    """The manifest of a year; see :func:`read_observations`."""
    manifest_file = _file(folder, year, _MANIFEST)
    found: dict[str, Any] = json.loads(manifest_file.read_text(encoding="utf-8"))
    return found


def earlier_observations(folder: CityFolder, year: int) -> pd.DataFrame | None:
    """The observations of the latest year before, or None."""
    years = [int(p.name) for p in (folder.path / "checkups").glob("[0-9]*") if p.name.isdigit()]
    before = [y for y in years if y < year and (folder.checkup_dir(y) / "observations.parquet").is_file()]
    return read_observations(folder, max(before)) if before else None


def manifest(
    folder: CityFolder, year: int, catalogue: Catalogue | None, now: datetime | None
) -> dict[str, Any]:
    """What a check-up rests on: inputs with hashes, versions, catalogue, what the city overrides."""
    build = folder.tables_dir / "build.json"
    config = folder.config
    catalogue = catalogue or read_catalogue()
    return {
        "city": config.name,
        "year": year,
        "made_at": None if now is None else now.isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "catalogue": catalogue.digest,
        "editions": sorted({i.edition for i in catalogue.indicators.values()}),
        "thresholds_overridden": dict(sorted(config.thresholds.items())),
        "layers_vouched": sorted(config.vouched),
        "weights_only": config.weights_only,
        "build": json.loads(build.read_text(encoding="utf-8")) if build.is_file() else None,
        "tables": {f.name: _hash(f) for f in sorted(folder.tables_dir.glob("*.parquet"))},
        "config": _hash(folder.path / "city.toml"),
    }


def _read(folder: CityFolder, year: int | None, name: str) -> pd.DataFrame:
    return pd.read_parquet(_file(folder, year, f"{name}.parquet"))


def _file(folder: CityFolder, year: int | None, name: str) -> Path:
    year = year or folder.config.year
    snapshot = folder.checkup_dir(year)
    if not snapshot.is_dir() and _beside(snapshot, "old").is_dir():
        recover(snapshot)
    file = snapshot / name
    if not file.is_file():
        raise MissingCity(
            Text(f"{folder.path} 没有 {year} 年的体检结果。", f"{folder.path} has no check-up of {year}."),
            hint=Text(f"请运行 yiju checkup {folder.path}。", f"Run `yiju checkup {folder.path}`."),
        )
    return file


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _same(folder: Path, hashes: Mapping[str, str]) -> bool:
    return all(
        (folder / name).is_file() and _hash(folder / name) == digest for name, digest in hashes.items()
    )


def _exchange(fresh: Path, folder: Path, old: Path) -> None:
    if folder.is_dir():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except BaseException:
        if old.is_dir():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        digest = sha256()
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
