"""The documentation is under test: what exists is documented, and what is documented exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from yiju.checkup.catalogue import catalogue
from yiju.city.config import SOURCE_KINDS
from yiju.city.services import SERVICES
from yiju.city.tables import TABLES
from yiju.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"## yiju {command}\n" in _page("reference/cli.md")


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_is_in_the_readme(readme: str, command: str) -> None:
    assert f"yiju {command}" in (ROOT / readme).read_text(encoding="utf-8")


def test_every_indicator_is_in_the_reference() -> None:
    page = _page("reference/indicators.md")
    missing = [i for i in catalogue() if f"### {i} " not in page]
    assert not missing, f"run `make docs`: {missing}"


def test_every_service_and_table_is_in_the_reference() -> None:
    services, tables = _page("reference/services.md"), _page("reference/tables.md")
    assert [s for s in SERVICES if f"`{s}`" not in services] == []
    assert [t for t in TABLES if f"## {t}\n" not in tables] == []


def test_every_setting_is_in_the_reference() -> None:
    page = _page("reference/city-toml.md")
    options = {o for options in SOURCE_KINDS.values() for o in options}
    assert [w for w in [*SOURCE_KINDS, *options] if f"`{w}`" not in page] == []


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/make_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_two_readmes_have_the_same_shape() -> None:
    headings = [
        [
            line.count("#")
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if line.startswith("#")
        ]
        for name in ("README.md", "README.zh.md")
    ]
    assert headings[0] == headings[1]


def test_the_pictures_of_the_engine_are_what_it_computes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/draw_engine.py", tmp_path], check=True, timeout=120)
    drawn = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (DOCS / "assets/engine").iterdir()}
    assert drawn == kept, "run `python scripts/draw_engine.py`"


@pytest.mark.parametrize(
    "page",
    [
        "how-to/engine.md",
        "how-to/demand.md",
        "how-to/plan.md",
        "how-to/what-if.md",
        "explanation/capacity.md",
        "explanation/siting.md",
    ],
)
def test_what_a_page_says_runs(page: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", _page(page), flags=re.DOTALL)
    assert len(blocks) >= 5
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
