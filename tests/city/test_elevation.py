"""Heights, slopes, hollows and drainage against planes, bowls and plainer code."""

from __future__ import annotations

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from pyproj import CRS

from yiju.city.readers.elevation import add_elevation, read_terrain, sample_elevation
from yiju.city.readers.osm import read_osm
from yiju.city.readers.terrain import fill_hollows, hang_between, slope_deg, upstream_cells
from yiju.errors import InputError

CITY = CRS("EPSG:32650")
LEFT, TOP = 495_000.0, 2_605_000.0


def model(
    tmp_path, heights, name="dem.tif", *, cell_m=30.0, crs="EPSG:32650", nodata=None, left=LEFT, top=TOP
):
    file = tmp_path / name
    heights = np.asarray(heights)
    profile = {
        "driver": "GTiff",
        "height": heights.shape[0],
        "width": heights.shape[1],
        "count": 1,
        "nodata": nodata,
    }
    transform = Affine(cell_m, 0, left, 0, -cell_m, top)
    with rasterio.open(file, "w", dtype=heights.dtype, crs=crs, transform=transform, **profile) as raster:
        raster.write(heights, 1)
    return file


def plane(shape=(400, 400), *, east=0.1, south=0.2, cell_m=30.0, base=100.0):
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]]
    return base + (column * east + row * south) * cell_m


def at(*points):
    return gpd.GeoSeries([shapely.Point(x, y) for x, y in points], crs=CITY)


# ------------------------------------------------------------------------------------------------ the shape alone


@pytest.mark.parametrize(("east", "south"), [(0.0, 0.0), (0.1, 0.0), (0.0, -0.3), (0.3, 0.4), (-1.0, 1.0)])
def test_horn_is_exact_on_a_plane(east, south) -> None:
    slope = slope_deg(plane((9, 9), east=east, south=south), 30.0)
    expected = np.degrees(np.arctan(np.hypot(east, south)))
    assert np.allclose(slope[1:-1, 1:-1], expected, atol=1e-9)


def test_horn_weighs_the_straight_neighbours_twice() -> None:
    # Horn (1981): (c + 2f + i - a - 2d - g) / 8; one high cell to the east counts 2/8
    heights = np.zeros((3, 3))
    heights[1, 2] = 8.0
    assert slope_deg(heights, 1.0)[1, 1] == pytest.approx(np.degrees(np.arctan(2.0)))


def test_an_unknown_neighbour_is_as_high_as_the_cell() -> None:
    heights = np.full((3, 3), 7.0)
    heights[0, 0] = np.nan
    slope = slope_deg(heights, 30.0)
    assert slope[1, 1] == 0
    assert np.isnan(slope[0, 0])


def test_a_hand_made_bowl_fills_to_its_spill_point() -> None:
    bowl = np.array(
        [
            [9, 9, 9, 9, 9, 9],
            [9, 3, 2, 3, 9, 9],
            [9, 2, 1, 2, 5, 9],
            [9, 3, 2, 3, 9, 4],
            [9, 9, 9, 9, 9, 9],
        ],
        dtype=float,
    )
    filled, order, came_from = fill_hollows(bowl)
    # it spills over 5 into the 4 on the edge: nine cells stand under water up to 5
    depth = filled - bowl
    assert depth[1:4, 1:4].tolist() == [[2, 3, 2], [3, 4, 3], [2, 3, 2]]
    assert depth.sum() == 24
    upstream = upstream_cells(filled, order, came_from)
    # the rim falls into the bowl too; only the far corner touches nothing lower and keeps its own drop
    assert upstream[3, 5] == bowl.size - 1
    assert upstream[0, 5] == 1


def test_water_leaves_beside_unknown_ground() -> None:
    bowl = np.full((5, 5), 9.0)
    bowl[2, 2] = 1.0
    assert fill_hollows(bowl)[0][2, 2] == 9
    bowl[1, 1] = np.nan
    filled, order, came_from = fill_hollows(bowl)
    assert filled[2, 2] == 1
    assert upstream_cells(filled, order, came_from)[1, 1] == 0


@pytest.mark.parametrize("fall", [(0, 1), (1, 0), (0, -1), (-1, 0)])
def test_on_a_tilted_plane_each_cell_drains_its_own_row(fall) -> None:
    row, column = np.mgrid[0:7, 0:11]
    tilted = -1.0 * (row * fall[0] + column * fall[1])
    upstream = upstream_cells(*fill_hollows(tilted))
    along = (row * fall[0] + column * fall[1]) - (row * fall[0] + column * fall[1]).min() + 1
    assert (upstream == along).all()


