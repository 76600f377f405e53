"""The city's facility table: names, datums, duplicates; is the datum right; and how it meets OpenStreetMap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from yiju.city.datum import DATUM_NAMES, from_wgs84
from yiju.city.readers.facilities import Facilities, examine_datum, merge, read_facilities
from yiju.city.readers.service_names import generic_words, service_code, service_codes
from yiju.city.rejections import Rejections
from yiju.city.services import SERVICES
from yiju.city.tables import FACILITIES
from yiju.errors import InputError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4544"
ORIGIN = (355_000.0, 3_270_000.0)  # 106.5 E, 29.5 N
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def read(
    folder: Path, text: str, *, datum: str = "wgs84", name: str = "设施.csv", **options: object
) -> Facilities:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return read_facilities(file, datum=datum, crs=CRS, **options)


# ---------------------------------------------------------------------------------------------- the table


def test_chinese_columns_and_names(tmp_path: Path) -> None:
    facilities, report = read(
        tmp_path,
        "设施编号,名称,服务,经度,纬度,学位,床位,建筑面积（㎡）,用地面积,开放时间\n"
        "A1,磁溪幼儿园,幼儿园,106.50,29.50,180,,2200㎡,3500,\n"
        'A2,桥头敬老院,养老院,106.51,29.51,,60张,"1,200",,全天\n',
    )
    rows = facilities.set_index("service")
    assert rows["facility_id"].to_dict() == {"kindergarten": "table:A1", "elder_home": "table:A2"}
    assert rows["capacity"].to_dict() == {"kindergarten": 180, "elder_home": 60}
    assert rows["floor_area_m2"].to_dict() == {"kindergarten": 2200, "elder_home": 1200}
    assert rows.loc["kindergarten", "land_area_m2"] == 3500
    assert rows.loc["elder_home", "opening"] == "全天"
    assert rows["source"].unique().tolist() == ["table"]
    assert facilities.crs.to_epsg() == 4544
    assert len(report) == 0


@pytest.mark.parametrize("datum", list(DATUM_NAMES))
def test_the_same_place_in_any_datum(tmp_path: Path, datum: str) -> None:
    lon, lat = from_wgs84(106.5, 29.5, datum)
    facilities, _ = read(tmp_path, f"服务,经度,纬度\n公园,{float(lon)!r},{float(lat)!r}\n", datum=datum)
    there = gpd.GeoSeries(gpd.points_from_xy([106.5], [29.5]), crs=4326).to_crs(CRS).iloc[0]
    assert facilities.geometry.iloc[0].distance(there) < 0.1


def test_the_datum_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="bd09"):
        read(tmp_path, "服务,经度,纬度\n公园,106.5,29.5\n", datum="baidu bd09")
    with pytest.raises(TypeError, match="datum"):
        read_facilities(tmp_path / "a.csv", crs=CRS)


def test_a_service_nobody_knows_is_told_the_nearest(tmp_path: Path) -> None:
    facilities, report = read(
        tmp_path,
        "名称,服务,经度,纬度\n甲,幼儿院,106.5,29.5\n乙,kindergarden,106.5,29.5\n丙,,106.5,29.5\n丁,小学,106.5,29.5\n",
    )
    assert facilities["service"].tolist() == ["primary_school"]
    told = report.frame()
    assert told["row"].tolist() == ["2", "3", "4"]
    assert "幼儿园" in told["why_zh"].iloc[0]
    assert "kindergarten" in told["why_en"].iloc[1]
    assert told["why_en"].iloc[2] == "does not say its service"


def test_one_place_may_offer_several_services(tmp_path: Path) -> None:
    facilities, _ = read(tmp_path, "编号,服务,经度,纬度\n7,幼儿园、托育机构;food market,106.5,29.5\n")
    assert facilities["service"].tolist() == ["kindergarten", "childcare", "food_market"]
    assert facilities["facility_id"].unique().tolist() == ["table:7"]


def test_duplicate_ids(tmp_path: Path) -> None:
    facilities, report = read(
        tmp_path,
        "编号,名称,服务,经度,纬度\n1,甲,公园,106.5,29.5\n1,甲,公园,106.5001,29.5\n1,乙,公园,106.6,29.5\n1,甲,小学,106.5,29.5\n",
    )
    assert facilities["facility_id"].tolist() == ["table:1", "table:1~4", "table:1"]
    assert report.frame()[["row", "action"]].to_numpy().tolist() == [
        ["3", "row dropped"],
        ["4", "value repaired"],
    ]


def test_exchanged_coordinates(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exchanged") as error:
        read(tmp_path, "服务,经度,纬度\n公园,29.5,106.5\n公园,29.6,106.6\n小学,106.5,29.5\n")
    assert "设施.csv" in str(error.value)
    facilities, report = read(tmp_path, "服务,经度,纬度\n公园,29.5,106.5\n公园,106.6,29.6\n小学,106.5,29.5\n")
    assert len(facilities) == 2
    assert report.frame()["row"].tolist() == ["2", "2"]


def test_rows_without_a_usable_position_or_number(tmp_path: Path) -> None:
    facilities, report = read(
        tmp_path,
        "服务,经度,纬度,容量,建筑面积\n公园,,29.5,,\n公园,106.5,north,,\n公园,2.35,48.85,,\n小学,106.5,29.5,许多,-3\n",
    )
    assert facilities["service"].tolist() == ["primary_school"]
    assert facilities[["capacity", "floor_area_m2"]].isna().to_numpy().all()
    dropped = report.frame().query("action == 'row dropped'")
    assert dropped["row"].tolist() == ["2", "3", "4"]
    assert set(report.frame()["value"]) >= {"north", "许多", "-3"}


def test_coordinates_in_metres(tmp_path: Path) -> None:
    facilities, _ = read(tmp_path, "服务,x,y\n公园,355100,3270200\n", datum="cgcs2000", file_crs=CRS)
    assert facilities.geometry.iloc[0].coords[0] == pytest.approx((355_100, 3_270_200), abs=1e-3)
    with pytest.raises(InputError, match="exchanged"):  # a surveyor's x is north
        read(tmp_path, "服务,x,y\n公园,3270200,355100\n", datum="cgcs2000", file_crs=CRS)


def test_a_workbook_and_a_mapping(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["what", "where e", "where n", "座"])
    book.active.append(["library", 106.5, 29.5, 120])
    book.save(tmp_path / "a.xlsx")
    columns = {"service": "what", "lon": "where e", "lat": "where n", "capacity": "座"}
    facilities, _ = read_facilities(tmp_path / "a.xlsx", datum="wgs84", crs=CRS, columns=columns)
    assert facilities[["service", "capacity"]].to_numpy().tolist() == [["library", 120.0]]
    with pytest.raises(InputError, match="no column for service"):
        read_facilities(tmp_path / "a.xlsx", datum="wgs84", crs=CRS)


def test_a_layer_keeps_areas_and_moves_them_out_of_the_vendors_datum(tmp_path: Path) -> None:
    park = shapely.box(106.5, 29.5, 106.503, 29.503)
    line = shapely.LineString([(106.5, 29.5), (106.6, 29.5)])
    shifted = shapely.transform(park, lambda x, y: tuple(from_wgs84(x, y, "gcj02")), interleaved=False)
    gpd.GeoDataFrame(
        {"类型": ["公园", "绿道", "公厕"], "占地面积": [9, 1, 1]},
        geometry=[shifted, line, None],
        crs="EPSG:4326",
    ).to_file(tmp_path / "a.gpkg")
    facilities, report = read_facilities(tmp_path / "a.gpkg", datum="gcj02", crs=CRS)
    true = gpd.GeoSeries([park], crs=4326).to_crs(CRS).iloc[0]
    assert facilities["service"].tolist() == ["park"]
    assert facilities.geometry.iloc[0].hausdorff_distance(true) < 0.1
    assert report.frame()["row"].tolist() == ["2", "3"]


@pytest.mark.parametrize("code", [c for c, s in SERVICES.items() if s.is_facility])
def test_every_service_is_found_by_code_and_by_both_names(code: str) -> None:
    entry = SERVICES[code]
    for name in (code, code.upper(), entry.name.zh, f" {entry.name.en} ", entry.name.en.title()):
        assert service_code(name) == code
        assert service_codes(name) == [code]


def test_other_usual_names() -> None:
    assert service_codes("日间照料中心/社区食堂，公厕") == [
        "elder_day_care",
        "community_canteen",
        "public_toilet",
    ]
    assert "幼儿园" in generic_words("kindergarten")
    with pytest.raises(UnknownName, match=r"农贸市场|菜市场"):
        service_code("农贸超市场")


# ------------------------------------------------------------------------------------------ is the datum right


def grid_streets(n: int = 40, step: float = 150.0) -> gpd.GeoDataFrame:
    """A grid of streets 150 m apart around the origin."""
    at = np.arange(n) * step
    east, north = ORIGIN
    lines = [shapely.LineString([(east, north + d), (east + at[-1], north + d)]) for d in at]
    lines += [shapely.LineString([(east + d, north), (east + d, north + at[-1])]) for d in at]
    return gpd.GeoDataFrame(geometry=lines, crs=CRS)


def beside_streets(rng: np.random.Generator, n: int) -> np.ndarray:
    """Doors some 6 m from a street of the grid."""
    along = rng.uniform(500, 5000, n)
    line = rng.integers(3, 35, n) * 150.0 + rng.normal(0, 6, n)
    turned = rng.random(n) < 0.5
    return np.c_[np.where(turned, along, line), np.where(turned, line, along)] + np.array(ORIGIN)


def table_of(points: np.ndarray, datum: str) -> str:
    lon, lat = from_wgs84(*TO_DEGREES.transform(points[:, 0], points[:, 1]), datum)
    return "服务,经度,纬度\n" + "".join(f"便利店,{x:.7f},{y:.7f}\n" for x, y in zip(lon, lat, strict=True))


@pytest.mark.parametrize("true", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("stated", list(DATUM_NAMES))
def test_a_wrong_datum_is_named_and_a_right_one_passes(tmp_path: Path, true: str, stated: str) -> None:
    text = table_of(beside_streets(np.random.default_rng(3), 300), true)
    right = stated == true or (stated, true) == ("cgcs2000", "wgs84")
    if right:
        facilities, report = read(tmp_path, text, datum=stated, streets=grid_streets())
        assert (len(facilities), len(report)) == (300, 0)
        return
    with pytest.raises(InputError, match=f'say datum = "{true}"') as error:
        read(tmp_path, text, datum=stated, streets=grid_streets())
    assert "中位数" in error.value.say("zh")


def test_few_points_or_no_streets_prove_nothing_and_the_report_says_so(tmp_path: Path) -> None:
    text = table_of(beside_streets(np.random.default_rng(3), 10), "gcj02")
    more = table_of(beside_streets(np.random.default_rng(3), 100), "gcj02")
    schools = more.replace("便利店", "小学")
    for lines, streets in (
        (text, grid_streets()),
        (more, grid_streets().iloc[:0]),
        (schools, grid_streets()),
    ):
        read_as = read(tmp_path, lines, datum="wgs84", streets=streets)
        assert len(read_as.facilities) in (10, 100)
        assert "could not be tested" in read_as.rejections.frame()["why_en"].item()


def test_a_doubtful_datum_is_told_but_not_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    anywhere = rng.uniform(500, 5000, (90, 2)) + np.array(ORIGIN)
    text = table_of(np.r_[beside_streets(rng, 10), anywhere[:8]], "gcj02")
    facilities, report = read(tmp_path, text, datum="wgs84", streets=grid_streets())
    assert len(facilities) == 18
    told = report.frame()
    assert told[["field", "action"]].to_numpy().tolist() == [["datum", "kept, look at it"]]
    assert "under GCJ-02" in told["why_en"].item()


@pytest.mark.parametrize("seed", range(20))
def test_points_that_have_nothing_to_do_with_streets_are_not_refused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = rng.uniform(500, 5000, (rng.integers(15, 120), 2)) + np.array(ORIGIN)
    shops = gpd.GeoDataFrame(
        {"service": "bank"}, index=range(len(places)), geometry=shapely.points(places), crs=CRS
    )
    assert not examine_datum(shops, grid_streets(), datum="gcj02").sure


def test_paths_behind_the_houses_do_not_count() -> None:
    streets = grid_streets().assign(street_class="residential")
    paths = grid_streets(n=400, step=15.0).assign(street_class="footway")
    doors = shapely.points(beside_streets(np.random.default_rng(1), 100))
    shops = gpd.GeoDataFrame({"service": "bank"}, index=range(100), geometry=doors, crs=CRS)
    both = gpd.GeoDataFrame(np.r_[streets, paths], columns=streets.columns, geometry="geometry", crs=CRS)
    assert examine_datum(shops, both, datum="wgs84") == examine_datum(shops, streets, datum="wgs84")


# -------------------------------------------------------------------------------------- with OpenStreetMap


def facilities(source: str, *rows: tuple) -> gpd.GeoDataFrame:
    """Rows of (id, service, name, x, y or a shape, capacity)."""
    shapes = [shapely.Point(r[3]) if isinstance(r[3], tuple) else r[3] for r in rows]
    frame = gpd.GeoDataFrame(
        {
            "facility_id": [f"{source}:{r[0]}" for r in rows], "service": [r[1] for r in rows],
            "name": [r[2] for r in rows], "source": source, "source_id": [str(r[0]) for r in rows],
            "capacity": [r[4] if len(r) > 4 else np.nan for r in rows],
        },
        geometry=shapes, crs=CRS,
    )  # fmt: skip
    return FACILITIES.validate(frame.astype({"name": "str"}))


def pairs(osm: gpd.GeoDataFrame, table: gpd.GeoDataFrame, **options: object) -> dict[str, str]:
    """Which row of the table met which of OpenStreetMap."""
    both = merge(osm, table, **options)
    met = both[both["source"] == "osm+table"]
    return dict(zip(met["source_id"], met["facility_id"], strict=True))


@pytest.mark.parametrize(
    ("distance", "ours", "theirs", "same"),
    [
        (20, None, "磁溪幼儿园", True),  # near, a name unknown
        (20, "磁溪幼儿园", None, True),
        (20, "幼儿园", "磁溪幼儿园", True),  # a name that says only what it is
        (80, None, "磁溪幼儿园", False),
        (200, "重庆市磁溪幼儿园", "磁溪幼儿园", True),  # far, but the names agree
        (200, "磁溪中心幼儿园", "磁溪中心幼儿园（东区）", True),
        (300, "磁溪幼儿园", "磁溪幼儿园", False),
        (20, "磁溪幼儿园", "桃园幼儿园", False),  # near, but somebody else
        (100, "磁溪第一幼儿园", "磁溪第二幼儿园", False),  # names that differ in their numeral
        (100, "Ciqi Kindergarten", "ciqi kindergarten", True),
    ],
)
def test_which_rows_are_the_same_facility(
    distance: float, ours: str | None, theirs: str | None, same: bool
) -> None:
    osm = facilities("osm", ("n1", "kindergarten", theirs, (0.0, 0.0)))
    table = facilities("table", (1, "kindergarten", ours, (distance, 0.0)))
    both = merge(osm, table)
    assert both["source"].tolist() == (["osm+table"] if same else ["table", "osm"])


def test_the_table_overrides_and_openstreetmap_fills() -> None:
    ground = shapely.box(-40, -40, 40, 40)
    osm = facilities("osm", ("w1", "park", "磁溪公园", ground, 7.0), ("w1", "playground", None, ground))
    table = facilities("table", (5, "park", "磁溪生态公园", (10.0, 0.0)))
    both = merge(osm, table).set_index("service")
    assert both.loc["park", ["facility_id", "source", "source_id", "name", "capacity"]].tolist() == [
        "osm:w1", "osm+table", "5", "磁溪生态公园", 7.0,
    ]  # fmt: skip
    assert both.loc["park", "geometry"].equals(ground), "the boundary is kept"
    assert both.loc["playground", "source"] == "osm"
    drawn = facilities("table", (5, "park", "磁溪公园", shapely.box(-50, -50, 50, 50)))
    assert merge(osm, drawn).set_index("service").loc["park", "geometry"].area == 10_000


def test_each_row_has_one_partner_and_the_best_named_comes_first() -> None:
    osm = facilities("osm", ("a", "bank", None, (0.0, 0.0)), ("b", "bank", "农商银行", (30.0, 0.0)))
    table = facilities("table", (1, "bank", "农商银行", (0.0, 0.0)), (2, "bank", None, (5.0, 0.0)))
    assert pairs(osm, table) == {"1": "osm:b", "2": "osm:a"}


def test_a_complete_table_replaces_what_it_does_not_know() -> None:
    osm = facilities("osm", ("a", "bank", None, (0.0, 0.0)), ("b", "park", None, (0.0, 0.0)))
    table = facilities("table", (1, "bank", None, (5000.0, 0.0)))
    report = Rejections("merge")
    both = merge(osm, table, complete_for=["银行网点"], report=report)
    assert both["facility_id"].tolist() == ["table:1", "osm:b"]
    assert report.frame()[["row", "action"]].to_numpy().tolist() == [["osm:a", "row dropped"]]
    with pytest.raises(UnknownName, match="service"):
        merge(osm, table, complete_for=["bancs"])


def test_services_never_meet_across() -> None:
    osm = facilities("osm", ("a", "bank", "磁溪", (0.0, 0.0)))
    assert pairs(osm, facilities("table", (1, "post", "磁溪", (0.0, 0.0)))) == {}


def test_nothing_with_nothing() -> None:
    none = FACILITIES.empty(CRS)
    some = facilities("osm", ("a", "bank", None, (0.0, 0.0)))
    assert len(merge(none, none)) == 0
    assert merge(some, none)["source"].tolist() == ["osm"]
    assert merge(none, facilities("table", (1, "bank", None, (0.0, 0.0))))["source"].tolist() == ["table"]


places = st.lists(
    st.tuples(
        st.sampled_from(["bank", "park"]), st.sampled_from([None, "磁溪", "桥头", "第一", "第二"]),
        st.integers(0, 600), st.integers(0, 100),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(osm_rows=places, table_rows=places)
def test_no_row_of_the_table_is_lost_and_none_counts_twice(osm_rows, table_rows) -> None:
    osm = facilities("osm", *((i, s, n, (float(x), float(y))) for i, (s, n, x, y) in enumerate(osm_rows)))
    table = facilities(
        "table", *((i, s, n, (float(x), float(y))) for i, (s, n, x, y) in enumerate(table_rows))
    )
    both = merge(osm, table)
    met = int((both["source"] == "osm+table").sum())
    assert len(both) == len(osm) + len(table) - met
    stated = both[both["source"] != "osm"]
    assert sorted(stated["source_id"].astype(int)) == list(range(len(table)))
    assert sorted(stated["service"]) == sorted(table["service"])
    again = merge(osm, table)
    assert both["facility_id"].tolist() == again["facility_id"].tolist()


# ------------------------------------------------------------------------------------------------- real data


@pytest.mark.real
def test_the_datum_test_on_real_streets(data_dir: Path, tmp_path: Path) -> None:
    """Las Palmas, carried to Chongqing: its shops in a vendor's datum must not pass as WGS-84."""
    from yiju.city.readers.osm import read_osm

    layers = read_osm([data_dir / "city-las-palmas" / "las_palmas.osm.pbf"], crs="EPSG:32628")
    corner = np.array(ORIGIN) - layers.street_edges.total_bounds[:2]
    streets = gpd.GeoDataFrame(
        geometry=shapely.transform(layers.street_edges.geometry.to_numpy(), lambda p: p + corner), crs=CRS
    )
    shops = layers.facilities[
        layers.facilities["service"].isin(["pharmacy", "bank", "supermarket", "hairdresser"])
    ]
    points = shapely.get_coordinates(shapely.centroid(shops.geometry.to_numpy())) + corner
    assert len(points) > 150
    for true in ("wgs84", "gcj02", "bd09"):
        text = table_of(points, true)
        assert len(read(tmp_path, text, datum=true, streets=streets).rejections) == 0
        wrong = "gcj02" if true == "wgs84" else "wgs84"
        with pytest.raises(InputError, match=f'datum = "{true}"'):
            read(tmp_path, text, datum=wrong, streets=streets)
