"""Walks to Helsinki's main railway station, against the published Helsinki Region Travel Time Matrix 2015.

The page ``docs/explanation/helsinki.md`` shows all pairs and explains those that differ. Its table is what the code
computes today, or the first test says what to write there; what the explanations rest on is computed again here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yiju.city.readers.osm import read_osm
from yiju.travel import StreetNetwork, walkers

pytestmark = pytest.mark.real

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "helsinki.md"
CRS = "EPSG:3067"  # ETRS-TM35FIN, that of the matrix
STATION = 5975375  # the matrix cell of the main railway station: column to_id
MATRIX_M_PER_MIN = 70  # the matrix's metadata, section METHODS
FAR_OFF_M = 150


@dataclass(frozen=True)
class Helsinki:
    """Streets of the extract, and the matrix cells whose centres lie among them."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame

    def without(self, *ways: str) -> Helsinki:
        return replace(self, edges=self.edges[~self.edges["source_id"].isin(ways)].reset_index(drop=True))

    def network(self) -> StreetNetwork:
        return StreetNetwork.from_tables(self.nodes, self.edges)

    def walks(self) -> pd.Series:
        """Metres from each cell's centre to that of the station's cell."""
        network = self.network()
        centres = network.snap(self.cells)
        return network.in_metres().nearest(centres, centres.of([STATION]))["metres"]

    def walk(self, point: shapely.Point) -> float:
        """Metres from some point."""
        network = self.network()
        station = network.snap(self.cells.loc[[STATION]])
        return float(network.in_metres().nearest(network.snap([point]), station)["metres"].iloc[0])


@pytest.fixture(scope="module")
def helsinki(data_dir: Path) -> Helsinki:
    folder = data_dir / "city-helsinki"
    streets = folder / "Helsinki.osm.pbf"
    matrix = folder / "helsinki_region_travel_times_to_railway_station.gpkg"
    for file in (streets, matrix):
        if not file.is_file():
            pytest.skip(f"{file.name} is not here")
    layers = read_osm([streets], crs=CRS)
    cells = gpd.read_file(matrix).set_index("from_id")
    cells = cells.set_geometry(cells.geometry.centroid)
    extent = shapely.convex_hull(shapely.union_all(layers.street_nodes.geometry.to_numpy()))
    inside = cells[cells.within(extent)].sort_values("walk_d", kind="stable")
    return Helsinki(layers.street_nodes, layers.street_edges, inside)


@pytest.fixture(scope="module")
def ours(helsinki: Helsinki) -> pd.DataFrame:
    """Metres, minutes at the matrix's speed, and how far each cell's centre lies from a street."""
    network = helsinki.network()
    centres = network.snap(helsinki.cells)
    walker = walkers({"adult": {"speed_m_per_s": MATRIX_M_PER_MIN / 60}})["adult"]
    station = centres.of([STATION])
    return pd.DataFrame(
        {
            "metres": network.in_metres().nearest(centres, station)["metres"],
            "minutes": network.in_seconds(walker).nearest(centres, station)["seconds"] / 60,
            "gap_m": centres.gap_m,
        }
    )


def test_the_page_shows_what_is_computed(helsinki: Helsinki, ours: pd.DataFrame) -> None:
    cells = helsinki.cells
    assert len(cells) == 27
    rows = [
        f"| {name} | {cell.walk_d} | {own.metres:.1f} | {own.metres - cell.walk_d:+.0f} | {cell.walk_t} | "
        f"{own.minutes:.1f} | {own.gap_m:.1f} |"
        for (name, cell), own in zip(cells.iterrows(), ours.itertuples(), strict=True)
    ]
    shown = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| 59")]
    assert shown == rows, "write into the page:\n" + "\n".join(rows)


def test_most_walks_agree_and_the_page_names_each_that_does_not(
    helsinki: Helsinki, ours: pd.DataFrame
) -> None:
    off = ours["metres"] - helsinki.cells["walk_d"]
    assert off.abs().median() < 17
    assert [(off.abs() <= most).sum() for most in (65, 121.5)] == [21, 24]
    assert set(off.index[off.abs() > FAR_OFF_M]) == {5977008, 5973738, 5972101}
    text = PAGE.read_text(encoding="utf-8")
    for cell in off.index[off.abs() > FAR_OFF_M]:
        assert f"### {cell}: " in text


def test_minutes_are_metres_at_the_speed_of_the_matrix(helsinki: Helsinki, ours: pd.DataFrame) -> None:
    published = helsinki.cells
    assert (published["walk_t"] == np.rint(published["walk_d"] / MATRIX_M_PER_MIN)).mean() > 0.9
    # stairs cost a walker more than their length; nothing else does, since the extract has no heights
    slower = ours["minutes"] - ours["metres"] / MATRIX_M_PER_MIN
    assert slower.min() > -0.05
    assert slower.max() < 1


def test_5977008_without_the_pedestrian_square_is_as_long_as_published(helsinki: Helsinki) -> None:
    square = (
        "w47233630"  # Keskuskatu, from Pohjoisesplanadi to Aleksanterinkatu: highway=pedestrian, area=yes
    )
    without = helsinki.without(square).walks() - helsinki.cells["walk_d"]
    assert np.allclose(without[[5977008, 5978638, 5978639]], [-1.5, 0, -9], atol=0.6)


def test_5973738_is_passed_on_a_walk_that_is_published_as_shorter(helsinki: Helsinki) -> None:
    network = helsinki.network()
    centres = network.snap(helsinki.cells)
    metres = network.in_metres()
    way = metres.path(centres, 5972100, centres, STATION)
    beside = helsinki.cells.geometry[5973738]
    assert way.line.distance(beside) < 25
    published = helsinki.cells["walk_d"]
    assert published[5972100] < published[5973738] - 100
    # from the private yard by the platforms that lies nearest: 7 m beside it, 74 m through it, 22 m out of it
    lane_end = shapely.Point(385_839.4, 6_672_446.4)  # Kaisankuja, where the yard's road begins
    assert helsinki.walk(lane_end) + 7 + 74 + 22 == pytest.approx(547, abs=0.6)


def test_5972101_through_the_eastern_gate_is_as_long_as_published(helsinki: Helsinki) -> None:
    network = helsinki.network()
    centre = network.snap(helsinki.cells.loc[[5972101]])
    inside, outside = shapely.Point(386_271, 6_672_662), shapely.Point(386_278, 6_672_662)
    to_gate = network.in_metres().nearest(centre, network.snap([inside]))["metres"].iloc[0]
    through = to_gate + inside.distance(outside) + helsinki.walk(outside)
    assert through == pytest.approx(962, abs=1)


def test_on_the_ways_of_2015_two_more_come_closer(helsinki: Helsinki) -> None:
    # numbers of ways rise with time; in this extract the last before 28 September 2015 is 372,188,257
    number = helsinki.edges["source_id"].str[1:].astype("int64")
    new = helsinki.edges["source_id"][number > 372_200_000].unique()
    off = helsinki.without(*new).walks() - helsinki.cells["walk_d"]
    assert np.allclose(off[[5973740, 5970459]], [-52, -74], atol=0.6)
