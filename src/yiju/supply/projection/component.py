"""The cohort-component method (队列要素法): births, deaths, who comes and who goes, by sex and age, year by year.

Preston, Heuveline & Guillot (2001), *Demography*, chapter 6, with a year of age and a year of time. In each year

1. half of those who move do so at its beginning;
2. who is there survives and is a year older, the open age keeps its own;
3. women bear children: fertility by age times the mean of the women at the beginning and at the end; the newborn
   survive to the end of the year;
4. the other half of those who move do so at its end.

So those who move bear half of the year's deaths and births where they come to. Without movements and for women alone it
is the matrix of Leslie (1945), :func:`leslie`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError, InputError
from yiju.text import Text

Floats = npt.NDArray[np.float64]

FEMALE, MALE = 0, 1


@dataclass(frozen=True, eq=False)
class Rates:
    """Births and deaths by age, the same in all communities.

    Attributes
    ----------
    survival
        (2, ages) share of women and of men who are alive a year later, by age at the beginning; the last age is open.
    newborn
        (2,) share of the girls and boys born in a year who are alive at its end.
    fertility
        (ages,) children that a woman of an age bears in a year.
    sex_ratio
        Boys for every 100 girls.

    Raises
    ------
    InputError
        A share is not between 0 and 1, or a rate is negative or unknown.
    """

    survival: Floats
    newborn: Floats
    fertility: Floats
    sex_ratio: float = 105.0

    def __post_init__(self) -> None:
        refuse(self.survival, "survival", most=1.0)
        refuse(self.newborn, "newborn", most=1.0)
        refuse(self.fertility, "fertility")
        refuse(np.asarray(self.sex_ratio), "sex_ratio")

    @property
    def sexes(self) -> Floats:
        """(2,) shares of girls and of boys among the newborn."""
        return np.array([100.0, self.sex_ratio]) / (100.0 + self.sex_ratio)


@dataclass(frozen=True, eq=False)
class Levels:
    """How births and movements differ between k communities, and change over the years.

    Attributes
    ----------
    births
        (years, k) factor on fertility.
    arrivals
        (years, k) people who come in a year, whatever the residents are.
    arrival_rate, departure_rate
        (years, k) people who come and who leave in a year, a resident.
    schedule
        (ages,) how much more those of an age move; only the proportions count.
    names
        (k,) of the communities, for what an error says; by default their positions.
    """

    births: Floats
    arrivals: Floats
    arrival_rate: Floats
    departure_rate: Floats
    schedule: Floats
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("births", "arrivals", "arrival_rate", "departure_rate", "schedule"):
            refuse(getattr(self, name), name)


@dataclass(frozen=True, eq=False)
class Course:
    """What becomes of k communities.

    Attributes
    ----------
    people
        (years + 1, k, 2, ages) at the beginning, and at the end of each year.
    births, deaths, arrivals, departures
        (years, k) in each year.
    """

    people: Floats
    births: Floats
    deaths: Floats
    arrivals: Floats
    departures: Floats


def project(start: npt.ArrayLike, rates: Rates, levels: Levels) -> Course:
    """Carry a population forward, all communities at once.

    Parameters
    ----------
    start
        (k, 2, ages) women and men by age.
    rates, levels
        What holds for all, and what differs; ``levels`` says how many years.

    Raises
    ------
    ContractError
        The arrays do not belong together.
    InputError
        A number of people is negative or unknown, or more leave than there are of an age.

    Examples
    --------
    One community, two ages and the old; nobody is born, dies or moves: everybody is a year older.

    >>> still = Rates(np.ones((2, 3)), np.ones(2), np.zeros(3))
    >>> nothing = np.zeros((1, 1))
    >>> course = project([[[3, 2, 1], [6, 5, 4]]], still, Levels(nothing, nothing, nothing, nothing, np.ones(3)))
    >>> course.people[1].tolist()
    [[[0.0, 3.0, 3.0], [0.0, 6.0, 9.0]]]
    """
    people = [np.asarray(start, dtype=np.float64)]
    _fit(people[0], rates, levels)
    refuse(people[0], "people")
    counts = []
    for year in range(len(levels.births)):
        after, counted = _year(people[-1], rates, levels, year)
        people.append(after)
        counts.append(counted)
    k = people[0].shape[0]
    table = np.array(counts).reshape(-1, 4, k)
    return Course(np.array(people), *(table[:, i] for i in range(4)))


def _fit(start: Floats, rates: Rates, levels: Levels) -> None:
    """Arrays that do not belong together would otherwise be stretched to fit."""
    ages, years = len(rates.fertility), len(levels.births)
    k = start.shape[0] if start.ndim else 0
    needed = {
        "start": (start, (k, 2, ages)),
        "survival": (rates.survival, (2, ages)),
        "newborn": (rates.newborn, (2,)),
        "schedule": (levels.schedule, (ages,)),
        "births": (levels.births, (years, k)),
        "arrivals": (levels.arrivals, (years, k)),
        "arrival_rate": (levels.arrival_rate, (years, k)),
        "departure_rate": (levels.departure_rate, (years, k)),
    }
    for name, (given, shape) in needed.items():
        if given.shape != shape:
            raise ContractError(
                Text(
                    f"{name} 的形状应为 {shape}，实际为 {given.shape}。",
                    f"{name} needs the shape {shape}, was given {given.shape} instead.",
                )
            )


def _year(before: Floats, rates: Rates, levels: Levels, year: int) -> tuple[Floats, tuple[Floats, ...]]:
    leaving, coming = _movers(before, levels, year)
    # 1. half of those who move
    gone = before * leaving
    here = before - gone + coming
    # 2. survive and grow older
    kept = here * rates.survival
    older = np.zeros_like(kept)
    older[..., 1:] = kept[..., :-1]
    older[..., -1] += kept[..., -1]
    # 3. births
    women = (here[:, FEMALE] + older[:, FEMALE]) / 2.0
    born = levels.births[year] * (women @ rates.fertility)
    children = born[:, None] * rates.sexes
    older[..., 0] = children * rates.newborn
    deaths = (here - kept).sum(axis=(1, 2)) + (children - older[..., 0]).sum(axis=1)
    # 4. the other half of those who move
    gone_late = older * leaving
    after = older - gone_late + coming
    came = 2.0 * coming.sum(axis=(1, 2))
    return after, (born, deaths, came, (gone + gone_late).sum(axis=(1, 2)))


def _movers(people: Floats, levels: Levels, year: int) -> tuple[Floats, Floats]:
    """Of half a year: (k, 1, ages) shares of an age who leave, (k, 2, ages) people who come, half of them women."""
    residents = people.sum(axis=(1, 2))
    shape = levels.schedule / max(levels.schedule.sum(), np.finfo(float).tiny)
    # Rates are of all residents: scaled so that the ages that live here give that mean.
    mean = people.sum(axis=1) @ shape
    level = np.divide(levels.departure_rate[year] * residents, mean, out=np.zeros_like(mean), where=mean > 0)
    leaving = level[:, None] * shape
    if (leaving > 1.0).any():
        row, age = (int(i) for i in np.argwhere(leaving > 1.0)[0])
        place = levels.names[row] if levels.names else str(row + 1)
        raise InputError(
            Text(
                f"第 {year + 1} 年社区 {place} 的迁出人数超过 {age} 岁的全部居民。",
                f"in year {year + 1} more people of {age} leave community {place} than live there.",
            ),
            field="out_per_1000",
            hint=Text("请降低迁出率。", "Lower the rate of those who leave."),
        )
    coming = (levels.arrivals[year] + levels.arrival_rate[year] * residents)[:, None, None] * shape / 4.0
    return leaving[:, None] / 2.0, np.repeat(coming, 2, axis=1)


def leslie(rates: Rates) -> Floats:
    """The matrix that carries the women of a closed population one year forward.

    Returns
    -------
    (ages, ages); its dominant eigenvalue is the factor by which a population grows that has these rates for long.

    Examples
    --------
    >>> rates = Rates(np.array([[0.5, 0.0], [0.5, 0.0]]), np.ones(2), np.array([0.0, 4.1]), sex_ratio=105)
    >>> leslie(rates).round(3).tolist()
    [[0.5, 1.0], [0.5, 0.0]]
    """
    alive, bearing = rates.survival[FEMALE], rates.fertility
    matrix = np.diag(alive[:-1], k=-1)
    matrix[-1, -1] = alive[-1]
    at_the_end = np.append(bearing[1:], bearing[-1]) * alive
    matrix[0] += rates.sexes[FEMALE] * rates.newborn[FEMALE] * (bearing + at_the_end) / 2.0
    return np.asarray(matrix)


def refuse(given: npt.ArrayLike, field: str, *, most: float = np.inf) -> None:
    """Stop at what is no rate: unknown, negative or over ``most``.

    Raises
    ------
    InputError
        It names the field and the number.
    """
    numbers = np.asarray(given, dtype=np.float64)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0.0) & (numbers <= most))
    if wrong.any():
        number = numbers[wrong].flat[0]
        limit = Text("应不小于 0", "needs to be at least 0")
        if np.isfinite(most):
            limit = Text(f"应在 0 与 {most:g} 之间", f"needs to lie between 0 and {most:g}")
        raise InputError(
            Text(f"{limit.zh}，实际为 {number:g}。", f"{limit.en}, was {number:g}."), field=field
        )
