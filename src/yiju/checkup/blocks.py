"""What a computation hands back: one reading of an indicator at all places at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.checkup.indicator import NO_WORDS
from yiju.errors import YijuError

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.text import Text

Floats = npt.NDArray[np.float64]

# How far a status can be trusted, from the best; the worst of its inputs is that of a value.
TRUST_ORDER = ("measured", "modelled", "screening")


class NotMeasurable(YijuError):  # noqa: N818 - a state of an observation, not a fault
    """An input is missing: the observation says so, and the check-up goes on."""


@dataclass(frozen=True, eq=False)
class Block:
    """One method, variant and group of an indicator, at all places; arrays follow the table of places.

    A place where ``value`` is not a number is not measurable there, for the reason ``empty``. ``reason`` is
    a caveat that stands beside every value. A block with ``missing`` has no values at all. ``levels``
    narrows those of the catalogue.
    """

    method: str
    variant: str = ""
    group: str = "all"
    value: Floats | None = None
    numerator: Floats | None = None
    denominator: Floats | None = None
    n: Floats | None = None
    low: Floats | None = None
    high: Floats | None = None
    status: str = "measured"
    reason: Text = NO_WORDS
    empty: Text = NO_WORDS
    missing: Text | None = None
    source: str = ""
    levels: tuple[str, ...] = ()

    @classmethod
    def without(cls, method: str, reason: Text, *, variant: str = "", group: str = "all") -> Block:
        """A reading that cannot be had, and why."""
        return cls(method, variant, group, missing=reason)

    @property
    def values(self) -> Floats:
        """The values of a block that is known to have them.

        Raises
        ------
        NotMeasurable
            It has none.
        """
        if self.value is None:
            raise NotMeasurable(self.missing or NO_WORDS)
        return self.value


def measured(part: Callable[[], Block], method: str, variant: str = "", group: str = "all") -> Block:
    """A reading, or one without values that says which input is missing."""
    try:
        return part()
    except NotMeasurable as missing:
        return Block.without(method, missing.message, variant=variant, group=group)


def worst(*statuses: str) -> str:
    """The status of a value that rests on several inputs.

    Examples
    --------
    >>> worst("measured", "screening", "modelled")
    'screening'
    """
    return max(statuses, key=TRUST_ORDER.index)


def ratio(numerator: Floats, denominator: Floats, *, per: float = 100.0) -> Floats:
    """Numerator over denominator times ``per``; not a number where the denominator is 0 or less.

    Examples
    --------
    >>> ratio(np.array([1.0, 3.0]), np.array([4.0, 0.0])).tolist()
    [25.0, nan]
    """
    whole = np.where(denominator > 0, denominator, np.nan)
    return np.asarray(per * numerator / whole, dtype=np.float64)
