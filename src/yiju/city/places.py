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
# Around the streets of a city that gives no boundary (metres): the houses on their far side.
# Proposal of ours: the depth of a plot. Any more would add land of which the data know nothing.
HULL_MARGIN_M = 25.0
# Points of an outline nearer to each other than this (metres) are one. Proposal of ours: a fifth of the gap
# below.
_THINNED_M = 100.0
# Open land between streets that is narrower than twice this (metres) is part of the city; wider, a lake or a
# hill.
# Proposal of ours: the 1,000 m of the 15-minute circle (GB 50180-2018) from street to street, looked at on
# maps.
OPEN_LAND_M = 500.0


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


def outline(points: np.ndarray, *, margin_m: float = HULL_MARGIN_M) -> shapely.Geometry:
    """The outline of a city without a boundary: around its streets or homes, a little wider.

    The points are grown by 500 m and shrunk back: gaps narrower than a kilometre close, wider ones stay out.

    Examples
    --------
    >>> town = outline(shapely.points([[x, y] for x in range(0, 2000, 100) for y in range(0, 2000, 100)]))
    >>> round(town.area / 1e6, 1)
    3.8
    """
    # A point for each 100 m is as good as all of them, and many times fewer.
    thinned = np.unique(np.rint(shapely.get_coordinates(points) / _THINNED_M), axis=0) * _THINNED_M
    grown = shapely.union_all(shapely.buffer(shapely.points(thinned), OPEN_LAND_M + margin_m, quad_segs=4))
    return shapely.simplify(shapely.buffer(grown, -OPEN_LAND_M, quad_segs=4), margin_m / 2)


def cell_reach_m(points: np.ndarray) -> float:
    """How far a cell of people stands for the land around it: to the corner between it and the next cells.

    Examples
    --------
    >>> round(cell_reach_m(shapely.points([[0, 0], [250, 0], [0, 250]])))
    177
    """
    if len(points) < 2:
        return HULL_MARGIN_M
    tree = shapely.STRtree(points)
    _, spacing = tree.query_nearest(points, exclusive=True, return_distance=True, all_matches=False)
    return float(np.median(spacing) / np.sqrt(2))


def too_small(people: np.ndarray) -> int:
    """How many communities hold fewer people than a community should.

    Examples
    --------
    >>> too_small(np.array([4999.0, 5000.0]))
    1
    """
    return int((people < FEWEST_PEOPLE).sum())
