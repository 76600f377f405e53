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

    The variant is ``ID-variant`` of the coverage; the plain one is the mean over the services that a place
    has any of within the crow-fly radius.
    """
    pairs = [pair for other in indicator.parameters["of"] for pair in _pairs(city, other)]
    gaps = [_gap(*pair) for pair in pairs]
    if not gaps:
        raise NotMeasurable(
            Text(
                "需要同时具备两种口径的覆盖率（居住用地、人口、路网与设施）。",
                "needs a coverage in both readings (residential land, people, streets, facilities).",
            )
        )
    # where no land is served there is nothing to be cut off from, and no gap to average
    values = np.array(
        [np.where(land.values > 0, gap.values, np.nan) for (_, land, _), gap in zip(pairs, gaps, strict=True)]
    )
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


def _pairs(city: Context, other: str) -> Iterable[tuple[str, Block, Block]]:
    """Name, official and network reading of each variant that has both."""
    try:
        blocks = [b for b in city.blocks(other) if b.group == "all" and b.value is not None]
    except NotMeasurable:
        return
    official = {b.variant: b for b in blocks if b.method == "official"}
    for network in (b for b in blocks if b.method == "network" and b.variant in official):
        yield f"{other}-{network.variant}", official[network.variant], network


def _gap(name: str, land: Block, people: Block) -> Block:
    return Block(
        "network",
        name,
        value=severance_gap(land.values / 100, people.values / 100),
        low=None if people.high is None else land.values - people.high,
        high=None if people.low is None else land.values - people.low,
        status=worst(land.status, people.status),
        empty=_EMPTY,
    )
