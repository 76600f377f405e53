"""The door of the room: what it lets out, and how little it costs to name it."""

from __future__ import annotations

import subprocess
import sys

import yiju.supply.scenario


def test_the_door_is_small_and_every_name_leads_somewhere() -> None:
    assert yiju.supply.scenario.__all__ == ["Scenario", "StaleCheckup", "compare"]
    for name in yiju.supply.scenario.__all__:
        assert getattr(yiju.supply.scenario, name).__doc__


def test_naming_the_room_loads_nothing_heavy() -> None:
    code = "import sys, yiju.supply.scenario; print([m for m in ('pandas', 'numba') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
