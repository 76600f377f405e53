"""How a mean over people would vary with other homes of the city: a bootstrap of all places at once.

Cells are drawn with replacement, each as often as a Poisson variable of mean 1 says, which is what drawing
n of n cells comes to for more than a handful (J. A. Hanley and
B. MacGibbon, Creating non-parametric bootstrap samples using Poisson frequencies, Computer Methods and
Programs in Biomedicine 83 (2006) 57-62). One set of draws serves the shares of every place, since the sums
of a city are those of its parts: ``yiju.access.intervals.bootstrap_share`` is the plain form, and gives the
same interval within its own noise.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from yiju.checkup.places import Within

Floats = npt.NDArray[np.float64]
Draws = npt.NDArray[np.uint8]

# Enough for the ends of a 95 % interval to settle within a tenth of its width (Efron and Tibshirani 1993,
# 14.5).
REPEATS = 200
_CONFIDENCE = 0.95
# Fewer homes than this say nothing about how a share would vary.
_FEWEST_CELLS = 5
# Cells times repeats that are multiplied at once: 32 MB of single floats.
_BLOCK = 8_000_000


class Ends(NamedTuple):
    """Lower and upper ends, (places,); not a number where there are too few homes."""

    low: Floats
    high: Floats


def _poisson_of_byte() -> Draws:
    """Poisson(1) by a random byte: the counts of 0 to 5 among 256 give mean and variance of exactly 1."""
    return np.repeat(np.arange(6, dtype=np.uint8), (94, 95, 46, 16, 4, 1))


def seeded(name: str) -> np.random.Generator:
    """A generator that the same name always gives: results do not depend on the order of indicators.

    Examples
    --------
    >>> int(seeded("L01").integers(1000)) == int(seeded("L01").integers(1000))
    True
    """
    return np.random.default_rng(int.from_bytes(sha256(name.encode()).digest()[:8], "big"))


class Resampler:
    """Draws of the home cells of a city for one indicator, and intervals from them."""

    def __init__(self, within: Within, rng: np.random.Generator) -> None:
        self._within = within
        self._rng = rng
        self._wholes: dict[bytes, npt.NDArray[np.float32]] = {}

    @cached_property
    def _order(self) -> npt.NDArray[np.int64]:
        return np.argsort(self._within.code, kind="stable")

    @cached_property
    def _draws(self) -> Draws:
        cells = len(self._within.code)
        bytes_ = np.frombuffer(self._rng.bytes(cells * REPEATS), dtype=np.uint8)
        return _poisson_of_byte()[bytes_].reshape(cells, REPEATS)

    def _resampled(self, value: Floats) -> npt.NDArray[np.float32]:
        """Sums over places of a value of the cells, for each repeat: (places, repeats)."""
        order = self._order[value[self._order] != 0]
        inside = np.zeros((self._within.holding.things, REPEATS), dtype=np.float32)
        if len(order):
            code = self._within.code[order]
            weight = value[order].astype(np.float32)
            block = max(1, _BLOCK // len(order))
            first = np.flatnonzero(np.r_[True, np.diff(code) > 0])
            for begin in range(0, REPEATS, block):
                part = self._draws[order, begin : begin + block] * weight[:, None]
                inside[code[first], begin : begin + block] = np.add.reduceat(part, first, axis=0)
        return np.asarray(self._within.holding @ inside)

    def interval(self, part: npt.ArrayLike, whole: npt.ArrayLike) -> Ends:
        """Percentile interval of ``sum(part) / sum(whole)`` at every place.

        Parameters
        ----------
        part, whole
            (cells,) e.g. people covered, and people.
        """
        top, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
        key = below.tobytes()  # variants of an indicator are shares of the same people
        if key not in self._wholes:
            self._wholes[key] = self._resampled(below)
        denominator = self._wholes[key]
        drawn = np.divide(
            self._resampled(top),
            denominator,
            out=np.full(denominator.shape, np.nan, np.float32),
            where=denominator > 0,
        )
        homes = self._within.counts(below > 0)
        known = (homes >= _FEWEST_CELLS) & ~np.isnan(drawn).all(axis=1)
        tail = (1 - _CONFIDENCE) / 2
        low, high = (np.full(len(drawn), np.nan) for _ in range(2))
        if known.any():
            low[known], high[known] = _quantiles(drawn[known], [tail, 1 - tail])
        return Ends(low, high)


def _quantiles(rows: npt.NDArray[np.float32], shares: list[float]) -> npt.NDArray[np.float32]:
    """(shares, rows) quantiles of each row, leaving out what is not a number: few rows have any such."""
    found = np.empty((len(shares), len(rows)), dtype=rows.dtype)
    whole = ~np.isnan(rows).any(axis=1)
    for choice, quantile in ((whole, np.quantile), (~whole, np.nanquantile)):
        if choice.any():
            found[:, choice] = quantile(rows[choice], shares, axis=1)
    return found
