"""The engine against its peers: one interleaved run, answers held equal, ratios held to what we promise.

    make bench-engine                                   everything, about half an hour
    make bench-engine ARGS="--quick"                    a small network, a few minutes
    python benchmarks/engine.py --task nearest --network tiled
    python benchmarks/engine.py --json build/bench/engine.json
    python benchmarks/engine.py --rows                  vectors against loops
    python benchmarks/engine.py --huge                  ten million nodes

Prints a table: wall and CPU seconds of both sides (medians over interleaved rounds), both ratios, the gate and what we
aim for. An answer that differs stops the run; a gate that is missed is marked, and the run ends with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import engine_apart
import engine_memory
import engine_start
from engine_data import load, questions
from engine_huge import huge
from engine_race import HEAD, Row, run, show
from engine_rows import rows_table
from engine_tasks import TASKS, races
from engine_town import Town
from processes import busy
from transit_task import PROMISED_S, R5_S, run_transit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What the peers may take in all: the rest of half an hour is for us, and for making things ready.
PEERS_S = 20 * 60
NETWORKS = ("porto-alegre", "porto", "tiled")
# Tasks that are no race on one network.
OTHERS = ("outputs", "chain", "bandwidth", "transit", "start")


@dataclass(frozen=True)
class Transit:
    """The task of the r5r paper, whose published time is no measurement of ours."""

    wall_s: float
    cpu_s: float

    @property
    def broken(self) -> bool:
        """Whether the promise is not kept."""
        return self.wall_s > PROMISED_S

    def __str__(self) -> str:
        return (
            f"transit, 1,227 x 1,227 hexagons, 120 departures: {self.wall_s:.2f} s wall, {self.cpu_s:.2f} s CPU "
            f"(gate {PROMISED_S:g} s on two cores; R5 by its paper {R5_S} s){'  BROKEN' if self.broken else ''}"
        )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The engine against its peers.")
    parser.add_argument("--task", action="append", choices=[*TASKS, *OTHERS], help="default: all")
    parser.add_argument("--network", action="append", choices=NETWORKS, help="default: all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="races on the smallest network, one round")
    parser.add_argument("--json", type=Path, help="write the measurements there too")
    parser.add_argument("--rows", action="store_true", help="only: vectors against loops")
    parser.add_argument("--huge", action="store_true", help="only: ten million nodes")
    asked = parser.parse_args()
    if asked.quick:
        asked.network, asked.rounds = asked.network or NETWORKS[:1], 1
        asked.task = asked.task or list(TASKS)
    return asked


def measured(tasks: Sequence[str], networks: Sequence[str], rounds: int) -> Iterator[Any]:
    """Measure and print one thing after the other."""
    for name in networks:
        town = Town(load(name), questions(load(name)))
        print(f"\n{town.streets}\n{HEAD}")
        for race in races(town, tasks):
            row = run(race, rounds)
            show(row)
            yield row
        if "bandwidth" in tasks and name != "porto-alegre":  # that one fits the cache
            share = engine_memory.share_of_bandwidth(town)
            engine_memory.show(share)
            yield share
    if {"outputs", "chain"} & set(tasks) and "porto" in networks:
        print(f"\nporto, each side in a process of its own\n{HEAD}")
    for task in ("outputs", "chain"):
        if task in tasks and "porto" in networks:
            row = engine_apart.apart(task, rounds)
            show(row)
            yield row
    if "transit" in tasks and (runs := run_transit(repeat=rounds)):
        transit = Transit(median(r.wall_s for r in runs), median(r.cpu_s for r in runs))
        print(transit, flush=True)
        yield transit
    if "start" in tasks:
        print()
        found = engine_start.starts()
        engine_start.show(found)
        yield found


def warn() -> None:
    """Say who else is here, at the beginning and at the end."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if (others := busy()) is not None:
        print(others)


def main() -> int:
    """Run what was asked for; 1 if a promise is broken."""
    asked = parsed()
    warn()
    found: list[Any] = []
    begin = time.perf_counter()
    try:
        if asked.rows:
            found += rows_table()
        elif asked.huge:
            found.append(huge())
        else:
            tasks, networks = asked.task or [*TASKS, *OTHERS], asked.network or NETWORKS
            found.extend(measured(tasks, networks, asked.rounds))
    finally:
        if asked.json is not None:
            plain = [asdict(one) if is_dataclass(one) else one for one in found]  # type: ignore[arg-type]
            asked.json.parent.mkdir(parents=True, exist_ok=True)
            asked.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    peers_s = sum(row.spent_s for row in found if isinstance(row, Row))
    print(f"\n{time.perf_counter() - begin:.0f} s in all, the peers {peers_s:.0f} s of their {PEERS_S}")
    warn()
    broken = [one for one in found if getattr(one, "broken", False)]
    print(f"{len(broken)} promises broken" if broken else "all promises kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
