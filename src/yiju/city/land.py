"""Land: where people live by the best source there is, and which parcels are built up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.parcels import point_codes
from yiju.city.places import cell_reach_m
from yiju.city.tables import LAND, PARCELS
from yiju.city.within import HOLDING_LEVELS, assign_places, holder, inner_points, sums
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

# A source of residential land is taken when at least this share of the people live on it.
# Proposal of ours: below one half it shows where somebody drew, not where people live.
LEAST_SHARE = 0.5
# A parcel whose homes cover this share of it is residential as a whole; in an emptier one, only the land
# around its homes. Proposal of ours: detached housing with gardens covers a tenth and more.
RESIDENTIAL_COVER = 0.05
# Land this far around a home belongs to it where the parcel is mostly empty (metres). Proposal of ours: a
# yard.
AROUND_HOME_M = 30.0
# Cells with fewer people per square kilometre are open country, where residential land cannot be told from
# fields.
# Source: Eurostat, Applying the Degree of Urbanisation (2021), urban cluster: 300 per km2.
SETTLED_PEOPLE_PER_KM2 = 300.0
# Where two outlines of one border differ, slips smaller than this (m2) are left over: they are not land.
# Proposal of ours: under the least thing that is drawn as land.
HAIR_M2 = 1.0
# Buildings count as mapped where this share of the blocks hold any. Proposal of ours: Las Palmas has 80 %,
# the OpenStreetMap files of Porto and Porto Alegre under one.
LEAST_MAPPED = 0.05
# A parcel is built up with this share of it under buildings. Proposal of ours: a tenth tells detached housing
# from farmsteads on the maps of Las Palmas.
BUILT_SHARE = 0.10
# ... or this many people per square kilometre.
# Source: Eurostat, Applying the Degree of Urbanisation (2021), urban centre: 1,500 per km2.
BUILT_PEOPLE_PER_KM2 = 1_500.0
# Cells of people further apart than this (metres) reach over several parcels. Proposal of ours: a small
# block.
FINE_CELL_M = 60.0
# ... and are seen as so many points a side at most. Proposal of ours: 36 points tell the shares of blocks
# well.
MOST_STEPS = 6
# ... or, up to this size (m2) and with most of its border on built-up parcels, it lies within the built-up
# area.
# Proposal of ours: a park or a square of a few blocks is part of the town around it.
ENCLOSED_PARCEL_M2 = 200_000.0
# "Most of its border": three sides of four. Proposal of ours.
ENCLOSED_SHARE = 0.75


@dataclass(frozen=True)
class ResidentialLand:
    """Residential land, and where it comes from.

    ``choice`` is one of ``user``, ``osm``, ``homes``, ``people``, ``none``; the shares are of the people who
    live on the land that was chosen, and on OpenStreetMap's.
    """

    areas: np.ndarray
    choice: str
    share: float
    osm_share: float

    @property
    def origin(self) -> str:
        """The origin as the contract ``land`` has it."""
        return self.choice if self.choice in ("user", "osm") else "parcels"


def read_residential(file: Path, *, crs: CRS, layer: str | None = None) -> np.ndarray:
    """The user's own residential land: every polygon of a vector file, in the city's CRS.

    Raises
    ------
    InputError
        The file cannot be read, has no CRS, or holds no polygon.
    """
    from yiju.city.readers.vector import read_vector  # noqa: PLC0415 - most cities have no such file

    areas = _polygons(shapely.make_valid(read_vector(file, layer=layer).to_crs(crs).geometry.to_numpy()))
    if not len(areas):
        raise InputError(
            Text("图层中没有面。", "the layer holds no polygon."),
            file=file,
            hint=Text("居住用地须为面图层。", "Residential land needs to be a layer of polygons."),
        )
    return areas


def choose_residential(
    user: np.ndarray,
    osm: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
) -> ResidentialLand:
    """Residential land from the first source that can be trusted.

    RULE 1  The user's polygons, where there are any.
    RULE 2  Else OpenStreetMap's, where at least half of the people (without people: of the floor area of
            homes) are on them.
    RULE 3  Else, where buildings are mapped, the parcels that hold homes, by the same test: whole where homes
            cover a twentieth of them, else within 30 m of the homes.
    RULE 4  Else, as neither land nor buildings are mapped well enough, the parcels that hold people, as far
            as their cells reach; open country, with fewer than 300 people per square kilometre, aside.

    RULE 5  Land that OpenStreetMap maps for another use is taken out of the land of rules 3 and 4.

    Parameters
    ----------
    user : polygons
        The user's own; empty where there are none.
    osm
        Land of OpenStreetMap, by ``use``.
    parcels, homes, residents
        Rows of the contracts ``parcels``, ``buildings`` and ``residents``.
    """
    points = residents.geometry.to_numpy()
    weight = residents["people"].fillna(0.0).to_numpy(dtype=float)
    peopled = bool(weight.sum() > 0)
    if not peopled:
        points = inner_points(homes.geometry.to_numpy())
        weight = homes["floor_area_m2"].to_numpy(dtype=float)

    def share(areas: np.ndarray) -> float:
        return float(weight[holder(points, areas) >= 0].sum() / weight.sum()) if weight.sum() > 0 else 0.0

    pieces = parcels.geometry.to_numpy()
    mapped = osm.geometry[osm["use"] == "residential"].to_numpy()
    elsewhere = osm.geometry[~osm["use"].isin(["residential", "other"])].to_numpy()
    of_osm = share(mapped)
    if len(user):  # RULE 1
        return ResidentialLand(user, "user", share(user), of_osm)
    if len(mapped) and (of_osm >= LEAST_SHARE or not weight.sum() > 0):  # RULE 2
        return ResidentialLand(mapped, "osm", of_osm, of_osm)
    around_homes = _parcels_with_homes(pieces, homes)
    if _are_mapped(pieces, homes) and share(around_homes) >= LEAST_SHARE:  # RULE 3
        left = _without(around_homes, elsewhere)
        return ResidentialLand(left, "homes", share(left), of_osm)
    if peopled:  # RULE 4
        around_people = _parcels_with_people(pieces, points[weight > 0], weight[weight > 0])
        left = _without(around_people, elsewhere)
        return ResidentialLand(left, "people", share(left), of_osm)
    return ResidentialLand(np.array([], dtype=object), "none", 0.0, of_osm)


def _are_mapped(parcels: np.ndarray, buildings: gpd.GeoDataFrame) -> bool:
    """Whether a twentieth of the blocks at least hold buildings: fewer, and somebody drew a few landmarks."""
    blocks = parcels[shapely.area(parcels) <= ENCLOSED_PARCEL_M2]
    blocks = blocks if len(blocks) else parcels
    at = holder(inner_points(buildings.geometry.to_numpy()), blocks)
    return bool(len(np.unique(at[at >= 0])) >= LEAST_MAPPED * max(len(blocks), 1))


def _without(areas: np.ndarray, others: np.ndarray) -> np.ndarray:  # RULE 5
    out = areas.copy()
    area, other = shapely.STRtree(others).query(areas, predicate="intersects")
    # The pairs come by area: each has its run of others.
    touched, begin, length = np.unique(area, return_index=True, return_counts=True)
    for here, first, count in zip(touched, begin, length, strict=True):
        near = shapely.make_valid(others[other[first : first + count]])
        out[here] = shapely.difference(areas[here], shapely.union_all(near))
    return _polygons(out)


def _parcels_with_homes(parcels: np.ndarray, homes: gpd.GeoDataFrame) -> np.ndarray:
    at = holder(inner_points(homes.geometry.to_numpy()), parcels)
    inside = at >= 0
    footprint = homes["footprint_m2"].to_numpy(dtype=float)
    cover = np.bincount(at[inside], weights=footprint[inside], minlength=len(parcels)) / shapely.area(parcels)
    areas = list(parcels[cover >= RESIDENTIAL_COVER])
    for parcel in np.flatnonzero((cover > 0) & (cover < RESIDENTIAL_COVER)):
        yards = shapely.buffer(homes.geometry.to_numpy()[at == parcel], AROUND_HOME_M, quad_segs=2)
        areas.append(shapely.intersection(shapely.union_all(yards), parcels[parcel]))
    return _polygons(np.array(areas, dtype=object))


def _parcels_with_people(parcels: np.ndarray, points: np.ndarray, people: np.ndarray) -> np.ndarray:
    # Cells stand for the land around them: as far as half way to the next cell.
    reach = cell_reach_m(points)
    dense = people / (2 * reach**2) * 1e6 >= SETTLED_PEOPLE_PER_KM2
    if not dense.any():
        dense = people > 0
    cells = shapely.union_all(shapely.buffer(points[dense], reach, quad_segs=4))
    shapely.prepare(cells)
    near = parcels[shapely.intersects(cells, parcels)]
    # A block of which the cells cover the larger part is residential as a whole.
    covered = _inside(near, np.full(len(near), cells))
    whole = shapely.area(covered) >= LEAST_SHARE * shapely.area(near)
    return _polygons(np.where(whole, near, covered))


def _polygons(geometries: np.ndarray) -> np.ndarray:
    parts = shapely.get_parts(geometries)
    areal: np.ndarray = parts[(shapely.get_dimensions(parts) == 2) & ~shapely.is_empty(parts)]
    return areal


def land_table(
    osm: gpd.GeoDataFrame, residential: ResidentialLand, places: gpd.GeoDataFrame, boundary: shapely.Geometry
) -> gpd.GeoDataFrame:
    """The table ``land``: each use without overlaps, cut along the finest places.

    Land counts once however often it was drawn. Outside the boundary nothing counts.
    """
    finest = next((level for level in HOLDING_LEVELS if (places["level"] == level).any()), None)
    knives = places.loc[places["level"] == finest].geometry.to_numpy()
    frames = []
    for use in sorted({*osm["use"], "residential"}):
        given = osm.loc[osm["use"] == use].geometry.to_numpy()
        areas, origin = (residential.areas, residential.origin) if use == "residential" else (given, "osm")
        # Parcels are apart from each other already.
        apart = origin == "parcels"
        pieces = _cut(areas if apart else _union(areas), knives, boundary)
        rows = {"use": [use] * len(pieces), "origin": [origin] * len(pieces)}
        frames.append(gpd.GeoDataFrame(rows, geometry=pieces, crs=places.crs))
    land = pd.concat(frames, ignore_index=True)
    if not len(land):
        return LAND.empty(places.crs)
    land["area_m2"] = land.geometry.area
    codes = point_codes("", shapely.point_on_surface(land.geometry.to_numpy()), 1.0)
    land["land_id"] = land["use"].str[:3] + pd.Series(codes, index=land.index)
    return LAND.validate(assign_places(land, places))


def _union(areas: np.ndarray) -> np.ndarray:
    return _polygons(np.array([shapely.union_all(shapely.make_valid(areas))], dtype=object))


def _cut(areas: np.ndarray, knives: np.ndarray, boundary: shapely.Geometry) -> np.ndarray:
    """Pieces of areas that do not overlap: within each knife, and what is left beside them in the boundary."""
    clipped = _polygons(_inside(areas, np.full(len(areas), boundary)))
    if not len(knives) or not len(clipped):
        return clipped
    knife, piece = shapely.STRtree(clipped).query(knives, predicate="intersects")
    within = _inside(clipped[piece], knives[knife])
    held = np.bincount(piece, weights=shapely.area(within), minlength=len(clipped))
    # Only what no knife holds whole needs the dear difference.
    loose = clipped[shapely.area(clipped) - held >= HAIR_M2]
    beside = shapely.difference(loose, shapely.union_all(knives))
    pieces = _polygons(np.concatenate([within, beside]))
    land: np.ndarray = pieces[shapely.area(pieces) >= HAIR_M2]
    return land


def _inside(pieces: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Each piece as far as it lies in its frame; one wholly inside is taken as it is."""
    shapely.prepare(frames)
    out = pieces.copy()
    cut = ~shapely.covers(frames, pieces)
    out[cut] = shapely.intersection(pieces[cut], frames[cut])
    return out


