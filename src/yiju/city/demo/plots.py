"""Plots: pieces of ground along a street on which a school, a park or a hospital can stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.arrays import unrolled
from yiju.city.demo.buildings import rectangles
from yiju.city.demo.graph import GROUND
from yiju.city.demo.lines import stations
from yiju.city.demo.walking import Spots

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.graph import StreetGraph
    from yiju.city.demo.lattice import Lattice

# Front and depth of the plots that are tried, metres, the largest first.
SIZES_M = np.array(
    [(190.0, 150.0), (130.0, 110.0), (96.0, 82.0), (70.0, 62.0), (54.0, 46.0), (36.0, 32.0), (20.0, 18.0)]
)
# The last is no plot of its own but the ground floor of a house.
GROUND_FLOOR = len(SIZES_M) - 1
# Metres between the middle of the street and the fence, by rank of the street.
_FENCE_M = np.array([15.0, 12.0, 8.0, 7.0])
# Left free between a plot and the next street.
_CLEAR_M = 2.0
# No plot opens on a shorter street.
_LEAST_M = 16.0


@dataclass(frozen=True)
class Plots:
    """Plots (n,): the gate in the middle of the front, directions along and into the plot, and the largest size.

    ``size`` is the row of ``SIZES_M`` that fits here; smaller plots fit at the same gate.
    """

    gate: Floats
    along: Floats
    inward: Floats
    size: Ints
    spots: Spots
    zone: Ints
    rank: Ints

    def shapes(self, which: Ints, size: Ints) -> Shapes:
        """The ground of some plots at some sizes, as polygons."""
        front, depth = SIZES_M[size].T
        middle = self.gate[which] + self.inward[which] * depth[:, None] / 2
        corners = rectangles(middle, self.along[which], self.inward[which], front / 2, depth / 2)
        return np.asarray(shapely.polygons(corners), dtype=object)

    def of(self, which: Ints | Bools) -> Plots:
        """Some of the plots."""
        return Plots(
            self.gate[which],
            self.along[which],
            self.inward[which],
            self.size[which],
            self.spots.of(which),
            self.zone[which],
            self.rank[which],
        )


def find_plots(
    lattice: Lattice,
    zone: Ints,
    free: Bools,
    streets: StreetGraph,
    rng: np.random.Generator,
    every_m: float = 95.0,
) -> Plots:
    """Plots on both sides of the streets, one about every ``every_m`` on either side.

    ``zone`` and ``free`` are on the lattice: a plot lies in a quarter, off banks and railway land.
    """
    length = streets.length_m
    count = np.where(length > _LEAST_M, np.maximum(1, (length / every_m).astype(np.int64)), 0)
    edge, place = unrolled(np.where(streets.deck == GROUND, count, 0))
    share = (place + rng.uniform(0.25, 0.75, len(edge))) / count[edge]
    # Both sides of every place.
    edge, share, side = np.r_[edge, edge], np.r_[share, share], np.repeat([1.0, -1.0], len(edge))
    foot, along = stations(streets.line[edge], share * length[edge])
    inward = np.column_stack([-along[:, 1], along[:, 0]]) * side[:, None]
    rank = streets.rank[edge]
    gate = foot + inward * _FENCE_M[rank][:, None]
    here = lattice.nearest(zone, gate + inward * 12.0)
    size = np.full(len(edge), GROUND_FLOOR)
    spots = Spots(edge, share, _FENCE_M[rank])
    plots = Plots(gate, along, inward, size, spots, here, rank).of(here >= 0)
    return _sized(plots, lattice, free, streets)


def _sized(plots: Plots, lattice: Lattice, free: Bools, streets: StreetGraph) -> Plots:
    """The plots with the largest size that crosses no street and lies on free ground."""
    tree = shapely.STRtree(streets.line)
    best = np.full(len(plots.size), -1, dtype=np.int64)
    everyone = np.arange(len(best))
    for size in range(len(SIZES_M)):
        left = everyone[best < 0]
        shape = plots.shapes(left, np.full(len(left), size))
        crossed = np.zeros(len(left), dtype=bool)
        crossed[np.unique(tree.query(shapely.buffer(shape, _CLEAR_M), predicate="intersects")[0])] = True
        corners = shapely.get_coordinates(shape).reshape(len(left), 5, 2)
        dry = lattice.nearest(free, corners.reshape(-1, 2)).reshape(-1, 5).all(axis=1)
        best[left[~crossed & dry]] = size
    return replace(plots, size=best).of(best >= 0)
