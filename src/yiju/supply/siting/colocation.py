"""Co-location: several services that share sites, what a site costs once, and its floor area (一老一小, 社区综合体)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.checking import numbers_of
from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.hosting import MOST_SERVICES, Hosting, ServiceAtSites, hosting_of, marked
from yiju.supply.siting.hosting_rows import Rows
from yiju.supply.siting.hosting_search import best_hosting
from yiju.supply.siting.result import Infeasible, Siting
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yiju.supply.siting.hosting_search import Standing

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

__all__ = ["Colocation", "ComplexRule", "ServiceAtSites", "budget_curve", "colocate"]


@dataclass(frozen=True)
class ComplexRule:
    """What makes a service complex of a site: its floor area, and how many functions it has.

    The numbers are those of embedded community services (社区嵌入式服务设施, State Council office, 2023): normally at
    least 600 m2 and at least three functions, of which at least two from elder care, childcare, child custody and
    meals.

    Attributes
    ----------
    least_area_m2
        Floor area of the site.
    least_functions
        Services that it hosts.
    core, least_core
        The services of which it needs so many.
    """

    least_area_m2: float = 600.0
    least_functions: int = 3
    core: frozenset[str] = frozenset({"elder_day_care", "childcare", "after_school", "community_canteen"})
    least_core: int = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class Colocation(Siting):
    """Chosen sites, and what each of them hosts.

    ``serves`` holds the points of all services one after the other, ``sites`` adds ``services`` (codes joined by
    ``;``), ``floor_area_m2`` and ``cost_yuan``; ``points`` and ``people`` count a point once for each service.

    Attributes
    ----------
    hosts
        A row for each chosen site, a column for each service: whether it is hosted.
    supplies
        A row for each service at a site: ``site, service, points, people, gain, floor_area_m2, cost_yuan`` (the
        add-on cost).
    serves_of
        Service to (n,) position of the site that serves each of its points.
    people_of
        Service to the people whom it serves.
    spent_yuan
        What sites and services cost.
    """

    hosts: pd.DataFrame
    supplies: pd.DataFrame
    serves_of: Mapping[str, Int32s]
    people_of: Mapping[str, float]
    spent_yuan: float


def colocate(  # noqa: PLR0913 - what a plan of a city can ask
    services: Sequence[ServiceAtSites],
    *,
    budget: float,
    site_cost: npt.ArrayLike,
    site_area_m2: npt.ArrayLike | None = None,
    pairs_forbidden: Iterable[tuple[str, str]] = (),
    complex_rule: ComplexRule | None = None,
    p: int | None = None,
    allowed: pd.DataFrame | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Colocation:
    """Sites and the services that each hosts, so that people served count the most within a budget.

    ::

        max  Σ_s v_s Σ_i w_is z_is
        (1)  z_is <= Σ_j y_sj  over the sites within the limit of i      served only where the service is hosted
        (2)  y_sj <= x_j                                                  a site that hosts anything is open
        (3)  x_j <= Σ_s y_sj                                              and one that is open hosts something
        (4)  Σ_j x_j <= p                                                 so many sites
        (5)  Σ_j F_j x_j + Σ_sj f_sj y_sj <= B                            money: a site's own cost is paid once
        (6)  Σ_s a_sj y_sj <= A_j x_j,  y_sj + y_tj <= 1,  rule           what may share a site: a list of mixes

    Parameters
    ----------
    services
        At most ten, with the same sites.
    budget, site_cost
        B, and (m,) what opening a site costs, once for all that it hosts.
    site_area_m2
        (m,) floor area; None where it is no limit.
    pairs_forbidden
        Pairs of services that may not share a site.
    complex_rule
        What every chosen site has to be; None for anything.
    p
        Greatest number of sites.
    allowed
        A row for each site and a column for each service: whether it may be hosted there; None for everywhere.
    locked, closed
        Positions of sites that must be open (hosting anything), and of sites that may not.
    seconds, gap, seed
        When to stop, and the seed of the search.

    Raises
    ------
    ContractError
        No service or too many, a code that stands twice, different sites, a rule without floor areas.
    UnknownName
        A forbidden pair names a service that is not asked for.
    Infeasible
        The budget opens nothing, or not what is locked; no site may host anything.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> walk_m = Costs.from_matrix([[100, 900], [400, 300], [900, 350]])
    >>> plan = colocate(
    ...     [
    ...         ServiceAtSites("elder_day_care", walk_m, [20, 30, 10], 500, add_on_cost=100),
    ...         ServiceAtSites("childcare", walk_m, [5, 9, 8], 500, value_per_person=2, add_on_cost=80),
    ...     ],
    ...     budget=500, site_cost=[300, 310],
    ... )
    >>> plan.hosts.to_dict("index"), plan.objective, plan.spent_yuan, plan.proof
    ({0: {'elder_day_care': True, 'childcare': True}}, 78.0, 480.0, 'optimal')
    """
    begun = time.perf_counter()
    hosting = _put_together(
        services,
        budget=budget,
        site_cost=site_cost,
        site_area_m2=site_area_m2,
        pairs_forbidden=pairs_forbidden,
        complex_rule=complex_rule,
        p=p,
        allowed=allowed,
        locked=locked,
        closed=closed,
    )
    return _told(hosting, best_hosting(hosting, seconds=seconds, gap=gap, seed=seed), begun)


def budget_curve(
    services: Sequence[ServiceAtSites],
    budgets: Sequence[float],
    *,
    site_cost: npt.ArrayLike,
    seconds: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    **asked: object,
) -> pd.DataFrame:
    """What each budget would achieve: the curve of gain against money.

    Each budget begins with the plan of the one below it. A plan of a smaller budget is one of a larger too, and a
    bound of a larger budget holds for a smaller: so neither line ever falls.

    Parameters
    ----------
    services, site_cost
        As of :func:`colocate`.
    budgets
        In any order.
    seconds
        For all of them together.
    **asked
        What else :func:`colocate` is asked.

    Returns
    -------
    DataFrame
        A row for each budget, rising: ``budget_yuan, spent_yuan, sites, gain, bound, proof``; a budget that opens
        nothing gains nothing, with the proof ``optimal``.

    Examples
    --------
    >>> from yiju.supply.siting.costs import Costs
    >>> walk_m = Costs.from_matrix([[100, 900], [900, 300]])
    >>> service = ServiceAtSites("childcare", walk_m, [5, 9], 500)
    >>> budget_curve([service], [0, 100, 200], site_cost=[100, 100])[["gain", "sites"]].values.tolist()
    [[0.0, 0.0], [9.0, 1.0], [14.0, 2.0]]
    """
    rows: list[dict[str, object]] = []
    rising = sorted(float(b) for b in budgets)
    start: Int64s | None = None
    for at, budget in enumerate(rising):
        begun = time.perf_counter()
        try:
            hosting = _put_together(services, budget=budget, site_cost=site_cost, **asked)  # type: ignore[arg-type]
        except Infeasible as error:
            if error.constraint != "budget":
                raise
            rows.append(_row(budget, 0.0, 0, 0.0, 0.0, "optimal"))
            continue
        share = seconds / (len(rising) - at)
        standing = best_hosting(hosting, seconds=share, gap=gap, seed=seed, start=start)
        seconds -= time.perf_counter() - begun
        start = standing.mixes
        rows.append(
            _row(
                budget,
                hosting.spent(start),
                int((start > 0).sum()),
                standing.objective,
                standing.bound,
                standing.proof,
            )
        )
    curve = pd.DataFrame(rows)
    curve["bound"] = curve["bound"][::-1].cummin()[::-1]
    return curve


def _row(budget: float, *values: object) -> dict[str, object]:
    names = ("spent_yuan", "sites", "gain", "bound", "proof")
    return {"budget_yuan": budget, **dict(zip(names, values, strict=True))}


def _put_together(  # noqa: PLR0913 - as above
    services: Sequence[ServiceAtSites],
    *,
    budget: float,
    site_cost: npt.ArrayLike,
    site_area_m2: npt.ArrayLike | None = None,
    pairs_forbidden: Iterable[tuple[str, str]] = (),
    complex_rule: ComplexRule | None = None,
    p: int | None = None,
    allowed: pd.DataFrame | None = None,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
) -> Hosting:
    _refuse_unequal(services)
    costs, codes = services[0].costs, [s.code for s in services]
    must, never = marked(costs, locked, closed)
    mixes = np.repeat(_bits(len(services))[None], costs.m, axis=0)  # (m, 2^S, S)
    fits = np.ones(mixes.shape[:2], dtype=np.bool_)
    area = None
    if site_area_m2 is not None:
        area = numbers_of(
            site_area_m2, costs.m, Text("候选点建筑面积", "floor area of the sites"), unknown=False
        )
        need = np.stack([np.broadcast_to(np.asarray(s.floor_area_m2, float), costs.m) for s in services])
        fits &= np.einsum("jbs,sj->jb", mixes, need) <= area[:, None]
    for pair in pairs_forbidden:
        one, other = (_position(code, codes) for code in pair)
        fits &= ~(mixes[:, :, one] & mixes[:, :, other])
    if complex_rule is not None:
        fits &= _keeps(complex_rule, mixes, codes, area)
    if allowed is not None:
        may = allowed.reindex(index=costs.sites, columns=codes).fillna(value=False).to_numpy(dtype=bool)
        fits &= ~(mixes & ~may[:, None, :]).any(axis=2)
    fits[:, 0] = ~must
    fits[never, 1:] = False
    _refuse_all_barred(fits)
    return hosting_of(services, site_cost=site_cost, budget=budget, most=p, allowed=fits)


def _bits(count: int) -> Bools:
    return np.asarray((np.arange(1 << count)[:, None] >> np.arange(count)) & 1, dtype=np.bool_)


def _position(code: str, codes: list[str]) -> int:
    if code not in codes:
        raise UnknownName(Text("服务", "service"), code, codes)
    return codes.index(code)


def _keeps(rule: ComplexRule, mixes: Bools, codes: list[str], area: Floats | None) -> Bools:
    if area is None:
        raise ContractError(
            Text(
                "综合体规则需要各候选点的建筑面积 site_area_m2。",
                "The rule of a complex needs the `site_area_m2` of the sites.",
            )
        )
    core = np.array([code in rule.core for code in codes])
    functions = mixes.sum(axis=2) >= rule.least_functions
    return np.asarray(
        functions
        & (mixes[:, :, core].sum(axis=2) >= rule.least_core)
        & (area >= rule.least_area_m2)[:, None],
        dtype=np.bool_,
    )


def _refuse_unequal(services: Sequence[ServiceAtSites]) -> None:
    if not 1 <= len(services) <= MOST_SERVICES:
        raise ContractError(
            Text(
                f"一次可安排 1 至 {MOST_SERVICES} 项服务，给出了 {len(services)} 项。",
                f"Between 1 and {MOST_SERVICES} services can share sites; {len(services)} were given.",
            )
        )
    codes = [s.code for s in services]
    if len(set(codes)) < len(codes):
        raise ContractError(Text(f"服务重复：{codes}。", f"A service stands twice: {codes}."))
    for service in services[1:]:
        if not service.costs.sites.equals(services[0].costs.sites):
            raise ContractError(
                Text(
                    f"服务 {service.code} 的候选点与 {codes[0]} 的不同；同址安排须用同一组候选点。",
                    f"{service.code} has other sites than {codes[0]}; services share one list of sites.",
                )
            )


def _refuse_all_barred(fits: Bools) -> None:
    if not fits[:, 1:].any():
        raise Infeasible(
            Text(
                "没有一个候选点可以设任何一项服务：面积、互斥、综合体规则或名单把它们都排除了。",
                "No site may host any service: floor area, pairs, the rule of a complex or lists bar them all.",
            ),
            constraint="count",
            relaxed=0.0,
            hint=Text("请放宽其中之一，或增加候选点。", "Relax one of them, or add candidate sites."),
        )


def _told(hosting: Hosting, standing: Standing, begun: float) -> Colocation:
    rows = Rows(hosting, standing.mixes)
    chosen, hosts = rows.chosen, rows.hosts[:, rows.chosen]
    sites = rows.sites()
    sites["services"] = [";".join(np.array(hosting.codes)[column]) for column in hosts.T]
    sites["floor_area_m2"] = (hosting.area[:, chosen] * hosts).sum(axis=0)
    sites["cost_yuan"] = hosting.mix_cost[chosen, standing.mixes[chosen]]
    supplies = _supplies(rows)
    return Colocation(
        problem="colocate",
        sense="max",
        objective=standing.objective,
        bound=standing.bound,
        proof=standing.proof,
        seconds=time.perf_counter() - begun,
        chosen=chosen,
        serves=np.concatenate(rows.serves),
        sites=sites,
        notes=rows.notes(),
        hosts=pd.DataFrame(hosts.T, index=sites.index, columns=list(hosting.codes)),
        supplies=supplies,
        serves_of=dict(zip(hosting.codes, rows.serves, strict=True)),
        people_of={
            code: float(supplies.loc[supplies["service"] == code, "people"].sum()) for code in hosting.codes
        },
        spent_yuan=hosting.spent(standing.mixes),
    )


def _supplies(rows: Rows) -> pd.DataFrame:
    hosting = rows.hosting
    labels = hosting.reach[0].sites
    served = [rows.people(s) for s in range(len(hosting.codes))]
    pairs = [(int(j), s) for j in rows.chosen for s in range(len(hosting.codes)) if rows.hosts[s, j]]
    return pd.DataFrame(
        {
            "site": [labels[j] for j, _ in pairs],
            "service": [hosting.codes[s] for _, s in pairs],
            "points": [int(served[s][0][j]) for j, s in pairs],
            "people": [float(served[s][1][j]) for j, s in pairs],
            "gain": [rows.without(j, s) for j, s in pairs],
            "floor_area_m2": [float(hosting.area[s, j]) for j, s in pairs],
            "cost_yuan": [float(hosting.add_on[s, j]) for j, s in pairs],
        }
    )
