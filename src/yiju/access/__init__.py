"""What people can reach, and how equally: arrays and frames in, arrays and frames out.

Coverage has two readings, official (land, crow-fly) and network (people, on foot), which are never mixed; their
difference is the severance gap. What stands on travel:

===================  ====================================================================================
``catchment``        how many places there are for each person: 2SFCA, E2SFCA, 3SFCA, gravity
``huff_shares``      where people go, and how many each facility may expect
``service_areas``    who belongs to which facility because it is the nearest
``proximity_time``   how near daily life is, and ``completeness`` of the circle around a home
``missing_links``    corners that are close and far on foot
``inequality``       how equally all this is shared: Gini, Theil, Palma, Atkinson, concentration;
                     of many values and groups at once in :mod:`yiju.access.equity`
``intervals``        how surely it is known
===================  ====================================================================================

``by_group`` gives the means of any of them for each group of people.

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
    from yiju.access.areas import service_areas
    from yiju.access.catchment import gravity as gravity
    from yiju.access.catchment import two_step_fca as two_step_fca
    from yiju.access.coverage import coverage_land, coverage_people, severance_gap
    from yiju.access.coverage import mean_of_people as mean_of_people
    from yiju.access.coverage import served_land as served_land
    from yiju.access.huff import huff_shares
    from yiju.access.links import missing_links
    from yiju.access.proximity import by_group, completeness, proximity_time

__all__ = [
    "by_group",
    "catchment",
    "completeness",
    "coverage_land",
    "coverage_people",
    "huff_shares",
    "inequality",
    "intervals",
    "missing_links",
    "proximity_time",
    "service_areas",
    "severance_gap",
]

_HOME = {
    "by_group": "proximity",
    "completeness": "proximity",
    "coverage_land": "coverage",
    "coverage_people": "coverage",
    "gravity": "catchment",
    "huff_shares": "huff",
    "mean_of_people": "coverage",
    "missing_links": "links",
    "proximity_time": "proximity",
    "served_land": "coverage",
    "service_areas": "areas",
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
