"""Two readings of coverage, which answer two questions and are never mixed.

======================  ==============================  ========================================
reading                 numerator                       denominator
======================  ==============================  ========================================
``coverage_land``       residential land within a       all residential land
(official)              crow-fly radius of facilities
``coverage_people``     people whose walk to the        all people
(network)               nearest entrance is short
                        enough
======================  ==============================  ========================================

::

        ╭────────╮  radius            the hatched land counts as served; the home ⌂ in it
      ╭─┼────┐▒▒▒│                    does not, since the way around the railway is longer
      │ │ ✚  │▒▒▒│                    than the radius: that difference is the severance gap
      ╰─┼────┘▒▒▒│
     ═══╪════════╪══ railway
        ╰──┐▒⌂▒┌─╯

Official: 城市体检工作手册（试行）2025, indicators 22, 25, 32, 33; GB/T 51346-2019 A.0.3 (parks, from their boundary).
Network: SDG indicator 11.2.1 metadata (UN-Habitat), which counts people along the street network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

# A disc is drawn as a polygon of 4 x 32 corners, whose area is 0.04 % less than that of the disc.
_CORNERS_PER_QUADRANT = 32
# Side of a tile in radii: larger tiles hold more discs each, smaller ones cut more land (measured, flat around 4).
_TILE_RADII = 4.0


def coverage_people(
    cost: npt.ArrayLike, people: npt.ArrayLike, *, limit: float, place: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Share of people whose cost to the nearest facility is within a limit.

    Parameters
    ----------
    cost
        (cells,) metres or seconds; inf where there is no way.
    people
        (cells,) people of a group; cells where it is unknown are left out of both sides.
    limit
        In the unit of ``cost``; a cost equal to it is within.
    place
        (cells,) place that holds each cell; cells in no place are left out. Without it, one row named ``"all"``.

    Returns
    -------
    A row for each place: ``covered``, ``total`` (people) and ``share``, 0 to 1, NaN where nobody lives.

    Examples
    --------
    >>> coverage_people([100, 600, np.inf], [30, 50, 20], limit=500)
         covered  total  share
    all     30.0  100.0    0.3
    """
    number = np.asarray(people, dtype=np.float64)
    near = np.asarray(cost, dtype=np.float64) <= limit
    known = np.isfinite(number)
    number = np.where(known, number, 0.0)
    return _shares(np.where(near, number, 0.0), number, _places(place, len(number)))


