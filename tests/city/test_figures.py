"""Official figures: one long table, periods and places as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.city.readers.figures import Figures, period, read_figures
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "indicator,place_id,period,numerator,denominator,value,source\n"
PLACES = pd.DataFrame({"place_id": ["1", "2", "3"], "name": ["磁溪", "桥头", "桥头"]})


def read(folder: Path, text: str, **options: object) -> Figures:
    (folder / "figures.csv").write_text(text, encoding="utf-8")
    return read_figures(folder / "figures.csv", **options)


def test_a_table_as_the_contract_writes_it(tmp_path: Path) -> None:
    figures, report = read(tmp_path, HEADER + "S02,1,2025,450,100000,4.5,卫健委\nM30,1,2025-03,,,70,\n")
    assert figures["value"].tolist() == [4.5, 70]
    assert figures["numerator"].fillna(-1).tolist() == [450, -1]
    assert figures["source"].tolist() == ["卫健委", "figures.csv"]
    assert report.frame()["value"].tolist() == [], "4.5 is 450 in 100,000 per thousand"


def test_chinese_headers_and_percent_signs(tmp_path: Path) -> None:
    figures, _ = read(
        tmp_path, "指标,区域,年份,分子,分母,数值,数据来源\nM30,磁溪,2025年,7,10,70%,水务局\n", places=PLACES
    )
    assert figures.iloc[0].tolist() == ["M30", "1", "2025", 7, 10, 70, "水务局"]


def test_places_by_id_or_by_a_name_of_their_own(tmp_path: Path) -> None:
    text = HEADER + "A,1,2025,,,1,\nA,磁溪,2024,,,1,\nA,桥头,2025,,,1,\nA,9,2025,,,1,\n"
    figures, report = read(tmp_path, text, places=PLACES)
    assert figures["place_id"].tolist() == ["1", "1"]
    told = report.frame()
    assert told[told["why_en"].str.contains("several places")]["row"].tolist() == ["4"]
    assert told[told["why_en"] == "no such place in the city"]["row"].tolist() == ["4", "5"]
    assert len(read(tmp_path, text).figures) == 4, "without places, ids are taken as they are"


def test_rows_of_no_use(tmp_path: Path) -> None:
    text = (
        HEADER
        + ",1,2025,,,1,\nA,1,soon,,,1,\nA,1,2025,3,,,\nA,1,2025,3,0,,\nB,1,2025,,,1,\nB,1,2025,,,2,\nC,1,2025,x,,5,\n"
    )
    figures, report = read(tmp_path, text)
    assert figures[["indicator", "value"]].to_numpy().tolist() == [["B", 1.0], ["C", 5.0]]
    dropped = report.frame().query("action == 'row dropped'")
    assert sorted(dropped["row"]) == ["2", "3", "4", "5", "7"]
    assert "x" in report.frame()["value"].tolist()


@pytest.mark.parametrize(
    ("value", "odd"), [("0.7", 0), ("70", 0), ("700", 0), ("7000", 0), ("69.98", 0), ("71", 1), ("7", 1)]
)
def test_a_value_that_is_not_its_ratio_is_told(tmp_path: Path, value: str, odd: int) -> None:
    figures, report = read(tmp_path, HEADER + f"A,1,2025,7,10,{value},\n")
    assert len(figures) == 1
    assert len(report) == odd


@given(st.integers(1900, 2199), st.integers(1, 12))
def test_years_and_months_of_many_hands(year: int, month: int) -> None:
    assert {period(f) for f in (f"{year}", f"{year}年", f" {year}年度 ", f"{year} 年")} == {str(year)}
    written = {
        f"{year}-{month}",
        f"{year}/{month:02d}",
        f"{year}.{month}",
        f"{year}{month:02d}",
        f"{year}年{month}月",
    }
    assert {period(f) for f in written} == {f"{year}-{month:02d}"}


@pytest.mark.parametrize(
    "cell", ["", "25", "2025-13", "2025-00", "2025Q1", "20251", "2025-03-01", "二〇二五"]
)
def test_what_is_no_period(cell: str) -> None:
    assert period(cell) is None


def test_a_table_without_the_needed_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column for indicator"):
        read(tmp_path, "place_id,period,value\n1,2025,3\n")
    assert (
        len(read(tmp_path, "i,place_id,period,value\nA,1,2025,3\n", columns={"indicator": "i"}).figures) == 1
    )
