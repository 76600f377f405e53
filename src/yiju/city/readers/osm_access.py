"""Who may move along an OpenStreetMap way, and how fast: the rules, numbered, as a pure function of its tags.

Walking (both ways, at any hour)

==  ====================================================================================================
W1  The way is a street or path of a known class (``highway``); what is proposed, being built or gone is
    not.
W2  ``foot`` decides, where it is mapped: yes, designated, permissive, destination, customers, official
    open the way; no, private, use_sidepath, discouraged, permit and the like close it.
W3  Else ``access`` closes it: no, private, permit, military, forestry, agricultural, delivery. A class made
    for walking with ``access=no`` is closed too.
W4  Motorways, raceways, busways and motor roads (``motorroad=yes``) are closed. Cycle tracks and
    bridleways are closed: the right to walk there differs between countries and is mapped by ``foot``.
W5  A trunk road with a posted speed above 60 km/h is closed unless a pavement is mapped [our own rule].
W6  A road tunnel is closed unless a pavement is mapped; a footway, path or steps in a tunnel is open
    [our own rule].
W7  A road whose pavements are drawn as ways of their own (``sidewalk=separate``) is closed from tertiary
    upwards, so that one crosses where there is a crossing; a smaller street stays open.
W8  Indoor ways and corridors are closed unless W2 opens them: their hours are not known.
W9  Pavements, crossings and traffic islands drawn as ways, bridges, squares drawn as areas (along their
    edge), lifts and steps are open. Escalators are no stairs.
==  ====================================================================================================

Driving

==  ====================================================================================================
D1  The way is a road that motor vehicles use, from motorway to service road and living street.
D2  The most particular of ``motorcar``, ``motor_vehicle``, ``vehicle``, ``access`` decides; no, private,
    agricultural, forestry and the like close the way. ``emergency=yes`` opens it: the network serves fire
    brigades.
D3  ``oneway=yes`` closes the way against its drawn direction and ``-1`` along it; motorways and
    roundabouts are one-way unless ``oneway=no``. ``reversible`` is open neither way: one cannot rely on it.
D4  ``maxspeed`` in km/h or mph; the slower direction where both are mapped. Words (``none``,
    ``ES:urban``, ``walk``) give no posted speed, and neither does silence.
==  ====================================================================================================

Ways join only where they share a node: a bridge and the street below do not, whatever their ``layer``.

References
----------
https://wiki.openstreetmap.org/wiki/Key:access,
https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions,
https://wiki.openstreetmap.org/wiki/Key:motorroad, https://wiki.openstreetmap.org/wiki/Key:sidewalk,
https://wiki.openstreetmap.org/wiki/Key:oneway, https://wiki.openstreetmap.org/wiki/Key:maxspeed
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = Mapping[str, str]

MAIN_ROADS = frozenset(
    kind + link for kind in ("trunk", "primary", "secondary", "tertiary") for link in ("", "_link")
)
SMALL_ROADS = frozenset({"unclassified", "residential", "living_street", "service", "road"})
MOTORWAYS = frozenset({"motorway", "motorway_link"})
PATHS = frozenset({"footway", "pedestrian", "path", "steps", "track", "corridor", "elevator", "platform"})
BY_SIGN_ONLY = frozenset({"cycleway", "bridleway", "busway", "bus_guideway"})
KNOWN = MAIN_ROADS | SMALL_ROADS | MOTORWAYS | PATHS | BY_SIGN_ONLY
ROADS = MAIN_ROADS | SMALL_ROADS | MOTORWAYS

OPENS = frozenset({"yes", "designated", "permissive", "destination", "customers", "official"})
CLOSES = frozenset(
    {"no", "private", "permit", "military", "forestry", "agricultural", "delivery", "use_sidepath",
     "discouraged", "restricted", "emergency", "employees", "residents", "unknown"}
)  # fmt: skip
# Delivery is driving; a resident's car is a car.
CLOSES_CARS = CLOSES - {"delivery", "residents", "destination", "unknown"}
PAVEMENT = frozenset({"yes", "both", "left", "right"})
NO_TUNNEL = frozenset({"no", "building_passage", "avalanche_protector"})
# Above this posted speed nobody walks along a trunk road without a pavement. Our own proposal.
TRUNK_WALK_KMH = 60.0
# One mile in kilometres, by definition of the international mile.
KM_PER_MILE = 1.609344


@dataclass(frozen=True, slots=True)
class Passage:
    """What a way admits; ``drive_kmh`` is the posted speed, ``None`` where there is none."""

    street_class: str
    walk: bool
    drive_forward: bool
    drive_backward: bool
    drive_kmh: float | None
    stairs: bool
    bridge: bool
    tunnel: bool


def passage(tags: Tags) -> Passage | None:
    """Say what a way of these tags admits, or ``None`` where it admits neither walking nor driving.

    Examples
    --------
    >>> passage({"highway": "residential", "oneway": "yes", "maxspeed": "30"})
    Passage(street_class='residential', walk=True, drive_forward=True, drive_backward=False, drive_kmh=30.0,
            stairs=False, bridge=False, tunnel=False)
    >>> passage({"highway": "cycleway"}) is None, passage({"highway": "cycleway", "foot": "yes"}).walk
    (True, True)
    """
    kind = tags.get("highway", "")
    if kind not in KNOWN:  # W1
        return None
    kmh = posted_kmh(tags) if kind in ROADS else None
    walk = _walk(kind, tags, kmh)
    forward, backward = _drive(kind, tags)
    if not (walk or forward or backward):
        return None
    return Passage(
        street_class=kind,
        walk=walk,
        drive_forward=forward,
        drive_backward=backward,
        drive_kmh=kmh,
        stairs=kind == "steps" and tags.get("conveying", "no") == "no",  # W9
        bridge=tags.get("bridge", "no") != "no",
        tunnel=tags.get("tunnel", "no") not in NO_TUNNEL,
    )


def blocks_walkers(tags: Tags) -> bool:
    """Say whether a barrier on a way (its node's tags) stops those who walk.

    Examples
    --------
    >>> blocks_walkers({"barrier": "gate", "access": "private"}), blocks_walkers({"barrier": "bollard"})
    (True, False)
    """
    if "barrier" not in tags:
        return False
    foot = tags.get("foot")
    if foot is not None:
        return foot in CLOSES
    if tags["barrier"] in ("wall", "fence", "hedge", "city_wall", "retaining_wall"):
        return True
    return tags.get("access") in CLOSES or tags.get("locked") == "yes"


def posted_kmh(tags: Tags) -> float | None:
    """Read the posted speed of a way in km/h (D4).

    Examples
    --------
    >>> posted_kmh({"maxspeed": "50"}), round(posted_kmh({"maxspeed": "30 mph"}), 1)
    (50.0, 48.3)
    >>> posted_kmh({"maxspeed": "none"}) is None
    True
    """
    given = [tags[k] for k in ("maxspeed", "maxspeed:forward", "maxspeed:backward") if k in tags]
    speeds = [speed for text in given if (speed := _kmh(text)) is not None]
    return min(speeds, default=None)


def _kmh(text: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", text.strip())
    if found is None or float(found[1]) == 0:
        return None
    return float(found[1]) * (KM_PER_MILE if found[2] == "mph" else 1.0)


def _walk(kind: str, tags: Tags, kmh: float | None) -> bool:
    foot = tags.get("foot")
    if foot in CLOSES or tags.get("motorroad") == "yes":  # W2, W4
        return False
    if foot in OPENS:  # W2
        return True
    if tags.get("access") in CLOSES or kind in MOTORWAYS or kind in BY_SIGN_ONLY:  # W3, W4
        return False
    if kind == "corridor" or tags.get("indoor") in ("yes", "corridor"):  # W8
        return False
    return kind in PATHS or _walk_on_road(kind, tags, kmh)


def _walk_on_road(kind: str, tags: Tags, kmh: float | None) -> bool:
    sides = [tags.get(key) for key in ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")]
    pavement = any(side in PAVEMENT for side in sides)
    if kind.startswith("trunk") and kmh is not None and kmh > TRUNK_WALK_KMH and not pavement:  # W5
        return False
    if tags.get("tunnel", "no") not in NO_TUNNEL and not pavement:  # W6
        return False
    return not (kind in MAIN_ROADS and "separate" in sides)  # W7


def _drive(kind: str, tags: Tags) -> tuple[bool, bool]:
    emergency = tags.get("emergency") in ("yes", "designated", "official")
    if kind not in ROADS and not emergency:  # D1
        return False, False
    rights = (tags.get(key) for key in ("motorcar", "motor_vehicle", "vehicle", "access"))
    decides = next((right for right in rights if right is not None), None)
    if decides in CLOSES_CARS and not emergency:  # D2
        return False, False
    oneway = tags.get("oneway")
    if oneway in ("reversible", "alternating"):  # D3
        return oneway == "alternating", oneway == "alternating"
    if oneway in ("-1", "reverse"):
        return False, True
    implied = kind == "motorway" or tags.get("junction") in ("roundabout", "circular")
    against = not (oneway in ("yes", "true", "1") or (implied and oneway != "no"))
    return True, against
