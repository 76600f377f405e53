"""Assignments that cannot be: who reaches nothing, what room is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yiju.supply.siting.result import Infeasible
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.assignment import Assignment


def refuse_impossible(task: Assignment) -> None:
    """Refuse what can be seen at once to have no answer."""
    reached = np.bincount(task.columns[1], minlength=task.costs.n) > 0
    if not reached.all():
        lost = np.flatnonzero(~reached)
        share = float(task.size[reached].sum() / max(task.size.sum(), 1e-300))
        names = ", ".join(str(task.costs.points[i]) for i in lost[:5])
        raise Infeasible(
            Text(
                f"有 {len(lost)} 个需求点没有可用的候选点（如 {names}）。",
                f"{len(lost)} demand points can use no site (such as {names}).",
            ),
            constraint="coverage",
            relaxed=share,
            hint=Text(
                "请放宽可达范围、增加候选点或容量，或把这些需求点单独处理。",
                "Allow longer ways, add sites or capacity, or leave these points to another answer.",
            ),
        )
    if task.p is not None and int(task.locked.sum()) > task.p:
        count = int(task.locked.sum())
        raise Infeasible(
            Text(
                f"锁定了 {count} 个候选点，多于 p = {task.p}。",
                f"{count} sites are locked, more than p = {task.p}.",
            ),
            constraint="count",
            relaxed=float(count),
            hint=Text(f"p 至少为 {count}。", f"p needs to be at least {count}."),
        )
    open_sites = int((~task.closed).sum())
    if task.p is not None and open_sites < task.p:
        raise Infeasible(
            Text(
                f"只剩 {open_sites} 个可用候选点，少于 p = {task.p}。",
                f"Only {open_sites} sites may be used, fewer than p = {task.p}.",
            ),
            constraint="count",
            relaxed=float(open_sites),
            hint=Text(f"p 至多为 {open_sites}。", f"p can be {open_sites} at most."),
        )
    _refuse_small(task)


def _refuse_small(task: Assignment) -> None:
    rooms = np.sort(task.room[~task.closed & ~task.locked])[::-1]
    locked = float(task.room[task.locked].sum())
    more = len(rooms) if task.p is None else task.p - int(task.locked.sum())
    have, wanted = locked + float(rooms[:more].sum()), float(task.size.sum())
    if have >= wanted * (1.0 - 1e-12):
        return
    enough = int(np.searchsorted(locked + np.cumsum(rooms), wanted)) + 1 + int(task.locked.sum())
    hint = (
        Text(f"至少需要 {enough} 个候选点。", f"At least {enough} sites would do.")
        if task.p is not None and enough <= len(rooms) + int(task.locked.sum())
        else Text(f"还缺 {wanted - have:,.0f} 的容量。", f"Capacity of {wanted - have:,.0f} is missing.")
    )
    raise Infeasible(
        Text(
            f"可用候选点容量合计 {have:,.0f}，需求为 {wanted:,.0f}。",
            f"The sites hold {have:,.0f} at most; the demand is {wanted:,.0f}.",
        ),
        constraint="capacity",
        relaxed=wanted,
        hint=hint,
    )


def why_not(task: Assignment, seconds: float | None = None) -> Infeasible:
    """The error of an assignment without an answer: proved to have none, or none found in the time."""
    if seconds is not None:
        return Infeasible(
            Text(f"{seconds:g} 秒内没有找到任何方案。", f"No answer was found within {seconds:g} seconds."),
            constraint="time",
            hint=Text("请给更多时间，或放宽容量。", "Give it more time, or more capacity."),
        )
    return Infeasible(
        Text(
            "容量合计足够，但在可达范围内无法分配。",
            "There is capacity enough in all, but not where people can reach it.",
        ),
        constraint="capacity",
        hint=Text(
            "请增加容量、放宽可达范围，或允许一个需求点由几个候选点服务。",
            "Add capacity, allow longer ways, or let a point be served by several sites.",
        )
        if task.whole
        else Text("请增加容量，或放宽可达范围。", "Add capacity, or allow longer ways."),
    )
