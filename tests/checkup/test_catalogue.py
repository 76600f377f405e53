"""The catalogue: complete, sourced, and refusing what is wrong with a clear word."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import yiju.checkup.catalogue as room
from yiju.checkup.catalogue import catalogue, indicator, read_catalogue, word
from yiju.checkup.observations import GRADES, METHODS, STATUSES
from yiju.checkup.registry import function_of
from yiju.city.services import GROUPS, SERVICES, UNITS
from yiju.errors import ConfigError, UnknownName

HERE = Path(room.__file__).with_name("catalogue")

# standards.md section 13, with C01-C03, G01-G03, H01-H03, Q01-Q03 and U01-U04 written out
SECTION_13 = {
    *(f"L{n:02}" for n in range(1, 22)), *(f"S{n:02}" for n in range(1, 12)), *(f"F{n:02}" for n in range(1, 7)),
    *(f"C{n:02}" for n in range(1, 8)), *(f"R{n:02}" for n in range(1, 7)), "E01",
    *(f"H{n:02}" for n in range(1, 5)), *(f"G{n:02}" for n in range(1, 9)), *(f"U{n:02}" for n in range(1, 10)),
    *(f"Q{n:02}" for n in range(1, 6)), "T01", "Z01",
}  # fmt: skip
# and one of section 1.2, the size of communities; two that hold places and floor area against the norms of services
ADDED = {"F07", "S12", "S13"}
# The list of the issue: computed on any city that has the inputs
COMPUTED = {
    "L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L09", "L10", "L11", "L12", "L13", "L14", "L15", "L16",
    "L17", "L18", "L19", "L20", "L21", "S01", "S02", "S03", "S04", "S11", "S12", "S13", "F01", "F02", "F03", "F07",
    "R01", "R03", "R04", "R05", "R06", "G01", "G02", "G03", "G04", "G05", "G06", "G07", "Q01", "Q02", "Q03", "Q04",
    "Q05", "C01", "C02", "C03", "C04", "C05", "C06", "C07",
}  # fmt: skip


def test_all_sixty_base_indicators_are_there() -> None:
    base = {i.id: i for i in catalogue().values() if i.edition == "2025"}
    assert set(base) == {f"B{n:02}" for n in range(1, 61)}
    # 9 housing, 12 community, 8 block, 31 city (standards.md 1.3)
    levels = [base[f"B{n:02}"].level for n in range(1, 61)]
    assert levels == ["housing"] * 9 + ["community"] * 12 + ["block"] * 8 + ["city"] * 31
    assert all(f"#{int(i[1:])}" in base[i].source for i in base)


def test_all_of_section_13_is_there() -> None:
    assert {i.id for i in catalogue().values() if i.edition != "2025"} == SECTION_13 | ADDED


@pytest.mark.parametrize("i", catalogue().values(), ids=lambda i: i.id)
def test_every_indicator_says_what_it_is_in_two_languages_and_where_from(i: room.Indicator) -> None:
    for text in (i.name, i.formula):
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert text.en
        assert not re.search(r"[\u4e00-\u9fff]", text.en)
    assert bool(i.caveat.zh) == bool(i.caveat.en)
    assert i.source
    cited = read_catalogue().cite(i.source)
    assert cited.zh
    assert cited.en
    assert i.body
    assert all(unit in UNITS for unit in i.body)
    for variant in i.variants:
        assert len(i.variants) == 1 or variant.name.zh, variant.code
    codes = [v.code for v in i.variants]
    assert len(codes) == len(set(codes))


def test_what_is_listed_as_computed_has_a_function_and_nothing_else_has() -> None:
    have = {i.id for i in catalogue().values() if function_of(i.id) is not None}
    assert have == COMPUTED
    assert {i for i in COMPUTED if catalogue()[i].how != "computed"} == set()


def test_only_class_c_is_store_only() -> None:
    assert all((i.how == "store") == (i.computability == "C") for i in catalogue().values())


def test_the_vocabulary_is_that_of_the_observations() -> None:
    words = read_catalogue().words
    assert tuple(words["methods"]) == METHODS
    assert tuple(words["statuses"]) == STATUSES
    assert tuple(words["grades"]) == GRADES


def test_official_numbers_are_as_in_the_reference() -> None:
    # standards.md 1.3 and 13
    targets = {
        "B30": 70, "B32": 70, "B35": 8, "B36": 100, "B43": 10, "B44": 10, "B53": 75, "B54": 2, "L09": 85,
        "L15": 65, "S02": 4.5, "S08": 2.6, "S09": 30, "F02": 100, "C01": 80, "U01": 20, "U02": 2, "U03": 50,
        "U04": 5,
    }  # fmt: skip
    for name, value in targets.items():
        target = indicator(name).target
        assert target is not None
        assert target.value == value
        assert not target.provisional
    baseline = indicator("B35").baseline
    assert baseline is not None
    assert baseline.value == 6.3


def test_what_we_propose_is_provisional() -> None:
    for name in ("L18", "L19", "L20", "S11", "Q01", "R05", "R06", "G08", "L04"):
        assert indicator(name).provisional
    assert not indicator("L01").provisional


def test_answers_name_a_reading_that_is_computed() -> None:
    for i in catalogue().values():
        if i.answered_by is not None:
            other = indicator(i.answered_by.indicator)
            variant = other.variant(i.answered_by.variant)
            assert i.answered_by.method in other.methods_of(variant)
            assert other.unit_of(variant) == i.unit


def test_needs_name_services_groups_and_variants_that_are_there() -> None:
    rules = [(i, rule) for i in catalogue().values() for rule in i.need]
    assert len(rules) >= 12
    for i, rule in rules:
        assert rule["service"] in SERVICES
        assert set(rule.get("group", [])) <= set(GROUPS)
        assert rule.get("variant", i.variants[0].code) in [v.code for v in i.variants]


def test_unknown_names_are_met_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean"):
        indicator("L1")
    assert word("dimensions", "smart").zh == "智慧"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    shutil.copytree(HERE, folder)
    return folder


GOOD = """
[X01]
edition = "local"
zh = "试验指标"
en = "A trial"
dimension = "livable"
level = "city"
unit = "%"
direction = "higher"
class = "B"
how = "table"
methods = ["table"]
tables = ["figures"]
body = ["housing"]
formula_zh = "甲 ÷ 乙"
formula_en = "a ÷ b"
source = "YIJU"
tag = "P"
"""


def test_a_city_may_add_its_own(tmp_path: Path) -> None:
    extra = tmp_path / "ours.toml"
    extra.write_text(GOOD, encoding="utf-8")
    books = read_catalogue(extra=extra)
    assert books.indicators["X01"].name.en == "A trial"
    assert len(books.indicators) == len(catalogue()) + 1
    assert books.digest != read_catalogue().digest


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('dimension = "livable"', 'dimension = "lovable"'), "dimension"),
        (('level = "city"', 'level = "planet"'), "level"),
        (('unit = "%"', 'unit = "percent"'), "unit"),
        (('direction = "higher"', 'direction = "up"'), "direction"),
        (('class = "B"', 'class = "D"'), "class"),
        (('how = "table"', 'how = "guessed"'), "how"),
        (('methods = ["table"]', "methods = []"), "methods"),
        (('methods = ["table"]', 'methods = ["astrology"]'), "methods"),
        (('body = ["housing"]', 'body = ["nobody"]'), "body"),
        (('zh = "试验指标"\n', ""), "zh"),
        (('source = "YIJU"', 'source = "HEARSAY 7"'), "source"),
        (('tag = "P"', 'tag = "sure"'), "tag"),
        (('tag = "P"', 'tag = "P"\ntargt = { value = 1 }'), "targt"),
        (('tag = "P"', 'tag = "P"\ntarget = { value = "much", source = "YIJU", tag = "P" }'), "target.value"),
        (('tag = "P"', 'tag = "P"\nsee = ["B99"]'), "B99"),
        (('tag = "P"', 'tag = "P"\nservices = ["kindergarden"]'), "services"),
        (('tag = "P"', 'tag = "P"\ngroups = ["the_rich"]'), "groups"),
        (('tag = "P"', 'tag = "P"\nvariants = [{ code = "a", radius_m = -1 }]'), "positive"),
        (('tag = "P"', 'tag = "P"\ncuts = { very_good = 5, good = 9, source = "YIJU", tag = "P" }'), "cuts"),
        (('tag = "P"', 'tag = "P"\nband = { low = 3, high = 1, source = "YIJU", tag = "P" }'), "band"),
        (('tag = "P"', 'tag = "P"\nneed = [{ service = "flying" }]'), "need.service"),
        (("[X01]", "[X01"), "cannot be read"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(books: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in GOOD
    (books / "ours.toml").write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(says)):
        read_catalogue(books)


def test_an_id_stands_once(books: Path) -> None:
    (books / "ours.toml").write_text(GOOD.replace("[X01]", "[L01]"), encoding="utf-8")
    with pytest.raises(ConfigError, match="two files"):
        read_catalogue(books)
