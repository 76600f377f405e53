"""Service areas: which homes belong to which facility, because it is their nearest.

::

    nearest    A   A   B   B   B           facility   cells   people   mean cost
    people     9   4   2   7   1              A         2       13       131 m
    metres   100 200 300 100  50              B         3       10       135 m

Each home belongs to one facility, or to none where none is within reach. That is the school district of a city without
districts, and the people whom the loss of a facility would send elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from yiju.access.checking import ByGroup, groups_of, or_none
from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd


class ServiceAreas(NamedTuple):
    """What falls to each facility, and what falls to none.

    areas
        A row for each facility: ``cells``, ``people``, ``mean`` and ``farthest`` cost of those people (NaN where it
        has none), ``area_m2`` and geometry if cells were given; with groups also ``people_GROUP`` and ``mean_GROUP``.
    unserved
        The same numbers for homes within reach of no facility: ``cells``, ``people`` and ``people_GROUP``.
    """

    areas: pd.DataFrame
    unserved: pd.Series


def service_areas(
    nearest: pd.DataFrame,
    people: ByGroup,
    *,
    facilities: pd.Index | None = None,
    cells: gpd.GeoSeries | gpd.GeoDataFrame | None = None,
) -> ServiceAreas:
    """Homes, people and costs of each facility's service area.

    Parameters
    ----------
    nearest
        From :meth:`yiju.travel.Travel.nearest`: cost and facility of each home.
    people
        (homes,) how many live there, or by group: a frame with a column for each, or a mapping. Not known (NaN)
        counts as none.
    facilities
        All facilities, so that those to which nobody belongs stand there too; by default those that have somebody.
    cells
        (homes,) polygons of the homes, to be joined to one shape for each facility.

    Raises
    ------
    ContractError
        People or cells are of other homes, or a home belongs to a facility that is not in the list.

    Examples
    --------
    >>> nearest = pd.DataFrame({"metres": [100.0, 300.0, np.inf], "facility": ["A", "A", None]})
    >>> found = service_areas(nearest, [30, 10, 5], facilities=pd.Index(["A", "B"]))
    >>> found.areas["people"].tolist(), found.areas["mean"].tolist(), found.unserved["people"]
    ([40.0, 0.0], [150.0, nan], np.float64(5.0))
    """
    unit = "metres" if "metres" in nearest.columns else "seconds"
    cost = nearest[unit].to_numpy(dtype=np.float64)
    groups, grouped = groups_of(people, nearest.index, Text("人口", "people"))
    if facilities is None:
        facilities = pd.Index(nearest["facility"].dropna().unique())
    code = facilities.get_indexer(nearest["facility"])
    served = nearest["facility"].notna().to_numpy()
    if (code[served] < 0).any():
        stranger = nearest["facility"][served & (code < 0)].iloc[0]
        raise ContractError(
            Text(
                f"设施名单中没有 {stranger}，而有居民的最近设施是它。",
                f"The facilities need to hold {stranger}, which is somebody's nearest.",
            )
        )
    at, number = code[served], len(facilities)
    everyone = np.sum([or_none(each) for each in groups.values()], axis=0)
    columns = {
        "cells": np.bincount(at, minlength=number),
        **_people_and_costs("", everyone, at, number, cost, served),
        "farthest": _farthest(cost[served], everyone[served], at, number),
    }
    left = {"cells": float((~served).sum()), "people": everyone[~served].sum()}
    if grouped:
        for group, each in groups.items():
            columns |= _people_and_costs(f"_{group}", or_none(each), at, number, cost, served)
            left[f"people_{group}"] = or_none(each)[~served].sum()
    areas = pd.DataFrame(columns, index=facilities)
    if cells is not None:
        areas = _with_shapes(areas, cells, nearest.index, code)
    return ServiceAreas(areas, pd.Series(left, dtype=np.float64))


def _people_and_costs(
    suffix: str, people: np.ndarray, at: np.ndarray, number: int, cost: np.ndarray, served: np.ndarray
) -> dict[str, np.ndarray]:
    total = np.bincount(at, weights=people[served], minlength=number).astype(np.float64)
    spent = np.bincount(at, weights=people[served] * cost[served], minlength=number).astype(np.float64)
    mean = np.divide(spent, total, out=np.full(number, np.nan), where=total > 0)
    return {f"people{suffix}": total, f"mean{suffix}": mean}


def _farthest(cost: np.ndarray, people: np.ndarray, at: np.ndarray, number: int) -> np.ndarray:
    farthest = np.full(number, -np.inf)
    lived = people > 0
    np.maximum.at(farthest, at[lived], cost[lived])
    return np.where(np.isneginf(farthest), np.nan, farthest)


def _with_shapes(
    areas: pd.DataFrame, cells: gpd.GeoSeries | gpd.GeoDataFrame, homes: pd.Index, code: np.ndarray
) -> gpd.GeoDataFrame:
    import geopandas as gpd  # noqa: PLC0415 - only who draws pays

    if not cells.index.equals(homes):
        raise ContractError(
            Text(
                f"格网的索引应与居住单元一致（{len(homes)} 行），实际不一致（{len(cells)} 行）。",
                f"Cells need the index of the homes ({len(homes)} rows), were given another ({len(cells)}) instead.",
            )
        )
    shapes = np.asarray(cells.geometry.array, dtype=np.object_)
    joined = [shapely.union_all(shapes[code == facility]) for facility in range(len(areas))]
    framed = gpd.GeoDataFrame(areas, geometry=joined, crs=cells.crs)
    framed.insert(framed.columns.get_loc("farthest") + 1, "area_m2", shapely.area(joined))
    return framed
