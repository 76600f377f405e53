"""From a number back to its grounds."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from yiju.checkup.catalogue import catalogue
from yiju.checkup.grounds import explain
from yiju.checkup.run import run_checkup
from yiju.checkup.snapshot import read_manifest
from yiju.errors import MissingCity, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


@pytest.fixture(scope="module")
def checked(small: Callable[..., CityFolder]) -> CityFolder:
    folder = small()
    run_checkup(folder).write()
    return folder


@pytest.mark.parametrize("name", catalogue())
def test_every_indicator_can_be_explained(name: str) -> None:
    explanation = explain(name)
    assert explanation.source.zh
    assert explanation.inputs
    if explanation.function:
        module, function = explanation.function.split(":")
        assert callable(getattr(importlib.import_module(module), function))
    elif explanation.indicator.answered_by is None:
        assert explanation.indicator.how == "computed"  # not yet


def test_a_base_indicator_is_computed_where_its_answer_is() -> None:
    assert explain("B25").function == explain("L09").function == "yiju.checkup.indicators.coverage:coverage"
    assert explain("B30").function == "yiju.checkup.indicators.figures:from_figures"


def test_what_is_provisional_says_why() -> None:
    assert "提议" in explain("L18").provisional.zh or "建议" in explain("L18").provisional.zh
    assert explain("L01").provisional.en == ""
    assert "cuts" in explain("B42").provisional.en


def test_rows_and_inputs_of_a_place(checked: CityFolder) -> None:
    explanation = explain("L05", checked, place="c-0-0")
    assert explanation.observations is not None
    assert set(explanation.observations["place_id"]) == {"c-0-0"}
    assert set(explanation.observations["method"]) == {"official", "network"}
    inputs = {i.table: i for i in explanation.inputs}
    assert inputs["residents"].rows == 15
    assert inputs["residents"].digest == read_manifest(checked)["tables"]["residents.parquet"]


def test_places_go_by_id_or_name(checked: CityFolder) -> None:
    by_name = explain("L05", checked, place="1-1社区").observations
    by_id = explain("L05", checked, place="c-0-0").observations
    assert by_name is not None
    assert by_id is not None
    assert by_name.equals(by_id)
    everywhere = explain("L05", checked).observations
    assert everywhere is not None
    assert set(everywhere["place_id"]) == {"city"}


def test_unknown_names_and_years_are_refused(checked: CityFolder) -> None:
    with pytest.raises(UnknownName, match="no indicator named 'L50'"):
        explain("L50", checked)
    with pytest.raises(UnknownName, match="c-0-9"):
        explain("L05", checked, place="c-0-9")
    with pytest.raises(MissingCity, match="1999"):
        explain("L05", checked, year=1999)
