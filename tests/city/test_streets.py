"""Street networks from GraphML and from tables of lines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod

from yiju.city.readers.osm import read_osm
from yiju.city.readers.streets import read_streets
from yiju.errors import InputError

CITY = CRS("EPSG:32650")
GEOD = Geod(ellps="WGS84")


def layer(tmp_path, shapes, name="streets.gpkg", crs=CITY, **columns):
    frame = gpd.GeoDataFrame(columns or {"id": range(len(shapes))}, geometry=shapes, crs=crs)
    file = tmp_path / name
    if name.endswith(".parquet"):
        frame.to_parquet(file)
    else:
        frame.to_file(file)
    return file


def line(*points):
    return shapely.LineString([(500_000 + x, 2_600_000 + y) for x, y in points])


GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="string"/>
<key id="y" for="node" attr.name="y" attr.type="string"/>
<key id="c" for="graph" attr.name="crs" attr.type="string"/>
<key id="h" for="edge" attr.name="highway" attr.type="string"/>
<key id="o" for="edge" attr.name="oneway" attr.type="string"/>
<key id="m" for="edge" attr.name="maxspeed" attr.type="string"/>
<key id="g" for="edge" attr.name="geometry" attr.type="string"/>
<key id="i" for="edge" attr.name="osmid" attr.type="string"/>
<graph edgedefault="{directed}"><data key="c">EPSG:4326</data>
<node id="1"><data key="x">117.0</data><data key="y">23.5</data></node>
<node id="2"><data key="x">117.001</data><data key="y">23.5</data></node>
<node id="3"><data key="x">117.001</data><data key="y">23.501</data></node>
{edges}
</graph></graphml>"""


def graphml(tmp_path, *edges, directed="directed"):
    rows = [
        f'<edge source="{u}" target="{v}">'
        + "".join(f'<data key="{k}">{t}</data>' for k, t in data.items())
        + "</edge>"
        for u, v, data in edges
    ]
    file = tmp_path / "net.graphml"
    file.write_text(GRAPHML.format(edges="\n".join(rows), directed=directed), encoding="utf-8")
    return file


def test_graphml_joins_the_two_directions_and_measures_itself(tmp_path) -> None:
    bent = "LINESTRING (117.001 23.5, 117.0012 23.5005, 117.001 23.501)"
    file = graphml(
        tmp_path,
        (1, 2, {"h": "residential", "o": "False", "i": "77"}),
        (2, 1, {"h": "residential", "o": "False", "i": "77"}),
        (2, 3, {"h": "primary", "o": "True", "g": bent, "m": "['50', '30']"}),
    )
    streets = read_streets(file, crs=CITY)
    edges = streets.edges
    assert len(edges) == 2
    assert len(streets.nodes) == 3
    assert edges["source_id"].iloc[0] == "77"
    assert edges["drive_forward"].tolist() == [True, True]
    assert edges["drive_backward"].tolist() == [True, False]
    assert edges["drive_kmh"].iloc[1] == 30
    lon, lat = zip((117.001, 23.5), (117.0012, 23.5005), (117.001, 23.501), strict=True)
    assert edges["length_m"].iloc[1] == pytest.approx(GEOD.line_length(lon, lat), abs=1e-6)
    assert streets.rejections.read == 3


def test_graphml_edges_joined_of_several_classes_admit_what_each_does(tmp_path) -> None:
    file = graphml(
        tmp_path,
        (1, 2, {"h": "['footway', 'steps']", "o": "False"}),
        (2, 3, {"h": "['service', 'footway']", "o": "False"}),
        (1, 3, {"h": "motorway", "o": "True"}),
    )
    edges = read_streets(file, crs=CITY).edges
    assert edges["walk"].tolist() == [True, True, False]
    assert edges["drive_forward"].tolist() == [False, False, True]
    assert edges["stairs"].tolist() == [True, False, False]


def test_graphml_without_directions(tmp_path) -> None:
    file = graphml(tmp_path, (1, 2, {"h": "residential"}), directed="undirected")
    assert read_streets(file, crs=CITY).edges["drive_backward"].all()
    file = graphml(tmp_path, (1, 2, {"h": "residential"}))
    assert not read_streets(file, crs=CITY).edges["drive_backward"].any()


