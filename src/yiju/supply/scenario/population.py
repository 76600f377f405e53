"""More people, fewer people, older people: the table of residents with other numbers.

A band of ages that lies partly in a group changes by the share of its years, as the check-up splits it
(:func:`yiju.checkup.people.people_of`); the total of a cell changes by as many people as its bands do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.services import group as group_of
from yiju.city.tables import RESIDENTS
from yiju.errors import InputError, UnknownName
from yiju.supply.scenario.changes import Effect
from yiju.supply.scenario.checking import checked_number
from yiju.supply.scenario.city import ChangedCity
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.checkup.context import Context
    from yiju.supply.scenario.changes import People

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# An open band such as 80 and over ends here, as the open groups do (city/groups.toml).
_OLDEST = 120


def repopulated(city: Context, change: People) -> ChangedCity:
    """The city with other people in its home cells.

    Raises
    ------
    UnknownName
        No such place, group or cell.
    InputError
        A factor below 0, people below 0, or a group that the source does not tell the ages of.
    """
    residents = city.table("residents").copy()
    if change.cells is not None:
        _take_over(residents, change.cells)
    else:
        factor = checked_number(change.factor, "factor", Text("倍数", "times"))
        if factor is None:
            raise InputError(
                Text(
                    "应给出 factor 或按单元的人数表。",
                    "needs a factor or a frame by cell, was given neither.",
                ),
                field="people",
            )
        _multiply(residents, factor, _cells_of(city, residents, change.place), change.group)
    return ChangedCity(city, Effect(people=True), tables={"residents": residents})


def _take_over(residents: gpd.GeoDataFrame, given: pd.DataFrame) -> None:
    """Numbers of a frame by ``cell_id``, in its columns ``people`` and those of bands."""
    wanted = given.set_index("cell_id") if "cell_id" in given.columns else given
    known = pd.Index(residents["cell_id"])
    columns = ["people", *RESIDENTS.band_columns(residents)]
    strange = [str(column) for column in wanted.columns if column not in columns]
    if strange:
        raise UnknownName(Text("人口列", "column of people"), strange[0], columns)
    unknown = wanted.index[~wanted.index.isin(known)]
    if len(unknown):
        raise UnknownName(Text("人口单元", "home cell"), str(unknown[0]), known.astype(str))
    if wanted.index.has_duplicates:
        twice = wanted.index[wanted.index.duplicated()][0]
        raise InputError(
            Text(f"人口单元 {twice} 出现多次。", f"the home cell {twice} stands there more than once."),
            field="cell_id",
        )
    at = known.get_indexer(wanted.index)
    for column in wanted.columns:
        numbers = wanted[column].to_numpy(dtype=np.float64)
        if not (np.isfinite(numbers) & (numbers >= 0)).all():
            worst = int(np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))[0])
            raise InputError(
                Text(
                    f"单元 {wanted.index[worst]} 的人数应为不小于 0 的数，实际为 {numbers[worst]}。",
                    f"cell {wanted.index[worst]}: people need to be a number from 0 up, were {numbers[worst]}.",
                ),
                row=worst + 1,
                field=str(column),
            )
        residents.loc[residents.index[at], column] = numbers


def _cells_of(city: Context, residents: gpd.GeoDataFrame, place: str | None) -> Bools:
    if place is None:
        return np.ones(len(residents), dtype=np.bool_)
    row = city.places.row(place)
    if row is None:
        raise UnknownName(Text("地点", "place"), place, map(str, city.places.ids))
    inside = np.zeros(len(residents), dtype=np.bool_)
    inside[city.places.within(residents).members(row)] = True
    return inside


def _multiply(residents: gpd.GeoDataFrame, factor: float, inside: Bools, group: str) -> None:
    bands = RESIDENTS.band_columns(residents)
    ages = group_of(group).ages
    if ages is None:
        for column in ["people", *bands]:
            residents.loc[inside, column] *= factor
        return
    shares = {band: _share_in(band, ages) for band in bands}
    years = sum(share * _years(band) for band, share in shares.items())
    # an open band cannot be split: nobody knows how many of those over 80 are under 90
    unsplit = any(0 < share < 1 and band.endswith("_plus") for band, share in shares.items())
    if unsplit or years < min(ages[1], _OLDEST) - ages[0] + 1:
        name = group_of(group).name
        raise InputError(
            Text(
                f"人口数据不含{name.zh}的分年龄人数，无法单独改变。",
                f"the population does not tell the number of {name.en}, so it cannot be changed alone.",
            ),
            field="group",
        )
    more = np.zeros(len(residents))
    for band, share in shares.items():
        change = np.where(inside, residents[band].fillna(0.0).to_numpy() * share * (factor - 1.0), 0.0)
        residents[band] += change
        more += change
    residents["people"] = (residents["people"] + more).clip(lower=0.0)


def _years(band: str) -> int:
    low, high = _ages(band)
    return high - low + 1


def _share_in(band: str, ages: tuple[int, int]) -> float:
    """Share of the years of a band that lie in the ages."""
    low, high = _ages(band)
    return max(min(high, ages[1]) - max(low, ages[0]) + 1, 0) / (high - low + 1)


def _ages(band: str) -> tuple[int, int]:
    _, low, high = band.split("_")
    return int(low), _OLDEST if high == "plus" else int(high)
