"""Unit costs: what comes with Yiju, what a city says instead, and what it may not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.city.services import SERVICES
from yiju.errors import ConfigError, UnknownName
from yiju.supply.plan.unit_costs import unit_costs


def test_every_facility_service_has_costs_and_every_kind_an_option() -> None:
    costs = unit_costs()
    assert set(costs.services) == {code for code, s in SERVICES.items() if s.is_facility}
    assert {costs.kind(k).option for k in ("vacant", "municipal", "convertible", "land")} == {
        "convert", "enlarge", "open_new",
    }  # fmt: skip


def test_a_unit_costs_what_its_floor_and_places_cost() -> None:
    costs = unit_costs({"childcare": {"fit_out_yuan_per_m2": 1000.0, "equipment_yuan_per_place": 0.0}})
    # 200 m2 at 450 yuan of works and 1,000 of fit-out
    assert costs.unit_yuan("childcare", "vacant") == 200 * (450 + 1000)
    assert costs.service("childcare").own
    assert "city.toml" in costs.assumptions(["childcare"], [])[0]["source"]
    assert "provisional" in costs.assumptions(["elder_day_care"], [])[0]["source"]


@given(st.floats(min_value=10.0, max_value=5000.0), st.floats(min_value=0.5, max_value=50.0))
def test_places_fit_their_floor(floor: float, each: float) -> None:
    of = unit_costs({"childcare": {"floor_area_m2": floor, "m2_per_place": each}}).service("childcare")
    assert of.places * each <= floor * (1 + 1e-12)
    assert (of.places + 1) * each > floor * (1 - 1e-12)


@pytest.mark.parametrize(
    ("said", "near"),
    [({"vacnt": {"site_yuan": 1.0}}, "vacant"), ({"vacant": {"site_yuen": 1.0}}, "site_yuan"),
     ({"childcare": {"fit_out_yuan": 1.0}}, "fit_out_yuan_per_m2")],
)  # fmt: skip
def test_a_name_that_is_not_known_offers_the_nearest(said: dict[str, dict[str, float]], near: str) -> None:
    with pytest.raises(UnknownName) as refused:
        unit_costs(said)
    assert near in refused.value.near


def test_a_place_of_no_size_is_refused() -> None:
    with pytest.raises(ConfigError, match="m2_per_place needs to be above 0"):
        unit_costs({"childcare": {"m2_per_place": 0.0}})
