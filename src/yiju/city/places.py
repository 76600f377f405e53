"""Places that the city does not give: approximate communities, their ids and names, the city's outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.communities import FEWEST_PEOPLE, Merged, merge_parcels
from yiju.city.parcels import Borders, bridged, dissolve, point_codes
from yiju.city.tables import PLACES
from yiju.city.within import holder, inner_points

if TYPE_CHECKING:
    from pyproj import CRS

# Over a river or a harbour basin narrower than this (metres) two banks may be one community; an inhabited
# island further out stays by itself. Proposal of ours: a bridge of 500 m is five minutes' walk at GB 50180's
# pace.
BRIDGE_REACH_M = 500.0
# Ids of new communities come from their place on a lattice this wide (metres). Proposal of ours: well under
# the width of a community, well over what a re-drawn kerb moves.
ID_STEP_M = 50.0
# An old community lives on in the new one that holds at least this share of it, or lies so far within it.
# Proposal of ours: more than half can be true of one pair only.
SAME_PLACE_SHARE = 0.5
# Around a city that gives no boundary (metres): what one walks from the outermost street or home in 5
# minutes.
# Source of the pace: GB 50180-2018, 300 m in 5 minutes.
HULL_MARGIN_M = 300.0
# How far the outline may reach from one point to the next before it cuts inwards (share, 0 tight to 1
# convex).
# Proposal of ours, looked at on Porto Alegre and Porto.
_HULL_RATIO = 0.1


def approximate_communities(
    polygons: np.ndarray,
    people: np.ndarray,
    borders: Borders,
    *,
    crs: CRS | str | None,
    zones: gpd.GeoDataFrame | None = None,
    previous: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Communities made of parcels, with 5,000 to 12,000 people where that can be; origin ``approximate``.

    Parameters
    ----------
    polygons : (n,) polygons
        Parcels.
    people : (n,) float
        People of each parcel; unknown counts as none.
    borders
        Which parcels touch.
    zones
        Given places of the next level up; no community lies in two of them.
    previous
        Approximate communities of an earlier build: what still has a right size stays, with its id and name.
    streets
        Street edges with a ``name``, after which communities are called.

    Returns
    -------
    GeoDataFrame
        Rows of the contract ``places``; empty where there are no people.
    """
    if not np.nansum(people) > 0 or not len(polygons):
        return PLACES.empty(crs)
    inner = shapely.point_on_surface(polygons)
    zone = holder(inner, zones.geometry.to_numpy()) if zones is not None and len(zones) else None
    start = None if previous is None else holder(inner, previous.geometry.to_numpy())
    merged = merge_parcels(
        people,
        shapely.area(polygons),
        shapely.length(polygons),
        bridged(borders, polygons, reach_m=BRIDGE_REACH_M),
        zone=zone,
        start=start,
    )
    areas = _without_empty_islands(dissolve(polygons, merged.group, len(merged.people)), merged)
    ids = np.array(point_codes("c", shapely.point_on_surface(areas), ID_STEP_M), dtype=object)
    names = name_after_streets(areas, streets)
    if previous is not None and len(previous):
        old = same_places(areas, previous.geometry.to_numpy())
        ids, names = _carry_over(ids, names, old, previous)
    parents = np.full(len(areas), None, dtype=object)
    if zones is not None and zone is not None:
        at = holder(inner_points(areas), zones.geometry.to_numpy())
        parents = np.array([*zones["place_id"], None], dtype=object)[at]
    frame = gpd.GeoDataFrame(
        {
            "place_id": ids,
            "level": "community",
            "name": names,
            "parent_id": parents,
            "origin": "approximate",
            "area_m2": shapely.area(areas),
        },
        geometry=areas,
        crs=crs,
    )
    return PLACES.validate(frame.sort_values("place_id"))


def complete_places(
    given: gpd.GeoDataFrame, outer: shapely.Geometry, *, name: str, crs: CRS | str | None
) -> gpd.GeoDataFrame:
    """The given places and the city that holds them, each with the place above it.

    Parameters
    ----------
    given
        Rows of the contract ``places``; may be empty.
    outer
        Outline of the city, for when no given place is one.
    name
        What to call it.

    Examples
    --------
    >>> outer, crs = shapely.box(0, 0, 9, 9), "EPSG:4545"
    >>> town = complete_places(PLACES.empty(crs), outer, name="磁溪市", crs=crs)
    >>> town.loc[0, ["place_id", "level", "origin"]].tolist()
    ['city', 'city', 'approximate']
    """
    places = given.copy()
    cities = places.loc[places["level"] == "city", "place_id"]
    if not len(cities):
        ids = set(places["place_id"])
        code = next(c for c in ("city", *(f"city{i}" for i in range(len(ids) + 1))) if c not in ids)
        row = {
            "place_id": code,
            "level": "city",
            "name": name,
            "origin": "approximate",
            "area_m2": outer.area,
        }
        city = gpd.GeoDataFrame([row], geometry=[outer], crs=crs)
        places = (
            PLACES.validate(pd.concat([city, places], ignore_index=True))
            if len(places)
            else PLACES.validate(city)
        )
        cities = places.loc[[0], "place_id"]
    orphans = places["parent_id"].isna() & (places["level"] != "city")
    places.loc[orphans, "parent_id"] = cities.iloc[0]
    return PLACES.validate(places)


