"""The plans that answer the check-up of a year, as the report reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder
    from yiju.supply.plan import Plan


def read_plans(folder: CityFolder, year: int) -> tuple[Plan, ...]:
    """The stored plans of a year, by name; none where nothing was planned.

    Raises
    ------
    ContractError
        A file of a plan is broken.
    """
    if not (folder.path / "plans").is_dir():
        return ()
    from yiju.supply.plan import plan_names, read_plan  # noqa: PLC0415 - solvers, which only a city with plans needs

    plans = (read_plan(folder, name) for name in plan_names(folder))
    return tuple(plan for plan in plans if plan.about["year"] == year)
