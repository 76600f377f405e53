"""People who can use the same sites, counted as one: a city has far fewer such crowds than homes.

Where only reach counts, not how far within reach, two homes with the same sites and the same weight are one demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Crowds:
    """Crowds and the sites that each can use.

    Attributes
    ----------
    of
        (n,) crowd of each demand point.
    first, site
        (crowds + 1,), (pairs,) sites of each crowd, as in ``Costs``.
    people, weight
        (crowds,) how many they are, and what one of them counts.
    m
        Number of sites.
    """

    of: Int64s
    first: Int64s
    site: Int32s
    people: Floats
    weight: Floats
    m: int

    @classmethod
    def of_points(cls, costs: Costs, people: Floats, weight: Floats, *, alone: bool = False) -> Crowds:
        """Put the demand points together, or leave each alone.

        Examples
        --------
        >>> from yiju.supply.siting.costs import Costs
        >>> costs = Costs.from_matrix([[1, 2], [2, 1], [1, 9]], limit=5)
        >>> crowds = Crowds.of_points(costs, np.array([10.0, 20.0, 40.0]), np.ones(3))
        >>> crowds.of.tolist(), crowds.people.tolist()
        ([0, 0, 1], [30.0, 40.0])
        """
        if alone:
            return cls(np.arange(costs.n), costs.first, costs.site, people, weight, costs.m)
        sites = costs.site[np.lexsort((costs.site, costs.point))]
        known: dict[tuple[bytes, float], int] = {}
        of = np.empty(costs.n, dtype=np.int64)
        for i in range(costs.n):
            key = (sites[costs.first[i] : costs.first[i + 1]].tobytes(), float(weight[i]))
            of[i] = known.setdefault(key, len(known))
        rows = [np.frombuffer(row, dtype=np.int32) for row, _ in known]
        return cls(
            of=of,
            first=np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64),
            site=np.concatenate([*rows, np.empty(0, dtype=np.int32)]).astype(np.int32),
            people=np.bincount(of, weights=people, minlength=len(known)).astype(np.float64),
            weight=np.array([w for _, w in known], dtype=np.float64),
            m=costs.m,
        )

    def __len__(self) -> int:
        """Number of crowds."""
        return len(self.people)

    @cached_property
    def crowd(self) -> Int32s:
        """(pairs,) the crowd of each pair."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.first))

    def flow(self, places: Floats) -> Floats:
        """(pairs,) who gets a place, so that the greatest weight is served by so many places at each site."""
        from yiju.supply.siting.kernels.places import fill  # noqa: PLC0415 - compiles

        return fill(
            self.first, self.site, self.crowd, *self._by_site, self._heaviest_first, self.people, places
        )

    def served(self, places: Floats) -> float:
        """The greatest weight that so many places can serve."""
        return float(self.flow(places) @ self._pair_weight)

    def people_served(self, places: Floats) -> float:
        """How many people get one of so many places."""
        return float(self.flow(places).sum())

    @cached_property
    def _pair_weight(self) -> Floats:
        return self.weight[self.crowd]

    @cached_property
    def _by_site(self) -> tuple[Int64s, Int64s]:
        counts = np.bincount(self.site, minlength=self.m)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return first, np.argsort(self.site, kind="stable").astype(np.int64)

    @cached_property
    def _heaviest_first(self) -> Int64s:
        return np.argsort(-self.weight, kind="stable").astype(np.int64)
