"""Good choices of p sites: fast interchange, and kicks that move some sites at random before it runs again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.kernels.interchange import descend

if TYPE_CHECKING:
    from yiju.supply.siting.median_instance import Instance

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]

# A kick moves at least this many sites, and at most a share of them: less is undone at once by the interchange, more
# is as good as a new start. Chosen by trial on OR-Library's pmed and on 20,000 x 1,000.
_KICK = 2
_KICKED_SHARE = 8
# A swap has to be worth this share of the total: far above the crumbs that sums of floats leave.
_CRUMB = 1e-10
# No descent takes this many swaps; costs of too many orders of magnitude could make one go round in circles.
_MOST_SWAPS = 100_000


@dataclass(eq=False)
class Search:
    """The best choice so far, and the ways to a better one.

    Attributes
    ----------
    chosen
        (p,) positions; locked sites stand first.
    far
        (n,) what a point pays none of whose listed sites is open: a penalty where that may not be.
    cost
        Their total cost, with a penalty for those that cannot be served.
    """

    instance: Instance
    rng: np.random.Generator
    far: Floats = field(init=False)
    chosen: Int32s = field(init=False)
    cost: float = field(init=False, default=np.inf)

    def __post_init__(self) -> None:
        self.far = self.instance.penalty
        self._kept = np.arange(self.instance.p) < len(self.instance.locked)
        # a row that lists all sites but p - 1 meets every choice
        enough = int((~self.instance.barred).sum()) - self.instance.p + 1
        self._sure = bool((np.isfinite(self.instance.far) | (np.diff(self.instance.rows[0]) >= enough)).all())
        self.chosen = self.in_order(np.empty(0, dtype=np.int32))
        self.offer(self.chosen)

    def serves_all(self, sites: npt.NDArray[np.integer]) -> bool:
        """Whether a choice leaves nobody without a site who may not be."""
        return self._sure or bool(np.isfinite(self.instance.total(sites)))

    def in_order(self, sites: npt.NDArray[np.integer]) -> Int32s:
        """(p,) a choice as the interchange wants it: locked sites, then those given, then any others."""
        asked = self.instance
        wanted = np.setdiff1d(sites, asked.locked)
        others = np.setdiff1d(np.flatnonzero(~asked.barred), np.concatenate([asked.locked, wanted]))
        return np.concatenate([asked.locked, wanted, self.rng.permutation(others)])[: asked.p].astype(
            np.int32
        )

    def restart(self, sites: npt.NDArray[np.integer]) -> None:
        """Begin anew from a choice that serves all, and never leave such choices again."""
        self.chosen = self.in_order(sites)
        self.cost = self.instance.total(self.chosen)
        self.offer(self.chosen)

    def offer(self, start: Int32s) -> bool:
        """Run the interchange from a choice, locked sites first; whether it is better than the best."""
        choice = np.array(start, dtype=np.int32)
        asked = self.instance
        least = asked.step / 2 if asked.step else _CRUMB * (self.cost if np.isfinite(self.cost) else 0.0)
        cost, _ = descend(
            asked.heads, asked.rows, asked.columns, asked.weight, self.far, asked.barred, self._kept,
            choice, least, _MOST_SWAPS,
        )  # fmt: skip
        begun = np.isfinite(self.cost)
        # few people far away may weigh less, with all their penalty, than what leaving them behind saves the others
        if begun and (cost >= self.cost - least or not self.serves_all(choice)):
            return False
        self.chosen, self.cost = choice, cost
        return True

    def kick(self) -> bool:
        """Move some sites at random and run the interchange; whether that led to a better choice."""
        asked = self.instance
        movable = np.flatnonzero(~self._kept)
        outside = np.flatnonzero(~asked.barred)
        outside = outside[~np.isin(outside, self.chosen)]
        most = min(len(movable), len(outside))
        if most == 0:
            return False
        moved = min(most, int(self.rng.integers(_KICK, max(_KICK + 1, asked.p // _KICKED_SHARE + _KICK))))
        start = self.chosen.copy()
        start[self.rng.choice(movable, moved, replace=False)] = self.rng.choice(outside, moved, replace=False)
        return self.offer(start)
