"""What is known to be wrong with the demo city, because it was built so: the check-up has to find these needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yiju.city.demo.provision import BEHIND_THE_PARK, BEYOND_THE_RAILWAY, WITHOUT_DAY_CARE
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.demo.gazetteer import Gazetteer
    from yiju.city.demo.townscape import Townscape


@dataclass(frozen=True)
class Truth:
    """A need that was planted: service, step of the ladder, place, and how it came about."""

    service: str
    step: str
    place_id: str
    level: str
    why: Text

    def as_dict(self) -> dict[str, str]:
        """The truth as it stands in truths.json."""
        return {
            "service": self.service, "step": self.step, "place_id": self.place_id, "level": self.level,
            "why_zh": self.why.zh, "why_en": self.why.en,
        }  # fmt: skip


def planted_truths(town: Townscape, gazetteer: Gazetteer) -> list[Truth]:
    """The six planted needs. For their services nobody else has one."""

    def community(pocket: str) -> tuple[str, Text]:
        place = gazetteer.community[town.hierarchy.pockets[pocket]]
        return place.place_id, place.name

    truths = []
    for pocket in WITHOUT_DAY_CARE:
        place_id, name = community(pocket)
        why = Text(
            f"{name.zh}步行10分钟内没有任何老年人日间照料设施。",
            f"{name.en}: no day care for older people within a walk of ten minutes.",
        )
        truths.append(Truth("elder_day_care", "none", place_id, "community", why))
    place_id, name = community(BEYOND_THE_RAILWAY)
    why = Text(
        f"{name.zh}的小学都在铁路对面：直线500米内有学校，步行须绕行很远。",
        f"{name.en}: the primary schools stand across the railway, near as the crow flies, far on foot.",
    )
    truths.append(Truth("primary_school", "none", place_id, "community", why))
    place_id, name = community(BEHIND_THE_PARK)
    why = Text(
        f"{name.zh}紧邻公园，但公园有围墙，唯一的门开在另一侧。",
        f"{name.en} lies beside a park that has a wall and a single gate, on the far side.",
    )
    truths.append(Truth("park", "none", place_id, "community", why))
    place = gazetteer.subdistrict[town.short_of_places]
    why = Text(
        f"{place.name.zh}的幼儿园学位不足：每名3–5岁儿童不到0.9个。",
        f"{place.name.en}: fewer than 0.9 kindergarten places for each child of 3 to 5.",
    )
    truths.append(Truth("kindergarten", "capacity", place.place_id, "subdistrict", why))
    return truths
