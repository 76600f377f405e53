"""The whole check-up: nothing left out, nothing zero that is missing, the same bytes again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.checkup import registry
from yiju.checkup.blocks import Block
from yiju.checkup.catalogue import catalogue, read_catalogue
from yiju.checkup.observations import OBSERVATIONS
from yiju.checkup.run import run_checkup
from yiju.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yiju.city.folder import CityFolder


def test_every_indicator_has_a_row_for_the_city(seen: Any) -> None:
    city = seen.rows[seen.rows["level"] == "city"]
    assert set(city["indicator"]) == set(catalogue())
    assert list(dict.fromkeys(seen.rows["indicator"])) == list(catalogue())


def test_observations_keep_their_contract(seen: Any) -> None:
    pd.testing.assert_frame_equal(OBSERVATIONS.validate(seen.rows), seen.rows)


def test_a_value_is_known_exactly_where_the_status_says_so(seen: Any) -> None:
    nothing = seen.rows["status"] == "not measurable"
    assert (seen.rows["value"].isna() == nothing).all()
    assert (seen.rows.loc[nothing, "reason_zh"] != "").all()
    assert (seen.rows.loc[nothing, "reason_en"] != "").all()
    assert seen.rows.loc[nothing, "grade"].isna().all()


def test_shares_are_shares(seen: Any) -> None:
    shares = seen.rows[(seen.rows["unit"] == "%") & seen.rows["value"].notna()]
    assert shares["value"].between(0, 100).all()
    ratio = 100 * shares["numerator"] / shares["denominator"]
    known = ratio.notna() & ~shares["indicator"].isin(["Z01"])
    assert np.allclose(ratio[known], shares.loc[known, "value"], atol=1e-6)


def test_rows_say_where_they_come_from(seen: Any) -> None:
    assert (seen.rows["source"] != "").all()
    for row in seen.rows.drop_duplicates("indicator").itertuples():
        assert catalogue()[row.indicator].edition == row.edition


def test_the_same_city_gives_the_same_bytes(small: Callable[..., CityFolder], tmp_path: Path) -> None:
    folder = small()
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for file in files:
        run_checkup(folder).observations.to_parquet(file, index=False)
    assert files[0].read_bytes() == files[1].read_bytes()


# table taken away -> indicators that then cannot be had, and words of the reason
NEEDED = {
    "residents": (["L18", "S01", "F03", "Q01", "G06", "R06"], "needs population"),
    "street_edges": (["L18", "L19", "F01", "F02", "Q01"], "needs a street network"),
    "stops": (["L14", "L15", "L16"], "needs GTFS or OpenStreetMap"),
    "headways": (["L17"], "needs headways"),
    "parcels": (["F01", "F02", "R01"], "needs parcels"),
    "facilities": (["L01", "L02", "S02", "S04"], "facility"),
    "requests": (["G01", "G02", "G03", "G04", "G05", "G06", "G07"], "needs a log of requests"),
    "rain": (["R03"], "needs daily rain"),
    "terrain": (["R05"], "needs an elevation model"),
    "figures": (["S07", "S08"], "needs table"),
}


@pytest.mark.parametrize("table", NEEDED)
def test_a_missing_input_is_not_measurable_and_never_zero(
    small: Callable[..., CityFolder], measure: Any, table: str
) -> None:
    folder = small()
    folder = dataclasses.replace(folder, config=dataclasses.replace(folder.config, vouched=frozenset()))
    (folder.tables_dir / f"{table}.parquet").unlink()
    indicators, why = NEEDED[table]
    rows = measure(folder, *indicators).rows
    assert set(rows["indicator"]) == set(indicators)
    missing = rows[rows["method"] != "official"] if table in ("residents", "street_edges") else rows
    city = missing[missing["level"] == "city"]
    assert (city["status"] == "not measurable").all(), city[city["status"] != "not measurable"]
    assert rows.loc[rows["status"] == "not measurable", "value"].isna().all()
    assert city["reason_en"].str.contains(why).any()


def test_without_land_the_network_reading_stands_alone(
    small: Callable[..., CityFolder], measure: Any
) -> None:
    folder = small()
    (folder.tables_dir / "land.parquet").unlink()
    seen = measure(folder, "L02", "L20")
    assert seen.row("L02", method="official", variant="r500")["reason_en"] == "needs residential land."
    assert seen.row("L02", method="network", variant="r500")["status"] == "measured"
    assert "both readings" in seen.of("L20").iloc[0]["reason_en"]


def test_without_ages_groups_are_not_measurable(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    residents = folder.table("residents")
    folder.write_table("residents", residents.drop(columns=[c for c in residents if c.startswith("age_")]))
    seen = measure(folder, "L05")
    row = seen.row("L05", method="network", variant="r500", group="age_60_plus")
    assert row["status"] == "not measurable"
    assert "needs population by age" in row["reason_en"]
    assert seen.row("L05", method="network", variant="r500")["status"] == "measured"


def test_people_spread_by_a_model_say_so(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    folder.write_table("residents", folder.table("residents").assign(status="modelled"))
    seen = measure(folder, "L02")
    assert seen.row("L02", method="network", variant="r500")["status"] == "modelled"
    assert seen.row("L02", method="official", variant="r500")["status"] == "measured"


def test_a_community_where_nobody_lives(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    residents = folder.table("residents")
    empty = residents["people"].mask(residents["community"] == "c-1-1", 0.0)
    folder.write_table("residents", residents.assign(people=empty))
    row = measure(folder, "L02").row("L02", method="network", variant="r500", place="c-1-1")
    assert row["status"] == "not measurable"
    assert row["reason_en"] == "no all residents live here." or "live here" in row["reason_en"]


def test_suppressed_cells_are_unknown_not_empty(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    residents = folder.table("residents")
    hidden = residents["people"].mask(np.arange(len(residents)) < 5)
    folder.write_table("residents", residents.assign(people=hidden))
    row = measure(folder, "L02").row("L02", method="network", variant="r500")
    assert row["denominator"] == 10 * 250


def test_a_new_indicator_is_one_function_and_one_entry(
    toy: CityFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = tmp_path / "benches.toml"
    entry.write_text(
        """
