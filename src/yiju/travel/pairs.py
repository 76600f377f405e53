"""All pairs of origin and facility within a limit: the list on which catchments, siting and Huff's shares stand.

Whoever are fewer sit in the lanes of bounded sweeps, 64 at a time (:mod:`yiju.travel.kernels.bounded`) or, where they
are far from each other, alone (:mod:`yiju.travel.kernels.alone`). Those who were met get rows of their own by counting
(:mod:`yiju.travel.kernels.pairs`).
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.bounded import joined
from yiju.travel.hanging import by_edge, by_node, by_owner
from yiju.travel.hooks import along_streets
from yiju.travel.kernels.alone import alone_of
from yiju.travel.kernels.pairs import keep_cheaper, turn_over
from yiju.travel.kernels.within import pairs_within, turn_rows
from yiju.travel.results import PairsWithin, whole_limit
from yiju.travel.sweeping import clean_rows, in_batches, of_limit, streets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yiju.travel.hooks import Hooks
    from yiju.travel.snapping import AccessPoints
    from yiju.travel.travel import Travel

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
# Where each is met by more than so many, these have enough rows in common for 64 lanes (measured on 300,000 and a
# million nodes, 300 to 9,000 facilities, 300 m to 5 km: as fast at 2 to 3, twice as fast at 20).
_SHARED = 2.5
# So many of those who sit are asked beforehand: 2 % of 300 facilities.
_ASKED = 5
# Rows of pairs: (rows + 1,) first, column and cost.
Pairs = tuple[Int64s, Int32s, Int32s]


def within(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, limit: float, threads: int | None
) -> PairsWithin:
    """See :meth:`yiju.travel.Travel.within`."""
    search = _plain if travel.engine == "plain" else _swept
    pairs = search(travel, origins, facilities, whole_limit(limit), threads)
    return PairsWithin(origins.owners, facilities.owners, travel.unit, float(limit), *pairs)


def within_each(
    travel: Travel,
    origins: AccessPoints,
    services: Mapping[str, AccessPoints],
    limit: float,
    threads: int | None,
) -> dict[str, PairsWithin]:
    """See :meth:`yiju.travel.Travel.within_each`."""
    most = whole_limit(limit)
    facilities, service = joined(services, travel.network)
    if travel.engine == "plain" or len(facilities) > len(origins):
        return {name: within(travel, origins, points, limit, threads) for name, points in services.items()}
    sit, rows, twice = _rows(travel, facilities, origins, most, threads, forward=False)
    of_service = service[sit.owner]
    before = np.searchsorted(service, np.arange(len(services)))
    name = (sit.owner - before[of_service]).astype(np.int32)
    order = np.lexsort((name, of_service)).astype(np.int32)
    bounds = np.searchsorted(of_service[order], np.arange(len(services) + 1))

    def turn(begin: int, end: int) -> list[Pairs]:
        parts = [order[bounds[s] : bounds[s + 1]] for s in range(begin, end)]
        return [_turned(rows, part, name, len(origins), twice=twice) for part in parts]

    turned = chain.from_iterable(in_batches(turn, len(services), threads, lanes=1))
    return {
        service: PairsWithin(origins.owners, points.owners, travel.unit, float(limit), *_trimmed(pairs))
        for (service, points), pairs in zip(services.items(), turned, strict=True)
    }


def _swept(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, limit: int, threads: int | None
) -> Pairs:
    forward = len(origins) <= len(facilities)
    few, many = (origins, facilities) if forward else (facilities, origins)
    sit, rows, twice = _rows(travel, few, many, limit, threads, forward=forward)
    # taken in the caller's order, those who sat are in order in the rows of those who were met
    pairs = _turned(rows, np.argsort(sit.owner).astype(np.int32), sit.owner, len(many), twice=twice)
    if forward:
        everybody = np.arange(len(many), dtype=np.int32)
        pairs = turn_over(*pairs, everybody, everybody, len(few))
    return _trimmed(pairs)


def _rows(
    travel: Travel, few: AccessPoints, many: AccessPoints, limit: int, threads: int | None, *, forward: bool
) -> tuple[Hooks, Pairs, bool]:
    """Those who sat in lanes, whom each of them met, and whether they may have met twice. ``forward``: origins sit."""
    sit = travel.hooks(few, leaving=forward, sitting=True)
    met = travel.hooks(many, leaving=not forward, sitting=False)
    along = along_streets(sit, met, sitting_leave=forward)
    streets = streets_of(travel.index)[0 if forward else 1]
    kernels = of_limit(limit)

    def listed(begin: int, end: int, kernel: Callable[..., Pairs]) -> Pairs:
        with clean_rows(travel.network, kernels) as (left, marks):
            return kernel(streets, sit.sitting, begin, end, met.met, along, limit, left, marks)

    alone = partial(listed, kernel=alone_of(limit))
    find = partial(listed, kernel=kernels.list_pairs) if _share(alone, len(sit), len(met)) else alone
    return sit, _one_after_another(in_batches(find, len(sit), threads)), len(along[1]) > 0


def _share(alone: Callable[[int, int], Pairs], sit: int, met: int) -> bool:
    """Whether those who sit have rows in common, judging by some of them, who go alone."""
    asked = {sit * part // _ASKED for part in range(_ASKED)} if sit else set()
    pairs = sum(int(alone(i, i + 1)[0][-1]) for i in asked)
    return pairs * sit > _SHARED * met * len(asked)


def _turned(rows: Pairs, order: Int32s, name: Int32s, columns: int, *, twice: bool) -> Pairs:
    """Rows of those who were met. ``twice``: some may have met by rows, and along the street where both of them are."""
    pairs: Pairs = turn_over(*rows, order, name, columns)
    if twice:
        keep_cheaper(*pairs)
    return pairs


def _plain(
    travel: Travel, origins: AccessPoints, facilities: AccessPoints, limit: int, threads: int | None
) -> Pairs:
    """The same by a search from each of those who are fewer."""
    if len(facilities) < len(origins):
        rows, columns = travel.points(facilities, turned=True), travel.points(origins, turned=True)
        graph, counts = travel.entering, (len(facilities), len(origins))
    else:
        rows, columns = travel.points(origins), travel.points(facilities)
        graph, counts = travel.leaving, (len(origins), len(facilities))
    hanging = (*by_node(columns, travel.network.nodes), *by_edge(columns, len(travel.network.u)))
    first = by_owner(rows, counts[0])
    blocks = in_batches(
        lambda begin, end: pairs_within(*graph, *hanging, rows, first[begin : end + 1], counts[1], limit),
        counts[0], threads,
    )  # fmt: skip
    pairs = turn_rows(*_one_after_another(blocks), counts[1])
    if counts[0] == len(origins):
        pairs = turn_rows(*pairs, len(origins))  # turned twice, rows are sorted
    return pairs


def _one_after_another(blocks: list[Pairs]) -> Pairs:
    """Rows that threads found, each in arrays of their own with room to spare."""
    if len(blocks) == 1:
        return _trimmed(blocks[0])
    lengths = np.concatenate([np.diff(first) for first, _, _ in blocks])
    first = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    column, cost = (np.concatenate([block[i][: block[0][-1]] for block in blocks]) for i in (1, 2))
    return first, column, cost


def _trimmed(pairs: Pairs) -> Pairs:
    first, column, cost = pairs
    return first, column[: first[-1]], cost[: first[-1]]
