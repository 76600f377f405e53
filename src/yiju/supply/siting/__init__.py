"""Where to put what: one door for each classical problem of location, each answer with its proof.

Every problem takes :class:`~yiju.supply.siting.costs.Costs` and answers with a
:class:`~yiju.supply.siting.result.Siting`: objective, bound, gap, how the search ended, and for each site whom it
serves, what it adds, and which site would be the next best.
"""

from yiju.supply.siting.costs import Costs
from yiju.supply.siting.result import Infeasible, Siting

__all__ = ["Costs", "Infeasible", "Siting"]
