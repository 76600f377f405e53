"""Kolm-Pollak: sites that cost people least as they feel it who dislike inequality: from the mean to the worst-off."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.inequality import gini
from yiju.errors import ContractError
from yiju.supply.siting.checking import per_point
from yiju.supply.siting.explaining import left_out, serving, sites_table
from yiju.supply.siting.median_instance import Instance, instance_of, nearest_of
from yiju.supply.siting.median_proof import Effort, prove
from yiju.supply.siting.result import Siting
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.kernels.listing import Pairs

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]

# exp of more is too near to the greatest double, 1.8e308, to add up: people and penalties stand before it.
_MOST_EXPONENT = 600.0
# Of the time, for the p-median that says how far walks are; it is also where the other search could begin.
_MEDIAN_SHARE = 0.3


@dataclass(frozen=True, eq=False, kw_only=True)
class Equitable(Siting):
    """Sites chosen for all, with what they do to inequality.

    Attributes
    ----------
    kappa
        Aversion to inequality per unit of cost.
    equity
        Rows ``p_median`` and ``kolm_pollak``; columns ``mean``, ``ede`` (the equally distributed equivalent),
        ``worst`` and ``gini`` of what people pay.
    """

    kappa: float
    equity: pd.DataFrame


def kolm_pollak(  # noqa: PLR0913 - what all problems of the room take, and two more
    costs: Costs,
    people: npt.ArrayLike,
    p: int,
    *,
    beta: float = 1.0,
    seconds: float = 60.0,
    gap: float = 0.0,
    locked: npt.ArrayLike = (),
    closed: npt.ArrayLike = (),
    seed: int = 0,
    beyond: npt.ArrayLike | None = None,
) -> Equitable:
    """Where p sites cost people least, each the more the worse off they are.

    The objective is the equally distributed equivalent (EDE): were everybody to pay that much, all were as well off.
    With w_i people, c_i the cost of point i to its nearest open site, W = sum of w_i::

        min   K  =  1/kappa  ln ( 1/W  sum of w_i exp(kappa c_i) )
        (1)   p sites, locked and closed as in p_median

    kappa = beta * (sum of w_i c_i) / (sum of w_i c_i^2), with the c_i of the p-median: so beta has no unit, and means
    the same in metres and in minutes. beta near 0 is the p-median; the greater, the nearer to the p-centre.

    K rises with ``sum of w_i (exp(kappa c_i) - 1) / kappa``, a p-median with other costs: it is solved as one. A gap
    of that sum is never less than the gap of K.

    Parameters
    ----------
    costs, people, p
        As in :func:`yiju.supply.siting.p_median`.
    beta
        Aversion to inequality, above 0. Great values make the bound weak: with 1 or less it is as good as that of the
        p-median.
    seconds, gap, locked, closed, seed, beyond
        As in :func:`yiju.supply.siting.p_median`.

    Raises
    ------
    ContractError
        Malformed input; beta is not above 0, or so great that exp(kappa c) is no number any more.
    Infeasible
        As in :func:`yiju.supply.siting.p_median`.

    Notes
    -----
    D. Horton, T. Logan, J. Murrell, D. Skipper, E. Speakman, A scalable approach to equitable facility location,
    https://arxiv.org/abs/2401.15452 (provisional: cited from memory).

    Examples
    --------
    A kiosk on a street: most people live near 0, a few at 10.

    >>> from yiju.supply.siting import Costs, kolm_pollak
    >>> street = Costs.from_matrix(np.abs(np.subtract.outer([0.0, 2.0, 10.0], [0.0, 2.0, 5.0])))
    >>> [kolm_pollak(street, [50, 40, 20], 1, beta=b).chosen.tolist() for b in (0.1, 5.0)]
    [[1], [2]]
    """
    began = time.monotonic()
    _refuse_beta(beta)
    asked = instance_of(costs, people, p, beyond=beyond, locked=locked, closed=closed)
    median = prove(asked, Effort(seconds=_MEDIAN_SHARE * seconds, gap=max(gap, 1e-3)), seed=seed, began=began)
    pays = _paid(asked, median.search.chosen)
    kappa = beta * _per_unit(pays, asked.weight)
    felt = _as_felt(asked, kappa)
    known = median.search.chosen
    capped = _capped(felt, felt.total(known))
    found = prove(capped, Effort(seconds=seconds, gap=gap), seed=seed, began=began, start=known)
    chosen = np.sort(found.search.chosen)
    total, everybody = felt.total(chosen), float(felt.weight.sum())

    def ede(sums: Floats) -> Floats:
        return np.log1p(kappa * sums / everybody) / kappa if kappa else sums / max(everybody, 1.0)

    serves = serving(costs, chosen, beyond)
    weight = per_point(costs, people, Text("人数", "people"))
    objective, bound = ede(np.array([total, found.bound_on(total)])).tolist()
    return Equitable(
        problem="kolm_pollak",
        sense="min",
        objective=objective,
        bound=bound,
        proof=found.proof,
        seconds=time.monotonic() - began,
        chosen=chosen,
        serves=serves,
        sites=sites_table(costs, weight, felt, chosen, serves, measure=ede),
        notes=left_out(weight, serves, beyond is not None),
        kappa=kappa,
        equity=pd.DataFrame(
            [_figures(_paid(asked, c), asked.weight, kappa) for c in (median.search.chosen, chosen)],
            index=["p_median", "kolm_pollak"],
        ),
    )


def _refuse_beta(beta: float) -> None:
    if not (np.isfinite(beta) and beta > 0):
        raise ContractError(
            Text(
                f"beta 应为大于 0 的数，给出的是 {beta}。",
                f"beta needs to be a number above 0; it is {beta}.",
            )
        )


def _paid(asked: Instance, chosen: npt.NDArray[np.integer]) -> Floats:
    """(n,) what each point pays under a choice."""
    first, site, cost = asked.rows
    is_open = np.zeros(asked.m, dtype=np.bool_)
    is_open[chosen] = True
    return np.minimum(nearest_of(first, is_open[site], cost), asked.far)


def _per_unit(pays: Floats, weight: Floats) -> float:
    """What turns costs into numbers without a unit; 0 where nobody pays anything."""
    squares = float(weight @ pays**2)
    return float(weight @ pays) / squares if squares > 0 else 0.0


def _as_felt(asked: Instance, kappa: float) -> Instance:
    """The same p-median with (exp(kappa c) - 1) / kappa in place of each cost c.

    Raises
    ------
    ContractError
        Costs are too great for the aversion.
    """
    finite = asked.far[np.isfinite(asked.far)]
    greatest = max(float(asked.rows[2].max(initial=0.0)), float(finite.max(initial=0.0)))
    if kappa * greatest > _MOST_EXPONENT:
        raise ContractError(
            Text(
                f"费用相差过大：最大费用 {greatest:g} 在此 beta 下无法计算。",
                f"The costs differ too much: with this beta the greatest, {greatest:g}, is felt beyond all numbers.",
            ),
            hint=Text(
                f"请减小 beta，或只列出不超过 {_MOST_EXPONENT / kappa:g} 的费用。",
                f"Take a smaller beta, or list only costs up to {_MOST_EXPONENT / kappa:g}.",
            ),
        )

    return _with_costs(
        asked,
        rows=_felt(asked.rows[2], kappa),
        heads=_felt(asked.heads[2], kappa),
        columns=_felt(asked.columns[2], kappa),
        rest=(_felt(asked.far, kappa), _felt(asked.unlisted, kappa), _felt(asked.ceiling, kappa)),
    )


def _felt(cost: Floats, kappa: float) -> Floats:
    return np.expm1(kappa * cost) / kappa if kappa else cost


def _capped(felt: Instance, most: float) -> Instance:
    """The same for every choice that costs at most so much: what one point alone may not pay is cut to twice that.

    Costs of many orders of magnitude would leave crumbs in sums that look like swaps worth making.
    """
    cap = 2.0 * max(most, 1e-300) / felt.weight

    def cut(pairs: Pairs) -> Floats:
        return np.minimum(pairs[2], np.repeat(cap, np.diff(pairs[0])))

    return _with_costs(
        felt,
        rows=cut(felt.rows),
        heads=cut(felt.heads),
        columns=np.minimum(felt.columns[2], cap[felt.columns[1]]),
        rest=(felt.far, felt.unlisted, np.minimum(felt.ceiling, cap)),
    )


def _with_costs(
    asked: Instance, *, rows: Floats, heads: Floats, columns: Floats, rest: tuple[Floats, Floats, Floats]
) -> Instance:
    far, unlisted, ceiling = rest
    return replace(
        asked,
        rows=(*asked.rows[:2], rows),
        heads=(*asked.heads[:2], heads),
        columns=(*asked.columns[:2], columns),
        far=far,
        unlisted=unlisted,
        ceiling=ceiling,
        step=0.0,
    )


def _figures(pays: Floats, weight: Floats, kappa: float) -> dict[str, float]:
    if not len(pays):
        return dict.fromkeys(("mean", "ede", "worst", "gini"), 0.0)
    mean, worst = float(np.average(pays, weights=weight)), float(pays.max())
    # the worst is taken out of the exponent, so that no number grows too great
    spread = float(np.log(np.average(np.exp(kappa * (pays - worst)), weights=weight)))
    return {
        "mean": mean,
        "ede": worst + spread / kappa if kappa else mean,
        "worst": worst,
        "gini": gini(pays, weight) if worst > 0 else 0.0,
    }
