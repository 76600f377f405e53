"""Parcels: the land between streets, railways and water, and the borders that parcels share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# Ways inside a block or across open land: they do not part one block from the next.
# Source: https://wiki.openstreetmap.org/wiki/Key:highway, "paths" and "service".
INNER_CLASSES = frozenset(
    {
        "service",
        "track",
        "footway",
        "path",
        "steps",
        "cycleway",
        "bridleway",
        "corridor",
        "platform",
        "elevator",
    }
)
# Walked only, yet lined with houses on both sides.
# Source: https://wiki.openstreetmap.org/wiki/Tag:highway%3Dpedestrian
WALKED_STREET_CLASSES = frozenset({"pedestrian", "living_street"})
# Streets that one does not simply walk across.
# Source: https://wiki.openstreetmap.org/wiki/Key:highway, controlled-access roads.
BARRIER_CLASSES = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})

# Strips narrower than this (twice the area over the perimeter, metres) are medians, ramps and traffic
# islands.
# Proposal of ours: looked at on the maps of Las Palmas and Porto; a block of 20 m x 20 m just stays.
SLIVER_WIDTH_M = 10.0
# Ponds and pools under this area (m2) do not cut land. Proposal of ours: one hectare, a small block.
SMALLEST_CUTTING_WATER_M2 = 10_000.0
# A border lies along a barrier when its middle is this near to it, metres: noding moves points by less.
_ON_THE_LINE_M = 0.5


@dataclass(frozen=True)
class Borders:
    """Pairs of parcels that share a border, each pair once.

    ``first`` and ``second`` are (n,) indices of parcels, first < second; ``length_m`` the length of the
    border and ``barrier_m`` how much of it runs along a railway or a motorway.
    """

    first: np.ndarray
    second: np.ndarray
    length_m: np.ndarray
    barrier_m: np.ndarray


def cutting_streets(edges: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Lines of the streets that part one block from the next, and whether each is a barrier on foot.

    RULE 1  Streets that may be driven, and pedestrian streets; not service ways, tracks and paths.
    RULE 2  Tunnels cut nothing.
    RULE 3  A network that says nothing of driving is cut along every edge.
    """
    street_class = edges["street_class"].fillna("").astype("str")
    driven = edges["drive_forward"].astype(bool) | edges["drive_backward"].astype(bool)
    cuts = (driven & ~street_class.isin(INNER_CLASSES)) | street_class.isin(WALKED_STREET_CLASSES)  # RULE 1
    if not driven.any():
        cuts = cuts | True  # RULE 3
    cuts = (cuts & ~edges["tunnel"].astype(bool)).to_numpy()  # RULE 2
    return edges.geometry.to_numpy()[cuts], street_class.isin(BARRIER_CLASSES).to_numpy()[cuts]


def cut_parcels(
    boundary: shapely.Geometry,
    lines: np.ndarray,
    water: np.ndarray,
    *,
    sliver_width_m: float = SLIVER_WIDTH_M,
) -> np.ndarray:
    """Polygons of land between the lines, inside the boundary, without water; slivers joined to a neighbour.

    Parameters
    ----------
    boundary
        Polygon or multipolygon of the city.
    lines : (n,) geometries
        What cuts: streets, railways, watercourses.
    water : (m,) geometries
        Polygons of water; those of a hectare or more are cut out.

    Returns
    -------
    (k,) polygons
        From west to east, then south to north by their inner point: the same input gives the same order.

    Examples
    --------
    >>> cross = shapely.linestrings([[(50, -9), (50, 109)], [(-9, 50), (109, 50)]])
    >>> shapely.area(cut_parcels(shapely.box(0, 0, 100, 100), cross, np.array([]))).tolist()
    [2500.0, 2500.0, 2500.0, 2500.0]
    """
    wet = _cutting_water(water, boundary)
    near = lines[shapely.intersects(lines, boundary)] if len(lines) else lines
    linework = [shapely.boundary(boundary), *near]
    if wet is not None:
        linework.append(shapely.boundary(wet))
    # The union makes a node wherever two lines meet, which polygonising needs.
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(linework)]))
    inner = shapely.point_on_surface(pieces)
    shapely.prepare(boundary)
    land = shapely.contains_properly(boundary, inner)
    if wet is not None:
        shapely.prepare(wet)
        land &= ~shapely.intersects(wet, inner)
    return _in_order(join_slivers(pieces[land], sliver_width_m))


