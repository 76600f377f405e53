"""Entrances: where one really enters a facility, so that a walk ends at a gate and not at a centroid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.tables import ENTRANCES

if TYPE_CHECKING:
    import geopandas as gpd

# A gate opens the facility whose boundary is this near (metres). Proposal of ours: the width of a mapped wall
# and of a careless click together; gates further inside belong to a building.
GATE_REACH_M = 3.0
# A street this near to an open place (metres) leads into it along its whole length.
# Source: Global Healthy & Sustainable City Indicators, entry points of public open space (standards.md 11.1):
# 30 m.
ALONGSIDE_M = 30.0
# Entrances of one facility nearer to each other than this (metres) are one. Proposal of ours: a gateway's
# width.
SAME_ENTRANCE_M = 10.0
# Along an open side one entrance is set for each stretch of this length (metres). Proposal of ours: half a
# minute.
OPEN_SIDE_STEP_M = 40.0
# Places that are open to the street all along, unless gates are mapped.
# Source: OpenStreetMap practice; a fence with gates is mapped by its gates.
OPEN_SERVICES = frozenset(
    {"park", "playground", "sports_ground", "fitness_ground", "greenway", "car_free_place"}
)


def find_entrances(
    facilities: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """At least one entrance for each facility.

    RULE 1  Where gates are mapped, they are the entrances and there are no others.
    RULE 2  Else an area is entered where a walkable street on the ground crosses its boundary.
    RULE 3  An open place (a park, a playground) is also entered all along a street within 30 m of its
            boundary.
    RULE 4  Else an area is entered at the point of its boundary that is nearest to a walkable street.
    RULE 5  A facility that is a point, or far from any street, is entered at its own point.

    Parameters
    ----------
    facilities
        Rows of the contract ``facilities``.
    gates
        Points with ``facility_id``, null where the gate's facility is to be found by nearness.
    streets
        Rows of the contract ``street_edges``.

    Returns
    -------
    GeoDataFrame
        Rows of the contract ``entrances``, by facility, then from west to east.
    """
    import geopandas as gpd  # noqa: PLC0415 - frames are made at the edge only

    sites = facilities.drop_duplicates("facility_id")
    ids, shapes = sites["facility_id"].to_numpy(dtype=object), sites.geometry.to_numpy()
    open_ids = set(facilities.loc[facilities["service"].isin(OPEN_SERVICES), "facility_id"])
    is_open = np.array([i in open_ids for i in ids], dtype=bool)
    on_ground = (
        streets["walk"].astype(bool) & ~streets["tunnel"].astype(bool) & ~streets["bridge"].astype(bool)
    )
    lines = streets.geometry.to_numpy()[on_ground.to_numpy()]
    owner, points, origin = _entrances(ids, shapes, is_open, gates, lines)
    xy = shapely.get_coordinates(points)
    order = np.lexsort((xy[:, 1], xy[:, 0], owner)) if len(owner) else np.array([], dtype=np.int64)
    owner, points, origin = owner[order], points[order], origin[order]
    frame = gpd.GeoDataFrame(
        {"facility_id": ids[owner], "origin": origin}, geometry=points, crs=facilities.crs
    )
    number = frame.groupby("facility_id").cumcount() + 1
    frame["entrance_id"] = frame["facility_id"].astype("str") + "#" + number.astype("str")
    return ENTRANCES.validate(frame)


def _entrances(
    ids: np.ndarray, shapes: np.ndarray, is_open: np.ndarray, gates: gpd.GeoDataFrame, lines: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Index of the site, point and origin of each entrance."""
    found: list[tuple[np.ndarray, np.ndarray, str]] = []
    left = np.ones(len(ids), dtype=bool)

    def take(owner: np.ndarray, points: np.ndarray, origin: str) -> None:
        keep = _thinned(owner, points, SAME_ENTRANCE_M)
        found.append((owner[keep], points[keep], origin))

    owner, points = _gates_of(ids, shapes, gates)
    take(owner, points, "gate")  # RULE 1
    left[owner] = False
    areal = left & (shapely.get_dimensions(shapes) == 2)
    tree = shapely.STRtree(lines)
    owner, points = _crossings(np.flatnonzero(areal), shapes, lines, tree)
    beside, along = _open_sides(np.flatnonzero(areal & is_open), shapes, tree)
    take(np.append(owner, beside), np.append(points, along), "boundary")  # RULES 2, 3
    left[np.append(owner, beside)] = False
    rest = np.flatnonzero(left)
    points = shapely.point_on_surface(shapes[rest])
    own_point = shapely.get_type_id(shapes[rest]) == 0
    points[own_point] = shapes[rest][own_point]
    if len(lines):
        areas = np.flatnonzero(~own_point)
        near, line = tree.query_nearest(shapes[rest[areas]], max_distance=ALONGSIDE_M * 10, all_matches=False)
        edge = shapely.shortest_line(shapely.boundary(shapes[rest[areas[near]]]), lines[line])
        points[areas[near]] = shapely.get_point(edge, 0)  # RULE 4
    found.append((rest, points, "point"))  # RULE 5
    return (
        np.concatenate([o for o, _, _ in found]),
        np.concatenate([p for _, p, _ in found]),
        np.concatenate([np.full(len(o), origin, dtype=object) for o, _, origin in found]),
    )


