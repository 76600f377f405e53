"""How equally access is shared among people: each value x_i counts for the p_i people who have it.

With μ the mean over people and P all people:

===================  =================================================  ==========================================
measure              formula                                            source
===================  =================================================  ==========================================
``gini``             Σ_i Σ_j p_i p_j |x_i - x_j| / (2 μ P²)             C. Gini 1912
``theil``            Σ_i (p_i/P)(x_i/μ) ln(x_i/μ)                       H. Theil 1967; parts: F. Bourguignon 1979
``palma``            share of the top 10 % / of the bottom 40 %         A. Cobham and A. Sumner 2013
``atkinson``         1 - (Σ_i (p_i/P) x_i^(1-ε))^(1/(1-ε)) / μ          A. B. Atkinson 1970
``concentration``    2 Σ_i (p_i/P)(x_i/μ) R_i - 1, R by another trait   N. Kakwani et al. 1997
``lorenz``           the curve itself                                   M. O. Lorenz 1905
===================  =================================================  ==========================================

::

    share of      1 ┤         ╱│        Gini = A / (A + B): twice the area between
    the value       │      ╱ A ╱        the diagonal (all alike) and the curve
                    │   ╱    ╱
                    │╱__ ─ ╱ B
                  0 └──────────┤ 1      share of people, those with least first

All are for *good* things: places, counts, shares. Of a bad thing such as minutes, more is worse: state the direction.
Of a coverage that is 0 or 1 for each person no inequality measure says more than the share itself; compare groups.
Values that are unknown, and people who are unknown or none, are left out. Infinite or negative values are refused.

Many values at once, such as the walk to each of thirty services, and several groups of people:
:func:`yiju.access.equity.measures`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from yiju.access.ladder import ladder

Floats = npt.NDArray[np.float64]


class Theil(NamedTuple):
    """Theil's T and its two parts: ``total = between + within`` the groups."""

    total: float
    between: float
    within: float


class Lorenz(NamedTuple):
    """Corners of a Lorenz curve from (0, 0) to (1, 1): share of people, and share of the value that they have."""

    people: Floats
    value: Floats


