"""Q01 to Q05: how equally daily access is shared among people, and who is left behind.

Two quantities of each home cell are looked at: the share of daily categories within 15 minutes (more is
better) and the proximity time (less is better). A coverage that is 0 or 1 for each person is compared
between groups instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.access import inequality
from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio, worst
from yiju.checkup.indicators.coverage import rings, within_reach
from yiju.checkup.indicators.daily import Daily, completeness_by_cell, minutes_by_cell
from yiju.checkup.people import nobody_here
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

Floats = npt.NDArray[np.float64]
Measure = Callable[[Floats, Floats], float]


@computes("Q01", "Q02", "Q03", "Q05")
def inequality_of_access(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Gini, Theil, Palma or the floor, of completeness and of proximity time."""
    for variant in indicator.variants:
        yield measured(partial(_inequality, city, indicator, variant), "network", variant.code)


def _inequality(city: Context, indicator: Indicator, variant: Variant) -> Block:
    access = _access_by_cell(city, str(variant.parameters["of"]))
    people = city.people().people
    if variant.parameters.get("between"):
        return _between_communities(city, variant, access)
    return _at_places(city, indicator, variant, access, _measure(indicator.id, variant), people)


def _measure(indicator_id: str, variant: Variant) -> Measure:
    if indicator_id == "Q05" and variant.direction == "lower":
        return lambda x, p: -inequality.percentile_floor(-x, p)
    measures: dict[str, Measure] = {
        "Q01": inequality.gini,
        "Q02": lambda x, p: inequality.theil(x, p).total,
        "Q03": inequality.palma,
        "Q05": inequality.percentile_floor,
    }
    return measures[indicator_id]


def _access_by_cell(city: Context, other: str) -> Daily:
    indicator = city.catalogue.indicators[other]
    if other == "L19":
        return minutes_by_cell(city, indicator, "all")
    return completeness_by_cell(city, indicator, indicator.variants[0], "all")


def _at_places(
    city: Context, indicator: Indicator, variant: Variant, access: Daily, measure: Measure, people: Floats
) -> Block:
    values = np.full(len(city.places), np.nan)
    wanted = np.isin(city.places.level, indicator.levels_of(variant))
    for place in np.flatnonzero(wanted):
        mine = city.cell_within.members(int(place))
        if len(mine):
            value = measure(access.value[mine], people[mine])
            values[place] = value if np.isfinite(value) else np.nan
    return Block(
        "network",
        variant.code,
        value=values,
        n=None if city.weights_only else city.cell_within.sums(people),
        status=worst(access.status, city.status("all")),
        reason=access.reason,
        empty=Text(
            "此处没有居民，或可达量为零无法比较。",
            "nobody lives here, or nothing is within reach to compare.",
        ),
    )


def _between_communities(city: Context, variant: Variant, access: Daily) -> Block:
    people = city.people().people
    values = np.full(len(city.places), np.nan)
    for place in np.flatnonzero(np.isin(city.places.level, variant.levels)):
        mine = city.cell_within.members(int(place))
        if len(mine):
            values[place] = inequality.theil(
                access.value[mine], people[mine], city.cell_within.code[mine]
            ).between
    return Block(
        "network",
        variant.code,
        value=values,
        status=worst(access.status, city.status("all")),
        reason=access.reason,
    )


@computes("Q04")
def group_gap(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Coverage of each group over that of everybody, both in minutes, each at its own pace."""
    some = False
    for other in indicator.parameters["of"]:
        target = city.catalogue.indicators[other]
        variant = target.variants[0]
        for group in (g for g in target.groups if g != "all"):
            some = True
            name = f"{other}-{variant.code}"
            yield measured(partial(_group_gap, city, target, variant, group), "network", name, group)
    if not some:
        raise NotMeasurable(Text("没有分人群的指标。", "no indicator is given by group."))


def _group_gap(city: Context, target: Indicator, variant: Variant, group: str) -> Block:
    serving = rings(city, target, variant)
    mine, everybody = city.people(group).people, city.people().people
    theirs = _share(city, within_reach(city, serving, city.walker(group)), mine)
    all_of_them = _share(city, within_reach(city, serving, city.walker("all")), everybody)
    layer, note = city.layer_status(target, variant)
    return Block(
        "network",
        f"{target.id}-{variant.code}",
        group,
        value=ratio(theirs, all_of_them, per=1.0),
        n=None if city.weights_only else city.cell_within.sums(mine),
        status=worst(layer, city.status(group)),
        reason=note,
        empty=nobody_here(group),
    )


def _share(city: Context, covered: npt.NDArray[np.bool_], people: Floats) -> Floats:
    within = city.cell_within
    return ratio(within.sums(np.where(covered, people, 0.0)), within.sums(people), per=1.0)
