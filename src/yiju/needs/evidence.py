"""The grounds of a need: references to the rows that it rests on, each with its role.

A reference is a flat mapping, stored as JSON in the column ``evidence``::

    kind       observation | severance | requests | demand | earlier | not measured
    role       raises: it misses its standard   raised: it did so in an earlier year
               beside: it stands beside, for comparison (the official reading, the stricter radius, everybody)
               voiced: residents asked for it   silent: nobody did, though there is a log
               met: the measurement that closed the need
               due_places, due_floor_area: what the service's norm asks for (value) for so many people (n)
    indicator  with edition, method, variant, group, place_id, value, low, high, unit, n, status, source, provisional
    threshold  what it was held against, and for what raises or meets: threshold_from, one of threshold (the
               indicator's own), floor (60 % on foot, provisional), city.toml, rule (of the catalogue)

Coverage is always given as a pair, official and network, and their difference as ``severance`` (points).
"""

from __future__ import annotations

import json
import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.needs.voices import Voices

Ref = dict[str, object]

_COPIED = (
    "indicator", "edition", "method", "variant", "group", "place_id", "value", "low", "high", "unit", "n",
    "status", "source", "provisional",
)  # fmt: skip
_HELD = (*_COPIED, "threshold", "reason_zh", "reason_en")
# What makes an observation the same one in another year; an edition may change.
_SAME_THING = ("indicator", "method", "variant", "place_id", "group")


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


class Grounds:
    """References to the observations of a year, and to those that stand beside them.

    Columns are held as plain lists: a ledger of thousands of needs asks for tens of thousands of rows.
    """

    def __init__(self, observations: pd.DataFrame, indicators: set[str]) -> None:
        self._columns = {name: observations[name].tolist() for name in _HELD}
        told = observations["value"].notna() & observations["indicator"].isin(indicators)
        self._at = observations[told].groupby(["place_id", "indicator"]).groups

    def judged(self, judgement: Mapping[str, Any], role: str) -> Ref:
        """A reference to an observation that was held against a standard, and where the standard comes from."""
        held = {"threshold": judgement["standard"], "threshold_from": judgement["standard_from"]}
        return self.ref(judgement["observation"], role) | held

    def ref(self, row: int, role: str) -> Ref:
        """A reference to one observation."""
        ref: Ref = {"kind": "observation", "role": role}
        ref.update({name: self._columns[name][row] for name in (*_COPIED, "threshold")})
        return ref

    def again(self, past: Ref) -> Ref | None:
        """The observation of this year that an earlier reference speaks of, with its status and reason."""
        row = self._rows.get(tuple(past[name] for name in _SAME_THING))
        return None if row is None else {name: values[row] for name, values in self._columns.items()}

    @cached_property
    def _rows(self) -> dict[tuple[object, ...], int]:
        keys = zip(*(self._columns[name] for name in _SAME_THING), strict=True)
        return {key: row for row, key in enumerate(keys)}

    def beside(self, place_id: str, indicator: str, groups: set[str], without: set[int]) -> list[Ref]:
        """What else the indicator says of the place and of these groups, in the order of the observations."""
        who = self._columns["group"]
        rows = [i for i in self._at.get((place_id, indicator), []) if i not in without and who[i] in groups]
        return [self.ref(i, "beside") for i in rows]


def _unknown(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
