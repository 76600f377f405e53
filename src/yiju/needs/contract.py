"""The need: group x place x service x step x evidence, and what should answer it."""

from __future__ import annotations

from yiju.city.contract import Table, column
from yiju.city.tables import LEVELS
from yiju.text import Text

# The ladder 从“有”到“优”: nothing there; out of reach; too little of it; not good enough.
STEPS = ("none", "reach", "capacity", "quality")


NEEDS = Table(
    "needs",
    Text("需求台账", "the ledger of needs"),
    (
        column(
            "need_id",
            "str",
            "需求编号",
            "the same over the years for the same group, place, service and step",
        ),
        column("group", "str", "人群", "group of residents"),
        column("place_id", "str", "地点", "place id"),
        column("level", "str", "层级", "level of the place", choices=LEVELS),
        column("service", "str", "服务", "code in the service catalogue"),
        column("step", "str", "阶梯", "the step of the ladder that is missing", choices=STEPS),
        column(
            "people",
            "float",
            "涉及人数",
            "people concerned; null where counts are not measurable",
            unknown=True,
        ),
        column("share", "float", "涉及比例", "share of the group at the place, 0 to 1", unknown=True),
        column("shortfall", "float", "缺口", "how much is missing, in shortfall_unit", unknown=True),
        column("shortfall_unit", "str", "缺口单位", "unit of the shortfall", unknown=True),
        column("service_class", "str", "服务类别", "class", choices=("basic", "inclusive", "lifestyle")),
        column("instrument", "str", "供给方式", "guarantee, purchase, partnership or market opening"),
        column("lead_unit", "str", "牵头单位", "unit that leads"),
        column("joint_units", "str", "配合单位", "units that join, separated by ;"),
        column(
            "deadline_class",
            "str",
            "时限类别",
            "限时 by deadline, 尽力 best effort",
            choices=("deadline", "best_effort"),
        ),
        column(
            "deadline_reason",
            "str",
            "限时理由",
            "why by deadline; empty where best effort",
            choices=("", "safety", "health", "complaints", "unresolved"),
        ),
        column("rank", "int", "序位", "1 is the most pressing"),
        column("status", "str", "状态", "state of the need", choices=("open", "closed")),
        column("first_year", "int", "首次识别", "year in which it was first recognised"),
        column(
            "closed_year", "int", "闭环年份", "year in which a measurement met the standard", unknown=True
        ),
        column("indicator", "str", "主要指标", "indicator that it rests on first"),
        column("evidence", "str", "依据", "JSON list of the observations and rows that it rests on"),
        column("sentence_zh", "str", "说明", "the need in plain words"),
        column("sentence_en", "str", "说明（英）", "the same in English"),
    ),
    key=("need_id",),
)