def test_on_a_diagonal_plane_water_runs_down_the_diagonals() -> None:
    row, column = np.mgrid[0:6, 0:6]
    upstream = upstream_cells(*fill_hollows(-1.0 * (row + column)))
    # the diagonal step falls 2 over sqrt(2), the straight one 1 over 1
    assert np.diag(upstream)[:-1].tolist() == [1, 2, 3, 4, 5]
    assert upstream[5, 5] == 36  # along the last row and column there is no diagonal: all meets in the corner


HEIGHTS = arrays(
    float, st.tuples(st.integers(1, 8), st.integers(1, 8)), elements=st.integers(0, 6).map(float)
)


def plain_fill(heights):
    """Planchon and Darboux (2002): drown everything, then let it sink until nothing changes."""
    filled = np.full(heights.shape, np.inf)
    rim = np.zeros(heights.shape, bool)
    rim[[0, -1]] = rim[:, [0, -1]] = True
    filled[rim] = heights[rim]
    while True:
        framed = np.pad(filled, 1, constant_values=np.inf)
        shifts = [
            framed[1 + r : framed.shape[0] - 1 + r, 1 + c : framed.shape[1] - 1 + c]
            for r in (-1, 0, 1)
            for c in (-1, 0, 1)
        ]
        lower = np.where(rim, heights, np.maximum(heights, np.minimum.reduce(shifts)))
        if (lower == filled).all():
            return filled
        filled = lower


@settings(deadline=None)
@given(HEIGHTS)
def test_the_flood_equals_plainer_code(heights) -> None:
    filled, order, _ = fill_hollows(heights)
    assert (filled == plain_fill(heights)).all()
    assert sorted(order.tolist()) == list(range(heights.size))
    assert (np.diff(filled.ravel()[order]) >= 0).all()


@settings(deadline=None)
@given(HEIGHTS)
def test_no_drop_is_lost(heights) -> None:
    filled, order, came_from = fill_hollows(heights)
    upstream = upstream_cells(filled, order, came_from)
    assert (upstream >= 1).all()
    rows, columns = heights.shape
    row, column = np.mgrid[0:rows, 0:columns]
    rim = (row % max(rows - 1, 1) == 0) | (column % max(columns - 1, 1) == 0)
    # inside, everything runs on to somewhere: whatever drains the grid ends on its rim
    assert upstream[rim].max() >= upstream[~rim].max(initial=0)


def test_a_bridge_hangs_between_its_banks_and_not_in_the_river() -> None:
    # bank 0 at 40 m, three joints over the river at 0 m, bank 4 at 80 m; a stair 2-5 comes up to the middle joint
    u, v = np.array([0, 1, 2, 3, 2]), np.array([1, 2, 3, 4, 5])
    length = np.array([100.0, 100.0, 100.0, 100.0, 50.0])
    ground = np.array([40.0, 0.0, 0.0, 0.0, 80.0, 10.0])
    bridge = np.array([True, True, True, True, False])
    # the stair's own top is on the ground, as far as anyone knows
    assert hang_between(ground, u, v, length, bridge).tolist() == [40, 20, 0, 40, 80, 10]
    # without the stair the grade is even
    even = hang_between(ground[:5], u[:4], v[:4], length[:4], bridge[:4])
    assert np.allclose(even, [40, 50, 60, 70, 80])


def test_what_hangs_on_nothing_known_keeps_its_own() -> None:
    u, v = np.array([0, 1]), np.array([1, 2])
    ground = np.array([np.nan, 5.0, np.nan])
    heights = hang_between(ground, u, v, np.ones(2), np.ones(2, bool))
    assert heights[1] == 5
    assert np.isnan(heights[[0, 2]]).all()


@given(st.data())
def test_hanging_heights_lie_between_those_they_hang_on(data) -> None:
    nodes = data.draw(st.integers(2, 8))
    node = st.integers(0, nodes - 1)
    ends = data.draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), min_size=1, max_size=14))
    u, v = np.array(ends).T
    bridge = np.array(data.draw(st.lists(st.booleans(), min_size=len(ends), max_size=len(ends))))
    ground = np.array(data.draw(st.lists(st.integers(0, 50), min_size=nodes, max_size=nodes)), dtype=float)
    length = np.array(
        data.draw(st.lists(st.integers(0, 9), min_size=len(ends), max_size=len(ends))), dtype=float
    )
    heights = hang_between(ground, u, v, length, bridge)
    assert not np.isnan(heights).any()
    assert heights.min() >= ground.min() - 1e-6
    assert heights.max() <= ground.max() + 1e-6
    on_ground = np.concatenate([u[~bridge], v[~bridge]])
    assert (heights[on_ground] == ground[on_ground]).all()


