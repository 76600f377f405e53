"""Public transport door to door: a timetable on the streets of somebody who walks.

A trip is a walk to a stop, rides with walks between them, and a walk to the destination; or a walk alone, where that
is sooner. All walks are those of one walker along the streets, in whole seconds rounded up, so that nobody catches a
bus that left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.city.readers.gtfs_files import clock, parse_times
from yiju.errors import InputError
from yiju.progress import SILENT
from yiju.text import Text
from yiju.travel.kernels.connections import STEP_S
from yiju.travel.kernels.rows import LANES
from yiju.travel.transit.events import Footpaths, lay_out
from yiju.travel.transit.results import TravelTimes, ranks_of
from yiju.travel.transit.scanning import Boarding, Walks, Window, scan_blocks, scan_origins, whole_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import shapely

    from yiju.progress import Progress
    from yiju.travel.snapping import AccessPoints
    from yiju.travel.transit.timetable import Timetable
    from yiju.travel.travel import Travel

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Times = npt.NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Habits:
    """How somebody travels.

    Attributes
    ----------
    board_slack_s
        One is at the stop so long before the departure, since vehicles are not on the second. At least 1.
    walk_minutes
        Longest walk to the first stop and from the last.
    transfer_minutes
        Longest walk between two stops.
    alone_minutes
        Longest walk all the way; without it as long as the trip may take.
    most_rides
        Cap on the number of vehicles; without it there is none.
    phases
        Timetables into which mere headways are laid out (see :mod:`yiju.travel.transit.timetable`).
    """

    # R5 waits 60 seconds too (FastRaptorWorker.MINIMUM_BOARD_WAIT_SEC)
    board_slack_s: int = 60
    # as R5's AnalysisRequest.maxWalkTime
    walk_minutes: float = 20.0
    # OpenTripPlanner 1: 600 s at most between two stops; R5 has 1,000 m
    transfer_minutes: float = 10.0
    alone_minutes: float | None = None
    # No cap: the fastest trip is what is asked for. R5 stops at 8 rides, which nobody takes, and r5r at 3.
    most_rides: int | None = None
    # as many as r5r draws for each minute (draws_per_minute)
    phases: int = 5

    def __post_init__(self) -> None:
        needs = {
            "board_slack_s": self.board_slack_s >= 1,
            "walk_minutes": self.walk_minutes >= 0,
            "transfer_minutes": self.transfer_minutes >= 0,
            "most_rides": self.most_rides is None or self.most_rides >= 1,
            "phases": self.phases >= 1,
        }
        for name, good in needs.items():
            if not good:
                msg = f"{name} is too small: {getattr(self, name)}"
                raise ValueError(msg)


@dataclass(frozen=True, eq=False, repr=False)
class Transit:
    """A timetable, the streets to and from its stops, and somebody's habits.

    Attributes
    ----------
    streets
        A walker's :class:`~yiju.travel.Travel` in seconds.
    timetable
        Of one day.
    habits
        How the walker travels.
    stop_limit_m
        Stops farther from every street are left out; :attr:`left_out` names them.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.travel import StreetNetwork, walkers
    >>> from yiju.travel.transit import Timetable, Transit
    >>> city = toy_town(tempfile.mkdtemp(), blocks=12)
    >>> network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
    >>> timetable = Timetable.from_tables(city.table("stops"), city.table("trips"), city.table("calls"))
    >>> transit = Transit(network.in_seconds(walkers()["older"]), timetable)
    >>> homes = network.snap(city.table("residents").set_index("cell_id"))
    >>> times = transit.times(homes, homes, depart="07:30", percentiles=(5, 50))
    >>> times.minutes(50).loc["r-0-6", "r-11-6"].round(1)
    np.float64(11.0)
    >>> transit.opportunities_within(homes, homes, [1] * len(homes), minutes=10).loc["r-0-6"].item()
    30.0
    """

    streets: Travel
    timetable: Timetable
    habits: Habits = field(default_factory=Habits)
    # A platform lies within a station, and stations of 200 m have an entrance on a street; proposal of ours.
    stop_limit_m: float = 200.0

    def __post_init__(self) -> None:
        if self.streets.unit != "seconds":
            msg = f"streets need to be in seconds, were in {self.streets.unit}"
            raise ValueError(msg)

    def __repr__(self) -> str:
        return f"<Transit: {self.timetable!r} on {self.streets!r}>"

    @property
    def left_out(self) -> pd.Series:
        """Names of the stops that are too far from every street: nobody boards or alights there."""
        stops = self.timetable.stops.set_index("stop_id")["name"]
        return stops[~self._stops.placed]

    def times(
        self,
        origins: AccessPoints,
        destinations: AccessPoints,
        *,
        depart: str | int = "07:30",
        window_min: int = 60,
        percentiles: Sequence[float] = (50,),
        max_minutes: float = 120,
        threads: int | None = None,
        progress: Progress = SILENT,
    ) -> TravelTimes:
        """Percentiles of the travel time from every origin to every destination.

        Parameters
        ----------
        origins, destinations
            Points on the network of the streets.
        depart
            The first minute of departure, as ``"07:30"`` or in seconds after midnight.
        window_min
            Departures: one each minute, so many.
        percentiles
            Of the departures: 50 is the median; 5 is for somebody who knows the timetable.
        max_minutes
            Longer trips are not told apart.
        threads
            By default one for each core; the answer does not depend on it.

        Raises
        ------
        InputError
            Nothing runs within the window.
        """
        window = self._window(depart, window_min, max_minutes)
        ranks = ranks_of(percentiles, window.minutes * window.events.phases)
        seconds = np.empty((len(origins), len(destinations), len(ranks)), dtype=window.dtype)
        for row, column, times in self._solve(window, origins, destinations, ranks, threads, progress):
            _, rows, columns = times.shape
            seconds[row : row + rows, column : column + columns] = times.transpose(1, 2, 0)
        return TravelTimes(origins.owners, destinations.owners, tuple(percentiles), seconds, max_minutes)

    def times_from(self, point: shapely.Point, destinations: AccessPoints, **how: Any) -> pd.DataFrame:
        """A travel-time map: minutes from a point to every destination, a column for each percentile.

        ``how`` as in :meth:`times`.
        """
        origin = self.streets.network.snap([point])
        times = self.times(origin, destinations, **how)
        minutes = {p: times.minutes(p).to_numpy()[0] for p in times.percentiles}
        return pd.DataFrame(minutes, index=destinations.owners)

    def opportunities_within(  # noqa: PLR0913 - each is a choice of the asker
        self,
        origins: AccessPoints,
        destinations: AccessPoints,
        values: npt.ArrayLike,
        *,
        minutes: float = 45,
        percentile: float = 50,
        depart: str | int = "07:30",
        window_min: int = 60,
        threads: int | None = None,
        progress: Progress = SILENT,
    ) -> pd.DataFrame:
        """What can be reached within so many minutes, e.g. jobs within 45: without keeping the matrix.

        Parameters
        ----------
        values
            (destinations,) or (destinations, k) numbers, in the order of ``destinations.owners``; a frame keeps its
            columns.

        Returns
        -------
        (origins, k) frame of sums; :func:`share_of_all` makes shares of it.

        Raises
        ------
        ValueError
            A value is not a number, or there are not as many as destinations.
        """
        value = np.asarray(values, dtype=np.float64)
        columns = (
            values.columns
            if isinstance(values, pd.DataFrame)
            else pd.RangeIndex(1 if value.ndim == 1 else value.shape[1])
        )
        value = value.reshape(len(value), -1)
        if len(value) != len(destinations) or not np.isfinite(value).all():
            msg = f"values need to be {len(destinations)} numbers, were {np.shape(values)}, some perhaps NaN"
            raise ValueError(msg)
        window = self._window(depart, window_min, minutes)
        ranks = ranks_of([percentile], window.minutes * window.events.phases)
        total = np.zeros((len(origins), value.shape[1]))
        for row, column, times in self._solve(window, origins, destinations, ranks, threads, progress):
            within = times[0] <= round(60 * minutes)
            some = total[row : row + len(within)]
            # always 32 at a time, in the order of the destinations: a sum of floats depends on nothing else then
            for lane in range(0, within.shape[1], LANES):
                near = within[:, lane : lane + LANES]
                for k, each in enumerate(value[column + lane : column + lane + LANES].T):
                    some[:, k] += np.where(near, each, 0.0).sum(axis=1)
        return pd.DataFrame(total, index=origins.owners, columns=columns)

    def jobs_housing_balance(
        self,
        places: AccessPoints,
        jobs: npt.ArrayLike,
        workers: npt.ArrayLike,
        *,
        minutes: float = 45,
        **how: Any,
    ) -> pd.Series:
        """Jobs over resident workers within so many minutes of each place.

        A catchment that floats with the place, instead of borders that nobody minds on the way to work: Z.-R. Peng,
        The jobs-housing balance and urban commuting, Urban Studies 34 (1997) 1215-1235, with travel time for his
        radius. ``how`` as in :meth:`opportunities_within`.

        Returns
        -------
        (places,) ratio; NaN where no worker lives within reach.
        """
        both = np.column_stack([np.asarray(jobs, dtype=np.float64), np.asarray(workers, dtype=np.float64)])
        sums = self.opportunities_within(places, places, both, minutes=minutes, **how).to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], np.nan)
        return pd.Series(ratio, index=places.owners, name="jobs_per_worker")

    # ------------------------------------------------------------------ walks

    @cached_property
    def _stops(self) -> AccessPoints:
        stops = self.timetable.stops
        return self.streets.network.snap(stops, owner=stops["stop_id"], limit_m=self.stop_limit_m)

    @cached_property
    def footpaths(self) -> Footpaths:
        """From the arrival at each stop to the departure at others: walks, but what the operator says goes first."""
        stops, slack = self._stops, self.habits.board_slack_s
        pairs = self.streets.within(stops, stops, 60 * self.habits.transfer_minutes)
        tail, head, need = pairs.origin, pairs.facility.astype(np.int64), whole_seconds(pairs) + slack
        placed = np.flatnonzero(stops.placed)
        other = tail != head
        # who changes at a stop stays on the platform, and does not walk to the street and back
        tail = np.concatenate([tail[other], placed])
        head = np.concatenate([head[other], placed])
        need = np.concatenate([need[other], np.full(len(placed), slack)])
        told = self.timetable.transfers
        index = pd.Index(self.timetable.stops["stop_id"])
        one, two = index.get_indexer(told["from_stop_id"]), index.get_indexer(told["to_stop_id"])
        known = (one >= 0) & (two >= 0)
        one, two, least = one[known], two[known], told["least_s"][known]
        many = np.int64(len(index))
        walked = ~np.isin(tail * many + head, one * many + two)
        possible = least.notna().to_numpy(dtype=bool)
        tail = np.concatenate([tail[walked], one[possible]])
        head = np.concatenate([head[walked], two[possible]])
        need = np.concatenate([need[walked], np.maximum(least[possible].to_numpy(dtype=np.int64), 1)])
        order = np.lexsort((head, tail))
        first = np.searchsorted(tail[order], np.arange(len(index) + 1))
        return Footpaths(first.astype(np.int64), head[order].astype(np.int32), need[order].astype(np.int32))

    # ------------------------------------------------------------------ the window, and its scans

    def _window(self, depart: str | int, window_min: int, max_minutes: float) -> Window:
        begin_s = _seconds_of(depart)
        if window_min < 1 or max_minutes <= 0:
            msg = f"window_min and max_minutes need to be positive, were {window_min} and {max_minutes}"
            raise ValueError(msg)
        key = (begin_s, window_min, round(60 * max_minutes))
        if key not in self._windows:
            end_s = begin_s + STEP_S * (window_min - 1) + key[2]
            rides = self.timetable.connections(begin_s, end_s, phases=self.habits.phases)
            if not len(rides):
                raise InputError(
                    Text(
                        f"时刻表在 {clock(begin_s)} 至 {clock(end_s)} 没有班次。",
                        f"nothing runs from {clock(begin_s)} to {clock(end_s)} in the timetable.",
                    )
                )
            stops = self._stops
            events = lay_out(rides.without(~stops.placed), self.footpaths, len(stops))
            self._windows[key] = Window(events, window_min, key[2], self.habits.most_rides or 0)
        return self._windows[key]

    @cached_property
    def _windows(self) -> dict[tuple[int, int, int], Window]:
        return {}

    def _solve(
        self,
        window: Window,
        origins: AccessPoints,
        destinations: AccessPoints,
        ranks: Int64s,
        threads: int | None,
        progress: Progress,
    ) -> Iterator[tuple[int, int, Times]]:
        """(first origin, first destination, (percentiles, origins, destinations) seconds) of blocks, in their order."""
        progress.step(Text("计算公交出行时间", "Computing travel times by public transport"))
        stops, walk_s = self._stops, 60 * self.habits.walk_minutes
        alone_s = window.max_s if self.habits.alone_minutes is None else 60 * self.habits.alone_minutes
        leave = Walks.of(self.streets.within(origins, stops, walk_s), self.habits.board_slack_s)
        way = scan_origins if len(origins) * _FEW <= len(destinations) else scan_blocks
        for first, last in self._groups(window, leave):
            some = _part(origins, first, last)
            boarding = Boarding.of(window, leave.part(first, last))
            # so many destinations at a time that their walks from all origins fit into memory
            together = LANES * max(1, _PAIRS_AT_ONCE // (LANES * max(1, last - first)))
            for begin in range(0, len(destinations), together):
                ends = _part(destinations, begin, begin + together)
                egress = Walks.turned(self.streets.within(stops, ends, walk_s))
                walks = Walks.turned(self.streets.within(some, ends, min(alone_s, window.max_s)))
                for lane, times in way(window, boarding, egress, walks, ranks, threads):
                    yield first, begin + lane, times
                    done = first * len(destinations) + (last - first) * (begin + lane + times.shape[2])
                    progress.advance(done, len(origins) * len(destinations))

    def _groups(self, window: Window, leave: Walks) -> Iterator[tuple[int, int]]:
        """Origins in rows, so many at a time that what they board fits into memory."""
        each = window.minutes * window.events.phases
        upto = leave.first * each + np.arange(len(leave.first)) * each
        first = 0
        while first < len(leave):
            last = max(first + 1, int(np.searchsorted(upto, upto[first] + _SLOTS_AT_ONCE, side="right")) - 1)
            yield first, last
            first = last


# Pairs of origin and destination whose walks are held at a time: 12 bytes each, some 250 MB.
_PAIRS_AT_ONCE = 20_000_000
# Slots that origins board which are listed at a time, at most: 4 bytes each, and in practice a fifth of them.
_SLOTS_AT_ONCE = 200_000_000
# A search from one origin takes about as long as a scan for this many destinations.
_FEW = 16


def _part(access: AccessPoints, begin: int, end: int) -> AccessPoints:
    """Some owners in a row with their points; their names need not differ."""
    inside = (access.owner >= begin) & (access.owner < end)
    return replace(
        access,
        owners=access.owners[begin:end],
        owner=access.owner[inside] - np.int32(begin),
        edge=access.edge[inside],
        share=access.share[inside],
        gap_m=access.gap_m[inside],
    )


def _seconds_of(depart: str | int) -> int:
    """A time of day in seconds.

    Examples
    --------
    >>> _seconds_of("07:30"), _seconds_of("25:10:00"), _seconds_of(3600)
    (27000, 90600, 3600)
    """
    if isinstance(depart, int):
        return depart
    seconds = int(parse_times([depart if depart.count(":") > 1 else f"{depart}:00"])[0])
    if seconds < 0:
        msg = f"depart needs to be a time such as '07:30', was {depart!r}"
        raise ValueError(msg)
    return seconds
