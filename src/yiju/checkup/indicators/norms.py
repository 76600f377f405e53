"""S12 and S13: places and floor area for every 1,000 people, against the norm of the service.

A norm speaks of people of one group (``Service.norm_group``: 4.5 childcare places for every 1,000 residents), the
service is used by another (children under 3): places are shared among those who use them, and counted against those
of whom the norm speaks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yiju.checkup.blocks import Block, measured, ratio, worst
from yiju.checkup.offered import offered_in, offered_on_foot
from yiju.checkup.people import nobody_here
from yiju.checkup.registry import computes
from yiju.city.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant
    from yiju.checkup.offered import Amount


@computes("S12")
def places_by_norm(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Places for every 1,000 people of the norm: within walking distance, and within the borders of the place."""
    yield from _by_norm(city, indicator, "capacity")


@computes("S13")
def floor_area_by_norm(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Floor area for every 1,000 people of the norm, in the same two readings."""
    yield from _by_norm(city, indicator, "floor_area_m2")


def _by_norm(city: Context, indicator: Indicator, amount: Amount) -> Iterable[Block]:
    city.need_counts()
    for variant in indicator.variants:
        group = str(variant.parameters["group"])
        for method in indicator.methods_of(variant):
            levels = indicator.levels_of(variant)
            if method == "table":  # it says where a place stands, not which community may have it
                levels = tuple(level for level in levels if level != "community")
            part = partial(_one, city, variant, group, method, amount, levels)
            yield measured(part, method, variant.code, group)


def _one(
    city: Context, variant: Variant, group: str, method: str, amount: Amount, levels: tuple[str, ...]
) -> Block:
    users = city.people(group).people
    norm_group = SERVICES[variant.services[0]].norm_group or group
    within = city.cell_within
    due_for = within.sums(city.people(norm_group).people)
    if method == "network":
        radius_m = float(variant.radius_m or 0.0)
        there, state, note = offered_on_foot(city, variant.services, users, radius_m, amount)
    else:
        there, state, note = offered_in(city, variant.services, amount)
    return Block(
        method,
        variant.code,
        group,
        value=ratio(there, due_for, per=1000.0),
        numerator=there,
        denominator=due_for,
        n=within.sums(users),
        status=worst(state, city.status(group), city.status(norm_group)),
        reason=note,
        empty=nobody_here(norm_group),
        levels=levels,
    )
