"""Commands measured from outside: wall seconds, CPU seconds, and the peak of memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parent.parent


class Ran(NamedTuple):
    """What a process and its children took."""

    wall_s: float
    cpu_s: float
    memory_bytes: int


def measure(command: list[str], cache: Path | None = None) -> Ran:
    """Run a command to its end; ``cache`` is the folder of compiled kernels (``NUMBA_CACHE_DIR``)."""
    begin = time.perf_counter()
    kernels = {} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT, env=os.environ | kernels
        )
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(process, peak))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begin
        watcher.join()
        if process.returncode:
            said.seek(0)
            print(said.read().decode(errors="replace")[-3000:], file=sys.stderr)
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    # ru_maxrss is in KiB on Linux; the watcher adds children that live at the same time
    return Ran(wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss * 1024, peak[0]))


def peak_bytes() -> int:
    """The most memory that this process has had.

    Linux lets a process inherit the ``ru_maxrss`` of the one that started it; VmHWM begins anew.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(kib) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    """Note the memory of the process and its children, ten times a second, until it ends."""
    try:
        family = psutil.Process(process.pid)
        while family.is_running() and family.status() != psutil.STATUS_ZOMBIE:
            now = sum(p.memory_info().rss for p in (family, *family.children(recursive=True)))
            peak[0] = max(peak[0], now)
            time.sleep(0.1)
    except psutil.NoSuchProcess:
        return


def busy() -> str | None:
    """What to say when others work on this machine; None when it is ours."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load <= cores / 2:
        return None
    return f"Others are at work here (load {load:.1f} on {cores} cores): wall seconds will be too many."
