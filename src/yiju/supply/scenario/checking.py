"""What cannot be tried, and why: each refusal names what was given, what is needed and what to do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.reach import SNAP_LIMIT_M
from yiju.errors import InputError, UnknownName
from yiju.supply.scenario.reach import unlinked
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.supply.scenario.changes import Point
    from yiju.travel.snapping import AccessPoints

# A degree has no more than these; a city in metres of a projected system lies far beyond.
_DEGREES = (180.0, 90.0)


def checked_point(city: Context, at: object, field: str = "at") -> Point:
    """A pair of finite coordinates inside the city.

    Raises
    ------
    InputError
        It is no such pair, or lies outside: the message says how far.
    """
    if isinstance(at, shapely.Point):
        at = (at.x, at.y)
    try:
        x, y = (float(value) for value in at)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise InputError(
            Text(
                f"应为一对坐标 (x, y)，单位米，实际为 {at!r}。",
                f"needs a pair of coordinates (x, y) in metres, was {at!r}.",
            ),
            field=field,
        )
    outline = city.places.frame.geometry.iloc[city.places.city]
    away_m = float(shapely.distance(outline, shapely.Point(x, y)))
    if away_m > 0:
        crs = city.config.crs.name
        degrees = abs(x) <= _DEGREES[0] and abs(y) <= _DEGREES[1]
        raise InputError(
            Text(
                f"点 ({x:g}, {y:g}) 在城市范围之外 {away_m:,.0f} 米。",
                f"the point ({x:g}, {y:g}) lies {away_m:,.0f} m outside the city.",
            ),
            field=field,
            hint=Text(f"看来是经纬度：请换算为 {crs}。", f"These look like degrees: convert them to {crs}.")
            if degrees
            else Text(f"坐标系为 {crs}。", f"The CRS is {crs}."),
        )
    return x, y


def checked_number(value: float | None, field: str, unit: Text) -> float | None:
    """A number from 0 up, or None.

    Raises
    ------
    InputError
        It is negative, infinite or not a number.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < math.inf:
        raise InputError(
            Text(
                f"应为不小于 0 的数（{unit.zh}），实际为 {value}。",
                f"needs to be a number from 0 up ({unit.en}), was {value}.",
            ),
            field=field,
        )
    return float(value)


def check_on_streets(city: Context, at: Point, field: str = "at") -> None:
    """A point from which a street can be reached, where the city has streets at all.

    Raises
    ------
    InputError
        No street is near enough: nobody could walk there.
    """
    try:
        streets = unlinked(city.reach.network)
    except NotMeasurable:
        return
    if not streets.snap(np.array([shapely.Point(at)]), limit_m=SNAP_LIMIT_M).placed[0]:
        raise InputError(
            Text(
                f"点 ({at[0]:g}, {at[1]:g}) 周围 {SNAP_LIMIT_M:g} 米内没有可步行的街道，无法到达。",
                f"there is no street on foot within {SNAP_LIMIT_M:g} m of ({at[0]:g}, {at[1]:g}): nobody could "
                "walk there.",
            ),
            field=field,
            hint=Text(
                "请选择靠近街道的点，或先加一条连线（link）。",
                "Choose a point by a street, or add a link first.",
            ),
        )


def known_facility(city: Context, facility_id: str, locked: frozenset[str] | None = None) -> None:
    """A facility of the city, and one that may be changed.

    Raises
    ------
    UnknownName
        There is no such facility.
    InputError
        It is locked.
    """
    known = city.table("facilities")["facility_id"]
    if not bool((known == facility_id).any()):
        raise UnknownName(Text("设施", "facility"), str(facility_id), known.astype(str))
    if locked is not None and facility_id in locked:
        raise InputError(
            Text(
                f"设施 {facility_id} 已锁定，不能关闭或迁移。",
                f"{facility_id} is locked: it stays where it is.",
            ),
            field="facility_id",
            hint=Text("请从 locked 中去掉它再试。", "Take it out of `locked` to try this."),
        )


def on_street(city: Context, at: Point, limit_m: float, field: str) -> AccessPoints:
    """The point put on the nearest street.

    Raises
    ------
    InputError
        The nearest street is farther away than the limit.
    """
    network = city.reach.network
    streets = unlinked(network)
    access = streets.snap(np.array([shapely.Point(at)]), limit_m=limit_m)
    if not access.placed[0]:
        wide = streets.snap(np.array([shapely.Point(at)]), limit_m=SNAP_LIMIT_M)
        gap_m = float(wide.gap_m[0])
        away = (
            Text(f"最近的街道在 {gap_m:,.0f} 米外", f"the nearest street is {gap_m:,.0f} m away")
            if math.isfinite(gap_m)
            else Text(f"{SNAP_LIMIT_M:g} 米内没有街道", f"there is no street within {SNAP_LIMIT_M:g} m")
        )
        raise InputError(
            Text(
                f"连线端点 ({at[0]:g}, {at[1]:g}) 不在街道上：{away.zh}，应在 {limit_m:g} 米以内。",
                f"the end ({at[0]:g}, {at[1]:g}) is off the streets: {away.en}, and needs to be within {limit_m:g} m.",
            ),
            field=field,
            hint=Text("请把端点画在街道上。", "Draw the end on a street."),
        )
    return network.carried(access)
