"""Plain words: singular and plural, rounding, minutes, shares, and the whole sentence."""

from __future__ import annotations

import pytest

from yiju.city.services import GROUPS, SERVICES
from yiju.needs.sentences import CLASSES, Facts, sentence
from yiju.needs.wording import (
    count_missing,
    count_people,
    people_noun,
    percent,
    plain_number,
    round_people,
    within_walk,
)
from yiju.text import Text


def test_every_group_has_its_nouns() -> None:
    assert [g for g in GROUPS if people_noun(g, 1) == "person" or people_noun(g, 2) == "people"] == []


def test_every_class_has_its_word() -> None:
    assert set(CLASSES) == {s.service_class for s in SERVICES.values()}


@pytest.mark.parametrize(
    ("people", "modelled", "said"),
    [(0.6, False, 1), (412.5, False, 413), (12345, True, 12000), (95, True, 95)],
)
def test_people_are_rounded_as_far_as_they_are_sure(people, modelled, said) -> None:
    assert round_people(people, modelled=modelled) == said


def test_one_and_many() -> None:
    assert count_people(1, "all").en == "1 resident"
    assert count_people(2, "all").en == "2 residents"
    assert count_people(1, "age_80_plus").en == "1 person of 80 and over"
    assert count_missing(1, "school_places").en == "1 place"
    assert count_missing(0.2, "facilities") == Text("1处设施", "1 facility")


def test_a_model_says_about() -> None:
    assert count_people(1234, "all", modelled=True) == Text("约1,200名居民", "about 1,200 residents")


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.0049, "<1%"), (0.5, "50%"), (0.9951, ">99%"), (1, "100%")]
)
def test_percent_is_whole_only_where_it_is(share, said) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (0.9, "0.9"), (123456.7, "123,457"), (-12.34, "-12.3")]
)
def test_numbers_as_one_says_them(value, said) -> None:
    assert plain_number(value) == said


def test_an_eight_minute_walk() -> None:
    assert within_walk(8).en == "within an 8-minute walk"
    assert within_walk(10, radius_m=500).zh == "步行10分钟（500米）内"
    assert within_walk(5, drive=True) == Text("5分钟车程内", "within a 5-minute drive")


PLACE = {"place": "磁溪社区", "group": "all"}
BASE = PLACE | {"group": "age_60_plus", "service": "elder_day_care", "step": "reach", "minutes": 10}


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        (
            Facts(**BASE, people=312, total=780, share=0.4),
            "780名60岁及以上老年人中有312名（40%）步行10分钟内没有老年人日间照料；普惠类；民政局牵头。",
            (
                "312 of 780 people of 60 and over (40%) have no day care for older people within a "
                "10-minute walk; inclusive; civil affairs bureau leads."
            ),
        ),
        (
            Facts(**BASE | {"step": "none"}, people=1, total=1, share=1.0, deadline=True),
            "1名60岁及以上老年人步行10分钟内没有老年人日间照料；普惠类；限时解决；民政局牵头。",
            (
                "1 person of 60 and over has no day care for older people within a 10-minute walk; "
                "inclusive; by deadline; civil affairs bureau leads."
            ),
        ),
        (  # weights only: shares, no counts
            Facts(**BASE, share=0.38),
            "38%的60岁及以上老年人步行10分钟内没有老年人日间照料；普惠类；民政局牵头。",
            (
                "38% of people of 60 and over have no day care for older people within a 10-minute walk; "
                "inclusive; civil affairs bureau leads."
            ),
        ),
        (
            Facts(
                **PLACE | {"group": "age_3_5", "service": "kindergarten", "step": "capacity"},
                people=1240,
                total=1240,
                shortfall=209.4,
                shortfall_unit="school_places",
            ),
            "1,240名3–5岁学龄前儿童，幼儿园尚缺210个学位；普惠类；教育局牵头。",
            (
                "kindergarten falls 210 places short for 1,240 children of 3 to 5; inclusive; "
                "education bureau leads."
            ),
        ),
        (
            Facts(
                **PLACE | {"service": "dry_street", "step": "quality"},
                deadline=True,
                indicator=Text("严重易涝积水点数量", "Severe waterlogging points"),
                value=12,
                unit=Text("个", ""),
                standard=0,
            ),
            "严重易涝积水点数量为12个，应为0；基本类；限时解决；住房城乡建设局牵头。",
            (
                "Severe waterlogging points: 12 (should be none); basic; by deadline; "
                "housing and construction bureau leads."
            ),
        ),
        (
            Facts(
                **PLACE | {"service": "street_network", "step": "reach"},
                people=604.4,
                total=1500,
                share=0.4,
                cut_off=True,
                modelled=True,
                barrier=Text("铁路", "the railway"),
            ),
            (
                "各类服务平均，约1,500名居民中有约600名（40%）直线距离在服务半径之内，步行却到不了，疑被铁路阻隔；基本类；"
                "规划和自然资源局牵头。"
            ),
            (
                "averaged over services, about 600 of about 1,500 residents (40%) live within the radius "
                "as the crow flies but cannot walk there, probably cut off by the railway; basic; "
                "planning and natural resources bureau leads."
            ),
        ),
    ],
)
def test_golden_sentences(facts, zh, en) -> None:
    said = sentence(facts)
    assert said.zh == f"磁溪社区：{zh}"
    assert said.en == f"磁溪社区: {en}"
