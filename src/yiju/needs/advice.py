"""What a rectification list advises (整治建议): by the missing step, the way of supply, and severance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yiju.city.services import SERVICES
from yiju.needs.evidence import read_evidence
from yiju.needs.wording import count_missing, plain_number
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

# Severance above which opening a way on foot is advised before building. Source: standards.md L20 [P].
_SEVERED_POINTS = 20.0

_THERE_IS_NONE: Mapping[str, Text] = {
    "guarantee": Text(
        "由政府补建，或利用存量空间增设{service}",
        "Government to add {service}, in existing premises where it can",
    ),
    "purchase": Text(
        "利用存量空间增设{service}，向社会力量购买运营服务",
        "Add {service} in existing premises and purchase its operation",
    ),
    "partnership": Text(
        "提供场地或政策支持，与社会力量合作增设{service}",
        "Offer premises or support and add {service} in partnership",
    ),
    "market": Text(
        "开放市场、降低门槛，引入{service}", "Open the market and lower the threshold for {service}"
    ),
}
_TOO_LITTLE = Text("扩容或新增，补足{missing}", "Extend or add: {missing} to be supplied")
_MORE = Text("增加供给，达到标准", "Add supply until the standard is met")
_NOT_GOOD = Text("逐处排查，限期整改至达标", "Inspect each case and mend it until the standard is met")
_BEST_EFFORT_QUALITY = Text("列入提升计划，逐步达标", "Put it into the improvement plan, step by step")
_OPEN_A_WAY = Text(
    "先打通步行通道、增设出入口（直线与步行覆盖相差{gap}个百分点）",
    "First open a way on foot or a gate (coverage as the crow flies and on foot differ by {gap} points)",
)
_CROSSING = Text(
    "增设过街、跨线通道或出入口，打通步行断点",
    "Add crossings, passages or gates where the way on foot breaks off",
)


def advice(need: Mapping[str, object]) -> Text:
    """The advice for one row of the ledger.

    Examples
    --------
    >>> advice({"service": "park", "step": "none", "evidence": "[]"}).zh
    '由政府补建，或利用存量空间增设公园绿地'
    """
    service = SERVICES[str(need["service"])]
    step = need["step"]
    if step in ("none", "reach") and not service.is_facility:
        return _CROSSING
    if step in ("none", "reach"):
        add = _THERE_IS_NONE[service.instrument].format(service=service.name)
        gap = _severance(str(need["evidence"]))
        if gap <= _SEVERED_POINTS:
            return add
        way = _OPEN_A_WAY.format(gap=plain_number(round(gap)))
        return Text(f"{way.zh}；{add.zh}", f"{way.en}; {add.en[:1].lower()}{add.en[1:]}")
    if step == "capacity":
        shortfall, unit = need["shortfall"], need["shortfall_unit"]
        if isinstance(shortfall, float) and shortfall > 0 and isinstance(unit, str):
            return _TOO_LITTLE.format(missing=count_missing(shortfall, unit))
        return _MORE
    return _NOT_GOOD if need.get("deadline_class") == "deadline" else _BEST_EFFORT_QUALITY


def is_severed(evidence: str) -> bool:
    """Whether so many are near as the crow flies and not on foot that a way should be opened first.

    Examples
    --------
    >>> is_severed('[{"kind": "severance", "value": 31.0}]'), is_severed("[]")
    (True, False)
    """
    return _severance(evidence) > _SEVERED_POINTS


def _severance(evidence: str) -> float:
    gaps = [r["value"] for r in read_evidence(evidence) if r["kind"] == "severance"]
    return max((float(g) for g in gaps if isinstance(g, int | float)), default=0.0)
