"""Plans over years: what is opened stays open, money comes year by year, and the future may be one of several."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.supply.siting.checking import per_site, positions
from yiju.supply.siting.crowds import Crowds
from yiju.supply.siting.programs import proof_of
from yiju.supply.siting.result import Siting
from yiju.supply.siting.stages_tables import (
    explained,
    futures_table,
    nearest_open,
    notes_of,
    plan_table,
    years_table,
)
from yiju.supply.siting.stages_times import People, Times, read_times, tree_of
from yiju.supply.siting.stages_tree import Tree, decide
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Staged(Siting):
    """A plan over years.

    Attributes
    ----------
    plan
        A row for each site and future: ``site``, ``future``, ``year`` in which it opens, ``cost_yuan``.
    years
        A row for each year and future: ``future``, ``year``, ``people`` covered, ``people_wanting``, ``spent_yuan``,
        ``people_free`` (covered if this year stood alone, with all the money so far and nothing fixed before).
    futures
        A row for each future: ``probability``, ``value`` of the plan in it, ``best`` that could be reached had it been
        known, ``regret`` between them.
    nesting_price
        How much more could be reached if each year stood alone: what it costs that decisions stand on each other.
    """

    plan: pd.DataFrame = field(default_factory=pd.DataFrame)
    years: pd.DataFrame = field(default_factory=pd.DataFrame)
    futures: pd.DataFrame = field(default_factory=pd.DataFrame)
    nesting_price: float = 0.0


def stages(  # noqa: PLR0913 - the words of the problem
    costs: Costs,
    people: People | Mapping[str, People],
    budgets: npt.ArrayLike,
    site_cost: npt.ArrayLike,
    *,
    years: Sequence[int],
    probability: Mapping[str, float] | None = None,
    known_from: int | None = None,
    discount: float = 0.0,
    carry: bool = True,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,  # noqa: ARG001 - nothing is drawn at random
) -> Staged:
    """When to open which site so that most people are covered over the years, discounted, and nothing is closed again.

    With ``y_jv`` whether site *j* is open in node *v* (a year in one or more futures), ``z_iv`` whether point *i* is
    covered then, ``u`` the node before *v*::

        max  Σ_v π_v δ_v Σ_i w_iv z_iv
        (1)  z_iv ≤ Σ_{j within reach of i} y_jv
        (2)  y_jv ≥ y_ju                               what is open stays open
        (3)  Σ_j f_j (y_jv - y_ju) ≤ B_v               money of the year, with what was left if it carries over

    Until ``known_from`` all futures share their nodes: what is opened then has to be right for all of them.

    Parameters
    ----------
    costs
        Pairs within reach.
    people
        (n, years) people who want the service; or such a table for each future, by name.
    budgets
        (years,) yuan.
    site_cost
        (m,) yuan for opening each site.
    years
        Rising, such as 2026, 2028, 2030.
    probability
        Of each future; alike by default.
    known_from
        The first year in which one knows which future has come; by default the second.
    discount
        Rate a year at which people of later years count less; at 0 all years count alike.
    carry
        Whether money that is left goes to the next year.
    locked, closed
        Positions of sites that are open already and cost nothing, and that may never open.
    seconds, gap
        Time of each search, and relative gap that is good enough. There is one for the plan, one for each future if
        there are several, and one that the years of a future share, each of them alone.
    seed
        Not used.

    Raises
    ------
    ContractError
        An input has another shape, is negative or not a number; years do not rise; a future has no probability.
    Infeasible
        A site is locked and closed.

    References
    ----------
    Nested and staged covering: A. Schilling, Dynamic location modeling for public-sector facilities: a multicriteria
    approach, Decision Sciences 11 (1980) 714-724. Two stages and regret: J. R. Birge & F. Louveaux, Introduction to
    Stochastic Programming, 2011.

    Examples
    --------
    A district that grows in the east. One site a year; the middle reaches half of both.

    >>> from yiju.supply.siting.costs import Costs
    >>> costs = Costs.from_matrix([[1, 2, 9], [9, 2, 1]], limit=3, sites=pd.Index(["west", "middle", "east"]))
    >>> then = stages(costs, [[100, 100], [20, 200]], [1e6, 1e6], [1e6, 2e6, 1e6], years=[2026, 2030])
    >>> then.plan[["site", "year"]].values.tolist(), then.objective, then.proof
    ([['west', 2026], ['east', 2030]], 400.0, 'optimal')
    """
    started = time.perf_counter()
    crowds = Crowds.of_points(costs, np.ones(costs.n), np.ones(costs.n))
    times = read_times(costs, crowds, people, years, probability, known_from, discount)
    own, shut = positions(costs, locked, closed)
    money = np.ascontiguousarray(budgets, dtype=np.float64)
    if money.shape != (len(years),) or not np.isfinite(money).all() or (money < 0.0).any():
        raise ContractError(
            Text(
                f"预算应为每个年份一个不小于 0 的数（{len(years)} 个）。",
                f"The budgets need to be one number of at least 0 for each of the {len(years)} years.",
            )
        )
    everything = range(len(times.futures))
    tree, node = tree_of(
        times, everything,
        Tree(
            crowds, np.empty(0, dtype=np.int64), np.empty(0), money, per_site(costs, site_cost, Text("费用", "cost")),
            carry, np.isin(np.arange(costs.m), own), np.isin(np.arange(costs.m), shut),
        ),
    )  # fmt: skip
    opened, outcome = decide(tree, seconds=seconds, gap=gap)
    objective = tree.value(opened)
    bound, proof = proof_of("max", outcome, objective, gap=gap)
    by_future = opened[node]  # (futures, years, m)
    best = _had_it_been_known(times, tree, seconds, gap)
    free = _years_alone(times, tree, seconds, gap)
    first = np.flatnonzero(opened[node[0, times.known_from - 1]] & ~tree.locked)
    chosen = first if len(times.futures) > 1 else np.flatnonzero(opened[-1] & ~tree.locked)
    return Staged(
        problem="stages",
        sense="max",
        objective=objective,
        bound=bound,
        proof=proof,
        seconds=time.perf_counter() - started,
        chosen=chosen.astype(np.int32),
        serves=nearest_open(costs, chosen, tree.locked),
        sites=explained(costs, times, tree, opened, chosen),
        notes=notes_of(costs, times),
        plan=plan_table(costs, times, tree, by_future),
        years=years_table(times, tree, opened, node, free),
        futures=futures_table(times, tree, by_future, best),
        nesting_price=float((free * times.factor * times.probability[:, None]).sum()) - objective,
    )


def _had_it_been_known(times: Times, tree: Tree, seconds: float, gap: float) -> Floats:
    """(futures,) the best of each future by itself."""
    if len(times.futures) == 1:
        return np.array([np.nan])
    yearly = tree.budget[tree.way[-1]]
    known = [tree_of(times, [s], replace(tree, budget=yearly))[0] for s in range(len(times.futures))]
    return np.array([k.value(decide(k, seconds=seconds, gap=gap)[0]) for k in known])


def _years_alone(times: Times, tree: Tree, seconds: float, gap: float) -> Floats:
    """(futures, years) people covered if each year stood alone, with all the money so far."""
    money = np.cumsum(tree.budget[tree.way[-1]])
    each = seconds / len(times.years)
    free = np.empty((len(times.futures), len(times.years)))
    for s in range(len(times.futures)):
        for t in range(len(times.years)):
            alone = replace(
                tree, parent=np.array([-1]), weight=times.people[s, t][None], budget=money[t : t + 1], carry=False
            )  # fmt: skip
            free[s, t] = alone.value(decide(alone, seconds=each, gap=gap)[0])
    return free
