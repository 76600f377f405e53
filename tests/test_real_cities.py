"""Five real cities go from files to report by the scripts that we ship; each says what it could not measure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from yiju.city.build import read_manifest
from yiju.city.folder import CityFolder
from yiju.supply.plan import plan_names, read_plan

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted(p for p in (ROOT / "scripts" / "real_cities").glob("*.sh") if p.stem != "common")

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=[p.stem for p in SCRIPTS])
def checked(request, data_dir, tmp_path_factory) -> tuple[str, CityFolder]:
    """A real city after its script has run."""
    folder = tmp_path_factory.mktemp("real") / request.param
    script = ROOT / "scripts" / "real_cities" / f"{request.param}.sh"
    yiju = Path(sys.executable).with_name("yiju")
    environment = os.environ | {"YIJU_DATA": str(data_dir), "YIJU": str(yiju), "YIJU_LANG": "en"}
    done = subprocess.run(
        ["bash", script, folder], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return request.param, CityFolder.open(folder)


def observed(city: CityFolder) -> pd.DataFrame:
    return pd.read_parquet(city.checkup_dir() / "observations.parquet")


# What each city can be asked for with the files that it has, and what it cannot.
MEASURED = {
    "las_palmas": {"L09", "L14", "L17", "L20", "F01", "F02", "R01", "Q01"},
    "porto_alegre": {"L14", "L17", "F01", "F02", "F03", "R05", "R06"},
    "helsinki": {"L09", "L14", "F01", "F03", "Q01"},
    "shenzhen": {"F01", "F02"},
    "wuhan": {"F03", "F07"},
}
NOT_MEASURED = {
    "las_palmas": {"F03", "R03", "G01", "S01"},  # its people are weights: no counts
    "porto_alegre": {"R03", "G01"},
    "helsinki": {"L17", "R06", "G01"},
    "shenzhen": {"L14", "L20", "F03", "R06"},
    "wuhan": {"F01", "L14", "L20"},
}


def test_what_can_be_measured_is_and_what_cannot_says_why(checked) -> None:
    name, city = checked
    rows = observed(city)
    known = set(rows.loc[rows["status"] != "not measurable", "indicator"])
    assert MEASURED[name] <= known
    assert not NOT_MEASURED[name] & known
    missing = rows[rows["status"] == "not measurable"]
    assert missing["value"].isna().all()
    assert (missing["reason_zh"].str.len() > 0).all()
    assert (missing["reason_en"].str.len() > 0).all()


def test_the_report_is_one_file_that_says_what_was_decided(checked) -> None:
    _, city = checked
    page = (city.checkup_dir() / "report" / "index.html").read_text(encoding="utf-8")
    assert len(page) > 50_000
    decisions = read_manifest(city)["decisions"]
    assert {"extent", "streets", "population", "communities", "residential land"} <= {
        d["topic"] for d in decisions
    }


def test_a_plan_for_a_city_without_ages_repeats_what_it_assumes(checked) -> None:
    name, city = checked
    if name != "las_palmas":
        assert plan_names(city) == []
        return
    plan = read_plan(city, "一老一小")
    told = " ".join(a["en"] for a in plan.about["assumptions"])
    assert "24.0% of the residents" in told
    assert "2.0% of the residents" in told
    assert plan.about["proof"] == "optimal"
    assert len(plan.sites) == 3
    assert set(plan.sites["origin"]) == {"drawn"}
    notes = " ".join(note["en"] for note in plan.about["notes"])
    assert "people are weights" in notes
    assert "open map alone" in notes


def test_communities_have_a_workable_size_and_nobody_is_lost(checked) -> None:
    name, city = checked
    residents, places = city.table("residents"), city.table("places")
    held = residents.groupby("community")["people"].sum()
    if name == "shenzhen":
        assert len(residents) == 0
        return
    assert residents["community"].notna().all()
    if name == "wuhan":
        assert len(held) == 974
        return
    assert held.between(5000, 12_000).mean() > 0.9
    assert set(held.index) == set(places.loc[places["level"] == "community", "place_id"])


def test_a_second_build_has_nothing_to_do(checked) -> None:
    _, city = checked
    yiju = Path(sys.executable).with_name("yiju")
    done = subprocess.run(
        [yiju, "--lang", "en", "build", city.path], capture_output=True, text=True, check=True
    )
    assert "No input changed" in done.stdout


def test_las_palmas_people_are_weights_and_helsinki_people_have_ages(checked) -> None:
    name, city = checked
    if name == "las_palmas":
        needs = pd.read_parquet(city.checkup_dir() / "needs.parquet")
        assert len(needs) > 0
        assert needs["people"].isna().all()  # shares hold, counts do not
    if name == "helsinki":
        assert any(c.startswith("age_80_plus") for c in city.table("residents").columns)
