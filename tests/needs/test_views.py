"""The official forms are views: the same rows, the handbook's columns, both languages."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from yiju.city.toytown import toy_town
from yiju.needs import Ladder, ladder, official_views, recognise
from yiju.needs.advice import advice
from yiju.needs.measures import KIND_NAMES, KINDS, MEASURES, PROMISES, read_measures, save_plan
from yiju.text import Text


@pytest.fixture(scope="module")
def ledger(town, observation, observations):
    frame = observations(
        observation("L05", "c-0-0", 0.0, people=412.0, group="age_60_plus"),
        observation("L05", "c-0-1", 45.0, people=100.0, group="age_60_plus"),
        observation("L09", "c-1-1", 30.0, status="modelled"),
        observation("B03", "c-0-1", 3.0, people=None, method="table", variant="", unit="building"),
        observation(
            "L09",
            "city",
            71.5,
            level="city",
            method="official",
            variant="tiers",
            threshold=85.0,
            grade="poor",
        ),
        observation(
            "L01",
            "city",
            None,
            level="city",
            status="not measurable",
            reason_zh="缺设施",
            reason_en="needs facilities",
        ),
    )
    earlier = recognise(observations(observation("L01", "c-1-0", 0.0, group="age_3_5")), town, year=2024)
    good = observations(*frame.to_dict("records"), observation("L01", "c-1-0", 88.0, group="age_3_5"))
    return recognise(good, town, year=2025, earlier=earlier), good


def test_the_four_forms_are_there_in_both_languages(ledger, town) -> None:
    needs, observations = ledger
    views = official_views(needs, observations, town)
    assert [v.title.zh for v in views.values()] == ["指标表", "问题清单", "问题台账", "整改清单"]
    for view in views.values():
        zh, en = view.frame("zh"), view.frame("en")
        assert zh.shape == en.shape
        assert len(set(zh.columns)) == len(view.headings) == len(set(en.columns))
        assert {key for row in view.rows for key in row} <= set(view.headings)


def test_the_rectification_list_has_the_columns_of_the_handbook(ledger, town) -> None:
    # 城市体检工作手册（试行）2025: indicator, value, problem, advice, place, class, body, priority, plan
    frame = official_views(*ledger, town)["rectification_list"].frame("zh")
    due = [
        "指标",
        "数值",
        "问题",
        "整治建议",
        "位置",
        "问题类型",
        "责任单位",
        "优先序",
        "是否纳入下一年度计划",
    ]
    assert [c for c in frame.columns if c in due] == due
    assert frame["问题类型"].tolist() == sorted(frame["问题类型"], key=["限时解决", "尽力解决"].index)
    assert (frame["是否纳入下一年度计划"] == "").all()


def test_open_needs_are_on_the_lists_and_all_in_the_ledger(ledger, town) -> None:
    needs, observations = ledger
    views = official_views(needs, observations, town)
    is_open = needs.loc[needs["status"] == "open", "need_id"].tolist()
    assert views["problem_list"].frame("en")["need"].tolist() == is_open
    assert views["problem_ledger"].frame("en")["need"].tolist() == needs["need_id"].tolist()
    closed = views["problem_ledger"].frame("zh").set_index("需求编号").loc[needs["need_id"].iloc[-1]]
    assert (closed["状态"], closed["闭环年份"], closed["首次识别年份"]) == ("已闭环", 2025, 2024)


def test_the_indicator_form_says_what_could_not_be_measured(ledger, town) -> None:
    form = official_views(*ledger, town)["indicator_form"].frame("en").set_index("indicator")
    assert form.loc["L09", ["value", "reference value", "grade", "status"]].tolist() == [
        71.5,
        85.0,
        "insufficient",
        "measured",
    ]
    assert form.loc["L01", ["status", "note"]].tolist() == ["not measurable", "needs facilities"]
    assert pd.isna(form.loc["L01", "value"])


def test_the_four_counts(ledger) -> None:
    needs, _ = ledger
    assert ladder(needs, year=2025) == Ladder(
        recognised=5,
        matched={"basic": 2, "inclusive": 2, "lifestyle": 0},
        in_action=None,
        climbed=1,
        by_step={"none": 1, "reach": 2, "capacity": 0, "quality": 1},
        by_deadline={"deadline": 1, "best_effort": 3},
    )
    # a first year has nothing to have climbed from
    assert ladder(needs[needs["first_year"] == 2025], year=2025).climbed is None


def decided(town, *need_ids: str, **other: object) -> gpd.GeoDataFrame:
    """One measure that answers these needs."""
    row = {
        "measure_id": "M-1", "plan": "a", "year": 2025, "due_year": 2026, "kind": "convert",
        "service": "elder_day_care", "name": "老粮站", "need_ids": ";".join(need_ids),
        "places": 40.0, "cost_yuan": 1.2e6, "lead_unit": "civil_affairs", "joint_units": "", "status": "planned",
        "snapshot": "s",
    } | other  # fmt: skip
    return MEASURES.validate(gpd.GeoDataFrame([row], geometry=[Point(1, 2)], crs=town.config.crs))


def test_needs_with_a_measure_are_in_action(ledger, town) -> None:
    needs, _ = ledger
    is_open = needs.loc[needs["status"] == "open", "need_id"].tolist()
    shut = needs.loc[needs["status"] == "closed", "need_id"].item()

    def acting(*need_ids: str, **other: object) -> int | None:
        return ladder(needs, year=2025, measures=decided(town, *need_ids, **other)).in_action

    assert acting(is_open[0], is_open[1]) == 2
    assert acting(shut, "N-OTHER") == 0  # it was decided, and answers nothing that is open
    assert acting(is_open[0], status="dropped") == 0
    assert acting(is_open[0], year=2026) == 0  # it answers a later check-up
    # nobody has decided anything: not recorded, which is not 0
    assert ladder(needs, year=2025, measures=read_measures(town)).in_action is None


def test_the_lists_say_what_is_done_and_for_how_much(tmp_path, ledger) -> None:
    needs, observations = ledger
    town = toy_town(tmp_path / "town", blocks=4, communities=2)
    answered = needs.loc[needs["status"] == "open", "need_id"].iloc[0]
    save_plan(town, "a", decided(town, answered), PROMISES.empty())
    views = official_views(needs, observations, town)
    rows = views["rectification_list"].frame("zh").set_index("需求编号")
    assert rows.loc[answered, "治理措施"] == "改造闲置空间：老年人日间照料（老粮站），40位，2026年"
    assert rows.loc[answered, "措施投入资金（元）"] == 1.2e6
    assert rows.loc[answered, "措施投入工时（小时）"] is None  # nobody has said
    assert (rows.drop(answered)["治理措施"] == "").all()
    ledger_rows = views["problem_ledger"].frame("en").set_index("need")
    assert ledger_rows.loc[answered, "measure"].startswith("convert vacant space: day care for older people")


NEED = {"step": "reach", "service": "park", "evidence": "[]", "deadline_class": "best_effort"}


@pytest.mark.parametrize(
    ("need", "zh"),
    [
        (NEED, "由政府补建，或利用存量空间增设公园绿地"),
        (
            NEED | {"evidence": '[{"kind":"severance","value":44.4}]'},
            "先打通步行通道、增设出入口（直线与步行覆盖相差44个百分点）；由政府补建，或利用存量空间增设公园绿地",
        ),
        (NEED | {"service": "street_network"}, "增设过街、跨线通道或出入口，打通步行断点"),
        (
            NEED | {"step": "capacity", "shortfall": 20.0, "shortfall_unit": "school_places"},
            "扩容或新增，补足20个学位",
        ),
        (NEED | {"step": "capacity", "shortfall": None, "shortfall_unit": None}, "增加供给，达到标准"),
        (NEED | {"step": "quality", "deadline_class": "deadline"}, "逐处排查，限期整改至达标"),
    ],
)
def test_advice_follows_step_and_severance(need, zh) -> None:
    said = advice(need)
    assert isinstance(said, Text)
    assert said.zh == zh
    assert said.en


def test_every_kind_of_measure_has_a_name() -> None:
    assert tuple(KIND_NAMES) == KINDS
