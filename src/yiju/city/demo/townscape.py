"""The demo city as it stands on the ground, from a seed and a size: everything but the files.

Order of the drawing: rivers, ground, zones, main roads, streets, houses, people, communities, services. Each stage
takes its own stream of random numbers, so that a change to one leaves the others as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage

from yiju.city.demo.arterials import lay_arterials
from yiju.city.demo.buildings import Buildings, build, without_overlap
from yiju.city.demo.communities import gather_communities, gather_subdistricts
from yiju.city.demo.faces import Faces, city_outline, divide
from yiju.city.demo.footpaths import with_paths
from yiju.city.demo.grain import EMBANKMENT_M, RAIL_STRIP_M, Grain, lay_zones, street_axis
from yiju.city.demo.lattice import Lattice
from yiju.city.demo.parks import Park, drawn_ground, open_large_parks
from yiju.city.demo.people import Cells, house, rehouse, settle
from yiju.city.demo.placing import Ground
from yiju.city.demo.plan import Plan, metres, read_plan
from yiju.city.demo.plots import find_plots
from yiju.city.demo.provision import mend, provide, settle_services
from yiju.city.demo.rivers import River, draw_rivers, smooth_line
from yiju.city.demo.services import WALKERS, Facility, Town
from yiju.city.demo.streets import lay_streets
from yiju.city.demo.terrain import raise_ground, slope_share
from yiju.city.demo.walking import CAREFUL, Walk, put_on_streets
from yiju.progress import SILENT, Progress
from yiju.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.graph import StreetGraph

# People of the city at a scale of one.
PEOPLE = 300_000
# Spacing of the lattice, metres: also that of the elevation model.
STEP_M = 20.0
# How often services are mended after houses gave way to sites.
_MENDINGS = 2
# A local street that climbs more steeply than this is stairs.
STAIRS_GRADE = 0.13


@dataclass(frozen=True)
class Land:
    """The ground before the city: lattice, elevation, rivers, railway, boundary."""

    plan: Plan
    stretch: float
    lattice: Lattice
    ground: Floats
    slope: Floats
    rivers: tuple[River, River]
    water: BaseGeometry
    rail: shapely.LineString
    outline: BaseGeometry
    park_grounds: list[BaseGeometry]
    buildable: Bools
    off_water: Floats


@dataclass(frozen=True)
class Townscape:
    """The whole city.

    ``community`` (faces,), ``subdistrict`` (communities,) and ``district`` (subdistricts,) are the hierarchy;
    ``pockets`` names the communities that the plan drew as pockets. ``stairs`` marks edges of ``streets``.
    """

    land: Land
    grain: Grain
    streets: StreetGraph
    stairs: Bools
    buildings: Buildings
    building_people: Floats
    faces: Faces
    community: Ints
    subdistrict: Ints
    district: Ints
    pockets: dict[str, int]
    cells: Cells
    parks: list[Park]
    facilities: list[Facility]
    short_of_places: int


def draw(seed: int, scale: float, progress: Progress = SILENT) -> Townscape:
    """Draw the city.

    Parameters
    ----------
    seed
        The same seed gives the same city.
    scale
        1 is 300,000 people, 10 is three million.
    """
    streams = iter(np.random.default_rng(seed).spawn(16))
    plan, stretch = read_plan(), float(np.sqrt(scale))
    progress.step(Text("绘制山水与街道", "Drawing rivers, hills and streets"))
    land = _lay_land(plan, stretch, next(streams))
    grain, streets = _lay_streets(land, next(streams))
    progress.step(Text("建造房屋、安置居民", "Building houses, settling people"))
    parks = open_large_parks(
        plan, stretch, land.park_grounds, streets, land.lattice, land.off_water > EMBANKMENT_M / 2
    )
    buildings = build(land.lattice, plan, grain.zone, streets, land.buildable, next(streams))
    faces = divide(land.outline, streets, land.rivers, land.rail, next(streams))
    face = faces.holding(buildings.middle)
    buildings, face = buildings.keep(face >= 0), face[face >= 0]
    people = house(plan, buildings, PEOPLE * scale, next(streams))
    community, pockets = _communities(plan, buildings, faces, face, people, next(streams))
    subdistrict, district = _upper_levels(
        land, faces, np.bincount(face, people, len(faces.shape)), community, next(streams)
    )
    cells = settle(plan, buildings, people, face, next(streams))
    progress.step(Text("布设公共服务", "Placing services"))
    town = _town(land, grain, streets, cells, community[cells.face], parks, next(streams))
    parks = [*parks, *provide(town, pockets, streets, parks)]
    for turn in range(_MENDINGS + 1):
        stays = without_overlap(buildings, _fenced(parks, town.facilities))
        people = rehouse(people, community[face], stays)
        buildings, face = buildings.keep(stays), face[stays]
        cells = settle(plan, buildings, people, face, next(streams))
        town.resettle(cells, community[cells.face], put_on_streets(streets.line, cells.xy))
        if turn < _MENDINGS:
            parks = [*parks, *mend(town, pockets, streets, parks)]
    short = settle_services(town, subdistrict, faces, community)
    final = with_paths(streets, parks)
    return Townscape(
        land, grain, final, stairs_of(land, final), buildings, people, faces, community, subdistrict, district, pockets, cells,
        parks, town.facilities, short,
    )  # fmt: skip


def _fenced(parks: list[Park], facilities: list[Facility]) -> Shapes:
    """Ground on which no house can stand."""
    return np.array(
        [p.ground for p in parks] + [f.ground for f in facilities if f.ground is not None], dtype=object
    )


def _lay_land(plan: Plan, stretch: float, rng: np.random.Generator) -> Land:
    lattice = Lattice.over(1000 * stretch * plan.half_width, 1000 * stretch * plan.half_height, STEP_M)
    rivers = draw_rivers(plan, stretch, rng)
    ground = raise_ground(lattice, plan, stretch, rivers, rng)
    rail = shapely.LineString(smooth_line(metres(plan.railway, stretch), 30.0))
    water = shapely.union_all([r.water for r in rivers])
    off_water = lattice.distance_to(lattice.inside(water))
    off_rail = lattice.distance_to(lattice.inside(shapely.buffer(rail, 0.75 * STEP_M)))
    parks = drawn_ground(plan, stretch, rng)
    buildable = (
        (off_water > EMBANKMENT_M)
        & (off_rail > RAIL_STRIP_M - 0.75 * STEP_M)
        & ~lattice.inside(shapely.union_all(parks))
    )
    slope = ndimage.gaussian_filter(slope_share(lattice, ground), 1.5)
    outline = city_outline(plan, stretch, rng)
    return Land(
        plan, stretch, lattice, ground, slope, rivers, water, rail, outline, parks, buildable, off_water
    )


def _lay_streets(land: Land, rng: np.random.Generator) -> tuple[Grain, StreetGraph]:
    zone = lay_zones(land.lattice, land.plan, land.stretch, land.buildable, land.slope, rng)
    blocked = land.off_water < 25.0
    roads = lay_arterials(land.lattice, land.plan, land.stretch, land.ground, blocked, land.rivers, land.rail)
    axis = street_axis(
        land.lattice, land.plan, zone, land.ground, land.rivers, [r.line for r in roads if not r.structure]
    )
    grain = Grain(zone, axis, land.slope)
    barrier = shapely.union_all([land.water, land.rail, *land.park_grounds])
    return grain, lay_streets(land.lattice, land.plan, grain, roads, land.rivers, barrier, rng)


def _communities(
    plan: Plan, buildings: Buildings, faces: Faces, face: Ints, people: Floats, rng: np.random.Generator
) -> tuple[Ints, dict[str, int]]:
    held = np.bincount(face, people, len(faces.shape))
    pocket = np.full(len(held), -1, dtype=np.int64)
    names: dict[str, int] = {}
    for index, zone in enumerate(plan.zones):
        if zone.pocket:
            here = np.bincount(face, np.where(buildings.zone == index, people, 0.0), len(held))
            pocket[(here > 0.5 * held) & (held > 0)] = names[zone.name] = len(names)
    return gather_communities(faces, held, pocket, rng), names


def _upper_levels(
    land: Land, faces: Faces, people: Floats, community: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Subdistrict of each community, and district (0 or 1) of each subdistrict: 1 is what lies north of the rivers."""
    subdistrict = gather_subdistricts(faces, people, community, rng)
    middle = faces.middle
    weight = people + 1e-6
    part = subdistrict[community]
    k = int(part.max()) + 1
    centre = np.column_stack(
        [np.bincount(part, weight * middle[:, c], k) / np.bincount(part, weight, k) for c in (0, 1)]
    )
    upper = np.asarray(land.rivers[1].line.coords)
    lower = np.asarray(land.rivers[0].line.coords)
    mouth = upper[-1]
    line = np.vstack([upper, lower[lower[:, 0] > mouth[0]]])
    # The river line runs from the north-west to the east: north of it is to its left.
    nearest = np.argmin(np.hypot(*(centre[:, None, :] - line[None]).transpose(2, 0, 1)), axis=1)
    ahead = line[np.minimum(nearest + 1, len(line) - 1)] - line[np.maximum(nearest - 1, 0)]
    away = centre - line[nearest]
    left = ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0] > 0
    return subdistrict, left.astype(np.int64)


