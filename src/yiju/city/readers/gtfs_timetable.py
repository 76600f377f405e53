"""The timetable of one day: trips, the patterns that they follow, and how one changes between them.

Many trips differ in nothing but when they begin. So a *pattern* is kept once, its stops with seconds after its first
departure, and a *trip* says which pattern it follows and when::

    calls   pattern  stop  arrive_s  depart_s        trips   trip     pattern  start_s  next_trip
            12       A            0         0                17:08    12       61,680   17:08r
            12       B          240       255                17:20    12       62,400
            12       C          600       600                17:08r   31       62,400   (same vehicle)

Rules:

1. ``day`` 0 is the day itself. On day -1, the service day before, only trips that run past midnight count; their
   25:10 is 01:10 of the day. A working day that stands for all has the same trips the day before.
2. Trips of frequencies.txt with ``exact_times`` 1 become trips of their own. Without it only the headway is known: such
   a trip keeps ``until_s`` and ``headway_s``, and its phase is left open.
3. A vehicle that goes on as another trip of its block carries its passengers on, where that trip begins at the stop or
   station at which the first one ended. transfers.txt may say so between any two trips (type 4), or deny it (type 5).
4. transfers.txt between stops: type 3 is no transfer at all, type 2 takes ``min_transfer_time``; a station stands for
   all its platforms. Rows for single routes or trips are left out, and reported.
5. A trip with fewer than two calls carries nobody. One all of whose calls have one time was never timed: it would
   carry people from end to end in no time, so it is left out, and reported.
6. Feeds of another time zone are put on that of the first.

GTFS Schedule Reference, gtfs.org/documentation/schedule/reference.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from yiju.city.readers.cells import numbers
from yiju.city.readers.gtfs_files import clock
from yiju.city.readers.gtfs_times import DAY_S
from yiju.city.tables import CALLS, TRANSFERS, TRIPS
from yiju.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yiju.city.readers.gtfs_calendar import WorkingDay
    from yiju.city.readers.gtfs_files import Feed
    from yiju.city.readers.gtfs_times import StopTimes

# transfers.transfer_type (gtfs.org reference, transfers.txt)
_TAKES_TIME, _NOT_POSSIBLE, _STAY_SEATED, _LEAVE_SEAT = 2, 3, 4, 5


@dataclass(frozen=True)
class DayTimetable:
    """Trips, calls and transfers of one feed, as the contracts say, ids with the feed's name."""

    trips: pd.DataFrame
    calls: pd.DataFrame
    transfers: pd.DataFrame


def day_timetable(
    feed: Feed,
    places: pd.DataFrame,
    trips: pd.DataFrame,
    calls: StopTimes,
    runs: pd.DataFrame,
    day: WorkingDay,
    *,
    shift_s: int = 0,
) -> DayTimetable:
    """The timetable of a day, by the rules above.

    Parameters
    ----------
    places
        stops.txt, indexed by stop_id.
    trips
        route_id, service_id, trip_id, block_id.
    calls
        Of those trips and places, sorted by trip and sequence.
    runs
        Rows of frequencies: trip (position in ``trips``), start_s, end_s, headway_s, exact.
    day
        The services of the day and of the day before.
    shift_s
        Seconds from the feed's clock to that of the city.
    """
    first = np.searchsorted(calls.trip, np.arange(len(trips) + 1))
    whole = np.diff(first) >= 2
    start = np.where(whole, calls.departure_s[np.minimum(first[:-1], len(calls) - 1)], 0)
    takes_s = np.where(whole, calls.arrival_s[first[1:] - 1] - start, 0)
    _tell_of_untimed(feed, calls.take(first[:-1][whole & (takes_s == 0)]))
    whole &= takes_s > 0
    today = trips["service_id"].isin(day.services).to_numpy() & whole
    before = trips["service_id"].isin(day.before).to_numpy() & whole
    pattern, offsets = _patterns(calls, first, today | before)
    follows = _next_trips(feed, places, trips, calls, first, today, start)
    timed = _timed_trips(trips, runs, start, follows)
    parts = []
    for number, active in ((0, today), (-1, before)):
        rows = timed[active[timed["trip"].to_numpy()]]
        latest = rows["until_s"].fillna(rows["start_s"]).to_numpy() + takes_s[rows["trip"].to_numpy()]
        parts.append((rows if number == 0 else rows[latest >= DAY_S]).assign(day=number))
    every = pd.concat(parts, ignore_index=True)
    at = every["trip"].to_numpy()
    every["route_id"] = feed.prefix(trips["route_id"].reset_index(drop=True)).to_numpy()[at]
    every["pattern_id"] = [f"{feed.name}:{number}" for number in pattern[at].tolist()]
    for column in ("trip_id", "next_trip_id"):
        every[column] = feed.prefix(every[column])
    every["start_s"] += shift_s
    every["until_s"] += shift_s
    return DayTimetable(TRIPS.validate(every), _calls(feed, places, offsets), _transfers(feed, places))


