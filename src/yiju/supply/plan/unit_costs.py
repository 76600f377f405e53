"""What things cost: unit costs as data, with what the city says instead, and each as an assumption that is shown."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from yiju.city.services import SERVICES, Service
from yiju.errors import ConfigError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Option = Literal["open_new", "convert", "buy_places", "partnership", "enlarge"]

_REMEMBERED = Text("据公开招标记忆，待核", "remembered from public tenders, provisional")
_OWN = Text("本市 city.toml", "the city's own, city.toml")
# The entry of services that have none of their own.
_ANY = "any"


@dataclass(frozen=True)
class KindCosts:
    """Opening a site of one kind: once for the site, and for each square metre that a service takes there."""

    kind: str
    name: Text
    option: Option
    site_yuan: float
    works_yuan_per_m2: float
    own: bool = False


@dataclass(frozen=True)
class ServiceCosts:
    """One unit of a service: its floor, its places and what they cost.

    ``price_ceiling_yuan`` is what its users pay at most, where the city has set that.
    """

    service: str
    floor_area_m2: float
    m2_per_place: float
    fit_out_yuan_per_m2: float
    equipment_yuan_per_place: float
    buy_yuan_per_place: float
    partner_yuan_per_place: float
    price_ceiling_yuan: float | None = None
    source: str = ""
    own: bool = False

    @property
    def places(self) -> int:
        """Places of one unit.

        Examples
        --------
        >>> unit_costs().service("elder_day_care").places  # 350 m2, 12 m2 each
        29
        """
        return math.floor(self.floor_area_m2 / self.m2_per_place)


@dataclass(frozen=True)
class UnitCosts:
    """All unit costs of a city."""

    kinds: Mapping[str, KindCosts]
    services: Mapping[str, ServiceCosts]

    def kind(self, kind: str) -> KindCosts:
        """Costs of a kind of candidate."""
        return self.kinds[kind]

    def service(self, code: str) -> ServiceCosts:
        """Costs of a service; those for any service where it has none of its own."""
        return self.services[code]

    def unit_yuan(self, code: str, kind: str) -> float:
        """Cost of one unit of a service at a site of a kind, without the site itself.

        Examples
        --------
        >>> unit_costs().unit_yuan("childcare", "vacant")  # 200 m2 at 450 + 2,600, and 20 places at 5,000
        710000.0
        """
        of, at = self.services[code], self.kinds[kind]
        return (
            of.floor_area_m2 * (at.works_yuan_per_m2 + of.fit_out_yuan_per_m2)
            + of.places * of.equipment_yuan_per_place
        )

    def assumptions(self, services: Iterable[str], kinds: Iterable[str]) -> list[dict[str, str]]:
        """What a plan for these services at these kinds of site rests on, in words."""
        told = [_kind_told(self.kinds[kind]) for kind in kinds]
        return told + [_service_told(self.services[code]) for code in services]


def unit_costs(overrides: Mapping[str, Mapping[str, float]] | None = None) -> UnitCosts:
    """The unit costs, with those that the city says instead.

    Parameters
    ----------
    overrides
        Section ``[costs]`` of city.toml: kind of candidate or code of a service, to named costs.

    Raises
    ------
    UnknownName
        There is no such kind, service or cost.
    ConfigError
        A place or a unit of no size.

    Examples
    --------
    >>> dear = unit_costs({"vacant": {"site_yuan": 400_000.0}})
    >>> dear.kind("vacant").site_yuan, dear.kind("land").site_yuan
    (400000.0, 600000.0)
    """
    kinds, services = dict(_kinds()), dict(_services())
    for name, costs in (overrides or {}).items():
        if name in kinds:
            kinds[name] = replace(kinds[name], own=True, **_named(name, costs, KindCosts))
        elif name in services:
            services[name] = replace(services[name], own=True, **_named(name, costs, ServiceCosts))
        else:
            raise UnknownName(
                Text("候选类型或服务", "kind of candidate or service"), name, [*kinds, *services]
            )
    return UnitCosts(kinds, services)


def _named(name: str, costs: Mapping[str, float], of: type) -> dict[str, Any]:
    known = [
        f.name for f in fields(of) if f.name not in ("kind", "name", "option", "service", "source", "own")
    ]
    for cost, value in costs.items():
        if cost not in known:
            raise UnknownName(Text(f"[costs.{name}] 中的费用", f"cost in [costs.{name}]"), cost, known)
        if cost in ("m2_per_place", "floor_area_m2") and value <= 0:
            raise ConfigError(
                Text(
                    f"city.toml，[costs.{name}]：{cost} 应大于 0，实际为 {value:g}。",
                    f"city.toml, [costs.{name}]: {cost} needs to be above 0, was given {value:g} instead.",
                )
            )
    return dict(costs)


@cache
def _raw() -> dict[str, dict[str, dict[str, Any]]]:
    text = (resources.files("yiju.supply.plan") / "unit_costs.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _kinds() -> dict[str, KindCosts]:
    kinds = {}
    for kind, entry in _raw()["kind"].items():
        given = dict(entry)
        kinds[kind] = KindCosts(kind, Text(given.pop("zh"), given.pop("en")), **given)
    return kinds


@cache
def _services() -> dict[str, ServiceCosts]:
    given = _raw()["service"]
    return {
        code: _service(service, given.get(code, given[_ANY]))
        for code, service in SERVICES.items()
        if service.is_facility
    }


# A service whose standard says no size takes a room of this many square metres: a proposal of ours, the least of the
# functions of an embedded complex (600 m2, three functions or more).
ROOM_M2 = 200.0


def _service(service: Service, entry: Mapping[str, Any]) -> ServiceCosts:
    floor = service.floor_area_m2 or ROOM_M2
    return ServiceCosts(**{"service": service.code, "floor_area_m2": float(floor), **entry})


def _kind_told(of: KindCosts) -> dict[str, str]:
    source = _OWN if of.own else _REMEMBERED
    return {
        "zh": f"{of.name.zh}：每处 {of.site_yuan:,.0f} 元，土建每平方米 {of.works_yuan_per_m2:,.0f} 元",
        "en": f"{of.name.en}: {of.site_yuan:,.0f} yuan a site, works {of.works_yuan_per_m2:,.0f} yuan per m2",
        "source": f"{source.zh} {source.en}",
    }


def _service_told(of: ServiceCosts) -> dict[str, str]:
    name = SERVICES[of.service].name
    source = _OWN if of.own else _REMEMBERED
    return {
        "zh": f"{name.zh}：每处 {of.floor_area_m2:g} 平方米、{of.places} 位，装修每平方米 "
        f"{of.fit_out_yuan_per_m2:,.0f} 元，设备每位 {of.equipment_yuan_per_place:,.0f} 元",
        "en": f"{name.en}: {of.floor_area_m2:g} m2 and {of.places} places a unit, fit-out "
        f"{of.fit_out_yuan_per_m2:,.0f} yuan per m2, equipment {of.equipment_yuan_per_place:,.0f} yuan a place",
        "source": " ".join(filter(None, [of.source, f"{source.zh} {source.en}"])),
    }
