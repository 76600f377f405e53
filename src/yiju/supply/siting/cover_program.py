"""The least sites that meet all duties: made small by what implies what, begun greedily, closed by HiGHS.

Points with the same sites are one *spot*. A spot is strict where some duty wants all of its people: one of its sites
has to be open. The other spots may be left out, as long as each duty gets its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.crowds import Crowds
from yiju.supply.siting.highs import Outcome, solve
from yiju.supply.siting.programs import Model

if TYPE_CHECKING:
    from yiju.supply.siting.costs import Costs
    from yiju.supply.siting.duties import Duties

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cover:
    """A set cover with duties.

    Attributes
    ----------
    reach
        Pairs within the limit, of sites that may be open.
    duties
        Who has to be covered.
    price
        (m,) what each site counts.
    locked
        (m,) sites that must be open.
    """

    reach: Costs
    duties: Duties
    price: Floats
    locked: Bools

    @cached_property
    def spots(self) -> Crowds:
        """Points with the same sites."""
        return Crowds.of_points(self.reach, np.ones(self.reach.n), np.ones(self.reach.n))

    @cached_property
    def strict(self) -> Bools:
        """(spots,) which have to be covered in any case."""
        marked = np.zeros(len(self.spots), dtype=np.bool_)
        marked[self.spots.of[self.duties.everybody]] = True
        return marked

    def covered(self, opened: Bools) -> Bools:
        """(n,) points that open sites cover."""
        return self._covered_spots(opened)[self.spots.of]

    def _covered_spots(self, opened: Bools) -> Bools:
        met = np.bincount(self.spots.crowd, weights=opened[self.spots.site], minlength=len(self.spots))
        return np.asarray(met > 0, dtype=np.bool_)

    def enough(self, opened: Bools) -> bool:
        """Whether open sites meet every duty."""
        return bool((self.duties.sum_of(self.covered(opened)) >= self.duties.needed).all())

    def lists(self, rows: Int64s) -> tuple[Int64s, Int32s, Int64s, Int32s]:
        """Sites of some spots, and those spots of each site; by their order in ``rows``."""
        position = np.full(len(self.spots), -1, dtype=np.int64)
        position[rows] = np.arange(len(rows))
        kept = position[self.spots.crowd] >= 0
        row, site = position[self.spots.crowd[kept]], self.spots.site[kept].astype(np.int64)
        order, back = np.lexsort((site, row)), np.lexsort((row, site))
        ends = np.cumsum(np.bincount(row, minlength=len(rows)))
        back_ends = np.cumsum(np.bincount(site, minlength=len(self.price)))
        return (
            np.concatenate([[0], ends]).astype(np.int64),
            site[order].astype(np.int32),
            np.concatenate([[0], back_ends]).astype(np.int64),
            row[back].astype(np.int32),
        )

    def greedily(self) -> Bools:
        """(m,) sites taken one by one, the most people for the money first, then those dropped that need not be."""
        duties, m = self.duties, len(self.price)
        opened = self.locked.copy()
        spot = self.spots.of[duties.point]
        pairs = np.concatenate([[0], np.cumsum(np.diff(self.spots.first)[spot])])
        # every entry of a duty with every site that would cover it
        entry = np.repeat(np.arange(len(spot)), np.diff(pairs))
        site = self.spots.site[
            np.arange(pairs[-1]) - np.repeat(pairs[:-1] - self.spots.first[spot], np.diff(pairs))
        ]
        price = np.maximum(self.price, 1e-9 * max(1.0, float(self.price.max(initial=0.0))))
        while True:
            left = np.maximum(duties.needed - duties.sum_of(self.covered(opened)), 0.0)
            if not (left > 0).any():
                break
            open_entries = ~self._covered_spots(opened)[spot[entry]] & (left[duties.duty[entry]] > 0)
            entry, site = entry[open_entries], site[open_entries]
            duty = duties.duty[entry]
            people = np.bincount(duty * m + site, weights=duties.people[entry], minlength=len(left) * m)
            # a duty gains no more than it still wants, each in its own measure
            gain = np.minimum(people.reshape(-1, m), left[:, None]) / np.maximum(duties.total, 1e-9)[:, None]
            opened[int((gain.sum(axis=0) / price).argmax())] = True
        for j in np.argsort(-self.price, kind="stable"):
            if opened[j] and not self.locked[j]:
                opened[j] = False
                opened[j] = not self.enough(opened)
        return opened


def cheapest(cover: Cover, opened: Bools, *, seconds: float, gap: float) -> tuple[Outcome, Bools | None]:
    """What HiGHS finds that is better than open sites that meet every duty, and what it proves.

    Parameters
    ----------
    cover
        The problem.
    opened
        (m,) sites that are the value to beat.
    seconds, gap
        When to stop.

    Returns
    -------
    How it ended, and (m,) the sites that it opens; None if it found nothing.
    """
    strict, loose, offered = _reduced(cover)
    model = Model()
    sites = model.columns(len(cover.price), cost=cover.price, low=cover.locked, high=offered, whole=True)
    first, item, _, _ = cover.lists(strict)
    # (1) one site at least for every strict spot
    model.rows(len(strict), (np.repeat(np.arange(len(strict)), np.diff(first)), sites[item], 1.0), low=1.0)
    _shares(model, cover, sites, loose)
    outcome = solve(model.program(), seconds=seconds, gap=gap, better_than=float(cover.price[opened].sum()))
    if outcome.values is None:
        return outcome, None
    found = outcome.values[sites] > 0.5
    return outcome, found if cover.enough(found) else None


def _shares(model: Model, cover: Cover, sites: Int64s, loose: Int64s) -> None:
    """(2) A loose spot is covered only by what is open; (3) every duty gets its share."""
    duties = cover.duties
    wanted = np.flatnonzero((duties.share < 1.0) & (duties.needed > 0))
    if len(loose) == 0 or len(wanted) == 0:
        return
    met = model.columns(len(loose), high=1.0)
    first, item, _, _ = cover.lists(loose)
    model.rows(
        len(loose),
        (np.arange(len(loose)), met, 1.0),
        (np.repeat(np.arange(len(loose)), np.diff(first)), sites[item], -1.0),
        high=0.0,
    )
    row_of = np.full(len(duties.names), -1, dtype=np.int64)
    row_of[wanted] = np.arange(len(wanted))
    column_of = np.full(len(cover.spots), -1, dtype=np.int64)
    column_of[loose] = met
    spot = cover.spots.of[duties.point]
    asked = row_of[duties.duty] >= 0
    # people at strict spots are covered in any case
    certain = cover.strict[spot] & asked
    given = np.bincount(row_of[duties.duty[certain]], weights=duties.people[certain], minlength=len(wanted))
    counted = asked & (column_of[spot] >= 0)
    model.rows(
        len(wanted),
        (row_of[duties.duty[counted]], column_of[spot[counted]], duties.people[counted]),
        low=duties.needed[wanted] - given,
    )


def _reduced(cover: Cover) -> tuple[Int64s, Int64s, Bools]:
    """Strict and loose spots that are left, and (m,) sites that are; until nothing implies anything any more."""
    from yiju.supply.siting.kernels.cover_dominance import implied, outdone  # noqa: PLC0415 - compiles

    asked = np.zeros(len(cover.spots), dtype=np.bool_)
    asked[cover.spots.of[cover.duties.point]] = True
    reached = np.diff(cover.spots.first) > 0
    strict = np.flatnonzero(cover.strict)
    loose = np.flatnonzero(asked & reached & ~cover.strict)
    strict = strict[~implied(*cover.lists(strict))]
    first, item, back_first, back_item = cover.lists(np.concatenate([strict, loose]))
    gone = outdone(back_first, back_item, first, item, cover.price, cover.locked)
    return strict, loose, ~gone
