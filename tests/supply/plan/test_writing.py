"""A plan on disk comes back as it went, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from yiju.errors import ContractError, MissingCity, SnapshotError
from yiju.supply.plan import Question, make_plan, plan_dir, plan_names, read_plan, write_plan

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder

# What the report reads.
COLUMNS = {
    "sites": "rank site_id name origin community subdistrict services floor_area_m2 cost_yuan people gain next_best "
    "next_best_loss why_zh why_en lead_unit year",
    "supplies": "site_id service option places floor_area_m2 cost_yuan people unit_cost_yuan",
    "served": "cell_id service people walk_before_m walk_after_m site_id",
    "curve": "services budget_yuan sites people_gained bound",
    "equity": "service when share_people share_access gini",
}
ABOUT = (
    "name year snapshot services problem objective bound gap proof seconds budget_yuan spent_yuan people_gained "
    "assumptions notes"
)


@pytest.fixture(scope="module")
def written(town: CityFolder) -> str:
    plan = make_plan(town, Question(("elder_day_care", "childcare"), budget_yuan=4e6, name="往返"))
    write_plan(town, plan)
    return plan.name


def test_it_comes_back_as_it_went(town: CityFolder, written: str) -> None:
    made = make_plan(town, Question(("elder_day_care", "childcare"), budget_yuan=4e6, name="往返"))
    back = read_plan(town, written)
    assert {k: v for k, v in back.about.items() if k != "seconds"} == {
        k: v for k, v in made.about.items() if k != "seconds"
    }
    for table in (*COLUMNS, "refused"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(back, table)).drop(columns="geometry", errors="ignore"),
            pd.DataFrame(getattr(made, table)).drop(columns="geometry", errors="ignore"),
            check_dtype=False,
        )
    assert back.sites.crs == town.config.crs
    assert written in plan_names(town)


def test_the_files_have_the_columns_that_the_report_reads(town: CityFolder, written: str) -> None:
    back = read_plan(town, written)
    for table, columns in COLUMNS.items():
        assert set(columns.split()) <= set(getattr(back, table).columns), table
    assert set(ABOUT.split()) <= set(back.about)
    assert all({"zh", "en", "source"} == set(a) for a in back.about["assumptions"])
    assert all({"zh", "en"} == set(n) for n in back.about["notes"])


def test_a_write_that_fails_leaves_the_old_plan_whole(
    town: CityFolder, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {f.name: f.read_bytes() for f in plan_dir(town, written).iterdir()}
    plan = read_plan(town, written)

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(plan.curve), "to_parquet", full)
    with pytest.raises(SnapshotError, match="stays whole"):
        write_plan(town, plan)
    assert {f.name: f.read_bytes() for f in plan_dir(town, written).iterdir()} == before
    assert not list(plan_dir(town, written).parent.glob(".*"))


def test_a_kill_between_two_renames_is_mended(town: CityFolder, written: str) -> None:
    at = plan_dir(town, written)
    at.rename(at.with_name(f".{at.name}.old"))
    assert read_plan(town, written).name == written


def test_a_plan_that_is_not_there_names_those_that_are(town: CityFolder, written: str) -> None:
    with pytest.raises(MissingCity, match=written):
        read_plan(town, "nothing")


def test_a_reader_leaves_alone_what_is_being_written(town: CityFolder, written: str) -> None:
    at = plan_dir(town, written)
    fresh = at.with_name(f".{at.name}.new")
    fresh.mkdir()
    assert read_plan(town, written).name == written
    assert fresh.is_dir()
    fresh.rmdir()


def test_a_plan_that_is_cut_off_names_its_file(town: CityFolder, written: str) -> None:
    file = plan_dir(town, written) / "plan.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:40])
    with pytest.raises(ContractError, match=r"plan\.json is not whole"):
        read_plan(town, written)
    file.write_bytes(whole)
