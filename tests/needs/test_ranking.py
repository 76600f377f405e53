"""The order of the ledger is one rule, and each of its criteria pulls one way."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from yiju.needs.ranking import lacks_at_once, people_band, rank

YEAR = 2025
NEED = st.fixed_dictionaries(
    {
        "place_id": st.sampled_from(["c-1", "c-2"]),
        "service": st.sampled_from(["park", "kindergarten", "elder_day_care"]),
        "step": st.sampled_from(["none", "reach", "capacity", "quality"]),
        "service_class": st.sampled_from(["basic", "inclusive", "lifestyle"]),
        "deadline_class": st.sampled_from(["deadline", "best_effort"]),
        "people": st.one_of(st.none(), st.floats(0, 1e6)),
        "group": st.sampled_from(["all", "age_0_2", "age_15_59", "age_60_plus"]),
        "first_year": st.integers(2015, YEAR),
        "share": st.floats(0, 1),
        "status": st.sampled_from(["open", "closed"]),
    }
)


def _ranks(*needs: dict) -> list[int]:
    frame = pd.DataFrame([n | {"need_id": f"N-{i}"} for i, n in enumerate(needs)]).astype(
        {"people": "float64"}
    )
    return rank(frame, YEAR).tolist()


@given(st.lists(NEED, min_size=1, max_size=12))
def test_ranks_are_one_to_n(needs) -> None:
    assert sorted(_ranks(*needs)) == list(range(1, len(needs) + 1))


@given(NEED, st.sampled_from(["step", "deadline_class", "people", "group", "first_year", "share"]))
def test_for_the_worse_in_one_thing_ranks_before(need, what) -> None:
    mild = need | {
        "step": "reach",
        "service_class": "basic",
        "deadline_class": "best_effort",
        "people": 100.0,
        "group": "all",
        "first_year": YEAR,
        "share": 0.3,
    }
    worse = {
        "step": "none",
        "deadline_class": "deadline",
        "people": 100.5,
        "group": "age_60_plus",
        "first_year": YEAR - 1,
        "share": 0.4,
    }
    assert _ranks(mild, mild | {what: worse[what]}) == [2, 1]


def test_years_outweigh_a_few_people_and_not_many() -> None:
    young = {
        "place_id": "c-1",
        "service": "park",
        "step": "reach",
        "service_class": "basic",
        "deadline_class": "best_effort",
        "people": 1100.0,
        "group": "all",
        "first_year": YEAR,
        "share": 0.5,
        "status": "open",
    }
    old = young | {"people": 1000.0, "first_year": YEAR - 2}
    assert _ranks(young, old) == [2, 1]
    assert _ranks(young | {"people": 9000.0}, old) == [1, 2]


def test_a_missing_cafe_is_no_emergency() -> None:
    cafe = {
        "place_id": "c-1",
        "service": "cafe",
        "step": "none",
        "service_class": "lifestyle",
        "deadline_class": "best_effort",
        "people": 500.0,
        "group": "all",
        "first_year": YEAR,
        "share": 1.0,
        "status": "open",
    }
    school = cafe | {"step": "reach", "service_class": "basic", "people": 5000.0}
    assert _ranks(cafe, school) == [2, 1]


NOTHING = {
    "place_id": "c-1",
    "service": "park",
    "step": "none",
    "service_class": "basic",
    "deadline_class": "best_effort",
    "people": 500.0,
    "group": "all",
    "first_year": YEAR,
    "share": 1.0,
    "status": "open",
}


def test_who_is_left_out_of_most_comes_first() -> None:
    once = NOTHING | {"place_id": "c-2", "people": 9000.0, "deadline_class": "deadline"}
    twice = [NOTHING, NOTHING | {"service": "kindergarten", "group": "age_3_5", "people": 20.0}]
    assert _ranks(once, *twice) == [3, 1, 2]
    # the same two lacks, of people who have nothing in common, are one each
    apart = [NOTHING | {"group": "age_60_plus"}, NOTHING | {"service": "kindergarten", "group": "age_3_5"}]
    assert _ranks(once, *apart)[0] == 1


def test_what_is_closed_or_only_far_stacks_nothing() -> None:
    closed = NOTHING | {"service": "kindergarten", "status": "closed"}
    far = NOTHING | {"service": "primary_school", "step": "reach"}
    frame = pd.DataFrame([NOTHING, closed, far])
    assert lacks_at_once(frame).tolist()[0] == 1
    assert lacks_at_once(frame).tolist()[2] == 0


@given(st.lists(NEED, min_size=1, max_size=8), NEED)
def test_one_more_lack_never_lowers_the_count_of_another(needs, more) -> None:
    before = lacks_at_once(pd.DataFrame(needs))
    after = lacks_at_once(pd.DataFrame([*needs, more])).iloc[:-1]
    assert (after >= before).all()


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_bands_grow_with_people(a, b) -> None:
    low, high = people_band(np.array(sorted([a, b])))
    assert low <= high
    assert (high > low) or b < a * 3.17 or a < b * 3.17
