"""Toy town: a grid city made directly as tables, on which every answer is known in closed form.

The idea is R5's Simpson Desert (conveyal/r5, ``analyst/network/GridLayout``): a town so regular that
distances, coverage rates and waiting times follow from arithmetic, so that an engine can be held to them.

::

    y                               B blocks of side b; here B = 4
    4b ┌─────┬─────┬─────┬─────┐    ─  street, on every line 0, b, 2b ... Bb in both directions
       │     │     │     │     │    +  resident cell of block (i, j), one a block, s = 10 m inside
    3b ├─────┼─────┼─────┼─────┤       the middle of its southern street
       │     │     │◦    │     │    ◦  facility at corner (k, l): s inside the block,
    2b ├─────┼─────•─────┼─────┤    •  its entrance, exactly on the corner
       │  +  │     │     │     │
     b ├─────┼─────┼─────┼─────┤    communities: c x c squares of whole blocks, borders on streets;
       │  +  │  +  │     │     │    subdistricts: their columns, from west to east;
     0 └─────┴─────┴─────┴─────┘ x  one district; the city
       0     b     2b    3b    4b

Closed forms
------------
Blocks are (i, j) from the south-west corner, 0 to B-1; corners (k, l), 0 to B.

1. *Walk* from the cell of block (i, j) to an entrance at corner (k, l): ``s + b (|i + 1/2 - k| + |j - l|)``.
   With b = 100 the walks are 60, 160, 260 ...: no walk ever equals a radius.
2. *Severed* town (``severed=True``): the railway runs through block row B/2 from east to west, and of the
   streets that cross it only the westernmost stays. Between the two sides the walk is
   ``s + b (i + 1/2 + k + |j - l|)``. A corner is north of the railway when l > B/2, a cell when j > B/2.
3. *Park*: block (B/4, 3B/4) with one gate, in the middle of its northern street, at
   ((B/4 + 1/2) b, (3B/4 + 1) b). No one lives there. From the street below, one walks around the block.
4. *People*: ``people_per_block`` in every cell, by age as in ``AGES``; the western half is the old town. A
   share of people within reach is therefore a share of cells.
5. *Residential land*: each block but the park's, less ``STREET_HALF_M`` on each side: ``(b - 20)^2``. Land
   within a radius of a facility is the overlap of a disc and squares, which integrates in closed form.
6. *Slope*: the ground rises to the east by ``grade``; streets to the north are level.
7. *Buses*: along the middle street, a stop at every third corner, every 10 minutes by day (72 departures
   from 07 to 19) and every 30 in the evening; trains at corner (3B/4, 3B/4) every 5 and 15 minutes.
8. *Requests*: 360 in the year. Contacted in time: 9 of 10; closed in time: 19 of 20; validly called back:
   all; resolved: 4 of 5; satisfied: 3 of 4; reopened: 1 of 12; repeats of the request before: 1 of 15.
9. *Rain*: for 30 years, every fifth day, 1, 5, 10, 20 and 40 mm in turn. Without the events of 2 mm and
   less, the capture ratio of depth h is ``mean(min(x, h)) / mean(x)`` over x = 5, 10, 20, 40:
   h(70 %) = 18.75 mm, h(75 %) = 21.25, h(80 %) = 25, h(85 %) = 28.75.
10. *Figures*: S07 (culture area) 0.2 and S08 (sports area) 2.0 m2 a resident, for the city.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, Polygon, box

from yiju.city.folder import CityFolder

if TYPE_CHECKING:
    from collections.abc import Iterable

# Where the south-west corner stands: inside UTM zone 48 north, near Chongqing. Any place would do.
ORIGIN_M = (640_000.0, 3_270_000.0)
# How far cells and facilities stand back from the street, and how much of a block each street takes from it.
SETBACK_M = 10.0
STREET_HALF_M = 10.0
# Shares by age: the new town (east) and the old town (west). Each column adds up to 1.
AGES = {
    "age_0_2": (0.03, 0.02),
    "age_3_5": (0.04, 0.03),
    "age_6_11": (0.08, 0.05),
    "age_12_14": (0.04, 0.02),
    "age_15_59": (0.61, 0.48),
    "age_60_79": (0.16, 0.30),
    "age_80_plus": (0.04, 0.10),
}
# 18 km/h: a block of 100 m in 20 seconds, so that times are whole.
BUS_M_PER_S = 5.0
RAIN_YEARS = (1995, 2024)
RAIN_CYCLE_MM = (1.0, 5.0, 10.0, 20.0, 40.0)


class _Facility(NamedTuple):
    """A facility at a corner, given in quarters of the town: (2, 2) is the middle."""

    services: tuple[str, ...]
    quarter_x: int
    quarter_y: int
    capacity: float | None = None
    floor_area_m2: float | None = None


# The south-west has everything; the north-east lacks a health station and any care for older people.
FACILITIES = (
    _Facility(("kindergarten",), 1, 1, 360, 4200),
    _Facility(("kindergarten",), 3, 3, 180, 2200),
    _Facility(("primary_school",), 2, 2, 1500, 9000),
    _Facility(("middle_school",), 3, 2, 1200, 9000),
    _Facility(("elder_day_care", "community_canteen"), 1, 1, 60, 700),
    _Facility(("health_station",), 1, 1, None, 200),
    _Facility(("health_station",), 3, 1, None, 200),
    _Facility(("health_station",), 1, 3, None, 200),
    _Facility(("health_centre",), 2, 2, None, 1800),
    _Facility(("food_market",), 2, 1, None, 900),
    _Facility(("food_market",), 2, 3, None, 900),
    _Facility(("fire_station",), 2, 0, None, 2500),
)


class _Grid(NamedTuple):
    """The measures of the town, and where things stand on it."""

    blocks: int
    block_m: float
    communities: int
    crs: str
    severed: bool

    def xy(self, i: float, j: float) -> tuple[float, float]:
        """Coordinates of a point given in blocks from the south-west corner."""
        return ORIGIN_M[0] + i * self.block_m, ORIGIN_M[1] + j * self.block_m

    def corner(self, quarter: int) -> int:
        return quarter * self.blocks // 4

    @property
    def park(self) -> tuple[int, int]:
        return self.corner(1), self.corner(3)

    def community(self, i: float, j: float) -> tuple[int, int]:
        """Column and row of the community that holds a point; the last ones hold the outer border too."""
        share = self.communities / self.blocks
        last = self.communities - 1
        return min(int(i * share), last), min(int(j * share), last)

    def within(self, places: Iterable[tuple[float, float]]) -> dict[str, list[str]]:
        """Columns community, subdistrict and district of things that stand at these blocks."""
        found = [self.community(i, j) for i, j in places]
        return {
            "community": [f"c-{column}-{row}" for column, row in found],
            "subdistrict": [f"s-{column}" for column, _ in found],
            "district": ["d-0"] * len(found),
        }

    def frame(self, columns: dict[str, Any], geometry: list[Any]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=geometry, crs=self.crs)

    def block_square(self, i: int, j: int, inset_m: float) -> Polygon:
        (west, south), (east, north) = self.xy(i, j), self.xy(i + 1, j + 1)
        return box(west + inset_m, south + inset_m, east - inset_m, north - inset_m)


def toy_town(
    folder: Path | str,
    *,
    blocks: int = 12,
    block_m: float = 100.0,
    communities: int = 2,
    people_per_block: float = 250.0,
    grade: float = 0.04,
    severed: bool = False,
    crs: str = "EPSG:32648",
) -> CityFolder:
    """Make the toy town in a folder, as if ``yiju build`` had made it.

    Parameters
    ----------
    folder
        Where to make it; tables of the same names are replaced.
    blocks
        Blocks on each side, a multiple of 4 and of ``communities``.
    block_m
        Side of a block, metres.
    communities
        Communities on each side; each column of them is a subdistrict.
    people_per_block
        Residents of every block but the park's.
    grade
        Rise of the ground towards the east, metres a metre.
    severed
        Whether a railway cuts the town in two with a single crossing in the west.
    crs
        A projected CRS in metres.

    Raises
    ------
    ValueError
        The blocks cannot be divided into quarters or communities.

    Examples
    --------
    >>> import tempfile
    >>> city = toy_town(tempfile.mkdtemp(), blocks=4)
    >>> len(city.table("residents")), float(city.table("residents")["people"].sum())
    (15, 3750.0)
    """
    if blocks % 4 or blocks % communities:
        msg = f"blocks needs to be a multiple of 4 and of communities ({communities}), was {blocks}"
        raise ValueError(msg)
    grid = _Grid(blocks, block_m, communities, crs, severed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input").mkdir(exist_ok=True)
    services = sorted({s for f in FACILITIES for s in f.services} | {"park", "bus_stop", "rail_station"})
    (folder / "city.toml").write_text(
        f'[city]\nname = "方格城"\nyear = 2025\ncrs = "{crs}"\n\n'
        f"[layers]\nvouched = [{', '.join(repr(s) for s in services)}]\n".replace("'", '"'),
        encoding="utf-8",
    )
    city = CityFolder.open(folder)
    homes = [(i, j) for j in range(blocks) for i in range(blocks) if (i, j) != grid.park]
    nodes, edges = _streets(grid, grade)
    facilities, entrances = _facilities(grid)
    stops, headways, routes = _transit(grid)
    trips, calls = _timetable(grid)
    tables = {
        "places": _places(grid),
        "residents": _residents(grid, homes, people_per_block, grade),
        "street_nodes": nodes,
        "street_edges": edges,
        "facilities": facilities,
        "entrances": entrances,
        "land": _land(grid, homes),
        "parcels": _parcels(grid, people_per_block),
        "buildings": _buildings(grid, homes),
        "water": grid.frame(
            {"water_id": ["w-0"], "name": ["南溪"]}, [box(*grid.xy(0, -0.6), *grid.xy(blocks, -0.3))]
        ),
        "railways": _railways(grid),
        "stops": stops,
        "headways": headways,
        "routes": routes,
        "trips": trips,
        "calls": calls,
        "figures": _figures(people_per_block * len(homes)),
        "requests": _requests(grid, homes),
        "rain": _rain(),
        "terrain": _terrain(grid, grade),
    }
    for name, table in tables.items():
        city.write_table(name, table)
    return city


def _places(grid: _Grid) -> gpd.GeoDataFrame:
    per_community = grid.blocks // grid.communities
    rows: list[dict[str, Any]] = []
    squares: list[Polygon] = []

    def add(
        place_id: str, level: str, name: str, parent: str | None, corners: tuple[int, int, int, int]
    ) -> None:
        west, south, east, north = corners
        square = box(*grid.xy(west, south), *grid.xy(east, north))
        rows.append(
            {"place_id": place_id, "level": level, "name": name, "parent_id": parent, "area_m2": square.area}
        )
        squares.append(square)

    whole = (0, 0, grid.blocks, grid.blocks)
    add("city", "city", "方格城", None, whole)
    add("d-0", "district", "中区", "city", whole)
    for column in range(grid.communities):
        west = column * per_community
        add(
            f"s-{column}",
            "subdistrict",
            f"{column + 1}号街道",
            "d-0",
            (west, 0, west + per_community, grid.blocks),
        )
        for row in range(grid.communities):
            south = row * per_community
            square = (west, south, west + per_community, south + per_community)
            add(f"c-{column}-{row}", "community", f"{column + 1}-{row + 1}社区", f"s-{column}", square)
    return grid.frame({**pd.DataFrame(rows).to_dict("list"), "origin": "given"}, squares)


def _residents(
    grid: _Grid, homes: list[tuple[int, int]], people_per_block: float, grade: float
) -> gpd.GeoDataFrame:
    old_town = np.array([i < grid.blocks / 2 for i, _ in homes])
    bands = {band: people_per_block * np.where(old_town, old, new) for band, (new, old) in AGES.items()}
    columns = {
        "cell_id": [f"r-{i}-{j}" for i, j in homes],
        "people": people_per_block,
        "status": "measured",
        "source": "toy town",
        "slope_deg": np.degrees(np.arctan(abs(grade))),
        **grid.within(homes),
        **bands,
    }
    setback = SETBACK_M / grid.block_m
    return grid.frame(columns, [Point(grid.xy(i + 0.5, j + setback)) for i, j in homes])


def _streets(grid: _Grid, grade: float) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    lines = range(grid.blocks + 1)
    corners = [(i, j) for j in lines for i in lines]
    number = {corner: node for node, corner in enumerate(corners)}
    nodes = grid.frame(
        {
            "node_id": range(len(corners)),
            "elevation_m": [100.0 + grade * i * grid.block_m for i, _ in corners],
        },
        [Point(grid.xy(i, j)) for i, j in corners],
    )
    eastward = [((i, j), (i + 1, j)) for j in lines for i in lines[:-1]]
    northward = [((i, j), (i, j + 1)) for j in lines[:-1] for i in lines]
    if grid.severed:
        northward = [(a, b) for a, b in northward if a[1] != grid.blocks // 2 or a[0] == 0]
    ends = eastward + northward
    middle = grid.blocks // 2
    classes = [
        "secondary" if (a[0] == b[0] == middle or a[1] == b[1] == middle) else "residential" for a, b in ends
    ]
    edges = grid.frame(
        {
            "edge_id": range(len(ends)),
            "u": [number[a] for a, _ in ends],
            "v": [number[b] for _, b in ends],
            "length_m": float(grid.block_m),
            "street_class": classes,
            "walk": True,
            "drive_forward": True,
            "drive_backward": True,
            "drive_kmh": [50.0 if c == "secondary" else 30.0 for c in classes],
            "stairs": False,
            "bridge": False,
            "tunnel": False,
            "climb_m": [grade * grid.block_m * (b[0] - a[0]) for a, b in ends],
            "name": [f"东西{a[1]}街" if a[1] == b[1] else f"南北{a[0]}路" for a, b in ends],
            "source_id": None,
        },
        [LineString([grid.xy(*a), grid.xy(*b)]) for a, b in ends],
    )
    return nodes, edges


def _facilities(grid: _Grid) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    setback = SETBACK_M / grid.block_m
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    stands: list[tuple[float, float]] = []
    doors: list[dict[str, str]] = []
    gates: list[Point] = []
    for number, facility in enumerate(FACILITIES):
        facility_id = f"f-{number:02d}"
        column, row = grid.corner(facility.quarter_x), grid.corner(facility.quarter_y)
        stand = (column + setback, row + setback)
        for service in facility.services:
            rows.append(
                {
                    "facility_id": facility_id,
                    "service": service,
                    "name": f"{facility_id} {service}",
                    "capacity": facility.capacity,
                    "floor_area_m2": facility.floor_area_m2,
                }
            )
            shapes.append(Point(grid.xy(*stand)))
            stands.append(stand)
        doors.append({"entrance_id": f"{facility_id}/0", "facility_id": facility_id, "origin": "gate"})
        gates.append(Point(grid.xy(column, row)))
    i, j = grid.park
    park = grid.block_square(i, j, STREET_HALF_M)
    rows.append({"facility_id": "f-park", "service": "park", "name": "北门公园", "land_area_m2": park.area})
    shapes.append(park)
    stands.append((i + 0.5, j + 0.5))
    doors.append({"entrance_id": "f-park/0", "facility_id": "f-park", "origin": "gate"})
    gates.append(Point(grid.xy(i + 0.5, j + 1)))
    columns = pd.DataFrame(rows).assign(source="table", source_id=None, opening=None)
    facilities = grid.frame({**columns.to_dict("series"), **grid.within(stands)}, shapes)
    return facilities, grid.frame(pd.DataFrame(doors).to_dict("series"), gates)


def _land(grid: _Grid, homes: list[tuple[int, int]]) -> gpd.GeoDataFrame:
    blocks = [*homes, grid.park]
    squares = [grid.block_square(i, j, STREET_HALF_M) for i, j in blocks]
    columns = {
        "land_id": [f"l-{i}-{j}" for i, j in blocks],
        "use": ["residential"] * len(homes) + ["green"],
        "origin": "user",
        "area_m2": [square.area for square in squares],
        **grid.within(blocks),
    }
    return grid.frame(columns, squares)


def _parcels(grid: _Grid, people_per_block: float) -> gpd.GeoDataFrame:
    ids: list[str] = []
    squares: list[Polygon] = []
    blocks: list[tuple[float, float]] = []
    people: list[float] = []
    for j in range(grid.blocks):
        for i in range(grid.blocks):
            whole = grid.block_square(i, j, STREET_HALF_M)
            lived_in = 0.0 if (i, j) == grid.park else people_per_block
            if (
                grid.severed and j == grid.blocks // 2
            ):  # the railway halves the block; the homes are in the south
                west, south, east, north = whole.bounds
                middle = (south + north) / 2
                halves = [(box(west, south, east, middle), lived_in), (box(west, middle, east, north), 0.0)]
            else:
                halves = [(whole, lived_in)]
            for part, (square, number) in enumerate(halves):
                ids.append(f"p-{i}-{j}-{part}")
                squares.append(square)
                blocks.append((i, j))
                people.append(number)
    columns = {
        "parcel_id": ids,
        "area_m2": [square.area for square in squares],
        "people": people,
        "floor_area_m2": None,
        "built_share": None,
        "built_up": True,
        **grid.within(blocks),
    }
    return grid.frame(columns, squares)


def _buildings(grid: _Grid, homes: list[tuple[int, int]]) -> gpd.GeoDataFrame:
    # in the southern half of the block, where the railway of the severed town leaves them alone
    squares = [box(*grid.xy(i + 0.25, j + 0.15), *grid.xy(i + 0.75, j + 0.45)) for i, j in homes]
    old_town = np.array([i < grid.blocks / 2 for i, _ in homes])
    levels = np.where(old_town, 6.0, 11.0)
    footprint = np.array([square.area for square in squares])
    columns = {
        "building_id": [f"b-{i}-{j}" for i, j in homes],
        "use": "residential",
        "levels": levels,
        "levels_given": True,
        "footprint_m2": footprint,
        "floor_area_m2": footprint * levels,
        "year_built": np.where(old_town, 1985.0, 2010.0),
    }
    return grid.frame(columns, squares)


def _railways(grid: _Grid) -> gpd.GeoDataFrame:
    row = grid.blocks // 2 + 0.5 if grid.severed else grid.blocks + 0.4
    line = LineString([grid.xy(-0.5, row), grid.xy(grid.blocks + 0.5, row)])
    return grid.frame({"railway_id": ["t-0"], "on_ground": [True]}, [line])


def _transit(grid: _Grid) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    middle, station = grid.corner(2), grid.corner(3)
    corners = [(i, middle) for i in range(0, grid.blocks + 1, 3)] + [(station, station)]
    modes = ["bus"] * (len(corners) - 1) + ["rail"]
    ids = [f"{mode}-{number}" for number, mode in enumerate(modes)]
    stops = grid.frame(
        {
            "stop_id": ids,
            "name": [f"{i}路口站" for i, _ in corners],
            "mode": modes,
            "source": "gtfs",
            "station_id": None,
            **grid.within(corners),
        },
        [Point(grid.xy(i, j)) for i, j in corners],
    )
    # minutes of each period, and departures in it by bus and by rail
    periods = {"am_peak": (120, 12, 24), "daytime": (720, 72, 144), "evening": (240, 8, 16)}
    headways = pd.DataFrame(
        [
            (stop, period, bus if mode == "bus" else rail, minutes / (bus if mode == "bus" else rail))
            for stop, mode in zip(ids, modes, strict=True)
            for period, (minutes, bus, rail) in periods.items()
        ],
        columns=["stop_id", "period", "departures", "headway_min"],
    )
    routes = pd.DataFrame(
        {"route_id": ["B1", "R1"], "feed": "toy", "name": ["1路", "轨道1号线"], "mode": ["bus", "rail"]}
    )
    return stops, headways, routes


def _timetable(grid: _Grid) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The bus goes round: eastward from stop to stop and back to the first; the train is not in the timetable."""
    corners = range(0, grid.blocks + 1, 3)
    stops = [f"bus-{number}" for number in range(len(corners))]
    east_s = [round(i * grid.block_m / BUS_M_PER_S) for i in corners]
    after_s = [*east_s, 2 * east_s[-1]]
    calls = pd.DataFrame({"stop_id": [*stops, stops[0]], "arrive_s": after_s, "depart_s": after_s})
    calls = calls.assign(pattern_id="round", position=range(len(calls)), boards=True, alights=True)
    start_s = [*range(7 * 3600, 19 * 3600, 600), *range(19 * 3600, 23 * 3600, 1800)]
    trips = pd.DataFrame({"trip_id": [f"B1-{s // 60}" for s in start_s], "start_s": start_s})
    return trips.assign(day=0, route_id="B1", pattern_id="round"), calls


