"""Services at sites: what the problems of cover share, from one service to a complex of many.

Maximal cover chooses sites for one service; co-location chooses, for each site, the set of services that it hosts.
The second with one service is the first, so both are one problem here, with one search, one bound and one program.

====================  ==========================================================================
word                  meaning
====================  ==========================================================================
offer                 one service at one site; its number is ``service * sites + site``
mix                   the set of services that a site hosts, as bits: bit s for service s
demand                people of a service who can use the same sites (:class:`~.crowds.Crowds`)
====================  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.access.checking import numbers_of
from yiju.errors import ContractError
from yiju.supply.siting.checking import positions
from yiju.supply.siting.crowds import Crowds
from yiju.supply.siting.reach import within_reach
from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.kernels.hosting_moves import Choices, Lists

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Rounding of a sum of prices, relative to the budget: a plan that costs the budget to the cent keeps to it.
ROUNDING = 1e-9
# 2^10 mixes for each site are still listed in a moment; an embedded complex has rarely more than ten functions.
MOST_SERVICES = 10


@dataclass(frozen=True, eq=False)
class ServiceAtSites:
    """A service that sites may host.

    Attributes
    ----------
    code
        Of the service.
    costs
        From the demand points of this service to the sites; all services have the same sites.
    people
        (n,) who needs the service at each point.
    limit
        Greatest cost within which people count as served, in the unit of the costs.
    value_per_person
        What one person served counts in the objective.
    add_on_cost
        Cost of hosting this service at a site that is open: one number, or (m,).
    floor_area_m2
        Floor area that it takes: one number, or (m,).
    capacity
        Places: one number, or (m,); None where reach alone counts.
    """

    code: str
    costs: Costs
    people: npt.ArrayLike
    limit: float
    value_per_person: float = 1.0
    add_on_cost: npt.ArrayLike = 0.0
    floor_area_m2: npt.ArrayLike = 0.0
    capacity: npt.ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class Hosting:
    """Services, checked and put together, with what each mix costs at each site.

    Attributes
    ----------
    codes
        (S,) of the services.
    reach
        (S,) pairs within the limit of each.
    people
        (S,) of (n,).
    crowds
        (S,) people of each service who can use the same sites.
    places
        (S,) of (m,) places, infinite where only reach counts.
    site_cost, add_on
        (m,) and (S, m).
    area
        (S, m) floor area of each offer.
    mix_cost
        (m, 2^S) infinite where a mix may not be.
    budget, most
        What may be spent, and the greatest number of sites; infinite and m where there is no such limit.
    """

    codes: tuple[str, ...]
    reach: tuple[Costs, ...]
    people: tuple[Floats, ...]
    crowds: tuple[Crowds, ...]
    places: tuple[Floats, ...]
    site_cost: Floats
    add_on: Floats
    area: Floats
    mix_cost: Floats
    budget: float
    most: int

    @property
    def m(self) -> int:
        """Number of sites."""
        return len(self.site_cost)

    @property
    def limited(self) -> bool:
        """Whether any service has places."""
        return any(np.isfinite(places).any() for places in self.places)

    @cached_property
    def bits(self) -> Bools:
        """(mixes, S) which services each mix holds."""
        mixes = np.arange(1 << len(self.codes))
        return np.asarray((mixes[:, None] >> np.arange(len(self.codes))) & 1, dtype=np.bool_)

    @cached_property
    def weight(self) -> Floats:
        """(demands,) what each demand counts, those of the first service first."""
        return np.concatenate([c.people * c.weight for c in self.crowds])

    @cached_property
    def step(self) -> float:
        """The least difference of two objectives where all weights are whole; 0 otherwise."""
        if self.limited or (self.weight != np.rint(self.weight)).any():
            return 0.0
        return float(np.gcd.reduce(self.weight.astype(np.int64))) if len(self.weight) else 0.0

    @cached_property
    def lists(self) -> Lists:
        """Offers' demands and demands' sites, as the kernels take them."""
        m = self.m
        demand_first, demand_site, offer, demand = [np.zeros(1, np.int64)], [], [], []
        count = 0
        for s, crowds in enumerate(self.crowds):
            demand_first.append(crowds.first[1:] + demand_first[-1][-1])
            demand_site.append(crowds.site)
            offer.append(crowds.site.astype(np.int64) + s * m)
            demand.append(crowds.crowd + count)
            count += len(crowds)
        offers, demands = np.concatenate(offer), np.concatenate(demand).astype(np.int32)
        sizes = np.bincount(offers, minlength=m * len(self.codes))
        return (
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            demands[np.argsort(offers, kind="stable")],
            np.concatenate(demand_first),
            np.concatenate(demand_site).astype(np.int32),
            self.weight,
        )

    @cached_property
    def choices(self) -> Choices:
        """Cost of mixes, budget and number of sites, as the kernels take them."""
        budget = self.budget * (1.0 + ROUNDING)
        return self.mix_cost, budget, self.most, ROUNDING * max(float(self.weight.sum()), ROUNDING)

    def first_mixes(self) -> Int64s:
        """(sites,) the cheapest mix of sites that must be open, none elsewhere."""
        return np.where(np.isinf(self.mix_cost[:, 0]), np.argmin(self.mix_cost, axis=1), 0).astype(np.int64)

    def spent(self, mixes: Int64s) -> float:
        """What mixes cost."""
        return float(np.where(mixes > 0, self.mix_cost[np.arange(self.m), mixes], 0.0).sum())

    def achieved(self, mixes: Int64s) -> float:
        """The objective, evaluated anew: weight of the people who are served."""
        total = 0.0
        for s, crowds in enumerate(self.crowds):
            hosted = (mixes >> s) & 1 == 1
            if np.isfinite(self.places[s]).any():
                total += crowds.served(np.where(hosted, self.places[s], 0.0))
            else:
                met = np.bincount(crowds.crowd, weights=hosted[crowds.site], minlength=len(crowds)) > 0
                total += float((crowds.people * crowds.weight)[met].sum())
        return total


def hosting_of(
    services: Sequence[ServiceAtSites],
    *,
    site_cost: npt.ArrayLike | None,
    budget: float,
    most: int | None,
    allowed: Bools,
) -> Hosting:
    """Services put together.

    Parameters
    ----------
    services
        At least one, and at most ten.
    site_cost
        (m,) of opening a site; None where it costs nothing.
    budget, most
        Infinite and None where there is no such limit.
    allowed
        (m, 2^S) which mixes each site may host; mix 0 is a closed site.

    Raises
    ------
    ContractError
        The budget or the number of sites is none.
    Infeasible
        The sites that must be open cannot be, or cost more than the budget, or are more than ``most``; or the
        budget opens no site at all.
    """
    _refuse_vague(budget, most)
    m = services[0].costs.m
    fixed = _of_sites(0.0 if site_cost is None else site_cost, m, Text("开办费", "site cost"))
    add_on = np.stack([_of_sites(s.add_on_cost, m, Text("增办费", "add-on cost")) for s in services])
    bits = (np.arange(1 << len(services))[:, None] >> np.arange(len(services))) & 1
    mix_cost = np.where(allowed, fixed[:, None] * (np.arange(len(bits)) > 0) + add_on.T @ bits.T, np.inf)
    reach = tuple(within_reach(s.costs, s.limit) for s in services)
    people = tuple(
        numbers_of(s.people, s.costs.points, Text("人口", "people"), unknown=False) for s in services
    )
    hosting = Hosting(
        codes=tuple(s.code for s in services),
        reach=reach,
        people=people,
        crowds=tuple(
            Crowds.of_points(r, p, np.full(r.n, float(s.value_per_person)))
            for r, p, s in zip(reach, people, services, strict=True)
        ),
        places=tuple(_places_of(s, m) for s in services),
        site_cost=fixed,
        add_on=add_on,
        area=np.stack([_of_sites(s.floor_area_m2, m, Text("建筑面积", "floor area")) for s in services]),
        mix_cost=np.ascontiguousarray(mix_cost, dtype=np.float64),
        budget=float(budget),
        most=m if most is None else min(int(most), m),
    )
    _refuse_impossible(hosting)
    return hosting


def marked(costs: Costs, locked: npt.ArrayLike, closed: npt.ArrayLike) -> tuple[Bools, Bools]:
    """(m,) each: sites that must be open, and sites that may not be."""
    must, never = np.zeros(costs.m, dtype=np.bool_), np.zeros(costs.m, dtype=np.bool_)
    for marks, at in zip((must, never), positions(costs, locked, closed), strict=True):
        marks[at] = True
    return must, never


def _of_sites(given: npt.ArrayLike, m: int, what: Text) -> Floats:
    return numbers_of(np.broadcast_to(np.asarray(given, dtype=np.float64), m), m, what, unknown=False)


def _places_of(service: ServiceAtSites, m: int) -> Floats:
    if service.capacity is None:
        return np.full(m, np.inf)
    return _of_sites(service.capacity, m, Text("床位或座位数", "places"))


def _refuse_vague(budget: float, most: int | None) -> None:
    if most is not None and (most < 1 or int(most) != most):
        raise ContractError(
            Text(
                f"点数 p 应为正整数，实际为 {most}。",
                f"`p` needs a whole number from 1 up, was given {most} instead.",
            )
        )
    if not budget >= 0.0:
        raise ContractError(
            Text(
                f"预算应为不小于 0 的数，实际为 {budget}。",
                f"`budget` needs a number from 0 up, was given {budget} instead.",
            )
        )


def _refuse_impossible(hosting: Hosting) -> None:
    must = np.isinf(hosting.mix_cost[:, 0])
    cheapest = hosting.mix_cost[:, 1:].min(axis=1)
    impossible = np.flatnonzero(must & np.isinf(cheapest))
    if len(impossible):
        label = hosting.reach[0].sites[impossible[0]]
        raise Infeasible(
            Text(
                f"候选点 {label} 必须保留，但按面积、互斥和综合体规则，它什么服务都不能设。",
                f"Site {label} has to be open, but by floor area, forbidden pairs and rules it may host nothing.",
            ),
            constraint="locked",
        )
    if must.sum() > hosting.most:
        raise Infeasible(
            Text(
                f"必须保留的点有 {must.sum()} 个，多于允许的 {hosting.most} 个。",
                f"{must.sum()} sites have to be open, more than the {hosting.most} that are allowed.",
            ),
            constraint="count",
            relaxed=float(must.sum()),
            hint=Text(f"至少应允许 {must.sum()} 个。", f"Allow {must.sum()} at least."),
        )
    need = float(cheapest[must].sum()) if must.any() else float(cheapest.min(initial=np.inf))
    if need > hosting.budget * (1.0 + ROUNDING):
        raise Infeasible(
            Text(
                f"预算 {hosting.budget:,.0f} 元不足："
                + ("保留必须开放的点" if must.any() else "开办任何一个点")
                + f"至少需要 {need:,.0f} 元。",
                f"A budget of {hosting.budget:,.0f} yuan "
                + ("does not keep the sites open that have to be" if must.any() else "opens no site at all")
                + f": that takes at least {need:,.0f} yuan.",
            ),
            constraint="budget",
            relaxed=need if np.isfinite(need) else None,
        )
