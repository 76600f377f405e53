"""Dasymetric spreading: people known only for a whole city or area, put into the homes that stand there.

Mennis, J. (2003). Generating surface models of population using dasymetric mapping. The Professional
Geographer 55(1), 31-42. Here the weight is floor area: the only one that OpenStreetMap and a building census
both give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.tables import RESIDENTS
from yiju.city.within import holder, inner_points, sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

# Smaller buildings (footprint, m2) of unknown use are sheds, kiosks and garages.
# Source: the least dwelling of GB 50096-2011, 5.1.2: 22 m2 of usable area; 30 m2 with its walls.
LEAST_HOME_M2 = 30.0
# Services that take a whole building: a building of unknown use that holds one is not a home. Shops, clinics
# and day care, which stand on ground floors of housing, do not tell. Source: the service catalogue, field by
# field.
WHOLE_BUILDING_SERVICES = frozenset(
    {
        "primary_school", "middle_school", "high_school", "hospital", "elder_home", "cultural_centre",
        "library", "museum", "theatre", "police_station", "fire_station", "sports_hall", "rail_station",
        "parking",
    }
)  # fmt: skip
# With less floor area per person (m2) the homes of an area are not all mapped.
# Source: a quarter of the 41.76 m2 of floor area per person of the national census of 2020 (第七次人口普查).
LEAST_FLOOR_M2_PER_PERSON = 10.0
# Where no home is known, people are spread over residential land on a lattice this wide (metres).
# Source: the grain of the population grids in use (GHS-POP, WorldPop): 100 m.
LATTICE_M = 100.0


def pick_homes(
    buildings: gpd.GeoDataFrame, land: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The buildings that people live in.

    RULE 1  A building that is said to be residential is a home; one of another use is not.
    RULE 2  A building of unknown use is a home, unless it is smaller than 30 m2,
    RULE 3  or stands on land mapped for another use,
    RULE 4  or holds a facility that takes a whole building (a school, a hospital, a station).

    Returns
    -------
    GeoDataFrame
        Rows of ``buildings``, in their order.
    """
    use = buildings["use"].to_numpy(dtype=object)
    points = inner_points(buildings.geometry.to_numpy())
    unknown = (use == "unknown") & (buildings["footprint_m2"].to_numpy() >= LEAST_HOME_M2)  # RULE 2
    elsewhere = land[land["use"] != "residential"].geometry.to_numpy()
    at_home = land[land["use"] == "residential"].geometry.to_numpy()
    # Where land of two uses overlaps, residential wins.
    unknown &= (holder(points, elsewhere) < 0) | (holder(points, at_home) >= 0)  # RULE 3
    whole = facilities[facilities["service"].isin(WHOLE_BUILDING_SERVICES)].geometry.to_numpy()
    held = holder(inner_points(whole), buildings.geometry.to_numpy())
    unknown[held[held >= 0]] = False  # RULE 4
    return buildings[(use == "residential") | unknown]  # RULE 1


def homes_suffice(homes: gpd.GeoDataFrame, people: float) -> bool:
    """Whether the homes that are mapped have room for the people: 10 m2 of floor area for each."""
    return bool(homes["floor_area_m2"].sum() >= LEAST_FLOOR_M2_PER_PERSON * people)


