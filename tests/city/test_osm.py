"""What is read from OpenStreetMap beside the streets; and files that cannot be read."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import time

import numpy as np
import osmium
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from yiju.city.readers import osm_scan
from yiju.city.readers.osm import read_osm
from yiju.city.tables import TABLES
from yiju.errors import InputError

LAYERS = ("street_nodes", "street_edges", "facilities", "land", "buildings", "water", "railways", "stops")


@pytest.fixture
def read(pencil, tmp_path, city_crs):
    def reading(**options):
        pencil.street((-500, -500), (-400, -500))
        return read_osm([pencil.write(tmp_path / "town.osm.pbf")], crs=city_crs, **options)

    return reading


def test_a_polygon_keeps_boundary_and_area_and_a_building_is_no_land(pencil, read) -> None:
    park = pencil.box(0, 0, 100, 50, leisure="park", name="磁溪公园", opening_hours="24/7")
    pencil.box(300, 0, 20, 10, amenity="library", building="yes")
    pencil.node(400, 0, amenity="pharmacy")
    facilities = read().facilities.set_index(["service", "source_id"])
    found = facilities.loc[("park", park)]
    assert found["land_area_m2"] == pytest.approx(5000, rel=1e-3)
    assert found["land_area_m2"] == found["geometry"].area
    assert (found["name"], found["opening"], found["source"]) == ("磁溪公园", "24/7", "osm")
    assert found["facility_id"] == f"osm:{park}"
    library = facilities.loc["library"].iloc[0]
    assert library["geometry"].geom_type == "Polygon"
    assert np.isnan(library["land_area_m2"])
    assert facilities.loc["pharmacy"].iloc[0]["geometry"].geom_type == "Point"


def test_an_object_with_two_services_has_two_rows_of_one_id(pencil, read) -> None:
    pencil.box(0, 0, 60, 90, leisure="pitch", sport="soccer")
    facilities = read().facilities
    assert sorted(facilities["service"]) == ["football", "sports_ground"]
    assert facilities["facility_id"].nunique() == 1


def test_a_multipolygon_has_its_hole(pencil, read) -> None:
    outer, inner = pencil.box(0, 0, 100, 100), pencil.box(40, 40, 20, 20)
    relation = pencil.relation((outer, "outer"), (inner, "inner"), type="multipolygon", leisure="park")
    park = read().facilities.set_index("service").loc["park"]
    assert park["source_id"] == relation
    assert park["land_area_m2"] == pytest.approx(10_000 - 400, rel=1e-3)


def test_a_thing_drawn_twice_counts_once_and_lends_its_name(pencil, read) -> None:
    school = pencil.box(0, 0, 100, 100, amenity="kindergarten")
    pencil.node(50, 50, amenity="kindergarten", name="磁溪幼儿园", capacity="270")
    other = pencil.node(20, 20, amenity="cafe", name="校园咖啡")
    pencil.box(300, 0, 100, 100, amenity="kindergarten", name="东幼儿园")
    twin = pencil.node(350, 50, amenity="kindergarten", name="西幼儿园")
    facilities = read().facilities
    gardens = facilities[facilities["service"] == "kindergarten"].set_index("source_id")
    assert set(gardens.index) == {school, "w2", f"n{twin}"}  # another name is another kindergarten
    assert gardens.loc[school, "name"] == "磁溪幼儿园"
    assert gardens.loc[school, "capacity"] == 270
    assert facilities[facilities["service"] == "cafe"]["source_id"].tolist() == [f"n{other}"]


def test_a_surface_in_a_surface_of_the_same_service_counts_once(pencil, read) -> None:
    big = pencil.box(0, 0, 100, 100, leisure="park", name="大公园")
    pencil.box(10, 10, 20, 20, leisure="park")
    pencil.box(500, 0, 10, 10, amenity="nursing_home")
    pencil.box(500, 0, 10, 10, amenity="nursing_home")
    facilities = read().facilities
    assert facilities[facilities["service"] == "park"]["source_id"].tolist() == [big]
    assert facilities[facilities["service"] == "elder_home"]["source_id"].tolist() == ["w3"]


def test_capacity_that_is_no_number_is_unknown_and_told(pencil, read) -> None:
    pencil.node(0, 0, amenity="kindergarten", capacity="many")
    layers = read()
    assert layers.facilities["capacity"].isna().all()
    assert layers.rejections.frame()["value"].tolist() == ["many"]


def test_gates_on_the_outline_belong_to_the_facility(pencil, read) -> None:
    corners = [pencil.node(x, y) for x, y in [(0, 0), (100, 0), (100, 100), (0, 100)]]
    gate = pencil.node(50, 0, barrier="gate")
    locked = pencil.node(50, 100, barrier="gate", access="private")
    door = pencil.node(30, 30, entrance="main")
    pencil.node(300, 0, barrier="gate")
    park = pencil.way(
        corners[0], gate, corners[1], corners[2], locked, corners[3], corners[0], leisure="park"
    )
    layers = read()
    gates = layers.gates
    assert len(gates) == 3  # the locked one is no entrance
    assert gates["facility_id"].dropna().tolist() == [f"osm:{park}"]
    mine = gates[gates["facility_id"].notna()].geometry.iloc[0]
    assert mine.distance(shapely.Point(500_050, 2_600_000)) < 0.05
    assert door not in {gate, locked}


def test_a_wall_between_two_parks_gives_both_the_gate(pencil, read) -> None:
    a, b, c, d, e, f = (
        pencil.node(x, y) for x, y in [(0, 0), (50, 0), (100, 0), (0, 50), (50, 50), (100, 50)]
    )
    gate = pencil.node(50, 25, barrier="gate")
    west = pencil.way(a, b, gate, e, d, a, leisure="park", name="西园")
    east = pencil.way(b, c, f, e, gate, b, leisure="park", name="东园")
    assert set(read().gates["facility_id"]) == {f"osm:{west}", f"osm:{east}"}


def test_lines_of_facilities(pencil, read) -> None:
    pencil.way(pencil.node(0, 0), pencil.node(100, 0), highway="pedestrian", name="步行街")
    pencil.way(pencil.node(0, 50), pencil.node(2, 50), amenity="recycling")
    facilities = read().facilities.set_index("service")
    strip = facilities.loc["car_free_place", "geometry"]
    assert strip.area == pytest.approx(100 * 4, rel=1e-3)
    middle = facilities.loc["recycling", "geometry"]
    assert middle.distance(shapely.Point(500_001, 2_600_050)) < 0.05


def test_a_closed_street_is_no_square_unless_it_says_so(pencil, read) -> None:
    pencil.box(0, 0, 80, 80, highway="pedestrian")
    square = pencil.box(200, 0, 80, 80, highway="pedestrian", area="yes")
    facilities = read().facilities.set_index("source_id")
    assert facilities.loc["w1", "geometry"].area == pytest.approx(4 * 80 * 4, rel=0.05)
    assert facilities.loc[square, "geometry"].area == pytest.approx(6400, rel=1e-3)


def test_buildings_have_use_storeys_and_floor_area(pencil, read) -> None:
    pencil.box(0, 0, 20, 10, building="apartments", building__levels="6", start_date="1998-05")
    pencil.box(100, 0, 20, 10, building="yes", height="12 m")
    pencil.box(200, 0, 20, 10, building="yes", amenity="university")
    pencil.box(300, 0, 20, 10, building="apartments")
    pencil.box(400, 0, 20, 10, building="house", building__levels="-1", start_date="C19")
    pencil.box(500, 0, 20, 10, building="house", height="20 ft")
    pencil.box(600, 0, 20, 10, building="roof")
    layers = read()
    buildings = layers.buildings
    assert buildings["use"].tolist() == ["residential", "unknown", "other", *["residential"] * 3]
    assert buildings["levels"].tolist() == [6, 4, 2, 6, 2, 2]
    assert buildings["levels_given"].tolist() == [True, True, False, False, False, True]
    assert np.allclose(buildings["footprint_m2"], 200, rtol=2e-3)
    assert np.allclose(buildings["floor_area_m2"], buildings["footprint_m2"] * buildings["levels"])
    assert buildings["year_built"].iloc[0] == 1998
    assert buildings["year_built"].iloc[1:].isna().all()
    assert layers.rejections.frame()["value"].tolist() == ["-1"]


def test_storeys_of_the_neighbours_are_better_than_a_general_assumption(pencil, read) -> None:
    for i in range(30):
        pencil.box(50 * i, 0, 20, 10, building="apartments", building__levels="11")
    pencil.box(-200, 0, 20, 10, building="apartments")
    last = read().buildings.iloc[-1]
    assert last["levels"] == 11
    assert not last["levels_given"]


def test_land_water_and_railways(pencil, read) -> None:
    pencil.box(0, 0, 100, 100, landuse="residential")
    pencil.box(200, 0, 100, 100, natural="water", name="磁溪湖")
    pencil.way(pencil.node(0, 300), pencil.node(500, 300), waterway="river", name="磁溪")
    pencil.way(pencil.node(0, 320), pencil.node(500, 320), waterway="stream")
    pencil.way(pencil.node(0, 340), pencil.node(500, 340), waterway="river", tunnel="culvert")
    pencil.way(pencil.node(0, 400), pencil.node(500, 400), railway="rail")
    pencil.way(pencil.node(500, 400), pencil.node(900, 400), railway="rail", bridge="viaduct")
    pencil.way(pencil.node(0, 450), pencil.node(500, 450), railway="subway", tunnel="yes")
    pencil.way(pencil.node(0, 480), pencil.node(500, 480), railway="tram")
    layers = read()
    assert layers.land[["use", "origin"]].to_numpy().tolist() == [["residential", "osm"]]
    assert layers.land["area_m2"].iloc[0] == pytest.approx(10_000, rel=1e-3)
    assert layers.water["name"].tolist() == ["磁溪湖", "磁溪"]
    assert layers.water.geom_type.tolist() == ["Polygon", "LineString"]
    assert layers.railways["on_ground"].tolist() == [True, False, False]


def test_a_stop_and_its_platform_are_one(pencil, read) -> None:
    stop = pencil.node(0, 0, highway="bus_stop", name="磁溪")
    pencil.node(5, 5, public_transport="platform", bus="yes")
    lone = pencil.node(300, 0, public_transport="platform", bus="yes")
    pencil.box(600, 0, 40, 10, public_transport="platform", bus="yes", name="东站")
    stops = read().stops
    assert stops["stop_id"].tolist() == [f"osm:n{stop}", f"osm:n{lone}", "osm:w1"]
    assert set(stops["mode"]) == {"bus"}
    assert set(stops.geom_type) == {"Point"}


def test_platforms_of_one_name_are_one_station(pencil, read) -> None:
    first = pencil.node(0, 0, railway="tram_stop", name="磁溪")
    pencil.node(40, 0, railway="tram_stop", name="磁溪")
    pencil.node(5000, 0, railway="station", name="磁溪")
    stops = read().stops
    assert stops["station_id"].tolist()[:2] == [f"osm:n{first}"] * 2
    assert stops["station_id"].iloc[2] == stops["stop_id"].iloc[2]


def test_what_cannot_become_an_area_is_told(pencil, read) -> None:
    half = pencil.way(*(pencil.node(x, 0) for x in (0, 50, 100)))
    pencil.relation((half, "outer"), type="multipolygon", leisure="park")
    bow = [pencil.node(x, y) for x, y in [(0, 200), (100, 300), (100, 200), (0, 300)]]
    pencil.way(*bow, bow[0], leisure="park")
    layers = read()
    told = layers.rejections.frame()
    assert told["row"].tolist() == ["r1", "w2"]
    assert set(told["action"]) == {"row dropped"}
    assert len(layers.facilities) == 0


def test_the_clip_keeps_what_touches_it(pencil, tmp_path, city_crs) -> None:
    inside = pencil.node(0, 0, amenity="pharmacy")
    pencil.node(5000, 0, amenity="pharmacy")
    edge = pencil.box(90, 0, 100, 100, leisure="park")
    pencil.box(5000, 0, 100, 100, landuse="residential")
    clip = shapely.Point(500_000, 2_600_000).buffer(100)
    layers = read_osm([pencil.write(tmp_path / "town.osm.pbf")], crs=city_crs, clip=clip)
    assert set(layers.facilities["source_id"]) == {f"n{inside}", edge}
    assert len(layers.land.query("use == 'residential'")) == 0


def test_two_extracts_that_overlap_are_one_map(pencil, tmp_path, city_crs) -> None:
    pencil.node(0, 0, amenity="pharmacy")
    pencil.street((0, 0), (100, 0))
    pencil.box(0, 50, 10, 10, building="house")
    files = [pencil.write(tmp_path / "west.osm.pbf"), pencil.write(tmp_path / "east.osm.pbf")]
    both, one = read_osm(files, crs=city_crs), read_osm(files[:1], crs=city_crs)
    for name in LAYERS:
        assert len(getattr(both, name)) == len(getattr(one, name))


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm", ".osm.gz"])
def test_every_format_gives_the_same(pencil, tmp_path, city_crs, suffix) -> None:
    pencil.street((0, 0), (100, 0), (100, 100), name="磁溪路")
    pencil.box(0, 50, 10, 10, leisure="park")
    layers = read_osm([pencil.write(tmp_path / f"town{suffix}")], crs=city_crs)
    assert len(layers.street_edges) == 1
    assert layers.facilities["service"].tolist() == ["car_free_place", "park"]


def test_the_same_file_gives_the_same_tables(pencil, tmp_path, city_crs) -> None:
    for i in range(20):
        pencil.node(10 * i, 0, amenity="bench")
        pencil.street((0, 10 * i), (100, 10 * i))
    file = pencil.write(tmp_path / "town.osm.pbf")
    one, two = read_osm([file], crs=city_crs), read_osm([file], crs=city_crs)
    for name in LAYERS:
        assert_geodataframe_equal(getattr(one, name), getattr(two, name))


# bad input ------------------------------------------------------------------------------------------


def refused(file, crs, **options) -> InputError:
    with pytest.raises(InputError) as refusal:
        read_osm([file], crs=crs, **options)
    assert file.name in refusal.value.say("zh")
    assert file.name in refusal.value.say("en")
    return refusal.value


def test_a_file_that_is_not_there(tmp_path, city_crs) -> None:
    assert "no such file" in refused(tmp_path / "no.osm.pbf", city_crs).say("en")


def test_an_empty_file(tmp_path, city_crs) -> None:
    file = tmp_path / "empty.osm.pbf"
    file.touch()
    assert "cannot be read" in refused(file, city_crs).say("en")


def test_a_file_without_objects(tmp_path, city_crs) -> None:
    file = tmp_path / "blank.osm.pbf"
    osmium.SimpleWriter(str(file)).close()
    assert "nothing of use" in refused(file, city_crs).say("en")


def test_a_file_of_objects_without_use(pencil, tmp_path, city_crs) -> None:
    pencil.node(0, 0, natural="tree")
    assert "nothing of use" in refused(pencil.write(tmp_path / "trees.osm.pbf"), city_crs).say("en")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_file(pencil, tmp_path, city_crs, share) -> None:
    for i in range(3000):
        pencil.street((i, 0), (i, 100))
    file = pencil.write(tmp_path / "whole.osm.pbf")
    data = file.read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(data[: int(len(data) * share)])
    assert "cannot be read" in refused(cut, city_crs).say("en")


def test_another_format_in_disguise(tmp_path, city_crs) -> None:
    file = tmp_path / "table.osm.pbf"
    file.write_bytes(gzip.compress(b"name,lon,lat\n" * 100))
    assert "cannot be read" in refused(file, city_crs).say("en")


def test_a_node_off_the_globe_is_refused_alone(tmp_path, city_crs) -> None:
    file = tmp_path / "odd.osm"
    file.write_text(
        '<osm version="0.6"><node id="1" lat="99" lon="117"><tag k="amenity" v="pharmacy"/></node>'
        '<node id="2" lat="23.5" lon="117"><tag k="amenity" v="pharmacy"/></node></osm>'
    )
    layers = read_osm([file], crs=city_crs)
    assert layers.facilities["source_id"].tolist() == ["n2"]
    assert layers.rejections.frame()["row"].tolist() == ["n1"]


def test_a_file_wholly_outside_the_boundary(pencil, tmp_path, city_crs) -> None:
    pencil.street((0, 0), (100, 0))
    file = pencil.write(tmp_path / "elsewhere.osm.pbf")
    error = refused(file, city_crs, clip=shapely.box(700_000, 4_000_000, 710_000, 4_010_000))
    said = error.say("en")
    assert "wholly outside" in said
    assert "117.0" in said  # the file's own box, and then the boundary's
    assert "36." in said
    assert "没有交集" in error.say("zh")


def test_an_interrupted_reading_leaves_nothing_behind(pencil, tmp_path, city_crs, monkeypatch) -> None:
    pencil.street((0, 0), (100, 0))
    file = pencil.write(tmp_path / "town.osm.pbf")
    whole = read_osm([file], crs=city_crs)

    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(osm_scan, "passage", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read_osm([file], crs=city_crs)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["town.osm.pbf"]
    again = read_osm([file], crs=city_crs)
    assert_geodataframe_equal(whole.street_edges, again.street_edges)


# real data ------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "crs", "least_services"),
    [
        ("city-las-palmas/las_palmas.osm.pbf", 32628, 40),
        ("city-porto-alegre/poa_osm.pbf", 32722, 8),
        ("city-helsinki/Helsinki.osm.pbf", 3067, 25),
        ("osm-small/monaco.osm.gz", 32632, 20),
    ],
)
def test_real_layers_keep_their_contracts(osm_of, file, crs, least_services) -> None:
    layers = osm_of(file, crs)
    for name in LAYERS:
        TABLES[name].validate(getattr(layers, name))
    assert layers.facilities["service"].nunique() >= least_services
    polygons = layers.facilities[layers.facilities.geom_type != "Point"]
    assert polygons.geometry.is_valid.all()
    known = polygons["land_area_m2"].notna()
    assert np.allclose(polygons.loc[known, "land_area_m2"], polygons[known].geometry.area)
    assert (layers.buildings["levels"] >= 1).all()
    assert len(layers.stops) > 0


@pytest.mark.real
def test_ctrl_c_in_the_middle_of_a_file_is_heard_at_once(data_dir) -> None:
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pyproj import CRS; from yiju.city.readers.osm import read_osm\n"
        "print('reading', flush=True)\n"
        "try:\n"
        "    while True: read_osm([sys.argv[1]], crs=CRS.from_epsg(32628))\n"
        "except KeyboardInterrupt: sys.exit(130)\n"
    )
    file = data_dir / "city-las-palmas" / "las_palmas.osm.pbf"
    with subprocess.Popen([sys.executable, "-c", code, file], stdout=subprocess.PIPE) as reading:
        assert reading.stdout.readline().strip() == b"reading"
        time.sleep(0.5)
        reading.send_signal(signal.SIGINT)
        assert reading.wait(timeout=20) == 130


@pytest.mark.real
def test_las_palmas_has_what_one_knows_of_it(osm_of) -> None:
    layers = osm_of("city-las-palmas/las_palmas.osm.pbf", 32628)
    facilities = layers.facilities
    names = set(facilities.loc[facilities["service"] == "health_centre", "name"].dropna())
    assert "Centro de Salud de Schamann" in names
    assert facilities["service"].eq("park").sum() > 200
    # Parque San Telmo and the like have gates or edges of their own
    assert layers.gates["facility_id"].notna().sum() > 20
