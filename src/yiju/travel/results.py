"""What searches answer with: sparse lists of pairs, and the k nearest, aligned with the caller's own index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Unit = Literal["metres", "seconds"]
Floats = npt.NDArray[np.float64]

# Costs are kept in tenths: decimetres and deciseconds.
PER_UNIT = 10
# No edge and no gap may cost more: half of what 31 bits hold, so that one of each together fit.
LARGEST_COST = 2**30
# Searches without a limit follow every way that fits: one less than what kernels call unreached.
ANYWHERE = 2**31 - 2


@dataclass(frozen=True, eq=False)
class PairsWithin:
    """All pairs of origin and facility within a limit, as compressed sparse rows.

    Attributes
    ----------
    origins, facilities
        Names of the rows and of the columns.
    unit
        ``"metres"`` or ``"seconds"``.
    limit
        The limit, in that unit.
    first
        (origins + 1,) the pairs of origin i are ``first[i]:first[i + 1]``, in the order of the facilities.
    facility
        (pairs,) position in ``facilities``.
    tenths
        (pairs,) exact costs in decimetres or deciseconds.
    """

    origins: pd.Index
    facilities: pd.Index
    unit: Unit
    limit: float
    first: npt.NDArray[np.int64]
    facility: npt.NDArray[np.int32]
    tenths: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.facility)

    @property
    def cost(self) -> Floats:
        """(pairs,) costs in the unit."""
        return self.tenths / PER_UNIT

    @property
    def origin(self) -> npt.NDArray[np.int64]:
        """(pairs,) position in ``origins``."""
        return np.repeat(np.arange(len(self.origins)), np.diff(self.first))

    def frame(self) -> pd.DataFrame:
        """A row for each pair: origin, facility, and metres or seconds."""
        return pd.DataFrame(
            {
                "origin": self.origins[self.origin],
                "facility": self.facilities[self.facility],
                self.unit: self.cost,
            }
        )

    def counts(self, limits: Sequence[float]) -> pd.DataFrame:
        """How many facilities are within each limit: (origins, limits)."""
        return self.sums(np.ones(len(self.facilities)), limits)

    def sums(self, values: npt.ArrayLike, limits: Sequence[float]) -> pd.DataFrame:
        """Sum of the facilities' values within each limit: (origins, limits).

        Parameters
        ----------
        values
            (facilities,) e.g. places offered.
        limits
            In the unit; none beyond the limit of the pairs.

        Raises
        ------
        ValueError
            A limit is beyond that of the pairs.
        """
        if max(limits) > self.limit:
            msg = f"the pairs end at {self.limit} {self.unit}, sums were asked for {max(limits)}"
            raise ValueError(msg)
        value = np.asarray(values, dtype=np.float64)[self.facility]
        columns = {
            limit: np.bincount(
                self.origin,
                weights=np.where(self.tenths <= tenths(limit), value, 0.0),
                minlength=len(self.origins),
            ).astype(np.float64)  # of no pairs at all, numpy counts in whole numbers
            for limit in limits
        }
        return pd.DataFrame(columns, index=self.origins)

    def weighted_sums(self, values: npt.ArrayLike, decay: Callable[[Floats], Floats]) -> pd.Series:
        """Sum of the facilities' values, each times ``decay(cost)``: (origins,)."""
        value = np.asarray(values, dtype=np.float64)[self.facility] * decay(self.cost)
        return pd.Series(
            np.bincount(self.origin, weights=value, minlength=len(self.origins)), index=self.origins
        )


@dataclass(frozen=True, eq=False)
class CostMatrix:
    """Costs from every origin to every facility. It takes 4 bytes a pair.

    Attributes
    ----------
    origins, facilities
        Names of the rows and of the columns.
    unit
        ``"metres"`` or ``"seconds"``.
    tenths
        (origins, facilities) exact costs in decimetres or deciseconds, -1 where there is no way.
    """

    origins: pd.Index
    facilities: pd.Index
    unit: Unit
    tenths: npt.NDArray[np.int32]

    def __repr__(self) -> str:
        return f"<CostMatrix in {self.unit}: {len(self.origins)} origins, {len(self.facilities)} facilities>"

    @property
    def cost(self) -> Floats:
        """(origins, facilities) costs in the unit; inf where there is no way."""
        return np.where(self.tenths < 0, np.inf, self.tenths / PER_UNIT)

    def frame(self) -> pd.DataFrame:
        """Costs in the unit, a row for each origin and a column for each facility."""
        return pd.DataFrame(self.cost, index=self.origins, columns=self.facilities, copy=False)


@dataclass(frozen=True, eq=False)
class NearestK:
    """The k nearest facilities of each origin, in rising order.

    Attributes
    ----------
    origins, facilities
        Names of the rows, and of the facilities.
    unit
        ``"metres"`` or ``"seconds"``.
    cost
        (origins, k) in the unit; inf where fewer facilities are within reach.
    facility
        (origins, k) position in ``facilities``, -1 where there is none.
    """

    origins: pd.Index
    facilities: pd.Index
    unit: Unit
    cost: Floats
    facility: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.origins)

    def mean(self) -> pd.Series:
        """Mean cost to the k nearest; inf where fewer than k are within reach."""
        return pd.Series(self.cost.mean(axis=1), index=self.origins, name=self.unit)


def tenths(amount: float) -> int:
    """Metres in decimetres, seconds in deciseconds."""
    return round(amount * PER_UNIT)


def whole_limit(limit: float | None) -> int:
    """A limit in tenths, rounded as costs are; costs beyond 31 bits are beyond every limit.

    Raises
    ------
    ValueError
        It is negative, or not a number.

    Examples
    --------
    >>> whole_limit(500.04), whole_limit(500.06), whole_limit(None) == ANYWHERE
    (5000, 5001, True)
    """
    if limit is None or limit == np.inf:
        return ANYWHERE
    if not limit >= 0:
        msg = f"a limit needs to be 0 or more, was {limit}"
        raise ValueError(msg)
    return min(tenths(limit), ANYWHERE)
