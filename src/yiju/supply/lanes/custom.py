"""Whom a new shop may expect where people lack one: Huff's shares against the shops that are there.

1. A shop could stand at the home cells of the place where most people lack it, up to eight (a proposal of ours).
2. People within the service's radius on foot share themselves out by floor and walking time
   (:mod:`yiju.supply.siting.market`, numbers of daily shopping).
3. Shops open one after the other where most people are to be had, as long as each of them keeps the people that it
   needs: neighbouring places do not count on the same customers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yiju.city.services import service
from yiju.supply.lanes.terms import shop_terms
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.market import expected, pull_of, rivals_of, supported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.supply.plan.ground import Ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Home cells of a place at which a shop is tried: a proposal of ours.
_TRIED = 8


@dataclass(frozen=True)
class Custom:
    """Whom a new shop at a place may expect.

    Attributes
    ----------
    alone
        If it is the only new one.
    together
        If shops open in all places that support one; ``None`` if this one does not open then.
    """

    alone: float
    together: float | None


def custom_of(ground: Ground, code: str, needs: Sequence[Mapping[str, Any]]) -> dict[str, Custom]:
    """Whom a new shop of a service may expect at the place of each need, by need id.

    Places whose homes are all off the streets are left out, and all of them where people are only weights.

    Raises
    ------
    InputError
        The population tells no ages, and the service is for some only.
    """
    terms, entry = shop_terms(code), service(code)
    if terms is None or not entry.radius_m or not entry.minutes or ground.context.weights_only:
        return {}
    people = ground.people(code)
    tried = _tried(ground, needs, np.where(ground.unserved(code), people, 0.0))
    if not len(tried):
        return {}
    limit_m, pace = ground.limit_m(code), 60.0 * entry.minutes / entry.radius_m
    there = Costs.from_pairs(ground.existing_pairs(code, limit_m))
    floor = _floor(ground, code, there.sites)
    rivals = rivals_of(_timed(there, pace), floor, pull_of("daily"))
    points = ground.snap(tried.geometry, pd.Index(tried.index))
    costs = _timed(ground.costs(points, limit_m), pace)
    size = np.full(costs.m, entry.floor_area_m2 or (float(np.median(floor)) if len(floor) else 1.0))
    alone = expected(costs, people, size, rivals=rivals, decay=pull_of("daily"))
    opened = supported(costs, people, size, terms.people, rivals=rivals, decay=pull_of("daily"))
    need_of = tried["need_id"]
    together = opened["people_at_last"].groupby(need_of.reindex(opened.index)).max()
    best = alone.groupby(need_of.reindex(alone.index)).max()
    return {
        need: Custom(float(hope), float(together[need]) if need in together.index else None)
        for need, hope in best.items()
    }


def _tried(ground: Ground, needs: Sequence[Mapping[str, Any]], lacking: Floats) -> gpd.GeoDataFrame:
    """Home cells where a shop is tried, with the need that it would answer."""
    cells, chosen = ground.cells, []
    lost = ground.off_network()
    for need in needs:
        level = need["level"]
        inside = np.ones(len(cells), dtype=np.bool_)
        if level in ("community", "subdistrict", "district"):
            inside = np.asarray((cells[level] == need["place_id"]).fillna(value=False), dtype=np.bool_)
        rows: Ints = np.flatnonzero(inside & ~lost & (lacking > 0))
        most = rows[np.argsort(-lacking[rows], kind="stable")][:_TRIED]
        chosen += [(need["need_id"], row) for row in most]
    rows = np.array([row for _, row in chosen], dtype=np.int64)
    return gpd.GeoDataFrame(
        {"need_id": [need_id for need_id, _ in chosen]},
        index=pd.Index([f"{need_id}@{row}" for need_id, row in chosen], name="site_id", dtype=object),
        geometry=shapely.point_on_surface(cells.geometry.to_numpy()[rows]),
        crs=cells.crs,
    )


def _timed(costs: Costs, pace: float) -> Costs:
    """Metres as seconds, at the pace that the standard walks its radius in."""
    return replace(costs, cost=costs.cost * pace)


def _floor(ground: Ground, code: str, facilities: pd.Index) -> Floats:
    """(facilities,) floor of the shops that are there; the usual one where it is not known."""
    table = ground.context.table("facilities")
    known = table[table["service"] == code].drop_duplicates("facility_id").set_index("facility_id")
    floor = known["floor_area_m2"].astype("float64").reindex(facilities)
    usual = floor.median() if floor.notna().any() else service(code).floor_area_m2 or 1.0
    return np.array(floor.fillna(usual), dtype=np.float64)
