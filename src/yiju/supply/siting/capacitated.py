"""Sites that can hold only so many: the capacitated p-median and facility location."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.supply.siting.assignment import Assignment, Placed, close
from yiju.supply.siting.assignment_bound import climb
from yiju.supply.siting.assignment_search import Search
from yiju.supply.siting.assignment_sites import explain
from yiju.supply.siting.assignment_why import refuse_impossible, why_not
from yiju.supply.siting.checking import per_point, per_site, positions
from yiju.supply.siting.result import TOLERANCE, UNSERVED, Proof, Siting, is_closed, relative_gap
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]

# Exchanges of one site that are tried after the prices have settled; the same for everybody, so that answers repeat.
_EXCHANGES = 600


@dataclass(frozen=True, eq=False)
class Assigned(Siting):
    """Sites within their capacities.

    Attributes
    ----------
    flows
        A row for each demand point and site that serves it: ``point``, ``site`` (labels), ``part`` of the point from 0
        to 1, ``demand``, ``cost`` of one unit.
    """

    flows: pd.DataFrame = field(default_factory=pd.DataFrame)


def capacitated_p_median(  # noqa: PLR0913 - the words of the problem
    costs: Costs,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    p: int,
    *,
    single_source: bool = True,
    weight: npt.ArrayLike | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Assigned:
    """The p sites from which everybody is served at least cost, no site over its capacity.

    With ``y_j`` whether site *j* is open and ``x_ij`` the part of point *i* that it serves::

        min  Σ a_i c_ij x_ij
        (1)  Σ_j x_ij = 1               everybody is served
        (2)  Σ_i d_i x_ij ≤ s_j y_j     within capacity
        (3)  Σ_j y_j = p
        (4)  x_ij ≤ y_j                 only by what is open: makes the bound strong
        (5)  x_ij whole                 if each point goes to one site (school districts)

    Prices bound it from below, a local search gives answers, and HiGHS decides among the pairs that are left.

    Parameters
    ----------
    costs
        Pairs that can be used.
    demand
        (n,) what each point takes of a capacity.
    capacity
        (m,) or one number.
    p
        How many sites, locked ones included.
    single_source
        Whether each point goes to one site whole.
    weight
        (n,) what the cost of a point is multiplied by; its demand by default.
    locked, closed
        Positions of sites that are open, and that may not be.
    seconds, gap
        Time that the search may take; relative gap that is good enough.
    seed
        Of the exchanges.

    Raises
    ------
    ContractError
        An input has another length, is negative or not a number; p is not from 1 to m.
    Infeasible
        ``coverage``: a point reaches no site; ``capacity``: p sites cannot hold all; ``count``, ``locked``.

    References
    ----------
    I. H. Osman & N. Christofides, Capacitated clustering problems by hybrid simulated annealing and tabu search,
    International Transactions in Operational Research 1 (1994) 317-336.

    Examples
    --------
    Two schools of 100 places on a street of four blocks with 50 pupils each.

    >>> from yiju.supply.siting.costs import Costs
    >>> street = np.abs(np.subtract.outer(range(4), range(4))) * 200.0
    >>> schools = capacitated_p_median(Costs.from_matrix(street), [50] * 4, 100, 2)
    >>> schools.objective, schools.proof, schools.sites["people"].tolist()
    (20000.0, 'optimal', [100.0, 100.0])
    """
    if not 1 <= p <= costs.m:
        raise ContractError(
            Text(f"p 应在 1 到 {costs.m} 之间，给出的是 {p}。", f"p runs from 1 to {costs.m}; it is {p}.")
        )
    task = _task(
        costs, demand, capacity, 0.0, weight=weight, p=p, whole=single_source, lists=(locked, closed)
    )
    return _solved("capacitated_p_median", task, seconds=seconds, gap=gap, seed=seed)


def facility_location(  # noqa: PLR0913 - the words of the problem
    costs: Costs,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    fixed_cost: npt.ArrayLike,
    *,
    single_source: bool = False,
    weight: npt.ArrayLike | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Assigned:
    """The sites for which opening them and serving everybody costs least together, no site over its capacity.

    As :func:`capacitated_p_median`, but fixed costs decide how many::

        min  Σ f_j y_j + Σ a_i c_ij x_ij      with (1), (2), (4) and, if single_source, (5)

    Parameters
    ----------
    costs
        Pairs that can be used; the cost is of one unit of demand.
    demand, capacity
        (n,) and (m,).
    fixed_cost
        (m,) of having a site open, locked ones too.
    single_source, weight, locked, closed, seconds, gap, seed
        As in :func:`capacitated_p_median`.

    Raises
    ------
    ContractError
        An input has another length, is negative or not a number.
    Infeasible
        ``coverage``: a point reaches no site; ``capacity``: all sites together cannot hold all; ``locked``.

    References
    ----------
    J. E. Beasley, An algorithm for solving large capacitated warehouse location problems, European Journal of
    Operational Research 33 (1988) 314-325, https://doi.org/10.1016/0377-2217(88)90175-0.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> street = np.abs(np.subtract.outer(range(4), range(4))) * 1.0
    >>> shops = facility_location(Costs.from_matrix(street), [50] * 4, 200, [120, 90, 90, 120])
    >>> shops.objective, shops.chosen.tolist()
    (280.0, [1, 2])
    """
    task = _task(
        costs, demand, capacity, fixed_cost, weight=weight, p=None, whole=single_source, lists=(locked, closed)
    )  # fmt: skip
    return _solved("facility_location", task, seconds=seconds, gap=gap, seed=seed)


def _task(
    costs: Costs,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    fixed_cost: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None,
    p: int | None,
    whole: bool,
    lists: tuple[npt.ArrayLike, npt.ArrayLike],
) -> Assignment:
    size = per_point(costs, demand, Text("需求", "demand"))
    locked, closed = positions(costs, *lists)
    task = Assignment(
        costs=costs,
        size=size,
        weight=size if weight is None else per_point(costs, weight, Text("权重", "weight")),
        room=per_site(costs, capacity, Text("容量", "capacity")),
        fixed=per_site(costs, fixed_cost, Text("固定费用", "fixed cost")),
        p=p,
        whole=whole,
        locked=np.isin(np.arange(costs.m), locked),
        closed=np.isin(np.arange(costs.m), closed),
    )
    refuse_impossible(task)
    return task


def _solved(problem: str, task: Assignment, *, seconds: float, gap: float, seed: int) -> Assigned:
    started = time.perf_counter()

    def left() -> float:
        return seconds - (time.perf_counter() - started)

    search = Search(task, seed)
    bound = climb(task, search, allowed=lambda: left() > seconds / 2, gap=gap)
    lower = bound.value

    def open_still() -> bool:
        upper = search.best.total
        return left() > seconds / 4 and not (
            is_closed(upper, lower, step=task.step) or relative_gap(upper, lower) <= gap
        )

    if task.whole:
        search.exchange(_EXCHANGES, open_still, _likely(bound.worth))
    best = search.best
    if not np.isfinite(best.total) or (
        not is_closed(best.total, lower, step=task.step) and relative_gap(best.total, lower) > gap
    ):
        keep = (
            bound.keep(task, best.total)
            if np.isfinite(best.total)
            else np.ones(len(task.site), dtype=np.bool_)
        )
        found, outcome = close(task, keep, best, seconds=max(left(), 1.0), gap=max(gap, TOLERANCE / 10.0))
        if outcome.state == "infeasible" and not np.isfinite(best.total):
            raise why_not(task)
        # what was struck out is no better than the best that was known then
        nothing_left = outcome.state in ("infeasible", "cut off")
        lower = max(lower, min(best.total, np.inf if nothing_left else outcome.bound))
        best = found
    if not np.isfinite(best.total):
        raise why_not(task, seconds)
    return _answer(problem, task, best, lower, gap=gap, started=started)


def _likely(worth: Floats) -> Floats:
    """Odds of each site to be tried: falling by its rank at the best prices."""
    rank = np.empty(len(worth))
    rank[np.argsort(worth, kind="stable")] = np.arange(len(worth))
    return np.asarray(1.0 / (1.0 + rank))


def _answer(
    problem: str, task: Assignment, best: Placed, lower: float, *, gap: float, started: float
) -> Assigned:
    costs = task.costs
    total = float(np.round(best.total)) if task.step else best.total  # whole but for the solver's dust
    lower = min(lower, total)
    proof: Proof = "out of time"
    if task.step and is_closed(total, lower, step=task.step):
        lower, proof = total, "optimal"
    elif is_closed(total, lower):
        proof = "optimal"
    elif relative_gap(total, lower) <= max(gap, TOLERANCE):
        proof = "within gap"
    serves = np.full(costs.n, UNSERVED, dtype=np.int32)
    rising = np.argsort(best.part, kind="stable")
    serves[best.point[rising]] = best.site[rising]
    sites, notes = explain(task, best)
    return Assigned(
        problem=problem,
        sense="min",
        objective=total,
        bound=lower,
        proof=proof,
        seconds=time.perf_counter() - started,
        chosen=best.sites.astype(np.int32),
        serves=serves,
        sites=sites,
        notes=notes,
        flows=pd.DataFrame(
            {
                "point": costs.points[best.point], "site": costs.sites[best.site], "part": best.part,
                "demand": best.part * task.size[best.point],
            }
        ),
    )  # fmt: skip
