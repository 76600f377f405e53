"""Homes and facilities that no street is near enough to are counted, named and told of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from yiju.checkup.context import Context
from yiju.checkup.off_network import off_network, remark_on
from yiju.checkup.run import run_checkup
from yiju.checkup.snapshot import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

# The northernmost homes stand 10 m inside their blocks of 100 m, this far south of the last street of the town.
TO_THE_LAST_STREET_M = 90.0


def moved(folder: CityFolder, table: str, ids: list[str], *, north_m: float) -> CityFolder:
    """Some rows of a table, by their key, moved northward."""
    frame = folder.table(table)
    rows = frame[frame.columns[0]].isin(ids).to_numpy()
    assert rows.sum() == len(ids)
    folder.write_table(
        table, frame.set_geometry(frame.geometry.where(~rows, frame.geometry.translate(0, north_m)))
    )
    return folder


def record(folder: CityFolder) -> dict[str, Any]:
    found = off_network(Context(folder, folder.config.year))
    assert found is not None
    return found


def test_none_is_told_of_where_all_lie_on_the_network(toy: CityFolder) -> None:
    assert record(toy) == {"limit_m": 500.0, "kinds": []}
    assert remark_on(record(toy)) is None


def test_homes_are_counted_with_their_people(small: Callable[..., CityFolder]) -> None:
    folder = moved(small(), "residents", ["r-0-3", "r-3-3"], north_m=TO_THE_LAST_STREET_M + 501)
    people = folder.table("residents")
    people.loc[people["cell_id"] == "r-3-3", "people"] = 650.0
    folder.write_table("residents", people)
    found = record(folder)
    assert found["limit_m"] == 500.0
    assert found["kinds"] == [
        {
            "kind": "homes",
            "points": 2,
            "of": 15,  # sixteen blocks but the park's
            "people": 250.0 + 650.0,
            "share": pytest.approx(900 / (14 * 250 + 650)),
            "ids": ["r-0-3", "r-3-3"],
        }
    ]
    remark = remark_on(found)
    assert remark is not None
    assert remark.en == (
        "Farther than 500 m from every street that can be walked, and counted as out of reach: "
        "2 of 15 home cells (900 residents, 21.7%). Look whether streets are missing there."
    )
    assert remark.zh == (
        "离任何可步行街道都超过 500 米、按不可达计：居民点 15 个中 2 个（900 人，占 21.7%）。请检查该处路网是否缺漏。"
    )


def test_the_limit_is_that_of_the_walks(small: Callable[..., CityFolder]) -> None:
    near = moved(small(), "residents", ["r-0-3"], north_m=TO_THE_LAST_STREET_M + 499)
    assert record(near)["kinds"] == []
    far = Context(moved(near, "residents", ["r-0-3"], north_m=2), 2025)
    lost = off_network(far)
    assert lost is not None
    assert lost["kinds"][0]["ids"] == ["r-0-3"]
    assert far.cells["cell_id"][far.reach.homes.nowhere].tolist() == ["r-0-3"]


def test_nobody_who_lies_off_the_network_is_covered(
    small: Callable[..., CityFolder], measure: Callable[..., Any]
) -> None:
    """What the remark says of these homes is what the indicators do with them."""
    folder = moved(small(), "residents", ["r-0-0", "r-1-0"], north_m=5000)
    seen = measure(folder, "L09").of("L09")
    share = record(folder)["kinds"][0]["share"]
    city = seen[(seen["method"] == "network") & (seen["place_id"] == "city") & (seen["group"] == "all")]
    assert len(city) > 0
    assert (city["value"] <= 100 * (1 - share) + 1e-9).all()
    assert (city["denominator"] == 15 * 250).all(), "they are not left out of those who should be served"


def test_people_who_are_weights_are_a_share(small: Callable[..., CityFolder]) -> None:
    folder = moved(small(), "residents", ["r-0-3"], north_m=5000)
    folder = dataclasses.replace(folder, config=dataclasses.replace(folder.config, weights_only=True))
    found = record(folder)
    assert found["kinds"][0]["people"] is None
    remark = remark_on(found)
    assert remark is not None
    assert "1 of 15 home cells (6.7% of the residents)." in remark.en
    assert "居民点 15 个中 1 个（占居民 6.7%）。" in remark.zh


def test_a_facility_is_lost_when_all_its_doors_are(small: Callable[..., CityFolder]) -> None:
    # f-04 is day care and canteen in one
    folder = moved(small(), "entrances", ["f-04/0", "f-05/0"], north_m=5000)
    doors = folder.table("entrances")
    second = doors[doors["entrance_id"] == "f-00/0"].assign(entrance_id="f-05/1", facility_id="f-05")
    doors = doors.merge(second, how="outer").set_crs(doors.crs)
    folder.write_table("entrances", doors)
    found = record(folder)
    assert found["kinds"] == [
        {"kind": "community_canteen", "points": 1, "of": 1, "ids": ["f-04"]},
        {"kind": "elder_day_care", "points": 1, "of": 1, "ids": ["f-04"]},
    ]
    remark = remark_on(found)
    assert remark is not None
    assert "community canteen 1 of 1; " in remark.en
    assert " 1 处中 1 处；" in remark.zh


def test_facilities_beyond_the_border_are_none_of_ours(small: Callable[..., CityFolder]) -> None:
    folder = moved(small(), "entrances", ["f-01/0"], north_m=5000)
    facilities = moved(folder, "facilities", ["f-01"], north_m=5000).table("facilities")
    assert record(folder)["kinds"][0]["of"] == 2
    away = facilities["facility_id"] == "f-01"
    facilities.loc[away, ["community", "subdistrict", "district"]] = None
    folder.write_table("facilities", facilities)
    assert record(folder)["kinds"] == []


def test_stops_are_told_of_by_their_mode(small: Callable[..., CityFolder]) -> None:
    folder = moved(small(), "stops", ["bus-1"], north_m=5000)
    assert record(folder)["kinds"] == [], "it is beyond the border"
    places = folder.table("places")
    city = (places["level"] == "city").to_numpy()
    wide = places.geometry.where(~city, places.geometry.buffer(9000))
    folder.write_table("places", places.set_geometry(wide))
    assert record(folder)["kinds"] == [{"kind": "bus_stop", "points": 1, "of": 2, "ids": ["bus-1"]}]


def test_without_streets_nobody_can_say(small: Callable[..., CityFolder]) -> None:
    folder = small()
    for table in ("street_edges", "street_nodes"):
        folder.write_table(table, folder.table(table).iloc[:0])
    assert off_network(Context(folder, folder.config.year)) is None
    assert remark_on(None) is None


def test_without_people_the_facilities_are_looked_at(small: Callable[..., CityFolder]) -> None:
    folder = moved(small(), "entrances", ["f-00/0"], north_m=5000)
    folder.write_table("residents", folder.table("residents").iloc[:0])
    assert [kind["kind"] for kind in record(folder)["kinds"]] == ["kindergarten"]


def test_the_manifest_keeps_it(small: Callable[..., CityFolder]) -> None:
    folder = moved(small(), "residents", ["r-0-3"], north_m=5000)
    run_checkup(folder).write()
    assert read_manifest(folder)["off_network"] == record(folder)
    assert remark_on(read_manifest(folder)["off_network"]) == remark_on(record(folder))
