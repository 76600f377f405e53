"""A new city folder: the user's files as they came, a city.toml that says what was understood, nothing half made."""

from __future__ import annotations

import shutil

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city import new as making
from yiju.city.inputs import Box, box_of, describe, pick_crs
from yiju.city.new import Input, NewCity, new_city
from yiju.errors import ConfigError, InputError


@pytest.fixture
def files(tmp_path, pencil):
    """A folder of inputs: a map, a boundary, a timetable, a table, a terrain model, a shapefile."""
    folder = tmp_path / "files"
    folder.mkdir()
    pencil.street((0, 0), (100, 0))
    pencil.write(folder / "town.osm.pbf")
    boundary = gpd.GeoDataFrame(
        {"名称": ["磁溪市"]}, geometry=[shapely.box(116.9, 23.4, 117.1, 23.6)], crs=4326
    )
    boundary.to_file(folder / "boundary.geojson")
    x = np.arange(6) * 0.005 + 117
    shapes = shapely.box(x, 23.5, x + 0.005, 23.505)
    parts = gpd.GeoDataFrame({"name": list("abcdef"), "people": [10] * 6}, geometry=shapes, crs=4326)
    parts.to_file(folder / "parts.shp", engine="pyogrio")
    (folder / "feed").mkdir()
    (folder / "feed" / "stops.txt").write_text("stop_id\n")
    (folder / "facilities.csv").write_text("名称,服务,经度,纬度\n", encoding="gbk")
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", width=3, height=2, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(0.01, 0, 117, 0, -0.01, 23.5),
    ) as raster:  # fmt: skip
        raster.write(np.zeros((1, 2, 3), dtype="float32"))
    return folder


def wanted(*inputs: Input, **options) -> NewCity:
    return NewCity("磁溪市", 2025, inputs, **options)


def test_files_are_copied_and_described(files, tmp_path) -> None:
    made = new_city(
        tmp_path / "city",
        wanted(
            Input("osm", files / "town.osm.pbf"),
            Input("boundary", files / "boundary.geojson", {"level": "city"}),
            Input("gtfs", files / "feed"),
            Input("facilities", files / "facilities.csv", {"datum": "gcj02"}),
            population_total=1000,
        ),
    )
    city = made.folder
    assert [s.file for s in city.config.sources] == [
        "input/town.osm.pbf",
        "input/boundary.geojson",
        "input/feed",
        "input/facilities.csv",
    ]
    for source in city.config.sources:
        assert (city.path / source.file).exists()
    assert (city.input_dir / "town.osm.pbf").read_bytes() == (files / "town.osm.pbf").read_bytes()
    assert city.config.crs.to_epsg() == 4548  # CGCS2000, 117 E
    said = [line.en for line in made.understood]
    assert said[0].startswith("Coordinate system: EPSG:4548")
    assert any(
        "facilities.csv, table, columns 名称, 服务, 经度, 纬度; datum = gcj02" in line for line in said
    )
    assert said[-1] == "A total of 1,000 people, spread over homes by floor area"
    assert all(line.zh and line.zh != line.en for line in made.understood)


def test_a_guess_is_said_and_stands_in_city_toml(files, tmp_path) -> None:
    made = new_city(tmp_path / "city", wanted(Input("boundary", files / "parts.shp")))
    assert made.folder.config.of_kind("boundary")[0].options == {"level": "community"}
    assert any(
        "read as level community: if wrong, say so in city.toml" in line.en for line in made.understood
    )
    assert {f.suffix for f in made.folder.input_dir.iterdir()} >= {".shp", ".shx", ".dbf", ".prj"}


def test_a_folder_with_anything_in_it_is_never_touched(files, tmp_path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="nothing is ever overwritten"):
        new_city(tmp_path / "city", wanted(Input("osm", files / "town.osm.pbf")))
    assert [f.name for f in (tmp_path / "city").iterdir()] == ["diary.txt"]


def test_an_empty_folder_may_be_filled(files, tmp_path) -> None:
    (tmp_path / "city").mkdir()
    assert (
        new_city(tmp_path / "city", wanted(Input("osm", files / "town.osm.pbf"))).folder.config.year == 2025
    )


def test_links_point_at_the_files(files, tmp_path) -> None:
    made = new_city(
        tmp_path / "city",
        wanted(Input("osm", files / "town.osm.pbf"), Input("gtfs", files / "feed")),
        link=True,
    )
    link = made.folder.input_dir / "town.osm.pbf"
    assert link.is_symlink()
    assert link.resolve() == (files / "town.osm.pbf").resolve()
    assert (made.folder.input_dir / "feed").is_symlink()


def test_one_file_for_two_uses_is_copied_once_and_two_of_one_name_are_told_apart(files, tmp_path) -> None:
    (files / "other").mkdir()
    shutil.copytree(files / "feed", files / "other" / "feed")
    made = new_city(
        tmp_path / "city",
        wanted(
            Input("boundary", files / "parts.shp"),
            Input("population", files / "parts.shp", {"columns": {"total": "people"}}),
            Input("gtfs", files / "feed"),
            Input("gtfs", files / "other" / "feed"),
        ),
    )
    assert [s.file for s in made.folder.config.sources] == [
        "input/parts.shp",
        "input/parts.shp",
        "input/feed",
        "input/feed_2",
    ]


