"""Inequality among people: by hand, by definition, and equal to PySAL's inequality where weights are equal."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inequality.atkinson import Atkinson
from inequality.gini import Gini
from inequality.theil import Theil as PysalTheil
from inequality.theil import TheilD

from yiju.access.equity import measures
from yiju.access.inequality import (
    atkinson,
    concentration,
    gini,
    lorenz,
    palma,
    percentile_floor,
    theil,
)
from yiju.access.kernels.rising import rising_order
from yiju.access.ladder import STEPS, ladder
from yiju.errors import ContractError
from yiju.travel.results import PER_UNIT

VALUES = st.lists(st.floats(0.01, 1e4), min_size=2, max_size=30)
PEOPLE = st.floats(0.1, 1e4)
WEIGHTED = st.lists(st.tuples(st.floats(0, 1e4), PEOPLE), min_size=1, max_size=30)


@given(VALUES)
def test_equal_weights_equal_pysal(values: list[float]) -> None:
    x = np.array(values)
    assert gini(x) == pytest.approx(Gini(x).g, abs=1e-9)
    assert theil(x).total == pytest.approx(float(PysalTheil(x).T), abs=1e-9)
    for epsilon in (0.5, 1, 2):
        assert atkinson(x, epsilon=epsilon) == pytest.approx(float(Atkinson(x, epsilon).A), abs=1e-9)


@given(VALUES)
def test_parts_of_theil_equal_pysal(values: list[float]) -> None:
    x = np.array(values)
    group = np.arange(len(x)) % 3
    theirs, ours = TheilD(x, group), theil(x, group=group)
    assert ours.between == pytest.approx(float(np.squeeze(theirs.bg)), abs=1e-9)
    assert ours.within == pytest.approx(float(np.squeeze(theirs.wg)), abs=1e-9)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 5)), min_size=1, max_size=12))
def test_weights_are_the_same_as_repeating_people(cells: list[tuple[float, int]]) -> None:
    x, p = np.array([c[0] for c in cells]), np.array([c[1] for c in cells])
    each = np.repeat(x, p)
    assert gini(x, p) == pytest.approx(gini(each), abs=1e-9)
    assert theil(x, p).total == pytest.approx(theil(each).total, abs=1e-9)
    assert palma(x, p) == pytest.approx(palma(each), rel=1e-6)
    assert atkinson(x, p) == pytest.approx(atkinson(each), abs=1e-9)
    assert percentile_floor(x, p) == percentile_floor(each)
    assert concentration(x, -x, p) == pytest.approx(concentration(each, -each), abs=1e-9)


@given(WEIGHTED)
def test_gini_is_its_definition(cells: list[tuple[float, float]]) -> None:
    x, p = np.array(cells).T
    mean, people = np.average(x, weights=p), p.sum()
    if mean < 1e-9:
        return
    pairs = np.abs(x[:, None] - x[None, :]) * p[:, None] * p[None, :]
    assert gini(x, p) == pytest.approx(pairs.sum() / (2 * mean * people**2), abs=1e-9)


@given(WEIGHTED, st.floats(0.1, 50))
def test_all_are_between_their_bounds_and_know_no_unit(cells: list[tuple[float, float]], unit: float) -> None:
    x, p = np.array(cells).T
    for measure in (gini, atkinson):
        assert -1e-9 <= measure(x, p) <= 1 + 1e-9
        assert measure(x * unit, p) == pytest.approx(measure(x, p), abs=1e-6)
    parts = theil(x, p, group=np.arange(len(x)) % 2)
    assert parts.between >= -1e-9
    assert parts.total == pytest.approx(parts.between + parts.within)


def test_weighted_cases_by_hand() -> None:
    assert gini([1, 2, 3, 10]) == 0.4375  # standards.md 12: equal weights
    # 3 people with 1, 1 person with 5: mean 2; |1 - 5| twice over 3 x 1 pairs = 24; 24 / (2 x 2 x 16) = 0.375
    assert gini([1, 5], [3, 1]) == 0.375
    # T = 3/4 x 1/2 ln 1/2 + 1/4 x 5/2 ln 5/2
    assert theil([1, 5], [3, 1]).total == pytest.approx(0.375 * np.log(0.5) + 0.625 * np.log(2.5))
    # 90 people with 1, 10 with 9: the top tenth has 90, the bottom 40 have 40
    assert palma([1, 9], [90, 10]) == pytest.approx(90 / 40)
    # 50 with 0, 50 with 2, epsilon 0.5: ((0 + sqrt 2) / 2)^2 = 0.5 of a mean of 1
    assert atkinson([0, 2], [50, 50], epsilon=0.5) == pytest.approx(0.5)
    assert atkinson([0, 2], [50, 50], epsilon=1) == 1
    # two groups of 2: means 2 and 6 of mean 4
    parts = theil([2, 6, 2, 6], [1, 1, 1, 1], group=["a", "b", "a", "b"])
    assert parts.between == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert parts.within == pytest.approx(0, abs=1e-12)
    # the poor half has 3 each, the rich half 1: 2 (3 x 1/4 + 1 x 3/4) / 2 / 2 - 1
    assert concentration([3, 1], [10, 90], [50, 50]) == pytest.approx(-0.25)


def test_ranks_of_equals_are_shared() -> None:
    assert concentration([1, 2, 3, 10], trait=[7, 7, 7, 7]) == pytest.approx(0)


def test_lorenz_by_hand() -> None:
    curve = lorenz([5, 1], [1, 3])
    assert curve.people.tolist() == [0, 0.75, 1]
    assert curve.value.tolist() == [0, 3 / 8, 1]


@given(WEIGHTED)
def test_lorenz_is_convex_below_the_diagonal(cells: list[tuple[float, float]]) -> None:
    curve = lorenz(*np.array(cells).T)
    assert (curve.value <= curve.people + 1e-9).all()
    slope = np.diff(curve.value) / np.diff(curve.people)
    assert (np.diff(slope) >= -1e-6 * max(1.0, slope.max())).all()


def test_the_floor_is_what_all_but_a_tenth_have() -> None:
    assert percentile_floor(np.arange(10)) == 1  # one of ten has less
    assert percentile_floor([0, 5], [9, 91]) == 5
    assert percentile_floor([0, 5], [11, 89]) == 0
    assert percentile_floor([3, np.inf], [5, 95], share=0.2) == np.inf


def test_who_is_unknown_is_left_out_and_what_cannot_be_is_refused() -> None:
    assert gini([1, np.nan, 5, 9], [3, 7, 1, np.nan]) == 0.375
    for wrong in ([-1.0, 2.0], [np.inf, 2.0]):
        with pytest.raises(ValueError, match="finite and not negative"):
            gini(wrong)
    with pytest.raises(ValueError, match="same shape"):
        gini([1, 2], [1])
    with pytest.raises(ValueError, match="epsilon"):
        atkinson([1, 2], epsilon=0)


def test_nobody_has_no_inequality_and_nothing_is_shared_equally() -> None:
    for measure in (gini, palma, atkinson, percentile_floor):
        assert np.isnan(measure([], []))
    assert np.isnan(theil([], []).total)
    assert np.isnan(concentration([], []))
    assert gini([0, 0]) == atkinson([0, 0]) == theil([0, 0]).total == concentration([0, 0], [1, 2]) == 0
    assert palma([0] * 9 + [5]) == np.inf


@st.composite
def tables_of_values(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, np.ndarray], np.ndarray]:
    """Some columns of tenths, counts or anything, with unknown values; two groups; a trait with equals."""
    n = draw(st.integers(1, 12))
    kinds = {
        "tenths": st.integers(0, 30).map(lambda x: x / 10),
        "counts": st.integers(0, 5).map(float),
        "any": st.floats(0, 1e3) | st.just(float("nan")),
        "far": st.sampled_from([0.0, 1e6, 0.25]),
    }
    frame = pd.DataFrame({name: draw(st.lists(kind, min_size=n, max_size=n)) for name, kind in kinds.items()})
    number = st.lists(st.sampled_from([0.0, 1.0, 2.5, np.nan]), min_size=n, max_size=n)
    trait = draw(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=n, max_size=n))
    return frame, {"older": np.array(draw(number)), "others": np.array(draw(number))}, np.array(trait)


@given(tables_of_values())
def test_many_at_once_are_the_same_as_one_by_one(table: Any) -> None:
    frame, groups, trait = table
    found = measures(frame, groups, trait=trait, epsilon=0.7)
    for (name, group), row in found.iterrows():
        x, p = frame[name].to_numpy(), groups[group]
        close = partial(pytest.approx, rel=1e-9, abs=1e-9, nan_ok=True)
        assert row["gini"] == close(gini(x, p))
        assert row["theil"] == close(theil(x, p).total)
        assert row["palma"] == close(palma(x, p))
        assert row["atkinson"] == close(atkinson(x, p, epsilon=0.7))
        assert row["concentration"] == close(concentration(x, trait, p))
        known = ~np.isnan(x) & (np.nan_to_num(p) > 0)
        assert row["people"] == p[known].sum()
        assert row["mean"] == close(np.average(x[known], weights=p[known]) if known.any() else np.nan)


def test_many_at_once_by_hand() -> None:
    # the weighted cases above, as columns
    people = pd.DataFrame({"a": [3.0, 1.0], "b": [90.0, 10.0]})
    found = measures(pd.DataFrame({"x": [1.0, 5.0], "y": [1.0, 9.0]}), people, trait=[1, 2])
    assert found.loc[("x", "a"), "gini"] == 0.375
    assert found.loc[("y", "b"), "palma"] == pytest.approx(90 / 40)
    assert found.loc[("x", "a"), "theil"] == pytest.approx(0.375 * np.log(0.5) + 0.625 * np.log(2.5))
    # ranked by itself, the concentration index is the Gini coefficient
    assert found.loc[("x", "a"), "concentration"] == pytest.approx(0.375)
    assert measures(pd.Series([1.0, 2, 3, 10], name="z")).loc["z", "gini"] == 0.4375


@pytest.mark.parametrize("kind", ["tenths", "any", "zeros"])
def test_many_values_are_sorted_by_their_bits_and_nothing_changes(kind: str) -> None:
    rng = np.random.default_rng(8)
    x = {
        "tenths": np.rint(rng.gamma(2, 300, 20_000) * 10) / 10,
        "any": np.concatenate([[0.0, -0.0, 1e-300, 5e-324, 1e300], rng.gamma(2, 1, 20_000)]),
        "zeros": np.zeros(20_000),
    }[kind]
    p = rng.integers(0, 4, len(x)).astype(float)
    rungs = ladder(x, p[np.newaxis])
    order = np.argsort(x, kind="stable")
    assert (np.diff(rungs.value) >= 0).all()
    assert rungs.people.sum() == p.sum()
    if kind == "any":
        assert np.array_equal(rungs.value, x[order])
        assert np.array_equal(rungs.people[0], p[order])
    plain = 1 - np.sum(np.diff(np.cumsum(p[order])) * (2 * np.cumsum((x * p)[order])[1:] - (x * p)[order][1:])) / (
        p.sum() * (x * p).sum() or 1
    )  # fmt: skip
    assert gini(x, p) == pytest.approx(plain if kind != "zeros" else 0, abs=1e-9)


def test_what_is_counted_are_the_tenths_of_costs() -> None:
    assert STEPS == PER_UNIT


def test_the_order_by_bits_is_the_order() -> None:
    rng = np.random.default_rng(4)
    for numbers in ([], [0.0], rng.uniform(0, 1, 1000), rng.integers(0, 3, 1000), [np.inf, 1.0, 0.0]):
        x = np.array(numbers, dtype=float)
        assert np.array_equal(rising_order(x.view(np.int64).copy()), np.argsort(x, kind="stable"))


def test_tables_that_cannot_be_measured_are_refused() -> None:
    frame = pd.DataFrame({"walk": [1.0, np.inf]})
    with pytest.raises(
        ContractError, match="values of walk: needs numbers from 0 up, 1 were not, such as inf"
    ):
        measures(frame)
    with pytest.raises(ContractError, match="people: needs the index"):
        measures(frame.fillna(1), pd.Series([1, 2], index=[5, 6]))
    with pytest.raises(ContractError, match="such as -1"):
        measures(pd.DataFrame({"x": [1.0, 2.0]}), [-1, 1])
    with pytest.raises(ValueError, match="the trait needs the shape"):
        measures(pd.DataFrame({"x": [1.0, 2.0]}), trait=[1])
    with pytest.raises(ValueError, match="epsilon"):
        measures(frame, epsilon=0)
