"""What tags mean: the mapping is data, and the data are whole."""

from __future__ import annotations

import pytest

from yiju.city.osm_mapping import osm_mapping, split_values
from yiju.city.services import SERVICES


def offered(**tags: str) -> list[str]:
    return [code for code, _ in osm_mapping().services({k.replace("__", ":"): v for k, v in tags.items()})]


def test_at_least_forty_services_are_read_from_openstreetmap() -> None:
    mapped = {code for entry in osm_mapping().facility.entries for code in entry.means}
    assert len(mapped) >= 40
    assert mapped <= {code for code, service in SERVICES.items() if service.is_facility}
    # stops have a table of their own
    assert {"bus_stop", "rail_station"}.isdisjoint(mapped)


@pytest.mark.parametrize(
    ("tags", "services"),
    [
        ({"amenity": "kindergarten"}, ["kindergarten"]),
        ({"amenity": "kindergarten", "nursery": "only"}, ["childcare"]),
        ({"amenity": "kindergarten", "name": "阳光托育园"}, ["kindergarten", "childcare"]),
        ({"amenity": "school", "isced__level": "1"}, ["primary_school"]),
        ({"amenity": "school", "isced__level": "1;2"}, ["primary_school", "middle_school"]),
        ({"amenity": "school", "isced__level": "2-3"}, ["middle_school", "high_school"]),
        ({"amenity": "school", "name": "人民路小学"}, ["primary_school"]),
        ({"amenity": "school", "name": "第一中学"}, ["middle_school"]),
        ({"amenity": "school", "name": "外国语高级中学"}, ["high_school"]),
        ({"amenity": "school", "name": "滨江九年一贯制学校"}, ["primary_school", "middle_school"]),
        ({"amenity": "school", "name": "Ensino Fundamental X"}, ["primary_school", "middle_school"]),
        ({"amenity": "school", "name": "Colegio Norte"}, ["primary_school", "middle_school"]),
        ({"amenity": "school", "name": "Giros, Escuela de Baile"}, []),
        ({"amenity": "nursing_home"}, ["elder_home"]),
        (
            {"amenity": "social_facility", "social_facility": "day_care", "social_facility__for": "senior"},
            ["elder_day_care"],
        ),
        ({"amenity": "social_facility", "name": "磁溪社区日间照料中心"}, ["elder_day_care"]),
        ({"amenity": "social_facility", "social_facility": "shelter"}, []),
        ({"amenity": "clinic", "name": "磁溪社区卫生服务中心"}, ["health_station", "health_centre"]),
        ({"amenity": "clinic"}, ["health_station"]),
        ({"amenity": "hospital"}, ["hospital"]),
        ({"amenity": "marketplace"}, ["food_market"]),
        ({"shop": "greengrocer"}, ["food_market"]),
        ({"leisure": "pitch", "sport": "tennis;soccer"}, ["sports_ground", "football"]),
        ({"leisure": "pitch", "sport": "tennis"}, ["sports_ground"]),
        ({"leisure": "park"}, ["park", "car_free_place"]),
        ({"leisure": "park", "access": "private"}, []),
        ({"leisure": "garden"}, []),
        ({"leisure": "garden", "name": "人民花园"}, ["park"]),
        ({"leisure": "swimming_pool"}, []),
        ({"leisure": "swimming_pool", "access": "public"}, ["swimming"]),
        ({"amenity": "post_office"}, ["post"]),
        ({"amenity": "cafe", "disused": "yes"}, []),
        ({"disused:amenity": "cafe"}, []),
        ({"highway": "footway", "name": "滨江绿道"}, ["greenway"]),
        ({"highway": "footway"}, []),
        ({"office": "government", "name": "磁溪社区居委会"}, ["community_service_station"]),
        ({"amenity": "townhall", "name": "大溪沟街道办事处"}, ["street_service_centre"]),
    ],
)
def test_golden_tags(tags, services) -> None:
    assert offered(**tags) == services


def test_a_school_of_unknown_level_says_so() -> None:
    (code, entry), *_ = osm_mapping().services({"amenity": "school"})
    assert code == "primary_school"
    assert entry.note is not None


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ({"landuse": "residential"}, "residential"),
        ({"landuse": "retail"}, "commercial"),
        ({"landuse": "industrial"}, "industrial"),
        ({"amenity": "university"}, "public"),
        ({"amenity": "school", "building": "school"}, None),
        ({"natural": "wood"}, "green"),
        ({"amenity": "parking"}, "transport"),
        ({"landuse": "farmland"}, "other"),
        ({"shop": "mall"}, None),
    ],
)
def test_land_use(tags, use) -> None:
    assert osm_mapping().land.meaning(tags) == use


@pytest.mark.parametrize(
    ("tags", "mode"),
    [
        ({"highway": "bus_stop"}, "bus"),
        ({"public_transport": "platform", "bus": "yes"}, "bus"),
        ({"public_transport": "stop_position", "bus": "yes"}, None),
        ({"railway": "station"}, "rail"),
        ({"railway": "tram_stop"}, "rail"),
        ({"amenity": "ferry_terminal"}, "ferry"),
        ({"aerialway": "station"}, "other"),
    ],
)
def test_stops(tags, mode) -> None:
    assert osm_mapping().stop.meaning(tags) == mode


def test_values_are_split() -> None:
    assert split_values("a; b,c") == ("a", "b", "c")
    assert split_values("2012-05") == ("2012-05",)
