"""Floating catchments: by arithmetic on the toy town, and equal to PySAL's access."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from access import fca
from yiju.access import catchment, gravity, two_step_fca
from yiju.travel import PairsWithin
from yiju.travel.results import PER_UNIT


def pairs_of(cost: np.ndarray, limit: float) -> PairsWithin:
    """Pairs of a dense matrix in metres."""
    near = cost <= limit
    return PairsWithin(
        pd.RangeIndex(cost.shape[0]), pd.RangeIndex(cost.shape[1]), "metres", limit,
        np.concatenate([[0], np.cumsum(near.sum(axis=1))]),
        np.nonzero(near)[1].astype(np.int32), np.rint(cost[near] * PER_UNIT).astype(np.int32),
    )  # fmt: skip


def test_two_steps_by_hand() -> None:
    # two homes of 100 and 300 people; A (40 places) is near both, B (30 places) near the second only
    cost = np.array([[200.0, 900.0], [400.0, 100.0]])
    found = two_step_fca(pairs_of(cost, 500), [40, 30], [100, 300], decay=catchment.within_catchment(500))
    assert found.ratio.tolist() == [40 / 400, 30 / 300]
    assert found.access.tolist() == [0.1, 0.2]


def test_kindergarten_places_of_the_toy_town_in_closed_form(town: Any) -> None:
    wanted = town.of_service("kindergarten")
    places = np.array([360.0, 180.0])
    children = town.residents["age_3_5"].to_numpy()
    pairs = town.walk.within(town.homes, town.doors.of(wanted), 500)
    found = two_step_fca(pairs, places, children, decay=catchment.within_catchment(500))
    near = town.closed_form(wanted) <= 500
    ratio = places / (children[:, None] * near).sum(axis=0)
    assert np.allclose(found.ratio, ratio, rtol=1e-12)
    assert np.allclose(found.access, (near * ratio).sum(axis=1), rtol=1e-12)
    assert np.dot(found.access, children) == pytest.approx(places.sum())  # all that there is, is shared out


@pytest.mark.parametrize(
    ("name", "decay"),
    [
        ("2sfca", catchment.within_catchment(1000)),
        ("zones", catchment.zones([300, 600, 1000])),
        ("fast", catchment.zones([300, 600, 1000], catchment.LUO_QI_FAST)),
        ("gaussian", catchment.gaussian(1000)),
    ],
)
def test_equal_to_pysal_access(name: str, decay: catchment.Decay) -> None:
    rng = np.random.default_rng(11)
    cost = np.rint(rng.uniform(0, 3000, (80, 25)) * PER_UNIT) / PER_UNIT
    supply, demand = rng.gamma(2, 30, 25), rng.gamma(2, 200, 80)
    pairs = pairs_of(cost, 1000)
    ours = two_step_fca(pairs, supply, demand, decay=decay)
    table = pairs.frame().rename(columns={"facility": "dest", "metres": "cost"})
    theirs = fca.two_stage_fca(
        pd.DataFrame({"geoid": range(80), "demand": demand}).set_index("geoid"),
        pd.DataFrame({"geoid": range(25), "supply": supply}).set_index("geoid"),
        table, max_cost=1000, demand_index=True, supply_index=True,
        weight_fn=lambda c: float(decay(np.array([c]))[0]),
    )  # fmt: skip
    assert np.abs(ours.access - theirs.reindex(range(80)).fillna(0)).max() < 1e-12


def test_a_facility_that_nobody_can_reach_has_no_ratio_and_adds_nothing() -> None:
    cost = np.array([[100.0, 5000.0], [100.0, 100.0]])
    found = two_step_fca(pairs_of(cost, 500), [10, 10], [10, 0], decay=catchment.within_catchment(500))
    assert found.ratio[0] == 1
    assert np.isnan(found.ratio[1])
    assert found.access.tolist() == [1, 1]


def test_gravity_is_the_sum_of_discounted_places() -> None:
    cost = np.array([[0.0, 600.0], [1200.0, 600.0]])
    found = gravity(pairs_of(cost, 5000), [8, 4], decay=catchment.exponential(600))
    assert found.tolist() == [8 + 2, 2 + 2]


def test_zones_that_do_not_rise_or_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="limits need to rise"):
        catchment.zones([600, 300, 900])
    with pytest.raises(ValueError, match="as many as the weights"):
        catchment.zones([300, 600])


def test_sums_beyond_the_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs end at 500"):
        pairs_of(np.array([[100.0]]), 500).counts([1000])
