"""Sums over places of all levels at once: a community is in its subdistrict, district and city too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_WITHIN = ("community", "subdistrict", "district")


@dataclass(frozen=True, eq=False)
class Membership:
    """Which places hold which things: a matrix of ones and noughts that adds values up (``membership @ values``).

    scipy.sparse has the same; but importing it takes longer than all the adding up of a check-up.

    Attributes
    ----------
    place, thing
        (pairs,) sorted by place.
    places, things
        How many there are.

    Examples
    --------
    >>> holds = Membership.of([(0, 0), (0, 1), (1, 1)], places=2, things=2)
    >>> holds @ np.array([10.0, 5.0])
    array([15.,  5.])
    """

    place: Ints
    thing: Ints
    places: int
    things: int

    @classmethod
    def of(cls, pairs: list[tuple[int, int]], *, places: int, things: int) -> Membership:
        """From pairs of place and thing, in any order."""
        place, thing = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        order = np.argsort(place, kind="stable")
        return cls(place[order], thing[order], places, things)

    def __matmul__(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(places,) or (places, columns) sums of (things, ...) values over what each place holds."""
        if values.ndim == 1:
            return np.bincount(self.place, weights=values[self.thing], minlength=self.places)
        summed = np.zeros((self.places, values.shape[1]), dtype=values.dtype)
        if len(self.place):
            first = np.flatnonzero(np.r_[True, np.diff(self.place) > 0])
            summed[self.place[first]] = np.add.reduceat(values[self.thing], first, axis=0)
        return summed

    def things_of(self, place: int) -> Ints:
        """What a place holds."""
        begin, end = np.searchsorted(self.place, (place, place + 1))
        return self.thing[begin:end]


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
    def holding(self) -> Membership:
        """Which places each place is, or lies above."""
        pairs: list[tuple[int, int]] = []
        for place in range(len(self)):
            above, seen = place, set()
            while above >= 0 and above not in seen:
                seen.add(above)
                above = int(self.parents[above])
            seen.add(self.city)  # everything lies in the city, also where its parent is unknown
            pairs += [(holder, place) for holder in sorted(seen)]
        return Membership.of(pairs, places=len(self), things=len(self))

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
    holding
        Which combinations lie in each place.
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
        self.holding = Membership.of(entries, places=len(places), things=len(first))

    def sums(self, values: npt.ArrayLike) -> Floats:
        """(places,) sum of a value of the rows over each place."""
        value = np.asarray(values, dtype=np.float64)
        inside = np.bincount(self.code, weights=value, minlength=self.holding.things)
        return np.asarray(self.holding @ inside, dtype=np.float64)

    def counts(self, where: npt.NDArray[np.bool_] | None = None) -> Floats:
        """How many rows, or how many where something holds, each place has."""
        return self.sums(np.ones(len(self.code)) if where is None else where)

    def members(self, place: int) -> Ints:
        """Rows that lie in a place."""
        combinations = np.zeros(self.holding.things, dtype=bool)
        combinations[self.holding.things_of(place)] = True
        return np.flatnonzero(combinations[self.code]) if len(self.code) else np.zeros(0, dtype=np.int64)
