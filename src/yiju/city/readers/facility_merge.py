"""Bring OpenStreetMap's facilities and the city's own table together.

Rules:

1. Every row of the table stays: what the city states, holds.
2. An OpenStreetMap row is the same facility as a row of the table where both offer the same service and
   a. the one lies inside the other's area, or
   b. they are within 50 m and a name is unknown or the names agree, or
   c. they are within 250 m and the names agree.
   Names agree where, without the words that only say what kind of place it is, one holds the other or they
   are alike by 0.6 (difflib), and their numerals are the same. Nearest and best-named pairs come first; each
   row has one partner.
3. A pair is one row of source ``osm+table``: the table's values override, OpenStreetMap fills what the table
   does not know. The area of either is kept, the table's first. The id is OpenStreetMap's, so that gates and
   entrances find it; ``source_id`` is the table's.
4. An OpenStreetMap row without a partner stays, but not for services that the table is ``complete_for``:
   there it is dropped and reported.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.readers.service_names import generic_words, service_code
from yiju.city.readers.tabular import plain
from yiju.city.tables import FACILITIES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from yiju.city.rejections import Rejections

# [P] Rule 2 b: the width of a large plot's frontage; a point of a register stands at the door, OSM's in the
# middle.
_NEAR_M = 50.0
# [P] Rule 2 c: the length of a large plot, such as a school's.
_FAR_M = 250.0
# [P] Rule 2: below it, two Chinese names of four characters share only two.
_ALIKE = 0.6

_NUMERALS = re.compile(r"[0-9一二三四五六七八九十]+")
_FILLED = ("name", "capacity", "floor_area_m2", "land_area_m2", "opening")


def merge(
    osm: gpd.GeoDataFrame,
    table: gpd.GeoDataFrame,
    complete_for: Iterable[str] = (),
    report: Rejections | None = None,
) -> gpd.GeoDataFrame:
    """Merge two tables FACILITIES of one CRS.

    Parameters
    ----------
    osm, table
        From :func:`yiju.city.readers.osm.read_osm` and :func:`~yiju.city.readers.facilities.read_facilities`.
    complete_for
        Services, by code or name, of which the table lists every facility there is.
    report
        Takes the rows that are dropped by rule 4.

    Raises
    ------
    UnknownName
        ``complete_for`` names a service that is not in the catalogue.
    """
    complete = {service_code(name) for name in complete_for}
    osm, table = osm.reset_index(drop=True), table.reset_index(drop=True)
    partner = np.full(len(table), -1, dtype=np.int64)
    for service in sorted(set(table["service"]) & set(osm["service"])):
        ours = np.flatnonzero(table["service"] == service)
        theirs = np.flatnonzero(osm["service"] == service)
        for i, j in _pairs(table.iloc[ours], osm.iloc[theirs], service):
            partner[ours[i]] = theirs[j]
    stated = _filled(table, osm, partner)
    left = np.setdiff1d(np.arange(len(osm)), partner[partner >= 0])
    alone = osm.iloc[left]
    replaced = alone["service"].isin(complete)
    gone = alone[replaced]
    if report is not None:
        why = Text("不在本市声明为完整的设施表中", "is not in the table that the city declares complete")
        values = gone["name"].fillna(gone["service"])
        report.add_all(
            why=why, action="row dropped", field="service", rows=gone["facility_id"], values=values
        )
    both = gpd.GeoDataFrame(
        pd.concat([stated, alone[~replaced]], ignore_index=True), crs=osm.crs or table.crs
    )
    return FACILITIES.validate(both)


def _pairs(table: gpd.GeoDataFrame, osm: gpd.GeoDataFrame, service: str) -> list[tuple[int, int]]:
    """Find the pairs of one service by rule 2, as positions."""
    ours, theirs = table.geometry.to_numpy(), osm.geometry.to_numpy()
    i, j = shapely.STRtree(theirs).query(ours, predicate="dwithin", distance=_FAR_M)
    away = shapely.distance(ours[i], theirs[j])
    inside = (away == 0) & ((shapely.area(ours)[i] > 0) | (shapely.area(theirs)[j] > 0))
    our_names = [_core(name, service) for name in table["name"]]
    their_names = [_core(name, service) for name in osm["name"]]
    alike = np.array(
        [_alike(our_names[a], their_names[b]) for a, b in zip(i, j, strict=True)], dtype=np.float64
    )
    unnamed = np.isnan(alike)
    agree = alike >= _ALIKE
    same = inside | agree | ((away <= _NEAR_M) & unnamed)
    # agreeing names first, then nearness, then the order of the files
    order = np.lexsort((j, i, away, ~agree))
    taken_i: set[int] = set()
    taken_j: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for k in order[same[order]]:
        a, b = int(i[k]), int(j[k])
        if a not in taken_i and b not in taken_j:
            taken_i.add(a)
            taken_j.add(b)
            pairs.append((a, b))
    return pairs


def _core(name: object, service: str) -> str:
    """Bring a name to what tells it from others of its kind; empty where nothing does."""
    if not isinstance(name, str):
        return ""
    core = re.sub(r"[^\w]", "", plain(name))
    for word in generic_words(service):
        core = core.replace(word, "")
    return core


def _alike(one: str, other: str) -> float:
    """Tell how far two names agree, 0 to 1; NaN where one is unknown."""
    if not one or not other:
        return float("nan")
    if (
        _NUMERALS.findall(one) != _NUMERALS.findall(other)
        and _NUMERALS.search(one)
        and _NUMERALS.search(other)
    ):
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 2 and short in long:
        return 1.0
    return difflib.SequenceMatcher(None, one, other).ratio()


def _filled(table: gpd.GeoDataFrame, osm: gpd.GeoDataFrame, partner: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Fill the rows that have a partner, by rule 3."""
    paired = partner >= 0
    ours, theirs = table[paired].copy(), osm.iloc[partner[paired]].set_index(table.index[paired])
    for column in _FILLED:
        ours[column] = ours[column].fillna(theirs[column])
    shaped = (ours.geometry.area > 0) | (theirs.geometry.area == 0)
    ours = ours.set_geometry(ours.geometry.where(shaped, theirs.geometry))
    ours["source_id"] = ours["source_id"].fillna(ours["facility_id"])
    ours["facility_id"] = theirs["facility_id"]
    ours["source"] = "osm+table"
    return gpd.GeoDataFrame(pd.concat([ours, table[~paired]]).sort_index(kind="stable"), crs=table.crs)
