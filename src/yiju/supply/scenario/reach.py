"""Walks of a city that differs a little from another: what no change touches is not asked again.

::

    a facility         the services that it offers are swept again, 9 ms for 300,000 nodes; all other walks stay
    a link             streets are split and joined, homes and doors carried over; everything is swept again
    people             homes stay where they are; walks too

Every answer is that of a full computation, to the bit: it is the same sweep over the same streets, or the very answer
that was there before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.reach import METRES, SNAP_LIMIT_M, Reach, Targets
from yiju.travel.snapping import AccessPoints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from yiju.checkup.layers import Layers
    from yiju.travel import PairsWithin, StreetNetwork
    from yiju.travel.travel import Travel

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Difference:
    """What differs for those who walk.

    Attributes
    ----------
    moved
        Facilities that opened, closed, moved, or got a door.
    services
        Services that these offer, before or after.
    network
        The streets, where they changed.
    same_homes
        Whether people live in the very cells that they lived in.
    """

    moved: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    network: StreetNetwork | None = None
    same_homes: bool = True


class ChangedReach(Reach):
    """Distances in a changed city, which stand on those of the city before the change."""

    def __init__(
        self,
        before: Reach,
        difference: Difference,
        tables: Mapping[str, gpd.GeoDataFrame],
        cells: Callable[[], gpd.GeoDataFrame],
        layers: Layers,
        walkers: Mapping[str, Mapping[str, float]],
    ) -> None:
        super().__init__(tables, cells, layers, walkers)
        self._before, self._difference = before, difference
        self._same_ways = difference.network is None and difference.same_homes

    # what the streets are, and who stands on them

    @cached_property
    def network(self) -> StreetNetwork:
        """The streets that may be walked."""
        return self._difference.network or self._before.network

    @cached_property
    def roads(self) -> StreetNetwork:
        """The streets that may be driven; nothing that can be tried here changes them."""
        return self._before.roads

    def travel(self, who: str) -> Travel:
        """The walking network with the costs of a walker, or in metres."""
        return self._before.travel(who) if self._difference.network is None else super().travel(who)

    @cached_property
    def homes(self) -> AccessPoints:
        """The home cells on the walking network."""
        if self._difference.same_homes:
            return self.network.carried(self._before.homes)
        cells = self._cells.geometry.reset_index(drop=True)
        return self.network.carried(unlinked(self.network).snap(cells, limit_m=SNAP_LIMIT_M))

    @cached_property
    def doors(self) -> AccessPoints:
        """The entrances of all facilities on the walking network."""
        there = self._before.doors
        if not self._difference.moved:
            return self.network.carried(there)
        stayed = there.owners[~there.owners.isin(self._difference.moved)]
        return joined(self.network.carried(there.of(stayed)), self._new_doors)

    def doors_of(self, facilities: npt.ArrayLike) -> AccessPoints:
        """The entrances of some facilities, in their order."""
        wanted = np.asarray(facilities, dtype=object)
        gone = np.array([facility in self._difference.moved for facility in wanted], dtype=np.bool_)
        there = self.network.carried(self._before.doors_of(wanted[~gone]))
        return joined(there, self._new_doors).of(wanted) if gone.any() else there

    @cached_property
    def _new_doors(self) -> AccessPoints:
        """The entrances of those that opened, moved, or got another."""
        entrances, facilities = self._tables["entrances"], self._layers.frame
        moved = list(self._difference.moved)
        return self._put_doors(
            entrances[entrances["facility_id"].isin(moved)],
            facilities[np.isin(self._layers.facility_ids, moved)].drop_duplicates("facility_id"),
        )

    @cached_property
    def stops(self) -> AccessPoints:
        """The stops on the walking network."""
        return self.network.carried(self._before.stops)

    def _put(self, points: npt.NDArray[np.object_], owner: npt.NDArray[np.object_]) -> AccessPoints:
        # on the streets as they were: a house does not move to the new footbridge, and neither does a school
        streets = unlinked(self.network)
        return self.network.carried(streets.snap(points, owner=owner, limit_m=SNAP_LIMIT_M))

    # what is asked again

    def nearest(self, kind: Targets, who: str = METRES) -> Floats:
        """(cells,) metres, or seconds of a walker, to the nearest of one kind."""
        if self._as_before(kind):
            return self._before.nearest(kind, who)
        return super().nearest(kind, who)

    def _as_before(self, targets: Targets) -> bool:
        return self._same_ways and self._difference.services.isdisjoint(targets.services)

    def _likely(self, who: str) -> list[Targets]:
        # a planner asks for the service that changed; indicators, who come with a second question, for all of them
        first = all(walker != who for _, walker in self._nearest)
        return [] if self._same_ways or first else self._usual

    def counts(self, targets: Targets, limit_m: float) -> Int64s:
        """(cells,) how many facilities are within a limit: those before, less who left, and who came."""
        if not self._same_ways:
            return super().counts(targets, limit_m)
        before = self._before.counts(targets, limit_m)
        if self._as_before(targets):
            return before
        there, now = self._before.facility_ids(targets), self.facility_ids(targets)
        left, came = self._others(there, now), self._others(now, there)
        # where nobody left or came there is nothing to search
        lost = self._within(self._before.doors_of(left), limit_m) if len(left) else None
        gained = self._within(self.doors_of(came), limit_m) if len(came) else None
        counts = before if lost is None else before - np.diff(lost.first)
        return counts if gained is None else counts + np.diff(gained.first)

    def _others(
        self, one: npt.NDArray[np.object_], other: npt.NDArray[np.object_]
    ) -> npt.NDArray[np.object_]:
        """Facilities of the one that have moved, or are not among the other."""
        known = set(other) - self._difference.moved
        return one[[facility not in known for facility in one]] if len(one) else one

    def _within(self, doors: AccessPoints, limit_m: float) -> PairsWithin:
        return self.travel(METRES).within(self.homes, doors, limit_m)

    def _find_pairs(self, targets: Targets, limit_m: float) -> PairsWithin:
        if not self._same_ways:
            return super()._find_pairs(targets, limit_m)
        before = self._before.pairs(targets, limit_m)
        if self._as_before(targets):
            return before
        there = self.facility_ids(targets)
        anew = self._others(there, np.asarray(before.facilities, dtype=object))
        return with_columns(before, pd.Index(there), self._within(self.doors_of(anew), limit_m))


def unlinked(network: StreetNetwork) -> StreetNetwork:
    """The network of the city's own table, before any link."""
    while network.change is not None:
        network = network.change.before
    return network


