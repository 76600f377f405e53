"""From home cells to the demand of a later year, and back to the cells."""

from __future__ import annotations

import doctest
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from yiju.api import City
from yiju.city.services import GROUPS, SERVICES
from yiju.city.toytown import toy_town
from yiju.errors import ContractError, InputError, UnknownName
from yiju.supply import projection
from yiju.supply.projection import project_cells, result
from yiju.supply.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(toy_town(tmp_path_factory.mktemp("town"), blocks=4))


def cells(**change: object) -> pd.DataFrame:
    """Two cells in one community, one in another, one in none."""
    table = {
        "cell_id": ["a", "b", "c", "d"],
        "people": [100.0, 300.0, 50.0, 10.0],
        "community": ["x", "x", "y", None],
        "status": "measured",
        "age_0_4": [10.0, 0.0, 5.0, 1.0],
        "age_5_59": [60.0, 200.0, 40.0, 8.0],
        "age_60_plus": [30.0, 100.0, 5.0, 1.0],
    }
    return pd.DataFrame(table | change)


def test_the_door_is_narrow_and_every_name_is_there() -> None:
    assert len(projection.__all__) <= 12
    assert all(getattr(projection, name) is not None for name in projection.__all__)


@pytest.mark.parametrize("code", SERVICES)
def test_this_year_is_the_demand_of_today(town: City, code: str) -> None:
    today = town.demand(code)
    then = town.projection(years=1).demand(code, 2025)
    pd.testing.assert_series_equal(then.total, today.total, check_names=False)
    pd.testing.assert_series_equal(then.places, today.places, check_names=False)


def test_cells_add_up_to_their_communities(town: City) -> None:
    future = town.projection("high", years=12)
    at = future.cells_in(2037)
    sums = at.groupby("community")["people"].sum()
    pd.testing.assert_series_equal(
        sums, future.population.loc[2037].reindex(sums.index), check_names=False, rtol=1e-9
    )
    for code in ("childcare", "elder_home", "kindergarten", "park"):
        by_cell = future.demand(code, 2037).by(at["community"])
        by_place = future.demand_over_years(code).loc[2037].reindex(by_cell.index)
        pd.testing.assert_frame_equal(by_cell, by_place, check_names=False, rtol=1e-9)


def test_groups_are_sums_of_ages(town: City) -> None:
    future = town.projection(years=3)
    whole = future.table()
    assert len(whole) == 4 * len(future.communities) * 2 * 101
    for code in GROUPS:
        low, high = GROUPS[code].ages or (0, 120)
        mine = whole[(whole["age"] >= low) & (whole["age"] <= high)]
        sums = mine.pivot_table(index="year", columns="community", values="people", aggfunc="sum")
        pd.testing.assert_frame_equal(future.of(code)[sums.columns], sums, rtol=1e-9, check_names=False)


def test_the_books_balance(town: City) -> None:
    (town.folder.path / "projection.toml").write_text(
        "[migration]\nin_per_1000 = 8\nout_per_1000 = 12\n", encoding="utf-8"
    )
    try:
        future = town.projection("low", years=5)
    finally:
        (town.folder.path / "projection.toml").unlink()
    flows = future.balance()
    change = flows["births"] - flows["deaths"] + flows["arrivals"] - flows["departures"]
    people = future.population
    np.testing.assert_allclose(
        people.diff().iloc[1:].to_numpy(), change.unstack()[people.columns].to_numpy(), atol=1e-9
    )
    assert (flows["arrivals"] > 0).all()
    assert flows["departures"].sum() > flows["arrivals"].sum()


def test_children_follow_births_and_the_old_do_not() -> None:
    low, high = (project_cells(cells(), year=2025, years=5, scenario=s) for s in ("low", "high"))
    fewer = {
        s: project_cells(cells(), year=2025, years=5, scenario=s, parameters=births_only())
        for s in ("low", "high")
    }
    assert (low.of("age_0_2").loc[2030] < high.of("age_0_2").loc[2030]).all()
    # two and a half years of births at 0.75 and 1.25 are as 3 to 5
    ratio = fewer["low"].of("age_0_2").loc[2030] / fewer["high"].of("age_0_2").loc[2030]
    np.testing.assert_allclose(ratio, 0.75 / 1.25, rtol=1e-12)
    np.testing.assert_allclose(fewer["low"].of("age_60_plus"), fewer["high"].of("age_60_plus"), rtol=1e-12)