def _tell_of_untimed(feed: Feed, begins: StopTimes) -> None:
    """Report trips that take no time, by their first calls."""
    report = feed.report_on("stop_times.txt")
    report.add_all(
        why=Text(
            "该班次各站都是此时刻，等于没有时刻，不计入时刻表",
            "all calls of its trip have this time: it was never timed, and is left out of the timetable",
        ),
        action="row dropped",
        field="departure_time",
        rows=begins.row.tolist(),
        values=[clock(s) for s in begins.departure_s.tolist()],
    )
    feed.rejections.extend(report)


def seconds_between_clocks(feed: Feed, other: str | None, day: dt.date | None) -> tuple[str | None, int]:
    """The feed's time zone, and the seconds to be added to its times to be on the clock of ``other``."""
    if not feed.has("agency.txt"):
        return other, 0
    zones = feed.table("agency.txt", [], ["agency_timezone"])["agency_timezone"].dropna()
    zone = str(zones.iloc[0]) if len(zones) else None
    if zone is None or other is None or zone == other:
        return zone or other, 0
    # at noon the clocks have been changed where they are changed that day
    noon = dt.datetime.combine(day or dt.date(1970, 1, 1), dt.time(12))
    try:
        here, there = (noon.replace(tzinfo=ZoneInfo(name)).utcoffset() for name in (zone, other))
    except (ZoneInfoNotFoundError, ValueError):
        report = feed.report_on("agency.txt")
        why = Text("无此时区，按城市时间计", "no such time zone; its times are taken as the city's")
        report.add(field="agency_timezone", value=zone, why=why, action="kept, look at it")
        feed.rejections.extend(report)
        return other, 0
    return other, 0 if here is None or there is None else round((there - here).total_seconds())


