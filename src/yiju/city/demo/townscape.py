"""The demo city as it stands on the ground, from a seed and a size: everything but the files.

Order of the drawing: rivers, ground, zones, main roads, streets, houses, people, communities, services. Each stage
takes its own stream of random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.arrays import mean_by, sum_by
from yiju.city.demo.arterials import lay_arterials
from yiju.city.demo.buildings import Buildings, build, without_overlap
from yiju.city.demo.communities import gather_communities, gather_subdistricts
from yiju.city.demo.faces import Faces, divide
from yiju.city.demo.footpaths import with_paths
from yiju.city.demo.grain import EMBANKMENT_M, Grain, lay_zones, street_axis
from yiju.city.demo.land import Land, lay_land
from yiju.city.demo.parks import Park, open_large_parks
from yiju.city.demo.people import Cells, house, rehouse, settle
from yiju.city.demo.placing import Ground
from yiju.city.demo.plan import read_plan
from yiju.city.demo.plots import find_plots
from yiju.city.demo.provision import mend, provide, settle_services
from yiju.city.demo.services import Facility, Town
from yiju.city.demo.streets import lay_streets
from yiju.city.demo.walking import put_on_streets
from yiju.progress import SILENT, Progress
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.graph import StreetGraph

    Streams = Iterator[np.random.Generator]

# People of the city at a scale of one.
PEOPLE = 300_000
# How often services are mended after houses gave way to sites.
_MENDINGS = 2
# A main road keeps this far from the water, metres.
_ROAD_OFF_WATER_M = 25.0


@dataclass(frozen=True)
class Hierarchy:
    """Faces and who belongs to whom.

    ``community`` (faces,), ``subdistrict`` (communities,), ``district`` (subdistricts,); ``pockets`` names the
    communities that the plan drew as pockets.
    """

    faces: Faces
    community: Ints
    subdistrict: Ints
    district: Ints
    pockets: dict[str, int]


@dataclass(frozen=True)
class Townscape:
    """The whole city. ``stairs`` marks edges of ``streets``; ``community`` is that of each cell of residents."""

    land: Land
    grain: Grain
    streets: StreetGraph
    stairs: Bools
    buildings: Buildings
    hierarchy: Hierarchy
    cells: Cells
    community: Ints
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
    streams: Streams = iter(np.random.default_rng(seed).spawn(16))
    progress.step(Text("绘制山水与街道", "Drawing rivers, hills and streets"))
    land = lay_land(read_plan(), float(np.sqrt(scale)), next(streams))
    grain, streets = _lay_streets(land, next(streams))
    progress.step(Text("建造房屋、安置居民", "Building houses, settling people"))
    buildings = build(land.lattice, land.plan, grain.zone, streets, land.buildable, next(streams))
    faces = divide(land.outline, streets, land.rivers, land.rail, next(streams))
    buildings = buildings.keep(faces.holding(buildings.middle) >= 0)
    people = house(land.plan, buildings, PEOPLE * scale, next(streams))
    hierarchy = _gather(land, buildings, faces, people, next(streams))
    progress.step(Text("布设公共服务", "Placing services"))
    return _serve(land, grain, streets, hierarchy, buildings, people, streams)


def _lay_streets(land: Land, rng: np.random.Generator) -> tuple[Grain, StreetGraph]:
    lattice, plan, stretch = land.lattice, land.plan, land.stretch
    zone = lay_zones(lattice, plan, stretch, land.buildable, land.slope, rng)
    blocked = land.off_water < _ROAD_OFF_WATER_M
    roads = lay_arterials(lattice, plan, stretch, land.ground, blocked, land.rivers, land.rail)
    on_ground = [road.line for road in roads if not road.structure]
    grain = Grain(zone, street_axis(lattice, plan, zone, land.ground, land.rivers, on_ground), land.slope)
    barrier = shapely.union_all([land.water, land.rail, *land.park_grounds])
    return grain, lay_streets(lattice, plan, grain, roads, land.rivers, barrier, rng)


def _gather(
    land: Land, buildings: Buildings, faces: Faces, people: Floats, rng: np.random.Generator
) -> Hierarchy:
    """Gather faces into communities, those into subdistricts, and those into districts."""
    face = faces.holding(buildings.middle)
    held = sum_by(face, people, len(faces.shape))
    pocket = np.full(len(held), -1, dtype=np.int64)
    names: dict[str, int] = {}
    for index, zone in enumerate(land.plan.zones):
        if zone.pocket:
            here = sum_by(face, np.where(buildings.zone == index, people, 0.0), len(held))
            pocket[(here > 0.5 * held) & (held > 0)] = names[zone.name] = len(names)
    community = gather_communities(faces, held, pocket, rng)
    subdistrict = gather_subdistricts(faces, held, community, rng)
    part = subdistrict[community]
    centre = mean_by(part, faces.middle, held, int(part.max()) + 1)
    return Hierarchy(faces, community, subdistrict, _north_of_rivers(land, centre).astype(np.int64), names)


def _north_of_rivers(land: Land, xy: Floats) -> Bools:
    """Which points lie north of the tributary and of the main river below its mouth."""
    main, tributary = (np.asarray(river.line.coords) for river in land.rivers)
    line = np.vstack([tributary, main[main[:, 0] > tributary[-1, 0]]])
    # The line runs from the north-west to the east, so that north of it is to its left.
    nearest = np.argmin(np.hypot(*(xy[:, None, :] - line[None]).transpose(2, 0, 1)), axis=1)
    ahead = line[np.minimum(nearest + 1, len(line) - 1)] - line[np.maximum(nearest - 1, 0)]
    away = xy - line[nearest]
    return np.asarray(ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0] > 0, dtype=bool)


def _serve(
    land: Land,
    grain: Grain,
    streets: StreetGraph,
    hierarchy: Hierarchy,
    buildings: Buildings,
    people: Floats,
    streams: Streams,
) -> Townscape:
    """Place parks and services; houses give way to them, people move, and services are mended for that."""
    faces, community, pockets = hierarchy.faces, hierarchy.community, hierarchy.pockets
    dry = land.off_water > EMBANKMENT_M / 2
    parks = open_large_parks(land.plan, land.stretch, land.park_grounds, streets, land.lattice, dry)
    plots = find_plots(land.lattice, grain.zone, land.buildable, streets, next(streams))
    cells = settle(land.plan, buildings, people, faces.holding(buildings.middle), next(streams))
    town = Town(
        land.plan,
        cells,
        community[cells.face],
        put_on_streets(streets.line, cells.xy),
        Ground(plots, [park.ground for park in parks]),
        land.walks(streets),
        next(streams),
    )
    parks += provide(town, pockets, parks, streets)
    for turn in range(_MENDINGS + 1):
        fenced = [f.ground for f in town.facilities if f.ground is not None]
        stays = without_overlap(buildings, np.array([p.ground for p in parks] + fenced, dtype=object))
        people = rehouse(people, community[faces.holding(buildings.middle)], stays)
        buildings = buildings.keep(stays)
        cells = settle(land.plan, buildings, people, faces.holding(buildings.middle), next(streams))
        town.resettle(cells, community[cells.face], put_on_streets(streets.line, cells.xy))
        if turn < _MENDINGS:
            parks += mend(town, pockets, parks, streets)
    short = settle_services(town, hierarchy.subdistrict, faces, community)
    final = with_paths(streets, parks)
    return Townscape(
        land=land,
        grain=grain,
        streets=final,
        stairs=land.stairs(final),
        buildings=buildings,
        hierarchy=hierarchy,
        cells=cells,
        community=town.community,
        parks=parks,
        facilities=town.facilities,
        short_of_places=short,
    )
