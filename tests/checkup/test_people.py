"""Groups from the bands that a source has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.checkup.people import people_of
from yiju.city.services import GROUPS


def _bands(*names: str) -> dict[str, np.ndarray]:
    return {name: np.array([100.0 + n]) for n, name in enumerate(names)}


def test_exact_bands_are_measured() -> None:
    found = people_of(GROUPS["age_60_plus"], _bands("age_60_79", "age_80_plus"), np.array([1000.0]))
    assert found is not None
    assert (found.people.tolist(), found.modelled) == ([201.0], False)


def test_a_band_that_reaches_beyond_is_split_by_years() -> None:
    # 6 to 11 of 5 to 14: six years of ten
    found = people_of(GROUPS["age_6_11"], {"age_5_14": np.array([50.0])}, np.array([1000.0]))
    assert found is not None
    assert (found.people.tolist(), found.modelled) == ([30.0], True)


@pytest.mark.parametrize(
    ("group", "bands"),
    [
        ("age_80_plus", ["age_60_plus"]),  # an open band cannot be split
        ("age_60_plus", ["age_60_79"]),  # the oldest are missing
        ("age_0_2", []),
        ("age_3_5", ["age_0_4"]),
    ],
)
def test_bands_that_do_not_tell_give_nothing(group: str, bands: list[str]) -> None:
    assert people_of(GROUPS[group], _bands(*bands), np.array([1000.0])) is None


def test_everybody_needs_no_bands() -> None:
    found = people_of(GROUPS["all"], {}, np.array([7.0, 3.0]))
    assert found is not None
    assert found.people.tolist() == [7.0, 3.0]


@given(st.lists(st.floats(0, 1e4), min_size=7, max_size=7))
def test_groups_of_one_partition_add_up(counts: list[float]) -> None:
    names = ["age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_79", "age_80_plus"]
    bands = {name: np.array([count]) for name, count in zip(names, counts, strict=True)}
    groups = ["age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_plus"]
    parts = [people_of(GROUPS[g], bands, np.array([0.0])) for g in groups]
    assert sum(float(p.people[0]) for p in parts if p is not None) == pytest.approx(sum(counts))


def test_an_unknown_count_in_a_band_is_nobody_known() -> None:
    found = people_of(GROUPS["age_0_2"], {"age_0_2": np.array([np.nan, 4.0])}, np.array([10.0, 10.0]))
    assert found is not None
    assert found.people.tolist() == [0.0, 4.0]
