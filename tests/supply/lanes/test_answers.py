"""Each need is answered in the lane of its class, and what its answer costs is what its parts cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.city.services import SERVICES
from yiju.needs import read_needs, write_needs
from yiju.needs.evidence import write_evidence
from yiju.supply.lanes import ANSWERS, answers
from yiju.supply.lanes.amounts import amount_of
from yiju.supply.lanes.basic import guaranteed
from yiju.supply.lanes.custom import Custom, custom_of
from yiju.supply.lanes.inclusive import supported
from yiju.supply.lanes.lifestyle import opened
from yiju.supply.lanes.premises import Register
from yiju.supply.lanes.terms import PER_NAMES, _entries, price_of, shop_terms
from yiju.supply.plan.ground import Ground
from yiju.supply.plan.unit_costs import unit_costs

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder

Need = Callable[..., dict[str, Any]]
COSTS = unit_costs()
SEVERED = '[{"kind": "severance", "value": 31.0}]'


@pytest.fixture(scope="module")
def register(town: CityFolder) -> Register:
    return Register(town, COSTS)


def test_an_inclusive_service_has_its_options_each_under_the_ceiling(need: Need, register: Register) -> None:
    lacking = need("elder_day_care", "reach", group="age_60_plus")
    found = {a.option: a for a in supported(lacking, 2025, COSTS, register)}
    assert list(found) == ["purchase", "partnership", "subsidy", "price_ceiling"]
    # one unit of 350 m2, 12 m2 a place: 29 places at 18,000 yuan for three years, or 9,000 of grant
    assert found["purchase"].cost_yuan == 29 * 18_000
    assert found["subsidy"].cost_yuan == 29 * 9_000
    # 180,000 for the municipal space of 400 m2, 300 a square metre
    assert found["partnership"].cost_yuan == 180_000 + 350 * 300
    assert "cheap" in found["partnership"].text.zh
    assert {a.price.ceiling_yuan for a in found.values() if a.price} == {1500.0}
    assert all(a.applies for a in found.values())


def test_the_city_sets_its_own_price_ceiling(need: Need, register: Register) -> None:
    own = unit_costs({"childcare": {"price_ceiling_yuan": 1800.0}})
    ceiling = {a.option: a for a in supported(need("childcare", "reach"), 2025, own, register)}[
        "price_ceiling"
    ]
    assert (ceiling.price.ceiling_yuan, ceiling.source, ceiling.provisional) == (1800.0, "city.toml", False)
    assert "暂定" not in ceiling.text.zh


def test_where_nobody_is_within_the_walk_there_is_none_to_buy_from(need: Need, register: Register) -> None:
    found = {a.option: a for a in supported(need("childcare", "none"), 2025, COSTS, register)}
    assert not found["purchase"].applies
    assert found["purchase"].cost_yuan is None
    assert found["partnership"].applies


def test_what_is_short_is_what_is_bought(need: Need, register: Register) -> None:
    short = need("childcare", "capacity", shortfall=41.2, shortfall_unit="childcare_places")
    found = {a.option: a for a in supported(short, 2025, COSTS, register)}
    assert found["purchase"].amount == 42
    assert found["purchase"].row(short, 2025)["unit_cost_yuan"] == 24_000
    # 42 places of 10 m2, up to 40 at a site: 210 m2 at each of two, for which the register has the floor
    assert "at 2 sites (42 places, 420 m²), in cheap and dear, about" in found["partnership"].text.en
    assert found["partnership"].cost_yuan == (180_000 + 210 * 300) + (600_000 + 210 * 4200)
    more = need("childcare", "capacity", shortfall=90.0, shortfall_unit="childcare_places")
    built = {a.option: a for a in supported(more, 2025, COSTS, register)}["partnership"]
    assert "1 counted as new building" in built.text.en
    assert built.cost_yuan == (180_000 + 300 * 300) + 2 * (600_000 + 300 * 4200)


def test_a_basic_service_is_guaranteed_by_somebody_and_by_a_year(need: Need, register: Register) -> None:
    urgent = need(
        "health_station", "none", service_class="basic", deadline_class="deadline", lead_unit="health"
    )
    (answer,) = guaranteed(urgent, 2025, COSTS, register)
    assert answer.option == "guarantee"
    assert answer.row(urgent, 2025)["due_year"] == 2026
    assert answer.row(urgent, 2025)["duty_unit"] == "health"
    assert "卫生健康委牵头，限2026年体检前办结" in answer.text.zh
    # 120 m2 in the municipal space, 8 places of 15 m2: 300 of works and 2,800 of fit-out, 20,000 a place
    own = COSTS.service("health_station")
    assert answer.cost_yuan == pytest.approx(180_000 + own.floor_area_m2 * (300 + 2800) + own.places * 20_000)
    assert answer.row(need("health_station", "none", service_class="basic"), 2025)["due_year"] is None


def test_where_a_way_would_do_it_comes_first(need: Need, register: Register) -> None:
    cut_off = need("health_centre", "reach", service_class="basic", evidence=SEVERED)
    assert [a.option for a in guaranteed(cut_off, 2025, COSTS, register)] == ["way", "guarantee"]
    child = need("childcare", "reach", evidence=SEVERED)
    assert next(supported(child, 2025, COSTS, register)).option == "way"


def test_of_what_nobody_knows_the_size_no_cost_is_made_up(need: Need, register: Register) -> None:
    lacking = need("fire_station", "none", service_class="basic")
    (answer,) = guaranteed(lacking, 2025, COSTS, register)
    assert answer.cost_yuan is None
    assert "费用未知" in answer.text.zh
    (told,) = guaranteed(lacking, 2025, unit_costs({"fire_station": {"floor_area_m2": 2000.0}}), register)
    assert told.cost_yuan is not None


def test_a_fault_is_mended_and_a_street_is_no_building(need: Need, register: Register) -> None:
    (mended,) = guaranteed(need("safe_home", "quality", service_class="basic"), 2025, COSTS, register)
    (crossing,) = guaranteed(need("street_network", "reach", service_class="basic"), 2025, COSTS, register)
    assert (mended.option, crossing.option) == ("mend", "way")


def test_a_shop_opens_where_demand_supports_it(need: Need) -> None:
    lacking = need("food_market", "none", service_class="lifestyle")
    (lives,) = opened(lacking, 2025, Custom(alone=20_000.0, together=16_000.0))
    assert (lives.option, lives.applies, lives.expected_people, lives.threshold_people) == (
        "market", True, 16_000.0, 15_000,
    )  # fmt: skip
    assert "开办条件" in lives.text.zh
    market, partner = opened(lacking, 2025, Custom(alone=3_000.0, together=None))
    assert (market.applies, partner.applies, partner.option) == (False, True, "partnership")
    assert "20%" in partner.text.zh
    (crowded,) = opened(lacking, 2025, Custom(alone=20_000.0, together=None))
    assert crowded.applies
    assert "custom for one only" in crowded.text.en
    (small,) = opened(lacking, 2025, Custom(alone=6_000.0, together=None))
    assert (small.option, small.applies, small.threshold_people) == ("market", True, 5_000)
    assert "较小的生鲜超市" in small.text.zh


def test_parking_has_no_threshold_and_its_gap_is_published(need: Need) -> None:
    short = need(
        "parking", "capacity", service_class="lifestyle", shortfall=588.0, shortfall_unit="parking_spaces"
    )
    (answer,) = opened(short, 2025, None)
    assert answer.threshold_people is None
    assert "588个泊位" in answer.text.zh


@given(
    st.floats(1, 1e5),
    st.floats(0.01, 1.0),
    st.sampled_from(["none", "reach"]),
    st.sampled_from(["kindergarten", "childcare", "elder_home"]),
)
def test_places_and_floor_cover_what_is_due(due: float, share: float, step: str, code: str) -> None:
    evidence = write_evidence([{"kind": "demand", "role": "due_places", "value": due}])
    amount = amount_of({"service": code, "step": step, "share": share, "evidence": evidence}, COSTS)
    assert amount is not None
    lacking = due if step == "none" else due * share
    assert lacking - 1e-6 <= amount.places <= max(lacking + 1.0, 1.0)
    assert (amount.sites - 1) * 2 * amount.of.places < amount.places <= amount.sites * 2 * amount.of.places
    assert amount.floor_area_m2 >= amount.sites * amount.of.floor_area_m2
    assert amount.floor_area_m2 >= amount.places * amount.of.m2_per_place


def test_floor_that_is_due_is_counted_in_places(need: Need) -> None:
    due = write_evidence([{"kind": "demand", "role": "due_floor_area", "value": 600.0}])
    # 600 m2 at 12 a place are 50 places; half of the group lacks them: 25, in a centre of 350 m2 at least
    whole = amount_of(need("elder_day_care", "none", evidence=due), COSTS)
    half = amount_of(need("elder_day_care", "reach", evidence=due), COSTS)
    assert (whole.places, whole.sites, whole.floor_area_m2) == (50, 1, 600.0)
    assert (half.places, half.sites, half.floor_area_m2) == (25, 1, 350.0)
    nobody_counted = amount_of(need("elder_day_care", "reach", evidence=due, share=None), COSTS)
    assert nobody_counted.places == 29


def test_without_rivals_a_shop_has_everybody_within_its_walk(town: CityFolder, need: Need) -> None:
    """Oracle: Huff's share is 1 where there is one shop only; toy town has 250 people in each home cell."""
    ground = Ground(town)
    assert not np.isfinite(ground.walk_m("food_market")).any()
    lacking = need("food_market", "none", level="city", place_id="city")
    hope = custom_of(ground, "food_market", [lacking])["N-1"]
    assert hope.together is None  # 500 m of toy town hold fewer than 15,000
    pairs = ground.pairs(ground.snap(ground.cells.geometry, ground.cell_ids), 500.0)
    within = np.bincount(pairs.facility, minlength=len(ground.cells))
    assert hope.alone == pytest.approx(
        250.0 * within[:8].max()
    )  # all lack it alike: the first eight cells are tried


