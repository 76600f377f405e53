"""How long somebody waits for `yiju checkup` before it works: the first time, and every time.

The work itself is a check-up in a process that has done one already: everything imported, all kernels in memory. What
a process of its own takes beyond that is its start.

::

    cold    ├── start, compiling ────────────┤── work ──┤     no kernel is compiled yet; said once, with progress
    warm    ├ start ┤── work ──┤                              every other time
    again           ├── work ──┤                              in a process that has worked before
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from processes import ROOT, measure

YIJU = Path(sys.executable).with_name("yiju")
# Wall seconds that we promise, and those that we aim for.
COLD_S, WARM_S = 20.0, 1.5
COLD_AIM_S, WARM_AIM_S = 5.0, 1.0
ROUNDS = 5
# Two check-ups in one process; the seconds of the second.
_AGAIN = """
import json, sys, time
from yiju.cli import main
for _ in range(2):
    wall, cpu = time.perf_counter(), time.process_time()
    main(["checkup", sys.argv[1]], standalone_mode=False)
    spent = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps(spent))
"""


@dataclass(frozen=True)
class Starts:
    """Wall and CPU seconds of each way to run it."""

    cold: tuple[float, float]
    warm: tuple[float, float]
    work: tuple[float, float]

    @property
    def cold_start(self) -> float:
        """Wall seconds over the work itself, the first time."""
        return self.cold[0] - self.work[0]

    @property
    def warm_start(self) -> float:
        """Wall seconds over the work itself, every other time."""
        return self.warm[0] - self.work[0]

    @property
    def broken(self) -> bool:
        """Whether a promise is not kept."""
        return self.cold_start > COLD_S or self.warm_start > WARM_S


def starts() -> Starts:
    """Measure on a toy town, whose tables need no build."""
    with tempfile.TemporaryDirectory(prefix="yiju-bench-") as folder:
        town, kernels = Path(folder) / "town", Path(folder) / "kernels"
        make = f"from yiju.city.toytown import toy_town; toy_town({str(town)!r}, blocks=40, communities=4)"
        measure([sys.executable, "-c", make], Path(folder) / "other-kernels")
        checkup = [str(YIJU), "checkup", str(town)]
        cold = measure(checkup, kernels)
        runs = [measure(checkup, kernels) for _ in range(ROUNDS)]
        again = [_again(town, kernels) for _ in range(ROUNDS)]
    return Starts(
        cold[:2],
        (statistics.median(r.wall_s for r in runs), statistics.median(r.cpu_s for r in runs)),
        (statistics.median(wall for wall, _ in again), statistics.median(cpu for _, cpu in again)),
    )


def _again(town: Path, kernels: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _AGAIN, str(town)], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"NUMBA_CACHE_DIR": str(kernels)},
    )  # fmt: skip
    wall, cpu = json.loads(done.stdout.splitlines()[-1])
    return wall, cpu


def show(found: Starts) -> None:
    """Three lines."""
    for name, (wall, cpu) in (("cold", found.cold), ("warm", found.warm), ("work itself", found.work)):
        print(f"yiju checkup, {name:12}{wall:8.2f} s wall{cpu:8.2f} s CPU")
    cold_cpu, warm_cpu = (side[1] - found.work[1] for side in (found.cold, found.warm))
    print(
        f"start: cold {found.cold_start:.1f} s ({cold_cpu:.1f} s CPU; gate {COLD_S:g}, aim {COLD_AIM_S:g}), "
        f"warm {found.warm_start:.2f} s ({warm_cpu:.2f} s CPU; gate {WARM_S:g}, aim {WARM_AIM_S:g})"
        f"{'  BROKEN' if found.broken else ''}",
        flush=True,
    )


if __name__ == "__main__":
    show(starts())
