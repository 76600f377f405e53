"""Observations held against their yardsticks: threshold, grade, source, and what is provisional."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

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
        found = _Found(len(rows))
        before = self._before()
        columns = {
            name: rows[name].to_numpy()
            for name in (*KEY, "level", "status", "value", "low", "high", "given_source")
        }
        groups = rows.groupby(["indicator", "method", "variant"], sort=False).indices
        for (name, method, variant), at in groups.items():
            part = {column: values[at] for column, values in columns.items()}
            self._one(self.catalogue.indicators[name], method, variant, part, before).into(found, at)
        return rows.drop(columns="given_source").assign(**found.columns())

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
        part: Mapping[str, npt.NDArray[Any]],
        before: Mapping[tuple[str, ...], float],
    ) -> _Found:
        """What is found of the rows of one reading."""
        variant = indicator.variant(variant_code)
        direction = indicator.direction_of(variant)
        threshold = self.threshold(indicator, method, variant_code)
        own = threshold is not None and threshold.source == _OVERRIDDEN
        yardsticks = Yardsticks(
            cuts=None if own else _cuts(indicator, method, variant_code, threshold),
            target=None if threshold is None else threshold.value,
            band=None if own else indicator.band,
            baseline=_value(indicator.baseline, method, variant_code),
            peers=_value(indicator.peers, method, variant_code),
            survey=self.survey.get(indicator.id),
        )
        found = _Found(len(part["value"]))
        gradable = np.isin(part["status"], _GRADED) & ~np.isnan(part["value"])
        _below_city(found, part, gradable, direction, yardsticks.target)
        for at in np.flatnonzero(gradable & (part["level"] == "city")):
            earlier = before.get(tuple(str(part[k][at]) for k in KEY))
            graded = grade(
                part["value"][at],
                direction,
                replace(yardsticks, earlier=earlier),
                low=part["low"][at],
                high=part["high"][at],
            )
            if graded is not None:
                found.grade[at], found.yardsticks[at] = graded.grade, ";".join(graded.yardsticks)
        found.threshold[:] = np.nan if threshold is None else threshold.value
        source = self._cited(indicator, threshold)
        found.source[:] = [f"{source}；数据：{given}" if given else source for given in part["given_source"]]
        found.provisional[:] = indicator.provisional_in(variant) or (
            threshold is not None and threshold.provisional
        )
        return found

    def _cited(self, indicator: Indicator, threshold: Yardstick | None) -> str:
        """The source of the definition, and that of the threshold where it is another."""
        source = self.catalogue.cite(indicator.source).zh
        if threshold is None or threshold.source == indicator.source:
            return source
        own = threshold.source == _OVERRIDDEN
        return f"{source}；阈值：{threshold.source if own else self.catalogue.cite(threshold.source).zh}"


class _Found:
    """What judging adds to rows."""

    def __init__(self, rows: int) -> None:
        self.grade, self.yardsticks, self.source = (np.full(rows, None, dtype=object) for _ in range(3))
        self.threshold = np.full(rows, np.nan)
        self.provisional = np.zeros(rows, dtype=bool)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The columns by their names."""
        return dict(vars(self))

    def into(self, whole: _Found, at: npt.NDArray[np.int64]) -> None:
        """Put what was found of some rows in its place."""
        for name, values in self.columns().items():
            whole.columns()[name][at] = values


def _counts_in(indicator: Indicator, variant: str) -> bool:
    """Whether an indicator counts in the overall grade: base indicators of the city, or each number once."""
    if variant == "base":
        return indicator.edition == "2025" and indicator.level == "city"
    return indicator.answered_by is None


def _below_city(
    found: _Found,
    part: Mapping[str, npt.NDArray[Any]],
    gradable: npt.NDArray[np.bool_],
    direction: Direction,
    target: float | None,
) -> None:
    """Met or missed below the city; nothing where there is nothing to hold against."""
    if target is not None and direction in ("higher", "lower"):
        judged = gradable & (part["level"] != "city")
        kept = met(part["value"], direction, target)
        found.grade[judged] = np.where(kept, "met", "missed")[judged]
        found.yardsticks[judged] = "target"


def _cuts(indicator: Indicator, method: str, variant: str, threshold: Yardstick | None) -> Cuts | None:
    """The cuts of a reading; those without a method of their own grade what the target is for."""
    cuts = indicator.cuts
    if cuts is None or not cuts.holds_for(method, variant):
        return None
    return cuts if indicator.target is None or threshold is not None else None


def _value(yardstick: Yardstick | None, method: str, variant: str) -> float | None:
    return yardstick.value if yardstick is not None and yardstick.holds_for(method, variant) else None
