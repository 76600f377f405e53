"""What is asked of the engine and of its peers, one question at a time, with what we promise.

Everybody is given the same streets, and all that can be made ready once is ready before the clock runs: indexes,
hierarchies, places of facilities. Origins are all nodes unless said otherwise; there are 30 services x 300 facilities.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import engine_peers as peers
from engine_race import DiffersError, Promise, Race
from engine_town import SAME_SHARE, SAMPLES, Sample, Town, same
from yiju.access import two_step_fca
from yiju.access.catchment import LUO_QI_SLOW, zones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yiju.travel import Travel

# A quarter of an hour on foot at 80 m a minute, and its thirds.
RADII_M = (400.0, 800.0, 1200.0)
# Farther than any of the 5 nearest on these networks; pandana wants a limit.
FAR_M = 20_000.0
OD_ORIGINS, OD_FACILITIES = 10_000, 1_000

PROMISES = {
    "index": Promise(10, 40),
    "new weights": Promise(10, 200),
    "nearest": Promise(150, 400),
    "nearest bounded": Promise(1500, 4000),
    "nearest 5": Promise(700, 3000),
    "counts": Promise(50, 200),
    "counts cityseer": Promise(100, 300),
    "population": Promise(25, 80, "wall"),
    "e2sfca": Promise(25, 100),
    "matrix": Promise(400, 1500),
    "matrix pairs": Promise(1500, 5000),
}


def index(town: Town, _sample: Sample) -> Race:
    """From arrays of streets to what answers."""

    def theirs() -> peers.Pandana:
        town.__dict__["pandana"] = peers.Pandana(
            town.streets
        )  # the last one built answers the other questions
        return town.pandana

    def held(travel: Travel, _: peers.Pandana) -> str:
        arcs = len(travel.index.up_head)
        return f"{arcs / town.streets.nodes:.2f} arcs a node; answers are compared below"

    def ours() -> Travel:
        travel = town.new_network().in_metres()
        _ = travel.index
        return travel

    return Race("index", town.name, ours, "pandana, hierarchy", theirs, held, PROMISES["index"])


def new_weights(town: Town, _sample: Sample) -> Race:
    """Other costs on the same streets, as for another walker: the order of elimination stays."""
    _ = town.travel.index

    def ours() -> Travel:
        travel = town.network.in_metres()
        _ = travel.index
        return travel

    def held(travel: Travel, _: peers.Pandana) -> str:
        return same(travel.index.up_cost, town.travel.index.up_cost, "new weights")

    return Race(
        "new weights", town.name, ours, "pandana, all anew", lambda: peers.Pandana(town.streets), held,
        PROMISES["new weights"],
    )  # fmt: skip


def nearest(town: Town, sample: Sample) -> Race:
    """The nearest facility of each of 30 services."""
    graph = town.scipy
    some = town.questions.services[: sample.nearest]

    def held(found: Any, rows: list[np.ndarray]) -> str:
        return same([found.tenths_of(f"service {i}") for i in range(len(rows))], rows, "nearest")

    return Race(
        "nearest", town.name, lambda: town.travel.nearest_each(town.everyone, town.services),
        "scipy, min_only", lambda: graph.nearest(some), held,
        PROMISES["nearest"], len(some) / len(town.services),
    )  # fmt: skip


def nearest_bounded(town: Town, _sample: Sample) -> Race:
    """The same against pandana, which only looks 1,200 m far."""
    city = town.pandana
    city.offer(town.questions.services[:1], 1, RADII_M[-1])

    def held(found: Any, rows: list[np.ndarray]) -> str:
        ours = np.minimum(found.tenths_of("service 0"), RADII_M[-1] * 10)
        return same(ours, np.rint(rows[0][:, 0] * 10), "nearest, bounded")

    return Race(
        "nearest bounded", town.name, lambda: town.travel.nearest_each(town.everyone, town.services),
        "pandana, 1,200 m", lambda: city.nearest(1, 1, RADII_M[-1]), held,
        PROMISES["nearest bounded"], 1 / len(town.services),
    )  # fmt: skip


def nearest_5(town: Town, sample: Sample) -> Race:
    """The five nearest facilities of each of 30 services."""
    city = town.pandana
    some = town.questions.services[: sample.nearest_k]
    city.offer(some, 5, FAR_M)

    def held(found: Any, rows: list[np.ndarray]) -> str:
        ours = [np.minimum(np.rint(found[f"service {i}"].cost * 10), FAR_M * 10) for i in range(len(rows))]
        return same(ours, np.rint(np.stack(rows) * 10), "nearest 5")

    return Race(
        "nearest 5", town.name, lambda: town.travel.nearest_k_each(town.everyone, town.services, 5),
        "pandana, 20 km", lambda: city.nearest(len(some), 5, FAR_M), held,
        PROMISES["nearest 5"], len(some) / len(town.services),
    )  # fmt: skip


def counts(town: Town, sample: Sample) -> Race:
    """How many facilities of each of 30 services are within 1,200 m."""
    graph = town.scipy
    some = town.questions.services[: sample.counts]

    def held(found: Any, rows: list[np.ndarray]) -> str:
        return same([found[f"service {i}", RADII_M[-1]] for i in range(len(rows))], rows, "counts")

    return Race(
        "counts", town.name, lambda: town.travel.counts_within(town.everyone, town.services, RADII_M[-1:]),
        "scipy, from facilities", lambda: graph.counts(some, int(RADII_M[-1] * 10)), held,
        PROMISES["counts"], len(some) / len(town.services),
    )  # fmt: skip


def counts_cityseer(town: Town, _sample: Sample) -> Race:
    """The same against cityseer."""
    city = peers.Cityseer(town.streets, town.questions)
    fewer, more = (
        town.travel.counts_within(town.everyone, town.services, [RADII_M[-1] + step]) for step in (-0.1, 0.1)
    )

    def held(found: Any, rows: list[np.ndarray]) -> str:
        ours = np.asarray(found).T
        theirs = np.stack(rows)
        outside = (theirs < np.asarray(fewer).T) | (theirs > np.asarray(more).T)
        if outside.any():
            msg = f"counts, cityseer: {int(outside.sum())} are not those of 1,199.9 to 1,200.1 m"
            raise DiffersError(msg)
        ties = int((ours != theirs).sum())
        return f"{ties} of {ours.size:,} differ, all by facilities within 0.1 m of the limit"

    return Race(
        "counts cityseer", town.name,
        lambda: town.travel.counts_within(town.everyone, town.services, RADII_M[-1:]),
        "cityseer", lambda: city.counts(int(RADII_M[-1])), held, PROMISES["counts cityseer"],
    )  # fmt: skip


def population(town: Town, _sample: Sample) -> Race:
    """The people within 1,200 m."""
    city = town.pandana
    people = town.questions.people.astype(np.float64)
    nodes = np.arange(town.streets.nodes)
    return Race(
        "population", town.name,
        lambda: town.travel.sums_within(town.everyone, town.everyone, people, RADII_M[-1:]),
        "pandana, aggregate", lambda: city.sums(nodes, people, RADII_M[-1]),
        lambda ours, theirs: same(ours[RADII_M[-1]], theirs, "population"), PROMISES["population"],
    )  # fmt: skip


def e2sfca(town: Town, _sample: Sample) -> Race:
    """Places a person by enhanced two-step floating catchments, one service."""
    city = town.pandana
    facilities, places, people = town.services["service 0"], town.questions.capacity, town.questions.people
    decay = zones(RADII_M, LUO_QI_SLOW)

    def ours() -> Any:
        # one thread, as the peers: 5 batches of facilities are too few to share out
        pairs = town.travel.within(town.everyone, facilities, RADII_M[-1], threads=1)
        return two_step_fca(pairs, places, people, decay=decay).access

    def held(ours: Any, theirs: Any) -> str:
        off = float(np.abs(ours - theirs.reindex(ours.index).fillna(0)).max())
        if not off <= SAME_SHARE:
            msg = f"e2sfca: up to {off} off"
            raise DiffersError(msg)
        return f"the largest difference is {off:.1e} of at most {ours.max():.3f}"

    weights = dict(zip(RADII_M, LUO_QI_SLOW, strict=True))
    return Race(
        "e2sfca", town.name, ours, "pandana, access",
        lambda: city.e2sfca(town.questions.services[0], places, people, weights),
        held, PROMISES["e2sfca"],
    )  # fmt: skip


def matrix(town: Town, sample: Sample) -> Race:
    """Metres from 10,000 origins to 1,000 facilities."""
    graph = town.scipy
    origins, facilities = _matrix_sides(town)
    from_nodes, to_nodes = (town.network.at_nodes(nodes) for nodes in (origins, facilities))

    def held(found: Any, rows: np.ndarray) -> str:
        return same(found.tenths[:, : len(rows)], rows.T, "matrix")

    return Race(
        "matrix", town.name, lambda: town.travel.matrix(from_nodes, to_nodes),
        "scipy, from facilities", lambda: graph.rows(facilities[: sample.rows], origins), held,
        PROMISES["matrix"], sample.rows / len(facilities),
    )  # fmt: skip


def matrix_pairs(town: Town, sample: Sample) -> Race:
    """The same against pandana's pairs."""
    city = town.pandana
    origins, facilities = _matrix_sides(town)
    from_nodes, to_nodes = (town.network.at_nodes(nodes) for nodes in (origins, facilities))
    per_origin = sample.pairs // len(facilities)
    starts, ends = np.repeat(origins[:per_origin], len(facilities)), np.tile(facilities, per_origin)

    def held(found: Any, lengths: list[float]) -> str:
        return same(found.tenths[:per_origin].ravel(), np.rint(np.array(lengths) * 10), "matrix, pairs")

    return Race(
        "matrix pairs", town.name, lambda: town.travel.matrix(from_nodes, to_nodes),
        "pandana, pairs", lambda: city.network.shortest_path_lengths(starts, ends), held,
        PROMISES["matrix pairs"], per_origin / len(origins),
    )  # fmt: skip


