"""The regular lattice that the demo city is drawn on: values by cell, read back at points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints

_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True)
class Lattice:
    """Nodes at ``x0 + i * step_m``, ``y0 + j * step_m``; arrays on it have shape ``(ny, nx)``, south first.

    Examples
    --------
    >>> lattice = Lattice(x0=0.0, y0=0.0, step_m=10.0, nx=3, ny=2)
    >>> lattice.sample(np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]), np.array([[15.0, 5.0]])).tolist()
    [1.5]
    """

    x0: float
    y0: float
    step_m: float
    nx: int
    ny: int

    @classmethod
    def over(cls, half_width_m: float, half_height_m: float, step_m: float) -> Lattice:
        """A lattice centred on the origin that covers the given half extents."""
        nx, ny = 2 * round(half_width_m / step_m) + 1, 2 * round(half_height_m / step_m) + 1
        return cls(-(nx // 2) * step_m, -(ny // 2) * step_m, step_m, nx, ny)

    def mesh(self) -> tuple[Floats, Floats]:
        """X and y of every node, each of shape (ny, nx)."""
        x, y = np.meshgrid(
            self.x0 + self.step_m * np.arange(self.nx), self.y0 + self.step_m * np.arange(self.ny)
        )
        return x, y

    def points(self) -> Floats:
        """Every node as a row (ny * nx, 2)."""
        x, y = self.mesh()
        return np.column_stack([x.ravel(), y.ravel()])

    def cell_of(self, xy: Floats) -> tuple[Ints, Ints]:
        """Row and column of the node nearest to each point, held inside the lattice."""
        i = np.clip(np.rint((xy[:, 0] - self.x0) / self.step_m), 0, self.nx - 1).astype(np.int64)
        j = np.clip(np.rint((xy[:, 1] - self.y0) / self.step_m), 0, self.ny - 1).astype(np.int64)
        return j, i

    def nearest(self, values: NDArray[_Kind], xy: Floats) -> NDArray[_Kind]:
        """The value of the nearest node for each point (n, 2)."""
        return values[self.cell_of(xy)]

    def sample(self, values: Floats, xy: Floats) -> Floats:
        """Bilinear value at each point (n, 2)."""
        rows = (xy[:, 1] - self.y0) / self.step_m
        columns = (xy[:, 0] - self.x0) / self.step_m
        out: Floats = ndimage.map_coordinates(values, [rows, columns], order=1, mode="nearest")
        return out

    def gradient(self, values: Floats) -> tuple[Floats, Floats]:
        """Change per metre eastwards and northwards."""
        dy, dx = np.gradient(values, self.step_m)
        return np.asarray(dx), np.asarray(dy)

    def covers(self, xy: Floats) -> Bools:
        """Which points (n, 2) lie on the lattice, or within a step of it."""
        reach = np.array([-self.x0, -self.y0]) + self.step_m
        return np.asarray((np.abs(xy) <= reach).all(axis=1), dtype=bool)

    def inside(self, shape: BaseGeometry) -> Bools:
        """Which nodes lie inside a polygon."""
        shapely.prepare(shape)
        x, y = self.mesh()
        out: Bools = shapely.contains_xy(shape, x, y)
        return out

    def distance_to(self, mask: Bools) -> Floats:
        """Metres from each node to the nearest node of the mask."""
        if not mask.any():
            return np.full(mask.shape, np.inf)
        out: Floats = ndimage.distance_transform_edt(~mask) * self.step_m
        return out

    def noise(self, rng: np.random.Generator, wave_m: float) -> Floats:
        """Smooth noise of mean 0 and standard deviation 1 whose hills are about ``wave_m`` across."""
        drawn = rng.standard_normal((self.ny, self.nx))
        field: Floats = ndimage.gaussian_filter(drawn, wave_m / self.step_m / 2.5, mode="reflect")
        out: Floats = (field - field.mean()) / field.std()
        return out
