"""The answer to a need: by which instrument, how much of it, at what cost and price, whose duty, by when."""

from __future__ import annotations

from yiju.city.contract import Table, column
from yiju.text import Text

LANES = ("basic", "inclusive", "lifestyle")

# The instruments of the three classes, and two that need none of them: a way that is opened, a fault that is mended.
OPTION_NAMES = {
    "guarantee": Text("政府保障", "guarantee"),
    "purchase": Text("购买服务", "purchase"),
    "partnership": Text("政企合作", "partnership"),
    "subsidy": Text("按位补助", "subsidy per place"),
    "price_ceiling": Text("价格上限", "price ceiling"),
    "market": Text("市场开放", "market opening"),
    "way": Text("打通步行", "open a way"),
    "mend": Text("整改达标", "mend"),
}

ANSWERS = Table(
    "answers",
    Text("应对办法", "what would answer each need"),
    (
        column("need_id", "str", "需求编号", "need id"),
        column("lane", "str", "类别", "class of the service", choices=LANES),
        column("option", "str", "办法", "instrument", choices=tuple(OPTION_NAMES)),
        column("applies", "bool", "可行", "whether it can answer this need; if not, the text says why"),
        column("text_zh", "str", "说明", "the answer in plain words"),
        column("text_en", "str", "说明（英）", "the same in English"),
        column("amount", "float", "数量", "how much is to be supplied, in unit", unknown=True),
        column("unit", "str", "单位", "unit of the amount: places or m2", unknown=True),
        column("unit_cost_yuan", "float", "单位费用（元）", "public money for one unit", unknown=True),
        column("cost_yuan", "float", "费用（元）", "public money in all; null where unknown", unknown=True),
        column("price_ceiling_yuan", "float", "价格上限（元）", "what a resident pays at most", unknown=True),
        column("price_per", "str", "计价单位", "what that is the price of", unknown=True),
        column("expected_people", "float", "预计客源", "people whom a new shop may expect", unknown=True),
        column("threshold_people", "float", "支撑人口", "people whom a shop needs to live", unknown=True),
        column("duty_unit", "str", "责任单位", "unit that answers for it"),
        column("due_year", "int", "期限", "check-up that has to see it met; null: best effort", unknown=True),
        column("source", "str", "依据", "where its numbers come from"),
        column("provisional", "bool", "暂定", "some number was not read in an issued text"),
    ),
    key=("need_id", "option"),
)
