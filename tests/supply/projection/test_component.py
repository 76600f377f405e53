"""The cohort-component method: a year by hand, closed forms, and what must hold for any population."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yiju.errors import ContractError, InputError
from yiju.supply.projection import Levels, Rates, component, leslie, project, read_parameters


def levels(
    years: int = 1,
    k: int = 1,
    ages: int = 3,
    *,
    births: float = 1.0,
    arrivals: float = 0.0,
    arrival_rate: float = 0.0,
    departure_rate: float = 0.0,
) -> Levels:
    """The same in all years and communities; all ages move alike."""
    same = np.ones((years, k))
    return Levels(same * births, same * arrivals, same * arrival_rate, same * departure_rate, np.ones(ages))


def test_a_year_by_hand() -> None:
    # Three ages, 0, 1 and 2 and over. In each line: what happens, women; men.
    start = [[[10, 8, 4], [10, 6, 2]]]
    rates = Rates(
        survival=np.array([[0.9, 0.5, 0.5], [0.8, 0.5, 0.25]]),
        newborn=np.array([1.0, 0.8]),
        fertility=np.array([0.0, 0.5, 0.0]),
        sex_ratio=100.0,
    )
    course = project(start, rates, levels(births=2.0, arrivals=12.0, departure_rate=0.2))
    # 1. Half of the fifth who leave: a tenth of each. Half of the twelve who come: one of each sex and age.
    #    women 9 + 1, 7.2 + 1, 3.6 + 1 = 10, 8.2, 4.6; men 9 + 1, 5.4 + 1, 1.8 + 1 = 10, 6.4, 2.8
    # 2. Survivors: women 9, 4.1, 2.3; men 8, 3.2, 0.7. A year older: women 9 at 1, 4.1 + 2.3 = 6.4 at 2 and over;
    #    men 8 and 3.9. Deaths: women 1 + 4.1 + 2.3 = 7.4, men 2 + 3.2 + 2.1 = 7.3
    # 3. Births: 2 * 0.5 * (8.2 + 9) / 2 = 8.6, half of them girls: 4.3 girls and 0.8 * 4.3 = 3.44 boys live, 0.86 die
    # 4. A tenth leaves: women 3.87, 8.1, 5.76; men 3.096, 7.2, 3.51. One comes of each.
    np.testing.assert_allclose(course.people[1], [[[4.87, 9.1, 6.76], [4.096, 8.2, 4.51]]], rtol=1e-14)
    assert course.births[0, 0] == pytest.approx(8.6)
    assert course.deaths[0, 0] == pytest.approx(7.4 + 7.3 + 0.86)
    assert course.arrivals[0, 0] == pytest.approx(12.0)
    # a tenth of 40 at the beginning, a tenth of 19.7 women and 15.34 men at the end
    assert course.departures[0, 0] == pytest.approx(4.0 + 1.97 + 1.534)


def test_those_who_leave_follow_their_schedule_at_the_rate_that_was_given() -> None:
    # ten people of each age and sex; the young move three times as often: 60 * 0.1 = 6 leave, 3.6, 1.2 and 1.2 of them
    still = Rates(np.ones((2, 3)), np.ones(2), np.zeros(3))
    moving = Levels(*(np.full((1, 1), x) for x in (1.0, 0.0, 0.0, 0.1)), np.array([3.0, 1.0, 1.0]))
    gone, _ = component._movers(np.full((1, 2, 3), 10.0), moving, 0)
    assert (2 * gone[0, 0] * 20).round(12).tolist() == [3.6, 1.2, 1.2]
    assert (
        project(np.full((1, 2, 3), 10.0), still, moving).departures[0, 0] < 6.0
    )  # the second half from fewer


def test_pure_ageing() -> None:
    start = np.arange(2 * 2 * 101, dtype=float).reshape(2, 2, 101)
    still = Rates(np.ones((2, 101)), np.ones(2), np.zeros(101))
    after = project(start, still, levels(7, 2, 101)).people[7]
    assert (after[..., :7] == 0).all()
    assert (after[..., 7:100] == start[..., :93]).all()
    assert (after[..., 100] == start[..., 93:].sum(axis=-1)).all()


def test_women_of_a_closed_population_follow_the_matrix_of_leslie() -> None:
    rates = read_parameters().rates
    start = np.linspace(900, 10, 202).reshape(1, 2, 101)
    course = project(start, rates, levels(30, ages=101))
    women = start[0, 0]
    for year in range(30):
        women = leslie(rates) @ women
        np.testing.assert_allclose(course.people[year + 1, 0, 0], women, rtol=1e-12)


def test_it_grows_at_last_by_the_dominant_eigenvalue() -> None:
    rates = read_parameters().rates
    dominant = max(abs(np.linalg.eigvals(leslie(rates))))
    people = project(np.full((1, 2, 101), 100.0), rates, levels(600, ages=101)).people.sum(axis=(1, 2, 3))
    assert people[-1] / people[-2] == pytest.approx(dominant, rel=1e-9)
    assert dominant < 1  # 1.3 children a woman are too few


def test_at_replacement_a_population_rests() -> None:
    # fertility divided by the daughters of a woman: the dominant eigenvalue is 1 and its vector the years lived
    rates = read_parameters().rates
    alive = np.append(1.0, np.cumprod(rates.survival[0][:-1]))
    alive[-1] /= 1.0 - rates.survival[0][-1]
    daughters = leslie(rates)[0] @ alive
    resting = Rates(rates.survival, rates.newborn, rates.fertility / daughters, rates.sex_ratio)
    start = np.stack([alive, np.zeros(101)])[None]
    women = project(start, resting, levels(50, ages=101)).people[:, 0, 0]
    np.testing.assert_allclose(women, np.broadcast_to(alive, women.shape), rtol=1e-11)


SHARES = st.floats(0, 1)
PEOPLE = arrays(float, (3, 2, 4), elements=st.floats(0, 1e4))


@st.composite
def worlds(draw) -> tuple[np.ndarray, Rates, Levels]:
    def some(shape: tuple[int, ...], most: float) -> np.ndarray:
        return draw(arrays(float, shape, elements=st.floats(0, most)))

    rates = Rates(some((2, 4), 1), some((2,), 1), some((4,), 2), draw(st.floats(0, 200)))
    years = draw(st.integers(0, 4))
    one = (years, 3)
    # all move alike, so that no more than a third of an age leaves
    moving = Levels(some(one, 3), some(one, 500), some(one, 0.3), some(one, 0.3), np.ones(4))
    return draw(PEOPLE), rates, moving


@given(worlds())
def test_nobody_is_lost_and_nobody_comes_from_nowhere(world) -> None:
    start, rates, moving = world
    course = project(start, rates, moving)
    people = course.people.sum(axis=(2, 3))
    change = course.births - course.deaths + course.arrivals - course.departures
    np.testing.assert_allclose(people[1:], people[:-1] + change, rtol=1e-9, atol=1e-6)
    assert (course.people >= 0).all()
    assert (course.deaths >= -1e-9).all()


@given(worlds())
def test_communities_do_not_touch_each_other(world) -> None:
    start, rates, moving = world
    together = project(start, rates, moving).people
    for i in range(3):
        alone = Levels(
            moving.births[:, [i]], moving.arrivals[:, [i]], moving.arrival_rate[:, [i]],
            moving.departure_rate[:, [i]], moving.schedule,
        )  # fmt: skip
        np.testing.assert_allclose(project(start[[i]], rates, alone).people[:, 0], together[:, i], rtol=1e-12)


@given(worlds(), st.floats(0.1, 10))
def test_twice_the_people_and_arrivals_are_twice_the_people_later(world, times) -> None:
    start, rates, moving = world
    more = Levels(
        moving.births, moving.arrivals * times, moving.arrival_rate, moving.departure_rate, moving.schedule
    )
    np.testing.assert_allclose(
        project(start * times, rates, more).people,
        project(start, rates, moving).people * times,
        rtol=1e-9,
        atol=1e-9,
    )


def rates_with(**change: object) -> Rates:
    parts = {"survival": np.full((2, 3), 0.9), "newborn": np.ones(2), "fertility": np.zeros(3)}
    return Rates(**(parts | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"survival": np.full((2, 3), 1.2)}, "field survival: needs to lie between 0 and 1, was 1.2"),
        ({"newborn": np.array([1.0, -0.1])}, "field newborn: needs to lie between 0 and 1, was -0.1"),
        ({"fertility": np.array([0.0, -0.5, 0.0])}, "field fertility: needs to be at least 0, was -0.5"),
        ({"fertility": np.array([0.0, np.nan, 0.0])}, "field fertility: needs to be at least 0, was nan"),
        ({"sex_ratio": -105.0}, "field sex_ratio"),
    ],
)
def test_rates_that_cannot_be_are_refused(change, words) -> None:
    with pytest.raises(InputError, match=words):
        rates_with(**change)


def test_people_and_movements_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="field people: needs to be at least 0, was -1") as refusal:
        project([[[1, 2, -1], [0, 0, 0]]], rates_with(), levels())
    assert "应不小于 0" in refusal.value.say("zh")
    with pytest.raises(InputError, match="field departure_rate: needs to be at least 0"):
        levels(departure_rate=-0.1)
    with pytest.raises(InputError, match="in year 1 more people of 0 leave community 1 than"):
        project(np.ones((1, 2, 3)), rates_with(), levels(departure_rate=1.5))


@pytest.mark.parametrize(
    ("start", "change", "moving", "words"),
    [
        (np.ones((1, 3, 3)), {}, levels(), r"start needs the shape \(1, 2, 3\), was given \(1, 3, 3\)"),
        (np.ones((1, 2, 4)), {}, levels(), r"start needs the shape \(1, 2, 3\)"),
        (np.ones((1, 2, 3)), {"survival": np.ones((1, 3))}, levels(), "survival needs the shape"),
        (np.ones((2, 2, 3)), {}, levels(), r"births needs the shape \(1, 2\), was given \(1, 1\)"),
        (np.ones((1, 2, 3)), {}, levels(ages=4), "schedule needs the shape"),
        (3.0, {}, levels(), "start needs the shape"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(start, change, moving, words) -> None:
    with pytest.raises(ContractError, match=words):
        project(start, rates_with(**change), moving)


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(component).failed == 0
