"""The ground: ridges, a spine between the rivers, terraces above the water, and smaller hills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage

from yiju.city.demo.lines import smooth_line
from yiju.city.demo.plan import Plan, metres

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats
    from yiju.city.demo.lattice import Lattice
    from yiju.city.demo.rivers import River

# Metres above the sea: the water, the benches on which the city stands.
RIVER_LEVEL_M = 168.0
_UPLAND_M = 62.0


def raise_ground(
    lattice: Lattice, plan: Plan, stretch: float, rivers: tuple[River, River], rng: np.random.Generator
) -> Floats:
    """Elevation of every node of the lattice, metres above the sea, shape (ny, nx)."""
    water = lattice.inside(shapely.union_all([r.water for r in rivers]))
    from_water = lattice.distance_to(water)
    # Two benches: a steep bank up to the first terrace, then a long rise to the upland.
    height = 20.0 * _rise(from_water, 20.0, 130.0) + 0.6 * _UPLAND_M * _rise(from_water, 180.0, 700.0)
    for ridge in plan.ridges:
        line = smooth_line(metres(ridge.crest, stretch), 30.0)
        on_line = np.zeros(water.shape, dtype=bool)
        on_line[lattice.cell_of(line[lattice.covers(line)])] = True
        away = ndimage.gaussian_filter(lattice.distance_to(on_line), 3.0)
        # Spurs and saddles: a ridge is neither straight nor level.
        uneven = 1.0 + 0.22 * lattice.noise(rng, 900.0)
        wide = ridge.half_width_m * stretch**0.5 * (1.0 + 0.18 * lattice.noise(rng, 700.0))
        profile = np.exp(-0.5 * (away / np.maximum(wide, 80.0)) ** 2)
        height += ridge.height_m * uneven * profile * _rise(from_water, 30.0, 420.0)
    hills = (
        17.0 * lattice.noise(rng, 1100.0) + 9.0 * lattice.noise(rng, 450.0) + 2.6 * lattice.noise(rng, 170.0)
    )
    height += hills * (0.15 + 0.85 * _rise(from_water, 40.0, 500.0)) + 0.25 * lattice.noise(rng, 60.0)
    ground = RIVER_LEVEL_M + np.maximum(height, 1.5)
    ground[water] = RIVER_LEVEL_M
    return ground


def slope_share(lattice: Lattice, ground: Floats) -> Floats:
    """Steepness of the ground, rise over run."""
    east, north = lattice.gradient(ground)
    return np.hypot(east, north)


def _rise(distance_m: Floats, start_m: float, end_m: float) -> Floats:
    share = np.clip((distance_m - start_m) / (end_m - start_m), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
