"""The city folder: where its tables and check-ups are, and nothing of how they are made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from yiju.city.config import Config, read_config
from yiju.errors import ContractError, MissingCity, SnapshotError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS


# ruff: noqa: PLC0415 - pandas and geopandas are imported by the methods that read: naming a folder must cost nothing.


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
                Text(
                    f"{path} 中没有 city.toml，不是城市文件夹。",
                    f"{path} is not a city folder: it has no city.toml.",
                ),
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

    @property
    def orders_dir(self) -> Path:
        """Where the order in which the street network is eliminated is kept; may be deleted at any time."""
        return self.tables_dir / ".orders"

    def checkup_dir(self, year: int | None = None) -> Path:
        """Where the check-up of a year is, by default the city's own year."""
        return self.path / "checkups" / str(year or self.config.year)

    def has(self, name: str) -> bool:
        """Whether the table was built and holds at least a row."""
        import pyarrow.parquet as pq

        file = self.tables_dir / f"{name}.parquet"
        return file.is_file() and pq.read_metadata(file).num_rows > 0

    def table(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame:
        """One table, held against its contract; empty where the city has no such input.

        Raises
        ------
        MissingCity
            The city was not built yet.
        ContractError
            The file is broken, or was made by other means than ``yiju build``.
        """
        from yiju.city.tables import TABLES

        contract = TABLES[name]
        file = self.tables_dir / f"{name}.parquet"
        if not file.is_file() and not any(self.tables_dir.glob("*.parquet")):
            raise MissingCity(
                Text(f"{self.path} 尚未构建。", f"{self.path} has not been built yet."),
                hint=Text(f"请运行 yiju build {self.path}。", f"Run `yiju build {self.path}`."),
            )
        if not file.is_file():
            return contract.empty(self.config.crs)
        frame = read_frame(file, geometry=bool(contract.geometry))
        if contract.geometry and not self.config.crs.equals(frame.crs, ignore_axis_order=True):
            wanted, given = self.config.crs.name, frame.crs and frame.crs.name
            raise ContractError(
                Text(
                    f"表 {name} 的坐标系应与 city.toml 一致（{wanted}），实际为 {given}。",
                    f"Table {name} needs the CRS of city.toml, {wanted}, was given {given} instead.",
                ),
                hint=Text(f"请运行 yiju build {self.path}。", f"Run `yiju build {self.path}`."),
            )
        return contract.validate(frame)

    def write_table(self, name: str, frame: pd.DataFrame) -> None:
        """Store one table, whole or not at all.

        Raises
        ------
        ContractError
            The frame does not keep its contract.
        SnapshotError
            It could not be stored; what was there before stays whole.
        """
        from yiju.city.tables import TABLES

        kept = TABLES[name].validate(frame)
        store_whole(
            self.tables_dir / f"{name}.parquet", lambda scratch: kept.to_parquet(scratch, index=False)
        )


def read_frame(file: Path, *, geometry: bool) -> gpd.GeoDataFrame | pd.DataFrame:
    """A Parquet file as a frame.

    Raises
    ------
    ContractError
        The file is not whole, or has no geometry where one is due.
    """
    import pandas as pd

    try:
        return _read_geometries(file) if geometry else pd.read_parquet(file)
    except (OSError, ValueError) as cause:  # pyarrow's ArrowInvalid is a ValueError
        raise ContractError(
            Text(f"{file} 不完整，无法读取：{cause}", f"{file} is not whole and cannot be read: {cause}"),
            hint=Text("请重新运行 yiju build。", "Run `yiju build` again."),
        ) from cause


def _read_geometries(file: Path) -> gpd.GeoDataFrame:
    """What ``geopandas.read_parquet`` gives; all tables of a city share one CRS, which takes PROJ 40 ms to read."""
    import geopandas as gpd
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    said = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    names = list(said.get("columns", ()))
    if len(names) != 1 or said["columns"][names[0]].get("encoding") != "WKB":
        return gpd.read_parquet(file)  # not as Yiju writes it
    crs = _crs(json.dumps(said["columns"][names[0]].get("crs", "OGC:CRS84")))
    shapes = gpd.array.from_wkb(table[names[0]].to_numpy(), crs=crs)
    frame = table.drop_columns(names).to_pandas()
    frame.insert(table.column_names.index(names[0]), names[0], shapes)
    return gpd.GeoDataFrame(frame, geometry=names[0])


@cache
def _crs(projjson: str) -> CRS | None:
    from pyproj import CRS

    crs = json.loads(projjson)
    return None if crs is None else CRS.from_user_input(crs)


def store_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a scratch file beside ``file``, then put it in place in one step.

    Raises
    ------
    SnapshotError
        The disk is full or may not be written to; what was there before stays whole.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store_whole(Path(folder) / "a.txt", lambda scratch: scratch.write_text("whole"))
    ...     (Path(folder) / "a.txt").read_text()
    'whole'
    """
    scratch = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(scratch)
        scratch.replace(file)
    except OSError as cause:
        raise unwritable(file, cause) from cause
    finally:
        scratch.unlink(missing_ok=True)


def unwritable(file: Path, cause: OSError) -> SnapshotError:
    """The error for a file that could not be stored."""
    return SnapshotError(
        Text(
            f"无法写入 {file}：{cause}。原有文件未受影响。",
            f"{file} cannot be written: {cause}. What was there stays whole.",
        ),
        hint=Text("请检查磁盘空间与写入权限。", "See that the disk has room and may be written to."),
    )
