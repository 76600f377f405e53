"""Facilities that open, move, close, grow or get a gate: what becomes of their tables."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.checkup.reach import SNAP_LIMIT_M
from yiju.city.services import service
from yiju.city.tables import ENTRANCES, FACILITIES
from yiju.city.within import HOLDING_LEVELS, holder
from yiju.errors import InputError
from yiju.supply.scenario.changes import Effect
from yiju.supply.scenario.checking import (
    check_on_streets,
    checked_number,
    known_facility,
)
from yiju.supply.scenario.city import ChangedCity
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.city.contract import Table
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
    at = change.at
    check_on_streets(city, at)
    facilities, entrances = city.table("facilities"), city.table("entrances")
    _refuse_duplicate(facilities, change, at)
    row = _row(
        FACILITIES,
        {
            "facility_id": change.facility_id,
            "service": change.service,
            "name": change.name,
            # what is planned does not make a map more complete than it is
            "source": "table" if city.layers.trusts(change.service) else "osm",
            "capacity": checked_number(change.capacity, "capacity", PLACES),
            "floor_area_m2": checked_number(change.floor_area_m2, "floor_area_m2", FLOOR),
            **_holding(city, at),
        },
        at,
        city,
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
    return _first_free("new-", city.table("facilities")["facility_id"])


def moved(city: Context, change: Move, locked: frozenset[str]) -> ChangedCity:
    """The city with a facility elsewhere; a site with an area becomes a point.

    Raises
    ------
    UnknownName, InputError
        No such facility, a locked one, or a point that cannot be.
    """
    known_facility(city, change.facility_id, locked)
    at = change.at
    check_on_streets(city, at)
    facilities, entrances = city.table("facilities"), city.table("entrances")
    mine = (facilities["facility_id"] == change.facility_id).to_numpy(dtype=bool)
    shapes, area_m2 = facilities.geometry.to_numpy().copy(), facilities["land_area_m2"].to_numpy().copy()
    # the area of a site that was drawn does not come along: it is written down first
    drawn_m2 = shapely.area(shapes[mine])
    area_m2[mine] = np.where(np.isnan(area_m2[mine]) & (drawn_m2 > 0), drawn_m2, area_m2[mine])
    shapes[mine] = shapely.Point(at)
    holding = {level: facilities[level].mask(mine, place) for level, place in _holding(city, at).items()}
    whole = facilities.assign(land_area_m2=area_m2, **holding).set_geometry(shapes, crs=facilities.crs)
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
    at = change.at
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
    ids, shapes = facilities["facility_id"].to_numpy(dtype=object), facilities.geometry.to_numpy()
    alike = (facilities["service"] == change.service).to_numpy(dtype=bool)
    if change.facility_id in ids[alike]:
        raise InputError(
            Text(
                f"设施 {change.facility_id} 已提供该服务。",
                f"{change.facility_id} offers {change.service} already.",
            ),
            field="facility_id",
            hint=Text("若要增加容量，请用 enlarge。", "For more places, use `enlarge`."),
        )
    points = alike & (shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    here = points & (shapely.distance(shapes, shapely.Point(at)) < _SAME_PLACE_M)
    if here.any():
        raise InputError(
            Text(
                f"同一地点已有同类设施 {ids[here][0]}。",
                f"{ids[here][0]} offers the same service at the same place.",
            ),
            field="at",
            hint=Text("若要增加容量，请用 enlarge。", "For more places, use `enlarge`."),
        )
    mine = shapes[ids == change.facility_id]
    if len(mine) and shapely.distance(mine[0], shapely.Point(at)) >= _SAME_PLACE_M:
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


def _holding(city: Context, at: Point) -> dict[str, str | None]:
    """The places of each level that hold a point."""
    point, places = np.array([shapely.Point(at)]), city.places
    found: dict[str, str | None] = {}
    for level in HOLDING_LEVELS:
        rows = places.at(level)
        which = int(holder(point, places.frame.geometry.to_numpy()[rows])[0])
        found[level] = None if which < 0 else str(places.ids[rows[which]])
    return found


def _entrance(city: Context, facility_id: str, at: Point, origin: str) -> gpd.GeoDataFrame:
    entrance_id = _first_free(f"{facility_id}-e", city.table("entrances")["entrance_id"])
    row = {"entrance_id": entrance_id, "facility_id": facility_id, "origin": origin}
    return _row(ENTRANCES, row, at, city)


def _first_free(stem: str, known: pd.Series) -> str:
    """The stem with the lowest number that nobody has."""
    taken = set(known[known.str.startswith(stem)])
    return next(name for number in itertools.count(1) if (name := f"{stem}{number}") not in taken)


def _row(contract: Table, values: dict[str, Any], at: Point, city: Context) -> gpd.GeoDataFrame:
    """One row of a table, at a point."""
    columns = {c.name: pd.Series([values.get(c.name)], dtype=c.dtype) for c in contract.columns}
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(at)], crs=city.config.crs)


def _with(table: gpd.GeoDataFrame, row: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return pd.concat([table, row], ignore_index=True) if len(table) else row
