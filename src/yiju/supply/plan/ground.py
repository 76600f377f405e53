"""The ground that a plan stands on: who has which service within reach now, and how far it is from everywhere.

It is the ground of the check-up itself, cell for cell and metre for metre, so that what a plan gains is what the next
check-up will see.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.context import Context
from yiju.checkup.people import people_of
from yiju.checkup.reach import METRES, SNAP_LIMIT_M, Targets
from yiju.city.services import GROUPS, service
from yiju.city.tables import RESIDENTS
from yiju.errors import InputError
from yiju.supply.demand import Demand, demand
from yiju.supply.projection import Projection, project_cells, read_parameters
from yiju.supply.scenario.stored import Stored
from yiju.supply.siting.costs import Costs
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import geopandas as gpd

    from yiju.city.folder import CityFolder
    from yiju.travel import AccessPoints, PairsWithin

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Walks longer than this serve no daily need: the farthest that the check-up looks (yiju.checkup.reach), metres.
FARTHEST_M = 13_000.0


class Ground:
    """A city that was checked up, as a plan sees it.

    Parameters
    ----------
    folder, year
        The city and the year of its check-up.
    assumed_shares
        Group to its share of all residents, for a city whose population has no ages.

    Attributes
    ----------
    snapshot
        Hash of the check-up that the plan answers.

    Raises
    ------
    MissingCity
        There is no check-up of that year.
    StaleCheckup
        The city has changed since: build, check up, then plan.
    """

    def __init__(
        self,
        folder: CityFolder,
        year: int | None = None,
        *,
        assumed_shares: Mapping[str, float] | None = None,
    ) -> None:
        self.folder = folder
        self.year = year or folder.config.year
        self.snapshot = Stored.of(folder, self.year).snapshot
        self.context = Context(folder, self.year)
        self._assumed = dict(assumed_shares or {})
        self._demands: dict[str, Demand] = {}
        self._projections: dict[str, Projection] = {}

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """Home cells with people."""
        return self.context.cells

    @cached_property
    def cell_ids(self) -> pd.Index:
        """Ids of the home cells."""
        return pd.Index(self.cells["cell_id"], name="cell_id")

    def demand(self, code: str) -> Demand:
        """Who wants a service, by home cell.

        Raises
        ------
        InputError
            The population has no ages, and none were assumed; or it has, and others were assumed.
        """
        if code not in self._demands:
            self._refuse_known()
            everybody = np.asarray(self.cells["people"], dtype=np.float64)
            given = {group: share * everybody for group, share in self._assumed.items()}
            try:
                found = demand(self.cells, code, people=given, weights_only=self.context.weights_only)
            except InputError as cause:
                raise InputError(
                    cause.message,
                    hint=Text(
                        f"也可用 --assume {service(code).groups[0]}=0.2 假定其占居民的比例，方案中会注明。",
                        f"Or assume its share of the residents, --assume {service(code).groups[0]}=0.2; "
                        "the plan will say so.",
                    ),
                ) from cause
            self._demands[code] = found
        return self._demands[code]

    def _refuse_known(self) -> None:
        """An assumption may not stand in the place of what the population tells."""
        bands = {b: np.asarray(self.cells[b], dtype=np.float64) for b in RESIDENTS.band_columns(self.cells)}
        for code in self._assumed:
            if people_of(GROUPS[code], bands, np.asarray(self.cells["people"], dtype=np.float64)) is not None:
                raise InputError(
                    Text(
                        f"人口数据已有{GROUPS[code].name.zh}的人数，不能再假定其占比。",
                        f"The population tells how many {GROUPS[code].name.en} there are: no share can be assumed.",
                    ),
                    field="assume",
                    hint=Text(
                        "请去掉该假定；若要试算其他人口，请用 yiju whatif。",
                        "Leave it out; to try other people, use `yiju whatif`.",
                    ),
                )

    def people(self, code: str) -> Floats:
        """(cells,) people whom a service is for, each counted once."""
        return np.array(self.demand(code).total, dtype=np.float64)  # a copy: pandas lends its own read-only

    def people_in(self, code: str, year: int, scenario: str, *, until: int) -> Floats:
        """(cells,) people whom a service will be for in a year, by a scenario of the population to come.

        Raises
        ------
        UnknownName
            There is no such scenario.
        InputError
            The population cannot be projected, or the year is not after that of the check-up.
        """
        if scenario not in self._projections:
            self._projections[scenario] = project_cells(
                self.cells,
                year=self.year,
                years=max(until - self.year, 1),
                scenario=scenario,
                parameters=read_parameters(self.folder.path),
                weights_only=self.context.weights_only,
            )
        total = self._projections[scenario].demand(code, year).total
        return np.asarray(total.reindex(self.cell_ids), dtype=np.float64)

    def projected_by(self) -> list[Text]:
        """What the projections that were asked for rest on; numbers that are provisional say so."""
        return [note for projection in self._projections.values() for note in projection.notes]

    def limit_m(self, code: str) -> float:
        """The walk within which a service counts as there: the widest that its standard accepts."""
        return float(service(code).widest_m or 0.0)

    def walk_m(self, code: str) -> Floats:
        """(cells,) metres to the nearest place of a service now; inf where none is in reach of a search."""
        return np.asarray(self.context.reach.walk(Targets((code,))), dtype=np.float64)

    def walk_without_m(self, code: str, closed: Collection[str]) -> Floats:
        """(cells,) metres to the nearest place of a service, some facilities left out."""
        if not closed:
            return self.walk_m(code)
        reach = self.context.reach
        kept = [f for f in reach.facility_ids(Targets((code,))) if f not in set(closed)]
        found = reach.travel(METRES).nearest(reach.homes, reach.doors.of(kept), limit=FARTHEST_M)
        return np.asarray(found["metres"], dtype=np.float64)

    def unserved(self, code: str) -> Bools:
        """(cells,) whether no place of a service is within its walk now."""
        return np.asarray(self.walk_m(code) > self.limit_m(code), dtype=np.bool_)

    def snap(self, points: gpd.GeoSeries, names: pd.Index) -> AccessPoints:
        """Points on the walking network."""
        return self.context.reach.network.snap(points, owner=names, limit_m=SNAP_LIMIT_M)

    def pairs(self, points: AccessPoints, limit_m: float) -> PairsWithin:
        """Home cells and points whose walk is within a limit."""
        return self.context.reach.travel(METRES).within(self.context.reach.homes, points, limit_m)

    def costs(self, points: AccessPoints, limit_m: float, *, allowed: Bools | None = None) -> Costs:
        """The same as the input of a siting problem; sites that are not allowed can be used by nobody."""
        found = self.pairs(points, limit_m)
        kept = np.ones(len(found), dtype=np.bool_) if allowed is None else allowed[found.facility]
        return Costs.from_columns(
            found.origin[kept],
            found.facility[kept],
            found.cost[kept],
            points=self.cell_ids,
            sites=found.facilities,
        )

    def existing_pairs(self, code: str, limit_m: float) -> PairsWithin:
        """Home cells and the places of a service that are there now."""
        return self.context.reach.pairs(Targets((code,)), limit_m)

    def existing_places(self, code: str) -> pd.Series:
        """Places of each facility of a service, unknown as NaN, indexed by facility."""
        table = self.context.table("facilities")
        of_it = table[table["service"] == code]
        return pd.Series(of_it["capacity"].to_numpy(dtype=np.float64), index=of_it["facility_id"])

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Name of each place by its id."""
        places = self.context.table("places")
        return dict(zip(places["place_id"], places["name"], strict=True))

    def off_network(self) -> npt.NDArray[np.bool_]:
        """(cells,) homes that no street is near enough to: no site can reach them."""
        lost = np.zeros(len(self.cells), dtype=np.bool_)
        lost[self.context.reach.homes.nowhere] = True
        return lost

    def group_name(self, code: str) -> Text:
        """Whom a service is for, in words."""
        groups = [GROUPS[g].name for g in service(code).groups]
        return Text("、".join(g.zh for g in groups), " and ".join(g.en for g in groups))
