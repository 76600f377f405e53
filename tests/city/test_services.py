"""The service catalogue: complete, consistent, and with the numbers of the standards."""

from __future__ import annotations

import doctest

import pytest

from yiju.city import services
from yiju.city.classes import CLASSES
from yiju.city.services import GROUPS, SERVICES, UNITS, group, service, unit
from yiju.errors import UnknownName

# The codes that other rooms rely on.
# fmt: off
FACILITIES = [
    "kindergarten", "childcare", "primary_school", "middle_school", "high_school", "after_school",
    "elder_day_care", "elder_home", "nursing_bed", "community_canteen", "health_station", "health_centre", "hospital",
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


# ------------------------------------------------------------------------------- what is due, to whom, by which means


@pytest.mark.parametrize(
    ("code", "places", "floor_m2", "norm_group", "land_m2", "provisional"),
    [
        # “十四五”公共服务规划: 4.5 places for every 1,000 residents; pre-school enrolment over 90 %
        ("childcare", 4.5, None, "all", None, False),
        ("kindergarten", 900, None, None, 3500, False),
        # every child of school age has a place
        ("primary_school", 1000, None, None, None, True),
        ("middle_school", 1000, None, None, None, True),
        # Shanghai: 50 m2 for every 1,000 residents; beds for 2.5 to 3.5 % of the old; 55 % of the 25 are nursing beds
        ("elder_day_care", None, 50, "all", None, True),
        ("elder_home", 25, None, "age_60_plus", 3500, True),
        ("nursing_bed", 13.75, None, None, None, True),
        ("cultural_centre", None, None, None, 3000, False),  # GB 50180-2018 appendix C
    ],
)
def test_golden_norms(code, places, floor_m2, norm_group, land_m2, provisional) -> None:
    entry = service(code)
    given = (entry.places_per_1000, entry.floor_m2_per_1000, entry.norm_group, entry.land_area_m2)
    assert given == (places, floor_m2, norm_group, land_m2)
    number = next(
        n for n in ("places_per_1000", "floor_m2_per_1000", "land_area_m2") if n in entry.sources
        and (n != "land_area_m2" or places is floor_m2 is None)
    )  # fmt: skip
    assert entry.sources[number].provisional is provisional


@pytest.mark.parametrize("code", SERVICES)
def test_every_number_has_a_source_and_every_norm_a_group(code: str) -> None:
    entry = SERVICES[code]
    numbers = {n for n in services.NUMBERS if getattr(entry, n) not in (None, ())}
    assert set(entry.sources) == numbers
    assert set(entry.own_sources) <= numbers
    assert all(source.text for source in entry.sources.values())
    assert entry.norm_group is None or entry.norm_group in GROUPS
    for number in numbers - {"sizes"}:
        assert getattr(entry, number) > 0
    if entry.entitled is not None:
        assert entry.entitled.zh
        assert entry.entitled.en


def test_sizes_of_a_kindergarten_follow_each_other() -> None:
    # 建标175-2016: 6 classes of 30 for 3,001 to 6,000 people, 9 to 9,000, 12 to 12,000
    sizes = service("kindergarten").sizes
    assert [(s.people, s.places) for s in sizes] == [
        ((3001, 6000), 180), ((6001, 9000), 270), ((9001, 12000), 360),
    ]  # fmt: skip
    assert sizes[0].floor_area_m2 == 2193


def test_the_old_and_the_young_are_all_there() -> None:
    # what the plan for 一老一小 asks for
    old_and_young = (
        "elder_day_care nursing_bed community_canteen childcare kindergarten after_school health_station "
        "rehabilitation child_health playground senior_activity"
    )
    assert set(old_and_young.split()) <= set(SERVICES)
    assert len(SERVICES) >= 30


def test_every_class_says_whose_duty_it_is_and_how_it_is_answered() -> None:
    assert set(CLASSES) == {entry.service_class for entry in SERVICES.values()}
    for duty in CLASSES.values():
        words = [duty.name, duty.test, *(b.name for b in duty.bodies), *(b.role for b in duty.bodies)]
        words += [w for o in duty.options for w in (o.name, o.meaning)]
        assert all(word.zh and word.en for word in words)
        assert duty.source
        assert len({o.code for o in duty.options}) == len(duty.options) >= 2
    # “十四五”公共服务规划: basic is guaranteed, inclusive supported at a price that is held, lifestyle is the market's
    assert CLASSES["basic"].options[0].code == "guarantee"
    assert {"purchase", "partnership", "subsidy", "price_ceiling"} == {
        o.code for o in service("childcare").options
    }
    assert service("breakfast").options[0].code == "market"
    assert service("breakfast").bodies is CLASSES["lifestyle"].bodies
