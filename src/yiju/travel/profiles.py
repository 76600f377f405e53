"""Who travels: walkers, cyclists and drivers, and what a street costs them.

On a slope S (rise over run) a walker's speed follows W. Tobler, Three presentations on geographical analysis and
modeling, NCGIA Technical Report 93-1 (1993): 6 exp(-3.5 |S + 0.05|) km/h, which is fastest on a gentle way down. The
function gives 5.04 km/h on level ground; divided by that it is a factor on any walker's own level speed.

::

    S         -0.35  -0.20  -0.10  -0.05   0.00   0.05   0.10   0.20   0.35
    factor     0.42   0.70   1.00   1.19   1.00   0.84   0.70   0.50   0.29

Up costs more than down, so walking times are directed. Stairs have speeds of their own, up and down; where it is not
known which way they climb, the mean of the two times holds.

A street that someone cannot use costs ``inf``, both ways, and is closed: stairs to a wheelchair, and slopes that are
too steep for it *beyond doubt*. An elevation model errs by metres, which on a street of 20 m is a slope of 10 %; so a
slope closes a street only if the rise is too much even when the error is taken off.

Cyclists have streets for riding and streets for pushing. On a slope, riding slows and quickens by measured speeds:

::

    slope up      down 3 % and more    level    1 %    3 %    6 %    9 %
    riding             1.14             1.00    0.93   0.80   0.60   0.40, and never slower than pushing

J. Parkin and J. Rotheram, Design speeds and acceleration characteristics of bicycle traffic for use in planning, design
and appraisal, Transport Policy 17 (2010) 335-341: cyclists with GPS in Leeds.
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
    from collections.abc import Callable, Mapping

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Tobler 1993: exponent, and the slope at which one walks fastest.
TOBLER_EXPONENT = 3.5
TOBLER_FASTEST_SLOPE = -0.05
# Steeper than this is noise of the elevation model on short edges: the steepest residential street of the world,
# Baldwin Street in Dunedin, rises 0.348 (Guinness World Records).
STEEPEST_STREET = 0.35
# Copernicus DEM GLO-30, Product Handbook: relative vertical accuracy below 2 m (90 %) on slopes up to 20 %.
ELEVATION_ERROR_M = 2.0
# Parkin and Rotheram 2010: 21.6 km/h on the level, 1.44 km/h less with each per cent up (provisional: the coefficients
# from memory); 22 km/h on the level and 25 km/h at 3 % down, 85th percentiles. Farther down one brakes.
RIDING_LOSS_UP = 1.44 / 21.6 * 100
RIDING_GAIN_DOWN = (25 / 22 - 1) / 0.03
# The same: the slope down at which those 25 km/h were ridden.
RIDING_STEEPEST_GAIN = 0.03


@dataclass(frozen=True)
class Walker:
    """Someone on foot or in a wheelchair.

    Level speed, horizontal speed on stairs as a share of it (0: stairs are closed), whether slopes matter, and the
    slope above which a street is closed.
    """

    name: str
    label: Text
    speed_m_per_s: float
    stairs_up: float
    stairs_down: float
    slope: float
    steepest: float = float("inf")


@dataclass(frozen=True)
class Cyclist:
    """Someone on a bicycle, on the network for walking.

    Level speed riding and pushing, speed on stairs as a share of pushing, whether slopes matter, and the classes of
    street on which one pushes. One-way streets bind no walker, and here no cyclist; bans of bicycles are not known.
    """

    name: str
    label: Text
    speed_m_per_s: float
    push_m_per_s: float
    stairs_up: float
    stairs_down: float
    slope: float
    pushed: tuple[str, ...]


@dataclass(frozen=True)
class Driver:
    """A vehicle: its own top speed, its speed off the street, and the share of the limit that it drives."""

    name: str
    label: Text
    cap_kmh: float
    access_kmh: float
    share_of_limit: float


_Profile = TypeVar("_Profile", Walker, Cyclist, Driver)


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


def cyclists() -> dict[str, Cyclist]:
    """All cyclists by name.

    Examples
    --------
    >>> cyclists()["cyclist"].speed_m_per_s
    3.33
    """
    return {name: _profile(Cyclist, name, entry) for name, entry in _data()["cycle"].items()}


def profile(
    name: str, overrides: Mapping[str, Mapping[str, float]] | None = None
) -> Walker | Cyclist | Driver:
    """The walker, cyclist or driver of a name.

    Raises
    ------
    UnknownName
        There is none.

    Examples
    --------
    >>> profile("wheelchair").stairs_up
    0.0
    """
    known: dict[str, Walker | Cyclist | Driver] = {**walkers(overrides), **cyclists(), **drivers()}
    if name not in known:
        raise UnknownName(Text("出行者", "traveller"), name, known)
    return known[name]


def _profile(kind: type[_Profile], name: str, entry: Mapping[str, Any]) -> _Profile:
    numbers = {
        key: tuple(value) if isinstance(value, list) else float(value)
        for key, value in entry.items()
        if key not in ("zh", "en")
    }
    return kind(name=name, label=Text(entry["zh"], entry["en"]), **cast("dict[str, Any]", numbers))


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
        if not np.isfinite(value) or value < 0 or (value == 0 and key in ("speed_m_per_s", "steepest")):
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

    Returns
    -------
    Two (m,) arrays; inf both ways where the walker cannot go.

    Examples
    --------
    >>> adult = walkers()["adult"]
    >>> there, back = walking_seconds(adult, np.array([120.0]), np.array([12.0]), np.array([False]))
    >>> there.round(1).tolist(), back.round(1).tolist()
    ([141.9], [100.0])
    >>> chair, stairs = walkers()["wheelchair"], np.array([False, True])
    >>> walking_seconds(chair, np.array([69.0, 9.0]), np.zeros(2), stairs)[0].round(1).tolist()
    [100.0, inf]
    """
    climb, rise = _rises(length_m, climb_m)
    level = length_m / walker.speed_m_per_s
    # asked first: without a limit, a street of no length would be inf times 0
    allowed = walker.steepest * length_m if np.isfinite(walker.steepest) else np.inf
    too_steep = np.abs(climb) - ELEVATION_ERROR_M > allowed
    return _both_ways(
        rise,
        lambda slope: np.where(
            stairs,
            _on_stairs(level, slope, walker.stairs_up, walker.stairs_down),
            np.where(too_steep, np.inf, level / slope_factor(slope * walker.slope)),
        ),
    )


