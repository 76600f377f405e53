"""Lines above what shops win from a point, in each shop: the tightest at a given answer.

Of one point with people w and rivals R, let ``won(S) = w A / (A + R)``, A the pull of the shops S. Two kinds of line
lie above it for every choice of shops:

- the tangent at a pull A', since it is concave in A;
- the sum of what each shop would add, since it adds less beside others (G. L. Nemhauser & L. A. Wolsey, 1981)::

    won ≤ won(S) + Σ_{j not in S} (won(S + j) - won(S)) y_j - Σ_{j in S} (won(N) - won(N - j)) (1 - y_j)

Tangents are tight where many weak shops share a point, sums where one strong shop has it nearly for itself. S is a
beginning of the shops in the order in which the answer opens them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64

from yiju.travel.kernels.compiling import Whole, kernel

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# The longest beginning that is tried: beyond it, chosen by trial, lines no longer become tighter.
_LONGEST = 8


@kernel(float64(float64, float64, float64))
def _won(people: float, rivals: float, pull: float) -> float:
    return people * pull / (pull + rivals) if pull > 0.0 else 0.0


@kernel(float64(float64[::1], float64, float64, int64[::1], int64, float64, float64[::1]))
def _line(
    pull: Floats, people: float, rivals: float, order: Int64s, k: Whole, everything: float, rise: Floats
) -> float:
    """Write how the line of the first k rises with each shop; where it begins."""
    inside = 0.0
    for t in range(k):
        inside += pull[order[t]]
    now = _won(people, rivals, inside)
    most = _won(people, rivals, everything)
    begin = now
    for t in range(len(order)):
        e = order[t]
        if t < k:
            rest = everything - pull[e] if len(pull) > 1 else 0.0
            rise[e] = most - _won(people, rivals, rest)
            begin -= rise[e]
        else:
            rise[e] = _won(people, rivals, inside + pull[e]) - now
    return begin


@kernel(float64(float64[::1], float64, float64, float64[::1], int64[::1], int64, float64))
def _height(
    pull: Floats, people: float, rivals: float, y: Floats, order: Int64s, k: Whole, everything: float
) -> float:
    """Where the line of the first k stands at the answer."""
    rise = np.empty(len(pull))
    height = _line(pull, people, rivals, order, k, everything, rise)
    for e in range(len(pull)):
        height += rise[e] * y[e]
    return height


@kernel(
    boolean[::1](
        int64[::1], int32[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64,
        float64[::1], float64[::1],
    )
)  # fmt: skip
def tightest(
    first: Int64s, site: Int32s, pull: Floats, people: Floats, rivals: Floats, opened: Floats, claimed: Floats,
    least: float, begin: Floats, rise: Floats,
) -> Bools:  # fmt: skip
    """The tightest line of each point at an answer, where more is claimed than it allows.

    Parameters
    ----------
    first, site, pull
        Pairs point by point; pulls over 0.
    people, rivals
        (n,).
    opened, claimed
        (m,) the answer, whole or not; (n,) people that it claims to win.
    least
        How much too much has to be claimed.
    begin, rise
        Out: (n,) and (pairs,) the line, ``begin + Σ rise * y``.

    Returns
    -------
    (n,) whether the line cuts off what is claimed.
    """
    n = len(people)
    cuts = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        a, b = first[i], first[i + 1]
        if a == b:
            continue
        y = opened[site[a:b]]
        inside = 0.0
        everything = 0.0
        for e in range(a, b):
            inside += pull[e] * y[e - a]
            everything += pull[e]
        best, length = np.inf, -2
        if rivals[i] > 0.0:  # -1: the tangent at this pull
            best, length = _won(people[i], rivals[i], inside), -1
        order = np.argsort(-y, kind="mergesort")
        for k in range(min(_LONGEST, b - a) + 1):
            height = _height(pull[a:b], people[i], rivals[i], y, order, k, everything)
            if height < best:
                best, length = height, k
            if k < b - a and y[order[k]] <= 0.0:
                break  # what is shut adds nothing by standing inside
        if claimed[i] <= best + least:
            continue
        cuts[i] = True
        if length == -1:
            slope = people[i] * rivals[i] / (inside + rivals[i]) ** 2
            begin[i] = best - slope * inside
            for e in range(a, b):
                rise[e] = slope * pull[e]
        else:
            begin[i] = _line(pull[a:b], people[i], rivals[i], order, length, everything, rise[a:b])
    return cuts
