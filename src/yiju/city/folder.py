"""The city folder: where its tables and check-ups are, and nothing of how they are made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from yiju.city.config import Config, read_config
from yiju.city.tables import TABLES
from yiju.errors import MissingCity
from yiju.text import Text


@dataclass(frozen=True)
class CityFolder:
    """A city on disk.

    Examples
    --------
    >>> folder = CityFolder.open("las-palmas")  # doctest: +SKIP
    >>> folder.table("places").head()  # doctest: +SKIP
    """

    path: Path
    config: Config

    @classmethod
    def open(cls, path: Path | str) -> CityFolder:
        """The city in a folder that holds a city.toml.

        Raises
        ------
        MissingCity
            There is no city.toml.
        ConfigError
            The city.toml says something that cannot be done.
        """
        path = Path(path)
        if not (path / "city.toml").is_file():
            raise MissingCity(
                Text(f"{path} 中没有 city.toml，不是城市文件夹。", f"{path} is not a city folder: it has no city.toml."),
                hint=Text("请先运行 yiju new。", "Make one with `yiju new`."),
            )
        return cls(path, read_config(path / "city.toml"))

    @property
    def input_dir(self) -> Path:
        """The user's own files, as they came."""
        return self.path / "input"

    @property
    def tables_dir(self) -> Path:
        """The tables that ``yiju build`` made."""
        return self.path / "tables"

    def checkup_dir(self, year: int | None = None) -> Path:
        """Where the check-up of a year is, by default the city's own year."""
        return self.path / "checkups" / str(year or self.config.year)

    def has(self, name: str) -> bool:
        """Whether the table was built and holds at least a row."""
        file = self.tables_dir / f"{name}.parquet"
        return file.is_file() and len(self.table(name)) > 0

    def table(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame:
        """One table, held against its contract; empty where the city has no such input.

        Raises
        ------
        MissingCity
            The city was not built yet.
        """
        contract = TABLES[name]
        file = self.tables_dir / f"{name}.parquet"
        if not self.tables_dir.is_dir():
            raise MissingCity(
                Text(f"{self.path} 尚未构建。", f"{self.path} has not been built yet."),
                hint=Text(f"请运行 yiju build {self.path}。", f"Run `yiju build {self.path}`."),
            )
        if not file.is_file():
            return contract.empty(self.config.crs)
        frame = gpd.read_parquet(file) if contract.geometry else pd.read_parquet(file)
        return contract.validate(frame)

    def write_table(self, name: str, frame: pd.DataFrame) -> None:
        """Store one table, whole or not at all."""
        contract = TABLES[name]
        self.tables_dir.mkdir(parents=True, exist_ok=True)
        file = self.tables_dir / f"{name}.parquet"
        scratch = file.with_suffix(".parquet.part")
        contract.validate(frame).to_parquet(scratch, index=False)
        os.replace(scratch, file)  # noqa: PTH105 - atomic on the same file system, which Path.replace also is
