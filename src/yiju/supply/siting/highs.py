"""The way to HiGHS: arrays of a mixed-integer program in, values, objective and proven bound out.

HiGHS (Huangfu & Hall 2018, https://doi.org/10.1007/s12532-017-0130-5) closes what the searches of this room leave open.
Its words are not passed on: a program that only ran out of time is never called optimal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float64]
State = Literal["optimal", "infeasible", "cut off", "out of time"]

_INFINITY = float("inf")


@dataclass(frozen=True, eq=False)
class Program:
    """min or max ``cost @ x + offset`` with ``row_low <= rows @ x <= row_high``, ``low <= x <= high``.

    Attributes
    ----------
    cost
        (columns,).
    rows
        (rows, columns), a scipy CSR matrix.
    row_low, row_high
        (rows,); infinite where a side is open.
    low, high
        (columns,).
    whole
        (columns,) which columns need whole numbers.
    """

    cost: Floats
    rows: sparse.csr_matrix
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    whole: npt.NDArray[np.bool_]
    offset: float = 0.0
    maximise: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """What HiGHS found: ``cut off`` means that nothing is better than the objective that was given.

    Attributes
    ----------
    values
        (columns,), None where no solution was found.
    objective, bound
        Of the values, and what none can beat; infinite where there is none.
    """

    state: State
    values: Floats | None
    objective: float
    bound: float


def solve(
    program: Program,
    *,
    seconds: float,
    threads: int = 2,
    gap: float = 0.0,
    better_than: float | None = None,
    start: Floats | None = None,
) -> Outcome:
    """Solve a program.

    Parameters
    ----------
    program
        The program.
    seconds
        Time that it may take.
    threads
        Of HiGHS.
    gap
        Relative gap at which to stop.
    better_than
        An objective that is known: only what is better is looked for.
    start
        (columns,) a solution to begin with.

    Examples
    --------
    >>> from scipy import sparse
    >>> knapsack = Program(
    ...     cost=np.array([4.0, 5.0]), rows=sparse.csr_matrix([[2.0, 3.0]]), row_low=np.array([-np.inf]),
    ...     row_high=np.array([4.0]), low=np.zeros(2), high=np.ones(2), whole=np.ones(2, bool), maximise=True,
    ... )
    >>> outcome = solve(knapsack, seconds=10)
    >>> outcome.state, outcome.objective, outcome.values.tolist()
    ('optimal', 5.0, [0.0, 1.0])
    """
    import highspy  # noqa: PLC0415 - only who solves pays for loading it

    # The solver itself: the class around it prints a banner before it can be told to be silent.
    highs: Any = highspy.Highs.__bases__[0]()
    options = {
        "output_flag": False, "threads": threads, "time_limit": max(float(seconds), 0.01),
        "mip_rel_gap": gap, "mip_abs_gap": 0.0,
    }  # fmt: skip
    if better_than is not None:
        options["objective_bound"] = -better_than if program.maximise else better_than
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(_model(highspy, program))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        highs.setSolution(solution)
    highs.run()
    outcome = _outcome(highspy, highs, program)
    if start is not None and _contradicts_itself(outcome, program):
        # HiGHS 1.16 at times drops the constant of what presolve has fixed when it is given a solution to begin with:
        # objective and bound are then too good by that much
        return solve(program, seconds=seconds, threads=threads, gap=gap, better_than=better_than)
    return outcome if better_than is None else _beaten(outcome, better_than, program)


def _beaten(outcome: Outcome, better_than: float, program: Program) -> Outcome:
    """The outcome, called cut off where HiGHS calls optimal what is no better than the objective that was given."""
    worse = outcome.objective < better_than if program.maximise else outcome.objective > better_than
    if (
        outcome.state == "optimal"
        and worse
        and abs(outcome.objective - better_than) > 1e-6 * abs(better_than)
    ):
        return replace(outcome, state="cut off", bound=better_than)
    return outcome


def _contradicts_itself(outcome: Outcome, program: Program) -> bool:
    """Whether the objective is not that of the values."""
    if outcome.values is None:
        return False
    real = float(program.cost @ outcome.values) + program.offset
    return abs(real - outcome.objective) > 1e-6 * max(1.0, abs(real))


def _model(highspy: Any, program: Program) -> Any:
    """HiGHS's own form. It minimises: a sum to be made large goes in with its sign turned."""
    sign = -1.0 if program.maximise else 1.0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.cost), len(program.row_low)
    model.col_cost_, model.offset_ = sign * program.cost, sign * program.offset
    model.col_lower_, model.col_upper_ = program.low, program.high
    model.row_lower_, model.row_upper_ = program.row_low, program.row_high
    matrix = program.rows.tocsr()
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    kinds = highspy.HighsVarType
    model.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in program.whole.tolist()]
    return model


def _outcome(highspy: Any, highs: Any, program: Program) -> Outcome:
    sign = -1.0 if program.maximise else 1.0
    status, info, known = highs.getModelStatus(), highs.getInfo(), highspy.HighsModelStatus
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value) if found else None
    objective = sign * float(info.objective_function_value) if found else sign * _INFINITY
    if not program.whole.any():
        dual = float(info.objective_function_value) if status == known.kOptimal else -_INFINITY
    else:
        dual = float(info.mip_dual_bound)
    state: State = "out of time"
    if status == known.kOptimal:
        state = "optimal"
    elif status == known.kObjectiveBound:
        state = "cut off"
    elif status in (known.kInfeasible, known.kUnboundedOrInfeasible):
        state = "infeasible"
    return Outcome(state, values, objective, sign * dual)
