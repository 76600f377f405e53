"""How much of a service there is for each person within reach: floating catchments, and gravity.

*Two-step floating catchment area (2SFCA)*: (1) each facility shares its places among the people in its catchment;
(2) each home adds up the shares of the facilities in its own.

::

    (1)  R_j = S_j / Σ_i P_i f(c_ij)         places a person at facility j
    (2)  A_i = Σ_j R_j f(c_ij)               places a person at home i

    f = 1 within the catchment               2SFCA:   W. Luo and F. Wang, Environment and Planning B 30 (2003) 865-884
    f falls in zones, or as a Gaussian       E2SFCA:  W. Luo and Y. Qi, Health & Place 15 (2009) 1100-1107

*Three steps (3SFCA)*: who lives near several facilities does not go to all of them. (0) People divide among what is
near them, in the share that falls to each facility of all their weights; (1) and (2) count each pair by that share.

::

    (0)  G_ij = f(c_ij) / Σ_k f(c_ik)        share of home i that goes to j
    (1)  R_j = S_j / Σ_i G_ij P_i f(c_ij)
    (2)  A_i = Σ_j G_ij R_j f(c_ij)          3SFCA:   N. Wan, B. Zou and T. Sternberg, International Journal of
                                                      Geographical Information Science 26 (2012) 1073-1089

What is shared out is all that there is: ``Σ_i P_i A_i = Σ_j S_j``, over the facilities that anyone can reach.

*Groups* share the same places: in (1) they add up. Where they travel at costs of their own, an older person on foot and
a student by bicycle, each group has pairs of its own (L. Mao and D. Nekorchuk, Measuring spatial accessibility to
healthcare for populations with multiple transportation modes, Health & Place 24 (2013) 115-122).

*Gravity* (W. G. Hansen, How accessibility shapes land use, Journal of the American Institute of Planners 25 (1959)
73-76) is step 2 with the places themselves: ``A_i = Σ_j S_j f(c_ij)``. Nobody competes for them.

Where people go rather than what they get is the question of :mod:`yiju.access.huff`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.checking import ByGroup, Numbers, groups_of, numbers_of, or_none
from yiju.access.decay import (
    LUO_QI_FAST,
    LUO_QI_SLOW,
    Decay,
    exponential,
    gaussian,
    power,
    rows_of,
    weights_of,
    within_catchment,
    zones,
)
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.travel import PairsWithin

__all__ = [
    "LUO_QI_FAST",
    "LUO_QI_SLOW",
    "Decay",
    "Floating",
    "exponential",
    "gaussian",
    "gravity",
    "power",
    "three_step_fca",
    "two_step_fca",
    "within_catchment",
    "zones",
]

Floats = npt.NDArray[np.float64]

_SUPPLY = Text("设施供给量", "supply")
_DEMAND = Text("需求人口", "demand")


class Floating(NamedTuple):
    """Both ends of a floating catchment.

    access
        (origins,) places a person within reach, 0 where there are none; with groups, a column for each.
    ratio
        (facilities,) places a person of its catchment; NaN where nobody can reach it, or its places are not known.
    """

    access: pd.Series | pd.DataFrame
    ratio: pd.Series


def two_step_fca(
    pairs: PairsWithin | Mapping[str, PairsWithin],
    supply: Numbers,
    demand: ByGroup,
    *,
    decay: Callable[[Floats], Floats],
) -> Floating:
    """Places a person, by two-step floating catchments (2SFCA, E2SFCA).

    Parameters
    ----------
    pairs
        Costs between homes and facilities, at least as far as ``decay`` is above 0. For groups that travel at costs
        of their own, pairs by group, of the same homes and facilities.
    supply
        (facilities,) places offered. A facility whose places are not known (NaN) has no ratio and adds nothing.
    demand
        (origins,) people who may want one, or by group: a frame with a column for each, or a mapping. Homes where
        they are not known (NaN) ask for nothing.
    decay
        Weight of a pair by its cost: :func:`within_catchment`, :func:`zones` or :func:`gaussian`, or a function from
        costs in the unit to weights.

    Returns
    -------
    ``access`` by origin and ``ratio`` by facility.

    Raises
    ------
    ContractError
        Supply or demand are not as many as their rows, labelled otherwise, negative or infinite.
    ValueError
        The pairs end before the decay does.

    Notes
    -----
    A facility in whose catchment nobody lives has no ratio and adds nothing to anyone.

    Examples
    --------
    Homes of 100 and 300 people; clinic A with 40 places is near both, B with 30 near the second only.

    >>> from yiju.travel import PairsWithin
    >>> pairs = PairsWithin(
    ...     pd.Index(["north", "south"]), pd.Index(["A", "B"]), "metres", 500,
    ...     np.array([0, 1, 3]), np.array([0, 0, 1]), np.array([2000, 4000, 1000]),
    ... )
    >>> two_step_fca(pairs, [40, 30], [100, 300], decay=within_catchment(500)).access.tolist()
    [0.1, 0.2]
    """
    return _floating(pairs, supply, demand, decay, chosen=False)


def three_step_fca(
    pairs: PairsWithin | Mapping[str, PairsWithin],
    supply: Numbers,
    demand: ByGroup,
    *,
    decay: Callable[[Floats], Floats],
) -> Floating:
    """Places a person, by three-step floating catchments: homes divide among the facilities near them (3SFCA).

    Parameters, errors and results are those of :func:`two_step_fca`.

    Examples
    --------
    The second home of that example has weight 1 for either clinic, so half of its 300 people go to each: A has 40
    places for 100 + 150, B 30 for 150.

    >>> from yiju.travel import PairsWithin
    >>> pairs = PairsWithin(
    ...     pd.Index(["north", "south"]), pd.Index(["A", "B"]), "metres", 500,
    ...     np.array([0, 1, 3]), np.array([0, 0, 1]), np.array([2000, 4000, 1000]),
    ... )
    >>> found = three_step_fca(pairs, [40, 30], [100, 300], decay=within_catchment(500))
    >>> found.ratio.tolist(), found.access.round(2).tolist()
    ([0.16, 0.2], [0.16, 0.18])
    """
    return _floating(pairs, supply, demand, decay, chosen=True)


def _floating(
    pairs: PairsWithin | Mapping[str, PairsWithin],
    supply: Numbers,
    demand: ByGroup,
    decay: Callable[[Floats], Floats],
    *,
    chosen: bool,
) -> Floating:
    from yiju.access.kernels import sharing  # noqa: PLC0415 - compiles, which naming a decay need not

    one = next(iter(pairs.values())) if isinstance(pairs, Mapping) else pairs
    people, grouped = groups_of(demand, one.origins, _DEMAND)
    of_group = dict(pairs) if isinstance(pairs, Mapping) else dict.fromkeys(people, pairs)
    _check_alike(of_group, list(people))
    places = numbers_of(supply, one.facilities, _SUPPLY)
    weights: dict[int, Floats] = {}  # by identity: groups that travel alike have the very same pairs
    wanting = np.zeros(len(places))
    for group, number in people.items():
        ways = of_group[group]
        if id(ways) not in weights:
            weight = weights_of(ways, decay)
            # step 0
            weights[id(ways)] = sharing.shares(rows_of(ways)[0], weight) * weight if chosen else weight
        # step 1
        sharing.ask(*rows_of(ways), weights[id(ways)], or_none(number), wanting)
    ratio = np.divide(places, wanting, out=np.full(len(places), np.nan), where=wanting > 0)
    offered = or_none(ratio)
    # step 2
    found = {
        key: sharing.offer(*rows_of(ways), weights[key], offered)
        for key, ways in {id(ways): ways for ways in of_group.values()}.items()
    }
    shares = pd.Series(ratio, index=one.facilities)
    if not grouped:
        return Floating(pd.Series(found[id(of_group["all"])], index=one.origins), shares)
    columns = {group: found[id(of_group[group])] for group in people}
    return Floating(pd.DataFrame(columns, index=one.origins), shares)


def _check_alike(pairs: Mapping[str, PairsWithin], groups: list[str]) -> None:
    missing = [group for group in groups if group not in pairs]
    if missing or len(pairs) != len(groups):
        msg = f"pairs and demand need the same groups, were {sorted(pairs)} and {sorted(groups)}"
        raise ValueError(msg)
    one = pairs[groups[0]]
    for group, other in pairs.items():
        if not (other.origins.equals(one.origins) and other.facilities.equals(one.facilities)):
            msg = f"the pairs of {group} are of other origins or facilities than those of {groups[0]}"
            raise ValueError(msg)


def gravity(pairs: PairsWithin, supply: Numbers, *, decay: Callable[[Floats], Floats]) -> pd.Series:
    """Sum of what there is within reach, each discounted by its cost (Hansen 1959): (origins,).

    Parameters
    ----------
    supply
        (facilities,) what there is; not known (NaN) counts as none.

    Raises
    ------
    ContractError, ValueError
        As of :func:`two_step_fca`.
    """
    from yiju.access.kernels import sharing  # noqa: PLC0415 - as above

    places = or_none(numbers_of(supply, pairs.facilities, _SUPPLY))
    found = sharing.offer(*rows_of(pairs), weights_of(pairs, decay), places)
    return pd.Series(found, index=pairs.origins)
