"""Approximate communities: neighbouring parcels merged until each holds as many people as a community should.

Zone design as in Openshaw's automated zoning procedure: first the smallest region joins the neighbour with
which it makes the most compact whole, then parcels on a border change sides where that mends a region that is
too small or smooths its outline. Nothing is drawn at random and every tie falls to the lower index, so the
same parcels always give the same communities.

Openshaw, S. (1977). A geographical solution to scale and aggregation problems in region-building.
Transactions of the Institute of British Geographers 2(4), 459-472.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from yiju.city.parcels import Borders

# Residents of a community (完整社区/小区单元).
# Source: 城市体检工作手册（试行）2025, units of analysis (standards.md 1.2): 5,000-12,000.
FEWEST_PEOPLE = 5_000.0
MOST_PEOPLE = 12_000.0
# A border is a barrier when more than this share of it runs along a railway or a motorway. Proposal of ours.
BARRIER_SHARE = 0.5
# Empty land larger than this (m2: a park, a hill, a harbour) joins a community only when all else is settled.
# Proposal of ours: 25 ha, five blocks of the size that Chinese practice calls a superblock.
LARGE_EMPTY_M2 = 250_000.0
# A community of an earlier build stays while its people are within this share of the two limits: it should not
# be drawn anew because a house was built. Proposal of ours: what a city may grow in some years.
KEPT_TOLERANCE = 0.1
# How often all borders are looked at to smooth outlines; on real cities nothing moves after the second time.
_SMOOTHING_ROUNDS = 3


@dataclass(frozen=True)
class Merged:
    """Which community each parcel belongs to, and how well that came out."""

    group: np.ndarray  # (n,) int, 0..count-1, in the order of each group's first parcel
    people: np.ndarray  # (count,) float
    crossed: int  # communities that reach over a railway, a motorway or water, as they could not be made else


def _is_over(length_m: float, barrier_m: float) -> bool:
    """Whether one crosses a barrier, or a bridge, from one side of the border to the other."""
    return length_m <= 0 or barrier_m > BARRIER_SHARE * length_m


class _Region:
    """A growing community."""

    __slots__ = ("area", "crossed", "members", "near", "old", "people", "perimeter")

    def __init__(self, member: int, people: float, area: float, perimeter: float) -> None:
        self.members = [member]
        self.people = people
        self.area = area
        self.perimeter = perimeter
        self.near: dict[int, list[float]] = {}  # neighbour -> [length of border, of which barrier]
        self.crossed = False
        self.old = False  # of an earlier build

    @property
    def is_small(self) -> bool:
        return self.people < FEWEST_PEOPLE * (1 - KEPT_TOLERANCE if self.old else 1)

    @property
    def is_large_empty(self) -> bool:
        return self.people <= 0 and self.area > LARGE_EMPTY_M2


def merge_parcels(
    people: np.ndarray,
    area_m2: np.ndarray,
    perimeter_m: np.ndarray,
    borders: Borders,
    *,
    zone: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> Merged:
    """Merge parcels into communities of 5,000 to 12,000 people.

    RULE 1  A community is contiguous and lies in one zone (a given subdistrict or district).
    RULE 2  It holds 5,000 to 12,000 people. A single parcel with more takes in only what it shuts in.
    RULE 3  It does not reach over a barrier, unless a region could not become large enough otherwise.
    RULE 4  Among the neighbours that keep rules 1 to 3, the smallest region joins the one with which it makes
            the most compact whole.
    RULE 5  Large empty land joins last.
    RULE 6  A region still too small takes parcels from a neighbour that can spare them.

    Parameters
    ----------
    people, area_m2, perimeter_m : (n,) float
        Of each parcel.
    borders
        Pairs of parcels that touch, or that a bridge joins (a border of no length).
    zone : (n,) int, optional
        Parcels of different zones are never merged.
    start : (n,) int, optional
        Group of each parcel in an earlier build, -1 where none. Groups that still hold 5,000 to 12,000 people, or a
        tenth less or more, stay as they are; so a small change of data changes few communities, and the same data
        change none.

    Examples
    --------
    >>> from yiju.city.parcels import shared_borders
    >>> import shapely
    >>> row = shapely.box(np.arange(4) * 100, 0, np.arange(4) * 100 + 100, 100)
    >>> borders = shared_borders(row, row[:0])
    >>> people = np.full(4, 3000.0)
    >>> merge_parcels(people, shapely.area(row), shapely.length(row), borders).group.tolist()
    [0, 0, 1, 1]
    """
    zone = np.zeros(len(people), dtype=np.int64) if zone is None else zone
    work = _Work(people, area_m2, perimeter_m, borders, zone)
    if start is not None:
        work.begin_from(start)
    work.join_pockets()  # RULE 3
    work.grow(crossing=False)  # RULES 4, 5
    work.mend()  # RULE 6
    work.smooth()
    # Until nothing moves any more: who gave a parcel away has room again, who grew can give one.
    while work.grow(crossing=True) + work.mend():
        pass
    return work.result()


class _Work:
    """The regions while they grow."""

    def __init__(
        self,
        people: np.ndarray,
        area_m2: np.ndarray,
        perimeter_m: np.ndarray,
        borders: Borders,
        zone: np.ndarray,
    ) -> None:
        self.n = len(people)
        self.people = np.nan_to_num(people).astype(float)
        self.area = area_m2
        self.perimeter = perimeter_m
        self.region_of = list(range(self.n))
        self.regions: dict[int, _Region] = {
            i: _Region(i, float(self.people[i]), float(area_m2[i]), float(perimeter_m[i]))
            for i in range(self.n)
        }
        self.parcel_near: list[dict[int, tuple[float, float]]] = [{} for _ in range(self.n)]
        inside = zone[borders.first] == zone[borders.second]  # RULE 1
        rows = zip(borders.first, borders.second, borders.length_m, borders.barrier_m, strict=True)
        for (i, j, length, barrier), same_zone in zip(rows, inside, strict=True):
            if same_zone:
                a, b = int(i), int(j)
                self.parcel_near[a][b] = self.parcel_near[b][a] = (float(length), float(barrier))
                self.regions[a].near[b] = [float(length), float(barrier)]
                self.regions[b].near[a] = [float(length), float(barrier)]

    def begin_from(self, start: np.ndarray) -> None:
        """Join what was joined before, piece by contiguous piece, unless it has become too large."""
        for group in sorted(set(start[start >= 0].tolist())):
            members = set(np.flatnonzero(start == group).tolist())
            while members:
                piece = self._connected(members, min(members))
                members -= piece
                held = [self.people[m] for m in piece]
                if sum(held) <= MOST_PEOPLE * (1 + KEPT_TOLERANCE) or max(held) > MOST_PEOPLE:
                    self._join_all(piece)
                    self.regions[self.region_of[min(piece)]].old = True

    def _join_all(self, piece: set[int]) -> None:
        first = min(piece)
        reached, front = {first}, [first]
        while front:
            for nxt in sorted(self.parcel_near[front.pop()].keys() & (piece - reached)):
                if self.region_of[nxt] != self.region_of[first]:
                    self._join(self.region_of[first], self.region_of[nxt])
                reached.add(nxt)
                front.append(nxt)

    def join_pockets(self) -> None:
        """Join land that barriers shut in, with too few people for a community, to what is beyond them.

        It is done first, while the neighbours still have room.
        """
        all_parcels = set(range(self.n))
        shut_in: list[int] = []
        seen: set[int] = set()
        for parcel in range(self.n):
            if parcel not in seen:
                piece = self._connected(all_parcels, parcel, crossing=False)
                seen |= piece
                settled = any(self.regions[self.region_of[m]].old for m in piece)
                if not settled and 0 < sum(self.people[m] for m in piece) < FEWEST_PEOPLE:
                    self._join_all(piece)
                    shut_in.append(self.region_of[parcel])
        for key in shut_in:
            region = self.regions.get(key)
            if region is not None and region.people < FEWEST_PEOPLE:
                best = self._best_neighbour(region, crossing=True)
                if best is not None:
                    self._join(best, key)

    def grow(self, *, crossing: bool) -> int:
        """Let the smallest region join its best neighbour until none that is too small can; tells how many did."""
        joined = 0
        heap = [(r.people, key) for key, r in self.regions.items() if r.is_small]
        heapq.heapify(heap)
        while heap:
            people, key = heapq.heappop(heap)
            region = self.regions.get(key)
            if region is None or region.people != people or (region.is_large_empty and not crossing):
                continue
            best = self._best_neighbour(region, crossing=crossing)
            if best is None:
                continue
            kept = self._join(best, key)
            joined += 1
            if self.regions[kept].is_small:
                heapq.heappush(heap, (self.regions[kept].people, kept))
        return joined

    def _best_neighbour(self, region: _Region, *, crossing: bool) -> int | None:
        best, best_score = None, (-1, -1, -np.inf, 0.0)
        for key in sorted(region.near):
            other = self.regions[key]
            length, barrier = region.near[key]
            over = _is_over(length, barrier)
            if not crossing and (over or other.is_large_empty):
                continue
            # People may not make a community too large, unless it is too large by itself already. RULE 2
            fits = region.people <= 0 or region.people + other.people <= MOST_PEOPLE
            if not fits and not (crossing and other.people > MOST_PEOPLE):
                continue
            # First what crosses nothing, then what is most compact, then the smaller neighbour. RULES 3, 4
            whole_area, whole_perimeter = (
                region.area + other.area,
                region.perimeter + other.perimeter - 2 * length,
            )
            compact = whole_area / max(whole_perimeter, 1.0) ** 2
            score = (int(fits), int(not over) + int(not other.is_large_empty), compact, -other.people)
            if score > best_score:
                best, best_score = key, score
        return best

    def _join(self, into: int, key: int) -> int:
        """Merge two regions; the lower of the two keys stays, and is returned."""
        if into > key:
            into, key = key, into
        kept, gone = self.regions[into], self.regions.pop(key)
        length, barrier = kept.near.pop(key, [0.0, 0.0])
        gone.near.pop(into, None)
        kept.old |= gone.old
        kept.crossed |= gone.crossed or _is_over(length, barrier)
        kept.people += gone.people
        kept.area += gone.area
        kept.perimeter += gone.perimeter - 2 * length
        for member in gone.members:
            self.region_of[member] = into
        kept.members += gone.members
        for near, (length, barrier) in gone.near.items():
            there = self.regions[near].near
            del there[key]
            for side, other in ((kept.near, near), (there, into)):
                had = side.setdefault(other, [0.0, 0.0])
                had[0] += length
                had[1] += barrier
        return into

    def mend(self) -> int:
        """Let regions that are too small take parcels that neighbours can spare; tells how many. RULE 6."""
        moved = 0
        small = sorted((r.people, k) for k, r in self.regions.items() if r.people > 0 and r.is_small)
        for _, key in small:
            while self.regions[key].is_small:
                move = self._best_gift(key)
                if move is None:
                    break
                self._move(move, key)
                moved += 1
        self._renew_borders()
        return moved

    def _best_gift(self, key: int) -> int | None:
        """The parcel that its own region can spare with the longest border to this one."""
        region = self.regions[key]
        gifts: dict[int, float] = {}
        for member in region.members:
            for near, (length, barrier) in self.parcel_near[member].items():
                donor = self.regions[self.region_of[near]]
                spare = self.people[near]
                if self.region_of[near] == key or _is_over(length, barrier) or spare <= 0:
                    continue
                if donor.people - spare >= FEWEST_PEOPLE and region.people + spare <= MOST_PEOPLE:
                    gifts[near] = gifts.get(near, 0.0) + length
        for near in sorted(gifts, key=lambda p: (-gifts[p], p)):
            if self._stays_whole(near):
                return near
        return None

    def _stays_whole(self, parcel: int) -> bool:
        rest = set(self.regions[self.region_of[parcel]].members) - {parcel}
        return bool(rest) and self._connected(rest, min(rest)) == rest

    def _connected(self, among: set[int], first: int, *, crossing: bool = True) -> set[int]:
        reached, front = {first}, [first]
        while front:
            near = self.parcel_near[front.pop()]
            new = {
                p for p in near if p in among and p not in reached and (crossing or not _is_over(*near[p]))
            }
            reached |= new
            front.extend(new)
        return reached

    def _move(self, parcel: int, to: int) -> None:
        donor = self.regions[self.region_of[parcel]]
        donor.members.remove(parcel)
        self.regions[to].members.append(parcel)
        self.region_of[parcel] = to
        people, area = float(self.people[parcel]), float(self.area[parcel])
        donor.people, donor.area = donor.people - people, donor.area - area
        self.regions[to].people += people
        self.regions[to].area += area

    def _renew_borders(self) -> None:
        """Count the borders of the regions anew from those of their parcels."""
        for key, region in self.regions.items():
            region.near = {}
            region.perimeter = float(sum(self.perimeter[m] for m in region.members))
            for member in region.members:
                for near, (length, barrier) in self.parcel_near[member].items():
                    if self.region_of[near] == key:
                        region.perimeter -= length
                    else:
                        had = region.near.setdefault(self.region_of[near], [0.0, 0.0])
                        had[0] += length
                        had[1] += barrier

    def smooth(self) -> None:
        """Hand a parcel over where it has more border with the neighbour than with its own community."""
        for _ in range(_SMOOTHING_ROUNDS):
            moved = 0
            for parcel in range(self.n):
                moved += self._hand_over(parcel)
            if not moved:
                break
        self._renew_borders()

    def _hand_over(self, parcel: int) -> bool:
        own = self.region_of[parcel]
        with_region: dict[int, float] = {}
        if self.regions[own].old:
            return False
        for near, (length, barrier) in self.parcel_near[parcel].items():
            if self.regions[self.region_of[near]].old:
                continue
            if barrier <= BARRIER_SHARE * length or self.region_of[near] == own:
                with_region[self.region_of[near]] = with_region.get(self.region_of[near], 0.0) + length
        here = with_region.pop(own, 0.0)
        spare = self.people[parcel]
        for key in sorted(with_region, key=lambda k: (-with_region[k], k)):
            fits = self.regions[key].people + spare <= MOST_PEOPLE or spare <= 0
            spared = self.regions[own].people - spare >= min(FEWEST_PEOPLE, self.regions[own].people)
            if with_region[key] > here and fits and spared and self._stays_whole(parcel):
                self._move(parcel, key)
                return True
        return False

    def result(self) -> Merged:
        order = sorted(self.regions, key=lambda k: min(self.regions[k].members))
        group = np.empty(self.n, dtype=np.int64)
        for number, key in enumerate(order):
            group[self.regions[key].members] = number
        people = np.array([self.regions[k].people for k in order])
        return Merged(group, people, sum(self.regions[k].crossed for k in order))
