"""city.toml: what the city is called, where each input comes from, which layers are vouched for, what differs here.

::

    [city]
    name = "磁溪市"
    year = 2025
    crs = "EPSG:32648"            # projected, in metres

    [[source]]                    # one entry for each file, in order; the later wins where two say the same
    kind = "facilities"
    file = "input/facilities.csv"
    datum = "gcj02"

    [population]
    total = 300000                # spread over homes where no population file is given
    weights_only = true           # the total is not this city's: shares hold, counts do not

    [layers]
    vouched = ["kindergarten"]    # services whose OpenStreetMap layer the city stands behind

    [thresholds]
    L09 = 85.0                    # overrides; the report shows them

    [walkers.older]
    speed_m_per_s = 0.9
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from yiju.errors import ConfigError
from yiju.text import Text

# kind of source -> options that its [[source]] entry may carry besides kind and file
SOURCE_KINDS: dict[str, tuple[str, ...]] = {
    "osm": (),
    "streets": ("layer",),
    "gtfs": (),
    "population": ("columns", "bands", "suppressed", "crs", "role", "layer"),
    "boundary": ("level", "id", "name", "parent", "layer"),
    "residential": ("layer",),
    "facilities": ("datum", "columns", "complete_for", "crs", "layer"),
    "figures": (),
    "requests": ("columns", "datum"),
    "rain": ("columns",),
    "dem": (),
    "commutes": (),
}

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")


@dataclass(frozen=True)
class Source:
    """One input file and how it is to be read."""

    kind: str
    file: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """What city.toml says, checked."""

    name: str
    year: int
    crs: CRS
    sources: tuple[Source, ...] = ()
    population_total: float | None = None
    weights_only: bool = False
    vouched: frozenset[str] = frozenset()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    walkers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)

    def of_kind(self, kind: str) -> tuple[Source, ...]:
        """The sources of one kind, in the order of the file."""
        return tuple(s for s in self.sources if s.kind == kind)


def read_config(file: Path) -> Config:
    """Read and check a city.toml.

    Raises
    ------
    ConfigError
        Names the entry, what was expected and what to do.
    """
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise ConfigError(Text(f"{file} 无法读取：{cause}", f"{file} cannot be read: {cause}")) from cause
    city = raw.get("city", {})
    try:
        crs = CRS.from_user_input(city["crs"])
        name, year = str(city["name"]), int(city["year"])
    except (KeyError, CRSError, TypeError, ValueError) as cause:
        raise ConfigError(
            Text(
                f"{file} 的 [city] 需有 name、year 与 crs（{cause}）。",
                f"{file}: [city] needs name, year and crs ({cause}).",
            )
        ) from cause
    population = raw.get("population", {})
    return Config(
        name=name,
        year=year,
        crs=crs,
        sources=tuple(
            Source(s["kind"], s["file"], {k: v for k, v in s.items() if k not in ("kind", "file")})
            for s in raw.get("source", [])
        ),
        population_total=population.get("total"),
        weights_only=bool(population.get("weights_only", False)),
        vouched=frozenset(raw.get("layers", {}).get("vouched", [])),
        thresholds=raw.get("thresholds", {}),
        walkers=raw.get("walkers", {}),
        settings=raw.get("settings", {}),
    )
