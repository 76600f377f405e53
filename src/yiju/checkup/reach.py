"""Walks, drives and crow-fly distances from home cells, each computed once and shared by all indicators."""

from __future__ import annotations

from dataclasses import dataclass
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
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from yiju.checkup.layers import Layers
    from yiju.travel import AccessPoints, PairsWithin
    from yiju.travel.travel import Travel

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Whole metres, as the standards count them; the other walkers are named in travel/profiles.toml.
METRES = "metres"
# Walks longer than this serve no daily need and are not searched: 3 hours of an adult, 13 km.
_FARTHEST = {"metres": 13_000.0, "seconds": 10_800.0}


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
        self._travels: dict[str, Travel] = {}

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
        return self.network.snap(self._cells.geometry.reset_index(drop=True))

    @cached_property
    def _doors(self) -> AccessPoints:
        entrances = self._tables["entrances"]
        facilities = self._layers.frame.drop_duplicates("facility_id")
        without = facilities[~facilities["facility_id"].isin(entrances["facility_id"])]
        points = np.concatenate(
            [entrances.geometry.to_numpy(), shapely.point_on_surface(without.geometry.to_numpy())]
        )
        owner = np.concatenate(
            [entrances["facility_id"].to_numpy(dtype=object), without["facility_id"].to_numpy(dtype=object)]
        )
        return self.network.snap(points, owner=owner)

    @cached_property
    def _stops(self) -> AccessPoints:
        stops = self._tables["stops"]
        return self.network.snap(stops.geometry, owner=stops["stop_id"].to_numpy(dtype=object))

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
        rows = self.rows(targets)
        return np.asarray(pd.unique(self._layers.frame["facility_id"].to_numpy(dtype=object)[rows]))

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
        travel = self.travel(who)
        found = np.full(len(self.homes), np.inf)
        limit = _FARTHEST[travel.unit]
        facilities, stops = self.facility_ids(targets), self.stop_ids(targets)
        ends = ([self._doors.of(facilities)] if len(facilities) else []) + (
            [self._stops.of(stops)] if len(stops) else []
        )
        for points in ends:
            nearest = travel.nearest(self.homes, points, limit=limit)
            found = np.minimum(found, nearest[travel.unit].to_numpy(dtype=np.float64))
        return found if who == METRES else found / 60.0

    def pairs(self, targets: Targets, limit_m: float) -> PairsWithin:
        """Home cells and facilities whose walk is within a limit, with the metres between them."""
        return self.travel(METRES).within(self.homes, self._doors.of(self.facility_ids(targets)), limit_m)

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
