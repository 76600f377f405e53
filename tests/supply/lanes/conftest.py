"""Toy town without a food market, with a register of spaces, and needs made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from shapely import Point

from yiju.api import City
from yiju.city.toytown import ORIGIN_M, toy_town

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder

Need = Callable[..., dict[str, Any]]


def _need(service: str, step: str, **other: Any) -> dict[str, Any]:
    row = {
        "need_id": "N-1",
        "service": service,
        "service_class": "inclusive",
        "step": step,
        "group": "all",
        "level": "community",
        "place_id": "c-0-0",
        "people": 1000.0,
        "share": 0.5,
        "shortfall": None,
        "shortfall_unit": None,
        "deadline_class": "best_effort",
        "lead_unit": "housing",
        "evidence": "[]",
    }
    return row | other


@pytest.fixture(scope="session")
def need() -> Need:
    """Make a row of the ledger."""
    return _need


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town of 12 by 12 blocks whose markets have become corner shops, with three spaces; checked up."""
    folder = toy_town(
        tmp_path_factory.mktemp("lanes") / "town", blocks=12, communities=2, people_per_block=250.0
    )
    facilities = folder.table("facilities")
    turned = facilities["service"].replace("food_market", "convenience")
    folder.write_table("facilities", facilities.assign(service=turned))
    spaces = {"dear": ("land", 5000.0), "cheap": ("municipal", 400.0), "small": ("municipal", 100.0)}
    rows = [
        {
            "candidate_id": name,
            "name": name,
            "kind": kind,
            "floor_area_m2": floor,
            "cost_yuan": None,
            "services": None,
            "community": "c-0-0",
            "subdistrict": "s-0",
            "district": "d",
            "geometry": Point(ORIGIN_M[0] + 100.0, ORIGIN_M[1] + 100.0),
        }
        for name, (kind, floor) in spaces.items()
    ]
    folder.write_table(
        "candidates", gpd.GeoDataFrame(rows, crs=folder.config.crs).astype({"cost_yuan": "float64"})
    )
    City(folder).checkup()
    return folder