# ------------------------------------------------------------------------------------------------ heights at points


def test_heights_between_pixels_are_exact_on_a_plane(tmp_path) -> None:
    file = model(tmp_path, plane())
    points = [(500_000.0, 2_600_000.0), (501_234.5, 2_599_876.5), (495_100.0, 2_604_000.0)]
    expected = [100 + (x - LEFT - 15) * 0.1 + (TOP - 15 - y) * 0.2 for x, y in points]
    assert np.allclose(sample_elevation(file, at(*points)), expected, atol=1e-6)


def test_another_coordinate_system_is_understood(tmp_path) -> None:
    degrees = 0.001
    row, column = np.mgrid[0:200, 0:200]
    heights = 50.0 + column * 2.0 + row * 3.0
    file = model(tmp_path, heights, crs="EPSG:4326", cell_m=degrees, left=116.9, top=23.6)
    point = gpd.GeoSeries([shapely.Point(117.0, 23.5)], crs="EPSG:4326")
    expected = 50 + (0.1 / degrees - 0.5) * 2 + (0.1 / degrees - 0.5) * 3
    assert sample_elevation(file, point.to_crs(CITY))[0] == pytest.approx(expected, abs=1e-6)


def test_what_the_model_does_not_know_is_unknown(tmp_path) -> None:
    heights = plane().astype("float32")
    heights[100:200, 100:200] = -32768  # a void of SRTM that the file does not call one
    heights[300:, :] = -9999
    file = model(tmp_path, heights, nodata=-9999)
    void = (LEFT + 150 * 30, TOP - 150 * 30)
    missing = (LEFT + 150 * 30, TOP - 350 * 30)
    known = (LEFT + 50 * 30, TOP - 50 * 30)
    outside = (LEFT - 5000, TOP)
    assert np.isnan(sample_elevation(file, at(void, missing, known, outside))).tolist() == [
        True,
        True,
        False,
        True,
    ]
    assert len(sample_elevation(file, at())) == 0


def test_beside_an_unknown_pixel_the_nearest_counts(tmp_path) -> None:
    heights = np.full((4, 4), 10.0)
    heights[1, 2] = -9999
    heights[1, 1] = 20.0
    file = model(tmp_path, heights, nodata=-9999)
    assert sample_elevation(file, at((LEFT + 50, TOP - 45)))[0] == 20


def test_tiles_fill_each_other(tmp_path) -> None:
    west = model(tmp_path, np.full((10, 10), 5.0), "west.tif")
    east = model(tmp_path, np.full((10, 10), 8.0), "east.tif", left=LEFT + 300)
    points = at((LEFT + 100, TOP - 100), (LEFT + 500, TOP - 100))
    assert sample_elevation([west, east], points).tolist() == [5, 8]


def test_streets_get_elevation_and_climb(pencil, tmp_path) -> None:
    pencil.street((0, 0), (50, 30), (300, 0))
    pencil.street((0, 0), (0, 40_000))
    streets = read_osm([pencil.write(tmp_path / "town.osm.pbf")], crs=CITY)
    nodes, edges = add_elevation(streets.street_nodes, streets.street_edges, model(tmp_path, plane()))
    assert edges["climb_m"].iloc[0] == pytest.approx(300 * 0.1, abs=0.01)
    assert np.isnan(edges["climb_m"].iloc[1])  # its far end lies beyond the model
    assert nodes["elevation_m"].notna().sum() == 3


# ------------------------------------------------------------------------------------------------------ the terrain

TOWN = shapely.box(499_000, 2_599_000, 501_000, 2_601_000)


def test_the_terrain_of_a_plane(tmp_path) -> None:
    # 3 in 10 to the east, 4 in 10 to the south: 5 in 10
    terrain = read_terrain(model(tmp_path, plane(east=0.3, south=-0.4, base=4900.0)), TOWN, CITY)
    assert len(terrain) == pytest.approx(TOWN.area / 900, rel=0.02)
    assert np.allclose(terrain["slope_deg"], np.degrees(np.arctan(0.5)), atol=1e-3)
    assert (terrain["sink_depth_m"] < 1e-9).all()
    assert (terrain["upstream_m2"] >= 900).all()
    assert terrain["cell_id"].is_unique
    assert TOWN.contains(terrain.geometry).all()


