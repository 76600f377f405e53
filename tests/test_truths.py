"""End to end: the needs that were planted in the demo city are found, and for those services no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

if TYPE_CHECKING:
    from yiju.api import City

PLANTED = ("elder_day_care", "primary_school", "park", "kindergarten")
# Everybody who was not planted upon has the four services with this margin over the floor of 60 % (standards.md L18).
MARGIN = 66.0
# indicator, variant, group that judge the reach of each planted service
REACH = {
    "elder_day_care": ("L05", "r500", "age_60_plus"),
    "primary_school": ("L02", "r500", "age_6_11"),
    "park": ("L09", "r500", "all"),
    "kindergarten": ("L01", "r500", "age_3_5"),
}


@pytest.fixture(scope="module")
def truths(demo_city: City) -> list[dict[str, Any]]:
    return json.loads((demo_city.folder.path / "truths.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def needs(demo_city: City) -> pd.DataFrame:
    return pd.read_parquet(demo_city.folder.checkup_dir() / "needs.parquet")


@pytest.fixture(scope="module")
def observations(demo_city: City) -> pd.DataFrame:
    return pd.read_parquet(demo_city.folder.checkup_dir() / "observations.parquet")


def test_what_is_planted_is_what_the_city_promises(truths):
    """No elder care in three communities, a railway between, a gate on the far side, a subdistrict short of places."""
    kinds = sorted((t["service"], t["step"], t["level"]) for t in truths)
    assert kinds == [
        ("elder_day_care", "none", "community"),
        ("elder_day_care", "none", "community"),
        ("elder_day_care", "none", "community"),
        ("kindergarten", "capacity", "subdistrict"),
        ("park", "none", "community"),
        ("primary_school", "none", "community"),
    ]
    assert len({t["place_id"] for t in truths}) == 6
    assert all(t["why_zh"] and t["why_en"] for t in truths)


def test_the_ledger_finds_the_planted_truths_and_no_others(truths, needs):
    planted = {(t["service"], t["step"], t["place_id"]) for t in truths}
    rows = needs[needs["service"].isin(PLANTED)]
    found = set(rows[["service", "step", "place_id"]].itertuples(index=False, name=None))
    assert found == planted


def test_nobody_of_the_groups_concerned_is_reached(truths, needs):
    """Step none is meant: not one of the people concerned has the service."""
    rows = needs[needs["service"].isin(PLANTED) & (needs["step"] == "none")]
    assert (rows["share"] == 1.0).all()
    assert (rows["people"] > 100).all()


@pytest.mark.parametrize("service", PLANTED)
def test_everybody_else_has_the_service_with_a_margin(service, truths, observations):
    indicator, variant, group = REACH[service]
    spared = {t["place_id"] for t in truths if t["service"] == service and t["step"] == "none"}
    rows = observations[
        (observations["indicator"] == indicator)
        & (observations["variant"] == variant)
        & (observations["group"] == group)
        & (observations["method"] == "network")
        & (observations["level"] == "community")
    ]
    assert len(rows) > 35
    others = rows[~rows["place_id"].isin(spared)]
    assert others["value"].min() >= MARGIN, others.sort_values("value").head()
    assert set(rows["status"]) == {"measured"}


def test_the_railway_cuts_what_the_crow_does_not(truths, observations):
    """Official coverage is fine, network coverage is nothing: severance."""
    place = next(t["place_id"] for t in truths if t["service"] == "primary_school")
    rows = observations[
        (observations["indicator"] == "L02")
        & (observations["place_id"] == place)
        & (observations["variant"] == "r500")
    ]
    official = rows[(rows["method"] == "official") & (rows["group"] == "all")]["value"].item()
    network = rows[(rows["method"] == "network") & (rows["group"] == "all")]["value"].item()
    assert official >= 80.0
    assert network == 0.0


def test_the_park_is_near_for_the_crow_only(truths, observations):
    place = next(t["place_id"] for t in truths if t["service"] == "park")
    rows = observations[
        (observations["indicator"] == "L09")
        & (observations["place_id"] == place)
        & (observations["group"] == "all")
    ]
    official = rows[(rows["method"] == "official") & (rows["variant"] == "tiers")]["value"].item()
    network = rows[(rows["method"] == "network") & (rows["variant"] == "r500")]["value"].item()
    assert official >= 80.0
    assert network == 0.0


def test_one_subdistrict_is_short_of_kindergarten_places_and_the_others_are_not(truths, observations):
    place = next(t["place_id"] for t in truths if t["service"] == "kindergarten")
    rows = observations[
        (observations["indicator"] == "S04")
        & (observations["variant"] == "kindergarten")
        & (observations["method"] == "table")
        & (observations["level"] == "subdistrict")
    ]
    ratio = rows.set_index("place_id")["value"]
    assert ratio[place] < 0.85
    assert ratio.drop(place).min() > 1.0


def test_the_demo_has_more_to_tell_than_its_truths(needs):
    """Gaps that cities have: food, culture, small children, buses; none of them drowns the others."""
    by_service = needs["service"].value_counts()
    assert {"food_market", "cultural_centre", "childcare", "bus_stop"} & set(by_service.index)
    assert len(by_service) >= 10
    assert 50 <= len(needs) <= 400
    assert by_service.max() <= len(needs) / 3


def test_what_is_too_little_is_said_in_places_and_beds(needs, observations):
    """Step capacity: where people have childcare and homes for older people within reach, and too little of it."""
    short = needs[needs["step"] == "capacity"].set_index("service")
    nurseries, homes = short.loc[["childcare"]], short.loc[["elder_home"]]
    assert set(homes["level"]) == {"district"}
    assert set(homes["shortfall_unit"]) == {"beds"}
    communities = nurseries[nurseries["level"] == "community"]
    assert len(communities) >= 5
    assert (communities["shortfall"] > 0).all()
    assert (communities["people"] > 0).all()
    # what a need says is missing is its norm less what its people can count on
    rows = observations[(observations["indicator"] == "S12") & (observations["variant"] == "childcare")]
    rows = rows.set_index("place_id").loc[communities["place_id"]]
    missing = 4.5 * rows["denominator"] / 1000 - rows["numerator"]
    assert communities["shortfall"].tolist() == pytest.approx(missing.tolist())