def _cutting_water(water: np.ndarray, boundary: shapely.Geometry) -> shapely.Geometry | None:
    areal = water[shapely.get_dimensions(water) == 2] if len(water) else water
    areal = areal[shapely.intersects(areal, boundary)] if len(areal) else areal
    if not len(areal):
        return None
    # Rivers are often drawn in many pieces: only the whole tells how large it is.
    bodies = shapely.get_parts(shapely.union_all(shapely.make_valid(areal)))
    large = bodies[
        (shapely.get_dimensions(bodies) == 2) & (shapely.area(bodies) >= SMALLEST_CUTTING_WATER_M2)
    ]
    return shapely.union_all(large) if len(large) else None


def _in_order(polygons: np.ndarray) -> np.ndarray:
    inner = shapely.get_coordinates(shapely.point_on_surface(polygons))
    return polygons[np.lexsort((inner[:, 1], inner[:, 0]))] if len(polygons) else polygons


def widths_m(polygons: np.ndarray) -> np.ndarray:
    """Twice the area over the perimeter: the width of a strip, half the side of a square.

    Examples
    --------
    >>> widths_m(shapely.box(0, 0, [1000, 20], [10, 20])).round(1).tolist()
    [9.9, 10.0]
    """
    perimeter: np.ndarray = shapely.length(polygons)
    width: np.ndarray = 2 * shapely.area(polygons) / np.where(perimeter > 0, perimeter, 1)
    return width


def join_slivers(polygons: np.ndarray, width_m: float) -> np.ndarray:
    """Join each polygon narrower than ``width_m`` to the neighbour with which it shares the longest border.

    A wide neighbour is preferred to another sliver; slivers that found each other look again together. A sliver
    with no neighbour stays.
    """
    while True:
        joined = _join_once(polygons, width_m)
        if len(joined) == len(polygons):
            return joined
        polygons = joined


def _join_once(polygons: np.ndarray, width_m: float) -> np.ndarray:
    narrow = widths_m(polygons) < width_m
    borders = shared_borders(polygons, np.array([], dtype=object))
    ends = np.concatenate([borders.first, borders.second])
    others = np.concatenate([borders.second, borders.first])
    length = np.tile(borders.length_m, 2)
    ends, others, length = (a[narrow[ends]] for a in (ends, others, length))
    if not len(ends):
        return polygons
    # For each sliver: wide neighbours first, then the longest border, then the lowest index.
    order = np.lexsort((others, -length, narrow[others], ends))
    ends, others = ends[order], others[order]
    best = np.append(True, ends[1:] != ends[:-1])
    n = len(polygons)
    joined = coo_matrix((np.ones(int(best.sum())), (ends[best], others[best])), shape=(n, n))
    count, group = connected_components(joined, directed=False)
    return dissolve(polygons, group, count)


def dissolve(polygons: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """One geometry for each group of polygons that share borders; ``group`` is (n,) int in 0..count-1.

    Examples
    --------
    >>> whole = dissolve(shapely.box([0, 1, 5], 0, [1, 2, 6], 1), np.array([0, 0, 1]), 2)
    >>> shapely.area(whole).tolist()
    [2.0, 1.0]
    """
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(count + 1))
    out = np.empty(count, dtype=object)
    for g in range(count):
        members = polygons[order[starts[g] : starts[g + 1]]]
        out[g] = members[0] if len(members) == 1 else _whole(members)
    return out


def _whole(members: np.ndarray) -> shapely.Geometry:
    # A coverage union joins along equal borders only, which is many times faster; its answer is checked.
    union = shapely.coverage_union_all(members)
    return union if shapely.is_valid(union) else shapely.union_all(members)


def shared_borders(polygons: np.ndarray, barriers: np.ndarray) -> Borders:
    """The borders between polygons whose corners coincide, as those of one polygonising do.

    Two polygons share a border where both have the same segment; found by sorting all segments, without any
    geometric operation.

    Examples
    --------
    >>> railway = shapely.linestrings([[(1, 0), (1, 1)]])
    >>> b = shared_borders(shapely.box([0, 1], 0, [1, 2], 1), railway)
    >>> b.first.tolist(), b.second.tolist(), b.length_m.tolist(), b.barrier_m.tolist()
    ([0], [1], [1.0], [1.0])
    """
    segments, owner = _segments(polygons)
    order = np.lexsort(segments.T)
    segments, owner = segments[order], owner[order]
    same = np.flatnonzero((segments[1:] == segments[:-1]).all(axis=1) & (owner[1:] != owner[:-1]))
    low, high = np.sort(np.stack([owner[same], owner[same + 1]]), axis=0)
    shared = segments[same]
    length = np.hypot(shared[:, 2] - shared[:, 0], shared[:, 3] - shared[:, 1])
    along = np.zeros(len(same), dtype=bool)
    if len(barriers) and len(same):
        middles = shapely.points((shared[:, :2] + shared[:, 2:]) / 2)
        hit, _ = shapely.STRtree(barriers).query(middles, predicate="dwithin", distance=_ON_THE_LINE_M)
        along[hit] = True
    pair, index = np.unique(low * max(len(polygons), 1) + high, return_inverse=True)
    return Borders(
        first=pair // max(len(polygons), 1),
        second=pair % max(len(polygons), 1),
        length_m=np.bincount(index, weights=length, minlength=len(pair)),
        barrier_m=np.bincount(index, weights=length * along, minlength=len(pair)),
    )


