"""Walks, counts, catchments and equity of one service in a city, changed or not, from the pairs that it keeps.

====================  ==================================================================================
``walks_of``          metres, or seconds at a group's pace, to the nearest
``counts_of``         how many within a limit
``catchments_of``     places a person within reach: 2SFCA, E2SFCA or 3SFCA (:mod:`yiju.access.catchment`)
``equity_of``         how equally these are shared (:mod:`yiju.access.inequality`)
====================  ==================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from yiju.access import inequality
from yiju.access.catchment import three_step_fca, two_step_fca, within_catchment, zones
from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.reach import METRES, Targets
from yiju.city.services import GROUPS
from yiju.city.services import service as service_of
from yiju.errors import InputError, UnknownName
from yiju.supply.demand import outermost
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.access.decay import Decay
    from yiju.checkup.context import Context

Method = Literal["2sfca", "e2sfca", "3sfca"]

# E2SFCA has three zones of the same width (Luo and Qi 2009: 0-10, 10-20 and 20-30 minutes).
_ZONES = 3


@dataclass(frozen=True, eq=False)
class Catchments:
    """Places a person within reach.

    Attributes
    ----------
    service, method, limit_m
        Of what, by which method, within which walk.
    groups
        Whose demand was counted.
    access
        (cells,) places a person, 0 where none is within reach.
    ratio
        (facilities,) places a person of the catchment; NaN where nobody lives there or places are not known.
    people
        (cells,) people of the groups.
    """

    service: str
    method: str
    limit_m: float
    groups: tuple[str, ...]
    access: pd.Series
    ratio: pd.Series
    people: pd.Series


@dataclass(frozen=True, eq=False)
class Equity:
    """How equally places are shared among those who are entitled to them.

    Attributes
    ----------
    gini, theil, palma, floor
        Gini coefficient; Theil's T; what the best-off tenth has for each unit of the worst-off 40 %; what all but
        the worst-off tenth have at least.
    share_reached
        Share of people who have any within reach.
    curve
        Lorenz curve: ``share_people`` and ``share_access``, from 0 to 1.
    """

    gini: float
    theil: float
    palma: float
    floor: float
    share_reached: float
    curve: pd.DataFrame


def walks_of(city: Context, service: str, group: str = "all") -> pd.Series:
    """(cells,) ``metres`` of the walk to the nearest, or ``seconds`` at the pace of a group; inf where there is none.

    Raises
    ------
    UnknownName
        No such service or group.
    NotMeasurable
        There are no streets, or no people.
    """
    service_of(service)
    if group not in GROUPS:
        raise UnknownName(Text("人群", "group"), group, GROUPS)
    who = METRES if group == "all" else city.walker(group)
    cost = city.reach.nearest(Targets((service,)), who)
    return pd.Series(cost, index=_cells(city), name=METRES if who == METRES else "seconds")


def counts_of(city: Context, service: str, limit_m: float) -> pd.Series:
    """(cells,) how many facilities of a service are within a walk of so many metres, the limit included."""
    service_of(service)
    counts = city.reach.counts(Targets((service,)), float(limit_m))
    return pd.Series(counts, index=_cells(city), name=service)


def catchments_of(
    city: Context, service: str, method: Method = "e2sfca", *, limit_m: float | None = None
) -> Catchments:
    """Places a person of a service within reach of each home cell.

    Parameters
    ----------
    method
        ``2sfca``: everything within the limit counts alike; ``e2sfca``: less with each third of the way;
        ``3sfca``: and people divide among what is near them.
    limit_m
        By default the widest radius that the standard of the service accepts.

    Raises
    ------
    InputError
        The service has no radius and none is given, or no facility of it says how many places it has.
    """
    limit = service_of(service).widest_m if limit_m is None else limit_m
    if limit is None:
        raise InputError(
            Text(
                "该服务的标准没有半径，请给出 limit_m。",
                "the standard of this service has no radius: give limit_m.",
            ),
            field="limit_m",
        )
    pairs = city.reach.pairs(Targets((service,)), float(limit))
    groups, people = _entitled(city, service)
    compute = three_step_fca if method == "3sfca" else two_step_fca
    found = compute(
        pairs, _places(city, service, pairs.facilities), people, decay=_decay(method, float(limit))
    )
    cells = _cells(city)
    return Catchments(
        service,
        method,
        float(limit),
        groups,
        pd.Series(found.access.to_numpy(), index=cells, name=service),
        found.ratio,
        pd.Series(people, index=cells, name="people"),
    )


def equity_of(catchments: Catchments) -> Equity:
    """How equally the places are shared among the people who are entitled to them."""
    access, people = catchments.access.to_numpy(), catchments.people.to_numpy()
    curve = inequality.lorenz(access, people)
    everybody = float(people.sum())
    return Equity(
        gini=inequality.gini_of(curve),
        theil=inequality.theil(access, people).total,
        palma=inequality.palma(access, people),
        floor=inequality.percentile_floor(access, people),
        share_reached=float(people[access > 0].sum()) / everybody if everybody else float("nan"),
        curve=pd.DataFrame({"share_people": curve[0], "share_access": curve[1]}),
    )


def _cells(city: Context) -> pd.Index:
    return pd.Index(city.cells["cell_id"], name="cell_id")


def _decay(method: str, limit_m: float) -> Decay:
    if method not in get_args(Method):
        raise UnknownName(Text("方法", "method"), method, get_args(Method))
    if method == "2sfca":
        return within_catchment(limit_m)
    # the last is the very limit: a product of floats may miss it
    return zones([*(limit_m * k / _ZONES for k in range(1, _ZONES)), limit_m])


def _entitled(city: Context, service: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Groups that the service is for, none inside another, and their people; everybody where ages are not known."""
    groups = outermost(service_of(service).groups)
    try:
        return groups, np.sum([city.people(g).people for g in groups], axis=0)
    except NotMeasurable:
        return ("all",), city.people().people


def _places(city: Context, service: str, facilities: pd.Index) -> np.ndarray:
    """(facilities,) places of each; NaN where they are not known."""
    frame = city.layers.frame[city.layers.rows((service,))]
    if len(frame) and not bool(frame["capacity"].notna().any()):
        name = service_of(service).name
        raise InputError(
            Text(
                f"没有任何一处{name.zh}的容量已知，无法计算人均供给。",
                f"of no {name.en} the number of places is known, so there is nothing to share out.",
            ),
            field="capacity",
            hint=Text(
                "请在设施表中给出 capacity，或用 enlarge 填写。",
                "Give `capacity` in a facility table, or by `enlarge`.",
            ),
        )
    places = frame.set_index("facility_id")["capacity"].astype("float64")
    return np.asarray(places.reindex(facilities), dtype=np.float64)
