"""What open shops win from their rivals, and the search for those that win most: one by one, then by exchange."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Market:
    """People, rivals and the pull of sites.

    Attributes
    ----------
    point, site, pull
        (pairs,) pull of a shop at the site on the point, point by point.
    people, rivals
        (n,) people, and the pull of all others on them.
    m
        Number of sites.
    """

    point: Int32s
    site: Int32s
    pull: Floats
    people: Floats
    rivals: Floats
    m: int

    @cached_property
    def nobody(self) -> Floats:
        """(n,) the pull of no shop at all."""
        return np.zeros(len(self.people))

    @cached_property
    def columns(self) -> tuple[Int64s, Int32s, Floats]:
        """The pairs site by site."""
        order = np.argsort(self.site, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(self.site, minlength=self.m))]).astype(np.int64)
        return first, self.point[order], self.pull[order]

    def total(self, sites: Int64s) -> Floats:
        """(n,) pull of these sites together."""
        return self.of_open(np.isin(np.arange(self.m), sites).astype(np.float64))

    def of_open(self, opened: Floats) -> Floats:
        """(n,) the same of sites that are open in part."""
        weights = self.pull * opened[self.site]
        return np.bincount(self.point, weights=weights, minlength=len(self.people)).astype(np.float64)

    def won(self, pull: Floats) -> Floats:
        """(n,) people who are won by such pulls."""
        both = pull + self.rivals
        return np.divide(self.people * pull, both, out=np.zeros(len(pull)), where=both > 0.0)

    def alone(self, beside: Floats) -> Floats:
        """(m,) how many more people are won if one site opens beside such pulls."""
        now = self.won(beside)
        then = self.pull + beside[self.point]
        both = then + self.rivals[self.point]
        won = np.divide(self.people[self.point] * then, both, out=np.zeros(len(then)), where=both > 0.0)
        return np.bincount(self.site, weights=won - now[self.point], minlength=self.m).astype(np.float64)

    def share_of_next(self, sites: Int64s) -> Floats:
        """(m,) people who would go to a shop at each site beside these, won from them as well as from rivals."""
        both = self.pull + (self.total(sites) + self.rivals)[self.point]
        share = np.divide(self.pull, both, out=np.zeros(len(both)), where=both > 0.0)
        return np.bincount(self.site, weights=self.people[self.point] * share, minlength=self.m).astype(
            np.float64
        )

    def won_by_each(self, sites: Int64s) -> Floats:
        """(sites,) people who go to each of these."""
        both = (self.total(sites) + self.rivals)[self.point]
        share = np.divide(self.pull, both, out=np.zeros(len(both)), where=both > 0.0)
        return np.bincount(self.site, weights=self.people[self.point] * share, minlength=self.m)[
            sites
        ].astype(np.float64)


def grow(market: Market, p: int, start: Int64s, allowed: Bools) -> Int64s:
    """Open what wins most, one by one."""
    sites = list(start.tolist())
    while len(sites) < p:
        gain = market.alone(market.total(np.array(sites, dtype=np.int64)))
        gain[~allowed] = -np.inf
        gain[sites] = -np.inf
        sites.append(int(np.argmax(gain)))
    return np.array(sorted(sites), dtype=np.int64)


def best_exchange(market: Market, sites: Int64s, fixed: Bools, allowed: Bools) -> tuple[Int64s, float]:
    """Exchange one site for another while that wins more; the sites and what they win."""
    best = float(market.won(market.total(sites)).sum())
    while True:
        found: tuple[float, int, int] | None = None
        for s in sites[~fixed[sites]].tolist():
            rest = market.total(sites[sites != s])
            then = market.won(rest).sum() + market.alone(rest)
            then[~allowed] = -np.inf
            then[sites] = -np.inf
            r = int(np.argmax(then))
            if then[r] > (found[0] if found else best * (1.0 + 1e-12)):
                found = (float(then[r]), s, r)
        if found is None:
            return sites, best
        best = found[0]
        sites = np.sort(np.append(sites[sites != found[1]], found[2]))
