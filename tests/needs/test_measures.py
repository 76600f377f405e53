"""Measures and promises: kept by plan, replaced by plan, refused when foreign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from yiju.city.toytown import toy_town
from yiju.errors import ContractError
from yiju.needs.measures import PROMISES, read_measures, read_promises, save_plan

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder


@pytest.fixture
def town(tmp_path) -> CityFolder:
    return toy_town(tmp_path, blocks=4)


def measures(town: CityFolder, plan: str, *ids: str) -> gpd.GeoDataFrame:
    rows = [
        {
            "measure_id": i, "plan": plan, "year": 2025, "due_year": 2026, "kind": "convert",
            "service": "elder_day_care",
            "need_ids": "N-1;N-2", "lead_unit": "civil_affairs", "joint_units": "", "status": "planned",
            "snapshot": "s", "cost_yuan": 1e6,
        }
        for i in ids
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry=[Point(1, 2)] * len(rows), crs=town.config.crs)


def promises(plan: str, value: float) -> pd.DataFrame:
    row = {
        "plan": plan, "indicator": "L05", "method": "network", "variant": "r500", "place_id": "p",
        "group": "age_60_plus", "before": 40.0, "promised": value, "due_year": 2026,
    }  # fmt: skip
    return pd.DataFrame([row])


def test_a_city_begins_without_measures(town: CityFolder) -> None:
    assert len(read_measures(town)) == 0
    assert read_measures(town).crs == town.config.crs
    assert len(read_promises(town)) == 0


def test_a_plan_replaces_its_own_and_no_others(town: CityFolder) -> None:
    save_plan(town, "a", measures(town, "a", "M-1", "M-2"), promises("a", 80.0))
    save_plan(town, "b", measures(town, "b", "M-3"), promises("b", 90.0))
    save_plan(town, "a", measures(town, "a", "M-4"), promises("a", 85.0))
    assert sorted(read_measures(town)["measure_id"]) == ["M-3", "M-4"]
    assert dict(read_promises(town)[["plan", "promised"]].to_numpy()) == {"a": 85.0, "b": 90.0}


def test_a_plan_without_promises_can_be_stored(town: CityFolder) -> None:
    save_plan(town, "a", measures(town, "a", "M-1"), PROMISES.empty())
    assert len(read_measures(town)) == 1
    assert len(read_promises(town)) == 0


def test_rows_of_another_plan_are_refused(town: CityFolder) -> None:
    with pytest.raises(ContractError, match="not of the plan"):
        save_plan(town, "a", measures(town, "b", "M-1"), promises("a", 80.0))
    assert len(read_measures(town)) == 0
