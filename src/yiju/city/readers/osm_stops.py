"""Stops and stations of an OpenStreetMap scan.

1. Bus stops, stations and halts, tram stops and ferry terminals; a surface stands as a point on it.
2. A platform, or a stop drawn as a surface, within 30 m of a stop of the same mode is that stop, where their
   names agree or one has none.
3. Rail stops of one name within 300 m of each other are one station.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from yiju.city.tables import STOPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.city.readers.osm_scan import OsmScan, RawArea
    from yiju.city.readers.osm_shapes import Ground, Shapes

# A platform and the pole beside it. Our own choice: half a bus and the width of a street.
SAME_STOP_M = 30.0
# Platforms of one station. Our own choice: a metro train is up to 190 m long.
SAME_STATION_M = 300.0


def build_stops(scan: OsmScan, areas: Sequence[RawArea], shapes: Shapes, ground: Ground) -> gpd.GeoDataFrame:
    """Make the stops that lie in the wanted part."""
    points = [p for p in scan.points if p.kinds.stop]
    surfaces = [i for i, area in enumerate(areas) if area.kinds.stop]
    lines = [x for x in scan.lines if x.kinds.stop]
    things = [(f"n{p.ref}", p.tags, p.kinds.stop) for p in points]
    things += [(areas[i].osm_id, areas[i].tags, areas[i].kinds.stop) for i in surfaces]
    things += [(x.osm_id, x.tags, x.kinds.stop) for x in lines]
    if not things:
        return STOPS.empty(ground.crs)
    drawn = np.concatenate(
        [
            ground.points([(p.lon, p.lat) for p in points]),
            shapely.point_on_surface(shapes[surfaces]),
            shapely.line_interpolate_point(
                _one_part(ground.shapes([x.wkb for x in lines])), 0.5, normalized=True
            ),
        ]
    )
    frame = gpd.GeoDataFrame(
        {
            "stop_id": [f"osm:{osm_id}" for osm_id, _, _ in things],
            "name": pd.array([tags.get("name") for _, tags, _ in things], dtype="str"),
            "mode": [mode for _, _, mode in things],
            "source": "osm",
            "second": [_is_second(tags, i >= len(points)) for i, (_, tags, _) in enumerate(things)],
        },
        geometry=drawn,
        crs=ground.crs,
    )
    frame = _counted_once(frame[ground.wanted(drawn)].reset_index(drop=True))
    frame["station_id"] = _stations(frame)
    return STOPS.validate(frame)


def _one_part(lines: Shapes) -> Shapes:
    parts: Shapes = shapely.get_geometry(lines, 0)
    return parts


def _is_second(tags: dict[str, str], surface: bool) -> bool:
    """Say whether the object may be a second drawing of a stop (rule 2)."""
    platform = tags.get("public_transport") == "platform" and "highway" not in tags
    return platform or surface


def _counted_once(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop the second drawings of a stop (rule 2)."""
    shapes = frame.geometry.to_numpy()
    first = np.flatnonzero(~frame["second"].to_numpy())
    second = np.flatnonzero(frame["second"].to_numpy())
    if not len(first) or not len(second):
        return frame
    near, found = shapely.STRtree(shapes[first]).query(
        shapes[second], predicate="dwithin", distance=SAME_STOP_M
    )
    one, other = frame.iloc[second[near]], frame.iloc[first[found]]
    named = one["name"].notna().to_numpy() & other["name"].notna().to_numpy()
    agree = ~named | (one["name"].to_numpy() == other["name"].to_numpy())
    same = agree & (one["mode"].to_numpy() == other["mode"].to_numpy())
    return frame.drop(index=np.unique(second[near[same]])).reset_index(drop=True)


def _stations(frame: gpd.GeoDataFrame) -> pd.Series:
    """Name the station of each rail stop by its first stop (rule 3)."""
    station = pd.Series(None, index=frame.index, dtype="str")
    rail = np.flatnonzero((frame["mode"] == "rail") & frame["name"].notna())
    if not len(rail):
        return station
    shapes, names = frame.geometry.to_numpy()[rail], frame["name"].to_numpy()[rail]
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_STATION_M)
    same = names[one] == names[other]
    links = coo_array((np.ones(int(same.sum())), (one[same], other[same])), shape=(len(rail), len(rail)))
    _, component = connected_components(links, directed=False)
    _, first = np.unique(component, return_index=True)
    station.iloc[rail] = frame["stop_id"].to_numpy()[rail][first[component]]
    return station
