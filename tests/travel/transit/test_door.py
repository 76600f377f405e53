"""The door: what one asks of a timetable on streets, and what one gets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import yiju.travel.transit as room
from yiju.travel.transit import Habits, Transit, TravelTimes
from yiju.travel.transit.results import ranks_of

from .conftest import CRS, Feed, X, Y  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.text import Text
    from yiju.travel import Travel

PLACES = (0, 130, 2500, 5000, 5200, 7600, 10_000, 11_900)


@pytest.fixture
def town(transit: Callable[..., Any]) -> Transit:
    """Two lines that meet at B, both ways."""
    feed = Feed().stop("A", 0).stop("B", 5000).stop("C", 10_000)
    feed.line("east", 10, "06:00", "12:00", ("A", 0), ("B", 600))
    feed.line("west", 15, "06:02", "12:00", ("B", 0), ("A", 600))
    feed.line("far", 12, "06:00", "12:00", ("B", 0), ("C", 480))
    feed.line("back", 12, "06:05", "12:00", ("C", 0), ("B", 480))
    return transit(feed)


def test_the_door_lets_out_what_it_says() -> None:
    assert room.__all__ == ["Habits", "Timetable", "Transit", "TravelTimes"]
    assert all(isinstance(getattr(room, name), type) for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Raptor'"):
        _ = room.Raptor


def test_a_walk_alone_is_a_trip_too(town: Transit, at: Callable[..., Any]) -> None:
    times = town.times(at(*PLACES), at(*PLACES), percentiles=(1, 100))
    assert isinstance(times, TravelTimes)
    assert repr(times) == "<TravelTimes: 8 origins, 8 destinations, percentiles (1, 100)>"
    for percentile in (1, 100):
        minutes = times.minutes(percentile)
        assert minutes.loc["0", "130"] == 130 / 60
        assert (np.diag(minutes) == 0).all()
        assert minutes.loc["2500", "5000"] == np.inf, "no stop within five minutes, and no walk beyond"
    farther = Transit(town.streets, town.timetable, Habits(walk_minutes=5, transfer_minutes=5))
    assert farther.times(at(2500), at(5000)).minutes().iloc[0, 0] == 2500 / 60


def test_trips_longer_than_the_longest_are_told_apart_no_more(town: Transit, at: Callable[..., Any]) -> None:
    whole = town.times(at(*PLACES), at(*PLACES), max_minutes=120)
    short = town.times(at(*PLACES), at(*PLACES), max_minutes=30)
    minutes = whole.minutes().to_numpy()
    assert np.array_equal(short.minutes().to_numpy(), np.where(minutes <= 30, minutes, np.inf))
    assert np.array_equal(short.reached(), whole.within(30))
    assert short.reached().sum() < whole.reached().sum()


def test_the_answer_does_not_depend_on_threads_or_on_who_else_is_asked(
    town: Transit, at: Callable[..., Any]
) -> None:
    rng = np.random.default_rng(1)
    many = at(*sorted({round(float(x)) for x in rng.uniform(0, 12_000, 90)}))
    one = town.times(many, many, percentiles=(5, 50, 95), threads=1).seconds
    assert np.array_equal(one, town.times(many, many, percentiles=(5, 50, 95), threads=2).seconds)
    assert np.array_equal(one, town.times(many, many, percentiles=(5, 50, 95), threads=7).seconds)
    few = many.of(many.owners[40:47])
    assert np.array_equal(one[40:47, 40:47], town.times(few, few, percentiles=(5, 50, 95)).seconds)


def test_memory_is_asked_for_in_parts(
    town: Transit, at: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = at(*range(0, 12_000, 100))
    whole = town.times(many, many).seconds
    monkeypatch.setattr("yiju.travel.transit.transit._PAIRS_AT_ONCE", 1)
    assert np.array_equal(whole, town.times(many, many).seconds)
    monkeypatch.setattr("yiju.travel.transit.transit._SLOTS_AT_ONCE", 1000)
    assert np.array_equal(whole, town.times(many, many).seconds)


def test_origin_by_origin_or_destination_by_destination(
    town: Transit, at: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    places, many = at(*PLACES), at(*range(0, 12_000, 90))
    number = np.sqrt(np.arange(len(many)))
    for habits in (town.habits, replace(town.habits, most_rides=1), replace(town.habits, most_rides=2)):
        asked = replace(town, habits=habits)
        ways = []
        for few in (0, 10**6):
            monkeypatch.setattr("yiju.travel.transit.transit._FEW", few)
            ways.append(
                (
                    asked.times(places, many, percentiles=(5, 50, 100)).seconds,
                    asked.opportunities_within(places, many, number, minutes=30).to_numpy(),
                )
            )
        assert np.array_equal(ways[0][0], ways[1][0])
        assert np.array_equal(ways[0][1], ways[1][1])


def test_names_need_not_differ(town: Transit, at: Callable[..., Any]) -> None:
    points = at(*PLACES)
    alike = town.streets.network.snap(
        gpd.GeoSeries(
            shapely.points([(X + along, Y) for along in PLACES]), index=["home"] * len(PLACES), crs=CRS
        )
    )
    assert np.array_equal(town.times(alike, alike).seconds, town.times(points, points).seconds)


def test_opportunities_are_those_of_the_matrix(town: Transit, at: Callable[..., Any]) -> None:
    homes, jobs = at(*PLACES), at(*range(0, 12_000, 150))
    number = np.arange(len(jobs)) % 7 + 0.5
    minutes = town.times(homes, jobs, percentiles=(80,), max_minutes=45).minutes(80).to_numpy()
    found = town.opportunities_within(homes, jobs, number, minutes=25, percentile=80)
    assert found.index.tolist() == homes.owners.tolist()
    assert np.allclose(found[0], (minutes <= 25) @ number, rtol=1e-14)
    both = pd.DataFrame({"jobs": number, "shops": 1.0})
    together = town.opportunities_within(homes, jobs, both, minutes=25, percentile=80, threads=1)
    assert together.columns.tolist() == ["jobs", "shops"]
    assert np.array_equal(together["jobs"], found[0])
    assert np.array_equal(together["shops"], (minutes <= 25).sum(axis=1))
    with pytest.raises(ValueError, match="values need to be 80 numbers"):
        town.opportunities_within(homes, jobs, [1.0])
    with pytest.raises(ValueError, match="some perhaps NaN"):
        town.opportunities_within(homes, jobs, np.where(number > 6, np.nan, number))


def test_jobs_over_workers_within_reach(town: Transit, at: Callable[..., Any]) -> None:
    places = at(*PLACES)
    jobs, workers = np.array([0, 0, 0, 90, 0, 0, 30, 0]), np.array([50, 10, 5, 0, 20, 9, 10, 0])
    within = town.times(places, places, max_minutes=45).within(45)
    found = town.jobs_housing_balance(places, jobs, workers)
    assert found.name == "jobs_per_worker"
    assert found["0"] == (within[0] @ jobs) / (within[0] @ workers)
    assert np.isnan(found["11900"]), "nobody lives there, and nobody comes there"


def test_a_map_from_a_point(town: Transit, at: Callable[..., Any]) -> None:
    places = at(*PLACES)
    found = town.times_from(shapely.Point(X + 130, Y), places, percentiles=(25, 75))
    times = town.times(at(130), places, percentiles=(25, 75))
    assert found.index.tolist() == places.owners.tolist()
    for percentile in (25, 75):
        assert np.array_equal(found[percentile], times.minutes(percentile).iloc[0])


def test_stops_far_from_streets_are_left_out_and_named(
    transit: Callable[..., Any], at: Callable[..., Any]
) -> None:
    feed = Feed().stop("A", 0).stop("B", 5000, aside_m=900).stop("C", 10_000)
    feed.line("east", 10, "06:00", "12:00", ("A", 0), ("B", 600), ("C", 900))
    town = transit(feed)
    assert town.left_out.to_dict() == {"toy:B": "B站"}
    minutes = town.times(at(0), at(5000, 10_000), window_min=1).minutes().to_numpy()[0]
    assert minutes.tolist() == [np.inf, 25.0], "one rides through"
    assert repr(town).startswith("<Transit: <Timetable: 36 trips at 3 stops> on <Travel in seconds")


def test_points_off_the_network_are_reached_by_nothing(town: Transit, at: Callable[..., Any]) -> None:
    points = town.streets.network.snap([shapely.Point(X, Y + 9000), shapely.Point(X, Y)])
    minutes = town.times(points, at(5000, 10_000)).minutes().to_numpy()
    assert np.isinf(minutes[0]).all()
    assert np.isfinite(minutes[1]).all()
    none = town.times(points, at(5000).of([])).seconds
    assert none.shape == (2, 0, 1)


def test_who_listens_is_told(town: Transit, at: Callable[..., Any]) -> None:
    class Ear:
        def __init__(self) -> None:
            self.steps: list[str] = []
            self.heard: list[tuple[int, int]] = []

        def step(self, what: Text) -> None:
            self.steps.append(what.en)

        def advance(self, done: int, total: int) -> None:
            self.heard.append((done, total))

    ear = Ear()
    town.times(at(*PLACES), at(*range(0, 12_000, 150)), progress=ear)
    assert ear.steps == ["Computing travel times by public transport"]
    assert ear.heard == [(8 * 32, 8 * 80), (8 * 64, 8 * 80), (8 * 80, 8 * 80)]
    ear.heard.clear()
    town.times(at(0), at(*range(0, 12_000, 150)), progress=ear)
    assert ear.heard == [(80, 80)]


def test_it_can_be_interrupted(town: Transit, at: Callable[..., Any]) -> None:
    class Impatient:
        done = 0

        def step(self, what: Text) -> None: ...

        def advance(self, done: int, total: int) -> None:
            self.done = done
            raise KeyboardInterrupt

    listener = Impatient()
    with pytest.raises(KeyboardInterrupt):
        town.times(at(*range(0, 12_000, 20)), at(*range(0, 12_000, 20)), progress=listener)
    assert listener.done == 600 * 32
    assert town.times(at(0), at(5000)).reached().all(), "and asked again"


def test_what_cannot_be_asked(town: Transit, street: Travel, at: Callable[..., Any]) -> None:
    for how, message in (
        ({"depart": "half past"}, "depart needs to be a time"),
        ({"window_min": 0}, "need to be positive"),
        ({"max_minutes": 0}, "need to be positive"),
        ({"percentiles": ()}, "percentiles need to be from 0 to 100"),
        ({"percentiles": (101,)}, "percentiles need to be from 0 to 100"),
    ):
        with pytest.raises(ValueError, match=message):
            town.times(at(0), at(5000), **how)
    for habits in ({"board_slack_s": 0}, {"most_rides": 0}, {"phases": 0}, {"walk_minutes": -1}):
        with pytest.raises(ValueError, match=f"{next(iter(habits))} is too small"):
            Habits(**habits)
    with pytest.raises(ValueError, match="streets need to be in seconds"):
        Transit(street.network.in_metres(), town.timetable)


def test_ranks_are_those_of_whole_departures() -> None:
    assert ranks_of([0, 5, 50, 95, 100], 120).tolist() == [0, 5, 59, 113, 119]
    assert ranks_of([50], 1).tolist() == [0]
    assert ranks_of([50], 2).tolist() == [0]
    assert ranks_of([55], 20).tolist() == [10]  # 11.000000000000002 in floats


def test_long_windows_take_wide_rows(town: Transit, at: Callable[..., Any]) -> None:
    places = at(*PLACES)
    day = town.times(places, places, depart="06:00", window_min=540, percentiles=(50,))
    assert day.seconds.dtype == np.uint32
    hour = town.times(places, places, depart="08:00", window_min=60, percentiles=(50,))
    assert hour.seconds.dtype == np.uint16
    # the lines repeat every hour, so the median of nine hours, but for the last bus, is near that of one
    assert np.array_equal(day.reached(), hour.reached())
    reached = day.reached()
    assert np.abs(day.minutes().to_numpy()[reached] - hour.minutes().to_numpy()[reached]).max() <= 6
