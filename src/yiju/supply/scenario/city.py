"""A city that differs a little from another: other tables, other streets, another standard, and the rest shared.

The indicators see it as any other city (:class:`yiju.checkup.context.Context`); nothing is computed by a second way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.context import Context
from yiju.city.folder import CityFolder
from yiju.supply.scenario.reach import ChangedReach, Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yiju.checkup.catalogue import Catalogue
    from yiju.checkup.commuters import Commuters
    from yiju.checkup.people import GroupPeople
    from yiju.checkup.places import Places, Within
    from yiju.checkup.reach import Reach, Targets
    from yiju.supply.scenario.changes import Effect
    from yiju.travel import StreetNetwork

Floats = npt.NDArray[np.float64]
Frame: TypeAlias = pd.DataFrame | gpd.GeoDataFrame


@dataclass(frozen=True)
class ChangedFolder(CityFolder):
    """A city folder as it would be; nothing of it is on disk."""

    read: Callable[[str], Frame]

    def table(self, name: str) -> Frame:
        """One table, as the changes leave it."""
        return self.read(name)

    def has(self, name: str) -> bool:
        """Whether the table holds at least a row."""
        return len(self.read(name)) > 0


class ChangedCity(Context):
    """A city after a change.

    Parameters
    ----------
    before
        The city before it.
    effect
        What the change touches.
    tables
        Tables that differ.
    moved
        Facilities whose doors differ: opened, closed, moved, or with another gate.
    network
        The streets on foot, where they differ.
    catalogue, thresholds
        Indicators and their thresholds, where they differ.
    """

    def __init__(
        self,
        before: Context,
        effect: Effect,
        *,
        tables: Mapping[str, Frame] | None = None,
        moved: frozenset[str] = frozenset(),
        network: StreetNetwork | None = None,
        catalogue: Catalogue | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> None:
        config = before.config if thresholds is None else replace(before.config, thresholds=thresholds)
        folder = ChangedFolder(before.folder.path, config, self.table)
        super().__init__(folder, before.year, catalogue or before.catalogue)
        self._before, self.effect = before, effect
        self._moved, self._network = moved, network
        self._tables.update(tables or {})

    def table(self, name: str) -> Frame:
        """A table of the city as it would be."""
        return self._tables[name] if name in self._tables else self._before.table(name)

    @cached_property
    def reach(self) -> Reach:
        """Walks, drives and straight lines."""
        names = ("street_nodes", "street_edges", "entrances", "stops")
        same_homes = not self.effect.people or self._same_cells
        difference = Difference(self._moved, self.effect.services, self._network, same_homes)
        return ChangedReach(
            self._before.reach,
            difference,
            {n: self.table(n) for n in names},
            lambda: self.cells,
            self.layers,
            self.config.walkers,
        )

    @property
    def _same_cells(self) -> bool:
        """Whether people live in the very cells that they lived in."""
        return bool(self.cells["cell_id"].equals(self._before.cells["cell_id"]))

    # what stays as it was

    @cached_property
    def places(self) -> Places:
        """Places of all levels."""
        return self._before.places

    @cached_property
    def cells(self) -> gpd.GeoDataFrame:
        """Home cells with a known number of people."""
        return super().cells if self.effect.people else self._before.cells

    @cached_property
    def cell_within(self) -> Within:
        """Where the home cells lie."""
        return super().cell_within if self.effect.people else self._before.cell_within

    def people(self, group: str = "all") -> GroupPeople:
        """People of a group by home cell."""
        return super().people(group) if self.effect.people else self._before.people(group)

    @cached_property
    def residential(self) -> gpd.GeoDataFrame:
        """Residential land."""
        return self._before.residential

    @cached_property
    def residential_within(self) -> Within:
        """Where the residential land lies."""
        return self._before.residential_within

    @cached_property
    def built_up(self) -> gpd.GeoDataFrame:
        """Parcels of the built-up area."""
        return self._before.built_up

    @cached_property
    def built_within(self) -> Within:
        """Where the built-up parcels lie."""
        return self._before.built_within

    @cached_property
    def commuters(self) -> Commuters:
        """Who goes where for work."""
        same = not (self.effect.people or self.effect.streets)
        return self._before.commuters if same else super().commuters

    def land_covered_m2(self, serving: Sequence[tuple[Targets, float]]) -> Floats:
        """(residential land,) area of each piece within the radius of anything that serves, crow-fly."""
        touched = any(not self.effect.services.isdisjoint(targets.services) for targets, _ in serving)
        return super().land_covered_m2(serving) if touched else self._before.land_covered_m2(serving)
