"""The service catalogue: what a resident can need, for whom, by which standard, and who answers for it.

The entries are data, in ``services.toml``, ``groups.toml`` and ``units.toml`` beside this module. A service
with ``provisional`` holds some number that was not read in the issued text of its standard; reports say so.
A number with a source of its own says it for itself: ``sources`` tells it number by number.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from dataclasses import field as own_field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from yiju.city.classes import CLASSES, Body, Means, ServiceClass
from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Instrument = Literal["guarantee", "purchase", "partnership", "market"]
Mode = Literal["walk", "drive"]

CLASS_NAMES: Mapping[ServiceClass, Text] = MappingProxyType({c: duty.name for c, duty in CLASSES.items()})
INSTRUMENT_NAMES: Mapping[Instrument, Text] = MappingProxyType(
    {
        "guarantee": Text("政府保障", "guarantee"),
        "purchase": Text("政府购买服务", "purchase"),
        "partnership": Text("政企合作", "partnership"),
        "market": Text("市场开放", "market opening"),
    }
)


@dataclass(frozen=True)
class Unit:
    """A unit of the municipal government that leads or joins in answering a need."""

    code: str
    name: Text


@dataclass(frozen=True)
class Group:
    """A group of residents; ``ages`` are inclusive and ``None`` for everybody.

    ``profile`` is the walker whose speed and paths hold for the group.
    """

    code: str
    name: Text
    profile: str
    ages: tuple[int, int] | None = None


@dataclass(frozen=True)
class Source:
    """Where a number comes from; ``provisional`` where it was not read in the issued text."""

    text: str
    provisional: bool = False


@dataclass(frozen=True)
class Size:
    """A usual size of one facility: the people that it is for (inclusive), its places and least floor area."""

    people: tuple[int, int]
    places: int
    floor_area_m2: float | None = None


# The numbers of an entry that have a source.
NUMBERS = (
    "radius_m", "relaxed_m", "minutes", "duty_people", "floor_area_m2", "land_area_m2", "places_per_1000",
    "floor_m2_per_1000", "sizes",
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """An entry of the catalogue; distances in metres, times in minutes, unknown is ``None``.

    ``minutes`` is the walk that the tier of ``radius_m`` allows (the drive, where ``mode`` says so);
    ``relaxed_m`` a wider radius that the same source still accepts; ``duty_people`` how many people one
    facility is due for; ``floor_area_m2`` and ``land_area_m2`` the least floor and land area of one.
    ``places_per_1000`` and ``floor_m2_per_1000`` are due for every 1,000 people of the group ``norm_group``, which is
    the groups of the service where it is ``None``. ``entitled`` says who has a right to it by need rather than by
    age. ``sizes`` are usual sizes of one facility. ``is_facility`` is false for a service that no single place
    offers, such as a street that stays dry.
    """

    code: str
    name: Text
    service_class: ServiceClass
    field: str
    groups: tuple[str, ...]
    lead: str
    joint: tuple[str, ...]
    instrument: Instrument
    source: str
    radius_m: float | None = None
    relaxed_m: float | None = None
    minutes: float | None = None
    duty_people: int | None = None
    floor_area_m2: float | None = None
    mode: Mode = "walk"
    provisional: bool = False
    is_facility: bool = True
    land_area_m2: float | None = None
    places_per_1000: float | None = None
    floor_m2_per_1000: float | None = None
    norm_group: str | None = None
    entitled: Text | None = None
    sizes: tuple[Size, ...] = ()
    own_sources: Mapping[str, Source] = own_field(default_factory=dict, hash=False)

    @property
    def sources(self) -> dict[str, Source]:
        """Where each number of the entry comes from: its own source, or that of the entry.

        Examples
        --------
        >>> service("kindergarten").sources["radius_m"].text[:18]
        'GB 50180-2018 附录C;'
        >>> service("nursing_bed").sources["places_per_1000"].provisional
        True
        """
        whole = Source(self.source, self.provisional)
        known = [number for number in NUMBERS if getattr(self, number) not in (None, ())]
        return {number: self.own_sources.get(number, whole) for number in known}

    @property
    def bodies(self) -> tuple[Body, ...]:
        """Who has a part in a service of its class, the first duty first."""
        return CLASSES[self.service_class].bodies

    @property
    def options(self) -> tuple[Means, ...]:
        """The instruments of its class, the usual one first.

        Examples
        --------
        >>> [option.code for option in service("childcare").options]
        ['purchase', 'partnership', 'subsidy', 'price_ceiling']
        """
        return CLASSES[self.service_class].options

    @property
    def widest_m(self) -> float | None:
        """The widest radius that the standard accepts: the relaxed one where there is one.

        Examples
        --------
        >>> service("kindergarten").widest_m, service("primary_school").widest_m
        (500, 500)
        """
        return self.radius_m if self.relaxed_m is None else self.relaxed_m


def _entries(file: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))


def _service(code: str, raw: dict[str, Any]) -> Service:
    given = dict(raw)
    sizes, sources = given.pop("sizes", []), given.pop("sources", {})
    entitled = (given.pop("entitled_zh", None), given.pop("entitled_en", None))
    if strange := set(sources) - set(NUMBERS):
        msg = f"{code}: a source is given for {sorted(strange)}, which are no numbers of a service"
        raise ValueError(msg)
    return Service(
        code=code,
        name=Text(given.pop("zh"), given.pop("en")),
        service_class=given.pop("class"),
        groups=tuple(given.pop("groups")),
        joint=tuple(given.pop("joint")),
        is_facility=given.pop("facility", True),
        entitled=None if entitled[0] is None else Text(*entitled),
        sizes=tuple(
            Size((s["people"][0], s["people"][1]), s["places"], s.get("floor_area_m2")) for s in sizes
        ),
        own_sources=MappingProxyType({n: Source(**_as_table(s)) for n, s in sources.items()}),
        **given,  # a misspelt key is refused here
    )


def _as_table(source: str | dict[str, Any]) -> dict[str, Any]:
    return {"text": source} if isinstance(source, str) else source


UNITS: Mapping[str, Unit] = MappingProxyType(
    {code: Unit(code, Text(raw["zh"], raw["en"])) for code, raw in _entries("units.toml").items()}
)
GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        code: Group(
            code,
            Text(raw["zh"], raw["en"]),
            raw["profile"],
            (raw["ages"][0], raw["ages"][1]) if "ages" in raw else None,
        )
        for code, raw in _entries("groups.toml").items()
    }
)
SERVICES: Mapping[str, Service] = MappingProxyType(
    {code: _service(code, raw) for code, raw in _entries("services.toml").items()}
)


def service(code: str) -> Service:
    """Look up the service of that code.

    Raises
    ------
    UnknownName
        The catalogue has no such service; the nearest codes are offered.

    Examples
    --------
    >>> service("kindergarten").name
    Text(zh='幼儿园', en='kindergarten')
    """
    if code not in SERVICES:
        raise UnknownName(Text("服务", "service"), code, SERVICES)
    return SERVICES[code]


def group(code: str) -> Group:
    """Look up the group of residents of that code.

    Raises
    ------
    UnknownName
        There is no such group.

    Examples
    --------
    >>> group("age_3_5").ages
    (3, 5)
    """
    if code not in GROUPS:
        raise UnknownName(Text("人群", "group"), code, GROUPS)
    return GROUPS[code]


def unit(code: str) -> Unit:
    """Look up the unit of that code.

    Raises
    ------
    UnknownName
        There is no such unit.

    Examples
    --------
    >>> unit("civil_affairs").name.zh
    '民政局'
    """
    if code not in UNITS:
        raise UnknownName(Text("单位", "unit"), code, UNITS)
    return UNITS[code]
