"""Where on earth the demo city lies: in a zone of the national grid, on hills where no such city is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats

# CGCS2000 / 3-degree Gauss-Krüger, central meridian 105° E: what a Chinese city of that longitude uses.
CRS = "EPSG:4544"
# The middle of the city in that grid, metres: about 105.3° E, 29.1° N.
EAST_M, NORTH_M = 531_000.0, 3_224_000.0


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


@dataclass(frozen=True)
class Site:
    """Brings the drawing's own metres to the grid and to degrees."""

    east_m: float = EAST_M
    north_m: float = NORTH_M

    def to_grid(self, xy: Floats) -> Floats:
        """Metres of the drawing (n, 2) to easting and northing."""
        out: Floats = np.asarray(xy, dtype=np.float64) + np.array([self.east_m, self.north_m])
        return out

    def to_degrees(self, xy: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude of metres of the drawing (n, 2).

        Examples
        --------
        >>> lon, lat = Site().to_degrees(np.array([[0.0, 0.0]]))
        >>> round(float(lon[0]), 2), round(float(lat[0]), 2)
        (105.32, 29.13)
        """
        grid = self.to_grid(xy)
        lon, lat = _to_degrees().transform(grid[:, 0], grid[:, 1])
        return np.asarray(lon), np.asarray(lat)
