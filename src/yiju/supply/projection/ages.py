"""From bands of ages to single years, and back to the bands in which the groups of residents fit.

Rules:

1. A closed band that reaches over the ages of several groups is split between them evenly by years, as the check-up
   splits it: the demand of today does not depend on whether anybody looks ahead.
2. Inside such a piece, and inside an open band (80 and over), people are split as the years lived in the life table,
   both sexes together: as they would be where the same number is born each year.
3. Women and men of an age are split as a life table with the sex ratio at birth has them.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.city.services import GROUPS
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = npt.NDArray[np.float64]

# The last age, which is open: few live longer, and life tables of censuses end here.
OLDEST = 100
AGES = OLDEST + 1
# Where the ages of groups.toml end.
_END = 120
_BAND = re.compile(r"age_(\d+)_(\d+|plus)")


def span(band: str) -> tuple[int, int]:
    """First and last age of a band, both inclusive.

    Examples
    --------
    >>> span("age_3_5"), span("age_80_plus")
    ((3, 5), (80, 120))
    """
    found = _BAND.fullmatch(band)
    if found is None:
        raise InputError(
            Text("应写作 age_60_79 或 age_80_plus。", "needs to be written like age_60_79."), field=band
        )
    return int(found[1]), _END if found[2] == "plus" else int(found[2])


def split(bands: Sequence[str], lived: Floats) -> Floats:
    """Shares by which bands become single years.

    Parameters
    ----------
    bands
        Names of the bands; together they hold every age once.
    lived
        (101,) years lived at each age, both sexes together.

    Returns
    -------
    (bands, 101); each row adds up to 1.

    Raises
    ------
    InputError
        An age is in no band, or in two.

    Examples
    --------
    >>> shares = split(["age_0_3", "age_4_plus"], np.ones(101))
    >>> shares[0, :5].tolist(), round(float(97 * shares[1, 4]), 9)
    ([0.25, 0.25, 0.25, 0.25, 0.0], 1.0)
    """
    shares = np.zeros((len(bands), AGES))
    times = np.zeros(_END + 1, dtype=np.int64)
    for row, (low, high) in enumerate(map(span, bands)):
        times[low : high + 1] += 1
        for first, last in [(low, high)] if high == _END else _pieces(low, high):
            ages = slice(min(first, OLDEST), min(last, OLDEST) + 1)
            years = (last - first + 1) / (high - low + 1)
            shares[row, ages] += years * lived[ages] / lived[ages].sum()
    if (times != 1).any():
        age = int(np.flatnonzero(times != 1)[0])
        many = "no band" if times[age] == 0 else "several bands"
        raise InputError(
            Text(
                f"推演需要覆盖全部年龄且互不重叠的年龄段：{age} 岁在 {times[age]} 段中。",
                f"a projection needs bands that hold every age once: {age} is in {many}.",
            ),
            field="age_*",
            hint=Text(
                "请在 city.toml 中给出年龄段或年龄构成。",
                "Give bands of ages, or their shares, in city.toml.",
            ),
        )
    return shares


def _pieces(low: int, high: int) -> list[tuple[int, int]]:
    """A closed band, cut where the groups of residents are."""
    within = [(max(low, first), min(high, last)) for first, last in group_bands().values()]
    return [(first, last) for first, last in within if first <= last]


def group_bands() -> dict[str, tuple[int, int]]:
    """The narrowest bands of which every group of residents is made.

    Examples
    --------
    >>> list(group_bands())
    ['age_0_2', 'age_3_5', 'age_6_11', 'age_12_14', 'age_15_59', 'age_60_79', 'age_80_plus']
    """
    spans = [g.ages for g in GROUPS.values() if g.ages]
    cuts = sorted({0, _END + 1} | {low for low, _ in spans} | {high + 1 for _, high in spans})
    pairs = [(low, after - 1) for low, after in itertools.pairwise(cuts)]
    return {f"age_{low}_{'plus' if high == _END else high}": (low, high) for low, high in pairs}


def members(bands: Iterable[str]) -> Floats:
    """Which ages lie in which bands: (bands, 101) of 0 and 1.

    Examples
    --------
    >>> members(group_bands()).sum(axis=1).tolist()
    [3.0, 3.0, 6.0, 3.0, 45.0, 20.0, 21.0]
    """
    ages = np.arange(AGES)
    spans = [span(band) for band in bands]
    return np.array([(ages >= low) & (ages <= high) for low, high in spans], dtype=np.float64).reshape(
        -1, AGES
    )
