"""Proximity and completeness, by arithmetic on the toy town."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from yiju.access import completeness, inequality, proximity_time


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