def coverage_land(
    land: gpd.GeoSeries | gpd.GeoDataFrame | npt.ArrayLike,
    facilities: gpd.GeoSeries | gpd.GeoDataFrame | npt.ArrayLike,
    *,
    radius_m: float | npt.ArrayLike,
    place: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Share of land within a crow-fly radius of facilities.

    Parameters
    ----------
    land
        (pieces,) polygons of residential land.
    facilities
        (facilities,) points, or polygons, from whose boundary the radius counts.
    radius_m
        One radius for all, or (facilities,) one for each, e.g. by the size of a park.
    place
        (pieces,) place that holds each piece; pieces in no place are left out. Without it, one row named ``"all"``.

    Returns
    -------
    A row for each place: ``covered``, ``total`` (m2) and ``share``, 0 to 1, NaN where there is no such land.

    Examples
    --------
    >>> block = shapely.box(0, 0, 100, 100)
    >>> coverage_land([block, shapely.box(900, 0, 1000, 100)], [shapely.Point(50, 50)], radius_m=300)
         covered    total  share
    all  10000.0  20000.0    0.5
    """
    pieces = _shapes(land)
    served = served_land(pieces, facilities, radius_m=radius_m)
    return _shares(served, shapely.area(pieces), _places(place, len(pieces)))


def served_land(
    land: gpd.GeoSeries | gpd.GeoDataFrame | npt.ArrayLike,
    facilities: gpd.GeoSeries | gpd.GeoDataFrame | npt.ArrayLike,
    *,
    radius_m: float | npt.ArrayLike,
) -> Floats:
    """Area of each piece of land within the radius of any facility: (pieces,) m2.

    Land near two facilities counts once: their discs are joined first. Joined, the discs of a large city can be one
    shape with 100,000 corners, slow to compare with anything; so they are joined tile by tile, and the areas added.
    """
    pieces, shapes = _shapes(land), _shapes(facilities)
    area = shapely.area(pieces)
    radius = np.broadcast_to(np.asarray(radius_m, dtype=np.float64), shapes.shape)
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & (radius > 0)
    if len(pieces) == 0 or not usable.any():
        return np.zeros(len(pieces))
    reach = shapely.buffer(shapes[usable], radius[usable], quad_segs=_CORNERS_PER_QUADRANT)
    joined = _joined_by_tile(reach, shapely.total_bounds(pieces), _TILE_RADII * float(radius[usable].max()))
    shapely.prepare(joined)
    piece, part = shapely.STRtree(joined).query(pieces, predicate="intersects")
    whole = shapely.covers(joined[part], pieces[piece])
    overlap = area[piece]
    overlap[~whole] = shapely.area(shapely.intersection(joined[part[~whole]], pieces[piece[~whole]]))
    served = np.bincount(piece, weights=overlap, minlength=len(pieces))
    within: Floats = np.minimum(served, area)  # sums of parts may exceed the whole in the last digit
    return within


def _joined_by_tile(reach: Shapes, bounds: Floats, side_m: float) -> Shapes:
    """Polygons without overlap that cover what the given ones cover within bounds, none larger than a tile."""
    west, south, east, north = bounds
    if not np.isfinite(west):  # of no land at all
        return np.zeros(0, dtype=np.object_)
    x, y = np.meshgrid(np.arange(west, east + side_m, side_m), np.arange(south, north + side_m, side_m))
    tiles = shapely.box(x.ravel(), y.ravel(), x.ravel() + side_m, y.ravel() + side_m)
    tile, near = shapely.STRtree(reach).query(tiles, predicate="intersects")
    if len(tile) == 0:
        return np.zeros(0, dtype=np.object_)
    order = np.argsort(tile, kind="stable")
    used, start = np.unique(tile[order], return_index=True)
    unions = [shapely.union_all(reach[group]) for group in np.split(near[order], start[1:])]
    parts: Shapes = shapely.get_parts(shapely.intersection(unions, tiles[used]))
    return parts


def severance_gap(official: npt.ArrayLike, network: npt.ArrayLike) -> Any:
    """What walls, railways and missing gates take away: official less network coverage, in percentage points.

    Parameters
    ----------
    official, network
        Shares from 0 to 1 for the same places and radius, as numbers, arrays or series.

    Examples
    --------
    >>> severance_gap(0.75, 0.5)
    25.0
    """
    return 100 * (official - network)  # type: ignore[operator]


def mean_of_people(
    value: npt.ArrayLike, people: npt.ArrayLike, *, place: npt.ArrayLike | None = None
) -> pd.Series:
    """Mean of a value over the people of each place; inf counts, unknown values and people are left out.

    Examples
    --------
    >>> mean_of_people([5.0, 10.0, np.nan], [300, 100, 50])["all"]
    np.float64(6.25)
    """
    values, weights = np.asarray(value, dtype=np.float64), np.asarray(people, dtype=np.float64)
    known = ~np.isnan(values) & np.isfinite(weights) & (weights > 0)
    weights = np.where(known, weights, 0.0)
    sums = np.multiply(values, weights, out=np.zeros_like(weights), where=known)
    return _shares(sums, weights, _places(place, len(values)))["share"].rename(None)


def _shares(part: Floats, whole: Floats, place: npt.NDArray[Any]) -> pd.DataFrame:
    frame = pd.DataFrame({"covered": part, "total": whole}).groupby(place, sort=True, dropna=True).sum()
    frame["share"] = frame["covered"].div(frame["total"]).where(frame["total"] > 0)
    return frame.rename_axis(None)


def _places(place: npt.ArrayLike | None, rows: int) -> npt.NDArray[Any]:
    return np.repeat("all", rows) if place is None else np.asarray(place, dtype=object)


def _shapes(shapes: Any) -> Shapes:
    return np.asarray(shapes.geometry.array if hasattr(shapes, "geometry") else shapes, dtype=np.object_)
