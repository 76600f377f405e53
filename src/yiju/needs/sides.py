"""The sides of a city that are compared: centre and fringe, new town and old, young and old.

1. *Centre and fringe* 中心与边缘. Homes are sorted by the people who live around them, in a square of 1.25 km. The
   densest half of the residents live in the centre, the sparsest fifth at the fringe; those between are in neither. A
   second centre of a city is a centre too, wherever it lies.
2. *Old town and new* 老城与新城. A home is of the old town where the nearest residential building whose year is known,
   250 m away at most, was finished by 2000, the year up to which the renewal of old compounds asks; else of the new.
   Homes without such a building are in neither. Not measurable where these are more than half of the residents.
3. *Old and young* 老与少. People of 60 and over, and those under 15, in the same homes.

Shares, distances and widths are proposals of ours; the year is that of 国办发〔2020〕23号 (from memory, provisional).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.checkup.blocks import NotMeasurable
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_CENTRE_SHARE, _FRINGE_SHARE = 0.5, 0.2
# Proposals of ours, see the head of this file.
_TILE_M = 250.0
_TILES_AROUND = 2
_NEAR_BUILDING_M = 250.0
_LEAST_SORTED = 0.5
# 国办发〔2020〕23号: old compounds are those built by the end of 2000 (from memory, provisional).
_OLD_UNTIL_YEAR = 2000
_YOUNG = ("age_0_2", "age_3_5", "age_6_11", "age_12_14")

PAIRS = {
    "centre_fringe": (Text("中心", "centre"), Text("边缘", "fringe")),
    "new_old": (Text("新城", "new town"), Text("老城", "old town")),
    "young_old": (Text("少（15岁以下）", "young, under 15"), Text("老（60岁及以上）", "old, 60 and over")),
}


@dataclass(frozen=True, eq=False)
class Sides:
    """(cells,) which homes are on which side; some are on neither."""

    first: Bools
    second: Bools


def centre_and_fringe(context: Context) -> Sides:
    """Rule 1.

    Raises
    ------
    NotMeasurable
        There is no population, or it lives equally dense everywhere.
    """
    cells = context.cells
    people = np.array(cells["people"], dtype=np.float64)
    around = people_around(shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy())), people)
    order = np.argsort(around, kind="stable")
    below = np.cumsum(people[order]) / people.sum()
    sparse, dense = (
        around[order][min(int(np.searchsorted(below, share)), len(order) - 1)]
        for share in (_FRINGE_SHARE, 1.0 - _CENTRE_SHARE)
    )
    if not dense > sparse:
        raise NotMeasurable(
            Text(
                "各处人口密度相同，分不出中心与边缘。",
                "people live equally dense everywhere: there is no centre.",
            )
        )
    return Sides(around >= dense, around <= sparse)


def new_and_old_town(context: Context) -> Sides:
    """Rule 2.

    Raises
    ------
    NotMeasurable
        The year of too few buildings is known.
    """
    buildings = context.table("buildings")
    known = buildings[(buildings["use"] != "other") & buildings["year_built"].notna()]
    cells = context.cells
    people = np.array(cells["people"], dtype=np.float64)
    year = np.full(len(cells), np.nan)
    if len(known):
        home, building = shapely.STRtree(known.geometry.to_numpy()).query_nearest(
            cells.geometry.to_numpy(), max_distance=_NEAR_BUILDING_M, all_matches=False
        )
        year[home] = np.array(known["year_built"], dtype=np.float64)[building]
    if people[~np.isnan(year)].sum() < _LEAST_SORTED * people.sum():
        raise NotMeasurable(
            Text(
                "半数以上居民附近没有已知建成年份的住宅。",
                "more than half of the residents have no dwelling nearby whose year of completion is known.",
            )
        )
    return Sides(year > _OLD_UNTIL_YEAR, year <= _OLD_UNTIL_YEAR)


def young_and_old(context: Context) -> tuple[Floats, Floats]:
    """(cells,) the young and the old of each home, rule 3.

    Raises
    ------
    NotMeasurable
        The population tells no ages.
    """
    young = np.sum([context.people(group).people for group in _YOUNG], axis=0)
    return np.asarray(young, dtype=np.float64), context.people("age_60_plus").people


def people_around(xy: Floats, people: Floats) -> Floats:
    """(n,) people in the square of five by five tiles of 250 m around the tile of each point.

    Examples
    --------
    >>> xy = np.array([[0.0, 0.0], [400.0, 0.0], [9_000.0, 0.0]])
    >>> people_around(xy, np.array([100.0, 50.0, 10.0])).tolist()
    [150.0, 150.0, 10.0]
    """
    tile = np.floor((xy - xy.min(axis=0)) / _TILE_M).astype(np.int64)
    width, height = tile.max(axis=0) + 1
    grid = np.zeros((width, height))
    np.add.at(grid, (tile[:, 0], tile[:, 1]), people)
    # sums over squares from sums from the corner: four look-ups for each point
    corner = np.zeros((width + 1, height + 1))
    corner[1:, 1:] = grid.cumsum(axis=0).cumsum(axis=1)
    low = np.maximum(tile - _TILES_AROUND, 0)
    high = np.minimum(tile + _TILES_AROUND + 1, [width, height])
    total = (
        corner[high[:, 0], high[:, 1]]
        - corner[low[:, 0], high[:, 1]]
        - corner[high[:, 0], low[:, 1]]
        + corner[low[:, 0], low[:, 1]]
    )
    return np.asarray(total, dtype=np.float64)
