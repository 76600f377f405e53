"""What the facilities of a layer offer: places or floor area, as the city's table gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from yiju.access import two_step_fca
from yiju.access.catchment import within_catchment
from yiju.checkup.blocks import NotMeasurable, worst
from yiju.checkup.indicator import NO_WORDS
from yiju.checkup.layers import no_layer
from yiju.checkup.reach import Targets
from yiju.city.services import SERVICES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from yiju.checkup.context import Context

Floats = npt.NDArray[np.float64]
Amount = Literal["capacity", "floor_area_m2"]

_WORDS = {
    "capacity": Text("容量", "capacity"),
    "floor_area_m2": Text("建筑面积", "floor area"),
}


def layer_state(city: Context, services: Iterable[str]) -> str:
    """How far the layer of the services can be trusted.

    Raises
    ------
    NotMeasurable
        No facility is known, and nobody vouches that there is none.
    """
    state = city.layers.state(services)
    if state == "empty":
        raise NotMeasurable(no_layer(services))
    return state


def offered(
    city: Context, services: Iterable[str], amount: Amount = "capacity"
) -> tuple[pd.Series, str, Text]:
    """What each facility offers, how far that can be trusted, and a caveat where some of it is unknown.

    Returns
    -------
    Series by facility id (one that offers several of the services has several rows), status, caveat.

    Raises
    ------
    NotMeasurable
        There is no such layer, or it gives no capacity (floor area) at all.
    """
    services = tuple(services)
    state = layer_state(city, services)
    frame = city.layers.frame[city.layers.rows(services)]
    known = frame[amount].notna()
    name, what = SERVICES[services[0]].name, _WORDS[amount]
    if len(frame) and not known.any():
        raise NotMeasurable(
            Text(
                f"需要含{name.zh}{what.zh}的设施表。",
                f"needs a facility table with the {what.en} of: {name.en}.",
            )
        )
    given = frame.set_index("facility_id")[amount].astype("float64").fillna(0.0)
    missing = int((~known).sum())
    if not missing:
        return given, state, NO_WORDS
    note = Text(
        f"{len(frame)} 处{name.zh}中有 {missing} 处{what.zh}未知，按无计。",
        f"{missing} of {len(frame)} without a known {what.en} ({name.en}) count as none.",
    )
    # a shortfall that may only be a gap in the table is no finding
    return given, worst(state, "screening"), note


def offered_in(
    city: Context, services: Iterable[str], amount: Amount = "capacity"
) -> tuple[Floats, str, Text]:
    """(places,) what the facilities that stand in each place offer, with status and caveat as above."""
    services = tuple(services)
    _, state, note = offered(city, services, amount)
    rows = city.layers.rows(services) & city.facility_inside
    given = np.nan_to_num(np.array(city.layers.frame[amount], dtype=np.float64))
    return city.facility_within.sums(np.where(rows, given, 0.0)), state, note


def offered_on_foot(
    city: Context, services: Iterable[str], users: Floats, radius_m: float, amount: Amount = "capacity"
) -> tuple[Floats, str, Text]:
    """(places,) what the users of each place can count on within a walk, with status and caveat as above.

    Each facility is shared among all users within the walk of it, also those who live beyond the border of the
    place: two-step floating catchment (Luo and Wang 2003, see :mod:`yiju.access.catchment`).
    """
    services = tuple(services)
    given, state, note = offered(city, services, amount)
    pairs = city.reach.pairs(Targets(services), radius_m)
    supply = given.groupby(level=0).sum().reindex(pairs.facilities).to_numpy(dtype=np.float64)
    each = two_step_fca(pairs, supply, users, decay=within_catchment(radius_m)).access.to_numpy()
    return city.cell_within.sums(each * users), state, note
