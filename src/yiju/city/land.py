"""Land: where people live by the best source there is, and which parcels are built up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.parcels import point_codes
from yiju.city.tables import LAND, PARCELS
from yiju.city.within import HOLDING_LEVELS, assign_places, holder, inner_points
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
# Where two outlines of one border differ, slips smaller than this (m2) are left over: they are not land.
# Proposal of ours: under the least thing that is drawn as land.
HAIR_M2 = 1.0
# A parcel is built up with this share of it under buildings. Proposal of ours: a tenth tells detached housing
# from farmsteads on the maps of Las Palmas.
BUILT_SHARE = 0.10
# ... or this many people per square kilometre.
# Source: Eurostat, Applying the Degree of Urbanisation (2021), urban centre: 1,500 per km2.
BUILT_PEOPLE_PER_KM2 = 1_500.0
# ... or, smaller than this (m2) and with most of its border on built-up parcels, it lies within the built-up
# area.
# Proposal of ours: a park or a square of a few blocks is part of the town around it.
ENCLOSED_PARCEL_M2 = 200_000.0
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
    osm: np.ndarray,
    parcels: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
) -> ResidentialLand:
    """Residential land from the first source that can be trusted.

    RULE 1  The user's polygons, where there are any.
    RULE 2  Else OpenStreetMap's, where at least half of the people (without people: of the floor area of
            homes) are on them.
    RULE 3  Else the parcels that hold homes: whole where homes cover a twentieth of them, else within 30 m of
            the homes.
    RULE 4  Where no homes are mapped either: the parcels that hold people, within half the spacing of the
            cells.

    Parameters
    ----------
    user, osm : polygons
        Candidates.
    parcels, homes, residents
        Rows of the contracts ``parcels``, ``buildings`` and ``residents``.
    """
    points = residents.geometry.to_numpy()
    weight = residents["people"].fillna(0.0).to_numpy(dtype=float)
    if not weight.sum() > 0:
        points = inner_points(homes.geometry.to_numpy())
        weight = homes["floor_area_m2"].to_numpy(dtype=float)

    def share(areas: np.ndarray) -> float:
        return float(weight[holder(points, areas) >= 0].sum() / weight.sum()) if weight.sum() > 0 else 0.0

    of_osm = share(osm)
    if len(user):  # RULE 1
        choice, areas = "user", user
    elif len(osm) and (of_osm >= LEAST_SHARE or not weight.sum() > 0):  # RULE 2
        choice, areas = "osm", osm
    elif len(homes):  # RULE 3
        choice, areas = "homes", _parcels_with_homes(parcels.geometry.to_numpy(), homes)
    elif weight.sum() > 0:  # RULE 4
        choice, areas = "people", _parcels_with_people(parcels.geometry.to_numpy(), points[weight > 0])
    else:
        choice, areas = "none", np.array([], dtype=object)
    return ResidentialLand(areas, choice, share(areas), of_osm)


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


def _parcels_with_people(parcels: np.ndarray, points: np.ndarray) -> np.ndarray:
    if len(points) < 2:
        at = holder(points, parcels)
        return _polygons(parcels[np.unique(at[at >= 0])])
    # Cells stand for the land around them: as far as half way to the next cell.
    tree = shapely.STRtree(points)
    (_, _), spacing = tree.query_nearest(points, exclusive=True, return_distance=True, all_matches=False)
    reach = float(np.median(spacing)) / 2 * np.sqrt(2)
    cells = shapely.union_all(shapely.buffer(points, reach, quad_segs=4))
    shapely.prepare(cells)
    near = parcels[shapely.intersects(cells, parcels)]
    # A block of which the cells cover the larger part is residential as a whole.
    covered = shapely.intersection(near, cells)
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
        pieces = _cut(areas, knives, boundary)
        rows = {"use": [use] * len(pieces), "origin": [origin] * len(pieces)}
        frames.append(gpd.GeoDataFrame(rows, geometry=pieces, crs=places.crs))
    land = pd.concat(frames, ignore_index=True)
    if not len(land):
        return LAND.empty(places.crs)
    land["area_m2"] = land.geometry.area
    codes = point_codes("", shapely.point_on_surface(land.geometry.to_numpy()), 1.0)
    land["land_id"] = land["use"].str[:3] + pd.Series(codes, index=land.index)
    return LAND.validate(assign_places(land, places))


def _cut(areas: np.ndarray, knives: np.ndarray, boundary: shapely.Geometry) -> np.ndarray:
    """Pieces of the union of the areas: within each knife, and what is left of the boundary beside them."""
    if not len(areas):
        return areas
    union = shapely.get_parts(shapely.union_all(shapely.make_valid(areas)))
    clipped = _polygons(_inside(union, np.full(len(union), boundary)))
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
    """The parcels with their people, floor area and share under buildings; unknown without such a table."""
    areas = parcels.geometry.to_numpy()
    out = parcels.copy()
    if len(residents) and residents["people"].notna().any():
        at = holder(residents.geometry.to_numpy(), areas, reach_m=AROUND_HOME_M)
        out["people"] = _sum(at, residents["people"].fillna(0.0).to_numpy(dtype=float), len(areas))
    if len(buildings):
        at = holder(inner_points(buildings.geometry.to_numpy()), areas)
        out["floor_area_m2"] = _sum(at, buildings["floor_area_m2"].to_numpy(dtype=float), len(areas))
        under = _sum(at, buildings["footprint_m2"].to_numpy(dtype=float), len(areas))
        out["built_share"] = np.minimum(under / shapely.area(areas), 1.0)
    return PARCELS.validate(out)


def _sum(at: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(at[at >= 0], weights=values[at >= 0], minlength=n)


def built_up(
    parcels: gpd.GeoDataFrame, first: np.ndarray, second: np.ndarray, border_m: np.ndarray
) -> np.ndarray:
    """Which parcels are built up: an approximate 建成区, to be corrected by hand on imagery.

    RULE 1  A tenth of the parcel lies under buildings, or 1,500 people per square kilometre live on it.
    RULE 2  A parcel of up to 20 ha with three quarters of its border on built-up parcels belongs to them.

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
    ends, others = np.concatenate([first, second]), np.concatenate([second, first])
    perimeter = parcels.geometry.length.to_numpy()
    built: np.ndarray = dense
    while True:  # a park of several parcels is enclosed piece by piece
        touching = _sum(ends, np.tile(border_m, 2) * built[others], len(area))
        grown = dense | ((area <= ENCLOSED_PARCEL_M2) & (touching >= ENCLOSED_SHARE * perimeter))  # RULE 2
        if (grown == built).all():
            return built
        built = grown
