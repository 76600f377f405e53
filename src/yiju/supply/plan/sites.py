"""The rows of a plan: each site with its people, money, rank and reasons, and each service at a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.services import service
from yiju.supply.plan.explaining import LOSSES, Site, why
from yiju.supply.plan.serving import newly

if TYPE_CHECKING:
    from yiju.supply.plan.decision import Decision
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offers
    from yiju.supply.plan.question import Question
    from yiju.text import Text

_SITE_COLUMNS = [
    "rank", "site_id", "name", "origin", "kind", "community", "subdistrict", "services", "floor_area_m2", "cost_yuan",
    "people", "gain", "next_best", "next_best_name", "next_best_loss", "why_zh", "why_en", "lead_unit", "year",
]  # fmt: skip


def supply_rows(offers: Offers, decision: Decision, served: pd.DataFrame) -> pd.DataFrame:
    """Each service at each site.

    Returns
    -------
    DataFrame
        ``site_id``, ``service``, ``option``, ``places``, ``floor_area_m2``, ``cost_yuan`` (with the site's own cost
        shared evenly among its services), ``people`` (who get it here within its walk and had it nowhere),
        ``unit_cost_yuan`` (for each place). Where the problem counts places, people are those who get one.
    """
    people = _people(offers, served)
    hosted = pd.Series([s.site_id for s in decision.supplies], dtype="str").value_counts()
    rows = []
    for supply in decision.supplies:
        cost = supply.cost_yuan + decision.site_yuan[supply.site_id] / int(hosted[supply.site_id])
        rows.append(
            {
                "site_id": supply.site_id,
                "service": supply.service,
                "option": supply.option,
                "places": supply.places,
                "floor_area_m2": supply.floor_area_m2,
                "cost_yuan": cost,
                "people": float(
                    people.get((supply.site_id, supply.service), 0.0)
                    if supply.people is None
                    else supply.people
                ),
                "unit_cost_yuan": cost / supply.places if supply.places > 0 else np.nan,
            }
        )
    columns = [
        "site_id", "service", "option", "places", "floor_area_m2", "cost_yuan", "people", "unit_cost_yuan",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _people(offers: Offers, served: pd.DataFrame) -> pd.Series:
    limits = {code: offer.limit_m for code, offer in offers.of.items()}
    now = served[newly(served, limits) & served["site_id"].notna()]
    return now.groupby(["site_id", "service"])["people"].sum()


def site_rows(
    ground: Ground,
    asked: Question,
    offers: Offers,
    decision: Decision,
    supplies: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Each site, the one that adds most first; over several years the best go first, as evenly as the money allows."""
    found = decision.siting.sites
    shapes = _places_of(ground, offers, decision)
    rows: list[dict[str, Any]] = []
    for site_id in decision.site_ids:
        mine = supplies[supplies["site_id"] == site_id]
        said = found.loc[site_id] if site_id in found.index else None
        rows.append(
            {
                "site_id": site_id,
                **shapes[site_id],
                "services": ";".join(mine["service"]),
                "floor_area_m2": float(mine["floor_area_m2"].sum()),
                "cost_yuan": float(mine["cost_yuan"].sum()),
                "people": float(mine["people"].sum()),
                "gain": float("nan") if said is None else float(said["gain"]),
                "next_best": _label(said),
                "next_best_name": _name_of(ground, offers, _label(said)),
                "next_best_loss": float("nan") if said is None else float(said["next_best_loss"]),
                "lead_unit": service(str(mine["service"].iloc[0])).lead,
            }
        )
    frame = gpd.GeoDataFrame(rows, columns=[*(c for c in _SITE_COLUMNS if c not in _LATER), "geometry"])
    frame = frame.set_crs(ground.cells.crs).astype(_TYPES)
    frame = frame.sort_values("gain", ascending=False, kind="stable", ignore_index=True)
    frame["gain"] = frame["gain"].where(np.isfinite(frame["gain"]))  # without it what is asked cannot be had
    frame["rank"] = np.arange(1, len(frame) + 1)
    spread = _years(frame["cost_yuan"].to_numpy(), asked.years or (ground.year + 1,))
    frame["year"] = [
        decision.years.get(site, year) for site, year in zip(frame["site_id"], spread, strict=True)
    ]
    reasons = [_reason(ground, asked, offers, decision, supplies, row) for row in frame.to_dict("records")]
    frame["why_zh"], frame["why_en"] = [r.zh for r in reasons], [r.en for r in reasons]
    return frame[[*_SITE_COLUMNS, "geometry"]]


