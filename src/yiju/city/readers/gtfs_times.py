"""stop_times.txt: read block by block, held against the rules, and counted into departures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yiju.city.readers.gtfs_files import BAD_TIME, NO_TIME, clock, parse_times
from yiju.city.readers.tabular import row_numbers
from yiju.city.rejections import MOST_ROWS
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

    from yiju.city.readers.gtfs_files import Feed
    from yiju.city.rejections import Action, Rejections

# Seconds of a day: the timetable of a working day repeats after them.
DAY_S = 86_400

# stop_times.pickup_type and drop_off_type 1: none available (gtfs.org reference, stop_times.txt).
_NONE_AVAILABLE = "1"
_COLUMNS = ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence")


@dataclass(frozen=True)
class StopTimes:
    """Calls of trips at stops, sorted by trip and sequence; arrays of one length.

    ``trip`` and ``stop`` are indices into the trips and stops that were given, times are seconds after
    midnight, ``row`` is the row of the file.
    """

    trip: NDArray[np.int64]
    stop: NDArray[np.int64]
    arrival_s: NDArray[np.int64]
    departure_s: NDArray[np.int64]
    boards: NDArray[np.bool_]
    alights: NDArray[np.bool_]
    row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.trip)

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> StopTimes:
        """Choose calls, by index or by mask."""
        return StopTimes(
            self.trip[chosen], self.stop[chosen], self.arrival_s[chosen], self.departure_s[chosen],
            self.boards[chosen], self.alights[chosen], self.row[chosen],
        )  # fmt: skip


def read_stop_times(feed: Feed, trip_ids: NDArray[np.object_], stop_ids: NDArray[np.object_]) -> StopTimes:
    """Read the calls of a feed, by rules 3 and 4 of :mod:`yiju.city.readers.gtfs`.

    Parameters
    ----------
    trip_ids, stop_ids
        The known ids; the result refers to their positions.

    Raises
    ------
    InputError
        stop_times.txt is missing, lacks a column, or holds no call that can be used.
    """
    report = feed.report_on("stop_times.txt")
    known = {"trip_id": _positions(trip_ids), "stop_id": _positions(stop_ids)}
    calls = _read_blocks(feed, report, known)
    calls = _drop_backward(calls, trip_ids, report)
    calls = _interpolate(calls, report)
    feed.rejections.extend(report)
    if len(calls) == 0:
        raise InputError(
            Text("没有可用的停靠记录。", "holds no call that can be used."),
            file=feed.path_of("stop_times.txt"),
            hint=Text(
                "请与 trips.txt、stops.txt 核对 trip_id 与 stop_id，并核对时刻格式（时:分:秒）。",
                "Check its trip_id and stop_id against trips.txt and stops.txt, and its times (HH:MM:SS).",
            ),
        )
    return calls


def _positions(ids: NDArray[np.object_]) -> dict[str, int]:
    return {str(name): i for i, name in enumerate(ids)}


def _read_blocks(feed: Feed, report: Rejections, known: Mapping[str, Mapping[str, int]]) -> StopTimes:
    """Read all calls whose trip, stop and sequence are good, sorted; empty times are still ``NO_TIME``."""
    parts: list[tuple[NDArray[np.int64], ...]] = []
    faults = {name: _Fault() for name in _COLUMNS}
    ragged: list[int] = []
    seen = 0
    for block in feed.batches("stop_times.txt", _COLUMNS, ("pickup_type", "drop_off_type"), report, ragged):
        coded = {name: _encode(block.column(name), ids) for name, ids in known.items()}
        blank = (coded["trip_id"] == _EMPTY) & (coded["stop_id"] == _EMPTY)
        coded["stop_sequence"] = _map_distinct(block.column("stop_sequence"), _sequence)
        good = ~blank
        for name, codes in coded.items():
            good &= ~faults[name].note((codes < 0) & ~blank, seen, block.column(name))
        arrival, departure = (_map_distinct(block.column(c), parse_times) for c in _COLUMNS[1:3])
        for name, times in (("arrival_time", arrival), ("departure_time", departure)):
            faults[name].note(times == BAD_TIME, seen, block.column(name))
        # what cannot be read is as good as left out
        arrival, departure = np.maximum(arrival, NO_TIME), np.maximum(departure, NO_TIME)
        boards, alights = _available(block, "pickup_type"), _available(block, "drop_off_type")
        position = np.arange(seen, seen + len(block))
        columns = (
            coded["trip_id"],
            coded["stop_id"],
            arrival,
            departure,
            boards,
            alights,
            position,
            coded["stop_sequence"],
        )
        parts.append(tuple(column[good] for column in columns))
        seen += len(block)
    rows = row_numbers(seen, ragged)
    report.read = seen + len(ragged)
    for name, fault in faults.items():
        fault.tell(report, name, rows)
    if not parts:
        parts.append(tuple(np.empty(0, dtype=np.int64) for _ in range(8)))
    trip, stop, arrival, departure, boards, alights, position, sequence = (
        np.concatenate(p) for p in zip(*parts, strict=True)
    )
    order = np.lexsort((sequence, trip))
    # One of the two times is enough.
    arrival, departure = (
        np.where(arrival < 0, departure, arrival),
        np.where(departure < 0, arrival, departure),
    )
    calls = StopTimes(
        trip, stop, arrival, departure, boards.astype(np.bool_), alights.astype(np.bool_), rows[position]
    )
    return calls.take(order)


# What _encode gives for an empty cell and for an unknown id.
_EMPTY, _UNKNOWN = -2, -1


def _encode(column: pa.Array, known: Mapping[str, int]) -> NDArray[np.int64]:
    """Look ids up, once for each distinct text of a block."""
    return _map_distinct(
        column, lambda texts: [known.get(t.strip(), _UNKNOWN) if t.strip() else _EMPTY for t in texts]
    )


def _available(block: pa.RecordBatch, column: str) -> NDArray[np.int64]:
    """Tell for each call whether a column of pickup or drop-off types allows it; without the column all do."""
    if column not in block.schema.names:
        return np.ones(len(block), dtype=np.int64)
    return _map_distinct(
        block.column(column), lambda texts: [text.strip() != _NONE_AVAILABLE for text in texts]
    )


def _map_distinct(column: pa.Array, reading: Callable[[list[str]], ArrayLike]) -> NDArray[np.int64]:
    """Read each distinct text of a block once: a million rows hold some thousand distinct ids and times."""
    encoded = column.dictionary_encode()
    values = np.asarray(reading(encoded.dictionary.to_pylist()), dtype=np.int64)
    result: NDArray[np.int64] = values[encoded.indices.to_numpy()]
    return result


def _sequence(texts: list[str]) -> list[int]:
    return [int(t) if t.strip().isdecimal() else _UNKNOWN for t in texts]


class _Fault:
    """Rows of one fault, noted while blocks pass by; their numbers are known only at the end."""

    def __init__(self) -> None:
        self.positions: list[NDArray[np.int64]] = []
        self.texts: list[str] = []

    def note(self, wrong: NDArray[np.bool_], first: int, column: pa.Array) -> NDArray[np.bool_]:
        at = np.flatnonzero(wrong)
        if len(at):
            self.positions.append(at + first)
            self.texts += [column[int(i)].as_py() for i in at[: max(0, MOST_ROWS - len(self.texts))]]
        return wrong

    def tell(self, report: Rejections, field: str, rows: NDArray[np.int64]) -> None:
        if not self.positions:
            return
        at = np.concatenate(self.positions)
        values = self.texts + [""] * (len(at) - len(self.texts))
        action: Action = "field set unknown" if field.endswith("_time") else "row dropped"
        report.add_all(why=_FAULTS[field], action=action, field=field, rows=rows[at].tolist(), values=values)


_FAULTS = {
    "trip_id": Text("trips.txt 中没有此班次", "no such trip in trips.txt"),
    "stop_id": Text("stops.txt 中没有此站点", "no such stop in stops.txt"),
    "stop_sequence": Text("应为不小于 0 的整数", "needs to be a whole number of at least 0"),
    "arrival_time": Text("应为 时:分:秒", "needs to be HH:MM:SS"),
    "departure_time": Text("应为 时:分:秒", "needs to be HH:MM:SS"),
}


def _drop_backward(calls: StopTimes, trip_ids: NDArray[np.object_], report: Rejections) -> StopTimes:
    """Drop calls that depart before they arrive, then those earlier than a call before them on the trip."""
    wrong = calls.departure_s < calls.arrival_s
    for i in np.flatnonzero(wrong)[:MOST_ROWS]:
        left, came, trip = clock(calls.departure_s[i]), clock(calls.arrival_s[i]), trip_ids[calls.trip[i]]
        why = Text(
            f"发车 {left} 早于到达 {came}（班次 {trip}）",
            f"departure {left} precedes arrival {came} (trip {trip})",
        )
        report.add(row=int(calls.row[i]), field="departure_time", value=left, why=why, action="row dropped")
    _count_the_rest(report, int(wrong.sum()), Text("发车早于到达", "departure precedes arrival"))
    calls = calls.take(~wrong)

    timed = np.flatnonzero(calls.departure_s >= 0)
    # Each trip's times are lifted above all of the one before, so that one running maximum serves all trips.
    lift = calls.trip[timed] * np.int64(1000 * 3600)
    latest = np.maximum.accumulate(calls.departure_s[timed] + lift)
    wrong = np.zeros(len(calls), dtype=np.bool_)
    wrong[timed[1:]] = calls.arrival_s[timed[1:]] + lift[1:] < latest[:-1]
    for i in np.flatnonzero(wrong)[:MOST_ROWS]:
        came, trip = clock(calls.arrival_s[i]), trip_ids[calls.trip[i]]
        why = Text(
            f"{came} 早于本班次前面的站（班次 {trip}）",
            f"{came} precedes an earlier stop of its trip ({trip})",
        )
        report.add(row=int(calls.row[i]), field="arrival_time", value=came, why=why, action="row dropped")
    _count_the_rest(report, int(wrong.sum()), Text("时刻倒退", "time runs backwards"))
    return calls.take(~wrong)


def _count_the_rest(report: Rejections, found: int, what: Text) -> None:
    if found > MOST_ROWS:
        why = Text("另有 {n:,} 行：{what}", "{n:,} more rows: {what}").format(n=found - MOST_ROWS, what=what)
        report.add(why=why, action="row dropped")


def _interpolate(calls: StopTimes, report: Rejections) -> StopTimes:
    """Fill times that are left out; drop those before the first or after the last timed stop of a trip."""
    untimed = calls.departure_s == NO_TIME
    if not untimed.any():
        return calls
    at = np.arange(len(calls))
    before = np.maximum.accumulate(np.where(untimed, -1, at))
    after = np.minimum.accumulate(np.where(untimed, len(calls), at)[::-1])[::-1]
    inside = (before >= 0) & (after < len(calls))
    low, high = np.where(inside, before, 0), np.where(inside, after, 0)
    inside &= (calls.trip[low] == calls.trip) & (calls.trip[high] == calls.trip)
    share = (at - low) / np.maximum(high - low, 1)
    left, comes = calls.departure_s[low], calls.arrival_s[high]
    between = np.floor(left + (comes - left) * share).astype(np.int64)
    lost = untimed & ~inside
    why = Text("没有时刻，且不在两个有时刻的站之间", "has no time and does not lie between two timed stops")
    report.add_all(why=why, action="row dropped", field="departure_time", rows=calls.row[lost].tolist())
    filled = StopTimes(
        calls.trip, calls.stop, np.where(untimed, between, calls.arrival_s),
        np.where(untimed, between, calls.departure_s), calls.boards, calls.alights, calls.row,
    )  # fmt: skip
    return filled.take(~lost)


def departures_by_stop(
    calls: StopTimes,
    active: NDArray[np.bool_],
    runs: pd.DataFrame,
    *,
    n_stops: int,
    periods: Sequence[tuple[int, int]],
) -> NDArray[np.int64]:
    """Count departures of each stop in each period of a working day, by rules 5 and 6.

    Parameters
    ----------
    calls
        Sorted by trip and sequence.
    active
        (n_trips,) whether the trip runs that day.
    runs
        Rows of frequencies: trip, start_s, end_s, headway_s. Their trips do not run at their own times.
    periods
        From, until, in seconds after midnight; until is outside.

    Returns
    -------
    (n_stops, n_periods) int64
    """
    goes_on = np.zeros(len(calls), dtype=np.bool_)
    goes_on[:-1] = calls.trip[1:] == calls.trip[:-1]
    departs = calls.boards & goes_on & active[calls.trip]
    patterned = np.isin(calls.trip, runs["trip"].to_numpy())
    plain = calls.take(departs & ~patterned)
    time = plain.departure_s % DAY_S
    counts = np.zeros((n_stops, len(periods)), dtype=np.int64)
    for column, (start, end) in enumerate(periods):
        within = (time >= start) & (time < end)
        counts[:, column] = np.bincount(plain.stop[within], minlength=n_stops)

    first = np.full(len(active), -1, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, ~goes_on[:-1]])[: len(calls)]
    first[calls.trip[starts]] = calls.departure_s[starts]
    for run in runs.itertuples(index=False):
        its = calls.take(np.flatnonzero(departs & (calls.trip == run.trip)))
        begins = run.start_s + its.departure_s - first[run.trip]
        n_runs = -(-(run.end_s - run.start_s) // run.headway_s)
        for column, (start, end) in enumerate(periods):
            for day in range(4):  # hours of three digits reach no further
                until = np.clip(-(-(end + day * DAY_S - begins) // run.headway_s), 0, n_runs)
                since = np.clip(-(-(start + day * DAY_S - begins) // run.headway_s), 0, n_runs)
                np.add.at(counts[:, column], its.stop, until - since)
    return counts
