"""Land use, buildings, water and railways of an OpenStreetMap scan.

Storeys of a building, the first that is there: ``building:levels``; ``height`` over 3 m, at least 1; the
median of the buildings of the same value in the file, where 30 or more of them have storeys; the assumption
of the mapping. The last two are flagged: ``levels_given`` is false.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.osm_mapping import osm_mapping, split_values
from yiju.city.tables import BUILDINGS, LAND, RAILWAYS, WATER
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.city.osm_mapping import OsmMapping
    from yiju.city.readers.osm_scan import OsmScan, RawArea
    from yiju.city.readers.osm_shapes import Ground, Shapes
    from yiju.city.rejections import Rejections

# A residential storey is 2.8 to 3 m high: GB 50096-2011, 5.5.1 (2.80 m); OSM wiki, Simple 3D Buildings (3 m)
STOREY_M = 3.0
# One foot in metres, by definition.
M_PER_FOOT = 0.3048
# The median of fewer buildings is not worth more than the general assumption. Our own choice.
ENOUGH_BUILDINGS = 30
# No building on Earth has more (Burj Khalifa: 163): a larger figure is a slip of the mapper.
MOST_LEVELS = 163
# A building whose value says nothing is no home where one of these says what it is for.
OTHER_USE_KEYS = (
    "amenity",
    "office",
    "tourism",
    "leisure",
    "man_made",
    "power",
    "aeroway",
    "military",
    "craft",
)


def build_land(areas: Sequence[RawArea], shapes: Shapes, ground: Ground) -> gpd.GeoDataFrame:
    """Make the land of each use; pieces may lie over each other, as they do in the source."""
    at = [i for i, area in enumerate(areas) if area.kinds.land]
    if not at:
        return LAND.empty(ground.crs)
    columns = {
        "land_id": [f"osm:{areas[i].osm_id}" for i in at],
        "use": [areas[i].kinds.land for i in at],
        "origin": "osm",
        "area_m2": shapely.area(shapes[at]),
    }
    return LAND.validate(gpd.GeoDataFrame(columns, geometry=shapes[at], crs=ground.crs))


def build_buildings(
    areas: Sequence[RawArea], shapes: Shapes, ground: Ground, rejections: Rejections
) -> gpd.GeoDataFrame:
    """Make the buildings, with use, storeys and floor area."""
    at = [i for i, area in enumerate(areas) if area.kinds.building]
    if not at:
        return BUILDINGS.empty(ground.crs)
    mapping = osm_mapping()
    mine = [areas[i] for i in at]
    values = pd.Series([area.tags["building"] for area in mine])
    given = pd.Series([_levels(area, rejections) for area in mine], dtype="float64")
    levels = given.fillna(_assumed(values, given, mapping))
    footprint = shapely.area(shapes[at])
    frame = gpd.GeoDataFrame(
        {
            "building_id": [f"osm:{area.osm_id}" for area in mine],
            "use": [_use(area.tags, mapping) for area in mine],
            "levels": levels,
            "levels_given": given.notna(),
            "footprint_m2": footprint,
            "floor_area_m2": footprint * levels,
            "year_built": [_year(area.tags.get("start_date", "")) for area in mine],
        },
        geometry=shapes[at],
        crs=ground.crs,
    )
    return BUILDINGS.validate(frame)


def build_water(scan: OsmScan, areas: Sequence[RawArea], shapes: Shapes, ground: Ground) -> gpd.GeoDataFrame:
    """Make the water: surfaces, and the lines of rivers, canals and the coast."""
    mapping = osm_mapping()
    at = [i for i, area in enumerate(areas) if area.kinds.water]
    lines = [line for line in scan.lines if mapping.water_line.of(line.tags)]
    drawn = ground.shapes([line.wkb for line in lines])
    keep = np.flatnonzero(ground.wanted(drawn)).tolist()
    things = [areas[i] for i in at] + [lines[i] for i in keep]
    if not things:
        return WATER.empty(ground.crs)
    columns = {
        "water_id": [f"osm:{thing.osm_id}" for thing in things],
        "name": pd.array([thing.tags.get("name") for thing in things], dtype="str"),
    }
    geometry = np.concatenate([shapes[at], drawn[keep]])
    return WATER.validate(gpd.GeoDataFrame(columns, geometry=geometry, crs=ground.crs))


def build_railways(scan: OsmScan, ground: Ground) -> gpd.GeoDataFrame:
    """Make the railway lines; on the ground is what lies neither in a tunnel nor on a bridge."""
    mapping = osm_mapping()
    lines = [line for line in scan.lines if mapping.railway.of(line.tags)]
    drawn = ground.shapes([line.wkb for line in lines])
    keep = np.flatnonzero(ground.wanted(drawn)).tolist()
    if not keep:
        return RAILWAYS.empty(ground.crs)
    columns = {
        "railway_id": [f"osm:{lines[i].osm_id}" for i in keep],
        "on_ground": [_on_ground(lines[i].tags) for i in keep],
    }
    return RAILWAYS.validate(gpd.GeoDataFrame(columns, geometry=drawn[keep], crs=ground.crs))


def _on_ground(tags: dict[str, str]) -> bool:
    apart = any(tags.get(key, "no") != "no" for key in ("tunnel", "bridge", "covered"))
    return not apart and tags.get("location") not in ("underground", "overground")


def _use(tags: dict[str, str], mapping: OsmMapping) -> str:
    if "residential" in split_values(tags.get("building:use", "")) or tags["building"] in mapping.homes:
        return "residential"
    if tags["building"] not in mapping.unclear:
        return "other"
    return "other" if any(key in tags for key in OTHER_USE_KEYS) else "unknown"


def _levels(area: RawArea, rejections: Rejections) -> float:
    for key, storey in (("building:levels", 1.0), ("height", STOREY_M)):
        raw = area.tags.get(key)
        if raw is None:
            continue
        levels = max(1.0, round(measure)) if (measure := _number(raw, key) / storey) > 0 else np.nan
        if 0 < levels <= MOST_LEVELS:
            return levels
        why = Text("层数或高度不可信", "no credible number of storeys or height")
        rejections.add(row=area.osm_id, field=key, value=raw, action="field set unknown", why=why)
    return np.nan


def _number(raw: str, key: str) -> float:
    """Read a number of storeys or a height; the larger of a range, NaN where it is none."""
    found = re.findall(r"\d+(?:\.\d+)?", raw.replace(",", "."))
    if not found or raw.strip().startswith("-"):
        return np.nan
    feet = key == "height" and re.search(r"ft|'", raw) is not None
    return max(float(number) for number in found) * (M_PER_FOOT if feet else 1.0)


def _assumed(values: pd.Series, given: pd.Series, mapping: OsmMapping) -> pd.Series:
    known = given.groupby(values).agg(["median", "count"])
    local = known["median"].where(known["count"] >= ENOUGH_BUILDINGS).round()
    general = values.map(mapping.assumed_levels).fillna(mapping.assumed_levels["*"])
    return values.map(local).fillna(general)


def _year(raw: str) -> float:
    """Read the year of completion; centuries and decades are not years."""
    found = re.match(r"(\d{4})(?:-|$)", raw.strip())
    return float(found[1]) if found else np.nan
