"""The observation: indicator x place x period x method, with its value, edition, inputs and status."""

from __future__ import annotations

from yiju.city.contract import Column, Table
from yiju.city.tables import LEVELS
from yiju.text import Text

METHODS = ("official", "network", "table")
STATUSES = ("measured", "modelled", "screening", "not measurable")
# The four grades of a single indicator at city level, and met/missed where the handbook only counts defects.
# Source: 城市体检工作手册（试行）2025, 专栏4 (standards.md 1.4)
# and the four of the overall grade 优良中差 (table 3 of the handbook), which only Z01 carries.
GRADES = (
    "very_good", "good", "fair", "poor", "met", "missed",
    "overall_excellent", "overall_good", "overall_medium", "overall_bad",
)  # fmt: skip


def _c(
    name: str, kind: str, zh: str, en: str, *, unknown: bool = False, choices: tuple[str, ...] = ()
) -> Column:
    return Column(name, kind, Text(zh, en), unknown=unknown, choices=choices)  # type: ignore[arg-type]


OBSERVATIONS = Table(
    "observations",
    Text("观测值", "observations"),
    (
        _c("indicator", "str", "指标", "indicator id"),
        _c("edition", "str", "版本", "edition of the definition"),
        _c(
            "method",
            "str",
            "方法",
            "official: land, crow-fly; network: people, on foot; table",
            choices=METHODS,
        ),
        _c("variant", "str", "变体", "which of the indicator's parameters, e.g. r300; empty: the only one"),
        _c("status", "str", "状态", "how far it can be trusted", choices=STATUSES),
        _c("level", "str", "层级", "level of the place", choices=LEVELS),
        _c("place_id", "str", "地点", "place id"),
        _c("group", "str", "人群", "group of residents"),
        _c("value", "float", "数值", "value in the unit; null where not measurable", unknown=True),
        _c("unit", "str", "单位", "unit"),
        _c("n", "float", "样本", "what the value rests on: people, facilities, cases", unknown=True),
        _c("numerator", "float", "分子", "numerator", unknown=True),
        _c("denominator", "float", "分母", "denominator", unknown=True),
        _c("low", "float", "下限", "lower end of the interval", unknown=True),
        _c("high", "float", "上限", "upper end of the interval", unknown=True),
        _c("grade", "str", "等级", "grade", unknown=True, choices=GRADES),
        _c(
            "yardsticks",
            "str",
            "评价标尺",
            "what the grade rests on: target;baseline;peers;trend;survey",
            unknown=True,
        ),
        _c("threshold", "float", "阈值", "threshold that it was held against", unknown=True),
        _c("source", "str", "依据", "clause of the definition and of the threshold"),
        _c("provisional", "bool", "暂定", "definition or threshold is from memory, or a proposal of ours"),
        _c("reason_zh", "str", "说明", "why not measurable, or a caveat; empty where none"),
        _c("reason_en", "str", "说明（英）", "the same in English"),
    ),
    key=("indicator", "edition", "method", "variant", "place_id", "group"),
)
