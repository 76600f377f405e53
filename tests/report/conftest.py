"""A toy town with two check-ups and their ledgers, and one whose names try to break out of the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yiju.checkup import run_checkup
from yiju.city.toytown import toy_town
from yiju.needs import write_needs
from yiju.report import write_all
from yiju.report.change import change_since
from yiju.report.material import Material
from yiju.report.overview import Overview
from yiju.report.packing import put_together
from yiju.report.page import render_page
from yiju.report.trust import Trust

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder
    from yiju.report.write import Report

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 & \"'"


def check_up(folder: CityFolder, year: int) -> None:
    run_checkup(folder, year=year).write()
    write_needs(folder, year=year)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Sixteen communities; in 2024 there was one kindergarten and one health station less."""
    folder = toy_town(tmp_path_factory.mktemp("city") / "fanggecheng", blocks=16, communities=4, severed=True)
    facilities = folder.table("facilities")
    second = facilities["facility_id"].isin(["f-01", "f-07"])
    folder.write_table("facilities", facilities[~second])
    check_up(folder, 2024)
    folder.write_table("facilities", facilities)
    check_up(folder, 2025)
    return folder


@pytest.fixture(scope="session")
def written(town: CityFolder) -> Report:
    """The report of the town, on disk."""
    return write_all(town)


@pytest.fixture(scope="session")
def page(written: Report) -> str:
    return written.page.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def data(page: str) -> dict:
    return data_of(page)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """A small town in its first year, whose places and facilities have names that are markup."""
    folder = toy_town(tmp_path_factory.mktemp("city") / "hostile", blocks=8)
    for table in ("places", "facilities"):
        rows = folder.table(table)
        rows["name"] = HOSTILE
        folder.write_table(table, rows)
    check_up(folder, 2025)
    return folder


def data_of(page: str) -> dict:
    """The data of a page, read as a browser would: up to the first end of a script."""
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script', page, re.DOTALL)[1]
    )


def needs_of(data: dict) -> list[dict]:
    """The needs as the page's own reader puts them together, see assets/data.js."""
    names = {p["id"]: p["name"] for p in data["places"]}
    columns = data["needs"]["columns"]
    needs = []
    for row in range(data["needs"]["count"]):
        plain = [name for name in columns if name not in ("sentence", "evidence")]
        need = {name: one_of(columns[name], row) for name in plain}
        pattern, *numbers = columns["sentence"][row]
        lists = numbers if numbers and isinstance(numbers[0], list) else [numbers, numbers]
        words = zip(data["texts"][pattern], lists, strict=True)
        need["sentence"] = [put_together(text, names[need["place"]], found) for text, found in words]
        kind, *values = columns["evidence"][row]
        rest = iter(values)
        need["evidence"] = [[*g, next(rest) if g[1] < 0 else None] for g in data["grounds"][kind]]
        needs.append(need)
    return needs


def one_of(column: dict, row: int) -> object:
    at = column.get("at", list(range(len(column["of"]))))
    return column["of"][at if isinstance(at, int) else at[row]]


def render(folder: CityFolder, year: int = 2025) -> str:
    material = Material.read(folder, year)
    overview = Overview(material)
    return render_page(material, overview, Trust(material, overview.states), change_since(material))


def sources() -> dict[str, str]:
    """Every source of the report that may use a word: Python, JavaScript and the template."""
    folder = Path(__import__("yiju.report").report.__file__).parent
    files = [*folder.glob("*.py"), *(folder / "assets").glob("*.js"), *(folder / "assets").glob("*.j2")]
    return {file.name: file.read_text(encoding="utf-8") for file in files}
