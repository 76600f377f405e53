"""Shapes of places, made fit for measuring: valid, right side out, and where the city is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from yiju.city.datum import to_wgs84
from yiju.city.readers.coordinates import area_of_city
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from yiju.city.rejections import Rejections

# The largest prefecture of all, Hulunbuir, has 263,000 km2; Chongqing 82,400.
_LARGEST_KM2 = 600_000.0
# A repair that changes less than this share of an area is of no consequence for any rate.
_SLIGHT = 0.001
# Two places of one level that share more than this part of the smaller one are told: people count twice.
_OVERLAP = 0.05


def clean_shapes(
    frame: gpd.GeoDataFrame, report: Rejections, *, crs: CRS | str, datum: str, file: Path
) -> gpd.GeoDataFrame:
    """Bring polygons to the city's CRS, repaired.

    1. Rows without an area are dropped and reported.
    2. A shape larger than any city is refused; one with a hole is the world minus the city, as web maps
       mask it.
    3. Shapes that lie near the city only with latitude and longitude exchanged are refused; ones elsewhere
       are dropped and reported.
    4. A ring that crosses itself is repaired (``make_valid``) and reported with the change of area.
    5. Vendors' coordinates are put back, corner by corner.

    Returns
    -------
    The rows that remain, polygons and multipolygons, in ``crs``.

    Raises
    ------
    InputError
        By 2 and 3, or where no row remains.
    """
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes) | (shapely.get_dimensions(shapes) < 2)
    why = Text("没有面", "has no area")
    report.add_all(why=why, action="row dropped", field="geometry", rows=frame.index[empty])
    if empty.all():
        raise _no_shapes(file)
    frame, shapes = frame[~empty], shapes[~empty]
    degrees = _in_degrees(shapes, frame.crs)
    _refuse_inverted(degrees, frame.index.to_numpy(), file)
    near = _near_the_city(degrees, crs, file)
    why = Text("位置远离本市", "lies far from the city")
    report.add_all(why=why, action="row dropped", field="geometry", rows=frame.index[~near])
    frame, shapes, degrees = frame[near], shapes[near], degrees[near]
    if datum in ("gcj02", "bd09"):
        shapes = shapely.transform(
            degrees, lambda lon, lat: tuple(to_wgs84(lon, lat, datum)), interleaved=False
        )
        frame = frame.set_geometry(shapes).set_crs("EPSG:4326", allow_override=True)
    else:
        frame = frame.set_geometry(shapes)
    frame = frame.to_crs(crs)
    frame = frame.set_geometry(_repaired(frame.geometry.to_numpy(), frame.index.to_numpy(), report))
    gone = frame.geometry.is_empty
    why = Text("修复后面积为零", "has no area left after the repair")
    report.add_all(why=why, action="row dropped", field="geometry", rows=frame.index[gone])
    if gone.all():
        raise _no_shapes(file)
    return frame[~gone]


def _no_shapes(file: Path) -> InputError:
    return InputError(
        Text("没有任何可用的面。", "holds no polygon that can be used."),
        file=file,
        hint=Text("边界应为面图层，且位于本市。", "A boundary needs to be a polygon layer of this city."),
    )


def _in_degrees(shapes: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    if crs.is_geographic:
        return shapes
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    moved: NDArray[np.object_] = shapely.transform(shapes, to_degrees.transform, interleaved=False)
    return moved


def _refuse_inverted(degrees: NDArray[np.object_], rows: NDArray[np.int64], file: Path) -> None:
    _, south, _, north = shapely.bounds(degrees).T
    # Square kilometres of a square degree at the equator (6371 km); rough, but a city is far from the world.
    square_degree_km2 = 111.2**2
    area_km2 = shapely.area(degrees) * square_degree_km2 * np.cos(np.radians((south + north) / 2))
    for i in np.flatnonzero(~(area_km2 <= _LARGEST_KM2)):
        holes = sum(
            len(part.interiors) for part in shapely.get_parts(degrees[i]) if part.geom_type == "Polygon"
        )
        if holes:
            message = Text(
                "边界是反的：外环围住全世界，城市是其中的洞。",
                "the boundary is inverted: the outer ring goes round the world and the city is a hole in it.",
            )
        else:
            message = Text("面积大于任何城市。", "covers more than any city does.")
        raise InputError(
            message,
            file=file,
            row=int(rows[i]),
            field="geometry",
            hint=Text("请给出城市本身的范围，并核对坐标系。", "Give the city's own area, and check the CRS."),
        )


def _near_the_city(degrees: NDArray[np.object_], crs: CRS | str, file: Path) -> NDArray[np.bool_]:
    area = area_of_city(crs)
    west, south, east, north = shapely.bounds(degrees).T
    lon, lat = (west + east) / 2, (south + north) / 2
    near = area.holds(lon, lat)
    turned = ~near & area.holds(lat, lon)
    if turned.sum() > near.sum():
        raise InputError(
            Text("经纬度颠倒：对调后才落在本市一带。", "latitude and longitude are exchanged."),
            file=file,
            field="geometry",
            hint=Text(
                "请按“经度, 纬度”的顺序重新导出。", "Export it again in the order longitude, latitude."
            ),
        )
    return near


def _repaired(
    shapes: NDArray[np.object_], rows: NDArray[np.int64], report: Rejections
) -> NDArray[np.object_]:
    wrong = np.flatnonzero(~shapely.is_valid(shapes))
    if len(wrong) == 0:
        return shapes
    shapes = shapes.copy()
    for i in wrong:
        reason, before = str(shapely.is_valid_reason(shapes[i])), shapes[i].area
        shapes[i] = only_areas(shapely.make_valid(shapes[i], method="structure", keep_collapsed=False))
        change = abs(shapes[i].area - before) / max(before, 1e-9)
        much = (
            Text("面积变化 {c:.1%}", "its area changed by {c:.1%}")
            if change > _SLIGHT
            else Text("面积未变", "same area")
        )
        why = Text("边界自相交等问题，已修复，{much}", "its boundary was invalid and was repaired, {much}")
        report.add(
            row=int(rows[i]), field="geometry", value=reason, why=why.format(much=much.format(c=change)),
            action="value repaired",
        )  # fmt: skip
    return shapes


def only_areas(shape: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a collection; an empty polygon where there are none.

    Examples
    --------
    >>> mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)])
    >>> only_areas(mixed).geom_type
    'Polygon'
    """
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shape)
    areas = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas) if areas else shapely.Polygon()


def tell_overlaps(places: gpd.GeoDataFrame, report: Rejections) -> None:
    """Report places of one level that cover each other; ``places`` has place_id and level."""
    for level, group in places.groupby("level", sort=False):
        shapes = group.geometry.to_numpy()
        one, other = group.sindex.query(shapes, predicate="overlaps")
        first = one < other
        one, other = one[first], other[first]
        shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
        smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
        much = shared > _OVERLAP * smaller
        ids = group["place_id"].to_numpy()
        why = Text("与另一同级范围重叠超过 5%", "covers more than 5 % of another place of its level")
        report.add_all(
            why=why, action="kept, look at it", field=str(level), rows=ids[one[much]], values=ids[other[much]]
        )
