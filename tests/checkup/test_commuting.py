"""C01 to C07 on toy town, where homes, jobs and the bus are arithmetic.

Toy town of 12 by 12 blocks has four communities; those of the west are c-0-0 (south) and c-0-1 (north), those of the
east c-1-0 and c-1-1. Where people are set down at single corners, distances are whole blocks.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.checkup.commuters import evenly
from yiju.checkup.context import Context
from yiju.checkup.indicators.commuting import least_mean
from yiju.checkup.run import run_checkup
from yiju.city.tables import COMMUTES, FIGURES
from yiju.city.toytown import ORIGIN_M

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

SOUTH_WEST, NORTH_WEST, SOUTH_EAST, NORTH_EAST = "c-0-0", "c-0-1", "c-1-0", "c-1-1"
# A home in each community, at a corner of the grid; the bus stops at (0, 6), (3, 6), (6, 6), (9, 6) and (12, 6).
CORNERS = {SOUTH_WEST: (0, 5), NORTH_WEST: (0, 7), SOUTH_EAST: (9, 5), NORTH_EAST: (12, 7)}
ALL = ("C01", "C02", "C03", "C04", "C05", "C06", "C07")


@pytest.fixture
def four_homes(small: Callable[..., CityFolder]) -> Callable[..., CityFolder]:
    """Toy town with one home in each community, and who works where."""

    def make(flows: dict[tuple[str, str], float], **options: Any) -> CityFolder:
        folder = small(blocks=12, **options)
        residents = folder.table("residents")
        at = {
            place: int(np.argmin(residents.distance(_corner(i + 0.5, j))))
            for place, (i, j) in CORNERS.items()
        }
        homes = residents.iloc[list(at.values())].reset_index(drop=True)
        points = [_corner(i, j) for i, j in CORNERS.values()]
        homes = gpd.GeoDataFrame(homes.assign(community=list(at)), geometry=points, crs=residents.crs)
        folder.write_table("residents", homes)
        folder.write_table("commutes", commutes(flows))
        return folder

    return make


def _corner(i: float, j: float) -> shapely.Point:
    return shapely.Point(ORIGIN_M[0] + 100 * i, ORIGIN_M[1] + 100 * j)


def commutes(flows: dict[tuple[str, str], float]) -> pd.DataFrame:
    rows = [(home, work, workers) for (home, work), workers in flows.items()]
    return pd.DataFrame(rows, columns=[c.name for c in COMMUTES.columns])


def test_times_by_bus_and_on_foot(four_homes: Callable[..., CityFolder], measure: Any) -> None:
    flows = {(SOUTH_WEST, SOUTH_EAST): 30.0, (SOUTH_WEST, NORTH_WEST): 50.0, (NORTH_EAST, NORTH_EAST): 20.0}
    seen = measure(four_homes(flows), "C01", "C02", "C03")
    # 30 go by bus: a block to the stop, 3 minutes of riding, a block from it. At 1.2 m/s a block is 84 s; with a minute
    # of slack the shortest trip is 84 + 60 + 180 + 84 s, and a bus comes every ten minutes; the median of the sixty
    # departures is in the middle. On foot it would be 11 blocks, and 15.3 minutes are the longest that anybody takes.
    wait = np.arange(60) * 60 + 84 + 60
    by_bus = (wait + -wait % 600) - np.arange(60) * 60 + 180 + 84
    walk = np.minimum(by_bus, np.ceil(1100 / 1.2))
    median = np.sort(walk)[29] / 60
    # 50 walk two blocks, 20 go nowhere
    on_foot = np.ceil(200 / 1.2) / 60
    mean = seen.row("C03", method="network")
    assert mean["value"] == pytest.approx((30 * median + 50 * on_foot) / 100)
    assert (mean["status"], mean["n"]) == ("modelled", 100.0)
    assert "As if all took public transport or walked" in mean["reason_en"]
    assert seen.value("C01", method="network") == 100.0
    assert seen.value("C02", method="network") == 0.0


def test_who_is_faster_on_foot_walks(four_homes: Callable[..., CityFolder], measure: Any) -> None:
    folder = four_homes({(SOUTH_WEST, NORTH_EAST): 3.0, (SOUTH_WEST, NORTH_WEST): 1.0})
    calls = folder.table("calls")
    # a bus that takes its time: 70 minutes from the first stop to the last, and 5 hours back
    folder.write_table(
        "calls", calls.assign(arrive_s=calls["arrive_s"] * 18, depart_s=calls["depart_s"] * 18)
    )
    seen = measure(folder, "C01", "C02", "C03")
    # fourteen blocks on foot are 1400 m: 19.5 minutes, whatever the bus does
    assert seen.value("C03", method="network") == pytest.approx(
        (3 * np.ceil(1400 / 1.2) + np.ceil(200 / 1.2)) / 4 / 60
    )
    assert seen.value("C02", method="network") == 0.0


def test_those_who_cannot_get_there_count_as_late_and_are_told(
    four_homes: Callable[..., CityFolder], measure: Any
) -> None:
    folder = four_homes({(SOUTH_WEST, NORTH_EAST): 3.0, (SOUTH_WEST, NORTH_WEST): 1.0}, severed=True)
    edges, nodes = folder.table("street_edges"), folder.table("street_nodes")
    # the single crossing in the west is closed: the north is another country, and the bus stays in the south
    column = dict(zip(nodes["node_id"], np.rint((nodes.geometry.y - ORIGIN_M[1]) / 100), strict=True))
    crosses = (edges["u"].map(column) - 6.5) * (edges["v"].map(column) - 6.5) < 0
    folder.write_table("street_edges", edges[~crosses])
    seen = measure(folder, "C01", "C02", "C03", "C04", "C06")
    assert seen.value("C01", method="network") == 0.0
    assert seen.value("C02", method="network") == 100.0
    assert seen.value("C04", method="network") == 0.0
    for indicator, reason in (
        ("C03", "nobody arrives within two hours"),
        ("C06", "no way along the streets"),
    ):
        row = seen.of(indicator).iloc[0]
        assert row["status"] == "not measurable"
        assert reason in row["reason_en"]


def test_five_kilometres(four_homes: Callable[..., CityFolder], measure: Any) -> None:
    flows = {(SOUTH_WEST, NORTH_EAST): 3.0, (SOUTH_WEST, NORTH_WEST): 1.0}
    assert measure(four_homes(flows), "C04").value("C04", method="network") == 100.0
    seen = measure(four_homes(flows, block_m=100.0), "C04")
    assert seen.row("C04", method="network")["status"] == "modelled"
    folder = four_homes(flows)
    streets = folder.table("street_edges")
    folder.write_table("street_edges", streets.assign(length_m=streets["length_m"] * 4))
    # 1.4 km are now 5.6, 200 m are 800
    assert measure(folder, "C04").value("C04", method="network") == 25.0


def test_both_ends_near_rail(four_homes: Callable[..., CityFolder], measure: Any) -> None:
    # the station stands at (9, 9): 400 m from SOUTH_EAST, 361 m crow-fly and 500 m on foot from NORTH_EAST
    flows = {(SOUTH_EAST, NORTH_EAST): 2.0, (SOUTH_EAST, SOUTH_WEST): 5.0, (NORTH_EAST, NORTH_EAST): 1.0}
    seen = measure(four_homes(flows), "C05")
    assert seen.value("C05", method="official") == 37.5
    assert seen.value("C05", method="network") == 37.5
    far = four_homes(flows)
    stops = far.table("stops")
    moved = stops.geometry.where(stops["mode"] != "rail", _corner(12, 12.9))
    far.write_table("stops", stops.assign(geometry=moved))
    # 590 m from NORTH_EAST; 845 m crow-fly from SOUTH_EAST
    seen = measure(far, "C05")
    assert seen.value("C05", method="official") == 12.5
    assert seen.value("C05", method="network") == 12.5
    far.write_table("stops", stops[stops["mode"] != "rail"])
    assert "no rail station" in measure(far, "C05").of("C05").iloc[0]["reason_en"]


def test_workers_who_could_swap_jobs(four_homes: Callable[..., CityFolder], measure: Any) -> None:
    # each goes to the other's: could they swap, nobody would go anywhere
    swap = {(SOUTH_WEST, NORTH_EAST): 7.0, (NORTH_EAST, SOUTH_WEST): 7.0}
    seen = measure(four_homes(swap), "C06")
    assert seen.value("C06", method="network") == 0.0
    assert seen.value("C06", method="network", variant="excess") == 1.0
    # 10 jobs in the south east for 6 of the north west and 4 of the north east: nothing to swap
    fixed = {(NORTH_WEST, SOUTH_EAST): 6.0, (NORTH_EAST, SOUTH_EAST): 4.0}
    seen = measure(four_homes(fixed), "C06")
    assert seen.value("C06", method="network") == pytest.approx((6 * 1.1 + 4 * 0.5) / 10)
    assert seen.value("C06", method="network", variant="excess") == pytest.approx(0.0)
    # half could stay: 4 of the 6 who cross from south west to south east and 4 of the other way
    some = {(SOUTH_WEST, SOUTH_EAST): 6.0, (SOUTH_EAST, SOUTH_WEST): 4.0}
    seen = measure(four_homes(some), "C06")
    assert seen.value("C06", method="network") == pytest.approx(2 * 0.9 / 10)
    assert seen.value("C06", method="network", variant="excess") == pytest.approx(0.8)


@settings(max_examples=60)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.lists(st.lists(st.integers(0, 20), min_size=n, max_size=n), min_size=n, max_size=n),
            st.permutations(range(n)),
        )
    )
)
def test_the_least_mean_by_trying_all(case: tuple[list[list[int]], list[int]]) -> None:
    cost, now = np.array(case[0], dtype=float), case[1]
    n = len(cost)
    flow = np.zeros((n, n))
    flow[range(n), now] = 3.0
    # one worker group in each place and one for each job: the least is over permutations (Birkhoff)
    least = min(cost[range(n), list(order)].mean() for order in permutations(range(n)))
    assert least_mean(cost, flow) == pytest.approx(least, abs=1e-9)


def test_jobs_over_workers(four_homes: Callable[..., CityFolder], measure: Any) -> None:
    flows = {
        (SOUTH_WEST, SOUTH_EAST): 30.0,
        (SOUTH_WEST, SOUTH_WEST): 10.0,
        (NORTH_EAST, SOUTH_EAST): 5.0,
        (NORTH_EAST, "elsewhere"): 15.0,
        ("abroad", SOUTH_WEST): 2.0,
    }
    seen = measure(four_homes(flows), "C07", "C04")
    row = seen.row("C07", method="table")
    assert (row["numerator"], row["denominator"], row["status"]) == (47.0, 60.0, "measured")
    assert row["value"] == pytest.approx(47 / 60)
    assert seen.value("C07", method="table", place="s-0") == pytest.approx(12 / 40)
    assert seen.value("C07", method="table", place=NORTH_EAST) == 0.0
    empty = seen.row("C07", method="table", place=SOUTH_EAST)
    assert empty["status"] == "not measurable"
    assert "lives here" in empty["reason_en"]
    # a quarter of those who live in the city leave it for work
    assert "A further 25% work outside the city" in seen.row("C04", method="network")["reason_en"]
    # everybody is within 45 minutes of everybody
    reach = seen.row("C07", method="network", variant="reach45", place=SOUTH_EAST)
    assert reach["value"] == pytest.approx(45 / 45)
    assert reach["status"] == "modelled"


def test_flows_between_districts_have_no_communities(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small(blocks=12)
    folder.write_table("commutes", commutes({("s-0", "s-1"): 30.0, ("s-1", "s-1"): 10.0}))
    seen = measure(folder, *ALL)
    assert set(seen.of("C07")["level"]) == {"city", "district", "subdistrict"}
    assert seen.value("C07", method="table", place="s-1") == 4.0
    assert seen.value("C01", method="network") > 50


def test_large_tables_are_taken_one_level_up(
    four_homes: Callable[..., CityFolder], measure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows = {(SOUTH_WEST, NORTH_EAST): 7.0, (NORTH_EAST, SOUTH_WEST): 7.0, (NORTH_WEST, SOUTH_WEST): 4.0}
    monkeypatch.setattr("yiju.checkup.indicators.commuting._MOST_PLACES", 2)
    seen = measure(four_homes(flows), "C06")
    # west and east as two places: all that go east could be those who come from it, and need not go at all
    excess = seen.value("C06", method="network", variant="excess")
    assert 0 < excess < 1
    monkeypatch.setattr("yiju.checkup.indicators.commuting._MOST_PLACES", 1)
    assert measure(four_homes(flows), "C06").value("C06", method="network", variant="excess") == 0.0


def test_what_is_missing_is_said(four_homes: Callable[..., CityFolder], small: Any, measure: Any) -> None:
    seen = measure(small(), *ALL)
    for indicator in ALL:
        row = seen.of(indicator).iloc[0]
        assert row["status"] == "not measurable"
        assert "needs a table of commutes" in row["reason_en"]
    folder = four_homes({(SOUTH_WEST, SOUTH_EAST): 1.0})
    folder.write_table("trips", folder.table("trips")[:0])
    seen = measure(folder, "C01", "C04")
    assert "needs a timetable (GTFS)" in seen.of("C01").iloc[0]["reason_en"]
    assert seen.value("C04", method="network") == 100.0
    folder.write_table("commutes", commutes({("elsewhere", SOUTH_WEST): 3.0}))
    assert "nobody in the table of commutes" in measure(folder, "C01").of("C01").iloc[0]["reason_en"]
    folder = four_homes({(SOUTH_WEST, SOUTH_EAST): 1.0, ("d-0", NORTH_WEST): 2.0})
    homes = folder.table("residents")
    folder.write_table("residents", homes[homes["community"] != NORTH_WEST])
    assert (
        "1 places of commutes have no home cell (e.g. c-0-1)"
        in measure(folder, "C04").of("C04").iloc[0]["reason_en"]
    )


def test_a_figure_of_the_city_goes_first(
    four_homes: Callable[..., CityFolder], small: Any, measure: Any
) -> None:
    figures = pd.DataFrame(
        [
            ("C01", "city", "2025", None, None, 71.0, "手机信令"),
            ("C07", "city", "2025", None, None, 1.1, "经济普查"),
        ],
        columns=[c.name for c in FIGURES.columns],
    )
    folder = four_homes({(SOUTH_WEST, SOUTH_EAST): 2.0, (SOUTH_WEST, SOUTH_WEST): 1.0})
    folder.write_table("figures", figures)
    seen = measure(folder, "C01", "C07")
    assert seen.value("C01", method="table") == 71.0
    assert seen.value("C01", method="network") == 100.0
    assert seen.value("C07", method="table") == 1.1
    # and where nothing can be computed it stands alone
    bare = small()
    bare.write_table("figures", figures)
    seen = measure(bare, "C01", "C07")
    assert seen.value("C01", method="table") == 71.0
    assert seen.value("C07", method="table") == 1.1


def test_yardsticks_of_phone_data_are_for_phone_data(
    four_homes: Callable[..., CityFolder], look: Any
) -> None:
    folder = four_homes({(SOUTH_EAST, NORTH_EAST): 2.0, (SOUTH_EAST, SOUTH_WEST): 6.0})
    figures = pd.DataFrame(
        [("C01", "city", "2025", None, None, 71.0, "手机信令")], columns=[c.name for c in FIGURES.columns]
    )
    folder.write_table("figures", figures)
    seen = look(run_checkup(folder).observations)
    given, computed = (seen.row("C01", method=method) for method in ("table", "network"))
    assert (given["threshold"], given["grade"]) == (80.0, "fair")
    assert np.isnan(computed["threshold"])
    assert pd.isna(computed["grade"])
    rail = seen.row("C05", method="official")
    assert (rail["value"], rail["threshold"], rail["grade"]) == (25.0, 10.0, "very_good")
    assert seen.value("B43", method="official") == 25.0, "the base indicator is the same number"


def test_cells_that_stand_for_a_place_are_spread_evenly_over_its_people(
    small: Callable[..., CityFolder],
) -> None:
    folder = small(blocks=12)
    folder.write_table("commutes", commutes({("s-0", "s-1"): 1.0}))
    city = Context(folder, 2025)
    cells, place = city.commuters.cells
    assert len(cells) == 16
    assert np.bincount(place).tolist() == [8, 8]
    chosen = city.cells.iloc[cells]
    assert chosen["subdistrict"].tolist() == ["s-0"] * 8 + ["s-1"] * 8
    assert set(chosen["community"]) == {SOUTH_WEST, NORTH_WEST, SOUTH_EAST, NORTH_EAST}
    assert city.commuters.spread.sum(axis=1).tolist() == [1.0, 1.0]
    assert evenly(np.array([], dtype=np.int64), np.ones(3), 4).tolist() == []


@pytest.mark.long
def test_the_demo_city_has_them_all(demo_city: Any) -> None:
    rows = demo_city.checkup().observations
    rows = rows[(rows["level"] == "city") & rows["indicator"].isin(ALL)]
    assert set(rows.loc[rows["status"].isin(["measured", "modelled"]), "indicator"]) == set(ALL)
