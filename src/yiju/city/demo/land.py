"""The ground before the city: lattice, elevation, rivers, railway, boundary, and how one walks on its streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage

from yiju.city.demo.faces import city_outline
from yiju.city.demo.grain import EMBANKMENT_M, RAIL_STRIP_M
from yiju.city.demo.lattice import Lattice
from yiju.city.demo.lines import smooth_line
from yiju.city.demo.parks import drawn_ground
from yiju.city.demo.plan import metres
from yiju.city.demo.rivers import River, draw_rivers
from yiju.city.demo.services import METRES, WALKERS
from yiju.city.demo.terrain import raise_ground, slope_share
from yiju.city.demo.walking import CAREFUL, Walk

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats
    from yiju.city.demo.graph import StreetGraph
    from yiju.city.demo.plan import Plan

# Spacing of the lattice, metres: also that of the elevation model.
STEP_M = 20.0
# A local street that climbs more steeply than this is stairs.
_STAIRS_GRADE = 0.13
# Half of what the railway takes up on the lattice.
_TRACK_M = 0.75 * STEP_M


@dataclass(frozen=True)
class Land:
    """The ground. Arrays are on the lattice: elevation, slope (rise over run), metres to water, where one may build."""

    plan: Plan
    stretch: float
    lattice: Lattice
    ground: Floats
    slope: Floats
    off_water: Floats
    buildable: Bools
    rivers: tuple[River, River]
    water: BaseGeometry
    rail: shapely.LineString
    outline: BaseGeometry
    park_grounds: list[BaseGeometry]

    def height(self, streets: StreetGraph) -> Floats:
        """Elevation of each street node."""
        return self.lattice.sample(self.ground, streets.xy)

    def grade(self, streets: StreetGraph) -> Floats:
        """Mean steepness of each street edge, whichever way it climbs."""
        height = self.height(streets)
        out: Floats = np.abs(height[streets.u] - height[streets.v]) / streets.length_m
        return out

    def stairs(self, streets: StreetGraph) -> Bools:
        """Which streets are stairs: local ones that climb too steeply for wheels."""
        out: Bools = (streets.rank >= 2) & (self.grade(streets) > _STAIRS_GRADE)
        return out

    def walks(self, streets: StreetGraph) -> dict[str, Walk]:
        """Walkers of the generator on some streets: in metres and, a little slowly, in seconds."""
        height, stairs = self.height(streets), self.stairs(streets)
        walks = {METRES: Walk.metres(streets)}
        for name, speed in WALKERS.items():
            walks[name] = Walk.seconds(streets, height, stairs, CAREFUL * speed)
        return walks


def lay_land(plan: Plan, stretch: float, rng: np.random.Generator) -> Land:
    """Draw rivers, hills, the railway and the boundary of the city."""
    lattice = Lattice.over(1000 * stretch * plan.half_width, 1000 * stretch * plan.half_height, STEP_M)
    rivers = draw_rivers(plan, stretch, rng)
    ground = raise_ground(lattice, plan, stretch, rivers, rng)
    rail = shapely.LineString(smooth_line(metres(plan.railway, stretch), 30.0))
    water = shapely.union_all([river.water for river in rivers])
    off_water = lattice.distance_to(lattice.inside(water))
    off_rail = lattice.distance_to(lattice.inside(shapely.buffer(rail, _TRACK_M)))
    parks = drawn_ground(plan, stretch, rng)
    off_limits = lattice.inside(shapely.union_all(parks))
    return Land(
        plan=plan,
        stretch=stretch,
        lattice=lattice,
        ground=ground,
        slope=ndimage.gaussian_filter(slope_share(lattice, ground), 1.5),
        off_water=off_water,
        buildable=(off_water > EMBANKMENT_M) & (off_rail > RAIL_STRIP_M - _TRACK_M) & ~off_limits,
        rivers=rivers,
        water=water,
        rail=rail,
        outline=city_outline(plan, stretch, rng),
        park_grounds=parks,
    )
