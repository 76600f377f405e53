"""Which indicators a change may move, and what they are after it, by the very functions of the check-up.

An indicator is affected when what it rests on is touched: a service that it names (its own, those of its variants,
categories and partners, or of the indicators that it is computed of), the streets on foot, or people. An indicator of
facilities that names no service is always affected by a facility. Too many is a matter of time; too few would be a
number that is wrong, and a test holds each kind of change against the whole check-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.checkup.rows import KEY
from yiju.checkup.run import in_order, judge_of, observe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yiju.checkup.catalogue import Catalogue
    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator
    from yiju.supply.scenario.changes import Effect

# The overall grade, which stands on all others.
_OVERALL = "Z01"
_STREETS, _PEOPLE, _FACILITIES = {"street_edges", "street_nodes"}, {"residents"}, {"facilities", "entrances"}
# Which way is better; a band has no such way.
_GOOD = {"higher": 1.0, "lower": -1.0}
# What places and needs of the year rest on besides: numbers of residents.
_PER_RESIDENT = {"requests"}


def affected(catalogue: Catalogue, effect: Effect) -> list[Indicator]:
    """The indicators that an effect may move, in the order of the catalogue, without the overall grade."""
    known = catalogue.indicators
    return [i for i in known.values() if i.id != _OVERALL and _moves(known, i, effect)]


def _moves(known: Mapping[str, Indicator], indicator: Indicator, effect: Effect) -> bool:
    if indicator.answered_by is not None:  # its number is that of another, which has to be computed with it
        return _moves(known, known[indicator.answered_by.indicator], effect)
    family = list(_rests_on(known, indicator))
    if any(other.id in effect.indicators for other in family):
        return True
    tables = {table for other in family for table in _tables(other)}
    if effect.streets and tables & _STREETS:
        return True
    if effect.people and tables & (_PEOPLE | _FACILITIES | _PER_RESIDENT):
        return True  # which layers can be trusted depends on how many people there are
    if not effect.services or not tables & _FACILITIES:
        return False
    return any(_touches(other, effect) for other in family)


def _rests_on(known: Mapping[str, Indicator], indicator: Indicator) -> Iterator[Indicator]:
    """The indicator itself, and those that it is computed of."""
    seen: set[str] = set()
    waiting = [indicator]
    while waiting:
        one = waiting.pop()
        if one.id in seen:
            continue
        seen.add(one.id)
        yield one
        named = [*one.parameters.get("of", ())]
        named += [v.parameters["of"] for v in one.variants if "of" in v.parameters]
        waiting += [known[name] for name in named if name in known]


def _tables(indicator: Indicator) -> set[str]:
    """Tables without the columns that the catalogue may name: ``residents: slope_deg``."""
    return {table.partition(":")[0] for table in indicator.tables}


def _touches(indicator: Indicator, effect: Effect) -> bool:
    if not _tables(indicator) & _FACILITIES:
        return False
    named = {*indicator.services, *indicator.parameters.get("partners", ())}
    named.update(service for variant in indicator.variants for service in variant.services)
    named.update(service for category in indicator.categories for service in category.services)
    return not named or not named.isdisjoint(effect.services)


def observed_again(city: Context, effect: Effect, before: pd.DataFrame) -> pd.DataFrame:
    """All observations of a changed city: affected indicators computed again, all others as they were.

    Parameters
    ----------
    city
        The city as it would be.
    effect
        What differs from the city that was checked up.
    before
        Its observations.

    Returns
    -------
    Frame of the observations contract, in the order of the catalogue.
    """
    indicators = affected(city.catalogue, effect)
    if not indicators:
        return before
    judge = judge_of(city)
    again = observe(city, indicators, judge)
    kept = before[~before["indicator"].isin([*(i.id for i in indicators), _OVERALL])]
    whole = pd.concat([kept, again], ignore_index=True)
    overall = city.catalogue.indicators.get(_OVERALL)
    if overall is not None:
        whole = pd.concat([whole, judge.overall(whole, overall)], ignore_index=True)
    return in_order(city.catalogue, whole)


def side_by_side(
    before: pd.DataFrame, after: pd.DataFrame, indicators: Mapping[str, Indicator]
) -> pd.DataFrame:
    """Before and after of the same indicator, reading, place and group, a row each.

    Returns
    -------
    Columns of the key, ``level``, ``unit``, ``before``, ``after``, ``change``, ``better`` (null where it stays, or
    neither way is better), ``n``, ``numerator_before``, ``numerator_after``, ``status``, ``threshold``,
    ``grade_before``, ``grade_after``.
    """
    one = before[before["indicator"].isin(list(indicators))].set_index(KEY)
    two = after[after["indicator"].isin(list(indicators))].set_index(KEY)
    both = two.index.union(one.index, sort=False)
    one, two = one.reindex(both), two.reindex(both)
    rows = pd.DataFrame(
        {
            "level": two["level"].fillna(one["level"]),
            "unit": two["unit"].fillna(one["unit"]),
            "before": one["value"],
            "after": two["value"],
            "change": two["value"] - one["value"],
            "better": pd.Series(pd.NA, index=both, dtype="boolean"),
            "n": two["n"],
            "numerator_before": one["numerator"],
            "numerator_after": two["numerator"],
            "status": two["status"].fillna(one["status"]),
            "threshold": two["threshold"],
            "grade_before": one["grade"],
            "grade_after": two["grade"],
        }
    ).reset_index()
    good = [
        _GOOD.get(indicators[name].direction_of(indicators[name].variant(variant)), 0.0)
        for name, variant in zip(rows["indicator"], rows["variant"], strict=True)
    ]
    gain = rows["change"].to_numpy() * np.array(good)
    moves = ~np.isnan(gain) & (gain != 0)
    rows.loc[moves, "better"] = gain[moves] > 0
    return rows
