"""What a change costs: one facility, one footbridge, in a city of 300,752 nodes, beside computing it all anew.

    python benchmarks/whatif.py [--network porto] [--rounds 9] [--json FILE]

The city is the walking network of Porto with somebody at every node and 30 services of 300 facilities each, seeded
(``engine_data``). Everything goes through :class:`yiju.supply.scenario.Scenario`, checks and tables included: what a
planner waits for. "Anew" is a city that was opened, its network indexed, its homes and doors put on the streets, and
the same one service asked. The peer, where it is installed, is pandana: its index kept, the service given again.

Answers after a change are compared with those of computing anew, number for number; one that differs stops the run.
Exits 1 if a limit is broken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from engine_data import ROOT, load, questions
from yiju.checkup.context import Context
from yiju.checkup.observations import OBSERVATIONS
from yiju.checkup.snapshot import manifest, write_snapshot
from yiju.city.folder import CityFolder
from yiju.city.services import SERVICES
from yiju.supply.scenario import Scenario
from yiju.supply.scenario.access import catchments_of, counts_of, equity_of, walks_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from engine_data import Questions, Streets

# What we promise, milliseconds of CPU: one facility, nearest and counts; with catchments and equity; a footbridge.
LIMITS_MS = {"nearest, counts": 50.0, "catchments, equity": 300.0, "footbridge": 300.0}
# The radius of the counts, and the catchment: those of a primary school (GB 50180-2018) and of a middle school.
COUNT_M, CATCHMENT_M = 500.0, 1000.0
SERVICES_ASKED = 30
# Sums in other orders differ in the last bits.
SAME = 1e-12
# Metres of the longest links that are tried: about a block.
LINK_M = 150.0


class Took(NamedTuple):
    """Milliseconds of one answer."""

    cpu: float
    wall: float


def city_folder(folder: Path, streets: Streets, asked: Questions) -> CityFolder:
    """The network as the tables of a city, with a check-up of no observations."""
    crs = "EPSG:32629"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.toml").write_text(
        f'[city]\nname = "{streets.name}"\nyear = 2025\ncrs = "{crs}"\n', encoding="utf-8"
    )
    city = CityFolder.open(folder)
    points = shapely.points(streets.x, streets.y)
    nowhere = dict.fromkeys(("community", "subdistrict", "district"))
    outline = shapely.box(*shapely.buffer(shapely.MultiPoint(points[::100]), 5_000).bounds)
    codes = [code for code, service in SERVICES.items() if service.is_facility][:SERVICES_ASKED]
    at = asked.services[: len(codes)]
    ids = [f"{code}-{k}" for code, nodes in zip(codes, at, strict=True) for k in range(len(nodes))]

    def frame(columns: dict[str, Any], shapes: Any) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)

    city.write_table(
        "places",
        frame(
            {
                "place_id": ["city"],
                "level": "city",
                "name": streets.name,
                "origin": "given",
                "area_m2": outline.area,
            },
            [outline],
        ),
    )
    city.write_table(
        "residents",
        frame(
            {
                "cell_id": np.arange(streets.nodes).astype(str), "people": np.maximum(asked.people, 1.0),
                "status": "measured", "source": "seeded", **nowhere,
            },
            points,
        ),
    )  # fmt: skip
    city.write_table(
        "street_nodes", frame({"node_id": np.arange(streets.nodes), "elevation_m": np.nan}, points)
    )
    lines = shapely.linestrings(
        np.stack([shapely.get_coordinates(points[e]) for e in (streets.u, streets.v)], axis=1)
    )
    city.write_table(
        "street_edges",
        frame(
            {
                "edge_id": np.arange(len(streets.u)), "u": streets.u, "v": streets.v,
                "length_m": streets.decimetres / 10, "street_class": "residential", "walk": True,
                "drive_forward": True, "drive_backward": True, "drive_kmh": 30.0, "stairs": False,
                "bridge": False, "tunnel": False, "climb_m": 0.0,
            },
            lines,
        ),
    )  # fmt: skip
    doors = points[at.ravel()]
    city.write_table(
        "facilities",
        frame(
            {
                "facility_id": ids, "service": np.repeat(codes, at.shape[1]), "source": "table",
                "capacity": np.tile(asked.capacity, len(codes)).astype(float), **nowhere,
            },
            doors,
        ),
    )  # fmt: skip
    city.write_table(
        "entrances",
        frame({"entrance_id": [f"{i}/0" for i in ids], "facility_id": ids, "origin": "point"}, doors),
    )
    write_snapshot(
        city.checkup_dir(), {"observations": OBSERVATIONS.empty()}, manifest(city, 2025, None, None)
    )
    return city


def clocked(work: Callable[[], Any]) -> tuple[Any, Took]:
    """An answer, and what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return answer, Took(1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall))


