"""The answers to the open needs of a year, each in the lane of its class."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import service
from yiju.needs.ledger import read_needs
from yiju.supply.lanes.basic import guaranteed
from yiju.supply.lanes.contract import ANSWERS
from yiju.supply.lanes.custom import Custom, custom_of
from yiju.supply.lanes.inclusive import supported
from yiju.supply.lanes.lifestyle import opened
from yiju.supply.lanes.premises import Register
from yiju.supply.lanes.terms import shop_terms
from yiju.supply.plan.ground import Ground
from yiju.supply.plan.unit_costs import unit_costs

if TYPE_CHECKING:
    from collections.abc import Collection

    from yiju.city.folder import CityFolder

Need = dict[str, Any]


def answers(
    folder: CityFolder, year: int | None = None, *, need_ids: Collection[str] | None = None
) -> pd.DataFrame:
    """What would answer each open need, by rank, in the order in which to try.

    Parameters
    ----------
    folder, year
        The city and the year of its ledger.
    need_ids
        Only these needs.

    Returns
    -------
    A row for each option of each need, as :data:`yiju.supply.lanes.contract.ANSWERS` has them.

    Raises
    ------
    MissingCity
        There is no ledger of that year.
    StaleCheckup
        A shop is asked for, and the city has changed since the check-up: its walks are no longer those of the needs.
    """
    year = year or folder.config.year
    ledger = read_needs(folder, year=year)
    asked = ledger[ledger["status"] == "open"].sort_values("rank")
    if need_ids is not None:
        asked = asked[asked["need_id"].isin(list(need_ids))]
    needs: list[Need] = asked.to_dict("records")
    costs = unit_costs(folder.config.costs)
    register, custom = Register(folder, costs), _custom(folder, year, needs)
    rows = []
    for need in needs:
        if need["service_class"] == "lifestyle":
            found = opened(need, year, custom.get(need["need_id"]))
        else:
            lane = guaranteed if need["service_class"] == "basic" else supported
            found = lane(need, year, costs, register)
        rows += [answer.row(need, year) for answer in found]
    return ANSWERS.validate(pd.DataFrame(rows, columns=[c.name for c in ANSWERS.columns]))


def _custom(folder: CityFolder, year: int, needs: list[Need]) -> dict[str, Custom]:
    """Whom new shops may expect; nothing is computed where no shop is missing."""
    missing = [n for n in needs if n["step"] in ("none", "reach") and n["service_class"] == "lifestyle"]
    kinds = sorted(
        {n["service"] for n in missing if service(n["service"]).is_facility and shop_terms(n["service"])}
    )
    if not kinds:
        return {}
    ground = Ground(folder, year)
    found = (custom_of(ground, kind, [n for n in missing if n["service"] == kind]) for kind in kinds)
    return dict(chain.from_iterable(each.items() for each in found))
