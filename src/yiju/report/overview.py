"""The first screen: what the data carry, the ledger as four counts, and the six goals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.checkup.catalogue import catalogue
from yiju.needs import STEPS, ladder
from yiju.needs.measures import read_measures
from yiju.report.figures import digits, with_unit, written
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.checkup.indicator import Indicator
    from yiju.report.material import Material

# 城市工作的六个目标 in the order of the text (standards.md 1.1)
DIMENSIONS = ("innovative", "livable", "beautiful", "resilient", "civilised", "smart")
CLASSES = ("basic", "inclusive", "lifestyle")
# What the data allow for an indicator, the strongest first
TRUST_PARTS = ("measured", "modelled", "screening", "table", "store", "pending")

_OVERALL = "Z01"
_FIRM = ("measured", "modelled")
_GRADE_RANK = {"very_good": 4, "good": 3, "met": 3, "fair": 2, "missed": 1, "poor": 1}
# A gap below this many points is within what a coverage rate can tell (bootstrap intervals of a few points).
_GAP_POINTS = 1.0


@dataclass(frozen=True)
class Counts:
    """The ledger in four counts; None where the ledger cannot know."""

    recognised: int
    open: int
    people: float | None
    matched: int
    by_class: Mapping[str, int]
    acting: int | None
    raised: int | None
    ladder: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Ranked:
    """One number that stands out, and why."""

    indicator: str
    method: str
    variant: str
    group: str
    level: str
    place: str
    value: float | None
    unit: str
    grade: str
    about: Text


@dataclass(frozen=True)
class Dimension:
    """One of the six goals: how many of its indicators have results, and what stands out."""

    code: str
    total: int
    measured: int
    screening: int
    best: Ranked | None = None
    worst: Ranked | None = None
    whom: Ranked | None = None
    where: Ranked | None = None


@dataclass(frozen=True)
class Overview:
    """Derives the first screen from one year's material."""

    material: Material

    @cached_property
    def counts(self) -> Counts:
        """The four counts and the table of steps by class."""
        material = self.material
        rungs = ladder(material.needs, year=material.year, measures=read_measures(material.folder))
        opened = material.open_needs
        table = Counter(zip(opened["step"], opened["service_class"], strict=True))
        people = None if material.folder.config.weights_only else float(opened["people"].fillna(0).sum())
        return Counts(
            recognised=rungs.recognised,
            open=len(opened),
            people=people,
            matched=sum(rungs.matched.values()),
            by_class=rungs.matched,
            acting=rungs.in_action,
            raised=rungs.climbed,
            ladder={step: {c: table[step, c] for c in CLASSES} for step in STEPS},
        )

    @cached_property
    def states(self) -> Mapping[str, str]:
        """What the data allow for each indicator of the catalogue: a code of ``TRUST_PARTS``."""
        valued = self.material.observations[self.material.observations["value"].notna()]
        seen = valued.groupby("indicator")["status"].agg(set).to_dict()
        return {code: _state(entry, seen.get(code, set())) for code, entry in catalogue().items()}

    @cached_property
    def dimensions(self) -> list[Dimension]:
        """The six goals, in the order of the text."""
        return [self._dimension(code) for code in DIMENSIONS]

    @cached_property
    def overall(self) -> list[Ranked]:
        """The overall grade by each of its profiles (Z01); where it cannot be given, the reason is what it says."""
        rows = self.material.observations
        rows = rows[(rows["indicator"] == _OVERALL) & (rows["level"] == "city")]
        return [_ranked(row, Text(row["reason_zh"], row["reason_en"])) for row in rows.to_dict("records")]

    def _dimension(self, code: str) -> Dimension:
        members = [i for i in catalogue().values() if i.dimension == code]
        states = Counter(self.states[i.id] for i in members)
        # what another indicator answers is the same number again
        own = [i for i in members if i.answered_by is None]
        ranked = sorted(filter(None, (self._standing(i) for i in own)), key=_standing_key)
        best, worst = (ranked[-1][1], ranked[0][1]) if ranked else (None, None)
        if best is worst and best is not None:
            best, worst = (None, worst) if _misses(ranked[0]) else (best, None)
        return Dimension(
            code=code,
            total=len(members),
            measured=states["measured"] + states["modelled"],
            screening=states["screening"],
            best=best,
            worst=worst,
            whom=self._whom([i.id for i in members]),
            where=self._where(worst),
        )

    @cached_property
    def _firm(self) -> pd.DataFrame:
        rows = self.material.observations
        return rows[rows["value"].notna() & rows["status"].isin(_FIRM)]

    def _standing(self, entry: Indicator) -> tuple[float, Ranked] | None:
        """How the indicator stands against its standard in the whole city: above 1 keeps it."""
        rows = self._firm
        rows = rows[(rows["indicator"] == entry.id) & (rows["level"] == "city") & (rows["group"] == "all")]
        rows = rows[rows["grade"].notna() | rows["threshold"].notna()]
        if not len(rows):
            return None
        method, variant = entry.headline
        rows = rows.assign(_other=(rows["method"] != method) | (rows["variant"] != variant))
        row = rows.sort_values("_other", kind="stable").iloc[0].to_dict()
        direction = entry.direction_of(entry.variant(row["variant"]))
        return _attainment(row, direction), _ranked(row, _reference(row, direction))

    def _whom(self, indicators: Iterable[str]) -> Ranked | None:
        """The group that lies furthest below all residents, in coverage of the whole city."""
        rows = self._firm
        rows = rows[
            rows["indicator"].isin(list(indicators)) & (rows["level"] == "city") & (rows["unit"] == "%")
        ]
        more_is_better = [
            _direction(i, v) == "higher" for i, v in zip(rows["indicator"], rows["variant"], strict=True)
        ]
        rows = rows[np.array(more_is_better, dtype=bool)]
        key = ["indicator", "method", "variant", "place_id"]
        all_of_them = rows.loc[rows["group"] == "all", [*key, "value"]]
        pairs = rows[rows["group"] != "all"].merge(all_of_them, on=key, suffixes=("", "_all"))
        pairs["gap"] = pairs["value_all"] - pairs["value"]
        pairs = pairs[pairs["gap"] >= _GAP_POINTS].sort_values("gap", ascending=False, kind="stable")
        if not len(pairs):
            return None
        row = pairs.iloc[0].to_dict()
        return _ranked(row, say("dims.about.whom", n=written(row["gap"], 1)))

    def _where(self, worst: Ranked | None) -> Ranked | None:
        """The community (or else subdistrict) that stands worst in the worst indicator."""
        if worst is None:
            return None
        rows = self._firm
        rows = rows[
            (rows["indicator"] == worst.indicator)
            & (rows["method"] == worst.method)
            & (rows["variant"] == worst.variant)
            & (rows["group"] == worst.group)
        ]
        for level in ("community", "subdistrict", "district"):
            here = rows[(rows["level"] == level) & rows["place_id"].isin(self.material.names)]
            if len(here) > 1:
                lower = _direction(worst.indicator, worst.variant) == "lower"
                here = here.assign(_n=-here["n"].fillna(0)).sort_values(
                    ["value", "_n", "place_id"], ascending=[not lower, True, True], kind="stable"
                )
                row = here.iloc[0].to_dict()
                whole = with_unit(worst.value, worst.unit, digits(worst.unit))
                return _ranked(row, say("dims.about.where", n=whole))
        return None