def near_and_many(city: Context, service: str) -> tuple[pd.Series, pd.Series]:
    """The nearest, and how many."""
    return walks_of(city, service), counts_of(city, service, COUNT_M)


def shared(city: Context, service: str) -> tuple[pd.Series, Any]:
    """Catchments and equity."""
    found = catchments_of(city, service, limit_m=CATCHMENT_M)
    return found.access, equity_of(found)


class Changes:
    """Changes drawn by a seeded generator."""

    def __init__(self, streets: Streets, service: str, there: int) -> None:
        self.streets, self.service, self.there = streets, service, there
        self.rng = np.random.default_rng(5)

    def facility(self, now: Scenario, turn: int) -> Scenario:
        """Open one, close one, move one, in turns."""
        node = int(self.rng.integers(self.streets.nodes))
        at = float(self.streets.x[node]), float(self.streets.y[node])
        one = f"{self.service}-{int(self.rng.integers(self.there))}"
        if turn % 3 == 0:
            return now.add(service=self.service, at=at, capacity=100)
        return now.close(one) if turn % 3 == 1 else now.move(one, at)

    def bridge(self, now: Scenario) -> Scenario:
        """A straight way between two nodes that are about a block apart."""
        x, y = self.streets.x, self.streets.y
        while True:
            a = int(self.rng.integers(self.streets.nodes))
            near = np.flatnonzero(
                (np.hypot(x - x[a], y - y[a]) < LINK_M) & (np.hypot(x - x[a], y - y[a]) > LINK_M / 2)
            )
            if len(near):
                b = int(near[0])
                return now.link((float(x[a]), float(y[a])), (float(x[b]), float(y[b])))


