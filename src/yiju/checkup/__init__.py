"""The annual check-up: every indicator at every place, with method, status, grade and grounds.

An indicator is an entry of ``catalogue/*.toml`` and, where it is computed, one function in ``indicators/``
that says so with ``@computes``. :func:`run_checkup` asks for all of them; what an input is missing for says
``not measurable`` with the reason, never 0. Official coverage (land, crow-fly) and network coverage
(people, on foot) are two readings of one indicator and never mix. ``Checkup.write`` stores the year whole
or not at all.

>>> import tempfile
>>> from yiju.checkup import read_catalogue, run_checkup
>>> from yiju.city.toytown import toy_town
>>> checkup = run_checkup(toy_town(tempfile.mkdtemp(), blocks=4))
>>> set(checkup.observations["indicator"]) == set(read_catalogue().indicators)  # nothing is silently left out
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.checkup.catalogue import read_catalogue
    from yiju.checkup.grounds import Explanation, explain
    from yiju.checkup.indicator import Indicator
    from yiju.checkup.layer_completeness import completeness
    from yiju.checkup.observations import OBSERVATIONS
    from yiju.checkup.registry import computes
    from yiju.checkup.run import Checkup, run_checkup
    from yiju.checkup.snapshot import read_completeness, read_manifest

__all__ = [
    "OBSERVATIONS",
    "Checkup",
    "Explanation",
    "Indicator",
    "completeness",
    "computes",
    "explain",
    "read_catalogue",
    "read_completeness",
    "read_manifest",
    "run_checkup",
]

_HOME = {
    "OBSERVATIONS": "observations",
    "Checkup": "run",
    "Explanation": "grounds",
    "Indicator": "indicator",
    "completeness": "layer_completeness",
    "computes": "registry",
    "explain": "grounds",
    "read_catalogue": "catalogue",
    "read_completeness": "snapshot",
    "read_manifest": "snapshot",
    "run_checkup": "run",
}


def __getattr__(name: str) -> object:
    # listing indicators must not pay for pandas
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.checkup.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.checkup' has no attribute {name!r}")
