"""What a city keeps in registers: names of facilities, official figures, where people work."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yiju.city.demo.arrays import mean_by, sum_by
from yiju.city.demo.names import read_names
from yiju.city.demo.services import Facility, supplies
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.demo.gazetteer import Gazetteer
    from yiju.city.demo.townscape import Townscape

# Every made-up number says so.
SOURCE = "示例数据 (generated)"
_ORDINALS = ("", "第二", "第三", "第四", "第五", "第六", "第七", "第八", "第九", "第十")
# When places of a service are open; others are not said.
OPENING = {
    "elder_day_care": "Mo-Fr 08:30-17:30", "health_station": "Mo-Su 08:00-18:00", "health_centre": "Mo-Su 08:00-21:00",
    "library": "Tu-Su 09:00-20:30", "cultural_centre": "Tu-Su 09:00-21:00", "museum": "Tu-Su 09:00-17:00",
    "sports_hall": "Mo-Su 07:00-22:00", "food_market": "Mo-Su 06:00-19:00", "community_canteen": "Mo-Su 11:00-18:30",
    "street_service_centre": "Mo-Fr 09:00-17:30", "hospital": "24/7", "police_station": "24/7", "fire_station": "24/7",
}  # fmt: skip
# Cultural floors and shelters that count into indicators 34 and 54 of the check-up.
_CULTURE = ("cultural_centre", "cultural_station", "library", "museum")
# Square metres of a shelter that can be slept on, of its ground and of a school yard taken in: invented.
_SHELTER_SHARE = 0.6
# Workers for each resident of 15 to 59, and how fast commuting falls off with distance (metres).
_WORKERS_PER_ADULT, _COMMUTE_M = 0.68, 2_600.0
# Workplaces for each 1,000 m2 of floor that is no home, and for each 1,000 residents (shops, schools, clinics).
_JOBS_PER_FLOOR, _JOBS_PER_1000 = 26.0, 120.0


def stem_of(name: Text) -> Text:
    """The name of a community without its last word.

    Examples
    --------
    >>> stem_of(Text("砚石坪社区", "Yanshiping"))
    Text(zh='砚石坪', en='Yanshiping')
    """
    return Text(name.zh.removesuffix("社区"), name.en)


def name_facilities(facilities: list[Facility], stems: list[Text], rng: np.random.Generator) -> None:
    """Name every facility after its community, with a number from the second on; shops get an invented brand."""
    turns: dict[tuple[str, int], int] = {}
    brands = read_names().brands
    for facility in facilities:
        supply = supplies()[facility.service]
        stem = stems[facility.community] if facility.community >= 0 else Text("城郊", "Outskirts")
        key = (facility.service, facility.community)
        turn = turns[key] = turns.get(key, 0) + 1
        brand = brands[int(rng.integers(len(brands)))]
        number_zh = _ORDINALS[turn - 1] if turn <= len(_ORDINALS) else f"第{turn}"
        number_en = "" if turn == 1 else f" No. {turn}"
        facility.zh = supply.zh.format(c=stem.zh, n=number_zh, b=brand.zh)
        facility.en = supply.en.format(c=stem.en, n=number_en, b=brand.en)


@cache
def _figures() -> list[dict[str, Any]]:
    text = (resources.files("yiju.city.demo") / "figures.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)["figure"]
    return entries


def official_figures(
    town: Townscape, gazetteer: Gazetteer, year: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Figures for table indicators, with the columns of the contract."""
    rows: list[dict[str, object]] = []

    def add(indicator: str, place_id: str, zh: str, **numbers: float) -> None:
        rows.append(
            {
                "indicator": indicator,
                "place_id": place_id,
                "period": str(year),
                **numbers,
                "source": f"{zh}，{SOURCE}",
            }
        )

    cells, lattice = town.cells, town.land.lattice
    part, k = town.hierarchy.subdistrict[town.community], len(gazetteer.subdistrict)
    held = sum_by(part, cells.people, k)
    is_old = np.array(town.land.plan.kinds())[lattice.nearest(town.grain.zone, cells.xy)] == "old"
    old = sum_by(part, cells.people * is_old, k) / held
    for entry in _figures():
        if entry.get("by") == "subdistrict":
            low, high = (float(bound) for bound in entry["each"])
            each = rng.uniform(low, high, k) * (1.0 + (entry["old"] - 1.0) * old)
            for place, value in zip(
                gazetteer.subdistrict, np.rint(each * held / 10_000.0).tolist(), strict=True
            ):
                add(entry["indicator"], place.place_id, entry["zh"], value=value)
        else:
            numbers = {k: float(entry[k]) for k in ("numerator", "denominator", "value") if k in entry}
            add(entry["indicator"], gazetteer.city.place_id, entry["zh"], **numbers)
    culture = sum(f.floor_m2 or 0.0 for f in town.facilities if f.service in _CULTURE)
    shelter = sum(
        f.land_m2 or 0.0 for f in town.facilities if f.service in ("shelter", "sports_ground", "football")
    )
    total = float(cells.people.sum())
    add(
        "B34", gazetteer.city.place_id, "文化和旅游局统计", numerator=float(round(culture)), denominator=total
    )
    add(
        "B54",
        gazetteer.city.place_id,
        "应急管理局台账",
        numerator=float(round(_SHELTER_SHARE * shelter)),
        denominator=total,
    )
    frame = pd.DataFrame(
        rows, columns=["indicator", "place_id", "period", "numerator", "denominator", "value", "source"]
    )
    return frame.sort_values(["indicator", "place_id"], kind="stable").reset_index(drop=True)


def commuting(town: Townscape, gazetteer: Gazetteer, rng: np.random.Generator) -> pd.DataFrame:
    """Who works where, by community: a doubly constrained gravity model with some noise.

    After A. Wilson, A family of spatial interaction models (1971); balanced by iterative proportional fitting.
    """
    cells, community = town.cells, town.community
    k = len(gazetteer.community)
    workers = _WORKERS_PER_ADULT * sum_by(community, cells.of(("age_15_59",)), k)
    buildings, faces = town.buildings, town.hierarchy.faces
    at = town.hierarchy.community[faces.holding(buildings.middle)]
    floor = sum_by(at, np.where(buildings.homes, 0.0, buildings.floor_area_m2), k)
    jobs = (_JOBS_PER_FLOOR * floor + _JOBS_PER_1000 * sum_by(community, cells.people, k)) / 1000.0
    jobs *= workers.sum() / jobs.sum()
    middle = mean_by(community, cells.xy, cells.people, k)
    away = np.hypot(*(middle[:, None, :] - middle[None]).transpose(2, 0, 1))
    flow = np.exp(-away / _COMMUTE_M) * rng.lognormal(0.0, 0.25, (k, k))
    for _ in range(40):
        flow *= (workers / flow.sum(axis=1))[:, None]
        flow *= (jobs / flow.sum(axis=0))[None, :]
    whole = np.rint(flow).astype(np.int64)
    home, work = np.nonzero(whole)
    ids = np.array([place.place_id for place in gazetteer.community], dtype=object)
    return pd.DataFrame(
        {"home_place_id": ids[home], "work_place_id": ids[work], "workers": whole[home, work]}
    )