@pytest.mark.parametrize("stop", [OSError("No space left on device"), KeyboardInterrupt()])
def test_whatever_stops_it_nothing_half_made_is_left(files, tmp_path, monkeypatch, stop) -> None:
    def stopped(*_args, **_options) -> None:
        raise stop

    monkeypatch.setattr(making, "store_whole", stopped)
    with pytest.raises(type(stop)):
        new_city(tmp_path / "city", wanted(Input("osm", files / "town.osm.pbf")))
    assert not (tmp_path / "city").exists()
    (tmp_path / "city").mkdir()
    with pytest.raises(type(stop)):
        new_city(tmp_path / "city", wanted(Input("osm", files / "town.osm.pbf")))
    assert list((tmp_path / "city").iterdir()) == []


def test_wrong_options_are_told_before_anything_is_copied(files, tmp_path) -> None:
    table = Input("facilities", files / "facilities.csv")
    with pytest.raises(ConfigError, match="it is never guessed"):
        new_city(tmp_path / "c", wanted(Input("osm", files / "town.osm.pbf"), table))
    with pytest.raises(InputError, match=r"absent\.pbf"):
        new_city(tmp_path / "c", wanted(Input("osm", files / "absent.pbf")))
    with pytest.raises(InputError, match="no input file"):
        new_city(tmp_path / "c", wanted())
    (files / "town.osm.pbf").write_bytes(b"")
    with pytest.raises(InputError, match=r"town\.osm\.pbf: .*not a whole OpenStreetMap file"):
        new_city(tmp_path / "c", wanted(Input("osm", files / "town.osm.pbf")))
    assert not (tmp_path / "c").exists()


def test_a_given_crs_is_taken_and_a_wrong_one_refused(files, tmp_path) -> None:
    osm = Input("osm", files / "town.osm.pbf")
    assert new_city(tmp_path / "a", wanted(osm, crs="32650")).folder.config.crs.to_epsg() == 32650
    assert new_city(tmp_path / "b", wanted(osm, crs="EPSG:4548")).folder.config.crs.to_epsg() == 4548
    with pytest.raises(InputError, match="There is no coordinate system 99999"):
        new_city(tmp_path / "c", wanted(osm, crs="99999"))
    with pytest.raises(ConfigError, match="projected, in metres"):
        new_city(tmp_path / "c", wanted(osm, crs="4326"))


def test_without_any_file_that_says_where_the_city_is_a_crs_is_asked_for(files, tmp_path) -> None:
    with pytest.raises(InputError, match="Say it with --crs"):
        new_city(tmp_path / "c", wanted(Input("facilities", files / "facilities.csv", {"datum": "wgs84"})))


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (106.55, 29.56, 4545),  # Chongqing: 108 E, as 106.5 parts the zones
        (114.3, 30.6, 4547),  # Wuhan
        (87.6, 43.8, 4538),  # Urumqi, 87 E
        (113.54, 22.19, 4547),  # Macao
        (105.85, 21.03, 32648),  # Hanoi
        (126.98, 37.57, 32652),  # Seoul
        (106.9, 47.9, 32648),  # Ulaanbaatar
        (-15.43, 28.1, 32628),  # Las Palmas
        (-51.2, -30.03, 32722),  # Porto Alegre, in the south
    ],
)
def test_the_crs_follows_the_place(lon: float, lat: float, epsg: int) -> None:
    assert pick_crs(Box(lon, lat, lon, lat))[0].to_epsg() == epsg


@settings(max_examples=15)
@given(st.floats(-179.9, 179.9), st.floats(-79.9, 83.9))
def test_there_is_a_crs_in_metres_wherever_there_are_cities(lon: float, lat: float) -> None:
    crs, why = pick_crs(Box(lon, lat, lon, lat))
    assert crs.is_projected
    assert crs.axis_info[0].unit_name == "metre"
    assert str(crs.to_epsg()) in why.zh


def test_files_are_known_at_a_glance(files) -> None:
    assert box_of(files / "boundary.geojson") == pytest.approx((116.9, 23.4, 117.1, 23.6))
    assert box_of(files / "dem.tif") == pytest.approx((117.0, 23.48, 117.03, 23.5))
    assert box_of(files / "town.osm.pbf").centre == pytest.approx((117, 23.5), abs=0.1)
    assert box_of(files / "facilities.csv") is None
    assert describe(files / "dem.tif").en == "raster 3 x 2, WGS 84"
    assert "6 features" in describe(files / "parts.shp").en
    assert describe(files / "feed").en == "holds stops.txt"
    (files / "boundary.geojson").write_text("not json")
    with pytest.raises(InputError, match="cannot be opened"):
        describe(files / "boundary.geojson")
