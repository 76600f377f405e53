"""The demo city as a whole: small here, in full size in tests/test_truths.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from yiju.city.demo import clear_demo, make_demo, same_demo
from yiju.city.demo.site import CRS
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.api import City


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path, demo_city):
    make_demo(tmp_path / "again")
    one, two = bytes_of(tmp_path / "again"), bytes_of(demo_city.folder.path)
    assert len(one) == 14
    assert [name for name, content in one.items() if content != two[name]] == []
    assert same_demo(tmp_path / "again")
    assert not same_demo(tmp_path / "again", seed=7)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 7])
def test_another_seed_is_another_city_with_the_same_truths(tmp_path, demo_city, seed):
    from yiju.api import City

    city = City.demo(tmp_path / "other", seed=seed)
    one, two = bytes_of(city.folder.path), bytes_of(demo_city.folder.path)
    assert {name for name in one if one[name] == two[name]} == {"city.toml"}
    city.build()
    city.checkup()
    needs = pd.read_parquet(city.folder.checkup_dir() / "needs.parquet")
    truths = json.loads((city.folder.path / "truths.json").read_text(encoding="utf-8"))
    rows = needs[needs["service"].isin({t["service"] for t in truths})]
    found = set(rows[["service", "step", "place_id"]].itertuples(index=False, name=None))
    assert found == {(t["service"], t["step"], t["place_id"]) for t in truths}


def test_a_folder_in_use_is_never_written_to(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        make_demo(tmp_path)
    clear_demo(tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("scale", [0.9, 0.0, -1.0, float("nan")])
def test_a_city_that_cannot_hold_its_truths_is_refused(tmp_path, scale):
    with pytest.raises(InputError, match="too small"):
        make_demo(tmp_path / "x", scale=scale)
    assert not (tmp_path / "x").exists()


def test_an_interrupted_city_is_not_there(tmp_path, monkeypatch):
    from yiju.city.demo import making

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_write_inputs", stop)
    monkeypatch.setattr(making, "draw", lambda *_: None)
    monkeypatch.setattr(making, "name_places", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_clearing_takes_what_was_generated_and_nothing_else(tmp_path):
    folder = tmp_path / "x"
    (folder / "input").mkdir(parents=True)
    (folder / "input" / "map.osm.pbf").write_bytes(b"")
    (folder / "demo.json").write_text(json.dumps({"edition": 0}), encoding="utf-8")
    (folder / "notes.md").write_text("mine", encoding="utf-8")
    assert not same_demo(folder)
    clear_demo(folder)
    assert [f.name for f in folder.iterdir()] == ["notes.md"]


# ------------------------------------------------------------------------------------- the whole city, in full size


@pytest.fixture(scope="module")
def inputs(demo_city: City) -> Path:
    return demo_city.folder.input_dir


@pytest.fixture(scope="module")
def places(inputs: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(inputs / "boundaries.geojson").to_crs(CRS)


@pytest.fixture(scope="module")
def residents(inputs: Path) -> gpd.GeoDataFrame:
    cells = pd.read_csv(inputs / "residents.csv")
    return gpd.GeoDataFrame(
        cells, geometry=gpd.points_from_xy(cells["lon"], cells["lat"], crs=4326).to_crs(CRS)
    )


def test_three_hundred_thousand_people_of_all_ages(residents):
    bands = [c for c in residents.columns if c.startswith("age_")]
    assert residents["people"].sum() == 300_000
    assert (residents[bands].sum(axis=1) == residents["people"]).all()
    old = residents[["age_60_79", "age_80_plus"]].sum().sum() / 300_000
    young = residents[["age_0_2", "age_3_5", "age_6_11", "age_12_14"]].sum().sum() / 300_000
    # Chongqing in the census of 2020: 21.9 % of 60 and over, 15.9 % under 15
    assert 0.17 < old < 0.26
    assert 0.10 < young < 0.19


def test_places_nest_and_cover_the_city_without_overlap(places):
    levels = places.groupby("level").size()
    assert 40 <= levels["community"] <= 50
    assert 5 <= levels["subdistrict"] <= 8
    assert levels["district"] == 2
    city = places[places["level"] == "city"].geometry.item()
    for level in ("district", "subdistrict", "community"):
        shapes = places[places["level"] == level].geometry.to_numpy()
        assert abs(shapely.area(shapes).sum() - city.area) < 1e-4 * city.area
        assert abs(shapely.union_all(shapes).area - city.area) < 1e-4 * city.area
    for place in places[places["parent"].notna()].itertuples():
        above = places.loc[places["id"] == place.parent].geometry.item()
        assert place.geometry.intersection(above).area > 0.999 * place.geometry.area
        assert place.id.startswith(place.parent)


def test_communities_have_the_size_that_the_handbook_asks_for(places, residents):
    joined = gpd.sjoin(residents, places[places["level"] == "community"], predicate="within")
    held = joined.groupby("id")["people"].sum()
    assert held.sum() > 0.999 * 300_000
    assert held.min() >= 5_000
    assert held.max() <= 12_000


def test_the_old_town_is_old_and_the_new_towns_are_young(demo_city, residents):
    """Where houses are low and small the old live, where they are tall and new, children."""
    old = residents["age_60_79"] + residents["age_80_plus"]
    share = (
        old.groupby(pd.qcut(residents.geometry.x, 6)).sum()
        / residents.groupby(pd.qcut(residents.geometry.x, 6))["people"].sum()
    )
    assert share.max() - share.min() > 0.05


def test_the_facility_table_is_shifted_as_gcj02_is(inputs, demo_city):
    table = pd.read_csv(inputs / "facilities.csv")
    raw = gpd.GeoSeries(gpd.points_from_xy(table["经度"], table["纬度"], crs=4326)).to_crs(CRS)
    built = demo_city.table("facilities")
    rows = built[built["source"] != "osm"].copy()
    rows["编号"] = np.where(rows["source_id"].notna(), rows["source_id"], rows["facility_id"]).astype(str)
    rows["编号"] = rows["编号"].str.replace("table:", "")
    true = (
        rows.drop_duplicates("编号").set_index("编号").geometry.representative_point().reindex(table["编号"])
    )
    shift = np.hypot(raw.x.to_numpy() - true.x.to_numpy(), raw.y.to_numpy() - true.y.to_numpy())
    assert np.isfinite(shift).mean() > 0.99
    assert 100 < np.nanmedian(shift) < 800
    assert table["名称"].notna().all()


def test_mountains_rivers_stairs_bridges(demo_city):
    edges = demo_city.table("street_edges")
    assert edges["bridge"].sum() >= 8
    assert edges.loc[edges["stairs"], "length_m"].sum() > 10_000
    assert set(edges["street_class"]) >= {
        "primary",
        "secondary",
        "tertiary",
        "residential",
        "service",
        "footway",
        "steps",
    }
    assert edges["climb_m"].abs().max() > 10
    assert demo_city.table("terrain")["slope_deg"].max() > 20
    assert (demo_city.table("stops")["mode"] == "rail").sum() >= 8


def test_no_street_crosses_water_but_on_a_bridge(demo_city):
    edges, water = demo_city.table("street_edges"), demo_city.table("water")
    river = shapely.union_all(water.geometry[water.geometry.geom_type.str.contains("Polygon")].to_numpy())
    wet = shapely.length(shapely.intersection(edges.geometry.to_numpy(), river))
    assert wet[~edges["bridge"].to_numpy()].max() < 1.0


def test_no_house_stands_in_water_on_a_street_or_in_a_park(demo_city):
    houses = demo_city.table("buildings").geometry.to_numpy()
    tree = shapely.STRtree(houses)
    streets = demo_city.table("street_edges")
    on_street = tree.query(streets.geometry.to_numpy(), predicate="intersects")[1]
    assert len(np.unique(on_street)) < 0.005 * len(houses)
    parks = demo_city.table("facilities").query("service == 'park'").geometry.to_numpy()
    assert len(tree.query(parks, predicate="overlaps")[1]) == 0


def test_a_year_of_requests_without_a_word_of_text(inputs, demo_city):
    log = pd.read_csv(inputs / "requests.csv")
    assert 17_000 < len(log) < 23_000
    assert not {"text", "content", "name", "phone", "address", "内容", "姓名", "电话"} & set(log.columns)
    built = demo_city.table("requests")
    assert set(built["created_at"].dt.year) == {2025}
    done = built[built["closed_at"].notna()]
    assert (done["closed_at"] >= done["created_at"]).all()
    assert done["resolved"].notna().any()
    assert 0.7 < built["located"].mean() < 0.9


def test_nearly_every_row_is_taken_as_it_stands(demo_city):
    rejected = pd.read_csv(demo_city.folder.tables_dir / "rejected.csv")
    assert len(rejected) < 40
    assert not rejected["field"].eq("geometry").any()


def test_the_city_lies_in_its_own_zone_of_the_national_grid(places):
    lon, lat = Transformer.from_crs(CRS, 4326, always_xy=True).transform(
        *places.geometry.iloc[0].centroid.coords[0]
    )
    assert 103.5 < lon < 106.5
    assert 28.5 < lat < 30.0
