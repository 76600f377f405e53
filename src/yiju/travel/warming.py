"""Compile the kernels of a check-up at once, before the first work, and say so: once for each version and machine.

Without this the first check-up would stand still for a second here and there, whenever it meets a kernel that has no
machine code yet. Two processes compile, since numba compiles under one lock in each; they begin at the two ends of
one list and stop where they meet.

::

    modules       heap  nearest  nearest_k  parts  within  paths
    process 1     ──────────────────►│
    process 2                        │◄─────────────────────────     each leaves what is compiled already
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from yiju.progress import SILENT, Progress
from yiju.text import Text
from yiju.travel.kernels.keeping import kernel_modules, mark_of, sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# No check-up asks for these: the plain twins, and answers for those who explore. Whoever does waits for them once;
# together they would be a quarter of what a first check-up waits for.
_LATER = frozenset(
    f"yiju.{module}"
    for module in (
        "access.kernels.rising",
        "travel.kernels.connections_from",
        "travel.kernels.connections_plain",
        "travel.kernels.flows",
        "travel.kernels.matrix",
        "travel.kernels.nearest_k",
        "travel.kernels.paths",
        "travel.kernels.sweeps_k",
        "travel.kernels.within",
    )
)
# One from each end of the list; a third would find little left on the machines that we know.
_PROCESSES = 2


def warm(progress: Progress = SILENT) -> None:
    """Compile the kernels that have no machine code yet; at once where all have, and where none can be kept.

    Parameters
    ----------
    progress
        Told of it when there is something to compile, and of each module that is done.
    """
    cold = cold_modules()
    if not cold:
        return
    progress.step(Text("编译计算内核（仅首次）", "Compile the kernels (first run only)"))
    done: set[str] = set()
    for module in _in_two_processes(cold) if _may_start_processes() else compile_modules(cold):
        if module in cold and module not in done:  # where the two meet, both may compile the same
            done.add(module)
            progress.advance(len(done), len(cold))
    sweep()


def cold_modules() -> list[str]:
    """Modules with kernels of a check-up that have no code for this processor; none where code cannot be kept."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return []
    wanted = (module for module in kernel_modules() if module not in _LATER)
    return [module for module in wanted if (mark := mark_of(module)) and not mark.exists()]


def compile_modules(modules: Iterable[str]) -> Iterator[str]:
    """Compile what is not compiled yet in these modules, and give the name of each that is done."""
    from yiju.travel.kernels.compiling import DECLARED  # noqa: PLC0415 - imports numba, which a warm start does later

    for module in modules:
        mark = mark_of(module)
        if mark is None or mark.exists():
            continue
        importlib.import_module(module)
        for kernel in DECLARED.get(module, []):
            kernel.ready()
        with suppress(OSError):
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
        yield module


def _may_start_processes() -> bool:
    # Python inside another program (QGIS, say) is not started by its name
    python = Path(sys.executable or "").name.startswith("python")
    return python and (os.cpu_count() or 1) >= _PROCESSES


def _in_two_processes(modules: Sequence[str]) -> Iterator[str]:
    """:func:`compile_modules` from both ends; both processes tell of their modules through one pipe."""
    reading, writing = os.pipe()
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for order in (list(modules), list(modules)[::-1]):
            code = (
                f"import sys; sys.path[:] = {sys.path!r}; from yiju.travel.warming import compile_modules\n"
                # name and line end in one piece: two processes write into one pipe
                f"for module in compile_modules({order!r}): print(module + '\\n', end='', flush=True)"
            )
            # what goes wrong there will be told where the kernel is called
            with suppress(OSError):
                command = [sys.executable, "-c", code]
                process = subprocess.Popen(command, stdout=writing, stderr=subprocess.DEVNULL)  # noqa: S603 - Python
                processes.append(process)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as lines:
            for line in lines:
                yield line.strip()
    finally:
        for process in processes:
            process.terminate()
            process.wait()
