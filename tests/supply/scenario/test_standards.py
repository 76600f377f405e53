"""Another standard: the same walks, held against something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from yiju.checkup.catalogue import catalogue

if TYPE_CHECKING:
    import pandas as pd

    from yiju.supply.scenario import Scenario


def reading(rows: pd.DataFrame, indicator: str, group: str) -> pd.Series:
    mine = rows[
        (rows["indicator"] == indicator) & (rows["method"] == "network") & (rows["variant"] == "r500")
    ]
    return mine[(mine["place_id"] == "city") & (mine["group"] == group)].iloc[0]


def test_a_wider_radius_reaches_those_who_walk_as_far(now: Scenario) -> None:
    then = now.standard("L02", radius_m=800, variant="r500")
    people = now.city.people().people
    reached = people[(now.walk("primary_school") <= 800).to_numpy()].sum()
    row = reading(then.indicators(), "L02", "all")
    assert row["after"] == pytest.approx(100 * reached / people.sum())
    assert row["after"] > row["before"]


def test_minutes_go_with_the_radius(now: Scenario) -> None:
    group = "age_6_11"
    minutes = catalogue()["L02"].variant("r500").minutes or 0.0
    children = now.city.people(group).people
    walk_min = now.walk("primary_school", group).to_numpy() / 60
    for given, limit in ((None, minutes * 800 / 500), (minutes, minutes)):
        then = now.standard("L02", radius_m=800, minutes=given, variant="r500")
        row = reading(then.indicators(), "L02", group)
        assert row["after"] == pytest.approx(100 * children[walk_min <= limit].sum() / children.sum())


def test_a_threshold_changes_grades_and_no_value(now: Scenario) -> None:
    rows = now.standard("L02", threshold=100).indicators()
    mine = rows[rows["indicator"] == "L02"]
    assert np.array_equal(mine["before"], mine["after"], equal_nan=True)
    assert (mine["threshold"].dropna() == 100).all()
    assert (mine["grade_before"].fillna("") != mine["grade_after"].fillna("")).any()


def test_nothing_else_is_touched(now: Scenario) -> None:
    then = now.standard("L02", radius_m=800, variant="r500")
    kept = ~then.observations["indicator"].isin(then.indicators()["indicator"].unique())
    stored = now.observations[~now.observations["indicator"].isin(then.indicators()["indicator"].unique())]
    others = then.observations[kept & (then.observations["indicator"] != "Z01")]
    assert others.reset_index(drop=True).equals(stored[stored["indicator"] != "Z01"].reset_index(drop=True))
