"""More places where they are short: what to open, convert, buy or share, where and how many, for the money there is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.supply.siting.checking import per_point, per_site, positions
from yiju.supply.siting.crowds import Crowds
from yiju.supply.siting.expansion_model import Task, decide
from yiju.supply.siting.expansion_sites import assign, assigned, explain, serves_most, supplies_of
from yiju.supply.siting.expansion_why import why_not
from yiju.supply.siting.options import read_options
from yiju.supply.siting.programs import proof_of
from yiju.supply.siting.result import Siting
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.result import Sense

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Expansion(Siting):
    """What to do for more places.

    Attributes
    ----------
    supplies
        A row for each option that is used: ``site``, ``option``, ``places``, ``floor_area_m2``, ``cost_yuan``,
        ``people`` (who get a place by it), ``unit_cost_yuan`` (for each place).
    flows
        A row for each demand point and site that serves it: ``point``, ``site`` (labels), ``people``, ``cost``.
    spent_yuan, budget_yuan
        Money; the budget is infinite where none was given.
    people_before, people_served, people_wanting
        People with a place before and after, and all that want one.
    """

    supplies: pd.DataFrame = field(default_factory=pd.DataFrame)
    flows: pd.DataFrame = field(default_factory=pd.DataFrame)
    spent_yuan: float = 0.0
    budget_yuan: float = float("inf")
    people_before: float = 0.0
    people_served: float = 0.0
    people_wanting: float = 0.0

    @property
    def people_gained(self) -> float:
        """People who get a place."""
        return self.people_served - self.people_before


def expand(  # noqa: PLR0913 - each is one thing that a planner may say
    costs: Costs,
    people: npt.ArrayLike,
    options: pd.DataFrame,
    *,
    budget: float | None = None,
    share: float | None = None,
    places: float | None = None,
    existing: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    area_m2: npt.ArrayLike | None = None,
    single_source: bool = False,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,  # noqa: ARG001 - nothing is drawn at random
) -> Expansion:
    """The options that serve most people for a budget or, without one, the cheapest that do what is asked.

    With ``y_o`` whether option *o* is used, ``q_o`` its places, ``x_ij`` people of point *i* served at site *j*::

        max  Σ a_i x_ij                           or      min  Σ F_o y_o + c_o q_o
        (1)  Σ_j x_ij ≤ w_i                       each person once
        (2)  Σ_i x_ij ≤ e_j + Σ_{o at j} q_o      each in a place, existing or new
        (3)  n_o y_o ≤ q_o ≤ m_o y_o              least and most places of an option
        (4)  Σ F_o y_o + c_o q_o ≤ B              budget
        (5)  Σ_{o in g} y_o ≤ 1                   options that shut each other out
        (6)  Σ x_ij ≥ share · Σ w_i               people who have to be served
        (7)  Σ_j e_j + Σ q_o ≥ places             a norm of places
        (8)  Σ_{o at j} G_o y_o + g_o q_o ≤ A_j   floor area
        (9)  Σ_{o at j} y_o ≥ 1                  locked sites

    Only who can use a site within reach stands in the pairs; people with the same sites are one crowd. The strong
    links ``x_ij ≤ w_i Σ y_o`` of facility location are left out: with crowds they took longer than they saved.

    Parameters
    ----------
    costs
        Pairs within reach.
    people
        (n,) people who want a place.
    options
        The ways to have more places; see :mod:`yiju.supply.siting.options`.
    budget
        Yuan. Without it the cost is made small, and ``share`` or ``places`` says for what.
    share
        Share of all people who have to be served, from 0 to 1.
    places
        Places that there have to be at least, existing ones included.
    existing
        (m,) places that are there already.
    weight
        (n,) what it counts to serve one person; 1 by default.
    area_m2
        (m,) floor area that each site has.
    single_source
        All people of a point go to one site, or nobody does.
    locked, closed
        Positions of sites where something has to be done, and where nothing may be.
    seconds, gap
        Time that the search may take; relative gap that is good enough.
    seed
        Not used: nothing is drawn at random.

    Raises
    ------
    ContractError
        An input has another length, is negative or not a number; or nothing is asked for.
    Infeasible
        ``budget`` is too small (the hint says the smallest that would do), or ``share``, ``places`` or a locked site
        cannot be had for any money (the hint says how much can).

    Examples
    --------
    Two blocks of 30 people. For 500,000 yuan the vacant shop between them serves more than a new house at one end.

    >>> from yiju.supply.siting.costs import Costs
    >>> costs = Costs.from_matrix([[100, 250, 900], [900, 250, 100]], limit=300, sites=pd.Index(list("ABC")))
    >>> options = pd.DataFrame({
    ...     "site": ["A", "B", "C"], "option": ["open_new", "convert", "buy_places"],
    ...     "fixed_yuan": [200_000, 100_000, 0], "yuan_per_place": [10_000, 8_000, 20_000], "max_places": [60, 60, 10],
    ... })
    >>> plan = expand(costs, [30, 30], options, budget=500_000)
    >>> plan.objective, plan.proof, plan.supplies[["site", "places", "cost_yuan"]].values.tolist()
    (50.0, 'optimal', [['B', 50.0, 500000.0]])
    """
    started = time.perf_counter()
    task = _task(
        costs, people, options, budget=budget, share=share, places=places, existing=existing, weight=weight,
        area_m2=area_m2, single_source=single_source, locked=locked, closed=closed,
    )  # fmt: skip
    decision = decide(task, seconds=seconds, gap=gap)
    if decision.places is None or decision.served is None:
        raise why_not(task, decision.outcome, seconds)
    total = task.existing + np.bincount(task.options.site, weights=decision.places, minlength=costs.m)
    flows = assigned(task, decision.served) if single_source else assign(task, total)
    spent = float(task.options.cost_yuan(decision.places).sum())
    if task.cheapest:
        objective = spent
    elif single_source:
        objective = float((flows["people"] * task.weight[flows["i"]]).sum())
    else:
        objective = task.crowds.served(total)
    sense: Sense = "min" if task.cheapest else "max"
    bound, proof = proof_of(sense, decision.outcome, objective, gap=gap, step=1.0 if task.whole else 0.0)
    if not task.cheapest:  # where HiGHS had no time for a bound of its own
        bound = min(bound, float(task.people_wanting @ task.weight))
    return Expansion(
        problem="expansion",
        sense=sense,
        objective=objective,
        bound=bound,
        proof=proof,
        seconds=time.perf_counter() - started,
        chosen=np.unique(task.options.site[decision.places > 0.0]).astype(np.int32),
        serves=serves_most(costs.n, flows),
        sites=explain(task, decision.places, flows),
        notes=_notes(task),
        supplies=supplies_of(task, decision.places, flows),
        flows=flows.assign(point=costs.points[flows["i"]], site=costs.sites[flows["j"]])[
            ["point", "site", "people", "cost"]
        ],
        spent_yuan=spent,
        budget_yuan=task.budget_yuan,
        people_before=task.crowds.people_served(task.existing),
        people_served=float(flows["people"].sum()),
        people_wanting=float(task.people_wanting.sum()),
    )


def _task(costs: Costs, people: npt.ArrayLike, options: pd.DataFrame, **said: Any) -> Task:
    budget, share, places = said["budget"], said["share"], said["places"]
    if budget is None and share is None and places is None and not np.size(said["locked"]):
        raise ContractError(
            Text(
                "请说明预算（budget），或要服务的比例（share）、床位学位数（places）。",
                "Say the budget, or the share of people or the places that are wanted.",
            )
        )
    for name, value in (("budget", budget), ("share", share), ("places", places)):
        if value is not None and not (0.0 <= value <= (1.0 if name == "share" else np.inf)):
            raise ContractError(
                Text(f"{name} 不能是 {value}。", f"{name} cannot be {value}; it needs to be at least 0.")
            )
    wanting = per_point(costs, people, Text("人口", "people"))
    one = 1.0 if said["weight"] is None else said["weight"]
    weight = per_point(costs, one, Text("权重", "weight"))
    locked, closed = positions(costs, said["locked"], said["closed"])
    area = said["area_m2"]
    return Task(
        costs=costs,
        crowds=Crowds.of_points(costs, wanting, weight, alone=said["single_source"]),
        options=read_options(options, costs.sites),
        existing=per_site(
            costs,
            0.0 if said["existing"] is None else said["existing"],
            Text("现有床位学位", "existing places"),
        ),
        people_wanting=wanting,
        weight=weight,
        budget_yuan=np.inf if budget is None else float(budget),
        people=(share or 0.0) * float(wanting.sum()),
        places=float(places or 0.0),
        area_m2=np.full(costs.m, np.inf)
        if area is None
        else per_site(costs, area, Text("建筑面积", "floor area")),
        locked=locked,
        closed=closed,
        aim="cost" if budget is None else "served",
        single_source=said["single_source"],
    )


def _notes(task: Task) -> tuple[Text, ...]:
    out = float(task.people_wanting[task.costs.stranded].sum())
    notes = []
    if out > 0.0:
        notes.append(
            Text(
                f"有 {out:,.0f} 人在可达范围内没有任何候选点，任何方案都服务不到。",
                f"{out:,.0f} people have no site within reach: no plan can serve them.",
            )
        )
    if task.single_source:
        notes.append(
            Text(
                "边际贡献与次优点按需求可分计算。",
                "What each site adds, and the next best, are reckoned with demand that may be split.",
            )
        )
    return tuple(notes)
