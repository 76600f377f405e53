"""Where an answer could be: spaces of the city's register at the place, the cheapest first, then new building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.city.folder import CityFolder
    from yiju.supply.lanes.amounts import Amount
    from yiju.supply.plan.unit_costs import UnitCosts

_LEVELS = ("community", "subdistrict", "district")


@dataclass(frozen=True)
class Premises:
    """Sites for an amount.

    Attributes
    ----------
    names
        Spaces of the register that would be used.
    built
        Sites for which the register has none: they are built.
    ready_yuan
        Making all of them ready, without what the service itself needs.
    fit_out_yuan
        What the service itself needs: interior and equipment.
    """

    names: tuple[str, ...]
    built: int
    ready_yuan: float
    fit_out_yuan: float

    @property
    def words(self) -> Text:
        """Where, in words."""
        first, more = self.names[:2], len(self.names) - 2
        zh, en = [], []
        if first:
            zh.append(f"用{'、'.join(first)}" + (f"等{len(self.names)}处空间" if more > 0 else ""))
            en.append(f"in {' and '.join(first)}" + (f" and {more} more spaces" if more > 0 else ""))
        if self.built:
            zh.append(f"{self.built}处没有登记的合适空间、按新建计")
            en.append(f"{self.built} counted as new building for want of a registered space")
        return Text("，".join(zh), ", ".join(en))


class Register:
    """The spaces that the city has registered (table ``candidates``), and what they cost."""

    def __init__(self, folder: CityFolder, costs: UnitCosts) -> None:
        self._costs = costs
        self._spaces = pd.DataFrame(folder.table("candidates").drop(columns="geometry"))

    def premises(self, need: Mapping[str, Any], amount: Amount) -> Premises:
        """The cheapest sites for an amount at the place of a need."""
        each_m2 = amount.floor_area_m2 / amount.sites
        chosen = self._fitting(need, each_m2).head(amount.sites)
        land = self._costs.kind("land")
        built = amount.sites - len(chosen)
        new_yuan = built * (land.site_yuan + each_m2 * land.works_yuan_per_m2)
        of = amount.of
        return Premises(
            tuple(chosen["name"].fillna(chosen["candidate_id"])),
            built,
            float(chosen["ready_yuan"].sum()) + new_yuan,
            amount.floor_area_m2 * of.fit_out_yuan_per_m2 + amount.places * of.equipment_yuan_per_place,
        )

    def _fitting(self, need: Mapping[str, Any], floor_m2: float) -> pd.DataFrame:
        """Spaces at the place that may take the service in and have the floor; an unknown floor is not counted on."""
        spaces = self._spaces
        if need["level"] in _LEVELS:
            spaces = spaces[(spaces[need["level"]] == need["place_id"]).fillna(value=False)]
        allowed = [pd.isna(said) or need["service"] in str(said).split(";") for said in spaces["services"]]
        fitting = spaces[np.array(allowed, dtype=np.bool_)]
        fitting = fitting[(fitting["floor_area_m2"] >= floor_m2).fillna(value=False)]
        kinds = [self._costs.kind(kind) for kind in fitting["kind"]]
        usual = pd.Series([kind.site_yuan for kind in kinds], index=fitting.index, dtype="float64")
        works = pd.Series(
            [kind.works_yuan_per_m2 * floor_m2 for kind in kinds], index=fitting.index, dtype="float64"
        )
        ready = fitting["cost_yuan"].astype("float64").fillna(usual) + works
        return fitting.assign(ready_yuan=ready).sort_values(["ready_yuan", "candidate_id"])
