"""Geometries of a scan in the city's coordinate system: all at once, cleaned, only where they are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from pyproj import CRS

    from yiju.city.readers.osm_scan import RawArea
    from yiju.city.rejections import Rejections

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]
    Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Ground:
    """The city's coordinate system, and the part of the plane that is wanted (``None``: all of it)."""

    crs: CRS
    clip: shapely.Geometry | None = None

    @cached_property
    def _transformer(self) -> Transformer:
        return Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)

    def project(self, lonlat: Floats) -> Floats:
        """Turn degrees into metres of the city; ``lonlat``: (n, 2)."""
        return np.column_stack(self._transformer.transform(lonlat[:, 0], lonlat[:, 1]))

    def shapes(self, wkb: Sequence[str]) -> Shapes:
        """Draw geometries given in degrees."""
        if not wkb:
            return np.empty(0, dtype=object)
        projected: Shapes = shapely.transform(shapely.from_wkb(list(wkb)), self.project)
        return projected

    def points(self, lonlat: Sequence[tuple[float, float]]) -> Shapes:
        """Draw points given in degrees."""
        if not lonlat:
            return np.empty(0, dtype=object)
        drawn: Shapes = shapely.points(self.project(np.asarray(lonlat, dtype=np.float64)))
        return drawn

    def wanted(self, shapes: Shapes) -> Bools:
        """Say which geometries touch the wanted part."""
        # what lies where the projection does not reach has no finite coordinates
        drawn: Bools = np.isfinite(shapely.bounds(shapes)).all(axis=1)
        if self.clip is not None:
            shapely.prepare(self.clip)
            drawn[drawn] = shapely.intersects(self.clip, shapes[drawn])
        return drawn

    def bounds_degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the wanted part, in degrees."""
        if self.clip is None:
            return -180.0, -90.0, 180.0, 90.0
        left, low, right, high = self.clip.bounds
        west, south, east, north = self._transformer.transform_bounds(
            left, low, right, high, direction="INVERSE"
        )
        return west, south, east, north


def draw_areas(
    raw: Sequence[RawArea], ground: Ground, rejections: Rejections
) -> tuple[list[RawArea], Shapes]:
    """Draw the areas that are wanted: valid, and a polygon where there is one part only."""
    shapes = ground.shapes([area.wkb for area in raw])
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = [_only_surfaces(shape) for shape in shapely.make_valid(shapes[broken])]
        rejections.add_all(
            why=Text("面自相交，已修复", "the area crossed itself, and was mended"),
            action="value repaired",
            rows=[raw[i].osm_id for i in np.flatnonzero(broken).tolist()],
            field="geometry",
        )
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    keep = ground.wanted(shapes) & ~shapely.is_empty(shapes)
    return [raw[i] for i in np.flatnonzero(keep).tolist()], shapes[keep]


def _only_surfaces(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.MultiPolygon()
