"""L01 to L17 and L21: who, and how much residential land, lies within reach of a service.

Two readings that are never mixed (standards.md section 0, rules 3 and 4)::

    official   sum of residential land within r of the facility, crow-fly, from the boundary of a site
               ------------------------------------------------------------------------------------
                                       sum of residential land

    network    sum of people whose walk to the nearest entrance is r metres or less
               ---------------------------------------------------------------------
                                          sum of people

For a group the network reading counts minutes at the group's own pace instead of metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio, worst
from yiju.checkup.layers import no_layer
from yiju.checkup.reach import METRES, Targets
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

Bools = npt.NDArray[np.bool_]

# Weekday 07-19, the window in which the table of headways counts departures by day.
_DAYTIME_HOURS = 12.0


@dataclass(frozen=True)
class Ring:
    """What serves, how far in metres, and how long a walk that is."""

    targets: Targets
    radius_m: float
    minutes: float


@computes(
    "L01", "L02", "L03", "L04", "L05", "L06", "L07", "L09", "L10", "L11", "L12", "L13", "L14", "L15", "L16",
    "L17", "L21"
)  # fmt: skip
def coverage(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Both readings of a coverage rate, by variant, the network reading by group."""
    for variant in indicator.variants:
        for method in indicator.methods_of(variant):
            if method == "official":
                yield measured(partial(_official, city, indicator, variant), method, variant.code)
                continue
            for group in indicator.groups:
                yield measured(
                    partial(_network, city, indicator, variant, group), method, variant.code, group
                )


def rings(city: Context, indicator: Indicator, variant: Variant) -> tuple[Ring, ...]:
    """What serves within which radius: one ring, a ring for each size of site, or one for each mode.

    Raises
    ------
    NotMeasurable
        Nothing of the kind is known.
    """
    services = variant.services or indicator.services
    given = variant.parameters
    if "headway_min" in given or "departures_per_hour" in given:
        targets = Targets(stops=_frequent_stops(city, variant))
        return (Ring(targets, _number(variant.radius_m), _number(variant.minutes)),)
    if "radius_m_of_mode" in given:
        _need_stops(city, indicator.stops)
        return tuple(
            Ring(Targets(modes=(mode,)), float(radius_m), float(given["minutes_of_mode"][mode]))
            for mode, radius_m in given["radius_m_of_mode"].items()
        )
    if indicator.stops:
        if not city.layers.rows(services).any():
            _need_stops(city, indicator.stops)
        return (
            Ring(Targets(services, indicator.stops), _number(variant.radius_m), _number(variant.minutes)),
        )
    if city.layers.state(services) == "empty":
        raise NotMeasurable(no_layer(services))
    if variant.tiers:
        ends = [t.area_m2 for t in variant.tiers[1:]] + [float("inf")]
        return tuple(
            # a site without a known area serves as the smallest do
            Ring(
                Targets(services, (), None, tier.area_m2, end, tier is variant.tiers[0]),
                tier.radius_m,
                tier.minutes,
            )
            for tier, end in zip(variant.tiers, ends, strict=True)
        )
    return (Ring(Targets(services), _number(variant.radius_m), _number(variant.minutes)),)


def within_reach(city: Context, serving: Sequence[Ring], who: str) -> Bools:
    """(cells,) whether any ring reaches the cell: in metres, or in minutes of a walker."""
    limits = [ring.radius_m if who == METRES else ring.minutes for ring in serving]
    reached = [
        city.reach.walk(ring.targets, who) <= limit for ring, limit in zip(serving, limits, strict=True)
    ]
    return np.asarray(np.logical_or.reduce(reached), dtype=bool)


def _network(city: Context, indicator: Indicator, variant: Variant, group: str) -> Block:
    who = METRES if group == "all" else city.walker(group)
    covered = within_reach(city, rings(city, indicator, variant), who)
    layer, note = city.layer_status(indicator, variant)
    status = worst(layer, city.status(group))
    return city.coverage_of_people(
        indicator.id, covered, variant=variant.code, group=group, status=status, reason=note
    )


def _official(city: Context, indicator: Indicator, variant: Variant) -> Block:
    serving = rings(city, indicator, variant)
    layer, note = city.layer_status(indicator, variant)
    if indicator.parameters.get("official_counts") == "people":
        covered = np.logical_or.reduce(
            [city.reach.crow_fly(ring.targets) <= ring.radius_m for ring in serving]
        )
        status = worst(layer, city.status("all"))
        return city.coverage_of_people(
            indicator.id, covered, method="official", variant=variant.code, status=status
        )
    covered_m2 = city.land_covered_m2([(ring.targets, ring.radius_m) for ring in serving])
    within = city.residential_within
    numerator, denominator = within.sums(covered_m2), within.sums(city.residential["area_m2"])
    return Block(
        "official",
        variant.code,
        value=np.minimum(ratio(numerator, denominator), 100.0),
        numerator=numerator,
        denominator=denominator,
        status=worst(layer, city.land_status),
        reason=note,
        empty=Text("此处没有居住用地。", "no residential land here."),
    )


def _need_stops(city: Context, modes: Sequence[str]) -> None:
    if not bool(city.table("stops")["mode"].isin(modes).any()):
        raise NotMeasurable(
            Text(
                "数据中没有此类站点（需要GTFS或OpenStreetMap）。",
                "no stop of this kind in the data (needs GTFS or OpenStreetMap).",
            )
        )


def _frequent_stops(city: Context, variant: Variant) -> tuple[str, ...]:
    headways = city.table("headways")
    by_day = headways[headways["period"] == "daytime"]
    if not len(by_day):
        raise NotMeasurable(Text("需要发车间隔（GTFS）。", "needs headways (GTFS)."))
    if "headway_min" in variant.parameters:
        frequent = by_day["headway_min"] <= float(variant.parameters["headway_min"])
    else:
        frequent = by_day["departures"] >= float(variant.parameters["departures_per_hour"]) * _DAYTIME_HOURS
    return tuple(by_day.loc[frequent.fillna(value=False), "stop_id"])


def _number(given: float | None) -> float:
    if given is None:
        msg = "a coverage variant needs radius_m and minutes in the catalogue"
        raise ValueError(msg)
    return given
