"""What it costs from each demand point to each site that it can use: the one input that all siting problems share.

Rows are demand points, columns are sites. Only pairs that can be used are stored, cheapest first in each row::

    point 0  │ site 4: 120   site 0: 310
    point 1  │ site 0:  80   site 2: 270   site 4: 905
    point 2  │                                             nobody can reach it: an empty row

A city of 100,000 homes and 2,000 sites has 200 million pairs; the 64 nearest of each home are 6.4 million.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.travel.results import PairsWithin

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of the pairs of demand point and site that can be used.

    Attributes
    ----------
    points, sites
        Labels of the n demand points and of the m sites.
    first
        (n + 1,) where the row of each point begins.
    site, cost
        (pairs,) position of the site and cost, rising within a row, ties by position.
    nearest_only
        Whether a row holds just the nearest sites of its point. What is not listed then costs at least as much as
        the row's last entry, which keeps bounds valid for the whole problem. Otherwise a pair that is not listed
        cannot be used.

    Examples
    --------
    >>> costs = Costs.from_matrix([[310.0, np.inf, 120.0], [80.0, 270.0, 905.0]], limit=900.0)
    >>> len(costs), costs.site.tolist(), costs.cost.tolist()
    (4, [2, 0, 0, 1], [120.0, 310.0, 80.0, 270.0])
    """

    points: pd.Index
    sites: pd.Index
    first: Int64s
    site: Int32s
    cost: Floats
    nearest_only: bool = False

    @classmethod
    def from_matrix(
        cls,
        matrix: npt.ArrayLike,
        *,
        limit: float | None = None,
        nearest: int | None = None,
        points: pd.Index | None = None,
        sites: pd.Index | None = None,
    ) -> Costs:
        """Costs of a matrix of n points by m sites; what is infinite or over the limit cannot be used.

        Parameters
        ----------
        matrix
            (n, m), nowhere negative or NaN.
        limit
            Greatest cost that is allowed, inclusive.
        nearest
            Keep this many nearest sites of each point.
        points, sites
            Labels; by default their positions.

        Raises
        ------
        ContractError
            The matrix has another shape, or holds a negative cost or NaN.
        """
        whole = np.asarray(matrix, dtype=np.float64)
        if whole.ndim != 2:
            raise ContractError(
                Text(
                    f"费用矩阵应为二维（需求点 × 候选点），给出的是 {whole.ndim} 维。",
                    f"The cost matrix needs two dimensions, points by sites; it has {whole.ndim}.",
                )
            )
        n, m = whole.shape
        _refuse_impossible(whole)
        kept = m if nearest is None else min(nearest, m)
        row, column = _all_rising(whole) if limit is None else _rising_within(whole, limit)
        first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))]).astype(np.int64)
        near = np.arange(len(row)) - first[row] < kept
        cut = not near.all() if limit is not None else kept < m
        if not near.all():
            row, column = row[near], column[near]
            first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))]).astype(np.int64)
        return cls(
            points=pd.RangeIndex(n) if points is None else points,
            sites=pd.RangeIndex(m) if sites is None else sites,
            first=first,
            site=column.astype(np.int32),
            cost=whole[row, column],
            nearest_only=bool(cut),
        )

    @classmethod
    def from_pairs(cls, pairs: PairsWithin) -> Costs:
        """Costs of all pairs within a limit, as :meth:`yiju.travel.Travel.within` gives them."""
        return cls.from_columns(
            pairs.origin, pairs.facility, pairs.cost, points=pairs.origins, sites=pairs.facilities
        )

    @classmethod
    def from_columns(
        cls,
        point: npt.ArrayLike,
        site: npt.ArrayLike,
        cost: npt.ArrayLike,
        *,
        points: pd.Index,
        sites: pd.Index,
        nearest_only: bool = False,
    ) -> Costs:
        """Costs of a list of pairs, in any order, given by positions.

        Raises
        ------
        ContractError
            A position does not exist, a pair stands twice, or a cost is negative, infinite or NaN.
        """
        row, column = np.asarray(point, dtype=np.int64), np.asarray(site, dtype=np.int32)
        price = np.asarray(cost, dtype=np.float64)
        _refuse_impossible(price, infinite=True)
        for what, given, known in (("point", row, len(points)), ("site", column, len(sites))):
            if len(given) and (given.min() < 0 or given.max() >= known):
                raise ContractError(
                    Text(
                        f"费用列表中有不存在的 {what}：编号应在 0 到 {known - 1} 之间。",
                        f"The list of costs names a {what} that does not exist: positions run from 0 to {known - 1}.",
                    )
                )
        order = np.lexsort((column, price, row))
        row, column, price = row[order], column[order], price[order]
        first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(points)))]).astype(np.int64)
        twice = np.unique(row * max(len(sites), 1) + column, return_counts=True)[1] > 1
        if twice.any():
            raise ContractError(
                Text(
                    f"费用列表中有 {int(twice.sum())} 对重复出现；每个需求点与候选点只能有一个费用。",
                    f"{int(twice.sum())} pairs stand more than once in the list of costs; each needs one cost.",
                )
            )
        return cls(points, sites, first, column, price, nearest_only)

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.site)

    @property
    def n(self) -> int:
        """Number of demand points."""
        return len(self.points)

    @property
    def m(self) -> int:
        """Number of sites."""
        return len(self.sites)

    @cached_property
    def point(self) -> Int32s:
        """(pairs,) position of the demand point of each pair."""
        return np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.first))

    @cached_property
    def by_site(self) -> tuple[Int64s, Int32s, Floats]:
        """The same pairs column by column: (m + 1,) firsts, points rising within a column, costs."""
        order = np.argsort(self.site, kind="stable")
        counts = np.bincount(self.site, minlength=self.m)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return first, self.point[order], self.cost[order]

    @property
    def stranded(self) -> npt.NDArray[np.bool_]:
        """(n,) points that can use no site at all."""
        return np.asarray(self.first[1:] == self.first[:-1], dtype=np.bool_)

    def within(self, limit: float) -> Costs:
        """The pairs that cost at most the limit."""
        kept = self.cost <= limit
        ends = np.concatenate([[0], np.cumsum(kept)])
        return Costs(self.points, self.sites, ends[self.first], self.site[kept], self.cost[kept])


def _all_rising(whole: Floats) -> tuple[Int64s, Int64s]:
    """(pairs,) rows and columns of all finite costs, rising within a row, ties by column."""
    columns = np.argsort(whole, axis=1, kind="stable")
    row, at = np.nonzero(np.isfinite(np.take_along_axis(whole, columns, axis=1)))
    return row, columns[row, at]


def _rising_within(whole: Floats, limit: float) -> tuple[Int64s, Int64s]:
    """As :func:`_all_rising`, of costs within a limit: what cannot be used, most of a city, is not sorted."""
    row, column = np.nonzero((whole <= limit) & np.isfinite(whole))
    order = np.lexsort((column, whole[row, column], row))
    return row[order], column[order]


def _refuse_impossible(cost: Floats, *, infinite: bool = False) -> None:
    wrong = np.isnan(cost) | (cost < 0.0) | (np.isinf(cost) if infinite else False)
    if wrong.any():
        at = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise ContractError(
            Text(
                f"费用不能为负、空值{'或无穷' if infinite else ''}：位置 {at} 处为 {cost[at]}。",
                f"A cost may not be negative, {'infinite ' if infinite else ''}or NaN: at {at} it is {cost[at]}.",
            )
        )
