"""Facilities that open, move, close, grow or get a gate: what becomes of their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.checkup.reach import SNAP_LIMIT_M
from yiju.city.services import service
from yiju.city.tables import ENTRANCES, FACILITIES
from yiju.city.within import assign_places
from yiju.errors import InputError
from yiju.supply.scenario.changes import Effect
from yiju.supply.scenario.checking import (
    check_on_streets,
    checked_number,
    checked_point,
    known_facility,
)
from yiju.supply.scenario.city import ChangedCity
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.supply.scenario.changes import Add, Close, Enlarge, Gate, Move, Point

# Walks are counted in decimetres: what stands closer stands at the same place (travel.results.PER_UNIT).
_SAME_PLACE_M = 0.1
PLACES, FLOOR = Text("位", "places"), Text("平方米", "m2")


def added(city: Context, change: Add) -> ChangedCity:
    """The city with a new facility, or with one more service at a facility that is there.

    Raises
    ------
    UnknownName, InputError
        No such service; a point that cannot be; a number below 0; a facility that is there already.
    """
    offered = service(change.service)
    if not offered.is_facility:
        raise InputError(
            Text(
                f"“{offered.name.zh}”不由单个设施提供，无法新设。",
                f"no single facility offers {offered.name.en}: none can be opened.",
            ),
            field="service",
        )
    at = checked_point(city, change.at)
    check_on_streets(city, at)
    facilities, entrances = city.table("facilities"), city.table("entrances")
    _refuse_duplicate(facilities, change, at)
    row = FACILITIES.validate(
        _placed(
            city,
            {
                "facility_id": change.facility_id,
                "service": change.service,
                "name": change.name,
                # what is planned does not make a map more complete than it is
                "source": "table" if city.layers.trusts(change.service) else "osm",
                "capacity": checked_number(change.capacity, "capacity", PLACES),
                "floor_area_m2": checked_number(change.floor_area_m2, "floor_area_m2", FLOOR),
            },
            at,
        )
    )
    tables = {"facilities": _with(facilities, row)}
    if not bool((entrances["facility_id"] == change.facility_id).any()):
        tables["entrances"] = _with(entrances, _entrance(city, str(change.facility_id), at, "point"))
    return ChangedCity(
        city,
        Effect(services=frozenset({change.service})),
        tables=tables,
        moved=frozenset({str(change.facility_id)}),
    )


def free_id(city: Context) -> str:
    """An id for a new facility that no other has.

    The lowest free number counts, so that the same changes give the same ids.
    """
    known = set(city.table("facilities")["facility_id"])
    number = 1
    while f"new-{number}" in known:
        number += 1
    return f"new-{number}"


def moved(city: Context, change: Move, locked: frozenset[str]) -> ChangedCity:
    """The city with a facility elsewhere; a site with an area becomes a point.

    Raises
    ------
    UnknownName, InputError
        No such facility, a locked one, or a point that cannot be.
    """
    known_facility(city, change.facility_id, locked)
    at = checked_point(city, change.at)
    check_on_streets(city, at)
    facilities, entrances = city.table("facilities"), city.table("entrances")
    mine = (facilities["facility_id"] == change.facility_id).to_numpy(dtype=bool)
    there = facilities[mine].copy()
    # the area of a site that was drawn does not come along: it is written down first
    there["land_area_m2"] = there["land_area_m2"].fillna(
        pd.Series(np.where(there.geometry.area > 0, there.geometry.area, np.nan), index=there.index)
    )
    there = assign_places(
        there.set_geometry([shapely.Point(at)] * len(there), crs=facilities.crs), city.places.frame
    )
    whole = facilities.copy()
    whole.loc[mine, there.columns] = there
    others = entrances[entrances["facility_id"] != change.facility_id]
    return ChangedCity(
        city,
        Effect(services=_services(facilities[mine])),
        tables={
            "facilities": whole,
            "entrances": _with(others, _entrance(city, change.facility_id, at, "point")),
        },
        moved=frozenset({change.facility_id}),
    )


def closed(city: Context, change: Close, locked: frozenset[str]) -> ChangedCity:
    """The city without a facility, or without one of its services.

    Raises
    ------
    UnknownName, InputError
        No such facility, a locked one, or one that does not offer the service.
    """
    known_facility(city, change.facility_id, locked)
    facilities, entrances = city.table("facilities"), city.table("entrances")
    gone = facilities["facility_id"] == change.facility_id
    offered = _services(facilities[gone])
    if change.service is not None:
        _need_service(change.facility_id, change.service, offered)
        gone &= facilities["service"] == change.service
    services = _services(facilities[gone])
    tables = {"facilities": facilities[~gone].reset_index(drop=True)}
    if services == offered:
        shut = entrances["facility_id"] == change.facility_id
        tables["entrances"] = entrances[~shut].reset_index(drop=True)
    moved = frozenset({change.facility_id}) if services == offered else frozenset()
    return ChangedCity(city, Effect(services=services), tables=tables, moved=moved)


def enlarged(city: Context, change: Enlarge) -> ChangedCity:
    """The city with more places or more floor at a facility.

    Raises
    ------
    UnknownName, InputError
        No such facility, nothing to change, less than there is, or several services and none is named.
    """
    known_facility(city, change.facility_id)
    given = {
        "capacity": checked_number(change.capacity, "capacity", PLACES),
        "floor_area_m2": checked_number(change.floor_area_m2, "floor_area_m2", FLOOR),
    }
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise InputError(
            Text("应给出 capacity 或 floor_area_m2。", "needs capacity or floor_area_m2, was given neither."),
            field="enlarge",
        )
    facilities = city.table("facilities")
    mine = facilities["facility_id"] == change.facility_id
    offered = _services(facilities[mine])
    if change.service is None and len(offered) > 1 and "capacity" in given:
        raise InputError(
            Text(
                f"设施 {change.facility_id} 提供多项服务（{'、'.join(sorted(offered))}），请用 service 指明。",
                f"{change.facility_id} offers several services ({', '.join(sorted(offered))}); name one by `service`.",
            ),
            field="service",
        )
    if change.service is not None:
        _need_service(change.facility_id, change.service, offered)
        mine &= facilities["service"] == change.service
    whole = facilities.copy()
    for name, value in given.items():
        known = facilities.loc[mine, name].max()
        if known > value:
            raise InputError(
                Text(
                    f"设施 {change.facility_id} 现有 {known:g}，扩建后应不少于此数，实际为 {value:g}。",
                    f"{change.facility_id} has {known:g} now, and needs no less afterwards; was given {value:g}.",
                ),
                field=name,
                hint=Text("给出的是扩建之后的总数。", "Give what there is afterwards, not what is added."),
            )
        whole.loc[mine, name] = value
    return ChangedCity(city, Effect(services=_services(facilities[mine])), tables={"facilities": whole})


def gated(city: Context, change: Gate) -> ChangedCity:
    """The city with one more entrance of a facility.

    Raises
    ------
    UnknownName, InputError
        No such facility, or a point that cannot be an entrance of it.
    """
    known_facility(city, change.facility_id)
    at = checked_point(city, change.at)
    check_on_streets(city, at)
    facilities, entrances = city.table("facilities"), city.table("entrances")
    mine = facilities[facilities["facility_id"] == change.facility_id]
    away_m = float(shapely.distance(mine.geometry.iloc[0], shapely.Point(at)))
    if away_m > SNAP_LIMIT_M:
        raise InputError(
            Text(
                f"出入口距设施 {change.facility_id} {away_m:,.0f} 米，应在 {SNAP_LIMIT_M:g} 米以内。",
                f"the gate is {away_m:,.0f} m from {change.facility_id}, and needs to be within {SNAP_LIMIT_M:g} m.",
            ),
            field="at",
        )
    return ChangedCity(
        city,
        Effect(services=_services(mine)),
        tables={"entrances": _with(entrances, _entrance(city, change.facility_id, at, "gate"))},
        moved=frozenset({change.facility_id}),
    )


def _refuse_duplicate(facilities: gpd.GeoDataFrame, change: Add, at: Point) -> None:
    """No second row of one facility and service, and no second facility of a service at one place."""
    alike = facilities[facilities["service"] == change.service]
    if bool((alike["facility_id"] == change.facility_id).any()):
        raise InputError(
            Text(
                f"设施 {change.facility_id} 已提供该服务。",
                f"{change.facility_id} offers {change.service} already.",
            ),
            field="facility_id",
            hint=Text("若要增加容量，请用 enlarge。", "For more places, use `enlarge`."),
        )
    here = shapely.distance(alike.geometry.to_numpy(), shapely.Point(at)) < _SAME_PLACE_M
    points = alike.geometry.geom_type.to_numpy() == "Point"
    if (here & points).any():
        other = alike["facility_id"].to_numpy()[here & points][0]
        raise InputError(
            Text(
                f"同一地点已有同类设施 {other}。",
                f"{other} offers the same service at the same place.",
            ),
            field="at",
            hint=Text("若要增加容量，请用 enlarge。", "For more places, use `enlarge`."),
        )
    mine = facilities[facilities["facility_id"] == change.facility_id]
    if len(mine) and float(shapely.distance(mine.geometry.iloc[0], shapely.Point(at))) >= _SAME_PLACE_M:
        raise InputError(
            Text(
                f"编号 {change.facility_id} 已属于另一处设施。",
                f"the id {change.facility_id} is that of a facility elsewhere.",
            ),
            field="facility_id",
        )


def _need_service(facility_id: str, wanted: str, offered: frozenset[str]) -> None:
    service(wanted)
    if wanted not in offered:
        raise InputError(
            Text(
                f"设施 {facility_id} 不提供该服务，只提供：{'、'.join(sorted(offered))}。",
                f"{facility_id} does not offer {wanted}, only {', '.join(sorted(offered))}.",
            ),
            field="service",
        )


def _services(rows: pd.DataFrame) -> frozenset[str]:
    return frozenset(str(code) for code in rows["service"])


def _placed(city: Context, row: dict[str, Any], at: Point) -> gpd.GeoDataFrame:
    """One row at a point, with the places that hold it."""
    frame = gpd.GeoDataFrame([row], geometry=[shapely.Point(at)], crs=city.config.crs)
    return assign_places(frame, city.places.frame)


def _entrance(city: Context, facility_id: str, at: Point, origin: str) -> gpd.GeoDataFrame:
    known = set(city.table("entrances")["entrance_id"])
    number = 1
    while f"{facility_id}-e{number}" in known:
        number += 1
    row = {"entrance_id": f"{facility_id}-e{number}", "facility_id": facility_id, "origin": origin}
    return ENTRANCES.validate(gpd.GeoDataFrame([row], geometry=[shapely.Point(at)], crs=city.config.crs))


def _with(table: gpd.GeoDataFrame, row: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return pd.concat([table, row], ignore_index=True) if len(table) else row
