"""A toy town that was checked up, and the whole check-up of a town whose tables were changed by hand."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from yiju.api import City
from yiju.checkup.run import run_checkup
from yiju.city.folder import CityFolder
from yiju.city.toytown import ORIGIN_M, toy_town
from yiju.supply.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

BLOCKS = 8


def corner(i: float, j: float) -> tuple[float, float]:
    """The point i blocks east and j blocks north of the south-west corner."""
    return ORIGIN_M[0] + 100.0 * i, ORIGIN_M[1] + 100.0 * j


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town, checked up; not to be written to."""
    city = City(toy_town(tmp_path_factory.mktemp("town"), blocks=BLOCKS))
    city.checkup()
    return city.folder


@pytest.fixture(scope="session")
def now(town: CityFolder) -> Scenario:
    """The town as it was checked up."""
    return Scenario.of(town)


@pytest.fixture
def by_hand(
    town: CityFolder, tmp_path: Path
) -> Callable[[dict[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]], pd.DataFrame]:
    """Observations of a whole check-up of the town with tables that functions have changed."""

    def check_up(changed: dict[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]) -> pd.DataFrame:
        copy = tmp_path / "changed"
        shutil.copytree(town.path, copy, dirs_exist_ok=True)
        folder = CityFolder.open(copy)
        for name, change in changed.items():
            if name == "city.toml":
                file = copy / name
                file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
                folder = CityFolder.open(copy)
            else:
                folder.write_table(name, change(folder.table(name)))
        return run_checkup(folder).observations

    return check_up
