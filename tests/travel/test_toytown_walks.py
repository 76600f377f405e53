"""Walks of the toy town are what arithmetic says (the closed forms stand in yiju.city.toytown)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from yiju.city import CityFolder
from yiju.travel import AccessPoints, StreetNetwork, drivers, walkers

if TYPE_CHECKING:
    from pathlib import Path

B, SIDE_M, SETBACK_M, GRADE = 8, 100.0, 10.0, 0.04


@cache
def _network(path: Path, mode: str) -> StreetNetwork:
    city = CityFolder.open(path)
    return StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"), mode=mode)


def network(city: CityFolder, mode: str = "walk") -> StreetNetwork:
    return _network(city.path, mode)


def homes_and_doors(city: CityFolder, on: StreetNetwork) -> tuple[AccessPoints, AccessPoints]:
    entrances = city.table("entrances")
    return on.snap(city.table("residents").set_index("cell_id")), on.snap(
        entrances, owner=entrances["facility_id"]
    )


def blocks_and_corners(city: CityFolder, homes: AccessPoints, doors: AccessPoints) -> tuple[np.ndarray, ...]:
    """(i, j) of the homes as columns and (k, m) of the doors as rows, for broadcasting."""
    i, j = np.array([name.split("-")[1:] for name in homes.owners], dtype=float).T
    gates = city.table("entrances").set_index("facility_id").geometry.loc[doors.owners]
    k, m = (gates.x - 640_000).to_numpy() / SIDE_M, (gates.y - 3_270_000).to_numpy() / SIDE_M
    return i[:, None], j[:, None], k[None, :], m[None, :]


def rounding(edges: np.ndarray | int) -> np.ndarray | float:
    """How far tenths may be off on a walk of so many edges: half a tenth on each, and on the gap and at the foot.

    The last and the first edge are walked in part; a part is rounded once more, and so is a gap: four half tenths.
    """
    return 0.05 * (edges + 4) + 1e-9


def test_every_home_and_door_is_put_where_it_stands(town: CityFolder) -> None:
    homes, doors = homes_and_doors(town, network(town))
    assert np.allclose(homes.gap_m, SETBACK_M)
    assert np.allclose(homes.share, 0.5)
    assert np.allclose(doors.gap_m, 0.0)


def test_walks_are_manhattan_distances(town: CityFolder) -> None:
    homes, doors = homes_and_doors(town, network(town))
    corner_doors = doors.of([name for name in doors.owners if name != "f-park"])
    i, j, k, m = blocks_and_corners(town, homes, corner_doors)
    expected = SETBACK_M + SIDE_M * (np.abs(i + 0.5 - k) + np.abs(j - m))
    pairs = network(town).in_metres().within(homes, corner_doors, 5000)
    dense = np.full(expected.shape, np.nan)
    dense[pairs.origin, pairs.facility] = pairs.cost
    assert np.array_equal(dense, expected)


def test_across_the_railway_one_walks_by_the_western_crossing(severed: CityFolder) -> None:
    homes, doors = homes_and_doors(severed, network(severed))
    corner_doors = doors.of([name for name in doors.owners if name != "f-park"])
    i, j, k, m = blocks_and_corners(severed, homes, corner_doors)
    across = (j > B / 2) != (m > B / 2)
    ways = np.where(across, i + 0.5 + k, np.abs(i + 0.5 - k)) + np.abs(j - m)
    nearest = network(severed).in_metres().nearest(homes, corner_doors)
    assert np.array_equal(nearest["metres"].to_numpy(), (SETBACK_M + SIDE_M * ways).min(axis=1))


def test_the_park_is_entered_from_its_far_side(town: CityFolder) -> None:
    homes, doors = homes_and_doors(town, network(town))
    walk = network(town).in_metres().nearest(homes, doors.of(["f-park"]))["metres"]
    # the gate is in the middle of the northern street of block (2, 6); from its southern street one goes around
    assert walk["r-2-5"] == SETBACK_M + 50 + 2 * SIDE_M + 50
    assert walk["r-1-6"] == SETBACK_M + SIDE_M + SIDE_M
    # on the gate's own street, exactly beside it
    assert walk["r-2-7"] == SETBACK_M


@pytest.mark.parametrize("who", ["adult", "older", "with_child"])
def test_seconds_follow_the_slope_both_ways(town: CityFolder, who: str) -> None:
    walker = walkers()[who]
    homes, doors = homes_and_doors(town, network(town))
    doors = doors.of(["f-04"])
    i, j, k, m = blocks_and_corners(town, homes, doors)
    # Tobler on the plane: towards the east the street rises by GRADE, towards the west it falls
    up, down = (np.exp(3.5 * (abs(s + 0.05) - 0.05)) / walker.speed_m_per_s for s in (GRADE, -GRADE))
    flat = 1 / walker.speed_m_per_s
    east = k > i + 0.5
    there = SETBACK_M * flat + SIDE_M * (
        np.abs(i + 0.5 - k) * np.where(east, up, down) + np.abs(j - m) * flat
    )
    back = SETBACK_M * flat + SIDE_M * (np.abs(i + 0.5 - k) * np.where(east, down, up) + np.abs(j - m) * flat)
    travel = network(town).in_seconds(walker)
    most = rounding(np.abs(i - k) + np.abs(j - m) + 1)[:, 0]
    assert (np.abs(travel.nearest(homes, doors)["seconds"] - there[:, 0]) <= most).all()
    assert (np.abs(travel.reversed().nearest(homes, doors)["seconds"] - back[:, 0]) <= most).all()


def test_a_fire_engine_reaches_what_four_minutes_allow(town: CityFolder) -> None:
    driving = network(town, "drive")
    entrances = town.table("entrances")
    station = driving.snap(entrances, owner=entrances["facility_id"]).of(["f-11"])
    engine = drivers()["fire_engine"]
    reached = driving.in_seconds(engine).reached(station, 36.0)
    # at corner (4, 0), on the middle street, which is secondary: 35 km/h there, 30 km/h elsewhere;
    # along the southern street 36 s are 300 m east and 300 m west
    on_southern = [line.bounds[1] == line.bounds[3] == 3_270_000 for line in reached.lines()]
    assert reached.length_m[on_southern].sum() == pytest.approx(600, abs=0.1)
    along_middle = [line.bounds[0] == line.bounds[2] == 640_400 for line in reached.lines()]
    # 100 m in 10.2857 s are 10.3 s here: the border moves by what an engine drives in the rounding of four edges
    assert reached.length_m[along_middle].sum() == pytest.approx(350, abs=rounding(4) * 35 / 3.6)


def test_the_reached_length_of_a_grid_is_a_diamond(town: CityFolder) -> None:
    on = network(town)
    entrances = town.table("entrances")
    centre = on.snap(entrances, owner=entrances["facility_id"]).of(["f-02"])  # at corner (4, 4)
    reached = on.in_metres().reached(centre, 250.0)
    # of the streets at |offset| 0, 100, 200 from the centre, 250 - offset both ways, north-south and east-west
    assert reached.length_m.sum() == pytest.approx(2 * 2 * (250 + 2 * 150 + 2 * 50), abs=0.01)
    assert reached.area(1.0).area > 0


def test_a_way_is_as_long_as_it_says_and_runs_from_foot_to_gate(town: CityFolder) -> None:
    on = network(town)
    homes, doors = homes_and_doors(town, on)
    way = on.in_metres().path(homes, "r-0-0", doors, "f-02")
    assert way.cost == SETBACK_M + 350 + 400
    assert way.line.length == pytest.approx(750)
    assert way.line.coords[0] == (640_050, 3_270_000)
    assert way.line.coords[-1] == (640_400, 3_270_400)


def test_sums_of_people_are_counts_of_cells(town: CityFolder) -> None:
    on = network(town)
    homes, doors = homes_and_doors(town, on)
    people = town.table("residents")["people"].to_numpy()
    centre = doors.of(["f-02"])
    sums = on.in_metres().sums_within(centre, homes, people, [160, 360])
    i, j, k, m = blocks_and_corners(town, homes, centre)
    walk = SETBACK_M + SIDE_M * (np.abs(i + 0.5 - k) + np.abs(j - m))[:, 0]
    assert sums.loc["f-02"].tolist() == [people[walk <= 160].sum(), people[walk <= 360].sum()]
    pd.testing.assert_frame_equal(on.in_metres().within(centre, homes, 360).sums(people, [160, 360]), sums)
