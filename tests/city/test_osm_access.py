"""The access rules of OpenStreetMap ways, one by one."""

from __future__ import annotations

import pytest

from yiju.city.readers.osm_access import blocks_walkers, passage, posted_kmh


def walks(**tags: str) -> bool:
    found = passage({key.replace("__", ":"): value for key, value in tags.items()})
    return found is not None and found.walk


def drives(**tags: str) -> tuple[bool, bool]:
    found = passage({key.replace("__", ":"): value for key, value in tags.items()})
    return (found.drive_forward, found.drive_backward) if found else (False, False)


@pytest.mark.parametrize(
    "kind", ["proposed", "construction", "abandoned", "razed", "via_ferrata", "raceway", ""]
)
def test_w1_what_is_not_there_is_no_street(kind) -> None:
    assert passage({"highway": kind}) is None
    assert passage({"railway": "rail"}) is None


@pytest.mark.parametrize(
    "kind",
    ["footway", "path", "pedestrian", "steps", "track", "elevator", "residential", "living_street", "service",
     "unclassified", "road", "tertiary", "secondary", "primary", "trunk"],
)  # fmt: skip
def test_w9_streets_and_paths_are_open(kind) -> None:
    assert walks(highway=kind)


@pytest.mark.parametrize("kind", ["motorway", "motorway_link", "cycleway", "bridleway", "busway"])
def test_w4_some_classes_are_open_only_by_sign(kind) -> None:
    assert not walks(highway=kind)
    assert walks(highway=kind, foot="designated")


def test_w2_foot_decides_before_access() -> None:
    assert walks(highway="service", access="private", foot="yes")
    assert not walks(highway="residential", foot="no")
    assert not walks(highway="primary", foot="use_sidepath")
    assert not walks(highway="footway", foot="private")
    assert walks(highway="path", access="no", foot="permissive")


@pytest.mark.parametrize(("access", "open_"), [
    ("yes", True), ("permissive", True), ("destination", True), ("customers", True), ("private", False),
    ("no", False), ("permit", False), ("military", False),
])  # fmt: skip
def test_w3_access(access, open_) -> None:
    assert walks(highway="service", access=access) is open_
    assert walks(highway="footway", access=access) is open_


def test_w4_motor_roads() -> None:
    assert not walks(highway="primary", motorroad="yes")


def test_w5_fast_trunk_roads_need_a_pavement() -> None:
    assert walks(highway="trunk", maxspeed="60")
    assert not walks(highway="trunk", maxspeed="80")
    assert not walks(highway="trunk_link", maxspeed="50 mph")
    assert walks(highway="trunk", maxspeed="80", sidewalk="right")
    assert walks(highway="primary", maxspeed="80")


def test_w6_road_tunnels_need_a_pavement() -> None:
    assert not walks(highway="secondary", tunnel="yes")
    assert walks(highway="secondary", tunnel="yes", sidewalk="both")
    assert walks(highway="secondary", tunnel="building_passage")
    assert walks(highway="footway", tunnel="yes")


def test_w7_one_walks_on_the_pavement_where_it_is_drawn() -> None:
    assert not walks(highway="secondary", sidewalk="separate")
    assert not walks(highway="primary", sidewalk__both="separate")
    assert walks(highway="residential", sidewalk="separate")
    assert walks(highway="footway", footway="sidewalk")
    assert walks(highway="footway", footway="crossing")


def test_w8_indoors_only_by_sign() -> None:
    assert not walks(highway="corridor")
    assert not walks(highway="footway", indoor="yes")
    assert walks(highway="footway", indoor="yes", foot="yes")


def test_w9_escalators_are_no_stairs() -> None:
    assert passage({"highway": "steps"}).stairs
    assert not passage({"highway": "steps", "conveying": "yes"}).stairs
    assert not passage({"highway": "footway"}).stairs


@pytest.mark.parametrize(
    "kind", ["motorway", "trunk_link", "primary", "residential", "service", "living_street"]
)
def test_d1_roads_are_driven(kind) -> None:
    assert drives(highway=kind)[0]


@pytest.mark.parametrize("kind", ["footway", "path", "pedestrian", "steps", "cycleway", "track"])
def test_d1_paths_are_not(kind) -> None:
    assert drives(highway=kind) == (False, False)
    assert drives(highway=kind, emergency="yes") == (True, True)


def test_d2_the_most_particular_right_decides() -> None:
    assert drives(highway="service", access="private") == (False, False)
    assert drives(highway="service", access="no", motor_vehicle="yes") == (True, True)
    assert drives(highway="service", motor_vehicle="no", motorcar="yes") == (True, True)
    assert drives(highway="residential", motor_vehicle="destination") == (True, True)
    assert drives(highway="residential", vehicle="no") == (False, False)


@pytest.mark.parametrize(("tags", "both"), [
    ({"oneway": "yes"}, (True, False)), ({"oneway": "1"}, (True, False)), ({"oneway": "-1"}, (False, True)),
    ({"oneway": "no"}, (True, True)), ({"junction": "roundabout"}, (True, False)),
    ({"oneway": "reversible"}, (False, False)), ({"oneway": "alternating"}, (True, True)),
    ({"junction": "roundabout", "oneway": "no"}, (True, True)),
])  # fmt: skip
def test_d3_oneway(tags, both) -> None:
    assert drives(highway="secondary", **tags) == both
    assert walks(highway="secondary", **tags)


def test_d3_motorways_are_oneway_unless_they_say_no() -> None:
    assert drives(highway="motorway") == (True, False)
    assert drives(highway="motorway", oneway="no") == (True, True)
    assert drives(highway="motorway_link") == (True, True)


@pytest.mark.parametrize(("tags", "kmh"), [
    ({"maxspeed": "50"}, 50.0), ({"maxspeed": "50 km/h"}, 50.0), ({"maxspeed": "20 mph"}, 32.18688),
    ({"maxspeed": "none"}, None), ({"maxspeed": "ES:urban"}, None), ({"maxspeed": "0"}, None), ({}, None),
    ({"maxspeed:forward": "50", "maxspeed:backward": "30"}, 30.0),
])  # fmt: skip
def test_d4_posted_speed(tags, kmh) -> None:
    assert posted_kmh(tags) == kmh


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False),
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "bollard", "access": "yes"}, False),
        ({"barrier": "wall"}, True),
        ({"highway": "crossing"}, False),
        ({"barrier": "lift_gate", "foot": "no"}, True),
    ],
)
def test_barriers_that_stop_walkers(tags, stops) -> None:
    assert blocks_walkers(tags) is stops
