"""Streets as streamlines: lines that follow a field of directions and keep their distance from each other.

After Jobard and Lefer (1997), "Creating evenly-spaced streamlines of arbitrary density", with the two families of
a street pattern of Chen and others (2008), "Interactive procedural street modeling".
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yiju.city.demo.lines import normals

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats
    from yiju.city.demo.lattice import Lattice

# A line ends when it comes nearer to its neighbour than this share of their due spacing.
_TOO_NEAR = 0.52
# A line begins no nearer than this share.
_BEGIN = 0.92
# Sharpest turn in one step, radians: beyond it the field has a singular point.
_SHARPEST = 0.6


@dataclass(frozen=True)
class Spacing:
    """Due distance between parallel streets, metres, on the lattice; the least and greatest length of a street."""

    metres: Floats
    shortest_m: float
    longest_m: float
    step_m: float


class Tracer:
    """Traces one level of streets at a time into the spaces that earlier levels have left.

    Parameters
    ----------
    lattice
        The lattice of the fields.
    axis
        Direction of the first family, radians; the second runs across it.
    allowed
        Where streets may run.
    """

    def __init__(self, lattice: Lattice, axis: Floats, allowed: Bools) -> None:
        self._lattice = lattice
        self._cos: list[list[float]] = np.cos(axis).tolist()
        self._sin: list[list[float]] = np.sin(axis).tolist()
        self._axis = axis
        self._allowed: list[list[bool]] = allowed.tolist()
        # metres to the nearest street of each family; far where none is near
        self._gap = np.full((2, lattice.ny, lattice.nx), 1e9)

    def stamp(self, line: Floats, reach_m: float) -> None:
        """Note a street that is there, so that later ones keep away. Its family is read from its direction."""
        tangent = np.gradient(line, axis=0)
        heading = np.arctan2(tangent[:, 1], tangent[:, 0])
        across = np.abs(np.sin(heading - self._lattice.nearest(self._axis, line))) > math.sqrt(0.5)
        for family in (0, 1):
            self._stamp(line[across == bool(family)], family, reach_m)

    def _stamp(self, points: Floats, family: int, reach_m: float) -> None:
        step = self._lattice.step_m
        r = math.ceil(reach_m / step)
        ys, xs = np.mgrid[-r : r + 1, -r : r + 1]
        disc = np.hypot(xs, ys) * step
        rows, columns = self._lattice.cell_of(points)
        gap = self._gap[family]
        for j, i in dict.fromkeys(zip(rows.tolist(), columns.tolist(), strict=True)):
            j0, j1, i0, i1 = (
                max(j - r, 0),
                min(j + r + 1, gap.shape[0]),
                max(i - r, 0),
                min(i + r + 1, gap.shape[1]),
            )
            window = gap[j0:j1, i0:i1]
            np.minimum(window, disc[j0 - j + r : j1 - j + r, i0 - i + r : i1 - i + r], out=window)

    def fill(self, spacing: Spacing, seeds: Floats, allowed: Bools) -> list[Floats]:
        """Lay streets until there is no room left; each is an array of points (n, 2).

        ``seeds`` (n, 2) are tried first, in order; then the flanks of each street that was laid. Streets begin
        where ``allowed``, and may run on as far as the tracer's own ``allowed`` lets them.
        """
        due: list[list[float]] = spacing.metres.tolist()
        queue: deque[tuple[float, float, int]] = deque(
            (x, y, family) for x, y in seeds.tolist() for family in (0, 1)
        )
        laid: list[Floats] = []
        while queue:
            x, y, family = queue.popleft()
            gap = self._gap[family]
            at = self._cell(x, y)
            if at is None or not allowed[at] or gap[at] < _BEGIN * due[at[0]][at[1]]:
                continue
            line = self._trace(x, y, family, spacing, due)
            if line is None:
                continue
            laid.append(line)
            wide = self._lattice.nearest(spacing.metres, line)
            every = max(1, int(0.2 * float(wide.min()) / spacing.step_m))
            reach_m = 1.05 * float(np.median(wide))
            self._stamp(np.vstack([line[::every], line[-1:]]), family, reach_m)
            queue.extend(self._flanks(line, wide, family, spacing.step_m))
        return laid

    def _flanks(
        self, line: Floats, wide: Floats, family: int, step_m: float
    ) -> list[tuple[float, float, int]]:
        pick = np.arange(0, len(line), max(1, int(float(np.median(wide)) / step_m)))
        away = normals(line)[pick] * wide[pick, None]
        both = np.vstack([line[pick] + away, line[pick] - away])
        return [(x, y, family) for x, y in both.tolist()]

    def _cell(self, x: float, y: float) -> tuple[int, int] | None:
        lattice = self._lattice
        i, j = round((x - lattice.x0) / lattice.step_m), round((y - lattice.y0) / lattice.step_m)
        return (j, i) if 0 <= i < lattice.nx and 0 <= j < lattice.ny else None

    def _trace(
        self, x: float, y: float, family: int, spacing: Spacing, due: list[list[float]]
    ) -> Floats | None:
        half = spacing.longest_m / 2
        forward, closed = self._half(x, y, family, 1.0, spacing.step_m, half, due)
        if closed:
            forward.append((x, y))
            points = [(x, y), *forward]
        else:
            backward, _ = self._half(x, y, family, -1.0, spacing.step_m, half, due)
            points = [*reversed(backward), (x, y), *forward]
        if (len(points) - 1) * spacing.step_m < spacing.shortest_m:
            return None
        return np.asarray(points, dtype=np.float64)

    def _half(
        self,
        x: float,
        y: float,
        family: int,
        sense: float,
        step: float,
        longest: float,
        due: list[list[float]],
    ) -> tuple[list[tuple[float, float]], bool]:
        """One way from the seed; True when the line came back to where it began."""
        gap = self._gap[family]
        x0, y0 = x, y
        at = self._cell(x, y)
        hx, hy = self._direction(at, family) if at else (1.0, 0.0)
        hx, hy = hx * sense, hy * sense
        points: list[tuple[float, float]] = []
        for count in range(1, int(longest / step) + 1):
            middle = self._cell(x + 0.5 * step * hx, y + 0.5 * step * hy)
            if middle is None:
                break
            dx, dy = self._direction(middle, family)
            turn = dx * hx + dy * hy
            if turn < 0.0:
                dx, dy, turn = -dx, -dy, -turn
            if turn < math.cos(_SHARPEST):
                break
            hx, hy = dx, dy
            x, y = x + step * hx, y + step * hy
            cell = self._cell(x, y)
            if cell is None or not self._allowed[cell[0]][cell[1]]:
                break
            wide = due[cell[0]][cell[1]]
            if gap[cell] < _TOO_NEAR * wide:
                break
            points.append((x, y))
            if count * step > 4.0 * wide and math.hypot(x - x0, y - y0) < 0.5 * wide:
                return points, True
        return points, False

    def _direction(self, cell: tuple[int, int], family: int) -> tuple[float, float]:
        c, s = self._cos[cell[0]][cell[1]], self._sin[cell[0]][cell[1]]
        return (c, s) if family == 0 else (-s, c)
