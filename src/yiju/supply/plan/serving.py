"""Who is served after a plan, and by what: each home's walk before and after, and how equally places are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.catchment import two_step_fca, within_catchment
from yiju.access.inequality import gini_of, lorenz
from yiju.checkup.reach import METRES
from yiju.city.services import service
from yiju.supply.plan.ground import FARTHEST_M
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.plan.candidates import Sites
    from yiju.supply.plan.decision import Decision, Supply
    from yiju.supply.plan.ground import Ground
    from yiju.supply.plan.offers import Offer, Offers
    from yiju.travel import PairsWithin

Floats = npt.NDArray[np.float64]

# Corners that are kept of a Lorenz curve: more do not show on a page.
_CORNERS = 200


def served(ground: Ground, offers: Offers, decision: Decision) -> gpd.GeoDataFrame:
    """Each home cell and service: the walk before and after, and the new site that is nearest within the walk.

    Returns
    -------
    GeoDataFrame
        ``cell_id``, ``service``, ``people``, ``walk_before_m``, ``walk_after_m`` (null where nothing is in reach of a
        search), ``site_id`` (null where no new site is both nearer than what was there and within the walk of the
        standard), ``community``. People are those whom the service is for; cells without any are left out.
    """
    parts = [_served_by(ground, offers.sites, offer, decision) for offer in offers.of.values()]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True))


def _served_by(ground: Ground, sites: Sites, offer: Offer, decision: Decision) -> gpd.GeoDataFrame:
    before = ground.walk_m(offer.service)
    hosting = [site for site in decision.hosting(offer.service) if site in sites.frame.index]
    if hosting:
        nearest = ground.context.reach.travel(METRES).nearest(
            ground.context.reach.homes, sites.points.of(hosting), limit=FARTHEST_M
        )
        new = nearest["metres"].to_numpy(dtype=np.float64)
        site = nearest["facility"].to_numpy(dtype=object)
    else:
        new, site = np.full(len(before), np.inf), np.full(len(before), None, dtype=object)
    stays = ground.walk_without_m(offer.service, decision.closed)
    gets_it = (new < stays) & (new <= offer.limit_m)
    after = np.minimum(stays, new)
    frame = gpd.GeoDataFrame(
        {
            "cell_id": np.asarray(ground.cell_ids),
            "service": offer.service,
            "people": offer.people,
            "walk_before_m": np.where(np.isfinite(before), before, np.nan),
            "walk_after_m": np.where(np.isfinite(after), after, np.nan),
            "site_id": pd.array(np.where(gets_it, site, None), dtype="str"),
            "community": ground.cells["community"].to_numpy(dtype=object),
        },
        geometry=ground.cells.geometry.to_numpy(),
        crs=ground.cells.crs,
    ).astype({"community": "str"})
    return frame[offer.people > 0]


def newly(frame: pd.DataFrame, limits_m: dict[str, float]) -> pd.Series:
    """Which rows of :func:`served` are people who have the service within its walk only now."""
    limit = frame["service"].map(limits_m)
    before = frame["walk_before_m"].fillna(np.inf) <= limit
    return (frame["walk_after_m"] <= limit) & ~before


def losing(frame: pd.DataFrame, limits_m: dict[str, float]) -> pd.Series:
    """Which rows of :func:`served` are people who have the service within its walk now and would not any more."""
    limit = frame["service"].map(limits_m)
    return (frame["walk_before_m"] <= limit) & ~(frame["walk_after_m"] <= limit)


def enough(ground: Ground, decision: Decision, offer: Offer, frame: pd.DataFrame) -> list[Text]:
    """What is told where the places of a plan are fewer than the norm asks for the homes that it newly reaches."""
    due_at = pd.Series(np.asarray(ground.demand(offer.service).places), index=ground.cell_ids)
    mine = frame[newly(frame, {offer.service: offer.limit_m}) & (frame["service"] == offer.service)]
    due = float(due_at.reindex(mine["cell_id"]).sum(min_count=1))
    places = sum(s.places for s in decision.supplies if s.service == offer.service)
    if not due > places:  # also where there is no norm
        return []
    name = service(offer.service).name
    return [
        Text(
            f"可达不等于够用：新覆盖范围内{name.zh}按标准应有 {due:,.0f} 位，本方案提供 {places:,.0f} 位。",
            f"Within reach is not yet enough: the norm asks for {due:,.0f} places of {name.en} where it is newly in "
            f"reach, the plan has {places:,.0f}.",
        )
    ]


def equity(ground: Ground, offers: Offers, decision: Decision) -> pd.DataFrame:
    """Lorenz curves of places a person within the walk (2SFCA), before and after.

    A facility whose places are not known counts as one unit of its service.

    Returns
    -------
    DataFrame
        ``service``, ``when`` (before or after), cumulative ``share_people`` and ``share_access``, least served first,
        and the ``gini`` of the curve, 0 for all alike, null where nobody has anything to share.
    """
    parts = []
    for offer in offers.of.values():
        usable = offer.people > 0
        for when, access in _places_a_person(ground, offers, offer, decision):
            corners = lorenz(access[usable], offer.people[usable])
            last = len(corners.people) - 1
            steps = np.searchsorted(corners.people, np.linspace(0.0, 1.0, _CORNERS)).clip(max=last)
            kept = np.unique([*steps, last])
            parts.append(
                pd.DataFrame(
                    {
                        "service": offer.service,
                        "when": when,
                        "share_people": corners.people[kept],
                        "share_access": corners.value[kept],
                        "gini": gini_of(corners) if access[usable].any() else np.nan,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _places_a_person(
    ground: Ground, offers: Offers, offer: Offer, decision: Decision
) -> list[tuple[str, Floats]]:
    now = ground.existing_pairs(offer.service, offer.limit_m)
    places = ground.existing_places(offer.service).reindex(now.facilities).fillna(float(offer.places))
    before = _floating(now, places, offer)
    mine = [s for s in decision.supplies if s.service == offer.service]
    bought = _by_site(mine).reindex(now.facilities).fillna(0.0)
    left = (places + bought).where(~places.index.isin(decision.closed), 0.0)
    after = before if left.equals(places) else _floating(now, left, offer)
    new = [s for s in mine if s.site_id in offers.sites.frame.index]
    if new:
        added = _by_site(new)
        pairs = ground.pairs(offers.sites.points.of(added.index), offer.limit_m)
        # each facility shares its places among its own people: what new ones add can be added
        after = after + _floating(pairs, added.reindex(pairs.facilities), offer)
    return [("before", before), ("after", after)]


def _by_site(supplies: list[Supply]) -> pd.Series:
    places = pd.Series([s.places for s in supplies], index=[s.site_id for s in supplies], dtype=np.float64)
    return places.groupby(level=0, sort=False).sum()


def _floating(pairs: PairsWithin, places: pd.Series, offer: Offer) -> Floats:
    if not len(pairs.facilities):
        return np.zeros(len(offer.people))
    found = two_step_fca(pairs, places.to_numpy(), offer.people, decay=within_catchment(offer.limit_m))
    return np.asarray(found.access, dtype=np.float64)
