"""What the tests share: where real data are, when they are here at all."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from yiju.api import City

# A busy machine must not fail a property that holds: how long an example takes is for the benchmarks.
settings.register_profile("yiju", deadline=None)
settings.load_profile("yiju")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data beside the project, or YIJU_DATA; the test skips where it is absent."""
    folder = Path(os.environ.get("YIJU_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data are not here: {folder} (set YIJU_DATA)")
    return folder


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The demo city, built and checked up: made once for all workers, not to be written to."""
    from yiju.api import City

    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done, failed = root / "demo", root / "demo.done", root / "demo.failed"
    try:
        (root / "demo.lock").touch(exist_ok=False)
    except FileExistsError:
        # another worker makes it
        while not done.exists() and not failed.exists():
            time.sleep(0.3)
    else:
        try:
            city = City.demo(folder)
            city.build()
            city.checkup()
            done.touch()
        finally:
            if not done.exists():
                failed.touch()
    if failed.exists():
        pytest.fail("the demo city could not be made; the worker that tried says why")
    return City.open(folder)
