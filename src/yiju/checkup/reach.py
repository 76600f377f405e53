"""Walks, drives and crow-fly distances from home cells, each computed once and shared by all indicators.

Indicators ask for walks to *targets*: any of some services and stops. The walk to the nearest of several things is the
shortest of the walks to each, so a walker's first question is answered together with those that others will ask: one
sweep over the streets finds the nearest facility of 32 services, and every union of them is a minimum away.

::

    metres of a home to     kindergarten  pharmacy  clinic  hospital  …  bus  rail        one sweep each 32 columns
                                 310         95       420      1900      140   inf
    "clinic or hospital"                              └─── 420 ───┘                       no search at all
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yiju.checkup.blocks import NotMeasurable
from yiju.text import Text
from yiju.travel import StreetNetwork, drivers, walkers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from yiju.checkup.layers import Layers
    from yiju.travel import AccessPoints, PairsWithin
    from yiju.travel.each import NearestEach
    from yiju.travel.travel import Travel

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Whole metres, as the standards count them; the other walkers are named in travel/profiles.toml.
METRES = "metres"
# Walks longer than this serve no daily need and are not searched: 3 hours of an adult, 13 km.
_FARTHEST = {"metres": 13_000.0, "seconds": 10_800.0}
# A walk begins and ends on a street that is no farther: the default of yiju.travel.snapping, which gives its grounds.
SNAP_LIMIT_M = 500.0


@dataclass(frozen=True)
class Targets:
    """What one walks to: facilities that offer any of the services, of a range of areas; stops of some modes.

    ``stops`` names single stops instead of all of the modes, ``unknown_area`` whether a site without a
    known area counts.
    """

    services: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    stops: tuple[str, ...] | None = None
    least_m2: float = 0.0
    below_m2: float = float("inf")
    unknown_area: bool = True

    @property
    def sized(self) -> bool:
        """Whether the area of a site decides."""
        return self.least_m2 > 0 or self.below_m2 != float("inf")

    def kinds(self) -> Iterator[Targets]:
        """The targets of one service or one mode of which these are the union."""
        for service in self.services:
            yield replace(self, services=(service,), modes=(), stops=None)
        if self.stops is not None:
            yield Targets(stops=self.stops)
        else:
            for mode in self.modes:
                yield Targets(modes=(mode,))


class Reach:
    """Distances from the home cells to targets."""

    def __init__(
        self,
        tables: Mapping[str, gpd.GeoDataFrame],
        cells: Callable[[], gpd.GeoDataFrame],
        layers: Layers,
        walker_overrides: Mapping[str, Mapping[str, float]],
        *,
        store: Path | None = None,
    ) -> None:
        self._tables = tables
        self._cells_of = cells
        self._layers = layers
        self._store = store
        self._walkers = walkers(walker_overrides)
        self._walks: dict[tuple[Targets, str], Floats] = {}
        self._ends: dict[Targets, AccessPoints] = {}
        self._nearest: dict[tuple[Targets, str], NearestEach] = {}
        self._travels: dict[str, Travel] = {}
        self._pairs: dict[tuple[Targets, float], PairsWithin] = {}

    @cached_property
    def _cells(self) -> gpd.GeoDataFrame:
        return self._cells_of()

    @cached_property
    def network(self) -> StreetNetwork:
        """The streets that may be walked."""
        return self._network("walk")

    @cached_property
    def roads(self) -> StreetNetwork:
        """The streets that may be driven."""
        return self._network("drive")

    def _network(self, mode: str) -> StreetNetwork:
        nodes, edges = self._tables["street_nodes"], self._tables["street_edges"]
        drives = edges["drive_forward"] | edges["drive_backward"] if mode == "drive" else edges["walk"]
        if not len(nodes) or not bool(drives.any()):
            raise NotMeasurable(
                Text(
                    "需要街道路网（OpenStreetMap或路网文件）。",
                    "needs a street network (OpenStreetMap or a streets file).",
                )
            )
        return StreetNetwork.from_tables(nodes, edges, mode=mode, store=self._store)  # type: ignore[arg-type]

    @cached_property
    def homes(self) -> AccessPoints:
        """The home cells on the walking network."""
        return self.network.snap(self._cells.geometry.reset_index(drop=True), limit_m=SNAP_LIMIT_M)

    @cached_property
    def doors(self) -> AccessPoints:
        """The entrances of all facilities on the walking network."""
        facilities = self._layers.frame.drop_duplicates("facility_id")
        return self._put_doors(self._tables["entrances"], facilities)

    def doors_of(self, facilities: npt.ArrayLike) -> AccessPoints:
        """The entrances of some facilities, in their order."""
        return self.doors.of(facilities)

    def _put_doors(self, entrances: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> AccessPoints:
        """Entrances on the streets, and facilities without one at a point of their own."""
        without = facilities[~facilities["facility_id"].isin(entrances["facility_id"])]
        points = np.concatenate(
            [entrances.geometry.to_numpy(), shapely.point_on_surface(without.geometry.to_numpy())]
        )
        owner = np.concatenate(
            [entrances["facility_id"].to_numpy(dtype=object), without["facility_id"].to_numpy(dtype=object)]
        )
        return self._put(points, owner)

    def _put(self, points: npt.NDArray[np.object_], owner: npt.NDArray[np.object_]) -> AccessPoints:
        """Points on the streets on which a walk begins or ends."""
        return self.network.snap(points, owner=owner, limit_m=SNAP_LIMIT_M)

    @cached_property
    def stops(self) -> AccessPoints:
        """The stops on the walking network."""
        stops = self._tables["stops"]
        names = stops["stop_id"].to_numpy(dtype=object)
        return self.network.snap(stops.geometry, owner=names, limit_m=SNAP_LIMIT_M)

    def travel(self, who: str) -> Travel:
        """The walking network with the costs of a walker, or in metres."""
        if who not in self._travels:
            network = self.network
            self._travels[who] = (
                network.in_metres() if who == METRES else network.in_seconds(self._walkers[who])
            )
        return self._travels[who]

    def facility_ids(self, targets: Targets) -> npt.NDArray[np.object_]:
        """Facilities among the targets, each once, in the order of the table."""
        return np.asarray(pd.unique(self._layers.facility_ids[self.rows(targets)]))

    def rows(self, targets: Targets) -> Bools:
        """Rows of the facility table among the targets."""
        rows = self._layers.rows(targets.services)
        if not targets.sized:
            return rows
        area = self._layers.area_m2
        known = (area >= targets.least_m2) & (area < targets.below_m2)
        return np.asarray(rows & np.where(np.isnan(area), targets.unknown_area, known), dtype=bool)

    def stop_ids(self, targets: Targets) -> npt.NDArray[np.object_]:
        """Stops among the targets."""
        stops = self._tables["stops"]
        ids: npt.NDArray[np.object_] = stops["stop_id"].to_numpy(dtype=object)
        if targets.stops is not None:
            return np.asarray(ids[np.isin(ids, list(targets.stops))])
        return np.asarray(ids[stops["mode"].isin(targets.modes).to_numpy(dtype=bool)])

    def points(self, targets: Targets) -> npt.NDArray[np.object_]:
        """Geometry of the targets: sites keep their boundary, stops are points."""
        sites = self._layers.frame.geometry.to_numpy()[self.rows(targets)]
        stops = self._tables["stops"]
        wanted = np.isin(stops["stop_id"].to_numpy(dtype=object), self.stop_ids(targets))
        return np.concatenate([sites, stops.geometry.to_numpy()[wanted]])

    def walk(self, targets: Targets, who: str = METRES) -> Floats:
        """(cells,) metres, or minutes of a walker, to the nearest of the targets; inf where there is none."""
        key = (targets, who)
        if key not in self._walks:
            self._walks[key] = self._walk(targets, who)
        return self._walks[key]

    def _walk(self, targets: Targets, who: str) -> Floats:
        found = np.full(len(self.homes), np.inf)
        for kind in targets.kinds():
            found = np.minimum(found, self.nearest(kind, who))
        return found if who == METRES else found / 60.0

    def nearest(self, kind: Targets, who: str = METRES) -> Floats:
        """(cells,) metres, or seconds of a walker, to the nearest of one kind (see :meth:`Targets.kinds`)."""
        if (kind, who) not in self._nearest:
            self._find_nearest(kind, who)
        return np.asarray(self._nearest[kind, who].cost_of(_name(kind)), dtype=np.float64)

    def _find_nearest(self, kind: Targets, who: str) -> None:
        """The nearest of a kind for a walker, and of all kinds that somebody asked for or is likely to."""
        wanted = {kind: None, **dict.fromkeys(self._likely(who)), **dict.fromkeys(self._ends)}
        fresh = [k for k in wanted if (k, who) not in self._nearest]
        travel = self.travel(who)
        ends = {_name(k): self._ends_of(k) for k in fresh}
        each = travel.nearest_each(self.homes, ends, limit=_FARTHEST[travel.unit])
        self._nearest |= {(k, who): each for k in fresh}

    def _likely(self, who: str) -> list[Targets]:  # noqa: ARG002 - a changed city knows better
        """What a walker is likely to be asked for next."""
        return self._usual

    @cached_property
    def _usual(self) -> list[Targets]:
        """Every service that has a facility, and every mode that has a stop."""
        services = pd.unique(self._layers.frame["service"])
        modes = pd.unique(self._tables["stops"]["mode"])
        return [Targets((str(s),)) for s in services] + [Targets(modes=(str(m),)) for m in modes]

    def _ends_of(self, kind: Targets) -> AccessPoints:
        """Where the walk to one kind of targets ends."""
        if kind not in self._ends:
            self._ends[kind] = (
                self.doors_of(self.facility_ids(kind))
                if kind.services
                else self.stops.of(self.stop_ids(kind))
            )
        return self._ends[kind]

    def pairs(self, targets: Targets, limit_m: float) -> PairsWithin:
        """Home cells and facilities whose walk is within a limit, with the metres between them."""
        key = (targets, limit_m)
        if key not in self._pairs:
            self._pairs[key] = self._find_pairs(targets, limit_m)
        return self._pairs[key]

    def counts(self, targets: Targets, limit_m: float) -> npt.NDArray[np.int64]:
        """(cells,) how many facilities are within a walk of a limit."""
        return np.diff(self.pairs(targets, limit_m).first)

    def _find_pairs(self, targets: Targets, limit_m: float) -> PairsWithin:
        return self.travel(METRES).within(self.homes, self.doors_of(self.facility_ids(targets)), limit_m)

    def crow_fly(self, targets: Targets) -> Floats:
        """(cells,) metres in a straight line to the nearest target; inf where there is none."""
        points = self.points(targets)
        found = np.full(len(self._cells), np.inf)
        if len(points):
            tree = shapely.STRtree(points)
            (cell, _), distance = tree.query_nearest(
                self._cells.geometry.to_numpy(), return_distance=True, all_matches=False
            )
            found[cell] = distance
        return found

    def fire_seconds(self, points: npt.NDArray[np.object_], services: Iterable[str]) -> Floats:
        """(points,) seconds of a fire engine from the nearest station; inf where none gets there."""
        engine = self.roads.in_seconds(drivers()["fire_engine"]).reversed()
        stations = self.facility_ids(Targets(tuple(services)))
        entrances = self._tables["entrances"]
        doors = entrances.geometry.to_numpy()[entrances["facility_id"].isin(stations).to_numpy(dtype=bool)]
        nearest = engine.nearest(self.roads.snap(points), self.roads.snap(doors), limit=_FARTHEST["seconds"])
        return np.asarray(nearest["seconds"], dtype=np.float64)


def _name(kind: Targets) -> str:
    """The name of a kind among the services of one question."""
    return repr(kind)
