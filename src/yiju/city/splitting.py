"""Split land that holds too many people for one community and has no street to cut it along."""

from __future__ import annotations

import math

import numpy as np
import shapely

from yiju.city.communities import FEWEST_PEOPLE, MOST_PEOPLE
from yiju.city.within import holder

# People that each part should have: the middle of what a community holds, so that neither limit is near.
_WANTED_PEOPLE = (FEWEST_PEOPLE + MOST_PEOPLE) / 2
# Lloyd's steps until the centres rest; on real parcels they do after five to ten.
_STEPS = 50
# How far a cut reaches over the edge of its parcel (metres): more than rounding, less than any parcel.
_OVER_M = 0.5


def splitting_lines(polygons: np.ndarray, points: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Lines that cut each polygon with more than 12,000 people into parts around where its people live.

    The centres are those of weighted k-means, begun along the longer axis of the people: nothing is random.

    Parameters
    ----------
    polygons : (n,) polygons
        Parcels.
    points : (m,) points
        Cells of residents.
    people : (m,) float
        People of each cell; unknown counts as none.

    Returns
    -------
    (k,) lines
        Across the polygons that are too full; empty where there are none.

    Examples
    --------
    >>> block = np.array([shapely.box(0, 0, 200, 100)])
    >>> homes, people = shapely.points([[50, 50], [150, 50]]), np.array([9000.0, 8000.0])
    >>> [line.wkt for line in splitting_lines(block, homes, people)]
    ['LINESTRING (100 100.5, 100 -0.5)']
    """
    weight = np.nan_to_num(people)
    at = holder(points, polygons)
    held = np.bincount(at[at >= 0], weights=weight[at >= 0], minlength=len(polygons))
    lines = []
    for full in np.flatnonzero(held > MOST_PEOPLE):
        mine = (at == full) & (weight > 0)
        parts = min(math.ceil(held[full] / _WANTED_PEOPLE), int(mine.sum()))
        if parts < 2:
            continue  # one cell holds them all: there is nothing to tell where to cut
        centres = _centres(shapely.get_coordinates(points[mine]), weight[mine], parts)
        # A little over the edge, so that the ends surely cross it.
        reach = shapely.buffer(polygons[full], _OVER_M)
        edges = shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=reach, only_edges=True)
        lines.append(shapely.intersection(edges, reach))
    cut = shapely.get_parts(np.array(lines, dtype=object))
    straight: np.ndarray = cut[shapely.get_type_id(cut) == 1]
    return straight


def _centres(xy: np.ndarray, weight: np.ndarray, parts: int) -> np.ndarray:
    """Weighted k-means: (parts, 2) centres."""
    middle = np.average(xy, axis=0, weights=weight)
    _, _, axes = np.linalg.svd((xy - middle) * np.sqrt(weight)[:, None], full_matrices=False)
    along = (xy - middle) @ axes[0]
    order = np.argsort(along, kind="stable")
    # Equal shares of the people along the axis.
    share = np.minimum((np.cumsum(weight[order]) - weight[order] / 2) / weight.sum() * parts, parts - 1)
    group = np.empty(len(xy), dtype=np.int64)
    group[order] = share.astype(np.int64)
    centres = np.empty((parts, 2))
    for _ in range(_STEPS):
        for part in range(parts):
            inside = group == part
            if inside.any():
                centres[part] = np.average(xy[inside], axis=0, weights=weight[inside])
        nearest = ((xy[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        if (nearest == group).all():
            break
        group = nearest
    return np.unique(centres, axis=0)
