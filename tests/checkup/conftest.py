"""Toy town checked up once, and the closed forms that its answers are held to."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad

from yiju.checkup.context import Context
from yiju.checkup.rows import joined, rows_of
from yiju.checkup.run import run_checkup
from yiju.city.toytown import AGES, SETBACK_M, STREET_HALF_M, toy_town

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from yiju.city.folder import CityFolder

Floats = npt.NDArray[np.float64]

BLOCKS = 12
BLOCK_M = 100.0
PEOPLE = 250.0


@dataclass(frozen=True)
class Seen:
    """Observations, looked up by what they are of."""

    rows: pd.DataFrame

    def row(
        self, indicator: str, *, method: str, variant: str = "", place: str = "city", group: str = "all"
    ) -> pd.Series:
        o = self.rows
        same = (o["indicator"] == indicator) & (o["method"] == method) & (o["variant"] == variant)
        found = o[same & (o["place_id"] == place) & (o["group"] == group)]
        assert len(found) == 1, f"{len(found)} rows of {indicator} {method} {variant} {place} {group}"
        return found.iloc[0]

    def value(self, indicator: str, **which: str) -> float:
        return float(self.row(indicator, **which)["value"])

    def of(self, indicator: str) -> pd.DataFrame:
        return self.rows[self.rows["indicator"] == indicator]


class Grid:
    """What arithmetic knows about toy town; homes in the order of the table of residents."""

    def __init__(self, blocks: int = BLOCKS) -> None:
        self.blocks = blocks
        self.park = (blocks // 4, 3 * blocks // 4)
        self.homes = [(i, j) for j in range(blocks) for i in range(blocks) if (i, j) != self.park]
        self.i, self.j = (np.array(axis, dtype=float) for axis in zip(*self.homes, strict=True))
        self.old = self.i < blocks / 2

    def corner(self, quarter: int) -> int:
        return quarter * self.blocks // 4

    def people(self, *bands: str) -> Floats:
        """People of each home, of all ages or of some bands."""
        if not bands:
            return np.full(len(self.homes), PEOPLE)
        return PEOPLE * sum(np.where(self.old, AGES[b][1], AGES[b][0]) for b in bands)

    def walk_m(self, *quarters: tuple[int, int]) -> Floats:
        """Walk from each home to the nearest of some corners, given in quarters of the town."""
        return self.walk_to(*[(self.corner(x), self.corner(y)) for x, y in quarters])

    def walk_to(self, *corners: tuple[int, int]) -> Floats:
        walks = [
            SETBACK_M + BLOCK_M * (np.abs(self.i + 0.5 - k) + np.abs(self.j - line)) for k, line in corners
        ]
        return np.minimum.reduce(walks)

    def walk_to_park(self) -> Floats:
        """The gate is in the middle of the northern street of the park's block."""
        i, j = self.park
        along, up = np.abs(self.i - i), np.abs(self.j - (j + 1))
        around = np.where((along == 0) & (up > 0), 1.0, along)
        return SETBACK_M + BLOCK_M * (around + up)

    def share(self, covered: npt.NDArray[np.bool_], people: Floats) -> float:
        return float(100 * people[covered].sum() / people.sum())

    def land_within(
        self, centres: list[tuple[float, float]], radius_m: float, blocks: list[tuple[int, int]]
    ) -> float:
        """Land of blocks within a radius of points whose discs do not overlap on a block, m2."""
        return sum(
            max(_disc_and_square(x, y, radius_m, *self._square(b)) for x, y in centres) for b in blocks
        )

    def _square(self, block: tuple[int, int]) -> tuple[float, float, float, float]:
        west, south = block[0] * BLOCK_M + STREET_HALF_M, block[1] * BLOCK_M + STREET_HALF_M
        side = BLOCK_M - 2 * STREET_HALF_M
        return west, south, west + side, south + side


def _disc_and_square(
    x: float, y: float, r: float, west: float, south: float, east: float, north: float
) -> float:
    """Area common to a disc and a rectangle, by integrating the height of the disc inside it."""

    def height(at: float) -> float:
        half = math.sqrt(max(r * r - (at - x) ** 2, 0.0))
        return max(min(north, y + half) - max(south, y - half), 0.0)

    begin, end = max(west, x - r), min(east, x + r)
    if begin >= end or height(0.5 * (begin + end)) == height(begin) == height(end) == 0.0:
        return 0.0
    kinks = sorted(
        {begin, end}
        | {
            x + side * math.sqrt(r * r - (edge - y) ** 2)
            for edge in (south, north)
            if abs(edge - y) < r
            for side in (-1, 1)
        }
    )
    kinks = [k for k in kinks if begin <= k <= end]
    return sum(quad(height, a, b)[0] for a, b in itertools.pairwise(kinks) if b > a)


@pytest.fixture(scope="session")
def grid() -> Grid:
    return Grid()


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town on level ground."""
    return toy_town(tmp_path_factory.mktemp("toy"), blocks=BLOCKS, grade=0.0)


@pytest.fixture(scope="session")
def seen(toy: CityFolder) -> Seen:
    """Its check-up."""
    return Seen(run_checkup(toy).observations)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., CityFolder]:
    """Small toy towns to take things away from; each call makes one."""

    def make(**options: object) -> CityFolder:
        folder: Path = tmp_path_factory.mktemp("small")
        return toy_town(folder, **{"blocks": 4, "grade": 0.0, **options})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def look() -> type[Seen]:
    """Look into other observations."""
    return Seen


@pytest.fixture(scope="session")
def measure() -> Callable[..., Seen]:
    """Some indicators of a city, ungraded, without the rest of the check-up."""

    def some(folder: CityFolder, *indicators: str) -> Seen:
        city = Context(folder, folder.config.year)
        parts = [rows for i in indicators for rows in rows_of(city, city.catalogue.indicators[i])]
        return Seen(joined(parts))

    return some
