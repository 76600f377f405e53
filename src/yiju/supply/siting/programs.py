"""Programs for HiGHS, written block by block: columns and rows of one kind at a time, as the formulation names them.

::

    model = Model(maximise=True)
    opened = model.columns(m, whole=True, high=1.0)
    served = model.columns(n, cost=people, high=1.0)
    model.rows(n, (points, served, 1.0), (point, opened[site], -1.0), high=0.0)     # served only by what is open

A block of rows is a list of terms (row within the block, column, factor), each an array or one number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Outcome, Program
from yiju.supply.siting.result import TOLERANCE, Proof, is_closed, relative_gap

if TYPE_CHECKING:
    from yiju.supply.siting.result import Sense

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.ArrayLike
Term: TypeAlias = tuple[Numbers, Numbers, Numbers]

_INFINITY = float("inf")


class Model:
    """A program that grows block by block.

    Examples
    --------
    >>> from yiju.supply.siting.highs import solve
    >>> knapsack = Model(maximise=True)
    >>> taken = knapsack.columns(2, cost=[4.0, 5.0], high=1.0, whole=True)
    >>> knapsack.rows(1, (0, taken, [2.0, 3.0]), high=4.0)
    >>> solve(knapsack.program(), seconds=10).objective
    5.0
    """

    def __init__(self, *, maximise: bool = False) -> None:
        self._maximise = maximise
        self._columns: list[tuple[Floats, ...]] = []
        self._terms: list[tuple[Int64s, Int64s, Floats]] = []
        self._sides: list[tuple[Floats, Floats]] = []
        self._width = 0
        self._height = 0

    def columns(
        self,
        count: int,
        *,
        cost: Numbers = 0.0,
        low: Numbers = 0.0,
        high: Numbers = _INFINITY,
        whole: bool = False,
    ) -> Int64s:
        """Add columns; their positions in the program."""
        block = tuple(
            np.broadcast_to(np.asarray(v, dtype=np.float64), count) for v in (cost, low, high, whole)
        )
        self._columns.append(block)
        self._width += count
        return np.arange(self._width - count, self._width)

    def rows(self, count: int, *terms: Term, low: Numbers = -_INFINITY, high: Numbers = _INFINITY) -> None:
        """Add rows: for each, the sum of the terms that name it lies between low and high."""
        for row, column, factor in terms:
            at, by, times = np.broadcast_arrays(
                np.asarray(row, dtype=np.int64),
                np.asarray(column, dtype=np.int64),
                np.asarray(factor, dtype=np.float64),
            )
            self._terms.append((at.ravel() + self._height, by.ravel(), times.ravel()))
        self._sides.append(
            (
                np.broadcast_to(np.asarray(low, dtype=np.float64), count),
                np.broadcast_to(np.asarray(high, dtype=np.float64), count),
            )
        )
        self._height += count

    def program(self) -> Program:
        """What HiGHS takes."""
        from scipy import sparse  # noqa: PLC0415 - only who solves pays for loading it

        cost, low, high, whole = (np.concatenate(parts) for parts in zip(*self._columns, strict=True))
        row, column, factor = (np.concatenate(parts) for parts in zip(*self._terms, strict=True))
        row_low, row_high = (np.concatenate(parts) for parts in zip(*self._sides, strict=True))
        rows = sparse.csr_matrix((factor, (row, column)), shape=(self._height, self._width))
        return Program(cost, rows, row_low, row_high, low, high, whole.astype(bool), maximise=self._maximise)


def proof_of(
    sense: Sense, outcome: Outcome, objective: float, *, gap: float, step: float = 0.0
) -> tuple[float, Proof]:
    """The bound of what was found, and the word for it.

    Parameters
    ----------
    sense
        Of the problem.
    outcome
        How HiGHS ended.
    objective
        What was found, evaluated exactly.
    gap
        That was asked for.
    step
        The least difference of two objectives; 0 if unknown.
    """
    bound = max(outcome.bound, objective) if sense == "max" else min(outcome.bound, objective)
    if step and is_closed(objective, bound, step=step):
        return objective, "optimal"
    if is_closed(objective, bound):
        return bound, "optimal"
    if relative_gap(objective, bound) <= max(gap, TOLERANCE):
        return bound, "within gap"
    return bound, "out of time"
