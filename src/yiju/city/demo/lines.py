"""Lines as arrays of points: smooth ones, their normals, and stations along many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.interpolate import CubicSpline

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats, Shapes

# Half of the stretch of a line over which its direction is taken, metres.
_BESIDE_M = 2.5


def smooth_line(points: Floats, step_m: float) -> Floats:
    """A cubic spline through the points (n, 2), resampled about every ``step_m``.

    Examples
    --------
    >>> smooth_line(np.array([[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]]), 5.0).round(6).tolist()
    [[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]]
    """
    chord = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    along = np.linspace(0.0, chord[-1], max(2, round(chord[-1] / step_m) + 1))
    return np.asarray(CubicSpline(chord, points)(along), dtype=np.float64)


def normals(line: Floats) -> Floats:
    """Unit normals (n, 2) of a line at its points, to the left of its direction.

    Examples
    --------
    >>> normals(np.array([[0.0, 0.0], [2.0, 0.0]])).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    tangent = np.gradient(line, axis=0)
    unit = tangent / np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    return np.column_stack([-unit[:, 1] + 0.0, unit[:, 0]])


def stations(lines: Shapes, at_m: Floats) -> tuple[Floats, Floats]:
    """Points at ``at_m`` metres along lines (n,), and unit vectors along the lines there, each (n, 2).

    Examples
    --------
    >>> xy, along = stations(shapely.linestrings([[[0, 0], [10, 0]]]), np.array([4.0]))
    >>> xy.tolist(), along.tolist()
    ([[4.0, 0.0]], [[1.0, 0.0]])
    """
    length = shapely.length(lines)
    before = shapely.line_interpolate_point(lines, np.maximum(at_m - _BESIDE_M, 0.0))
    behind = shapely.line_interpolate_point(lines, np.minimum(at_m + _BESIDE_M, length))
    way = shapely.get_coordinates(behind) - shapely.get_coordinates(before)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m))
    along = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    return np.asarray(xy, dtype=np.float64), np.asarray(along, dtype=np.float64)


def middles(lines: Shapes) -> Floats:
    """Middle of each line (n, 2)."""
    points = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64)
