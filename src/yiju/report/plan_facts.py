"""What table and paper say of a plan alike: whom it is for, what part of those who go without it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import SERVICES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.supply.plan import Plan


def still_answers(plan: Plan, manifest: Mapping[str, Any]) -> bool:
    """Whether the check-up is the one that the plan was made for; a city that was built anew has another."""
    from yiju.supply.scenario.stored import snapshot_of  # noqa: PLC0415 - as in report.plans

    return bool(plan.about["snapshot"] == snapshot_of(manifest))


def counted_people(plan: Plan, number: float) -> float | None:
    """People to one decimal; ``None`` where the population serves as weights only."""
    return None if plan.about["weights_only"] or pd.isna(number) else round(float(number), 1)


def share_of_lacking(plan: Plan, people: float, services: Iterable[str]) -> float | None:
    """Those people as a share of all who had none of the services within their walk; weights or not, it holds."""
    lacking = sum(plan.about["people_lacking_by_service"][code] for code in services)
    return None if lacking <= 0.0 or pd.isna(people) else round(float(people) / lacking, 4)


def names_of(services: Iterable[str]) -> Text:
    """Names of services after each other.

    Examples
    --------
    >>> names_of(["elder_day_care", "childcare"]).zh
    '老年人日间照料、婴幼儿照护'
    """
    names = [SERVICES[code].name for code in services]
    return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
