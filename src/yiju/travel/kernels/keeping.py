"""Where the machine code of kernels is kept, and when it is out of date.

numba keeps code beside the module, under a stamp of that one file. A kernel that calls a kernel of *another* file has
the other's code inside it, and numba does not see when that file changes: the old code would run on, in silence
(numba issue 1833, open since 2016). So each module has a folder named after all the sources that its code is made of.

::

    within.py ──► heap.py ──► records.py          kept in   within-py311-3f9a0c…
         └──────► nearest.py ──┘                            a hash of the four files, and of what compiles them

A new version of Yiju or of numba therefore finds no folder of its name, and compiles anew; the old folders go after a
month. Reading and hashing takes a few milliseconds; numba itself is not imported.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
# The rooms that have kernels.
_ROOMS = ("travel", "access")
# A decorator, or a call in a list of kernels that differ in their types only.
_KERNEL = re.compile(r"^(?:@|\s+)(?:row_)?kernel\(", re.MULTILINE)
_IMPORT = re.compile(r"^\s*from (yiju\.(?:travel|access)\.[\w.]+) import", re.MULTILINE)
# Switches that change what is compiled; checked code never mixes with the ordinary.
_SWITCHES = ("NUMBA_BOUNDSCHECK", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_OPT", "YIJU_PLAIN_ROWS")
# Beginning of the name of the mark in a folder whose module is compiled whole; the processor follows.
_COMPLETE = "complete-"
# Code of another version is swept away after this long: somebody may still go back and forth between two.
_KEPT_DAYS = 30


@cache
def kernel_modules() -> tuple[str, ...]:
    """Modules that hold kernels: found in the sources, nothing is imported.

    Examples
    --------
    >>> "yiju.travel.kernels.heap" in kernel_modules()
    True
    """
    return tuple(
        ".".join(("yiju", *file.relative_to(PACKAGE).with_suffix("").parts))
        for room in _ROOMS
        for file in sorted((PACKAGE / room).rglob("*.py"))
        if _KERNEL.search(file.read_text(encoding="utf-8"))
    )


@cache
def sources_of(module: str) -> tuple[str, ...]:
    """The modules whose code may be inside a module's, itself included.

    Examples
    --------
    >>> sources_of("yiju.travel.kernels.heap")[1:]
    ('yiju.travel.kernels.heap', 'yiju.travel.kernels.keeping', 'yiju.travel.kernels.records')
    """
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and _source(name) is not None:
            found.add(name)
            waiting += _imports(name)
    return tuple(sorted(found))


@cache
def digest_of(module: str) -> str:
    """A hash of all that a module's machine code is made of."""
    digest = hashlib.sha256()
    for name in sources_of(module):
        digest.update(name.encode())
        digest.update(_source(name) or b"")
    for package in ("numba", "llvmlite"):
        digest.update(version(package).encode())
    for switch in _SWITCHES:
        digest.update(f"{switch}={os.environ.get(switch)}".encode())
    return digest.hexdigest()[:16]


def folder_of(module: str) -> Path | None:
    """Where the code of a module is kept; None where nothing can be kept."""
    root = cache_root()
    if root is None:
        return None
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return root / f"{module.removeprefix('yiju.').replace('.', '_')}-{python}-{digest_of(module)}"


@cache
def cache_root() -> Path | None:
    """``NUMBA_CACHE_DIR``, else beside the kernels, else with the user's caches; None where none can be written."""
    wanted = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(__file__).parent / "__pycache__"
    for folder in [Path(wanted)] if wanted else [beside, _user_caches()]:
        root = folder / "yiju-kernels"
        with suppress(OSError):
            root.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=root).close()
            return root
        if any(root.glob(f"*/{_COMPLETE}*")):  # an installation that was warmed and may only be read
            return root
    return None


def mark_of(module: str) -> Path | None:
    """The file that says: all kernels of the module are compiled for this processor."""
    folder = folder_of(module)
    return None if folder is None else folder / f"{_COMPLETE}{_processor()}"


def sweep() -> None:
    """Remove code of other versions that nobody has used for a month."""
    root = cache_root()
    if root is None:
        return
    present = {folder_of(module) for module in kernel_modules()}
    oldest = time.time() - _KEPT_DAYS * 86_400
    for folder in root.iterdir():
        with suppress(OSError):
            if folder not in present and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder) if folder.is_dir() else folder.unlink()


@cache
def _processor() -> str:
    from llvmlite.binding import get_host_cpu_name  # noqa: PLC0415 - LLVM takes a moment to load

    return str(get_host_cpu_name())


@cache
def _source(module: str) -> bytes | None:
    file = PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    return file.read_bytes() if file.is_file() else None


@cache
def _imports(module: str) -> tuple[str, ...]:
    return tuple(_IMPORT.findall((_source(module) or b"").decode()))


def _user_caches() -> Path:
    # where each system keeps what can be made again (XDG Base Directory Specification; Apple File System Guide)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "yiju"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "yiju"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "yiju"
