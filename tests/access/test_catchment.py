"""Floating catchments: by arithmetic on the toy town, and equal to PySAL's access."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from access import fca
from yiju.access import catchment, gravity, two_step_fca
from yiju.access.decay import weights_of
from yiju.errors import ContractError
from yiju.travel import PairsWithin
from yiju.travel.results import PER_UNIT


def pairs_of(cost: np.ndarray, limit: float) -> PairsWithin:
    """Pairs of a dense matrix in metres."""
    near = cost <= limit
    return PairsWithin(
        pd.RangeIndex(cost.shape[0]), pd.RangeIndex(cost.shape[1]), "metres", limit,
        np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64),
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


@st.composite
def small_markets(draw: st.DrawFn) -> tuple[PairsWithin, np.ndarray, np.ndarray]:
    """Pairs, places and people; facilities without places, homes without people or within reach of nothing."""
    homes, facilities = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    cost = draw(arrays(np.int64, (homes, facilities), elements=st.integers(0, 900))).astype(float)
    amounts = st.sampled_from([0.0, 0.0, 1.0, 7.5, 120.0])
    return (
        pairs_of(cost, 500.0),
        draw(arrays(float, facilities, elements=amounts)),
        draw(arrays(float, homes, elements=amounts)),
    )


DECAYS = [
    catchment.within_catchment(500),
    catchment.zones([100, 200, 500]),
    catchment.gaussian(500),
    catchment.exponential(300),
    catchment.power(2, nearest=10),
]


@given(small_markets(), st.sampled_from(DECAYS), st.sampled_from([two_step_fca, catchment.three_step_fca]))
def test_all_that_anyone_can_reach_is_shared_out(market: Any, decay: Any, share: Any) -> None:
    pairs, places, people = market
    found = share(pairs, places, people, decay=decay)
    reached = places[found.ratio.notna()].sum()
    assert np.dot(found.access, people) == pytest.approx(reached, rel=1e-9, abs=1e-9)
    assert (found.access >= 0).all()


@given(small_markets(), st.sampled_from(DECAYS), st.floats(0, 1))
def test_groups_that_travel_alike_share_as_one_people(market: Any, decay: Any, part: float) -> None:
    pairs, places, people = market
    groups = {"older": part * people, "others": people - part * people}
    for share in (two_step_fca, catchment.three_step_fca):
        one, several = share(pairs, places, people, decay=decay), share(pairs, places, groups, decay=decay)
        assert np.allclose(several.access["older"], one.access, rtol=1e-9)
        assert np.allclose(several.access["others"], one.access, rtol=1e-9)
        frame = pd.DataFrame(groups, index=pairs.origins)
        pd.testing.assert_frame_equal(share(pairs, places, frame, decay=decay).access, several.access)


def test_groups_that_travel_at_costs_of_their_own_share_the_same_places() -> None:
    # on foot only the first home reaches the clinic, by bicycle both
    on_foot = pairs_of(np.array([[400.0], [900.0]]), 500)
    by_bicycle = pairs_of(np.array([[100.0], [300.0]]), 500)
    found = two_step_fca(
        {"older": on_foot, "young": by_bicycle}, [60], {"older": [10, 30], "young": [20, 30]},
        decay=catchment.within_catchment(500),
    )  # fmt: skip
    assert found.ratio.tolist() == [60 / (10 + 20 + 30)]
    assert found.access["older"].tolist() == [1, 0]
    assert found.access["young"].tolist() == [1, 1]


def test_three_steps_by_hand() -> None:
    # the example of the docstring with weights 1 and 0.68: home 2 goes to A with 0.68 / 1.68, to B with 1 / 1.68
    cost = np.array([[200.0, 900.0], [400.0, 100.0]])
    found = catchment.three_step_fca(
        pairs_of(cost, 900), [40, 30], [100, 300], decay=catchment.zones([300, 600, 800])
    )
    to_a, to_b = 0.68 / 1.68, 1 / 1.68
    ratio = [40 / (100 + 300 * to_a * 0.68), 30 / (300 * to_b)]
    assert found.ratio.tolist() == pytest.approx(ratio, rel=1e-12)
    assert found.access.tolist() == pytest.approx(
        [ratio[0], to_a * 0.68 * ratio[0] + to_b * ratio[1]], rel=1e-12
    )


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of the oracle
def test_three_steps_equal_pysal_access() -> None:
    rng = np.random.default_rng(12)
    cost = np.rint(rng.uniform(0, 3000, (80, 25)) * PER_UNIT) / PER_UNIT
    supply, demand = rng.gamma(2, 30, 25), rng.gamma(2, 200, 80)
    decay = catchment.zones([300, 600, 1000])
    pairs = pairs_of(cost, 1000)
    theirs = fca.three_stage_fca(
        pd.DataFrame({"geoid": range(80), "demand": demand}).set_index("geoid"),
        pd.DataFrame({"geoid": range(25), "supply": supply}).set_index("geoid"),
        pairs.frame().rename(columns={"facility": "dest", "metres": "cost"}),
        max_cost=1000, demand_index=True, supply_index=True, weight_fn=lambda c: float(decay(np.array([c]))[0]),
    )  # fmt: skip
    ours = catchment.three_step_fca(pairs, supply, demand, decay=decay)
    assert np.abs(ours.access - theirs.reindex(range(80)).fillna(0)).max() < 1e-12


def test_places_and_people_that_are_not_known_ask_and_give_nothing_and_show_it() -> None:
    cost = np.array([[100.0, 100.0], [100.0, 100.0]])
    decay = catchment.within_catchment(500)
    found = two_step_fca(pairs_of(cost, 500), [10, np.nan], [10, np.nan], decay=decay)
    assert found.ratio.tolist()[0] == 1
    assert np.isnan(found.ratio[1])
    assert found.access.tolist() == [1, 1]
    nothing = two_step_fca(pairs_of(cost, 500), [0, 0], [0, 0], decay=decay)
    assert nothing.ratio.isna().all()
    assert nothing.access.tolist() == [0, 0]
    none_offered = catchment.three_step_fca(pairs_of(cost, 500), [0, 0], [5, 5], decay=decay)
    assert none_offered.ratio.tolist() == [0, 0]


@pytest.mark.parametrize("share", [two_step_fca, catchment.three_step_fca])
def test_what_would_be_a_silent_wrong_number_is_refused(share: Any) -> None:
    pairs = pairs_of(np.array([[100.0, 200.0], [300.0, 400.0]]), 500)
    decay = catchment.within_catchment(500)
    for supply, demand, words in (
        ([1, -1], [1, 1], "supply: needs numbers from 0 up, 1 were not, such as -1"),
        ([1, np.inf], [1, 1], "such as inf"),
        ([1, 1, 1], [1, 1], r"needs 2 numbers, was given the shape \(3,\)"),
        ([1, 1], [1, -3], "demand: needs numbers"),
        ([1, 1], {"older": [1, 1], "young": [1, -3]}, "demand of young"),
        (pd.Series([1, 1], index=[1, 0]), [1, 1], "needs the index of its rows"),
        ([1, 1], pd.DataFrame({"older": [1, 1]}, index=[5, 6]), "needs the index of its rows"),
        ([1, 1], {}, "one group at least"),
    ):
        with pytest.raises(ContractError, match=words):
            share(pairs, supply, demand, decay=decay)
    with pytest.raises(ValueError, match="the decay reaches to 600"):
        share(pairs, [1, 1], [1, 1], decay=catchment.zones([100, 600], (1, 0.5)))
    with pytest.raises(ValueError, match="numbers from 0 up"):
        share(pairs, [1, 1], [1, 1], decay=lambda cost: 1 - cost)
    with pytest.raises(ValueError, match="the same groups"):
        share({"older": pairs}, [1, 1], {"young": [1, 1]}, decay=decay)
    with pytest.raises(ValueError, match="other origins or facilities"):
        share(
            {"a": pairs, "b": pairs_of(np.array([[1.0]]), 500)},
            [1, 1],
            {"a": [1, 1], "b": [1, 1]},
            decay=decay,
        )


def test_weights_are_the_same_from_a_table_of_tenths_and_pair_by_pair() -> None:
    rng = np.random.default_rng(2)
    many, few = rng.integers(0, 50, (40, 40)).astype(float), rng.integers(0, 50, (2, 3)).astype(float)
    for cost in (many, few):
        pairs = pairs_of(cost, 50)
        for decay in (catchment.gaussian(50), catchment.exponential(7), catchment.power(1.5, nearest=2)):
            assert np.allclose(weights_of(pairs, decay), decay(pairs.cost), rtol=1e-15)


@given(small_markets(), st.sampled_from(DECAYS))
def test_kernels_are_their_formulas(market: Any, decay: Any) -> None:
    pairs, places, people = market
    weight = np.zeros((len(pairs.origins), len(pairs.facilities)))
    weight[pairs.origin, pairs.facility] = decay(pairs.cost)
    of_home = weight.sum(axis=1, keepdims=True)
    share = np.divide(weight, of_home, out=np.zeros_like(weight), where=of_home > 0)
    for found, f in (
        (two_step_fca(pairs, places, people, decay=decay), weight),
        (catchment.three_step_fca(pairs, places, people, decay=decay), share * weight),
    ):
        wanting = people @ f
        ratio = np.divide(places, wanting, out=np.full(len(places), np.nan), where=wanting > 0)
        assert np.allclose(found.ratio, ratio, rtol=1e-12, equal_nan=True)
        assert np.allclose(found.access, f @ np.nan_to_num(ratio), rtol=1e-12)
    assert np.allclose(gravity(pairs, places, decay=decay), weight @ places, rtol=1e-12)
