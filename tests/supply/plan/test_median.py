"""Least walking in all, against every choice of sites."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.supply.plan.conftest import CANDIDATES, people_of, walk_m

from yiju.supply.plan import Question, make_plan
from yiju.supply.siting import Infeasible

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder

OLD = ("age_60_79", "age_80_plus")


def walking(sites: set[str], *, existing: bool = True) -> float:
    """Person-metres of older people to the nearest day care."""
    walks = [walk_m(CANDIDATES[s][0]) for s in sites] + ([walk_m((3, 3))] if existing else [])
    return float((people_of(*OLD) * np.min(walks, axis=0)).sum())


def test_least_walking_beside_what_is_there(town: CityFolder) -> None:
    plan = make_plan(town, Question(("elder_day_care",), problem="median", sites=2))
    best = min(walking(set(some)) for some in combinations("ABCDE", 2))
    assert plan.about["objective"] == pytest.approx(best)
    assert plan.about["proof"] == "optimal"
    after = plan.served
    assert (after["people"] * after["walk_after_m"]).sum() == pytest.approx(best)
    assert plan.about["closed"] == []
    (point,) = plan.curve.to_dict("records")
    assert point["people_gained"] == plan.people_gained
    assert "km more in all" in plan.sites["why_en"].iloc[0]


def test_least_walking_where_what_is_there_may_move(town: CityFolder) -> None:
    plan = make_plan(
        town, Question(("elder_day_care",), problem="median", sites=1, keep_existing=False, name="moved")
    )
    best = min(
        *(walking(set(some), existing=False) for some in combinations("ABCDE", 2)),
        *(walking({one}) for one in "ABCDE"),
    )
    assert plan.about["objective"] == pytest.approx(best)
    after = plan.served
    assert (after["people"] * after["walk_after_m"]).sum() == pytest.approx(best)
    if plan.about["closed"]:
        assert len(plan.sites) == 2
        assert any("would no longer offer" in note["en"] for note in plan.about["notes"])


def test_more_sites_than_candidates_are_refused_by_their_number(town: CityFolder) -> None:
    with pytest.raises(Infeasible, match="Only 5 candidates") as refused:
        make_plan(town, Question(("elder_day_care",), problem="median", sites=6))
    assert refused.value.relaxed == 5.0
