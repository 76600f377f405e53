"""The door of the room lets out a dozen names at most, all of them there, and costs nothing to open."""

from __future__ import annotations

import subprocess
import sys

import yiju.travel


def test_every_name_of_the_door_is_there() -> None:
    assert len(yiju.travel.__all__) <= 12
    for name in yiju.travel.__all__:
        assert getattr(yiju.travel, name).__module__.startswith("yiju.travel.")


def test_what_travel_answers_with_can_be_named_from_the_door_too() -> None:
    for name in ("CostMatrix", "Cyclist", "NearestEach", "NearestKEach", "cyclists"):
        assert getattr(yiju.travel, name).__name__ == name


def test_opening_the_door_compiles_nothing() -> None:
    code = (
        "import sys, yiju.travel, yiju.access; assert not {'numba', 'pandas', 'shapely'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