def measure_parcels(
    parcels: gpd.GeoDataFrame, residents: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The parcels with their people, floor area and share under buildings; unknown without such a table.

    A cell of a coarse grid gives its people to all the parcels that it reaches over, by area.
    """
    areas = parcels.geometry.to_numpy()
    out = parcels.copy()
    if len(residents) and residents["people"].notna().any():
        points, people = _fine_cells(residents)
        out["people"] = sums(holder(points, areas, reach_m=AROUND_HOME_M), people, len(areas))
    if len(buildings):
        at = holder(inner_points(buildings.geometry.to_numpy()), areas)
        out["floor_area_m2"] = sums(at, buildings["floor_area_m2"].to_numpy(dtype=float), len(areas))
        under = sums(at, buildings["footprint_m2"].to_numpy(dtype=float), len(areas))
        out["built_share"] = np.minimum(under / shapely.area(areas), 1.0)
    return PARCELS.validate(out)


def _fine_cells(residents: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Points and people of the cells, each cell of a coarse grid as several points of equal weight."""
    points = residents.geometry.to_numpy()
    people = residents["people"].fillna(0.0).to_numpy(dtype=float)
    spacing = cell_reach_m(points) * np.sqrt(2)
    steps = min(int(np.ceil(spacing / FINE_CELL_M)), MOST_STEPS)
    if steps < 2:
        return points, people
    offset = ((np.arange(steps) + 0.5) / steps - 0.5) * spacing
    around = np.stack([g.ravel() for g in np.meshgrid(offset, offset)], axis=1)
    xy = (shapely.get_coordinates(points)[:, None] + around[None]).reshape(-1, 2)
    return shapely.points(xy), np.repeat(people / len(around), len(around))


def built_up_by(parcels: gpd.GeoDataFrame) -> str:
    """What tells which parcels are built up: ``buildings``, ``people``, or ``streets`` where neither is known."""
    blocks = parcels[parcels["area_m2"] <= ENCLOSED_PARCEL_M2]
    blocks = blocks if len(blocks) else parcels
    if (blocks["built_share"] > 0).mean() >= LEAST_MAPPED:
        return "buildings"
    return "people" if (parcels["people"] > 0).any() else "streets"


def built_up(
    parcels: gpd.GeoDataFrame, first: np.ndarray, second: np.ndarray, border_m: np.ndarray
) -> np.ndarray:
    """Which parcels are built up: an approximate 建成区, to be corrected by hand on imagery.

    RULE 1  A tenth of the parcel lies under buildings, or 1,500 people per square kilometre live on it.
    RULE 2  Where neither buildings nor people are known, a parcel of up to 20 ha is: streets are as dense as that
            in towns only.
    RULE 3  A parcel of up to 20 ha with three quarters of its border on built-up parcels belongs to them.

    Parameters
    ----------
    parcels
        Rows of the contract ``parcels``.
    first, second, border_m : (m,)
        Pairs of parcels that touch, and the length of their border.

    Returns
    -------
    (n,) bool
    """
    area = parcels["area_m2"].to_numpy(dtype=float)
    people = parcels["people"].fillna(0.0).to_numpy(dtype=float)
    share = parcels["built_share"].fillna(0.0).to_numpy(dtype=float)
    dense = (share >= BUILT_SHARE) | (people / area * 1e6 >= BUILT_PEOPLE_PER_KM2)  # RULE 1
    if built_up_by(parcels) == "streets":
        dense = area <= ENCLOSED_PARCEL_M2  # RULE 2
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    perimeter = parcels.geometry.length.to_numpy()
    built: np.ndarray = dense
    while True:  # a park of several parcels is enclosed piece by piece
        touching = sums(ends, np.tile(border_m, 2) * built[others], len(area))
        grown = dense | ((area <= ENCLOSED_PARCEL_M2) & (touching >= ENCLOSED_SHARE * perimeter))  # RULE 3
        if (grown == built).all():
            return built
        built = grown