def _figures(people: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("S07", "city", "2025", 0.2 * people, people, 0.2, "文化局年报"),
            ("S08", "city", "2025", 2.0 * people, people, 2.0, "体育局年报"),
        ],
        columns=["indicator", "place_id", "period", "numerator", "denominator", "value", "source"],
    )


def _requests(grid: _Grid, homes: list[tuple[int, int]]) -> gpd.GeoDataFrame:
    number = np.arange(360)
    created = pd.Timestamp("2025-01-01 09:00") + pd.to_timedelta(number, unit="D")
    blocks = [homes[n % len(homes)] for n in number]
    late_contact, late_closing = number % 10 == 0, number % 20 == 0
    kinds = [
        ("养老服务", "elder_day_care"),
        ("停车管理", "parking"),
        ("噪声扰民", None),
        ("道路破损", "footway"),
    ]
    columns = {
        "request_id": [f"q-{n:03d}" for n in number],
        "category": [kinds[n % 4][0] for n in number],
        "service": [kinds[n % 4][1] for n in number],
        "channel": "12345",
        "unit": ["s-0 街道办" if n % 2 else "s-1 街道办" for n in number],
        "created_at": created,
        "dispatched_at": created + pd.Timedelta(hours=1),
        "contact_due_at": created + pd.Timedelta(hours=25),
        "contacted_at": created + pd.to_timedelta(np.where(late_contact, 30, 5), unit="h"),
        "due_at": created + pd.Timedelta(days=7),
        "closed_at": created + pd.to_timedelta(np.where(late_closing, 10, 3), unit="D"),
        "called_back": True,
        "resolved": number % 5 != 0,
        "satisfied": number % 4 != 0,
        "reopened": (number % 12 == 0).astype(int),
        "repeat_of": [f"q-{n - 1:03d}" if n % 15 == 14 else None for n in number],
        "located": True,
        **grid.within(blocks),
    }
    return grid.frame(columns, [Point(grid.xy(i + 0.5, j + 0.5)) for i, j in blocks])


