"""The toy town on the network, for every access measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from yiju.city.toytown import toy_town
from yiju.travel import AccessPoints, StreetNetwork, Travel

if TYPE_CHECKING:
    from yiju.city import CityFolder

SIDE_M, SETBACK_M = 100.0, 10.0


@dataclass(frozen=True)
class Town:
    """A toy town with its homes and doors on the network, and the walks that arithmetic gives."""

    city: CityFolder
    walk: Travel
    homes: AccessPoints
    doors: AccessPoints
    severed: bool

    @property
    def residents(self) -> Any:
        return self.city.table("residents").set_index("cell_id")

    def of_service(self, service: str) -> list[str]:
        facilities = self.city.table("facilities")
        return facilities.loc[facilities["service"] == service, "facility_id"].tolist()

    def closed_form(self, facilities: list[str]) -> np.ndarray:
        """(homes, facilities) walks by the closed forms 1 and 2 of yiju.city.toytown."""
        i, j = np.array([name.split("-")[1:] for name in self.homes.owners], dtype=float).T[:, :, None]
        gates = self.city.table("entrances").set_index("facility_id").geometry.loc[facilities]
        k, m = (gates.x - 640_000).to_numpy() / SIDE_M, (gates.y - 3_270_000).to_numpy() / SIDE_M
        east_west = np.abs(i + 0.5 - k)
        if self.severed:
            middle = 12 / 2
            east_west = np.where((j > middle) != (m > middle), i + 0.5 + k, east_west)
        return SETBACK_M + SIDE_M * (east_west + np.abs(j - m))


def _town(folder: Any, severed: bool) -> Town:
    city = toy_town(folder, severed=severed)
    network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
    entrances = city.table("entrances")
    homes = network.snap(city.table("residents").set_index("cell_id"))
    return Town(
        city, network.in_metres(), homes, network.snap(entrances, owner=entrances["facility_id"]), severed
    )


@pytest.fixture(scope="session", params=[False, True], ids=["open", "severed"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Town:
    return _town(tmp_path_factory.mktemp("toy"), request.param)


@pytest.fixture(scope="session")
def open_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return _town(tmp_path_factory.mktemp("open"), severed=False)


@pytest.fixture(scope="session")
def severed_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return _town(tmp_path_factory.mktemp("severed"), severed=True)
