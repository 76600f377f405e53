"""Where a Hilbert curve meets points, so that what is near on the ground can be put near in memory.

The curve runs through the four quarters of a square one after the other, and through each quarter in the same way,
turned so that the pieces join.

::

    1───2      ┌─┐ ┌─┐
    │   │      │ └─┘ │         two rounds of the same rule; sixteen make squares of a metre
    0   3      └─┐ ┌─┘         in a city of 60 km
               ──┘ └──

D. Hilbert, Über die stetige Abbildung einer Linie auf ein Flächenstück, Mathematische Annalen 38 (1891) 459-460.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import float64, int64

from yiju.travel.kernels.compiling import Whole, kernel

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@kernel(int64[::1](float64[::1], float64[::1], float64, int64))
def along_curve(x: Floats, y: Floats, extent: float, rounds: Whole) -> Int64s:
    """How far along the curve each point is.

    Parameters
    ----------
    x, y
        (n,) coordinates, 0 to ``extent``.
    extent
        Side of the square.
    rounds
        The square has ``2**rounds`` small squares on each side.

    Returns
    -------
    (n,) number of the small square of each point, 0 to ``4**rounds - 1``.
    """
    side = np.int64(1) << rounds
    along = np.zeros(len(x), dtype=np.int64)
    for i in range(len(x)):
        column = min(np.int64(x[i] / extent * side), side - 1)
        row = min(np.int64(y[i] / extent * side), side - 1)
        half = side >> 1
        while half > 0:
            right, top = (column & half) > 0, (row & half) > 0
            along[i] += half * half * ((3 if right else 0) ^ (1 if top else 0))
            if not top:  # turn the quarter so that the next smaller curve starts at its lower left
                if right:
                    column, row = side - 1 - column, side - 1 - row
                column, row = row, column
            half >>= 1
    return along
