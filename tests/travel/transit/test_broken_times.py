"""Feeds with broken times: what cannot be used is left out and reported, and no ride comes of it that nobody drives."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiju.errors import InputError
from yiju.travel.transit import Timetable

from .conftest import CRS, Feed  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STOPS = "ABCD"
# A minute from stop to stop, which are 500 m apart.
GOOD = ("08:00:00", "08:01:00", "08:02:00", "08:03:00")
# The row of stop_times.txt with the first call of the trip that is broken: after the header and four of a good one.
FIRST_ROW = 6

Ride = tuple[str, str, int, int]


def feed_of(*cells: str | tuple[str, str]) -> Feed:
    """A trip at 07:00 as it should be, and another with these times, or pairs of arrival and departure."""
    feed = Feed()
    for i, stop in enumerate(STOPS):
        feed.stop(stop, 500.0 * i)
    feed.trip("good", "07:00", *((stop, 60 * i) for i, stop in enumerate(STOPS)))
    feed.rows["trips"].append(["r", "week", "broken", ""])
    for i, cell in enumerate(cells):
        arrives, departs = (cell, cell) if isinstance(cell, str) else cell
        feed.rows["stop_times"].append(["broken", arrives, departs, STOPS[i], i, "", ""])
    return feed


def with_cell(at: int, cell: str | tuple[str, str]) -> Feed:
    return feed_of(*GOOD[:at], cell, *GOOD[at + 1 :])


def read(feed: Feed, folder: Path) -> Timetable:
    return Timetable.from_feeds([feed.write(folder)], crs=CRS)


def rides_of(timetable: Timetable, trip: str = "broken") -> list[Ride]:
    """From and to which stop, when it departs and arrives, in seconds after 08:00; empty where it does not run."""
    trips = timetable.trips[timetable.trips["trip_id"].str.startswith(f"toy:{trip}")]
    rides: list[Ride] = []
    for run in trips[trips["day"] == 0].itertuples():
        calls = timetable.calls[timetable.calls["pattern_id"] == run.pattern_id].sort_values("position")
        names = calls["stop_id"].str.removeprefix("toy:").tolist()
        departs, arrives = (
            (run.start_s - 8 * 3600 + calls[which]).tolist() for which in ("depart_s", "arrive_s")
        )
        rides += zip(names, names[1:], departs, arrives[1:], strict=False)
    return rides


def told(timetable: Timetable) -> list[tuple[int, str, str]]:
    """Row, action and reason of what was reported."""
    assert timetable.rejections is not None
    frame = timetable.rejections.frame()
    assert (frame["why_zh"] != "").all()
    return list(zip(frame["row"].astype(int), frame["action"], frame["why_en"], strict=True))


def through(*calls: tuple[str, int]) -> list[Ride]:
    return [(a, b, left, came) for (a, left), (b, came) in pairwise(calls)]


WHOLE = through(("A", 0), ("B", 60), ("C", 120), ("D", 180))
NO_TIME = "needs to be HH:MM:SS"


def test_times_as_they_should_be(tmp_path: Path) -> None:
    timetable = read(feed_of(*GOOD), tmp_path)
    assert rides_of(timetable) == WHOLE
    assert told(timetable) == []


@pytest.mark.parametrize(
    "cell",
    [
        "soon",
        "08:75:00",
        "8 o'clock",
        "-08:01:00",
        "08:01",
        "0.334",
        "8:01:00 AM",
        ("soon", ""),
        ("", "soon"),
    ],
)
def test_a_time_that_cannot_be_read_is_as_good_as_left_out(
    tmp_path: Path, cell: str | tuple[str, str]
) -> None:
    timetable = read(with_cell(1, cell), tmp_path)
    assert rides_of(timetable) == WHOLE, "half-way in time between the calls beside it"
    assert set(told(timetable)) == {(FIRST_ROW + 1, "field set unknown", NO_TIME)}


def test_one_of_two_times_is_enough(tmp_path: Path) -> None:
    for cell in (("soon", "08:01:30"), ("08:01:30", "soon"), ("", "08:01:30")):
        timetable = read(with_cell(1, cell), tmp_path)
        assert rides_of(timetable) == through(("A", 0), ("B", 90), ("C", 120), ("D", 180))
        assert len(told(timetable)) == ("soon" in cell)


@pytest.mark.parametrize(("at", "left"), [(0, "BCD"), (3, "ABC")])
def test_an_end_without_a_time_is_cut_off(tmp_path: Path, at: int, left: str) -> None:
    timetable = read(with_cell(at, "late"), tmp_path)
    assert rides_of(timetable) == [ride for ride in WHOLE if ride[0] in left and ride[1] in left]
    why = "has no time and does not lie between two timed stops"
    assert (FIRST_ROW + at, "row dropped", why) in told(timetable)


def test_a_trip_without_any_time_does_not_run(tmp_path: Path) -> None:
    timetable = read(feed_of("08:00", "08:01", "08:02", "08:03"), tmp_path)
    assert rides_of(timetable) == []
    assert rides_of(timetable, "good") != []
    dropped = [row for row, action, _ in told(timetable) if action == "row dropped"]
    assert dropped == [FIRST_ROW + i for i in range(4)]


@pytest.mark.parametrize(
    ("times", "rides", "dropped"),
    [
        (("08:00:00", "07:01:00", *GOOD[2:]), through(("A", 0), ("C", 120), ("D", 180)), [1]),
        ((*GOOD[:2], ("08:02:30", "08:02:00"), GOOD[3]), through(("A", 0), ("B", 60), ("D", 180)), [2]),
        # which one is wrong nobody knows: the trip comes late rather than early
        ((GOOD[0], "18:01:00", *GOOD[2:]), through(("A", 0), ("B", 36_060)), [2, 3]),
        (("18:00:00", *GOOD[1:]), [], [1, 2, 3]),
        # hours go on after midnight in GTFS
        (("23:59:00", "00:00:00", "00:01:00", "00:02:00"), [], [1, 2, 3]),
    ],
)
def test_time_never_runs_backwards(
    tmp_path: Path, times: tuple[Any, ...], rides: list[Ride], dropped: list[int]
) -> None:
    timetable = read(feed_of(*times), tmp_path)
    assert rides_of(timetable) == rides
    assert [row for row, action, _ in told(timetable)] == [FIRST_ROW + i for i in dropped]
    assert all(action == "row dropped" and "precedes" in why for _, action, why in told(timetable))


def test_a_trip_that_takes_no_time_does_not_run(tmp_path: Path) -> None:
    timetable = read(feed_of(*["08:00:00"] * 4), tmp_path)
    assert rides_of(timetable) == []
    assert rides_of(timetable, "good") != []
    why = "all calls of its trip have this time: it was never timed, and is left out of the timetable"
    assert told(timetable) == [(FIRST_ROW, "row dropped", why)]


def test_two_stops_in_one_minute_are_no_fault(tmp_path: Path) -> None:
    timetable = read(feed_of("08:00:00", "08:01:00", "08:01:00", "08:02:00"), tmp_path)
    assert rides_of(timetable) == through(("A", 0), ("B", 60), ("C", 60), ("D", 120))
    assert told(timetable) == []


def test_a_ride_faster_than_any_bus_is_told_once(tmp_path: Path) -> None:
    feed = Feed().stop("A", 0).stop("B", 2400).stop("C", 12_000)
    for hour in range(6, 12):
        # 2.4 km in a minute that may be two: 72 km/h; 9.6 km in the same: 288
        feed.trip(f"t{hour}", f"{hour:02d}:00", ("A", 0), ("B", 60), ("C", 120))
    timetable = read(feed, tmp_path)
    ((row, action, why),) = told(timetable)
    assert (row, action) == (4, "kept, look at it")
    assert why.startswith("is reached from the stop before faster than any vehicle of its kind")
    assert timetable.rejections is not None
    assert timetable.rejections.frame()["value"].str.fullmatch(r"9,[56]\d\d m, 60 s").all()
    feed.rows["routes"][1][1] = 2
    assert told(read(feed, tmp_path)) == [], "a train may"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["09:00:00", "08:00:00", 600], "its start and end times cannot be used"),
        (["soon", "10:00:00", 600], "its start and end times cannot be used"),
        (["08:00:00", "", 600], "its start and end times cannot be used"),
        (["08:00:00", "10:00:00", 0], None),
        (["08:00:00", "10:00:00", "ten"], None),
    ],
)
@pytest.mark.parametrize("exact", [0, 1])
def test_a_headway_that_cannot_be_used_is_no_trip_at_its_own_times(
    tmp_path: Path, row: list[Any], why: str | None, exact: int
) -> None:
    feed = feed_of(*GOOD)
    feed.rows["frequencies"].append(["broken", *row, exact])
    timetable = read(feed, tmp_path)
    assert rides_of(timetable) == []
    assert rides_of(timetable, "good") != []
    found = told(timetable)
    assert [(number, action) for number, action, _ in found] == [(2, "row dropped")]
    assert why is None or found[0][2] == why


def test_of_two_headways_at_one_time_the_first_holds(tmp_path: Path) -> None:
    feed = feed_of(*GOOD)
    feed.rows["frequencies"] += [
        ["broken", "08:00:00", "08:30:00", 600, 1],
        ["broken", "08:00:00", "09:00:00", 300, 1],
        ["broken", "08:30:00", "08:40:00", 300, 1],
    ]
    timetable = read(feed, tmp_path)
    starts = sorted(left for a, _, left, _ in rides_of(timetable) if a == "A")
    assert starts == [0, 600, 1200, 1800, 2100]
    assert told(timetable) == [(3, "row dropped", "its trip has a row with that start already")]


def test_a_feed_without_any_usable_time_is_refused(tmp_path: Path) -> None:
    feed = Feed().stop("A", 0).stop("B", 500)
    feed.rows["trips"].append(["r", "week", "t", ""])
    feed.rows["stop_times"] += [["t", "soon", "", "A", 0, "", ""], ["t", "", "later", "B", 1, "", ""]]
    with pytest.raises(InputError, match=r"stop_times\.txt.*holds no call that can be used") as refused:
        read(feed, tmp_path)
    assert refused.value.hint is not None
    assert "HH:MM:SS" in refused.value.hint.en
    assert "时:分:秒" in refused.value.hint.zh


def test_a_feed_of_headways_none_of_which_can_be_used_is_refused(tmp_path: Path) -> None:
    feed = Feed().stop("A", 0).stop("B", 500).every(600, "09:00", "08:00", "t", ("A", 0), ("B", 60))
    with pytest.raises(InputError, match="no trip runs on any day") as refused:
        read(feed, tmp_path)
    assert refused.value.hint is not None
    assert "frequencies.txt" in refused.value.hint.en
    assert "frequencies.txt" in refused.value.hint.zh


def test_where_no_trip_was_timed_nothing_runs(transit: Callable[..., Any], at: Callable[..., Any]) -> None:
    town = transit(Feed().stop("A", 0).stop("B", 5000).trip("t", "08:00", ("A", 0), ("B", 0)))
    with pytest.raises(InputError, match="nothing runs from 08:00:00"):
        town.times(at(0), at(5000), depart="08:00", window_min=1)


@pytest.mark.parametrize("column", ["start_date", "end_date"])
@pytest.mark.parametrize("cell", ["2025-01-01", "20251301", "", "soon"])
def test_a_calendar_with_broken_dates_is_refused_where_nothing_else_tells(
    tmp_path: Path, column: str, cell: str
) -> None:
    feed = feed_of(*GOOD)
    header, week = feed.rows["calendar"]
    week[header.index(column)] = cell
    with pytest.raises(InputError, match="no trip runs on any day"):
        read(feed, tmp_path)


def test_a_date_that_only_broken_dates_cover_has_no_trips(tmp_path: Path) -> None:
    feed = feed_of(*GOOD)
    feed.rows["calendar"].append(["week", 1, 1, 1, 1, 1, 1, 1, "20260101", "2026-12-31"])
    with pytest.raises(InputError, match="2025-01-01 to 2025-12-31"):
        Timetable.from_feeds([feed.write(tmp_path)], dt.date(2026, 3, 2), crs=CRS)


CELLS = st.one_of(
    st.sampled_from(["", "soon", "08:75:00", "08:00", "999:00:00", "-1:00:00"]),
    st.integers(8 * 60 - 3, 8 * 60 + 12).map(lambda m: f"{m // 60:02d}:{m % 60:02d}:00"),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(times=st.lists(st.tuples(CELLS, CELLS), min_size=4, max_size=4))
def test_whatever_the_cells_say(tmp_path: Path, times: list[tuple[str, str]]) -> None:
    """No ride goes back in time or takes a stop twice; a ride that is missing is reported."""
    timetable = read(feed_of(*times), tmp_path)
    rides = rides_of(timetable)
    assert all(left <= came for _, _, left, came in rides)
    assert all(one[1] == two[0] and one[3] <= two[2] for one, two in pairwise(rides))
    assert len(rides) == 3 or told(timetable), "nothing is left out in silence"
    # each end of a ride is a time that the feed gives, or lies between two that it gives
    given_s = [
        3600 * int(c[:-6]) + 60 * int(c[-5:-3]) - 8 * 3600
        for pair in times
        for c in pair
        if c.endswith(":00") and c.count(":") == 2 and c[0] != "-" and ":75:" not in c
    ]
    for _, _, left, came in rides:
        assert min(given_s) <= left <= came <= max(given_s)
    assert rides_of(timetable, "good") != []
