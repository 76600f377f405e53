"""Good answers to an assignment: given sites settled, groups moved to better sites, sites exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.assignment import Assignment, Placed, nothing, transport

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# Beyond so many pairs of point and site, groups are not tried at every site: 160 MB of costs.
_WHOLE_MATRIX = 20_000_000

# Chosen by trial on the capacitated p-median of OR-Library: how far costs are shaken for another beginning, and how
# often the same sites are settled again.
_SHAKE = 1.5
_SAME = 0.3


class Search:
    """Keeps the best answer and never looks at the same sites twice."""

    def __init__(self, task: Assignment, seed: int) -> None:
        self.task = task
        self.best = nothing()
        self._seen: set[bytes] = set()
        self._rng = np.random.default_rng(seed)
        small = task.costs.n * task.costs.m <= _WHOLE_MATRIX
        self._all = task.dense(np.arange(task.costs.m)) if small else None

    def offer(self, sites: Int64s, *, anew: bool = False) -> Placed:
        """Settle these sites, and others that their groups like better; the best of them.

        Sites that were settled before are settled ``anew`` from another beginning, or not at all.
        """
        if not self.task.whole:
            return self._keep(self._split(np.unique(sites)))
        found = nothing()
        while True:
            sites = np.unique(sites)
            key = sites.astype(np.int32).tobytes()
            if key in self._seen and not anew:
                return found
            now, where = self._settled(sites, shaken=key in self._seen)
            self._seen.add(key)
            anew = False
            if now.total >= found.total:
                return found
            found = self._keep(now)
            sites = self._better_medians(sites, where)

    def exchange(self, rounds: int, allowed: Callable[[], bool], likely: Floats) -> None:
        """Change one site of the best answer at random, the likely ones more often, and keep what is better.

        Now and then none is changed, and the same sites are settled from another beginning.
        """
        task = self.task
        for _ in range(rounds):
            if not allowed() or not np.isfinite(self.best.total):
                return
            now = self.best.sites
            free = np.setdiff1d(np.flatnonzero(~task.closed), now)
            loose = now[~task.locked[now]]
            drop = bool(len(loose)) and (task.p is not None or self._rng.random() < 2 / 3)
            add = bool(len(free)) and (task.p is not None or not drop or self._rng.random() < 1 / 2)
            sites = now
            if self._rng.random() < _SAME:
                drop = add = False
            if drop:
                sites = sites[sites != self._rng.choice(loose)]
            if add:
                odds = likely[free] / likely[free].sum()
                sites = np.append(sites, self._rng.choice(free, p=odds))
            if task.p is None or len(sites) == task.p:
                self.offer(sites, anew=True)

    def _keep(self, found: Placed) -> Placed:
        if found.total < self.best.total:
            self.best = found
        return found

    def _split(self, sites: Int64s) -> Placed:
        key = sites.astype(np.int32).tobytes()
        if key in self._seen or self.task.room[sites].sum() < self.task.size.sum():
            return nothing()
        self._seen.add(key)
        return transport(self.task, sites)

    def _settled(self, sites: Int64s, *, shaken: bool) -> tuple[Placed, npt.NDArray[np.int32]]:
        from yiju.supply.siting.kernels.assign import settle  # noqa: PLC0415 - compiles

        task = self.task
        cost = np.ascontiguousarray(self._all[:, sites]) if self._all is not None else task.dense(sites)
        seen = cost * self._rng.uniform(1.0, _SHAKE, cost.shape) if shaken else cost
        where = np.argmin(seen, axis=1).astype(np.int32)
        row = np.arange(task.costs.n)
        if np.isinf(cost[row, where]).any() or task.room[sites].sum() < task.size.sum():
            return nothing(), where
        total = settle(cost, task.size, task.room[sites], where)
        if not np.isfinite(total):
            return nothing(), where
        everyone = np.ones(task.costs.n)
        site = sites[where].astype(np.int32)
        total = float(task.fixed[sites].sum() + total)
        return Placed(total, sites, row.astype(np.int32), site, everyone), where

    def _better_medians(self, sites: Int64s, where: npt.NDArray[np.int32]) -> Int64s:
        """Each group to the site where it costs least and fits, the dearest groups first."""
        task = self.task
        if self._all is None:
            return sites
        order = np.argsort(where, kind="stable")
        used = np.unique(where)
        begins = np.searchsorted(where[order], used)
        sums = np.add.reduceat(self._all[order], begins, axis=0) + task.fixed
        load = np.bincount(where, weights=task.size, minlength=len(sites))[used]
        sums[load[:, None] > task.room[None, :]] = np.inf
        sums[:, task.closed] = np.inf
        taken = set(sites[task.locked[sites]].tolist()) | set(np.delete(sites, used).tolist())
        then = list(taken)
        for k in np.argsort(-sums[np.arange(len(used)), sites[used]], kind="stable"):
            if task.locked[sites[used[k]]]:
                continue
            choice = next((int(j) for j in np.argsort(sums[k], kind="stable") if int(j) not in taken), None)
            if choice is None or not np.isfinite(sums[k, choice]):
                return sites
            taken.add(choice)
            then.append(choice)
        return np.array(sorted(then), dtype=np.int64)