def _gates_of(ids: np.ndarray, shapes: np.ndarray, gates: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Index of the site and point of each gate that opens one."""
    if not len(gates) or not len(ids):
        return np.array([], dtype=np.int64), np.array([], dtype=object)
    points = gates.geometry.to_numpy()
    position = {facility: i for i, facility in enumerate(ids)}
    said = np.array(
        [position.get(f, -1) for f in gates["facility_id"].to_numpy(dtype=object)], dtype=np.int64
    )
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    free = np.flatnonzero(gates["facility_id"].isna().to_numpy())
    tree = shapely.STRtree(shapely.boundary(shapes[areal]))
    gate, site = tree.query(points[free], predicate="dwithin", distance=GATE_REACH_M)
    owner = np.append(said[said >= 0], areal[site])
    return owner, np.append(points[said >= 0], points[free[gate]])


def _crossings(
    sites: np.ndarray, shapes: np.ndarray, lines: np.ndarray, tree: shapely.STRtree
) -> tuple[np.ndarray, np.ndarray]:
    """Where lines cross the boundaries of the sites."""
    if not len(sites) or not len(lines):
        return np.array([], dtype=np.int64), np.array([], dtype=object)
    rims = shapely.boundary(shapes[sites])
    rim, line = tree.query(rims, predicate="intersects")
    crossing, index = shapely.get_parts(shapely.intersection(rims[rim], lines[line]), return_index=True)
    # A street that runs along the boundary meets it in a line: its middle stands for it.
    along = shapely.get_type_id(crossing) == 1
    crossing[along] = shapely.line_interpolate_point(crossing[along], 0.5, normalized=True)
    return sites[rim[index]], crossing


def _open_sides(
    sites: np.ndarray, shapes: np.ndarray, tree: shapely.STRtree
) -> tuple[np.ndarray, np.ndarray]:
    """Points all along the boundaries of open sites, wherever a line runs beside them."""
    rims = shapely.segmentize(shapely.boundary(shapes[sites]), OPEN_SIDE_STEP_M)
    stations, rim = shapely.get_coordinates(rims, return_index=True)
    points, owner = shapely.points(stations), sites[rim]
    keep = _thinned(owner, points, OPEN_SIDE_STEP_M)
    owner, points = owner[keep], points[keep]
    beside = np.unique(tree.query(points, predicate="dwithin", distance=ALONGSIDE_M)[0])
    return owner[beside], points[beside]


def _thinned(owner: np.ndarray, points: np.ndarray, step_m: float) -> np.ndarray:
    """Indices of the first point of each owner on each knot of a lattice."""
    if not len(owner):
        return np.array([], dtype=np.int64)
    knots = np.column_stack([owner, np.rint(shapely.get_coordinates(points) / step_m)])
    _, first = np.unique(knots, axis=0, return_index=True)
    return np.sort(first)
