"""Plots: pieces of ground along a street on which a school, a park or a hospital can stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.buildings import rectangles
from yiju.city.demo.walking import Spots

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.graph import StreetGraph
    from yiju.city.demo.lattice import Lattice

# Front and depth of the plots that are tried, metres, the largest first.
SIZES_M = np.array(
    [(190.0, 150.0), (130.0, 110.0), (96.0, 82.0), (70.0, 62.0), (54.0, 46.0), (36.0, 32.0), (20.0, 18.0)]
)
# Metres between the middle of the street and the fence, by rank of the street.
_FENCE_M = np.array([15.0, 12.0, 8.0, 7.0])
_CLEAR_M = 2.0


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
            self.gate[which], self.along[which], self.inward[which], self.size[which], self.spots.of(which), self.zone[which],
            self.rank[which],
        )  # fmt: skip


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
    usable = (streets.deck == 0) & (length > 16.0)
    count = np.where(usable, np.maximum(1, (length / every_m).astype(np.int64)), 0)
    edge = np.repeat(np.arange(len(length)), count)
    place = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = (place + rng.uniform(0.25, 0.75, len(edge))) / count[edge]
    side = np.where(rng.random(len(edge)) < 0.5, 1.0, -1.0)
    # Both sides of every place.
    edge, share, side = np.r_[edge, edge], np.r_[share, share], np.r_[side, -side]
    at = share * length[edge]
    a = shapely.get_coordinates(shapely.line_interpolate_point(streets.line[edge], np.maximum(at - 3.0, 0.0)))
    b = shapely.get_coordinates(
        shapely.line_interpolate_point(streets.line[edge], np.minimum(at + 3.0, length[edge]))
    )
    foot = shapely.get_coordinates(shapely.line_interpolate_point(streets.line[edge], at))
    along = (b - a) / np.hypot(*(b - a).T)[:, None]
    inward = np.column_stack([-along[:, 1], along[:, 0]]) * side[:, None]
    away = _FENCE_M[streets.rank[edge]]
    gate = foot + inward * away[:, None]
    here = np.asarray(lattice.nearest(zone, gate + inward * 12.0), dtype=np.int64)
    plots = Plots(
        gate,
        along,
        inward,
        np.full(len(edge), len(SIZES_M) - 1),
        Spots(edge, share, away),
        here,
        streets.rank[edge],
    ).of(here >= 0)
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
        dry = np.asarray(lattice.nearest(free, corners.reshape(-1, 2)), dtype=bool).reshape(-1, 5).all(axis=1)
        best[left[~crossed & dry]] = size
    fits = best >= 0
    return Plots(plots.gate, plots.along, plots.inward, best, plots.spots, plots.zone, plots.rank).of(fits)