def joined(one: AccessPoints, other: AccessPoints) -> AccessPoints:
    """Points of both, on the same network, of owners that differ."""
    return AccessPoints(
        one.network,
        one.owners.append(other.owners),
        np.concatenate([one.owner, other.owner + np.int32(len(one.owners))]),
        np.concatenate([one.edge, other.edge]),
        np.concatenate([one.share, other.share]),
        np.concatenate([one.gap_m, other.gap_m]),
    )


def with_columns(pairs: PairsWithin, facilities: pd.Index, fresh: PairsWithin) -> PairsWithin:
    """Pairs of some facilities, taken over from others but for some that were found anew.

    Parameters
    ----------
    pairs
        Pairs of the facilities before.
    facilities
        Those that there are now; who stayed are in the order in which they were.
    fresh
        Pairs of the same origins with those among them that are new or have moved.

    Examples
    --------
    >>> from yiju.travel import PairsWithin
    >>> def pairs(names, first, facility, tenths):
    ...     three = np.array(first), np.array(facility), np.array(tenths)
    ...     return PairsWithin(pd.RangeIndex(2), pd.Index(names), "metres", 500, *three)
    >>> before = pairs(["a", "b"], [0, 2, 3], [0, 1, 1], [10, 20, 30])
    >>> now = with_columns(before, pd.Index(["b", "c"]), pairs(["c"], [0, 0, 1], [0], [40]))
    >>> now.first.tolist(), now.facility.tolist(), now.tenths.tolist()
    ([0, 1, 3], [0, 0, 1], [20, 30, 40])
    """
    column = facilities.get_indexer(pairs.facilities).astype(np.int32)
    column[pairs.facilities.isin(fresh.facilities)] = -1
    kept = column[pairs.facility] >= 0
    row, facility = pairs.origin[kept], column[pairs.facility[kept]]
    new_row = fresh.origin
    new = facilities.get_indexer(fresh.facilities).astype(np.int32)[fresh.facility]
    width = np.int64(max(len(facilities), 1))
    key = new_row * width + new
    order = np.argsort(key, kind="stable")
    at = np.searchsorted(row * width + facility, key[order])
    counts = np.bincount(row, minlength=len(pairs.origins)) + np.bincount(
        new_row, minlength=len(pairs.origins)
    )
    return replace(
        pairs,
        facilities=facilities,
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        facility=np.insert(facility, at, new[order]),
        tenths=np.insert(pairs.tenths[kept], at, fresh.tenths[order]),
    )
