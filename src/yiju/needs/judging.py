"""Observations held against the rules: which standard is missed, by whom, by how much; and which is met.

Both answers matter. A miss raises a need; only a measured "met" may close one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.city.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.needs.rules import Rule

# Coverage on foot below which a community's need is one of reach.
# Source: proposal; lower band of the 15-minute completeness, 0.6 of 0.6/0.8 (standards.md L18 [P]).
# Provisional.
DEFAULT_FLOOR_PERCENT = 60.0

# A need concerns at least one person after rounding.
_ONE_PERSON = 0.5

# Only these may raise or close anything; the larger number is the stronger evidence.
TRUST = {"measured": 2, "modelled": 1}

# A ratio's unit tells how many of it make one: 62 % is 0.62 of the denominator. Codes of
# catalogue/words.toml.
_PER_ONE = {"%": 100.0, "per 1000": 1000.0, "m2/100 households": 100.0, "m2/1000 people": 1000.0}


def judge(
    observations: pd.DataFrame,
    rules: Iterable[Rule],
    *,
    weights_only: bool = False,
    floor: float | None = None,
    residents: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """One row for each observation that a rule speaks of and that can be trusted.

    Parameters
    ----------
    observations
        Frame of the observations contract, index 0 to n-1.
    rules
        Rules of the catalogue.
    weights_only
        People are only weights: shares hold, counts are left unknown.
    floor
        The city's own floor of coverage on foot, percent; None takes the default of 60.
    residents
        Residents by place, for rates whose own count is not of people.

    Returns
    -------
    DataFrame
        observation (row number), rule (number), indicator, group, place_id, level, service, step, met, standard,
        standard_from (floor, city.toml, rule or threshold), people, share (0 to 1), shortfall, trust. ``step`` is
        the rung that is missing, or for a met row the rule's own.
    """
    own_floor = floor is not None
    floor = DEFAULT_FLOOR_PERCENT if floor is None else floor
    sound = observations[observations["status"].isin(TRUST) & observations["value"].notna()]
    of = dict(list(sound.groupby("indicator")))
    parts = [
        _judge_one(of[rule.indicator], rule, number, floor, residents or {})
        for number, rule in enumerate(rules)
        if rule.indicator in of
    ]
    found = [part for part in parts if part is not None]
    judged = pd.concat(found, ignore_index=True) if found else _nothing()
    if own_floor:
        judged["standard_from"] = judged["standard_from"].replace("floor", "city.toml")
    # less than a person is nobody; where people are only weights there is no telling
    return (
        judged.assign(people=np.nan)
        if weights_only
        else judged.assign(met=judged["met"] | (judged["people"] < _ONE_PERSON))
    )


def _judge_one(
    observations: pd.DataFrame, rule: Rule, number: int, floor: float, residents: Mapping[str, float]
) -> pd.DataFrame | None:
    rows = _rows(observations, rule)
    standard = _standard(rows, rule, floor)
    rows, standard = rows[standard.notna()], standard[standard.notna()]
    if not len(rows):
        return None
    value = rows["value"]
    missed = value < standard if rule.miss == "below" else value > standard
    share = _share(rows, rule)
    step = np.where((value <= 0) & (rule.step == "reach") & (rule.miss == "below"), "none", rule.step)
    return pd.DataFrame(
        {
            "observation": rows.index,
            "rule": number,
            "indicator": rule.indicator,
            # an indicator without groups speaks of the one that its service is for: places of all children
            "group": rows["group"] if rule.step == "reach" else rule.entitled[0],
            "place_id": rows["place_id"],
            "level": rows["level"],
            "service": rule.service,
            "step": np.where(missed, step, rule.step),
            "met": ~missed,
            "standard": standard,
            "standard_from": rule.standard if isinstance(rule.standard, str) else "rule",
            "people": _people(rows, rule, share, residents),
            "share": share,
            "shortfall": _shortfall(rows, rule, standard),
            "trust": rows["status"].map(TRUST),
        }
    ).reset_index(drop=True)


def _rows(observations: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The observations of its indicator that the rule speaks of."""
    rows = observations[observations["method"] == rule.method]
    if rule.variants:
        rows = rows[rows["variant"].isin(rule.variants)]
    # the entitled groups where ages are known anywhere in the city, else everybody
    known = [g for g in rule.entitled if bool((rows["group"] == g).any())]
    rows = rows[rows["group"].isin(known or ["all"])]
    # one level only, so that nobody is counted in a place and again in the larger one that holds it
    lowest = [
        v for v in reversed(LEVELS) if v in (rule.levels or LEVELS) and bool((rows["level"] == v).any())
    ]
    return rows[rows["level"].isin(lowest[:1])]


def _standard(rows: pd.DataFrame, rule: Rule, floor: float) -> pd.Series:
    if rule.standard == "threshold":
        return rows["threshold"].astype("float64")
    return pd.Series(floor if rule.standard == "floor" else rule.standard, index=rows.index, dtype="float64")


def _share(rows: pd.DataFrame, rule: Rule) -> pd.Series:
    """Share of the group that is concerned, where the value itself is a share of people."""
    if rule.people != "beyond":
        return pd.Series(np.nan, index=rows.index)
    part = rows["value"] / 100.0
    return (1.0 - part if rule.miss == "below" else part).clip(0.0, 1.0)


def _people(rows: pd.DataFrame, rule: Rule, share: pd.Series, residents: Mapping[str, float]) -> pd.Series:
    if rule.people == "none":
        return pd.Series(np.nan, index=rows.index)
    if rule.miss == "above" and rule.people == "beyond":  # a gap between two rates counts no people itself
        return rows["place_id"].map(residents).astype("float64") * share
    if rule.people == "group":  # a norm may count against others than those it is for: places per resident
        return rows["n"].fillna(rows["denominator"])
    all_of_them = rows["denominator"].fillna(rows["n"])
    return (all_of_them - rows["numerator"]).fillna(all_of_them * share).clip(lower=0.0)


def _shortfall(rows: pd.DataFrame, rule: Rule, standard: pd.Series) -> pd.Series:
    """What is missing: a gap indicator says it itself; a ratio misses standard x denominator - numerator."""
    if rule.shortfall_unit is None:
        return pd.Series(np.nan, index=rows.index)
    if rule.miss == "above":
        return (rows["value"] - standard).clip(lower=0.0)
    per_one = rows["unit"].map(_PER_ONE).fillna(1.0)
    return (standard / per_one * rows["denominator"] - rows["numerator"]).clip(lower=0.0)


def _nothing() -> pd.DataFrame:
    kinds = {
        "observation": "int64", "rule": "int64", "indicator": "str", "group": "str", "place_id": "str",
        "level": "str", "service": "str", "step": "str", "met": "bool", "standard": "float64",
        "standard_from": "str", "people": "float64", "share": "float64", "shortfall": "float64", "trust": "int64",
    }  # fmt: skip
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
