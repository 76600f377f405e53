"""Observations held against their yardsticks: threshold, grade, source, and what is provisional."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.grading import Yardsticks, grade, met
from yiju.checkup.indicator import Cuts, Direction, Indicator, Variant, Yardstick
from yiju.checkup.indicators.overall import overall_grade
from yiju.checkup.rows import KEY
from yiju.errors import UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.checkup.catalogue import Catalogue

# Whoever overrides a threshold has read it; the report shows where it stands.
_OVERRIDDEN = "city.toml [thresholds]"
# A screening is a place to look and gets no grade.
_GRADED = ("measured", "modelled")


@dataclass(frozen=True)
class Judge:
    """Holds rows against the catalogue, the city's own thresholds, the year before and a survey.

    Attributes
    ----------
    overrides
        Indicator to threshold, from city.toml.
    earlier
        Observations of the latest earlier check-up, or none.
    survey
        Indicator to survey score (0 to 100), from figures named ``ID/survey``.
    """

    catalogue: Catalogue
    overrides: Mapping[str, float]
    earlier: pd.DataFrame | None
    survey: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in self.overrides:
            if name not in self.catalogue.indicators:
                raise UnknownName(
                    Text("指标（city.toml [thresholds]）", "indicator (city.toml, [thresholds])"),
                    name,
                    self.catalogue.indicators,
                )

    def judged(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with threshold, grade, yardsticks, source and provisional."""
        before = self._before()
        parts = []
        for (name, method, variant), part in rows.groupby(["indicator", "method", "variant"], sort=False):
            parts.append(self._one(self.catalogue.indicators[name], method, variant, part, before))
        return pd.concat(parts).sort_index(kind="stable").drop(columns="given_source")

    def overall(self, rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
        """The rows of Z01: the overall grade of what was graded at city level."""
        graded = self._headlines(rows)
        city = rows.loc[rows["level"] == "city", "place_id"].iloc[0]
        found = []
        for variant in indicator.variants:
            known = [i.id for i in self.catalogue.indicators.values() if _counts_in(i, variant.code)]
            counted = graded[graded["indicator"].isin(known)]
            found.append(self._overall(indicator, variant, counted, city))
        return pd.DataFrame(found)

    def _headlines(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One graded row for each indicator: an official figure, else its headline, else its first."""
        graded = rows[(rows["level"] == "city") & rows["grade"].notna() & rows["status"].isin(_GRADED)]
        order = [
            0 if m == "table" else 1 if (m, v) == self.catalogue.indicators[i].headline else 2
            for i, m, v in zip(graded["indicator"], graded["method"], graded["variant"], strict=True)
        ]
        return graded.assign(order=order).sort_values("order", kind="stable").drop_duplicates("indicator")

    def _overall(
        self, indicator: Indicator, variant: Variant, graded: pd.DataFrame, city: str
    ) -> dict[str, object]:
        row: dict[str, object] = {
            "indicator": indicator.id, "edition": indicator.edition, "method": "table",
            "variant": variant.code, "status": "not measurable", "level": "city", "place_id": city,
            "group": "all", "unit": indicator.unit, "source": self.catalogue.cite(indicator.source).zh,
            "provisional": indicator.provisional_in(variant),
        }  # fmt: skip
        least = int(variant.parameters["least_graded"])
        if len(graded) < least:
            return row | {
                "reason_zh": f"只有 {len(graded)} 项指标可评级，少于 {least} 项，不足以代表全市。",
                "reason_en": f"only {len(graded)} indicators could be graded; a city needs {least}.",
            }
        overall = overall_grade(graded["grade"].tolist())
        good = int(graded["grade"].isin(("very_good", "good")).sum())
        basis = Text(f"据 {len(graded)} 项已评级指标。", f"Rests on {len(graded)} graded indicators.")
        return row | {
            "status": "modelled" if (graded["status"] == "modelled").any() else "measured",
            "value": overall.percent, "grade": overall.grade, "n": float(len(graded)),
            "numerator": float(good), "denominator": float(len(graded)),
            "reason_zh": basis.zh + overall.note.zh, "reason_en": f"{basis.en} {overall.note.en}".strip(),
        }  # fmt: skip

    def _before(self) -> Mapping[tuple[str, ...], float]:
        if self.earlier is None:
            return {}
        rows = self.earlier[(self.earlier["level"] == "city") & self.earlier["status"].isin(_GRADED)]
        keys = zip(
            *(rows[k] for k in ("indicator", "edition", "method", "variant", "place_id", "group")),
            strict=True,
        )
        return dict(zip(keys, rows["value"], strict=True))

    def threshold(self, indicator: Indicator, method: str, variant: str) -> Yardstick | None:
        """The threshold that a reading is held against, the city's own where it has one."""
        own = indicator.variant(variant).target or indicator.target
        if indicator.id in self.overrides:
            headline_method, headline_variant = indicator.headline
            base = own or Yardstick(0.0, "", "", headline_method, headline_variant)
            own = replace(base, value=self.overrides[indicator.id], source=_OVERRIDDEN, tag="V")
        # an official figure is held against the target whatever method the city used
        return own if own is not None and (own.holds_for(method, variant) or method == "table") else None

    def _one(
        self,
        indicator: Indicator,
        method: str,
        variant_code: str,
        rows: pd.DataFrame,
        before: Mapping[tuple[str, ...], float],
    ) -> pd.DataFrame:
        variant = indicator.variant(variant_code)
        direction = indicator.direction_of(variant)
        threshold = self.threshold(indicator, method, variant_code)
        own = threshold is not None and threshold.source == _OVERRIDDEN
        provisional = indicator.provisional_in(variant) or (threshold is not None and threshold.provisional)
        yardsticks = Yardsticks(
            cuts=None if own else _cuts(indicator, method, variant_code, threshold),
            target=None if threshold is None else threshold.value,
            band=None if own else indicator.band,
            baseline=_value(indicator.baseline, method, variant_code),
            peers=_value(indicator.peers, method, variant_code),
            survey=self.survey.get(indicator.id),
        )
        grades = _below_city(rows, direction, yardsticks.target)
        basis = np.array([None if g is None else "target" for g in grades], dtype=object)
        for at in np.flatnonzero((rows["level"] == "city") & _gradable(rows)):
            row = rows.iloc[at]
            key = tuple(str(row[k]) for k in KEY)
            graded = grade(
                row["value"],
                direction,
                replace(yardsticks, earlier=before.get(key)),
                low=row["low"],
                high=row["high"],
            )
            if graded is not None:
                grades[at], basis[at] = graded.grade, ";".join(graded.yardsticks)
        source = self.catalogue.cite(indicator.source).zh
        if threshold is not None and threshold.source != indicator.source:
            cited = threshold.source if own else self.catalogue.cite(threshold.source).zh
            source = f"{source}；阈值：{cited}"
        given = rows["given_source"].to_numpy(dtype=object)
        return rows.assign(
            grade=grades,
            yardsticks=basis,
            threshold=np.nan if threshold is None else threshold.value,
            source=[f"{source}；数据：{g}" if g else source for g in given],
            provisional=provisional,
        )


def _counts_in(indicator: Indicator, variant: str) -> bool:
    """Whether an indicator counts in the overall grade: base indicators of the city, or each number once."""
    if variant == "base":
        return indicator.edition == "2025" and indicator.level == "city"
    return indicator.answered_by is None


def _gradable(rows: pd.DataFrame) -> pd.Series:
    return rows["status"].isin(_GRADED) & rows["value"].notna()


def _below_city(rows: pd.DataFrame, direction: Direction, target: float | None) -> npt.NDArray[np.object_]:
    """Met or missed below the city; nothing at city level and where there is nothing to hold against."""
    grades = np.full(len(rows), None, dtype=object)
    if target is not None and direction in ("higher", "lower"):
        judged = (_gradable(rows) & (rows["level"] != "city")).to_numpy(dtype=bool)
        kept = met(rows["value"].to_numpy(dtype=np.float64), direction, target)
        grades[judged] = np.where(kept, "met", "missed")[judged]
    return grades


def _cuts(indicator: Indicator, method: str, variant: str, threshold: Yardstick | None) -> Cuts | None:
    """The cuts of a reading; those without a method of their own grade what the target is for."""
    cuts = indicator.cuts
    if cuts is None or not cuts.holds_for(method, variant):
        return None
    return cuts if indicator.target is None or threshold is not None else None


def _value(yardstick: Yardstick | None, method: str, variant: str) -> float | None:
    return yardstick.value if yardstick is not None and yardstick.holds_for(method, variant) else None
