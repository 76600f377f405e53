"""Whatever a file holds, a reader gives a table that keeps its contract or an error of ours, never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiju.city.config import Source
from yiju.city.readers.boundaries import read_boundaries
from yiju.city.readers.commutes import read_commutes
from yiju.city.readers.facilities import read_facilities
from yiju.city.readers.figures import read_figures
from yiju.city.readers.gtfs import read_gtfs
from yiju.city.readers.population import read_population
from yiju.city.readers.rain import read_rain
from yiju.city.readers.requests import read_requests
from yiju.city.tables import TABLES
from yiju.errors import YijuError

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4544"
HEADERS = {
    "facilities": "编号,名称,服务,经度,纬度,容量,建筑面积,开放时间",
    "residents": "id,lon,lat,people,age_0_59,age_60_plus",
    "figures": "indicator,place_id,period,numerator,denominator,value,source",
    "requests": "工单编号,类别,受理时间,办结时间,满意度,重办次数,服务,经度,纬度",
    "rain": "date,rain_mm",
    "commutes": "home,work,workers",
}
cells = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["", "0", "-1", "1e400", "nan", "公园", "幼儿园、小学", "106.5", "29.5", "2025-03-01", "03/04/2025"]
    ),
    st.sampled_from(
        ["2025-13-45", "25:61", "是", "满意", "\x00", '"', "1,234", "99999999999999999999", "１２", "-0", "∞"]
    ),
    st.floats().map(repr),
)


def read(kind: str, file: Path) -> object:
    if kind == "facilities":
        return read_facilities(file, datum="gcj02", crs=CRS).facilities
    if kind == "residents":
        return read_population(Source("population", "x", {"suppressed": 99}), file, crs=CRS).residents
    if kind == "figures":
        return read_figures(file).figures
    if kind == "requests":
        return read_requests(Source("requests", "x"), file, crs=CRS).requests
    if kind == "rain":
        return read_rain(Source("rain", "x"), file).rain
    return read_commutes(file).commutes


def table_or_error(kind: str, file: Path) -> None:
    try:
        frame = read(kind, file)
    except YijuError as error:
        assert error.say("zh") != error.say("en")  # noqa: PT017 - either outcome is right
        return
    TABLES[kind].validate(frame)


@pytest.mark.parametrize("kind", list(HEADERS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_rows_of_anything(tmp_path_factory, kind: str, data: st.DataObject) -> None:
    width = HEADERS[kind].count(",") + 1
    rows = data.draw(st.lists(st.lists(cells, min_size=width - 1, max_size=width + 1), max_size=6))
    file = tmp_path_factory.mktemp("fuzz") / "a.csv"
    text = "\n".join([HEADERS[kind], *(",".join(row) for row in rows)])
    file.write_bytes(text.encode(errors="replace"))
    table_or_error(kind, file)


@pytest.mark.parametrize(
    "name", ["a.csv", "a.xlsx", "a.gpkg", "a.geojson", "a.tif", "a.zip", "a.parquet", "a.shp"]
)
@settings(max_examples=10, deadline=None)
@given(content=st.binary(max_size=200))
def test_files_of_anything(tmp_path_factory, name: str, content: bytes) -> None:
    file = tmp_path_factory.mktemp("fuzz") / name
    file.write_bytes(content)
    for kind in ("facilities", "residents", "requests"):
        table_or_error(kind, file)
    with pytest.raises(YijuError):
        read_boundaries([(Source("boundary", name), file)], crs=CRS)
    with pytest.raises(YijuError):
        read_gtfs([file], crs=CRS)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_short(tmp_path: Path, cut: float) -> None:
    whole = gpd.GeoDataFrame(
        {"people": range(50)}, geometry=[shapely.Point(106.5, 29.5)] * 50, crs="EPSG:4326"
    )
    for name in ("a.gpkg", "a.geojson", "a.fgb"):
        whole.to_file(tmp_path / name)
    whole.to_parquet(tmp_path / "a.parquet")
    for file in tmp_path.iterdir():
        data = file.read_bytes()
        file.write_bytes(data[: int(len(data) * cut)])
        table_or_error("residents", file)
