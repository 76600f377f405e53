"""The street graph made of OpenStreetMap ways: split where they meet, measured on the ellipsoid."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given
from pyproj import Geod

from yiju.city.readers.osm import read_osm
from yiju.city.readers.osm_streets import edge_lengths_m, split_runs

GEOD = Geod(ellps="WGS84")


def read(pencil, tmp_path, crs, **options):
    return read_osm([pencil.write(tmp_path / "town.osm.pbf")], crs=crs, **options)


def neighbours(edges) -> set[tuple[int, int]]:
    return {(min(u, v), max(u, v)) for u, v in zip(edges["u"], edges["v"], strict=True)}


def test_ways_are_split_where_they_meet_and_bends_stay_in_the_line(pencil, tmp_path, city_crs) -> None:
    a, bend, cross, b = (pencil.node(*xy) for xy in [(0, 0), (50, 20), (100, 0), (200, 0)])
    pencil.way(a, bend, cross, b, highway="residential", name="磁溪路")
    pencil.way(pencil.node(100, -80), cross, pencil.node(100, 90), highway="footway")
    layers = read(pencil, tmp_path, city_crs)
    edges = layers.street_edges
    assert len(layers.street_nodes) == 5
    assert len(edges) == 4
    assert shapely.get_num_points(edges.geometry.to_numpy()).tolist() == [3, 2, 2, 2]
    assert edges["name"].tolist()[:2] == ["磁溪路", "磁溪路"]
    assert edges["source_id"].tolist() == ["w1", "w1", "w2", "w2"]


def test_lengths_are_those_of_pyproj_on_the_ellipsoid(pencil, tmp_path, city_crs) -> None:
    refs = [pencil.node(x, y) for x, y in [(0, 0), (310, 20), (500, -700), (4000, 9000)]]
    pencil.way(*refs, highway="primary")
    edge = read(pencil, tmp_path, city_crs).street_edges.iloc[0]
    lon, lat = zip(*(pencil.lonlat[ref] for ref in refs), strict=True)
    assert edge["length_m"] == pytest.approx(GEOD.line_length(lon, lat), abs=1e-6)
    # UTM shrinks by 0.9996 on its central meridian: the plane is not the ground
    assert edge.geometry.length == pytest.approx(edge["length_m"] * 0.9996, rel=1e-5)


def test_node_and_line_agree(pencil, tmp_path, city_crs) -> None:
    hub = pencil.node(0, 0)
    for x, y in [(100, 0), (0, 100), (-70, -70)]:
        pencil.way(hub, pencil.node(x / 2, y), pencil.node(x, y), highway="service")
    layers = read(pencil, tmp_path, city_crs)
    points = layers.street_nodes.set_index("node_id").geometry
    for edge in layers.street_edges.itertuples():
        assert shapely.get_point(edge.geometry, 0) == points[edge.u]
        assert shapely.get_point(edge.geometry, -1) == points[edge.v]


def test_a_bridge_and_the_street_below_do_not_meet(pencil, tmp_path, city_crs) -> None:
    pencil.street((-100, 0), (0, 0), (100, 0), bridge="yes", layer="1")
    pencil.street((0, -100), (0, 0.0000001), (0, 100))
    layers = read(pencil, tmp_path, city_crs)
    assert len(layers.street_nodes) == 4
    assert len(layers.street_edges) == 2
    assert layers.street_edges["bridge"].tolist() == [True, False]


def test_a_private_gate_parts_a_path_and_a_bollard_does_not(pencil, tmp_path, city_crs) -> None:
    ends = [pencil.node(0, 0), pencil.node(200, 0)]
    gate = pencil.node(100, 0, barrier="gate", access="private")
    bollard = pencil.node(150, 0, barrier="bollard")
    pencil.way(ends[0], gate, bollard, ends[1], highway="footway")
    layers = read(pencil, tmp_path, city_crs)
    assert len(layers.street_edges) == 2
    assert len(layers.street_nodes) == 4  # the gate twice, once for each side
    assert len(set(layers.street_edges["u"]) & set(layers.street_edges["v"])) == 0


def test_a_private_gate_on_a_road_does_not_part_it(pencil, tmp_path, city_crs) -> None:
    gate = pencil.node(100, 0, barrier="gate", access="private")
    pencil.way(pencil.node(0, 0), gate, pencil.node(200, 0), highway="service")
    assert len(read(pencil, tmp_path, city_crs).street_edges) == 1


def test_no_edge_returns_to_its_own_node(pencil, tmp_path, city_crs) -> None:
    ring = [pencil.node(x, y) for x, y in [(0, 0), (50, 0), (50, 50), (0, 50)]]
    pencil.way(*ring, ring[0], highway="living_street")
    pencil.way(pencil.node(-50, 0), ring[0], highway="residential")
    edges = read(pencil, tmp_path, city_crs).street_edges
    assert len(edges) == 3
    assert (edges["u"] != edges["v"]).all()
    assert edges["length_m"].sum() == pytest.approx(250 / 0.9996, abs=0.1)


def test_vertices_in_one_place_are_one_and_ways_of_no_length_are_refused(pencil, tmp_path, city_crs) -> None:
    here, twin = pencil.node(0, 0), pencil.node(0, 0)
    pencil.way(here, twin, pencil.node(100, 0), highway="residential")
    pencil.way(twin, pencil.node(0, 100), highway="residential")
    pencil.way(pencil.node(500, 500), pencil.node(500, 500), highway="residential")
    layers = read(pencil, tmp_path, city_crs)
    assert len(layers.street_edges) == 2
    assert len(layers.street_nodes) == 3  # the twins are one corner
    refused = layers.rejections.frame()
    assert refused.loc[refused["why_en"] == "the street has no length", "row"].tolist() == ["w3"]


def test_directions_follow_the_drawing(pencil, tmp_path, city_crs) -> None:
    pencil.street((0, 0), (100, 0), oneway="yes", maxspeed="30")
    pencil.street((0, 50), (100, 50), oneway="-1")
    pencil.street((0, 90), (100, 90), highway="steps")
    edges = read(pencil, tmp_path, city_crs).street_edges
    assert edges["drive_forward"].tolist() == [True, False, False]
    assert edges["drive_backward"].tolist() == [False, True, False]
    assert edges["walk"].all()
    assert edges["stairs"].tolist() == [False, False, True]
    assert edges["drive_kmh"].iloc[0] == 30
    assert edges["drive_kmh"].iloc[1:].isna().all()


def test_one_walks_along_the_edge_of_a_square_drawn_as_a_relation(pencil, tmp_path, city_crs) -> None:
    rim = pencil.box(0, 0, 60, 60)
    pencil.relation((rim, "outer"), type="multipolygon", highway="pedestrian", area="yes")
    street = pencil.way(1, pencil.node(-50, 0), highway="residential")
    edges = read(pencil, tmp_path, city_crs).street_edges
    assert set(edges["source_id"]) == {street, "r1"}
    assert edges.loc[edges["source_id"] == "r1", "length_m"].sum() == pytest.approx(240 / 0.9996, abs=0.1)


def test_what_touches_the_clip_is_kept_whole_and_ids_stay_dense(pencil, tmp_path, city_crs) -> None:
    cross = pencil.node(100, 0)
    pencil.way(pencil.node(0, 0), cross, pencil.node(200, 0), highway="residential")
    pencil.street((1000, 0), (1100, 0))
    clip = shapely.box(499_990, 2_599_990, 500_150, 2_600_010)
    layers = read(pencil, tmp_path, city_crs, clip=clip)
    assert layers.street_edges["source_id"].tolist() == ["w1"]
    assert layers.street_nodes["node_id"].tolist() == list(range(len(layers.street_nodes)))
    assert layers.street_edges.geometry.length.iloc[0] == pytest.approx(
        200, abs=0.02
    )  # OSM stores centimetres


def test_nodes_missing_from_an_extract_cut_the_way_and_are_told(pencil, tmp_path, city_crs) -> None:
    refs = [pencil.node(x, 0) for x in (0, 50, 100, 150, 200)]
    pencil.way(*refs, highway="residential")
    pencil.way(refs[2], pencil.node(300, 0), highway="residential")
    file = pencil.write(tmp_path / "cut.osm.pbf", leave_out=(refs[2],))
    layers = read_osm([file], crs=city_crs)
    assert len(layers.street_edges) == 2
    told = layers.rejections.frame()
    assert told["action"].tolist() == ["value repaired", "row dropped"]
    assert told["row"].tolist() == ["w1", "w2"]
    assert told["value"].tolist() == ["1/5", "1/2"]


@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=8), min_size=1, max_size=8))
def test_splitting_keeps_every_segment_once(ways) -> None:
    """Whatever the ways are, the edges cover each segment between two different nodes exactly once."""
    node = np.array([ref for way in ways for ref in way])
    run = np.repeat(np.arange(len(ways)), [len(way) for way in ways])
    edges = split_runs(node, run, np.zeros(len(node), bool))
    covered = np.zeros(len(node), int)
    for first, last in zip(edges.first, edges.last, strict=True):
        assert run[first] == run[last]
        covered[first:last] += 1
    segment = (run[:-1] == run[1:]) & (node[:-1] != node[1:])
    assert (covered[:-1][segment] == 1).all()
    assert (edges.u != edges.v).all()
    lengths = edge_lengths_m(np.arange(len(node), dtype=float), edges)
    expected = [sum(range(f, t)) for f, t in zip(edges.first, edges.last, strict=True)]
    assert lengths.tolist() == expected
    # nothing but the ends of an edge is met by anything else
    inner = {int(node[i]) for f, t in zip(edges.first, edges.last, strict=True) for i in range(f + 1, t)}
    assert inner.isdisjoint(set(edges.u.tolist()) | set(edges.v.tolist()))


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "crs", "least_km"),
    [
        ("city-las-palmas/las_palmas.osm.pbf", 32628, 1500),
        ("city-porto-alegre/poa_osm.pbf", 32722, 1500),
        ("city-helsinki/Helsinki.osm.pbf", 3067, 80),
        ("osm-small/monaco.osm.gz", 32632, 60),
        ("osm-small/andorra.osm.pbf", 32631, 500),
    ],
)
def test_real_streets_keep_their_promises(osm_of, file, crs, least_km) -> None:
    layers = osm_of(file, crs)
    nodes, edges = layers.street_nodes, layers.street_edges
    assert edges["length_m"].sum() / 1000 > least_km
    # the plane of UTM is within 0.1 % of the ground near its meridian
    assert np.allclose(edges["length_m"], edges.geometry.length, rtol=2e-3, atol=1e-3)
    assert nodes["node_id"].tolist() == list(range(len(nodes)))
    used = set(edges["u"]) | set(edges["v"])
    assert used == set(nodes["node_id"])
    assert (edges["walk"] | edges["drive_forward"] | edges["drive_backward"]).all()
    starts = nodes.geometry.to_numpy()[edges["u"].to_numpy()]
    assert shapely.equals(starts, shapely.get_point(edges.geometry.to_numpy(), 0)).all()
