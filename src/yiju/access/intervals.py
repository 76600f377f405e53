"""How far a rate can be trusted.

*Wilson*: for shares of counted cases. E. B. Wilson, Probable inference, the law of succession, and statistical
inference, Journal of the American Statistical Association 22 (1927) 209-212.

::

                k + z²/2          z      ┌                      ┐½          0 of 10:  0.000 ├────┤ 0.278
    centre  =  ─────────,  ±  ─────── ·  │ k (n - k) / n + z²/4 │           9 of 10:  0.596  ├────┤ 0.982
                n + z²         n + z²    └                      ┘

*Bootstrap*: for shares of people in cells. Cells are drawn with replacement, many times; the share varies as it would
with other cells from the same city. B. Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics
7 (1979) 1-26; percentile interval. The random generator is an argument: the same seed gives the same interval.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Cells times repeats held in memory at once, 64 MB of draws.
_BLOCK = 8_000_000


class Interval(NamedTuple):
    """Lower and upper end, numbers or arrays."""

    low: Floats
    high: Floats


def wilson(cases: npt.ArrayLike, out_of: npt.ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Wilson's interval for a share of counted cases; NaN where there are none.

    Parameters
    ----------
    cases, out_of
        How many of how many: numbers or arrays.

    Raises
    ------
    ValueError
        More cases than there are, or fewer than none.

    Examples
    --------
    >>> low, high = wilson(81, 263)
    >>> round(float(low), 4), round(float(high), 4)
    (0.2553, 0.3662)
    """
    k, n = np.broadcast_arrays(np.asarray(cases, dtype=np.float64), np.asarray(out_of, dtype=np.float64))
    if np.any((k < 0) | (k > n)):
        msg = "cases need to be between 0 and those they are out of"
        raise ValueError(msg)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    some = np.where(n > 0, n, np.nan)
    centre = (k + z * z / 2) / (some + z * z)
    half = z / (some + z * z) * np.sqrt(k * (some - k) / some + z * z / 4)
    # exactly 0 and 1 at the ends, where the two terms cancel but for their last digits
    return Interval(
        np.where(k == 0, 0.0 * centre, centre - half), np.where(k == n, 1.0 + 0.0 * centre, centre + half)
    )


def bootstrap_share(
    part: npt.ArrayLike,
    whole: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    repeats: int = 1000,
    confidence: float = 0.95,
) -> Interval:
    """Percentile bootstrap of ``sum(part) / sum(whole)``, cells drawn with replacement.

    Parameters
    ----------
    part, whole
        (cells,) or (cells, shares): people covered, and all people. Columns are shares of the same cells, such as
        indicators: they get the same draws.
    rng
        Where the draws come from.

    Returns
    -------
    ``low`` and ``high``, each a number or (shares,); NaN where there are no cells or nobody.

    Examples
    --------
    >>> covered, people = np.repeat([1.0, 0.0], 50), np.ones(100)
    >>> low, high = bootstrap_share(covered, people, np.random.default_rng(1))
    >>> 0.38 < low < 0.42, 0.58 < high < 0.62
    (np.True_, np.True_)
    """
    a, b = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if a.shape != b.shape:
        msg = f"part and whole need the same shape, were {a.shape} and {b.shape}"
        raise ValueError(msg)
    cells = len(a)
    if cells == 0:
        empty = np.full(a.shape[1:], np.nan)
        return Interval(empty, empty)
    shares = []
    block = max(1, _BLOCK // cells)
    for done in range(0, repeats, block):
        times = rng.multinomial(cells, np.full(cells, 1 / cells), size=min(block, repeats - done)).astype(
            np.float64
        )
        below = times @ b
        shares.append(np.divide(times @ a, below, out=np.full(below.shape, np.nan), where=below > 0))
    tail = (1 - confidence) / 2
    drawn = np.concatenate(shares)
    # draws in which nobody lives say nothing; where all are such, neither does the interval
    silent = np.isnan(drawn).all(axis=0)
    low, high = np.nanquantile(np.where(silent, 0.0, drawn), [tail, 1 - tail], axis=0)
    return Interval(np.where(silent, np.nan, low), np.where(silent, np.nan, high))
