"""The need: group x place x service x step x evidence, and what should answer it."""

from __future__ import annotations

from yiju.city.contract import Column, Table
from yiju.city.tables import LEVELS
from yiju.text import Text

# The ladder 从“有”到“优”: nothing there; out of reach; too little of it; not good enough.
STEPS = ("none", "reach", "capacity", "quality")


def _c(
    name: str, kind: str, zh: str, en: str, *, unknown: bool = False, choices: tuple[str, ...] = ()
) -> Column:
    return Column(name, kind, Text(zh, en), unknown=unknown, choices=choices)  # type: ignore[arg-type]


NEEDS = Table(
    "needs",
    Text("需求台账", "the ledger of needs"),
    (
        _c(
            "need_id",
            "str",
            "需求编号",
            "the same over the years for the same group, place, service and step",
        ),
        _c("group", "str", "人群", "group of residents"),
        _c("place_id", "str", "地点", "place id"),
        _c("level", "str", "层级", "level of the place", choices=LEVELS),
        _c("service", "str", "服务", "code in the service catalogue"),
        _c("step", "str", "阶梯", "the step of the ladder that is missing", choices=STEPS),
        _c(
            "people",
            "float",
            "涉及人数",
            "people concerned; null where counts are not measurable",
            unknown=True,
        ),
        _c("share", "float", "涉及比例", "share of the group at the place, 0 to 1", unknown=True),
        _c("shortfall", "float", "缺口", "how much is missing, in shortfall_unit", unknown=True),
        _c("shortfall_unit", "str", "缺口单位", "unit of the shortfall", unknown=True),
        _c("service_class", "str", "服务类别", "class", choices=("basic", "inclusive", "lifestyle")),
        _c("instrument", "str", "供给方式", "guarantee, purchase, partnership or market opening"),
        _c("lead_unit", "str", "牵头单位", "unit that leads"),
        _c("joint_units", "str", "配合单位", "units that join, separated by ;"),
        _c(
            "deadline_class",
            "str",
            "时限类别",
            "限时 by deadline, 尽力 best effort",
            choices=("deadline", "best_effort"),
        ),
        _c(
            "deadline_reason",
            "str",
            "限时理由",
            "why by deadline; empty where best effort",
            choices=("", "safety", "health", "complaints", "unresolved"),
        ),
        _c("rank", "int", "序位", "1 is the most pressing"),
        _c("status", "str", "状态", "state of the need", choices=("open", "closed")),
        _c("first_year", "int", "首次识别", "year in which it was first recognised"),
        _c("closed_year", "int", "闭环年份", "year in which a measurement met the standard", unknown=True),
        _c("indicator", "str", "主要指标", "indicator that it rests on first"),
        _c("evidence", "str", "依据", "JSON list of the observations and rows that it rests on"),
        _c("sentence_zh", "str", "说明", "the need in plain words"),
        _c("sentence_en", "str", "说明（英）", "the same in English"),
    ),
    key=("need_id",),
)
