"""The files of the demo city: read back by others' code, and the same bytes each time."""

from __future__ import annotations

import zipfile

import numpy as np
import osmium
import pandas as pd
import shapely

from yiju.city.demo.osm_file import OsmDraft
from yiju.city.demo.site import CRS, Site
from yiju.city.demo.timetable import write_timetable
from yiju.city.demo.transit import Service, Stop, Transit
from yiju.text import Text


def test_an_osm_draft_is_read_back_by_osmium(tmp_path):
    draft = OsmDraft()
    draft.way([(0, 0), (100, 0)], {"highway": "residential"})
    draft.way([(100, 0), (100, 80)], {"highway": "steps"})
    draft.spot([100, 0], {"barrier": "gate"})
    draft.area(shapely.box(0, 0, 50, 50).difference(shapely.box(10, 10, 20, 20)), {"landuse": "residential"})
    draft.write(tmp_path / "a.osm.pbf", Site())
    draft.write(tmp_path / "b.osm.pbf", Site())
    assert (tmp_path / "a.osm.pbf").read_bytes() == (tmp_path / "b.osm.pbf").read_bytes()
    found = {"n": [], "w": [], "a": []}
    for thing in osmium.FileProcessor(tmp_path / "a.osm.pbf").with_areas():
        if thing.is_node():
            found["n"].append(dict(thing.tags))
        elif thing.is_way():
            found["w"].append([n.ref for n in thing.nodes])
        elif thing.is_area() and "landuse" in thing.tags:
            found["a"].append((thing.num_rings(), dict(thing.tags)["landuse"]))
    # 3 corners of streets and 8 of the area, one of which is shared
    assert len(found["n"]) == 10
    assert {"barrier": "gate"} in found["n"]
    assert found["w"][0][-1] == found["w"][1][0]
    assert found["a"] == [((1, 1), "residential")]


def test_metres_of_the_map_are_metres_on_the_ground(tmp_path):
    """A kilometre of the drawing is a kilometre on the ellipsoid, to a few centimetres."""
    from pyproj import Geod

    lon, lat = Site().to_degrees(np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0]]))
    geod = Geod(ellps="GRS80")
    for k in (1, 2):
        assert abs(geod.inv(lon[0], lat[0], lon[k], lat[k])[2] - 1000.0) < 0.05


def little_transit():
    stops = {
        f"S{k}": Stop(f"S{k}", Text(f"站{k}", f"Stop {k}"), np.array([k * 400.0, 0.0])) for k in range(4)
    }
    stops["R1"] = Stop("R1", Text("轨道站", "Station"), np.array([0.0, 9.0]), station=True)
    stops["R1P"] = Stop("R1P", Text("轨道站", "Station"), np.array([0.0, 9.0]), parent="R1")
    ids, after = ("S0", "S1", "S2"), np.array([0, 90, 200])
    night = Service("N1", Text("夜间1路", "Night 1"), "bus", 0, ids, after, np.array([23, 25]) * 3600)
    day = Service("B1", Text("1路", "Bus 1"), "bus", 0, ids, after, np.arange(6, 22) * 3600)
    rail = Service(
        "L1",
        Text("轨道1号线", "Rail 1"),
        "rail",
        0,
        ("R1P", "S3"),
        after[:2],
        np.array([21600]),
        ((21600, 88200, 480),),
    )
    return Transit(stops, [day, night, rail])


def test_a_timetable_runs_past_midnight_and_by_frequencies(tmp_path):
    write_timetable(little_transit(), tmp_path / "a.zip", Site(), 2025)
    write_timetable(little_transit(), tmp_path / "b.zip", Site(), 2025)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as feed:
        table = {name: pd.read_csv(feed.open(name), dtype=str) for name in feed.namelist()}
    times = table["stop_times.txt"]
    assert times["departure_time"].max() == "25:03:20"
    assert table["frequencies.txt"][["start_time", "end_time", "headway_secs"]].values.tolist() == [
        ["06:00:00", "24:30:00", "480"]
    ]
    # every second trip on weekends
    days = table["trips.txt"].groupby("service_id").size()
    assert (days["weekday"], days["weekend"], days["daily"]) == (16, 8, 3)
    assert set(times["stop_id"]) <= set(table["stops.txt"]["stop_id"])
    assert set(times["trip_id"]) == set(table["trips.txt"]["trip_id"])


def test_a_timetable_is_read_without_a_word_of_complaint(tmp_path):
    from yiju.city.readers.gtfs import read_gtfs

    write_timetable(little_transit(), tmp_path / "gtfs.zip", Site(), 2025)
    transit = read_gtfs([tmp_path / "gtfs.zip"], crs=CRS)
    assert len(transit.rejections) == 0, transit.rejections.frame()
    assert sorted(transit.routes["mode"]) == ["bus", "bus", "rail"]