[X01]
edition = "local"
zh = "每平方公里社区数"
en = "Communities per km²"
dimension = "livable"
level = "city"
unit = "1/km2"
direction = "higher"
class = "A"
how = "computed"
methods = ["official"]
tables = ["places"]
body = ["planning"]
formula_zh = "社区数 ÷ 面积"
formula_en = "Communities ÷ area"
target = { value = 2, source = "YIJU", tag = "P" }
source = "YIJU"
tag = "P"
""",
        encoding="utf-8",
    )

    monkeypatch.setattr(registry, "_FUNCTIONS", dict(registry._FUNCTIONS))

    @registry.computes("X01")
    def communities(city: Any, indicator: Any) -> list[Block]:
        number = np.full(len(city.places), float(len(city.places.at("community"))))
        return [Block("official", value=number / (city.places.area_m2 / 1e6))]

    rows = run_checkup(toy, catalogue=read_catalogue(extra=entry)).observations
    row = rows[rows["indicator"] == "X01"].iloc[0]
    assert row["value"] == pytest.approx(4 / 1.44)
    assert (row["grade"], row["threshold"], row["provisional"]) == ("very_good", 2.0, True)


def test_a_function_may_not_take_another_ones_place() -> None:
    with pytest.raises(ValueError, match="L01 is computed by"):

        @registry.computes("L01")
        def mine(city: Any, indicator: Any) -> list[Block]:
            return []


def test_thresholds_of_indicators_that_do_not_exist_are_refused(toy: CityFolder) -> None:
    wrong = dataclasses.replace(toy, config=dataclasses.replace(toy.config, thresholds={"L99": 1.0}))
    with pytest.raises(UnknownName, match="L99"):
        run_checkup(wrong)
