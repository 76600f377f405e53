"""Where people live: nobody is lost, nobody is made up, and a hidden count is never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from yiju.city.config import Source
from yiju.city.readers.population import Population, join, read_population
from yiju.city.readers.population_cells import lattice, spread
from yiju.city.tables import RESIDENTS
from yiju.errors import ConfigError, InputError

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32648"
# The ten bands of the Helsinki region's grid (HSY, Väestötietoruudukko), 99 where fewer than 100 people live.
HELSINKI_BANDS = {f"age_{a}_{a + 9}": f"IKA{a}_{a + 9}" for a in range(0, 80, 10)} | {
    "age_80_plus": "IKA_YLI80"
}


def source(**options: object) -> Source:
    return Source("population", "input/people", options)


def read(file: Path, *, crs: str = CRS, clip: object = None, **options: object) -> Population:
    return read_population(source(**options), file, crs=crs, clip=clip)


def write_raster(
    file: Path,
    data: np.ndarray,
    *,
    crs: str | None = "EPSG:4326",
    size: float = 0.001,
    nodata: float | None = -9999.0,
) -> Path:
    """A raster whose upper left corner is at 106.5 E, 29.6 N (or 400 km, 3,274 km in UTM)."""
    bands = data[None] if data.ndim == 2 else data
    geographic = crs is None or crs == "EPSG:4326"
    corner = (106.5, 29.6) if geographic else (400_000.0, 3_274_000.0)
    with rasterio.open(
        file, "w", driver="GTiff", width=bands.shape[2], height=bands.shape[1], count=bands.shape[0],
        dtype=bands.dtype, crs=crs, nodata=nodata,
        transform=Affine(size, 0, corner[0], 0, -size, corner[1]),
    ) as raster:  # fmt: skip
        raster.write(bands)
    return file


# --------------------------------------------------------------------------------------------------- rasters


@settings(max_examples=25, deadline=None)
@given(
    people=st.lists(st.floats(0, 500, width=32), min_size=12, max_size=12),
    crs=st.sampled_from(["EPSG:4326", "EPSG:3857", "EPSG:32648", "EPSG:4544"]),
)
def test_a_raster_in_any_crs_keeps_its_people(tmp_path_factory, people: list[float], crs: str) -> None:
    data = np.array(people, dtype="float32").reshape(3, 4)
    size = 0.001 if crs == "EPSG:4326" else 100.0
    corner = {"EPSG:4326": (106.5, 29.6), "EPSG:3857": (11_855_000, 3_452_000),
              "EPSG:32648": (645_000, 3_275_000), "EPSG:4544": (400_000, 3_275_000)}[crs]  # fmt: skip
    file = tmp_path_factory.mktemp("raster") / "people.tif"
    with rasterio.open(
        file, "w", driver="GTiff", width=4, height=3, count=1, dtype="float32", crs=crs, nodata=-1,
        transform=Affine(size, 0, corner[0], 0, -size, corner[1]),
    ) as raster:  # fmt: skip
        raster.write(data[None])
    if not data.any():
        with pytest.raises(InputError, match="no cell"):
            read(file)
        return
    residents = read(file).residents
    assert residents["people"].sum() == pytest.approx(data.sum(dtype="float64"), rel=1e-9)
    assert len(residents) == np.count_nonzero(data)
    assert residents.crs.to_epsg() == 32648


def test_cells_lie_at_the_centres_of_their_pixels(tmp_path: Path) -> None:
    data = np.array([[1, 0], [0, 7]], dtype="float32")
    residents = read(write_raster(tmp_path / "people.tif", data)).residents
    assert residents["cell_id"].tolist() == ["people:0:0", "people:1:1"]
    there = residents.to_crs("EPSG:4326").geometry
    assert there.x.tolist() == pytest.approx([106.5005, 106.5015], abs=1e-9)
    assert there.y.tolist() == pytest.approx([29.5995, 29.5985], abs=1e-9)
    assert residents["status"].unique().tolist() == ["measured"]


def test_pixels_that_hold_no_number_are_nobody_and_negative_ones_are_told(tmp_path: Path) -> None:
    data = np.array([[-9999, np.nan, np.inf], [5, -3, -200]], dtype="float32")
    residents, report = read(write_raster(tmp_path / "people.tif", data))
    assert residents["people"].tolist() == [5]
    told = report.frame()
    assert told["why_en"].tolist() == ["2 pixels are negative, down to -200"]
    assert told["why_zh"].tolist() == ["2 个像元为负，最小 -200"]
    assert report.read == 6


def test_only_the_part_inside_the_clip_is_read(tmp_path: Path) -> None:
    file = write_raster(tmp_path / "people.tif", np.ones((200, 200), dtype="float32"))
    whole = read(file).residents
    west, south, east, north = whole.total_bounds
    clip = shapely.box(west, south, (west + east) / 2, (south + north) / 2)
    part = read(file, clip=clip)
    inside = whole[shapely.contains_xy(clip, whole.geometry.x, whole.geometry.y)]
    assert sorted(part.residents["cell_id"]) == sorted(inside["cell_id"])
    assert part.rejections.read < 15_000, "the rest was not even looked at"
    with pytest.raises(InputError, match="does not cover the city"):
        read(file, clip=shapely.box(0, 0, 1000, 1000))


def test_a_raster_in_many_windows_is_the_same(tmp_path: Path, monkeypatch) -> None:
    file = write_raster(tmp_path / "people.tif", np.arange(400, dtype="float32").reshape(20, 20))
    whole = read(file).residents
    monkeypatch.setattr("yiju.city.readers.population_raster._PIXELS_AT_A_TIME", 60)
    pd.testing.assert_frame_equal(pd.DataFrame(read(file).residents), pd.DataFrame(whole))


def test_ages_from_further_bands(tmp_path: Path) -> None:
    data = np.array([[[10, 20]], [[3, -1]], [[7, 12]]], dtype="float32")
    file = write_raster(tmp_path / "people.tif", data, nodata=-9999)
    residents = read(file, bands={"age_0_59": 2, "age_60_plus": 3}).residents
    assert residents[["people", "age_0_59", "age_60_plus"]].fillna(-9).to_numpy().tolist() == [
        [10, 3, 7],
        [20, -9, 12],
    ]
    with pytest.raises(InputError, match="has no band 4; it has 3"):
        read(file, bands={"age_0_59": 4})


def test_a_raster_that_does_not_say_its_crs(tmp_path: Path) -> None:
    file = write_raster(tmp_path / "people.tif", np.ones((2, 2), dtype="float32"), crs=None)
    with pytest.raises(InputError, match="coordinate system"):
        read(file)
    assert read_population(source(crs="EPSG:4326"), file, crs=CRS).residents["people"].sum() == 4


@pytest.mark.parametrize("content", [b"", b"II*\x00 cut short"])
def test_a_damaged_raster(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.tif").write_bytes(content)
    with pytest.raises(InputError, match=r"people\.tif"):
        read(tmp_path / "people.tif")
    with pytest.raises(InputError, match="Check the path"):
        read(tmp_path / "nowhere.tif")
    (tmp_path / "people.doc").write_bytes(b"x")
    with pytest.raises(InputError, match="population cannot be read"):
        read(tmp_path / "people.doc")


# --------------------------------------------------------------------------------------------- rows and codes


def grid(tmp_path: Path, rows: dict[str, list], *, size: float = 250.0) -> Path:
    """Square cells in a row."""
    west = 400_000 + size * np.arange(len(next(iter(rows.values()))))
    boxes = shapely.box(west, 3_270_000, west + size, 3_270_000 + size)
    file = tmp_path / "grid.gpkg"
    gpd.GeoDataFrame(rows, geometry=boxes, crs=CRS).to_file(file)
    return file


BANDS = {"age_0_59": "young", "age_60_plus": "old"}


def test_suppressed_bands_are_unknown_and_neither_zero_nor_the_code(tmp_path: Path) -> None:
    file = grid(
        tmp_path, {"id": [1, 2, 3], "total": [8, 199, 50], "young": [99, 100, 30], "old": [99, 99, 20]}
    )
    residents, report = read(file, bands=BANDS, suppressed=99)
    assert residents["people"].tolist() == [8, 199, 50]
    assert residents["age_0_59"].fillna(-1).tolist() == [-1, 100, 30]
    assert residents["age_60_plus"].fillna(-1).tolist() == [-1, 99, 20], "100 + 99 is the total: a true count"
    told = " ".join(report.frame()["why_en"])
    assert "1 rows hide age bands" in told
    assert "1 rows hold the code as a true count" in told


def test_a_code_can_be_said_for_the_total_alone(tmp_path: Path) -> None:
    rows = {"total": [-1, 100], "young": [-1, 60], "old": [5, 40]}
    residents, _ = read(grid(tmp_path, rows), bands=BANDS, suppressed={"total": -1, "bands": [-1]})
    assert residents["people"].isna().tolist() == [True, False]
    assert residents["age_0_59"].isna().tolist() == [True, False]
    assert residents["age_60_plus"].tolist() == [5, 40]


def test_marks_that_offices_use_are_unknown(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,lon,lat,人口\n1,106.5,29.5,..\n2,106.51,29.5,*\n3,106.52,29.5,12\n4,106.53,29.5,<5\n")
    residents, report = read(file)
    assert residents["people"].fillna(-1).tolist() == [-1, -1, 12, -1]
    assert "<5" in set(report.frame()["value"])


def test_negative_and_unknown_totals(tmp_path: Path) -> None:
    residents, report = read(grid(tmp_path, {"id": [1, 2, 3, 4], "people": [5.0, -2.0, np.nan, 0.0]}))
    assert residents["cell_id"].tolist() == ["1", "3", "4"]
    assert residents["people"].fillna(-1).tolist() == [5, -1, 0]
    told = report.frame()
    assert told[["row", "value", "action"]].iloc[0].tolist() == ["2", "-2.0", "row dropped"]
    assert "1 rows do not tell their people" in told["why_en"].tolist()


def test_duplicates_do_not_count_twice_and_nobody_is_dropped_for_a_shared_id(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = ["a,106.50,29.5,10", "a,106.50,29.5,10", "a,106.60,29.5,20", "b,106.50,29.5,10"]
    file.write_text("\n".join(["id,lon,lat,people", *rows]) + "\n")
    residents, report = read(file)
    assert residents.set_index("cell_id")["people"].to_dict() == {"a": 10, "a~2": 20, "b": 10}
    assert report.frame()["action"].tolist() == ["row dropped", "value repaired"]


def test_bands_can_be_added_up_and_stand_for_a_missing_total(tmp_path: Path) -> None:
    rows = {"a0": [1.0, 2.0], "a1": [3.0, np.nan], "age_60_plus": [5.0, 6.0]}
    residents, _ = read(grid(tmp_path, rows), bands={"age_0_59": ["a0", "a1"], "age_60_plus": "age_60_plus"})
    assert residents["age_0_59"].fillna(-1).tolist() == [4, -1]
    assert residents["people"].fillna(-1).tolist() == [9, -1]
    named, _ = read(grid(tmp_path, {"people": [9.0], "age_60_plus": [5.0]}))
    assert named["age_60_plus"].tolist() == [5.0], "columns of the contract's own names need no mapping"


def test_bands_above_the_total_are_told(tmp_path: Path) -> None:
    _, report = read(grid(tmp_path, {"people": [10, 10], "young": [9, 40], "old": [1, 5]}), bands=BANDS)
    assert report.frame()["why_en"].tolist() == ["its age bands add up to more than its total"]
    assert report.frame()["row"].tolist() == ["2"]


def test_bands_are_written_like_those_of_the_contract(tmp_path: Path) -> None:
    file = grid(tmp_path, {"people": [10], "young": [9]})
    with pytest.raises(ConfigError, match="age_0_9"):
        read(file, bands={"children": "young"})
    with pytest.raises(InputError, match="Did you mean young"):
        read(file, bands={"age_0_9": "yong"})


def test_a_file_without_people_names_its_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column for total .*The file has: households"):
        read(grid(tmp_path, {"households": [3]}))


def test_a_table_of_points_in_another_crs(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("x,y,people\n360000,3270000,7\n361000,3270000,8\n")
    residents, _ = read_population(source(crs="EPSG:4544"), file, crs="EPSG:4544")
    assert residents.geometry.x.tolist() == pytest.approx([360000, 361000], abs=1e-3)
    assert residents["people"].tolist() == [7, 8]


def test_exchanged_columns_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("lat,lon,people\n106.5,29.5,7\n106.6,29.6,8\n,,9\n")
    with pytest.raises(InputError, match="exchanged") as error:
        read(file)
    assert "对调" in error.value.say("zh")


def test_points_elsewhere_are_told(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("lat,lon,people\n29.5,106.5,7\n29.6,106.6,8\n48.85,2.35,9\n,106.5,1\n")
    residents, report = read(file)
    assert residents["people"].sum() == 15
    assert {"4", "5"} <= set(report.frame()["row"])


def test_people_outside_the_city_are_counted(tmp_path: Path) -> None:
    file = grid(tmp_path, {"people": [10, 20, 30]})
    residents, report = read(file, clip=shapely.box(400_000, 3_270_000, 400_500, 3_270_250))
    assert residents["people"].tolist() == [10, 20]
    assert "1 points lie outside the city, 30 people" in report.frame()["why_en"].tolist()
    with pytest.raises(InputError, match="no cell within the city"):
        read(file, clip=shapely.box(0, 0, 1, 1))


# --------------------------------------------------------------------------------------------- large polygons


@settings(max_examples=40, deadline=None)
@given(
    width=st.floats(10, 20_000),
    height=st.floats(10, 20_000),
    people=st.floats(0, 1e6),
    x=st.floats(-1e5, 1e5),
)
def test_a_polygon_of_any_size_keeps_its_people_inside(
    width: float, height: float, people: float, x: float
) -> None:
    shape = shapely.box(x, 0, x + width, height)
    cells = gpd.GeoDataFrame(
        {"cell_id": ["a"], "people": [people], "age_60_plus": [people / 4], "status": ["measured"]},
        geometry=[shape], crs=CRS,
    )  # fmt: skip
    points = spread(cells, ["age_60_plus"])
    assert points["people"].sum() == pytest.approx(people)
    assert points["age_60_plus"].sum() == pytest.approx(people / 4)
    assert shapely.covers(shape, points.geometry.to_numpy()).all()
    assert points["cell_id"].is_unique
    assert (points["status"] == ("modelled" if len(points) > 1 else "measured")).all()
    assert len(points) <= 2 * 2500


def test_a_polygon_whose_centre_is_outside_has_its_point_inside() -> None:
    horseshoe = shapely.box(0, 0, 200, 200).difference(shapely.box(50, 50, 150, 201))
    cells = gpd.GeoDataFrame(
        {"cell_id": ["a"], "people": [1.0], "status": ["measured"]}, geometry=[horseshoe], crs=CRS
    )
    assert horseshoe.covers(spread(cells, []).geometry.iloc[0])
    sliver = shapely.box(0, 0, 5, 19_000)
    assert shapely.contains_xy(sliver, *lattice(sliver)[0])


def test_a_cell_denser_than_any_city_is_told(tmp_path: Path) -> None:
    residents, report = read(grid(tmp_path, {"people": [30_000, 500]}))
    assert residents["people"].sum() == 30_500
    assert report.frame()[["row", "action"]].to_numpy().tolist() == [["1", "kept, look at it"]]


# ------------------------------------------------------------------------------------------------------ joins


def residents(people: list[float], x: list[float], **bands: list[float]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({"cell_id": [str(i) for i in range(len(x))], "people": people, "status": "measured"})
    frame["source"] = "file"
    for band, values in bands.items():
        frame[band] = values
    return RESIDENTS.validate(
        gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, [0.0] * len(x)), crs=CRS)
    )


def test_totals_take_the_age_shares_of_their_neighbours() -> None:
    total = residents([100, 40, 10], [0, 1000, 9000])
    shares = residents([50, 20, 10], [10, 990, 20], age_0_59=[40, 5, np.nan], age_60_plus=[10, 15, np.nan])
    joined = join(total, shares)
    assert joined["people"].tolist() == [100, 40, 10]
    assert joined["age_0_59"].fillna(-1).tolist() == [80, 10, -1]
    assert joined["age_60_plus"].fillna(-1).tolist() == [20, 30, -1]
    assert joined["status"].tolist() == ["modelled", "modelled", "measured"], (
        "9 km away nobody's ages are known"
    )


@settings(max_examples=25, deadline=None)
@given(
    people=st.lists(st.floats(0, 1e5), min_size=1, max_size=5),
    young=st.floats(0.01, 1e4), old=st.floats(0, 1e4), stated=st.floats(0, 3e4),
)  # fmt: skip
def test_joined_ages_never_exceed_the_people(
    people: list[float], young: float, old: float, stated: float
) -> None:
    total = residents(people, [float(i) for i in range(len(people))])
    joined = join(total, residents([stated], [0.0], age_0_59=[young], age_60_plus=[old]))
    ages = joined["age_0_59"] + joined["age_60_plus"]
    assert (ages <= joined["people"] * (1 + 1e-9) + 1e-9).all()


def test_a_join_without_any_known_age_is_refused() -> None:
    total = residents([1.0], [0.0])
    for shares in (total, residents([5.0], [0.0], age_0_59=[np.nan])):
        with pytest.raises(InputError, match="no cell of the age source"):
            join(total, shares)


# -------------------------------------------------------------------------------------------------- real data


@pytest.mark.real
def test_helsinki_region(data_dir: Path) -> None:
    file = data_dir / "city-helsinki" / "Vaestotietoruudukko_2015.shp"
    people, report = read(
        file,
        crs="EPSG:3879",
        columns={"total": "ASUKKAITA", "id": "INDEX"},
        bands=HELSINKI_BANDS,
        suppressed=99,
    )
    raw = gpd.read_file(file)
    assert people["people"].sum() == raw["ASUKKAITA"].sum() == 1_117_552
    assert len(people) == 5784
    ages = people[list(HELSINKI_BANDS)]
    known = ages.notna().all(axis=1)
    assert int(known.sum()) == 3041
    assert int(ages.isna().all(axis=1).sum()) == 2743, "a cell hides all its ages or none"
    assert (ages[known].sum(axis=1) == people["people"][known]).all(), "30 cells hold a true 99"
    assert (ages[known] == 99).any(axis=1).sum() == 30
    assert "5784" in report.frame()["row"].tolist(), "the cell of people without an address"


@pytest.mark.real
def test_helsinki_centre_takes_the_ages_of_the_region(data_dir: Path) -> None:
    folder = data_dir / "city-helsinki"
    centre = read(folder / "helsinki_population_grid_2020.gpkg", crs="EPSG:3879").residents
    region = read(
        folder / "Vaestotietoruudukko_2015.shp", crs="EPSG:3879", columns={"total": "ASUKKAITA", "id": "INDEX"},
        bands=HELSINKI_BANDS, suppressed=99,
    ).residents  # fmt: skip
    joined = join(centre, region)
    assert joined["people"].sum() == centre["people"].sum() == 71_724
    assert joined[list(HELSINKI_BANDS)].to_numpy().sum() == pytest.approx(71_724)


@pytest.mark.real
def test_porto_alegre_hexagons(data_dir: Path) -> None:
    people, report = read(data_dir / "city-porto-alegre" / "poa_hexgrid.csv", crs="EPSG:32722")
    assert (len(people), people["people"].sum(), len(report)) == (1227, 812_935, 0)
    lonlat = people.to_crs("EPSG:4326").geometry
    raw = pd.read_csv(data_dir / "city-porto-alegre" / "poa_hexgrid.csv")
    away = Geod(ellps="WGS84").inv(lonlat.x, lonlat.y, raw["lon"], raw["lat"])[2]
    assert max(away) < 0.001


@pytest.mark.real
def test_wuhan_communities_become_points(data_dir: Path) -> None:
    file = data_dir / "city-wuhan" / "wuhan.gpkg"
    people, _ = read(file, crs="EPSG:4547", columns={"total": "Avg_Pop", "id": "FID_1"})
    assert people["people"].sum() == pytest.approx(gpd.read_file(file)["Avg_Pop"].sum())
    assert len(people) > 974
    assert (people["status"] == "modelled").mean() > 0.9
