"""Boundaries: levels, ids, parents; repaired, the right side out, and in the right place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.config import Source
from yiju.city.datum import from_wgs84
from yiju.city.readers.boundaries import Boundaries, read_boundaries
from yiju.city.readers.boundary_shapes import only_areas
from yiju.errors import InputError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4544"
# A square of 4 km at 106.5 E, 29.5 N, in degrees wide enough for quarters of some 2 km.
WEST, SOUTH, SIDE = 106.5, 29.5, 0.04


def write(folder: Path, called: str, shapes: list, crs: str = "EPSG:4326", /, **columns: list) -> Path:
    file = folder / called
    gpd.GeoDataFrame(columns or {"n": range(len(shapes))}, geometry=shapes, crs=crs).to_file(file)
    return file


def read(*files: Path | tuple[Path, dict], crs: str = CRS) -> Boundaries:
    pairs = [f if isinstance(f, tuple) else (f, {}) for f in files]
    return read_boundaries(
        [(Source("boundary", str(file), options), file) for file, options in pairs], crs=crs
    )


def whole() -> shapely.Polygon:
    return shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)


def quarters(n: int = 2) -> list[shapely.Polygon]:
    step = SIDE / n
    return [
        shapely.box(WEST + i * step, SOUTH + j * step, WEST + (i + 1) * step, SOUTH + (j + 1) * step)
        for j in range(n)
        for i in range(n)
    ]


def test_levels_find_their_parents_by_the_area_they_share(tmp_path: Path) -> None:
    city = write(tmp_path, "city.geojson", [whole()], name=["磁溪市"], code=["500"])
    districts = write(
        tmp_path, "d.geojson", quarters(), 名称=["东", "西", "南", "北"], 编码=["1", "2", "3", "4"]
    )
    communities = write(tmp_path, "c.geojson", quarters(4), id=[f"c{i}" for i in range(16)])
    places, report = read(city, (communities, {"level": "社区"}), (districts, {"level": "district"}))
    assert places["level"].tolist() == ["city"] + ["district"] * 4 + ["community"] * 16
    parent = places.set_index("place_id")["parent_id"]
    assert np.isnan(parent["500"])
    assert (parent[["1", "2", "3", "4"]] == "500").all()
    assert parent[["c0", "c1", "c4", "c5"]].tolist() == ["1"] * 4
    assert parent[["c2", "c3", "c6", "c7"]].tolist() == ["2"] * 4
    assert places["name"].iloc[1:5].tolist() == ["东", "西", "南", "北"]
    assert places["origin"].unique().tolist() == ["given"]
    assert places["area_m2"].iloc[0] == pytest.approx(places.geometry.iloc[0].area)
    assert report.frame()["field"].tolist() == ["level"], "only that the city's level was guessed"


def test_a_column_can_say_the_level_and_the_parent(tmp_path: Path) -> None:
    shapes = [whole(), *quarters()]
    file = write(
        tmp_path, "all.gpkg", shapes, 级别=["市", "街道", "镇", "街道", "乡"], bm=[1, 2, 3, 4, 5],
        mc=list("甲乙丙丁戊"), ss=[None, "甲", "甲", "1", "nowhere"],
    )  # fmt: skip
    places, report = read((file, {"level": "级别", "id": "bm", "name": "mc", "parent": "ss"}))
    assert places["level"].tolist() == ["city"] + ["subdistrict"] * 4
    assert places["parent_id"].tolist()[1:] == ["1"] * 4
    assert report.frame()["value"].tolist() == ["nowhere"]
    assert places["place_id"].tolist() == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("n", "side_km", "level"),
    [(1, 5, "city"), (3, 6, "district"), (3, 2, "subdistrict"), (3, 0.7, "community")],
)
def test_an_unsaid_level_is_guessed_by_size_and_told(
    tmp_path: Path, n: int, side_km: float, level: str
) -> None:
    shapes = [
        shapely.box(
            360_000 + i * side_km * 1e3,
            3_270_000,
            360_000 + (i + 1) * side_km * 1e3,
            3_270_000 + side_km * 1e3,
        )
        for i in range(n)
    ]
    places, report = read(write(tmp_path, "a.gpkg", shapes, CRS))
    assert places["level"].unique().tolist() == [level]
    assert f"read as {level}" in report.frame()["why_en"].iloc[0]


def test_a_level_that_nobody_knows(tmp_path: Path) -> None:
    file = write(tmp_path, "a.gpkg", [whole()], kind=["planet"])
    with pytest.raises(UnknownName, match="Did you mean district"):
        read((file, {"level": "distrct"}))
    with pytest.raises(UnknownName, match="planet"):
        read((file, {"level": "kind"}))
    with pytest.raises(InputError, match="field id"):
        read((file, {"id": "kint"}))


def test_parts_of_one_place_are_joined_and_other_rows_of_its_id_are_kept(tmp_path: Path) -> None:
    a, b, c, d = quarters()
    file = write(tmp_path, "a.gpkg", [a, b, c, d], id=["1", "1", "1", "2"], name=["岛", "岛", "岸", "岸"])
    places, report = read((file, {"level": "community", "id": "id"}))
    assert places["place_id"].tolist() == ["1", "1~3", "2"]
    assert places["area_m2"].iloc[0] == pytest.approx(2 * places["area_m2"].iloc[1], rel=1e-3)
    assert set(report.frame()["action"]) == {"value repaired"}


def test_one_id_in_two_levels_stays_apart(tmp_path: Path) -> None:
    districts = write(tmp_path, "d.gpkg", quarters(), id=[1, 2, 3, 4])
    places, _ = read((districts, {"level": "district"}), (districts, {"level": "subdistrict"}))
    assert places["place_id"].tolist() == ["1", "2", "3", "4", *(f"subdistrict:{i}" for i in (1, 2, 3, 4))]
    assert places["parent_id"].tolist()[4:] == ["1", "2", "3", "4"]


def test_without_id_or_name_the_row_serves(tmp_path: Path) -> None:
    places, _ = read((write(tmp_path, "a.gpkg", quarters()), {"level": "grid"}))
    assert places["place_id"].tolist() == ["a:1", "a:2", "a:3", "a:4"] == places["name"].tolist()


# ---------------------------------------------------------------------------------------------- bad geometry


def bow_tie() -> shapely.Polygon:
    return shapely.Polygon(
        [(WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (WEST + SIDE, SOUTH), (WEST, SOUTH + SIDE)]
    )


def test_a_ring_that_crosses_itself_is_repaired_and_told(tmp_path: Path) -> None:
    places, report = read(write(tmp_path, "a.geojson", [bow_tie()]))
    assert places.geometry.is_valid.all()
    assert places["area_m2"].iloc[0] == pytest.approx(
        gpd.GeoSeries([whole()], crs=4326).to_crs(CRS).area.iloc[0] / 2, rel=1e-3
    )
    told = report.frame().iloc[0]
    assert told["action"] == "value repaired"
    assert "Self-intersection" in told["value"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, SIDE).map(lambda v: round(v, 4)), st.floats(0, SIDE).map(lambda v: round(v, 4))),
        min_size=4, max_size=9, unique=True,
    )
)  # fmt: skip
def test_any_scribble_becomes_valid_areas_or_an_error(tmp_path_factory, corners) -> None:
    scribble = shapely.Polygon([(WEST + x, SOUTH + y) for x, y in corners])
    file = tmp_path_factory.mktemp("shape") / "a.geojson"
    gpd.GeoDataFrame({"n": [1]}, geometry=[scribble], crs="EPSG:4326").to_file(file)
    if shapely.make_valid(scribble).area == 0:
        with pytest.raises(InputError, match="polygon"):
            read(file)
        return
    places, _ = read(file)
    assert places.geometry.is_valid.all()
    assert places.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert places["area_m2"].iloc[0] > 0


def test_the_world_minus_the_city_is_recognised(tmp_path: Path) -> None:
    mask = shapely.box(-180, -90, 180, 90).difference(whole())
    with pytest.raises(InputError, match="inverted") as error:
        read(write(tmp_path, "mask.geojson", [mask]))
    assert "城市是其中的洞" in error.value.say("zh")
    province = shapely.box(100, 22, 112, 34)
    with pytest.raises(InputError, match="more than any city"):
        read(write(tmp_path, "province.geojson", [province]))


def test_a_mask_in_web_mercator_is_recognised_too(tmp_path: Path) -> None:
    hole = gpd.GeoSeries([whole()], crs=4326).to_crs(3857).iloc[0]
    mask = shapely.box(-2e7, -2e7, 2e7, 2e7).difference(hole)
    with pytest.raises(InputError, match="inverted"):
        read(write(tmp_path, "mask.gpkg", [mask], "EPSG:3857"))


def test_exchanged_axes_are_refused(tmp_path: Path) -> None:
    turned = shapely.transform(whole(), lambda xy: xy[:, ::-1])
    with pytest.raises(InputError, match="exchanged") as error:
        read(write(tmp_path, "a.geojson", [turned]))
    assert "经纬度颠倒" in error.value.say("zh")


def test_nothing_that_could_be_a_place(tmp_path: Path) -> None:
    line = shapely.LineString([(WEST, SOUTH), (WEST + SIDE, SOUTH)])
    with pytest.raises(InputError, match="no polygon"):
        read(write(tmp_path, "line.geojson", [line]))
    with pytest.raises(InputError, match="no polygon"):
        read(write(tmp_path, "paris.geojson", [shapely.box(2.2, 48.8, 2.4, 48.9)]))
    empty = tmp_path / "empty.geojson"
    empty.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    with pytest.raises(InputError, match="empty"):
        read(empty)
    assert len(read().places) == 0


def test_one_odd_row_does_not_stop_the_others(tmp_path: Path) -> None:
    shapes = [*quarters()[:3], shapely.box(2.2, 48.8, 2.4, 48.9), shapely.Polygon(), None]
    places, report = read((write(tmp_path, "a.gpkg", shapes), {"level": "district"}))
    assert len(places) == 3
    assert report.frame()["row"].tolist() == ["5", "6", "4"]


def test_overlapping_places_of_a_level_are_told(tmp_path: Path) -> None:
    a, b, c, _ = quarters()
    wide = shapely.box(WEST, SOUTH, WEST + SIDE * 0.6, SOUTH + SIDE / 2)
    _, report = read((write(tmp_path, "a.gpkg", [wide, b, c], id=["a", "b", "c"]), {"level": "community"}))
    assert a.within(wide)
    assert report.frame()[["row", "value"]].to_numpy().tolist() == [["a", "b"]]


def test_vendors_boundaries_are_put_back(tmp_path: Path) -> None:
    true = gpd.GeoSeries(quarters(), crs=4326).to_crs(CRS)
    shifted = [
        shapely.transform(q, lambda x, y: tuple(from_wgs84(x, y, "gcj02")), interleaved=False)
        for q in quarters()
    ]
    file = write(tmp_path, "datav.geojson", shifted)
    back, _ = read((file, {"level": "district", "datum": "gcj02"}))
    wrong, _ = read((file, {"level": "district"}))
    assert shapely.hausdorff_distance(back.geometry.to_numpy(), true.to_numpy()).max() < 0.1
    assert shapely.hausdorff_distance(wrong.geometry.to_numpy(), true.to_numpy()).min() > 100
    with pytest.raises(UnknownName, match="gcj02"):
        read((file, {"datum": "gcj2"}))


def test_only_the_areas_of_a_mixture_remain() -> None:
    mixed = shapely.GeometryCollection([shapely.MultiPolygon(quarters()[:2]), shapely.Point(0, 0)])
    assert only_areas(mixed).area == pytest.approx(sum(q.area for q in quarters()[:2]))
    assert only_areas(shapely.LineString([(0, 0), (1, 1)])).is_empty


# ------------------------------------------------------------------------------------------------- real data


@pytest.mark.real
def test_las_palmas(data_dir: Path) -> None:
    places, _ = read(data_dir / "city-las-palmas" / "las_palmas_boundary.geojson", crs="EPSG:32628")
    assert places[["place_id", "level", "name"]].to_numpy().tolist() == [
        ["34053535016", "city", "Las Palmas de Gran Canaria"]
    ]
    assert places["area_m2"].iloc[0] / 1e6 == pytest.approx(103.2, abs=0.1)


@pytest.mark.real
def test_helsinki_districts_from_kml(data_dir: Path) -> None:
    file = data_dir / "city-helsinki" / "PKS_suuralue.kml"
    places, report = read((file, {"level": "district", "id": "KOKOTUN", "name": "Nimi"}), crs="EPSG:3879")
    assert len(places) == 23
    assert places["name"].iloc[9] == "Kivistö"
    assert report.frame()["action"].tolist() == ["value repaired"]


@pytest.mark.real
def test_wuhan_communities(data_dir: Path) -> None:
    places, report = read(data_dir / "city-wuhan" / "wuhan.gpkg", crs="EPSG:4547")
    assert len(places) == 974
    assert places["level"].unique().tolist() == ["community"]
    assert places["place_id"].is_unique
    assert places.geometry.is_valid.all()
    raw = gpd.read_file(data_dir / "city-wuhan" / "wuhan.gpkg")
    assert places["area_m2"].sum() == pytest.approx(raw.area.sum(), rel=1e-6)
    assert (report.frame()["action"] == "value repaired").sum() == 4


@pytest.mark.real
def test_shenzhen_districts(data_dir: Path) -> None:
    places, _ = read(data_dir / "city-shenzhen" / "shenzhen_districts.geojson", crs="EPSG:4547")
    assert places["level"].unique().tolist() == ["district"]
    assert set(places["name"]) == {
        "罗湖",
        "福田",
        "盐田",
        "宝安",
        "光明",
        "坪山",
        "龙华",
        "南山",
        "大鹏",
        "龙岗",
    }


@pytest.mark.real
def test_chongqing_of_a_map_vendor_meets_the_official_one_when_put_back(data_dir: Path) -> None:
    folder = data_dir / "city-chongqing"
    official, _ = read((folder / "cq_districts.shp", {"level": "district"}), crs="EPSG:4545")
    away = {}
    for datum in ("wgs84", "gcj02"):
        options = {"level": "district", "datum": datum}
        vendor, _ = read((folder / "cq_districts_datav.geojson", options), crs="EPSG:4545")
        there = official.set_index("place_id").geometry.reindex(vendor["place_id"])
        there = gpd.GeoSeries(there.to_numpy(), crs="EPSG:4545")
        away[datum] = float(vendor.geometry.centroid.distance(there.centroid).median())
    assert (len(official), len(vendor)) == (38, 38)
    assert away["gcj02"] < away["wgs84"] / 1.5, away
