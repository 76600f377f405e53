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
from yiju.errors import ContractError, InputError, UnknownName
from yiju.supply.demand import Demand, demand
from yiju.supply.projection.ages import AGES, OLDEST, gathered, split
from yiju.supply.projection.component import FEMALE, Course, project, refuse
from yiju.supply.projection.parameters import Parameters, read_parameters
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.city.services import Service
    from yiju.supply.projection.parameters import Outlook

Floats = npt.NDArray[np.float64]

SPLIT = Text(
    "年龄段按生命表分为单岁，跨人群处按年均分；性别按出生性别比与生命表。单元保持其在社区各年龄人口中的现状份额。",
    "Bands of ages were split into years by the life table, between groups evenly; women and men by the sex ratio at "
    "birth and the life table. Cells keep their present share of each age of their community.",
)
# A cell that lies in no community; its people are projected with each other.
NOWHERE = ""


@dataclass(frozen=True, eq=False)
class Projection:
    """A population year by year under one scenario.

    Attributes
    ----------
    outlook
        The scenario.
    years
        The year of the cells, then each year after it: T + 1 of them.
    communities
        (k,) ids of the communities; "" for cells that lie in none.
    course
        People by year, community, sex and single year of age, the last open, and what happened in each year.
    notes
        What was assumed, and who was left out.

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
    communities: pd.Index
    course: Course
    notes: tuple[Text, ...]
    _cells: pd.DataFrame
    _by_age: Floats
    _home: npt.NDArray[np.int64]
    weights_only: bool = False

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
        now = self._by_community(self._by_age)
        then = self.course.people[self._position(year)].sum(axis=1)
        everybody = _shares(self._by_age.sum(axis=1), self._home, len(self.communities))
        base = now[self._home]
        share = np.divide(self._by_age, base, out=np.repeat(everybody[:, None], AGES, axis=1), where=base > 0)
        return self._with_ages(self._cells, share * then[self._home])

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
        whole = self._with_ages(
            pd.DataFrame(index=index), self.course.people.sum(axis=2).reshape(t * k, AGES)
        )
        wanted = demand(whole, entry, weights_only=self.weights_only)
        columns = [wanted.people, wanted.total, wanted.places, wanted.floor_area_m2]
        return pd.concat(columns, axis=1)

    def _by_community(self, by_cell: Floats) -> Floats:
        sums = np.zeros((len(self.communities), AGES))
        np.add.at(sums, self._home, by_cell)
        return sums

    def _position(self, year: int) -> int:
        if year not in self.years:
            kind = Text("推演年份", "year of the projection")
            raise UnknownName(kind, str(year), [str(y) for y in self.years])
        return self.years.index(year)

    def _frame(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=pd.Index(self.years, name="year"), columns=self.communities)

    @staticmethod
    def _with_ages(frame: pd.DataFrame, by_age: Floats) -> pd.DataFrame:
        kept = frame.drop(columns=RESIDENTS.band_columns(frame))
        return kept.assign(people=by_age.sum(axis=1), **gathered(by_age))


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
        Home cells: ``people``, ``community``, and bands that hold every age once.
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
    if "community" not in cells:
        raise ContractError(Text("居住单元缺少 community 列。", "The home cells need a column community."))
    bands = RESIDENTS.band_columns(cells)
    counts = np.nan_to_num(cells[bands].to_numpy(dtype=np.float64))
    refuse(counts, "age_*")
    by_age = counts @ split(bands, given.lived.sum(axis=0))
    home, communities = pd.factorize(
        cells["community"].astype(object).where(cells["community"].notna(), NOWHERE)
    )
    start = np.zeros((len(communities), AGES))
    np.add.at(start, home, by_age)
    women = given.lived[FEMALE] / given.lived.sum(axis=0)
    levels = given.levels(list(communities), years, outlook)
    course = project(np.stack([start * women, start * (1.0 - women)], axis=1), given.rates, levels)
    return Projection(
        outlook,
        tuple(range(year, year + years + 1)),
        pd.Index(list(communities), name="community", dtype="str"),
        course,
        (SPLIT, *given.notes, *_left_out(cells, counts)),
        cells,
        by_age,
        home,
        weights_only,
    )


def _shares(people: Floats, home: npt.NDArray[np.int64], k: int) -> Floats:
    """Share of each cell in its community; alike where nobody of known age lives."""
    whole, cells = np.bincount(home, people, minlength=k), np.bincount(home, minlength=k)
    return np.divide(people, whole[home], out=1.0 / cells[home], where=whole[home] > 0)


def _left_out(cells: pd.DataFrame, counts: Floats) -> Sequence[Text]:
    """People whose age is not known are not projected: how many."""
    missing = float(np.nansum(cells["people"]) - counts.sum())
    if missing < 0.5:
        return ()
    return (
        Text(
            f"{missing:,.0f} 人年龄不详，未计入推演。", f"{missing:,.0f} people of unknown age are left out."
        ),
    )
