"""Machine code is compiled when it is asked for, kept where it can be, and never outlives a source that is in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from yiju.travel.kernels import keeping
from yiju.travel.kernels.compiling import kernel

YIJU = Path(keeping.__file__).parents[2]

# A package of two kernels, one inside the other, each in a module of its own.
INNER = """
from numba import int64
from yiju.travel.kernels.compiling import kernel

@kernel(int64(int64))
def inner(x):
    return x + ADDED
"""
OUTER = """
from numba import int64
from yiju.travel.kernels.compiling import kernel
from yiju.travel.kernels.inner import inner

@kernel(int64(int64))
def outer(x):
    return 10 * inner(x)
"""


@kernel(numba.int64(numba.int64))
def doubled(x: int) -> int:
    return 2 * x


def test_a_kernel_is_compiled_when_it_is_first_called_and_for_its_signature_only() -> None:
    halved = kernel(numba.int64(numba.int64))(lambda x: x // 2)
    assert halved.signatures == []
    assert halved(np.int32(9)) == 4
    assert halved.signatures == [(numba.int64,)]
    with pytest.raises(TypeError, match="No matching definition"):
        halved("nine")


def test_a_kernel_inside_another_is_called_with_its_own_types() -> None:
    @kernel(numba.int64(numba.int32), cache=False)
    def outer(x: int) -> int:
        return doubled(x)  # type: ignore[no-any-return]

    assert outer(2**30) == 2**31  # doubled in 64 bits, as declared
    assert doubled.signatures == [(numba.int64,)]


def test_blas_is_not_asked_for_and_stays_there_for_others() -> None:
    code = (
        "import sys, numba, numpy as np; from yiju.travel.kernels import heap\n"
        "heap.new_heap(1)\n"
        "print('scipy.linalg' in sys.modules, numba.njit(lambda a: np.dot(a, a))(np.ones(3)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "3.0"]


def test_the_sources_of_a_module_are_all_that_may_be_inside_its_code() -> None:
    inside = keeping.sources_of("yiju.travel.kernels.within")
    assert {"yiju.travel.kernels.heap", "yiju.travel.kernels.records", "yiju.travel.kernels.compiling"} < {
        *inside
    }


def test_every_kernel_module_is_found_without_being_imported() -> None:
    found = keeping.kernel_modules()
    assert {"yiju.travel.kernels.heap", "yiju.travel.kernels.sweeps"} < {*found}  # decorated, and called
    assert not {"yiju.travel.kernels.compiling", "yiju.travel.kernels.rows"} & {*found}


def run(package: Path, cache: Path, call: str) -> str:
    """What a fresh process prints that imports the copied package."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(package)!r}); {call}"],
        capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the kernel room with two more kernels."""
    room = tmp_path / "package" / "yiju" / "travel" / "kernels"
    room.mkdir(parents=True)
    for name in ("text", "progress", "travel/warming", "travel/kernels/compiling", "travel/kernels/keeping"):
        shutil.copy(YIJU / f"{name}.py", room.parents[1] / f"{name}.py")
    for folder in (room, room.parent, room.parent.parent):
        (folder / "__init__.py").touch()
    (room / "inner.py").write_text(INNER.replace("ADDED", "1"))
    (room / "outer.py").write_text(OUTER)
    return tmp_path / "package"


CALL = "from yiju.travel.kernels.outer import outer; print(outer(1), sum(outer.stats.cache_hits.values()))"


def test_code_does_not_outlive_a_change_of_a_kernel_that_it_calls(package: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert run(package, cache, CALL) == "20 0"
    assert run(package, cache, CALL) == "20 1"  # loaded

    (package / "yiju" / "travel" / "kernels" / "inner.py").write_text(INNER.replace("ADDED", "2"))
    assert run(package, cache, CALL) == "30 0"  # numba alone would say 20


WARM = """
from yiju.travel.warming import warm
class Said:
    def step(self, what): print(what.en)
    def advance(self, done, total): print(done, "of", total)
warm(Said())
"""


def test_all_kernels_are_compiled_once_and_said_in_one_stage(package: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    told = run(package, cache, f"exec({WARM!r})").splitlines()
    assert told == ["Compile the kernels (first run only)", "1 of 2", "2 of 2"]
    assert run(package, cache, f"exec({WARM!r})") == ""
    assert run(package, cache, CALL) == "20 1"


def test_only_what_changed_is_compiled_again(package: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(package, cache, f"exec({WARM!r})")
    (package / "yiju" / "travel" / "kernels" / "outer.py").write_text(OUTER.replace("10", "100"))
    assert run(package, cache, f"exec({WARM!r})").splitlines()[1:] == ["1 of 1"]
    assert run(package, cache, CALL) == "200 1"


def test_a_kernel_that_cannot_be_compiled_does_not_stop_the_others(package: Path, tmp_path: Path) -> None:
    (package / "yiju" / "travel" / "kernels" / "broken.py").write_text(INNER.replace("ADDED", "'one'"))
    told = run(package, tmp_path / "cache", f"exec({WARM!r})").splitlines()
    assert told[-1] == "2 of 3"
    assert run(package, tmp_path / "cache", CALL) == "20 1"


def test_where_nothing_can_be_kept_nothing_is_warmed(package: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.touch()
    assert run(package, nowhere, f"exec({WARM!r})") == ""


def test_where_no_code_can_be_kept_kernels_still_run(package: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.touch()
    assert run(package, nowhere, CALL) == "20 0"
    assert run(package, nowhere, CALL) == "20 0"


def test_a_full_disk_does_not_stop_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", full)
    tripled = kernel(numba.int64(numba.int64))(lambda x: 3 * x)
    assert tripled(5) == 15


def test_old_code_is_swept_away_after_a_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "cache_root", lambda: tmp_path)
    present = keeping.folder_of("yiju.travel.kernels.heap")
    assert present is not None
    old, recent = tmp_path / "travel_kernels_heap-py311-old", tmp_path / "travel_kernels_heap-py311-recent"
    for folder in (present, old, recent):
        folder.mkdir()
    for folder in (present, old):
        os.utime(folder, (0, 0))
    keeping.sweep()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted((present.name, recent.name))


def test_a_folder_that_may_only_be_read_is_used_when_it_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(keeping.tempfile, "TemporaryFile", refuse)
    where = keeping.cache_root.__wrapped__
    assert where() is None
    (tmp_path / "yiju-kernels" / "module").mkdir()
    (tmp_path / "yiju-kernels" / "module" / "complete-by-somebody-else").touch()
    assert where() == tmp_path / "yiju-kernels"


def test_what_is_compiled_later_exists() -> None:
    from yiju.travel import warming

    assert set(keeping.kernel_modules()) > warming._LATER
