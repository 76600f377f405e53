"""The mean cost of the first keys of each list, for all services: what most who ask for lists want of them.

::

    keys of one origin      clinic   park  ...           clinic counts 2: (40 + 55) / 2, a park has only 1
                     1st    40 A     12 F
                     2nd    55 C     ∞                   mean   47.5     12
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numba import float64, int64, uint32, void

from yiju.travel.kernels.compiling import Whole, kernel

if TYPE_CHECKING:
    from collections.abc import Callable

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Origins that are looked at together: 10 keys each of 32 lanes of 32 bits fit the nearest cache but one.
_BLOCK = 256


def _mean_costs(
    keys: npt.NDArray[Any], counted: Int64s, bits: Whole, most: Whole, per_unit: Whole, means: Floats
) -> None:
    """Mean costs in the unit; inf where not all that count can be reached, or none counts.

    Parameters
    ----------
    keys
        (services, origins, k) in rising order, in whatever order they lie in memory.
    counted
        (services,) how many of the k count.
    bits, most
        Width of the label, and the largest cost that is one.
    per_unit
        How many whole costs are a unit.
    means
        (services, origins), filled here.
    """
    for begin in range(0, keys.shape[1], _BLOCK):
        for service in range(keys.shape[0]):
            for origin in range(begin, min(begin + _BLOCK, keys.shape[1])):
                total = np.int64(0)
                last = np.int64(most + 1)
                for i in range(counted[service]):
                    last = np.int64(keys[service, origin, i]) >> bits
                    total += last
                # lists rise: if the last one can be reached, all can
                if last <= most:
                    means[service, origin] = total / (counted[service] * per_unit)
                else:
                    means[service, origin] = np.inf


def _of(kind: Any) -> Callable[..., None]:
    return kernel(void(kind[:, :, :], int64[::1], int64, int64, int64, float64[:, ::1]))(_mean_costs)


# By the type of the keys.
MEAN_COSTS = {np.dtype(np.uint32): _of(uint32), np.dtype(np.int64): _of(int64)}
