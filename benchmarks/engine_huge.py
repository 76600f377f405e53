"""Ten million nodes in one process: whether they fit, and how long they take.

    python benchmarks/engine.py --huge

The tile of Porto Alegre 28 x 20 times, 30 services x 300 facilities, and the people within three radii. Nobody races
here: the peers would need days, or memory that this machine does not have. Sampled nodes are held against scipy.
"""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from scipy.sparse.csgraph import dijkstra

from engine_data import load, questions
from engine_race import DiffersError, clocked
from engine_town import Town

if TYPE_CHECKING:
    from collections.abc import Callable

# What we promise: the peak of memory.
MEMORY_BYTES = 16 * 1024**3
RADII_M = (400.0, 800.0, 1200.0)
# Five nearest of thirty services are 1.5 billion numbers, and their counts within three radii 900 million floats: a
# quarter of the origins is asked for at a time.
QUARTERS = 4
# Beyond this nobody is looked for: without any limit a cost of this network and a label no longer fit 32 bits, and rows
# are twice as wide.
LIMIT_M = 200_000.0
# Nodes whose people are counted by scipy too.
CHECKED = 20


def huge() -> dict[str, float]:
    """Print each stage, and give seconds and memory."""
    free = psutil.virtual_memory().available
    if free < MEMORY_BYTES * 1.1:
        raise SystemExit(f"ten million nodes want {MEMORY_BYTES / 1e9:.0f} GB, {free / 1e9:.0f} GB are free")
    streets = load("huge")
    town = Town(streets, questions(streets))
    print(streets)
    found: dict[str, float] = {"nodes": streets.nodes}

    def stage(name: str, work: Callable[[], Any]) -> Any:
        answer, seconds = clocked(work)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        found[f"{name}, wall"], found[f"{name}, cpu"], found["memory"] = *seconds, memory
        print(
            f"{name:44}{seconds.wall:9.2f} s wall{seconds.cpu:9.2f} s CPU   peak {memory / 1e9:5.2f} GB",
            flush=True,
        )
        return answer

    stage("network from arrays", lambda: town.network)
    stage("index", lambda: town.travel)
    stage("points", lambda: (town.everyone, town.services))
    _ = town.scipy
    for name in ("nearest of 30 services", "the same again"):
        nearest = stage(name, lambda: town.travel.nearest_each(town.everyone, town.services, limit=LIMIT_M))
        _hold_nearest(town, nearest)
        del nearest
    quarters = [town.network.at_nodes(some) for some in np.array_split(np.arange(streets.nodes), QUARTERS)]
    for origins in quarters:
        stage(
            "5 nearest of 30 services, a quarter",
            lambda o=origins: town.travel.nearest_k_each(o, town.services, 5, limit=LIMIT_M),
        )
    people = town.questions.people.astype(np.float64)
    sums = stage(
        "people within 3 radii",
        lambda: town.travel.sums_within(town.everyone, town.everyone, people, RADII_M),
    )
    _hold_people(town, sums)
    del sums
    for origins in quarters:
        stage(
            "30 counts within 3 radii, a quarter",
            lambda o=origins: town.travel.counts_within(o, town.services, RADII_M),
        )
    broken = found["memory"] > MEMORY_BYTES
    print(f"peak {found['memory'] / 1024**3:.2f} GiB of the promised 16{'  BROKEN' if broken else ''}")
    return found


def _hold_nearest(town: Town, found: Any) -> None:
    theirs = dijkstra(town.scipy.graph, indices=town.questions.services[0], min_only=True)
    if not np.array_equal(found.tenths_of("service 0"), theirs):
        msg = "nearest of ten million nodes differs from scipy's"
        raise DiffersError(msg)


def _hold_people(town: Town, found: Any) -> None:
    some = np.random.default_rng(2).choice(town.streets.nodes, CHECKED, replace=False)
    for node in some:  # a row of scipy's is as long as the network
        cost = dijkstra(town.scipy.graph, indices=node, limit=RADII_M[-1] * 10)
        theirs = [town.questions.people[cost <= radius * 10].sum() for radius in RADII_M]
        if found.iloc[node].tolist() != theirs:
            msg = f"people around node {node} differ from scipy's"
            raise DiffersError(msg)
