"""What each service would take at each candidate: floor, places and money, and whether it may go there at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.city.services import service
from yiju.errors import InputError
from yiju.supply.plan.unit_costs import unit_costs
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.plan.candidates import Sites
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.question import Question
    from yiju.supply.plan.unit_costs import Option, UnitCosts
    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Offer:
    """One service at all candidates, in one unit each.

    Attributes
    ----------
    limit_m
        The walk within which it counts as there.
    people, unserved
        (cells,) whom it is for, and of them those who have it nowhere within that walk now.
    costs
        Walks from cells to the candidates that may take it in.
    allowed
        (sites,) whether the candidate may take it in, and has the floor for one unit.
    add_on_yuan
        (sites,) cost of one unit there, without the site itself.
    floor_area_m2, places
        Of one unit.
    """

    service: str
    limit_m: float
    people: Floats
    unserved: Floats
    costs: Costs
    allowed: Bools
    add_on_yuan: Floats
    floor_area_m2: float
    places: int


@dataclass(frozen=True, eq=False)
class Offers:
    """All services of a plan at all its candidates.

    Attributes
    ----------
    site_yuan
        (sites,) cost of opening the site at all, shared by its services.
    option
        (sites,) how a service comes about there.
    """

    sites: Sites
    of: dict[str, Offer]
    unit: UnitCosts
    site_yuan: Floats
    option: tuple[Option, ...]

    @property
    def cheapest_yuan(self) -> float:
        """The smallest budget that opens one site with one service.

        inf where no site can take any.
        """
        least = [
            np.where(offer.allowed, self.site_yuan + offer.add_on_yuan, np.inf).min(initial=np.inf)
            for offer in self.of.values()
        ]
        return float(min(least, default=np.inf))

    @property
    def all_yuan(self) -> float:
        """What everything everywhere would cost: no plan spends more."""
        add_on = sum(np.where(o.allowed, o.add_on_yuan, 0.0).sum() for o in self.of.values())
        return float(self.site_yuan.sum() + add_on)


# Ground, ways and stops are no room that a candidate takes in, and a school is more than the room of a service without
# a floor of its own: a proposal of ours.
_NO_ROOM = (
    "primary_school", "middle_school", "park", "playground", "sports_ground", "fitness_ground", "football", "greenway",
    "car_free_place", "shelter", "bus_stop", "rail_station",
)  # fmt: skip


def make_offers(ground: Ground, asked: Question, sites: Sites) -> Offers:
    """Work out what each service would take at each candidate.

    Raises
    ------
    InputError
        The population tells no ages; or a service is no room, and the city does not say its floor.
    UnknownName
        city.toml names a cost that does not exist.
    """
    costs = ground.folder.config.costs
    for code in asked.services:
        if code in _NO_ROOM and "floor_area_m2" not in costs.get(code, {}):
            raise _no_room(code)
    unit = unit_costs(costs)
    kinds = [str(kind) for kind in sites.frame["kind"]]
    given = np.asarray(sites.frame["cost_yuan"], dtype=np.float64)
    usual = np.array([unit.kind(kind).site_yuan for kind in kinds], dtype=np.float64)
    return Offers(
        sites,
        {code: _offer(ground, sites, unit, kinds, code) for code in asked.services},
        unit,
        np.where(np.isnan(given), usual, given),
        tuple(unit.kind(kind).option for kind in kinds),
    )


def _no_room(code: str) -> InputError:
    name = service(code).name
    return InputError(
        Text(
            f"{name.zh}不是候选用房可以容纳的服务，没有面积与造价依据。",
            f"A candidate has no room for {name.en}: nobody says what floor it takes or what it costs.",
        ),
        field="service",
        hint=Text(
            f"如仍要规划，请在 city.toml 的 [costs.{code}] 中给出 floor_area_m2 与 m2_per_place。",
            f"To plan it all the same, give floor_area_m2 and m2_per_place under [costs.{code}] in city.toml.",
        ),
    )


def _offer(ground: Ground, sites: Sites, unit: UnitCosts, kinds: list[str], code: str) -> Offer:
    of = unit.service(code)
    allowed = sites.allows(code) & (sites.floor_m2 >= of.floor_area_m2)
    people = ground.people(code)
    limit = ground.limit_m(code)
    return Offer(
        code,
        limit,
        people,
        np.where(ground.unserved(code), people, 0.0),
        ground.costs(sites.points, limit, allowed=allowed),
        allowed,
        np.array([unit.unit_yuan(code, kind) for kind in kinds], dtype=np.float64),
        of.floor_area_m2,
        of.places,
    )
