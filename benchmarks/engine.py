"""The engine against its peers: one interleaved run, answers held equal, ratios held to what we promise.

    make bench-engine                                   everything, about half an hour
    python benchmarks/engine.py --quick                 a small network, a few minutes
    python benchmarks/engine.py --task nearest --network tiled
    python benchmarks/engine.py --json build/bench/engine.json

Prints a table: wall and CPU seconds of both sides (medians over interleaved rounds), both ratios, the gate and what we
aim for. An answer that differs stops the run; a gate that is missed is marked, and the run ends with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine_data import load, questions
from engine_race import HEAD, run, show
from engine_tasks import TASKS, races
from engine_town import Town
from processes import busy

if TYPE_CHECKING:
    from engine_race import Row

# What the peers may take in all.
PEERS_S = 20 * 60


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The engine against its peers.")
    parser.add_argument("--task", action="append", choices=sorted(TASKS), help="default: all")
    parser.add_argument("--network", action="append", choices=["porto-alegre", "porto", "tiled"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="the smallest network, one round")
    parser.add_argument("--json", type=Path, help="write the measurements there too")
    asked = parser.parse_args()
    if asked.quick:
        asked.network, asked.rounds = asked.network or ["porto-alegre"], 1
    return asked


def main() -> int:
    """Run what was asked for; 1 if a promise is broken."""
    asked = parsed()
    wanted = asked.task or list(TASKS)
    rows: list[Row] = []
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    if (others := busy()) is not None:
        print(others)
    try:
        for name in asked.network or ["porto-alegre", "porto", "tiled"]:
            town = Town(load(name), questions(load(name)))
            print(f"\n{town.streets}\n{HEAD}")
            for race in races(town, wanted):
                rows.append(run(race, asked.rounds))
                show(rows[-1])
    finally:
        if asked.json is not None:
            asked.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
