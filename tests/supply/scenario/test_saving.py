"""Saved scenarios: measures in the ledger, promises that the next check-up keeps when the city is built so."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from tests.supply.scenario.conftest import corner

from yiju.city.folder import CityFolder
from yiju.city.services import service
from yiju.needs.measures import read_measures, read_promises
from yiju.supply.scenario import Scenario
from yiju.supply.scenario.needs import fates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = ["indicator", "method", "variant", "place_id", "group"]


@pytest.fixture
def own(town: CityFolder, tmp_path: Path) -> CityFolder:
    """A copy of the town that may be written to."""
    shutil.copytree(town.path, tmp_path / "town")
    return CityFolder.open(tmp_path / "town")


def test_each_change_is_a_measure(own: CityFolder) -> None:
    then = (
        Scenario.of(own)
        .add(service="elder_day_care", at=corner(6, 6), capacity=20, name="六六日间照料中心")
        .enlarge("f-01", capacity=300)
        .link(corner(5.5, 2), corner(5.5, 3))
        .close("f-10")
    )
    measures, promises = then.save("plan", due_year=2027, cost_yuan=[5e5, 2e5, 9e5, 0], hours=[9, 8, 7, None])
    assert measures["kind"].tolist() == ["open_new", "enlarge", "link", "close"]
    assert measures["service"].tolist() == ["elder_day_care", "kindergarten", "street_network", "food_market"]
    assert measures["places"].tolist()[:2] == [20.0, 120.0]
    assert measures["cost_yuan"].sum() == 1.6e6
    assert measures.geometry.geom_type.tolist() == ["Point", "Point", "LineString", "Point"]
    assert set(measures["snapshot"]) == {then.stored.snapshot}
    first = measures.iloc[0]
    assert (first["name"], first["place_id"], first["lead_unit"]) == (
        "六六日间照料中心",
        "c-1-1",
        "civil_affairs",
    )
    # people of 60 and over whose walk to a day care sank to its radius or less
    gained = (then.walk("elder_day_care") <= 500) & (then.now.walk("elder_day_care") > 500)
    older = then.city.cells["age_60_79"] + then.city.cells["age_80_plus"]
    assert service("elder_day_care").widest_m == 500
    assert first["people"] == pytest.approx(older[gained.to_numpy()].sum())
    assert first["need_ids"]
    assert promises["due_year"].eq(2027).all()
    assert read_measures(own).equals(measures)
    assert read_promises(own).equals(promises)


def test_promises_are_what_becomes_better(own: CityFolder) -> None:
    then = Scenario.of(own).add(service="health_station", at=corner(6, 6)).close("f-10")
    _, promises = then.save("plan")
    rows = then.indicators(changed_only=True).set_index(KEY)
    promised = rows.loc[list(promises[KEY].itertuples(index=False, name=None))]
    assert promised["better"].all()
    assert np.array_equal(promised["after"], promises["promised"])
    assert (rows["better"] == False).any()  # noqa: E712 - closing the market takes something away
    assert len(promises) == rows["better"].fillna(value=False).sum()


def test_a_plan_of_the_same_name_is_replaced(own: CityFolder) -> None:
    now = Scenario.of(own)
    now.add(service="pharmacy", at=corner(6, 6)).save("plan")
    now.add(service="pharmacy", at=corner(6, 6)).save("other")
    now.add(service="health_station", at=corner(6, 6)).save("plan")
    assert sorted(zip(*(read_measures(own)[c] for c in ("plan", "service")), strict=True)) == [
        ("other", "pharmacy"),
        ("plan", "health_station"),
    ]


def test_who_climbs_a_rung_is_told_so(ledger_of: Callable[..., pd.DataFrame]) -> None:
    none, reach = ledger_of("none", people=900.0), ledger_of("reach", people=400.0)
    closed = none.assign(status="closed")
    climbed = fates(none, pd.concat([closed, reach]))
    assert climbed[["fate", "step"]].to_numpy().tolist() == [["closed", "none"], ["remains", "reach"]]
    fallen = fates(reach, none)
    assert fallen[["fate", "step"]].to_numpy().tolist() == [["worsened", "none"], ["sunk", "reach"]]
    assert fates(reach, reach.assign(people=399.8)).empty
    assert fates(reach, reach.assign(people=300.0))["fate"].tolist() == ["eased"]
    assert fates(reach, reach.assign(people=None))["fate"].tolist() == []


@pytest.fixture
def ledger_of() -> Callable[..., pd.DataFrame]:
    """A ledger of one open need of a community."""

    def make(step: str, people: float) -> pd.DataFrame:
        row = {"group": "all", "place_id": "c-0-0", "level": "community", "service": "pharmacy", "step": step}
        words = {"sentence_zh": "缺", "sentence_en": "missing"}
        return pd.DataFrame([{"need_id": f"N-{step}", "status": "open", "people": people, **row, **words}])

    return make


def test_needs_close_and_open(now: Scenario) -> None:
    better = now.add(service="elder_day_care", at=corner(6, 6), capacity=99).needs_closed()
    assert "closed" in set(better["fate"])
    assert not {"opened", "worsened"} & set(better["fate"])
    closed = better[better["fate"] == "closed"]
    open_before = now.stored.needs[now.stored.needs["status"] == "open"]
    assert set(closed["need_id"]) <= set(open_before["need_id"])
    worse = now.close("f-01").needs_closed()
    assert {"opened", "worsened"} & set(worse["fate"])
    assert not {"closed", "eased"} & set(worse["fate"])
    assert len(now.needs_closed()) == 0
