"""What people can reach, and how equally: arrays and frames in, arrays and frames out.

Coverage has two readings, official (land, crow-fly) and network (people, on foot), which are never mixed; their
difference is the severance gap. Catchments say how many places there are a person; proximity and completeness how
near daily life is; :mod:`yiju.access.inequality` how equally, and :mod:`yiju.access.intervals` how surely.

>>> from yiju.access import coverage_people, inequality
>>> coverage_people([120.0, 480.0, 900.0], [200, 100, 100], limit=500)["share"]["all"]
np.float64(0.75)
>>> inequality.gini([1, 2, 3, 10])
0.4375
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.access import catchment, inequality, intervals
    from yiju.access.catchment import gravity, two_step_fca
    from yiju.access.coverage import (
        coverage_land,
        coverage_people,
        mean_of_people,
        served_land,
        severance_gap,
    )
    from yiju.access.proximity import completeness, proximity_time

__all__ = [
    "catchment",
    "completeness",
    "coverage_land",
    "coverage_people",
    "gravity",
    "inequality",
    "intervals",
    "mean_of_people",
    "proximity_time",
    "served_land",
    "severance_gap",
    "two_step_fca",
]

_HOME = {
    "completeness": "proximity",
    "coverage_land": "coverage",
    "coverage_people": "coverage",
    "gravity": "catchment",
    "mean_of_people": "coverage",
    "proximity_time": "proximity",
    "served_land": "coverage",
    "severance_gap": "coverage",
    "two_step_fca": "catchment",
}


def __getattr__(name: str) -> object:
    # shapely and pandas are imported by who computes, not by who asks for help
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.access.{_HOME[name]}"), name)
    if name in __all__:
        return importlib.import_module(f"yiju.access.{name}")
    raise AttributeError(f"module 'yiju.access' has no attribute {name!r}")
