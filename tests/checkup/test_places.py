"""Sums over places of all levels, and layers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from shapely import Point, box

from yiju.checkup.context import Context
from yiju.checkup.layers import Layers
from yiju.checkup.places import Places
from yiju.city.config import Config, Source
from yiju.city.tables import FACILITIES
from yiju.errors import ContractError, MissingCity

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


@pytest.fixture
def places(toy: CityFolder) -> Places:
    return Places(toy.table("places"))


def test_sums_go_up_the_levels(places: Places) -> None:
    where = pd.DataFrame(
        {
            "community": ["c-0-0", "c-0-1", None],
            "subdistrict": ["s-0", "s-0", "s-1"],
            "district": ["d-0", "d-0", None],
        }
    )
    sums = dict(zip(places.ids, places.within(where).sums([1.0, 10.0, 100.0]), strict=True))
    assert sums == {
        "city": 111.0, "d-0": 11.0, "s-0": 11.0, "s-1": 100.0, "c-0-0": 1.0, "c-0-1": 10.0, "c-1-0": 0.0, "c-1-1": 0.0,
    }  # fmt: skip


def test_members_are_the_rows_that_were_summed(places: Places, toy: CityFolder) -> None:
    within = places.within(toy.table("residents"))
    for place in range(len(places)):
        assert len(within.members(place)) == within.counts()[place]


def test_an_empty_table_sums_to_nothing(places: Places) -> None:
    within = places.within(pd.DataFrame({"community": [], "subdistrict": [], "district": []}))
    assert within.sums([]).tolist() == [0.0] * len(places)
    assert within.members(places.city).tolist() == []


def test_a_place_holds_its_parts_and_itself(places: Places) -> None:
    communities = places.summed(np.ones(len(places)), "community")
    assert dict(zip(places.ids, communities, strict=True)) == {
        "city": 4.0, "d-0": 4.0, "s-0": 2.0, "s-1": 2.0, "c-0-0": 1.0, "c-0-1": 1.0, "c-1-0": 1.0, "c-1-1": 1.0,
    }  # fmt: skip


def test_places_without_parents_lie_in_the_city_and_circles_end(places: Places) -> None:
    loose = Places(places.frame.assign(parent_id=None))
    assert loose.summed(np.ones(len(loose)), "community")[loose.city] == 4.0
    circle = Places(places.frame.assign(parent_id=places.frame["place_id"]))
    assert circle.summed(np.ones(len(circle)), "community")[circle.city] == 4.0


def test_a_city_needs_a_city(small: Callable[..., CityFolder]) -> None:
    folder = small()
    frame = folder.table("places")
    folder.write_table("places", frame[frame["level"] != "city"])
    with pytest.raises(ContractError, match="level city"):
        _ = Context(folder, 2025).places
    (folder.tables_dir / "places.parquet").unlink()
    with pytest.raises(MissingCity, match="yiju build"):
        _ = Context(folder, 2025).places


def _layers(*rows: tuple[str, str], **config: object) -> Layers:
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["service", "source"]).assign(
            facility_id=[str(n) for n in range(len(rows))]
        ),
        geometry=[Point(n, 0) for n in range(len(rows))],
        crs="EPSG:32648",
    )
    return Layers(
        FACILITIES.validate(frame), dataclasses.replace(Config("x", 2025, CRS.from_epsg(32648)), **config)
    )  # type: ignore[arg-type]


def test_trust() -> None:
    table = (Source("facilities", "f.csv", {"complete_for": ["pharmacy", "bank"]}),)
    layers = _layers(
        ("kindergarten", "osm"), ("park", "table"), ("library", "osm"), ("library", "osm+table"), ("bank", "osm"),
        vouched=frozenset({"supermarket"}), sources=table,
    )  # fmt: skip
    assert [layers.trusts(s) for s in ("kindergarten", "park", "library", "pharmacy", "bank", "supermarket")] == [
        False, True, True, True, True, True,
    ]  # fmt: skip
    assert layers.state(["kindergarten"]) == "screening"
    assert (
        layers.state(["park", "kindergarten"]) == "screening"
    )  # one doubtful layer makes the whole doubtful
    assert layers.state(["park", "museum"]) == "measured"
    assert layers.state(["pharmacy"]) == "measured"  # complete, and there is none
    assert layers.state(["museum"]) == "empty"


def test_area_is_as_given_else_as_drawn() -> None:
    frame = gpd.GeoDataFrame(
        {
            "facility_id": ["a", "b", "c"],
            "service": "park",
            "source": "osm",
            "land_area_m2": [500.0, np.nan, np.nan],
        },
        geometry=[box(0, 0, 10, 10), box(0, 0, 10, 10), Point(0, 0)],
        crs="EPSG:32648",
    )
    layers = Layers(FACILITIES.validate(frame), Config("x", 2025, CRS.from_epsg(32648)))
    assert layers.area_m2[:2].tolist() == [500.0, 100.0]
    assert np.isnan(layers.area_m2[2])
