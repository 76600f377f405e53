"""Another threshold, another radius: the catalogue and the city's own thresholds with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from yiju.errors import InputError, UnknownName
from yiju.supply.scenario.changes import Effect
from yiju.supply.scenario.checking import checked_number
from yiju.supply.scenario.city import ChangedCity
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.checkup.catalogue import Catalogue
    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator, Variant
    from yiju.supply.scenario.changes import Standard


def held_to(city: Context, change: Standard) -> ChangedCity:
    """The city held to another threshold, or with a service that counts within another radius.

    Raises
    ------
    UnknownName
        No such indicator.
    InputError
        Neither threshold nor radius is given, or the reading has no radius.
    """
    known = city.catalogue.indicators
    if change.indicator not in known:
        raise UnknownName(Text("指标", "indicator"), change.indicator, known)
    indicator = known[change.indicator]
    threshold = checked_number(change.threshold, "threshold", Text("阈值", "threshold"))
    radius_m = checked_number(change.radius_m, "radius_m", Text("米", "metres"))
    if threshold is None and radius_m is None:
        raise InputError(
            Text("应给出 threshold 或 radius_m。", "needs threshold or radius_m, was given neither."),
            field="standard",
        )
    thresholds = dict(city.config.thresholds)
    if threshold is not None:
        thresholds[indicator.id] = threshold
    catalogue = city.catalogue
    if radius_m is not None:
        variant = _reading(indicator, change.variant)
        catalogue = _with(catalogue, indicator, _widened(variant, radius_m, change.minutes))
    effect = Effect(indicators=frozenset({indicator.id}))
    return ChangedCity(city, effect, thresholds=thresholds, catalogue=catalogue)


def _reading(indicator: Indicator, code: str | None) -> Variant:
    """The reading whose radius is meant; by default the one that stands for the indicator."""
    code = indicator.headline[1] if code is None else code
    variant = next((v for v in indicator.variants if v.code == code), None)
    with_radius = [v.code for v in indicator.variants if v.radius_m is not None]
    if variant is None or variant.radius_m is None:
        listed = ", ".join(with_radius)
        raise InputError(
            Text(
                f"{indicator.id} 的变体“{code}”没有单一半径" + (f"；可选：{listed}。" if listed else "。"),
                f"the variant {code!r} of {indicator.id} has no single radius"
                + (f"; those that have one: {listed}." if listed else "."),
            ),
            field="variant",
        )
    return variant


def _widened(variant: Variant, radius_m: float, minutes: float | None) -> Variant:
    if minutes is None and variant.minutes is not None and variant.radius_m:
        minutes = variant.minutes * radius_m / variant.radius_m
    return replace(variant, radius_m=radius_m, minutes=minutes)


def _with(catalogue: Catalogue, indicator: Indicator, variant: Variant) -> Catalogue:
    variants = tuple(variant if v.code == variant.code else v for v in indicator.variants)
    changed = replace(indicator, variants=variants)
    return replace(catalogue, indicators=MappingProxyType({**catalogue.indicators, indicator.id: changed}))