def run(streets: Streets, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Every row of the table."""
    asked = questions(streets)
    city = city_folder(folder, streets, asked)
    now, opened = clocked(lambda: Scenario.of(city))
    service = str(city.table("facilities")["service"].iloc[0])
    _, ready = clocked(lambda: (near_and_many(now.city, service), shared(now.city, service)))
    print(
        f"{streets}; opened in {opened.cpu / 1e3:.1f} s CPU, first answers in {ready.cpu / 1e3:.1f} s CPU\n"
    )
    changes = Changes(streets, service, asked.services.shape[1])
    changes.facility(now, 0)  # what is made once for all changes, such as the tree of streets
    took: dict[str, list[Took]] = {name: [] for name in LIMITS_MS}
    anew: dict[str, list[Took]] = {name: [] for name in ("nearest, counts", "catchments, equity")}
    for turn in range(rounds):
        then, making = clocked(lambda turn=turn: changes.facility(now, turn))
        mine, first = clocked(lambda then=then: near_and_many(then.city, service))
        fair, second = clocked(lambda then=then: shared(then.city, service))
        took["nearest, counts"].append(Took(making.cpu + first.cpu, making.wall + first.wall))
        whole = Took(making.cpu + first.cpu + second.cpu, making.wall + first.wall + second.wall)
        took["catchments, equity"].append(whole)
        if turn < 3:  # one of each kind
            fresh, cold = clocked(lambda then=then: Context(then.city.folder, then.city.year))
            full, third = clocked(lambda fresh=fresh: near_and_many(fresh, service))
            equal, fourth = clocked(lambda fresh=fresh: shared(fresh, service))
            anew["nearest, counts"].append(Took(cold.cpu + third.cpu, cold.wall + third.wall))
            anew["catchments, equity"].append(
                Took(cold.cpu + third.cpu + fourth.cpu, cold.wall + third.wall + fourth.wall)
            )
            hold_equal(mine, full, fair, equal)
        bridged, linking = clocked(lambda: changes.bridge(now))
        _, asking = clocked(lambda bridged=bridged: near_and_many(bridged.city, service))
        took["footbridge"].append(Took(linking.cpu + asking.cpu, linking.wall + asking.wall))
    peer = of_pandana(streets, asked, rounds)
    return [row(name, took[name], anew.get(name, []), peer.get(name, [])) for name in LIMITS_MS]


def hold_equal(mine: Any, full: Any, fair: Any, equal: Any) -> None:
    """Whole numbers to the bit, shares to the twelfth digit."""
    same = all(a.equals(b) for a, b in zip(mine, full, strict=True))
    same &= bool(np.allclose(fair[0], equal[0], rtol=0, atol=SAME))
    names = ("gini", "theil", "palma", "floor", "share_reached")
    same &= all(
        np.isclose(getattr(fair[1], n), getattr(equal[1], n), rtol=SAME, atol=SAME, equal_nan=True)
        for n in names
    )
    if not same:
        sys.exit("a change gives other numbers than computing anew")


def of_pandana(streets: Streets, asked: Questions, rounds: int) -> dict[str, list[Took]]:
    """The peer: the service given again, its nearest and its counts asked; nothing where it is not installed."""
    try:
        from engine_peers import Pandana  # noqa: PLC0415 - only in the environment of the benchmarks
    except ImportError:
        print("pandana is not installed here: `make bench-whatif` has it\n", file=sys.stderr)
        return {}
    city = Pandana(streets)
    nodes = asked.services[:1]
    ones = np.ones(nodes.shape[1])

    def again() -> None:
        city.offer(nodes, 1, 20_000.0)
        city.nearest(1, 1, 20_000.0)
        city.sums(nodes[0], ones, COUNT_M)

    again()
    return {"nearest, counts": [clocked(again)[1] for _ in range(min(rounds, 3))]}


def row(name: str, took: list[Took], anew: list[Took], peer: list[Took]) -> dict[str, Any]:
    """Medians of one question."""

    def median(times: list[Took]) -> Took | None:
        if not times:
            return None
        return Took(statistics.median(t.cpu for t in times), statistics.median(t.wall for t in times))

    mine = median(took)
    return {
        "change": name, "cpu_ms": mine.cpu, "wall_ms": mine.wall, "limit_ms": LIMITS_MS[name],
        "anew": median(anew), "pandana": median(peer), "broken": mine.cpu > LIMITS_MS[name],
    }  # fmt: skip


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="porto")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        rows = run(load(options.network), Path(folder) / "city", options.rounds)
    print(
        f"{'change':22s}{'CPU ms':>9s}{'wall ms':>9s}{'limit':>8s}{'anew, CPU ms':>14s}{'pandana, CPU ms':>17s}"
    )
    for r in rows:
        beside = "".join(
            f"{'' if r[k] is None else f'{r[k].cpu:,.0f}':>{w}s}" for k, w in (("anew", 14), ("pandana", 17))
        )
        mark = "  broken" if r["broken"] else ""
        print(f"{r['change']:22s}{r['cpu_ms']:9.1f}{r['wall_ms']:9.1f}{r['limit_ms']:8.0f}{beside}{mark}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return int(any(r["broken"] for r in rows))


if __name__ == "__main__":
    sys.exit(main())
