"""The same question has the same answer to the last bit: with any number of threads, again, in another process.

Fractions are among what is added up: in floats their sums would depend on the order of additions.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from yiju.travel import AccessPoints, StreetNetwork, walkers

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE, HOMES, DOORS = 45, 600, 80
# a door that has no say in how many threads there are is asked all the same
DOORS_ASKED: dict[str, Callable[[Any, int], Any]] = {
    "nearest": lambda a, _: a.travel.nearest(a.homes, a.doors),
    "nearest_k": lambda a, _: a.travel.nearest_k(a.homes, a.doors, 5).cost,
    "nearest_each": lambda a, _: a.travel.nearest_each(a.homes, a.services).cost,
    "nearest_k_each": lambda a, _: a.travel.nearest_k_each(a.homes, a.services, 7).mean(),
    "within": lambda a, threads: a.travel.within(a.homes, a.doors, 700, threads=threads).tenths,
    "within, turned": lambda a, threads: a.travel.within(a.doors, a.homes, 700, threads=threads).tenths,
    "sums_within": lambda a, threads: a.travel.sums_within(
        a.doors, a.homes, a.people, [300, 700], threads=threads
    ),
    "sums_within, turned": lambda a, threads: a.travel.sums_within(
        a.homes, a.doors, a.places, [300, 700], by=a.kinds, threads=threads
    ),
    "counts_within": lambda a, threads: a.travel.counts_within(
        a.homes, a.services, [300, 700], threads=threads
    ),
    "decayed_sums": lambda a, threads: a.travel.decayed_sums(
        a.doors, a.homes, a.people, lambda cost: np.exp(-cost / 300), 700, threads=threads
    ),
    "decayed_sums, turned": lambda a, threads: a.travel.decayed_sums(
        a.homes, a.doors, a.places, lambda cost: np.exp(-cost / 300), 700, threads=threads
    ),
    "matrix": lambda a, threads: a.travel.matrix(a.homes, a.doors, threads=threads).tenths,
    "flows": lambda a, _: a.travel.flows(a.homes, a.doors, a.people),
    "betweenness": lambda a, threads: a.travel.betweenness(
        a.homes, a.doors, a.people, limit=700, threads=threads
    ),
    "reached": lambda a, _: a.travel.reached(a.doors, 200).end,
}


class Asked:
    """A town of uneven streets on a slope, its homes and doors; made anew each time, index and all."""

    def __init__(self) -> None:
        rng = np.random.default_rng(17)
        x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
        number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
        u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
        v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
        there = rng.random(len(u)) < 0.85  # some are missing, some lead nowhere
        u, v = u[there], v[there]
        network = StreetNetwork.from_arrays(
            np.column_stack([x.ravel(), y.ravel()]) * 100.0, u, v, rng.uniform(60, 140, len(u)),
            climb_m=rng.normal(0, 4, len(u)),
        )  # fmt: skip
        self.travel = network.in_seconds(walkers()["older"])
        self.homes, self.doors = self._points(network, rng, HOMES), self._points(network, rng, DOORS)
        self.people, self.places = rng.gamma(2.0, 50.0, HOMES), rng.gamma(2.0, 50.0, DOORS)
        self.kinds = rng.choice(["school", "clinic", "park"], DOORS)
        self.services = {str(i): self.doors.of(self.doors.owners[i::5]) for i in range(5)}

    @staticmethod
    def _points(network: StreetNetwork, rng: np.random.Generator, owners: int) -> AccessPoints:
        edge = rng.integers(0, len(network.u), owners).astype(np.int32)
        owner = np.arange(owners, dtype=np.int32)
        gap_m = rng.uniform(0, 30, owners)
        return AccessPoints(network, pd.RangeIndex(owners), owner, edge, rng.uniform(0, 1, owners), gap_m)

    def plain(self) -> Asked:
        self.travel = self.travel.plain
        return self

    def answer(self, door: str, threads: int) -> bytes:
        found = DOORS_ASKED[door](self, threads)
        if isinstance(found, pd.DataFrame):
            found = pd.util.hash_pandas_object(found, index=True)
        elif isinstance(found, pd.Series):
            found = found.to_numpy()
        return hashlib.sha256(np.ascontiguousarray(found)).digest()


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked()


@pytest.mark.parametrize("door", list(DOORS_ASKED))
def test_any_number_of_threads_and_twice_in_a_row(asked: Asked, door: str) -> None:
    answers = [asked.answer(door, threads) for threads in (1, 2, 2, 7)]
    answers += [Asked().answer(door, 2)]  # with nothing kept from before
    assert len(set(answers)) == 1


@pytest.mark.parametrize("door", list(DOORS_ASKED))
def test_both_engines_to_the_bit(asked: Asked, door: str) -> None:
    assert Asked().plain().answer(door, 1) == asked.answer(door, 2)


def test_several_askers_at_once_do_not_disturb_each_other(asked: Asked) -> None:
    alone = {door: asked.answer(door, 1) for door in DOORS_ASKED}
    fresh = Asked()
    with ThreadPoolExecutor(4) as pool:
        together = [(door, pool.submit(fresh.answer, door, 2)) for door in [*DOORS_ASKED] * 3]
    for door, answer in together:
        assert answer.result() == alone[door], door


def test_another_process_with_other_hashes(asked: Asked) -> None:
    code = f"import runpy; runpy.run_path({__file__!r}, run_name='printed')"
    here = [asked.answer(door, 1).hex() for door in DOORS_ASKED]
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stdout.split() == here


if __name__ == "printed":
    for asked_door in DOORS_ASKED:
        print(Asked().answer(asked_door, 2).hex())
