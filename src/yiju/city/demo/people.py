"""Who lives where: people by home building, gathered into cells with ages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yiju.city.demo.arrays import sum_by
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.buildings import Buildings
    from yiju.city.demo.plan import Plan, ZoneKind

BANDS = ("age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_79", "age_80_plus")
# Square metres of home for a person, by kind of quarter. Invented, around the 38.6 m2 of towns in the census of 2020.
_HOME_M2: dict[ZoneKind, float] = {
    "old": 25.0, "inner": 31.0, "new": 40.0, "cbd": 48.0, "village": 18.0, "industry": 30.0, "pocket": 31.0,
}  # fmt: skip
# Shares of the age bands, by kind of quarter. Invented around the census of Chongqing in 2020 (0-14: 15.9 %, 60 and
# over: 21.9 %): old quarters are old, new ones are full of children, urban villages of people who came to work.
_AGES: dict[ZoneKind, tuple[float, ...]] = {
    "old": (1.2, 1.7, 4.0, 2.2, 60.4, 24.5, 6.0),
    "inner": (1.6, 2.3, 5.4, 2.8, 62.4, 21.0, 4.5),
    "new": (3.0, 4.2, 8.6, 3.6, 68.6, 10.6, 1.4),
    "cbd": (1.8, 2.2, 4.6, 2.2, 77.0, 10.8, 1.4),
    "village": (1.9, 2.4, 5.2, 2.2, 79.6, 7.6, 1.1),
    "industry": (1.4, 1.6, 3.6, 1.8, 82.0, 8.4, 1.2),
    "pocket": (1.5, 2.2, 5.2, 2.8, 61.8, 21.8, 4.7),
}
# People of a pocket: each is a community of its own, of the size that 城市体检工作手册 2025 asks for.
_POCKET_PEOPLE = (6_200.0, 7_300.0)
# How much alike the ages of neighbours are: the larger, the nearer every block is to its quarter's mean.
_ALIKE = 260.0
# Side of a cell: about two buildings of an estate.
CELL_M = 60.0


@dataclass(frozen=True)
class Cells:
    """Cells of residents (n,): where they are, how many, their ages (n, 7), and the face that they stand on."""

    xy: Floats
    people: Ints
    ages: Ints
    face: Ints

    def of(self, bands: tuple[str, ...]) -> Floats:
        """People of some bands in each cell."""
        columns = [BANDS.index(band) for band in bands]
        return np.asarray(self.ages[:, columns].sum(axis=1), dtype=np.float64)


def house(plan: Plan, buildings: Buildings, total: float, rng: np.random.Generator) -> Floats:
    """Expected people of each building; ``total`` is the city's.

    Raises
    ------
    InputError
        A pocket, which carries a planted truth, has no homes: the seed has put it on a cliff.
    """
    room = np.array([_HOME_M2[z.kind] for z in plan.zones])[buildings.zone]
    people = np.where(buildings.homes, buildings.floor_area_m2 / room, 0.0)
    people *= rng.uniform(0.85, 1.15, len(room))
    rest = total
    pocket = np.zeros(len(room), dtype=bool)
    for index, drawn in enumerate(plan.zones):
        if drawn.pocket:
            here = buildings.zone == index
            if not (people[here] > 0).any():
                raise InputError(
                    Text(
                        f"此随机种子下组团 {drawn.name} 无处建房。",
                        f"with this seed nothing is built in {drawn.name}.",
                    ),
                    hint=Text("请换一个随机种子。", "Choose another seed."),
                )
            wanted = rng.uniform(*_POCKET_PEOPLE)
            people[here] *= wanted / people[here].sum()
            pocket |= here
            rest -= wanted
    people[~pocket] *= rest / people[~pocket].sum()
    return people


def rehouse(people: Floats, community: Ints, stays: Bools) -> Floats:
    """People of the buildings that stay, after those of the others have moved within their community."""
    k = int(community.max()) + 1
    before, after = sum_by(community, people, k), sum_by(community[stays], people[stays], k)
    moved: Floats = people[stays] * (before / np.maximum(after, 1e-9))[community[stays]]
    return moved


def settle(plan: Plan, buildings: Buildings, people: Floats, face: Ints, rng: np.random.Generator) -> Cells:
    """Count people by cell and age: whole people, in cells of 60 m that never reach over a street or a bank.

    A cell lies where its largest building stands.
    """
    lived = np.flatnonzero(people > 0)
    square = np.floor(buildings.middle[lived] / CELL_M).astype(np.int64)
    _, cell = np.unique(np.column_stack([face[lived], square]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    n = int(cell.max()) + 1
    expected = sum_by(cell, people[lived], n)
    order = np.lexsort((-people[lived], cell))
    first = order[np.r_[True, cell[order][1:] != cell[order][:-1]]]
    shares = _age_shares(plan, buildings.zone[lived][first], face[lived][first], rng)
    count = rng.multinomial(round(float(expected.sum())), expected / expected.sum())
    ages = rng.multinomial(count, shares)
    some = count > 0
    return Cells(
        buildings.middle[lived][first][some],
        count[some].astype(np.int64),
        ages[some].astype(np.int64),
        face[lived][first][some],
    )


def _age_shares(plan: Plan, zone: Ints, face: Ints, rng: np.random.Generator) -> Floats:
    """Age shares of each cell: those of its quarter, drawn once for each block."""
    base = np.array([_AGES[z.kind] for z in plan.zones]) / 100.0
    block, member = np.unique(face, return_inverse=True)
    quarter = np.zeros(len(block), dtype=np.int64)
    quarter[member.reshape(-1)] = zone
    drawn = rng.standard_gamma(base[quarter] * _ALIKE)
    drawn /= drawn.sum(axis=1, keepdims=True)
    return np.asarray(drawn[member.reshape(-1)], dtype=np.float64)