def test_graphml_with_an_edge_to_nowhere(tmp_path) -> None:
    file = graphml(tmp_path, (1, 2, {"h": "residential"}), (1, 9, {"h": "residential"}))
    streets = read_streets(file, crs=CITY)
    assert len(streets.edges) == 1
    assert streets.rejections.frame()["row"].tolist() == ["edge 2"]


@pytest.mark.parametrize("text", ["", "<graphml", "no xml at all"])
def test_graphml_that_is_none(tmp_path, text) -> None:
    file = tmp_path / "net.graphml"
    file.write_text(text)
    with pytest.raises(InputError, match="no whole GraphML file"):
        read_streets(file, crs=CITY)


def test_graphml_cut_off(tmp_path) -> None:
    file = graphml(tmp_path, (1, 2, {"h": "residential"}))
    file.write_text(file.read_text()[:-40])
    with pytest.raises(InputError, match="cut off"):
        read_streets(file, crs=CITY)


def test_graphml_without_coordinates(tmp_path) -> None:
    file = tmp_path / "net.graphml"
    file.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph><node id="1"/></graph></graphml>'
    )
    with pytest.raises(InputError, match="coordinates"):
        read_streets(file, crs=CITY)


@pytest.mark.parametrize("name", ["streets.gpkg", "streets.parquet", "streets.shp"])
def test_a_bare_layer_of_lines_is_a_network(tmp_path, name) -> None:
    file = layer(tmp_path, [line((0, 0), (100, 0), (200, 0)), line((100, 0), (100, 80))], name)
    streets = read_streets(file, crs=CITY)
    assert len(streets.nodes) == 4
    assert len(streets.edges) == 3
    assert streets.edges["walk"].all()
    assert streets.edges["drive_backward"].all()


def test_geojson_in_degrees(tmp_path) -> None:
    shape = shapely.LineString([(117.0, 23.5), (117.001, 23.5)])
    file = layer(tmp_path, [shape], "streets.geojson", crs="EPSG:4326", highway=["footway"])
    edge = read_streets(file, crs=CITY).edges.iloc[0]
    assert edge["length_m"] == pytest.approx(GEOD.line_length([117.0, 117.001], [23.5, 23.5]), abs=1e-6)
    assert (edge["street_class"], edge["drive_forward"]) == ("footway", False)


def test_chinese_columns_and_classes(tmp_path) -> None:
    shapes = [line((0, i * 10), (100, i * 10)) for i in range(5)]
    columns = {
        "道路等级": ["主干路", "支路", "梯道", "铁路", "景观路"],
        "道路名称": ["人民路", "磁溪支路", None, "成渝线", "滨江"],
        "限速": [60, 30, None, None, None],
        "单行": ["否", "F", None, None, None],
    }
    file = layer(tmp_path, shapes, **columns)
    streets = read_streets(file, crs=CITY)
    edges = streets.edges
    assert edges["street_class"].tolist() == ["primary", "tertiary", "steps", "景观路"]
    assert edges["name"].tolist()[:2] == ["人民路", "磁溪支路"]
    assert edges["drive_kmh"].tolist()[:2] == [60, 30]
    assert edges["drive_backward"].tolist() == [True, False, False, True]
    assert edges["stairs"].tolist() == [False, False, True, False]
    assert streets.rejections.frame()["value"].tolist() == ["铁路"]


def test_oneway_as_geofabrik_writes_it(tmp_path) -> None:
    shapes = [line((0, i * 10), (100, i * 10)) for i in range(3)]
    file = layer(tmp_path, shapes, fclass=["primary"] * 3, oneway=["F", "T", "B"], maxspeed=[0, 50, 30])
    edges = read_streets(file, crs=CITY).edges
    assert edges["drive_forward"].tolist() == [True, False, True]
    assert edges["drive_backward"].tolist() == [False, True, True]
    assert edges["drive_kmh"].isna().tolist() == [True, False, False]


def test_a_bridge_joins_at_its_ends_only(tmp_path) -> None:
    file = layer(
        tmp_path,
        [line((-50, 0), (0, 0), (50, 0)), line((0, -50), (0, 0), (0, 50)), line((50, 0), (90, 0))],
        highway=["primary"] * 3,
        bridge=["T", "F", "F"],
    )
    streets = read_streets(file, crs=CITY)
    assert len(streets.edges) == 3
    assert len(streets.nodes) == 5
    assert streets.edges["bridge"].tolist() == [True, False, False]


