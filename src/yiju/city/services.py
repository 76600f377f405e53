"""The service catalogue: what a resident can need, for whom, by which standard, and who answers for it.

The entries are data, in ``services.toml``, ``groups.toml`` and ``units.toml`` beside this module. A service
with ``provisional`` holds some number that was not read in the issued text of its standard; reports say so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

ServiceClass = Literal["basic", "inclusive", "lifestyle"]
Instrument = Literal["guarantee", "purchase", "partnership", "market"]
Mode = Literal["walk", "drive"]

CLASS_NAMES: Mapping[ServiceClass, Text] = MappingProxyType(
    {
        "basic": Text("基本公共服务", "basic"),
        "inclusive": Text("普惠性服务", "inclusive"),
        "lifestyle": Text("生活性服务", "lifestyle"),
    }
)
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
class Service:
    """An entry of the catalogue; distances in metres, times in minutes, unknown is ``None``.

    ``minutes`` is the walk that the tier of ``radius_m`` allows (the drive, where ``mode`` says so);
    ``relaxed_m`` a wider radius that the same source still accepts; ``duty_people`` how many people one
    facility is due for; ``floor_area_m2`` the least floor area of one. ``is_facility`` is false for a service
    that no single place offers, such as a street that stays dry.
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
    return Service(
        code=code,
        name=Text(given.pop("zh"), given.pop("en")),
        service_class=given.pop("class"),
        groups=tuple(given.pop("groups")),
        joint=tuple(given.pop("joint")),
        is_facility=given.pop("facility", True),
        **given,  # a misspelt key is refused here
    )


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
