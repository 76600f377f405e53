"""Sums, counts and decays of what lies within limits, for all origins of a city.

Values are added so that the order does not matter. Whole numbers below 2^52 add up exactly in floats. Others are first
rounded to multiples of one power of two, so small that the sum of all of them still fits the 53 bits of a float::

    10,000,000 people in all    ──►  multiples of 2^-28, a four-millionth of a thousandth of a person

Every sum is then exact, whoever adds it: from homes or from facilities, one thread or two, the index or the plain
search. J. Demmel and H. D. Nguyen, Parallel reproducible summation, IEEE Transactions on Computers 64 (2015) 2060-2070,
call this pre-rounding.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.travel.hanging import by_edge, by_node, by_owner
from yiju.travel.hooks import along_streets
from yiju.travel.kernels.bounded import NARROW, WIDE, Bounded, Streets
from yiju.travel.kernels.budgets import LANES, new_budgets
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.kernels.within import sums_within as plain_kernel
from yiju.travel.results import tenths
from yiju.travel.snapping import AccessPoints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yiju.travel.index import StreetIndex
    from yiju.travel.kernels.rows import Rows
    from yiju.travel.network import StreetNetwork
    from yiju.travel.travel import Travel

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint64]
Block = TypeVar("Block")

# Searches without a limit follow every way that fits.
ANYWHERE = UNREACHED - 1
# Bits of a float's significand, less one for the sign of what is rounded.
_BITS = 52
# A batch of facilities is spread wider than one of homes: it costs as much as 8 (measured on Porto, 1,200 m).
_WORTH_OF_A_FACILITY = 8
# Blocks for each thread, so that none waits long for another.
_BLOCKS = 4

# Clean rows and marks that nobody uses at the moment. Fresh memory would cost as much as a small question.
_IDLE: WeakKeyDictionary[StreetNetwork, list[tuple[Rows, Marks]]] = WeakKeyDictionary()
_STREETS: WeakKeyDictionary[StreetIndex, tuple[Streets, Streets]] = WeakKeyDictionary()


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
    search = plain_sums if travel.engine == "plain" else sums_by_column
    sums = search(
        travel, origins, facilities, addable(table), np.maximum(column, 0), len(labels), rising, threads
    )
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


def sums_by_column(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    values: Floats,
    column: Int32s,
    columns: int,
    limits: Int64s,
    threads: int | None,
) -> Floats:
    """Sums within limits.

    Parameters
    ----------
    values
        (facilities, groups) numbers that add up exactly, see :func:`addable`.
    column
        (facilities,) the column of each, from 0 to ``columns - 1``.
    limits
        (l,) tenths, in rising order.

    Returns
    -------
    (origins, columns, groups, l); 0 for origins that lie nowhere.
    """
    groups = values.shape[1]
    answers = np.zeros((len(origins), columns * groups * len(limits)))
    forward = len(facilities) * groups * _WORTH_OF_A_FACILITY >= len(origins)
    met_by = facilities if forward else origins
    sit = travel.hooks(origins if forward else facilities, leaving=forward, sitting=True)
    met = travel.hooks(met_by, leaving=not forward, sitting=False)
    if len(sit) and len(met):
        along = along_streets(sit, met, sitting_leave=forward)
        streets = streets_of(travel.index)[0 if forward else 1]
        kernels = of_limit(int(limits[-1]))
        first_column = (column * groups).astype(np.int32)
        if forward:
            values, first_column = values[met.owner], first_column[met.owner]
            listed = met.met_where(np.any(values != 0, axis=1))

            def add(begin: int, end: int) -> None:
                with clean_rows(travel, kernels) as (left, marks):
                    sums = new_budgets(answers.shape[1], np.float64)
                    kernels.add_forward(
                        streets, sit.sitting, begin, end, listed, along,
                        values, first_column, limits, left, marks, sums, answers,
                    )  # fmt: skip

            in_batches(add, len(sit), threads)
        else:
            values, first_column = values[sit.owner], first_column[sit.owner]
            listed = met.met

            def add_own(begin: int, end: int) -> Floats:
                # threads may meet the same homes
                own = answers if begin == 0 else np.zeros_like(answers)
                with clean_rows(travel, kernels) as (left, marks):
                    kernels.add_backward(
                        streets, sit.sitting, begin, end, listed, along,
                        values, first_column, limits, left, marks, own,
                    )  # fmt: skip
                return own

            for own in in_batches(add_own, len(sit), threads, blocks=1)[1:]:
                answers += own
    return answers.reshape(len(origins), columns, groups, len(limits))


def plain_sums(
    travel: Travel,
    origins: AccessPoints,
    facilities: AccessPoints,
    values: Floats,
    column: Int32s,
    columns: int,
    limits: Int64s,
    threads: int | None,
) -> Floats:
    """:func:`sums_by_column` by a search from each origin, for each column again."""
    points, targets = travel.points(origins), travel.points(facilities)
    hanging = (*by_node(targets, travel.network.nodes), *by_edge(targets, len(travel.network.u)))
    first = by_owner(points, len(origins))
    answers = np.zeros((len(origins), columns, values.shape[1], len(limits)))
    for at, group in np.ndindex(answers.shape[1:3]):
        value = np.where(column == at, values[:, group], 0.0)

        def add(begin: int, end: int, value: Floats = value) -> Floats:
            return plain_kernel(*travel.leaving, *hanging, points, first[begin : end + 1], value, limits)

        answers[:, at, group] = np.concatenate(in_batches(add, len(origins), threads))
    return answers


def addable(values: Floats) -> Floats:
    """(facilities, groups) values rounded so that all their sums are exact; whole numbers stay as they are.

    Raises
    ------
    ValueError
        A value is not a number: a sum over something unknown is unknown.

    Examples
    --------
    >>> (addable(np.array([[0.1], [3.0]])) - [[0.1], [3.0]]).ravel().tolist()
    [0.0, 0.0]
    """
    if not np.isfinite(values).all():
        msg = f"values need to be numbers, {int((~np.isfinite(values)).sum())} are not"
        raise ValueError(msg)
    total = np.abs(values).sum(axis=0)
    grid = np.exp2(np.ceil(np.log2(np.where(total > 0, total, 1.0))) - _BITS)
    # whole numbers are multiples of 1, which is coarser than the grid of any sum below 2^52
    rounded: Floats = np.rint(values / grid) * grid
    return rounded


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


def of_limit(limit: int) -> Bounded:
    """The narrowest kernels that hold a limit in tenths."""
    return NARROW if limit <= NARROW.most else WIDE


def streets_of(index: StreetIndex) -> tuple[Streets, Streets]:
    """The arcs of an index for searches along the streets, and against them."""
    if index not in _STREETS:
        up, below = index.up_head.astype(np.uint64) << np.uint64(32), index.below_head.astype(np.uint64)
        below <<= np.uint64(32)
        along = (
            index.up_first,
            up | index.up_cost,
            index.below_first,
            below | index.down_cost[index.below_arc],
        )
        against = along
        if index.down_cost is not index.up_cost:
            against = (along[0], up | index.down_cost, along[2], below | index.up_cost[index.below_arc])
        _STREETS[index] = along, against
    return _STREETS[index]


@contextmanager
def clean_rows(travel: Travel, kernels: Bounded) -> Iterator[tuple[Rows, Marks]]:
    """Budgets for all rows, one spare row, and marks, all zero; they go back when the block ends, zero again."""
    rows = travel.network.nodes
    idle = _IDLE.setdefault(travel.network, [])
    try:
        left, marks = idle.pop()
    except IndexError:
        left, marks = new_budgets(0, np.uint16), np.zeros(rows // 64 + 1, dtype=np.uint64)
    if left.dtype != kernels.budget or len(left) != rows + 1:
        left = new_budgets(rows + 1, kernels.budget)
    yield left, marks
    idle.append((left, marks))  # not if something failed: they may be dirty


def in_batches(
    work: Callable[[int, int], Block],
    count: int,
    threads: int | None,
    *,
    blocks: int = _BLOCKS,
    lanes: int = LANES,
) -> list[Block]:
    """``work(begin, end)`` on blocks of whole batches that cover 0 to count, in order."""
    workers = max(1, threads or os.cpu_count() or 1)
    parts = max(1, min(workers * blocks if workers > 1 else 1, -(-count // lanes)))
    bounds = [min(count, -(-count * part // parts // lanes) * lanes) for part in range(parts)] + [count]
    if parts == 1:
        return [work(0, count)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))


def whole_limit(limit: float | None) -> int:
    """A limit in tenths; costs beyond 31 bits are beyond every limit.

    Raises
    ------
    ValueError
        It is negative, or not a number.
    """
    if limit is None or limit == np.inf:
        return ANYWHERE
    if not limit >= 0:
        msg = f"a limit needs to be 0 or more, was {limit}"
        raise ValueError(msg)
    return min(tenths(limit), ANYWHERE)


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