def cycling_seconds(
    cyclist: Cyclist, length_m: Floats, climb_m: Floats, stairs: Bools, street_class: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Seconds that each edge takes by bicycle, from u to v and back.

    Parameters
    ----------
    cyclist
        Who rides.
    length_m, climb_m, stairs, street_class
        (m,) each, as for :func:`walking_seconds`, and the class of street, which says whether one rides or pushes.

    Examples
    --------
    >>> rider = cyclists()["cyclist"]
    >>> length_m, climb_m = np.array([333.0, 333.0, 120.0]), np.array([0.0, 9.99, 0.0])
    >>> classes, stairs = ["residential", "residential", "footway"], np.zeros(3, dtype=bool)
    >>> there, back = cycling_seconds(rider, length_m, climb_m, stairs, classes)
    >>> there.round(1).tolist(), back.round(1).tolist()
    ([100.0, 125.0, 100.0], [100.0, 88.0, 100.0])
    """
    _, rise = _rises(length_m, climb_m)
    riding, pushing = length_m / cyclist.speed_m_per_s, length_m / cyclist.push_m_per_s
    pushed = np.isin(np.asarray(street_class, dtype=np.str_), cyclist.pushed)

    def seconds(slope: Floats) -> Floats:
        on_foot = pushing / slope_factor(slope * cyclist.slope)
        ridden = np.minimum(riding / riding_factor(slope * cyclist.slope), on_foot)
        steps = _on_stairs(pushing, slope, cyclist.stairs_up, cyclist.stairs_down)
        return np.where(stairs, steps, np.where(pushed, on_foot, ridden))

    return _both_ways(rise, seconds)


def riding_factor(slope: npt.ArrayLike) -> Floats:
    """Speed of riding on a slope, relative to level ground (Parkin and Rotheram 2010); hardly above 0 from 15 % up.

    Examples
    --------
    >>> riding_factor([-0.1, 0.0, 0.06]).round(2).tolist()
    [1.14, 1.0, 0.6]
    """
    rise = np.clip(np.asarray(slope, dtype=np.float64), -RIDING_STEEPEST_GAIN, STEEPEST_STREET)
    factor: Floats = 1 - np.where(rise > 0, RIDING_LOSS_UP, RIDING_GAIN_DOWN) * rise
    return np.maximum(factor, 1e-9)  # by then one has long since pushed


def _rises(length_m: Floats, climb_m: Floats) -> tuple[Floats, Floats]:
    """The climb, and rise over run; level where the climb is not known."""
    climb = np.nan_to_num(climb_m, nan=0.0)
    return climb, np.divide(climb, length_m, out=np.zeros_like(length_m), where=length_m > 0)


def _both_ways(rise: Floats, seconds: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Seconds there and back; what is closed one way for its slope or its steps is closed both ways."""
    there, back = seconds(rise), seconds(-rise)
    closed = np.isinf(there) | np.isinf(back)
    return np.where(closed, np.inf, there), np.where(closed, np.inf, back)


def _on_stairs(level: Floats, slope: Floats, up: float, down: float) -> Floats:
    """Seconds on stairs from those on level ground; inf where no stairs can be used."""
    if up == 0 or down == 0:
        return np.full(len(level), np.inf)
    # stairs whose rise is unknown, or lost in the elevation model: half the ways are up, half are down
    unsure = 0.5 / up + 0.5 / down
    return level * np.where(slope > 0, 1 / up, np.where(slope < 0, 1 / down, unsure))


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
