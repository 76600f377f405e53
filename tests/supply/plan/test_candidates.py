"""Candidates of a plan: those of the register that lie on a street, else those drawn by the stated rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from tests.supply.plan.conftest import CANDIDATES, town_at

from yiju.city.config import Source
from yiju.errors import InputError
from yiju.supply.plan import Question, make_plan
from yiju.supply.plan.candidates import candidate_sites
from yiju.supply.plan.ground import Ground

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder


def test_what_a_site_may_take_in(town: CityFolder) -> None:
    sites = candidate_sites(Ground(town))
    assert sites.frame.index.tolist() == list(CANDIDATES)
    assert sites.allows("childcare").tolist() == [name != "C" for name in CANDIDATES]
    assert (sites.frame["origin"] == "table").all()


def test_a_candidate_off_every_street_is_left_out_and_told(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town", {"A": CANDIDATES["A"], "X": ((12, 18), "vacant", 700.0, None, None)})
    sites = candidate_sites(Ground(folder))
    assert sites.frame.index.tolist() == ["A"]
    assert sites.refused["row"].tolist() == ["X"]
    assert any("1 candidates lie off the street network" in note.en for note in sites.notes)
    plan = make_plan(folder, Question(("elder_day_care",), sites=1))
    assert plan.refused["row"].tolist() == ["X"]


def test_no_candidate_that_can_be_used(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town", {"X": ((12, 18), "vacant", 700.0, None, None)})
    with pytest.raises(InputError, match="no candidate that can be used"):
        candidate_sites(Ground(folder))


def test_floor_that_nobody_says_is_taken_to_suffice_and_told(tmp_path: Path) -> None:
    (corner, kind, _, cost, services) = CANDIDATES["A"]
    folder = town_at(tmp_path / "town", {"A": (corner, kind, np.nan, cost, services)})
    plan = make_plan(folder, Question(("elder_day_care", "childcare"), sites=1, complexes=True))
    assert plan.sites["services"].tolist() == ["elder_day_care;childcare"]
    assert any("do not say their floor area" in note["en"] for note in plan.about["notes"])


def test_a_city_without_a_register_draws_public_buildings_far_enough_apart(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town", {})
    sites = candidate_sites(Ground(folder))
    assert (sites.frame["origin"] == "drawn").all()
    assert set(sites.frame["kind"]) <= {"convertible", "land"}
    # the schools of toy town, at (6, 6) and (9, 6): nothing else there serves the public
    assert len(sites) == 2
    assert sites.frame["floor_area_m2"].tolist() == [600.0, 600.0]
    points = sites.frame.geometry.to_numpy()
    near = shapely.distance(points[:, None], points[None]) + np.eye(len(points)) * 1e9
    assert near.min() >= 150.0
    plan = make_plan(folder, Question(("elder_day_care",), sites=1))
    assert any("no table of candidates" in note["en"] for note in plan.about["notes"])


def test_a_register_of_which_nothing_is_left_is_not_drawn_from_the_map(tmp_path: Path) -> None:
    folder = town_at(tmp_path / "town", {})
    source = Source("candidates", "candidates.csv", {"datum": "wgs84"})
    ground = Ground(folder)
    ground.folder = replace(folder, config=replace(folder.config, sources=(source,)))
    with pytest.raises(InputError, match=r"rejected\.csv"):
        candidate_sites(ground)
