"""The ways to more places that a plan offers the expansion problem, and how many places people want.

1. A candidate is built on, converted or enlarged, as its kind has it: from one unit of the service up to what its floor
   holds, six units where nobody says.
2. A partner builds there at his own expense against public money for each place, where he can have two units or more:
   a proposal of ours, below that none comes. One of the two, not both.
3. A provider who is there adds places and sells them: up to a fifth of those that he has, a proposal of ours. They come
   on top of his own, which count as there already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offer, Offers
    from yiju.supply.plan.unit_costs import ServiceCosts

Floats = npt.NDArray[np.float64]

# Proposals of ours, see the head of this file: units where the floor is not known, and of a partner at least.
_MOST_UNITS, _PARTNER_UNITS = 6, 2
# Places that a provider can add and sell, as a share of those that he has: a proposal of ours.
_ADDED = 0.2

RULES = (
    Text(
        f"合作方至少能办 {_PARTNER_UNITS} 个单元才会参与（建议值）。",
        f"A partner comes where he can have {_PARTNER_UNITS} units or more (a proposal of ours).",
    ),
    Text(
        f"现有机构可在现有位数之外增设并出售，最多为现有位数的 {_ADDED:.0%}（建议值）。",
        f"A provider can add and sell up to {_ADDED:.0%} of the places that he has (a proposal of ours).",
    ),
)


def places_wanted(ground: Ground, of: ServiceCosts) -> Floats:
    """(cells,) places that the norm asks for; from its floor where it speaks of floor.

    Raises
    ------
    InputError
        The standard has no such norm, or people are only weights.
    """
    wanted = ground.demand(of.service)
    places = np.asarray(wanted.places, dtype=np.float64)
    if np.isnan(places).all():
        places = np.asarray(wanted.floor_area_m2, dtype=np.float64) / of.m2_per_place
    if np.isnan(places).any():
        name = wanted.service.name
        raise InputError(
            Text(
                f"{name.zh}没有每千人配置标准，或人口只作权重，无法计算应有位数。",
                f"No norm says how many places of {name.en} are due, or people are only weights.",
            ),
            field="service",
            hint=Text("请改用 --problem maximal。", "Take --problem maximal instead."),
        )
    return places


def ways_to_places(offers: Offers, offer: Offer, known: pd.Series) -> pd.DataFrame:
    """The table of options, as :mod:`yiju.supply.siting.options` has it.

    Parameters
    ----------
    known
        Places of each provider that is there, by facility, unknown as NaN.
    """
    unit, of = offers.unit, offers.unit.service(offer.service)
    rows = []
    for site, (label, kind) in enumerate(offers.sites.frame["kind"].items()):
        if not offer.allowed[site]:
            continue
        floor = min(float(offers.sites.floor_m2[site]), _MOST_UNITS * of.floor_area_m2)
        most = float(np.floor(floor / of.m2_per_place))
        works = unit.kind(str(kind)).works_yuan_per_m2
        own = of.m2_per_place * (works + of.fit_out_yuan_per_m2) + of.equipment_yuan_per_place
        fixed = float(offers.site_yuan[site])
        rows.append((label, offers.option[site], fixed, own, most, float(of.places), of.m2_per_place, label))
        if most >= _PARTNER_UNITS * of.places:
            least = float(_PARTNER_UNITS * of.places)
            rows.append(
                (label, "partnership", 0.0, of.partner_yuan_per_place, most, least, of.m2_per_place, label)
            )
    for facility, places in known.dropna().items():
        added = float(np.floor(_ADDED * places))
        rows.append((facility, "buy_places", 0.0, of.buy_yuan_per_place, added, 0.0, 0.0, None))
    columns = [
        "site", "option", "fixed_yuan", "yuan_per_place", "max_places", "min_places", "m2_per_place", "one_of",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
