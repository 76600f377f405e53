"""Shapes small enough for one file: simplified without tearing neighbours apart, and written as short text.

A coordinate becomes a whole number of steps from the corner of the map; a ring becomes the differences between
neighbouring points, each zigzagged (0, -1, 1, -2, 2 → 0, 1, 2, 3, 4) and cut into groups of five bits, the sixth
bit saying "more follows". 64 letters that neither JSON nor HTML has to escape stand for the 64 groups, so a vertex
takes about three bytes. ``assets/map.js`` holds the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

Ints = npt.NDArray[np.int64]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUES = {letter: i for i, letter in enumerate(_LETTERS)}
# Five bits of a number and one of continuation fill a letter of 64: see the module's text.
_BITS = 5
_MORE = 1 << _BITS


@dataclass(frozen=True)
class Frame:
    """The map's own lattice: lower left corner, step and size, in metres of the city's CRS.

    Examples
    --------
    >>> frame = Frame.around((1000.0, 2000.0, 9192.0, 4048.0), steps=8192)
    >>> frame.step_m, frame.width, frame.height
    (1.0, 8192, 2048)
    >>> frame.put(np.array([[1000.0, 2000.0], [1003.4, 2001.0]])).tolist()
    [[0, 0], [3, 1]]
    """

    x0: float
    y0: float
    step_m: float
    width: int
    height: int

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float], *, steps: int) -> Frame:
        """A lattice of at most ``steps`` along its longer side around ``bounds`` (min x, min y, max x, max y)."""
        x0, y0, x1, y1 = bounds
        step = max(x1 - x0, y1 - y0, 1.0) / steps
        return cls(x0, y0, step, max(1, round((x1 - x0) / step)), max(1, round((y1 - y0) / step)))

    def put(self, xy: npt.NDArray[np.float64]) -> Ints:
        """Coordinates (n, 2) in metres as steps (n, 2) from the corner."""
        return np.rint((xy - (self.x0, self.y0)) / self.step_m).astype(np.int64)


def encode(numbers: Iterable[int]) -> str:
    """Whole numbers as letters, small ones first in mind.

    Examples
    --------
    >>> encode([0, -1, 1, 15, -16, 16])
    'ABCefgB'
    >>> decode('ABCefgB')
    [0, -1, 1, 15, -16, 16]
    """
    out: list[str] = []
    for number in numbers:
        rest = number << 1 if number >= 0 else (-number << 1) - 1
        while rest >= _MORE:
            out.append(_LETTERS[_MORE | (rest & (_MORE - 1))])
            rest >>= _BITS
        out.append(_LETTERS[rest])
    return "".join(out)


def decode(letters: str) -> list[int]:
    """What :func:`encode` wrote, read again."""
    out: list[int] = []
    value, shift = 0, 0
    for letter in letters:
        group = _VALUES[letter]
        value |= (group & (_MORE - 1)) << shift
        shift += _BITS
        if group < _MORE:
            out.append(value >> 1 if value % 2 == 0 else -((value + 1) >> 1))
            value, shift = 0, 0
    return out


def encode_path(steps: list[list[int]]) -> str:
    """One line or ring: first point, then differences; points that fall together are written once.

    Examples
    --------
    >>> decode(encode_path([[5, 5], [5, 5], [8, 4]]))
    [5, 5, 3, -1]
    """
    numbers: list[int] = []
    before = [0, 0]
    for i, (x, y) in enumerate(steps):
        if i and [x, y] == before:
            continue
        numbers += (x - before[0], y - before[1])
        before = [x, y]
    return encode(numbers)


def paths(shape: shapely.Geometry | None, frame: Frame) -> list[str]:
    """A shape as encoded paths: rings of its polygons (to be filled by the even-odd rule), or its lines.

    Rings and lines that vanish on the lattice are left out.
    """
    if shape is None or shape.is_empty:
        return []
    area = shape.geom_type.endswith("Polygon")
    least = 3 if area else 2
    out = []
    for line in shapely.get_rings(shape) if area else shapely.get_parts(shape):
        steps = frame.put(shapely.get_coordinates(line)).tolist()
        if len({(x, y) for x, y in steps}) >= least:
            out.append(encode_path(steps))
    return out


def encode_points(points: gpd.GeoSeries, frame: Frame) -> str:
    """Points in their order, each as the difference from the one before."""
    if not len(points):
        return ""
    steps = frame.put(shapely.get_coordinates(points.array))
    return encode(np.diff(steps, axis=0, prepend=[[0, 0]]).ravel().tolist())


def simplify_coverage(shapes: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Polygons that touch, simplified so that they still touch.

    Polygons that overlap each other are no coverage; each is then simplified for itself.
    """
    valid = shapely.make_valid(shapes.array)
    if shapely.coverage_is_valid(valid):
        simple = shapely.coverage_simplify(valid, tolerance_m)
    else:
        simple = shapely.simplify(valid, tolerance_m, preserve_topology=True)
    return gpd.GeoSeries(simple, index=shapes.index, crs=shapes.crs)


def simplify_within_budget(lines: gpd.GeoSeries, tolerance_m: float, vertices: int) -> gpd.GeoSeries:
    """Lines simplified, coarser and coarser until they have at most so many vertices; the shortest go last.

    Examples
    --------
    >>> zigzag = gpd.GeoSeries([shapely.LineString([(x, x % 2) for x in range(100)])])
    >>> int(shapely.get_num_coordinates(simplify_within_budget(zigzag, 0.1, 1000).array).sum())
    100
    >>> int(shapely.get_num_coordinates(simplify_within_budget(zigzag, 0.1, 50).array).sum())
    2
    """
    simple = lines
    for coarser in (1, 2, 4, 8, 16):
        simple = lines.simplify(tolerance_m * coarser)
        if shapely.get_num_coordinates(simple.array).sum() <= vertices:
            return simple
    longest = simple.length.sort_values(ascending=False, kind="stable").index
    counts = np.cumsum(shapely.get_num_coordinates(simple.loc[longest].array))
    return simple.loc[np.sort(longest[counts <= vertices])]
