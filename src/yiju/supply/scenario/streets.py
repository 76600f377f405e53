"""A footbridge, a path, a crossing: the walking network with one more way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.errors import InputError
from yiju.supply.scenario.changes import Effect
from yiju.supply.scenario.checking import checked_number, on_street
from yiju.supply.scenario.city import ChangedCity
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.supply.scenario.changes import Link

# An end farther from every street than this is drawn at the wrong place: half the width of a road of 80 m between its
# buildings, wider than nearly all. A proposal of ours.
LINK_END_M = 40.0


def linked(city: Context, change: Link) -> ChangedCity:
    """The city with a way on foot between two points on streets; see :meth:`yiju.travel.StreetNetwork.with_links`.

    Raises
    ------
    InputError
        An end lies outside the city or off the streets, both are the same, or the way is shorter than a straight one.
    """
    starts, stops = (on_street(city, at, LINK_END_M, end) for at, end in ((change.a, "a"), (change.b, "b")))
    network = city.reach.network
    feet = [
        shapely.line_interpolate_point(network.lines[access.edge], access.share, normalized=True)[0]
        for access in (starts, stops)
    ]
    straight_m = float(shapely.distance(*feet))
    length_m = checked_number(change.length_m, "length_m", Text("米", "metres"))
    if straight_m == 0.0:
        raise InputError(
            Text("连线两端落在街道的同一点上。", "both ends come to lie at the same point of a street."),
            field="b",
        )
    # half a decimetre is lost to rounding
    if length_m is not None and length_m < straight_m - 0.05:
        raise InputError(
            Text(
                f"两端直线距离为 {straight_m:,.1f} 米，连线不能短于此，实际为 {length_m:g} 米。",
                f"the ends are {straight_m:,.1f} m apart, and no way is shorter; was given {length_m:g} m.",
            ),
            field="length_m",
        )
    metres = straight_m if length_m is None else length_m
    changed = network.with_links(starts, stops, np.array([max(metres, math.ulp(1.0))]))
    return ChangedCity(city, Effect(streets=True), network=changed)
