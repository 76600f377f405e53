"""A city as it would be, one change after another, and what each change does to its indicators and needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from yiju.checkup.context import Context
from yiju.city.folder import CityFolder
from yiju.city.services import group as group_of
from yiju.errors import InputError
from yiju.needs.recognition import recognise
from yiju.supply.scenario import access
from yiju.supply.scenario.affected import affected, observed_again, side_by_side
from yiju.supply.scenario.applying import applied
from yiju.supply.scenario.changes import (
    Add,
    Change,
    Close,
    Effect,
    Enlarge,
    Gate,
    Link,
    Move,
    People,
    Standard,
)
from yiju.supply.scenario.checking import known_facility
from yiju.supply.scenario.facilities import free_id
from yiju.supply.scenario.needs import fates
from yiju.supply.scenario.saving import save
from yiju.supply.scenario.stored import Stored
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from yiju.supply.scenario.access import Catchments, Equity, Method
    from yiju.supply.scenario.changes import Point


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """A city with some changes; make one with :meth:`of`, and others from it. None is ever changed itself.

    Attributes
    ----------
    stored
        The check-up that it stands on.
    city
        The city as it would be, as indicators see it.
    effect
        What all changes touch.
    locked
        Facilities that stay where they are.
    changes
        What was done, in order.
    previous
        The scenario before the last change; None where there is none.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.api import City
    >>> from yiju.city.toytown import toy_town
    >>> town = City(toy_town(tempfile.mkdtemp(), blocks=8))
    >>> _ = town.checkup()
    >>> now = Scenario.of(town.folder)
    >>> then = now.add(service="health_station", at=(640_600, 3_270_600))
    >>> rows = then.indicators().set_index(["indicator", "method", "variant", "place_id", "group"])
    >>> rows.loc[("L04", "network", "station-r300", "city", "all"), ["before", "after"]].round(1).tolist()
    [69.8, 87.3]
    """

    stored: Stored
    city: Context
    effect: Effect = Effect()  # noqa: RUF009 - frozen
    locked: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    previous: Scenario | None = None

    def __repr__(self) -> str:
        return (
            f"<Scenario of {self.stored.folder.config.name}, {self.stored.year}: {len(self.changes)} changes>"
        )

    @classmethod
    def of(
        cls, folder: CityFolder | Path | str, year: int | None = None, *, locked: Iterable[str] = ()
    ) -> Scenario:
        """The city as it was checked up, nothing changed.

        Parameters
        ----------
        folder
            A city that was checked up.
        year
            By default the city's own.
        locked
            Facilities that may not be closed or moved.

        Raises
        ------
        MissingCity
            There is no check-up of that year.
        StaleCheckup
            The city has changed since.
        UnknownName
            A facility that is locked does not exist.
        """
        folder = folder if isinstance(folder, CityFolder) else CityFolder.open(folder)
        stored = Stored.of(folder, year)
        city = Context(folder, stored.year)
        for facility_id in locked:
            known_facility(city, facility_id)
        return cls(stored, city, locked=frozenset(locked))

    # ------------------------------------------------------------------ changes

    def add(
        self,
        *,
        service: str,
        at: Point,
        capacity: float | None = None,
        floor_area_m2: float | None = None,
        facility_id: str | None = None,
        name: str | None = None,
    ) -> Scenario:
        """A new facility at a point, or one more service at a facility of that id at the same point.

        Parameters
        ----------
        service
            Code of the service catalogue.
        at
            (x, y) in the CRS of the city, metres.
        capacity, floor_area_m2
            Places and floor area that it offers, where they are known.
        facility_id, name
            By default ``new-1``, ``new-2`` ... and none.

        Raises
        ------
        UnknownName
            No such service.
        InputError
            Outside the city (says how far), far from every street, there already, or a number below 0.
        """
        facility_id = facility_id or free_id(self.city)
        return self.then(Add(service, at, capacity, floor_area_m2, facility_id, name))

    def move(self, facility_id: str, at: Point) -> Scenario:
        """A facility elsewhere, with all that it offers.

        Raises
        ------
        UnknownName
            No such facility.
        InputError
            It is locked, or the point is outside the city or far from every street.
        """
        return self.then(Move(facility_id, at))

    def close(self, facility_id: str, *, service: str | None = None) -> Scenario:
        """No such facility any more, or one that no longer offers a service.

        Raises
        ------
        UnknownName
            No such facility or service.
        InputError
            It is locked, or does not offer the service.
        """
        return self.then(Close(facility_id, service))

    def enlarge(
        self,
        facility_id: str,
        *,
        capacity: float | None = None,
        floor_area_m2: float | None = None,
        service: str | None = None,
    ) -> Scenario:
        """More places or floor at a facility; both are what there is afterwards.

        Raises
        ------
        UnknownName
            No such facility or service.
        InputError
            Nothing to change, a number below 0 or below what there is, or it is not clear which service is meant.
        """
        return self.then(Enlarge(facility_id, capacity, floor_area_m2, service))

    def link(self, a: Point, b: Point, *, length_m: float | None = None) -> Scenario:
        """A way on foot between two points on streets: a footbridge, a path, a crossing, a gate in a wall.

        Homes and doors stay on the streets that they are on; nobody's door opens onto the bridge.

        Raises
        ------
        InputError
            An end lies outside the city or off the streets, or the way is shorter than a straight one.
        """
        return self.then(Link(a, b, length_m))

    def gate(self, facility_id: str, at: Point) -> Scenario:
        """One more entrance of a facility.

        Raises
        ------
        UnknownName
            No such facility.
        InputError
            The point is far from the facility or from every street, or outside the city.
        """
        return self.then(Gate(facility_id, at))

    def standard(
        self,
        indicator: str,
        *,
        threshold: float | None = None,
        radius_m: float | None = None,
        minutes: float | None = None,
        variant: str | None = None,
    ) -> Scenario:
        """Another threshold of an indicator, or another radius of one of its readings.

        Minutes go with the radius in proportion where they are not given. The reading keeps its code.

        Raises
        ------
        UnknownName
            No such indicator.
        InputError
            Neither is given, or the reading has no radius.
        """
        return self.then(Standard(indicator, threshold, radius_m, minutes, variant))

    def people(self, by: float | pd.DataFrame, *, place: str | None = None, group: str = "all") -> Scenario:
        """Other people: a factor for a group at a place, or a frame of people by cell.

        Parameters
        ----------
        by
            How many times the people that there are; or a frame with ``cell_id`` and the columns of residents
            that change (``people``, ``age_60_79`` ...), in people, such as a projection gives
            (``city.projection().people_in(2035)``).
        place
            Id of a place of any level, by default the whole city.
        group
            Whose number changes; the total of a cell changes by as many.

        Raises
        ------
        UnknownName
            No such place, group, cell or column.
        InputError
            Numbers below 0, or a group whose number the source does not tell.
        """
        group_of(group)
        if isinstance(by, pd.DataFrame):
            return self.then(People(cells=by.copy()))
        return self.then(People(by, place, group))

    def then(self, change: Change) -> Scenario:
        """The scenario after one more change, given as a record."""
        change, city = applied(self.city, change, self.locked)
        return replace(
            self,
            city=city,
            effect=self.effect | city.effect,
            changes=(*self.changes, change),
            previous=self,
        )

    def undo(self) -> Scenario:
        """The scenario before the last change.

        Raises
        ------
        InputError
            Nothing was changed yet.
        """
        if self.previous is None:
            raise InputError(Text("没有可撤销的改动。", "there is no change to take back."), field="undo")
        return self.previous

    @property
    def now(self) -> Scenario:
        """The city as it was checked up."""
        return self if self.previous is None else self.previous.now

    # ------------------------------------------------------------------ answers

    def walk(self, service: str, group: str = "all") -> pd.Series:
        """(cells,) ``metres`` to the nearest of a service, or ``seconds`` at a group's pace; inf where there is none.

        Raises
        ------
        UnknownName
            No such service or group.
        """
        return access.walks_of(self.city, service, group)

    def counts(self, service: str, limit_m: float) -> pd.Series:
        """(cells,) how many facilities of a service are within a walk of so many metres."""
        return access.counts_of(self.city, service, limit_m)

    def catchments(
        self, service: str, method: Method = "e2sfca", *, limit_m: float | None = None
    ) -> Catchments:
        """Places a person of a service within reach; see :func:`yiju.supply.scenario.access.catchments_of`."""
        return access.catchments_of(self.city, service, method, limit_m=limit_m)

    def equity(self, service: str, method: Method = "e2sfca", *, limit_m: float | None = None) -> Equity:
        """How equally these places are shared; see :class:`yiju.supply.scenario.access.Equity`."""
        return access.equity_of(self.catchments(service, method, limit_m=limit_m))

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Every observation of the city as it would be; those that no change touches as they are stored."""
        return observed_again(self.city, self.effect, self.stored.observations)

    def indicators(self, *, changed_only: bool = False) -> pd.DataFrame:
        """The indicators that the changes may move, before and after, at all places, for all groups.

        Parameters
        ----------
        changed_only
            Leave out rows whose value and grade are the same.

        Returns
        -------
        See :func:`yiju.supply.scenario.affected.side_by_side`.
        """
        moved = {i.id: i for i in affected(self.city.catalogue, self.effect)}
        rows = side_by_side(self.stored.observations, self.observations, moved)
        if not changed_only:
            return rows
        same = _alike(rows["before"], rows["after"]) & _alike(rows["grade_before"], rows["grade_after"])
        return rows[~same].reset_index(drop=True)

    @cached_property
    def needs(self) -> pd.DataFrame:
        """The ledger of needs of the city as it would be, which carries on the stored one."""
        if not self.changes:
            return self.stored.needs
        year = self.stored.year
        return recognise(self.observations, self.city.folder, year=year, earlier=self.stored.needs)

    def needs_closed(self) -> pd.DataFrame:
        """Which needs close, which open, and which more or fewer people have.

        Returns
        -------
        See :func:`yiju.supply.scenario.needs.fates`.
        """
        return fates(self.stored.needs, self.needs)

    def save(
        self,
        plan: str,
        *,
        due_year: int | None = None,
        cost_yuan: Sequence[float | None] | float | None = None,
        hours: Sequence[float | None] | float | None = None,
    ) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Put the changes into the ledger as measures of a plan, in place of those that a plan of this name had.

        Parameters
        ----------
        plan
            Name under which they were decided.
        due_year
            When they are to be done, by default the year after the check-up. The check-up of that year is held against
            what they promise: every value that becomes better.
        cost_yuan, hours
            Money, and hours of staff, of each change in order; None where it is not known.

        Returns
        -------
        Measures and promises, as :mod:`yiju.needs.measures` has them.

        Raises
        ------
        InputError
            No changes, or people among them, who are an assumption and no measure; a number below 0.
        StaleCheckup
            The city was built or checked up anew since.
        SnapshotError
            They could not be stored; what was there stays whole.
        """
        return save(self, plan, due_year=due_year, cost_yuan=cost_yuan, hours=hours)


def _alike(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one == other).fillna(value=False) | (one.isna() & other.isna())
