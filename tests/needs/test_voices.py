"""Requests as evidence: who is heard, who is silent, and where nobody could be heard."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from yiju.city.folder import CityFolder
from yiju.needs.deadlines import REASONS, deadline_reason
from yiju.needs.voices import hear, residents_by_place


def test_counts_are_those_of_the_log(town) -> None:
    log = town.table("requests")
    log = log[(log["created_at"].dt.year == 2025) & (log["service"] == "footway")]
    voices = hear(town, 2025, residents_by_place(town))
    assert voices.about("city", "footway") == (len(log), int((~log["resolved"].astype(bool)).sum()))
    for level in ("community", "subdistrict", "district"):
        for place, rows in log.groupby(level):
            assert voices.about(place, "footway") == (len(rows), int((~rows["resolved"].astype(bool)).sum()))
    assert voices.about("c-0-0", "kindergarten") == (0, 0)
    people = residents_by_place(town)
    here = (log["community"] == "c-0-0").sum() / people["c-0-0"]
    assert voices.times_the_city("c-0-0", "footway") == pytest.approx(here / (len(log) / people["city"]))
    assert voices.times_the_city("c-0-0", "kindergarten") is None
    assert hear(town, 2025, {}).times_the_city("c-0-0", "footway") is None


def test_where_there_is_no_log_nobody_is_silent(town, tmp_path) -> None:
    assert hear(town, 2019, {}).about("c-0-0", "footway") is None
    shutil.copytree(town.path, tmp_path / "quiet")
    (tmp_path / "quiet" / "tables" / "requests.parquet").unlink()
    assert hear(CityFolder.open(tmp_path / "quiet"), 2025, {}).about("c-0-0", "footway") is None


def test_residents_of_every_level_add_up(town) -> None:
    people = residents_by_place(town)
    places = town.table("places")
    for _, below in places.groupby("parent_id"):
        parent = below["parent_id"].iloc[0]
        assert people[parent] == sum(people[p] for p in below["place_id"])
    assert people["city"] == float(pd.Series(town.table("residents")["people"]).sum())


def test_deadline_reasons() -> None:
    assert deadline_reason("safe_stairwell", "quality") == "safety"
    assert deadline_reason("health_station", "none") == "health"
    assert deadline_reason("health_station", "reach") == ""
    # strong complaints: at least five, and twice as many for each resident as in the whole city; both
    assert deadline_reason("park", "reach", requests=5, times_the_city=2.0) == "complaints"
    assert deadline_reason("park", "reach", requests=90, times_the_city=1.9) == ""
    assert deadline_reason("park", "reach", requests=4, times_the_city=9.0) == ""
    assert deadline_reason("park", "reach", requests=900, times_the_city=None) == ""
    assert deadline_reason("park", "reach", years_open=3) == "unresolved"
    assert deadline_reason("park", "reach", years_open=2) == ""
    assert set(REASONS) == {"safety", "health", "complaints", "unresolved"}
