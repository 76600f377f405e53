"""Words that a plan is told in, where tables hold codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yiju.supply.plan.question import PROBLEM_NAMES
from yiju.supply.plan.unit_costs import unit_costs
from yiju.supply.siting.options import KINDS as OPTION_NAMES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KIND_NAMES", "OPTION_NAMES", "ORIGIN_NAMES", "PROBLEM_NAMES", "PROOF_NAMES"]

PROOF_NAMES: Mapping[str, Text] = {
    "optimal": Text("已证明最优", "proved to be the best"),
    "within gap": Text("达到所要求的精度", "within the gap that was asked for"),
    "out of time": Text("求解时限已到", "the time for the search was over"),
    "search ended": Text("搜索完毕", "the search had nothing more to try"),
}
ORIGIN_NAMES: Mapping[str, Text] = {
    "table": Text("候选空间表", "the city's own table"),
    "drawn": Text("按规则自地图选取（假定）", "drawn from the map by a rule (an assumption)"),
    "existing": Text("现有设施", "a facility that is there"),
}
KIND_NAMES: Mapping[str, Text] = {
    **{kind: costs.name for kind, costs in unit_costs().kinds.items()},
    "existing": ORIGIN_NAMES["existing"],
}
