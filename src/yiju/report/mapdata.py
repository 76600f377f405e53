"""The map of the report: a thin base, the places and the facilities, small enough for one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.services import SERVICES
from yiju.report.geometry import Frame, encode_points, paths, simplify_coverage, simplify_within_budget
from yiju.report.material import SHOWN_LEVELS, Material

if TYPE_CHECKING:
    from collections.abc import Iterable

# A map of 1,400 pixels, zoomed in twelve times, still has a pixel for every step of the lattice.
LATTICE_STEPS = 16_384
# Simplified to what a map of that size can show: one pixel of 1,400, zoomed in three times.
_SHOWN_STEPS = 4_000
# Vertices that a layer may have: about three letters each, so that the whole map stays below 3 MB.
_VERTICES = {
    "main": 120_000,
    "minor": 260_000,
    "water": 60_000,
    "rivers": 20_000,
    "parks": 60_000,
    "railways": 20_000,
}
# OSM highway values that carry a city's shape; the rest is drawn thin, near by. https://wiki.openstreetmap.org/wiki/Key:highway
_MAIN_STREETS = ("motorway", "trunk", "primary", "secondary", "tertiary")

Json = Any


def frame_of(material: Material) -> Frame:
    """The lattice of the map: around every place, with a margin of one part in fifty."""
    west, south, east, north = material.places.total_bounds
    margin = max(east - west, north - south) / 50
    return Frame.around((west - margin, south - margin, east + margin, north + margin), steps=LATTICE_STEPS)


def tolerance_m(frame: Frame) -> float:
    """What may be simplified away, metres."""
    return frame.step_m * max(frame.width, frame.height) / _SHOWN_STEPS


def places_json(material: Material, frame: Frame) -> list[dict[str, Json]]:
    """Every place with its shape on the lattice and a point inside it for its label."""
    out = []
    for level in SHOWN_LEVELS:
        rows = material.places[material.places["level"] == level]
        if not len(rows):
            continue
        shapes = simplify_coverage(rows.geometry, tolerance_m(frame))
        labels = frame.put(shapely.get_coordinates(shapely.point_on_surface(shapes.array)))
        for row, shape, label in zip(rows.to_dict("records"), shapes, labels, strict=True):
            people = material.people.get(row["place_id"])
            out.append(
                {
                    "id": row["place_id"],
                    "level": level,
                    "name": row["name"],
                    "parent": "" if pd.isna(row["parent_id"]) else row["parent_id"],
                    "people": None if people is None else round(people),
                    "area_km2": round(row["area_m2"] / 1e6, 3),
                    "approximate": row["origin"] == "approximate",
                    "shape": paths(shape, frame),
                    "at": label.tolist(),
                }
            )
    return out


def base_json(material: Material, frame: Frame) -> dict[str, Json]:
    """Streets, water, parks and railways, simplified."""
    window = shapely.box(
        frame.x0, frame.y0, frame.x0 + frame.width * frame.step_m, frame.y0 + frame.height * frame.step_m
    )

    def layer(name: str, shapes: gpd.GeoSeries) -> list[str]:
        near = shapes[shapes.intersects(window)]
        cut = near.intersection(window) if name in ("water", "rivers", "parks") else near
        simple = simplify_within_budget(cut.reset_index(drop=True), tolerance_m(frame), _VERTICES[name])
        return [path for shape in simple for part in _parts(shape) for path in paths(part, frame)]

    streets = material.table("street_edges")
    main = streets["street_class"].str.removesuffix("_link").isin(_MAIN_STREETS)
    water, railways = material.table("water").geometry, material.table("railways").geometry
    areas = water.geom_type.str.endswith("Polygon")
    return {
        "width": frame.width,
        "height": frame.height,
        "streets": {
            "main": layer("main", _chains(streets[main])),
            "minor": layer("minor", _chains(streets[~main])),
        },
        "water": layer("water", water[areas]),
        "rivers": layer("rivers", water[~areas]),
        "parks": layer("parks", _parks(material)),
        "railways": layer("railways", railways),
    }


def facilities_json(material: Material, frame: Frame) -> list[dict[str, Json]]:
    """Facilities by service, in the order of the service catalogue."""
    facilities = material.table("facilities")
    out = []
    for code in SERVICES:
        rows = facilities[facilities["service"] == code].sort_values("facility_id", kind="stable")
        if len(rows):
            points = gpd.GeoSeries(shapely.point_on_surface(rows.geometry.array), crs=rows.crs)
            out.append(
                {
                    "service": code,
                    "names": ["" if pd.isna(n) else n for n in rows["name"]],
                    "points": encode_points(points, frame),
                    "capacity": [None if pd.isna(c) else round(c) for c in rows["capacity"]],
                    "source": rows["source"].tolist(),
                }
            )
    return out


def _chains(edges: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Edges that follow each other joined to lines, so that simplifying can take whole bends."""
    if not len(edges):
        return gpd.GeoSeries([], crs=edges.crs)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(edges.geometry.array)))
    first = shapely.get_coordinates(shapely.get_point(merged, 0))
    return gpd.GeoSeries(merged[np.lexsort((first[:, 1], first[:, 0]))], crs=edges.crs)


def _parks(material: Material) -> gpd.GeoSeries:
    """Parks with a boundary. Woods and fields are left out: they would paint over the colours of the map."""
    facilities = material.table("facilities")
    drawn = facilities.geometry.geom_type.str.endswith("Polygon")
    return facilities[(facilities["service"] == "park") & drawn].geometry


def _parts(shape: shapely.Geometry) -> Iterable[shapely.Geometry]:
    """Areas and lines of whatever clipping left."""
    parts = shapely.get_parts(shape) if shape.geom_type == "GeometryCollection" else [shape]
    return [part for part in parts if part.geom_type.endswith(("Polygon", "LineString"))]