def test_named_nodes_hold_whatever_the_coordinates_say(tmp_path) -> None:
    file = layer(tmp_path, [line((0, 0), (100, 0)), line((100.4, 0), (200, 0))], u=[1, 2], v=[2, 3])
    streets = read_streets(file, crs=CITY)
    assert len(streets.nodes) == 3
    assert streets.edges["v"].iloc[0] == streets.edges["u"].iloc[1]


def test_an_unnamed_end_is_refused(tmp_path) -> None:
    file = layer(tmp_path, [line((0, 0), (100, 0)), line((100, 0), (200, 0))], u=[1, None], v=[2, 3])
    streets = read_streets(file, crs=CITY)
    assert len(streets.edges) == 1
    assert streets.rejections.frame()["row"].tolist() == ["2"]


def test_what_is_no_line_is_refused(tmp_path) -> None:
    parts = shapely.MultiLineString([line((0, 0), (10, 0)), line((20, 0), (30, 0))])
    shapes = [line((0, 50), (100, 50)), shapely.Point(500_000, 2_600_000), parts, None, line((0, 9), (0, 9))]
    streets = read_streets(layer(tmp_path, shapes, "streets.parquet"), crs=CITY)
    assert len(streets.edges) == 3
    told = streets.rejections.frame()
    assert told["row"].tolist() == ["2", "4", "5"]


def test_a_layer_without_lines(tmp_path) -> None:
    with pytest.raises(InputError, match="no lines"):
        read_streets(layer(tmp_path, [shapely.Point(0, 0)]), crs=CITY)


def test_a_file_that_is_not_there(tmp_path) -> None:
    for name in ("no.graphml", "no.gpkg"):
        with pytest.raises(InputError):
            read_streets(tmp_path / name, crs=CITY)


def test_the_edges_of_osmnx_are_found_beside_its_nodes(tmp_path) -> None:
    file = tmp_path / "osmnx.gpkg"
    nodes = gpd.GeoDataFrame({"osmid": [1, 2]}, geometry=gpd.points_from_xy([0, 1], [0, 1]), crs=CITY)
    nodes.to_file(file, layer="nodes")
    edges = gpd.GeoDataFrame(
        {"u": [1], "v": [2], "highway": ["['path', 'steps']"]}, geometry=[line((0, 0), (9, 9))], crs=CITY
    )
    edges.to_file(file, layer="edges")
    assert read_streets(file, crs=CITY).edges["stairs"].tolist() == [True]


def test_our_own_table_comes_back_as_it_was(pencil, tmp_path) -> None:
    hub = pencil.node(0, 0)
    pencil.way(
        hub, pencil.node(50, 30), pencil.node(100, 0), highway="residential", oneway="-1", maxspeed="30"
    )
    pencil.way(hub, pencil.node(0, 70), highway="steps", name="十八梯")
    pencil.way(hub, pencil.node(-90, 0), highway="cycleway", foot="yes", bridge="yes")
    osm = read_osm([pencil.write(tmp_path / "town.osm.pbf")], crs=CITY)
    osm.street_edges.to_parquet(tmp_path / "street_edges.parquet")
    back = read_streets(tmp_path / "street_edges.parquet", crs=CITY)
    same = [
        "street_class",
        "walk",
        "drive_forward",
        "drive_backward",
        "drive_kmh",
        "stairs",
        "bridge",
        "name",
    ]
    for column in same:
        assert back.edges[column].equals(osm.street_edges[column]), column
    assert np.allclose(back.edges["length_m"], osm.street_edges["length_m"], atol=1e-6)
    assert len(back.nodes) == len(osm.street_nodes)


@pytest.mark.real
def test_shenzhen_futian(data_dir) -> None:
    streets = read_streets(data_dir / "city-shenzhen" / "futian_streets.graphml", crs=CITY)
    assert len(streets.nodes) > 1500
    assert streets.edges["length_m"].sum() > 200_000
    # the two lie within 0.1 %: UTM zone 50 against the ellipsoid, 3 degrees from its meridian
    assert np.allclose(streets.edges["length_m"], streets.edges.geometry.length, rtol=2e-3, atol=1e-3)
    assert streets.edges["walk"].mean() > 0.9
    assert (streets.edges["u"] != streets.edges["v"]).all()
