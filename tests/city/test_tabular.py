"""Tables as offices save them: encodings, separators, ragged rows, workbooks; cells; vector layers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import sqlite3
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.readers.cells import answers, decimals, numbers, one_number, times
from yiju.city.readers.tabular import decode, header_of, match_columns, plain, read_text_table, row_numbers
from yiju.city.readers.vector import crs_of, read_vector
from yiju.city.rejections import Rejections
from yiju.errors import InputError, UnknownName

CHINESE = "名称,服务,经度\n磁溪幼儿园,幼儿园,106.5\n"


def read(file: Path, **options: object) -> tuple[pd.DataFrame, Rejections]:
    report = Rejections(file.name)
    return read_text_table(file, report, **options), report


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_chinese_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "设施.csv"
    file.write_bytes(CHINESE.encode(encoding))
    frame, report = read(file)
    assert frame.loc[2].tolist() == ["磁溪幼儿园", "幼儿园", "106.5"]
    assert header_of(file) == ["名称", "服务", "经度"]
    assert len(report) == 0


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("nombre,tipo\nJardín de niños,educación\n", "latin-1"),
        ("имя,тип\nдетский сад,образование\n", "cp1251"),
    ],
)
def test_another_encoding_is_refused_and_not_guessed(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "padron.csv"
    file.write_bytes(text.encode(encoding))
    with pytest.raises(InputError, match="UTF-8") as error:
        read(file)
    assert "另存为" in error.value.say("zh")


common_characters = [
    bytes([lead, trail]).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in range(0xA1, 0xFF)
]


@given(st.text(alphabet=st.sampled_from(common_characters), min_size=1))
def test_common_chinese_in_gbk_is_read_back(text: str) -> None:
    assert decode(("名称\n" + text).encode("gbk"), "a.csv") == "名称\n" + text


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        separator.join(["name", "lon, lat" if separator != "," else "place", "n"])
        + "\n"
        + separator.join("abc")
    )
    assert read(file)[0].iloc[0].tolist() == ["a", "b", "c"]


cells_of_text = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)


@given(rows=st.lists(st.tuples(cells_of_text, cells_of_text), min_size=1, max_size=8))
def test_every_cell_that_csv_can_write_comes_back_stripped(tmp_path_factory, rows) -> None:
    file = tmp_path_factory.mktemp("csv") / "a.csv"
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b"), *rows])
    file.write_bytes(out.getvalue().encode())
    frame, report = read(file)
    expected = [[c.strip() or None for c in row] for row in rows]
    expected = [row for row in expected if any(row)]
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == expected
    assert len(report) == 0


def test_ragged_and_empty_rows_do_not_shift_the_count(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('id,"name\n(zh)"\n1,a\n2\n\n4,b,c\n5,e\n')
    frame, report = read(file)
    assert frame.index.tolist() == [2, 6]  # of records; the header is one
    assert report.frame()["row"].tolist() == ["3", "5"]
    assert report.frame()["why_en"].tolist() == ["needs 2 cells, has 1", "needs 2 cells, has 3"]
    assert report.read == 4


@given(kept=st.integers(0, 50), dropped=st.sets(st.integers(2, 40)))
def test_row_numbers_leave_out_exactly_the_dropped_ones(kept: int, dropped: set[int]) -> None:
    dropped = {d for d in dropped if d < kept + len(dropped) + 2}
    numbers_ = row_numbers(kept, dropped).tolist()
    assert not set(numbers_) & dropped
    assert sorted({*numbers_, *dropped})[: kept + len(dropped)] == list(range(2, kept + len(dropped) + 2))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"\n \n", "empty"),
        ("twice.csv", b"a,b,a\n1,2,3\n", "names a twice"),
        ("table.xls", b"\xd0\xcf\x11\xe0", "Save it as CSV"),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", "damaged"),
        ("a.docx", b"x", "cannot be read as a table"),
    ],
)
def test_a_file_of_no_use_says_why(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        read(tmp_path / name)
    assert name in str(error.value)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Check the path") as error:
        read(tmp_path / "nowhere.csv")
    assert "没有这个文件" in error.value.say("zh")


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append([])
    book.active.append(["编号", "名称", None, "建成"])
    book.active.append([31.0, " 幼儿园 ", "left over", dt.datetime.fromisoformat("2020-05-01")])
    book.active.append([None, None, None, None])
    book.active.append([32, 0.5, None, None])
    book.create_sheet("二").append(["x"])
    book.save(file)
    frame, _ = read(file)
    assert frame.columns.tolist() == ["编号", "名称", "建成"]
    assert frame.loc[3].tolist() == ["31", "幼儿园", "2020-05-01 00:00:00"]
    assert frame.index.tolist() == [3, 5]
    assert header_of(file) == ["编号", "名称", "建成"]
    with pytest.raises(UnknownName, match="sheet"):
        read(file, sheet="三")


def test_only_the_wanted_columns_are_loaded(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,what the resident wrote,lon\n1,my name is,2\n")
    assert read(file, keep=["id", "lon"])[0].columns.tolist() == ["id", "lon"]


def test_columns_are_found_by_usual_names_and_the_mapping_wins() -> None:
    names = {"area": ("建筑面积",), "lon": ("经度", "lng")}
    file = Path("a.csv")
    assert match_columns(["建筑面积（㎡）", "LNG"], names, file=file) == {
        "area": "建筑面积（㎡）",
        "lon": "LNG",
    }
    assert match_columns(["经度", "x0"], names, given={"lon": "x0"}, file=file) == {"lon": "x0"}
    with pytest.raises(InputError, match="Did you mean") as error:
        match_columns(["longitude"], names, given={"lon": "longtude"}, file=file)
    assert error.value.field == "lon"
    with pytest.raises(InputError, match="The file has: a, b"):
        match_columns(["a", "b"], names, required=["lon"], file=file)
    with pytest.raises(UnknownName, match="field"):
        match_columns(["a"], names, given={"lone": "a"}, file=file)


def test_names_that_differ_only_in_spelling_are_one() -> None:
    assert plain("Land Area (m2)") == plain("land_area") == "landarea"
    assert plain("(备注)") == "(备注)"  # nothing but brackets: they are the name


# ---------------------------------------------------------------------------------------------------- cells


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_numbers_are_read_as_they_are_written(value: float) -> None:
    for written in (repr(value), f"{value:,.3f}", f" {value!r} 平方米"):
        assert one_number(written) == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize("cell", ["", "abc", "1,23", "12 34", "5-6", "nan", "inf", "1.2.3", "约30"])
def test_what_is_no_number_is_unknown(cell: str) -> None:
    assert math.isnan(one_number(cell))


def test_numbers_out_of_bounds_are_unknown_and_told() -> None:
    report = Rejections("a.csv")
    cells = pd.Series(["3", "-1", "x", None, "1e999"], index=[2, 3, 4, 5, 6])
    values = numbers(cells, report, field="capacity", least=0)
    assert values.notna().tolist() == [True, False, False, False, False]
    assert sorted(report.frame()["row"]) == ["3", "4", "6"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2025-03-01 08:05:00", "2025-12-31"], ["2025-03-01 08:05:00", "2025-12-31 00:00:00"]),
        (["2025/3/1 8:05", "2025/12/31 23:59"], ["2025-03-01 08:05:00", "2025-12-31 23:59:00"]),
        (["2025年3月1日 8时5分"], ["2025-03-01 08:05:00"]),
        (["03/14/2025 01:05:00 PM"], ["2025-03-14 13:05:00"]),
        (["14/03/2025 13:05", "01/02/2025 10:00"], ["2025-03-14 13:05:00", "2025-02-01 10:00:00"]),
        (["2025-06-12T23:57:27.000", "2025-06-12T23:57:27"], ["2025-06-12 23:57:27"] * 2),
        (["2025-06-12T23:57:27+08:00", "2025-06-12T23:57:27Z"], ["2025-06-12 23:57:27"] * 2),
    ],
)
def test_times_of_many_hands(cells: list[str], expected: list[str]) -> None:
    report = Rejections("a.csv")
    values = times(pd.Series(cells), report, field="created_at")
    assert values.dt.strftime("%Y-%m-%d %H:%M:%S").tolist() == expected
    assert len(report) == 0


@settings(max_examples=25, deadline=None)
@given(st.datetimes(dt.datetime.fromisoformat("1950-01-01"), dt.datetime.fromisoformat("2100-01-01")))
def test_a_time_written_down_is_read_back(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        values = times(pd.Series([moment.strftime(form)]), Rejections("a.csv"), field="t")
        assert values.iloc[0].to_pydatetime() == moment


def test_day_and_month_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(InputError, match="day and month"):
        times(pd.Series(["03/04/2025 10:00", "05/06/2025 11:00"]), Rejections("a.csv"), field="created_at")


def test_answers_in_words() -> None:
    report = Rejections("a.csv")
    cells = pd.Series(["是", "NO", "不满意", "基本满意", "再说", None])
    assert answers(cells, report, field="satisfied").tolist() == [True, False, False, True, pd.NA, pd.NA]
    assert report.frame()["value"].tolist() == ["再说"]


def test_decimals_are_counted_as_written() -> None:
    assert decimals(pd.Series(["39.0", "-76", "39.347", None, "39."])).tolist() == [1, 0, 3, -1, 0]


# --------------------------------------------------------------------------------------------------- layers


def square(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {k: [v] for k, v in columns.items()}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326"
    )


def test_a_layer_keeps_its_crs_and_counts_its_rows(tmp_path: Path) -> None:
    square(name="a").to_crs("EPSG:4547").to_file(tmp_path / "a.gpkg")
    frame = read_vector(tmp_path / "a.gpkg")
    assert frame.crs.to_epsg() == 4547
    assert frame.index.tolist() == [1]


def test_one_of_several_layers_needs_to_be_named(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    for layer in ("one", "two"):
        square(name=layer).to_file(file, layer=layer)
    with pytest.raises(InputError, match="one, two"):
        read_vector(file)
    assert read_vector(file, layer="two")["name"].tolist() == ["two"]
    with pytest.raises(UnknownName, match="layer"):
        read_vector(file, layer="three")


def test_a_layer_without_crs_needs_one(tmp_path: Path) -> None:
    file = tmp_path / "a.shp"
    square(name="a").to_file(file)
    file.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match="coordinate system"):
        read_vector(file)
    assert read_vector(file, crs="EPSG:4490").crs.to_epsg() == 4490
    with pytest.raises(InputError, match="no known coordinate system"):
        crs_of("EPSG:12", file)


def test_a_shapefile_in_gbk_that_does_not_say_so(tmp_path: Path) -> None:
    file = tmp_path / "区县.shp"
    square(name="江北区").to_file(file, encoding="gbk")
    file.with_suffix(".cpg").unlink()
    table = file.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[29] = 0  # the language driver, which GDAL sets and Chinese desktop tools do not
    table.write_bytes(bytes(data))
    assert read_vector(file)["name"].tolist() == ["江北区"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00 cut short", b'{"type": "FeatureColl'])
@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_a_damaged_layer_is_an_error_of_ours(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        read_vector(tmp_path / name)


def test_layers_without_features_or_geometry(tmp_path: Path) -> None:
    square(name="a").iloc[:0].to_file(tmp_path / "none.gpkg")
    with pytest.raises(InputError, match="no features"):
        read_vector(tmp_path / "none.gpkg")
    with sqlite3.connect(tmp_path / "plain.gpkg") as base:
        base.execute("create table t (a int)")
    with pytest.raises(InputError, match=r"plain\.gpkg"):
        read_vector(tmp_path / "plain.gpkg")
    with pytest.raises(InputError, match="Check the path"):
        read_vector(tmp_path / "nowhere.gpkg")


def test_parquet_with_and_without_geometry(tmp_path: Path) -> None:
    square(name="a").to_parquet(tmp_path / "a.parquet")
    assert len(read_vector(tmp_path / "a.parquet")) == 1
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match=r"b\.parquet"):
        read_vector(tmp_path / "b.parquet")
