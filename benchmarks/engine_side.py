"""One side of one long task in a process of its own, so that its memory is its own.

    python benchmarks/engine_side.py outputs ours|peers --answers FILE
    python benchmarks/engine_side.py chain   ours|peers --answers FILE

``outputs``: for every node of Porto the people and the facilities of 30 services within 3 radii, 93 numbers.
``chain``: a whole check-up of access in Porto, from the OpenStreetMap file to how equally access is shared.

Prints one line of JSON: seconds of each stage, and the peak of memory. What takes the peers long is asked of them for
some services only; a stage says which share that was. Answers are written after the clock has stopped.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine_data import PORTO_PBF, load, questions, read_walkable
from engine_race import Seconds, clocked
from processes import peak_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_data import Questions
    from engine_peers import Pandana
    from engine_town import Town

RADII_M = (400.0, 800.0, 1200.0)
FAR_M = 20_000.0
# Services of 30 that the peers are asked about in the chain, where they take long.
ASKED = {"nearest 5": 6, "counts": 6, "e2sfca": 5}


class Side:
    """Stages as they are run."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self.answers: dict[str, Any] = {}

    def stage(self, name: str, work: Callable[[], Any], share: float = 1.0) -> Any:
        """Run one stage, note its seconds, and give what it gives."""
        answer, seconds = clocked(work)
        whole = Seconds(seconds.wall / share, seconds.cpu / share)
        self.stages[name] = {**whole._asdict(), "share": share}
        return answer


# --- ours ------------------------------------------------------------------------------------------------------------


def ours_outputs(side: Side, town: Town) -> None:
    """All 93 outputs in one pass: each node's people and each facility carry the column that they count for."""
    people = town.questions.people
    lived_in = np.flatnonzero(people)
    services, facilities = town.questions.services.shape
    places = town.network.at_nodes(np.concatenate([lived_in, town.questions.services.ravel()]))
    values = np.concatenate([people[lived_in], np.ones(services * facilities)])
    column = np.concatenate([np.full(len(lived_in), services), np.repeat(np.arange(services), facilities)])
    found = side.stage(
        "93 outputs",
        lambda: town.travel.sums_within(town.everyone, places, values, RADII_M, by=column),
    )
    side.answers["within"] = lambda: found[[(c, radius) for c in range(services + 1) for radius in RADII_M]]


def ours_chain(side: Side) -> None:
    """A check-up of access with the doors of Yiju."""
    from engine_town import Town  # noqa: PLC0415 - so that peers do not carry our memory, nor we theirs
    from yiju.access import inequality, two_step_fca  # noqa: PLC0415
    from yiju.access.catchment import zones  # noqa: PLC0415

    streets = side.stage("read", lambda: read_walkable(PORTO_PBF, "porto"))
    town = Town(streets, questions(streets))
    side.stage("index", lambda: (town.travel, town.everyone, town.services))
    nearest = side.stage("nearest", lambda: town.travel.nearest_each(town.everyone, town.services))
    five = side.stage("nearest 5", lambda: town.travel.nearest_k_each(town.everyone, town.services, 5))
    ours_outputs(side, town)
    decay, asked = zones(RADII_M), town.questions

    def catchments() -> list[Any]:
        return [
            two_step_fca(
                town.travel.within(town.everyone, facilities, RADII_M[-1]),
                asked.capacity,
                asked.people,
                decay=decay,
            ).access
            for facilities in town.services.values()
        ]

    def shares() -> list[tuple[float, float]]:
        metres = [nearest.cost_of(service).to_numpy() for service in town.services]
        return [
            (inequality.gini(cost, asked.people), inequality.palma(cost, asked.people)) for cost in metres
        ]

    side.answers["e2sfca"] = side.stage("e2sfca", catchments)
    side.answers["equity"] = side.stage("gini, palma", shares)
    side.answers["nearest"] = lambda: [nearest.tenths_of(service) for service in town.services]
    side.answers["nearest 5"] = lambda: [five[service].cost for service in town.services]


