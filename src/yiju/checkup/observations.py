"""The observation: indicator x place x period x method, with its value, edition, inputs and status."""

from __future__ import annotations

from yiju.city.contract import Table, column
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


OBSERVATIONS = Table(
    "observations",
    Text("观测值", "observations"),
    (
        column("indicator", "str", "指标", "indicator id"),
        column("edition", "str", "版本", "edition of the definition"),
        column(
            "method",
            "str",
            "方法",
            "official: land, crow-fly; network: people, on foot; table",
            choices=METHODS,
        ),
        column(
            "variant", "str", "变体", "which of the indicator's parameters, e.g. r300; empty: the only one"
        ),
        column("status", "str", "状态", "how far it can be trusted", choices=STATUSES),
        column("level", "str", "层级", "level of the place", choices=LEVELS),
        column("place_id", "str", "地点", "place id"),
        column("group", "str", "人群", "group of residents"),
        column("value", "float", "数值", "value in the unit; null where not measurable", unknown=True),
        column("unit", "str", "单位", "unit"),
        column("n", "float", "样本", "what the value rests on: people, facilities, cases", unknown=True),
        column("numerator", "float", "分子", "numerator", unknown=True),
        column("denominator", "float", "分母", "denominator", unknown=True),
        column("low", "float", "下限", "lower end of the interval", unknown=True),
        column("high", "float", "上限", "upper end of the interval", unknown=True),
        column("grade", "str", "等级", "grade", unknown=True, choices=GRADES),
        column(
            "yardsticks",
            "str",
            "评价标尺",
            "what the grade rests on: target;baseline;peers;trend;survey",
            unknown=True,
        ),
        column("threshold", "float", "阈值", "threshold that it was held against", unknown=True),
        column("source", "str", "依据", "clause of the definition and of the threshold"),
        column(
            "provisional", "bool", "暂定", "definition or threshold is from memory, or a proposal of ours"
        ),
        column("reason_zh", "str", "说明", "why not measurable, or a caveat; empty where none"),
        column("reason_en", "str", "说明（英）", "the same in English"),
    ),
    key=("indicator", "edition", "method", "variant", "place_id", "group"),
)
