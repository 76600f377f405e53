"""The master plan of the demo city, read from ``plan.toml``: where everything lies, in kilometres around the middle."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.city.demo.arrays import Floats

ZoneKind = Literal["old", "inner", "new", "cbd", "village", "industry", "pocket"]
Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True)
class Zone:
    """A quarter with a grain of its own: an ellipse whose edge is later roughened by noise.

    ``grid_deg`` is the direction of its streets where the ground is flat. A pocket keeps its size at any scale and
    becomes a community of its own. A zone without radii has no ground of its own.
    """

    name: str
    kind: ZoneKind
    at: Point
    radii: Point
    turn_deg: float = 0.0
    grid_deg: float = 0.0
    pocket: bool = False


@dataclass(frozen=True)
class ParkPlan:
    """A large park, drawn before the streets.

    A walled park has a single gate, at ``walled_gate``, which one reaches from the street nearest to ``come_from``.
    """

    name: str
    at: Point
    radii: Point
    walled_gate: Point | None = None
    come_from: Point | None = None


@dataclass(frozen=True)
class Ridge:
    """A ridge: the line of its crest in kilometres, its height above the upland and half width in metres."""

    crest: Line
    height_m: float
    half_width_m: float


@dataclass(frozen=True)
class Plan:
    """All of the drawing. ``bridges`` name the river that each crosses; ``tunnels`` their two portals."""

    half_width: float
    half_height: float
    main_river: Line
    tributary: Line
    railway: Line
    rail_crossings: Line
    rail_lines: tuple[Line, ...]
    arterials: tuple[tuple[str, ...], ...]
    gates: Mapping[str, Point]
    bridges: Mapping[str, tuple[str, Point]]
    tunnels: Mapping[str, Line]
    ridges: tuple[Ridge, ...]
    zones: tuple[Zone, ...]
    parks: tuple[ParkPlan, ...]

    def index_of(self, name: str) -> int:
        """Number of the zone of that name."""
        return next(i for i, zone in enumerate(self.zones) if zone.name == name)

    def kinds(self) -> list[ZoneKind]:
        """Kind of each zone."""
        return [zone.kind for zone in self.zones]


@cache
def read_plan() -> Plan:
    """The plan of the demo city.

    Examples
    --------
    >>> [zone.name for zone in read_plan().zones if zone.pocket]
    ['hill_foot', 'river_bend', 'beyond_ridge', 'trackside', 'garden_side']
    """
    raw: dict[str, Any] = tomllib.loads(
        (resources.files("yiju.city.demo") / "plan.toml").read_text(encoding="utf-8")
    )
    return Plan(
        half_width=raw["half_width"],
        half_height=raw["half_height"],
        main_river=_line(raw["main_river"]),
        tributary=_line(raw["tributary"]),
        railway=_line(raw["railway"]),
        rail_crossings=_line(raw["rail_crossings"]),
        rail_lines=tuple(_line(line) for line in raw["rail_lines"]),
        arterials=tuple(tuple(names) for names in raw["arterials"]),
        gates={name: _point(at) for name, at in raw["gates"].items()},
        bridges={name: (b["river"], _point(b["at"])) for name, b in raw["bridges"].items()},
        tunnels={name: _line(portals) for name, portals in raw["tunnels"].items()},
        ridges=tuple(Ridge(_line(r["crest"]), r["height_m"], r["half_width_m"]) for r in raw["ridge"]),
        zones=tuple(Zone(**_with_points(z)) for z in raw["zone"]),
        parks=tuple(ParkPlan(**_with_points(p)) for p in raw["park"]),
    )


def metres(points: Sequence[Point], stretch: float) -> Floats:
    """Points of the plan (n, 2) in metres, at the city's own size.

    Examples
    --------
    >>> metres([(0.5, -1.0)], 2.0).tolist()
    [[1000.0, -2000.0]]
    """
    return np.asarray(points, dtype=np.float64).reshape(-1, 2) * 1000.0 * stretch


def _point(given: Sequence[float]) -> Point:
    return float(given[0]), float(given[1])


def _line(given: Sequence[Sequence[float]]) -> Line:
    return tuple(_point(p) for p in given)


def _with_points(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _point(v) if isinstance(v, list) else v for k, v in entry.items()}
