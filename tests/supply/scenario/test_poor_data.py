"""Cities that lack something: a change is tried with what there is, and what cannot be asked says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.supply.scenario.conftest import corner

from yiju.api import City
from yiju.checkup.blocks import NotMeasurable
from yiju.city.toytown import toy_town
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from yiju.supply.scenario import Scenario


def lacking(folder: Path, *tables: str) -> Scenario:
    """A town that was checked up without some of its tables."""
    town = toy_town(folder, blocks=4)
    for name in tables:
        town.write_table(name, town.table(name).iloc[:0])
    city = City(town)
    city.checkup()
    return city.scenario()


def value(rows: pd.DataFrame, indicator: str, method: str, column: str) -> float:
    mine = rows[(rows["indicator"] == indicator) & (rows["method"] == method) & (rows["place_id"] == "city")]
    return float(mine[column].iloc[0])


def test_without_streets_land_is_measured_still(tmp_path: Path) -> None:
    now = lacking(tmp_path, "street_edges", "street_nodes")
    then = now.close("f-01")
    rows = then.indicators()
    assert value(rows, "L01", "official", "after") < value(rows, "L01", "official", "before")
    with pytest.raises(NotMeasurable):
        then.walk("kindergarten")
    with pytest.raises(NotMeasurable):
        now.link(corner(1, 1), corner(2, 2))


def test_without_people_places_are_counted_still(tmp_path: Path) -> None:
    now = lacking(tmp_path, "residents")
    then = now.close("f-01")
    assert (then.indicators()["status"] != "measured").any()
    with pytest.raises(NotMeasurable):
        then.catchments("kindergarten")


def test_the_first_facility_of_a_city(tmp_path: Path) -> None:
    now = lacking(tmp_path, "facilities", "entrances")
    then = now.add(service="kindergarten", at=corner(1, 1), capacity=60)
    assert float(then.walk("kindergarten").min()) == 60
    assert then.city.table("entrances")["facility_id"].tolist() == ["new-1"]
    assert now.add(service="pharmacy", at=corner(1, 1)).undo() is now


def test_a_layer_of_the_map_alone_stays_a_screening(tmp_path: Path) -> None:
    town = toy_town(tmp_path, blocks=4)
    config = tmp_path / "city.toml"
    config.write_text(config.read_text("utf-8").split("[layers]")[0], "utf-8")
    facilities = town.table("facilities").assign(source="osm")
    town.write_table("facilities", facilities[facilities["service"] != "kindergarten"])
    City.open(tmp_path).checkup()
    then = City.open(tmp_path).scenario().add(service="kindergarten", at=corner(1, 1), capacity=60)
    rows = then.indicators()
    mine = rows[(rows["indicator"] == "L01") & rows["after"].notna()]
    assert len(mine)
    assert set(mine["status"]) == {"screening"}
    assert "kindergarten" not in set(then.needs_closed()["service"])


def test_people_without_ages_change_as_one(tmp_path: Path) -> None:
    town = toy_town(tmp_path, blocks=4)
    residents = town.table("residents")
    town.write_table("residents", residents[[c for c in residents.columns if not c.startswith("age_")]])
    City(town).checkup()
    now = City(town).scenario()
    assert float(now.people(1.5).city.people().people.sum()) == 1.5 * float(now.city.people().people.sum())
    with pytest.raises(InputError, match="does not tell the number of older people"):
        now.people(1.5, group="age_60_plus")
    # nobody knows who is three to five: places are shared by all
    assert now.catchments("kindergarten").groups == ("all",)


def test_a_group_grows_with_its_cells(now: Scenario) -> None:
    then = now.people(2.0, group="age_60_plus", place="s-0")
    more = then.city.people("age_60_plus").people - now.city.people("age_60_plus").people
    assert more.sum() > 0
    assert (then.city.people().people - now.city.people().people).sum() == pytest.approx(more.sum())
    assert then.city.people("age_3_5").people.tolist() == now.city.people("age_3_5").people.tolist()
    # everybody leaves one community: its cells are no homes any more
    empty = now.people(0.0, place="c-0-0")
    assert len(empty.city.cells) < len(now.city.cells)
    assert len(empty.walk("kindergarten")) == len(empty.city.cells)
    # a frame by cell: the last of them moves to the first
    cells = now.city.cells.set_index("cell_id")[["people"]]
    moved = cells.iloc[[0, -1]].assign(people=[500.0, 0.0])
    assert float(now.people(moved).city.people().people.sum()) == float(cells["people"].sum())
