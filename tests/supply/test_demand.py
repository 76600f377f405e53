"""Demand: who wants a service, each counted once, and what the norms ask for."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.api import City
from yiju.checkup.context import Context
from yiju.city.services import GROUPS, SERVICES, service
from yiju.city.toytown import toy_town
from yiju.errors import ContractError, InputError, UnknownName
from yiju.supply import demand as module
from yiju.supply.demand import demand, outermost

BANDS = {
    "age_0_2": [30.0, 0.0],
    "age_3_5": [36.0, 12.0],
    "age_6_11": [70.0, 20.0],
    "age_12_14": [33.0, 9.0],
    "age_15_59": [631.0, 259.0],
    "age_60_79": [160.0, 70.0],
    "age_80_plus": [40.0, 30.0],
}


def cells() -> pd.DataFrame:
    """Two cells of 1,000 and 400 people."""
    return pd.DataFrame(
        {"cell_id": ["a", "b"], "people": [1000.0, 400.0], "status": "measured", "community": ["x", "y"]}
        | BANDS
    )


@pytest.mark.parametrize(
    ("code", "total", "places", "floor_m2"),
    [
        # 4.5 places for every 1,000 residents
        ("childcare", [30, 0], [4.5, 1.8], None),
        # nine of ten children of 3 to 5
        ("kindergarten", [36, 12], [32.4, 10.8], None),
        # 60 and over: 200 and 100; 50 m2 for every 1,000 residents
        ("elder_day_care", [200, 100], None, [50, 20]),
        # for those of 80 and over, beds by those of 60 and over
        ("elder_home", [40, 30], [5, 2.5], None),
        ("nursing_bed", [200, 100], [2.75, 1.375], None),
        # a place for every child of 6 to 11
        ("primary_school", [70, 20], [70, 20], None),
        # two groups that lie apart add up
        ("playground", [106, 32], None, None),
        ("convenience", [1000, 400], None, None),
    ],
)
def test_golden_demand(code, total, places, floor_m2) -> None:
    # computed by hand from the table above and the norms of the catalogue
    wanted = demand(cells(), code)
    unknown = [np.nan, np.nan]
    assert wanted.cells.tolist() == ["a", "b"]
    assert wanted.total.tolist() == total
    np.testing.assert_allclose(wanted.places, places or unknown, rtol=1e-12)
    np.testing.assert_allclose(wanted.floor_area_m2, floor_m2 or unknown, rtol=1e-12)
    assert not wanted.modelled


def test_a_group_inside_another_is_counted_once() -> None:
    both = replace(service("senior_activity"), groups=("age_80_plus", "age_60_plus"))
    wanted = demand(cells(), both)
    assert wanted.people.to_numpy().tolist() == [[40, 200], [30, 100]]
    assert wanted.total.tolist() == [200, 100]


def test_groups_of_the_catalogue_lie_inside_one_another_or_apart() -> None:
    # on this the counting of each person once rests
    ages = [g.ages for g in GROUPS.values() if g.ages]
    for a in ages:
        for b in ages:
            apart = a[1] < b[0] or b[1] < a[0]
            nested = (a[0] <= b[0] and b[1] <= a[1]) or (b[0] <= a[0] and a[1] <= b[1])
            assert apart or nested


@given(st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, unique=True))
def test_outermost_groups_cover_every_age_once(groups) -> None:
    kept = outermost(groups)
    spans = [GROUPS[g].ages or (0, 120) for g in kept]
    for age in range(121):
        wanted = any(
            (GROUPS[g].ages or (0, 120))[0] <= age <= (GROUPS[g].ages or (0, 120))[1] for g in groups
        )
        assert sum(low <= age <= high for low, high in spans) == wanted


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(toy_town(tmp_path_factory.mktemp("town"), blocks=4))


@pytest.mark.parametrize("code", SERVICES)
def test_demand_is_what_the_check_up_counts(town: City, code: str) -> None:
    context = Context(town.folder, 2025)
    wanted = town.demand(code)
    for group in SERVICES[code].groups:
        assert wanted.people[group].tolist() == context.people(group).people.tolist()
    assert wanted.total.sum() <= context.people().people.sum() * (1 + 1e-12)


def test_bands_are_split_as_the_check_up_splits_them() -> None:
    five = pd.DataFrame({"people": [500.0], "age_0_4": [50.0], "age_5_9": [40.0]})
    wanted = demand(five, "kindergarten")
    # years 3 and 4 of 0 to 4, year 5 of 5 to 9
    assert wanted.total.tolist() == [50 * 2 / 5 + 40 / 5]
    assert wanted.modelled
    assert module.SPLIT in wanted.notes


def test_given_people_stand_in_for_the_bands() -> None:
    wanted = demand(cells(), "kindergarten", people={"age_3_5": [100, 0]})
    assert wanted.total.tolist() == [100, 0]
    assert wanted.places.tolist() == [90, 0]
    # a norm for all residents follows the people that are given for all
    assert demand(cells(), "childcare", people={"all": [2000, 0]}).places.tolist() == [9, 0]


def test_sums_by_place() -> None:
    of = demand(cells(), "elder_home").by(["x", None])
    assert of.index.tolist() == ["x"]
    assert of.loc["x", ["age_80_plus", "people", "places"]].tolist() == [40, 40, 5]
    assert np.isnan(of.loc["x", "floor_area_m2"])


def test_people_as_weights_have_no_norms() -> None:
    wanted = demand(cells(), "childcare", weights_only=True)
    assert wanted.total.tolist() == [30, 0]
    assert wanted.places.isna().all()
    assert module.WEIGHTS in wanted.notes


def test_provisional_norms_are_named() -> None:
    (note,) = demand(cells(), "elder_day_care").notes
    assert "50 m² for every 1,000 of all residents" in note.en
    assert "每千名全体居民 50 m²" in note.zh
    assert demand(cells(), "childcare").notes == ()


@pytest.mark.parametrize(
    ("change", "service_", "error", "words"),
    [
        ({}, "childcar", UnknownName, "Did you mean childcare"),
        ({"people": [1000.0, -1.0]}, "park", InputError, "row 2, field people.*at least 0, was -1"),
        ({"people": [np.nan, 1.0]}, "park", InputError, "row 1, field people"),
    ],
)
def test_bad_input_is_refused(change, service_, error, words) -> None:
    with pytest.raises(error, match=words):
        demand(cells().assign(**change), service_)


def test_ages_that_are_not_known_are_asked_for() -> None:
    with pytest.raises(InputError, match="Population by age is needed") as refusal:
        demand(cells()[["cell_id", "people"]], "kindergarten")
    assert "0–2岁" not in refusal.value.say("zh")
    assert "3–5岁" in refusal.value.say("zh")


def test_given_people_need_a_number_for_each_cell() -> None:
    with pytest.raises(ContractError, match="a number for each of 2 cells"):
        demand(cells(), "kindergarten", people={"age_3_5": [1.0]})
    with pytest.raises(InputError, match="field age_3_5"):
        demand(cells(), "kindergarten", people={"age_3_5": [1.0, -2.0]})


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(module).failed == 0
