"""Whom each site serves, what it adds, and which site would replace it best: by evaluation, not by guess."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.supply.siting.hosting import ROUNDING
from yiju.supply.siting.result import UNSERVED
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.siting.hosting import Hosting

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Replacement:
    """The site that would replace another best, and by how much the objective would be worse; -1 and NaN if none."""

    site: int
    loss: float


@dataclass(frozen=True, eq=False)
class Rows:
    """What is said of mixes at sites: of each site, and of each service at it.

    Attributes
    ----------
    hosting, mixes
        The problem, and the mix that each site hosts.
    """

    hosting: Hosting
    mixes: Int64s

    @property
    def chosen(self) -> Int32s:
        """Positions of the open sites, rising."""
        return np.flatnonzero(self.mixes > 0).astype(np.int32)

    @cached_property
    def hosts(self) -> Bools:
        """(S, m) which services each site hosts."""
        return np.ascontiguousarray(self.hosting.bits[self.mixes].T)

    @cached_property
    def serves(self) -> tuple[Int32s, ...]:
        """(S,) of (n,): the site that serves each point, the nearest that hosts the service."""
        return tuple(self._serves(s) for s in range(len(self.hosting.codes)))

    def _serves(self, s: int) -> Int32s:
        reach, crowds = self.hosting.reach[s], self.hosting.crowds[s]
        serves = np.full(reach.n, UNSERVED, dtype=np.int32)
        if np.isfinite(
            self.hosting.places[s]
        ).any():  # where places are short, the site that takes most of a crowd
            flow = self._flow[s]
            order = np.lexsort((np.arange(len(flow)), -flow, crowds.crowd))
            head = order[np.unique(crowds.crowd[order], return_index=True)[1]]
            head = head[flow[head] > 0]
            most = np.full(len(crowds), UNSERVED, dtype=np.int32)
            most[crowds.crowd[head]] = crowds.site[head]
            return most[crowds.of]
        open_pairs = np.flatnonzero(self.hosts[s][reach.site])  # cheapest first within a row
        point, at = np.unique(reach.point[open_pairs], return_index=True)
        serves[point] = reach.site[open_pairs[at]]
        return serves

    @cached_property
    def _flow(self) -> tuple[Floats, ...]:
        return tuple(
            crowds.flow(np.where(hosts, places, 0.0))
            for crowds, hosts, places in zip(
                self.hosting.crowds, self.hosts, self.hosting.places, strict=True
            )
        )

    def people(self, s: int) -> tuple[Floats, Floats]:
        """(m,) each: points and people that each site serves."""
        hosting, serves = self.hosting, self.serves[s]
        of = serves[serves != UNSERVED]
        points = np.bincount(of, minlength=hosting.m).astype(np.float64)
        if np.isfinite(hosting.places[s]).any():
            people = np.bincount(hosting.crowds[s].site, weights=self._flow[s], minlength=hosting.m)
            return points, people.astype(np.float64)
        people = hosting.people[s][serves != UNSERVED]
        return points, np.bincount(of, weights=people, minlength=hosting.m).astype(np.float64)

    @cached_property
    def worth(self) -> Floats:
        """(S, m) what each hosted service adds that nothing else does, and what any other would add.

        Reach alone, evaluated by the kernel of the search; where places are short see :meth:`without`.
        """
        return self._state[3].reshape(len(self.hosting.codes), self.hosting.m)

    @cached_property
    def _state(self) -> tuple[Int64s, Int32s, Int32s, Floats]:
        from yiju.supply.siting.kernels.hosting_moves import begin  # noqa: PLC0415 - compiles

        m, n = self.hosting.m, len(self.hosting.weight)
        state = (
            np.zeros(m, np.int64),
            np.zeros(n, np.int32),
            np.zeros(n, np.int32),
            np.zeros(m * len(self.hosting.codes)),
        )
        begin(self.mixes, self.hosting.lists, state)
        return state

    def without(self, site: int, service: int | None = None) -> float:
        """By how much the objective would be worse without a site, or without one of its services."""
        gone = self.mixes[site] if service is None else self.mixes[site] & (1 << service)
        if not self.hosting.limited:
            return float(self.worth[self.hosting.bits[gone], site].sum())
        less = self.mixes.copy()
        less[site] ^= gone
        return self.hosting.achieved(self.mixes) - self.hosting.achieved(less)

    def replacement(self, site: int) -> Replacement:
        """The closed site that would replace this one best, with the best mix that the budget then allows."""
        hosting = self.hosting
        mix_cost = hosting.mix_cost
        if np.isinf(mix_cost[site, 0]):  # it has to stay
            return Replacement(-1, float("nan"))
        room = (
            hosting.budget * (1.0 + ROUNDING) - hosting.spent(self.mixes) + mix_cost[site, self.mixes[site]]
        )
        possible = (mix_cost <= room) & np.isfinite(mix_cost)
        possible[:, 0] = False
        possible[self.mixes > 0] = False
        if not possible.any():
            return Replacement(-1, float("nan"))
        gain = self.without(site)
        if hosting.limited:
            other, most = self._best_by_flow(site, possible)
        else:
            value = np.where(possible, (self.worth + self._won_back(site)).T @ hosting.bits.T, -np.inf)
            other = int(value.max(axis=1).argmax())
            most = float(value[other].max())
        return Replacement(other, gain - most)

    def _won_back(self, site: int) -> Floats:
        """(S, m) what each offer would meet of what only this site meets."""
        hosting = self.hosting
        _, met, by, _ = self._state
        _, _, first, demand_site, weight = hosting.lists
        only = np.flatnonzero((met == 1) & (by == site))
        sizes = first[only + 1] - first[only]
        pair = np.repeat(first[only] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(
            sizes.sum()
        )
        ends = np.cumsum([len(c) for c in hosting.crowds])
        service = np.searchsorted(ends, np.repeat(only, sizes), side="right")
        won = np.bincount(
            service * hosting.m + demand_site[pair],
            weights=np.repeat(weight[only], sizes),
            minlength=len(ends) * hosting.m,
        )
        return won.astype(np.float64).reshape(len(ends), hosting.m)

    def _best_by_flow(self, site: int, possible: Bools) -> tuple[int, float]:
        """The best other site and what it adds where places are short: the most hopeful first."""
        hosting = self.hosting
        rest = self.mixes.copy()
        rest[site] = 0
        base = hosting.achieved(rest)
        hope = np.stack(
            [
                c.weight.max(initial=0.0)
                * np.minimum(places, np.bincount(c.site, weights=c.people[c.crowd], minlength=hosting.m))
                for c, places in zip(hosting.crowds, hosting.places, strict=True)
            ]
        )
        hopes = np.where(possible, hope.T @ hosting.bits.T, -np.inf)
        best, best_gain = -1, -np.inf
        for at in np.argsort(-hopes, axis=None, kind="stable"):
            other, mix = divmod(int(at), hopes.shape[1])
            if hopes[other, mix] <= best_gain:
                break
            rest[other] = mix
            gain = hosting.achieved(rest) - base
            rest[other] = 0
            if gain > best_gain:
                best, best_gain = other, gain
        return best, best_gain

    def sites(self) -> pd.DataFrame:
        """A row for each open site, as :class:`~yiju.supply.siting.result.Siting` asks for."""
        labels = self.hosting.reach[0].sites
        served = [self.people(s) for s in range(len(self.hosting.codes))]
        best = [self.replacement(int(j)) for j in self.chosen]
        return pd.DataFrame(
            {
                "points": np.sum([p for p, _ in served], axis=0)[self.chosen].astype(np.int64),
                "people": np.sum([p for _, p in served], axis=0)[self.chosen],
                "gain": [self.without(int(j)) for j in self.chosen],
                "next_best": pd.Series(
                    [labels[b.site] if b.site >= 0 else None for b in best], dtype=object
                ).to_numpy(),
                "next_best_loss": [b.loss for b in best],
            },
            index=labels[self.chosen],
        )

    def notes(self) -> tuple[Text, ...]:
        """Who lies out of reach of every site, service by service."""
        notes = []
        for code, reach, people in zip(
            self.hosting.codes, self.hosting.reach, self.hosting.people, strict=True
        ):
            far = reach.stranded & (people > 0)
            if far.any():
                number = people[far].sum()
                notes.append(
                    Text(
                        f"{code}：{int(far.sum())} 个需求点的 {number:,.0f} 人在限值内没有任何候选点。",
                        f"{code}: {number:,.0f} people at {int(far.sum())} points have no site within the limit.",
                    )
                )
        return tuple(notes)
