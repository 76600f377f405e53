"""Life tables: closed forms, the life expectancy that was asked for, and what is refused."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.errors import InputError
from yiju.supply.projection import ages, life_table
from yiju.supply.projection.ages import group_bands, members, split
from yiju.supply.projection.life_table import survival, table_with, years_lived


def test_a_constant_risk_is_a_geometric_series() -> None:
    # past the first year each age is lived for (1 - q / 2) years by (1 - q)^x of one newborn; their sum over all ages,
    # with the open one, is (1 - q / 2) / q, less what infants lack: (1 - 0.1) q instead of q / 2 in the first year
    q = 0.04
    lived = years_lived(np.full(50, q))
    assert lived.sum() == pytest.approx((1 - q / 2) / q - (0.9 * q - q / 2), rel=1e-12)
    by_age, newborn = survival(np.full(50, q))
    np.testing.assert_allclose(by_age[1:], 1 - q, rtol=1e-12)
    assert newborn == pytest.approx(1 - 0.9 * q)


def test_a_table_by_hand() -> None:
    # of 100 newborn 10 die as infants, half of the 90 at 1, all of the 45 at 2 within the year
    lived = years_lived([0.1, 0.5, 1.0])
    np.testing.assert_allclose(lived, [1 - 0.9 * 0.1, 0.9 * 0.75, 0.45 * 0.5])
    by_age, newborn = survival([0.1, 0.5, 1.0])
    np.testing.assert_allclose(by_age, [0.675 / 0.91, 0.225 / 0.675, 0.0])
    assert newborn == pytest.approx(0.91)


@given(st.floats(40, 95), st.floats(0.0, 0.05))
def test_the_life_expectancy_comes_out(expectancy, infant) -> None:
    q = table_with(expectancy, infant=infant, gompertz=0.1, makeham=0.0002)
    assert years_lived(q).sum() == pytest.approx(expectancy, abs=1e-6)
    assert q[0] == infant
    assert (np.diff(q[1:]) >= 0).all()
    assert (survival(q)[0] <= 1).all()


def test_what_is_no_life_table_is_refused() -> None:
    with pytest.raises(InputError, match="no life table of this form has a life expectancy of 140 years"):
        table_with(140, infant=0.005, gompertz=0.1, makeham=0.0002)
    with pytest.raises(InputError, match="dying at 1 needs to lie between 0 and 1"):
        years_lived([0.1, 1.5, 1.0])
    with pytest.raises(InputError, match="over 0 in the open age"):
        years_lived([0.1, 0.5, 0.0])


# --------------------------------------------------------------------------------------------------- bands of ages

CUTS = st.lists(st.integers(1, 99), unique=True, max_size=12).map(sorted)


@given(CUTS)
def test_splitting_keeps_everybody_and_the_groups_of_the_check_up(cuts) -> None:
    from yiju.checkup.people import people_of
    from yiju.city.services import GROUPS

    edges = [0, *cuts]
    bands = [f"age_{low}_{high - 1}" for low, high in zip(edges, cuts, strict=False)] + [
        f"age_{edges[-1]}_plus"
    ]
    lived = years_lived(table_with(78.0, infant=0.005, gompertz=0.1, makeham=0.0002))
    counts = np.arange(1.0, len(bands) + 1)
    by_age = counts @ split(bands, lived)
    assert by_age.sum() == pytest.approx(counts.sum())
    for group in GROUPS.values():
        known = people_of(
            group, {b: np.array([c]) for b, c in zip(bands, counts, strict=True)}, counts.sum(keepdims=True)
        )
        if known is not None and group.ages is not None:
            low, high = group.ages
            assert by_age[low : min(high, 100) + 1].sum() == pytest.approx(known.people[0])


def test_inside_a_band_the_old_are_fewer() -> None:
    lived = years_lived(table_with(78.0, infant=0.005, gompertz=0.1, makeham=0.0002))
    by_age = np.array([0.0, 20.0, 0.0]) @ split(["age_0_59", "age_60_79", "age_80_plus"], lived)
    assert by_age[60:80].sum() == pytest.approx(20)
    assert by_age[60] / by_age[79] == pytest.approx(lived[60] / lived[79])


def test_bands_of_the_groups_hold_every_age_once() -> None:
    people = np.arange(101.0)
    bands = dict(zip(group_bands(), members(group_bands()) @ people, strict=True))
    assert bands["age_3_5"] == 3 + 4 + 5
    assert sum(bands.values()) == people.sum()


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        (["age_0_14", "age_20_plus"], "15 is in no band"),
        (["age_0_59", "age_50_plus"], "50 is in several bands"),
        (["age_0_99"], "100 is in no band"),
        ([], "0 is in no band"),
        (["young"], "needs to be written like age_60_79"),
    ],
)
def test_bands_that_do_not_hold_every_age_once_are_refused(bands, words) -> None:
    with pytest.raises(InputError, match=words):
        split(bands, np.ones(101))


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(life_table).failed == 0
    assert doctest.testmod(ages).failed == 0