def _patterns(
    calls: StopTimes, first: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The pattern of each chosen trip, -1 for others; and of each pattern (n, 5) stop, seconds, boards, alights."""
    table = np.column_stack([calls.stop, calls.arrival_s, calls.departure_s, calls.boards, calls.alights])
    known: dict[bytes, int] = {}
    offsets: list[NDArray[np.int64]] = []
    pattern = np.full(len(chosen), -1, dtype=np.int64)
    for trip in np.flatnonzero(chosen).tolist():
        rows = table[first[trip] : first[trip + 1]].copy()
        rows[:, 1:3] -= rows[0, 2]
        rows[0, 1] = 0  # how long it stood at its first stop matters to nobody
        key = rows.tobytes()
        if key not in known:
            known[key] = len(offsets)
            offsets.append(rows)
        pattern[trip] = known[key]
    return pattern, offsets


def _timed_trips(
    trips: pd.DataFrame, runs: pd.DataFrame, start: NDArray[np.int64], follows: NDArray[np.int64]
) -> pd.DataFrame:
    """A row for each departure that is known, and for each headway: rule 2."""
    ids = trips["trip_id"].to_numpy(dtype=object)
    plain = np.setdiff1d(np.arange(len(trips)), runs["trip"].to_numpy())
    columns = ["trip", "trip_id", "next_trip_id", "start_s", "until_s", "headway_s"]
    rows: list[tuple[object, ...]] = [
        (trip, ids[trip], ids[follows[trip]] if follows[trip] >= 0 else None, start[trip], None, None)
        for trip in plain.tolist()
    ]
    for run in runs.itertuples(index=False):
        if run.exact:
            rows += [
                (run.trip, f"{ids[run.trip]}~{clock(s)}", None, s, None, None)
                for s in range(run.start_s, run.end_s, run.headway_s)
            ]
        else:
            name = f"{ids[run.trip]}~{clock(run.start_s)}"
            rows.append((run.trip, name, None, run.start_s, run.end_s, run.headway_s))
    frame = pd.DataFrame(rows, columns=columns).drop_duplicates("trip_id")
    whole = {"trip": "int64", "start_s": "int64", "until_s": "Int64", "headway_s": "Int64"}
    return frame.astype(whole | {"trip_id": "str", "next_trip_id": "str"})


def _calls(feed: Feed, places: pd.DataFrame, offsets: list[NDArray[np.int64]]) -> pd.DataFrame:
    """CALLS of the patterns."""
    if not offsets:
        return CALLS.validate(CALLS.empty())
    stop_ids = feed.prefix(pd.Series(places.index, dtype="str")).to_numpy()
    rows = np.concatenate(offsets)
    length = [len(part) for part in offsets]
    frame = pd.DataFrame(
        {
            "pattern_id": np.repeat([f"{feed.name}:{number}" for number in range(len(offsets))], length),
            "position": np.concatenate([np.arange(n) for n in length]),
            "stop_id": stop_ids[rows[:, 0]],
            "arrive_s": rows[:, 1],
            "depart_s": rows[:, 2],
            "boards": rows[:, 3].astype(np.bool_),
            "alights": rows[:, 4].astype(np.bool_),
        }
    )
    return CALLS.validate(frame)


def _next_trips(
    feed: Feed,
    places: pd.DataFrame,
    trips: pd.DataFrame,
    calls: StopTimes,
    first: NDArray[np.int64],
    active: NDArray[np.bool_],
    start: NDArray[np.int64],
) -> NDArray[np.int64]:
    """(trips,) the trip as which the vehicle goes on with its passengers, -1 where it does not: rule 3."""
    follows = np.full(len(trips), -1, dtype=np.int64)
    runs = np.flatnonzero(np.diff(first) >= 2)
    last_stop, first_stop = (np.full(len(trips), -1, dtype=np.int64) for _ in range(2))
    end = np.zeros(len(trips), dtype=np.int64)
    first_stop[runs], last_stop[runs] = calls.stop[first[runs]], calls.stop[first[runs + 1] - 1]
    end[runs] = calls.arrival_s[first[runs + 1] - 1]
    station = pd.factorize(places["parent"].fillna(pd.Series(places.index, index=places.index)))[0]
    block = trips["block_id"].to_numpy(dtype=object)
    of_block = runs[pd.notna(block[runs])]
    service = pd.factorize(trips["service_id"])[0]
    # trips of one block that run on the same days, one after another
    service = pd.factorize(trips["service_id"])[0]
    days = np.where(active, -1, service)
    order = of_block[np.lexsort((start[of_block], days[of_block], block[of_block].astype(str)))]
    one, two = order[:-1], order[1:]
    goes_on = (block[one] == block[two]) & (days[one] == days[two]) & (start[two] >= end[one])
    goes_on &= station[last_stop[one]] == station[first_stop[two]]
    follows[one[goes_on]] = two[goes_on]
    for one, two, kind in _seat_rules(feed, trips):
        if kind == _LEAVE_SEAT and follows[one] == two:
            follows[one] = -1
        elif (
            kind == _STAY_SEATED and first_stop[one] >= 0 and first_stop[two] >= 0 and start[two] >= end[one]
        ):
            follows[one] = two
    # a trip has one vehicle before it: of several the first in the table
    _, kept = np.unique(follows, return_index=True)
    alone = np.zeros(len(follows), dtype=np.bool_)
    alone[kept] = True
    return np.where(alone, follows, -1)


def _read_transfers(feed: Feed) -> pd.DataFrame:
    columns = ["from_stop_id", "to_stop_id", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id"]
    if not feed.has("transfers.txt"):
        return pd.DataFrame(columns=[*columns, "transfer_type", "min_transfer_time"], dtype="str")
    return feed.table("transfers.txt", [], [*columns, "transfer_type", "min_transfer_time"])


def _seat_rules(feed: Feed, trips: pd.DataFrame) -> list[tuple[int, int, int]]:
    rows = _read_transfers(feed)
    kind = pd.to_numeric(rows["transfer_type"], errors="coerce")
    rows = rows[kind.isin((_STAY_SEATED, _LEAVE_SEAT))]
    index = pd.Index(trips["trip_id"])
    one, two = index.get_indexer(rows["from_trip_id"]), index.get_indexer(rows["to_trip_id"])
    known = (one >= 0) & (two >= 0)
    report = feed.report_on("transfers.txt")
    why = Text("trips.txt 中没有此班次", "no such trip in trips.txt")
    report.add_all(why=why, action="row dropped", field="from_trip_id", rows=rows.index[~known])
    feed.rejections.extend(report)
    kinds = kind[rows.index].to_numpy(dtype=np.int64)
    return list(zip(one[known].tolist(), two[known].tolist(), kinds[known].tolist(), strict=True))


def _transfers(feed: Feed, places: pd.DataFrame) -> pd.DataFrame:
    """Transfers between stops that differ from a walk: rule 4."""
    rows = _read_transfers(feed)
    report = feed.report_on("transfers.txt")
    kind = numbers(rows["transfer_type"], report, field="transfer_type", least=0, most=5).fillna(0)
    rows, kind = rows[kind < _STAY_SEATED], kind[kind < _STAY_SEATED]
    special = rows[["from_route_id", "to_route_id", "from_trip_id", "to_trip_id"]].notna().any(axis=1)
    why = Text("仅适用于个别线路或班次，未采用", "holds for single routes or trips only, and was left out")
    report.add_all(why=why, action="kept, look at it", field="transfer_type", rows=rows.index[special])
    known = rows["from_stop_id"].isin(places.index) & rows["to_stop_id"].isin(places.index)
    why = Text("stops.txt 中没有此站点", "no such stop in stops.txt")
    report.add_all(why=why, action="row dropped", field="from_stop_id", rows=rows.index[~known & ~special])
    rows, kind = rows[known & ~special], kind[known & ~special]
    least = numbers(
        rows["min_transfer_time"].where(kind == _TAKES_TIME), report, field="min_transfer_time", least=0
    )
    feed.rejections.extend(report)
    told = ((kind == _TAKES_TIME) & least.notna()) | (kind == _NOT_POSSIBLE)
    frame = pd.DataFrame(
        {
            "from_stop_id": rows["from_stop_id"][told],
            "to_stop_id": rows["to_stop_id"][told],
            "least_s": least[told].astype("float64").round(),
        }
    )
    for end in ("from_stop_id", "to_stop_id"):
        frame = _platforms_of(frame, end, places)
    # what is said of the stops themselves goes before what is said of their stations
    frame = frame.sort_values("through_station", kind="stable") if len(frame) else frame
    frame = frame.drop_duplicates(["from_stop_id", "to_stop_id"]).reset_index(drop=True)
    for end in ("from_stop_id", "to_stop_id"):
        frame[end] = feed.prefix(frame[end])
    return TRANSFERS.validate(frame.astype({"least_s": "Int64"}))


def _platforms_of(frame: pd.DataFrame, end: str, places: pd.DataFrame) -> pd.DataFrame:
    """Each row at a station as rows at its platforms."""
    if "through_station" not in frame:
        frame = frame.assign(through_station=0)
    members = pd.DataFrame({"platform": places.index, "station": places["parent"].to_numpy()}).dropna()
    wide = frame.merge(members, left_on=end, right_on="station", how="inner")
    wide = wide.assign(**{end: wide["platform"], "through_station": 1}).drop(columns=["platform", "station"])
    return pd.concat([frame, wide], ignore_index=True)
