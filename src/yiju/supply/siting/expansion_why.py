"""Why an expansion cannot be had, and the smallest relaxation that would do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from yiju.supply.siting.expansion_model import decide
from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.expansion_model import Task
    from yiju.supply.siting.highs import Outcome


def why_not(task: Task, outcome: Outcome, seconds: float) -> Infeasible:
    """The error to raise: which constraint, and what of it could be met."""
    if outcome.state != "infeasible":
        return Infeasible(
            Text(f"{seconds:g} 秒内没有找到任何方案。", f"No plan was found within {seconds:g} seconds."),
            constraint="time",
            hint=Text("请给更多时间，或减少选项。", "Give it more time, or fewer options."),
        )
    rich = replace(task, budget_yuan=np.inf, aim="cost")
    cheapest = decide(rich, seconds=seconds, gap=0.0).outcome
    if cheapest.state == "optimal":
        need = cheapest.objective
        return Infeasible(
            Text(
                f"预算 {task.budget_yuan:,.0f} 元做不到所要求的。",
                f"A budget of {task.budget_yuan:,.0f} yuan cannot do what is asked.",
            ),
            constraint="budget",
            relaxed=need,
            hint=Text(f"至少需要 {need:,.0f} 元。", f"The smallest that would do is {need:,.0f} yuan."),
        )
    return _for_no_money(rich, seconds)


def _for_no_money(task: Task, seconds: float) -> Infeasible:
    unlocked = replace(task, people=0.0, places=0.0)
    if decide(unlocked, seconds=seconds, gap=0.0).outcome.state == "infeasible":
        names = ", ".join(str(task.costs.sites[j]) for j in task.locked[:5])
        return Infeasible(
            Text(
                f"锁定的候选点没有可用的扩容方式：{names}。",
                f"Not all locked sites have an option that can be used: {names}.",
            ),
            constraint="locked",
            hint=Text("请补充选项，或取消锁定。", "Give them options, or unlock them."),
        )
    if task.places > 0.0:
        counted = decide(replace(unlocked, aim="places"), seconds=seconds, gap=0.0).outcome
        most = counted.objective + float(task.existing.sum())
        if most < task.places:
            return Infeasible(
                Text(
                    f"所有选项合计只能达到 {most:,.0f} 个床位（学位），要求 {task.places:,.0f} 个。",
                    f"All options together come to {most:,.0f} places; {task.places:,.0f} are asked for.",
                ),
                constraint="capacity",
                relaxed=most,
                hint=Text("请增加选项，或降低指标。", "Add options, or lower the norm."),
            )
    everyone = float(task.people_wanting.sum())
    alike = replace(task.crowds, weight=np.ones(len(task.crowds)))
    best = decide(replace(unlocked, aim="served", crowds=alike), seconds=seconds, gap=0.0).outcome
    share = best.objective / everyone
    return Infeasible(
        Text(
            f"任何资金下最多只能服务 {share:.1%} 的人，要求 {task.people / everyone:.1%}。",
            f"No money can serve more than {share:.1%} of the people; {task.people / everyone:.1%} are asked for.",
        ),
        constraint="coverage",
        relaxed=share,
        hint=Text("请增加候选点或选项，或降低比例。", "Add sites or options, or lower the share."),
    )
