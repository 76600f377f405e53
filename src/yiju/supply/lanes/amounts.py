"""How much a need lacks, counted as its answer is: places, floor, sites.

1. What the ledger says is short (``capacity``).
2. Else what the norm asks for the people concerned, where it is a norm of their own group.
3. Else one unit of the service, the least that can be there at all.

Nothing is said of a service of whose size nobody knows: neither its standard nor ``city.toml``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import service
from yiju.supply.plan.unit_costs import ROOM_M2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.supply.plan.unit_costs import ServiceCosts, UnitCosts

# Units of a shortfall that are places of a service, see needs/nouns.toml.
_PLACES = ("places", "school_places", "childcare_places", "beds")


@dataclass(frozen=True)
class Amount:
    """What is to be supplied.

    Attributes
    ----------
    sites
        Places where it would be, each of one unit of the service or a part of it.
    places, floor_area_m2
        In all.
    of
        The unit costs that it is counted with.
    """

    sites: int
    places: int
    floor_area_m2: float
    of: ServiceCosts


def amount_of(need: Mapping[str, Any], costs: UnitCosts) -> Amount | None:
    """What a need lacks; None where the size of the service is not known.

    Examples
    --------
    >>> from yiju.supply.plan.unit_costs import unit_costs
    >>> need = {"service": "kindergarten", "step": "none", "group": "age_3_5", "people": 300.0}
    >>> amount = amount_of(need, unit_costs())  # 900 for every 1,000, in kindergartens of 169 places
    >>> amount.places, amount.sites, amount.floor_area_m2
    (270, 2, 4400.0)
    """
    entry = service(need["service"])
    if not entry.is_facility:
        return None
    of = costs.service(entry.code)
    if entry.floor_area_m2 is None and of.floor_area_m2 == ROOM_M2:  # a room is nobody's size
        return None
    missing, unit = need.get("shortfall"), need.get("shortfall_unit")
    if need["step"] == "capacity" and missing is not None and not pd.isna(missing):
        if unit == "m2":
            sites = math.ceil(missing / of.floor_area_m2)
            return Amount(sites, math.floor(missing / of.m2_per_place), float(missing), of)
        return _whole_units(float(missing), of) if unit in _PLACES else None
    people = need["people"]
    if entry.places_per_1000 and entry.norm_group in (None, need["group"]) and not pd.isna(people):
        return _whole_units(people * entry.places_per_1000 / 1000, of)
    return Amount(1, of.places, of.floor_area_m2, of)


def _whole_units(places: float, of: ServiceCosts) -> Amount:
    """So many places, rounded up, in units that are built whole."""
    whole = max(1, math.ceil(places - 1e-9))
    sites = math.ceil(whole / of.places)
    return Amount(sites, whole, sites * of.floor_area_m2, of)
