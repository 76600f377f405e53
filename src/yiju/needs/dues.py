"""What the norm of a service asks for at the place of a need: how many places, or how much floor area.

The norms are those of the service catalogue (``places_per_1000``, ``floor_m2_per_1000`` of ``norm_group``). They stand
beside the grounds of a need: how large an answer has to be, whichever rung is missing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from yiju.city.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.needs.evidence import Ref

# The norm's entry in the catalogue: the role that it plays in the evidence, the unit of what is due.
_NORMS = {"places_per_1000": ("due_places", "places"), "floor_m2_per_1000": ("due_floor_area", "m2")}


def dues(
    service: str, place_id: str, group: str, total: float | None, residents: Mapping[str, float]
) -> list[Ref]:
    """References to what is due by norm; none where the service has no norm or people cannot be counted.

    Parameters
    ----------
    service, place_id, group
        Of the need.
    total
        People of the group at the place, None where unknown.
    residents
        Residents by place.

    Examples
    --------
    >>> ref, = dues("childcare", "c", "age_0_2", 120.0, {"c": 6000.0})  # 4.5 places for every 1,000 residents
    >>> ref["role"], ref["value"], ref["n"]
    ('due_places', 27.0, 6000.0)
    >>> dues("park", "c", "all", 6000.0, {"c": 6000.0})
    []
    """
    entry = SERVICES[service]
    norm_group = entry.norm_group or (entry.groups[0] if len(entry.groups) == 1 else None)
    people = residents.get(place_id) if norm_group == "all" else total if norm_group == group else None
    if people is None or math.isnan(people):
        return []
    return [
        {
            "kind": "demand",
            "role": role,
            "indicator": "demand",
            "place_id": place_id,
            "service": service,
            "group": norm_group,
            "value": norm * people / 1000.0,
            "n": people,
            "unit": unit,
            "norm_per_1000": norm,
            "source": entry.sources[number].text,
            "provisional": entry.sources[number].provisional,
        }
        for number, (role, unit) in _NORMS.items()
        if (norm := getattr(entry, number)) is not None
    ]
