"""Buildings: rows along streets and ways, of the size and height that each kind of quarter has."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.arrays import unrolled
from yiju.city.demo.lines import middles, stations

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints, Shapes
    from yiju.city.demo.graph import StreetGraph
    from yiju.city.demo.lattice import Lattice
    from yiju.city.demo.plan import Plan, ZoneKind

# Metres from the middle of a street of each rank to the house fronts.
_SETBACK_M = np.array([19.0, 14.0, 8.0, 7.5])
# Of that, what is left in tight quarters; and what stays open at the ends of a street.
_TIGHT, _CORNER_M = 0.55, 6.0


@dataclass(frozen=True)
class Style:
    """How a quarter is built. Lengths in metres; ranges are drawn evenly."""

    front: tuple[float, float]
    depth: tuple[float, float]
    gap: float
    rows: int
    row_gap: float
    storeys: tuple[int, int]
    built: tuple[int, int]
    # share of the buildings that hold homes; the others are shops, offices, works
    homes: float
    tight: bool = False


# Invented, after what one sees in cities of the upper Yangtze: front, depth, gap, rows, gap between rows, storeys,
# years, share of homes.
STYLES: dict[ZoneKind, Style] = {
    "old": Style((13, 26), (10, 13), 3.0, 2, 9.0, (3, 8), (1955, 1996), 0.86, tight=True),
    "inner": Style((34, 56), (11, 13), 12.0, 2, 20.0, (5, 8), (1978, 2004), 0.84),
    "new": Style((24, 34), (15, 18), 36.0, 1, 30.0, (9, 26), (2006, 2023), 0.86),
    "cbd": Style((32, 46), (28, 36), 20.0, 1, 20.0, (12, 42), (2004, 2022), 0.35),
    "village": Style((9, 13), (8, 11), 1.5, 2, 2.0, (2, 6), (1985, 2012), 0.95, tight=True),
    "industry": Style((50, 95), (24, 40), 16.0, 1, 20.0, (1, 3), (1970, 2010), 0.04),
    "pocket": Style((30, 48), (11, 14), 14.0, 2, 20.0, (6, 12), (1988, 2014), 0.92),
}


@dataclass(frozen=True)
class Buildings:
    """Arrays of equal length: corners (n, 4, 2), storeys, year, zone of the plan, and whether there are homes."""

    corners: Floats
    storeys: Ints
    year: Ints
    zone: Ints
    homes: Bools

    @property
    def middle(self) -> Floats:
        """Middle of each building (n, 2)."""
        return np.asarray(self.corners.mean(axis=1), dtype=np.float64)

    @property
    def shapes(self) -> Shapes:
        """Footprints as polygons."""
        return np.asarray(shapely.polygons(self.corners), dtype=object)

    @property
    def footprint_m2(self) -> Floats:
        """Area of each footprint: two sides of a rectangle."""
        sides = np.diff(self.corners[:, :3], axis=1)
        area: Floats = np.hypot(sides[..., 0], sides[..., 1]).prod(axis=1)
        return area

    @property
    def floor_area_m2(self) -> Floats:
        """Footprint times storeys."""
        return self.footprint_m2 * self.storeys

    def keep(self, which: Bools) -> Buildings:
        """Some of the buildings."""
        return Buildings(
            self.corners[which], self.storeys[which], self.year[which], self.zone[which], self.homes[which]
        )


@dataclass(frozen=True)
class _Drafts:
    """Places (n,) where a building could stand: its corners, the ground it wants to itself, and its turn."""

    corners: Floats
    guarded: Floats
    zone: Ints
    turn: Floats

    def of(self, which: Ints | Bools) -> _Drafts:
        return _Drafts(self.corners[which], self.guarded[which], self.zone[which], self.turn[which])


def build(
    lattice: Lattice, plan: Plan, zone: Ints, streets: StreetGraph, free: Bools, rng: np.random.Generator
) -> Buildings:
    """Fill the quarters with buildings.

    ``zone`` and ``free`` are on the lattice: the quarter of each spot, and where no bank or railway forbids building.
    """
    # The grain of an edge is that of the quarter that its middle lies in.
    edge_zone = lattice.nearest(zone, middles(streets.line))
    each = [
        _along(streets, np.flatnonzero(edge_zone == index), index, STYLES[drawn.kind], rng)
        for index, drawn in enumerate(plan.zones)
    ]
    drafts = _Drafts(
        np.concatenate([d.corners for d in each]),
        np.concatenate([d.guarded for d in each]),
        np.concatenate([d.zone for d in each]),
        np.concatenate([d.turn for d in each]),
    )
    drafts = drafts.of(np.argsort(drafts.turn, kind="stable"))
    dry = lattice.nearest(free, drafts.corners.reshape(-1, 2)).reshape(-1, 4).all(axis=1)
    drafts = drafts.of(dry & (lattice.nearest(zone, drafts.corners.mean(axis=1)) >= 0))
    drafts = drafts.of(~_touching(shapely.polygons(drafts.guarded), streets.line))
    drafts = drafts.of(first_come(shapely.polygons(drafts.guarded)))
    return _furnish(drafts.corners, drafts.zone, plan, rng)


def _along(streets: StreetGraph, edges: Ints, index: int, style: Style, rng: np.random.Generator) -> _Drafts:
    """Building places in rows along both sides of some edges."""
    length = streets.length_m[edges]
    pitch = sum(style.front) / 2 + style.gap
    count = np.maximum(((length - _CORNER_M) / pitch).astype(np.int64), 0)
    edge, place = unrolled(count)
    at = ((length - count * pitch) / 2)[edge] + (place + 0.5) * pitch
    lines, rank = streets.line[edges[edge]], streets.rank[edges[edge]]
    foot, along = stations(lines, at)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    setback = _SETBACK_M[rank] * (_TIGHT if style.tight else 1.0)
    guard = 1.2 if style.tight else 0.42 * style.gap
    corners, guarded, turns = [], [], []
    for side, row in itertools.product((1.0, -1.0), range(style.rows)):
        n = len(edge)
        front, depth = rng.uniform(*style.front, n) / 2, rng.uniform(*style.depth, n) / 2
        away = setback + depth + row * (style.depth[1] + style.row_gap) + rng.uniform(0, 1.5, n)
        centre = foot + side * across * away[:, None]
        corners.append(rectangles(centre, along, across, front, depth))
        behind = min(guard, 4.0 if row else 6.0)
        guarded.append(rectangles(centre, along, across, front + guard, depth + behind))
        # Front rows come first, and those on main roads before those on ways.
        turns.append(row + 0.9 * rng.random(n) + 0.05 * rank)
    total = sum(len(turn) for turn in turns)
    return _Drafts(
        np.concatenate(corners), np.concatenate(guarded), np.full(total, index), np.concatenate(turns)
    )


def rectangles(
    centre: Floats, along: Floats, across: Floats, half_front: Floats, half_depth: Floats
) -> Floats:
    """Corners (n, 4, 2) of rectangles around ``centre``, along and across unit vectors."""
    x, y = along * half_front[:, None], across * half_depth[:, None]
    return np.stack([centre - x - y, centre + x - y, centre + x + y, centre - x + y], axis=1)


def _touching(shapes: Shapes, lines: Shapes) -> Bools:
    """Which shapes meet any of the lines."""
    hit = np.zeros(len(shapes), dtype=bool)
    hit[np.unique(shapely.STRtree(lines).query(shapes, predicate="intersects")[0])] = True
    return hit


def first_come(shapes: Shapes) -> Bools:
    """Which shapes stand when each gives way to earlier ones that it overlaps and that stand themselves.

    Examples
    --------
    >>> boxes = shapely.box([0, 1, 2.5], [0, 0, 0], [2, 3, 4], [1, 1, 1])
    >>> first_come(boxes).tolist()
    [True, False, True]
    """
    later, earlier = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    ahead = earlier < later
    later, earlier = later[ahead], earlier[ahead]
    # 0 undecided, 1 stands, 2 gives way
    state = np.zeros(len(shapes), dtype=np.int8)
    while (state == 0).any():
        waits = np.zeros(len(shapes), dtype=bool)
        open_pair = (state[later] == 0) & (state[earlier] == 0)
        waits[later[open_pair]] = True
        state[(state == 0) & ~waits] = 1
        state[later[(state[later] == 0) & (state[earlier] == 1)]] = 2
        later, earlier = later[state[later] == 0], earlier[state[later] == 0]
    stands: Bools = state == 1
    return stands


def _furnish(corners: Floats, zone: Ints, plan: Plan, rng: np.random.Generator) -> Buildings:
    n = len(corners)
    styles = [STYLES[z.kind] for z in plan.zones]
    low, high = (np.array([s.storeys[k] for s in styles])[zone] for k in (0, 1))
    first, last = (np.array([s.built[k] for s in styles])[zone] for k in (0, 1))
    homes = rng.random(n) < np.array([s.homes for s in styles])[zone]
    return Buildings(corners, rng.integers(low, high + 1), rng.integers(first, last + 1), zone, homes)


def without_overlap(buildings: Buildings, sites: Shapes) -> Bools:
    """Which buildings stay clear of the sites."""
    return ~_touching(buildings.shapes, sites)
