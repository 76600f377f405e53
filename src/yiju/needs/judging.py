"""Observations held against the rules: which standard is missed, by whom, by how much; and which is met.

Both answers matter. A miss raises a need; only a measured "met" may close one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

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
_PER_ONE = {"%": 100.0, "per 1000": 1000.0, "m2/100 households": 100.0}


def judge(
    observations: pd.DataFrame,
    rules: Iterable[Rule],
    *,
    weights_only: bool = False,
    floor: float | None = None,
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
        The city's own floor of coverage on foot, percent; None takes the rule's, else 60.

    Returns
    -------
    DataFrame
        observation (row number), rule (number), group, place_id, level, service, step, met, standard, people,
        share (0 to 1), shortfall, trust. ``step`` is the rung that is missing, or for a met row the rule's
        own.
    """
    parts = [_judge_one(observations, rule, i, weights_only, floor) for i, rule in enumerate(rules)]
    parts = [p for p in parts if len(p)]
    return pd.concat(parts, ignore_index=True) if parts else _nothing()


def _judge_one(
    observations: pd.DataFrame, rule: Rule, number: int, weights_only: bool, floor: float | None
) -> pd.DataFrame:
    rows = observations[
        (observations["indicator"] == rule.indicator) & (observations["method"] == rule.method)
    ]
    rows = rows[rows["level"].isin(rule.levels) & rows["status"].isin(TRUST) & rows["value"].notna()]
    if rule.variants:
        rows = rows[rows["variant"].isin(rule.variants)]
    rows = rows[rows["group"].isin(_groups(rows, rule))]
    standard = _standard(rows, rule, floor)
    rows, standard = rows[standard.notna()], standard[standard.notna()]
    if not len(rows):
        return _nothing()
    value = rows["value"]
    missed = value < standard if rule.miss == "below" else value > standard
    share = _share(rows, rule)
    people = pd.Series(np.nan, index=rows.index) if weights_only else _people(rows, rule, share)
    step = np.where((value <= 0) & (rule.step == "reach") & (rule.miss == "below"), "none", rule.step)
    return pd.DataFrame(
        {
            "observation": rows.index,
            "rule": number,
            "group": rows["group"],
            "place_id": rows["place_id"],
            "level": rows["level"],
            "service": rule.service,
            "step": np.where(missed, step, rule.step),
            "met": ~missed | (people < _ONE_PERSON),
            "standard": standard,
            "people": people,
            "share": share,
            "shortfall": _shortfall(rows, rule, standard),
            "trust": rows["status"].map(TRUST),
        }
    ).reset_index(drop=True)


def _groups(rows: pd.DataFrame, rule: Rule) -> list[str]:
    """The entitled groups where ages are known anywhere in the city, else everybody."""
    known = [g for g in rule.entitled if bool((rows["group"] == g).any())]
    return known or ["all"]


def _standard(rows: pd.DataFrame, rule: Rule, floor: float | None) -> pd.Series:
    if rule.step == "reach" and rule.miss == "below":
        fixed = floor if floor is not None else (rule.standard or DEFAULT_FLOOR_PERCENT)
        return pd.Series(fixed, index=rows.index, dtype="float64")
    if rule.standard is not None:
        return pd.Series(rule.standard, index=rows.index, dtype="float64")
    return rows["threshold"].astype("float64")


def _share(rows: pd.DataFrame, rule: Rule) -> pd.Series:
    """Share of the group that is concerned, where the value itself is a share of people."""
    if rule.people != "beyond":
        return pd.Series(np.nan, index=rows.index)
    part = rows["value"] / 100.0
    return (1.0 - part if rule.miss == "below" else part).clip(0.0, 1.0)


def _people(rows: pd.DataFrame, rule: Rule, share: pd.Series) -> pd.Series:
    if rule.people == "none":
        return pd.Series(np.nan, index=rows.index)
    all_of_them = rows["denominator"].fillna(rows["n"])
    if rule.people == "group":
        return all_of_them
    exact = all_of_them - rows["numerator"]
    estimate = all_of_them * share
    return (exact if rule.miss == "below" else estimate).fillna(estimate).clip(lower=0.0)


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
        "observation": "int64", "rule": "int64", "group": "str", "place_id": "str", "level": "str",
        "service": "str", "step": "str", "met": "bool", "standard": "float64", "people": "float64",
        "share": "float64", "shortfall": "float64", "trust": "int64",
    }  # fmt: skip
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
