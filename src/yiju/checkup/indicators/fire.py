"""R01: the construction land that fire stations serve, in the readings that the official text leaves open.

The handbook gives service *areas*, not radii, and five minutes to their edge (standards.md 1.7, conflict 2)::

    drive5, drive4   land that a fire engine reaches in 5 minutes, or in 4 after a minute to turn out
    circle           land within a circle of the service area: sqrt(A / pi) = 1.49, 1.13, 0.80 km
    a2r2             land within R of A = 2 R^2 (fire-station standard): sqrt(A / 2) = 1.87, 1.41, 1.00 km
"""

from __future__ import annotations

import math
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.access import served_land
from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio, worst
from yiju.checkup.layers import no_layer
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

Floats = npt.NDArray[np.float64]

# Land is sampled on a lattice of this step, a street block or finer; every parcel has at least one point.
_STEP_M = 100.0
# Words in the name of a station that tell its class (建标152: 特勤站, 一级站, 二级站, 小型站).
_CLASS_OF_WORD = {"特勤": "first", "一级": "first", "二级": "second", "小型": "small", "微型": "small"}


@computes("R01")
def fire_coverage(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Every reading, the five-minute drive first."""
    if city.layers.state(indicator.services) == "empty":
        raise NotMeasurable(no_layer(indicator.services))
    engine = _Engine(city, indicator)
    for variant in indicator.variants:
        (method,) = indicator.methods_of(variant)
        reading = (
            engine.reached if "drive_minutes" in variant.parameters else partial(_by_area, city, indicator)
        )
        yield measured(partial(reading, variant), method, variant.code)


def radius_m(area_km2: float, reading: str) -> float:
    """Radius of a station's service area.

    Examples
    --------
    >>> [round(radius_m(a, "circle") / 1000, 2) for a in (7, 4, 2)]
    [1.49, 1.13, 0.8]
    >>> [round(radius_m(a, "a2r2") / 1000, 2) for a in (7, 4, 2)]
    [1.87, 1.41, 1.0]
    """
    return 1000 * math.sqrt(area_km2 / (math.pi if reading == "circle" else 2.0))


def station_class(name: object) -> str:
    """The class of a station that its name tells: first, second, small or unknown.

    Examples
    --------
    >>> station_class("解放碑特勤消防站"), station_class("Parque de bomberos")
    ('first', 'unknown')
    """
    return next(
        (c for word, c in _CLASS_OF_WORD.items() if isinstance(name, str) and word in name), "unknown"
    )


class _Engine:
    """The drive from the nearest station to points of the built-up area, searched once for all readings."""

    def __init__(self, city: Context, indicator: Indicator) -> None:
        self._city = city
        self._indicator = indicator

    @cached_property
    def _seconds(self) -> tuple[npt.NDArray[np.int64], Floats]:
        parcel, points = sample(self._city.built_up.geometry.to_numpy(), _STEP_M)
        return parcel, self._city.reach.fire_seconds(points, self._indicator.services)

    def reached(self, variant: Variant) -> Block:
        """Land within the minutes of a variant."""
        built = self._city.built_up
        parcel, seconds = self._seconds
        in_time = seconds <= 60.0 * float(variant.parameters["drive_minutes"])
        samples = np.bincount(parcel, minlength=len(built))
        share = np.bincount(parcel, weights=in_time, minlength=len(built)) / samples
        served_m2 = share * built["area_m2"].to_numpy(dtype=np.float64)
        # speeds are those of street classes: a model of driving
        return _of_land(self._city, self._indicator, variant, served_m2, "network", "modelled")


def _by_area(city: Context, indicator: Indicator, variant: Variant) -> Block:
    stations = city.layers.frame[city.layers.rows(indicator.services)]
    areas: Mapping[str, float] = indicator.parameters["station_area_km2"]
    reading = str(variant.parameters["reading"])
    radii = [radius_m(float(areas[station_class(name)]), reading) for name in stations["name"]]
    served = served_land(city.built_up, stations, radius_m=np.array(radii))
    return _of_land(city, indicator, variant, served, "official", "measured")


def _of_land(
    city: Context, indicator: Indicator, variant: Variant, served_m2: Floats, method: str, status: str
) -> Block:
    within = city.built_within
    numerator, denominator = within.sums(served_m2), within.sums(city.built_up["area_m2"])
    return Block(
        method,
        variant.code,
        value=np.minimum(ratio(numerator, denominator), 100.0),
        numerator=numerator,
        denominator=denominator,
        status=worst(status, city.layers.state(indicator.services)),
        empty=Text("此处没有（近似）建成区。", "no (approximate) built-up area here."),
    )


def sample(
    shapes: npt.NDArray[np.object_], step_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Points of a lattice inside each shape, and one inside each that the lattice misses.

    Returns
    -------
    Row of the shape that each point is for, and the points.

    Examples
    --------
    >>> shapes = np.array([shapely.box(0, 0, 1000, 1000), shapely.box(2010, 10, 2020, 20)])
    >>> row, points = sample(shapes, 100.0)
    >>> np.bincount(row).tolist()
    [100, 1]
    """
    west, south, east, north = shapely.total_bounds(shapes)
    x = np.arange(math.floor(west / step_m) + 0.5, math.ceil(east / step_m)) * step_m
    y = np.arange(math.floor(south / step_m) + 0.5, math.ceil(north / step_m)) * step_m
    lattice = shapely.points(np.column_stack([np.repeat(x, len(y)), np.tile(y, len(x))]))
    point, row = shapely.STRtree(shapes).query(lattice, predicate="intersects")
    missed = np.setdiff1d(np.arange(len(shapes)), row)
    rows = np.concatenate([row, missed]).astype(np.int64)
    return rows, np.concatenate([lattice[point], shapely.point_on_surface(shapes[missed])])
