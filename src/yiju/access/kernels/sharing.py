"""Both steps of a floating catchment over sparse rows of pairs, without writing out what each pair carries.

::

             A   B   C            ask    down the rows:   people times weight, added up by facility
    home 0   .   w   .            offer  along each row:  ratio times weight, added up for the home
    home 1   w   w   .
    home 2   .   w   w            rows one after the other, so that sums are the same whoever computes them

See :mod:`yiju.access.catchment` for what is computed, and by whom first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import float64, int32, int64, void

from yiju.travel.kernels.compiling import kernel

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_pairs = (int64[::1], int32[::1], float64[::1])


@kernel(void(*_pairs, float64[::1], float64[::1]))
def ask(first: Int64s, facility: Int32s, weight: Floats, people: Floats, wanting: Floats) -> None:
    """Add ``people[i] * weight[e]`` to each facility, over the pairs e of each home i."""
    for i in range(len(people)):
        for e in range(first[i], first[i + 1]):
            wanting[facility[e]] += people[i] * weight[e]


@kernel(float64[::1](*_pairs, float64[::1]))
def offer(first: Int64s, facility: Int32s, weight: Floats, ratio: Floats) -> Floats:
    """(homes,) sum of ``ratio[j] * weight[e]`` over the pairs of each home."""
    access = np.empty(len(first) - 1, dtype=np.float64)
    for i in range(len(access)):
        total = 0.0
        for e in range(first[i], first[i + 1]):
            total += ratio[facility[e]] * weight[e]
        access[i] = total
    return access


@kernel(float64[::1](int64[::1], float64[::1]))
def shares(first: Int64s, weight: Floats) -> Floats:
    """(pairs,) share of each pair in the weights of its home; 0 where a home's weights are all 0."""
    share = np.zeros(len(weight), dtype=np.float64)
    for i in range(len(first) - 1):
        total = 0.0
        for e in range(first[i], first[i + 1]):
            total += weight[e]
        if total > 0:
            for e in range(first[i], first[i + 1]):
                share[e] = weight[e] / total
    return share