def spread_total(
    total: float, homes: gpd.GeoDataFrame, land: gpd.GeoDataFrame, *, source: str
) -> gpd.GeoDataFrame:
    """A city's people, spread over homes by floor area; where too few are mapped, evenly over residential land.

    Parameters
    ----------
    total
        People of the city.
    homes
        Buildings that people live in, with ``floor_area_m2``.
    land
        Land by use, for cities whose buildings are not mapped.
    source
        Where the total comes from.

    Returns
    -------
    GeoDataFrame
        Rows of the contract ``residents``, status ``modelled``, that sum to the total; empty where there are
        neither enough homes nor residential land.
    """
    if homes_suffice(homes, total):
        ids = "home-" + homes["building_id"].astype("str").to_numpy(dtype=object)
        points = inner_points(homes.geometry.to_numpy())
        weight = homes["floor_area_m2"].to_numpy(dtype=float)
    else:
        points = lattice(land[land["use"] == "residential"].geometry.to_numpy(), LATTICE_M)
        xy = np.rint(shapely.get_coordinates(points)).astype(np.int64)
        ids = np.array([f"land-{x}-{y}" for x, y in xy], dtype=object)
        weight = np.ones(len(points))
    if not weight.sum() > 0:
        return RESIDENTS.empty(homes.crs)
    return _residents(ids, points, total * weight / weight.sum(), source, homes.crs)


def _residents(
    ids: np.ndarray, points: np.ndarray, people: np.ndarray, source: str, crs: object
) -> gpd.GeoDataFrame:
    import geopandas as gpd  # noqa: PLC0415 - frames are made at the edge only

    rows = {"cell_id": ids, "people": people, "status": "modelled", "source": source}
    return RESIDENTS.validate(gpd.GeoDataFrame(rows, geometry=points, crs=crs))


def spread_areas(
    cells: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, bands: Sequence[str] = ()
) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """People and age bands of areas, spread over the homes inside each by floor area.

    RULE 1  The people and every band of an area are kept; a home gets its share of each.
    RULE 2  An area whose homes have less than 10 m2 for each of its people stays as it is: most of its buildings
            are not mapped, and the few that are would be given everybody.

    Parameters
    ----------
    cells : n rows
        Polygons with ``cell_id``, ``people``, ``status``, ``source`` and the bands.
    homes
        Buildings that people live in.
    bands
        Names of the age bands.

    Returns
    -------
    GeoDataFrame
        A row for each home of the areas that were spread, as points of status ``modelled``.
    (n,) bool
        Which areas were spread.
    """
    if not len(cells):
        return cells, np.array([], dtype=bool)
    at = holder(inner_points(homes.geometry.to_numpy()), cells.geometry.to_numpy())
    floor = homes["floor_area_m2"].to_numpy(dtype=float)
    total = sums(at, floor, len(cells))
    people = cells["people"].to_numpy(dtype=float)
    # RULE 2; unknown people are not more than none.
    housed = (people > 0) & (total >= LEAST_FLOOR_M2_PER_PERSON * people)
    inside = (at >= 0) & housed[np.maximum(at, 0)] & (floor > 0)
    at, share, dwellings = at[inside], floor[inside] / total[at[inside]], homes[inside]
    spread = cells.iloc[at].reset_index(drop=True)
    names = dwellings["building_id"].astype("str").reset_index(drop=True)
    spread["cell_id"] = spread["cell_id"].astype("str") + "/" + names
    for column in ("people", *bands):
        spread[column] = spread[column].to_numpy(dtype=float) * share  # RULE 1
    spread["status"] = "modelled"
    points = inner_points(dwellings.geometry.to_numpy())
    return spread.set_geometry(points, crs=cells.crs), housed


def lattice(areas: np.ndarray, step_m: float) -> np.ndarray:
    """Points of a square lattice that lie in the areas, each once; west to east, south to north.

    Examples
    --------
    >>> len(lattice(np.array([shapely.box(0, 0, 300, 200)]), 100))
    6
    """
    if not len(areas):
        return np.array([], dtype=object)
    west, south, east, north = shapely.total_bounds(areas)
    xs = np.arange(np.floor(west / step_m) + 0.5, east / step_m + 1) * step_m
    ys = np.arange(np.floor(south / step_m) + 0.5, north / step_m + 1) * step_m
    knots = shapely.points(np.stack([g.ravel() for g in np.meshgrid(xs, ys, indexing="ij")], axis=1))
    inside: np.ndarray = knots[holder(knots, areas) >= 0]
    return inside
