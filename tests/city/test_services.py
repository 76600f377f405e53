"""The service catalogue: complete, consistent, and with the numbers of the standards."""

from __future__ import annotations

import doctest

import pytest

from yiju.city import services
from yiju.city.services import GROUPS, SERVICES, UNITS, group, service, unit
from yiju.errors import UnknownName

# The codes that other rooms rely on.
# fmt: off
FACILITIES = [
    "kindergarten", "childcare", "primary_school", "middle_school", "high_school", "after_school",
    "elder_day_care", "elder_home", "community_canteen", "health_station", "health_centre", "hospital",
    "pharmacy", "rehabilitation", "child_health", "food_market", "supermarket", "convenience",
    "breakfast", "restaurant", "cafe", "bakery", "hairdresser", "laundry", "repair", "parcel_point",
    "recycling", "bank", "post", "park", "playground", "sports_ground", "fitness_ground", "sports_hall",
    "swimming", "football", "cultural_centre", "cultural_station", "library", "museum", "theatre",
    "bookshop", "senior_activity", "community_service_station", "street_service_centre",
    "police_station", "fire_station", "shelter", "public_toilet", "bench", "drinking_water", "bus_stop",
    "rail_station", "ev_charging", "parking", "greenway", "car_free_place", "housekeeping",
]
# fmt: on
WITHOUT_PLACE = [
    "dry_street",
    "safe_stairwell",
    "safe_home",
    "warm_home",
    "footway",
    "street_network",
    "safe_slope",
    "complaint_handling",
]


def test_the_catalogue_holds_the_codes_that_others_rely_on() -> None:
    assert sorted(SERVICES) == sorted(FACILITIES + WITHOUT_PLACE)
    assert sorted(c for c, s in SERVICES.items() if not s.is_facility) == sorted(WITHOUT_PLACE)


@pytest.mark.parametrize("code", SERVICES)
def test_every_entry_is_whole(code: str) -> None:
    entry = SERVICES[code]
    assert entry.name.zh
    assert entry.name.en
    assert entry.source
    assert entry.service_class in services.CLASS_NAMES
    assert entry.instrument in services.INSTRUMENT_NAMES
    assert entry.field in {"", "幼育", "学教", "劳得", "病医", "老养", "住居", "弱扶", "优军", "文体"}
    assert set(entry.groups) <= set(GROUPS)
    assert entry.groups
    assert {entry.lead, *entry.joint} <= set(UNITS)
    assert entry.lead not in entry.joint
    if entry.relaxed_m is not None:
        assert entry.radius_m is not None
        assert entry.relaxed_m > entry.radius_m


def test_radius_and_minutes_belong_to_the_same_tier_of_gb_50180() -> None:
    # GB 50180-2018: 5 min = 300 m, 10 min = 500 m, 15 min = 800 to 1,000 m
    tiers = {5: (300, 300), 10: (500, 500), 15: (800, 1000)}
    for entry in SERVICES.values():
        if entry.minutes is not None and entry.radius_m is not None:
            low, high = tiers[int(entry.minutes)]
            assert low <= entry.radius_m <= high, entry.code


@pytest.mark.parametrize(
    ("code", "radius_m", "relaxed_m", "duty_people", "floor_area_m2", "provisional"),
    [
        # 城市体检工作手册（试行）2025, 指标10-13, 22, 24, 25; GB 50180-2018 附录C
        ("kindergarten", 300, 500, 5000, 2200, False),
        ("childcare", 300, 500, 5000, 200, True),
        ("elder_day_care", 300, 500, 5000, 350, False),
        ("primary_school", 500, None, None, None, False),
        ("middle_school", 1000, None, None, None, False),
        ("cultural_centre", 1000, None, None, 3000, False),
        ("health_station", 300, None, None, 120, True),
        ("health_centre", 1000, None, None, 1700, True),
        ("park", 300, 500, None, None, False),
        ("rail_station", 800, None, None, None, False),  # GB/T 51328-2018 9.3.3
        ("greenway", 1000, None, None, None, False),
    ],
)
def test_golden_numbers_of_the_standards(
    code, radius_m, relaxed_m, duty_people, floor_area_m2, provisional
) -> None:
    entry = service(code)
    given = (entry.radius_m, entry.relaxed_m, entry.duty_people, entry.floor_area_m2, entry.provisional)
    assert given == (radius_m, relaxed_m, duty_people, floor_area_m2, provisional)


def test_fire_brigades_drive() -> None:
    assert [s.code for s in SERVICES.values() if s.mode == "drive"] == ["fire_station"]


@pytest.mark.parametrize(
    ("lookup", "wrong", "near"),
    [
        (service, "kindergarden", "kindergarten"),
        (group, "age_60plus", "age_60_plus"),
        (unit, "civil_afairs", "civil_affairs"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest_ones(lookup, wrong, near) -> None:
    with pytest.raises(UnknownName, match="There is no") as refusal:
        lookup(wrong)
    assert near in refusal.value.near
    assert near in refusal.value.say("zh")


def test_the_catalogue_cannot_be_changed_in_passing() -> None:
    with pytest.raises(TypeError):
        SERVICES["kindergarten"] = SERVICES["park"]  # type: ignore[index]


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(services).failed == 0
