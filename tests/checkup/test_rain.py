"""Design rain: golden values with their sources, and the properties of the capture ratio."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.checkup.catalogue import indicator
from yiju.checkup.indicators.rain import capture_ratio, design_depth_mm, storage_m3, storm_intensity
from yiju.errors import ConfigError

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder

DEPTHS = st.lists(st.floats(2.1, 200), min_size=1, max_size=40)


@pytest.mark.parametrize(
    # toytown.py, closed form 9: x = 5, 10, 20, 40 in turn; alpha(h) = mean(min(x, h)) / mean(x)
    ("variant", "depth_mm"),
    [("alpha70", 18.75), ("alpha75", 21.25), ("alpha80", 25.0), ("alpha85", 28.75)],
)
def test_design_depths_of_toy_town(seen: Any, variant: str, depth_mm: float) -> None:
    assert seen.value("R03", method="table", variant=variant) == pytest.approx(depth_mm)


@pytest.mark.parametrize(
    # standards.md section 6: check values of the Chongqing formulas
    ("formula", "years", "minutes", "expected"),
    [("chongqing-shapingba", 5, 10, 371), ("chongqing-shapingba", 50, 60, 247)],
)
def test_storm_intensity(formula: str, years: int, minutes: int, expected: int) -> None:
    given_formula = indicator("R04").parameters["formulas"][formula]
    intensity = storm_intensity(given_formula, years=years, minutes=minutes)
    assert round(intensity) == expected


def test_an_hour_of_the_fifty_year_storm_is_89_mm() -> None:
    # standards.md section 6: 247 L/s/ha = 89 mm; mm/min = 0.006 q
    shapingba = indicator("R04").parameters["formulas"]["chongqing-shapingba"]
    assert round(storm_intensity(shapingba, years=50, minutes=60) * 0.006 * 60) == 89


@given(DEPTHS, st.floats(0.05, 0.999))
def test_the_design_depth_solves_the_capture_ratio(rain: list[float], ratio: float) -> None:
    assert capture_ratio(rain, design_depth_mm(rain, ratio)) == pytest.approx(ratio, abs=1e-9)


@given(DEPTHS, st.floats(0.05, 0.99), st.floats(0.05, 0.99))
def test_a_greater_share_asks_for_a_greater_depth(rain: list[float], a: float, b: float) -> None:
    assert design_depth_mm(rain, min(a, b)) <= design_depth_mm(rain, max(a, b)) + 1e-9


@given(DEPTHS)
def test_all_rain_is_held_by_the_greatest_event(rain: list[float]) -> None:
    assert design_depth_mm(rain, 1.0) == pytest.approx(max(rain))


@pytest.mark.parametrize(("rain", "ratio"), [([], 0.8), ([5.0], 0.0), ([5.0], 1.1), ([0.0, 5.0], 0.8)])
def test_nonsense_is_refused(rain: list[float], ratio: float) -> None:
    with pytest.raises(ValueError, match="needs a ratio"):
        design_depth_mm(rain, ratio)


def test_storage() -> None:
    # V = 10 h phi F (standards.md section 6)
    assert storage_m3(25.0, 0.6, 100.0) == 15_000.0


def _with(toy: CityFolder, **settings: object) -> CityFolder:
    return dataclasses.replace(toy, config=dataclasses.replace(toy.config, settings=settings))


def test_settings_of_the_city(toy: CityFolder, measure: Any) -> None:
    own = {"a1": 1132.0, "c": 0.958, "b": 5.408, "n": 0.595}
    named = measure(_with(toy, storm="chongqing-shapingba", runoff_coefficient=0.6), "R03", "R04")
    given_numbers = measure(_with(toy, storm=own), "R03", "R04")
    for rows in (named, given_numbers):
        assert round(rows.value("R04", method="table", variant="p5t10")) == 371
    volume = named.row("R03", method="table", variant="volume80")
    assert (volume["value"], volume["unit"]) == (pytest.approx(10 * 25.0 * 0.6 * 92.16), "m3")
    assert given_numbers.row("R03", method="table", variant="volume80")["status"] == "not measurable"


@pytest.mark.parametrize("wrong", [{"storm": "atlantis"}, {"storm": {"a1": 1}}, {"runoff_coefficient": 7}])
def test_wrong_settings_are_refused(toy: CityFolder, measure: Any, wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        measure(_with(toy, **wrong), "R03", "R04")


def test_a_short_record_says_so(small: Any, measure: Any) -> None:
    folder = small()
    rain = folder.table("rain")
    folder.write_table("rain", rain[rain["date"].dt.year >= 2020])
    row = measure(folder, "R03").row("R03", method="table", variant="alpha80")
    assert "5 years" in row["reason_en"]
    # a dry record has no events to hold back
    folder.write_table("rain", rain.assign(rain_mm=np.where(rain["rain_mm"] > 2, 0.0, rain["rain_mm"])))
    dry = measure(folder, "R03").of("R03").iloc[0]
    assert dry["status"] == "not measurable"
