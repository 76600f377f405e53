"""Survival by age: a life table of the city's own, or one that has a known life expectancy.

After Preston, Heuveline & Guillot (2001), *Demography*, chapter 3: *q* is the probability of dying within a year of
age; the years lived at each age by one newborn add up to the life expectancy. The last age is open; its members die at
one constant rate.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from yiju.errors import InputError
from yiju.text import Text

Floats = npt.NDArray[np.float64]

# Years that those who die in their first year have lived on average: infants die early where few die.
# Preston, Heuveline & Guillot 2001, table 3.3 (Coale and Demeny's West, low mortality, rounded); from memory.
INFANT_YEARS = 0.1
# Wide enough for any force of mortality at age 0, and steps that bring it to the last digit of a float.
_LEAST, _MOST, _STEPS = 1e-15, 1.0, 200


def years_lived(q: npt.ArrayLike) -> Floats:
    """Years lived at each age by one newborn; the last entry is of the open age.

    Parameters
    ----------
    q
        (ages,) probability of dying within a year at 0, 1, ..., and in the open age.

    Raises
    ------
    InputError
        A probability is not between 0 and 1, or nobody ever dies in the open age.

    Examples
    --------
    >>> years_lived([0.0, 0.5, 0.5]).tolist()  # nobody dies as an infant; half of them at 1; half of the rest each year
    [1.0, 0.75, 0.75]
    """
    dying = _probabilities(q)
    alive = np.concatenate([[1.0], np.cumprod(1.0 - dying[:-1])])
    lived = alive * (1.0 - dying / 2.0)
    lived[0] = 1.0 - (1.0 - INFANT_YEARS) * dying[0]
    lived[-1] /= dying[-1]  # a year of them, over and over
    return lived


def survival(q: npt.ArrayLike) -> tuple[Floats, float]:
    """Shares of people who are alive a year later.

    Returns
    -------
    (ages,) of those of an age at their last birthday, the last entry of the open age; and of those born in the year.

    Examples
    --------
    >>> by_age, newborn = survival([0.0, 0.5, 0.5])
    >>> by_age.tolist(), newborn
    ([0.75, 0.5, 0.5], 1.0)
    """
    dying = _probabilities(q)
    lived = years_lived(dying)
    newborn = float(lived[0])
    lived[-1] *= dying[-1]  # only the first year of the open age
    return np.append(lived[1:] / np.where(lived[:-1] > 0, lived[:-1], 1.0), 1.0 - dying[-1]), newborn


def table_with(
    life_expectancy: float, *, infant: float, gompertz: float, makeham: float, ages: int = 101
) -> Floats:
    """Probabilities of dying with a given life expectancy: Gompertz's and Makeham's law past the first year.

    Parameters
    ----------
    life_expectancy
        At birth, years.
    infant
        Probability of dying in the first year.
    gompertz, makeham
        Slope of the force of mortality, and its floor, a year.
    ages
        Number of ages, the last one open.

    Raises
    ------
    InputError
        No table of that form has such a life expectancy.

    Examples
    --------
    >>> q = table_with(80.88, infant=0.0054, gompertz=0.1, makeham=0.0002)
    >>> round(float(years_lived(q).sum()), 6)
    80.88
    """
    ages_of = np.arange(ages)

    def table(level: float) -> Floats:
        force = makeham + level * np.exp(gompertz * ages_of) * math.expm1(gompertz) / gompertz
        q: Floats = -np.expm1(-force)
        q[0] = infant
        return q

    def expected(level: float) -> float:
        return float(years_lived(table(level)).sum())

    # Past the open age all would rest on the constant risk of its few members.
    if not expected(_MOST) < life_expectancy < min(expected(_LEAST), ages - 1):
        raise InputError(
            Text(
                f"没有预期寿命为 {life_expectancy:g} 岁的生命表。",
                f"no life table of this form has a life expectancy of {life_expectancy:g} years.",
            ),
            field="life_expectancy",
            hint=Text("请核对，或直接给出 q_female 与 q_male。", "Check it, or give q_female and q_male."),
        )
    low, high = math.log(_LEAST), math.log(_MOST)
    for _ in range(_STEPS):  # life gets shorter as the level rises
        middle = (low + high) / 2.0
        low, high = (middle, high) if expected(math.exp(middle)) > life_expectancy else (low, middle)
    return table(math.exp((low + high) / 2.0))


def _probabilities(q: npt.ArrayLike) -> Floats:
    dying = np.asarray(q, dtype=np.float64)
    wrong = ~((dying >= 0.0) & (dying <= 1.0))
    if dying.ndim != 1 or len(dying) < 2 or wrong.any() or not dying[-1] > 0.0:
        at = int(np.flatnonzero(wrong)[0]) if wrong.any() else len(dying) - 1
        raise InputError(
            Text(
                f"{at} 岁的死亡概率应在 0 与 1 之间，开放年龄组须大于 0，实际为 {dying.flat[at]}。",
                f"the probability of dying at {at} needs to lie between 0 and 1, over 0 in the open age; "
                f"it was {dying.flat[at]}.",
            ),
            field="q",
        )
    return dying
