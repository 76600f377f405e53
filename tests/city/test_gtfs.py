"""Timetables: a toy feed with known headways, a plain count as the oracle, bad feeds, and real ones."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.readers.gtfs import PERIODS, Transit, mode_of, read_gtfs
from yiju.city.tables import HEADWAYS, ROUTES, STOPS
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32648"
Rows = list[list[str]]


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def feed_files(**changes: Rows | None) -> dict[str, Rows]:
    """A bus line A - B - C every 20 minutes from 06:00 to 22:40, Monday to Friday of 2025."""
    starts = range(6 * 3600, 22 * 3600 + 2401, 1200)
    files: dict[str, Rows] = {
        "agency": [["agency_id", "agency_name"], ["1", "公交"]],
        "stops": [
            ["stop_id", "stop_name", "stop_lat", "stop_lon"],
            ["A", "磁溪", "29.50", "106.50"],
            ["B", "桥头", "29.51", "106.50"],
            ["C", "山门", "29.52", "106.50"],
        ],
        "routes": [["route_id", "route_short_name", "route_type"], ["1", "1路", "3"]],
        "trips": [["route_id", "service_id", "trip_id"]]
        + [["1", "week", f"t{i}"] for i, _ in enumerate(starts)],
        "stop_times": [["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]]
        + [
            [f"t{i}", clock(s + k * 300), clock(s + k * 300), stop, str(k)]
            for i, s in enumerate(starts)
            for k, stop in enumerate("ABC")
        ],
        "calendar": [
            [
                "service_id",
                *["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
                "start_date",
                "end_date",
            ],
            ["week", *"1111100", "20250101", "20251231"],
        ],
    }
    files.update({name: rows for name, rows in changes.items() if rows is not None})
    return {name: rows for name, rows in files.items() if changes.get(name, rows) is not None}


def write(folder: Path, files: dict[str, Rows], name: str = "city.zip") -> Path:
    file = folder / name
    with zipfile.ZipFile(file, "w") as archive:
        for member, rows in files.items():
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows(rows)
            archive.writestr(f"{member}.txt", out.getvalue())
    return file


def read(folder: Path, **changes: Rows | None) -> Transit:
    return read_gtfs([write(folder, feed_files(**changes))], crs=CRS)


def departures(transit: Transit) -> dict[tuple[str, str], int]:
    frame = transit.headways
    return dict(zip(zip(frame["stop_id"], frame["period"], strict=True), frame["departures"], strict=True))


def test_a_bus_every_twenty_minutes(tmp_path: Path) -> None:
    transit = read(tmp_path)
    counted = departures(transit)
    # 07:00 to 09:00 is six buses, 12 hours are 36, 19:00 to 23:00 has the last at 22:40.
    assert counted["city:A", "am_peak"] == 6
    assert counted["city:B", "daytime"] == 36
    assert counted["city:A", "evening"] == 12
    assert counted["city:C", "daytime"] == 0, "nobody departs from the last stop"
    row = transit.headways.set_index(["stop_id", "period"]).loc[("city:A", "am_peak")]
    assert row["headway_min"] == 20.0
    assert transit.headways.set_index(["stop_id", "period"])["headway_min"].isna()["city:C", "daytime"]
    assert transit.stops["mode"].unique().tolist() == ["bus"]
    assert transit.stops["name"].tolist() == ["磁溪", "桥头", "山门"]
    assert transit.routes.iloc[0].tolist() == ["city:1", "city", "1路", "bus"]
    assert len(transit.rejections) == 0
    for table, frame in ((STOPS, transit.stops), (HEADWAYS, transit.headways), (ROUTES, transit.routes)):
        table.validate(frame)
    assert transit.stops.geometry.distance(transit.stops.geometry.shift(1)).iloc[1] == pytest.approx(
        1108, abs=2
    )


def test_a_folder_and_a_zip_with_a_folder_inside_read_alike(tmp_path: Path) -> None:
    folder = tmp_path / "loose"
    folder.mkdir()
    nested = tmp_path / "nested.zip"
    with zipfile.ZipFile(write(tmp_path, feed_files())) as whole, zipfile.ZipFile(nested, "w") as archive:
        whole.extractall(folder)
        for name in whole.namelist():
            archive.writestr(f"export/{name}", whole.read(name))
    plain = departures(read(tmp_path))
    for file in (folder, nested):
        other = read_gtfs([file], crs=CRS)
        assert {(s.split(":")[1], p): n for (s, p), n in departures(other).items()} == {
            (s.split(":")[1], p): n for (s, p), n in plain.items()
        }


def test_several_feeds_keep_their_ids_apart(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    one, two = write(tmp_path, feed_files()), write(tmp_path / "b", feed_files())
    transit = read_gtfs([one, two], crs=CRS)
    assert transit.stops["stop_id"].tolist() == [
        "city:A",
        "city:B",
        "city:C",
        "city~2:A",
        "city~2:B",
        "city~2:C",
    ]
    assert [day.feed for day in transit.days] == ["city", "city~2"]
    assert len(read_gtfs([], crs=CRS).stops) == 0


@pytest.mark.parametrize(
    ("mode", "route_types"),
    [
        ("rail", [0, 1, 2, 5, 7, 12, 100, 109, 300, 401, 500, 600, 900, 1400]),
        ("bus", [3, 11, 200, 702, 717, 800]),
        ("ferry", [4, 1000, 1200]),
        ("other", [6, 8, 99, 1100, 1300, 1500, 1700]),
    ],
)
def test_route_types(mode: str, route_types: list[int]) -> None:
    assert {mode_of(route_type) for route_type in route_types} == {mode}


def test_a_stop_of_several_modes_has_the_fastest(tmp_path: Path) -> None:
    files = feed_files()
    files["routes"].append(["M", "1号线", "1"])
    files["trips"].append(["M", "week", "m"])
    files["stop_times"] += [["m", "08:00:00", "08:00:00", "A", "1"], ["m", "08:05:00", "08:05:00", "C", "2"]]
    transit = read(tmp_path, **files)
    assert transit.stops.set_index("stop_id")["mode"].to_dict() == {
        "city:A": "rail",
        "city:B": "bus",
        "city:C": "rail",
    }


def test_platforms_know_their_station_and_lie_there_when_they_do_not_say(tmp_path: Path) -> None:
    stops = [
        ["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"],
        ["S", "磁溪站", "29.50", "106.50", "1", ""],
        ["A", "1站台", "", "", "0", "S"],
        ["B", "", "29.51", "106.50", "", "gone"],
        ["C", "", "29.52", "106.50", "0", ""],
        ["E", "出口", "29.50", "106.50", "2", "S"],
    ]
    transit = read(tmp_path, stops=stops)
    stations = transit.stops.set_index("stop_id")["station_id"]
    assert stations["city:A"] == "city:S"
    assert stations[["city:B", "city:C"]].isna().all()
    assert "city:S" not in stations.index, "nobody boards a station, only its platforms"
    assert len(transit.rejections) == 0


# ------------------------------------------------------------------------------------------- the plain count

times_of_day = st.integers(0, 30 * 3600)


@st.composite
def small_feeds(draw) -> dict[str, Rows]:
    n_trips = draw(st.integers(1, 8))
    trips, calls = [], []
    for t in range(n_trips):
        trips.append(["1", "week", f"t{t}"])
        moment = draw(times_of_day)
        for k in range(draw(st.integers(2, 5))):
            stay = draw(st.integers(0, 120))
            pickup = draw(st.sampled_from(["", "0", "1", "2"]))
            stop = draw(st.sampled_from("ABC"))
            calls.append([f"t{t}", clock(moment), clock(moment + stay), stop, str(k * 3), pickup])
            moment += stay + draw(st.integers(0, 3600))
    order = draw(st.permutations(calls))
    header = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type"]
    files = feed_files()
    files["trips"] = [files["trips"][0], *trips]
    files["stop_times"] = [header, *order]
    return files


def plain_count(files: dict[str, Rows]) -> Counter[tuple[str, str]]:
    """Count departures row by row, as one would with a pencil."""
    counted: Counter[tuple[str, str]] = Counter()
    by_trip: dict[str, list[list[str]]] = {}
    for row in files["stop_times"][1:]:
        by_trip.setdefault(row[0], []).append(row)
    for rows in by_trip.values():
        rows.sort(key=lambda row: int(row[4]))
        for row in rows[:-1]:
            h, m, s = map(int, row[2].split(":"))
            second = (h * 3600 + m * 60 + s) % 86400
            for period, (start, end) in PERIODS.items():
                if row[5] != "1" and start <= second < end:
                    counted[f"city:{row[3]}", period] += 1
    return counted


@settings(max_examples=30, deadline=None)
@given(files=small_feeds())
def test_departures_equal_the_plain_count(tmp_path_factory, files: dict[str, Rows]) -> None:
    transit = read(tmp_path_factory.mktemp("feed"), **files)
    assert {k: n for k, n in departures(transit).items() if n} == dict(plain_count(files))


@settings(max_examples=20, deadline=None)
@given(files=small_feeds(), days=st.integers(1, 2))
def test_a_day_later_is_the_same_timetable(tmp_path_factory, files: dict[str, Rows], days: int) -> None:
    later = {
        **files,
        "stop_times": [files["stop_times"][0]]
        + [
            [r[0], *(f"{int(t[:2]) + 24 * days}{t[2:]}" for t in r[1:3]), *r[3:]]
            for r in files["stop_times"][1:]
        ],
    }
    folder = tmp_path_factory.mktemp("feed")
    assert departures(read(folder, **files)) == departures(read(folder, **later))


@settings(max_examples=20, deadline=None)
@given(
    start=st.integers(0, 26 * 3600),
    span=st.integers(60, 12 * 3600),
    headway=st.integers(60, 5000),
    own=times_of_day,
)
def test_frequencies_equal_the_trips_written_out(tmp_path_factory, start, span, headway, own) -> None:
    legs = [("A", 0, 30), ("B", 400, 430), ("C", 900, 900)]
    header = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]

    def calls(trip: str, first: int) -> Rows:
        return [[trip, clock(first + a), clock(first + d), s, str(k)] for k, (s, a, d) in enumerate(legs)]

    folder = tmp_path_factory.mktemp("feed")
    head = feed_files()["trips"][0]
    short = read(
        folder,
        trips=[head, ["1", "week", "t"]],
        stop_times=[header, *calls("t", own)],
        frequencies=[
            ["trip_id", "start_time", "end_time", "headway_secs"],
            ["t", clock(start), clock(start + span), str(headway)],
        ],
    )
    # start_time is when the first stop is left, which is 30 s after the trip arrives there
    firsts = range(start - 30 + 86400, start + span - 30 + 86400, headway)
    written = read(
        folder,
        trips=[head] + [["1", "week", f"t{i}"] for i, _ in enumerate(firsts)],
        stop_times=[header] + [row for i, first in enumerate(firsts) for row in calls(f"t{i}", first)],
    )
    assert departures(short) == departures(written)
    assert short.days[0].trips == written.days[0].trips


def test_times_left_out_are_interpolated(tmp_path: Path) -> None:
    header = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]
    head = feed_files()["trips"][0]
    transit = read(
        tmp_path,
        trips=[head, ["1", "week", "t"]],
        stop_times=[
            header,
            ["t", "", "", "B", "0"],  # before the first known time: nobody knows when
            ["t", "06:50:00", "06:50:00", "A", "1"],
            ["t", "", "", "B", "2"],  # 06:58
            ["t", "", "", "A", "3"],  # 07:06
            ["t", "", "07:14:00", "B", "4"],
            ["t", "07:20:00", "", "C", "5"],
        ],
    )
    counted = departures(transit)
    assert counted["city:A", "am_peak"] == 1
    assert counted["city:B", "am_peak"] == 1
    assert transit.rejections.frame()["row"].tolist() == ["2"]


# ------------------------------------------------------------------------------------------ the working day


def working_date(folder: Path, **changes: Rows | None) -> date | None:
    return read(folder, **changes).days[0].date


def test_the_day_is_the_first_typical_weekday(tmp_path: Path) -> None:
    assert working_date(tmp_path) == date(2025, 1, 1)  # a Wednesday
    gone = [["service_id", "date", "exception_type"], ["week", "20250101", "2"], ["week", "20250104", "1"]]
    assert working_date(tmp_path, calendar_dates=gone) == date(2025, 1, 2), "neither a holiday nor a Saturday"


def test_without_calendar_the_dates_alone_tell(tmp_path: Path) -> None:
    dates = [["service_id", "date", "exception_type"]]
    dates += [["week", f"{date(2025, 3, 3) + timedelta(days=d):%Y%m%d}", "1"] for d in range(7)]
    assert working_date(tmp_path, calendar=None, calendar_dates=dates) == date(2025, 3, 3)


def test_neither_busy_nor_quiet_days_are_typical(tmp_path: Path) -> None:
    files = feed_files()
    files["trips"] += [["1", "fair", f"f{i}"] for i in range(9)]
    files["stop_times"] += [
        [f"f{i}", clock(8 * 3600 + 60 * i + k), clock(8 * 3600 + 60 * i + k), stop, str(k)]
        for i in range(9)
        for k, stop in enumerate("AC")
    ]
    files["calendar_dates"] = [
        ["service_id", "date", "exception_type"],
        ["fair", "20250101", "1"],
        ["week", "20250102", "2"],
    ]
    transit = read(tmp_path, **files)
    assert transit.days[0].date == date(2025, 1, 3)
    assert transit.days[0].services == {"week"}
    assert "2025-01-03" in transit.days[0].why.zh


def test_days_of_the_year_of_the_check_up_are_preferred(tmp_path: Path) -> None:
    files = feed_files()
    files["calendar"][1][-2:] = ["20230101", "20271231"]
    file = write(tmp_path, files)
    assert read_gtfs([file], crs=CRS, year=2025).days[0].date == date(2025, 1, 1)
    assert read_gtfs([file], crs=CRS, year=2035).days[0].date == date(2023, 1, 2)


def test_a_feed_of_weekends_has_no_departures_on_a_working_day(tmp_path: Path) -> None:
    files = feed_files()
    files["calendar"][1][1:8] = list("0000011")
    transit = read(tmp_path, **files)
    assert transit.days[0].date is None
    assert sum(departures(transit).values()) == 0
    assert len(transit.stops) == 3
    assert "Monday to Friday" in transit.rejections.frame()["why_en"].iloc[0]


# ------------------------------------------------------------------------------------------------ bad feeds


def test_a_departure_before_its_arrival_is_told_in_words(tmp_path: Path) -> None:
    files = feed_files()
    files["stop_times"][2][1:3] = ["25:12:00", "25:10:00"]
    report = read(tmp_path, **files).rejections.frame()
    assert report["file"].tolist() == ["city.zip/stop_times.txt"]
    assert report["row"].tolist() == ["3"]
    assert report["why_en"].tolist() == ["departure 25:10:00 precedes arrival 25:12:00 (trip t0)"]
    assert report["why_zh"].tolist() == ["发车 25:10:00 早于到达 25:12:00（班次 t0）"]


def test_times_that_run_backwards_drop_the_row(tmp_path: Path) -> None:
    files = feed_files()
    files["stop_times"][3][1:3] = ["05:00:00", "05:00:00"]  # C before A
    transit = read(tmp_path, **files)
    assert transit.rejections.frame()[["row", "action"]].to_numpy().tolist() == [["4", "row dropped"]]
    assert transit.rejections.read > 150


def test_unknown_ids_drop_their_rows_and_nothing_else(tmp_path: Path) -> None:
    files = feed_files()
    files["stop_times"][1][3] = "X"
    files["stop_times"][4][0] = "nobody"
    files["stop_times"].append(["t5", "soon", "soon", "A", "9"])
    files["trips"].append(["99", "week", "lost"])
    files["stops"].append(["D", "无车", "29.53", "106.5"])
    files["stops"].append(["A", "again", "29.53", "106.5"])
    transit = read(tmp_path, **files)
    told = transit.rejections.frame()
    why = dict(zip(told["value"], told["why_en"], strict=True))
    assert why["X"] == "no such stop in stops.txt"
    assert why["nobody"] == "no such trip in trips.txt"
    assert why["99"] == "no such route_id in the file that lists them"
    assert why["D"] == "no trip of any day calls there"
    assert why["A"] == "the id stands there already"
    assert departures(transit)["city:A", "am_peak"] == 6, "both lost calls were before seven"


@pytest.mark.parametrize("name", ["stops", "routes", "trips", "stop_times"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"does not hold {name}\.txt") as error:
        read(tmp_path, **{name: None})
    assert "city.zip" in str(error.value)
    assert f"{name}.txt" in error.value.say("zh")


def test_no_calendar_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither calendar\.txt nor calendar_dates\.txt"):
        read(tmp_path, calendar=None)


def test_a_calendar_of_other_services(tmp_path: Path) -> None:
    files = feed_files()
    files["calendar"][1][0] = "other"
    with pytest.raises(InputError, match="no trip runs on any day"):
        read(tmp_path, **files)


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    files = feed_files()
    files["stop_times"] = [row[:4] for row in files["stop_times"]]
    with pytest.raises(InputError, match="lacks the column stop_sequence") as error:
        read(tmp_path, **files)
    assert "arrival_time" in str(error.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"stop_id,stop_name\n"])
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "city.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"city\.zip"):
        read_gtfs([tmp_path / "city.zip"], crs=CRS)


def test_a_zip_with_a_damaged_member(tmp_path: Path) -> None:
    file = write(tmp_path, feed_files())
    data = bytearray(file.read_bytes())
    at = data.find(b"t10,")
    data[at : at + 3] = b"xyz"  # the checksum no longer holds
    file.write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"stop_times\.txt"):
        read_gtfs([file], crs=CRS)


def test_no_call_that_can_be_used(tmp_path: Path) -> None:
    header = feed_files()["stop_times"][0]
    with pytest.raises(InputError, match="no call that can be used"):
        read(tmp_path, stop_times=[header, ["t0", "06:00:00", "06:00:00", "nowhere", "1"]])
    with pytest.raises(InputError, match="no row that can be used"):
        read(tmp_path, trips=[["route_id", "service_id", "trip_id"]])


def test_a_flood_of_bad_rows_is_counted_not_listed(tmp_path: Path) -> None:
    files = feed_files()
    files["stop_times"] += [["t1", "09:00:00", "09:00:00", f"x{i}", "7"] for i in range(2000)]
    told = read(tmp_path, **files).rejections
    assert len(told) == 501
    assert "1,500 more rows" in told.frame()["why_en"].iloc[-1]


# ------------------------------------------------------------------------------------------------ real feeds


@pytest.mark.real
def test_las_palmas(data_dir: Path) -> None:
    file = data_dir / "city-las-palmas" / "las_palmas_gtfs.zip"
    began = time.process_time()
    transit = read_gtfs([file], crs="EPSG:32628")
    assert time.process_time() - began < 2.0
    assert (len(transit.stops), len(transit.routes)) == (792, 44)
    assert transit.days[0].services == {"LA", "TD", "DJ"}
    # The same by pandas alone, for every stop of the morning.
    with zipfile.ZipFile(file) as archive:
        calls = pd.read_csv(archive.open("stop_times.txt"), dtype=str)
        trips = pd.read_csv(archive.open("trips.txt"), dtype=str)
    calls = calls.merge(trips[["trip_id", "service_id"]], on="trip_id")
    calls["sequence"] = calls["stop_sequence"].astype(int)
    last = calls.groupby("trip_id")["sequence"].transform("max")
    hour = calls["departure_time"].str[:2].astype(int)
    counted = calls[
        calls["service_id"].isin(transit.days[0].services) & (calls["sequence"] < last) & hour.isin([7, 8])
    ].groupby("stop_id").size()  # fmt: skip
    ours = transit.headways[transit.headways["period"] == "am_peak"].set_index("stop_id")["departures"]
    ours = ours[ours > 0].rename(lambda name: name.split(":")[1])
    pd.testing.assert_series_equal(ours.sort_index(), counted.sort_index(), check_names=False)


@pytest.mark.real
def test_porto_alegre_has_two_feeds_and_times_left_out(data_dir: Path) -> None:
    folder = data_dir / "city-porto-alegre"
    transit = read_gtfs([folder / "poa_eptc.zip", folder / "poa_trensurb.zip"], crs="EPSG:32722")
    assert transit.stops["mode"].value_counts().to_dict() == {"bus": 3986, "rail": 24}
    assert [day.feed for day in transit.days] == ["poa_eptc", "poa_trensurb"]
    # where a bus runs 12 km to its second stop without a time, interpolation by the number of stops is too fast
    told = transit.rejections.frame()
    assert len(told) == 6
    assert (told["action"] == "kept, look at it").all()
    assert "12,288 m, 70 s" in set(told["value"])


@pytest.mark.real
def test_cairns(data_dir: Path) -> None:
    transit = read_gtfs([data_dir / "gtfs-small" / "cairns_gtfs.zip"], crs="EPSG:32755")
    assert transit.days[0].date == date(2014, 5, 26)
    assert transit.days[0].trips == 622
    assert len(transit.stops) == 416
