"""Public transport timetables (GTFS): stops, routes, how often a stop is served, and the trips of a working day.

Rules:

1. A feed is a zip or a folder with stops, routes, trips, stop_times, and calendar or calendar_dates (one of
   them is enough). The ids of a feed carry its name: ``las_palmas_gtfs:1001``.
2. The representative working day of a feed is chosen by :func:`yiju.city.readers.gtfs_calendar.working_day`;
   each feed has its own, because the validities of several feeds often do not meet.
3. A row of stop_times is dropped and reported where its trip or stop is unknown, its departure precedes its
   arrival, or its time runs back behind an earlier stop of the trip.
4. Where a time is left out or cannot be read, it is interpolated between the timed stops, by the number of
   stops. Rides faster than any vehicle are reported, see :mod:`yiju.city.readers.gtfs_speeds`.
5. A vehicle departs where it picks up and goes on: the last stop of a trip and calls of ``pickup_type`` 1
   do not count. Trips of frequencies.txt run from ``start_time`` every ``headway_secs``, the last of them
   before ``end_time``, and never at their own times, not even where no row of theirs can be used.
6. The timetable of the working day is taken as repeating: a departure at 25:10 is one at 01:10.
7. A boarding stop is a row of stops.txt of ``location_type`` 0 or 4 that is served by a trip of any day. Its
   ``mode`` is the fastest that serves it: rail, ferry, bus, other. Departures of the platforms of a station
   are not added up: both directions would count. ``station_id`` says which belong together.
8. The headway of a period is its length over the departures in it; without departures it is unknown.
9. The trips of the day are laid out by :mod:`yiju.city.readers.gtfs_timetable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from yiju.city.readers.cells import numbers
from yiju.city.readers.gtfs_calendar import WorkingDay, day_of, working_day
from yiju.city.readers.gtfs_files import Feed, open_feed, parse_times
from yiju.city.readers.gtfs_speeds import tell_of_impossible_speeds
from yiju.city.readers.gtfs_times import StopTimes, departures_by_stop, read_stop_times
from yiju.city.readers.gtfs_timetable import DayTimetable, day_timetable, seconds_between_clocks
from yiju.city.rejections import Rejections
from yiju.city.tables import CALLS, HEADWAYS, ROUTES, STOPS, TRANSFERS, TRIPS
from yiju.errors import InputError
from yiju.progress import SILENT
from yiju.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from pyproj import CRS

    from yiju.city.contract import Table
    from yiju.progress import Progress

# Periods of a working day, seconds after midnight; daytime is the window of GHSCI's frequent transit
# (global-indicators, 07:00 to 19:00), the peak that of GB/T 51328 practice.
PERIODS = {
    "am_peak": (7 * 3600, 9 * 3600),
    "daytime": (7 * 3600, 19 * 3600),
    "evening": (19 * 3600, 23 * 3600),
}

# Basic route types (gtfs.org/documentation/schedule/reference, routes.txt).
_BASIC_MODES = {
    0: "rail",
    1: "rail",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "rail",
    6: "other",
    7: "rail",
    11: "bus",
}
_BASIC_MODES |= {12: "rail"}
# Extended route types by their hundred (developers.google.com/transit/gtfs/reference/extended-route-types).
_EXTENDED_MODES = {
    1: "rail",
    2: "bus",
    3: "rail",
    4: "rail",
    5: "rail",
    6: "rail",
    7: "bus",
    8: "bus",
    9: "rail",
}
_EXTENDED_MODES |= {10: "ferry", 12: "ferry", 14: "rail"}

_FASTEST_FIRST = ("rail", "ferry", "bus", "other")


@dataclass(frozen=True)
class Transit:
    """What the feeds say; ``days`` tells for each feed which date stands for a working day, and why."""

    stops: gpd.GeoDataFrame
    headways: pd.DataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    calls: pd.DataFrame
    transfers: pd.DataFrame
    rejections: Rejections
    days: tuple[WorkingDay, ...]


def read_gtfs(
    files: Sequence[Path],
    *,
    crs: CRS | str,
    year: int | None = None,
    date: dt.date | None = None,
    progress: Progress = SILENT,
) -> Transit:
    """Read one or several feeds.

    Parameters
    ----------
    files
        Zips or folders.
    crs
        Projected CRS of the city.
    year
        Year of the check-up: its working days are preferred where a feed holds any.
    date
        The day itself, instead of one that stands for a working day.

    Returns
    -------
    Transit, its tables as the contracts STOPS, HEADWAYS, ROUTES, TRIPS, CALLS and TRANSFERS say.

    Raises
    ------
    InputError
        A feed lacks a file or column that it needs, or has no working day with service, or none on the date.
    """
    report = Rejections("GTFS")
    read: list[_Read] = []
    zone: str | None = None
    for file, name in zip(files, _feed_names(files), strict=True):
        progress.step(Text(f"读取公交时刻表 {file.name}", f"Reading timetable {file.name}"))
        with open_feed(file, name, report) as feed:
            read.append(_read_feed(feed, year, date, zone))
        zone = read[-1].zone

    def together(table: Table, frames: list[pd.DataFrame]) -> pd.DataFrame:
        kept = [frame for frame in frames if len(frame)]
        return table.validate(pd.concat(kept, ignore_index=True) if kept else table.empty(crs))

    stops = [r.stops.to_crs(crs) for r in read]
    return Transit(
        stops=STOPS.validate(pd.concat(stops) if stops else STOPS.empty(crs)),
        headways=together(HEADWAYS, [r.headways for r in read]),
        routes=together(ROUTES, [r.routes for r in read]),
        trips=together(TRIPS, [r.timetable.trips for r in read]),
        calls=together(CALLS, [r.timetable.calls for r in read]),
        transfers=together(TRANSFERS, [r.timetable.transfers for r in read]),
        rejections=report,
        days=tuple(r.day for r in read),
    )


@dataclass(frozen=True)
class _Read:
    """What one feed says."""

    stops: gpd.GeoDataFrame
    headways: pd.DataFrame
    routes: pd.DataFrame
    timetable: DayTimetable
    day: WorkingDay
    zone: str | None


def _feed_names(files: Sequence[Path]) -> list[str]:
    """Name feeds by their files; a second one of a name gets a number."""
    names: list[str] = []
    for file in files:
        stem = file.stem if file.suffix.lower() == ".zip" else file.name
        taken = names.count(stem) + sum(n.startswith(f"{stem}~") for n in names)
        names.append(f"{stem}~{taken + 1}" if taken else stem)
    return names


def mode_of(route_type: float) -> str:
    """Tell the mode of a basic or extended route type.

    Examples
    --------
    >>> mode_of(3), mode_of(1), mode_of(700), mode_of(109), mode_of(float("nan"))
    ('bus', 'rail', 'bus', 'rail', 'other')
    """
    if np.isnan(route_type):
        return "other"
    code = int(route_type)
    return _BASIC_MODES.get(code, "other") if code < 100 else _EXTENDED_MODES.get(code // 100, "other")


def _read_feed(feed: Feed, year: int | None, date: dt.date | None, zone: str | None) -> _Read:
    routes = _read_routes(feed)
    places = _read_places(feed)
    trips = feed.table("trips.txt", ["route_id", "service_id", "trip_id"], ["block_id"])
    trips = _known(feed, trips, "trips.txt", "route_id", set(routes["route_id"]))
    trips = _unique(feed, trips, "trips.txt", "trip_id")
    calls = read_stop_times(feed, trips["trip_id"].to_numpy(), places.index.to_numpy())
    runs = _read_frequencies(feed, trips)
    day = working_day(feed, trips, runs, year) if date is None else day_of(feed, trips, runs, date)
    active = trips["service_id"].isin(day.services).to_numpy()

    modes = routes.set_index("route_id")["mode"]
    modes_of_trips = trips["route_id"].map(modes).to_numpy(dtype=object)
    tell_of_impossible_speeds(feed, places, calls, modes_of_trips)
    stops = _boarding_stops(feed, places, calls, modes_of_trips)
    table = departures_by_stop(calls, active, runs, n_stops=len(places), periods=list(PERIODS.values()))
    zone, shift_s = seconds_between_clocks(feed, zone, day.date)
    return _Read(
        stops,
        _headways(feed, places, stops, table),
        routes.assign(feed=feed.name, route_id=feed.prefix(routes["route_id"])),
        day_timetable(feed, places, trips, calls, runs, day, shift_s=shift_s),
        day,
        zone,
    )


def _read_routes(feed: Feed) -> pd.DataFrame:
    routes = feed.table(
        "routes.txt", ["route_id", "route_type"], optional=["route_short_name", "route_long_name"]
    )
    routes = _unique(feed, routes, "routes.txt", "route_id")
    report = feed.report_on("routes.txt")
    kinds = numbers(routes["route_type"], report, field="route_type", least=0, most=1799)
    feed.rejections.extend(report)
    name = routes["route_short_name"].fillna(routes["route_long_name"])
    return pd.DataFrame({"route_id": routes["route_id"], "name": name, "mode": kinds.map(mode_of)})


def _read_places(feed: Feed) -> pd.DataFrame:
    """Read stops.txt whole, also stations and entrances, indexed by stop_id in the order of the file."""
    stops = feed.table(
        "stops.txt",
        ["stop_id", "stop_lat", "stop_lon"],
        optional=["stop_name", "location_type", "parent_station"],
    )
    stops = _unique(feed, stops, "stops.txt", "stop_id")
    report = feed.report_on("stops.txt")
    lat = numbers(stops["stop_lat"], report, field="stop_lat", least=-90, most=90)
    lon = numbers(stops["stop_lon"], report, field="stop_lon", least=-180, most=180)
    kind = numbers(stops["location_type"], report, field="location_type", least=0, most=4).fillna(0)
    nowhere = (lat == 0) & (lon == 0)
    why = Text("坐标为 (0, 0)", "its coordinates are (0, 0)")
    report.add_all(why=why, action="field set unknown", field="stop_lat", rows=stops.index[nowhere])
    feed.rejections.extend(report)
    frame = pd.DataFrame(
        {
            "row": stops.index,
            "stop_id": stops["stop_id"].to_numpy(),
            "name": stops["stop_name"].to_numpy(),
            "lon": lon.mask(nowhere | lat.isna()).to_numpy(),
            "lat": lat.mask(nowhere | lon.isna()).to_numpy(),
            "kind": kind.to_numpy(dtype=np.int64),
            "parent": stops["parent_station"].to_numpy(),
        }
    ).set_index("stop_id")
    # A platform that does not say where it is lies where its station does.
    for axis in ("lon", "lat"):
        frame[axis] = frame[axis].fillna(frame["parent"].map(frame[axis]))
    return frame


def _boarding_stops(
    feed: Feed, places: pd.DataFrame, calls: StopTimes, trip_modes: np.ndarray
) -> gpd.GeoDataFrame:
    """Build STOPS by rule 7."""
    rank = {mode: i for i, mode in enumerate(_FASTEST_FIRST)}
    best = np.full(len(places), len(_FASTEST_FIRST), dtype=np.int64)
    np.minimum.at(best, calls.stop, pd.Series(trip_modes).map(rank).to_numpy(dtype=np.int64)[calls.trip])
    served = best < len(_FASTEST_FIRST)
    placed = places["lon"].notna().to_numpy()
    boards = places["kind"].isin([0, 4]).to_numpy()
    report = feed.report_on("stops.txt")
    for wrong, why in (
        (served & ~placed, Text("没有坐标", "has no coordinates")),
        (boards & placed & ~served, Text("没有任何班次停靠", "no trip of any day calls there")),
    ):
        rows, ids = places["row"].to_numpy()[wrong], places.index[wrong]
        report.add_all(why=why, action="row dropped", field="stop_id", rows=rows, values=ids)
    feed.rejections.extend(report)
    keep = served & placed
    kept = places[keep]
    parents = kept["parent"].where(kept["parent"].isin(places.index))
    frame = pd.DataFrame(
        {
            "stop_id": feed.prefix(pd.Series(kept.index, dtype="str")).to_numpy(),
            "name": kept["name"].to_numpy(),
            "mode": np.array(_FASTEST_FIRST)[best[keep]],
            "source": "gtfs",
            "station_id": feed.prefix(parents.reset_index(drop=True)).to_numpy(),
        }
    )
    points = gpd.points_from_xy(kept["lon"], kept["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=points)


def _headways(feed: Feed, places: pd.DataFrame, stops: gpd.GeoDataFrame, table: np.ndarray) -> pd.DataFrame:
    """Lay the departures out as HEADWAYS: a row for each stop and period, by rule 8."""
    ids = feed.prefix(pd.Series(places.index, dtype="str"))
    chosen = np.flatnonzero(ids.isin(set(stops["stop_id"])).to_numpy())
    minutes = np.array([(end - start) / 60 for start, end in PERIODS.values()])
    counts = table[chosen]
    with np.errstate(divide="ignore"):
        headway = np.where(counts > 0, minutes / counts, np.nan)
    return pd.DataFrame(
        {
            "stop_id": np.repeat(ids.to_numpy()[chosen], len(PERIODS)),
            "period": np.tile(list(PERIODS), len(chosen)),
            "departures": counts.ravel(),
            "headway_min": headway.ravel(),
        }
    )


def _read_frequencies(feed: Feed, trips: pd.DataFrame) -> pd.DataFrame:
    """Read frequencies.txt: trip (position in ``trips``), start_s, end_s, headway_s, exact; may have no rows."""
    columns = ["trip_id", "start_time", "end_time", "headway_secs"]
    if not feed.has("frequencies.txt"):
        kinds = dict.fromkeys(("trip", "start_s", "end_s", "headway_s"), "int64") | {"exact": "bool"}
        return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
    runs = feed.table("frequencies.txt", columns, ["exact_times"])
    runs = _known(feed, runs, "frequencies.txt", "trip_id", set(trips["trip_id"]))
    report = feed.report_on("frequencies.txt")
    headway = numbers(runs["headway_secs"], report, field="headway_secs", least=1, action="row dropped")
    start, end = parse_times(runs["start_time"]), parse_times(runs["end_time"])
    wrong = (start < 0) | (end < 0) | (end <= start)
    why = Text("起止时间无法使用", "its start and end times cannot be used")
    report.add_all(why=why, action="row dropped", field="start_time", rows=runs.index[wrong])
    good = ~wrong & headway.notna().to_numpy()
    usable = runs[good].assign(start_time=start[good])
    twice = runs.index.isin(usable.index[usable.duplicated(["trip_id", "start_time"])])
    why = Text("该班次已有此起始时间", "its trip has a row with that start already")
    report.add_all(why=why, action="row dropped", field="start_time", rows=runs.index[twice])
    feed.rejections.extend(report)
    good &= ~twice
    # a row that cannot be used stays as a time without departures, or its trip would run at its own times
    return pd.DataFrame(
        {
            "trip": pd.Index(trips["trip_id"]).get_indexer(runs["trip_id"]),
            "start_s": np.where(good, start, 0),
            "end_s": np.where(good, end, 0),
            "headway_s": headway.where(good, 1).to_numpy(dtype=np.int64),
            "exact": ~good | (runs["exact_times"] == "1").to_numpy(dtype=bool),
        }
    )


def _known(feed: Feed, frame: pd.DataFrame, file: str, column: str, known: set[str]) -> pd.DataFrame:
    good = frame[column].isin(known)
    report = feed.report_on(file)
    why = Text(f"{column} 在其所属文件中不存在", f"no such {column} in the file that lists them")
    bad = frame[~good]
    report.add_all(why=why, action="row dropped", field=column, rows=bad.index, values=bad[column])
    feed.rejections.extend(report)
    return frame[good]


def _unique(feed: Feed, frame: pd.DataFrame, file: str, column: str) -> pd.DataFrame:
    missing = frame[column].isna()
    twice = frame[column].duplicated() & ~missing
    report = feed.report_on(file)
    why = Text("编号重复", "the id stands there already")
    report.add_all(
        why=why, action="row dropped", field=column, rows=frame.index[twice], values=frame[column][twice]
    )
    report.add_all(
        why=Text("没有编号", "has no id"), action="row dropped", field=column, rows=frame.index[missing]
    )
    feed.rejections.extend(report)
    frame = frame[~twice & ~missing]
    if frame.empty:
        raise InputError(Text("没有可用的行。", "holds no row that can be used."), file=feed.path_of(file))
    return frame
