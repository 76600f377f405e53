"""Where people go: Huff's shares of each home among the facilities that it can reach.

::

             S_j f(c_ij)                   home ── 2 min ── market A, 4 stalls    4 / 2² = 1        0.8
    p_ij = ───────────────                      └─ 4 min ── market B, 4 stalls    4 / 4² = 1/4      0.2
            Σ_k S_k f(c_ik)

``S`` is what attracts, floor space in the original, and ``f`` falls with cost; there as a power of travel time.

D. L. Huff, A probabilistic analysis of shopping center trade areas, Land Economics 39 (1963) 81-90; D. L. Huff,
Defining and estimating a trading area, Journal of Marketing 28 (1964) 34-38.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.checking import ByGroup, Numbers, groups_of, numbers_of, or_none
from yiju.access.decay import rows_of, weights_of
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.travel import PairsWithin

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HuffShares:
    """Shares of homes among facilities.

    Attributes
    ----------
    pairs
        Homes, facilities and costs.
    share
        (pairs,) from 0 to 1; of a home that reaches anything that attracts they add up to 1.
    """

    pairs: PairsWithin
    share: Floats

    def frame(self) -> pd.DataFrame:
        """A row for each pair: origin, facility, cost, share."""
        return self.pairs.frame().assign(share=self.share)

    @property
    def served(self) -> pd.Series:
        """(origins,) whether a home reaches anything that attracts."""
        total = np.bincount(self.pairs.origin, weights=self.share, minlength=len(self.pairs.origins))
        return pd.Series(total > 0, index=self.pairs.origins)

    def expected(self, people: ByGroup) -> pd.Series | pd.DataFrame:
        """How many people each facility may expect: (facilities,), with groups a column for each.

        People of homes that reach nothing go nowhere, and homes whose people are not known send none.
        """
        groups, grouped = groups_of(people, self.pairs.origins, Text("人口", "people"))
        columns = {
            group: np.bincount(
                self.pairs.facility,
                weights=or_none(number)[self.pairs.origin] * self.share,
                minlength=len(self.pairs.facilities),
            ).astype(np.float64)
            for group, number in groups.items()
        }
        frame = pd.DataFrame(columns, index=self.pairs.facilities)
        return frame if grouped else frame["all"].rename("people")


def huff_shares(pairs: PairsWithin, attraction: Numbers, *, decay: Callable[[Floats], Floats]) -> HuffShares:
    """The share of each home that goes to each facility within reach.

    Parameters
    ----------
    pairs
        Costs between homes and facilities.
    attraction
        (facilities,) what attracts, such as floor space or places; not known (NaN) attracts nobody.
    decay
        Weight of a cost: :func:`yiju.access.decay.power` in the original.

    Raises
    ------
    ContractError
        The attraction is not as many as the facilities, labelled otherwise, negative or infinite.
    ValueError
        The pairs end before the decay does.

    Examples
    --------
    >>> from yiju.access.decay import power
    >>> from yiju.travel import PairsWithin
    >>> pairs = PairsWithin(
    ...     pd.Index(["home"]), pd.Index(["A", "B"]), "seconds", 300,
    ...     np.array([0, 2]), np.array([0, 1]), np.array([1200, 2400]),
    ... )
    >>> huff_shares(pairs, [4, 4], decay=power(2, nearest=60)).share.round(9).tolist()
    [0.8, 0.2]
    """
    from yiju.access.kernels.sharing import shares  # noqa: PLC0415 - compiles, which naming shares need not

    drawn = or_none(numbers_of(attraction, pairs.facilities, Text("设施吸引力", "attraction")))
    return HuffShares(pairs, shares(rows_of(pairs)[0], drawn[pairs.facility] * weights_of(pairs, decay)))
