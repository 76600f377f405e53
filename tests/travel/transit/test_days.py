"""Whose trips run today, how they go on, and where one may change: the timetable, told by the trips that it allows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.city.tables import CALLS, STOPS, TRANSFERS, TRIPS
from yiju.errors import ContractError, InputError
from yiju.travel.transit import Timetable, Transit

from .conftest import CRS, Feed  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MONDAY, SATURDAY = dt.date(2025, 3, 3), dt.date(2025, 3, 8)


@pytest.fixture
def takes(at: Callable[..., Any]) -> Callable[..., float]:
    """Minutes from one place to another for who leaves at a time; inf where there is no way within two hours."""

    def minutes(town: Transit, start: float, end: float, depart: str) -> float:
        times = town.times(at(start), at(end), depart=depart, window_min=1)
        return float(times.minutes().iloc[0, 0])

    return minutes


def three_stops() -> Feed:
    return Feed().stop("A", 0).stop("B", 5000).stop("C", 10_000)


def test_a_change_needs_the_slack_and_a_seat_does_not(
    transit: Callable[..., Any], takes: Callable[..., float]
) -> None:
    town = three_stops().trip("one", "08:05", ("A", 0), ("B", 600)).trip("two", "08:15", ("B", 0), ("C", 600))
    assert takes(transit(town), 0, 10_000, "08:00") == np.inf, "08:15 cannot be caught at 08:15"
    assert takes(transit(town.trip("three", "08:16", ("B", 0), ("C", 600))), 0, 10_000, "08:00") == 26
    same = three_stops().trip("one", "08:05", ("A", 0), ("B", 600), block="v")
    same.trip("two", "08:15", ("B", 0), ("C", 600), block="v")
    assert takes(transit(same), 0, 10_000, "08:00") == 25
    assert takes(transit(same, most_rides=1), 0, 10_000, "08:00") == 25, "it is one ride"
    same.transfer("one", "two", 5, trips=True)
    assert takes(transit(same), 0, 10_000, "08:00") == np.inf
    told = three_stops().trip("one", "08:05", ("A", 0), ("B", 600)).trip("two", "08:15", ("B", 0), ("C", 600))
    assert takes(transit(told.transfer("one", "two", 4, trips=True)), 0, 10_000, "08:00") == 25


def test_a_block_goes_on_from_where_it_ended_and_only_on_its_own_days(
    transit: Callable[..., Any], takes: Callable[..., float]
) -> None:
    elsewhere = three_stops().stop("D", 5200)
    elsewhere.trip("one", "08:05", ("A", 0), ("B", 600), block="v")
    elsewhere.trip("two", "08:20", ("D", 0), ("C", 600), block="v")
    # from B to D it runs empty: one walks 200 m
    timetable = transit(elsewhere).timetable
    assert timetable.trips["next_trip_id"].isna().all()
    assert takes(transit(elsewhere), 0, 10_000, "08:00") == 30

    station = Feed().stop("A", 0).stop("B", 5000).stop("S1", 5000, parent="S").stop("S2", 5000, parent="S")
    station.stop("S", 5000).stop("C", 10_000)
    station.trip("one", "08:05", ("A", 0), ("S1", 600), block="v")
    station.trip("two", "08:15", ("S2", 0), ("C", 600), block="v")
    assert takes(transit(station), 0, 10_000, "08:00") == 25

    days = three_stops()
    days.rows["calendar"].append(["saturday", 0, 0, 0, 0, 0, 1, 0, "20250101", "20251231"])
    days.trip("one", "08:05", ("A", 0), ("B", 600), block="v")
    days.trip("two", "08:15", ("B", 0), ("C", 600), block="v", service="saturday")
    days.trip("three", "08:15", ("B", 0), ("C", 600), block="v")
    for date, vehicle in ((MONDAY, "toy:three"), (SATURDAY, None)):
        trips = transit(days, date=date).timetable.trips.set_index("trip_id")
        if vehicle is not None:
            assert trips.loc["toy:one", "next_trip_id"] == vehicle
        assert set(trips.index) == ({"toy:one", "toy:three"} if date == MONDAY else {"toy:two"})


def test_rules_of_the_operator_for_changes(transit: Callable[..., Any], takes: Callable[..., float]) -> None:
    def town() -> Feed:
        feed = Feed().stop("A", 0).stop("B", 5000).stop("B2", 5060, parent="").stop("C", 10_000)
        feed.trip("one", "08:05", ("A", 0), ("B", 600))
        for minute in (17, 18, 21, 25):
            feed.trip(f"two{minute}", f"08:{minute}", ("B2", 0), ("C", 600))
        return feed

    assert takes(transit(town()), 0, 10_000, "08:00") == 27, "a minute on foot and one of slack"
    assert takes(transit(town().transfer("B", "B2", 2, 360)), 0, 10_000, "08:00") == 31
    assert takes(transit(town().transfer("B", "B2", 2, 170)), 0, 10_000, "08:00") == 28
    assert takes(transit(town().transfer("B", "B2", 3)), 0, 10_000, "08:00") == np.inf
    assert takes(transit(town().transfer("B", "B2", 0)), 0, 10_000, "08:00") == 27, "a hint, no rule"
    # no walk leads there within five minutes, but the operator says that there is a way
    far = town()
    far.stops["B2"] = (6000, 0.0, "")
    assert takes(transit(far), 0, 10_000, "08:00") == np.inf
    assert takes(transit(far.transfer("B", "B2", 2, 540)), 0, 10_000, "08:00") == 35


def test_a_rule_for_a_station_holds_at_its_platforms(
    transit: Callable[..., Any], takes: Callable[..., float]
) -> None:
    feed = Feed().stop("A", 0).stop("S", 5000).stop("S1", 5000, parent="S").stop("S2", 5000, parent="S")
    feed.stop("C", 10_000)
    feed.trip("one", "08:05", ("A", 0), ("S1", 600))
    feed.trip("two", "08:17", ("S2", 0), ("C", 600)).trip("three", "08:30", ("S2", 0), ("C", 600))
    assert takes(transit(feed), 0, 10_000, "08:00") == 27
    feed.transfer("S", "S", 2, 600)
    assert takes(transit(feed), 0, 10_000, "08:00") == 40
    feed.transfer("S1", "S2", 2, 90)
    assert takes(transit(feed), 0, 10_000, "08:00") == 27, "what is said of the platforms goes first"


def test_rules_that_cannot_be_used_are_reported(transit: Callable[..., Any]) -> None:
    feed = three_stops().trip("one", "08:05", ("A", 0), ("B", 600), ("C", 900))
    feed.transfer("A", "nowhere", 3).transfer("one", "no trip", 4, trips=True).transfer(
        "one", "one", 2, trips=True
    )
    report = transit(feed).timetable.rejections.frame()
    assert report["why_en"].tolist() == [
        "no such trip in trips.txt",
        "holds for single routes or trips only, and was left out",
        "no such stop in stops.txt",
    ]


def test_who_may_not_board_or_alight(transit: Callable[..., Any], takes: Callable[..., float]) -> None:
    feed = three_stops().trip("one", "08:05", ("A", 0), ("B", 600, "1", "1"), ("C", 1200))
    town = transit(feed)
    assert takes(town, 0, 10_000, "08:00") == 25
    assert takes(town, 0, 5000, "08:00") == np.inf
    assert takes(town, 5000, 10_000, "08:00") == np.inf


def test_times_between_are_filled_in(transit: Callable[..., Any], takes: Callable[..., float]) -> None:
    feed = three_stops().trip("one", "08:05", ("A", 0), ("B", None), ("C", 1200))
    assert takes(transit(feed), 0, 5000, "08:00") == 15


def test_the_last_bus_of_yesterday_runs_today(
    transit: Callable[..., Any], takes: Callable[..., float]
) -> None:
    feed = (
        three_stops().trip("night", "25:10", ("A", 0), ("B", 600)).trip("day", "08:00", ("A", 0), ("B", 600))
    )
    feed.rows["calendar"].append(["saturday", 0, 0, 0, 0, 0, 1, 0, "20250101", "20251231"])
    feed.trip("late", "24:30", ("A", 0), ("C", 600), service="saturday")
    monday = transit(feed, date=MONDAY)  # on Sunday nothing ran
    with pytest.raises(InputError, match="nothing runs from 01:00:00"):
        takes(monday, 0, 5000, "01:00")
    assert takes(monday, 0, 5000, "25:00") == 20, "its own night follows"
    saturday = transit(feed, date=SATURDAY)
    assert takes(saturday, 0, 5000, "01:00") == 20, "Friday's night bus"
    assert takes(saturday, 0, 10_000, "24:20") == 20
    with pytest.raises(InputError, match="nothing runs from 07:50:00"):
        takes(saturday, 0, 5000, "07:50")
    assert set(saturday.timetable.trips.loc[lambda t: t["day"] == -1, "trip_id"]) == {"toy:night"}
    anyday = transit(feed)
    assert takes(anyday, 0, 5000, "01:00") == 20, "a working day stands for all"
    assert "stands for a working day" in anyday.timetable.days[0].en


def test_several_feeds_and_their_clocks(transit: Callable[..., Any], takes: Callable[..., float]) -> None:
    here = three_stops().trip("one", "08:05", ("A", 0), ("B", 600))
    there = Feed("abroad", zone="Asia/Tokyo").stop("B", 5010).stop("C", 10_000)
    there.trip("two", "09:20", ("B", 0), ("C", 600))  # 08:20 here
    assert takes(transit(here, there), 0, 10_000, "08:00") == 30
    strange = Feed("abroad", zone="Mars/Olympus").stop("B", 5010).stop("C", 10_000)
    strange.trip("two", "08:30", ("B", 0), ("C", 600))
    town = transit(here, strange)
    assert takes(town, 0, 10_000, "08:00") == 40
    assert any("no such time zone" in why for why in town.timetable.rejections.frame()["why_en"])


def test_a_date_without_trips_is_refused_with_the_dates_that_have_some(
    transit: Callable[..., Any], takes: Callable[..., float]
) -> None:
    feed = three_stops().trip("one", "08:05", ("A", 0), ("B", 600))
    with pytest.raises(
        InputError, match=r"toy.zip: no trip runs on 2025-03-08. Its trips run from 2025-01-01 to"
    ):
        transit(feed, date=SATURDAY)
    with pytest.raises(InputError, match="no trip runs on 2031-01-01"):
        transit(feed, date=dt.date(2031, 1, 1))
    with pytest.raises(InputError, match="nothing runs from 22:00:00 to 24:00:00"):
        takes(transit(feed), 0, 5000, "22:00")


def test_broken_feeds_are_read_as_far_as_they_can_be(
    transit: Callable[..., Any], takes: Callable[..., float]
) -> None:
    feed = three_stops().trip("good", "08:05", ("A", 0), ("B", 600), ("C", 900))
    feed.trip("single", "08:01", ("A", 0)).trip("lost", "08:02", ("A", 0), ("nowhere", 60), ("C", 120))
    feed.trip("back", "08:03", ("A", 600), ("C", 0))
    feed.rows["stop_times"].append(["good", "soon", "", "C", "9", "", ""])
    town = transit(feed)
    report = town.timetable.rejections.frame()
    assert {"no such stop in stops.txt", "needs to be HH:MM:SS"} <= set(report["why_en"])
    assert any("precedes an earlier stop" in why for why in report["why_en"])
    # the trip that lost its middle goes on without it; those of a single call carry nobody
    assert set(town.timetable.trips["trip_id"]) == {"toy:good", "toy:lost"}
    assert takes(town, 0, 10_000, "08:00") == 4


def test_tables_that_do_not_fit_together_are_refused(transit: Callable[..., Any]) -> None:
    day = transit(three_stops().trip("one", "08:05", ("A", 0), ("B", 600))).timetable
    with pytest.raises(ContractError, match="pattern_id in the timetable are in no table"):
        Timetable.from_tables(day.stops, day.trips, day.calls[:0])
    with pytest.raises(ContractError, match="stop_id in the timetable are in no table"):
        Timetable.from_tables(day.stops[:1], day.trips, day.calls)
    backward = day.calls.assign(arrive_s=[500, 0], depart_s=[500, 0])
    with pytest.raises(ContractError, match="time runs backwards"):
        Timetable.from_tables(day.stops, day.trips, backward)
    for table, frame in (
        (STOPS, day.stops),
        (TRIPS, day.trips),
        (CALLS, day.calls),
        (TRANSFERS, day.transfers),
    ):
        table.validate(frame)
    again = Timetable.from_tables(day.stops, day.trips, day.calls, day.transfers)
    assert repr(again) == "<Timetable: 1 trips at 2 stops>"


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "crs", "trips"),
    [
        ("gtfs-small/cairns_gtfs.zip", "EPSG:28355", 622),
        ("city-las-palmas/las_palmas_gtfs.zip", "EPSG:32628", 3759),
    ],
)
def test_real_feeds_read_cleanly(data_dir: Path, file: str, crs: str, trips: int) -> None:
    if not (data_dir / file).is_file():
        pytest.skip(f"{file} is not here")
    day = Timetable.from_feeds([data_dir / file], crs=crs)
    assert (day.trips["day"] == 0).sum() == trips
    rides = day.connections(0, 30 * 3600)
    # every trip is there from its first call to its last
    length = day.calls.groupby("pattern_id").size() - 1
    of_today = day.trips[day.trips["day"] == 0]
    assert len(rides) >= int(of_today["pattern_id"].map(length).sum())
    assert (rides.arrives >= rides.departs).all()
    assert (np.diff(rides.departs) >= 0).all()
    told = set(pd.Series(day.rejections.frame()["why_en"])) if day.rejections is not None else set()
    assert told <= {"no trip of any day calls there"}


def test_a_crs_of_the_streets_is_asked_for(tmp_path: Path) -> None:
    file = three_stops().trip("one", "08:05", ("A", 0), ("B", 600)).write(tmp_path)
    assert Timetable.from_feeds([file], crs=CRS).stops.crs == CRS
