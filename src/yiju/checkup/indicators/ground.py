"""R05 and R06: where water may stand and slopes may move. Screenings, never an official count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.checkup.blocks import Block, NotMeasurable, measured, ratio
from yiju.checkup.indicator import NO_WORDS
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator

Floats = npt.NDArray[np.float64]

# Requests about flooding are those about this service.
_FLOODING = "dry_street"


@computes("R05")
def waterlogging(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Share of the ground in hollows, and an order in which to look at communities."""
    hollows = _hollows(city, indicator)
    yield hollows
    yield measured(lambda: _order_to_look(city, hollows), "table", "rank")


def _hollows(city: Context, indicator: Indicator) -> Block:
    terrain = city.table("terrain")
    if not len(terrain):
        raise NotMeasurable(Text("需要数字高程模型。", "needs an elevation model."))
    deep = terrain["sink_depth_m"] >= float(indicator.parameters["hollow_depth_m"])
    fed = terrain["upstream_m2"] >= float(indicator.parameters["hollow_upstream_m2"])
    in_hollow = (deep & fed).to_numpy(dtype=bool)
    shapes = city.places.frame.geometry.to_numpy()
    # the few and large ask the many and small: a shape that asks is prepared once for all its answers
    place, cell = shapely.STRtree(terrain.geometry.to_numpy()).query(shapes, predicate="intersects")
    ground = np.bincount(place, minlength=len(shapes)).astype(np.float64)
    low = np.bincount(place, weights=in_hollow[cell], minlength=len(shapes)).astype(np.float64)
    return Block(
        "table",
        "hollows",
        value=ratio(low, ground),
        numerator=low,
        denominator=ground,
        n=ground,
        status="screening",
        empty=Text("此处没有高程数据。", "no elevation here."),
    )


def _order_to_look(city: Context, hollows: Block) -> Block:
    communities = city.places.at("community")
    share = np.nan_to_num(hollows.values)[communities]
    if not len(share):
        raise NotMeasurable(Text("需要社区范围。", "needs communities."))
    requests = city.table("requests")
    about = requests[(requests["service"] == _FLOODING) & (requests["created_at"].dt.year == city.year)]
    note = NO_WORDS
    ranks = _rank(share)
    if len(about):
        calls = city.places.within(about).counts()[communities]
        people = city.cell_within.sums(city.people().people)[communities]
        ranks += _rank(np.nan_to_num(ratio(calls, people, per=1000.0)))
    else:
        note = Text("没有积水诉求，只按洼地排序。", "No requests about flooding: ordered by hollows alone.")
    order = np.full(len(city.places), np.nan)
    order[communities[np.argsort(ranks, kind="stable")]] = np.arange(1, len(communities) + 1)
    return Block("table", "rank", value=order, status="screening", reason=note)


def _rank(value: Floats) -> Floats:
    """Rank from the largest, 1 first; equals share the better rank."""
    return np.asarray(1.0 + np.searchsorted(np.sort(-value), -value, side="left"), dtype=np.float64)


@computes("R06")
def steep_slopes(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Share of people whose home cell is steeper than the limit."""
    slope = np.array(city.cells["slope_deg"], dtype=np.float64)
    if np.isnan(slope).all():
        raise NotMeasurable(Text("需要数字高程模型。", "needs an elevation model."))
    steep = slope > float(indicator.parameters["slope_deg"])
    unknown = int(np.isnan(slope).sum())
    note = (
        Text(f"{unknown} 个单元坡度未知。", f"{unknown} cells without a known slope.")
        if unknown
        else NO_WORDS
    )
    block = city.coverage_of_people(indicator.id, steep, method="table", status="screening", reason=note)
    yield block
