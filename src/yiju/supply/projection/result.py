"""A population to come: by community, year, sex and age, spread to home cells, and the demand that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.services import group
from yiju.city.services import service as look_up
from yiju.city.tables import RESIDENTS
from yiju.errors import InputError, UnknownName
from yiju.supply.demand import Demand, demand
from yiju.supply.projection.ages import AGES, OLDEST, group_bands, members
from yiju.supply.projection.component import FEMALE, Course, project
from yiju.supply.projection.homes import Homes
from yiju.supply.projection.parameters import Parameters, read_parameters
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yiju.city.services import Service
    from yiju.supply.projection.parameters import Outlook

Floats = npt.NDArray[np.float64]

SPLIT = Text(
    "年龄段按生命表分为单岁，跨人群处按年均分；性别按出生性别比与生命表。单元保持其在社区各年龄人口中的现状份额。",
    "Bands of ages were split into years by the life table, between groups evenly; women and men by the sex ratio at "
    "birth and the life table. Cells keep their present share of each age of their community.",
)


@dataclass(frozen=True, eq=False)
class Projection:
    """A population year by year under one scenario.

    Attributes
    ----------
    outlook
        The scenario.
    years
        The year of the cells, then each year after it: T + 1 of them.
    course
        People by year, community, sex and single year of age, the last open, and what happened in each year.
    homes
        The home cells of today.
    notes
        What was assumed, and who was left out.
    weights_only
        Whether people are weights whose total says nothing.

    Examples
    --------
    >>> cells = pd.DataFrame(
    ...     {"cell_id": ["a"], "people": [100.0], "community": ["c"], "age_0_59": [80.0], "age_60_plus": [20.0]}
    ... )
    >>> future = project_cells(cells, years=2, year=2025)
    >>> future.population.round(1)["c"].tolist()
    [100.0, 99.8, 99.6]
    """

    outlook: Outlook
    years: tuple[int, ...]
    course: Course
    homes: Homes
    notes: tuple[Text, ...]
    weights_only: bool = False

    @property
    def communities(self) -> pd.Index:
        """(k,) ids of the communities; "" for cells that lie in none."""
        return self.homes.communities

    @property
    def population(self) -> pd.DataFrame:
        """People: a row for each year, a column for each community."""
        return self._frame(self.course.people.sum(axis=(2, 3)))

    def of(self, code: str) -> pd.DataFrame:
        """People of a group: a row for each year, a column for each community.

        Raises
        ------
        UnknownName
            There is no such group.
        """
        ages = group(code).ages
        low, high = (0, OLDEST) if ages is None else (ages[0], min(ages[1], OLDEST))
        return self._frame(self.course.people[..., low : high + 1].sum(axis=(2, 3)))

    def balance(self) -> pd.DataFrame:
        """What happened in each year and community: births, deaths, arrivals, departures."""
        names = ("births", "deaths", "arrivals", "departures")
        index = pd.MultiIndex.from_product([self.years[1:], self.communities], names=["year", "community"])
        return pd.DataFrame({name: getattr(self.course, name).ravel() for name in names}, index=index)

    def table(self) -> pd.DataFrame:
        """The whole population: a row for each year, community, sex and age, and ``people``."""
        axes = [self.years, self.communities, ["female", "male"], range(AGES)]
        index = pd.MultiIndex.from_product(axes, names=["year", "community", "sex", "age"])
        return pd.DataFrame({"people": self.course.people.ravel()}, index=index).reset_index()

    def cells_in(self, year: int) -> pd.DataFrame:
        """The home cells with the people of that year, in the bands of the groups of residents.

        A cell keeps its present share of each age of its community, and of everybody where none of an age live there
        now.

        Raises
        ------
        UnknownName
            The projection does not hold that year.
        """
        return _with_bands(self.homes.cells, self._spread(year, group_bands())).assign(status="modelled")

    def people_in(self, year: int) -> pd.DataFrame:
        """People of that year by home cell in the bands of the source, as a what-if takes them.

        Returns
        -------
        Indexed by ``cell_id``: ``people`` and the bands of ages that the cells came with.

        Raises
        ------
        UnknownName
            The projection does not hold that year.

        Examples
        --------
        >>> scenario.people(future.people_in(2035)).indicators()  # doctest: +SKIP
        """
        bands = self.homes.bands
        by_band = pd.DataFrame(
            self._spread(year, bands), index=pd.Index(self.homes.cells["cell_id"]), columns=list(bands)
        )
        by_band.insert(0, "people", by_band.sum(axis=1))
        return by_band

    def demand(self, service: Service | str, year: int) -> Demand:
        """Demand for a service by home cell in a year.

        Raises
        ------
        UnknownName
            There is no such service, or the projection does not hold that year.
        """
        found = demand(self.cells_in(year), service, weights_only=self.weights_only)
        return replace(found, notes=(*self.notes, *found.notes))

    def demand_over_years(self, service: Service | str) -> pd.DataFrame:
        """Demand for a service by year and community.

        Returns
        -------
        Indexed by ``year`` and ``community``: a column for each group of the service, then ``people`` (each once),
        ``places`` and ``floor_area_m2`` (NaN where the service has no such norm).
        """
        entry = look_up(service) if isinstance(service, str) else service
        t, k = len(self.years), len(self.communities)
        index = pd.MultiIndex.from_product([self.years, self.communities], names=["year", "community"])
        bands = self.course.people.sum(axis=2).reshape(t * k, AGES) @ members(group_bands()).T
        whole = _with_bands(pd.DataFrame(index=index), bands)
        wanted = demand(whole, entry, weights_only=self.weights_only)
        columns = [wanted.people, wanted.total, wanted.places, wanted.floor_area_m2]
        return pd.concat(columns, axis=1)

    def _spread(self, year: int, bands: Iterable[str]) -> Floats:
        later = self.course.people[self._position(year)].sum(axis=1)
        return self.homes.spread(later, members(bands))

    def _position(self, year: int) -> int:
        if year not in self.years:
            kind = Text("推演年份", "year of the projection")
            raise UnknownName(kind, str(year), [str(y) for y in self.years])
        return self.years.index(year)

    def _frame(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=pd.Index(self.years, name="year"), columns=self.communities)


def _with_bands(frame: pd.DataFrame, people: Floats) -> pd.DataFrame:
    """The frame with (rows, groups) people in the bands of the groups instead of its own."""
    kept = frame.drop(columns=RESIDENTS.band_columns(frame))
    by_band = dict(zip(group_bands(), people.T, strict=True))
    return kept.assign(people=people.sum(axis=1), **by_band)


def project_cells(
    cells: pd.DataFrame,
    *,
    year: int,
    years: int = 10,
    scenario: str = "middle",
    parameters: Parameters | None = None,
    weights_only: bool = False,
) -> Projection:
    """Project the population of home cells, by the community that holds them.

    Parameters
    ----------
    cells
        Home cells: ``cell_id``, ``people``, ``community``, and bands that hold every age once.
    year
        The year that the cells are of.
    years
        How many years to go on.
    scenario
        Code of a scenario of the parameters.
    parameters
        By default those that come with Yiju.
    weights_only
        Whether people are weights whose total says nothing: shares of ages hold, counts do not.

    Raises
    ------
    ContractError
        The cells do not say in which community they lie.
    InputError
        An age is in no band or in several, people are negative, or ``years`` is.
    UnknownName
        There is no such scenario, or the parameters name a community without residents.
    """
    if years < 0:
        raise InputError(
            Text(f"应不小于 0，实际为 {years}。", f"needs to be at least 0, was {years}."), field="years"
        )
    given = parameters or read_parameters()
    outlook = given.outlook(scenario)
    homes = Homes.of(cells, given.lived.sum(axis=0))
    women = given.lived[FEMALE] / given.lived.sum(axis=0)
    levels = given.levels(list(homes.communities), years, outlook)
    start = np.stack([homes.by_age * women, homes.by_age * (1.0 - women)], axis=1)
    return Projection(
        outlook,
        tuple(range(year, year + years + 1)),
        project(start, given.rates, levels),
        homes,
        (SPLIT, *given.notes, *_left_out(homes)),
        weights_only,
    )


def _left_out(homes: Homes) -> Sequence[Text]:
    """People whose age is not known are not projected: how many."""
    missing = float(np.nansum(homes.cells["people"]) - homes.counts.sum())
    if missing < 0.5:
        return ()
    return (
        Text(
            f"{missing:,.0f} 人年龄不详，未计入推演。", f"{missing:,.0f} people of unknown age are left out."
        ),
    )
