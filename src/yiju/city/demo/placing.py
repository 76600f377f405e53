"""Where services go: each next site is the one that brings the most people within reach.

The greedy rule for maximal covering (R. Church and C. ReVelle, The maximal covering location problem, Papers of the
Regional Science Association 32, 1974), with a floor for each community.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array

from yiju.city.demo.plots import SIZES_M, Plots

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes


@dataclass
class Ground:
    """Plots, and which ground is taken."""

    plots: Plots
    taken: list[shapely.Polygon] = field(default_factory=list)

    def take(self, plot: int, size: int) -> shapely.Polygon | None:
        """The ground of a plot at a size, or None where someone else is there already."""
        shape = self.plots.shapes(np.array([plot]), np.array([size]))[0]
        if self.taken and bool(shapely.dwithin(np.array(self.taken, dtype=object), shape, 3.0).any()):
            return None
        self.taken.append(shape)
        return shape


@dataclass(frozen=True)
class Want:
    """What one service asks of its sites.

    ``size`` is the best row of ``SIZES_M`` and ``least`` the smallest that will do; ``groups`` (cells,) the people
    who count; ``allowed`` (plots,) where it may stand.
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
    ground: Ground,
    want: Want,
    reach: csr_array,
    community: Ints,
    target: Floats,
    given: Bools | None = None,
) -> tuple[list[Placed], Bools]:
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

    Returns
    -------
    list[Placed], array (cells,)
        The sites, in order, and who is within reach in the end.
    """
    k = len(target)
    due = target * np.bincount(community, want.people, k)
    covered = np.zeros(len(community), dtype=bool) if given is None else given.copy()
    open_ = want.allowed & (ground.plots.size <= want.least)
    fit = _fit(ground.plots.size, want)
    placed: list[Placed] = []
    pattern = csr_array((np.ones_like(reach.data), reach.indices, reach.indptr), shape=reach.shape)
    while True:
        short = due - np.bincount(community[covered], want.people[covered], k)
        weight = np.where(covered, 0.0, want.people) * (short > 0)[community]
        gain = np.where(open_, pattern @ weight, 0.0) * fit
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            return placed, covered
        open_[best] = False
        site = _stand(ground, best, want)
        if site is None:
            continue
        placed.append(site)
        covered[reach.indices[reach.indptr[best] : reach.indptr[best + 1]]] = True


def scatter(
    ground: Ground, want: Want, reach: csr_array, count: int, rng: np.random.Generator, chance: float = 0.55
) -> list[Placed]:
    """A number of sites, each where it brings many people nearer, though not always the most: as cities come about.

    ``chance`` from 0 (the best site each time) to 1 (luck has the largest part).
    """
    pattern = csr_array((np.ones_like(reach.data), reach.indices, reach.indptr), shape=reach.shape)
    left = want.people.astype(np.float64).copy()
    open_ = want.allowed & (ground.plots.size <= want.least)
    fit = _fit(ground.plots.size, want)
    placed: list[Placed] = []
    while len(placed) < count:
        gain = np.where(open_, pattern @ left, 0.0) * fit * rng.uniform(1.0 - chance, 1.0, len(open_))
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            return placed
        open_[best] = False
        site = _stand(ground, best, want)
        if site is None:
            continue
        placed.append(site)
        left[reach.indices[reach.indptr[best] : reach.indptr[best + 1]]] *= 0.25
    return placed


def _fit(largest: Ints, want: Want) -> Floats:
    """Preference for plots on which the best size fits."""
    short = np.clip(largest - want.size, 0, None)
    return np.asarray(0.78**short, dtype=np.float64)


def _stand(ground: Ground, plot: int, want: Want) -> Placed | None:
    for size in range(max(want.size, int(ground.plots.size[plot])), min(want.least, len(SIZES_M) - 1) + 1):
        shape = ground.take(plot, size)
        if shape is not None:
            return Placed(plot, size, shape)
    return None


def grounds(placed: list[Placed]) -> Shapes:
    """The ground of each site."""
    return np.array([p.ground for p in placed], dtype=object)
