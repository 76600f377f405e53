"""L08, L18 and L19: how much of daily life is within a quarter of an hour, and how long the walks are.

A category (eating out, say) is met by any of its services. A category of which no facility is known at all
is left out, and named: an empty layer of OpenStreetMap is a gap in the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.checkup.blocks import Block, NotMeasurable, measured, worst
from yiju.checkup.indicator import NO_WORDS
from yiju.checkup.reach import METRES, Targets
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Category, Indicator, Variant

Floats = npt.NDArray[np.float64]

# With fewer of its categories in the data, completeness says nothing of daily life (a proposal of ours).
_LEAST_SHARE = 0.5
# A service that the table of stops holds, and its mode there.
_MODE_OF = {"bus_stop": "bus", "rail_station": "rail"}


@dataclass(frozen=True, eq=False)
class Daily:
    """A measure of daily life by home cell, with what it leaves out and how far it can be trusted."""

    value: Floats
    status: str
    reason: Text


@computes("L08", "L18")
def completeness(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Mean share of categories within reach, and the share of people who have them all."""
    for variant in indicator.variants:
        for group in indicator.groups:
            yield measured(
                partial(_completeness, city, indicator, variant, group), "network", variant.code, group
            )


@computes("L19")
def proximity_time(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Mean minutes to the nearest of each category."""
    for group in indicator.groups:
        yield measured(partial(_proximity, city, indicator, group), "network", "", group)


def completeness_by_cell(city: Context, indicator: Indicator, variant: Variant, group: str) -> Daily:
    """Share of categories within reach of each home cell, percent."""
    met, status, reason = _each_category(city, indicator)
    who = METRES if group == "all" else city.walker(group)
    limit = variant.radius_m if who == METRES else variant.minutes
    reached = np.array([city.reach.walk(targets, who) <= (limit or 0.0) for targets in met])
    return Daily(100.0 * reached.mean(axis=0), status, reason)


def minutes_by_cell(city: Context, indicator: Indicator, group: str) -> Daily:
    """Mean minutes on foot from each home cell to the nearest of each category, each capped.

    ``indicator`` is L19; its categories are those of L18.
    """
    met, status, reason = _each_category(city, city.catalogue.indicators["L18"])
    cap = float(indicator.parameters["cap_minutes"])
    walks = np.array([np.minimum(city.reach.walk(targets, city.walker(group)), cap) for targets in met])
    return Daily(walks.mean(axis=0), status, reason)


def _each_category(city: Context, indicator: Indicator) -> tuple[list[Targets], str, Text]:
    """What meets each category that has any facility; the status of the whole; which were left out."""
    met: list[Targets] = []
    missing: list[Category] = []
    states = ["measured"]
    modes_known = set(city.table("stops")["mode"])
    for category in indicator.categories:
        modes = tuple(_MODE_OF[s] for s in category.services if s in _MODE_OF)
        state = city.layers.state(category.services)
        if modes_known & set(modes):
            state = "measured"  # stops are honest from open data: class A
        if state == "empty":
            missing.append(category)
            continue
        met.append(Targets(category.services, modes))
        states.append(state)
    if len(met) < _LEAST_SHARE * len(indicator.categories):
        raise NotMeasurable(
            Text(
                f"{len(indicator.categories)} 类设施中只有 {len(met)} 类有数据，不足以判断。",
                f"needs facilities: the data have {len(met)} of {len(indicator.categories)} categories only.",
            )
        )
    if not missing:
        return met, worst(*states), NO_WORDS
    zh, en = "、".join(c.name.zh for c in missing), ", ".join(c.name.en for c in missing)
    return met, worst(*states), Text(f"未计入没有数据的类别：{zh}。", f"Left out for lack of data: {en}.")


def _completeness(city: Context, indicator: Indicator, variant: Variant, group: str) -> Block:
    cells = completeness_by_cell(city, indicator, variant, group)
    status = worst(cells.status, city.status(group))
    if variant.code == "all":
        return city.coverage_of_people(
            indicator.id,
            cells.value >= 100.0,
            variant=variant.code,
            group=group,
            status=status,
            reason=cells.reason,
        )
    return city.mean_of_people(
        indicator.id, cells.value, variant=variant.code, group=group, status=status, reason=cells.reason
    )


def _proximity(city: Context, indicator: Indicator, group: str) -> Block:
    cells = minutes_by_cell(city, indicator, group)
    status = worst(cells.status, city.status(group))
    return city.mean_of_people(
        indicator.id, cells.value, variant="", group=group, status=status, reason=cells.reason
    )
