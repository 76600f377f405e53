"""Gaps between the sides of a city: who has a service within reach there, and who here; with an interval.

For each service with a walking radius: the share of the people of either side whose walk is within the widest radius
that its standard accepts, and the difference in points. How the sides are told apart is in :mod:`yiju.needs.sides`.

The interval is that of a difference of two ratio estimators whose units are home cells (W. G. Cochran, Sampling
Techniques, 3rd ed. 1977, 6.3 and 6.13), 95 %. It says how far the difference hangs on single homes, not how good the
map is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.context import Context
from yiju.checkup.reach import Targets
from yiju.city.contract import Table, column
from yiju.city.services import SERVICES
from yiju.needs.sides import PAIRS, centre_and_fringe, new_and_old_town, young_and_old
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder
    from yiju.city.services import Service

Floats = npt.NDArray[np.float64]

# The 97.5th percentile of the normal distribution.
_Z = 1.959964
# Below so many home cells on a side its share hangs on single homes: a proposal of ours.
_LEAST_CELLS = 10

GAPS = Table(
    "gaps",
    Text("两侧差距", "gaps between the sides of a city"),
    (
        column("pair", "str", "对照", "which sides are compared", choices=tuple(PAIRS)),
        column("service", "str", "服务", "code in the service catalogue"),
        column("radius_m", "float", "服务半径（米）", "walk within which it counts as there"),
        column("first_people", "float", "前者人数", "people on the first side", unknown=True),
        column("second_people", "float", "后者人数", "people on the second side", unknown=True),
        column("first_percent", "float", "前者可达（%）", "of them within reach", unknown=True),
        column("second_percent", "float", "后者可达（%）", "of these within reach", unknown=True),
        column("difference", "float", "差距（百分点）", "first minus second, points", unknown=True),
        column("low", "float", "下限", "lower end of its 95 % interval", unknown=True),
        column("high", "float", "上限", "upper end", unknown=True),
        column(
            "status",
            "str",
            "状态",
            "how far it can be trusted",
            choices=("measured", "modelled", "screening", "not measurable"),
        ),
        column("reason_zh", "str", "原因", "why it is not measurable; empty where it is"),
        column("reason_en", "str", "原因（英）", "the same in English"),
    ),
    key=("pair", "service"),
)


def gaps(folder: CityFolder, year: int | None = None) -> pd.DataFrame:
    """Coverage of either side of the city, service by service, the widest gap of each pair first.

    Returns
    -------
    Rows of :data:`GAPS`. People are null where their number is only a weight.

    Raises
    ------
    MissingCity
        The city has not been built.
    NotMeasurable
        There is no population.
    """
    context = Context(folder, year or folder.config.year)
    services = [s for s in SERVICES.values() if s.is_facility and s.mode == "walk" and s.widest_m]
    known = [s for s in services if context.layers.state([s.code]) != "empty"]
    found = pd.DataFrame([row for pair in PAIRS for row in _compared(context, pair, known)], columns=_names())
    widest = found["difference"].astype("float64").abs().fillna(-1.0)
    order = found.assign(pair_no=found["pair"].map(list(PAIRS).index), narrow=-widest)
    order = order.sort_values(["pair_no", "narrow", "service"], kind="stable")
    return GAPS.validate(found.loc[order.index].reset_index(drop=True))


def difference(covered: Floats, first: Floats, second: Floats) -> tuple[float, float, float, float, float]:
    """Share covered of two sides in percent, their difference in points, and its interval.

    Parameters
    ----------
    covered
        (cells,) 1 where the home is covered, else 0.
    first, second
        (cells,) people of either side; a cell may have people of both.

    Examples
    --------
    >>> half = np.repeat([1.0, 0.0], 50)
    >>> a, b, gap, low, high = difference(half, np.full(100, 9.0), 9.0 * half)
    >>> a, b, gap, round(low, 1), round(high, 1)
    (50.0, 100.0, -50.0, -59.8, -40.2)
    """
    a, b = (float((covered * w).sum() / w.sum()) for w in (first, second))
    # what each home adds to the difference, to first order
    pull = first * (covered - a) / first.sum() - second * (covered - b) / second.sum()
    lived_in = (first > 0) | (second > 0)
    n = int(lived_in.sum())
    error = float(np.sqrt((pull[lived_in] ** 2).sum() * n / max(n - 1, 1)))
    gap = a - b
    low, high = max(gap - _Z * error, -1.0), min(gap + _Z * error, 1.0)
    return 100 * a, 100 * b, 100 * gap, 100 * low, 100 * high


def _compared(context: Context, pair: str, services: list[Service]) -> list[dict[str, Any]]:
    """One pair of sides, for each service; not measurable for all of them where the sides are not."""
    if pair == "young_old":
        services = [s for s in services if s.groups == ("all",)]
    try:
        sides = _weights(context, pair)
    except NotMeasurable as why:
        return [_row(pair, s, status="not measurable", reason=why.message) for s in services]
    return [_one(context, pair, s, sides) for s in services]


def _weights(context: Context, pair: str) -> tuple[Floats, Floats]:
    """(cells,) the weight of each home on either side."""
    if pair == "young_old":
        return young_and_old(context)
    sides = centre_and_fringe(context) if pair == "centre_fringe" else new_and_old_town(context)
    return sides.first.astype(np.float64), sides.second.astype(np.float64)


def _one(context: Context, pair: str, service: Service, sides: tuple[Floats, Floats]) -> dict[str, Any]:
    modelled = False
    first, second = sides
    try:
        walk = context.reach.walk(Targets((service.code,)))
        if pair != "young_old":
            served = context.people(service.groups[0])
            first, second, modelled = first * served.people, second * served.people, served.modelled
    except NotMeasurable as why:
        return _row(pair, service, status="not measurable", reason=why.message)
    if min(np.count_nonzero(first), np.count_nonzero(second)) < _LEAST_CELLS:
        few = Text(
            f"一侧不足{_LEAST_CELLS}个居住单元。", f"fewer than {_LEAST_CELLS} home cells on one side."
        )
        return _row(pair, service, status="not measurable", reason=few)
    covered = np.asarray(walk <= float(service.widest_m or 0.0), dtype=np.float64)
    a, b, gap, low, high = difference(covered, first, second)
    screening = context.layers.state([service.code]) == "screening"
    counts = not context.weights_only
    return _row(
        pair,
        service,
        status="screening" if screening else "modelled" if modelled else "measured",
        first_people=float(first.sum()) if counts else None,
        second_people=float(second.sum()) if counts else None,
        first_percent=a,
        second_percent=b,
        difference=gap,
        low=low,
        high=high,
    )


def _row(
    pair: str, service: Service, *, status: str, reason: Text | None = None, **found: Any
) -> dict[str, Any]:
    why = reason or Text("", "")
    blank: dict[str, Any] = dict.fromkeys(_names())
    told = {
        "pair": pair,
        "service": service.code,
        "radius_m": float(service.widest_m or 0.0),
        "status": status,
    }
    return blank | told | {"reason_zh": why.zh, "reason_en": why.en} | found


def _names() -> list[str]:
    return [c.name for c in GAPS.columns]
