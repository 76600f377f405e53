"""What a table contract is, and how a frame is held against it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

# ruff: noqa: PLC0415 - to name a column must not cost an import of pandas: a second build reads names only.

Kind = Literal["str", "int", "float", "bool", "time"]

# How each kind is stored. Text is pandas' own string type; times are UTC-naive local civil time of the city.
_DTYPE = {"str": "str", "int": "int64", "float": "float64", "bool": "bool", "time": "datetime64[us]"}
_NULLABLE_DTYPE = _DTYPE | {"int": "Int64", "bool": "boolean"}


@dataclass(frozen=True)
class Column:
    """One column: its kind, its unit (in the name where there is one), and whether it may be unknown.

    ``choices`` closes the vocabulary. Unknown is always null, never 0 or 99.
    """

    name: str
    kind: Kind
    meaning: Text
    unknown: bool = False
    choices: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """The pandas dtype in which the column is stored."""
        return (_NULLABLE_DTYPE if self.unknown else _DTYPE)[self.kind]


def column(
    name: str, kind: Kind, zh: str, en: str, *, unknown: bool = False, choices: tuple[str, ...] = ()
) -> Column:
    """Write a column in one line, with its meaning in both languages.

    Examples
    --------
    >>> column("area_m2", "float", "面积", "area").meaning.zh
    '面积'
    """
    return Column(name, kind, Text(zh, en), unknown=unknown, choices=choices)


@dataclass(frozen=True)
class Table:
    """A table of the city folder: columns, key, geometry.

    ``bands`` admits further ``float`` columns whose names match the pattern (age bands, as in the source).
    """

    name: str
    meaning: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    geometry: tuple[str, ...] = ()
    bands: str | None = None
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({c.name: c for c in self.columns})

    def band_columns(self, frame: pd.DataFrame) -> list[str]:
        """Names of the band columns that the frame has, in its order."""
        return [] if self.bands is None else [c for c in frame.columns if re.fullmatch(self.bands, str(c))]

    def empty(self, crs: CRS | str | None = None) -> pd.DataFrame | gpd.GeoDataFrame:
        """A frame of no rows that keeps the contract."""
        import geopandas as gpd
        import pandas as pd

        frame = pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})
        if not self.geometry:
            return frame
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=crs), crs=crs)

    def validate(self, frame: pd.DataFrame) -> pd.DataFrame | gpd.GeoDataFrame:
        """The frame with the contract's columns, order and dtypes.

        A missing column that may be unknown is added as unknown. Anything else that differs raises.

        Raises
        ------
        ContractError
            Names the table, the column, what it needs to be and what was given instead.
        """
        import pandas as pd

        bands = self.band_columns(frame)
        out: dict[str, pd.Series] = {}
        for column in self.columns:
            out[column.name] = self._column(frame, column)
        for band in bands:
            out[band] = frame[band].astype("float64")
        self._check_key(frame)
        result = pd.DataFrame(out, index=frame.index)
        if not self.geometry:
            return result.reset_index(drop=True)
        return self._with_geometry(frame, result)

    def _column(self, frame: pd.DataFrame, column: Column) -> pd.Series:
        import pandas as pd

        if column.name not in frame.columns:
            if not column.unknown:
                self._refuse(column.name, "to be there", "no such column")
            return pd.Series(None, index=frame.index, dtype=column.dtype)
        given = frame[column.name]
        try:
            values = given.astype(column.dtype)
        except (TypeError, ValueError) as cause:
            self._refuse(column.name, f"to be {column.dtype}", f"{given.dtype} ({cause})")
        if not column.unknown and bool(values.isna().any()):
            self._refuse(
                column.name, "to be known in every row", f"{int(values.isna().sum())} unknown values"
            )
        if column.choices:
            strange = sorted(set(values.dropna().unique()) - set(column.choices))
            if strange:
                self._refuse(column.name, f"to be one of {', '.join(column.choices)}", f"{strange[:3]}")
        return values

    def _check_key(self, frame: pd.DataFrame) -> None:
        duplicate = frame.duplicated(list(self.key))
        if bool(duplicate.any()):
            first = frame.loc[duplicate, list(self.key)].iloc[0].tolist()
            self._refuse(
                "+".join(self.key), "to be unique", f"{int(duplicate.sum())} duplicates, first {first}"
            )

    def _with_geometry(self, frame: pd.DataFrame, result: pd.DataFrame) -> gpd.GeoDataFrame:
        import geopandas as gpd

        if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
            self._refuse("geometry", "to be a GeoDataFrame with a CRS", type(frame).__name__)
        geometry = frame.geometry
        wrong = ~geometry.geom_type.isin(self.geometry).to_numpy(dtype=bool)
        if len(frame) and wrong.any():
            found = geometry.geom_type[wrong].iloc[0]
            self._refuse("geometry", f"to be {' or '.join(self.geometry)} in every row", f"{found}")
        return gpd.GeoDataFrame(result, geometry=geometry, crs=frame.crs).reset_index(drop=True)

    def _refuse(self, column: str, needs: str, given: str) -> None:
        raise ContractError(
            Text(
                f"表 {self.name} 的 {column} 列：应为（{needs}），实际为：{given}。",
                f"Table {self.name}, column {column}: needs {needs}, was given {given} instead.",
            )
        )