# Of columns that may hold nothing but nulls, or no row at all.
_NAMES = ("name", "next_best", "next_best_name", "community", "subdistrict")
_NUMBERS = ("floor_area_m2", "cost_yuan", "people", "gain", "next_best_loss")
_TYPES = dict.fromkeys(_NAMES, "str") | dict.fromkeys(_NUMBERS, "float64")
_LATER = ("rank", "why_zh", "why_en", "year")


def _label(said: pd.Series | None) -> str | None:
    return None if said is None or pd.isna(said["next_best"]) else str(said["next_best"])


def _places_of(ground: Ground, offers: Offers, decision: Decision) -> dict[str, dict[str, Any]]:
    """Name, origin, place and point of each site: a candidate's own, or those of the facility that sells places."""
    frame = offers.sites.frame
    facilities = ground.context.table("facilities").drop_duplicates("facility_id").set_index("facility_id")
    known: dict[str, dict[str, Any]] = {}
    for site_id in decision.site_ids:
        if site_id in frame.index:
            row, origin, kind = (
                frame.loc[site_id],
                str(frame.loc[site_id, "origin"]),
                str(frame.loc[site_id, "kind"]),
            )
        else:
            row, origin, kind = facilities.loc[site_id], "existing", "existing"
        known[site_id] = {
            "name": site_id if pd.isna(row["name"]) else str(row["name"]),
            "origin": origin,
            "kind": kind,
            "community": None if pd.isna(row["community"]) else str(row["community"]),
            "subdistrict": None if pd.isna(row["subdistrict"]) else str(row["subdistrict"]),
            "geometry": shapely.point_on_surface(row.geometry),
        }
    return known


def _name_of(ground: Ground, offers: Offers, site_id: str | None) -> str | None:
    """What people call a candidate or a facility; its id where nobody says."""
    if site_id is None:
        return None
    names = offers.sites.frame["name"]
    if site_id not in names.index:
        table = ground.context.table("facilities").drop_duplicates("facility_id")
        names = table.set_index("facility_id")["name"]
    return str(names[site_id]) if site_id in names.index and not pd.isna(names[site_id]) else site_id


def _years(cost_yuan: np.ndarray, years: tuple[int, ...]) -> list[int]:
    """Years in which sites are opened, the best first, each year with about the same share of the money."""
    middle = np.cumsum(cost_yuan) - cost_yuan / 2
    share = middle / max(float(cost_yuan.sum()), 1.0)
    ordered = sorted(years)
    return [ordered[min(int(s * len(ordered)), len(ordered) - 1)] for s in share]


def _reason(
    ground: Ground,
    asked: Question,
    offers: Offers,
    decision: Decision,
    supplies: pd.DataFrame,
    row: dict[str, Any],
) -> Text:
    mine = supplies[supplies["site_id"] == row["site_id"]].set_index("service")
    codes = [str(code) for code in mine.index]
    next_best = row["next_best_name"]
    place = "" if pd.isna(row["community"]) else ground.place_names.get(row["community"], "")
    return why(
        Site(
            str(row["name"]),
            place,
            {code: float(mine.loc[code, "people"]) for code in codes},
            {code: ground.group_name(code) for code in codes},
            {code: offers.of[code].limit_m for code in codes},
            {code: float(mine.loc[code, "places"]) for code in codes},
            float(row["cost_yuan"]),
            float(row["gain"]),
            None if pd.isna(next_best) else str(next_best),
            float(row["next_best_loss"]),
            LOSSES["over years" if decision.years else asked.problem],
        )
    )
