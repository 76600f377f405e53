"""Two years side by side: what changed in the city, what only in the books, and which needs were closed.

A pair of observations of the same indicator, method, variant, place and group is, in this order:

(1) ``data``: the place exists in one of the years only.
(2) ``definition``: edition or unit differ, or only the threshold does, or the variant is known in one year only.
(3) ``new``, ``gone``: there is a value in one of the years only; why the other could not be measured stands by.
(4) ``data``: the status differs (a screening became a measurement), or the inputs that the indicator needs
    differ in kind (OpenStreetMap gave way to a table).
(5) ``unchanged``: the values are equal, or there is none in either year.
(6) ``computing``: the values differ though every input is the same file: city.toml or Yiju computes otherwise.
(7) ``within``: the values differ, and their intervals overlap: it may be chance.
(8) ``changed``: the value moved, and that is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.needs.terms import word
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Mapping[str, Text] = {
    "changed": Text("实际变化", "changed"),
    "within": Text("误差范围内", "within the intervals"),
    "data": Text("数据变化", "data"),
    "definition": Text("定义变化", "definition"),
    "computing": Text("算法变化", "computing"),
    "new": Text("新增", "new"),
    "gone": Text("缺失", "gone"),
    "unchanged": Text("无变化", "unchanged"),
}

# A log or a table of figures holds many years: the same file says something else of another year.
_MANY_YEARS = ("requests", "figures", "rain")
_NOTHING = Text("", "")
_COMPUTED_ANEW = Text(
    "所有输入文件相同：city.toml 或计算程序有更新",
    "every input is the same file: city.toml or Yiju computes otherwise",
)

_KEY = ["indicator", "method", "variant", "place_id", "group"]
# Two values are the same if they differ by less than a float's noise in a sum over a city.
_SAME = 1e-9


@dataclass(frozen=True)
class Inputs:
    """What differs between the inputs of two years.

    ``in_kind`` says for each table that differs in kind what differs; ``same_files`` names the tables whose
    every input file is the same.
    """

    in_kind: Mapping[str, Text] = field(default_factory=dict)
    same_files: frozenset[str] = frozenset()


def compare_observations(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    tables_of: Mapping[str, tuple[str, ...]],
    inputs: Inputs | None = None,
    direction_of: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row for each observation of either year, with the kind of its change and why.

    Parameters
    ----------
    before, after
        Frames of the observations contract.
    tables_of
        Indicator -> tables that it needs; one that is not named needs none.
    inputs
        What differs between the inputs.
    direction_of
        Indicator -> "higher" or "lower", which of the two is better.

    Returns
    -------
    DataFrame
        indicator, method, variant, level, place_id, group, unit, before, after, change, better, kind, why_zh,
        why_en.
    """
    inputs = inputs or Inputs()
    pairs = before.merge(after, on=_KEY, how="outer", suffixes=("_a", "_b"), indicator="side").sort_values(
        _KEY
    )
    pairs = pairs.reset_index(drop=True)
    a, b = pairs["value_a"].astype("float64"), pairs["value_b"].astype("float64")
    change = b - a
    kinds = _Kinds(pairs)
    kinds.give("unchanged", a.isna() & b.isna(), _NOTHING)
    _places(kinds, pairs, before, after)
    _definitions(kinds, pairs, before, after, change)
    _one_sided(kinds, pairs, before, after)
    _data(kinds, pairs, tables_of, inputs)
    kinds.give("unchanged", change.abs() <= _SAME * np.maximum(1.0, a.abs()), _NOTHING)
    kinds.give("computing", pairs["indicator"].isin(_computed_anew(tables_of, inputs)), _COMPUTED_ANEW)
    overlap = (pairs["low_a"] <= pairs["high_b"]) & (pairs["low_b"] <= pairs["high_a"])
    kinds.give("within", overlap, Text("两年置信区间重叠", "the intervals of the years overlap"))
    kinds.give("changed", pd.Series(data=True, index=pairs.index), _NOTHING)
    return pd.DataFrame(
        {
            **{name: pairs[name] for name in ("indicator", "method", "variant")},
            "level": pairs["level_b"].fillna(pairs["level_a"]),
            "place_id": pairs["place_id"],
            "group": pairs["group"],
            "unit": pairs["unit_b"].fillna(pairs["unit_a"]),
            "before": a,
            "after": b,
            "change": change,
            "better": _better(pairs["indicator"], change, direction_of or {}),
            "kind": kinds.kind,
            "why_zh": kinds.why_zh,
            "why_en": kinds.why_en,
        }
    )


