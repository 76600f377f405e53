"""Toy town with a register of candidates, checked up: every walk and every count of people is known in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

from yiju.api import City
from yiju.city.toytown import AGES, ORIGIN_M, toy_town

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder

BLOCKS = 12
PEOPLE = 250.0
LIMIT_M = 500.0
# Corner, kind, floor, cost, services of each candidate; the day care that is there stands at corner (3, 3).
CANDIDATES = {
    "A": ((8, 6), "vacant", 700.0, None, None),
    "B": ((9, 9), "convertible", 700.0, None, None),
    "C": ((3, 9), "municipal", 700.0, None, "elder_day_care"),
    "D": ((9, 3), "land", 700.0, 1_000_000.0, None),
    "E": ((4, 4), "vacant", 700.0, None, None),
    "F": ((6, 8), "vacant", 120.0, None, None),  # too small for anything that is asked for here
}


def candidates_of(folder: CityFolder, chosen: dict[str, tuple] = CANDIDATES) -> gpd.GeoDataFrame:
    """The register as a contract table."""
    rows = [
        {
            "candidate_id": name,
            "name": f"候选{name}",
            "kind": kind,
            "floor_area_m2": floor,
            "cost_yuan": np.nan if cost is None else cost,
            "services": services,
            "community": None,
            "subdistrict": None,
            "district": None,
            "geometry": Point(ORIGIN_M[0] + 100.0 * k, ORIGIN_M[1] + 100.0 * m),
        }
        for name, ((k, m), kind, floor, cost, services) in chosen.items()
    ]
    return gpd.GeoDataFrame(rows, crs=folder.config.crs)


def town_at(path: Path, chosen: dict[str, tuple] = CANDIDATES) -> CityFolder:
    """Toy town with these candidates, checked up."""
    folder = toy_town(path, blocks=BLOCKS, people_per_block=PEOPLE)
    if chosen:
        folder.write_table("candidates", candidates_of(folder, chosen))
    City(folder).checkup()
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town with candidates A to F; plans may be written to it, tables may not."""
    return town_at(tmp_path_factory.mktemp("plan") / "town")


def homes() -> list[tuple[int, int]]:
    """Blocks where people live, in the order of the table: all but the park."""
    return [(i, j) for j in range(BLOCKS) for i in range(BLOCKS) if (i, j) != (BLOCKS // 4, 3 * BLOCKS // 4)]


def walk_m(corner: tuple[int, int]) -> np.ndarray:
    """Closed form 1 of toy town: metres from each home to a corner."""
    k, m = corner
    return np.array([10.0 + 100.0 * (abs(i + 0.5 - k) + abs(j - m)) for i, j in homes()])


def people_of(*bands: str) -> np.ndarray:
    """People of some bands in each home: the west is the old town."""
    old = np.array([i < BLOCKS / 2 for i, _ in homes()])
    return PEOPLE * sum(np.where(old, AGES[b][1], AGES[b][0]) for b in bands)
