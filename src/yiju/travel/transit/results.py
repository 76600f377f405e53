"""Travel times as a matrix: origins by destinations by percentiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False, repr=False)
class TravelTimes:
    """Door-to-door travel times within a window of departures.

    Attributes
    ----------
    origins, destinations
        Names of the rows and of the columns, in the order of the caller.
    percentiles
        Which percentiles of the departures.
    seconds
        (origins, destinations, percentiles) whole seconds; the largest number of its type where the trip takes more
        than ``max_minutes``.
    max_minutes
        Longer trips are not told apart.
    """

    origins: pd.Index
    destinations: pd.Index
    percentiles: tuple[float, ...]
    seconds: npt.NDArray[Any]
    max_minutes: float

    def __repr__(self) -> str:
        rows, columns, _ = self.seconds.shape
        return f"<TravelTimes: {rows} origins, {columns} destinations, percentiles {self.percentiles}>"

    def reached(self, percentile: float = 50) -> npt.NDArray[np.bool_]:
        """(origins, destinations) whether the percentile is within the longest trip."""
        seconds = self.seconds[:, :, self._of(percentile)]
        reached: npt.NDArray[np.bool_] = seconds != np.iinfo(seconds.dtype).max
        return reached

    def minutes(self, percentile: float = 50) -> pd.DataFrame:
        """Minutes, (origins, destinations); inf where the trip takes too long.

        Raises
        ------
        ValueError
            The percentile was not asked for.
        """
        seconds = self.seconds[:, :, self._of(percentile)]
        minutes = np.where(self.reached(percentile), seconds / 60.0, np.inf)
        return pd.DataFrame(minutes, index=self.origins, columns=self.destinations)

    def within(self, minutes: float, percentile: float = 50) -> npt.NDArray[np.bool_]:
        """(origins, destinations) whether the percentile is within so many minutes."""
        return self.reached(percentile) & (self.seconds[:, :, self._of(percentile)] <= round(60 * minutes))

    def _of(self, percentile: float) -> int:
        if percentile not in self.percentiles:
            msg = f"percentile needs to be one of {self.percentiles}, was {percentile}"
            raise ValueError(msg)
        return self.percentiles.index(percentile)


def ranks_of(percentiles: Sequence[float], samples: int) -> npt.NDArray[np.int64]:
    """How many travel times stand before each percentile in rising order.

    The p-th percentile is the smallest travel time that at least p percent of the departures keep: it is the
    ceil(p n / 100)-th of n, and one of them, nothing in between (the definition of R5,
    ``TravelTimeReducer.findPercentileIndex``). A departure from which there is no way counts as infinitely long.

    Raises
    ------
    ValueError
        A percentile is outside 0 to 100.

    Examples
    --------
    >>> ranks_of([5, 50, 100], 120).tolist()
    [5, 59, 119]
    """
    if not percentiles or not all(0 <= p <= 100 for p in percentiles):
        msg = f"percentiles need to be from 0 to 100, were {tuple(percentiles)}"
        raise ValueError(msg)
    # 5 percent of 120 is 6.000000000000001 in floats, and the 7th would be wrong
    ranks = [max(0, math.ceil(round(p * samples / 100, 9)) - 1) for p in percentiles]
    return np.array(ranks, dtype=np.int64)
