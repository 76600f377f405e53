"""Duties and places, counted by hand in toy town.

The western subdistrict s-0 is the old town: 71 blocks of 250 people (the park's block is empty); s-1 has 72.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.checkup.catalogue import catalogue
from yiju.city.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

WEST, EAST = 71 * 250.0, 72 * 250.0


def test_duty_is_rounded_up_and_surplus_fills_no_gap_elsewhere(seen: Any) -> None:
    # 17,750 and 18,000 people ask for four kindergartens each; each has one
    row = seen.row("S01", method="official", variant="kindergarten-5000")
    assert (row["value"], row["numerator"], row["denominator"]) == (6.0, 2.0, 8.0)
    assert seen.value("S01", method="official", variant="kindergarten-5000", place="s-0") == 3.0
    # care for older people is in the west alone: 3 missing there, 4 in the east
    assert seen.value("S01", method="official", variant="elder_day_care-5000", place="s-1") == 4.0
    assert seen.value("S01", method="official", variant="elder_day_care-12000") == (2 - 1) + 2


def test_exactly_five_thousand_people_ask_for_one(small: Callable[..., CityFolder], measure: Any) -> None:
    # 15 blocks of 1,000/3 people are 5,000, but for the last digits of a float
    folder = small(blocks=4, communities=1, people_per_block=5000 / 15)
    row = measure(folder, "S01").row("S01", method="official", variant="kindergarten-5000")
    assert row["denominator"] == 1.0


def test_school_places_are_short_where_children_are_more(seen: Any) -> None:
    # the school of 1,500 places stands in the east: all 887.5 children of the west lack one
    row = seen.row("S03", method="table", variant="primary")
    assert row["value"] == pytest.approx(WEST * 0.05)
    assert seen.value("S03", method="table", variant="primary", place="s-1") == 0.0
    assert seen.value("B13", method="table") == row["value"]  # the base indicator is the same number


def test_places_per_child(seen: Any) -> None:
    which = {"method": "table", "variant": "kindergarten", "group": "age_3_5"}
    west = seen.row("S04", place="s-0", **which)
    assert west["value"] == pytest.approx(360 / (WEST * 0.03))
    assert (west["grade"], west["threshold"]) == ("missed", 0.9)
    assert seen.value("S04", place="s-1", **which) == pytest.approx(180 / (EAST * 0.04))
    assert len(seen.of("S04")[lambda o: (o["method"] == "table") & (o["level"] == "community")]) == 0


def test_floating_catchments_share_out_all_places(seen: Any, grid: Any) -> None:
    # every place of a kindergarten goes to the children within 500 m of it: sum over children = places
    row = seen.row("S04", method="network", variant="kindergarten", group="age_3_5")
    assert row["numerator"] == pytest.approx(360 + 180)
    children = grid.people("age_3_5")
    near = grid.walk_m((1, 1)) <= 500
    expected = 360 / children[near].sum()
    # in the south-west community only that kindergarten is within reach, of part of the homes
    inside = (grid.i < 6) & (grid.j < 6)
    share = children[near & inside].sum() / children[inside].sum()
    found = seen.value("S04", method="network", variant="kindergarten", group="age_3_5", place="c-0-0")
    assert found == pytest.approx(expected * share)


def test_unknown_capacity_is_not_a_shortage(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    facilities = folder.table("facilities")
    without = facilities["capacity"].mask(facilities["facility_id"] == "f-00")
    folder.write_table("facilities", facilities.assign(capacity=without))
    row = measure(folder, "S04").row("S04", method="table", variant="kindergarten", group="age_3_5")
    assert row["status"] == "screening"
    assert "1 of 2" in row["reason_en"]
    folder.write_table("facilities", facilities.assign(capacity=np.nan))
    rows = measure(folder, "S04")
    nothing = rows.row("S04", method="table", variant="kindergarten", group="age_3_5")
    assert nothing["status"] == "not measurable"
    assert "capacity" in nothing["reason_en"]


def test_old_and_young_under_one_roof(seen: Any) -> None:
    # the only day care stands beside a kindergarten; Wilson's interval of 1 of 1 begins at 0.207 (Wilson 1927)
    row = seen.row("S11", method="official")
    assert (row["value"], row["n"], row["high"]) == (100.0, 1.0, 100.0)
    assert row["low"] == pytest.approx(20.65, abs=0.01)


def test_people_as_weights_count_nothing(toy: CityFolder, measure: Any) -> None:
    weights = dataclasses.replace(toy, config=dataclasses.replace(toy.config, weights_only=True))
    seen = measure(weights, "S01", "S02", "S03", "S04", "F03", "G06", "L02")
    for indicator in ("S01", "S02", "S03", "S04", "F03", "G06"):
        rows = seen.of(indicator)
        assert (rows["status"] == "not measurable").all()
        assert rows["reason_en"].str.contains("not this city's own").all()
    coverage = seen.row("L02", method="network", variant="r500")
    assert coverage["status"] == "measured"
    assert np.isnan([coverage["n"], coverage["numerator"], coverage["denominator"]]).all()


def test_childcare_places_are_shared_by_small_children_and_counted_per_resident(
    small: Callable[..., CityFolder], measure: Any
) -> None:
    folder = _with_childcare(small(blocks=12, communities=2), capacity=60.0)
    seen = measure(folder, "S12", "L06")
    row = seen.row("S12", method="network", variant="childcare", group="age_0_2")
    # all places are within somebody's walk, and the norm is of all residents
    assert row["numerator"] == pytest.approx(60.0)
    assert row["denominator"] == pytest.approx(WEST + EAST)
    assert row["value"] == pytest.approx(60.0 / (WEST + EAST) * 1000)
    assert row["n"] < row["denominator"]
    parts = seen.of("S12")[lambda o: (o["variant"] == "childcare") & (o["level"] == "community")]
    assert parts["numerator"].sum() == pytest.approx(60.0)


def test_floor_area_of_elder_care_stands_where_the_table_gives_it(seen: Any) -> None:
    row = seen.row("S13", method="table", variant="elder_day_care", group="age_60_plus")
    floor_m2 = row["numerator"]
    assert floor_m2 > 0
    assert row["value"] == pytest.approx(floor_m2 / (WEST + EAST) * 1000)
    # the only one stands in the west
    east = seen.row("S13", method="table", variant="elder_day_care", group="age_60_plus", place="s-1")
    assert (east["value"], east["grade"], east["threshold"]) == (0.0, "missed", 50.0)


def test_unknown_floor_area_is_not_a_shortage(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    facilities = folder.table("facilities")
    folder.write_table("facilities", facilities.assign(floor_area_m2=np.nan))
    rows = measure(folder, "S13").of("S13")
    assert (rows["status"] == "not measurable").all()
    assert rows["reason_en"].str.contains("floor area").all()


@pytest.mark.parametrize(("indicator", "norm"), [("S12", "places_per_1000"), ("S13", "floor_m2_per_1000")])
def test_norms_are_those_of_the_service_catalogue(indicator: str, norm: str) -> None:
    entry = catalogue()[indicator]
    for variant in entry.variants:
        target = variant.target or entry.target
        assert target is not None
        assert target.value == getattr(SERVICES[variant.services[0]], norm)


def _with_childcare(folder: CityFolder, capacity: float) -> CityFolder:
    """The kindergartens look after small children too."""
    facilities = folder.table("facilities")
    nurseries = (
        facilities[facilities["service"] == "kindergarten"]
        .iloc[:1]
        .assign(service="childcare", capacity=capacity)
    )
    folder.write_table("facilities", pd.concat([facilities, nurseries], ignore_index=True))
    return folder
