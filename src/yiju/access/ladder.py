"""Values in rising order, each with the people who have it: what every measure of inequality stands on.

Sorting is nearly all of the work. Distances and times are whole tenths, though, and counts are whole: such values are
their own place in a list, and the people are counted into it, one look at each value and no comparison.

::

    value   0.3  0.1  0.3  0.2          tenths   0   1   2   3
    people    5    2    1    4    ──►   people   0   2   4   6        read from the left, it is sorted

Values of any other kind are sorted, once for all groups of people: few of them by comparing, many by their bits
(:mod:`yiju.access.kernels.rising`). All ways give the same sums but for their last digits.

H. H. Seward, Information sorting in the application of electronic digital computers to business operations, MIT (1954):
sorting by counting.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Costs are whole tenths of their unit: yiju.travel.results.PER_UNIT.
STEPS = 10
# A list of tenths may be this many times as long as the values: beyond, going through it costs more than sorting.
_ROOM = 8
# From so many values on, sorting by bits saves more than loading its kernel takes when a city has dozens of measures.
_MANY = 10_000


class Ladder(NamedTuple):
    """Values with people, in rising order.

    value
        (rungs,) rising; equal values may stand on several rungs.
    people
        (groups, rungs) how many have it.
    """

    value: Floats
    people: Floats


def ladder(value: Floats, people: Floats) -> Ladder:
    """The ladder of values from 0 up.

    Parameters
    ----------
    value
        (n,) finite, from 0 up.
    people
        (groups, n) from 0 up.

    Examples
    --------
    >>> rungs = ladder(np.array([0.3, 0.1, 0.3, 0.2]), np.array([[5.0, 2.0, 1.0, 4.0]]))
    >>> rungs.value.tolist(), rungs.people.tolist()
    ([0.1, 0.2, 0.3], [[2.0, 4.0, 6.0]])
    """
    scaled = value * STEPS
    if len(value) and scaled.max() < _ROOM * len(value):
        tenth = np.rint(scaled)
        if np.array_equal(tenth / STEPS, value):
            place = tenth.astype(np.int64)
            counted: Floats = np.array(
                [np.bincount(place, weights=each) for each in people], dtype=np.float64
            )
            rungs = np.flatnonzero(counted.any(axis=0))
            return Ladder(rungs / STEPS, counted[:, rungs])
    order = _rising(value)
    return Ladder(value[order], people[:, order])


def _rising(value: Floats) -> npt.NDArray[Any]:
    """Positions in rising order, equal values as they stand."""
    if len(value) < _MANY:
        return np.argsort(value, kind="stable")
    from yiju.access.kernels.rising import rising_order  # noqa: PLC0415 - compiles, which few values need not

    return rising_order(
        (value + 0.0).view(np.int64)
    )  # a copy, and 0 in the place of -0, whose bits are no number's