def test_a_rival_takes_a_part_and_no_more(town: CityFolder, need: Need) -> None:
    ground = Ground(town)
    lacking = need("convenience", "reach", level="city", place_id="city")
    hope = custom_of(ground, "convenience", [lacking])["N-1"]
    pairs = ground.pairs(ground.snap(ground.cells.geometry, ground.cell_ids), 500.0)
    shared = np.isfinite(ground.walk_m("convenience")) & ~ground.unserved("convenience")
    assert shared.any()
    tried = np.flatnonzero(ground.unserved("convenience"))[:8]
    reached = [pairs.origin[pairs.facility == j] for j in tried]
    alone = max(250.0 * np.count_nonzero(~shared[rows]) for rows in reached)
    assert alone <= hope.alone <= max(250.0 * len(rows) for rows in reached)


def test_the_whole_ledger_is_answered(town: CityFolder) -> None:
    write_needs(town)
    ledger = read_needs(town)
    found = answers(town)
    assert set(found["need_id"]) == set(ledger.loc[ledger["status"] == "open", "need_id"])
    assert set(found["lane"]) <= {"basic", "inclusive", "lifestyle"}
    assert found.groupby("need_id")["applies"].any().all()  # nobody is left with what does not apply
    markets = found[found["lane"] == "lifestyle"]
    assert markets["expected_people"].notna().any()
    only = answers(town, need_ids=[found["need_id"].iloc[0]])
    assert set(only["need_id"]) == {found["need_id"].iloc[0]}
    assert list(found) == [c.name for c in ANSWERS.columns]
    assert answers(town, need_ids=[]).empty


def test_terms_are_of_services_that_exist_and_of_their_class() -> None:
    entries = _entries()
    for code in entries["price"]:
        assert SERVICES[code].service_class == "inclusive"
        assert price_of(code).per in PER_NAMES
        assert price_of(code).source
    for code in entries["shop"]:
        assert SERVICES[code].service_class == "lifestyle"
        assert all(h.source for h in shop_terms(code).hurdles)
        smaller = shop_terms(code).smaller
        assert smaller is None or shop_terms(smaller).people < shop_terms(code).people
