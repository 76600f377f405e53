"""Where to put what: one door for each classical problem of location, each answer with its proof.

Every problem takes :class:`~yiju.supply.siting.costs.Costs` and answers with a
:class:`~yiju.supply.siting.result.Siting`: objective, bound, gap, how the search ended, and for each site whom it
serves, what it adds, and which site would be the next best.

=====================  ============================================================================
``lscp``               fewest sites so that every group and district has its share within reach
``mclp``               most people within reach of p sites, or of a budget
``p_median``           least total cost of p sites
``p_centre``           least cost of the worst-off point
``kolm_pollak``        least cost as people feel it who dislike inequality
``facility_location``  least cost of opening and reaching, with capacities
``expand``             places by opening, buying, converting and partnership under a budget
``colocate``           several services that share sites
``stages``             decisions over years, each standing on those before
=====================  ============================================================================
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.supply.siting.capacitated import facility_location
    from yiju.supply.siting.centre import p_centre
    from yiju.supply.siting.colocation import colocate
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.covering import lscp
    from yiju.supply.siting.equity import kolm_pollak
    from yiju.supply.siting.expansion import expand
    from yiju.supply.siting.maximal import mclp
    from yiju.supply.siting.median import p_median
    from yiju.supply.siting.result import Infeasible, Siting
    from yiju.supply.siting.staging import stages

__all__ = [
    "Costs",
    "Infeasible",
    "Siting",
    "colocate",
    "expand",
    "facility_location",
    "kolm_pollak",
    "lscp",
    "mclp",
    "p_centre",
    "p_median",
    "stages",
]

_HOME = {
    "Costs": "costs",
    "Infeasible": "result",
    "Siting": "result",
    "colocate": "colocation",
    "expand": "expansion",
    "facility_location": "capacitated",
    "kolm_pollak": "equity",
    "lscp": "covering",
    "mclp": "maximal",
    "p_centre": "centre",
    "p_median": "median",
    "stages": "staging",
}


def __getattr__(name: str) -> object:
    # pandas and numba are imported by who solves, not by who asks for help
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.supply.siting.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.supply.siting' has no attribute {name!r}")
