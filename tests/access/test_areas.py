"""Service areas: everybody belongs to one facility or to none, and nobody is lost."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yiju.access.areas import service_areas
from yiju.errors import ContractError


def test_the_drawing_by_hand() -> None:
    nearest = pd.DataFrame({"metres": [100.0, 200, 300, 100, 50], "facility": list("AABBB")})
    found = service_areas(nearest, [9, 4, 2, 7, 1], facilities=pd.Index(["A", "B", "C"])).areas
    assert found["cells"].tolist() == [2, 3, 0]
    assert found["people"].tolist() == [13, 10, 0]
    assert found["mean"].round(0).tolist()[:2] == [131, 135]
    assert found["farthest"].tolist()[:2] == [200, 300]
    assert found.loc["C", ["mean", "farthest"]].isna().all()


def test_the_toy_town_is_divided_among_its_stations(town: Any) -> None:
    stations = town.of_service("health_station")
    nearest = town.walk.nearest(town.homes, town.doors.of(stations))
    older, people = town.residents["age_3_5"], town.residents["people"]
    found = service_areas(nearest, {"older": older, "others": people - older}, facilities=pd.Index(stations))
    walks = town.closed_form(stations)
    own = walks.argmin(axis=1)
    for k, station in enumerate(stations):
        mine = (own == k) & np.isfinite(walks.min(axis=1))
        row = found.areas.loc[station]
        assert row["cells"] == mine.sum()
        assert row["people"] == pytest.approx(people[mine].sum())
        assert row["people_older"] == pytest.approx(older[mine].sum())
        assert row["mean_older"] == pytest.approx(np.average(walks[mine, k], weights=older[mine]))
        assert row["farthest"] == walks[mine, k].max()
    assert found.areas["people"].sum() + found.unserved["people"] == pytest.approx(people.sum())


def test_who_reaches_nothing_is_counted_apart() -> None:
    nearest = pd.DataFrame(
        {"seconds": [60.0, np.inf, np.inf], "facility": ["A", None, None]}, index=list("xyz")
    )
    found = service_areas(nearest, pd.DataFrame({"older": [1, 2, np.nan]}, index=list("xyz")))
    assert found.areas.index.tolist() == ["A"]
    assert found.unserved.to_dict() == {"cells": 2, "people": 2, "people_older": 2}
    nobody = service_areas(nearest.iloc[1:], [1, 2])
    assert len(nobody.areas) == 0
    assert nobody.unserved["people"] == 3


def test_shapes_of_areas_are_their_cells_joined() -> None:
    cells = gpd.GeoSeries([shapely.box(i, 0, i + 1, 1) for i in range(4)], crs="EPSG:32648")
    nearest = pd.DataFrame({"metres": [1.0, 2, 3, np.inf], "facility": ["B", "A", "A", None]})
    found = service_areas(nearest, [1, 1, 0, 1], facilities=pd.Index(["A", "B", "C"]), cells=cells).areas
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == "EPSG:32648"
    assert found["area_m2"].tolist() == [2, 1, 0]
    assert found.geometry["A"].equals(shapely.box(1, 0, 3, 1))
    assert found.loc["A", "farthest"] == 2  # where nobody lives, nobody is far


def test_other_homes_and_unknown_facilities_are_refused() -> None:
    nearest = pd.DataFrame({"metres": [1.0], "facility": ["A"]})
    with pytest.raises(ContractError, match="need to hold A"):
        service_areas(nearest, [1], facilities=pd.Index(["B"]))
    with pytest.raises(ContractError, match="needs the index"):
        service_areas(nearest, pd.Series([1], index=[7]))
    with pytest.raises(ContractError, match="Cells need the index"):
        service_areas(nearest, [1], cells=gpd.GeoSeries([shapely.box(0, 0, 1, 1)], index=[7]))
    with pytest.raises(ContractError, match="such as -1"):
        service_areas(nearest, [-1])
