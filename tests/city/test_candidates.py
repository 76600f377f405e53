"""The register of candidate sites: what is taken, what is refused, and that each refusal names row and field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.build import build_city
from yiju.city.folder import CityFolder
from yiju.city.readers.candidates import Candidates, read_candidates
from yiju.errors import InputError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

# Round 106.55 E, 29.56 N in EPSG:4544.
CRS = "EPSG:4544"
HEAD = "编号,名称,类型,可用建筑面积,启用费用,可承载服务,经度,纬度\n"


def read(folder: Path, rows: str, **options: object) -> Candidates:
    file = folder / "候选.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    return read_candidates(file, datum="wgs84", crs=CRS, **options)


def test_a_register_as_an_office_keeps_it(tmp_path: Path) -> None:
    found, refused = read(
        tmp_path,
        "K1,老粮站,闲置用房,620㎡,,托育服务；老年食堂,106.55,29.56\n"
        "K2,,公共用房,,150000,,106.56,29.56\n"
        "K3,停车场,land,900,,,106.57,29.56\n",
    )
    assert len(refused) == 0
    assert found["kind"].tolist() == ["vacant", "municipal", "land"]
    assert found.loc[0, "services"] == "childcare;community_canteen"
    assert found["services"].isna().tolist() == [False, True, True]
    assert found.loc[0, "floor_area_m2"] == 620.0
    assert found.loc[1, "cost_yuan"] == 150_000.0


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("K9,x,闲置用房,-5,,,106.56,29.56", "floor_area_m2", "at least 0"),
        ("K9,x,闲置用房,many,,,106.56,29.56", "floor_area_m2", "no number"),
        ("K9,x,闲置用房,600,-1,,106.56,29.56", "cost_yuan", "at least 0"),
        ("K9,x,宫殿,600,,,106.56,29.56", "kind", "vacant"),
        ("K9,x,闲置用房,600,,飞行,106.56,29.56", "services", "not in the service catalogue"),
        ("K9,x,闲置用房,600,,,,29.56", "coordinates", "no usable position"),
        ("K1,x,闲置用房,800,,,106.58,29.56", "id", "stands there already"),
        ("K9,x,闲置用房,620,,,106.55,29.56", "id", "same point"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_row_and_field(
    tmp_path: Path, row: str, field: str, says: str
) -> None:
    found, refused = read(tmp_path, f"K1,老粮站,闲置用房,620,,,106.55,29.56\n{row}\n")
    assert found["candidate_id"].tolist() == ["K1"]
    told = refused.frame()
    told = told[told["field"] == field]
    assert told["row"].tolist() == ["3"]
    assert says in told["why_en"].iloc[0]
    assert told["action"].tolist() == ["row dropped"]


def test_a_candidate_outside_the_city_is_refused(tmp_path: Path) -> None:
    rows = "K1,a,vacant,600,,,106.55,29.56\nK2,b,vacant,600,,,106.65,29.56\n"
    whole, _ = read(tmp_path, rows)
    city = shapely.buffer(whole.geometry.iloc[0], 1_000.0)
    found, refused = read(tmp_path, rows, city=city)
    assert found["candidate_id"].tolist() == ["K1"]
    assert refused.frame()["why_en"].tolist() == ["the candidate lies outside the city"]


def test_a_vendors_coordinates_are_brought_home(tmp_path: Path) -> None:
    rows = "K1,a,vacant,600,,,106.55,29.56\n"
    (here, _), file = read(tmp_path, rows), tmp_path / "候选.csv"
    moved, _ = read_candidates(file, datum="gcj02", crs=CRS)
    assert 100 < here.geometry.iloc[0].distance(moved.geometry.iloc[0]) < 700


def test_a_file_without_kinds_or_with_an_unknown_datum(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("编号,经度,纬度\nK1,106.55,29.56\n", encoding="utf-8")
    with pytest.raises(InputError, match="kind"):
        read_candidates(file, datum="wgs84", crs=CRS)
    with pytest.raises(UnknownName):
        read_candidates(file, datum="mars", crs=CRS)


def test_a_build_keeps_those_inside_and_tells_the_others(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "city.toml").write_text(
        f'[city]\nname = "磁溪市"\nyear = 2025\ncrs = "{CRS}"\n'
        '[[source]]\nkind = "boundary"\nfile = "input/city.geojson"\nlevel = "city"\n'
        '[[source]]\nkind = "candidates"\nfile = "input/k.csv"\ndatum = "wgs84"\n',
        encoding="utf-8",
    )
    square = gpd.GeoDataFrame(
        {"name": ["磁溪市"]}, geometry=[shapely.box(106.5, 29.5, 106.6, 29.6)], crs=4326
    )
    square.to_file(tmp_path / "input" / "city.geojson")
    rows = "K1,a,vacant,600,,,106.55,29.56\nK2,b,vacant,600,,,106.65,29.56\n"
    (tmp_path / "input" / "k.csv").write_text(HEAD + rows, encoding="utf-8")
    folder = CityFolder.open(tmp_path)
    build_city(folder)
    assert folder.table("candidates")["candidate_id"].tolist() == ["K1"]
    refused = pd.read_csv(folder.tables_dir / "rejected.csv")
    assert refused.loc[refused["stage"] == "candidates", ["file", "row"]].to_numpy().tolist() == [
        ["k.csv", 3]
    ]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["620", "-5", "", "x", "1e9"]), min_size=1, max_size=12))
def test_every_row_is_either_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, areas: list[str]
) -> None:
    rows = "".join(f"K{k},,vacant,{a},,,106.{500 + k},29.56\n" for k, a in enumerate(areas))
    found, refused = read(tmp_path_factory.mktemp("fuzz"), rows)
    assert len(found) + len(refused) == len(areas)
    assert (found["floor_area_m2"].dropna() >= 0).all()
