"""Array types of the demo city, and sums by group."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
# shapely geometries
Shapes = NDArray[np.object_]


def sum_by(group: Ints, value: ArrayLike, count: int) -> Floats:
    """Sum of ``value`` (n,) in each of ``count`` groups; ``group`` (n,) says which one each belongs to.

    Examples
    --------
    >>> sum_by(np.array([0, 2, 0]), [1.0, 2.0, 3.0], 4).tolist()
    [4.0, 0.0, 2.0, 0.0]
    """
    return np.bincount(group, np.asarray(value, dtype=np.float64), count).astype(np.float64)


def unrolled(count: Ints) -> tuple[Ints, Ints]:
    """For counts of places, the owner of each place and its turn there.

    Examples
    --------
    >>> owner, turn = unrolled(np.array([2, 0, 1]))
    >>> owner.tolist(), turn.tolist()
    ([0, 0, 2], [0, 1, 0])
    """
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - np.repeat(first, count)


def mean_by(group: Ints, xy: Floats, weight: ArrayLike, count: int) -> Floats:
    """Weighted middle (count, 2) of the points ``xy`` (n, 2) of each group; groups without weight lie at 0, 0.

    Examples
    --------
    >>> mean_by(np.array([0, 0]), np.array([[0.0, 0.0], [4.0, 2.0]]), [1.0, 3.0], 1).tolist()
    [[3.0, 1.5]]
    """
    weights = np.asarray(weight, dtype=np.float64)
    held = np.maximum(sum_by(group, weights, count), 1e-9)
    return np.column_stack([sum_by(group, weights * xy[:, c], count) / held for c in (0, 1)])
