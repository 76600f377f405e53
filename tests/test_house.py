"""Rules of the house that a program can check: doors, start-up, the order of the rooms."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import yiju

SOURCE = Path(yiju.__file__).parent
ROOMS = sorted(p.parent.name for p in SOURCE.glob("*/__init__.py"))
# From the top to the bottom: a room may import what stands below it and nothing above.
ORDER = (
    "cli",
    "api",
    "report",
    "supply",
    "needs",
    "checkup",
    "access",
    "travel",
    "city",
    "errors",
    "progress",
    "text",
)
# What costs most at start-up; `yiju --help` needs none of it.
HEAVY = (
    "numba",
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "rasterio",
    "scipy",
    "osmium",
    "openpyxl",
    "typst",
    "pyarrow",
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_one_door_of_at_most_a_dozen_names_and_all_of_them_open(room: str) -> None:
    door = importlib.import_module(f"yiju.{room}")
    assert door.__doc__, f"the door of {room} says nothing of what is behind it"
    names = getattr(door, "__all__", [])
    assert len(names) <= 12
    assert len(set(names)) == len(names)
    for name in names:
        assert getattr(door, name) is not None


def test_a_name_that_is_not_at_the_door_is_an_attribute_error() -> None:
    for door in (yiju, importlib.import_module("yiju.city")):
        with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
            door.no_such_name  # noqa: B018


def _loaded_after(code: str) -> list[str]:
    asked = f"import sys; {code}\nprint('\\n' + ' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n").rsplit("\n", 1)[-1].split()


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["new", "--help"], ["build", "--help"], ["whatif", "--help"]]
)
def test_the_command_list_and_help_cost_no_heavy_import(words: list[str]) -> None:
    code = "from click.testing import CliRunner; from yiju.cli import main; "
    assert _loaded_after(f"{code}assert CliRunner().invoke(main, {words!r}).exit_code == 0") == []


def test_naming_a_city_folder_costs_no_heavy_import() -> None:
    assert _loaded_after("import yiju.city.folder, yiju.city.config, yiju.city.tables, yiju.city.build") == []


def _imports(file: Path) -> set[str]:
    """Rooms and single modules of the package that a file imports, wherever in the file it does."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("yiju.")}


@pytest.mark.parametrize("upper", ORDER)
def test_imports_run_one_way(upper: str) -> None:
    """What import-linter says in `make check`, said again where every test run sees it."""
    place = SOURCE / upper
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    above = set(ORDER[: ORDER.index(upper)])
    for file in files:
        assert not _imports(file) & above, (
            f"{file.relative_to(SOURCE)} reaches up to {_imports(file) & above}"
        )


def test_every_room_stands_in_the_order() -> None:
    assert set(ROOMS) <= set(ORDER)