def _matrix_sides(town: Town) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return (
        rng.choice(town.streets.nodes, OD_ORIGINS, replace=False),
        rng.choice(town.streets.nodes, OD_FACILITIES, replace=False),
    )


TASKS = {
    "index": index,
    "new weights": new_weights,
    "nearest": nearest,
    "nearest bounded": nearest_bounded,
    "nearest 5": nearest_5,
    "counts": counts,
    "counts cityseer": counts_cityseer,
    "population": population,
    "e2sfca": e2sfca,
    "matrix": matrix,
    "matrix pairs": matrix_pairs,
}
# Peers that would need an hour on the large network, or that had their turn on a smaller one.
ONLY_ON = {
    "new weights": ("porto", "porto-alegre"),
    "nearest bounded": ("porto", "porto-alegre"),
    "counts cityseer": ("porto-alegre",),
    "matrix pairs": ("porto", "porto-alegre"),
}
# What we promise is about whole cities. On the small network peers find everything in their cache, and ratios are
# smaller: they are printed and held to nothing, but where it is the only network of the race.
_HELD_TO_NOTHING = "porto-alegre"


def races(town: Town, wanted: Sequence[str]) -> Iterator[Race]:
    """The races on one network, each made ready when its turn comes."""
    for task, make in TASKS.items():
        if task in wanted and town.name in ONLY_ON.get(task, (town.name,)):
            race = make(town, SAMPLES[town.name])
            held = town.name != _HELD_TO_NOTHING or ONLY_ON.get(task) == (town.name,)
            yield race if held else replace(race, promise=None)