def _town(
    land: Land,
    grain: Grain,
    streets: StreetGraph,
    cells: Cells,
    community: Ints,
    parks: list[Park],
    rng: np.random.Generator,
) -> Town:
    plots = find_plots(land.lattice, grain.zone, land.buildable, streets, rng)
    walks = walks_on(land, streets)
    homes = put_on_streets(streets.line, cells.xy)
    return Town(land.plan, cells, community, homes, Ground(plots, [p.ground for p in parks]), walks, rng)


def walks_on(land: Land, streets: StreetGraph) -> dict[str, Walk]:
    """Walkers of the generator on some streets, in metres and, a little slowly, in seconds."""
    height = land.lattice.sample(land.ground, streets.xy)
    stairs = stairs_of(land, streets)
    walks = {"metres": Walk.metres(streets)}
    return walks | {
        name: Walk.seconds(streets, height, stairs, CAREFUL * speed) for name, speed in WALKERS.items()
    }


def stairs_of(land: Land, streets: StreetGraph) -> Bools:
    """Which streets are stairs: local ones that climb too steeply for wheels."""
    height = land.lattice.sample(land.ground, streets.xy)
    grade = np.abs(height[streets.u] - height[streets.v]) / streets.length_m
    return (streets.rank >= 2) & (grade > STAIRS_GRADE)