# --- the peers -------------------------------------------------------------------------------------------------------


def peers_outputs(side: Side, city: Pandana, asked: Questions, services: int) -> None:
    """pandana, which keeps all pairs of nodes for this."""
    nodes, some = np.arange(city.streets.nodes), asked.services[:services]
    side.stage("precompute", lambda: city.network.precompute(RADII_M[-1]))
    people = side.stage(
        "population", lambda: [city.sums(nodes, asked.people.astype(float), radius) for radius in RADII_M]
    )
    counts = side.stage(
        "counts",
        lambda: [city.sums(at, np.ones(len(at)), radius) for at in some for radius in RADII_M],
        len(some) / len(asked.services),
    )
    side.answers["people"], side.answers["counts"] = people, counts


def peers_chain(side: Side) -> None:
    """The same check-up with pyosmium, pandana and access; equity by sorting, in numpy."""
    from engine_peers import Pandana  # noqa: PLC0415 - as above

    streets = side.stage("read", lambda: read_walkable(PORTO_PBF, "porto"))
    asked = questions(streets)
    city = side.stage("index", lambda: Pandana(streets))
    some = asked.services[: ASKED["nearest 5"]]

    def nearest() -> list[Any]:
        city.offer(some, 5, FAR_M)
        return city.nearest(len(some), 5, FAR_M)

    five = side.stage("nearest 5", nearest, len(some) / len(asked.services))
    peers_outputs(side, city, asked, ASKED["counts"])
    weights = dict(zip(RADII_M, (1.0, 0.68, 0.22), strict=True))
    few = asked.services[: ASKED["e2sfca"]]
    access = side.stage(
        "e2sfca",
        lambda: [city.e2sfca(at, asked.capacity, asked.people, weights) for at in few],
        len(few) / len(asked.services),
    )
    first = [np.rint(rows[:, 0] * 10) / 10 for rows in five]
    equity = side.stage(
        "gini, palma",
        lambda: [sorted_shares(metres, asked.people) for metres in first],
        len(first) / len(asked.services),
    )
    side.answers["e2sfca"] = lambda: [one.reindex(range(streets.nodes)).fillna(0) for one in access]
    side.answers["equity"], side.answers["nearest 5"] = equity, five


def sorted_shares(value: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Gini and Palma from one sorting: twice the area above the Lorenz curve, and its ends."""
    order = np.argsort(value, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(people[order])]) / people.sum()
    held = np.concatenate([[0.0], np.cumsum(value[order] * people[order])])
    held /= held[-1]
    below_40, below_90 = np.interp([0.4, 0.9], share, held)
    return float(1 - np.sum(np.diff(share) * (held[1:] + held[:-1]))), float((1 - below_90) / below_40)


def run(task: str, who: str) -> Side:
    """One side of one task."""
    side = Side()
    if task == "chain":
        (ours_chain if who == "ours" else peers_chain)(side)
        return side
    streets = load("porto")
    asked = questions(streets)
    if who == "peers":
        from engine_peers import Pandana  # noqa: PLC0415 - as above

        # all of them: answers are memory too
        peers_outputs(side, Pandana(streets), asked, len(asked.services))
        return side
    from engine_town import Town  # noqa: PLC0415 - as above

    town = Town(streets, asked)
    _ = town.travel, town.everyone, town.services
    for _ in range(2):  # the second time kernels are in memory, as everywhere else in the table
        side.answers.clear()
        ours_outputs(side, town)
    return side


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["outputs", "chain"])
    parser.add_argument("who", choices=["ours", "peers"])
    parser.add_argument("--answers", type=Path, required=True)
    asked = parser.parse_args()
    side = run(asked.task, asked.who)
    memory = peak_bytes()
    answers = {name: answer() if callable(answer) else answer for name, answer in side.answers.items()}
    np.savez(asked.answers, **{name: np.asarray(answer) for name, answer in answers.items()})
    print(json.dumps({"stages": side.stages, "memory": memory}))


if __name__ == "__main__":
    main()
