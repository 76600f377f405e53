"""What no choice of p sites can beat: prices instead of promises, raised where a point is served by nobody.

With a price u_i for each point, any p sites cost at least::

    L(u)  =  sum of w_i u_i  +  the p least of   rho_j = sum over i of  w_i min(0, c_ij - u_i)

whatever the prices are. The best prices are looked for by a deflected subgradient: a point that no chosen site serves
is offered more, one that several serve is offered less, each by a step that shrinks with the gap (Held, Wolfe &
Crowder, Validation of subgradient optimization, Mathematical Programming 6 (1974); Camerini, Fratta & Maffioli, On
improving relaxation methods by modified gradient techniques, Mathematical Programming Studies 3 (1975)).

Steps are taken in ``sqrt(w) u``: a subgradient in u itself would be led by the few points with most people. On
20,000 x 1,000 points of 50 to 3,000 people this leaves a tenth less gap after as many steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.kernels.relaxation import reduced_costs, unserved
from yiju.supply.siting.result import TOLERANCE

if TYPE_CHECKING:
    from yiju.supply.siting.median_instance import Instance

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# How much of the last direction is kept, how far above the best choice the steps aim, after how many steps without
# progress they shrink, by how much, and when they are too small to matter. Chosen by trial on OR-Library's pmed and on
# instances of 5,000 x 500 and 20,000 x 1,000: they decide how fast the bound rises, never whether it holds.
_KEPT = 0.9
_AIM = 1.003
_PATIENCE = 25
_SHRINK = 0.6
_TOO_SMALL = 1e-4
# A rise of the bound by less than this share of it is no progress.
_PROGRESS = 1e-5


class Relaxation:
    """Prices on their way up.

    Attributes
    ----------
    bound
        The best bound so far.
    chosen
        (p,) the sites that the last prices would open; locked ones stand first.
    tired
        Whether steps have become too small to matter.
    """

    def __init__(self, instance: Instance, price: Floats) -> None:
        self._instance = instance
        self._forced = len(instance.locked)
        self._free = np.setdiff1d(np.flatnonzero(~instance.barred), instance.locked)
        self._price = np.minimum(price, instance.ceiling)
        self._best_price = self._price
        self._direction = np.zeros(instance.n)
        self._rho = np.empty(instance.m)
        self._missing = np.empty(instance.n)
        self._shrunk, self._waited = 1.0, 0
        self.best_rho = np.zeros(instance.m)
        self.bound = -np.inf
        self.chosen = instance.locked

    @property
    def tired(self) -> bool:
        """Whether steps have become too small to matter."""
        return self._shrunk < _TOO_SMALL

    def step(self, best_cost: float) -> None:
        """Evaluate the prices, and change them.

        Parameters
        ----------
        best_cost
            Of the best choice that is known: the steps aim there.
        """
        asked = self._instance
        value = self._evaluate()
        if value > self.bound:
            if value > self.bound + _PROGRESS * abs(value):
                self._waited = 0
            self.bound = value
            self._best_price = self._price
            self.best_rho = self._rho.copy()
        else:
            self._waited += 1
        if self._waited >= _PATIENCE:
            self._shrunk *= _SHRINK
            self._waited = 0
            self._price = self._best_price
            self._direction[:] = 0.0
        is_open = np.zeros(asked.m, dtype=np.bool_)
        is_open[self.chosen] = True
        unserved(asked.heads, self._price, is_open, self._missing)
        self._direction = self._missing + _KEPT * self._direction
        length = float(asked.weight @ self._direction**2)
        if length > 0.0:
            step = self._shrunk * max(_AIM * best_cost - value, 0.0) / length
            self._price = np.clip(self._price + step * self._direction, 0.0, asked.ceiling)

    def _evaluate(self) -> float:
        asked = self._instance
        total = reduced_costs(asked.heads, asked.weight, self._price, self._rho)
        wanted = asked.p - self._forced
        rho = self._rho[self._free]
        least = np.argpartition(rho, wanted - 1)[:wanted] if wanted else np.empty(0, dtype=np.int64)
        self.chosen = np.concatenate([asked.locked, self._free[least]])
        return total + float(self._rho[asked.locked].sum() + rho[least].sum())

    def decided(self, best_cost: float) -> tuple[Bools, Bools]:
        """(m,) each: sites in every better choice, and in none, by what it would cost to decide otherwise.

        A choice with a site that the prices leave out costs at least the bound, plus its reduced cost, less that of
        the worst site which it replaces; and the other way round.
        """
        asked = self._instance
        limit = better_than(best_cost, asked.step)
        opened, closed = np.zeros(asked.m, dtype=np.bool_), asked.barred.copy()
        opened[asked.locked] = True
        wanted = asked.p - self._forced
        order = self._free[np.argsort(self.best_rho[self._free], kind="stable")]
        inside, outside = order[:wanted], order[wanted:]
        if len(inside) and len(outside):
            last_in, first_out = self.best_rho[inside[-1]], self.best_rho[outside[0]]
            opened[inside] = self.bound - self.best_rho[inside] + first_out > limit
            closed[outside] = self.bound + self.best_rho[outside] - last_in > limit
        elif len(inside):
            opened[inside] = True
        else:
            closed[outside] = True
        return opened, closed


def better_than(cost: float, step: float) -> float:
    """The most that a choice may cost which counts as better."""
    return cost - (step * (1.0 - TOLERANCE) if step else 0.5 * TOLERANCE * max(1.0, abs(cost)))