def _rain() -> pd.DataFrame:
    days = pd.date_range(f"{RAIN_YEARS[0]}-01-01", f"{RAIN_YEARS[1]}-12-31", freq="D")
    number = np.arange(len(days))
    cycle = np.array(RAIN_CYCLE_MM)
    falls = number % 5 == 0
    falls &= number < len(days) // (5 * len(cycle)) * (
        5 * len(cycle)
    )  # whole cycles: each depth falls equally often
    return pd.DataFrame({"date": days, "rain_mm": np.where(falls, cycle[number // 5 % len(cycle)], 0.0)})


def _terrain(grid: _Grid, grade: float) -> gpd.GeoDataFrame:
    cells = [(i, j) for j in range(grid.blocks) for i in range(grid.blocks)]
    columns = {
        "cell_id": [f"e-{i}-{j}" for i, j in cells],
        "elevation_m": [100.0 + grade * (i + 0.5) * grid.block_m for i, _ in cells],
        "slope_deg": np.degrees(np.arctan(abs(grade))),
        "sink_depth_m": 0.0,
        # a plane drains straight down: the cell and all above it in its row
        "upstream_m2": [(grid.blocks - i) * grid.block_m**2 for i, _ in cells],
    }
    return grid.frame(columns, [Point(grid.xy(i + 0.5, j + 0.5)) for i, j in cells])
