"""What OpenStreetMap tags mean here: services, land use, buildings, water, railways and stops.

``osm_mapping.toml`` says it; this module turns its conditions into questions that are quick to ask of an
object's tags. Nothing of geometry is known here.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yiju.city.services import SERVICES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Tags = Mapping[str, str]

NAME_KEYS = ("name", "name:zh", "name:en", "official_name", "alt_name")
ANY = frozenset({"*"})


@dataclass(frozen=True)
class Line:
    """One line of a condition: a key, the values that it takes, and whether they must not be there."""

    key: str
    values: frozenset[str]
    negated: bool = False

    def holds(self, tags: Tags) -> bool:
        """Whether the tags of an object keep this line."""
        return self._found(tags) is not self.negated

    def _found(self, tags: Tags) -> bool:
        if self.key == "name:has":
            names = "\n".join(tags[k] for k in NAME_KEYS if k in tags).casefold()
            return any(part in names for part in self.values)
        raw = tags.get(self.key)
        if raw is None:
            return False
        return self.values is ANY or not self.values.isdisjoint(split_values(raw))


@dataclass(frozen=True)
class Entry:
    """An entry of the mapping: what it stands for, and the conditions of which one must hold."""

    means: tuple[str, ...]
    when: tuple[tuple[Line, ...], ...]
    open_access: bool = False
    line_width_m: float | None = None
    unless: frozenset[str] = frozenset()
    note: Text | None = None

    def holds(self, tags: Tags) -> bool:
        """Whether an object of these tags is one of these."""
        return any(all(line.holds(tags) for line in condition) for condition in self.when)


@dataclass(frozen=True)
class Entries:
    """Entries of one kind, found by the tags that an object has."""

    entries: tuple[Entry, ...]
    # key of a condition's first line -> value ("*" for any) -> numbers of the entries to look at
    _lookup: dict[str, dict[str, list[int]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for number, entry in enumerate(self.entries):
            for condition in entry.when:
                first = _leading(condition)
                for value in first.values:
                    self._lookup.setdefault(first.key, {}).setdefault(value, []).append(number)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of which an object needs one to be any of these."""
        return frozenset(self._lookup)

    def of(self, tags: Tags) -> list[Entry]:
        """The entries that hold for these tags, in the order of the mapping."""
        likely: set[int] = set()
        for key, raw in tags.items():
            if key in self._lookup:
                by_value = self._lookup[key]
                likely.update(*(by_value[value] for value in (*split_values(raw), "*") if value in by_value))
        return [self.entries[n] for n in sorted(likely) if self.entries[n].holds(tags)]

    def meaning(self, tags: Tags) -> str | None:
        """What the first entry that holds stands for, or none."""
        found = self.of(tags)
        return found[0].means[0] if found else None


@dataclass(frozen=True)
class OsmMapping:
    """The whole mapping."""

    facility: Entries
    land: Entries
    water: Entries
    water_line: Entries
    railway: Entries
    stop: Entries
    homes: frozenset[str]
    unclear: frozenset[str]
    not_buildings: frozenset[str]
    assumed_levels: Mapping[str, float]

    def services(self, tags: Tags) -> list[tuple[str, Entry]]:
        """The services that an object of these tags offers, each with the entry that says so.

        An object that is disused, abandoned or not to be entered (where the entry asks for open access)
        offers none.

        Examples
        --------
        >>> [code for code, _ in osm_mapping().services({"amenity": "school", "isced:level": "1-2"})]
        ['primary_school', 'middle_school']
        >>> osm_mapping().services({"leisure": "park", "access": "private"})
        []
        """
        entries = self.facility.of(tags)
        if not entries or tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
            return []
        closed = tags.get("access") in ("private", "no") and tags.get("foot") not in ("yes", "designated")
        found: dict[str, Entry] = {}
        for entry in entries:
            if (entry.open_access and closed) or not entry.unless.isdisjoint(found):
                continue
            for code in entry.means:
                found.setdefault(code, entry)
        return list(found.items())


@lru_cache(maxsize=4096)
def split_values(raw: str) -> tuple[str, ...]:
    """Split the values of one tag, parted by ``;`` or ``,``; a range of two digits is spelt out.

    Examples
    --------
    >>> split_values("soccer; tennis"), split_values("0-2")
    (('soccer', 'tennis'), ('0', '1', '2'))
    """
    values: list[str] = []
    for part in re.split("[;,]", raw):
        value = part.strip()
        # isced:level=1-3: levels run from 0 to 8
        span = re.fullmatch(r"(\d)-(\d)", value)
        values += [str(n) for n in range(int(span[1]), int(span[2]) + 1)] if span else [value]
    return tuple(values)


@cache
def osm_mapping() -> OsmMapping:
    """Read the mapping, once.

    Examples
    --------
    >>> mapping = osm_mapping()
    >>> mapping.land.meaning({"landuse": "residential"}), mapping.stop.meaning({"highway": "bus_stop"})
    ('residential', 'bus')
    """
    raw = tomllib.loads(Path(__file__).with_name("osm_mapping.toml").read_text(encoding="utf-8"))
    building = raw["building"]
    facility = Entries(tuple(_entry(each, each["service"]) for each in raw["facility"]))
    strange = {code for entry in facility.entries for code in entry.means} - set(SERVICES)
    if strange:
        raise ValueError(f"osm_mapping.toml names services that the catalogue has not: {sorted(strange)}")
    return OsmMapping(
        facility=facility,
        land=Entries(tuple(_entry(each, each["use"]) for each in raw["land"])),
        water=Entries(tuple(_entry(each, "water") for each in raw["water"])),
        water_line=Entries(tuple(_entry(each, "water") for each in raw["water_line"])),
        railway=Entries(tuple(_entry(each, "railway") for each in raw["railway"])),
        stop=Entries(tuple(_entry(each, each["mode"]) for each in raw["stop"])),
        homes=frozenset(building["residential"]),
        unclear=frozenset(building["unknown"]),
        not_buildings=frozenset(building["none"]),
        assumed_levels=building["assumed_levels"],
    )


def _entry(raw: dict[str, Any], means: str | list[str]) -> Entry:
    return Entry(
        means=tuple(_listed(means)),
        when=tuple(tuple(_lines(condition)) for condition in raw["when"]),
        open_access=raw.get("open_access", False),
        line_width_m=raw.get("line_width_m"),
        unless=frozenset(raw.get("unless", [])),
        note=Text(raw["note_zh"], raw["note_en"]) if "note_zh" in raw else None,
    )


def _lines(condition: dict[str, str | list[str]]) -> Iterable[Line]:
    for key, given in condition.items():
        values = frozenset(_listed(given))
        name = key.removeprefix("not:")
        if name == "name:has":
            values = frozenset(value.casefold() for value in values)
        yield Line(name, ANY if values == ANY else values, negated=key.startswith("not:"))


def _leading(condition: tuple[Line, ...]) -> Line:
    return next(line for line in condition if not line.negated and line.key != "name:has")


def _listed(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given
