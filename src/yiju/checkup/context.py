"""What the indicators of one check-up share: read once, computed once, when the first of them asks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.access import served_land
from yiju.checkup.blocks import Block, NotMeasurable, ratio
from yiju.checkup.catalogue import Catalogue, read_catalogue
from yiju.checkup.indicator import NO_WORDS, Indicator, Variant
from yiju.checkup.layers import Layers, peers_per_10k
from yiju.checkup.people import GroupPeople, nobody_here, people_of
from yiju.checkup.places import Places, Within
from yiju.checkup.reach import Reach, Targets
from yiju.checkup.registry import function_of
from yiju.checkup.resampling import Resampler, seeded
from yiju.city.services import GROUPS
from yiju.city.tables import RESIDENTS
from yiju.errors import ContractError, MissingCity
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pandas as pd

    from yiju.checkup.commuters import Commuters
    from yiju.city.folder import CityFolder

Floats = npt.NDArray[np.float64]

NO_PEOPLE = Text("需要人口数据。", "needs population.")
WEIGHTS_ONLY = Text(
    "人口总数不是本市口径，只用作权重：比例成立，人均与总量无法测算。",
    "The population total is not this city's own: shares hold, counts and per-capita values do not.",
)


HARDLY_MAPPED = Text(
    "开放数据中此类设施极少（不足参照城市密度的十分之一），很可能是地图缺漏，只作初筛。",
    "Open data have hardly any of these (less than a tenth of the peers' density): "
    "probably a gap in the map, so a screening.",
)
# Below this share of the peers' density a layer is a gap in the map: a proposal of ours.
_HARDLY = 0.1


class Context:
    """A city as the indicators see it.

    Parameters
    ----------
    folder
        A city that was built.
    year
        Year of the check-up.
    catalogue
        The indicators, by default those that come with Yiju.
    """

    def __init__(self, folder: CityFolder, year: int, catalogue: Catalogue | None = None) -> None:
        self.folder = folder
        self.config = folder.config
        self.year = year
        self.catalogue = catalogue or read_catalogue()
        self._tables: dict[str, gpd.GeoDataFrame | pd.DataFrame] = {}
        self._blocks: dict[str, tuple[Block, ...]] = {}
        self._people: dict[str, GroupPeople | None] = {}
        self._covered: dict[tuple[tuple[Targets, float], ...], Floats] = {}
        self._latest: tuple[str, Resampler] | None = None

    def table(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame:
        """A table of the city, read once."""
        if name not in self._tables:
            self._tables[name] = self.folder.table(name)
        return self._tables[name]

    @cached_property
    def figure_names(self) -> frozenset[str]:
        """What the city gave official figures of."""
        return frozenset(self.table("figures")["indicator"])

    def blocks(self, indicator_id: str) -> tuple[Block, ...]:
        """What an indicator is at all places, computed once.

        Raises
        ------
        NotMeasurable
            An input is missing.
        """
        if indicator_id not in self._blocks:
            function = function_of(indicator_id)
            if function is None:
                raise NotMeasurable(Text("尚未计算。", "not yet computed."))
            self._blocks[indicator_id] = tuple(function(self, self.catalogue.indicators[indicator_id]))
        return self._blocks[indicator_id]

    # ------------------------------------------------------------------ places, people, land

    @cached_property
    def places(self) -> Places:
        """Places of all levels; arrays of results follow their order."""
        frame = self.table("places")
        if not len(frame):
            raise MissingCity(
                Text(f"{self.folder.path} 尚未建成。", f"{self.folder.path} has not been built."),
                hint=Text(f"请运行 yiju build {self.folder.path}。", f"Run `yiju build {self.folder.path}`."),
            )
        if not bool((frame["level"] == "city").any()):
            raise ContractError(
                Text(
                    "表 places 需有一行 city。",
                    "Table places needs one row of level city, was given none instead.",
                )
            )
        return Places(frame)

    @cached_property
    def cells(self) -> gpd.GeoDataFrame:
        """Home cells with a known number of people.

        Raises
        ------
        NotMeasurable
            There is no population.
        """
        residents = self.table("residents")
        lived_in = residents[residents["people"] > 0].reset_index(drop=True)
        if not len(lived_in):
            raise NotMeasurable(NO_PEOPLE)
        return lived_in

    @cached_property
    def cell_within(self) -> Within:
        """Where the home cells lie."""
        return self.places.within(self.cells)

    @property
    def weights_only(self) -> bool:
        """Whether people are weights and their number says nothing."""
        return self.config.weights_only

    def need_counts(self) -> None:
        """Stop an indicator that counts people where people are only weights.

        Raises
        ------
        NotMeasurable
            They are.
        """
        if self.weights_only:
            raise NotMeasurable(WEIGHTS_ONLY)

    def people(self, group: str = "all") -> GroupPeople:
        """People of a group by home cell.

        Raises
        ------
        NotMeasurable
            The source does not tell the ages.
        """
        if group not in self._people:
            cells = self.cells
            bands = {b: np.array(cells[b], dtype=np.float64) for b in RESIDENTS.band_columns(cells)}
            found = people_of(GROUPS[group], bands, np.array(cells["people"], dtype=np.float64))
            split = found is not None and bool((cells["status"] == "modelled").any())
            self._people[group] = found and GroupPeople(found.people, found.modelled or split)
        known = self._people[group]
        if known is None or not float(known.people.sum()) > 0:
            name = GROUPS[group].name
            raise NotMeasurable(
                Text(f"需要分年龄人口（{name.zh}）。", f"needs population by age ({name.en}).")
            )
        return known

    def walker(self, group: str) -> str:
        """The walker whose pace is that of a group."""
        return GROUPS[group].profile

    @cached_property
    def residential(self) -> gpd.GeoDataFrame:
        """Residential land.

        Raises
        ------
        NotMeasurable
            There is none.
        """
        land = self.table("land")
        homes = land[land["use"] == "residential"].reset_index(drop=True)
        if not len(homes):
            raise NotMeasurable(Text("需要居住用地。", "needs residential land."))
        return homes

    @cached_property
    def residential_within(self) -> Within:
        """Where the residential land lies."""
        return self.places.within(self.residential)

    @cached_property
    def land_status(self) -> str:
        """Residential land that was taken from parcels with homes is a model of it."""
        return "modelled" if bool((self.residential["origin"] == "parcels").any()) else "measured"

    @cached_property
    def built_up(self) -> gpd.GeoDataFrame:
        """Parcels of the built-up area (approximate), which stand for construction land too.

        Raises
        ------
        NotMeasurable
            There are none.
        """
        parcels = self.table("parcels")
        built = parcels[parcels["built_up"]].reset_index(drop=True)
        if not len(built):
            raise NotMeasurable(Text("需要建成区地块。", "needs parcels of the built-up area."))
        return built

    @cached_property
    def built_within(self) -> Within:
        """Where the built-up parcels lie."""
        return self.places.within(self.built_up)

    @cached_property
    def built_area_m2(self) -> Floats:
        """(places,) built-up area of each place; its whole area where no parcels are known."""
        try:
            return self.built_within.sums(self.built_up["area_m2"])
        except NotMeasurable:
            return self.places.area_m2

    # ------------------------------------------------------------------ facilities and the ways to them

    @cached_property
    def layers(self) -> Layers:
        """Facilities, and which layers of them can be trusted."""
        return Layers(self.table("facilities"), self.config)

    @cached_property
    def facility_within(self) -> Within:
        """Where the rows of the facility table stand."""
        return self.places.within(self.layers.frame)

    @cached_property
    def facility_inside(self) -> npt.NDArray[np.bool_]:
        """Which rows of the facility table stand inside the city; others serve it from beyond its border."""
        frame = self.layers.frame
        placed = frame[["community", "subdistrict", "district"]].notna().any(axis=1).to_numpy(dtype=bool)
        city = self.places.frame.geometry.iloc[self.places.city]
        shapely.prepare(city)
        points = shapely.point_on_surface(frame.geometry.to_numpy())
        return np.asarray(placed | shapely.intersects(city, points), dtype=bool)

    @cached_property
    def reach(self) -> Reach:
        """Walks, drives and straight lines."""
        names = ("street_nodes", "street_edges", "entrances", "stops")
        return Reach(
            {n: self.table(n) for n in names},
            lambda: self.cells,
            self.layers,
            self.config.walkers,
            store=self.folder.orders_dir,
        )

    @cached_property
    def commuters(self) -> Commuters:
        """Who goes where for work, how long it takes and how far it is.

        Raises
        ------
        NotMeasurable
            There is no table of commutes.
        """
        from yiju.checkup.commuters import Commuters  # noqa: PLC0415 - brings the timetable

        return Commuters(self)

    def land_covered_m2(self, serving: Sequence[tuple[Targets, float]]) -> Floats:
        """(residential land,) area of each piece within the radius of anything that serves, crow-fly."""
        key = tuple(serving)
        if key not in self._covered:
            shapes = [self.reach.points(targets) for targets, _ in key]
            radii = [np.full(len(s), radius) for s, (_, radius) in zip(shapes, key, strict=True)]
            self._covered[key] = served_land(
                self.residential, np.concatenate(shapes), radius_m=np.concatenate(radii)
            )
        return self._covered[key]

    def _resampler(self, indicator_id: str) -> Resampler:
        if self._latest is None or self._latest[0] != indicator_id:
            self._latest = (indicator_id, Resampler(self.cell_within, seeded(indicator_id)))
        return self._latest[1]

    def coverage_of_people(
        self,
        indicator_id: str,
        covered: npt.NDArray[np.bool_],
        *,
        method: str = "network",
        variant: str = "",
        group: str = "all",
        status: str = "measured",
        reason: Text = NO_WORDS,
    ) -> Block:
        """Share of a group whose home cells are covered, at every place, with a bootstrap interval."""
        people = self.people(group).people
        part = np.where(covered, people, 0.0)
        numerator, denominator = self.cell_within.sums(part), self.cell_within.sums(people)
        ends = self._resampler(indicator_id).interval(part, people)
        counts = not self.weights_only
        return Block(
            method,
            variant,
            group,
            value=np.minimum(ratio(numerator, denominator), 100.0),
            numerator=numerator if counts else None,
            denominator=denominator if counts else None,
            n=denominator if counts else None,
            low=100.0 * ends.low,
            high=100.0 * ends.high,
            status=status,
            reason=reason,
            empty=nobody_here(group),
        )

    def mean_of_people(
        self, indicator_id: str, value: Floats, *, variant: str, group: str, status: str, reason: Text
    ) -> Block:
        """Mean of a value of the home cells over a group, at every place, with a bootstrap interval."""
        people = self.people(group).people
        denominator = self.cell_within.sums(people)
        ends = self._resampler(indicator_id).interval(value * people, people)
        return Block(
            "network",
            variant,
            group,
            value=ratio(self.cell_within.sums(value * people), denominator, per=1.0),
            n=None if self.weights_only else denominator,
            low=ends.low,
            high=ends.high,
            status=status,
            reason=reason,
            empty=nobody_here(group),
        )

    def layer_status(self, indicator: Indicator, variant: Variant) -> tuple[str, Text]:
        """How far the layer of an indicator can be trusted, and a caveat.

        Class A* is as good as its layer. Class A (parks, stops) is honest from open data, but not where
        OpenStreetMap has hardly any of them.
        """
        services = variant.services or indicator.services
        if not services or self.layers.state(services) != "screening":
            return "measured", NO_WORDS
        if indicator.computability == "A*":
            return "screening", NO_WORDS
        if indicator.stops or not self._hardly_mapped(services):
            return "measured", NO_WORDS
        return "screening", HARDLY_MAPPED

    def _hardly_mapped(self, services: Iterable[str]) -> bool:
        """Whether there are far fewer facilities per person than peers have; never where people are weights."""
        due = [peers_per_10k()[s] for s in services if s in peers_per_10k()]
        if self.weights_only or not due or not self.folder.has("residents"):
            return False
        per_10k = 10_000 * float(self.layers.rows(services).sum()) / float(self.people().people.sum())
        return per_10k < _HARDLY * sum(due)

    def status(self, group: str) -> str:
        """How far the numbers of people of a group can be trusted."""
        return "modelled" if self.people(group).modelled else "measured"
