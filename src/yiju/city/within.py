"""Which place holds which thing: points in areas, and the places of every level that a row lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# The levels that a row may lie in; the city itself is not worth a column.
HOLDING_LEVELS = ("community", "subdistrict", "district")


def holder(points: np.ndarray, areas: np.ndarray, *, reach_m: float = 0.0) -> np.ndarray:
    """Index of the area that holds each point, -1 where none does.

    A point on a common border goes to the area that comes first, so that it is counted once.

    Parameters
    ----------
    points : (n,) geometries
        Points; an empty or missing one is held by none.
    areas : (m,) geometries
        Polygons.
    reach_m
        A point in no area goes to the nearest one within this many metres.

    Returns
    -------
    (n,) int64
        Index into ``areas``.

    Examples
    --------
    >>> squares = shapely.box([0, 1], 0, [1, 2], 1)
    >>> holder(shapely.points([[0.5, 0.5], [1, 0.5], [1.5, 0.5], [9, 9]]), squares).tolist()
    [0, 0, 1, -1]
    """
    found = np.full(len(points), -1, dtype=np.int64)
    if not len(areas) or not len(points):
        return found
    # Areas ask for points and not the other way round: GEOS prepares the side that asks.
    area, which = shapely.STRtree(points).query(areas, predicate="intersects")
    # Written from the last area to the first, so that the first one stays.
    order = np.argsort(-area, kind="stable")
    found[which[order]] = area[order]
    if reach_m > 0:
        lost = np.flatnonzero((found < 0) & ~shapely.is_empty(points) & ~shapely.is_missing(points))
        near, area = shapely.STRtree(areas).query_nearest(
            points[lost], max_distance=reach_m, all_matches=False
        )
        found[lost[near]] = area
    return found


def sums(at: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sum of the values of what each area holds.

    Parameters
    ----------
    at : (n,) int
        Index of the area, -1 for none, as :func:`holder` gives it.
    values : (n,) float
        To be summed.
    count
        Number of areas.

    Examples
    --------
    >>> sums(np.array([0, 2, -1, 0]), np.array([1.0, 2.0, 4.0, 8.0]), 3).tolist()
    [9.0, 0.0, 2.0]
    """
    held = at >= 0
    return np.bincount(at[held], weights=values[held], minlength=count)


def inner_points(geometries: np.ndarray) -> np.ndarray:
    """A point for each geometry: itself, or one on its surface.

    Examples
    --------
    >>> inner_points(np.array([shapely.Point(1, 2), shapely.box(0, 0, 2, 2)])).tolist()
    [<POINT (1 2)>, <POINT (1 1)>]
    """
    points = np.array(geometries, dtype=object)
    areal = shapely.get_type_id(points) > 0
    points[areal] = shapely.point_on_surface(points[areal])
    return points


def assign_places(
    frame: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, reach_m: float = 0.0
) -> gpd.GeoDataFrame:
    """The frame with ``community``, ``subdistrict`` and ``district``: the places that hold each row.

    A row with an area counts where a point on its surface lies. Unknown where no place of the level holds it.
    ``reach_m`` takes rows just outside (a resident on a quay) to the nearest place of the level.
    """
    import pandas as pd  # noqa: PLC0415 - the callers have it; the cores above do without

    points = inner_points(frame.geometry.to_numpy())
    columns: dict[str, pd.Series] = {}
    for level in HOLDING_LEVELS:
        of_level = places[places["level"] == level]
        at = holder(points, of_level.geometry.to_numpy(), reach_m=reach_m)
        ids = np.array([*of_level["place_id"], None], dtype=object)
        columns[level] = pd.Series(ids[at], index=frame.index, dtype="str")
    return frame.assign(**columns)
