"""The tables of a plan say what the plan says, and shares where people cannot be counted."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest
from tests.report.conftest import check_up
from tests.supply.plan.conftest import candidates_of

from yiju.city.toytown import toy_town
from yiju.report import write_all
from yiju.report.material import Material
from yiju.report.plan_facts import share_of_lacking, still_answers
from yiju.report.plan_sheets import plan_sheets
from yiju.supply.plan import Question, make_plan, write_plan

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder
    from yiju.report.rows import Sheet

PLANS = ("方案", "方案选址", "方案供给", "方案预算曲线", "方案依据")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town with a ledger and a plan of two services."""
    folder = toy_town(tmp_path_factory.mktemp("city") / "planned", blocks=12, people_per_block=250.0)
    folder.write_table("candidates", candidates_of(folder))
    check_up(folder, 2025)
    write_plan(
        folder, make_plan(folder, Question(("elder_day_care", "childcare"), budget_yuan=4e6, name="一老一小"))
    )
    return folder


@pytest.fixture(scope="module")
def material(planned: CityFolder) -> Material:
    return Material.read(planned, 2025)


def rows_of(sheet: Sheet) -> list[dict[str, object]]:
    heads = [column.heading.en for column in sheet.columns]
    return [dict(zip(heads, row, strict=True)) for row in sheet.rows]


def sheet(material: Material, code: str) -> list[dict[str, object]]:
    (found,) = [s for s in plan_sheets(material) if s.code == code]
    return rows_of(found)


def test_a_city_without_plans_has_no_such_sheets(town):
    assert plan_sheets(Material.read(town, 2025)) == []


def test_the_summary_says_what_is_proved(material):
    (plan,) = material.plans
    (row,) = sheet(material, "plans")
    assert row["people newly within reach"] == pytest.approx(plan.people_gained, abs=0.05)
    assert row["spent (yuan)"] == plan.about["spent_yuan"] <= row["budget (yuan)"] == 4e6
    assert row["proof"] == "已证明最优 proved to be the best"
    assert row["answers this check-up"] == "是 yes"
    lacking = sum(plan.about["people_lacking_by_service"].values())
    assert row["share of those who go without"] == pytest.approx(plan.people_gained / lacking, abs=1e-4)


def test_sites_and_supplies_add_up_to_the_plan(material):
    (plan,) = material.plans
    sites, supplies = sheet(material, "plan_sites"), sheet(material, "plan_supplies")
    assert [row["rank"] for row in sites] == list(range(1, len(plan.sites) + 1))
    for column in ("cost (yuan)", "people newly within reach", "floor area (m²)"):
        assert sum(r[column] for r in sites) == pytest.approx(sum(r[column] for r in supplies), abs=0.5)
    assert sum(r["cost (yuan)"] for r in sites) == pytest.approx(plan.about["spent_yuan"])
    assert all(row["why here"] and row["why here (Chinese)"] for row in sites)


def test_every_assumption_stands_with_its_source(material):
    (plan,) = material.plans
    rows = sheet(material, "plan_grounds")
    assert len(rows) == len(plan.about["assumptions"]) + len(plan.about["notes"])
    assert all(row["source"] for row in rows if row["kind"] == "假定 assumption")


def test_where_people_are_weights_there_are_shares_and_no_people(material):
    (plan,) = material.plans
    weights = replace(plan, about={**plan.about, "weights_only": True})
    material.__dict__["plans"] = (weights,)
    try:
        for code in ("plans", "plan_sites", "plan_supplies", "plan_curve"):
            rows = sheet(material, code)
            assert rows
            assert all(row["people newly within reach"] is None for row in rows)
            assert all(row["share of those who go without"] is not None for row in rows)
    finally:
        material.__dict__["plans"] = (plan,)


def test_a_share_of_nobody_is_not_a_number(material):
    (plan,) = material.plans
    nobody = replace(plan, about={**plan.about, "people_lacking_by_service": {"childcare": 0.0}})
    assert share_of_lacking(nobody, 0.0, ["childcare"]) is None


def test_a_plan_of_another_check_up_is_told(material):
    (plan,) = material.plans
    assert still_answers(plan, material.manifest)
    assert not still_answers(plan, {**material.manifest, "config": "another"})


def test_workbook_and_csv_files_hold_the_plan(planned, material):
    written = write_all(planned)
    book = openpyxl.load_workbook(written.workbook)
    assert tuple(book.sheetnames[-len(PLANS) :]) == PLANS
    (file,) = [f for f in written.csvs if f.stem == "plan_sites"]
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert len(list(csv.reader(lines))) == len(material.plans[0].sites) + 1
