"""Spare room of the demo city: vacant premises, spare floors, places that could host more, and ground to build on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.city.datum import from_wgs84

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats
    from yiju.city.demo.services import Facility
    from yiju.city.demo.site import Site
    from yiju.city.demo.townscape import Townscape
    from yiju.text import Text

# Services whose house has floors to spare (the city's own), that could host more (stations, school annexes), or whose
# ground could be built on.
_MUNICIPAL = ("street_service_centre", "cultural_centre", "library", "health_centre")
_STATIONS = ("community_service_station", "cultural_station", "senior_activity")
_SCHOOLS = ("primary_school", "middle_school")
_GROUND = ("parking",)
# What a school may take in beside its pupils, as the children's side of the complexes: invented.
_BESIDE_PUPILS = "childcare;after_school"
# Shares of the houses that have room to spare, and how much of their floor it is: invented.
_SPARE_HOUSES = {"municipal": 0.5, "station": 0.6, "school": 0.2}
_SPARE_FLOOR = {"municipal": (0.08, 0.3), "station": (0.3, 0.75), "school": (0.03, 0.09)}
# Vacant premises, m2, and how many a community has beyond the first, on average: invented.
_VACANT_M2, _MORE_VACANT = (260.0, 1_150.0), 0.5
# Plots for a house of so many m2, on every third car park: invented.
_PLOT_M2, _EVERY = (700.0, 1_600.0), 3


def spare_room(
    town: Townscape, stems: list[Text], site: Site, source: str, rng: np.random.Generator
) -> pd.DataFrame:
    """The register of spare room, as an office would keep it: Chinese columns, a map vendor's coordinates (GCJ-02).

    Parameters
    ----------
    stems
        Name of each community without its last word.
    source
        What the register says of where it comes from.
    """
    vacant = _vacant(town, stems, rng)
    rest = [
        *_in_houses(town, "municipal", "公共用房", _MUNICIPAL, None, rng),
        *_in_houses(town, "station", "可改造设施", _STATIONS, None, rng),
        *_in_houses(town, "school", "可改造设施", _SCHOOLS, _BESIDE_PUPILS, rng),
        *_plots(town, stems, rng),
    ]
    rows = pd.DataFrame([*vacant, *rest])
    lon, lat = site.to_degrees(np.array(rows.pop("xy").tolist()))
    shifted = from_wgs84(lon, lat, "gcj02")
    rows.insert(0, "编号", [f"K{k:04d}" for k in range(1, len(rows) + 1)])
    return rows.assign(经度=np.round(shifted[0], 7), 纬度=np.round(shifted[1], 7), 来源=source)


def _row(kind: str, name: str, xy: Floats, floor_m2: float, services: str | None = None) -> dict[str, object]:
    return {
        "名称": name,
        "类型": kind,
        "可用建筑面积": float(round(floor_m2, -1)),
        "可承载服务": services,
        "xy": xy,
    }


def _vacant(town: Townscape, stems: list[Text], rng: np.random.Generator) -> list[dict[str, object]]:
    """Ground floors that stand empty: one in each community where people live, and some more."""
    middle = town.buildings.middle
    community = town.hierarchy.community[town.hierarchy.faces.holding(middle)]
    rows = []
    for k, stem in enumerate(stems):
        houses = np.flatnonzero(community == k)
        count = min(1 + int(rng.poisson(_MORE_VACANT)), len(houses))
        for turn, house in enumerate(sorted(rng.choice(houses, count, replace=False).tolist()), start=1):
            name = f"{stem.zh}闲置用房{'' if turn == 1 else turn}"
            rows.append(_row("闲置用房", name, middle[house], rng.uniform(*_VACANT_M2)))
    return rows


def _in_houses(
    town: Townscape,
    what: str,
    kind: str,
    services: tuple[str, ...],
    takes: str | None,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    rows = []
    for facility in _of(town, services):
        if facility.floor_m2 and rng.random() < _SPARE_HOUSES[what]:
            floor = facility.floor_m2 * rng.uniform(*_SPARE_FLOOR[what])
            rows.append(_row(kind, f"{facility.zh}可用房间", facility.xy, floor, takes))
    return rows


def _plots(town: Townscape, stems: list[Text], rng: np.random.Generator) -> list[dict[str, object]]:
    return [
        _row("公共用地", f"{_stem(stems, facility)}停车场地块", facility.xy, rng.uniform(*_PLOT_M2))
        for facility in _of(town, _GROUND)[::_EVERY]
    ]


def _stem(stems: list[Text], facility: Facility) -> str:
    return stems[facility.community].zh if facility.community >= 0 else "城郊"


def _of(town: Townscape, services: tuple[str, ...]) -> list[Facility]:
    return [f for f in town.facilities if f.service in services]
