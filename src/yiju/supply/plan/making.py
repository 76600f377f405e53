"""Make a plan: from what is asked to sites, services, money, people, and the reasons of each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.errors import InputError
from yiju.progress import SILENT, Progress
from yiju.supply.plan.candidates import candidate_sites
from yiju.supply.plan.curve import gain_curve
from yiju.supply.plan.ground import Ground
from yiju.supply.plan.offers import make_offers
from yiju.supply.plan.serving import equity, served
from yiju.supply.plan.sites import site_rows, supply_rows
from yiju.supply.plan.solving import decide
from yiju.supply.plan.telling import about
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from yiju.city.folder import CityFolder
    from yiju.supply.plan.question import Question


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan with its tables; :mod:`yiju.supply.plan.writing` says what each holds.

    Attributes
    ----------
    about
        What ``plan.json`` holds.
    sites, supplies, served, curve, equity
        The tables.
    refused
        Candidates that were left out, and why.
    """

    about: dict[str, Any]
    sites: gpd.GeoDataFrame
    supplies: pd.DataFrame
    served: gpd.GeoDataFrame
    curve: pd.DataFrame
    equity: pd.DataFrame
    refused: pd.DataFrame

    @property
    def name(self) -> str:
        """Name of the plan."""
        return str(self.about["name"])

    @property
    def people_gained(self) -> float:
        """People who have a service within its walk only by the plan, each counted once for each service."""
        return float(self.about["people_gained"])


def make_plan(
    folder: CityFolder, asked: Question, *, year: int | None = None, progress: Progress = SILENT
) -> Plan:
    """Make a plan for a city that was checked up; nothing is stored.

    Parameters
    ----------
    folder
        The city.
    asked
        Services, money, sites, and by which rule.
    year
        Of the check-up that it answers; by default the city's own.
    progress
        Told of each step.

    Raises
    ------
    MissingCity
        There is no check-up of that year, or no streets.
    InputError
        There is no candidate, the population has no ages and none were assumed, or a year is before the check-up.
    Infeasible
        The budget, the floor or the share cannot be met; says which, and the smallest relaxation that helps.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.api import City
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.supply.plan.question import Question
    >>> city = City(toy_town(tempfile.mkdtemp(), blocks=8))
    >>> _ = city.checkup()
    >>> plan = make_plan(city.folder, Question(("elder_day_care",), sites=1))
    >>> plan.people_gained, plan.about["proof"], len(plan.sites)
    (1200.0, 'optimal', 1)
    """
    progress.step(Text("清点需求与可达性", "Counting who lacks what"))
    ground = Ground(folder, year, assumed_shares=asked.assumed_shares)
    _refuse_past(asked, ground.year)
    began = time.perf_counter()
    candidates = candidate_sites(ground)
    offers = make_offers(ground, asked, candidates)
    progress.step(Text("选址求解", "Choosing the sites"))
    decision = decide(
        ground,
        asked,
        offers,
        budget_yuan=asked.budget_yuan,
        sites=asked.sites,
        seconds=asked.seconds,
    )
    progress.step(Text("测算成效", "Working out what it brings"))
    frame = served(ground, offers, decision)
    supplies = supply_rows(offers, decision, frame)
    sites = site_rows(ground, asked, offers, decision, supplies)
    said = about(ground, asked, offers, decision, frame)
    curve = gain_curve(ground, asked, offers, decision, said["people_gained"])
    said["seconds"] = round(time.perf_counter() - began, 3)
    return Plan(said, sites, supplies, frame, curve, equity(ground, offers, decision), candidates.refused)


def _refuse_past(asked: Question, year: int) -> None:
    """Nothing opens before the check-up that it answers."""
    past = [y for y in asked.years if y < year]
    if past:
        raise InputError(
            Text(
                f"年份不能早于体检年份 {year}，实际为 {min(past)}。",
                f"needs no year before that of the check-up, {year}, was {min(past)}.",
            ),
            field="years",
        )
