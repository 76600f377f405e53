"""Where services go: each next site is the one that brings the most people within reach.

The greedy rule for maximal covering (R. Church and C. ReVelle, The maximal covering location problem, Papers of the
Regional Science Association 32, 1974), with a floor for each community.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array

from yiju.city.demo.arrays import sum_by
from yiju.city.demo.plots import GROUND_FLOOR, Plots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints

# Free ground between two sites, and the side of the squares in which taken ground is looked up, metres.
_BETWEEN_M, _SQUARE_M = 3.0, 250.0
# What a site is worth whose plot is a size too small, of one that is large enough.
_CRAMPED = 0.78
# How far luck may lessen the worth of a site, and how much another site is wanted where there is one.
_LUCK, _STILL_WANTED = 0.55, 0.25


class Ground:
    """Plots, and which ground is taken."""

    def __init__(self, plots: Plots, taken: Iterable[BaseGeometry]) -> None:
        self.plots = plots
        self._taken: dict[tuple[int, int], list[BaseGeometry]] = {}
        for shape in taken:
            self._note(shape)

    def take(self, plot: int, size: int) -> shapely.Polygon | None:
        """The ground of a plot at a size, or None where someone else is there already."""
        shape: shapely.Polygon = self.plots.shapes(np.array([plot]), np.array([size]))[0]
        near = [other for square in _squares(shape) for other in self._taken.get(square, ())]
        if near and bool(shapely.dwithin(np.array(near, dtype=object), shape, _BETWEEN_M).any()):
            return None
        self._note(shape)
        return shape

    def _note(self, shape: BaseGeometry) -> None:
        for square in _squares(shape):
            self._taken.setdefault(square, []).append(shape)


def _squares(shape: BaseGeometry) -> Iterator[tuple[int, int]]:
    """Squares of a coarse net that a shape, and what must stay free around it, lies in."""
    west, south, east, north = shape.bounds
    for i in range(int((west - _BETWEEN_M) // _SQUARE_M), int((east + _BETWEEN_M) // _SQUARE_M) + 1):
        for j in range(int((south - _BETWEEN_M) // _SQUARE_M), int((north + _BETWEEN_M) // _SQUARE_M) + 1):
            yield i, j


@dataclass(frozen=True)
class Want:
    """What one service asks of its sites.

    ``size`` is the best row of ``SIZES_M`` and ``least`` the smallest that will do; ``people`` (cells,) those who
    count; ``allowed`` (plots,) where it may stand.
    """

    size: int
    least: int
    people: Floats
    allowed: Bools


@dataclass(frozen=True)
class Placed:
    """A site that was found: its plot, its size, its ground."""

    plot: int
    size: int
    ground: shapely.Polygon


def cover(
    ground: Ground, want: Want, reach: csr_array, community: Ints, target: Floats, given: Bools | None = None
) -> list[Placed]:
    """Sites until each community has its share of people within reach, or no site helps any more.

    Parameters
    ----------
    reach
        (plots, cells): anything stored means within reach.
    community
        (cells,) community of each cell.
    target
        (communities,) share of ``want.people`` to bring within reach; 0 where nothing is due.
    given
        (cells,) who is within reach already.
    """
    k = len(target)
    due = target * sum_by(community, want.people, k)
    covered = np.zeros(len(community), dtype=bool) if given is None else given.copy()
    open_ = want.allowed & (ground.plots.size <= want.least)
    fit, pattern = _fit(ground.plots.size, want), _pattern(reach)
    placed: list[Placed] = []
    while True:
        short = due > sum_by(community, np.where(covered, want.people, 0.0), k)
        weight = np.where(covered | ~short[community], 0.0, want.people)
        gain = np.where(open_, pattern @ weight.astype(np.float32), 0.0) * fit
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            return placed
        open_[best] = False
        site = _stand(ground, best, want)
        if site is not None:
            placed.append(site)
            covered[reach.indices[reach.indptr[best] : reach.indptr[best + 1]]] = True


def scatter(
    ground: Ground, want: Want, reach: csr_array, count: int, rng: np.random.Generator
) -> list[Placed]:
    """A number of sites, each where it brings many people nearer, though not always the most: as cities come about."""
    left = want.people.astype(np.float32)
    open_ = want.allowed & (ground.plots.size <= want.least)
    fit, pattern = _fit(ground.plots.size, want), _pattern(reach)
    placed: list[Placed] = []
    while len(placed) < count:
        gain = np.where(open_, pattern @ left, 0.0) * fit * rng.uniform(1.0 - _LUCK, 1.0, len(open_))
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            return placed
        open_[best] = False
        site = _stand(ground, best, want)
        if site is not None:
            placed.append(site)
            left[reach.indices[reach.indptr[best] : reach.indptr[best + 1]]] *= _STILL_WANTED
    return placed


def _pattern(reach: csr_array) -> csr_array:
    """Ones where a walk is short enough."""
    return csr_array((np.ones_like(reach.data), reach.indices, reach.indptr), shape=reach.shape)


def _fit(largest: Ints, want: Want) -> Floats:
    """Preference for plots on which the best size fits."""
    short = np.clip(largest - want.size, 0, None)
    return np.asarray(_CRAMPED**short, dtype=np.float64)


def _stand(ground: Ground, plot: int, want: Want) -> Placed | None:
    for size in range(max(want.size, int(ground.plots.size[plot])), min(want.least, GROUND_FLOOR) + 1):
        shape = ground.take(plot, size)
        if shape is not None:
            return Placed(plot, size, shape)
    return None
