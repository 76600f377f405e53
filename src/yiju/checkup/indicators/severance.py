"""L20: what walls, rivers, railways and missing gates take away from a coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yiju.access import severance_gap
from yiju.checkup.blocks import Block, NotMeasurable, worst
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator


@computes("L20")
def severance(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Official minus network coverage of the same service and radius, and the mean over services.

    The variant is ``ID-variant`` of the coverage; the plain one is the mean over those that can be had at a
    place.
    """
    gaps = [gap for other in indicator.parameters["of"] for gap in _gaps(city, other)]
    if not gaps:
        raise NotMeasurable(
            Text(
                "需要同时具备两种口径的覆盖率（居住用地、人口、路网与设施）。",
                "needs a coverage in both readings (residential land, people, streets, facilities).",
            )
        )
    values = np.array([gap.value for gap in gaps])
    known = (~np.isnan(values)).sum(axis=0)
    mean = np.divide(np.nansum(values, axis=0), known, out=np.full(len(known), np.nan), where=known > 0)
    yield Block(
        "network",
        "",
        value=mean,
        n=known.astype(np.float64),
        status=worst(*(gap.status for gap in gaps)),
        empty=_EMPTY,
    )
    yield from gaps


_EMPTY = Text("此处缺居住用地或居民。", "no residential land or nobody living here.")


def _gaps(city: Context, other: str) -> Iterable[Block]:
    try:
        blocks = [b for b in city.blocks(other) if b.group == "all" and b.value is not None]
    except NotMeasurable:
        return
    official = {b.variant: b for b in blocks if b.method == "official"}
    for network in (b for b in blocks if b.method == "network"):
        land = official.get(network.variant)
        if land is None or land.value is None or network.value is None:
            continue
        yield Block(
            "network",
            f"{other}-{network.variant}",
            value=severance_gap(land.value / 100, network.value / 100),
            low=None if network.high is None else land.value - network.high,
            high=None if network.low is None else land.value - network.low,
            status=worst(land.status, network.status),
            empty=_EMPTY,
        )
