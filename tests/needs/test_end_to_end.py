"""From toy town's tables to its ledger: what closed forms say is missing, and for those services nothing else.

Toy town of 12 blocks of 100 m, two by two communities (toytown.py). A walk from block (i, j) to corner (k, l) is
10 + 100 (|i + 1/2 - k| + |j - l|) metres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from yiju.checkup.run import run_checkup
from yiju.city.toytown import toy_town
from yiju.needs import read_evidence, recognise

if TYPE_CHECKING:
    import pandas as pd

    from yiju.city.folder import CityFolder

BLOCKS, PEOPLE = 12, 250.0


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[CityFolder, pd.DataFrame]]:
    made = {}
    for name in ("whole", "severed"):
        town = toy_town(
            tmp_path_factory.mktemp("e2e") / name,
            blocks=BLOCKS,
            people_per_block=PEOPLE,
            severed=name == "severed",
        )
        made[name] = (town, recognise(run_checkup(town).observations, town, year=2025))
    return made


def _walk_m(corner: tuple[int, int]) -> np.ndarray:
    """(BLOCKS, BLOCKS) metres from each block to a corner, the park's own block left out."""
    i, j = np.meshgrid(np.arange(BLOCKS), np.arange(BLOCKS), indexing="ij")
    walk = 10.0 + 100.0 * (np.abs(i + 0.5 - corner[0]) + np.abs(j - corner[1]))
    walk[BLOCKS // 4, 3 * BLOCKS // 4] = np.nan
    return walk


def test_food_markets_out_of_reach_are_those_of_the_closed_form(towns) -> None:
    _, needs = towns["whole"]
    half = BLOCKS // 2
    nearest = np.fmin(_walk_m((half, BLOCKS // 4)), _walk_m((half, 3 * BLOCKS // 4)))
    expected = {}
    for column in range(2):
        for row in range(2):
            part = nearest[column * half : (column + 1) * half, row * half : (row + 1) * half]
            beyond = float(np.nansum(part > 500.0)) * PEOPLE
            lived_in = float(np.isfinite(part).sum()) * PEOPLE
            if beyond / lived_in > 0.4:
                expected[f"c-{column}-{row}"] = beyond
    found = needs[needs["service"] == "food_market"].set_index("place_id")
    assert found["people"].to_dict() == expected
    assert found["step"].unique().tolist() == ["reach"]


def test_the_north_east_has_no_day_care_and_only_the_north_east_has_none(towns) -> None:
    _, needs = towns["whole"]
    none = needs[(needs["service"] == "elder_day_care") & (needs["step"] == "none")]
    assert none["place_id"].tolist() == ["c-1-1"]
    # 36 blocks of the new town, 20 % of 250 people of 60 and over
    assert none["people"].iloc[0] == pytest.approx(36 * PEOPLE * 0.20)
    # c-0-0 has the day-care centre, and is short of nothing
    assert "c-0-0" not in needs.loc[needs["service"] == "elder_day_care", "place_id"].tolist()


def test_places_short_are_the_norm_less_the_places(towns) -> None:
    _, needs = towns["whole"]
    short = needs[(needs["service"] == "kindergarten") & (needs["step"] == "capacity")].set_index("place_id")
    # west: 360 places, 71 blocks with 3 % of 3 to 5 (the park's is empty); east: 180 places, 72 blocks with 4 %
    assert short["shortfall"].to_dict() == pytest.approx(
        {"s-0": 0.9 * 71 * PEOPLE * 0.03 - 360, "s-1": 0.9 * 72 * PEOPLE * 0.04 - 180}
    )
    # a school place for every child, in the district: 1,500 for 6 to 11; 1,200 for 12 to 14 are enough
    school = needs[(needs["step"] == "capacity") & needs["service"].isin(["primary_school", "middle_school"])]
    children = PEOPLE * (71 * 0.05 + 72 * 0.08)
    assert school[["place_id", "service"]].values.tolist() == [["d-0", "primary_school"]]
    assert school["shortfall"].iloc[0] == pytest.approx(children - 1500)


def test_a_railway_cuts_off_what_lies_behind_it_and_nothing_else(towns) -> None:
    assert "street_network" not in towns["whole"][1]["service"].tolist()
    _, needs = towns["severed"]
    cut_off = needs[(needs["service"] == "street_network") & (needs["step"] == "reach")]
    assert sorted(cut_off["place_id"]) == ["c-0-1", "c-1-1"]  # north of the railway
    assert cut_off["sentence_en"].str.contains("cut off by the railway").all()


def test_every_need_rests_on_an_observation_and_its_pair(towns) -> None:
    for town, needs in towns.values():
        places = set(town.table("places")["place_id"])
        assert set(needs["place_id"]) <= places
        for row in needs.to_dict("records"):
            refs = read_evidence(row["evidence"])
            assert refs[0]["role"] == "raises"
            assert refs[0]["indicator"] == row["indicator"]
            if row["indicator"] in ("L01", "L02", "L03", "L05", "L07", "L14"):
                pair = {(r["method"], r["group"]) for r in refs if r["kind"] == "observation"}
                assert {("official", "all"), ("network", "all")} <= pair
                assert any(r["kind"] == "severance" for r in refs)
