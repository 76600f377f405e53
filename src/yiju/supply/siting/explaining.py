"""Why here: whom each chosen site serves, what would be lost without it, and which site would replace it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.kernels.replacing import best_replacements, worst_replacements
from yiju.supply.siting.result import UNSERVED
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.median_instance import Instance

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


def serving(costs: Costs, chosen: npt.NDArray[np.integer], beyond: npt.ArrayLike | None = None) -> Int32s:
    """(n,) position of the nearest chosen site of each point, ``UNSERVED`` for none.

    Parameters
    ----------
    costs
        Costs of the pairs.
    chosen
        Positions of the chosen sites.
    beyond
        What a point pays without a site; it uses none that costs more.
    """
    two = two_nearest(costs.first, costs.site, costs.cost, costs.m, chosen)
    serves: Int32s = np.where(two[0] >= 0, chosen[two[0]], UNSERVED).astype(np.int32)
    if beyond is not None:
        serves[two[1] > np.broadcast_to(np.asarray(beyond, dtype=np.float64), (costs.n,))] = UNSERVED
    return serves


def two_nearest(
    first: npt.NDArray[np.int64], site: Int32s, cost: Floats, m: int, chosen: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """(n,) each: which of the chosen is nearest (-1 for none), the cost to it, and to the second nearest."""
    slot_of = np.full(m, -1, dtype=np.int64)
    slot_of[chosen] = np.arange(len(chosen))
    places = np.flatnonzero(slot_of[site] >= 0)
    begin, end = np.searchsorted(places, first[:-1]), np.searchsorted(places, first[1:])
    slots = np.append(slot_of[site[places]], [-1, -1])
    known = np.append(cost[places], [np.inf, np.inf])
    one, two = begin < end, begin + 1 < end
    return (
        np.where(one, slots[begin], -1),
        np.where(one, known[begin], np.inf),
        np.where(two, known[np.minimum(begin + 1, len(places))], np.inf),
    )


def sites_table(
    costs: Costs,
    people: Floats,
    instance: Instance,
    chosen: Int32s,
    serves: Int32s,
    *,
    measure: Callable[[Floats], Floats] | None = None,
    worst: bool = False,
) -> pd.DataFrame:
    """The rows of a result, each figure by evaluation of the choices that it compares.

    Parameters
    ----------
    costs, people
        As they were given, (n,) people.
    instance
        The p-median that was solved.
    chosen, serves
        Positions of the chosen sites, rising, and who serves each point.
    measure
        What total costs are in units of the objective, if that is something else; it must rise with them.
    worst
        Whether the greatest cost of any point is the objective, not the total.
    """
    measure = measure or _same
    slot, nearest, second = two_nearest(*instance.rows, instance.m, chosen)
    nearest, second = np.minimum(nearest, instance.far), np.minimum(second, instance.far)
    allowed = ~instance.barred
    allowed[chosen] = False
    alone = instance.far, slot.astype(np.int32), nearest, second, allowed, np.empty(len(chosen))
    if worst:
        now = float(nearest.max(initial=0.0))
        without, replaced, by = worst_replacements(instance.columns, *alone)
    else:
        now = float(measure(np.array([instance.weight @ nearest]))[0])
        without, replaced, by = best_replacements(instance.columns, instance.weight, *alone)
    by[np.isin(chosen, instance.locked)] = -1  # what must stay is not replaced
    served = serves != UNSERVED
    position = np.searchsorted(chosen, serves[served])
    # labels stay what they are beside null
    labels = pd.array([costs.sites[j] if j >= 0 else None for j in by], dtype=object)
    return pd.DataFrame(
        {
            "points": np.bincount(position, minlength=len(chosen)),
            "people": np.bincount(position, weights=people[served], minlength=len(chosen)),
            "gain": measure(without) - now,
            "next_best": labels,
            "next_best_loss": np.where(by >= 0, measure(replaced) - now, np.inf),
        },
        index=costs.sites.take(chosen),
    )


def left_out(people: Floats, serves: Int32s, may_go_without: bool) -> tuple[Text, ...]:
    """What the reader has to know about people whom no site serves."""
    lost = (serves == UNSERVED) & (people > 0.0)
    if not lost.any():
        return ()
    count, number = int(lost.sum()), people[lost].sum()
    if may_go_without:
        return (
            Text(
                f"{count} 个需求点的 {number:,.0f} 人不由所选点服务，按给定的范围外费用计算。",
                f"{number:,.0f} people at {count} points use none of the sites, and pay what `beyond` says.",
            ),
        )
    return (
        Text(
            f"{count} 个需求点的 {number:,.0f} 人没有可用的候选点，未计入目标值。",
            f"{number:,.0f} people at {count} points can use no site and are left out of the objective.",
        ),
    )


def _same(total: Floats) -> Floats:
    return total
