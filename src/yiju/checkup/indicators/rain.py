"""R03 and R04: what a drainage design asks of the rain.

*Runoff capture* (年径流总量控制率). With events of 2 mm and less dropped, the share of the rain that a
design depth h holds back is ``alpha(h) = [sum of x where x <= h, plus h for each x > h] / sum of x``:
continuous, rising and piecewise linear, so it is solved for h exactly. *Storm intensity*: ``q = A1 (1 + C
lg P) / (t + b)^n``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.blocks import Block, NotMeasurable
from yiju.checkup.indicator import NO_WORDS
from yiju.checkup.registry import computes
from yiju.errors import ConfigError
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant

# One hectare covered one millimetre deep is ten cubic metres: V = 10 h phi F (standards.md section 6).
_M3_PER_MM_HA = 10.0
_M2_PER_HA = 10_000.0


def capture_ratio(rain_mm: npt.ArrayLike, depth_mm: float) -> float:
    """Share of the rain, 0 to 1, that a design depth holds back.

    Parameters
    ----------
    rain_mm
        (n,) depths of the events, those too small already dropped.

    Examples
    --------
    >>> capture_ratio([5, 10, 20, 40], 20)
    0.7333333333333333
    """
    rain = np.asarray(rain_mm, dtype=np.float64)
    return float(np.minimum(rain, depth_mm).sum() / rain.sum())


def design_depth_mm(rain_mm: npt.ArrayLike, ratio: float) -> float:
    """The depth that holds back a share of the rain: ``capture_ratio`` solved exactly.

    Raises
    ------
    ValueError
        The share is not between 0 and 1, or there is no rain.

    Examples
    --------
    >>> [design_depth_mm([5, 10, 20, 40], ratio) for ratio in (0.70, 0.75, 0.80, 0.85)]
    [18.75, 21.25, 25.0, 28.75]
    """
    rain = np.sort(np.asarray(rain_mm, dtype=np.float64))
    if not 0 < ratio <= 1 or not len(rain) or not rain[0] > 0:
        msg = f"needs a ratio in (0, 1] and depths above 0, was given {ratio} and {len(rain)} depths"
        raise ValueError(msg)
    wanted = ratio * rain.sum()
    # held back when the design depth is exactly the i-th depth: all smaller ones, and it for every larger one
    held = np.cumsum(rain) + rain * np.arange(len(rain) - 1, -1, -1)
    i = int(np.searchsorted(held, wanted - 1e-9 * rain.sum()))
    below = held[i - 1] if i else 0.0
    start = rain[i - 1] if i else 0.0
    return float(start + (wanted - below) / (len(rain) - i))


def storage_m3(depth_mm: float, runoff_coefficient: float, area_ha: float) -> float:
    """Storage that holds back a design depth: V = 10 h phi F.

    Examples
    --------
    >>> storage_m3(25.0, 0.6, 100.0)
    15000.0
    """
    return _M3_PER_MM_HA * depth_mm * runoff_coefficient * area_ha


def storm_intensity(formula: Mapping[str, float], years: float, minutes: float) -> float:
    """Storm intensity in L/(s ha) for a return period and a duration.

    Parameters
    ----------
    formula
        a1, c, b, n of ``q = a1 (1 + c lg P) / (t + b)^n``.

    Examples
    --------
    >>> shapingba = {"a1": 1132, "c": 0.958, "b": 5.408, "n": 0.595}
    >>> [round(storm_intensity(shapingba, years=y, minutes=m)) for y, m in ((5, 10), (50, 60))]
    [371, 247]
    """
    return float(
        formula["a1"] * (1 + formula["c"] * math.log10(years)) / (minutes + formula["b"]) ** formula["n"]
    )


@computes("R03")
def runoff_capture(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Design depths for the usual shares, from daily rain."""
    rain = city.table("rain")
    observed = rain["rain_mm"].dropna()
    dropped_mm = float(indicator.parameters["drop_up_to_mm"])
    events = observed[observed > dropped_mm].to_numpy(dtype=np.float64)
    if not len(events):
        raise NotMeasurable(Text("需要逐日降雨（建议30年以上）。", "needs daily rain (30 years or more)."))
    years = pd.DatetimeIndex(rain.loc[rain["rain_mm"].notna(), "date"]).year.nunique()
    wanted_years = int(indicator.parameters["years_recommended"])
    short = Text(
        f"仅有 {years} 年降雨，少于建议的 {wanted_years} 年。",
        f"Rests on {years} years of rain; {wanted_years} are recommended.",
    )
    note = short if years < wanted_years else NO_WORDS
    for variant in indicator.variants:
        depth = design_depth_mm(events, float(variant.parameters["percent"]) / 100)
        if variant.unit == "m3":
            yield _storage(city, variant, depth, len(events), note)
        else:
            yield _at_city(city, variant.code, depth, len(events), note)


def _storage(city: Context, variant: Variant, depth_mm: float, events: int, note: Text) -> Block:
    phi = city.config.settings.get("runoff_coefficient")
    if phi is None:
        reason = Text(
            "需要 city.toml [settings] 中的 runoff_coefficient（综合径流系数）。",
            "needs runoff_coefficient under [settings] of city.toml.",
        )
        return Block.without("table", reason, variant=variant.code)
    if isinstance(phi, bool) or not isinstance(phi, int | float) or not 0 < phi <= 1:
        raise ConfigError(
            Text(
                f"city.toml 的 [settings] runoff_coefficient 应在 0 至 1 之间，实际为 {phi!r}。",
                f"city.toml: [settings] runoff_coefficient needs to be between 0 and 1, was given {phi!r}.",
            )
        )
    area_ha = float(city.built_area_m2[city.places.city]) / _M2_PER_HA
    return _at_city(city, variant.code, storage_m3(depth_mm, float(phi), area_ha), events, note)


@computes("R04")
def storm(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Storm intensity by the city's own formula."""
    formula = _formula(city.config.settings.get("storm"), indicator.parameters["formulas"])
    for variant in indicator.variants:
        given = variant.parameters
        yield _at_city(
            city, variant.code, storm_intensity(formula, given["years"], given["minutes"]), None, NO_WORDS
        )


def _formula(given: object, known: Mapping[str, Any]) -> Mapping[str, float]:
    """``storm`` of [settings]: the name of a formula of the catalogue, or a1, c, b and n."""
    if given is None:
        raise NotMeasurable(
            Text(
                f"需要 city.toml [settings] 中的 storm：公式名（如 {next(iter(known))}）或参数 a1、c、b、n。",
                "needs storm under [settings] of city.toml: the name of a formula "
                f"(such as {next(iter(known))}) or a1, c, b, n.",
            )
        )
    formula = known.get(given) if isinstance(given, str) else given
    if not isinstance(formula, Mapping) or not all(
        isinstance(formula.get(k), int | float) for k in ("a1", "c", "b", "n")
    ):
        raise ConfigError(
            Text(
                f"city.toml 的 [settings] storm 应为 {'、'.join(known)} 之一，"
                f"或含 a1、c、b、n 的表，实际为 {given!r}。",
                f"city.toml: [settings] storm needs to be one of {', '.join(known)}, or a1, c, b, n; "
                f"was given {given!r} instead.",
            )
        )
    return formula


def _at_city(city: Context, variant: str, value: float, n: int | None, note: Text) -> Block:
    values = np.full(len(city.places), np.nan)
    values[city.places.city] = value
    counts = None if n is None else np.full(len(values), float(n))
    return Block("table", variant, value=values, n=counts, reason=note)
