"""The p-median: where p sites cost people least in all, with a bound that no other choice can beat."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.checking import per_point
from yiju.supply.siting.explaining import left_out, serving, sites_table
from yiju.supply.siting.median_instance import instance_of
from yiju.supply.siting.median_proof import Effort, prove
from yiju.supply.siting.result import Siting
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs


def p_median(  # noqa: PLR0913 - what all problems of the room take, and one more
    costs: Costs,
    people: npt.ArrayLike,
    p: int,
    *,
    seconds: float = 60.0,
    gap: float = 0.0,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seed: int = 0,
    beyond: npt.ArrayLike | None = None,
) -> Siting:
    """Where p sites cost people least in all.

    Points i with w_i people, sites j, cost c_ij of each pair that can be used. y_j: site j is open; x_ij: it serves i::

        min   sum of w_i c_ij x_ij
        (1)   sum over j of x_ij = 1      each point is served
        (2)   x_ij <= y_j                 by an open site
        (3)   sum of y_j = p              of which there are p
        (4)   y_j = 1 where locked, y_j = 0 where closed
        (5)   x_ij, y_j in {0, 1}

    A fast interchange finds the sites, a Lagrangian relaxation of (1) bounds what is possible, and what the two leave
    open is settled by HiGHS on the radius formulation. Sites that the bound decides are fixed before.

    Parameters
    ----------
    costs
        Costs of the pairs. Where it lists just the nearest sites of each point, the bound holds for the whole problem.
    people
        (n,) people at each point, or one number for all.
    p
        How many sites are chosen, locked ones included.
    seconds
        Wall time that it may take.
    gap
        Relative gap that is good enough.
    locked, closed
        Positions of sites that must be open, and of those that may not be.
    seed
        Of the random part of the search: same input and seed, same sites, unless time runs out.
    beyond
        What a point pays none of whose listed sites is open: one number, or (n,). Without it such a choice is not
        allowed.

    Returns
    -------
    The sites with their proof; the objective is the total cost, people times cost. Points that can use no site that
    may open are left out of it and counted in the notes.

    Raises
    ------
    ContractError
        Malformed input.
    Infeasible
        More locked sites than p, fewer sites than p, or no choice of p sites that serves every point.

    Notes
    -----
    S. L. Hakimi, Optimum locations of switching centers and the absolute centers and medians of a graph, Operations
    Research 12 (1964), https://doi.org/10.1287/opre.12.3.450.

    Examples
    --------
    >>> from yiju.supply.siting import Costs, p_median
    >>> walk_m = Costs.from_matrix([[100, 900, 700], [200, 800, 300], [900, 100, 500]])
    >>> best = p_median(walk_m, people=[10, 30, 20], p=2)
    >>> best.chosen.tolist(), best.objective, best.proof
    ([0, 1], 9000.0, 'optimal')
    >>> best.sites[["people", "gain", "next_best", "next_best_loss"]].values.tolist()
    [[40.0, 26000.0, 2, 9000.0], [20.0, 16000.0, 2, 8000.0]]
    """
    began = time.monotonic()
    asked = instance_of(costs, people, p, beyond=beyond, locked=locked, closed=closed)
    found = prove(asked, Effort(seconds=seconds, gap=gap), seed=seed, began=began)
    chosen = np.sort(found.search.chosen)
    objective = asked.total(chosen)
    serves = serving(costs, chosen, beyond)
    weight = per_point(costs, people, Text("人数", "people"))
    return Siting(
        problem="p_median",
        sense="min",
        objective=objective,
        bound=found.bound_on(objective),
        proof=found.proof,
        seconds=time.monotonic() - began,
        chosen=chosen,
        serves=serves,
        sites=sites_table(costs, weight, asked, chosen, serves),
        notes=left_out(weight, serves, beyond is not None),
    )
