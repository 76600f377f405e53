"""The timetable of one day, and its connections within a window.

Headways. Where an operator publishes only "every eight minutes", nobody knows the minute. R5 draws it at random, some
times over (``monteCarloDraws``), so that two runs differ. Here nothing is drawn: the day is laid out as several
timetables, ``phases`` of them, and in each a line that runs every h seconds begins at another

    start + h (pi(f) + 1/2) / phases        f = 0 .. phases - 1, pi a permutation that the name of the trip fixes

so that over the timetables each line's phase is spread evenly over its headway, and no two lines keep step (Latin
hypercube sampling: M. D. McKay, R. J. Beckman, W. J. Conover, A comparison of three methods for selecting values of
input variables, Technometrics 21 (1979) 239-245). All departure minutes of all timetables count alike. Without
headways there is one timetable.

::

    every 10 minutes from 07:00, two phases     timetable 0   07:02:30  07:12:30  07:22:30 ...
                                                timetable 1   07:07:30  07:17:30  07:27:30 ...
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.tables import CALLS, STOPS, TRANSFERS, TRIPS
from yiju.errors import ContractError
from yiju.progress import SILENT
from yiju.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from pyproj import CRS

    from yiju.city.rejections import Rejections
    from yiju.progress import Progress

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Seconds of a day.
DAY_S = 86_400


@dataclass(frozen=True, eq=False)
class Connections:
    """Rides from one stop to the next within a window, in the order of departure; seconds since it began.

    Attributes
    ----------
    from_stop, to_stop
        (c,) position in the timetable's stops, plus ``phase * stops`` where there are several timetables.
    departs, arrives, vehicle
        (c,) those of one vehicle stand in the order in which it runs.
    boards, alights
        (c,) whether one may board at the start, and alight at the end.
    phases
        How many timetables there are.
    """

    from_stop: Int32s
    to_stop: Int32s
    departs: Int32s
    arrives: Int32s
    vehicle: Int32s
    boards: Bools
    alights: Bools
    phases: int

    def __len__(self) -> int:
        return len(self.departs)

    def without(self, closed: Bools) -> Connections:
        """The same, but at closed stops ((stops,) of one timetable) nobody boards or alights."""
        everywhere = np.tile(closed, self.phases)
        boards, alights = self.boards & ~everywhere[self.from_stop], self.alights & ~everywhere[self.to_stop]
        return replace(self, boards=boards, alights=alights)


@dataclass(frozen=True, eq=False, repr=False)
class Timetable:
    """Stops, and the trips of one day between them.

    Make one with :meth:`from_feeds` or, of a city folder that was built, with :meth:`from_tables`.

    Attributes
    ----------
    stops
        Frame of the contract STOPS, those that a trip calls at.
    trips, calls, transfers
        Frames of those contracts.
    days
        Which date each feed's trips are of, and why; empty where the tables do not say.
    rejections
        What was wrong with the feeds; ``None`` where they were not read here.
    """

    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    calls: pd.DataFrame
    transfers: pd.DataFrame
    days: tuple[Text, ...] = ()
    rejections: Rejections | None = None

    def __repr__(self) -> str:
        return f"<Timetable: {len(self.trips)} trips at {len(self.stops)} stops>"

    @classmethod
    def from_tables(
        cls,
        stops: gpd.GeoDataFrame,
        trips: pd.DataFrame,
        calls: pd.DataFrame,
        transfers: pd.DataFrame | None = None,
        *,
        days: tuple[Text, ...] = (),
        rejections: Rejections | None = None,
    ) -> Timetable:
        """The timetable of the tables ``stops``, ``trips``, ``calls`` and ``transfers``.

        Raises
        ------
        ContractError
            A table does not keep its contract, a trip has no calls, or a call names no stop.
        """
        trips, calls = TRIPS.validate(trips), CALLS.validate(calls)
        calls = calls.sort_values(["pattern_id", "position"], kind="stable", ignore_index=True)
        for frame, column, known in (
            (trips, "pattern_id", calls["pattern_id"]),
            (calls, "stop_id", stops["stop_id"]),
        ):
            lost = frame.loc[~frame[column].isin(set(known)), column].unique()
            if len(lost):
                raise ContractError(
                    Text(
                        f"时刻表中 {len(lost)} 个 {column} 在其所属表中不存在，如 {lost[0]}。",
                        f"{len(lost)} values of {column} in the timetable are in no table, e.g. {lost[0]}.",
                    )
                )
        _check_times(calls)
        served = STOPS.validate(stops[stops["stop_id"].isin(set(calls["stop_id"]))])
        kept = TRANSFERS.empty() if transfers is None else TRANSFERS.validate(transfers)
        return cls(served, trips, calls, kept, days, rejections)

    @classmethod
    def from_feeds(
        cls,
        files: Sequence[Path],
        date: dt.date | None = None,
        *,
        crs: CRS | str,
        year: int | None = None,
        progress: Progress = SILENT,
    ) -> Timetable:
        """The timetable of one or several GTFS feeds.

        Parameters
        ----------
        files
            Zips or folders.
        date
            The day; without it each feed's own working day stands for all (see :mod:`yiju.city.readers.gtfs`).
        crs
            Projected CRS of the streets.
        year
            Year of which a working day is preferred.

        Raises
        ------
        InputError
            A feed cannot be used, or has no trip on the date; the message names the feed and its range of dates.
        """
        from yiju.city.readers.gtfs import read_gtfs  # noqa: PLC0415 - who has the tables need not read feeds

        read = read_gtfs(files, crs=crs, year=year, date=date, progress=progress)
        # a stop without coordinates is not in the table of stops: its calls are passed through
        calls = read.calls[read.calls["stop_id"].isin(set(read.stops["stop_id"]))]
        calls = calls[calls.duplicated("pattern_id", keep=False)]
        trips = read.trips[read.trips["pattern_id"].isin(set(calls["pattern_id"]))]
        days = tuple(day.why for day in read.days)
        return cls.from_tables(
            read.stops, trips, calls, read.transfers, days=days, rejections=read.rejections
        )

    def connections(self, begin_s: int, end_s: int, *, phases: int = 1) -> Connections:
        """All rides that depart and arrive within a window.

        Parameters
        ----------
        begin_s, end_s
            Seconds after midnight of the day.
        phases
            Into how many timetables trips with a mere headway are laid out.
        """
        runs = self._runs(begin_s, end_s, phases)
        calls, trips = self._calls, self._trips
        pattern = trips.pattern[runs.trip]
        length = calls.first[pattern + 1] - calls.first[pattern] - 1
        run = np.repeat(np.arange(len(length)), length)
        ride = np.arange(len(run)) - np.repeat(np.cumsum(length) - length, length)
        call = calls.first[pattern[run]] + ride
        departs = runs.start_s[run] + calls.depart_s[call] - begin_s
        arrives = runs.start_s[run] + calls.arrive_s[call + 1] - begin_s
        inside = (departs >= 0) & (arrives <= end_s - begin_s)
        run, ride, call, departs, arrives = (a[inside] for a in (run, ride, call, departs, arrives))
        order = np.lexsort((ride, trips.turn[runs.trip[run]], departs))
        run, call = run[order], call[order]
        shift = runs.phase[run] * len(self.stops)
        _, vehicle = np.unique(runs.vehicle[run], return_inverse=True)
        return Connections(
            (calls.stop[call] + shift).astype(np.int32),
            (calls.stop[call + 1] + shift).astype(np.int32),
            departs[order].astype(np.int32),
            arrives[order].astype(np.int32),
            vehicle.astype(np.int32),
            calls.boards[call],
            calls.alights[call + 1],
            runs.phases,
        )

    def _runs(self, begin_s: int, end_s: int, phases: int) -> _Runs:
        """Every trip that may run within the window, those with a headway once for each time that they run."""
        trips = self._trips
        ends = trips.start_s + self._calls.takes_s[trips.pattern]
        plain = np.flatnonzero((trips.headway_s == 0) & (ends > begin_s) & (trips.start_s < end_s))
        repeated = np.flatnonzero(
            (trips.headway_s > 0)
            & (trips.until_s + self._calls.takes_s[trips.pattern] > begin_s)
            & (trips.start_s < end_s)
        )
        count = phases if len(repeated) else 1
        trip = [np.tile(plain, count)]
        start = [np.tile(trips.start_s[plain], count)]
        phase = [np.repeat(np.arange(count), len(plain))]
        vehicle = [
            np.repeat(np.arange(count), len(plain)) * len(trips.start_s)
            + np.tile(trips.vehicle[plain], count)
        ]
        used = count * len(trips.start_s)
        for t in repeated.tolist():
            headway = int(trips.headway_s[t])
            for f, place in enumerate(_places_of_phases(str(trips.name[t]), count)):
                # whole seconds: the middle of the f-th part of the headway
                first = int(trips.start_s[t]) + headway * (2 * place + 1) // (2 * count)
                starts = np.arange(first, int(trips.until_s[t]), headway, dtype=np.int64)
                trip.append(np.full(len(starts), t))
                start.append(starts)
                phase.append(np.full(len(starts), f))
                vehicle.append(used + np.arange(len(starts)))
                used += len(starts)
        together = [np.concatenate(part).astype(np.int64) for part in (trip, start, phase, vehicle)]
        return _Runs(count, *together)

    @cached_property
    def _calls(self) -> _Calls:
        calls = self.calls
        number, patterns = pd.factorize(calls["pattern_id"])
        first = np.searchsorted(number, np.arange(len(patterns) + 1))
        arrive, depart = (calls[c].to_numpy(dtype=np.int64) for c in ("arrive_s", "depart_s"))
        return _Calls(
            pd.Index(patterns),
            first,
            pd.Index(self.stops["stop_id"]).get_indexer(calls["stop_id"]),
            arrive,
            depart,
            calls["boards"].to_numpy(dtype=np.bool_),
            calls["alights"].to_numpy(dtype=np.bool_),
            arrive[first[1:] - 1] if len(patterns) else np.zeros(0, dtype=np.int64),
        )

    @cached_property
    def _trips(self) -> _Trips:
        trips = self.trips
        start = trips["start_s"].to_numpy(dtype=np.int64) + DAY_S * trips["day"].to_numpy(dtype=np.int64)
        until = trips["until_s"].fillna(0).to_numpy(dtype=np.int64) + DAY_S * trips["day"].to_numpy(
            dtype=np.int64
        )
        name = trips["trip_id"].to_numpy(dtype=object)
        key = pd.MultiIndex.from_arrays([trips["trip_id"], trips["day"]])
        following = key.get_indexer(pd.MultiIndex.from_arrays([trips["next_trip_id"], trips["day"]]))
        following = np.where(trips["next_trip_id"].isna().to_numpy(dtype=bool), -1, following)
        # along a chain of trips the vehicle stays the same, and each has its turn
        vehicle, turn = np.arange(len(trips)), np.zeros(len(trips), dtype=np.int64)
        for t in np.argsort(start, kind="stable").tolist():
            after = int(following[t])
            if after >= 0 and start[after] >= start[t] and after != t:
                vehicle[after], turn[after] = vehicle[t], turn[t] + 1
        return _Trips(
            name,
            self._calls.patterns.get_indexer(trips["pattern_id"]),
            start,
            until,
            trips["headway_s"].fillna(0).to_numpy(dtype=np.int64),
            vehicle,
            turn,
        )


@dataclass(frozen=True, eq=False)
class _Calls:
    """Calls by pattern: those of pattern p are ``first[p]:first[p + 1]``."""

    patterns: pd.Index
    first: Int64s
    stop: Int64s
    arrive_s: Int64s
    depart_s: Int64s
    boards: Bools
    alights: Bools
    takes_s: Int64s


@dataclass(frozen=True, eq=False)
class _Trips:
    """Trips as arrays, on the clock of the day; ``turn`` is the place of a trip among those of its vehicle."""

    name: npt.NDArray[np.object_]
    pattern: Int64s
    start_s: Int64s
    until_s: Int64s
    headway_s: Int64s
    vehicle: Int64s
    turn: Int64s


@dataclass(frozen=True, eq=False)
class _Runs:
    """Trips as they run: which, when, in which timetable, by which vehicle."""

    phases: int
    trip: Int64s
    start_s: Int64s
    phase: Int64s
    vehicle: Int64s


def _places_of_phases(name: str, phases: int) -> list[int]:
    """A permutation of the phases that the name fixes, on every machine and whatever other trips there are.

    Examples
    --------
    >>> sorted(_places_of_phases("L1_0~07:00:00", 5))
    [0, 1, 2, 3, 4]
    """
    marks = [(hashlib.sha256(f"{name}/{place}".encode()).digest(), place) for place in range(phases)]
    return [place for _, place in sorted(marks)]


def _check_times(calls: pd.DataFrame) -> None:
    """A vehicle never runs back in time."""
    same = calls["pattern_id"].eq(calls["pattern_id"].shift())
    wrong = (calls["depart_s"] < calls["arrive_s"]) | (same & (calls["arrive_s"] < calls["depart_s"].shift()))
    if wrong.any():
        first = calls[wrong].iloc[0]
        raise ContractError(
            Text(
                f"表 calls 的停靠模式 {first['pattern_id']} 第 {first['position']} 站时刻倒退。",
                f"Table calls, pattern {first['pattern_id']}, position {first['position']}: time runs backwards.",
            )
        )
