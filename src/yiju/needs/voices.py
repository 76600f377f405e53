"""Requests of residents as evidence beside the norm: who spoke of a service at a place, and who is silent.

Silence is no proof that nothing is missing: the very old and small children do not phone hotlines
(DESIGN.md). It is claimed only where a log exists that names services; without one, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.city.folder import CityFolder

# Columns of the requests table that name the place of each level; the city holds all of them.
_PLACE_COLUMNS = {"community": "community", "subdistrict": "subdistrict", "district": "district"}


@dataclass(frozen=True)
class Voices:
    """Requests of one year by place and service; ``heard`` is false where no log speaks of services."""

    year: int
    heard: bool = False
    _counts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _residents: Mapping[str, float] = field(default_factory=dict)
    _city: str = ""

    def about(self, place_id: str, service: str) -> tuple[int, int] | None:
        """Requests and unresolved requests about a service at a place; None where nobody could be heard."""
        return self._counts.get((place_id, service), (0, 0)) if self.heard else None

    def times_the_city(self, place_id: str, service: str) -> float | None:
        """How much more often than in the whole city a resident of the place speaks of the service."""
        here, everywhere = self._per_resident(place_id, service), self._per_resident(self._city, service)
        return None if here is None or not everywhere else here / everywhere

    def _per_resident(self, place_id: str, service: str) -> float | None:
        spoken, residents = self.about(place_id, service), self._residents.get(place_id)
        return None if spoken is None or not residents else spoken[0] / residents


def hear(folder: CityFolder, year: int, residents: Mapping[str, float]) -> Voices:
    """Count the requests of one year by place and service.

    A request counts at every level that holds it; ``unresolved`` are those of which the resident said so.
    ``residents`` are those of each place, empty where they cannot be counted.
    """
    if not folder.has("requests"):
        return Voices(year)
    log = folder.table("requests")
    log = log[(log["created_at"].dt.year == year) & log["service"].notna()]
    if not len(log):
        return Voices(year)
    city = _city_id(folder)
    log = pd.DataFrame(
        {
            "service": log["service"],
            "unresolved": (log["resolved"] == False).fillna(False),  # noqa: E712 - unknown is not unresolved
            "city": city,
            **{level: log[column] for level, column in _PLACE_COLUMNS.items()},
        }
    )
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for level in ("city", *_PLACE_COLUMNS):
        by = log[log[level].notna()].groupby([level, "service"])["unresolved"]
        for key, n, unresolved in zip(by.size().index, by.size(), by.sum(), strict=True):
            counts[key] = (int(n), int(unresolved))
    return Voices(year, heard=True, _counts=counts, _residents=residents, _city=city)


def residents_by_place(folder: CityFolder) -> dict[str, float]:
    """Residents of every place; empty where people are only weights or unknown."""
    if folder.config.weights_only or not folder.has("residents"):
        return {}
    cells = folder.table("residents")
    found = {_city_id(folder): float(cells["people"].sum())}
    for column in _PLACE_COLUMNS.values():
        found.update(cells.groupby(column)["people"].sum().astype(float).to_dict())
    return found


def _city_id(folder: CityFolder) -> str:
    places = folder.table("places")
    whole = places.loc[places["level"] == "city", "place_id"]
    return str(whole.iloc[0]) if len(whole) else "city"
