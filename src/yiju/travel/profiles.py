"""Who travels: walkers and drivers, and what a street costs them.

On a slope S (rise over run) a walker's speed follows W. Tobler, Three presentations on geographical analysis and
modeling, NCGIA Technical Report 93-1 (1993): 6 exp(-3.5 |S + 0.05|) km/h, which is fastest on a gentle way down. The
function gives 5.04 km/h on level ground; divided by that it is a factor on any walker's own level speed.

::

    S         -0.35  -0.20  -0.10  -0.05   0.00   0.05   0.10   0.20   0.35
    factor     0.42   0.70   1.00   1.19   1.00   0.84   0.70   0.50   0.29

Up costs more than down, so walking times are directed. Stairs have speeds of their own, up and down; where it is not
known which way they climb, the mean of the two times holds.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from yiju.errors import ConfigError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Tobler 1993: exponent, and the slope at which one walks fastest.
TOBLER_EXPONENT = 3.5
TOBLER_FASTEST_SLOPE = -0.05
# Steeper than this is noise of the elevation model on short edges: the steepest residential street of the world,
# Baldwin Street in Dunedin, rises 0.348 (Guinness World Records).
STEEPEST_STREET = 0.35


@dataclass(frozen=True)
class Walker:
    """Someone on foot: level speed, horizontal speed on stairs as a share of it, and whether slopes matter."""

    name: str
    label: Text
    speed_m_per_s: float
    stairs_up: float
    stairs_down: float
    slope: float


@dataclass(frozen=True)
class Driver:
    """A vehicle: its own top speed, its speed off the street, and the share of the limit that it drives."""

    name: str
    label: Text
    cap_kmh: float
    access_kmh: float
    share_of_limit: float


_Profile = TypeVar("_Profile", Walker, Driver)


@cache
def _data() -> dict[str, Any]:
    file = resources.files("yiju.travel") / "profiles.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def walkers(overrides: Mapping[str, Mapping[str, float]] | None = None) -> dict[str, Walker]:
    """All walkers by name, with a city's own numbers (``config.walkers``).

    Raises
    ------
    ConfigError
        An override names no walker or no number of a walker, or is not positive.

    Examples
    --------
    >>> walkers()["older"].speed_m_per_s
    0.9
    >>> walkers({"older": {"speed_m_per_s": 0.8}})["older"].speed_m_per_s
    0.8
    """
    known = {name: _profile(Walker, name, entry) for name, entry in _data()["walk"].items()}
    for name, numbers in (overrides or {}).items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(
                Text(
                    f"city.toml 的 [walkers.{name}]：没有这类步行者。",
                    f"city.toml, [walkers.{name}]: no such walker.",
                ),
                hint=Text(f"可用：{'、'.join(near or known)}。", f"Known: {', '.join(near or known)}."),
            )
        known[name] = _override(known[name], numbers)
    return known


def drivers() -> dict[str, Driver]:
    """All drivers by name.

    Examples
    --------
    >>> sorted(drivers())
    ['car', 'fire_engine']
    """
    return {name: _profile(Driver, name, entry) for name, entry in _data()["drive"].items()}


def profile(name: str, overrides: Mapping[str, Mapping[str, float]] | None = None) -> Walker | Driver:
    """The walker or driver of a name.

    Raises
    ------
    UnknownName
        There is none.
    """
    known: dict[str, Walker | Driver] = {**walkers(overrides), **drivers()}
    if name not in known:
        raise UnknownName(Text("出行者", "traveller"), name, known)
    return known[name]


def _profile(kind: type[_Profile], name: str, entry: Mapping[str, Any]) -> _Profile:
    numbers = {k: float(v) for k, v in entry.items() if k not in ("zh", "en")}
    return kind(name=name, label=Text(entry["zh"], entry["en"]), **numbers)


def _override(walker: Walker, numbers: Mapping[str, float]) -> Walker:
    known = {f.name for f in fields(Walker)} - {"name", "label"}
    for key, value in numbers.items():
        if key not in known:
            raise ConfigError(
                Text(
                    f"city.toml 的 [walkers.{walker.name}]：没有 {key} 这一项。",
                    f"city.toml, [walkers.{walker.name}]: there is no {key} here.",
                ),
                hint=Text(f"可用：{'、'.join(sorted(known))}。", f"Known: {', '.join(sorted(known))}."),
            )
        if not np.isfinite(value) or value < 0 or (value == 0 and key != "slope"):
            raise ConfigError(
                Text(
                    f"city.toml 的 [walkers.{walker.name}]：{key} 应为正数，实际为 {value}。",
                    f"city.toml, [walkers.{walker.name}]: {key} needs to be positive, was given {value} instead.",
                ),
            )
    return replace(walker, **cast("dict[str, Any]", dict(numbers)))


def slope_factor(slope: npt.ArrayLike) -> Floats:
    """Speed on a slope, relative to level ground (Tobler 1993).

    Parameters
    ----------
    slope
        Rise over run in the direction of travel; clipped at the steepest street.

    Examples
    --------
    >>> slope_factor([-0.05, 0.0, 0.1]).round(3).tolist()
    [1.191, 1.0, 0.705]
    """
    clipped = np.clip(np.asarray(slope, dtype=np.float64), -STEEPEST_STREET, STEEPEST_STREET)
    off_fastest = np.abs(clipped - TOBLER_FASTEST_SLOPE)
    factor: Floats = np.exp(-TOBLER_EXPONENT * (off_fastest - abs(TOBLER_FASTEST_SLOPE)))
    return factor


def walking_seconds(
    walker: Walker, length_m: Floats, climb_m: Floats, stairs: Bools
) -> tuple[Floats, Floats]:
    """Seconds that each edge takes, from u to v and back.

    Parameters
    ----------
    walker
        Who walks.
    length_m, climb_m, stairs
        (m,) each; ``climb_m`` is the elevation of v minus that of u, NaN where it is not known: level.

    Examples
    --------
    >>> adult = walkers()["adult"]
    >>> there, back = walking_seconds(adult, np.array([120.0]), np.array([12.0]), np.array([False]))
    >>> there.round(1).tolist(), back.round(1).tolist()
    ([141.9], [100.0])
    """
    climb = np.nan_to_num(climb_m, nan=0.0)
    rise = np.divide(climb, length_m, out=np.zeros_like(length_m), where=length_m > 0)
    level = length_m / walker.speed_m_per_s
    # stairs whose rise is unknown, or lost in the elevation model: half the ways are up, half are down
    unsure = 0.5 / walker.stairs_up + 0.5 / walker.stairs_down
    seconds = []
    for slope in (rise, -rise):
        on_slope = level / slope_factor(slope * walker.slope)
        steps = np.where(slope > 0, 1 / walker.stairs_up, np.where(slope < 0, 1 / walker.stairs_down, unsure))
        seconds.append(np.where(stairs, level * steps, on_slope))
    return seconds[0], seconds[1]


def driving_seconds(
    driver: Driver, length_m: Floats, street_class: npt.ArrayLike, limit_kmh: Floats
) -> Floats:
    """Seconds that each edge takes in free traffic, either way.

    Parameters
    ----------
    driver
        Who drives.
    length_m, street_class, limit_kmh
        (m,) each; a limit that is not known is NaN, and the speed of the class stands in for it.

    Examples
    --------
    >>> engine = drivers()["fire_engine"]
    >>> driving_seconds(engine, np.array([350.0]), ["primary_link"], np.array([np.nan])).round(2).tolist()
    [36.0]
    """
    by_class: dict[str, float] = _data()["class_kmh"]
    classes, code = np.unique(np.asarray(street_class, dtype=np.str_), return_inverse=True)
    of_class = np.array([by_class.get(str(c).removesuffix("_link"), by_class["other"]) for c in classes])
    class_kmh = of_class[code] if len(of_class) else np.zeros(0)
    known = np.isfinite(limit_kmh) & (limit_kmh > 0)
    kmh = np.minimum(driver.share_of_limit * np.where(known, limit_kmh, class_kmh), driver.cap_kmh)
    seconds: Floats = length_m / (kmh / 3.6)
    return seconds
