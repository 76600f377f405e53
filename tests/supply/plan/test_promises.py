"""A plan in the ledger: measures that answer needs, and promises that are what the check-up will say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from tests.supply.plan.conftest import CANDIDATES, LIMIT_M, people_of, town_at, walk_m

from yiju.api import City
from yiju.errors import InputError
from yiju.needs import read_needs
from yiju.needs.measures import read_measures, read_promises
from yiju.supply.plan import Question, make_plan, save_measures
from yiju.supply.plan.promises import promises_of, with_plan

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder
    from yiju.supply.plan import Plan


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[CityFolder, Plan]:
    folder = town_at(tmp_path_factory.mktemp("promises") / "town")
    plan = make_plan(folder, Question(("elder_day_care",), sites=2, years=(2026, 2027), name="养老"))
    save_measures(folder, plan)
    return folder, plan


def test_each_service_at_a_site_is_a_measure(saved: tuple[CityFolder, Plan]) -> None:
    folder, plan = saved
    measures = read_measures(folder)
    assert len(measures) == len(plan.supplies) == 2
    assert set(measures["due_year"]) == {2026, 2027}
    assert measures["cost_yuan"].sum() == pytest.approx(plan.about["spent_yuan"])
    assert (measures["snapshot"] == plan.about["snapshot"]).all()
    assert (measures["status"] == "planned").all()


def test_measures_answer_open_needs_of_their_service(saved: tuple[CityFolder, Plan]) -> None:
    folder, _ = saved
    needs = read_needs(folder).set_index("need_id")
    named = {i for ids in read_measures(folder)["need_ids"] for i in ids.split(";") if i}
    assert named
    assert (needs.loc[sorted(named), "service"] == "elder_day_care").all()
    assert (needs.loc[sorted(named), "status"] == "open").all()


def test_a_promise_is_the_coverage_that_one_can_count(saved: tuple[CityFolder, Plan]) -> None:
    folder, plan = saved
    promised = read_promises(folder).set_index(["indicator", "method", "variant", "place_id", "group"])
    walks = [walk_m(CANDIDATES[site][0]) for site in plan.sites["site_id"]]
    everybody = people_of(
        "age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_79", "age_80_plus"
    )
    for column, nearest in (
        ("before", walk_m((3, 3))),
        ("promised", np.min([walk_m((3, 3)), *walks], axis=0)),
    ):
        share = 100 * everybody[nearest <= LIMIT_M].sum() / everybody.sum()
        assert promised.loc[("L05", "network", "r500", "city", "all"), column] == pytest.approx(share)


def test_saving_again_replaces_what_the_plan_had(saved: tuple[CityFolder, Plan], tmp_path: Path) -> None:
    folder, plan = saved
    before = len(read_measures(folder)), len(read_promises(folder))
    save_measures(folder, plan)
    assert (len(read_measures(folder)), len(read_promises(folder))) == before


def test_a_candidate_that_has_the_id_of_a_facility_is_still_a_new_site(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town", {"f-05": CANDIDATES["A"]})  # the day care that is there
    plan = make_plan(folder, Question(("elder_day_care",), sites=1))
    measures, promises = save_measures(folder, plan)
    assert measures["kind"].tolist() == ["convert"]
    assert len(promises)
    there = set(folder.table("facilities")["facility_id"])
    assert "f-05" in there
    if "elder_day_care" in set(folder.table("facilities").set_index("facility_id").loc[["f-05"], "service"]):
        with pytest.raises(InputError, match="f-05"):
            make_plan(folder, Question(("elder_day_care",), problem="expand", budget_yuan=3e6))


def test_what_only_a_map_tells_is_promised_by_nobody(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town")
    open_map = folder.table("facilities").assign(source="osm")
    folder.write_table("facilities", open_map)
    blind = replace(folder, config=replace(folder.config, vouched=frozenset()))
    City(blind).checkup()
    plan = make_plan(blind, Question(("elder_day_care",), sites=1))
    moved = with_plan(blind, plan).indicators(changed_only=True)
    key = ["indicator", "method", "variant", "place_id", "group"]
    status = moved.set_index(key)["status"]
    assert (status == "screening").any()
    promised = pd.MultiIndex.from_frame(promises_of(blind, plan)[key])
    assert status.reindex(promised).isin(("measured", "modelled")).all()
