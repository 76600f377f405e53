"""On the buses and trains of Porto Alegre, the scan in rows equals the plain scan at all 1,227 hexagons, to the second.

The sample of r5r: EPTC's buses and Trensurb's trains on Monday 13 May 2019, and the streets of the centre.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from yiju.city.readers.osm import read_osm
from yiju.travel import AccessPoints, StreetNetwork, walkers
from yiju.travel.kernels.connections_plain import earliest_arrivals
from yiju.travel.transit import Habits, Timetable, Transit
from yiju.travel.transit.scanning import Walks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

CRS = "EPSG:31982"
BEGIN_S, MINUTES, LONGEST_S = 14 * 3600, 120, 7200
LOST = np.iinfo(np.uint16).max


@dataclass
class PlainTransit:
    """Travel times by one plain scan for each origin and minute."""

    transit: Transit
    places: AccessPoints

    def __post_init__(self) -> None:
        town, habits = self.transit, self.transit.habits
        end_s = BEGIN_S + 60 * (MINUTES - 1) + LONGEST_S
        self.rides = town.timetable.connections(BEGIN_S, end_s).without(~town._stops.placed)
        walk_s = 60 * habits.walk_minutes
        self.access = Walks.of(town.streets.within(self.places, town._stops, walk_s), habits.board_slack_s)
        self.egress = Walks.of(town.streets.within(town._stops, self.places, walk_s))
        self.walks = Walks.of(town.streets.within(self.places, self.places, 60 * habits.alone_minutes))
        self.stop = np.repeat(np.arange(len(self.egress)), np.diff(self.egress.first))

    def seconds(self, origin: int, minute: int) -> np.ndarray:
        rides, paths, leaves = self.rides, self.transit.footpaths, 60 * minute
        some = slice(*self.access.first[origin : origin + 2])
        arrival = earliest_arrivals(
            rides.from_stop, rides.to_stop, rides.departs, rides.arrives, rides.vehicle, rides.boards,
            rides.alights, paths.first, paths.head, paths.need, self.access.other[some],
            self.access.seconds[some], leaves, len(self.egress), self.transit.habits.most_rides or 0,
        ).astype(np.int64)  # fmt: skip
        takes = np.full(len(self.places), 10**9)
        np.minimum.at(takes, self.egress.other, arrival[self.stop] + self.egress.seconds - leaves)
        some = slice(*self.walks.first[origin : origin + 2])
        np.minimum.at(takes, self.walks.other[some], self.walks.seconds[some])
        return np.where(takes > LONGEST_S, LOST, takes)


@pytest.fixture(scope="module")
def hexagons(data_dir: Path) -> gpd.GeoDataFrame:
    file = data_dir / "city-porto-alegre" / "poa_hexgrid.csv"
    if not file.is_file():
        pytest.skip(f"{file.name} is not here")
    table = pd.read_csv(file).set_index("id")
    points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points).to_crs(CRS)


@pytest.fixture(scope="module")
def transit(data_dir: Path, hexagons: gpd.GeoDataFrame) -> Transit:
    folder = data_dir / "city-porto-alegre"
    layers = read_osm([folder / "poa_osm.pbf"], crs=CRS)
    network = StreetNetwork.from_tables(layers.street_nodes, layers.street_edges)
    streets = network.in_seconds(replace(walkers()["adult"], speed_m_per_s=1.0))
    day = Timetable.from_feeds(
        [folder / "poa_eptc.zip", folder / "poa_trensurb.zip"], dt.date(2019, 5, 13), crs=CRS
    )
    return Transit(streets, day, Habits(transfer_minutes=8, alone_minutes=20))


@pytest.fixture(scope="module")
def places(transit: Transit, hexagons: gpd.GeoDataFrame) -> AccessPoints:
    return transit.streets.network.snap(hexagons)


@pytest.mark.parametrize("minute", [0, 17, 63, 119])
def test_all_hexagons_at_a_minute(transit: Transit, places: AccessPoints, minute: int) -> None:
    plain = PlainTransit(transit, places)
    exact = np.array([plain.seconds(origin, minute) for origin in range(len(places))])
    found = transit.times(places, places, depart=BEGIN_S + 60 * minute, window_min=1)
    assert np.array_equal(found.seconds[:, :, 0], exact)
    assert 0.4 < (exact != LOST).mean() < 0.95  # the sample of the buses thins out after 16:00


def test_percentiles_of_two_hours_at_every_fortieth_hexagon(transit: Transit, places: AccessPoints) -> None:
    plain = PlainTransit(transit, places)
    origins = range(0, len(places), 40)
    found = transit.times(
        places.of(places.owners[::40]),
        places,
        depart=BEGIN_S,
        window_min=MINUTES,
        percentiles=(5, 50, 95),
    )
    for i, origin in enumerate(origins):
        every = np.sort([plain.seconds(origin, minute) for minute in range(MINUTES)], axis=0)
        assert np.array_equal(found.seconds[i].T, every[[5, 59, 113]])


@pytest.mark.parametrize("most_rides", [1, 2, 3, 8])
def test_with_a_cap_on_rides(transit: Transit, places: AccessPoints, most_rides: int) -> None:
    capped = Transit(transit.streets, transit.timetable, replace(transit.habits, most_rides=most_rides))
    plain = PlainTransit(capped, places)
    few = places.of(places.owners[::20])
    exact = np.array([plain.seconds(origin, 30) for origin in range(0, len(places), 20)])
    found = capped.times(few, places, depart=BEGIN_S + 1800, window_min=1).seconds[:, :, 0]
    assert np.array_equal(found, exact)
    free = transit.times(few, places, depart=BEGIN_S + 1800, window_min=1).seconds[:, :, 0]
    # nobody rides nine times, but many trips of three rides have a faster one of four
    assert np.array_equal(found, free) == (most_rides == 8)


def test_jobs_within_45_minutes_by_brute_force(
    transit: Transit, places: AccessPoints, hexagons: gpd.GeoDataFrame
) -> None:
    plain = PlainTransit(transit, places)
    jobs = hexagons["jobs"].fillna(0).to_numpy(dtype=float)
    minutes = range(20)
    sums = []
    for origin in range(0, len(places), 12):
        every = np.sort([plain.seconds(origin, minute) for minute in minutes], axis=0)
        sums.append(jobs[every[9] <= 45 * 60].sum())  # the 10th of 20 departures
    found = transit.opportunities_within(
        places.of(places.owners[::12]), places, jobs, depart=BEGIN_S, window_min=len(minutes)
    )
    assert found[0].tolist() == sums
    assert np.median(np.array(sums) / jobs.sum()) > 0.2


def test_the_same_with_one_thread_and_two_and_twice_in_a_row(transit: Transit, places: AccessPoints) -> None:
    ways = [
        transit.times(places, places, depart=BEGIN_S, percentiles=(50, 85), threads=threads).seconds
        for threads in (1, 2, 2)
    ]
    assert np.array_equal(ways[0], ways[1])
    assert np.array_equal(ways[1], ways[2])
