"""Rules of the house that no linter knows: lengths, doors, sources of constants, and what may never be in a file.

Run by ``make check``. Prints one line for each fault, says what to do, and exits 1 if there is any.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "yiju"

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 80
MAX_DOOR_NAMES = 12

# A path of somebody's machine, or the address of a package index, in any file that git knows.
_FORBIDDEN = re.compile(
    r"(?<![\w.])/(?:home|root|work|Users)/\w|(?:pypi|files\.pythonhosted|registry\.npmjs)\.\w+"
)
_TEXT_FILES = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".js",
    ".css",
    ".html",
    ".typ",
    ".cff",
    ".cfg",
    "",
}
_NUMBER = re.compile(r"^_?[A-Z][A-Z0-9_]*(?:: [^=]+)? = -?[\d.]+(?:e-?\d+)?\b")


def tracked_files() -> list[Path]:
    """Every file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def long_files_and_functions(file: Path, text: str) -> Iterator[str]:
    """Files and functions that do not fit."""
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        yield f"{file}:1: {lines} lines; split it by what it is about (limit {MAX_FILE_LINES})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            body = first.end_lineno + 1 if _is_docstring(first) and len(node.body) > 1 else node.lineno
            length = (node.end_lineno or body) - body + 1
            if length > MAX_FUNCTION_LINES:
                yield f"{file}:{node.lineno}: {node.name} has {length} lines of code (limit {MAX_FUNCTION_LINES})"


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def wide_doors(file: Path, text: str) -> Iterator[str]:
    """Rooms that let more than a dozen names out."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            names = len(getattr(node.value, "elts", []))
            if names > MAX_DOOR_NAMES:
                yield f"{file}:{node.lineno}: the door has {names} names (limit {MAX_DOOR_NAMES})"


def constants_without_source(file: Path, text: str) -> Iterator[str]:
    """Numbers with a name at module level that say nowhere where they come from."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if not _NUMBER.match(line) or "#" in line:
            continue
        above = i - 1  # a run of constants may share one source above them
        while above >= 0 and _NUMBER.match(lines[above]):
            above -= 1
        if above < 0 or not lines[above].lstrip().startswith("#"):
            yield f"{file}:{i + 1}: say on the line above where this number comes from: {line.strip()[:60]}"


def forbidden_words(file: Path, text: str) -> Iterator[str]:
    """Machine paths and package index hosts."""
    for i, line in enumerate(text.splitlines(), start=1):
        if _FORBIDDEN.search(line):
            yield f"{file}:{i}: names a machine's path or a package index: {line.strip()[:80]}"


def main() -> int:
    """All faults of all files."""
    faults: list[str] = []
    for path in tracked_files():
        if path.suffix not in _TEXT_FILES or path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        name = path.relative_to(ROOT)
        faults += forbidden_words(name, text)
        if path.suffix == ".py":
            faults += long_files_and_functions(name, text)
        if SOURCE in path.parents and path.suffix == ".py":
            faults += constants_without_source(name, text)
            if path.name == "__init__.py":
                faults += wide_doors(name, text)
    print("\n".join(faults) if faults else "The house is in order.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
