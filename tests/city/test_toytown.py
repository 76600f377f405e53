"""Toy town keeps the contracts and is what its docstring says."""

from __future__ import annotations

import numpy as np
import pytest

from yiju.city import TABLES, CityFolder
from yiju.city.toytown import AGES, FACILITIES, RAIN_CYCLE_MM, toy_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    return toy_town(tmp_path_factory.mktemp("toy"), blocks=8)


def test_every_table_keeps_its_contract_and_has_rows(town: CityFolder) -> None:
    for name in set(TABLES) - {"candidates", "commutes", "transfers"}:
        assert len(town.table(name)) > 0, name


def test_counts_of_the_grid(town: CityFolder) -> None:
    assert len(town.table("street_nodes")) == 9 * 9
    assert len(town.table("street_edges")) == 2 * 8 * 9
    assert len(town.table("residents")) == 8 * 8 - 1
    assert town.table("residents")["people"].sum() == 63 * 250
    assert len(town.table("facilities")) == sum(len(f.services) for f in FACILITIES) + 1


def test_ages_add_up_to_the_people(town: CityFolder) -> None:
    residents = town.table("residents")
    assert np.allclose(residents[list(AGES)].sum(axis=1), residents["people"])


def test_places_of_each_level_cover_the_city_and_name_their_parents(town: CityFolder) -> None:
    places = town.table("places")
    city = places.loc[places["level"] == "city", "area_m2"].item()
    for level, number in {"district": 1, "subdistrict": 2, "community": 4}.items():
        of_level = places[places["level"] == level]
        assert len(of_level) == number
        assert of_level["area_m2"].sum() == pytest.approx(city)
        assert set(of_level["parent_id"]) <= set(places["place_id"])


def test_what_stands_in_a_community_lies_within_it(town: CityFolder) -> None:
    squares = town.table("places").set_index("place_id").geometry
    for name in ("residents", "facilities", "land", "parcels", "stops", "requests"):
        table = town.table(name)
        home = squares.loc[table["community"]].to_numpy()
        assert all(square.covers(shape) for square, shape in zip(home, table.geometry, strict=True)), name


def test_the_severed_town_keeps_one_crossing(tmp_path_factory: pytest.TempPathFactory) -> None:
    severed = toy_town(tmp_path_factory.mktemp("severed"), blocks=8, severed=True)
    railway = severed.table("railways").geometry.iloc[0]
    crossing = severed.table("street_edges").geometry.crosses(railway)
    assert crossing.sum() == 1
    assert len(severed.table("street_edges")) == 2 * 8 * 9 - 8


def test_each_depth_of_rain_falls_equally_often_for_thirty_years(town: CityFolder) -> None:
    rain = town.table("rain")
    assert rain["date"].dt.year.nunique() == 30
    assert [int((rain["rain_mm"] == depth).sum()) for depth in RAIN_CYCLE_MM] == [438] * 5


def test_the_same_town_twice_is_the_same_bytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    one, two = (toy_town(tmp_path_factory.mktemp("twin"), blocks=4) for _ in range(2))
    for file in sorted(one.tables_dir.iterdir()):
        assert file.read_bytes() == (two.tables_dir / file.name).read_bytes(), file.name


def test_blocks_that_cannot_be_quartered_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        toy_town(tmp_path_factory.mktemp("odd"), blocks=6)