def _state(entry: Indicator, seen: set[str]) -> str:
    for status in ("measured", "modelled", "screening"):
        if status in seen:
            return status
    return {"store": "store", "table": "table"}.get(entry.how, "pending")


def _direction(indicator: str, variant: str) -> str:
    entry = catalogue()[indicator]
    return entry.direction_of(entry.variant(variant))


def _attainment(row: Mapping[str, object], direction: str) -> float:
    """Value over threshold, or threshold over value where less is better; 1 keeps the standard."""
    value, threshold = float(str(row["value"])), row["threshold"]
    if threshold is None or pd.isna(threshold):
        return 1.0
    standard = float(str(threshold))
    if direction == "lower":
        return 1.0 if value == standard else (standard + 1e-9) / max(value, 1e-9)
    return (value + 1e-9) / max(standard, 1e-9)


def _standing_key(standing: tuple[float, Ranked]) -> tuple[int, float, str]:
    attained, ranked = standing
    return _GRADE_RANK.get(ranked.grade, 3 if attained >= 1 else 1), attained, ranked.indicator


def _misses(standing: tuple[float, Ranked]) -> bool:
    return _standing_key(standing)[0] < 3


def _reference(row: Mapping[str, object], direction: str) -> Text:
    threshold = row["threshold"]
    if threshold is None or pd.isna(threshold):
        return Text("", "")
    sign = "≤" if direction == "lower" else "≥"
    unit = with_unit(1, str(row["unit"]), 0)
    number = f"{float(str(threshold)):,g}"
    return Text(f"参考值 {sign} {number}{unit.zh[1:]}", f"reference {sign} {number}{unit.en[1:]}")


def _ranked(row: Mapping[str, object], about: Text) -> Ranked:
    grade = row["grade"]
    return Ranked(
        indicator=str(row["indicator"]),
        method=str(row["method"]),
        variant=str(row["variant"]),
        group=str(row["group"]),
        level=str(row["level"]),
        place=str(row["place_id"]),
        value=None if pd.isna(row["value"]) else float(str(row["value"])),
        unit=str(row["unit"]),
        grade="" if grade is None or pd.isna(grade) else str(grade),
        about=about,
    )