def births_only() -> projection.Parameters:
    """Scenarios in which nobody moves."""
    given = projection.read_parameters()
    still = {
        code: replace(o, moves=replace(o.moves, in_per_1000=(0.0,), out_per_1000=(0.0,)))
        for code, o in given.outlooks.items()
    }
    return replace(given, outlooks=still)


def test_a_cell_keeps_its_share_of_each_age() -> None:
    future = project_cells(cells(), year=2025, years=3)
    at = future.cells_in(2028).set_index("cell_id")
    # b has no children now and gets none; of the old it keeps 100 of 130
    assert at.loc["b", "age_0_2"] == 0
    assert at.loc["b", "age_60_79"] / at.loc[["a", "b"], "age_60_79"].sum() == pytest.approx(100 / 130)
    # d lies in no community and is projected all the same
    assert list(future.communities) == ["x", "y", ""]
    assert at.loc["d", "people"] == pytest.approx(future.population.loc[2028, ""])


def test_people_of_a_later_year_go_into_a_what_if(tmp_path: Path) -> None:
    town = City(toy_town(tmp_path, blocks=4))
    town.checkup()
    future = town.projection("low", years=10)
    people = future.people_in(2035)
    bands = [column for column in people if column.startswith("age_")]
    np.testing.assert_allclose(people["people"], people[bands].sum(axis=1))
    then = Scenario.of(town.folder).people(people)
    residents = then.city.table("residents").set_index("cell_id")
    assert residents.loc[people.index, "age_0_2"].tolist() == people["age_0_2"].tolist()
    assert people["people"].sum() == pytest.approx(future.population.loc[2035].sum())


def test_an_age_that_nobody_has_now_is_spread_like_everybody() -> None:
    childless = cells(age_0_4=[0.0] * 4)
    at = project_cells(childless, year=2025, years=1).cells_in(2026).set_index("cell_id")
    # newborn of x: 60 + 30 people in a, 300 in b
    assert at.loc["a", "age_0_2"] / at.loc["b", "age_0_2"] == pytest.approx(90 / 300)


def test_people_of_unknown_age_are_counted_and_left_out() -> None:
    unknown = cells(age_0_4=[np.nan, 0.0, 5.0, 1.0])
    future = project_cells(unknown, year=2025, years=1)
    assert any("10 people of unknown age are left out" in note.en for note in future.notes)
    assert future.population.loc[2025].sum() == pytest.approx(450)


def test_a_community_of_unknown_ages_can_still_be_moved_to() -> None:
    bands = ["age_0_4", "age_5_59", "age_60_plus"]
    unknown = cells(**{b: [1.0, 1.0, np.nan, 1.0] for b in bands})
    at = project_cells(unknown, year=2025, years=1, scenario="high").cells_in(2026)
    assert np.isfinite(at["people"]).all()
    assert at["people"].iloc[2] == 0


def test_people_as_weights_have_no_places() -> None:
    future = project_cells(cells(), year=2025, years=1, weights_only=True)
    assert future.demand_over_years("childcare")["places"].isna().all()
    assert future.demand("childcare", 2026).places.isna().all()


@pytest.mark.parametrize(
    ("change", "more", "error", "words"),
    [
        ({}, {"years": -1}, InputError, "field years: needs to be at least 0, was -1"),
        ({}, {"scenario": "best"}, UnknownName, "no scenario of population named 'best'"),
        ({"age_0_4": [-10.0, 0.0, 5.0, 1.0]}, {}, InputError, "needs to be at least 0, was -10"),
    ],
)
def test_bad_input_is_refused(change, more, error, words) -> None:
    with pytest.raises(error, match=words):
        project_cells(cells(**change), **({"year": 2025} | more))


def test_cells_need_bands_and_communities() -> None:
    with pytest.raises(InputError, match="needs bands that hold every age once: 0 is in no band"):
        project_cells(cells().drop(columns=["age_0_4"]), year=2025)
    with pytest.raises(ContractError, match="need a column community"):
        project_cells(cells().drop(columns=["community"]), year=2025)


def test_more_who_leave_than_live_there_are_refused_with_the_community(tmp_path: Path) -> None:
    (tmp_path / "projection.toml").write_text("[communities.y]\nout_per_1000 = 900\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"in year 1 more people of .* leave community y than live there"):
        project_cells(cells(), year=2025, parameters=projection.read_parameters(tmp_path))


def test_a_year_beyond_the_projection_is_refused() -> None:
    with pytest.raises(UnknownName, match="no year of the projection named '2040'"):
        project_cells(cells(), year=2025, years=2).demand("park", 2040)


def test_examples_in_the_docstrings_run(tmp_path: Path) -> None:
    assert doctest.testmod(result).failed == 0
