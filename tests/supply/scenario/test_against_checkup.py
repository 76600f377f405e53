"""A scenario says what the check-up of a city would say whose tables were changed by hand: the same, to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from tests.supply.scenario.conftest import corner

from yiju.city.tables import ENTRANCES, FACILITIES
from yiju.supply.scenario.affected import affected

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.supply.scenario import Scenario

    Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]
    CheckUp = Callable[[dict[str, Any]], pd.DataFrame]

# The corner 7 blocks from the south-west lies in the north-eastern of four communities.
WITHIN_7_7 = {"community": "c-1-1", "subdistrict": "s-1", "district": "d-0"}


def _appended(frame: gpd.GeoDataFrame, row: dict[str, Any], at: tuple[float, float]) -> gpd.GeoDataFrame:
    one = gpd.GeoDataFrame([row], geometry=[Point(at)], crs=frame.crs)
    contract = FACILITIES if "service" in row else ENTRANCES
    return pd.concat([frame, contract.validate(one)], ignore_index=True)


def opened(facility: str, service: str, at: tuple[float, float], **more: Any) -> dict[str, Change]:
    row = {"facility_id": facility, "service": service, "source": "table", **WITHIN_7_7, **more}
    door = {"entrance_id": f"{facility}-e1", "facility_id": facility, "origin": "point"}
    return {
        "facilities": lambda frame: _appended(frame, row, at),
        "entrances": lambda frame: _appended(frame, door, at),
    }


def without(facility: str) -> Change:
    return lambda frame: frame[frame["facility_id"] != facility].reset_index(drop=True)


def put(column: str, facility: str, value: object) -> Change:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        whole = frame.copy()
        whole.loc[whole["facility_id"] == facility, column] = value
        return whole

    return change


def elsewhere(facility: str, at: tuple[float, float]) -> dict[str, Change]:
    def facilities(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        whole = frame.copy()
        mine = whole["facility_id"] == facility
        whole.loc[mine, "geometry"] = Point(at)
        for column, place in WITHIN_7_7.items():
            whole.loc[mine, column] = place
        return whole

    return {"facilities": facilities, "entrances": put("geometry", facility, Point(at))}


def doubled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = frame.copy()
    columns = ["people", *(c for c in frame.columns if c.startswith("age_"))]
    west = whole["subdistrict"] == "s-0"
    whole.loc[west, columns] = whole.loc[west, columns] * 2.0
    return whole


AT = corner(7, 7)
CASES: dict[str, tuple[Callable[[Scenario], Scenario], dict[str, Any]]] = {
    "a day care where there is none": (
        lambda s: s.add(service="elder_day_care", at=AT, capacity=40, floor_area_m2=400),
        opened("new-1", "elder_day_care", AT, capacity=40.0, floor_area_m2=400.0),
    ),
    "no fire station": (
        lambda s: s.close("f-11"),
        {"facilities": without("f-11"), "entrances": without("f-11")},
    ),
    "no kindergarten in the north-east": (
        lambda s: s.close("f-01"),
        {"facilities": without("f-01"), "entrances": without("f-01")},
    ),
    "the only primary school moves": (lambda s: s.move("f-02", AT), elsewhere("f-02", AT)),
    "a larger kindergarten": (
        lambda s: s.enlarge("f-01", capacity=300, floor_area_m2=3000),
        {
            "facilities": lambda frame: put("floor_area_m2", "f-01", 3000.0)(
                put("capacity", "f-01", 300.0)(frame)
            )
        },
    ),
    "another gate of the food market": (
        lambda s: s.gate("f-09", corner(4, 3.5)),
        {
            "entrances": lambda frame: _appended(
                frame,
                {"entrance_id": "f-09-e1", "facility_id": "f-09", "origin": "gate"},
                corner(4, 3.5),
            )
        },
    ),
    "twice as many people in the west": (lambda s: s.people(2.0, place="s-0"), {"residents": doubled}),
    "another threshold": (
        lambda s: s.standard("L02", threshold=95),
        {"city.toml": lambda text: text + "\n[thresholds]\nL02 = 95\n"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_worth_what_the_whole_check_up_says(case: str, now: Scenario, by_hand: CheckUp) -> None:
    change, hand = CASES[case]
    then = change(now)
    expected = by_hand(hand)
    pd.testing.assert_frame_equal(then.observations, expected, check_exact=True)
    # something did change, and nothing but what is said to be affected
    named = {i.id for i in affected(then.city.catalogue, then.effect)}
    stored = now.stored.observations
    differing = {
        name
        for name, rows in expected.groupby("indicator")
        if not rows.reset_index(drop=True).equals(stored[stored["indicator"] == name].reset_index(drop=True))
    }
    assert differing
    assert differing <= named | {"Z01"}


def test_changes_that_are_taken_back_leave_nothing_behind(now: Scenario) -> None:
    there_and_back = now.add(service="pharmacy", at=AT, facility_id="x").close("x")
    pd.testing.assert_frame_equal(there_and_back.observations, now.observations, check_exact=True)
    assert there_and_back.undo().undo() is now


def test_several_changes_are_worth_what_the_whole_check_up_says(now: Scenario, by_hand: CheckUp) -> None:
    then = (
        now.add(service="kindergarten", at=AT, capacity=90)
        .close("f-05")
        .people(2.0, place="s-0")
        .enlarge("new-1", capacity=120)
    )
    row = opened("new-1", "kindergarten", AT, capacity=120.0)
    expected = by_hand(
        {
            "facilities": lambda frame: row["facilities"](without("f-05")(frame)),
            "entrances": lambda frame: row["entrances"](without("f-05")(frame)),
            "residents": doubled,
        }
    )
    pd.testing.assert_frame_equal(then.observations, expected, check_exact=True)
