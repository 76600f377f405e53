"""Who goes from where to where for work, how long it takes by public transport, and how far it is.

The table of commutes gives flows between places, not between doors. A place is therefore stood for by some of its home
cells, drawn evenly along its people: the cells are laid out along a Hilbert curve, and those in the middle of each k-th
of the people are taken. A flow from i to j is spread evenly over the cells of i and those of j. Jobs are taken to be
where people live within a place, since nothing says where in it they are.

::

    place i  ●  ●  ●  ●       flow T_ij goes in k x k equal parts            share of T_ij within 45 minutes
                 ╲ ╳ ╱                                                        = mean over the k x k parts
    place j  ○  ○  ○  ○

So all numbers that rest on times or distances are modelled, and say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from yiju.checkup.blocks import NotMeasurable
from yiju.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from yiju.checkup.context import Context
    from yiju.travel import AccessPoints
    from yiju.travel.transit import Transit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Cells that stand for a place, and for all places together: proposals of ours. With eight cells the share of a flow
# within a limit comes in 64ths.
_CELLS_PER_PLACE, _CELLS_IN_ALL = 8, 2_000
# The morning peak of GB/T 51328, in which most leave for work, and a trip that nobody makes every day.
DEPART, WINDOW_MIN, LONGEST_MIN = "07:30", 60, 120.0
# Longer ways than this are not searched for: across the largest built-up areas of the world (metres).
_FARTHEST_M = 200_000.0


@dataclass(frozen=True, eq=False)
class Flows:
    """Commuters within the city: ``workers[e]`` live in ``home[e]`` and work in ``work[e]``, rows of places."""

    home: Ints
    work: Ints
    workers: Floats
    leaving: float  # workers who live in the city and work outside it
    coming: float  # workers who work in the city and live outside it

    @property
    def total(self) -> float:
        """Workers who live and work in the city."""
        return float(self.workers.sum())


class Commuters:
    """The commutes of a city, with the times and distances between its places.

    Raises
    ------
    NotMeasurable
        There is no table of commutes, or nobody in it both lives and works in the city.
    """

    def __init__(self, city: Context) -> None:
        self._city = city
        table = city.table("commutes")
        if not len(table):
            raise NotMeasurable(
                Text(
                    "需要通勤联系表（居住地、就业地、人数）或官方数据。",
                    "needs a table of commutes (home, work, workers), or an official figure.",
                )
            )
        home, work = (
            np.array([_row(city, place) for place in table[column]], dtype=np.int64)
            for column in ("home_place_id", "work_place_id")
        )
        workers = table["workers"].to_numpy(dtype=np.float64)
        inside = (home >= 0) & (work >= 0)
        self.everybody = (home, work, workers)
        self.flows = Flows(
            home[inside],
            work[inside],
            workers[inside],
            float(workers[(home >= 0) & (work < 0)].sum()),
            float(workers[(home < 0) & (work >= 0)].sum()),
        )
        if not self.flows.total > 0:
            raise NotMeasurable(
                Text(
                    "通勤联系表中没有居住与就业均在市内者。",
                    "nobody in the table of commutes lives and works in the city.",
                )
            )

    @cached_property
    def places(self) -> Ints:
        """Rows of the places that flows begin or end in."""
        return np.unique(np.concatenate([self.flows.home, self.flows.work]))

    @cached_property
    def of_place(self) -> tuple[Ints, Ints]:
        """(flows,) positions of home and work in :attr:`places`."""
        return np.searchsorted(self.places, self.flows.home), np.searchsorted(self.places, self.flows.work)

    @cached_property
    def cells(self) -> tuple[Ints, Ints]:
        """Cells that stand for the places: their rows, and the position in :attr:`places` of each.

        Raises
        ------
        NotMeasurable
            A place has no home cell.
        """
        each = max(1, min(_CELLS_PER_PLACE, _CELLS_IN_ALL // len(self.places)))
        cells, within = self._city.cells, self._city.cell_within
        people = cells["people"].to_numpy(dtype=np.float64)
        chosen = [evenly(_along_curve(cells, within.members(int(p))), people, each) for p in self.places]
        empty = [i for i, rows in enumerate(chosen) if len(rows) == 0]
        if empty:
            names = "、".join(str(self._city.places.ids[self.places[i]]) for i in empty[:3])
            raise NotMeasurable(
                Text(
                    f"{len(empty)} 个通勤起讫地没有居民单元（如 {names}），无法定位。",
                    f"{len(empty)} places of commutes have no home cell (e.g. {names}), so they lie nowhere.",
                )
            )
        return np.concatenate(chosen), np.repeat(np.arange(len(chosen)), [len(rows) for rows in chosen])

    @cached_property
    def _points(self) -> AccessPoints:
        reach, cells = self._city.reach, self._city.cells
        return reach.network.snap(cells.geometry.iloc[self.cells[0]].reset_index(drop=True))

    @cached_property
    def spread(self) -> Floats:
        """(places, cells) how much of a place each cell stands for; rows add up to 1."""
        _, place = self.cells
        spread = np.zeros((len(self.places), len(place)))
        spread[place, np.arange(len(place))] = 1.0
        spread /= spread.sum(axis=1, keepdims=True)
        return spread

    @cached_property
    def transit(self) -> Transit:
        """The city's timetable on its streets.

        Raises
        ------
        NotMeasurable
            There is no timetable.
        """
        from yiju.travel.transit import Timetable, Transit  # noqa: PLC0415 - cities without a timetable do without

        tables = [self._city.table(name) for name in ("stops", "trips", "calls", "transfers")]
        if not len(tables[1]):
            raise NotMeasurable(Text("需要公交时刻表（GTFS）。", "needs a timetable (GTFS)."))
        return Transit(self._city.reach.travel("adult"), Timetable.from_tables(*tables))

    @cached_property
    def minutes(self) -> Floats:
        """(cells, cells) median minutes door to door in the morning peak; inf beyond two hours."""
        times = self.transit.times(
            self._points, self._points, depart=DEPART, window_min=WINDOW_MIN, max_minutes=LONGEST_MIN
        )
        minutes: Floats = times.minutes().to_numpy()
        return minutes

    @cached_property
    def km(self) -> Floats:
        """(cells, cells) kilometres along the streets; inf where there is no way."""
        found = np.full((len(self._points), len(self._points)), np.inf)
        pairs = self._city.reach.travel("metres").within(self._points, self._points, _FARTHEST_M)
        found[pairs.origin, pairs.facility] = pairs.cost / 1000.0
        return found

    def between_places(self, between_cells: Floats) -> Floats:
        """(places, places) mean of something between cells."""
        mean: Floats = self.spread @ between_cells @ self.spread.T
        return mean

    def share_of_people(self, chosen: npt.NDArray[np.bool_]) -> Floats:
        """(places,) share of each place's people who live in the chosen home cells.

        Raises
        ------
        NotMeasurable
            A place has no home cell.
        """
        _ = self.cells  # says which
        people = self._city.cells["people"].to_numpy(dtype=np.float64)
        within = self._city.cell_within
        share = within.sums(np.where(chosen, people, 0.0))[self.places] / within.sums(people)[self.places]
        return np.asarray(share, dtype=np.float64)

    def coarse(self, most: int) -> tuple[Floats, Floats]:
        """Mean kilometres and workers between places, or those above them where there are more than ``most``."""
        above = self.places.copy()
        parents = self._city.places.parents
        while len(np.unique(above)) > most:
            above = np.where(parents[above] >= 0, parents[above], self._city.places.city)
        group = np.unique(above, return_inverse=True)[1]
        home, work = self.of_place
        count, workers = int(group.max()) + 1, self.flows.workers
        weight = np.bincount(home, workers, len(group)) + np.bincount(work, workers, len(group))
        holds = np.zeros((count, len(group)))
        holds[group, np.arange(len(group))] = weight
        holds /= np.maximum(holds.sum(axis=1, keepdims=True), 1e-300)
        there = np.isfinite(self.km).astype(np.float64)
        spread = holds @ self.spread
        known = spread @ there @ spread.T
        total = spread @ np.where(there > 0, self.km, 0.0) @ spread.T
        flow = np.zeros((count, count))
        np.add.at(flow, (group[home], group[work]), workers)
        return np.where(known > 0, total / np.where(known > 0, known, 1.0), np.inf), flow

    def mean(self, between_cells: Floats) -> float:
        """Mean over all commuters of something between cells."""
        home, work = self.of_place
        return float(self.flows.workers @ self.between_places(between_cells)[home, work]) / self.flows.total

    @property
    def who_is_counted(self) -> Text:
        """A note on those who leave the city for work, where there are some."""
        if not self.flows.leaving > 0:
            return Text("", "")
        share = 100 * self.flows.leaving / (self.flows.leaving + self.flows.total)
        return Text(
            f"另有{share:.0f}%在市外就业，未计。",
            f"A further {share:.0f}% work outside the city and are not counted.",
        )


def _row(city: Context, place: str) -> int:
    row = city.places.row(place)
    return -1 if row is None else row


def _along_curve(cells: pd.DataFrame, members: Ints) -> Ints:
    """Cells of a place in the order of a Hilbert curve, so that neighbours are near each other."""
    if not len(members):
        return members
    geometry = cells.geometry.iloc[members]
    bounds = tuple(shapely.total_bounds(cells.geometry.to_numpy()))
    return members[np.argsort(geometry.hilbert_distance(total_bounds=bounds).to_numpy(), kind="stable")]


def evenly(members: Ints, people: Floats, count: int) -> Ints:
    """The members in the middle of each of ``count`` equal parts of their people; fewer where one holds several parts.

    Examples
    --------
    >>> evenly(np.array([0, 1, 2, 3]), np.array([1.0, 1.0, 1.0, 1.0]), 2).tolist()
    [0, 2]
    >>> evenly(np.array([0, 1, 2]), np.array([1.0, 98.0, 1.0]), 2).tolist()
    [1, 1]
    """
    if not len(members):
        return members
    upto = np.cumsum(people[members])
    middle = (np.arange(count) + 0.5) / count * upto[-1]
    chosen: Ints = members[np.searchsorted(upto, middle)]
    return chosen
