"""S01 to S04 and S11: is there enough of it, counted against a duty or against the children of an age."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.access.intervals import wilson
from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio, worst
from yiju.checkup.offered import layer_state, offered_in, offered_on_foot
from yiju.checkup.people import nobody_here
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Counts of people are floats where they were spread by a model; a hair must not make one more facility due.
_DECIMALS = 6


@computes("S01")
def duty_gap(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Facilities due and not there."""
    city.need_counts()
    for variant in indicator.variants:
        yield measured(partial(_duty_gap, city, variant), "official", variant.code)


def _duty_gap(city: Context, variant: Variant) -> Block:
    state = layer_state(city, variant.services)
    people = city.cell_within.sums(city.people().people)
    there = _facilities_in(city, variant.services)
    due = np.ceil(np.round(people / float(variant.parameters["people_each"]), _DECIMALS))
    return Block(
        "official",
        variant.code,
        value=_summed_gap(city, due, there),
        numerator=there,
        denominator=_summed(city, due),
        n=people,
        status=worst(state, city.status("all")),
    )


@computes("S03")
def school_place_gap(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Children of the age beyond the places that the schools of the place offer."""
    city.need_counts()
    for variant in indicator.variants:
        yield measured(partial(_place_gap, city, variant), "table", variant.code)


def _place_gap(city: Context, variant: Variant) -> Block:
    group = str(variant.parameters["group"])
    children = city.cell_within.sums(city.people(group).people)
    places, state, note = offered_in(city, variant.services)
    return Block(
        "table",
        variant.code,
        value=_summed_gap(city, children, places),
        numerator=places,
        denominator=children,
        n=children,
        status=worst(state, city.status(group)),
        reason=note,
    )


@computes("S02")
def childcare_places(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Childcare places per 1,000 people."""
    city.need_counts()
    places, state, note = offered_in(city, indicator.services)
    people = city.cell_within.sums(city.people().people)
    yield Block(
        "table",
        value=ratio(places, people, per=1000.0),
        numerator=places,
        denominator=people,
        n=people,
        status=worst(state, city.status("all")),
        reason=note,
        empty=nobody_here("all"),
    )


@computes("S04")
def places_per_child(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Places per child of the age: within walking distance, and within the borders of the place."""
    city.need_counts()
    for variant in indicator.variants:
        group = str(variant.parameters["group"])
        yield measured(partial(_floating, city, variant, group), "network", variant.code, group)
        yield measured(partial(_by_place, city, variant, group), "table", variant.code, group)


def _floating(city: Context, variant: Variant, group: str) -> Block:
    children = city.people(group).people
    places, state, note = offered_on_foot(city, variant.services, children, float(variant.radius_m or 0.0))
    within = city.cell_within
    return Block(
        "network",
        variant.code,
        group,
        value=ratio(places, within.sums(children), per=1.0),
        numerator=places,
        denominator=within.sums(children),
        n=within.sums(children),
        status=worst(state, city.status(group)),
        reason=note,
        empty=nobody_here(group),
    )


def _by_place(city: Context, variant: Variant, group: str) -> Block:
    places, state, note = offered_in(city, variant.services)
    children = city.cell_within.sums(city.people(group).people)
    return Block(
        "table",
        variant.code,
        group,
        value=ratio(places, children, per=1.0),
        numerator=places,
        denominator=children,
        n=children,
        status=worst(state, city.status(group)),
        reason=note,
        empty=nobody_here(group),
        levels=("subdistrict", "district", "city"),
    )


@computes("S11")
def co_location(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Elder-care sites with a place for children nearby."""
    partners = tuple(indicator.parameters["partners"])
    state = worst(layer_state(city, indicator.services), layer_state(city, partners))
    frame = city.layers.frame
    sites = city.layers.rows(indicator.services) & city.facility_inside & ~_repeated(city, indicator.services)
    shapes, near = frame.geometry.to_numpy(), frame.geometry.to_numpy()[city.layers.rows(partners)]
    if not sites.any():
        raise NotMeasurable(Text("城市内没有养老服务设施。", "no elder-care site in the city."))
    paired = np.zeros(len(frame), dtype=bool)
    rows = np.flatnonzero(sites)
    if len(near):
        radius_m = float(indicator.variants[0].radius_m or 0.0)
        found, _ = shapely.STRtree(near).query(shapes[rows], predicate="dwithin", distance=radius_m)
        paired[rows[found]] = True
    within = city.facility_within
    numerator, denominator = within.counts(paired & sites), within.counts(sites)
    low, high = wilson(numerator, denominator)
    yield Block(
        "official",
        value=ratio(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        n=denominator,
        low=100 * low,
        high=100 * high,
        status=state,
        empty=Text("此处没有养老服务设施。", "no elder-care site here."),
    )


def _repeated(city: Context, services: Iterable[str]) -> Bools:
    """Rows of a facility that already stands in the table with another of the services."""
    rows = city.layers.rows(services)
    repeated = np.zeros(len(rows), dtype=bool)
    repeated[rows] = city.layers.frame.loc[rows, "facility_id"].duplicated().to_numpy(dtype=bool)
    return repeated


def _facilities_in(city: Context, services: Iterable[str]) -> Floats:
    """(places,) facilities that offer any of the services."""
    rows = city.layers.rows(services) & ~_repeated(city, services) & city.facility_inside
    return city.facility_within.counts(rows)


def _summed(city: Context, value: Floats) -> Floats:
    """Values of the lowest level at which a duty is counted, added up to the levels above."""
    places = city.places
    base = next(level for level in ("subdistrict", "district", "city") if len(places.at(level)))
    higher = np.isin(places.level, ("district", "city"))
    return np.where(higher, places.summed(value, base), value)


def _summed_gap(city: Context, due: Floats, there: Floats) -> Floats:
    """What is due and not there; higher up the sum of the parts: surplus fills no gap elsewhere."""
    return _summed(city, np.maximum(due - there, 0.0))
