"""Tasks for which each side gets a process of its own, in turns: wall, CPU and memory of all that it does."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from engine_race import DiffersError, Promise, Row, Seconds, median
from engine_town import SAME_SHARE
from processes import ROOT

SIDE = Path(__file__).with_name("engine_side.py")
PROMISES = {"outputs": Promise(70, 250, memory=4), "chain": Promise(50, 120, "wall")}
PEERS = {"outputs": "pandana, precompute", "chain": "pyosmium, pandana, access"}
# The order of the 30 services' and the people's columns in our answer.
SERVICES = 30


def side(task: str, who: str, answers: Path) -> dict[str, Any]:
    """What one side says of itself."""
    command = [sys.executable, str(SIDE), task, who, "--answers", str(answers)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr[-3000:]}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def total(said: dict[str, Any]) -> Seconds:
    """Seconds of all stages."""
    stages = said["stages"].values()
    return Seconds(sum(stage["wall"] for stage in stages), sum(stage["cpu"] for stage in stages))


def apart(task: str, rounds: int) -> Row:
    """One task, both sides in turns; the peers once."""
    with tempfile.TemporaryDirectory(prefix="yiju-bench-") as folder:
        ours_at, theirs_at = Path(folder) / "ours.npz", Path(folder) / "theirs.npz"
        side(task, "ours", ours_at)  # compiles what was not
        turns = [side(task, "ours", ours_at)]
        theirs = side(task, "peers", theirs_at)
        turns += [side(task, "ours", ours_at) for _ in range(rounds - 1)]
        with np.load(ours_at) as ours_said, np.load(theirs_at) as theirs_said:
            note = _compared(task, dict(ours_said), dict(theirs_said))
    for who, said in (("ours", turns[-1]), ("peers", theirs)):
        stages = ", ".join(_stage(name, stage) for name, stage in said["stages"].items())
        note += f"\n    {who}: {stages}"
    return Row(
        task, "porto", PEERS[task], median([total(said) for said in turns]), total(theirs), 1.0,
        PROMISES[task], note, (max(said["memory"] for said in turns), theirs["memory"]),
        sum(stage["wall"] * stage["share"] for stage in theirs["stages"].values()),
    )  # fmt: skip


def _stage(name: str, stage: dict[str, float]) -> str:
    of = f" ({stage['share']:.3g} of it)" if stage["share"] < 1 else ""
    return f"{name} {stage['wall']:.3g} s{of}"


def _compared(task: str, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> str:
    """Raise if answers differ; else say how many were compared."""
    compared = 0
    within = ours["within"].reshape(len(ours["within"]), SERVICES + 1, 3).transpose(1, 2, 0)
    asked = len(theirs["counts"]) // 3
    equal = {
        "people": (within[SERVICES], theirs["people"]),
        "counts": (within[:asked].reshape(3 * asked, -1), theirs["counts"]),
    }
    if task == "chain":
        first, few = theirs["nearest 5"][..., 0], len(theirs["e2sfca"])
        some = len(first)
        equal["nearest"] = (ours["nearest"][:some], np.rint(first * 10))
        equal["nearest 5"] = (ours["nearest 5"][:some], np.rint(theirs["nearest 5"] * 10) / 10)
        for name, count in (("e2sfca", few), ("equity", some)):
            off = np.abs(ours[name][:count] - theirs[name]).max()
            # sums over all people in other orders
            if not off <= SAME_SHARE * 100:
                raise DiffersError(f"{task}, {name}: up to {off} off")
    for name, (a, b) in equal.items():
        if not np.array_equal(a, b):
            raise DiffersError(f"{task}, {name}: {int((a != b).sum())} of {a.size} answers differ")
        compared += a.size
    return f"all {compared:,} answers compared are equal"