def _known(
    value: npt.ArrayLike, people: npt.ArrayLike | None
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    x = np.asarray(value, dtype=np.float64)
    p = np.ones_like(x) if people is None else np.asarray(people, dtype=np.float64)
    if x.shape != p.shape:
        msg = f"values and people need the same shape, were {x.shape} and {p.shape}"
        raise ValueError(msg)
    kept = ~(np.isnan(x) | np.isnan(p)) & (p != 0)
    x, p = x[kept], p[kept]
    if np.any(x < 0) or np.any(p < 0) or not np.isfinite(x).all() or not np.isfinite(p).all():
        msg = "inequality needs values and people that are finite and not negative"
        raise ValueError(msg)
    return x, p, kept


def lorenz(value: npt.ArrayLike, people: npt.ArrayLike | None = None) -> Lorenz:
    """The Lorenz curve; the diagonal where nobody has anything.

    Examples
    --------
    >>> curve = lorenz([1, 2, 3, 10])
    >>> curve.value.round(4).tolist()
    [0.0, 0.0625, 0.1875, 0.375, 1.0]
    """
    x, p, _ = _known(value, people)
    rungs = ladder(x, p[np.newaxis])
    return curve_of(rungs.value, rungs.people[0])


def curve_of(x: Floats, p: Floats) -> Lorenz:
    """The curve of values in rising order."""
    share = np.concatenate([[0.0], np.cumsum(p)])
    held = np.concatenate([[0.0], np.cumsum(x * p)])
    share = share / share[-1] if share[-1] > 0 else share
    return Lorenz(share, held / held[-1] if held[-1] > 0 else share)


def gini(value: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Gini coefficient: 0 all alike, towards 1 one has all; NaN without people.

    Examples
    --------
    >>> gini([1, 2, 3, 10])
    0.4375
    """
    return gini_of(lorenz(value, people))


def gini_of(curve: Lorenz) -> float:
    """Gini coefficient of a curve that is known."""
    if len(curve.people) == 1:
        return float("nan")
    # trapezes under the curve
    return float(1 - np.sum(np.diff(curve.people) * (curve.value[1:] + curve.value[:-1])))


def theil(
    value: npt.ArrayLike, people: npt.ArrayLike | None = None, group: npt.ArrayLike | None = None
) -> Theil:
    """Theil's T, split into inequality between groups and within them; NaN without people.

    Parameters
    ----------
    value, people
        (n,) values and how many have them.
    group
        (n,) group of each; without it all is within.

    Examples
    --------
    >>> parts = theil([1, 1, 3, 3], group=["a", "a", "b", "b"])
    >>> round(parts.between, 4), round(parts.within, 4)
    (0.1308, 0.0)
    """
    x, p, kept = _known(value, people)
    if len(x) == 0:
        return Theil(float("nan"), float("nan"), float("nan"))
    total = theil_of(x, p)
    if group is None:
        return Theil(total, 0.0, total)
    _, code = np.unique(np.asarray(group)[kept], return_inverse=True)
    p_group = np.bincount(code, weights=p).astype(np.float64)
    x_group: Floats = np.bincount(code, weights=p * x) / p_group
    between = theil_of(x_group, p_group)
    return Theil(total, between, total - between)


def theil_of(x: Floats, p: Floats) -> float:
    """Theil's T of values, all of them known and with people."""
    mean = np.average(x, weights=p)
    if mean == 0:
        return 0.0
    ratio = x / mean
    # x ln x goes to 0 with x: the least float stands in for 0, and times 0 it is 0
    return float(np.average(ratio * np.log(np.maximum(ratio, np.finfo(np.float64).tiny)), weights=p))


def palma(value: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """What the top 10 % of people have for each unit of the bottom 40 %; inf where those have nothing.

    Who straddles a border counts on both sides of it in part.

    Examples
    --------
    >>> round(palma(np.ones(10)), 4)
    0.25
    """
    return palma_of(lorenz(value, people))


def palma_of(curve: Lorenz) -> float:
    """Palma ratio of a curve that is known."""
    if len(curve.people) == 1:
        return float("nan")
    bottom, below_top = np.interp([0.4, 0.9], curve.people, curve.value)
    with np.errstate(over="ignore"):  # of next to nothing, as of nothing: inf
        return float((1 - below_top) / bottom) if bottom > 0 else float("inf")


def atkinson(value: npt.ArrayLike, people: npt.ArrayLike | None = None, *, epsilon: float = 0.5) -> float:
    """Atkinson's index: the share of the value that could be given up were the rest shared equally.

    Parameters
    ----------
    epsilon
        Aversion to inequality, above 0; the greater, the more the worst off count.

    Examples
    --------
    >>> round(atkinson([1, 2, 3, 10], epsilon=1), 4)
    0.3042
    """
    if not epsilon > 0:
        msg = f"epsilon needs to be above 0, was {epsilon}"
        raise ValueError(msg)
    x, p, _ = _known(value, people)
    return atkinson_of(x, p, epsilon) if len(x) else float("nan")


def atkinson_of(x: Floats, p: Floats, epsilon: float) -> float:
    """Atkinson's index of values, all of them known and with people."""
    mean = np.average(x, weights=p)
    if mean == 0:
        return 0.0
    if epsilon >= 1 and np.any(x == 0):
        return 1.0  # the limit: someone has nothing
    if epsilon == 1:
        return float(1 - np.exp(np.average(np.log(x), weights=p)) / mean)
    power = 1 - epsilon
    return float(1 - np.average(x**power, weights=p) ** (1 / power) / mean)


def concentration(value: npt.ArrayLike, trait: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Concentration index by another trait, -1 to 1: below 0 those with less of the trait have more of the value.

    Parameters
    ----------
    value
        (n,) what is shared, e.g. places within reach.
    trait
        (n,) what people are ranked by, e.g. income or the share of older people; equals share a rank.

    Examples
    --------
    >>> concentration([1, 2, 3, 10], trait=[1, 2, 3, 4]), concentration([10, 3, 2, 1], trait=[1, 2, 3, 4])
    (0.4375, -0.4375)
    """
    by = np.asarray(trait, dtype=np.float64)
    everyone = np.ones_like(by) if people is None else np.asarray(people, dtype=np.float64)
    x, p, kept = _known(value, np.where(np.isnan(by), 0.0, everyone))
    if len(x) == 0:
        return float("nan")
    _, code = np.unique(by[kept], return_inverse=True)
    return concentration_of(x, p, ranks_of(code, p))


def ranks_of(code: npt.NDArray[np.integer], p: Floats) -> Floats:
    """(n,) rank of each from 0 to 1, by codes that rise with the trait: the middle of one's equals."""
    in_rank = np.bincount(code, weights=p)
    rank: Floats = (np.cumsum(in_rank) - in_rank / 2)[code] / p.sum()
    return rank


def concentration_of(x: Floats, p: Floats, rank: Floats) -> float:
    """Concentration index of values by ranks that are known."""
    mean = np.average(x, weights=p)
    return float(2 * np.average(x * rank, weights=p) / mean - 1) if mean != 0 else 0.0


def percentile_floor(
    value: npt.ArrayLike, people: npt.ArrayLike | None = None, *, share: float = 0.1
) -> float:
    """What all but the worst-off ``share`` of people have at least; infinite values are allowed.

    Examples
    --------
    >>> percentile_floor([0, 5, 9], [5, 10, 85])
    5.0
    """
    x = np.asarray(value, dtype=np.float64)
    p = np.ones_like(x) if people is None else np.asarray(people, dtype=np.float64)
    kept = ~(np.isnan(x) | np.isnan(p)) & (p > 0)
    x, p = x[kept], p[kept]
    if len(x) == 0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    below = np.cumsum(p[order])
    # the first whose people, with all below, are more than the share; a hair for sums of floats
    place = np.searchsorted(below, share * below[-1] * (1 + 1e-12), side="right")
    return float(x[order[min(place, len(x) - 1)]])