class _Kinds:
    """Gives each row the first kind that holds for it."""

    def __init__(self, pairs: pd.DataFrame) -> None:
        self.kind = pd.Series("", index=pairs.index, dtype="str")
        self.why_zh = pd.Series("", index=pairs.index, dtype="str")
        self.why_en = pd.Series("", index=pairs.index, dtype="str")

    def give(self, kind: str, where: pd.Series, why: Text) -> None:
        rows = where & (self.kind == "")
        self.kind[rows], self.why_zh[rows], self.why_en[rows] = kind, why.zh, why.en


def _places(kinds: _Kinds, pairs: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> None:
    for side, other, why in (
        ("left_only", after, Text("本年没有该地点", "the place is not there now")),
        ("right_only", before, Text("上年没有该地点", "the place was not there before")),
    ):
        strange = ~pairs["place_id"].isin(set(other["place_id"]))
        kinds.give("data", (pairs["side"] == side) & strange, why)


def _definitions(
    kinds: _Kinds, pairs: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, change: pd.Series
) -> None:
    both = pairs["side"] == "both"
    for name, what in (("edition", Text("版本", "edition")), ("unit", Text("单位", "unit"))):
        for old, new in _differing(pairs, both, name):
            rows = both & (pairs[f"{name}_a"] == old) & (pairs[f"{name}_b"] == new)
            why = Text(f"{what.zh}由{old}改为{new}", f"{what.en} {old} became {new}")
            kinds.give("definition", rows, why)
    still = both & (change.abs() <= _SAME)
    for old, new in _differing(pairs, still, "threshold"):
        rows = still & (pairs["threshold_a"] == old) & (pairs["threshold_b"] == new)
        kinds.give("definition", rows, Text(f"阈值由{old:g}改为{new:g}", f"threshold {old:g} became {new:g}"))
    for side, other in (("left_only", after), ("right_only", before)):
        told = other[other["value"].notna()]  # an indicator without values says nothing of its variants
        indicators, variants = (
            set(told["indicator"]),
            set(zip(told["indicator"], told["variant"], strict=True)),
        )
        named = zip(pairs["indicator"], pairs["variant"], strict=True)
        foreign = pd.Series([i in indicators and (i, v) not in variants for i, v in named], index=pairs.index)
        kinds.give("definition", (pairs["side"] == side) & foreign, Text("变体不同", "another variant"))


def _one_sided(kinds: _Kinds, pairs: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> None:
    """A value in one year only, with the reason why the other has none."""
    for kind, lacking, other, when in (
        ("new", pairs["value_a"].isna(), before, Text("上年", "before")),
        ("gone", pairs["value_b"].isna(), after, Text("本年", "now")),
    ):
        silent = other[other["value"].isna() & (other["reason_en"] != "")].drop_duplicates("indicator")
        for code, zh, en in silent[["indicator", "reason_zh", "reason_en"]].itertuples(index=False):
            kinds.give(
                kind, lacking & (pairs["indicator"] == code), Text(f"{when.zh}：{zh}", f"{when.en}: {en}")
            )
        kinds.give(kind, lacking, Text(f"{when.zh}无此数值", f"no value {when.en}"))


def _differing(pairs: pd.DataFrame, rows: pd.Series, name: str) -> list[tuple[object, object]]:
    found = pairs.loc[rows & (pairs[f"{name}_a"] != pairs[f"{name}_b"]), [f"{name}_a", f"{name}_b"]].dropna()
    return list(found.drop_duplicates().itertuples(index=False, name=None))


def _data(
    kinds: _Kinds, pairs: pd.DataFrame, tables_of: Mapping[str, tuple[str, ...]], inputs: Inputs
) -> None:
    both = pairs["side"] == "both"
    for old, new in _differing(pairs, both, "status"):
        rows = both & (pairs["status_a"] == old) & (pairs["status_b"] == new)
        names = [word("statuses", str(s)) for s in (old, new)]
        why = Text(f"状态由{names[0].zh}变为{names[1].zh}", f"status {names[0].en} became {names[1].en}")
        kinds.give("data", rows, why)
    moved = both & (pairs["value_a"] != pairs["value_b"])
    for table, why in inputs.in_kind.items():
        needing = {i for i, tables in tables_of.items() if table in tables}
        kinds.give("data", moved & pairs["indicator"].isin(needing), why)


def _computed_anew(tables_of: Mapping[str, tuple[str, ...]], inputs: Inputs) -> set[str]:
    """Indicators of which every input is the same file, and no input has news of many years in one file."""
    return {
        i for i, tables in tables_of.items() if tables and set(tables) <= inputs.same_files - set(_MANY_YEARS)
    }


def _better(indicators: pd.Series, change: pd.Series, direction_of: Mapping[str, str]) -> pd.Series:
    """True where the value moved the right way, False where the wrong way, null where neither can be said."""
    sign = indicators.map(lambda i: {"higher": 1.0, "lower": -1.0}.get(direction_of.get(i, ""), np.nan))
    way = sign.astype("float64") * change
    return (way > 0).astype("boolean").where(way.notna() & (way != 0))
