"""A build: whole tables or the old ones, nothing done twice, and a clear word where something is missing."""

from __future__ import annotations

import errno
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yiju.city import build as building
from yiju.city.build import STAGES, Work, build_city, read_manifest
from yiju.city.cache import alone
from yiju.city.folder import CityFolder
from yiju.city.tables import TABLES
from yiju.errors import ConfigError, InputError, MissingCity, SnapshotError
from yiju.progress import SILENT

CRS = "EPSG:32650"
X, Y = 500_000.0, 2_600_000.0
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def draw(pencil) -> None:
    """Five by five blocks of 100 m with a house on each, a park with a gate, a school, a shop."""
    knots = {(i, j): pencil.node(100 * i, 100 * j) for i in range(6) for j in range(6)}
    for i in range(6):
        pencil.way(*(knots[i, j] for j in range(6)), highway="residential", name=f"经{i + 1}路")
        pencil.way(*(knots[j, i] for j in range(6)), highway="residential", name=f"纬{i + 1}路")
    for i in range(5):
        for j in range(5):
            if (i, j) != (2, 2):
                pencil.box(100 * i + 20, 100 * j + 20, 40, 40, building="apartments", building__levels="8")
    park = [
        pencil.node(100 * x + dx, 100 * y + dy)
        for x, y, dx, dy in [(2, 2, 5, 5), (3, 2, -5, 5), (3, 3, -5, -5), (2, 3, 5, -5)]
    ]
    gate = pencil.node(205, 250, barrier="gate")
    pencil.way(*park, gate, park[0], leisure="park", name="磁溪公园")
    pencil.node(370, 120, shop="convenience", name="小店")
    pencil.node(130, 330, amenity="kindergarten", name="磁溪幼儿园")


@pytest.fixture
def town(pencil, tmp_path) -> CityFolder:
    """A folder with an OpenStreetMap file, a boundary and a total of people; not built yet."""
    folder = tmp_path / "town"
    (folder / "input").mkdir(parents=True)
    draw(pencil)
    pencil.write(folder / "input" / "town.osm.pbf")
    boundary = gpd.GeoDataFrame(
        {"name": ["磁溪市"]}, geometry=[shapely.box(X - 20, Y - 20, X + 520, Y + 520)], crs=CRS
    )
    boundary.to_file(folder / "input" / "boundary.gpkg")
    write_toml(folder)
    return CityFolder.open(folder)


OSM = '[[source]]\nkind = "osm"\nfile = "input/town.osm.pbf"\n'
BOUNDARY = '[[source]]\nkind = "boundary"\nfile = "input/boundary.gpkg"\nlevel = "city"\n'
TOTAL = "[population]\ntotal = 24000\n"


def write_toml(folder, *parts: str, year: int = 2025) -> None:
    head = f'[city]\nname = "磁溪市"\nyear = {year}\ncrs = "{CRS}"\n'
    (folder / "city.toml").write_text("\n".join([head, *(parts or (OSM, BOUNDARY, TOTAL))]), encoding="utf-8")


@pytest.fixture(autouse=True)
def _code_that_stays(monkeypatch) -> None:
    """While a test runs, no edit of the source may count as a change."""
    monkeypatch.setattr(building, "code_version", lambda: "as it is")


def fingerprint(folder: CityFolder) -> dict[str, str]:
    files = sorted(folder.tables_dir.glob("*.parquet"))
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_every_table_is_made_once_and_keeps_its_contract(town) -> None:
    built = build_city(town, now=NOON)
    assert set(built.ran) == {s.name for s in STAGES}
    for name, contract in TABLES.items():
        assert (town.tables_dir / f"{name}.parquet").is_file(), name
        contract.validate(town.table(name))
    assert not list(town.tables_dir.rglob("*.part"))


def test_what_the_town_holds(town) -> None:
    build_city(town, now=NOON)
    residents, places, parcels = (town.table(t) for t in ("residents", "places", "parcels"))
    assert residents["people"].sum() == pytest.approx(24_000)
    assert residents["people"].tolist() == pytest.approx([1000.0] * 24, rel=1e-3)
    assert residents["community"].notna().all()
    held = residents.groupby("community")["people"].sum()
    assert ((held >= 5000) & (held <= 12_000)).all()
    communities = places[places["level"] == "community"]
    assert set(communities["parent_id"]) == {places.loc[places["level"] == "city", "place_id"].item()}
    assert communities.geometry.area.sum() == pytest.approx(540 * 540)
    assert parcels["area_m2"].sum() == pytest.approx(540 * 540)
    assert communities["name"].str.contains("[经纬]").all()
    entrances = town.table("entrances").merge(town.table("facilities")[["facility_id", "service"]])
    assert entrances.loc[entrances["service"] == "park", "origin"].tolist() == ["gate"]
    land = town.table("land")
    homes = land[land["use"] == "residential"]
    assert set(homes["origin"]) == {"parcels"}
    # 24 blocks, and the strip of 20 m around the town where nobody lives is not among them
    assert homes["area_m2"].sum() == pytest.approx(24 * 100 * 100, rel=0.01)


