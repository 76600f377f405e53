"""Where a rate is high beyond chance: Gi* with the false discovery rate held.

J. K. Ord and A. Getis, Local spatial autocorrelation statistics: distributional issues and an application,
Geographical Analysis 27 (1995) 286-306; Y. Benjamini and Y. Hochberg, Controlling the false discovery rate,
Journal of the Royal Statistical Society B 57 (1995) 289-300.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from yiju.checkup.blocks import NotMeasurable
from yiju.text import Text

# Below this many places a normal approximation says nothing (Ord and Getis 1995: a neighbourhood of 8 and
# more).
_FEWEST = 8


def hot_spots(
    value: npt.ArrayLike, place: npt.ArrayLike, neighbour: npt.ArrayLike, *, fdr: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Gi* of every place with binary weights, and which are significant.

    Parameters
    ----------
    value
        (n,) rates.
    place, neighbour
        (pairs,) positions; each place is its own neighbour.
    fdr
        Share of false discoveries to accept.

    Returns
    -------
    z-scores (n,) and whether they are significant (n,).

    Raises
    ------
    NotMeasurable
        There are too few places, or all rates are equal.

    Examples
    --------
    >>> row = np.arange(9)
    >>> place, neighbour = np.nonzero(abs(row[:, None] - row) <= 1)
    >>> z, significant = hot_spots([0, 0, 0, 0, 0, 0, 9, 9, 9], place, neighbour, fdr=0.05)
    >>> int(z.argmax()), significant.tolist().count(True)
    (7, 1)
    """
    x = np.asarray(value, dtype=np.float64)
    rows = np.asarray(place, dtype=np.int64)
    n = len(x)
    spread = float(x.std()) if n else 0.0
    if n < _FEWEST or spread == 0:
        raise NotMeasurable(
            Text(
                f"社区少于 {_FEWEST} 个或数值全同，无法判断热点。",
                f"needs {_FEWEST} communities or more that differ, to tell hot spots.",
            )
        )
    weight = np.bincount(rows, minlength=n).astype(np.float64)
    local = np.bincount(rows, weights=x[np.asarray(neighbour, dtype=np.int64)], minlength=n)
    scale = spread * np.sqrt((n * weight - weight**2) / (n - 1))
    z = np.divide(local - x.mean() * weight, scale, out=np.zeros(n), where=scale > 0)
    p = np.array(
        [math.erfc(abs(score) / math.sqrt(2)) for score in z]
    )  # both tails of the normal distribution
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= fdr * np.arange(1, n + 1) / n)
    significant = np.zeros(n, dtype=bool)
    if len(passed):
        significant[order[: passed[-1] + 1]] = True
    return z, significant
