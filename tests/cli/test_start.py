"""What a person sees who starts a check-up: the stages, how long they took, and what Ctrl-C leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from yiju.city.toytown import toy_town
from yiju.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

YIJU = [sys.executable, "-c", "from yiju.cli.main import main; main()"]


def test_timings_are_a_line_for_each_stage_and_one_for_all(tmp_path: Path) -> None:
    town = toy_town(tmp_path / "town", blocks=4)
    result = CliRunner().invoke(main, ["checkup", str(town.path), "--timings", "--lang", "en"])
    assert result.exit_code == 0
    table = result.stderr[result.stderr.index("wall s") :].splitlines()
    assert table[0].split() == ["wall", "s", "CPU", "s", "stage"]
    stages = [line.split(maxsplit=2) for line in table[2:]]
    assert [name for *_, name in stages[-5:]] == [
        "Compute the indicators", "Grade them", "Store the results", "Recognise the needs", "Together",
    ]  # fmt: skip
    wall = [float(seconds) for seconds, *_ in stages]
    # the test's own process may be old, but stages add up to the whole, each rounded to a hundredth
    assert sum(wall[:-1]) == pytest.approx(wall[-1], abs=0.005 * len(wall))


def test_without_timings_nothing_is_said_of_time(tmp_path: Path) -> None:
    town = toy_town(tmp_path / "town", blocks=4)
    assert "wall s" not in CliRunner().invoke(main, ["checkup", str(town.path), "--lang", "en"]).stderr


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from yiju.cli.main import main\n"
        "assert CliRunner().invoke(main, ['checkup', '--help']).exit_code == 0\n"
        "print(sorted({'numpy', 'pandas', 'numba', 'scipy', 'shapely', 'pyproj'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to stop")
def test_ctrl_c_while_kernels_compile_leaves_nothing_behind(tmp_path: Path) -> None:
    town = toy_town(tmp_path / "town", blocks=4)
    with subprocess.Popen(
        [*YIJU, "checkup", str(town.path), "--lang", "en"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True, start_new_session=True, env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")},
    ) as checkup:  # fmt: skip
        assert checkup.stderr is not None
        assert "Compile the kernels" in checkup.stderr.readline()
        time.sleep(1.0)
        os.killpg(checkup.pid, signal.SIGINT)  # a terminal stops the whole group
        said = checkup.stderr.read()
    assert checkup.returncode == 130
    assert "What was there before is whole" in said
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        os.killpg(checkup.pid, 0)
    assert not (town.path / "checkups").exists()
