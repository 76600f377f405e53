"""How much less a thing counts the farther it is: weights by cost.

::

    1 ┤────╮              ┤───╮                ┤─╮                ┤╲              ┤│
      │    │              │   ╰──╮             │  ╲               │ ╲_            │╲
      │    │              │      ╰───╮         │    ╲_            │    ╲__        │ ╲___
    0 └────┴──            └──────────┴         └───────┴          └──────────      └────────
      within_catchment    zones                gaussian           exponential     power
      2SFCA               E2SFCA               Dai 2010           half by half    Huff 1964

A decay is called with costs in the unit of the pairs, and knows how far it reaches, so that pairs that end before it
are refused: what lies between would be left out without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.results import PER_UNIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yiju.travel import PairsWithin

Floats = npt.NDArray[np.float64]

# Weights of three zones, slow decay: Luo and Qi 2009, table 1.
LUO_QI_SLOW = (1.0, 0.68, 0.22)
# The same, fast decay.
LUO_QI_FAST = (1.0, 0.42, 0.09)


@dataclass(frozen=True)
class Decay:
    """A weight for every cost.

    Attributes
    ----------
    weight
        From costs to weights from 0 up.
    reach
        Beyond this cost all weights are 0; inf where they never are, and the pairs say where to stop.
    """

    weight: Callable[[Floats], Floats]
    reach: float

    def __call__(self, cost: npt.ArrayLike) -> Floats:
        """(costs,) weights."""
        return self.weight(np.asarray(cost, dtype=np.float64))


def within_catchment(radius: float) -> Decay:
    """Weight 1 within the radius, 0 beyond.

    Examples
    --------
    >>> within_catchment(500)([0, 500, 501]).tolist()
    [1.0, 1.0, 0.0]
    """
    _need_positive("radius", radius)
    return Decay(lambda cost: (cost <= radius).astype(np.float64), radius)


def zones(limits: Sequence[float], weights: Sequence[float] = LUO_QI_SLOW) -> Decay:
    """Weights by zone: ``weights[0]`` up to ``limits[0]``, and so on; 0 beyond the last.

    Examples
    --------
    >>> zones([300, 600, 900])([300.0, 301.0, 900.0, 901.0]).tolist()
    [1.0, 0.68, 0.22, 0.0]
    """
    rising, steps = np.asarray(limits, dtype=np.float64), np.append(weights, 0.0)
    if len(steps) != len(rising) + 1 or np.any(np.diff(rising) <= 0):
        msg = f"limits need to rise and to be as many as the weights, were {list(limits)} and {list(weights)}"
        raise ValueError(msg)
    if not (np.isfinite(steps) & (steps >= 0)).all():
        msg = f"weights of zones need to be numbers from 0 up, were {list(weights)}"
        raise ValueError(msg)
    return Decay(lambda cost: steps[np.searchsorted(rising, cost, side="left")], float(rising[-1]))


def gaussian(radius: float) -> Decay:
    """A Gaussian cut at the radius and brought down to 0 there (D. Dai, Health & Place 16 (2010) 1038-1052).

    Examples
    --------
    >>> gaussian(1000)([0.0, 500.0, 1000.0, 1001.0]).round(3).tolist()
    [1.0, 0.701, 0.0, 0.0]
    """
    _need_positive("radius", radius)
    floor = np.exp(-0.5)
    return Decay(
        lambda cost: np.where(
            cost <= radius, (np.exp(-0.5 * np.square(cost / radius)) - floor) / (1 - floor), 0.0
        ),
        radius,
    )


def exponential(half: float) -> Decay:
    """Weight 1 at no cost, and half as much with every ``half`` more; it reaches as far as the pairs do.

    Examples
    --------
    >>> exponential(600)([0, 600, 1200]).tolist()
    [1.0, 0.5, 0.25]
    """
    _need_positive("half", half)
    return Decay(lambda cost: np.exp2(-cost / half), float("inf"))


def power(exponent: float, *, nearest: float) -> Decay:
    """``cost ** -exponent``, Huff's friction of travel; costs below ``nearest`` count as that, not as nothing.

    Examples
    --------
    >>> power(2, nearest=1)([0, 1, 2, 5]).tolist()
    [1.0, 1.0, 0.25, 0.04]
    """
    _need_positive("exponent", exponent)
    _need_positive("nearest", nearest)
    return Decay(lambda cost: np.maximum(cost, nearest) ** -exponent, float("inf"))


def weights_of(pairs: PairsWithin, decay: Callable[[Floats], Floats]) -> Floats:
    """(pairs,) weight of each pair.

    Costs are whole tenths, so where pairs are more than tenths below the limit, each weight is computed once.

    Raises
    ------
    ValueError
        The pairs end before the decay does, or a weight is negative or no number.
    """
    if isinstance(decay, Decay) and np.isfinite(decay.reach) and decay.reach > pairs.limit:
        msg = f"the decay reaches to {decay.reach} {pairs.unit}, the pairs end at {pairs.limit}"
        raise ValueError(msg)
    longest = int(pairs.tenths.max(initial=0))
    by_tenth = longest < len(pairs)
    cost = np.arange(longest + 1) / PER_UNIT if by_tenth else pairs.cost
    weight = np.asarray(decay(cost), dtype=np.float64)
    if not (np.isfinite(weight) & (weight >= 0)).all():
        msg = "a decay needs to give numbers from 0 up"
        raise ValueError(msg)
    return weight[pairs.tenths] if by_tenth else weight


def rows_of(pairs: PairsWithin) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """``(first, facility)`` as the kernels take them, whoever made the pairs."""
    return np.ascontiguousarray(pairs.first, dtype=np.int64), np.ascontiguousarray(
        pairs.facility, dtype=np.int32
    )


def _need_positive(name: str, number: float) -> None:
    if not number > 0:
        msg = f"{name} needs to be above 0, was {number}"
        raise ValueError(msg)
