"""How much a need lacks, counted as its answer is: places, floor, sites.

1. What the ledger says is short (``capacity``).
2. Else what the norm asks for at the place (:mod:`yiju.needs.dues`), for the share of the group that is without.
3. Else one unit of the service, the least that can be there at all.

Nothing is said of a service of whose size nobody knows: neither its standard nor ``city.toml``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import service
from yiju.needs.evidence import read_evidence
from yiju.supply.plan.unit_costs import ROOM_M2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.supply.plan.unit_costs import ServiceCosts, UnitCosts

# A unit is the least that a standard has; a site takes in up to two of them, as a nursery of 180 to 360 children does
# (建标175-2016): a proposal of ours.
_UNITS_AT_A_SITE = 2
# Units of a shortfall that are places of a service, see needs/nouns.toml.
_PLACES = ("places", "school_places", "childcare_places", "beds")


@dataclass(frozen=True)
class Amount:
    """What is to be supplied.

    Attributes
    ----------
    sites
        How many places it would be at.
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
    >>> due = '[{"kind": "demand", "role": "due_places", "value": 270.0}]'
    >>> need = {"service": "kindergarten", "step": "none", "evidence": due}
    >>> amount = amount_of(need, unit_costs())  # the least kindergarten has 169 places on 2,200 m2
    >>> amount.places, amount.sites, amount.floor_area_m2
    (270, 1, 3510.0)
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
            sites = math.ceil(missing / (_UNITS_AT_A_SITE * of.floor_area_m2))
            return Amount(sites, math.floor(missing / of.m2_per_place), float(missing), of)
        return _whole_units(float(missing), of) if unit in _PLACES else None
    due = _due(need, of)
    return Amount(1, of.places, of.floor_area_m2, of) if due is None else _whole_units(due, of)


def _due(need: Mapping[str, Any], of: ServiceCosts) -> float | None:
    """Places that the norm asks for those who are without; None where there is no norm, or nobody is counted."""
    share = 1.0 if need["step"] == "none" else need["share"]
    if pd.isna(share):
        return None
    due = {
        ref["role"]: float(str(ref["value"]))
        for ref in read_evidence(need["evidence"])
        if ref["kind"] == "demand"
    }
    if "due_places" in due:
        return due["due_places"] * share
    return due["due_floor_area"] / of.m2_per_place * share if "due_floor_area" in due else None


def _whole_units(places: float, of: ServiceCosts) -> Amount:
    """So many places, rounded up, at sites of one unit or more."""
    whole = max(1, math.ceil(places - 1e-9))
    sites = math.ceil(whole / (_UNITS_AT_A_SITE * of.places))
    return Amount(sites, whole, max(sites * of.floor_area_m2, whole * of.m2_per_place), of)
