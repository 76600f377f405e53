"""Speed and memory of every stage, each in a process of its own, cold and warm, held to what we promise.

    python benchmarks/run.py [--city NAME ...] [--keep DIR] [--json FILE]

Prints a table; exits 1 if a limit is broken. The first run of a city has an empty kernel cache (``NUMBA_CACHE_DIR``),
the second a full one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processes import ROOT, busy, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(os.environ.get("YIJU_DATA", ROOT.parent / "shared" / "data"))
YIJU = Path(sys.executable).with_name("yiju")

# What we promise: seconds of wall clock, warm; bytes.
WHOLE_CHAIN_S = 60.0
CHECKUP_S = 10.0
SECOND_BUILD_S = 2.0
HELP_CPU_S = 0.4
MEMORY_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Measured:
    """One stage of one run."""

    city: str
    cache: str  # "empty" or "warm": of compiled kernels
    stage: str
    wall_s: float
    cpu_s: float
    memory_bytes: int
    limit: str = ""
    broken: bool = False


def las_palmas(folder: Path) -> list[str] | None:
    """The command that makes the folder of Las Palmas; None where its data are not here."""
    data = DATA / "city-las-palmas"
    if not data.is_dir():
        print(f"las-palmas: skipped, {data} is not here (set YIJU_DATA)", file=sys.stderr)
        return None
    return [
        str(YIJU), "new", str(folder), "--name", "Las Palmas", "--year", "2023", "--crs", "EPSG:32628",
        "--osm", str(data / "las_palmas.osm.pbf"), "--gtfs", str(data / "las_palmas_gtfs.zip"),
        "--boundary", f"city={data / 'las_palmas_boundary.geojson'}",
        # GHS-UCDB total of an urban centre that includes a neighbour: good as weights only
        "--population-total", "378000", "--weights-only",
    ]  # fmt: skip


def demo(folder: Path, *, scale: int = 1) -> list[str]:
    """The command that makes the demo city, with some times its people."""
    call = f"make_demo(Path({str(folder)!r}), scale={scale})"
    return [sys.executable, "-c", f"from pathlib import Path; from yiju.city.demo import make_demo; {call}"]


def toy(folder: Path) -> list[str]:
    """The command that makes a toy town, whose tables need no build."""
    call = f"toy_town(Path({str(folder)!r}), blocks=40, communities=4)"
    return [sys.executable, "-c", f"from pathlib import Path; from yiju.city.toytown import toy_town; {call}"]


CITIES: dict[str, Callable[[Path], list[str] | None]] = {
    "las-palmas": las_palmas,
    "demo": demo,
    "demo-10x": lambda folder: demo(folder, scale=10),
    "toy": toy,
}


def stages(city: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and command of each stage after the folder is made."""
    if city != "toy":
        yield "build", [str(YIJU), "build", str(folder)]
        yield "build again", [str(YIJU), "build", str(folder)]
    for verb in ("checkup", "needs", "report"):
        yield verb, [str(YIJU), verb, str(folder)]


def run_city(city: str, work: Path) -> Iterator[Measured]:
    """The whole chain twice: with an empty kernel cache, then warm."""
    cache = work / f"{city}-kernels"
    for state in ("empty", "warm"):
        folder = work / f"{city}-{state}"
        make = CITIES[city](folder)
        if make is None:
            return
        rows = [Measured(city, state, "new", *measure(make, cache))]
        for stage, command in stages(city, folder):
            rows.append(Measured(city, state, stage, *measure(command, cache)))
        chain = [row for row in rows if row.stage != "build again"]
        rows.append(
            Measured(
                city,
                state,
                "new to report",
                sum(r.wall_s for r in chain),
                sum(r.cpu_s for r in chain),
                max(r.memory_bytes for r in chain),
            )
        )
        yield from (held(row) for row in rows)


def held(row: Measured) -> Measured:
    """The row with its limit, and whether it is broken. Promises are for the warm run of Las Palmas and the demo."""
    if row.cache != "warm" or row.city == "demo-10x":
        return row
    limits = {"new to report": WHOLE_CHAIN_S, "checkup": CHECKUP_S, "build again": SECOND_BUILD_S}
    limit = limits.get(row.stage)
    too_slow = limit is not None and row.wall_s > limit
    too_large = row.memory_bytes > MEMORY_BYTES
    said = f"{limit:g} s" if limit else ""
    return Measured(**(asdict(row) | {"limit": said, "broken": too_slow or too_large}))


def run_help(work: Path) -> Measured:
    """``yiju --help``, the best of five: what a person waits for who only asks."""
    runs = [measure([str(YIJU), "--help"], work / "help-kernels") for _ in range(5)]
    wall, cpu, memory = min(runs, key=lambda r: r[1])
    return Measured("-", "warm", "--help", wall, cpu, memory, f"{HELP_CPU_S} s CPU", cpu > HELP_CPU_S)


def show(row: Measured) -> None:
    """One line of the table."""
    mark = "  BROKEN" if row.broken else ""
    print(
        f"{row.city:12}{row.cache:7}{row.stage:15}{row.wall_s:9.2f}{row.cpu_s:9.2f}"
        f"{row.memory_bytes / 1e6:9.0f}   {row.limit}{mark}",
        flush=True,
    )


def main() -> int:
    """Run what was asked for; 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description="Speed and memory of every stage.")
    parser.add_argument("--city", action="append", choices=sorted(CITIES), help="default: all but toy")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it there")
    parser.add_argument("--json", type=Path, help="write the measurements there too")
    asked = parser.parse_args()
    work = asked.keep or Path(tempfile.mkdtemp(prefix="yiju-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    if (others := busy()) is not None:
        print(others)
    print(f"{'city':12}{'cache':7}{'stage':15}{'wall s':>9}{'CPU s':>9}{'MB':>9}   limit")
    rows: list[Measured] = []
    try:
        rows.append(run_help(work))
        show(rows[0])
        for city in asked.city or [name for name in CITIES if name != "toy"]:
            for row in run_city(city, work):
                rows.append(row)
                show(row)
    finally:
        if asked.keep is None:
            shutil.rmtree(work, ignore_errors=True)
        if asked.json is not None:
            asked.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
