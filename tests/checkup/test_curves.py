"""The stored curves hold the same people as the Gini that stands beside them."""

from __future__ import annotations

import numpy as np
import pytest

from yiju.checkup import run_checkup
from yiju.city.toytown import toy_town


@pytest.fixture(scope="module")
def checkup(tmp_path_factory):
    return run_checkup(toy_town(tmp_path_factory.mktemp("curves"), blocks=8))


@pytest.mark.parametrize("variant", ["completeness", "minutes"])
def test_twice_the_area_to_the_diagonal_is_the_gini_of_q01(checkup, variant):
    curve = checkup.curves[checkup.curves["variant"] == variant]
    rows = checkup.observations
    gini = rows[(rows["indicator"] == "Q01") & (rows["variant"] == variant) & (rows["level"] == "city")][
        "value"
    ]
    assert 1 - 2 * np.trapezoid(curve["value"], curve["people"]) == pytest.approx(
        float(gini.iloc[0]), abs=0.002
    )


def test_a_curve_runs_from_nobody_to_everybody(checkup):
    for _, curve in checkup.curves.groupby("variant"):
        assert curve[["people", "value"]].iloc[0].tolist() == [0, 0]
        assert curve[["people", "value"]].iloc[-1].tolist() == pytest.approx([1, 1])
        assert (np.diff(curve["value"]) >= 0).all()


def test_without_people_there_is_no_curve(tmp_path):
    folder = toy_town(tmp_path, blocks=4)
    folder.write_table("residents", folder.table("residents").iloc[:0])
    assert len(run_checkup(folder).curves) == 0
