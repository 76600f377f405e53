"""Sums over places of all levels at once: a community is in its subdistrict, district and city too."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_WITHIN = ("community", "subdistrict", "district")


class Places:
    """The table of places, with its order as the order of every array of results."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self.frame = frame
        self.ids = frame["place_id"].to_numpy(dtype=object)
        self.level = frame["level"].to_numpy(dtype=object)
        self.area_m2 = np.array(frame["area_m2"], dtype=np.float64)
        self._row = {place: row for row, place in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, level: str) -> Ints:
        """Rows of the places of a level."""
        return np.flatnonzero(self.level == level)

    @cached_property
    def city(self) -> int:
        """Row of the city."""
        return int(self.at("city")[0])

    def row(self, place_id: str) -> int | None:
        """Row of a place, None where there is no such place."""
        return self._row.get(place_id)

    @cached_property
    def parents(self) -> Ints:
        """(places,) row of the place above, -1 for the city and where it is unknown."""
        given = self.frame["parent_id"].to_numpy(dtype=object, na_value=None)
        return np.array([self._row.get(p, -1) if p is not None else -1 for p in given], dtype=np.int64)

    def within(self, frame: pd.DataFrame) -> Within:
        """Where the rows of a table lie, by its columns community, subdistrict and district."""
        return Within(self, frame)

    @cached_property
    def holding(self) -> Any:
        """(places, places) 1 where the place of the row is, or lies above, that of the column."""
        rows, columns = [], []
        for place in range(len(self)):
            above, seen = place, set()
            while above >= 0 and above not in seen:
                seen.add(above)
                above = int(self.parents[above])
            seen.add(self.city)  # everything lies in the city, also where its parent is unknown
            rows += sorted(seen)
            columns += [place] * len(seen)
        return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(self), len(self)))

    def summed(self, value: npt.ArrayLike, level: str) -> Floats:
        """(places,) sum of a value over the places of one level that each place holds."""
        return np.asarray(
            self.holding @ np.where(self.level == level, np.asarray(value, dtype=np.float64), 0.0),
            dtype=np.float64,
        )


class Within:
    """The places that hold each row of a table.

    Attributes
    ----------
    code
        (rows,) number of the combination of community, subdistrict and district that a row is in.
    matrix
        (places, combinations) 1 where a combination lies in a place.
    """

    def __init__(self, places: Places, frame: pd.DataFrame) -> None:
        self.places = places
        keys = frame[list(_WITHIN)].astype(object).where(frame[list(_WITHIN)].notna(), None)
        grouped = keys.groupby(list(_WITHIN), dropna=False, sort=True)
        self.code: Ints = grouped.ngroup().to_numpy(dtype=np.int64)
        first = keys.assign(code=self.code).drop_duplicates("code").sort_values("code")
        entries = [(places.city, code) for code in range(len(first))]
        for column in _WITHIN:
            for code, place in enumerate(first[column]):
                row = None if place is None or pd.isna(place) else places.row(place)
                if row is not None:
                    entries.append((row, code))
        rows, columns = zip(*entries, strict=True) if entries else ((), ())
        shape = (len(places), len(first))
        self.matrix: Any = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    def sums(self, values: npt.ArrayLike) -> Floats:
        """(places,) sum of a value of the rows over each place."""
        value = np.asarray(values, dtype=np.float64)
        combinations = self.matrix.shape[1]
        inside = np.bincount(self.code, weights=value, minlength=combinations)
        return np.asarray(self.matrix @ inside, dtype=np.float64)

    def counts(self, where: npt.NDArray[np.bool_] | None = None) -> Floats:
        """How many rows, or how many where something holds, each place has."""
        return self.sums(np.ones(len(self.code)) if where is None else where)

    def members(self, place: int) -> Ints:
        """Rows that lie in a place."""
        combinations = np.zeros(self.matrix.shape[1], dtype=bool)
        combinations[self.matrix.indices[self.matrix.indptr[place] : self.matrix.indptr[place + 1]]] = True
        return np.flatnonzero(combinations[self.code]) if len(self.code) else np.zeros(0, dtype=np.int64)
