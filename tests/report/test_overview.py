"""The first screen says what the ledger and the observations say."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from tests.report.conftest import check_up, data_of, render

from yiju.checkup.catalogue import catalogue
from yiju.city.folder import CityFolder
from yiju.city.toytown import toy_town
from yiju.report import write_all
from yiju.report.material import Material
from yiju.report.overview import DIMENSIONS, Overview
from yiju.report.trust import Trust


@pytest.fixture(scope="module")
def material(town):
    return Material.read(town, 2025)


def test_counts_add_up(material):
    counts = Overview(material).counts
    assert counts.recognised == len(material.needs)
    assert counts.open == len(material.open_needs) == counts.matched == sum(counts.by_class.values())
    assert sum(sum(row.values()) for row in counts.ladder.values()) == counts.open
    assert counts.raised == len(material.needs) - counts.open > 0
    assert counts.acting is None  # no measures are on record: unknown, not 0
    assert counts.people == pytest.approx(material.open_needs["people"].sum())


def test_every_indicator_is_in_one_state(material):
    overview = Overview(material)
    parts = Trust(material, overview.states).parts
    assert set(overview.states) == set(catalogue())
    assert sum(part.count for part in parts) == len(catalogue())
    assert overview.states["B01"] == "store"
    assert overview.states["L01"] == "measured"


def test_best_and_worst_are_held_against_their_standards(material):
    livable = next(d for d in Overview(material).dimensions if d.code == "livable")
    assert livable.best is not None
    assert livable.worst is not None
    assert livable.worst.grade in ("poor", "missed")
    assert livable.best.grade not in ("poor", "missed")
    assert [d.code for d in Overview(material).dimensions] == list(DIMENSIONS)


def test_where_is_the_worst_place_of_the_worst_indicator(material):
    for dimension in Overview(material).dimensions:
        if dimension.where is None:
            continue
        rows = material.observations
        rows = rows[
            (rows["indicator"] == dimension.where.indicator)
            & (rows["method"] == dimension.where.method)
            & (rows["variant"] == dimension.where.variant)
            & (rows["level"] == dimension.where.level)
            & (rows["group"] == "all")
        ]
        lower = catalogue()[dimension.where.indicator].direction == "lower"
        assert dimension.where.value == (rows["value"].max() if lower else rows["value"].min())


def test_a_screening_is_never_ranked(material):
    rows = material.observations.copy()
    rows["status"] = rows["status"].where(rows["status"] == "not measurable", "screening")
    overview = Overview(replace(material, observations=rows))
    assert all(d.best is None and d.worst is None and d.whom is None for d in overview.dimensions)
    assert set(overview.states.values()) <= {"screening", "table", "store", "pending"}


def test_the_reader_is_told_what_to_mind(material):
    overview = Overview(material)
    assert not any("年龄" in note.zh for note in Trust(material, overview.states).notes)
    assert any("暂定" in note.zh for note in Trust(material, overview.states).notes)


def test_a_trusted_layer_is_said_to_be(material):
    layers = {layer.service: layer for layer in Trust(material, Overview(material).states).layers}
    kindergarten = layers["kindergarten"]
    assert kindergarten.trusted
    assert (kindergarten.found, kindergarten.due) == (2, 13)  # 255 blocks x 250 people at 1 for 5,000
    assert kindergarten.share == pytest.approx(2 / 13, abs=0.001)


def test_who_lies_off_the_network_is_told_in_both_languages(tmp_path):
    folder = toy_town(tmp_path / "town", blocks=4)
    homes = folder.table("residents")
    lost = homes["cell_id"].isin(["r-0-0", "r-1-0"])
    folder.write_table(
        "residents", homes.set_geometry(homes.geometry.where(~lost, homes.geometry.translate(0, -5000)))
    )
    check_up(folder, 2025)
    page = render(folder)
    zh = "离任何可步行街道都超过 500 米、按不可达计：居民点 15 个中 2 个（500 人，占 13.3%）。"
    en = "Farther than 500 m from every street that can be walked, and counted as out of reach: 2 of 15 home cells"
    note = next(note for note in data_of(page)["trust"]["notes"] if note[0].startswith(zh))
    assert note[1].startswith(f"{en} (500 residents, 13.3%).")
    visible = page[: page.index('<script type="application/json"')]
    assert zh in visible, "a reader without JavaScript is told too"
    assert en in visible


def test_nothing_is_said_where_all_lie_on_the_network(data):
    assert not any("可步行街道" in zh or "Farther than" in en for zh, en in data["trust"]["notes"])


def test_a_check_up_of_a_version_that_did_not_look_still_opens(town, tmp_path):
    folder = CityFolder.open(shutil.copytree(town.path, tmp_path / "town"))
    file = folder.checkup_dir(2025) / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    assert manifest.pop("off_network") == {"limit_m": 500.0, "kinds": []}
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert write_all(folder).page.is_file()
