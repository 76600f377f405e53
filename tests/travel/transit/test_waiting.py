"""Travel times over a window of departures, against distributions in closed form.

A bus every h minutes, met by people who leave at any minute, has them wait for 1, 2, ..., h minutes, each as often as
the others: uniform, as in the Simpson Desert of R5's tests. Two such waits that know nothing of each other add up to a
triangle, the convolution of the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from yiju.travel.transit.timetable import _places_of_phases

from .conftest import Feed, minutes_of  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable


# all samples, in rising order, of so many departures
def all_of(samples: int) -> list[float]:
    return [100 * (i + 1) / samples for i in range(samples)]


def test_one_wait_is_uniform(transit: Callable[..., Any], at: Callable[..., Any]) -> None:
    feed = Feed().stop("A", 0).stop("B", 6000).line("bus", 20, "07:00", "12:00", ("A", 0), ("B", 600))
    times = transit(feed).times(
        at(0), at(6000), depart="08:00", window_min=40, percentiles=all_of(40), max_minutes=60
    )
    # ten minutes on the way; a minute of slack makes the shortest wait one minute, the longest twenty
    waits = np.sort(np.tile(np.arange(1, 21), 2))
    assert np.array_equal(minutes_of(times), 10 + waits)


def test_the_median_and_the_worst_departure_are_departures(
    transit: Callable[..., Any], at: Callable[..., Any]
) -> None:
    feed = Feed().stop("A", 0).stop("B", 6000).line("bus", 20, "07:00", "12:00", ("A", 0), ("B", 600))
    town = transit(feed)
    times = town.times(at(0, 120), at(6000, 5700), depart="08:00", percentiles=(5, 50, 95, 100))
    # from 120 m on: two minutes to the stop; to 5700: five minutes back
    assert times.minutes(50).to_numpy().tolist() == [[20.0, 25.0], [22.0, 27.0]]
    assert times.minutes(5).loc["0", "6000"] == 11.0
    assert times.minutes(95).loc["0", "6000"] == 29.0
    assert times.minutes(100).loc["0", "6000"] == 30.0
    with pytest.raises(ValueError, match="percentile needs to be one of"):
        times.minutes(20)


def test_a_headway_is_a_uniform_wait_too(transit: Callable[..., Any], at: Callable[..., Any]) -> None:
    feed = Feed().stop("A", 0).stop("B", 6000).every(1200, "06:00", "12:00", "bus", ("A", 0), ("B", 600))
    for phases in (1, 4, 5, 20):
        samples = 20 * phases
        times = transit(feed, phases=phases).times(
            at(0), at(6000), depart="08:00", window_min=20, percentiles=all_of(samples), max_minutes=60
        )
        # at second m * 60, the bus leaves at (k + (2 f + 1) / (2 phases)) headways
        leaves = 1200 * (2 * np.arange(phases) + 1) // (2 * phases)
        waits = (leaves[:, None] - 60 - 60 * np.arange(20)[None]) % 1200 + 60
        assert np.array_equal(minutes_of(times), np.sort(600 + waits.ravel()) / 60)
        assert np.mean(waits) == pytest.approx(60 + 600, abs=31)


def two_lines(one: str, two: str, headway_s: int = 1200) -> Feed:
    return (
        Feed()
        .stop("A", 0)
        .stop("B", 5000)
        .stop("C", 10_000)
        .every(headway_s, "06:00", "12:00", one, ("A", 0), ("B", 600))
        .every(headway_s, "06:00", "12:00", two, ("B", 0), ("C", 600))
    )


def test_two_waits_are_what_the_two_phases_make_of_them(
    transit: Callable[..., Any], at: Callable[..., Any]
) -> None:
    phases, window = 5, 20
    times = transit(two_lines("east", "far"), phases=phases).times(
        at(0), at(10_000), depart="08:00", window_min=window, percentiles=all_of(phases * window)
    )
    one, two = (
        1200 * (2 * np.array(_places_of_phases(f"{name}~06:00:00", phases)) + 1) // (2 * phases)
        for name in ("toy:east", "toy:far")
    )
    leaves = 60 * np.arange(window)[None]
    first = leaves + 60 + (one[:, None] - leaves - 60) % 1200
    second = first + 600 + 60 + (two[:, None] - first - 600 - 60) % 1200
    assert np.array_equal(minutes_of(times), np.sort((second + 600 - leaves).ravel()) / 60)


def test_two_waits_are_a_convolution_over_many_pairs_of_lines(
    transit: Callable[..., Any], at: Callable[..., Any]
) -> None:
    phases, window, pairs = 5, 20, 40
    waits = []
    for pair in range(pairs):
        town = transit(two_lines(f"east{pair}", f"far{pair}"), phases=phases)
        times = town.times(
            at(0), at(10_000), depart="08:00", window_min=window, percentiles=all_of(phases * window)
        )
        waits.append(minutes_of(times) - 20 - 2)  # both rides, both slacks
    found = np.concatenate(waits)
    # the first wait is for 0, 1, ... 19 minutes, the second, of five phases, for 1, 5, 9, 13 or 17
    both = np.convolve(np.full(20, 1 / 20), np.bincount([1, 5, 9, 13, 17], minlength=20) / 5)
    shares = np.bincount(np.rint(found).astype(int), minlength=len(both)) / len(found)
    assert np.abs(np.cumsum(shares) - np.cumsum(both)).max() < 0.05
    assert found.mean() == pytest.approx(9.5 + 9, abs=0.5)


def test_trips_of_exact_frequencies_are_trips(transit: Callable[..., Any], at: Callable[..., Any]) -> None:
    calls = (("A", 0), ("B", 420), ("C", 600))
    stops = Feed().stop("A", 0).stop("B", 5000).stop("C", 6000).stops
    written, repeated = Feed(), Feed()
    written.stops = repeated.stops = stops
    written.line("bus", 15, "06:30", "09:00", *calls)
    repeated.every(900, "06:30", "09:00", "bus", *calls, exact=1)
    ways = [
        transit(feed).times(at(0, 250), at(5000, 6000), depart="07:00", percentiles=(1, 50, 99)).seconds
        for feed in (written, repeated)
    ]
    assert np.array_equal(*ways)
    assert ways[0].max() < 2**15


def test_a_headway_feed_by_brute_force(transit: Callable[..., Any], at: Callable[..., Any]) -> None:
    """Four lines with headways, each timetable written out as trips: the percentiles of all of them together."""
    lines = {
        "a": (480, ("A", 0), ("B", 300), ("C", 700)),
        "b": (300, ("C", 0), ("B", 240), ("A", 600)),
        "c": (720, ("B", 0), ("D", 500)),
        "d": (900, ("A", 0), ("D", 1100)),
    }
    town = Feed().stop("A", 0).stop("B", 3000).stop("C", 6000).stop("D", 9000)
    for name, (headway, *calls) in lines.items():
        town.every(headway, "07:00", "10:00", name, *calls)
    places, phases, window = (0, 150, 3000, 6100, 9000), 3, 30
    together = transit(town, phases=phases).times(
        at(*places), at(*places), depart="08:00", window_min=window, percentiles=(10, 50, 90)
    )
    each = []
    for f in range(phases):
        one = Feed(f"phase{f}")
        one.stops = town.stops
        for name, (headway, *calls) in lines.items():
            place = _places_of_phases(f"toy:{name}~07:00:00", phases)[f]
            begin = 7 * 3600 + headway * (2 * place + 1) // (2 * phases)
            for s in range(begin, 10 * 3600, headway):
                one.trip(f"{name}{s}", "00:00", *((stop, s + after) for stop, after in calls))
        day = transit(one)
        for minute in range(window):
            times = day.times(at(*places), at(*places), depart=8 * 3600 + 60 * minute, window_min=1)
            each.append(times.seconds[:, :, 0].astype(np.int64))
    in_order = np.sort(np.array(each), axis=0)
    for p, rank in enumerate((8, 44, 80)):  # the 9th, 45th and 81st of 90
        assert np.array_equal(together.seconds[:, :, p], in_order[rank])
