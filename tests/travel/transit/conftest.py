"""A long straight street with stops along it, and feeds written by hand."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from yiju.travel import StreetNetwork, walkers
from yiju.travel.transit import Habits, Timetable, Transit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np

    from yiju.travel import AccessPoints, Travel

CRS = "EPSG:32648"
# Where the street begins, and its junctions every 500 m eastward.
X, Y, EVERY_M, JUNCTIONS = 500_000.0, 3_200_000.0, 500.0, 25


@pytest.fixture(scope="session")
def street() -> Travel:
    """12 km of street for somebody who walks a metre a second."""
    xy = [(X + EVERY_M * i, Y) for i in range(JUNCTIONS)]
    nodes = gpd.GeoDataFrame({"node_id": range(JUNCTIONS)}, geometry=shapely.points(xy), crs=CRS)
    edges = gpd.GeoDataFrame(
        {
            "edge_id": range(JUNCTIONS - 1),
            "u": range(JUNCTIONS - 1),
            "v": range(1, JUNCTIONS),
            "length_m": EVERY_M,
            "street_class": "residential",
            "walk": True,
            "drive_forward": True,
            "drive_backward": True,
            "drive_kmh": 50.0,
            "stairs": False,
            "climb_m": 0.0,
        },
        geometry=[shapely.LineString(xy[i : i + 2]) for i in range(JUNCTIONS - 1)],
        crs=CRS,
    )
    walker = replace(walkers()["adult"], speed_m_per_s=1.0, slope=0.0)
    return StreetNetwork.from_tables(nodes, edges).in_seconds(walker)


@pytest.fixture(scope="session")
def at(street: Travel) -> Callable[..., AccessPoints]:
    """Points so many metres along the street, named by their metres."""

    def points(*along_m: float) -> AccessPoints:
        geometry = shapely.points([(X + along, Y) for along in along_m])
        frame = gpd.GeoSeries(geometry, index=[f"{along:g}" for along in along_m], crs=CRS)
        return street.network.snap(frame)

    return points


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


class Feed:
    """A feed under the pencil: stops by metres along the street, trips by what they call at."""

    def __init__(self, name: str = "toy", zone: str = "Asia/Shanghai") -> None:
        self.name = name
        self.stops: dict[str, tuple[float, float, str]] = {}
        self.rows: dict[str, list[list[Any]]] = {
            "agency": [["agency_name", "agency_timezone"], ["公交", zone]],
            "routes": [["route_id", "route_type"], ["r", 3]],
            "trips": [["route_id", "service_id", "trip_id", "block_id"]],
            "stop_times": [
                [
                    "trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type",
                    "drop_off_type",
                ]
            ],
            "calendar": [
                [
                    "service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
                    "start_date", "end_date",
                ],
                ["week", 1, 1, 1, 1, 1, 0, 0, "20250101", "20251231"],
            ],
            "frequencies": [["trip_id", "start_time", "end_time", "headway_secs", "exact_times"]],
            "transfers": [
                ["from_stop_id", "to_stop_id", "from_trip_id", "to_trip_id", "transfer_type", "min_transfer_time"]
            ],
        }  # fmt: skip

    def stop(self, name: str, along_m: float, *, aside_m: float = 0.0, parent: str = "") -> Feed:
        self.stops[name] = (along_m, aside_m, parent)
        return self

    def trip(
        self, name: str, start: str, *calls: tuple[Any, ...], block: str = "", service: str = "week"
    ) -> Feed:
        """Calls are (stop, seconds after the start) and perhaps pickup and drop-off types."""
        hour, minute = (int(part) for part in start.split(":"))
        begin = 3600 * hour + 60 * minute
        self.rows["trips"].append(["r", service, name, block])
        for i, (stop, after, *kinds) in enumerate(calls):
            pickup, drop_off = kinds or ("", "")
            time = "" if after is None else clock(begin + after)
            self.rows["stop_times"].append([name, time, time, stop, i, pickup, drop_off])
        return self

    def every(
        self, headway_s: int, start: str, end: str, name: str, *calls: tuple[Any, ...], exact: int = 0
    ) -> Feed:
        """A trip of frequencies.txt; its own times are of no account."""
        self.trip(name, "03:00", *calls)
        self.rows["frequencies"].append([name, f"{start}:00", f"{end}:00", headway_s, exact])
        return self

    def line(self, name: str, every_min: int, start: str, end: str, *calls: tuple[Any, ...]) -> Feed:
        """Trips at regular minutes, written out."""
        first, last = (3600 * int(t[:2]) + 60 * int(t[3:]) for t in (start, end))
        for i, s in enumerate(range(first, last, 60 * every_min)):
            self.trip(f"{name}{i}", f"{s // 3600}:{s // 60 % 60}", *calls)
        return self

    def transfer(self, one: str, two: str, kind: int, least: Any = "", *, trips: bool = False) -> Feed:
        ends = ["", "", one, two] if trips else [one, two, "", ""]
        self.rows["transfers"].append([*ends, kind, least])
        return self

    def write(self, folder: Path) -> Path:
        lonlat = gpd.GeoSeries(
            shapely.points([(X + a, Y + b) for a, b, _ in self.stops.values()]), crs=CRS
        ).to_crs(4326)
        stops = [["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"]]
        parents = {parent for _, _, parent in self.stops.values()}
        for (name, (_, _, parent)), point in zip(self.stops.items(), lonlat, strict=True):
            stops.append(
                [name, f"{name}站", f"{point.y:.8f}", f"{point.x:.8f}", int(name in parents), parent]
            )
        file = folder / f"{self.name}.zip"
        with zipfile.ZipFile(file, "w") as archive:
            for member, rows in (self.rows | {"stops": stops}).items():
                if len(rows) > 1:
                    out = io.StringIO()
                    csv.writer(out, lineterminator="\n").writerows(rows)
                    archive.writestr(f"{member}.txt", out.getvalue())
        return file


@pytest.fixture
def transit(street: Travel, tmp_path: Path) -> Callable[..., Transit]:
    """A feed, or several, on the street."""

    def put(*feeds: Feed, date: Any = None, **habits: Any) -> Transit:
        usual = {"walk_minutes": 5, "transfer_minutes": 5, "alone_minutes": 5}
        files = [feed.write(tmp_path) for feed in feeds]
        timetable = Timetable.from_feeds(files, date, crs=CRS)
        return Transit(street, timetable, Habits(**(usual | habits)))

    return put


def minutes_of(times: Any) -> np.ndarray:
    """(percentiles,) of a matrix with one origin and one destination."""
    return times.seconds[0, 0] / 60