def test_a_second_build_runs_nothing_and_touches_nothing(town) -> None:
    build_city(town, now=NOON)
    before = {f: f.stat().st_mtime_ns for f in town.tables_dir.rglob("*") if f.is_file()}
    built = build_city(town)
    assert built.ran == ()
    assert {f: f.stat().st_mtime_ns for f in town.tables_dir.rglob("*") if f.is_file()} == before
    assert built.decisions[0]["topic"] == "streets"


def test_a_second_build_imports_nothing_heavy(town) -> None:
    build_city(town, now=NOON)
    code = (
        "import sys; from yiju.city import build\n"
        "build.code_version = lambda: 'as it is'\n"
        f"assert build.build_city({str(town.path)!r}).ran == ()\n"
        "print([m for m in ('pandas', 'geopandas', 'shapely', 'rasterio', 'osmium', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FIGURES = '[[source]]\nkind = "figures"\nfile = "input/figures.csv"\n'


def figures(town, value: float) -> None:
    file = town.input_dir / "figures.csv"
    file.write_text(
        f"indicator,place_id,period,value,source\nS07,磁溪市,2024,{value},统计年鉴\n", encoding="utf-8"
    )


def test_only_what_changed_runs_again(town) -> None:
    figures(town, 0.1)
    write_toml(town.path, OSM, BOUNDARY, FIGURES, TOTAL)
    build_city(town.path, now=NOON)
    figures(town, 0.25)
    assert build_city(town.path, now=NOON).ran == ("figures",)
    assert CityFolder.open(town.path).table("figures")["value"].tolist() == [0.25]
    write_toml(
        town.path, OSM, BOUNDARY, FIGURES, TOTAL, '[layers]\nvouched = ["park"]\n[thresholds]\nL09 = 80\n'
    )
    assert build_city(town.path, now=NOON).ran == ()
    write_toml(town.path, OSM, BOUNDARY, FIGURES, "[population]\ntotal = 30000\n")
    ran = set(build_city(town.path, now=NOON).ran)
    assert {"population", "places", "residents", "land"} <= ran
    assert not {"osm", "streets", "boundaries", "transit", "rain"} & ran


def test_a_stage_runs_again_whose_table_somebody_changed_or_removed(town) -> None:
    build_city(town, now=NOON)
    before = fingerprint(town)
    (town.tables_dir / "entrances.parquet").unlink()
    (town.tables_dir / "rain.parquet").write_bytes(b"changed by hand")
    assert set(build_city(town, now=NOON).ran) == {"entrances", "rain"}
    assert fingerprint(town) == before


def test_a_change_of_the_code_runs_everything(town, monkeypatch) -> None:
    build_city(town, now=NOON)
    monkeypatch.setattr(building, "code_version", lambda: "another")
    assert len(build_city(town, now=NOON).ran) == len(STAGES)


def test_the_same_inputs_give_the_same_bytes(town, tmp_path) -> None:
    shutil.copytree(town.path, tmp_path / "copy")
    build_city(town, now=NOON)
    copy = CityFolder.open(tmp_path / "copy")
    build_city(copy, now=NOON)
    assert fingerprint(copy) == fingerprint(town)
    mine, theirs = read_manifest(town), read_manifest(copy)
    for manifest in (mine, theirs):
        for stage in manifest["stages"]:
            stage["seconds"] = 0
    assert mine == theirs


def test_building_anew_changes_no_table(town) -> None:
    build_city(town, now=NOON)
    before = fingerprint(town)
    assert len(build_city(town, now=NOON, anew=True).ran) == len(STAGES)
    assert fingerprint(town) == before


def changed(town) -> None:
    """The next build has something to do in every stage."""
    write_toml(town.path, OSM, BOUNDARY, TOTAL, year=2026)
    for file in town.input_dir.iterdir():
        if file.suffix == ".pbf":
            file.touch()


@pytest.mark.parametrize("stage", [s.name for s in STAGES])
def test_ctrl_c_at_any_stage_leaves_the_old_tables_whole(town, monkeypatch, stage: str) -> None:
    build_city(town, now=NOON)
    before = fingerprint(town)
    monkeypatch.setattr(building, "code_version", lambda: "another")
    whole_run = Work._run

    def stopped(self, here, key):
        if here.name == stage:
            raise KeyboardInterrupt
        return whole_run(self, here, key)

    monkeypatch.setattr(Work, "_run", stopped)
    with pytest.raises(KeyboardInterrupt):
        build_city(town, now=NOON)
    assert fingerprint(town) == before
    monkeypatch.setattr(Work, "_run", whole_run)
    # The next build goes on where this one was stopped.
    names = [s.name for s in STAGES]
    assert set(build_city(town, now=NOON).ran) == set(names[names.index(stage) :])
    assert fingerprint(town) == before


@pytest.mark.parametrize("nth", [1, 5, 12, 20])
def test_a_full_disk_leaves_the_old_tables_whole(town, monkeypatch, nth: int) -> None:
    build_city(town, now=NOON)
    before = fingerprint(town)
    written = []

    def filling_up(write):
        def filling(self, path, **options):
            written.append(path)
            if len(written) >= nth:
                path.write_bytes(b"half")
                raise OSError(errno.ENOSPC, "No space left on device")
            write(self, path, **options)

        return filling

    for frame in (pd.DataFrame, gpd.GeoDataFrame):
        monkeypatch.setattr(frame, "to_parquet", filling_up(frame.to_parquet))
    with pytest.raises(SnapshotError, match="No space left"):
        build_city(town, now=NOON, anew=True)
    monkeypatch.undo()
    assert fingerprint(town) == before
    assert not list(town.tables_dir.rglob("*.part"))
    monkeypatch.setattr(building, "code_version", lambda: "as it is")
    build_city(town, now=NOON)
    assert fingerprint(town) == before


def test_a_second_build_at_the_same_time_waits_for_the_first(town) -> None:
    class Listener:
        said: list[str] = []  # noqa: RUF012

        def step(self, what) -> None:
            self.said.append(what.en)

        def advance(self, done: int, total: int) -> None: ...

    second = threading.Thread(target=build_city, args=(town,), kwargs={"now": NOON, "progress": Listener()})
    with alone(town.tables_dir, SILENT):
        second.start()
        while not Listener.said:
            time.sleep(0.01)
        assert Listener.said == ["Another build of this folder is running; waiting for it"]
        assert not list(town.tables_dir.glob("*.parquet"))
    second.join()
    assert len(list(town.tables_dir.glob("*.parquet"))) > len(TABLES)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_told(town) -> None:
    town.path.chmod(0o500)
    try:
        with pytest.raises(SnapshotError, match="may be written to"):
            build_city(town, now=NOON)
    finally:
        town.path.chmod(0o700)


def test_tables_that_cannot_change_places_are_told(town, monkeypatch) -> None:
    def read_only(self, target):
        if self.suffix == ".parquet" and target.parent == town.tables_dir:
            raise OSError(errno.EROFS, "Read-only file system")
        return replace(self, target)

    replace = Path.replace
    monkeypatch.setattr(Path, "replace", read_only)
    with pytest.raises(SnapshotError, match="Read-only file system"):
        build_city(town, now=NOON)
    assert not list(town.tables_dir.glob("*.part"))


def test_the_manifest_says_what_went_in_and_what_was_decided(town) -> None:
    build_city(town, now=NOON)
    manifest = read_manifest(town)
    assert manifest["built_at"] == "2025-06-01T12:00:00+00:00"
    osm = next(i for i in manifest["inputs"] if i["kind"] == "osm")
    assert osm["sha256"] == hashlib.sha256((town.input_dir / "town.osm.pbf").read_bytes()).hexdigest()
    choices = {d["topic"]: d.get("choice") for d in manifest["decisions"]}
    assert choices == {
        "streets": "osm",
        "driving": "present",
        "extent": "given",
        "population": "total",
        "stops": "osm",
        "built-up area": "buildings",
        "communities": "approximate",
        "residential land": "homes",
        "entrances": "found",
    }
    assert all(d["zh"] and d["en"] and "{" not in d["en"] for d in manifest["decisions"])
    assert [s["name"] for s in manifest["stages"]] == [s.name for s in STAGES]


def test_refused_rows_are_kept_as_parquet_and_for_a_spreadsheet(town) -> None:
    file = town.input_dir / "figures.csv"
    file.write_text("indicator,place_id,period,value\nS07,无此地,2024,1\n", encoding="gbk")
    write_toml(town.path, OSM, BOUNDARY, FIGURES, TOTAL)
    built = build_city(town.path, now=NOON)
    assert built.rejected >= 1
    rejected = pd.read_parquet(town.tables_dir / "rejected.parquet")
    row = rejected[rejected["stage"] == "figures"].iloc[0]
    assert (row["file"], row["value"]) == ("figures.csv", "无此地")
    assert (town.tables_dir / "rejected.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(pd.read_csv(town.tables_dir / "rejected.csv")) == built.rejected == len(rejected)


def test_ids_of_communities_survive_a_new_map(town, pencil) -> None:
    build_city(town, now=NOON)
    before = town.table("places")
    pencil.box(465, 465, 30, 30, building="apartments", building__levels="2")
    pencil.write(town.input_dir / "town.osm.pbf")
    assert "osm" in build_city(town, now=NOON).ran
    after = town.table("places")
    assert after["place_id"].tolist() == before["place_id"].tolist()
    assert after["name"].tolist() == before["name"].tolist()


PEOPLE = '[[source]]\nkind = "population"\nfile = "input/people.gpkg"\n'


def people(town, *rows: tuple[float, float, float]) -> None:
    points = [shapely.Point(X + x, Y + y) for x, y, _ in rows]
    gpd.GeoDataFrame({"people": [n for *_, n in rows]}, geometry=points, crs=CRS).to_file(
        town.input_dir / "people.gpkg"
    )


def test_a_city_without_streets_is_built_and_says_what_it_cannot(town) -> None:
    people(town, *((x, y, 2000) for x in (50, 250, 450) for y in (50, 250, 450)))
    write_toml(town.path, BOUNDARY, PEOPLE)
    built = build_city(town.path, now=NOON)
    choices = {d["topic"]: d["choice"] for d in built.decisions if "choice" in d}
    assert choices["streets"] == "none"
    assert choices["residential land"] == "people"
    city = CityFolder.open(town.path)
    assert city.table("residents")["people"].sum() == 18_000
    assert (
        city.table("places")["level"] == "community"
    ).sum() == 3  # the one parcel, split between its people
    assert not city.has("street_edges")


def test_a_city_without_boundary_is_where_its_streets_are(town) -> None:
    write_toml(town.path, OSM, TOTAL)
    built = build_city(town.path, now=NOON)
    assert {d["topic"]: d.get("choice") for d in built.decisions}["extent"] == "streets"
    places = CityFolder.open(town.path).table("places")
    city = places[places["level"] == "city"].iloc[0]
    assert city["origin"] == "approximate"
    assert city["area_m2"] == pytest.approx(550 * 550, rel=0.1)


def test_a_city_of_people_only_is_where_they_are(town) -> None:
    people(town, *((x, y, 100) for x in range(0, 500, 100) for y in range(0, 500, 100)))
    write_toml(town.path, PEOPLE)
    built = build_city(town.path, now=NOON)
    assert {d["topic"]: d.get("choice") for d in built.decisions}["extent"] == "people"
    assert CityFolder.open(town.path).table("residents")["people"].sum() == 2500


def test_where_nothing_says_where_the_city_is_the_build_says_what_to_add(town) -> None:
    figures(town, 1.0)
    write_toml(town.path, FIGURES)
    with pytest.raises(InputError, match="Add a boundary, osm, streets or population"):
        build_city(town.path, now=NOON)


def test_without_people_there_are_streets_and_parcels_but_no_communities(town) -> None:
    write_toml(town.path, OSM, BOUNDARY)
    built = build_city(town.path, now=NOON)
    choices = {d["topic"]: d.get("choice") for d in built.decisions}
    assert (choices["population"], choices["communities"]) == ("none", "none")
    city = CityFolder.open(town.path)
    assert city.table("parcels")["people"].isna().all()
    assert city.table("land")["community"].isna().all()


def test_given_communities_stay_as_they_are_even_one_without_people(town) -> None:
    shapes = shapely.box([X - 20, X + 250], Y - 20, [X + 250, X + 520], Y + 520)
    gpd.GeoDataFrame({"id": ["w", "e"], "name": ["西", "东"]}, geometry=shapes, crs=CRS).to_file(
        town.input_dir / "c.gpkg"
    )
    people(town, (50, 50, 300), (60, 60, 200))
    given = '[[source]]\nkind = "boundary"\nfile = "input/c.gpkg"\nlevel = "community"\n'
    write_toml(town.path, OSM, BOUNDARY, given, PEOPLE)
    built = build_city(town.path, now=NOON)
    assert {d["topic"]: d.get("choice") for d in built.decisions}["communities"] == "given"
    city = CityFolder.open(town.path)
    places = city.table("places")
    assert places.loc[places["level"] == "community", "place_id"].tolist() == ["w", "e"]
    assert set(city.table("residents")["community"]) == {"w"}
    assert set(city.table("facilities")["community"]) == {"w", "e"}


def test_an_island_that_nobody_can_walk_to_is_built_all_the_same(town, pencil) -> None:
    pencil.street((3000, 3000), (3100, 3000), (3100, 3100), (3000, 3000))
    pencil.box(3020, 3010, 40, 40, building="apartments", building__levels="2")
    pencil.write(town.input_dir / "town.osm.pbf")
    shapes = [
        shapely.box(X - 20, Y - 20, X + 520, Y + 520),
        shapely.box(X + 2950, Y + 2950, X + 3150, Y + 3150),
    ]
    both = gpd.GeoDataFrame({"name": ["磁溪市"]}, geometry=[shapely.union_all(shapes)], crs=CRS)
    both.to_file(town.input_dir / "boundary.gpkg")
    build_city(town, now=NOON)
    held = town.table("residents").groupby("community")["people"].sum()
    assert held.min() < 5000  # the island, by itself
    assert town.table("residents")["community"].notna().all()


def test_a_missing_file_is_named_before_anything_runs(town) -> None:
    (town.input_dir / "boundary.gpkg").unlink()
    with pytest.raises(InputError, match=r"boundary\.gpkg"):
        build_city(town, now=NOON)
    assert not town.tables_dir.exists() or not list(town.tables_dir.glob("*.parquet"))


def test_a_truncated_map_is_refused_and_the_old_tables_stay(town) -> None:
    build_city(town, now=NOON)
    before = fingerprint(town)
    file = town.input_dir / "town.osm.pbf"
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(InputError):
        build_city(town, now=NOON)
    assert fingerprint(town) == before


def test_a_folder_that_is_no_city_and_a_config_that_is_wrong(tmp_path) -> None:
    with pytest.raises(MissingCity):
        build_city(tmp_path)
    (tmp_path / "city.toml").write_text("[city]\nname = 'x'\n")
    with pytest.raises(ConfigError):
        build_city(tmp_path)


TIMETABLE = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\na,公交,http://example.org,Asia/Shanghai\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nr,a,1路,3\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "s,1,1,1,1,1,0,0,20250101,20251231\n",
    "trips.txt": "route_id,service_id,trip_id\nr,s,t\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,07:10:00,07:10:00,a,1\nt,07:20:00,07:20:00,b,2\n",
}


def timetable(town, *stops: tuple[str, float, float]) -> None:
    folder = town.input_dir / "gtfs"
    folder.mkdir(exist_ok=True)
    for name, text in TIMETABLE.items():
        (folder / name).write_text(text, encoding="utf-8")
    points = gpd.GeoSeries([shapely.Point(X + x, Y + y) for _, x, y in stops], crs=CRS).to_crs(4326)
    rows = [f"{name},{name},{p.y},{p.x}" for (name, *_), p in zip(stops, points, strict=True)]
    (folder / "stops.txt").write_text(
        "stop_id,stop_name,stop_lat,stop_lon\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )


GTFS = '[[source]]\nkind = "gtfs"\nfile = "input/gtfs"\n'


def test_stops_of_the_timetable_and_those_that_only_the_map_has(town, pencil) -> None:
    pencil.node(10, 10, highway="bus_stop", name="甲")  # the same as stop a
    pencil.node(480, 20, highway="bus_stop", name="丙")
    pencil.write(town.input_dir / "town.osm.pbf")
    timetable(town, ("a", 0, 0), ("b", 500, 500))
    write_toml(town.path, OSM, BOUNDARY, GTFS, TOTAL)
    built = build_city(town.path, now=NOON)
    stops = CityFolder.open(town.path).table("stops")
    assert stops["source"].value_counts().to_dict() == {"gtfs": 2, "osm": 1}
    day = next(d for d in built.decisions if d["topic"] == "gtfs day")
    assert day["date"].startswith("2025-")


def test_a_timetable_of_another_city_is_refused(town) -> None:
    timetable(town, ("a", 90_000, 0), ("b", 90_000, 900))
    write_toml(town.path, OSM, BOUNDARY, GTFS, TOTAL)
    with pytest.raises(InputError, match="no stop of the timetables is near the city"):
        build_city(town.path, now=NOON)


def test_the_citys_own_table_overrides_and_two_tables_keep_their_ids_apart(town) -> None:
    spot = gpd.GeoSeries([shapely.Point(X + 130, Y + 330)], crs=CRS).to_crs(4326).iloc[0]
    rows = f"名称,服务,经度,纬度,学位\n磁溪幼儿园,幼儿园,{spot.x},{spot.y},180\n"
    for name in ("a.csv", "b.csv"):
        (town.input_dir / name).write_text(
            rows.replace("磁溪", "磁溪" if name == "a.csv" else "东湖"), encoding="gbk"
        )
    tables = "".join(
        f'[[source]]\nkind = "facilities"\nfile = "input/{n}.csv"\ndatum = "wgs84"\n' for n in "ab"
    )
    write_toml(town.path, OSM, BOUNDARY, tables, TOTAL)
    build_city(town.path, now=NOON)
    facilities = CityFolder.open(town.path).table("facilities")
    schools = facilities[facilities["service"] == "kindergarten"]
    assert sorted(schools["capacity"]) == [180.0, 180.0]
    assert sorted(schools["source"]) == ["osm+table", "table"]
    assert schools["facility_id"].is_unique


def test_the_graph_of_stages_is_one() -> None:
    made: dict[str, str] = {}
    for stage in STAGES:
        assert set(stage.needs) <= set(made.values()), stage.name
        for product in stage.makes:
            assert product not in made
            made[product] = stage.name
        module, _, function = stage.run.rpartition(".")
        assert callable(getattr(importlib.import_module(f"yiju.city.{module}"), function))
    assert set(TABLES) <= set(made)


def test_a_stage_asks_only_for_products_of_stages_that_it_needs(town, monkeypatch) -> None:
    needed: dict[str, set[str]] = {}
    for stage in STAGES:
        needed[stage.name] = {p for n in stage.needs for s in STAGES if s.name == n for p in s.makes}
    asked: list[tuple[str, str]] = []
    running: list[str] = []
    get, run = Work.get, Work._run
    monkeypatch.setattr(
        Work, "get", lambda self, product: asked.append((running[-1], product)) or get(self, product)
    )
    monkeypatch.setattr(
        Work, "_run", lambda self, stage, key: running.append(stage.name) or run(self, stage, key)
    )
    timetable(town, ("a", 0, 0), ("b", 500, 500))
    figures(town, 1.0)
    write_toml(town.path, OSM, BOUNDARY, GTFS, FIGURES, TOTAL)
    build_city(town.path, now=NOON)
    assert {(stage, product) for stage, product in asked if product not in needed[stage]} == set()


@pytest.mark.real
def test_las_palmas_is_built_whole(data_dir, tmp_path) -> None:
    from yiju.city.new import Input, NewCity, new_city

    data = data_dir / "city-las-palmas"
    wanted = NewCity(
        "Las Palmas",
        2023,
        [
            Input("osm", data / "las_palmas.osm.pbf"),
            Input("gtfs", data / "las_palmas_gtfs.zip"),
            Input("boundary", data / "las_palmas_boundary.geojson"),
        ],
        population_total=576_000,
        weights_only=True,
    )
    city = new_city(tmp_path / "las-palmas", wanted).folder
    built = build_city(city, now=NOON)
    held = city.table("residents").groupby("community")["people"].sum()
    assert held.sum() == pytest.approx(576_000)
    assert 55 <= len(held) <= 75
    assert held.between(5000, 12_000).mean() > 0.95
    parcels = city.table("parcels")
    assert parcels.loc[parcels["built_up"], "area_m2"].sum() / 1e6 == pytest.approx(19, abs=4)
    facilities = city.table("facilities")
    assert set(city.table("entrances")["facility_id"]) == set(facilities["facility_id"])
    assert {d["topic"]: d.get("choice") for d in built.decisions}["residential land"] == "homes"
    assert build_city(city).ran == ()
    before = fingerprint(city)
    build_city(city, now=NOON, anew=True)
    assert fingerprint(city) == before
    assert np.isfinite(city.table("street_edges")["length_m"]).all()
