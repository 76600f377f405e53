"""The p-centre: where p sites leave the worst-off point least far; each limit that is tried is a set cover."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.checking import per_point
from yiju.supply.siting.explaining import left_out, serving, sites_table
from yiju.supply.siting.median_instance import instance_of, nearest_of
from yiju.supply.siting.median_start import fewest_sites, too_few
from yiju.supply.siting.result import Proof, Siting, is_closed, relative_gap
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.median_instance import Instance

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


def p_centre(
    costs: Costs,
    p: int,
    *,
    people: npt.ArrayLike = 1.0,
    seconds: float = 60.0,
    gap: float = 0.0,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seed: int = 0,
) -> Siting:
    """Where p sites leave the worst-off point least far.

    Points i, sites j, cost c_ij of each pair that can be used. y_j: site j is open; x_ij: it serves i::

        min   r
        (1)   sum over j of c_ij x_ij <= r      nobody pays more
        (2)   sum over j of x_ij = 1,  x_ij <= y_j
        (3)   sum of y_j = p
        (4)   y_j = 1 where locked, y_j = 0 where closed;  x_ij, y_j in {0, 1}

    r is one of the costs. For a given r the question is how few sites cover everybody within r, a set cover: if more
    than p, the answer lies above r. Halving the list of distinct costs takes some fifteen set covers.

    Parameters
    ----------
    costs
        Costs of the pairs. Where it lists just the nearest sites of each point, the bound holds for the whole problem.
    p
        How many sites are chosen, locked ones included.
    people
        (n,) people at each point, for the rows of the sites; points without any need not be served.
    seconds, gap
        Wall time that it may take; relative gap that is good enough.
    locked, closed
        Positions of sites that must be open, and of those that may not be.
    seed
        Of nothing: no step is random. Taken since all problems of the room take it.

    Returns
    -------
    The sites with their proof; the objective is the greatest cost of any point. Points that can use no site that may
    open are left out of it and counted in the notes.

    Raises
    ------
    ContractError
        Malformed input.
    Infeasible
        More locked sites than p, fewer sites than p, or no choice of p sites that serves every point.

    Notes
    -----
    E. Minieka, The m-center problem, SIAM Review 12 (1970), https://doi.org/10.1137/1012016.

    Examples
    --------
    >>> from yiju.supply.siting import Costs, p_centre
    >>> walk_m = Costs.from_matrix([[100, 900, 700], [200, 800, 300], [900, 100, 500]])
    >>> best = p_centre(walk_m, 1)
    >>> best.chosen.tolist(), best.objective, best.proof
    ([2], 700.0, 'optimal')
    """
    del seed
    began = time.monotonic()
    asked = instance_of(costs, people, p, locked=locked, closed=closed)
    found = _halve(asked, began, seconds, gap)
    chosen = found.chosen.astype(np.int32)
    serves = serving(costs, chosen)
    weight = per_point(costs, people, Text("人数", "people"))
    return Siting(
        problem="p_centre",
        sense="min",
        objective=found.worst,
        bound=found.bound,
        proof=found.proof(gap),
        seconds=time.monotonic() - began,
        chosen=chosen,
        serves=serves,
        sites=sites_table(costs, weight, asked, chosen, serves, worst=True),
        notes=left_out(weight, serves, may_go_without=False),
    )


@dataclass(frozen=True)
class _Halved:
    """A choice, what its worst-off point pays, and what no choice can beat."""

    chosen: Int64s
    worst: float
    bound: float
    in_time: bool

    def proof(self, gap: float) -> Proof:
        if is_closed(self.worst, self.bound):
            return "optimal"
        if relative_gap(self.worst, self.bound) <= gap:
            return "within gap"
        return "search ended" if self.in_time else "out of time"


def _halve(asked: Instance, began: float, seconds: float, gap: float) -> _Halved:
    """Halve the distinct costs between what is possible and what is proved to be impossible.

    Raises
    ------
    Infeasible
        No p sites serve everybody, or none were found in time.
    """

    def left() -> float:
        return max(began + seconds - time.monotonic(), 0.0)

    chosen, worst = _farthest_first(asked)
    if np.isinf(worst):
        opened, least = fewest_sites(asked, np.inf, seconds=left())
        if opened.sum() > asked.p:
            raise too_few(asked.p, int(opened.sum()), least, seconds)
        chosen, worst = _filled(asked, np.flatnonzero(opened))
    first, _, cost = asked.rows
    # everybody pays at least the nearest site, and radii are costs
    radii = np.unique(cost[cost >= cost[first[:-1]].max(initial=0.0)])
    low, high, in_time = 0, int(np.searchsorted(radii, worst)), True
    unlisted = float(asked.unlisted.min(initial=np.inf))
    while low < high and relative_gap(worst, min(radii[low], unlisted)) > gap:
        middle = (low + high) // 2
        opened, least = fewest_sites(asked, float(radii[middle]), seconds=left())
        if opened.sum() <= asked.p:
            chosen, worst = _filled(asked, np.flatnonzero(opened))
            high = int(np.searchsorted(radii, worst))
        elif least > asked.p:
            low = middle + 1
        else:
            in_time = False
            break
    bound = float(min(radii[low], unlisted, worst)) if len(radii) else worst
    return _Halved(chosen, worst, bound, in_time)


def _filled(asked: Instance, sites: npt.NDArray[np.integer]) -> tuple[Int64s, float]:
    """Exactly p sites, those given among them, and what the worst-off point pays."""
    chosen = list(np.union1d(asked.locked, sites))
    while len(chosen) < asked.p:
        chosen.append(_best_for_the_worst(asked, chosen))
    return np.sort(np.array(chosen, dtype=np.int64)), float(_nearest(asked, chosen).max(initial=0.0))


def _farthest_first(asked: Instance) -> tuple[Int64s, float]:
    """The site nearest to whoever is worst off, again and again: twice the best at most, where costs are distances."""
    return _filled(asked, np.empty(0, dtype=np.int64))


def _best_for_the_worst(asked: Instance, chosen: list[np.integer]) -> np.integer:
    first, site, _ = asked.rows
    others = np.setdiff1d(np.flatnonzero(~asked.barred), chosen)
    if asked.n:
        i = int(np.argmax(_nearest(asked, chosen)))
        nearer = site[first[i] : first[i + 1]]
        nearer = nearer[~np.isin(nearer, chosen)]
        if len(nearer):
            return np.int64(nearer[0])
    return np.int64(others[0])


def _nearest(asked: Instance, chosen: list[np.integer] | Int64s) -> Floats:
    first, site, cost = asked.rows
    is_open = np.zeros(asked.m, dtype=np.bool_)
    is_open[np.asarray(chosen, dtype=np.int64)] = True
    return nearest_of(first, is_open[site], cost)
