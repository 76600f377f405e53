"""The ledger on disk: ``checkups/YEAR/needs.parquet``, beside the observations that it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yiju.checkup.snapshot import read_observations
from yiju.city.folder import CityFolder, read_frame, store_whole
from yiju.errors import MissingCity
from yiju.needs.contract import NEEDS
from yiju.needs.recognition import recognise
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def write_needs(folder: CityFolder, *, year: int | None = None) -> pd.DataFrame:
    """Recognise the needs of one year's observations and store them, carrying the last earlier ledger on.

    Raises
    ------
    MissingCity
        There is no check-up of that year.
    SnapshotError
        The ledger could not be stored; the one that was there stays whole.
    """
    year = year or folder.config.year
    needs = recognise(
        read_observations(folder, year), folder, year=year, earlier=earlier_needs(folder, year=year)
    )
    store_whole(_file(folder, year), lambda scratch: needs.to_parquet(scratch, index=False))
    return needs


def read_needs(folder: CityFolder, *, year: int | None = None) -> pd.DataFrame:
    """The stored ledger of one year.

    Raises
    ------
    MissingCity
        There is no ledger of that year.
    """
    year = year or folder.config.year
    if not _file(folder, year).is_file():
        raise _no_checkup(folder, year)
    return NEEDS.validate(read_frame(_file(folder, year), geometry=False))


def earlier_needs(folder: CityFolder, *, year: int) -> pd.DataFrame | None:
    """The ledger of the last year before this one that has any."""
    years = [y for y in checkup_years(folder) if y < year and _file(folder, y).is_file()]
    return read_needs(folder, year=years[-1]) if years else None


def checkup_years(folder: CityFolder) -> list[int]:
    """Years with a check-up, in order."""
    found = (folder.path / "checkups").glob("*/observations.parquet")
    return sorted(int(f.parent.name) for f in found if f.parent.name.isdigit())


def _file(folder: CityFolder, year: int) -> Path:
    return folder.checkup_dir(year) / "needs.parquet"


def _no_checkup(folder: CityFolder, year: int) -> MissingCity:
    years = checkup_years(folder)
    have = Text("、".join(map(str, years)), ", ".join(map(str, years)))
    known = Text(f"已有年度：{have.zh}。", f" There are check-ups of {have.en}.") if years else Text("", "")
    return MissingCity(
        Text(
            f"{folder.path} 没有 {year} 年的体检。{known.zh}",
            f"{folder.path} has no check-up of {year}.{known.en}",
        ),
        hint=Text(f"请运行 yiju checkup {folder.path}。", f"Run `yiju checkup {folder.path}`."),
    )
