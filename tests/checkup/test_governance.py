"""Rates of the request log: closed forms of toy town, and what may not be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.access.intervals import wilson
from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.hotspots import hot_spots

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


@pytest.mark.parametrize(
    # toytown.py, closed form 8: of 360 requests
    ("indicator", "variant", "cases", "out_of"),
    [
        ("G01", "", 324, 360),
        ("G02", "", 288, 360),
        ("G03", "", 270, 360),
        ("G04", "ontime", 342, 360),
        ("G05", "reopen", 30, 360),
        ("G05", "repeat", 24, 360),
    ],
)
def test_rates_with_their_intervals(seen: Any, indicator: str, variant: str, cases: int, out_of: int) -> None:
    row = seen.row(indicator, method="table", variant=variant)
    assert (row["numerator"], row["denominator"], row["n"]) == (cases, out_of, out_of)
    assert row["value"] == pytest.approx(100 * cases / out_of)
    low, high = wilson(cases, out_of)
    assert (row["low"], row["high"]) == (pytest.approx(100 * low), pytest.approx(100 * high))


def test_time_to_close(seen: Any) -> None:
    # 19 of 20 take three days, one of 20 ten
    assert seen.value("G04", method="table", variant="median") == 72.0
    assert seen.value("G04", method="table", variant="p90") == 72.0


def test_rate_and_density(seen: Any) -> None:
    assert seen.value("G06", method="table", variant="rate") == pytest.approx(1000 * 360 / (143 * 250))
    assert seen.value("G07", method="table", variant="all") == pytest.approx(360 / 1.44)
    assert seen.value("G07", method="table", variant="ontime") == pytest.approx(342 / 1.44)
    assert seen.value("B59", method="table") == seen.value("G07", method="table", variant="ontime")


def _requests(small: Callable[..., CityFolder], **columns: object) -> CityFolder:
    folder = small()
    folder.write_table("requests", folder.table("requests").assign(**columns))
    return folder


def test_what_has_no_limit_cannot_be_late(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    requests = folder.table("requests")
    half = np.arange(len(requests)) % 2 == 0
    folder.write_table("requests", requests.assign(contact_due_at=requests["contact_due_at"].mask(half)))
    row = measure(folder, "G01").row("G01", method="table")
    assert row["denominator"] == 180


def test_an_open_request_counts_once_it_is_due(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    requests = folder.table("requests")
    last = requests["created_at"].max()
    open_ones = requests["created_at"] >= last - pd.Timedelta(days=30)
    folder.write_table("requests", requests.assign(closed_at=requests["closed_at"].mask(open_ones)))
    row = measure(folder, "G04").row("G04", method="table", variant="ontime")
    # the log ends with the closings of the last ones before: those due by then count as late
    known = requests.assign(closed_at=requests["closed_at"].mask(open_ones))
    end = known[["created_at", "dispatched_at", "contacted_at", "closed_at"]].max().max()
    due = int((open_ones & (requests["due_at"] <= end)).sum())
    assert 0 < due < open_ones.sum()
    assert row["denominator"] == (~open_ones).sum() + due


def test_an_unvalidated_call_back_is_no_failure(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    requests = folder.table("requests")
    folder.write_table("requests", requests.assign(called_back=requests["resolved"]))
    assert measure(folder, "G02").value("G02", method="table") == 100.0


@pytest.mark.parametrize(
    ("column", "indicator", "variant"),
    [
        ("contact_due_at", "G01", ""),
        ("called_back", "G02", ""),
        ("satisfied", "G03", ""),
        ("due_at", "G04", "ontime"),
        ("closed_at", "G04", "median"),
        ("reopened", "G05", "reopen"),
        ("repeat_of", "G05", "repeat"),
    ],
)
def test_a_log_without_a_column_says_so(
    small: Callable[..., CityFolder], measure: Any, column: str, indicator: str, variant: str
) -> None:
    folder = small()
    requests = folder.table("requests").drop(columns=column)
    folder.write_table("requests", requests)
    row = measure(folder, indicator).row(indicator, method="table", variant=variant)
    assert row["status"] == "not measurable"
    assert np.isnan(row["value"])
    assert "log" in row["reason_en"]


def test_another_year_is_not_this_year(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    requests = folder.table("requests")
    folder.write_table(
        "requests", requests.assign(created_at=requests["created_at"] - pd.DateOffset(years=3))
    )
    row = measure(folder, "G03").of("G03").iloc[0]
    assert row["status"] == "not measurable"
    assert "2025" in row["reason_en"]
    assert "2022" in row["reason_en"]


def test_hot_spots_are_what_the_formula_says() -> None:
    # Ord and Getis 1995, Gi*: by the sums, on nine places in a row
    value = np.array([1.0, 2, 1, 2, 1, 2, 9, 8, 9])
    at = np.arange(9)
    place, neighbour = np.nonzero(abs(at[:, None] - at) <= 1)
    z, significant = hot_spots(value, place, neighbour, fdr=0.05)
    mean, spread, n = value.mean(), value.std(), 9
    for i in at:
        mine = neighbour[place == i]
        w = len(mine)
        expected = (value[mine].sum() - mean * w) / (spread * np.sqrt((n * w - w * w) / (n - 1)))
        assert z[i] == pytest.approx(expected)
    assert significant[7]
    assert not significant[:5].any()


@pytest.mark.parametrize("value", [[1.0] * 12, [1.0, 2.0, 3.0]])
def test_hot_spots_need_places_that_differ(value: list[float]) -> None:
    at = np.arange(len(value))
    with pytest.raises(NotMeasurable):
        hot_spots(value, at, at, fdr=0.05)
