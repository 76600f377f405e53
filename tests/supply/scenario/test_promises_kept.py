"""The ring closed: a plan promises, the city is built so, and the next check-up finds every promise kept."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.supply.scenario.conftest import corner

from yiju.api import City
from yiju.city.folder import CityFolder
from yiju.needs.explaining import NeedExplanation
from yiju.needs.promises import counted
from yiju.supply.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def own(town: CityFolder, tmp_path: Path) -> CityFolder:
    """A copy of the town that may be written to."""
    shutil.copytree(town.path, tmp_path / "town")
    return CityFolder.open(tmp_path / "town")


def test_what_was_promised_is_kept_where_it_was_built_and_missed_where_not(own: CityFolder) -> None:
    year = own.config.year
    then = Scenario.of(own).add(service="elder_day_care", at=corner(6, 6), capacity=20)
    _, promises = then.save("plan", due_year=year + 1)
    assert len(promises) > 0
    city = City(own)
    assert city.compare(year, year).promises["outcome"].eq("not due").all()
    city.checkup(year=year + 1)  # nothing was built
    nothing_done = counted(city.compare(year, year + 1).promises)
    assert nothing_done["missed"] == len(promises)
    for table in ("facilities", "entrances"):
        own.write_table(table, then.city.table(table))
    built = City(CityFolder.open(own.path))
    built.checkup(year=year + 1)
    assert counted(built.compare(year, year + 1).promises)["kept"] == len(promises)


def test_a_need_in_action_is_explained_with_its_measure(own: CityFolder) -> None:
    measures, _ = Scenario.of(own).add(service="elder_day_care", at=corner(6, 6), capacity=20).save("plan")
    answered = measures["need_ids"].item().split(";")
    city = City(own)
    assert city.checkup().counts.in_action == len(answered)
    told = city.explain(answered[0])
    assert isinstance(told, NeedExplanation)
    assert [m["measure_id"] for m in told.measures] == measures["measure_id"].tolist()
