"""The scan equals a search through the time-expanded network that knows nothing of connections, on random timetables.

The naive search below walks from state to state: standing at a stop, or sitting in a vehicle after so many rides.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.travel.kernels import rows
from yiju.travel.kernels.connections_plain import earliest_arrivals
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.transit.events import Footpaths, lay_out
from yiju.travel.transit.results import ranks_of
from yiju.travel.transit.scanning import Boarding, Walks, Window, scan_blocks, scan_origins
from yiju.travel.transit.timetable import Connections

if TYPE_CHECKING:
    import pytest

Calls = list[tuple[int, int, int, bool, bool]]  # stop, arrival, departure, boards, alights


@dataclass
class Town:
    """A timetable, ways on foot in seconds, origins and destinations by number."""

    stops: int
    vehicles: list[Calls]
    footpaths: dict[tuple[int, int], int]
    access: dict[tuple[int, int], int]  # (origin, stop)
    egress: dict[tuple[int, int], int]  # (stop, destination)
    walks: dict[tuple[int, int], int]
    origins: int = 2
    destinations: int = 3
    minutes: int = 4
    max_s: int = 900
    rides: Connections = field(init=False)

    def __post_init__(self) -> None:
        lines = [
            (d, i, v, s, t, a, b, off)
            for v, calls in enumerate(self.vehicles)
            for i, ((s, _, d, b, _), (t, a, _, _, off)) in enumerate(pairwise(calls))
        ]
        lines.sort()
        column = list(zip(*lines, strict=True)) if lines else [()] * 8

        def whole(i: int) -> Any:
            return np.array(column[i], dtype=np.int32)

        self.rides = Connections(
            whole(3), whole(4), whole(0), whole(5), whole(2),
            np.array(column[6], dtype=bool), np.array(column[7], dtype=bool), 1,
        )  # fmt: skip

    def paths(self) -> Footpaths:
        walks = by_first(self.footpaths, self.stops)
        return Footpaths(walks.first, walks.other, walks.seconds)

    def times(self, ranks: Any, most_rides: int = 0, way: Any = scan_blocks) -> np.ndarray:
        """(p, origins, destinations) seconds by the scan."""
        events = lay_out(self.rides, self.paths(), self.stops)
        window = Window(events, self.minutes, self.max_s, most_rides)
        turned = {(d, s): seconds for (s, d), seconds in self.egress.items()}
        home = {(d, o): seconds for (o, d), seconds in self.walks.items()}
        blocks = way(
            window,
            Boarding.of(window, by_first(self.access, self.origins)),
            by_first(turned, self.destinations),
            by_first(home, self.destinations),
            np.asarray(ranks, dtype=np.int64),
            1,
        )
        return np.concatenate([times.astype(np.int64) for _, times in blocks], axis=2)

    def boarded(self, now: int, stop: int, rides: int, most_rides: int) -> list[tuple[int, tuple[int, ...]]]:
        """What may be boarded by who stands at a stop."""
        if most_rides and rides == most_rides:
            return []
        # without a cap rides need not be told apart
        more = rides + 1 if most_rides else 1
        return [
            (departs, (v, i, more))
            for v, calls in enumerate(self.vehicles)
            for i, (s, _, departs, boards, _) in enumerate(calls[:-1])
            if s == stop and boards and departs >= now
        ]

    def naive(self, origin: int, leaves: int, most_rides: int) -> list[int]:
        """Travel time to each destination, -1 where it takes too long."""
        # a state is (stop, rides) for who stands, or (vehicle, call, rides) for who sits
        best = [self.walks.get((origin, d), 10**9) for d in range(self.destinations)]
        queue: list[tuple[int, tuple[int, ...]]] = []
        seen: set[tuple[int, ...]] = set()
        for (o, stop), seconds in self.access.items():
            if o == origin:
                heapq.heappush(queue, (leaves + seconds, (stop, 0)))
        while queue:
            now, state = heapq.heappop(queue)
            if state in seen:
                continue
            seen.add(state)
            if len(state) == 2:
                for after in self.boarded(now, *state, most_rides):
                    heapq.heappush(queue, after)
                continue
            vehicle, i, rides = state
            stop, arrives, _, _, alights = self.vehicles[vehicle][i + 1]
            if alights:
                for d in range(self.destinations):
                    if (stop, d) in self.egress:
                        best[d] = min(best[d], arrives + self.egress[stop, d] - leaves)
                for (s, near), seconds in self.footpaths.items():
                    if s == stop:
                        heapq.heappush(queue, (arrives + seconds, (near, rides)))
            if i + 2 < len(self.vehicles[vehicle]):
                heapq.heappush(queue, (self.vehicles[vehicle][i + 1][2], (vehicle, i + 1, rides)))
        return [b if b <= self.max_s else -1 for b in best]


def by_first(seconds: dict[tuple[int, int], int], count: int) -> Walks:
    pairs = sorted(seconds)
    first = np.searchsorted([p[0] for p in pairs], np.arange(count + 1)).astype(np.int64)
    other = np.array([p[1] for p in pairs], dtype=np.int32)
    return Walks(first, other, np.array([seconds[p] for p in pairs], dtype=np.int32))


@st.composite
def towns(draw: st.DrawFn) -> Town:
    stops = draw(st.integers(1, 5))
    vehicles = []
    for _ in range(draw(st.integers(1, 6))):
        now = draw(st.integers(0, 400))
        calls: Calls = []
        for _ in range(draw(st.integers(2, 5))):
            # standing still for no time, and several stops in the same second, are allowed
            arrival = now + draw(st.sampled_from([0, 0, 60, 61, 200]))
            now = arrival + draw(st.sampled_from([0, 0, 30]))
            flags = draw(st.tuples(st.booleans(), st.booleans())) if draw(st.booleans()) else (True, True)
            calls.append((draw(st.integers(0, stops - 1)), arrival, now, *flags))
        vehicles.append(calls)

    def ways(rows: int, columns: int, most: int) -> dict[tuple[int, int], int]:
        chosen = draw(
            st.lists(
                st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)), max_size=6, unique=True
            )
        )
        return {pair: draw(st.integers(1, most)) for pair in chosen}

    footpaths = {(s, s): 1 for s in range(stops) if draw(st.booleans())} | ways(stops, stops, 150)
    return Town(
        stops, vehicles, footpaths, ways(2, stops, 200), ways(stops, 3, 200), ways(2, 3, 900),
        max_s=draw(st.sampled_from([300, 511, 900])),
    )  # fmt: skip


@settings(max_examples=300)
@given(towns(), st.sampled_from([0, 0, 1, 2, 3]))
def test_every_minute_equals_a_naive_search(town: Town, most_rides: int) -> None:
    exact = np.array(
        [[town.naive(o, 60 * m, most_rides) for m in range(town.minutes)] for o in range(town.origins)]
    )
    lost = np.iinfo(np.uint16).max
    in_order = np.sort(np.where(exact < 0, lost, exact), axis=1)
    for way in (scan_blocks, scan_origins):
        found = town.times(range(town.minutes), most_rides, way)
        assert np.array_equal(found.transpose(1, 0, 2), in_order)


@settings(max_examples=200)
@given(towns(), st.sampled_from([0, 1, 2, 3]))
def test_the_plain_scan_equals_a_naive_search_too(town: Town, most_rides: int) -> None:
    paths, access, rides = town.paths(), by_first(town.access, town.origins), town.rides
    for o in range(town.origins):
        some = slice(access.first[o], access.first[o + 1])
        for leaves in (0, 60, 180):
            arrival = earliest_arrivals(
                rides.from_stop, rides.to_stop, rides.departs, rides.arrives, rides.vehicle, rides.boards,
                rides.alights, paths.first, paths.head, paths.need, access.other[some], access.seconds[some],
                leaves, town.stops, most_rides,
            ).astype(np.int64)  # fmt: skip
            for d, exact in enumerate(town.naive(o, leaves, most_rides)):
                ways = [town.walks.get((o, d), 10**9)]
                ways += [arrival[s] + w - leaves for (s, to), w in town.egress.items() if to == d]
                least = min(w for w in ways if w < UNREACHED) if min(ways) < UNREACHED else 10**9
                assert (least if least <= town.max_s else -1) == exact


def test_wide_rows_say_the_same_as_narrow_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    vehicles = []
    for _ in range(60):
        when = int(rng.integers(0, 3000)) + np.cumsum(rng.integers(30, 200, 6))
        vehicles.append(
            [(int(s), int(t), int(t), True, True) for s, t in zip(rng.permutation(8)[:6], when, strict=True)]
        )
    town = Town(
        8, vehicles,
        {(s, t): int(rng.integers(1, 200)) for s in range(8) for t in range(8)},
        {(o, s): int(rng.integers(1, 300)) for o in range(5) for s in rng.permutation(8)[:3].tolist()},
        {(s, d): int(rng.integers(1, 300)) for d in range(70) for s in rng.permutation(8)[:2].tolist()},
        {(o, d): int(rng.integers(1, 4000)) for o in range(5) for d in range(70)},
        origins=5, destinations=70, minutes=40, max_s=600,
    )  # fmt: skip
    ranks = ranks_of([5, 50, 95], 40)
    for most_rides in (0, 2):
        narrow = town.times(ranks, most_rides=most_rides)
        monkeypatch.setattr("yiju.travel.transit.scanning.FAR_16", 10)  # so that nothing fits
        wide = town.times(ranks, most_rides=most_rides)
        monkeypatch.undo()
        lost = np.iinfo(np.uint16).max, np.iinfo(np.uint32).max
        assert narrow.shape == (3, 5, 70)
        assert np.array_equal(np.where(narrow == lost[0], lost[1], narrow), wide)
        assert np.array_equal(narrow, town.times(ranks, most_rides, scan_origins))
        assert 0.1 < (narrow <= 600).mean() < 0.99


def test_rows_that_are_counted_and_compared_mean_what_they_say() -> None:
    rng = np.random.default_rng(0)
    for dtype in (np.uint16, np.uint32):
        given_rows = rng.integers(0, 30_000, (40, rows.LANES))
        sources = rng.integers(0, 30, 12).astype(np.uint32)
        table = rows.new_rows(40, dtype)
        table[:] = given_rows
        table[31] = 7
        plain = table.copy()
        rows.plain_least_row(plain, 30, sources, 2, 11, dtype(20_000))
        rows.plain_count_within(plain, 31, 3, 28, 5, dtype(60))
        assert np.array_equal(plain[30], np.minimum(20_000, given_rows[sources[2:11]].min(axis=0)))
        near = given_rows[3:28] <= given_rows[5] + 60 * np.arange(25)[:, None]
        assert np.array_equal(plain[31], 7 + near.sum(axis=0))

        @numba.njit
        def as_vectors(table: Any, sources: Any) -> None:
            rows.least_row(table, 30, sources, 2, 11, table.dtype.type(20_000))
            rows.count_within(table, 31, 3, 28, 5, table.dtype.type(60))

        as_vectors(table, sources)
        assert np.array_equal(table, plain)
