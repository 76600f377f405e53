"""The streets of the demo city, level by level: embankment roads, collectors, streets, ways inside compounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely

from yiju.city.demo.compounds import INSIDE, wall_in
from yiju.city.demo.grain import EMBANKMENT_M, Grain
from yiju.city.demo.graph import BRIDGE, GROUND, TUNNEL, StreetGraph, cut_at_junctions, join_ends
from yiju.city.demo.lattice import Lattice
from yiju.city.demo.lines import normals
from yiju.city.demo.streamlines import Spacing, Tracer
from yiju.city.demo.tidying import tidy

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.arterials import Road
    from yiju.city.demo.plan import Plan, ZoneKind
    from yiju.city.demo.rivers import River

_Kind = TypeVar("_Kind", bound=np.generic)

# Metres between parallel streets of each level by kind of zone; None: the level is not there. The old town is
# fine-grained; a new superblock has collectors and, behind its walls, the ways of the compound.
_COLLECTOR: dict[ZoneKind, float | None] = {
    "old": 250.0, "inner": 300.0, "new": 320.0, "cbd": 230.0, "village": 300.0, "industry": 330.0, "pocket": 300.0,
}  # fmt: skip
_STREET: dict[ZoneKind, float | None] = {
    "old": 76.0, "inner": 165.0, "new": None, "cbd": 105.0, "village": 42.0, "industry": 200.0, "pocket": 150.0,
}  # fmt: skip
_INSIDE: dict[ZoneKind, float | None] = {
    "old": None, "inner": 74.0, "new": 86.0, "cbd": None, "village": None, "industry": None, "pocket": 74.0,
}  # fmt: skip
# How far on either side a main road, and an embankment road, stand in for parallel streets.
_BESIDE_ROAD_M, _BESIDE_BANK_M = 330.0, 220.0
# How far the loose end of an embankment road, and of any street, may be led on.
_BANK_LEAD_M, _MOST_LEAD_M = 150.0, 200.0
# Openings of a compound are at least this far apart.
_GATES_APART_M = 150.0
# An embankment road runs where the city is nearer than this to its bank.
_EMBANKED_M = 230.0


@dataclass(frozen=True)
class _Level:
    rank: int
    spacing: dict[ZoneKind, float | None]
    shortest_m: float
    longest_m: float
    step_m: float
    # share of the spacing over which a loose end is led on to the next street
    lead: float


def lay_streets(
    lattice: Lattice,
    plan: Plan,
    grain: Grain,
    roads: list[Road],
    rivers: tuple[River, River],
    barrier: BaseGeometry,
    rng: np.random.Generator,
) -> StreetGraph:
    """The whole street graph.

    Parameters
    ----------
    roads
        Main roads, already laid.
    barrier
        What no street crosses unless a main road does: water and the railway.
    """
    fine = Lattice.over(-lattice.x0, -lattice.y0, lattice.step_m / 2)
    zone = _finer(lattice, fine, grain.zone)
    tracer = Tracer(fine, _finer(lattice, fine, grain.axis), zone >= 0)
    lines: list[Floats] = [road.line for road in roads]
    ranks = [0] * len(lines)
    reach: list[float] = [0.0] * len(lines)
    for line in lines:
        tracer.stamp(line, _BESIDE_ROAD_M)
    for bank in embankment_roads(lattice, grain, rivers, barrier):
        lines.append(bank)
        ranks.append(1)
        reach.append(_BANK_LEAD_M)
        tracer.stamp(bank, _BESIDE_BANK_M)
    for level in (
        _Level(1, _COLLECTOR, 170.0, 2600.0, 15.0, 0.75),
        _Level(2, _STREET, 60.0, 900.0, 10.0, 0.75),
        _Level(INSIDE, _INSIDE, 55.0, 480.0, 10.0, 0.85),
    ):
        laid, wide = _lay(fine, plan, zone, tracer, level, rng)
        lines += laid
        ranks += [level.rank] * len(laid)
        reach += [min(_MOST_LEAD_M, level.lead * w) for w in wide]
    rank = np.array(ranks, dtype=np.int64)
    carried = {"": GROUND, "bridge": BRIDGE, "tunnel": TUNNEL}
    deck = np.full(len(lines), GROUND, dtype=np.int64)
    deck[: len(roads)] = [carried[road.structure] for road in roads]
    joined = join_ends(lines, rank, np.array(reach), barrier)
    return tidy(wall_in(tidy(cut_at_junctions(joined, rank, deck)), _GATES_APART_M, rng))


def _finer(lattice: Lattice, fine: Lattice, values: NDArray[_Kind]) -> NDArray[_Kind]:
    return lattice.nearest(values, fine.points()).reshape(fine.ny, fine.nx)


def _lay(
    fine: Lattice, plan: Plan, zone: Ints, tracer: Tracer, level: _Level, rng: np.random.Generator
) -> tuple[list[Floats], list[float]]:
    due = np.array([level.spacing[z.kind] or np.inf for z in plan.zones] + [np.inf])[zone]
    here = np.isfinite(due)
    apart = np.where(here, due, 300.0)
    # Seeds on a shaken lattice, about one for each block; the order is drawn, so that no corner comes first.
    j, i = np.nonzero(here)
    take = rng.random(len(j)) < 2.0 * fine.step_m**2 / apart[j, i] ** 2
    seeds = np.column_stack([fine.x0 + fine.step_m * i[take], fine.y0 + fine.step_m * j[take]])
    laid = tracer.fill(
        Spacing(apart, level.shortest_m, level.longest_m, level.step_m), rng.permutation(seeds), allowed=here
    )
    wide = [float(fine.nearest(apart, line[len(line) // 2][None])[0]) for line in laid]
    return laid, wide


def embankment_roads(
    lattice: Lattice, grain: Grain, rivers: tuple[River, River], barrier: BaseGeometry
) -> list[Floats]:
    """Roads along the banks (滨江路), wherever the city comes down to the water."""
    near_city: Bools = lattice.distance_to(grain.zone >= 0) < _EMBANKED_M
    gentle: Bools = grain.slope < 0.45
    shapely.prepare(barrier)
    out = []
    for river in rivers:
        line = np.asarray(river.line.coords)
        left = normals(line)
        for side in (1.0, -1.0):
            bank = line + side * left * (river.width_m[:, None] / 2 + EMBANKMENT_M + 14.0)
            good = lattice.nearest(near_city & gentle, bank) & lattice.covers(bank)
            good &= np.asarray(shapely.distance(shapely.points(bank), barrier) > 30.0)
            edges = np.flatnonzero(np.diff(np.r_[False, good, False].astype(int)))
            out += [bank[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 10]
    return out
