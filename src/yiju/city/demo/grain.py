"""The grain of the city: which zone each spot belongs to, where one can build, which way streets run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from yiju.city.demo.plan import metres

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.lattice import Lattice
    from yiju.city.demo.plan import Plan, ZoneKind
    from yiju.city.demo.rivers import River

_Complex = NDArray[np.complex128]
# Steepest ground that each kind of zone builds on, rise over run: the old town climbs, a superblock does not.
_STEEPEST: dict[ZoneKind, float] = {
    "old": 0.40, "inner": 0.32, "new": 0.24, "cbd": 0.24, "village": 0.34, "industry": 0.26, "pocket": 0.30,
}  # fmt: skip
# Metres kept free of streets and houses: the embankment, the railway's own land.
EMBANKMENT_M = 38.0
RAIL_STRIP_M = 22.0
# Villages are being built over: where noise is above this (about a quarter of them) new houses stand already.
_REBUILT_NOISE = 0.6
# Slope at which streets follow the contour as much as anything else, and how strongly each kind of quarter holds to
# its grid against that.
_STEEP = 0.11
_GRID_PULL: dict[ZoneKind, float] = {
    "old": 0.35, "inner": 0.5, "new": 1.1, "cbd": 1.3, "village": 0.5, "industry": 1.3, "pocket": 0.6,
}  # fmt: skip


@dataclass(frozen=True)
class Grain:
    """Arrays on the lattice, shape (ny, nx).

    ``zone`` is the index of the zone in the plan or -1 where nothing is built; ``axis`` the direction of the main
    family of streets, radians; ``slope`` rise over run.
    """

    zone: Ints
    axis: Floats
    slope: Floats


def lay_zones(
    lattice: Lattice, plan: Plan, stretch: float, free: Bools, slope: Floats, rng: np.random.Generator
) -> Ints:
    """Index of the zone at each node, or -1 where nothing is built.

    ``free`` is False on water, embankments, railway land and in the parks of the plan.
    """
    x, y = lattice.mesh()
    # Zones end where the ground and history made them end: push the ellipses about by noise.
    x, y = x + 130.0 * lattice.noise(rng, 800.0), y + 130.0 * lattice.noise(rng, 800.0)
    zone = np.full(x.shape, -1, dtype=np.int64)
    # A zone keeps to its own side of rivers and the railway.
    side, _ = ndimage.label(free)
    for index, drawn in enumerate(plan.zones):
        if drawn.radii[0] == 0.0:
            continue
        middle = metres([drawn.at], stretch)
        own = side[lattice.cell_of(middle)]
        turn = np.radians(drawn.turn_deg)
        east, north = x - middle[0, 0], y - middle[0, 1]
        radius = metres([drawn.radii], 1.0 if drawn.pocket else stretch)[0]
        along = (east * np.cos(turn) + north * np.sin(turn)) / radius[0]
        across = (-east * np.sin(turn) + north * np.cos(turn)) / radius[1]
        zone[(along**2 + across**2 < 1.0) & (side == own) & free & (slope < _STEEPEST[drawn.kind])] = index
    villages = [i for i, z in enumerate(plan.zones) if z.kind == "village"]
    rebuilt = plan.index_of("rebuilt")
    zone[np.isin(zone, villages) & (lattice.noise(rng, 210.0) > _REBUILT_NOISE)] = rebuilt
    return _without_specks(zone)


def _without_specks(zone: Ints) -> Ints:
    """Drop islands of a zone that are too small for a street."""
    out = zone.copy()
    labels, n = ndimage.label(ndimage.binary_opening(zone >= 0, iterations=2))
    sizes = np.bincount(labels.ravel(), minlength=n + 1)
    small = np.isin(labels, np.flatnonzero(sizes < 120)) | (labels == 0)
    grown = ndimage.binary_dilation(~small, iterations=2)
    out[~grown] = -1
    return out


def street_axis(
    lattice: Lattice, plan: Plan, zone: Ints, ground: Floats, rivers: tuple[River, River], roads: list[Floats]
) -> Floats:
    """Direction of the main family of streets, radians, at every node.

    Streets follow contours on slopes, banks near rivers, roads near roads, and their zone's grid on the flat. The
    sum is taken on doubled angles, for a street has no front and no back.
    """
    east, north = lattice.gradient(ndimage.gaussian_filter(ground, 4.0))
    total = _doubled(np.arctan2(east, -north), np.clip(np.hypot(east, north) / _STEEP, 0.0, 1.6) ** 2)
    bank, off_middle = _along(lattice, [np.asarray(river.line.coords) for river in rivers])
    total += _doubled(bank, 1.1 * np.exp(-np.maximum(off_middle - 150.0, 0.0) / 170.0))
    # Of the two equal axes of a grid, the one that is nearer to what slope and river ask for comes first.
    base = np.angle(_blurred(total, 8.0)) / 2
    for index, drawn in enumerate(plan.zones):
        here = zone == index
        grid = _nearest_quarter(np.full(int(here.sum()), np.radians(drawn.grid_deg)), base[here])
        total[here] += _doubled(grid, np.full(len(grid), _GRID_PULL[drawn.kind]))
    road, off_road = _along(lattice, roads)
    total += _doubled(_nearest_quarter(road, base), 1.2 * np.exp(-off_road / 130.0))
    axis: Floats = np.angle(_blurred(total, 2.5)) / 2
    return axis


def _blurred(field: _Complex, sigma: float) -> _Complex:
    return np.asarray(
        ndimage.gaussian_filter(field.real, sigma) + 1j * ndimage.gaussian_filter(field.imag, sigma)
    )


def _doubled(angle: Floats, weight: Floats) -> _Complex:
    return np.asarray(weight * np.exp(2j * angle), dtype=np.complex128)


def _nearest_quarter(angle: Floats, reference: Floats) -> Floats:
    """The angle turned by quarters until it is nearest to the reference: a grid has two equal axes."""
    quarter = np.pi / 2
    turned: Floats = angle + quarter * np.rint((reference - angle) / quarter)
    return turned


def _along(lattice: Lattice, lines: list[Floats]) -> tuple[Floats, Floats]:
    """Direction of the nearest piece of any of the lines, and the distance to it, at each node."""
    on_line = np.zeros((lattice.ny, lattice.nx), dtype=bool)
    angle = np.zeros(on_line.shape)
    for line in lines:
        tangent = np.gradient(line, axis=0)
        inside = lattice.covers(line)
        cells = lattice.cell_of(line[inside])
        on_line[cells] = True
        angle[cells] = np.arctan2(tangent[inside, 1], tangent[inside, 0])
    away, nearest = ndimage.distance_transform_edt(~on_line, return_indices=True)
    return angle[tuple(nearest)], away * lattice.step_m
