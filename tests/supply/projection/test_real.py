"""Real bands of ages: the 250 m grid of greater Helsinki in 2015, ten years wide, with hidden numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yiju.supply.demand import demand
from yiju.supply.projection import Projection, project_cells

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

HIDDEN = 99  # a number that is not published
BANDS = {f"IKA{low}_{low + 9}": f"age_{low}_{low + 9}" for low in range(0, 80, 10)} | {
    "IKA_YLI80": "age_80_plus"
}


@pytest.fixture(scope="module")
def helsinki(data_dir: Path) -> pd.DataFrame:
    grid = gpd.read_file(data_dir / "city-helsinki" / "Vaestotietoruudukko_2015.shp")
    middle = grid.geometry.centroid
    # squares of 2 km in place of communities
    square = (middle.x // 2000).astype(int).astype(str) + "-" + (middle.y // 2000).astype(int).astype(str)
    cells = pd.DataFrame(grid.drop(columns="geometry")).rename(columns=BANDS | {"ASUKKAITA": "people"})
    ages = cells[list(BANDS.values())].astype(float).replace(HIDDEN, np.nan)
    return cells.assign(**ages, cell_id=cells["INDEX"].astype(str), community=square)


@pytest.fixture(scope="module")
def future(helsinki: pd.DataFrame) -> Projection:
    return project_cells(helsinki, year=2015, years=10)


def test_who_is_of_known_age_is_there_and_who_is_not_is_named(
    helsinki: pd.DataFrame, future: Projection
) -> None:
    known = float(np.nansum(helsinki[list(BANDS.values())]))
    assert future.population.loc[2015].sum() == pytest.approx(known)
    unknown = helsinki["people"].sum() - known
    assert unknown > 0
    assert any(f"{unknown:,.0f} people of unknown age" in note.en for note in future.notes)


@pytest.mark.parametrize(
    "code", ["childcare", "kindergarten", "primary_school", "elder_day_care", "elder_home"]
)
def test_this_year_is_what_the_check_up_would_count(
    helsinki: pd.DataFrame, future: Projection, code: str
) -> None:
    today, then = demand(helsinki, code), future.demand(code, 2015)
    np.testing.assert_allclose(then.total, today.total, rtol=1e-9, atol=1e-9)


def test_the_books_balance_and_cells_add_up(future: Projection) -> None:
    flows = future.balance().groupby("year").sum()
    change = flows["births"] - flows["deaths"] + flows["arrivals"] - flows["departures"]
    people = future.population.sum(axis=1)
    np.testing.assert_allclose(people.diff().iloc[1:], change, rtol=1e-9)
    assert future.cells_in(2025)["people"].sum() == pytest.approx(people.loc[2025])
    assert future.people_in(2025)["people"].sum() == pytest.approx(people.loc[2025])
