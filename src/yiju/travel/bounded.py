"""Sums, counts and decays of what lies within limits, for all origins of a city.

Values are added as whole numbers, so that the order does not matter: people and places are whole anyway, and fractions
are counted in some power of two, so small that the sum of all of them still fits 63 bits::

    10,000,000 people in all    ──►  units of 2^-38, four millionths of a millionth of a person

Every sum is then exact to the unit, whoever adds it: from homes or from facilities, one thread or two, the index or the
plain search. J. Demmel and H. D. Nguyen, Parallel reproducible summation, IEEE Transactions on Computers 64 (2015)
2060-2070, call this pre-rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.travel.hanging import by_edge, by_node, by_owner
from yiju.travel.hooks import Hooks, along_streets
from yiju.travel.kernels.bounded import put_in_order
from yiju.travel.kernels.budgets import new_budgets
from yiju.travel.kernels.within import sums_within as plain_kernel
from yiju.travel.results import PER_UNIT, whole_limit
from yiju.travel.snapping import AccessPoints
from yiju.travel.sweeping import clean_rows, in_batches, of_limit, streets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yiju.travel.kernels.bounded import Along, Met, Streets
    from yiju.travel.network import StreetNetwork
    from yiju.travel.travel import Travel

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

# Sums have 63 bits and a sign; one bit is left for what rounding adds.
_BITS = 62
# No unit is finer than 2^-1022: there are floats down to 2^-1074, but the reverse of their units is none.
_FINEST = 1022
# The plain search adds in floats, exactly if it adds the upper and the lower bits by themselves.
_LOWER_BITS = 31
# A facility in a lane costs as much as so many homes, since facilities share fewer rows with their neighbours (measured
# on Porto, 1,200 m: 10.5 µs for each of 9,000 facilities, 0.63 µs for each of 300,000 homes).
_WORTH_OF_A_FACILITY = 16
# A decay is tabulated for each tenth up to its limit; a longer table (1,600 km, 19 days) would be a mistake.
_LONGEST_TABLE = 2**24


def sums_within(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    values: npt.ArrayLike | pd.DataFrame,
    limits: Sequence[float],
    by: npt.ArrayLike | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """See :meth:`yiju.travel.Travel.sums_within`."""
    table, groups = _table(values, len(facilities))
    labels, column = _labels(by, len(facilities))
    table[column < 0] = 0.0
    rising = np.array(sorted({whole_limit(limit) for limit in limits}), dtype=np.int64)
    if len(rising) == 0:
        msg = "limits need to be one or more, there were none"
        raise ValueError(msg)
    whole, column = in_units(table), np.maximum(column, 0)
    if len(labels) == 0 or table.shape[1] == 0:
        # no column to add to: a kernel would write beside the answers
        sums = np.zeros((len(origins), len(labels), table.shape[1], len(rising)))
    elif travel.engine == "plain":
        sums = _plain_sums(travel, origins, facilities, whole, column, len(labels), rising, threads)
    else:
        sides = _Sides.of(travel, origins, facilities, table.shape[1])
        sums = _swept_sums(sides, whole, column, len(labels), rising, threads)
    wanted = np.searchsorted(rising, [whole_limit(limit) for limit in limits])
    if not np.array_equal(wanted, np.arange(len(rising))):
        sums = sums[..., wanted]
    levels = [*([labels] if by is not None else []), *([groups] if groups is not None else []), list(limits)]
    names = pd.MultiIndex.from_product(levels) if len(levels) > 1 else pd.Index(levels[0])
    return pd.DataFrame(
        sums.reshape(len(origins), len(names)), columns=names, index=origins.owners, copy=False
    )


def counts_within(
    travel: Travel,
    origins: AccessPoints,
    services: Mapping[str, AccessPoints],
    limits: Sequence[float],
    threads: int | None = None,
) -> pd.DataFrame:
    """See :meth:`yiju.travel.Travel.counts_within`."""
    facilities, service = joined(services, travel.network)
    # as categories, services without any facility have counts too
    by = pd.Categorical.from_codes(service, categories=list(services))
    return sums_within(travel, origins, facilities, np.ones(len(facilities)), limits, by, threads)


def decayed_sums(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    values: npt.ArrayLike | pd.DataFrame,
    decay: Callable[[Floats], Floats] | Mapping[str, Callable[[Floats], Floats]],
    limit: float,
    threads: int | None = None,
) -> pd.Series | pd.DataFrame:
    """See :meth:`yiju.travel.Travel.decayed_sums`."""
    table, groups = _table(values, len(facilities))
    decays = decay if isinstance(decay, Mapping) else {"": decay}
    most = whole_limit(limit)
    if most >= _LONGEST_TABLE:
        msg = f"a decay needs a limit below {_LONGEST_TABLE / PER_UNIT:,.0f}, was {limit}"
        raise ValueError(msg)
    weights = np.stack(
        [np.asarray(f(np.arange(most + 1) / PER_UNIT), dtype=np.float64) for f in decays.values()]
    )
    if weights.shape != (len(decays), most + 1) or not np.isfinite(weights).all():
        msg = "a decay needs to give a number for each cost up to the limit"
        raise ValueError(msg)
    _check_numbers(table)
    # what is added are products: no sum of them exceeds this
    unit = _unit(np.abs(table).sum(axis=0) * np.abs(weights).max(axis=1, keepdims=True))
    if travel.engine == "plain":
        sums = _plain_decays(travel, origins, facilities, table, weights, unit, limit)
    else:
        sums = _swept_decays(
            _Sides.of(travel, origins, facilities, table.shape[1]), table, weights, unit, most, threads
        )
    if groups is None and not isinstance(decay, Mapping):
        return pd.Series(sums[:, 0, 0], index=origins.owners)
    levels = [
        *([list(decays)] if isinstance(decay, Mapping) else []),
        *([groups] if groups is not None else []),
    ]
    names = pd.MultiIndex.from_product(levels) if len(levels) > 1 else pd.Index(levels[0])
    return pd.DataFrame(
        sums.reshape(len(origins), len(names)), columns=names, index=origins.owners, copy=False
    )


@dataclass(frozen=True, eq=False)
class _Sides:
    """Who sits in lanes, who is met, and along which streets ways go from the one to the other."""

    travel: Travel
    forward: bool
    origins: int
    sit: Hooks
    met: Hooks
    along: Along
    streets: Streets

    @classmethod
    def of(cls, travel: Travel, origins: AccessPoints, facilities: AccessPoints, groups: int) -> _Sides:
        """Origins sit, unless facilities are so few that it is less work for them to."""
        forward = len(facilities) * groups * _WORTH_OF_A_FACILITY >= len(origins)
        sit = travel.hooks(origins if forward else facilities, leaving=forward, sitting=True)
        met = travel.hooks(facilities if forward else origins, leaving=not forward, sitting=False)
        along = along_streets(sit, met, sitting_leave=forward)
        streets = streets_of(travel.index)[0 if forward else 1]
        return cls(travel, forward, len(origins), sit, met, along, streets)

    @property
    def facilities(self) -> Hooks:
        return self.met if self.forward else self.sit

    def collected(
        self, units: Floats, threads: int | None, add: Callable[[int, int, Int64s], None]
    ) -> Floats:
        """(origins, columns) of what ``add(begin, end, totals)`` adds, in whole units, for the blocks of those who sit.

        Threads that put origins into lanes never meet. Those that put facilities there may meet the same homes, so each
        has totals of its own. Homes that are met stand in the order of rows until the end: near each other in memory
        while a batch is at work.
        """
        size = (self.origins if self.forward else len(self.met) + 1, len(units))
        if self.forward:
            total = np.zeros(size, dtype=np.int64)
            in_batches(lambda begin, end: add(begin, end, total), len(self.sit), threads)
            place = np.arange(self.origins)
        else:

            def add_own(begin: int, end: int) -> Int64s:
                own = np.zeros(size, dtype=np.int64)
                add(begin, end, own)
                return own

            total, *others = in_batches(add_own, len(self.sit), threads, blocks=1)
            for other in others:
                total += other
            place = np.full(self.origins, len(self.met))  # of who hangs nowhere: the row of zeros at the end
            place[self.met.owner] = np.arange(len(self.met))
        answers = np.empty((self.origins, len(units)))
        put_in_order(total, place, units, answers)
        return answers

    def met_in_order(self, wanted: npt.NDArray[np.bool_] | None = None) -> Met:
        """Those who are met, each under the place of their answer."""
        met = self.met.met if wanted is None else self.met.met_where(wanted)
        return met if self.forward else (np.arange(len(self.met), dtype=np.int32), *met[1:])


def _swept_sums(
    sides: _Sides, values: Wholes, column: Int32s, columns: int, limits: Int64s, threads: int | None
) -> Floats:
    """Sums within limits by bounded sweeps.

    Parameters
    ----------
    values
        (facilities, groups) numbers.
    column
        (facilities,) the column of each, from 0 to ``columns - 1``.
    limits
        (l,) tenths, in rising order.

    Returns
    -------
    (origins, columns, groups, l); 0 for origins that lie nowhere.
    """
    groups = len(values.unit)
    own = np.ascontiguousarray(values.number[sides.facilities.owner])
    first_column = (column[sides.facilities.owner] * groups).astype(np.int32)
    met = sides.met_in_order(np.any(own != 0, axis=1) if sides.forward else None)
    kernels = of_limit(int(limits[-1]))
    units = np.tile(np.repeat(values.unit, len(limits)), columns)
    answers = np.zeros((sides.origins, len(units)))

    def add(begin: int, end: int, totals: Int64s) -> None:
        with clean_rows(sides.travel.network, kernels) as (left, marks):
            who = (sides.streets, sides.sit.sitting, begin, end, met, sides.along)
            what = (own, first_column, limits, left, marks)
            if sides.forward:
                kernels.add_forward(*who, *what, new_budgets(len(units), np.int64), units, answers)
            else:
                kernels.add_backward(*who, *what, totals)

    if sides.forward:  # a batch knows the whole of its sums, and writes them as they are to be
        in_batches(lambda begin, end: add(begin, end, own), len(sides.sit), threads)
    else:
        answers = sides.collected(units, threads, add)
    return answers.reshape(sides.origins, columns, groups, len(limits))


def _swept_decays(
    sides: _Sides, values: Floats, weights: Floats, unit: Floats, limit: int, threads: int | None
) -> Floats:
    """Decayed sums by bounded sweeps: (origins, decays, groups)."""
    own = np.ascontiguousarray(values[sides.facilities.owner])
    met, kernels = sides.met_in_order(), of_limit(limit)

    def add(begin: int, end: int, totals: Int64s) -> None:
        with clean_rows(sides.travel.network, kernels) as (left, marks):
            kernels.add_decayed(
                sides.streets, sides.sit.sitting, begin, end, met, sides.along,
                own, weights, 1 / unit, sides.forward, left, marks, totals,
            )  # fmt: skip

    return sides.collected(unit.ravel(), threads, add).reshape(sides.origins, *unit.shape)


def _plain_sums(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    values: Wholes,
    column: Int32s,
    columns: int,
    limits: Int64s,
    threads: int | None,
) -> Floats:
    """:func:`_swept_sums` by a search from each origin, for each column again."""
    points, targets = travel.points(origins), travel.points(facilities)
    hanging = (*by_node(targets, travel.network.nodes), *by_edge(targets, len(travel.network.u)))
    first = by_owner(points, len(origins))

    def added(part: Int64s) -> Int64s:
        value = part.astype(np.float64)

        def add(begin: int, end: int) -> Floats:
            return plain_kernel(*travel.leaving, *hanging, points, first[begin : end + 1], value, limits)

        return np.concatenate(in_batches(add, len(origins), threads)).astype(np.int64)

    answers = np.zeros((len(origins), columns, len(values.unit), len(limits)))
    for at, group in np.ndindex(answers.shape[1:3]):
        upper, lower = np.divmod(np.where(column == at, values.number[:, group], 0), 2**_LOWER_BITS)
        answers[:, at, group] = ((added(upper) << _LOWER_BITS) + added(lower)) * values.unit[group]
    return answers


def _plain_decays(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    values: Floats,
    weights: Floats,
    unit: Floats,
    limit: float,
) -> Floats:
    """:func:`_swept_decays` from the list of all pairs."""
    pairs = travel.within(origins, facilities, limit)
    answers = np.zeros((len(origins), *unit.shape))
    for at, group in np.ndindex(unit.shape):
        product = values[pairs.facility, group] * weights[at, pairs.tenths] * (1 / unit[at, group])
        totals = np.zeros(len(origins), dtype=np.int64)
        np.add.at(totals, pairs.origin, np.rint(product).astype(np.int64))
        answers[:, at, group] = totals * unit[at, group]
    return answers


class Wholes(NamedTuple):
    """Values in whole units.

    number
        (facilities, groups).
    unit
        (groups,) what one is worth.
    """

    number: Int64s
    unit: Floats


def in_units(values: Floats) -> Wholes:
    """(facilities, groups) values, rounded to whole units; 2^62 of them are more than the sum of all.

    Raises
    ------
    ValueError
        A value is not a number: a sum over something unknown is unknown.

    Examples
    --------
    >>> whole, unit = in_units(np.array([[0.1], [3.0]]))
    >>> (whole * unit).ravel().tolist()
    [0.1, 3.0]
    """
    _check_numbers(values)
    unit = _unit(np.abs(values).sum(axis=0))
    return Wholes(np.rint(values / unit).astype(np.int64), unit)


def _unit(total: Floats) -> Floats:
    """The power of two of which the total has fewer than 2^62."""
    if not np.isfinite(total).all():
        msg = f"values need to add up to a number, were too large: {total.max()}"
        raise ValueError(msg)
    _, exponent = np.frexp(total)
    unit: Floats = np.ldexp(1.0, np.maximum(exponent - _BITS, -_FINEST))
    return unit


def _check_numbers(values: Floats) -> None:
    if not np.isfinite(values).all():
        msg = f"values need to be numbers, {int((~np.isfinite(values)).sum())} are not"
        raise ValueError(msg)


def joined(services: Mapping[str, AccessPoints], network: StreetNetwork) -> tuple[AccessPoints, Int32s]:
    """The facilities of all services as one, and the position of the service of each."""
    parts = list(services.values())
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    before = np.cumsum(sizes) - sizes
    owner = [part.owner + start for part, start in zip(parts, before, strict=True)]

    def column(name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts] or [np.zeros(0)]).astype(dtype)

    points = AccessPoints(
        network,
        pd.RangeIndex(int(sizes.sum())),
        np.concatenate([*owner, np.zeros(0)]).astype(np.int32),
        column("edge", np.int32),
        column("share", np.float64),
        column("gap_m", np.float64),
    )
    return points, np.repeat(np.arange(len(parts), dtype=np.int32), sizes)


def _table(values: npt.ArrayLike | pd.DataFrame, facilities: int) -> tuple[Floats, pd.Index | None]:
    """(facilities, groups) values, and the names of the groups where there are several."""
    table = np.array(values, dtype=np.float64)
    if table.shape[:1] != (facilities,) or table.ndim > 2:
        msg = f"values need a row for each of {facilities} facilities, were of shape {table.shape}"
        raise ValueError(msg)
    if table.ndim == 1:
        return table.reshape(-1, 1), None
    return table, values.columns if isinstance(values, pd.DataFrame) else pd.RangeIndex(table.shape[1])


def _labels(by: npt.ArrayLike | None, facilities: int) -> tuple[pd.Index, Int32s]:
    """The distinct labels as they come, or all categories, and which one each facility has; -1 for none."""
    if by is None:
        return pd.RangeIndex(1), np.zeros(facilities, dtype=np.int32)
    if isinstance(by, pd.Categorical):
        code, labels = by.codes, by.categories
    else:
        code, labels = pd.factorize(np.asarray(by))
    if len(code) != facilities:
        msg = f"labels need to be one for each of {facilities} facilities, were {len(code)}"
        raise ValueError(msg)
    return pd.Index(labels), code.astype(np.int32)