def test_a_hollow_in_the_plane_is_found(tmp_path) -> None:
    heights = plane(east=0.01, south=0.0)
    heights[165:168, 165:168] -= 5.0  # 90 m wide, in the middle of the town
    terrain = read_terrain(model(tmp_path, heights), TOWN, CITY)
    deepest = terrain.loc[terrain["sink_depth_m"].idxmax()]
    assert deepest["sink_depth_m"] == pytest.approx(4.4, abs=0.5)
    assert deepest.geometry.distance(shapely.Point(LEFT + 166.5 * 30, TOP - 166.5 * 30)) < 60


def test_ids_stay_when_the_boundary_moves_a_little(tmp_path) -> None:
    file = model(tmp_path, plane())
    one = read_terrain(file, TOWN, CITY).set_index("cell_id")
    two = read_terrain(file, TOWN.buffer(-7, join_style="mitre"), CITY).set_index("cell_id")
    shared = one.index.intersection(two.index)
    assert len(shared) == len(two)
    assert np.allclose(one.loc[shared, "elevation_m"], two.loc[shared, "elevation_m"], atol=1e-6)


def test_a_large_city_has_larger_cells(tmp_path) -> None:
    file = model(
        tmp_path,
        plane((120, 120), east=0.01, south=0.02, cell_m=1000.0),
        cell_m=1000.0,
        left=450_000,
        top=2_650_000,
    )
    terrain = read_terrain(file, shapely.box(460_000, 2_560_000, 500_000, 2_600_000), CITY)
    assert len(terrain) == pytest.approx(400_000, rel=0.01)


def test_a_finer_model_is_read_coarser_and_agrees(tmp_path) -> None:
    heights = plane((2600, 2600), east=0.1, south=0.2, cell_m=2.0).astype("float32")
    file = model(tmp_path, heights, cell_m=2.0, left=497_400, top=2_602_600)
    town = shapely.box(499_500, 2_599_500, 500_500, 2_600_500)
    terrain = read_terrain(file, town, CITY)
    assert np.allclose(terrain["slope_deg"], np.degrees(np.arctan(np.hypot(0.1, 0.2))), atol=0.05)


# ------------------------------------------------------------------------------------------------------ bad input


def test_a_model_of_another_place(tmp_path) -> None:
    file = model(tmp_path, plane((50, 50)), left=800_000)
    with pytest.raises(InputError, match="does not cover the city"):
        read_terrain(file, TOWN, CITY)
    assert np.isnan(sample_elevation(file, at((500_000, 2_600_000)))).all()


def test_a_model_without_a_coordinate_system(tmp_path) -> None:
    with pytest.raises(InputError, match="coordinate system"):
        sample_elevation(model(tmp_path, plane((50, 50)), crs=None), at((500_000, 2_600_000)))


def test_a_model_that_is_none(tmp_path) -> None:
    file = tmp_path / "dem.tif"
    with pytest.raises(InputError):
        sample_elevation(file, at((500_000, 2_600_000)))
    file.write_bytes(b"no picture")
    with pytest.raises(InputError) as refusal:
        sample_elevation(file, at((500_000, 2_600_000)))
    assert "dem.tif" in refusal.value.say("zh")


def test_a_model_cut_off(tmp_path) -> None:
    file = model(tmp_path, plane())
    file.write_bytes(file.read_bytes()[:200_000])
    with pytest.raises(InputError):
        read_terrain(file, shapely.box(499_000, 2_593_500, 501_000, 2_596_000), CITY)


# ------------------------------------------------------------------------------------------------------ real data


@pytest.mark.real
def test_srtm_knows_andorra_la_vella(data_dir) -> None:
    places = gpd.GeoSeries(gpd.points_from_xy([1.5218], [42.5075]), crs="EPSG:4326").to_crs(32631)
    height = sample_elevation(data_dir / "osm-small" / "N42E001.hgt.zip", places)[0]
    assert 980 < height < 1080  # the town lies at 1,023 m


@pytest.mark.real
def test_porto_alegre_is_hilly_but_no_alp(data_dir, osm_of) -> None:
    folder = data_dir / "city-porto-alegre"
    streets = osm_of("city-porto-alegre/poa_osm.pbf", 32722)
    nodes, edges = add_elevation(streets.street_nodes, streets.street_edges, folder / "poa_elevation.tif")
    assert nodes["elevation_m"].notna().mean() > 0.95
    assert nodes["elevation_m"].max() < 320  # Morro Santana, the highest hill: 311 m
    grade = (edges["climb_m"].abs() / edges["length_m"])[edges["length_m"] > 50]
    assert 0.01 < grade.median() < 0.06
    terrain = read_terrain(
        folder / "poa_elevation.tif", shapely.box(*nodes.total_bounds), CRS.from_epsg(32722)
    )
    assert terrain["slope_deg"].between(0, 60).all()
