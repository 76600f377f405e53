"""A plan on paper says what it says on the screen, in both languages, and draws its sites."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import typst
from tests.report.test_plan_tables import material, planned  # noqa: F401 - fixtures

from yiju.report.document import Document, fonts_with_cjk
from yiju.report.overview import Overview
from yiju.report.plan_figure import NEWLY, plan_figure
from yiju.report.plan_paper import plan_paper
from yiju.report.trust import Trust
from yiju.supply.plan.serving import newly

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.report.material import Material


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_numbers_are_those_of_the_plan(material: Material, lang: str) -> None:  # noqa: F811
    (plan,) = material.plans
    paper = plan_paper(material, plan, lang)
    assert paper["cards"][0][1] == f"{plan.people_gained:,.0f}"
    assert paper["cards"][2][1] == "0.00%"
    assert len(paper["rows"]) == len(paper["why"]) == len(plan.sites)
    assert [sentence for _, sentence in paper["why"]] == list(plan.sites[f"why_{lang}"])
    assert len(paper["curve"]["rows"]) == len(plan.curve)
    assert len(paper["assumptions"]) == len(plan.about["assumptions"])
    assert paper["stale"] == ""


def test_weights_are_told_as_shares(material: Material) -> None:  # noqa: F811
    (plan,) = material.plans
    weights = replace(plan, about={**plan.about, "weights_only": True})
    paper = plan_paper(material, weights, "en")
    assert paper["cards"][0][1].endswith("%")
    assert all(row[5].endswith("%") for row in paper["rows"])
    assert "share" in paper["heads"][5]
    assert not any(re.search(r"\d", words) for *_, words in paper["legend"])


def test_each_site_has_its_number_and_each_home_that_gains_a_dot(material: Material) -> None:  # noqa: F811
    (plan,) = material.plans
    drawing = plan_figure(material, plan, "Noto Sans CJK SC")
    assert re.findall(r">(\d+)</text>", drawing) == [str(rank) for rank in plan.sites["rank"]]
    (dots,) = re.findall(f'<g fill="{NEWLY}">(.*?)</g>', drawing)
    gained = plan.served[newly(plan.served, plan.about["limits_m"])]
    assert dots.count("<circle") == gained["cell_id"].nunique()
    assert plan_figure(material, plan, "Noto Sans CJK SC") == drawing


def test_a_plan_that_opens_nothing_is_drawn_and_typeset(material: Material, tmp_path: Path) -> None:  # noqa: F811
    fonts = typst.Fonts()
    if not fonts_with_cjk(fonts):
        pytest.skip("no font with Chinese characters is installed")
    (plan,) = material.plans
    nothing = replace(
        plan,
        about={**plan.about, "people_gained": 0.0, "gap": None, "proof": "out of time", "budget_yuan": None},
        sites=plan.sites.iloc[:0],
        supplies=plan.supplies.iloc[:0],
        served=plan.served.assign(walk_after_m=plan.served["walk_before_m"], site_id=None),
        curve=plan.curve.iloc[:0],
    )
    overview = Overview(material)
    document = Document(material, overview, Trust(material, overview.states))
    material.__dict__["plans"] = (plan, nothing)
    try:
        document.write(tmp_path / "report.pdf", "zh", fonts)
    finally:
        material.__dict__["plans"] = (plan,)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
