"""How complete a layer seems: against the duty per population, and against peers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from yiju.checkup.layer_completeness import completeness, peers_per_10k
from yiju.city.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


def _rows(folder: CityFolder) -> pd.DataFrame:
    return completeness(folder).set_index("service")


def _unvouched(folder: CityFolder) -> CityFolder:
    return dataclasses.replace(folder, config=dataclasses.replace(folder.config, vouched=frozenset()))


def test_every_service_of_a_place_has_a_row(toy: CityFolder) -> None:
    assert list(_rows(toy).index) == [s.code for s in SERVICES.values() if s.is_facility]


def test_duty_per_population(toy: CityFolder) -> None:
    # 35,750 people ask for eight kindergartens, one per 5,000; there are two
    row = _rows(toy).loc["kindergarten"]
    assert (row["found"], row["expected"], row["ratio"]) == (2.0, 8.0, 0.25)
    assert row["per_10k"] == pytest.approx(10_000 * 2 / 35_750)


@pytest.mark.parametrize(("found", "verdict"), [(1, "sparse"), (3, "partial"), (4, "complete"), (0, "empty")])
def test_verdicts_of_an_openstreetmap_layer(
    small: Callable[..., CityFolder], found: int, verdict: str
) -> None:
    # 20,000 people ask for four kindergartens
    folder = small(people_per_block=20_000 / 15)
    facilities = folder.table("facilities")
    one = facilities[facilities["service"] == "kindergarten"].iloc[:1]
    others = facilities[facilities["service"] != "kindergarten"]
    copies = [one.assign(facility_id=f"k-{n}") for n in range(found)]
    folder.write_table(
        "facilities", pd.concat([others, *copies]).assign(source="osm").set_crs(facilities.crs)
    )
    row = _rows(_unvouched(folder)).loc["kindergarten"]
    assert (row["verdict"], row["trusted"]) == (verdict, False)
    assert row["source"] == ("osm" if found else "empty")


def test_who_vouches_and_who_has_a_table(toy: CityFolder) -> None:
    assert _rows(toy).loc["kindergarten", "verdict"] == "vouched"
    row = _rows(_unvouched(toy)).loc["kindergarten"]
    assert (row["verdict"], row["source"], row["trusted"]) == ("table", "table", True)


def test_stops_are_counted_where_they_are(toy: CityFolder) -> None:
    rows = _rows(_unvouched(toy))
    assert rows.loc["bus_stop", ["found", "source", "verdict"]].tolist() == [5.0, "gtfs", "stops"]
    assert rows.loc["rail_station", "found"] == 1.0


def test_what_stands_beyond_the_border_is_not_the_citys(small: Callable[..., CityFolder]) -> None:
    folder = small()
    facilities = folder.table("facilities")
    abroad = facilities["facility_id"] == "f-00"
    moved = facilities.geometry.where(~abroad, facilities.geometry.translate(50_000, 0))
    away = facilities.set_geometry(moved)
    away.loc[abroad, ["community", "subdistrict", "district"]] = None
    folder.write_table("facilities", away)
    assert _rows(folder).loc["kindergarten", "found"] == 1.0


def test_people_as_weights_ask_for_nothing(toy: CityFolder) -> None:
    weights = dataclasses.replace(toy, config=dataclasses.replace(toy.config, weights_only=True))
    row = _rows(weights).loc["kindergarten"]
    assert row["found"] == 2.0
    assert np.isnan([row["expected"], row["ratio"], row["per_10k"]]).all()


def test_peers_are_services_with_a_density() -> None:
    assert all(code in SERVICES and density > 0 for code, density in peers_per_10k().items())
