"""What the tests share: where real data are, when they are here at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