def _without_empty_islands(areas: np.ndarray, merged: Merged) -> np.ndarray:
    """Give rocks and quays where nobody lives to the nearest community."""
    empty = np.flatnonzero(merged.people <= 0)
    lived_in = np.flatnonzero(merged.people > 0)
    if not len(empty):
        return areas
    _, nearest = shapely.STRtree(areas[lived_in]).query_nearest(areas[empty], all_matches=False)
    out = areas.copy()
    for area, home in zip(areas[empty], lived_in[nearest], strict=True):
        out[home] = shapely.union_all([out[home], area])
    return out[lived_in]


def same_places(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Index of the old area that each new one continues, -1 where it is new.

    Pairs are taken from the largest overlap down, each area once, where the overlap is more than half of
    either.

    Examples
    --------
    >>> same_places(shapely.box([0, 10], 0, [9, 30], 1), shapely.box([50, 0], 0, [60, 10], 1)).tolist()
    [1, -1]
    """
    continued = np.full(len(new), -1, dtype=np.int64)
    mine, theirs = shapely.STRtree(old).query(new, predicate="intersects")
    overlap = shapely.area(shapely.intersection(new[mine], old[theirs]))
    smaller = np.minimum(shapely.area(new[mine]), shapely.area(old[theirs]))
    enough = overlap > SAME_PLACE_SHARE * smaller
    taken: set[int] = set()
    for i in np.lexsort((theirs, mine, -overlap)):
        if enough[i] and continued[mine[i]] < 0 and theirs[i] not in taken:
            continued[mine[i]] = theirs[i]
            taken.add(int(theirs[i]))
    return continued


def _carry_over(
    ids: np.ndarray, names: np.ndarray, old: np.ndarray, previous: gpd.GeoDataFrame
) -> tuple[np.ndarray, np.ndarray]:
    kept = old >= 0
    ids, names = ids.copy(), names.copy()
    ids[kept] = previous["place_id"].to_numpy(dtype=object)[old[kept]]
    names[kept] = previous["name"].to_numpy(dtype=object)[old[kept]]
    in_use = set(ids[kept])
    for i in np.flatnonzero(~kept):
        code = ids[i]
        while code in in_use:  # an old community has moved away from where its id was made
            code += "x"
        ids[i] = code
        in_use.add(code)
    return ids, names


def name_after_streets(areas: np.ndarray, streets: gpd.GeoDataFrame | None) -> np.ndarray:
    """A name for each area: the street that is longest in it and most its own, with a number if shared.

    A street counts by its length within the area times the share of its whole length that this is; so a short
    street wholly inside goes before an avenue that crosses the city.

    Examples
    --------
    >>> lines = shapely.linestrings([[(0, 5), (10, 5)], [(10, 5), (19, 5)], [(1, 1), (9, 1)]])
    >>> streets = gpd.GeoDataFrame({"name": ["人民路", "人民路", "磁溪街"]}, geometry=lines)
    >>> name_after_streets(shapely.box([0, 10, 20], 0, [10, 20, 30], 10), streets).tolist()
    ['磁溪街', '人民路', '3 号片区 (area 3)']
    """
    names = np.full(len(areas), None, dtype=object)
    if streets is not None and len(streets) and streets["name"].notna().any():
        known = streets[streets["name"].notna() & ~streets.geometry.is_empty & streets.geometry.notna()]
        lines = known.geometry.to_numpy()
        lengths = pd.DataFrame(
            {
                "area": holder(shapely.line_interpolate_point(lines, 0.5, normalized=True), areas),
                "name": known["name"].to_numpy(dtype=object),
                "length": shapely.length(lines),
            }
        )
        within = (
            lengths[lengths["area"] >= 0].groupby(["area", "name"], sort=True)["length"].sum().reset_index()
        )
        whole = lengths.groupby("name")["length"].sum()
        within["score"] = within["length"] ** 2 / within["name"].map(whole)
        best = within.sort_values(["area", "score", "name"], ascending=[True, False, True]).drop_duplicates(
            "area"
        )
        names[best["area"].to_numpy()] = best["name"].to_numpy(dtype=object)
    count: dict[str, int] = {}
    for i, name in enumerate(names):
        if name is None:
            names[i] = f"{i + 1} 号片区 (area {i + 1})"
            continue
        count[name] = count.get(name, 0) + 1
        names[i] = name if count[name] == 1 else f"{name} {count[name]}"
    return names


def outline(points: np.ndarray) -> shapely.Geometry:
    """The outline of a city without a boundary: a hull around its streets or homes, 300 m wider.

    Examples
    --------
    >>> outline(shapely.points([[0, 0], [1000, 0], [1000, 1000], [0, 1000]])).area > 1000 * 1000
    True
    """
    # A point for each 50 m is as good as all of them, and a hundred times fewer.
    thinned = np.unique(np.rint(shapely.get_coordinates(points) / ID_STEP_M), axis=0) * ID_STEP_M
    hull = shapely.concave_hull(shapely.multipoints(thinned), ratio=_HULL_RATIO)
    return shapely.buffer(hull, HULL_MARGIN_M, quad_segs=4)


def too_small(people: np.ndarray) -> int:
    """How many communities hold fewer people than a community should.

    Examples
    --------
    >>> too_small(np.array([4999.0, 5000.0]))
    1
    """
    return int((people < FEWEST_PEOPLE).sum())
