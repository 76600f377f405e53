"""Daily rain: dates in one column or three, codes that are not rain, gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.config import Source
from yiju.city.readers.rain import Rain, read_rain
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str, **options: object) -> Rain:
    (folder / "rain.csv").write_text(text, encoding="utf-8")
    return read_rain(Source("rain", "rain.csv", options), folder / "rain.csv")


def test_dates_and_millimetres(tmp_path: Path) -> None:
    rain, report = read(tmp_path, "日期,降雨量（mm）\n2025-07-02,12.5\n2025-07-01,0\n2025-07-03,微量\n")
    assert rain["date"].dt.day.tolist() == [1, 2, 3]
    assert rain["rain_mm"].tolist() == [0, 12.5, 0]
    assert len(report) == 0


def test_year_month_and_day_in_three_columns(tmp_path: Path) -> None:
    rain, _ = read(tmp_path, "年,月,日,20-20时降水量\n2025,7,1,3\n2025,7,2,4\n")
    assert rain["date"].tolist() == [pd.Timestamp("2025-07-01"), pd.Timestamp("2025-07-02")]


def test_codes_are_unknown_and_told(tmp_path: Path) -> None:
    rain, report = read(
        tmp_path,
        "date,rain\n2025-07-01,-9999\n2025-07-02,32766\n2025-07-03,\n2025-07-04,x\n2025-07-05,1825\n",
    )
    assert rain["rain_mm"].fillna(-1).tolist() == [-1, -1, -1, -1, 1825]
    assert sorted(report.frame()["value"]) == ["-9999", "32766", "x"]


def test_gaps_twins_and_undated_rows_are_told(tmp_path: Path) -> None:
    rain, report = read(tmp_path, "date,rain\n2025-07-01,1\n2025-07-01,2\n2025-07-05,3\nsomeday,4\n")
    assert rain["rain_mm"].tolist() == [1, 3]
    told = report.frame()["why_en"].tolist()
    assert "3 days are missing between 2025-07-01 and 2025-07-05" in told
    assert "an earlier row has this day" in told
    assert "has no usable date" in told


def test_hours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="daily rain is needed"):
        read(tmp_path, "date,rain\n2025-07-01 01:00,1\n2025-07-01 02:00,2\n")


def test_a_mapping_and_missing_columns(tmp_path: Path) -> None:
    assert read(tmp_path, "d,r\n2025-07-01,1\n", columns={"date": "d", "rain_mm": "r"}).rain[
        "rain_mm"
    ].tolist() == [1]
    with pytest.raises(InputError, match="no column for rain_mm"):
        read(tmp_path, "date,temperature\n2025-07-01,1\n")
    with pytest.raises(InputError, match="no column for date"):
        read(tmp_path, "year,rain\n2025,1\n")


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.dates(pd.Timestamp("1950-01-01").date()), st.floats(0, 1825), min_size=1, max_size=20)
)
def test_what_was_written_is_read(tmp_path_factory, days: dict) -> None:
    text = "date,rain\n" + "".join(f"{day},{mm!r}\n" for day, mm in days.items())
    rain, _ = read(tmp_path_factory.mktemp("rain"), text)
    assert dict(zip(rain["date"].dt.date, rain["rain_mm"], strict=True)) == pytest.approx(days)
    assert rain["date"].is_monotonic_increasing
