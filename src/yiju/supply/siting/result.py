"""What every siting problem answers with: the sites, what they achieve, and how good that is proved to be.

*objective* is what the sites achieve, *bound* what no choice of sites can beat. Their distance is the gap. "Optimal"
is said only when the gap is closed: a solver that merely ran out of time has a bound too, and says so.

====================  ==============================================================
``proof``             meaning
====================  ==============================================================
``optimal``           bound and objective are the same within the tolerance below
``within gap``        the search ended at the gap that was asked for
``out of time``       the search ended when its seconds were over
``search ended``      the method has nothing more to try; the gap is what it proves
====================  ==============================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from yiju.errors import YijuError

if TYPE_CHECKING:
    import pandas as pd

    from yiju.text import Text

Int32s = npt.NDArray[np.int32]
Sense = Literal["min", "max"]
Proof = Literal["optimal", "within gap", "out of time", "search ended"]

# Relative difference below which two objectives are one: the feasibility tolerance of HiGHS for mixed-integer programs.
# https://ergo-code.github.io/HiGHS/dev/options/definitions/ (mip_feasibility_tolerance)
TOLERANCE = 1e-6
# A point that no site serves.
UNSERVED = -1


class Infeasible(YijuError, ValueError):  # noqa: N818 - it names a state
    """No choice of sites meets all that is asked; the hint says the smallest relaxation that would help.

    Attributes
    ----------
    constraint
        Code of the constraint that cannot be met: ``coverage``, ``budget``, ``capacity``, ``count``, ``locked``; or
        ``time``: none was found in the seconds that were given, which proves nothing.
    relaxed
        The smallest (or greatest) value of that constraint that can be met, if it is known.
    """

    def __init__(
        self, message: Text, *, constraint: str, relaxed: float | None = None, hint: Text | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.constraint = constraint
        self.relaxed = relaxed


@dataclass(frozen=True, eq=False)
class Siting:
    """Chosen sites with their proof.

    Attributes
    ----------
    problem
        Code of the problem, such as ``p_median``.
    sense
        Whether the objective is made small or large.
    objective, bound
        What the sites achieve, and what no choice can beat.
    proof
        How the search ended; see the table above.
    seconds
        Wall time of the search.
    chosen
        Positions of the chosen sites, rising.
    serves
        (n,) position of the site that serves each demand point, ``UNSERVED`` for none; where several share a point,
        the one that serves most of it.
    sites
        A row for each chosen site, indexed by its label: ``points`` and ``people`` that it serves, ``gain`` (by how
        much the objective would be worse without it, the others kept), ``next_best`` (label of the site that would
        replace it best; null if none can) and ``next_best_loss`` (by how much the objective would be worse then).
        Problems add columns of their own.
    notes
        What the reader has to know, such as demand that no site reaches.
    """

    problem: str
    sense: Sense
    objective: float
    bound: float
    proof: Proof
    seconds: float
    chosen: Int32s
    serves: Int32s
    sites: pd.DataFrame
    notes: tuple[Text, ...] = field(default=())

    @property
    def gap(self) -> float:
        """Relative distance of objective and bound, 0 when they are the same.

        Relative to the objective; infinite where that is 0 and the bound is not.
        """
        return relative_gap(self.objective, self.bound)

    @property
    def proved(self) -> bool:
        """Whether the sites are proved to be the best."""
        return self.proof == "optimal"


def relative_gap(objective: float, bound: float) -> float:
    """Distance of objective and bound as a share of the objective.

    Examples
    --------
    >>> relative_gap(200.0, 199.0), relative_gap(0.0, 0.0), relative_gap(0.0, 1.0)
    (0.005, 0.0, inf)
    """
    distance = abs(objective - bound)
    if distance == 0.0:
        return 0.0
    return distance / abs(objective) if objective else float("inf")


def is_closed(objective: float, bound: float, *, step: float = 0.0) -> bool:
    """Whether nothing can lie between objective and bound.

    Parameters
    ----------
    objective, bound
        What was found, and what cannot be beaten.
    step
        The least difference of two objectives, such as 1 where all costs and weights are whole; 0 if unknown.

    Examples
    --------
    >>> is_closed(5819.0, 5818.2, step=1.0), is_closed(5819.0, 5818.2)
    (True, False)
    """
    distance = abs(objective - bound)
    return distance <= TOLERANCE * max(1.0, abs(objective)) or distance < step * (1.0 - TOLERANCE)