def bridged(borders: Borders, polygons: np.ndarray, *, reach_m: float) -> Borders:
    """The borders, and a border of no length from each island to the nearest land within ``reach_m``.

    An island is a set of parcels that touch each other but not the rest; the largest set is the mainland.

    Examples
    --------
    >>> apart = shapely.box([0, 1, 3], 0, [1, 2, 4], 1)
    >>> b = bridged(shared_borders(apart, apart[:0]), apart, reach_m=5)
    >>> list(zip(b.first.tolist(), b.second.tolist(), b.length_m.tolist()))
    [(0, 1, 1.0), (1, 2, 0.0)]
    """
    n = len(polygons)
    touching = coo_matrix((np.ones(len(borders.first)), (borders.first, borders.second)), shape=(n, n))
    count, island = connected_components(touching, directed=False)
    mainland = np.bincount(island).argmax() if n else 0
    joined: list[tuple[int, int]] = []
    tree = shapely.STRtree(polygons)
    for number in range(count):
        if number == mainland:
            continue
        here = np.flatnonzero(island == number)
        mine, near = tree.query(polygons[here], predicate="dwithin", distance=reach_m)
        away = island[near] != number
        if away.any():
            mine, near = here[mine[away]], near[away]
            nearest = np.lexsort((near, mine, shapely.distance(polygons[mine], polygons[near])))[0]
            joined.append((min(mine[nearest], near[nearest]), max(mine[nearest], near[nearest])))
    extra = np.array(sorted(set(joined)), dtype=np.int64).reshape(-1, 2)
    return Borders(
        first=np.append(borders.first, extra[:, 0]),
        second=np.append(borders.second, extra[:, 1]),
        length_m=np.append(borders.length_m, np.zeros(len(extra))),
        barrier_m=np.append(borders.barrier_m, np.zeros(len(extra))),
    )


def _segments(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All sides of all rings, each from its lower to its higher end, and the polygon that it belongs to."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = np.flatnonzero(ring[1:] == ring[:-1])
    start, end = xy[inside], xy[inside + 1]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap], start[swap]
    return np.hstack([start, end]), part_owner[ring_part[ring[inside]]]


def point_codes(prefix: str, points: np.ndarray, step_m: float) -> list[str]:
    """Ids from where things are: the same place gets the same id in every build, whatever else changes.

    Points are rounded to a lattice of ``step_m``; where several share a knot, the second gets ``b``, the
    third ``c`` and so on, in the order given.

    Examples
    --------
    >>> point_codes("p", shapely.points([[1012, 2049], [1011, 2051], [55, -7]]), 10)
    ['p101-205', 'p101-205b', 'p6--1']
    """
    knots = np.rint(shapely.get_coordinates(points) / step_m).astype(np.int64)
    seen: dict[str, int] = {}
    codes = []
    for x, y in knots:
        code = f"{prefix}{x}-{y}"
        seen[code] = seen.get(code, 0) + 1
        codes.append(code if seen[code] == 1 else code + _ordinal(seen[code]))
    return codes


def _ordinal(n: int) -> str:
    letters = ""
    while n:
        n, digit = divmod(n - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def parcel_frame(polygons: np.ndarray, crs: object) -> gpd.GeoDataFrame:
    """The parcels as rows: id and area, all else still unknown."""
    import geopandas as gpd  # noqa: PLC0415 - arrays above, frames at the edge

    inner = shapely.point_on_surface(polygons)
    rows: dict[str, pd.Series | np.ndarray | list[str] | bool] = {
        # Ten metres: parcels are wider than that, so nearly every id is plain.
        "parcel_id": point_codes("p", inner, SLIVER_WIDTH_M),
        "area_m2": shapely.area(polygons),
        "built_up": False,
    }
    return gpd.GeoDataFrame(rows, geometry=polygons, crs=crs)
