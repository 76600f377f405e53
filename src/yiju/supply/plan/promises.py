"""A plan in the ledger: its measures, and what the next check-up will be held against.

What is promised is computed, not guessed: the city with the sites of the plan, by the functions of the check-up itself
(:class:`yiju.supply.scenario.Scenario`).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from yiju.city.services import service
from yiju.needs.ledger import read_needs
from yiju.needs.measures import MEASURES, save_plan
from yiju.supply.plan.serving import newly
from yiju.supply.scenario import Scenario
from yiju.supply.scenario.saving import promises_of as bettered

if TYPE_CHECKING:
    import pandas as pd

    from yiju.city.folder import CityFolder
    from yiju.supply.plan.making import Plan

# Ids are read out over a telephone: so many hexadecimal digits are enough for the measures of one city.
_ID_DIGITS = 8


def save_measures(folder: CityFolder, plan: Plan) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put the measures of a plan and what they promise into the ledger, in place of those of a plan of its name.

    Returns
    -------
    Measures and promises, as :mod:`yiju.needs.measures` has them.

    Raises
    ------
    StaleCheckup
        The city has changed since the check-up that the plan answers.
    SnapshotError
        They could not be stored; what was there stays whole.
    """
    measures, promises = measures_of(folder, plan), promises_of(folder, plan)
    save_plan(folder, plan.name, measures, promises)
    return measures, promises


def measures_of(folder: CityFolder, plan: Plan) -> gpd.GeoDataFrame:
    """A measure for each service at each site, with the needs that it answers."""
    sites = plan.sites.set_index("site_id")
    answered = _needs_answered(folder, plan)
    rows = []
    for supply in plan.supplies.to_dict("records"):
        site, entry = sites.loc[supply["site_id"]], service(supply["service"])
        rows.append(
            {
                "measure_id": _measure_id(plan.name, supply["site_id"], entry.code),
                "plan": plan.name,
                "year": int(plan.about["year"]),
                "due_year": int(site["year"]),
                "kind": supply["option"],
                "service": entry.code,
                "name": site["name"],
                "need_ids": ";".join(answered.get((supply["site_id"], entry.code), [])),
                "place_id": site["community"],
                "places": supply["places"],
                "floor_area_m2": supply["floor_area_m2"],
                "cost_yuan": supply["cost_yuan"],
                "hours": np.nan,
                "people": supply["people"],
                "lead_unit": entry.lead,
                "joint_units": ";".join(entry.joint),
                "status": "planned",
                "snapshot": plan.about["snapshot"],
                "geometry": site.geometry,
            }
        )
    if not rows:
        return MEASURES.empty(plan.sites.crs)
    return MEASURES.validate(gpd.GeoDataFrame(rows, crs=plan.sites.crs))


def promises_of(folder: CityFolder, plan: Plan) -> pd.DataFrame:
    """Each indicator at each place that the plan makes better, before and as promised.

    A number that rests on a map alone is promised by nobody: the map may change, and it with it.
    """
    due = int(plan.sites["year"].max()) if len(plan.sites) else int(plan.about["year"])
    return bettered(with_plan(folder, plan), plan.name, due)


def with_plan(folder: CityFolder, plan: Plan) -> Scenario:
    """The city with the sites of the plan."""
    then = Scenario.of(folder, int(plan.about["year"]))
    for facility in plan.about["closed"]:
        (code,) = plan.about["services"]  # places are moved for one service at a time
        then = then.close(facility, service=code)
    points = plan.sites.set_index("site_id").geometry
    # by where it comes from: a candidate may have the id of some facility elsewhere
    there = set(plan.sites.loc[plan.sites["origin"] == "existing", "site_id"])
    places = then.city.table("facilities").set_index(["facility_id", "service"])["capacity"]
    for supply in plan.supplies.to_dict("records"):
        at, code = str(supply["site_id"]), str(supply["service"])
        if at in there:
            had = float(places[at, code])
            then = then.enlarge(at, capacity=had + float(supply["places"]), service=code)
        else:
            point = points[at]
            then = then.add(
                service=code,
                at=(point.x, point.y),
                capacity=float(supply["places"]),
                floor_area_m2=float(supply["floor_area_m2"]),
                facility_id=f"plan:{at}",
            )
    return then


def _needs_answered(folder: CityFolder, plan: Plan) -> dict[tuple[str, str], list[str]]:
    """Open needs of a service at the communities where a site brings it within reach, by site and service."""
    ledger = read_needs(folder, year=int(plan.about["year"]))
    ledger = ledger[ledger["status"] == "open"]
    got = plan.served[newly(plan.served, plan.about["limits_m"]) & plan.served["site_id"].notna()]
    got = got[["site_id", "service", "community"]].drop_duplicates()
    joined = got.merge(ledger, left_on=["service", "community"], right_on=["service", "place_id"])
    return {
        (str(site), str(code)): sorted(set(ids))
        for (site, code), ids in joined.groupby(["site_id", "service"])["need_id"]
    }


def _measure_id(plan: str, site_id: str, code: str) -> str:
    digest = hashlib.sha256(f"{plan}\x1f{site_id}\x1f{code}".encode()).hexdigest()
    return f"M-{digest[:_ID_DIGITS].upper()}"
