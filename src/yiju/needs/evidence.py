"""The grounds of a need: references to the rows that it rests on, each with its role.

A reference is a flat mapping, stored as JSON in the column ``evidence``::

    kind       observation | severance | requests | earlier | not measured
    role       raises: it misses its standard   raised: it did so in an earlier year
               beside: it stands beside, for comparison (the official reading, the stricter radius, everybody)
               voiced: residents asked for it   silent: nobody did, though there is a log
               met: the measurement that closed the need
    indicator  with edition, method, variant, group, place_id, value, unit, threshold, n, status, source

Coverage is always given as a pair, official and network, and their difference as ``severance`` (points).
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.needs.voices import Voices

Ref = dict[str, object]

_COPIED = (
    "indicator",
    "edition",
    "method",
    "variant",
    "group",
    "place_id",
    "value",
    "unit",
    "n",
    "status",
    "source",
)


def read_evidence(stored: str) -> list[Ref]:
    """The references of one need.

    Examples
    --------
    >>> read_evidence('[{"kind": "requests", "role": "silent", "n": 0}]')[0]["role"]
    'silent'
    """
    refs: list[Ref] = json.loads(stored)
    return refs


def write_evidence(refs: Iterable[Mapping[str, object]]) -> str:
    """References as compact JSON; unknown numbers are null."""
    plain = [{k: None if _unknown(v) else v for k, v in ref.items()} for ref in refs]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def observation_ref(row: Mapping[str, object], role: str, threshold: object = None) -> Ref:
    """A reference to an observation; ``threshold`` is what it was held against, else the row's own."""
    ref: Ref = {"kind": "observation", "role": role}
    ref.update({name: row[name] for name in _COPIED})
    ref["threshold"] = row["threshold"] if threshold is None else threshold
    return ref


def pairs_and_severance(raising: list[Ref], beside: list[Ref]) -> list[Ref]:
    """Official minus network at one radius, points, for everybody: what walls, rivers and gates take away."""
    refs = raising + beside
    official = {r["variant"]: r for r in refs if r["method"] == "official" and r["group"] == "all"}
    network = {r["variant"]: r for r in refs if r["method"] == "network" and r["group"] == "all"}
    gaps: list[Ref] = []
    for variant, land in official.items():
        people = network.get(variant)
        if people is None or _unknown(land["value"]) or _unknown(people["value"]):
            continue
        if land["unit"] != "%" or people["indicator"] != land["indicator"]:
            continue
        gap = float(land["value"]) - float(people["value"])  # type: ignore[arg-type]
        gaps.append(
            people
            | {"kind": "severance", "role": "beside", "value": gap, "unit": "points", "threshold": None}
        )
    return gaps


def voice_ref(voices: Voices, place_id: str, service: str) -> Ref | None:
    """Requests about the service at the place in the year; None where no log could hold any."""
    heard = voices.about(place_id, service)
    if heard is None:
        return None
    requests, unresolved = heard
    return {
        "kind": "requests",
        "role": "voiced" if requests else "silent",
        "indicator": "requests",
        "place_id": place_id,
        "service": service,
        "year": voices.year,
        "value": requests,
        "n": requests,
        "unresolved": unresolved,
        "source": "tables/requests.parquet",
    }


class Beside:
    """Finds the observations that stand beside those that raise a need: same place, same indicator."""

    def __init__(self, observations: pd.DataFrame, indicators: set[str]) -> None:
        self._rows = observations[observations["value"].notna() & observations["indicator"].isin(indicators)]
        self._at = self._rows.groupby(["place_id", "indicator"]).groups

    def refs(self, place_id: str, indicator: str, groups: set[str], without: set[int]) -> list[Ref]:
        """References, in the order of the observations."""
        found = [i for i in self._at.get((place_id, indicator), []) if i not in without]
        rows = self._rows.loc[found]
        rows = rows[rows["group"].isin(groups)]
        return [observation_ref(row, "beside") for row in rows.to_dict("records")]


def _unknown(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
