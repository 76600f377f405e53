"""How much of a service there is for each person within reach: floating catchments, and gravity.

*Two-step floating catchment area (2SFCA)*: (1) each facility shares its places among the people in its catchment;
(2) each home adds up the shares of the facilities in its own.

::

    (1)  R_j = S_j / Σ_i P_i f(c_ij)         places a person at facility j
    (2)  A_i = Σ_j R_j f(c_ij)               places a person at home i

    f = 1 within the catchment               2SFCA:   W. Luo and F. Wang, Environment and Planning B 30 (2003) 865-884
    f falls in zones, or as a Gaussian       E2SFCA:  W. Luo and Y. Qi, Health & Place 15 (2009) 1100-1107

What is shared out is all that there is: ``Σ_i P_i A_i = Σ_j S_j``, over the facilities that anyone can reach.

*Gravity* (W. G. Hansen, How accessibility shapes land use, Journal of the American Institute of Planners 25 (1959)
73-76) is step 2 with the places themselves: ``A_i = Σ_j S_j f(c_ij)``. Nobody competes for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from yiju.travel import PairsWithin

Floats = npt.NDArray[np.float64]
Decay = Callable[[Floats], Floats]

# Weights of three zones, slow decay: Luo and Qi 2009, table 1.
LUO_QI_SLOW = (1.0, 0.68, 0.22)
# The same, fast decay.
LUO_QI_FAST = (1.0, 0.42, 0.09)


class TwoStep(NamedTuple):
    """Both steps of a floating catchment.

    access
        (origins,) places a person within reach; 0 where there are none.
    ratio
        (facilities,) places a person of its catchment; NaN where nobody can reach it.
    """

    access: pd.Series
    ratio: pd.Series


def within_catchment(radius: float) -> Decay:
    """Weight 1 within the radius, 0 beyond."""
    return lambda cost: (cost <= radius).astype(np.float64)


def zones(limits: Sequence[float], weights: Sequence[float] = LUO_QI_SLOW) -> Decay:
    """Weights by zone: ``weights[0]`` up to ``limits[0]``, and so on; 0 beyond the last.

    Examples
    --------
    >>> zones([300, 600, 900])(np.array([300.0, 301.0, 900.0, 901.0])).tolist()
    [1.0, 0.68, 0.22, 0.0]
    """
    rising, steps = np.asarray(limits, dtype=np.float64), np.append(weights, 0.0)
    if len(steps) != len(rising) + 1 or np.any(np.diff(rising) <= 0):
        msg = f"limits need to rise and to be as many as the weights, were {list(limits)} and {list(weights)}"
        raise ValueError(msg)
    return lambda cost: steps[np.searchsorted(rising, cost, side="left")]


def gaussian(radius: float) -> Decay:
    """A Gaussian cut at the radius and brought down to 0 there (D. Dai, Health & Place 16 (2010) 1038-1052).

    Examples
    --------
    >>> gaussian(1000)(np.array([0.0, 500.0, 1000.0, 1001.0])).round(3).tolist()
    [1.0, 0.701, 0.0, 0.0]
    """
    floor = np.exp(-0.5)
    return lambda cost: np.where(
        cost <= radius, (np.exp(-0.5 * np.square(cost / radius)) - floor) / (1 - floor), 0.0
    )


def exponential(half: float) -> Decay:
    """Weight 1 at no cost, and half as much with every ``half`` more."""
    return lambda cost: np.exp2(-cost / half)


def two_step_fca(
    pairs: PairsWithin, supply: npt.ArrayLike, demand: npt.ArrayLike, *, decay: Decay
) -> TwoStep:
    """Places a person, by two-step floating catchments.

    Parameters
    ----------
    pairs
        Costs between homes and facilities, at least as far as ``decay`` is above 0.
    supply
        (facilities,) places offered; unknown counts as none.
    demand
        (origins,) people who may want one; unknown counts as none.
    decay
        Weight of a pair by its cost: :func:`within_catchment`, :func:`zones` or :func:`gaussian`.

    Returns
    -------
    ``access`` by origin and ``ratio`` by facility.

    Notes
    -----
    A facility in whose catchment nobody lives has no ratio and adds nothing to anyone.
    """
    places = np.nan_to_num(np.asarray(supply, dtype=np.float64))
    people = np.nan_to_num(np.asarray(demand, dtype=np.float64))
    weight = decay(pairs.cost)
    origin, facility = pairs.origin, pairs.facility
    # step 1
    wanting = np.bincount(facility, weights=people[origin] * weight, minlength=len(places))
    ratio = np.divide(places, wanting, out=np.full(len(places), np.nan), where=wanting > 0)
    # step 2
    offered = np.nan_to_num(ratio)[facility] * weight
    access = np.bincount(origin, weights=offered, minlength=len(people)).astype(np.float64)
    return TwoStep(pd.Series(access, index=pairs.origins), pd.Series(ratio, index=pairs.facilities))


def gravity(pairs: PairsWithin, supply: npt.ArrayLike, *, decay: Decay) -> pd.Series:
    """Sum of what there is within reach, each discounted by its cost (Hansen 1959): (origins,)."""
    return pairs.weighted_sums(np.nan_to_num(np.asarray(supply, dtype=np.float64)), decay)
