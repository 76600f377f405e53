"""Kernels give the same answers as plain Python, and with every array index checked.

Compiled code reads beyond the end of an array without a word; so the toy town runs once more with numba's checks on,
and once with numba off, which is also how to step through a kernel with a debugger.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOY_TESTS = [
    "tests/travel/test_toytown_walks.py",
    "tests/travel/test_snapping.py",
    "tests/travel/test_index.py::test_on_a_grid_full_of_ties_costs_are_manhattan_distances",
    "tests/travel/test_changes.py::test_several_bridges_may_cut_one_street_and_end_at_corners",
    "tests/travel/test_nearest_each.py::test_services_go_32_at_a_time_in_the_order_given[1]",
    "tests/travel/transit/test_scan.py",
    "tests/travel/test_flows.py::test_flows_by_hand",
    "tests/travel/test_flows.py::test_betweenness_equals_networkx_on_a_grid",
    "tests/access/test_catchment.py::test_three_steps_by_hand",
    "tests/access/test_inequality.py::test_the_order_by_bits_is_the_order",
]


# All doors on small worlds of the nastiest kind.
WORLDS = ["tests/travel/test_against_plain.py::test_every_door_answers_what_arithmetic_says"]
# What numba checks are indices: a row that is moved as a vector has none, one that is moved by a loop has.
LOOPS = {"YIJU_PLAIN_ROWS": "1"}


@pytest.mark.parametrize(
    ("switches", "tests"),
    [
        pytest.param({"NUMBA_DISABLE_JIT": "1"}, TOY_TESTS + WORLDS, id="numba off"),
        pytest.param({"NUMBA_BOUNDSCHECK": "1"}, TOY_TESTS, id="checks on"),
        # two minutes of compiling
        pytest.param(
            {"NUMBA_BOUNDSCHECK": "1"} | LOOPS,
            TOY_TESTS + WORLDS,
            id="checks on, in rows too",
            marks=pytest.mark.long,
        ),
    ],
)
def test_the_toy_town_is_the_same_with_numba_off_and_with_its_checks_on(
    switches: dict[str, str], tests: list[str], tmp_path: Path
) -> None:
    # a cache of its own: checked code must neither come from nor go to the ordinary one
    environment = os.environ | switches | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]
