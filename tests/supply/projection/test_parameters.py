"""What a projection assumes: our numbers, those of a city over them, and what is refused."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

from yiju.errors import InputError, UnknownName
from yiju.supply.projection import parameters as module
from yiju.supply.projection import read_parameters
from yiju.supply.projection.life_table import years_lived

ROOT = Path(__file__).resolve().parents[3]
COMMUNITIES = ["a", "b"]


def of_city(folder: Path, text: str) -> module.Parameters:
    (folder / "projection.toml").write_text(text, encoding="utf-8")
    return read_parameters(folder)


def test_golden_defaults() -> None:
    given = read_parameters()
    # census of 2020: 6.07, 55.22, 98.98, 65.05, 26.91, 6.34 and 1.61 births for every 1,000 women, five years each
    assert given.rates.fertility.sum() == pytest.approx(5 * 0.26018)
    assert given.rates.fertility[27] == 0.09898
    assert given.rates.fertility[[14, 50]].tolist() == [0, 0]
    # 105 boys for every 100 girls
    np.testing.assert_allclose(given.rates.sexes, [100 / 205, 105 / 205])
    # life expectancy of the census of 2020: 80.88 and 75.37 years; men weighted by the sex ratio
    np.testing.assert_allclose(given.lived.sum(axis=1), [80.88, 75.37 * 1.05], rtol=1e-9)
    # the schedule of Rogers and Castro: children with their parents, then the young who work
    assert 20 <= given.schedule[10:].argmax() + 10 <= 25
    assert given.schedule[0] > given.schedule[12] < given.schedule[22] > given.schedule[60]
    assert all("provisional" in note.en and "暂定" in note.zh for note in given.notes)


def test_nobody_moves_unless_the_city_says_so() -> None:
    levels = read_parameters().levels(COMMUNITIES, 3, read_parameters().outlook("middle"))
    assert levels.births.tolist() == [[1, 1]] * 3
    assert not levels.arrivals.any()
    assert not levels.arrival_rate.any()
    assert not levels.departure_rate.any()


def test_a_scenario_multiplies_births_and_adds_movements(tmp_path: Path) -> None:
    given = of_city(
        tmp_path,
        "[births]\ntimes = [1.0, 0.9]\n[migration]\nout_per_1000 = 10\n"
        "[communities.b]\nbirths = 2\nout_per_1000 = 20\nin_people = [300, 0]\n",
    )
    levels = given.levels(COMMUNITIES, 3, given.outlook("low"))
    # 0.75 of the births in the low scenario; the second year holds on
    np.testing.assert_allclose(levels.births, [[0.75, 1.5], [0.675, 1.35], [0.675, 1.35]])
    np.testing.assert_allclose(levels.departure_rate, [[0.015, 0.025]] * 3)
    assert levels.arrivals.tolist() == [[0, 300], [0, 0], [0, 0]]
    assert given.levels(COMMUNITIES, 1, given.outlook("high")).arrival_rate.tolist() == [[0.005, 0.005]]


def test_a_city_may_add_a_scenario_and_its_own_source(tmp_path: Path) -> None:
    given = of_city(
        tmp_path,
        '[births]\nper_1000_women = { 20 = 100, "21-22" = 50 }\nsource_zh = "本市年鉴"\n'
        '[scenarios.bust]\nzh = "骤降"\nen = "bust"\nbirths = [0.5, 0.25]\n',
    )
    assert given.rates.fertility[[19, 20, 21, 22, 23]].tolist() == [0, 0.1, 0.05, 0.05, 0]
    assert list(given.outlooks) == ["low", "middle", "high", "bust"]
    assert given.outlook("bust").name.zh == "骤降"
    # no longer provisional
    assert given.notes[0].zh == "本市年鉴。"
    assert "暂定" in given.notes[1].zh


def test_a_scenario_that_is_changed_keeps_the_rest(tmp_path: Path) -> None:
    low = of_city(tmp_path, "[scenarios.low]\nbirths = 0.5\n").outlook("low")
    assert low.moves.births == (0.5,)
    assert low.moves.out_per_1000 == (5.0,)
    assert low.name == read_parameters().outlook("low").name


def test_a_life_table_of_the_citys_own(tmp_path: Path) -> None:
    q = [0.004] + [0.01] * 99 + [0.4]
    given = of_city(tmp_path, f"[deaths]\nq_female = {q}\nq_male = {q}\n")
    np.testing.assert_allclose(given.lived[0], years_lived(q))
    assert given.rates.survival[0, 50] == pytest.approx(0.99)


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert read_parameters(tmp_path).rates.fertility.sum() == read_parameters().rates.fertility.sum()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[births", "cannot be read"),
        ("[birth]\ntimes = 1", "there is no birth here.*births"),
        ("[births]\ntime = 1", "field births: there is no time here.*times"),
        ("births = 3", "field births: needs to be a section"),
        ("[births]\ntimes = -1", "field births.times: needs to be at least 0, was -1"),
        ("[births]\ntimes = []", "field births.times: needs at least one number"),
        ('[births]\ntimes = "much"', "field births.times: needs to be a number, was 'much'"),
        ("[births]\ntimes = true", "field births.times: needs to be a number, was True"),
        ('[births]\nper_1000_women = { "29-25" = 1 }', "written 25-29 or 25 and to stand once, was 29-25"),
        ('[births]\nper_1000_women = { "20-24" = 1, "24-25" = 1 }', "stand once, was 24-25"),
        ("[deaths]\nlife_expectancy = { female = 150, male = 75 }", "a life expectancy of 150 years"),
        ("[deaths]\ninfant_per_1000 = 2000", "infant_per_1000: needs to lie between 0 and 1000"),
        ("[deaths]\ngompertz = 0", "gompertz: needs to be over 0"),
        ("[deaths]\nq_female = [0.1, 0.2]", "field deaths.q_female: needs 101 ages"),
        ("[migration.schedule]\na1 = 1", "alpha1 is missing"),
        ("[communities.a]\nbirth = 1", "field communities.a: there is no birth here.*births"),
        ("[communities]\na = 3", "field communities.a: needs to be a section"),
        ("[communities.a]\nout_per_1000 = -3", "field communities.a.out_per_1000: needs to be at least 0, was -3"),
        ("[scenarios.low]\nbirths = -1", "field scenarios.low.births"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        of_city(tmp_path, text)
    assert "projection.toml" in str(refusal.value)
    assert refusal.value.message.zh != refusal.value.message.en


def test_every_entry_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/projection.md").read_text(encoding="utf-8")
    entries = {key for keys in module._KEYS.values() for key in keys} | set(read_parameters().outlooks)
    assert [entry for entry in sorted(entries) if f"`{entry}`" not in page] == []


def test_a_survival_over_one_is_refused(tmp_path: Path) -> None:
    q = [-0.01] + [0.01] * 99 + [0.4]
    with pytest.raises(InputError, match="dying at 0 needs to lie between 0 and 1"):
        of_city(tmp_path, f"[deaths]\nq_female = {q}\nq_male = {q}\n")


def test_unknown_names_are_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"scenario of population named 'midle'.*Did you mean middle"):
        read_parameters().outlook("midle")
    given = of_city(tmp_path, "[communities.c]\nbirths = 2\n")
    with pytest.raises(UnknownName, match="community with residents named 'c'"):
        given.levels(COMMUNITIES, 1, given.outlook("middle"))


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(module).failed == 0
