"""A timetable as a GTFS feed: one zip, the same bytes each time."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from yiju.city.demo.names import read_names

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.demo.arrays import Ints
    from yiju.city.demo.site import Site
    from yiju.city.demo.transit import Service, Transit

# A file in a zip has a date; this one is fixed, and earlier than any that a person would mind.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# GTFS route types: 3 bus, 12 monorail.
_TYPES = {"bus": 3, "rail": 12}
# At night and on weekends fewer buses run: every second trip.
_WEEKDAY, _WEEKEND, _DAILY = "weekday", "weekend", "daily"


def write_timetable(transit: Transit, file: Path, site: Site, year: int) -> None:
    """Write the feed for a year."""
    files = {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n"
        f"LC,{read_names().city.zh}公共交通（示例）,https://example.org/,Asia/Shanghai,zh\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        f"{_WEEKDAY},1,1,1,1,1,0,0,{year}0101,{year}1231\n"
        f"{_WEEKEND},0,0,0,0,0,1,1,{year}0101,{year}1231\n"
        f"{_DAILY},1,1,1,1,1,1,1,{year}0101,{year}1231\n",
        # National Day, 1 to 3 October: the buses run as on a weekend.
        "calendar_dates.txt": "service_id,date,exception_type\n"
        + "".join(f"{_WEEKDAY},{year}100{d},2\n{_WEEKEND},{year}100{d},1\n" for d in (1, 2, 3)),
        "stops.txt": _stops(transit, site),
        "routes.txt": _routes(transit),
    }
    files["trips.txt"], files["stop_times.txt"], files["frequencies.txt"] = _trips(transit)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), text.encode("utf-8"), zipfile.ZIP_DEFLATED, 6)


def _stops(transit: Transit, site: Site) -> str:
    stops = [transit.stops[k] for k in sorted(transit.stops)]
    lon, lat = site.to_degrees(np.array([s.xy for s in stops]))
    lines = ["stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station"]
    lines += [
        f"{s.stop_id},{s.name.zh},{y:.6f},{x:.6f},{int(s.station)},{s.parent}"
        for s, x, y in zip(stops, lon.tolist(), lat.tolist(), strict=True)
    ]
    return "\n".join(lines) + "\n"


def _routes(transit: Transit) -> str:
    lines = ["route_id,agency_id,route_short_name,route_long_name,route_type"]
    seen: set[str] = set()
    for service in transit.services:
        if service.route_id not in seen:
            seen.add(service.route_id)
            name = transit.stops
            ends = f"{name[service.stops[0]].name.zh}—{name[service.stops[-1]].name.zh}"
            lines.append(f"{service.route_id},LC,{service.name.zh},{ends},{_TYPES[service.mode]}")
    return "\n".join(lines) + "\n"


def _trips(transit: Transit) -> tuple[str, str, str]:
    """trips.txt, stop_times.txt and frequencies.txt."""
    trips, times = (
        ["route_id,service_id,trip_id,direction_id"],
        ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
    )
    rates = ["trip_id,start_time,end_time,headway_secs,exact_times"]
    for service in transit.services:
        for day, departures in _days(service):
            stem = f"{service.route_id}_{service.direction}_{day}"
            for k, start in enumerate(departures.tolist()):
                trip = f"{stem}_{k:03d}"
                trips.append(f"{service.route_id},{day},{trip},{service.direction}")
                clock = [_clock(start + s) for s in service.after_s.tolist()]
                times += [
                    f"{trip},{t},{t},{stop},{n}"
                    for n, (t, stop) in enumerate(zip(clock, service.stops, strict=True), 1)
                ]
                rates += [f"{trip},{_clock(a)},{_clock(b)},{gap},0" for a, b, gap in service.headways]
    return tuple("\n".join(lines) + "\n" for lines in (trips, times, rates))  # type: ignore[return-value]


def _days(service: Service) -> list[tuple[str, Ints]]:
    if service.headways or service.route_id.startswith("N"):
        return [(_DAILY, service.departures_s)]
    return [(_WEEKDAY, service.departures_s), (_WEEKEND, service.departures_s[::2])]


def _clock(seconds: int) -> str:
    """Time of a service day: 25:30:00 is half past one in the next night."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
