"""Proximity and completeness, by arithmetic on the toy town."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from yiju.access import completeness, inequality, proximity_time
from yiju.access.proximity import by_group
from yiju.errors import ContractError


def test_proximity_is_the_mean_of_the_k_nearest_then_of_categories(town: Any) -> None:
    services = {"health_station": 2, "kindergarten": 2, "middle_school": 2}  # of the last there is only one
    nearest = {
        s: town.walk.nearest_k(town.homes, town.doors.of(town.of_service(s)), k) for s, k in services.items()
    }
    found = proximity_time(nearest)
    expected = {
        s: np.sort(town.closed_form(town.of_service(s)), axis=1)[:, :2].mean(axis=1) for s in services
    }
    for service, means in expected.items():
        assert np.allclose(found[service], means)
    assert np.allclose(found["all"], np.mean(list(expected.values()), axis=0))


def test_counts_within_limits_are_counts_of_closed_forms(town: Any) -> None:
    stations = town.of_service("health_station")
    pairs = town.walk.within(town.homes, town.doors.of(stations), 1000)
    walks = town.closed_form(stations)
    found = pairs.counts([300, 500, 1000])
    for limit in (300, 500, 1000):
        assert np.array_equal(found[limit], (walks <= limit).sum(axis=1))


def test_completeness_counts_categories(town: Any) -> None:
    services = ["kindergarten", "health_station", "food_market"]
    cost = pd.DataFrame(
        {s: town.walk.nearest(town.homes, town.doors.of(town.of_service(s)))["metres"] for s in services}
    )
    found = completeness(cost, limit=500)
    near = np.stack([town.closed_form(town.of_service(s)).min(axis=1) <= 500 for s in services], axis=1)
    assert np.array_equal(found["share"], near.mean(axis=1))
    assert np.array_equal(found["whole"], near.all(axis=1))


def test_gini_and_lorenz_of_facilities_within_reach_in_closed_form(open_town: Any) -> None:
    # within 500 m of the only middle school, at corner (9, 6): one facility for the near, none for the rest
    walk = open_town.closed_form(open_town.of_service("middle_school"))[:, 0]
    near = (walk <= 500).mean()
    doors = open_town.doors.of(open_town.of_service("middle_school"))
    counts = open_town.walk.within(open_town.homes, doors, 500).counts([500])[500]
    people = open_town.residents["people"]
    # of a value that a share p of people has and the rest has not, the Gini coefficient is 1 - p
    assert inequality.gini(counts, people) == pytest.approx(1 - near)
    curve = inequality.lorenz(counts, people)
    assert np.interp(1 - near, curve.people, curve.value) == pytest.approx(0, abs=1e-12)
    assert np.interp(1 - near / 2, curve.people, curve.value) == pytest.approx(0.5)


def test_nothing_to_be_near_to_is_an_error_and_no_facility_is_infinitely_far(open_town: Any) -> None:
    with pytest.raises(ValueError, match="at least one category"):
        proximity_time({})
    none = open_town.walk.nearest_k(open_town.homes, open_town.doors.of([]), 3)
    assert np.isinf(proximity_time({"nothing": none})["nothing"]).all()


def test_categories_of_other_homes_are_refused(open_town: Any) -> None:
    doors = open_town.doors.of(["f-00"])
    some = open_town.homes.of(open_town.homes.owners[:5])
    with pytest.raises(ValueError, match="origins of b differ"):
        proximity_time(
            {
                "a": open_town.walk.nearest_k(open_town.homes, doors, 1),
                "b": open_town.walk.nearest_k(some, doors, 1),
            }
        )


def test_many_categories_of_one_search_are_as_one_by_one(town: Any) -> None:
    services = {
        s: town.doors.of(town.of_service(s))
        for s in ("health_station", "kindergarten", "middle_school", "none")
    }
    found = proximity_time(town.walk.nearest_k_each(town.homes, services, 3))
    one_by_one = proximity_time(
        {s: town.walk.nearest_k(town.homes, doors, 3) for s, doors in services.items()}
    )
    assert np.isinf(found["none"]).all()
    pd.testing.assert_frame_equal(found, one_by_one, rtol=1e-12, check_column_type=False)


def test_limits_may_differ_by_category_and_costs_are_known_or_infinite() -> None:
    cost = pd.DataFrame({"care": [4.0, np.inf], "park": [17.0, 12.0]}, index=["a", "b"])
    found = completeness(cost, limit={"park": 17, "care": 3})
    assert found["share"].to_dict() == {"a": 0.5, "b": 0.5}
    assert not found["whole"].any()
    with pytest.raises(ValueError, match="1 costs of care are not known"):
        completeness(cost.replace(np.inf, np.nan), limit=15)
    with pytest.raises(ValueError, match="a limit for each"):
        completeness(cost, limit={"care": 3})
    with pytest.raises(ValueError, match="needs categories"):
        completeness(cost[[]], limit=15)


def test_groups_have_the_means_of_their_people(town: Any) -> None:
    services = ["kindergarten", "health_station", "food_market"]
    cost = town.walk.nearest_each(town.homes, {s: town.doors.of(town.of_service(s)) for s in services}).cost
    circle = completeness(cost, limit=500)
    people = town.residents[["people", "age_3_5"]]
    side = np.where(np.arange(len(people)) % 2 == 0, "even", "odd").astype(object)
    side[:3] = None
    found = by_group(circle, people, place=side)
    for place in ("even", "odd"):
        here = side == place
        for group in people.columns:
            row = found.loc[(place, group)]
            assert row["people"] == pytest.approx(people.loc[here, group].sum())
            assert row["share"] == pytest.approx(
                np.average(circle["share"][here], weights=people.loc[here, group])
            )
            assert row["whole"] == pytest.approx(
                np.average(circle["whole"][here], weights=people.loc[here, group])
            )
    whole = by_group(circle["share"], people["people"])
    assert whole.loc["all", "share"] == pytest.approx(np.average(circle["share"], weights=people["people"]))


def test_unknown_values_and_people_are_left_out_and_wrong_ones_refused() -> None:
    values = pd.Series([5.0, np.nan, np.inf, 1.0], name="minutes")
    found = by_group(values, {"near": [3, 5, 0, 1], "far": [0, 0, 2, np.nan], "none": [0, 0, 0, 0]})
    assert found["minutes"].tolist()[:2] == [4, np.inf]
    assert np.isnan(found.loc["none", "minutes"])
    assert found["people"].tolist() == [9, 2, 0]
    with pytest.raises(ContractError, match="people of near"):
        by_group(values, {"near": [-1, 0, 0, 0]})
