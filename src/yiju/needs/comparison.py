"""Two years side by side: what changed in the city, what only in the books, and which needs were closed.

A pair of observations of the same indicator, method, variant, place and group is, in this order:

(1) ``definition``: edition or unit differ, or only the threshold does, or the indicator has other variants.
(2) ``data``: the status differs (a screening became a measurement), or the inputs that the indicator needs
    differ in kind (OpenStreetMap gave way to a table), or the place exists in one of the years only.
(3) ``new``, ``gone``: there is a value in one of the years only.
(4) ``unchanged``: the values are equal.
(5) ``computing``: the values differ though every input is the same file, so Yiju itself computes otherwise.
(6) ``within``: the values differ, and their intervals overlap: it may be chance.
(7) ``changed``: the value moved, and that is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

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
    _definitions(kinds, pairs, before, after, change)
    _data(kinds, pairs, before, after, tables_of, inputs)
    one_sided = a.isna() ^ b.isna()
    kinds.give("new", one_sided & a.isna(), Text("上年无此数值", "there was no value before"))
    kinds.give("gone", one_sided & b.isna(), Text("本年无此数值", "there is no value now"))
    same = (change.abs() <= _SAME * np.maximum(1.0, a.abs())) | (a.isna() & b.isna())
    kinds.give("unchanged", same, Text("", ""))
    same_files = pairs["indicator"].map(
        lambda i: bool(tables_of.get(i)) and set(tables_of[i]) <= inputs.same_files
    )
    kinds.give(
        "computing",
        same_files.astype(bool),
        Text(
            "所有输入文件相同，数值不同：计算程序有更新",
            "every input is the same file: Yiju computes otherwise",
        ),
    )
    overlap = (pairs["low_a"] <= pairs["high_b"]) & (pairs["low_b"] <= pairs["high_a"])
    kinds.give(
        "within", overlap.fillna(value=False), Text("两年置信区间重叠", "the intervals of the years overlap")
    )
    kinds.give("changed", pd.Series(data=True, index=pairs.index), Text("", ""))
    better = _better(pairs["indicator"], change, direction_of or {})
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
            "better": better,
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


def _definitions(
    kinds: _Kinds, pairs: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, change: pd.Series
) -> None:
    both = pairs["side"] == "both"
    for name, what in (("edition", Text("版本", "edition")), ("unit", Text("单位", "unit"))):
        for old, new in _differing(pairs, both, name):
            rows = both & (pairs[f"{name}_a"] == old) & (pairs[f"{name}_b"] == new)
            kinds.give(
                "definition", rows, Text(f"{what.zh}由{old}改为{new}", f"{what.en} {old} became {new}")
            )
    still = both & (change.abs() <= _SAME)
    for old, new in _differing(pairs, still, "threshold"):
        rows = still & (pairs["threshold_a"] == old) & (pairs["threshold_b"] == new)
        kinds.give("definition", rows, Text(f"阈值由{old:g}改为{new:g}", f"threshold {old:g} became {new:g}"))
    # a variant that one year does not know anywhere, though it knows the indicator
    for side, other in (("left_only", after), ("right_only", before)):
        known = set(zip(other["indicator"], other["variant"], strict=True))
        indicators = set(other["indicator"])
        alone = pairs["side"] == side
        foreign = [
            i in indicators and (i, v) not in known
            for i, v in zip(pairs["indicator"], pairs["variant"], strict=True)
        ]
        kinds.give(
            "definition", alone & pd.Series(foreign, index=pairs.index), Text("变体不同", "another variant")
        )


def _differing(pairs: pd.DataFrame, rows: pd.Series, name: str) -> list[tuple[object, object]]:
    found = pairs.loc[rows & (pairs[f"{name}_a"] != pairs[f"{name}_b"]), [f"{name}_a", f"{name}_b"]].dropna()
    return list(found.drop_duplicates().itertuples(index=False, name=None))


def _data(
    kinds: _Kinds,
    pairs: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    tables_of: Mapping[str, tuple[str, ...]],
    inputs: Inputs,
) -> None:
    both = pairs["side"] == "both"
    for old, new in _differing(pairs, both, "status"):
        rows = both & (pairs["status_a"] == old) & (pairs["status_b"] == new)
        kinds.give("data", rows, Text(f"状态由{old}变为{new}", f"status {old} became {new}"))
    for side, other, why in (
        ("left_only", after, Text("本年没有该地点", "the place is not there now")),
        ("right_only", before, Text("上年没有该地点", "the place was not there before")),
    ):
        strange = ~pairs["place_id"].isin(set(other["place_id"]))
        kinds.give("data", (pairs["side"] == side) & strange, why)
    valued = pairs["value_a"].notna() & pairs["value_b"].notna() & (pairs["value_a"] != pairs["value_b"])
    for table, why in inputs.in_kind.items():
        needing = {i for i, tables in tables_of.items() if table in tables}
        kinds.give("data", both & valued & pairs["indicator"].isin(needing), why)


def _better(indicators: pd.Series, change: pd.Series, direction_of: Mapping[str, str]) -> pd.Series:
    """True where the value moved the right way, False where the wrong way, null where neither can be said."""
    sign = indicators.map(lambda i: {"higher": 1.0, "lower": -1.0}.get(direction_of.get(i, ""), np.nan))
    way = sign.astype("float64") * change
    return (way > 0).astype("boolean").where(way.notna() & (way != 0))
